"""An answer is corrected by what stands there, and with the value that is right instead, in one message."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.correcting import Correction, read_correction
from bot.message import Press
from playbooks.script import AnswerType, Ask, Script
from tests.bot.conversation.talk import SPILL, WORDING, Talk


def with_room() -> Script:
    """The playbook that also asks where, in words."""
    what = next(step for step in SPILL.steps if step.id == "what")
    room = replace(what, id="room", does=Ask("Where?", AnswerType.TEXT, "Where"), cite=())
    steps = [step for step in SPILL.steps if step.id != "wet"]
    place = steps.index(next(step for step in steps if step.id == "touches"))
    return replace(SPILL, steps=(*steps[:place], room, *steps[place:]))


def answered(*more: str) -> Talk:
    talk = Talk(shelf=(with_room(),))
    talk.send(Press("start", ("spill",)))
    talk.say("no", "today 06:00", "About 2 litres of ethanol", "Cold room CR-02", *more)
    return talk


def answers(talk: Talk) -> dict[str, str]:
    return {step: ", ".join(given.answer.values) for step, given in talk.run.ledger.answers.items()}


@pytest.mark.parametrize(
    ("text", "correction"),
    [
        ("not CR-02 but CR-03", Correction("CR-02", "CR-03")),
        ("Sorry, not CR-02, but CR-03.", Correction("CR-02", "CR-03")),
        ("it was CR-03, not CR-02", Correction("CR-02", "CR-03")),
        ("I meant CR-03 not CR-02", Correction("CR-02", "CR-03")),
        ('"CR-03" instead of "CR-02"', Correction("CR-02", "CR-03")),
        ("CR-02 should be CR-03", Correction("CR-02", "CR-03")),
        ("CR-02 is wrong", Correction("CR-02")),
        ("the CR-02 was a typo", Correction("CR-02")),
        ("Cold room CR-02", None),
        ("is CR-02 wrong?", None),
    ],
)
def test_the_ways_to_say_that_something_is_not_right(text, correction):
    assert read_correction(text) == correction


@pytest.mark.parametrize(
    "text",
    [
        "not CR-02 but CR-03",
        "change CR-02 to CR-03",
        "change where to Cold room CR-03",
        "not cr-02 but CR-03",
    ],
)
def test_the_new_value_stands_and_the_same_question_comes_again(text):
    talk = answered()
    before = answers(talk)

    assert talk.say(text).startswith("Where: Cold room CR-03\n\nChanged. I have kept your other answers.")
    assert answers(talk) == before | {"room": "Cold room CR-03"}
    assert "What does it touch?" in talk.said


@pytest.mark.parametrize("text", ["CR-02 is wrong", "change CR-02", "change cold room cr-02"])
def test_by_the_old_value_alone_the_question_is_asked_again(text):
    talk = answered()

    assert "You are changing: Where" in talk.say(text)
    assert "Earlier you said: Cold room CR-02" in talk.said
    assert answers(talk)["room"] == "Cold room CR-02"


def test_an_option_is_named_by_its_label_and_its_new_one_read_like_any_answer():
    talk = answered("a batch", "00123")
    assert talk.say("not a batch but the floor").startswith("What it touches: The floor")


def test_of_a_list_only_the_entry_is_another():
    talk = answered("a batch", "00123, 00124")
    talk.say("change 00123 to 00125")
    assert answers(talk)["batches"] == "00125, 00124"

    talk.say("not 00125, 00124 but 00126")
    assert answers(talk)["batches"] == "00125, 00124", "which of the two is meant nobody can tell"


def test_a_list_named_as_a_whole_is_another():
    talk = answered("a batch", "00123")
    talk.say("change batches to 00126 and 00127")
    assert answers(talk)["batches"] == "00126 and 00127"


def test_what_stands_at_several_answers_or_at_none_changes_nothing():
    talk = answered("a batch", "CR-02")
    before = answers(talk)
    assert talk.say("change 2 litres of water to 3") == WORDING("no_such_step")
    talk.say("not o but a")
    assert answers(talk) == before


def test_the_whole_of_an_answer_comes_before_a_word_of_another():
    talk = answered("a batch", "CR-02")
    talk.say("not CR-02 but CR-09")
    assert (answers(talk)["batches"], answers(talk)["room"]) == ("CR-09", "Cold room CR-02")


def test_of_a_date_and_time_only_what_was_named_is_another():
    talk = answered("change seen at", "1 June 2026 06:00")
    talk.say("not 06:00 but 05:50")
    assert answers(talk)["seen_at"] == "2026-06-01T05:50+01:00"
    talk.say("change seen at to 2 June 2026 05:50")
    assert answers(talk)["seen_at"] == "2026-06-02T05:50+01:00"


def test_a_new_value_that_cannot_be_read_is_asked_for():
    talk = answered()
    assert "You are changing: Seen at" in talk.say("change seen at to breakfast time")


def test_a_value_that_is_refused_leaves_what_stood_there():
    talk = answered()
    before = answers(talk)
    talk.say("change seen at to 2026-06-04 06:00")
    assert answers(talk) == before
    assert "That is still to come." in talk.said


def test_what_answers_the_question_is_its_answer():
    talk = answered()
    talk.say("not a batch but the floor")
    assert answers(talk).get("touches") is None, "nor is a negation picked"


def test_what_no_longer_applies_is_not_answered_by_it():
    talk = answered("a batch", "00123", "change what it touches", "the floor")
    before = answers(talk)
    assert '"Batches" does not apply' in talk.say("change batches to 00126")
    assert answers(talk) == before


def test_where_any_words_would_do_the_old_value_must_stand_somewhere():
    talk = Talk(shelf=(with_room(),))
    talk.send(Press("start", ("spill",)))
    talk.say("no", "today 06:00", "not water but ethanol")
    assert answers(talk)["what"] == "not water but ethanol"
    talk.say("change the gasket")
    assert answers(talk)["room"] == "change the gasket"


@pytest.mark.parametrize("text", ["the room was warm, not cold", "not cold but warm", "room is wrong"])
def test_words_of_an_answer_without_a_figure_may_be_just_what_happened(text):
    talk = answered()
    before = answers(talk)
    talk.say(text)
    assert answers(talk) == before
    assert "You are changing" not in talk.said


def test_asked_for_in_so_many_words_any_word_of_an_answer_can_be_changed():
    talk = answered("change cold to warm")
    assert answers(talk)["room"] == "warm room CR-02"


def test_a_withdrawn_version_goes_no_further():
    talk = answered()
    newer = replace(talk.run.script, version="2")
    talk.runs[talk.session.focus] = replace(talk.run, newer=newer)
    before = answers(talk)
    talk.say("not CR-02 but CR-03")
    assert answers(talk) == before
