"""Reviewing a text with the coach: what it is, whether it stands in a record, two questions, and nothing kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.command import Asked, Command, read_command
from bot.conversation.reviewing import LONGEST
from bot.conversation.session import Session, TextReview
from bot.message import Press
from bot.person import Person
from bot.reply import Tone
from playbooks.coaching.catalogue import Manner
from tests.bot.conversation.talk import NORTH, WORDING, Talk, asked

WEAK = "Human error. Probably the analyst forgot the dilution."
QUESTION = (
    "You reached “Human error”. What came before it: the task, the layout, the instruction, the timing?"
)


def looked_at(text: str = WEAK, kind: str = "A root cause", recorded: str = "No") -> Talk:
    talk = Talk()
    talk.say("review my text", text)
    talk.press(kind)
    talk.press(recorded)
    return talk


def test_a_text_is_asked_for_then_what_it_is_then_whether_it_is_in_a_record():
    talk = Talk()

    assert talk.say("please review my text") == WORDING("review_text")
    assert talk.say(WEAK) == WORDING("review_kind")
    assert talk.labels == [
        "What happened",
        "A root cause",
        "An action (CAPA)",
        "An effectiveness check",
        "A laboratory note",
        "Not now",
    ]
    assert talk.press("A root cause") == WORDING("review_record")
    assert talk.labels == ["Yes", "No", "Not now"]


@pytest.mark.scenario("I1")
def test_at_most_two_questions_quote_the_text():
    talk = looked_at()

    assert QUESTION in talk.said
    assert talk.said.count("\n- ") == 2
    assert talk.said.startswith(f"Thank you. You wrote: “{WEAK}”")
    assert talk.said.endswith(WORDING("review_revise"))
    assert talk.turn
    assert [verb for verb, _ in talk.turn.coached] == ["coached", "coached"]


def test_what_stands_in_a_record_is_only_asked_about():
    talk = looked_at(recorded="Yes")

    assert talk.said.endswith(WORDING("review_recorded"))
    assert WORDING("review_revise") not in talk.said
    assert talk.say("Here is a better one, with more words.") == WORDING("review_recorded_over")


@pytest.mark.scenario("I2")
@pytest.mark.parametrize("how", ["press", "no", "keep it", "skip"])
def test_the_text_can_stay_as_it_is(how):
    talk = looked_at()
    said = talk.press("Keep it as it is") if how == "press" else talk.say(how)

    assert said == WORDING("review_stood_by")
    assert talk.session.review is None
    assert talk.turn
    assert talk.turn.coached[0] == ("stood_by", "human_terminal")


def test_a_new_version_is_thanked_for_and_not_kept():
    talk = looked_at()

    assert talk.say("The two flasks stand side by side, and both have a red cap.") == WORDING(
        "review_revised"
    )
    assert talk.session.review is None
    assert talk.turn
    assert talk.turn.coached[0] == ("revised", "human_terminal")
    assert "flask" not in talk.session.to_json()


@pytest.mark.scenario("I3")
def test_a_good_text_is_thanked_for():
    good = "Torque rejects below 0.2 % in each of the next 15 lots (before: 1.4 %)."

    assert looked_at(good, "An effectiveness check").said == WORDING("review_nothing")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("review my root cause", "root_cause"),
        ("look at this description", "description"),
        ("check my action?", "action"),
        ("review our CAPA", "action"),
        ("can you review my effectiveness check", "effectiveness"),
        ("review this lab note", "oos"),
        ("review my text", ""),
        ("look at what I wrote", ""),
    ],
)
def test_what_it_is_can_be_said_with_the_wish(words, kind):
    talk = Talk()

    assert talk.say(words) == WORDING("review_text")
    assert talk.session.review == TextReview(kind=kind)


def test_the_text_can_come_with_the_wish():
    talk = Talk()

    assert talk.say(f"Review my root cause: {WEAK}") == WORDING("review_record")
    assert talk.session.review == TextReview(WEAK, "root_cause")


def test_words_that_only_begin_like_the_wish_are_none():
    assert read_command("review the action taken yesterday by the fitter") is None
    assert read_command("check the text on the label") is None
    assert read_command("review my text") == Asked(Command.REVIEW, "text")
    assert read_command("coach me on this") == Asked(Command.REVIEW)


def test_what_it_is_and_the_record_can_be_typed_and_are_asked_again_where_they_cannot_be_read():
    talk = Talk()
    talk.say("review my text", WEAK)

    assert talk.say("hm") == WORDING("review_kind")
    assert talk.say("a root cause") == WORDING("review_record")
    assert talk.say("hm") == WORDING("review_record")
    assert QUESTION in talk.say("no")


def test_an_old_button_of_it_asks_again_what_is_asked_now():
    talk = Talk()
    talk.say("review my text", WEAK)

    assert talk.send(Press("review", ("record", "yes"))) == WORDING("review_kind")
    assert talk.send(Press("review", ("kind", "poem"))) == WORDING("review_kind")
    assert talk.send(Press("review", ("keep", ""))) == WORDING("review_kind")
    talk.press("Not now")
    assert talk.said == WORDING("review_left")
    assert talk.send(Press("review", ("keep", ""))).startswith(WORDING("no_such_button"))


@pytest.mark.parametrize("words", ["stop", "cancel", "not now", "back", "keep it"])
def test_it_can_be_left_with_one_word(words):
    talk = Talk()
    talk.say("review my text", WEAK)

    assert talk.say(words) == WORDING("review_left")
    assert talk.session == Session(is_welcomed=True)


def test_help_comes_between_and_it_goes_on():
    talk = Talk()
    talk.say("review my text")

    assert talk.say("help").startswith("You can say at any time")
    assert talk.say(WEAK) == WORDING("review_kind")


def test_too_long_a_text_is_asked_for_again():
    talk = Talk()
    talk.say("review my text")

    said = talk.say("x" * (LONGEST + 1))
    assert said == f"{WORDING('too_long', limit=LONGEST)}\n\n{WORDING('review_text')}"
    assert talk.session.review == TextReview()


def test_a_danger_in_it_is_answered_first():
    talk = Talk()
    talk.say("review my text")

    assert talk.say("The operator is hurt and bleeding.").startswith("If anyone is hurt or in danger")
    assert talk.session.review


def test_an_open_run_stands_where_it_was():
    talk = asked("what")
    events = talk.run.events
    talk.say("review my text", WEAK)
    talk.press("A root cause")
    talk.press("No")
    assert talk.run.events == events
    said = talk.press("Keep it as it is")

    assert said.startswith(WORDING("review_stood_by"))
    assert "What ran out?" in said or talk.replies[-1].tone is Tone.QUESTION
    assert talk.session.review is None


def test_what_could_still_be_lost_comes_first():
    talk = looked_at("The sample solutions were discarded after the run.", "A laboratory note")

    assert talk.said.startswith(WORDING("coach_keep_everything", whom=WORDING("supervisor_and_qa")))
    assert talk.replies[-1].tone is Tone.STOP


@pytest.mark.scenario("I6")
def test_a_sites_switches_hold_here_too():
    switched = {"human_terminal": False, "no_evidence": True}
    site = replace(NORTH, coaching=Manner(switched, {"no_evidence": "What shows it?"}))
    talk = looked_at().on(site)
    talk.say(f"review my root cause: {WEAK}", "no")

    assert "Human error" not in talk.said.split("\n\n", 1)[1]
    assert "What shows it?" in talk.said


def test_another_language_is_left_alone():
    talk = replace(Talk(), person=Person("alex", "Alex", "north", "operator", language="de"))
    talk.say("review my text", WEAK)
    talk.press("A root cause")

    assert talk.press("No") == WORDING("review_nothing")


def test_a_text_is_in_the_session_only_as_long_as_it_is_looked_at():
    review = TextReview("x", "action", is_recorded=True, checks=("weak_verb",))

    assert Session.from_json(Session(review=review).to_json()) == Session(review=review)
