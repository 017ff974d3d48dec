"""One message in, what the coach says and keeps out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.command import PHRASES, Command
from bot.conversation.session import Offer, Session
from bot.conversation.turn import MadeDraft
from bot.message import About, Address, Identity, Message, Press
from playbooks.run import Answered, Digressed
from tests.bot.conversation.talk import SPILL, WORDING, Talk, asked

COLD = replace(SPILL, id="cold", title="Cold room alarm", phrasings=("fridge too warm",))
SPILT = "there is a spill on the floor"


def last_answer(talk: Talk) -> Answered:
    return next(event.what for event in reversed(talk.run.events) if isinstance(event.what, Answered))


# --- Before anything is open


def test_words_that_clearly_ask_for_a_playbook_are_met_with_an_offer():
    talk = Talk()
    talk.say(SPILT)

    assert "Report a spill" in talk.said
    assert "about 5 short questions" in talk.said
    assert talk.labels == ["Yes, let's start", "Not now"]
    assert talk.session == Session(offer=Offer("spill", SPILT))
    assert talk.runs == {}


@pytest.mark.parametrize("yes", ["yes", "Y", "ok", "Yes, let's start", "start", "yes please!"])
def test_an_offer_is_taken_up_in_the_words_people_use(yes):
    talk = Talk()
    talk.say(SPILT, yes)

    assert "Is anybody hurt?" in talk.said
    assert talk.run.title == SPILT
    assert talk.session == Session(focus="coach-1")


@pytest.mark.parametrize("no", ["no", "not now", "later", "No thanks."])
def test_an_offer_can_be_declined(no):
    talk = Talk()

    assert talk.say(SPILT, no) == WORDING("offer_dismissed")
    assert talk.session == Session()
    assert talk.say("yes").startswith("I am not sure")


def test_the_buttons_of_an_offer_do_the_same():
    talk = Talk()
    talk.say(SPILT)
    assert talk.press("Not now") == WORDING("offer_dismissed")
    assert talk.press("Yes, let's start").startswith("Hello Alex")  # nothing is offered any more

    talk.say(SPILT)
    assert "Is anybody hurt?" in talk.press("Yes, let's start")


def test_other_words_after_an_offer_are_heard_as_what_they_are():
    talk = Talk(shelf=(SPILL, COLD))
    talk.say(SPILT, "the fridge is too warm")

    assert "Cold room alarm" in talk.said
    assert talk.session.offer == Offer("cold", "the fridge is too warm")


def test_help_does_not_lose_the_offer():
    talk = Talk()
    talk.say(SPILT, "help", "yes")

    assert talk.run.title == SPILT


def test_a_long_beginning_is_shortened_in_the_title_and_not_offered_when_it_is_too_long():
    talk = Talk()
    talk.say("spill on the floor " + "of the long corridor " * 5, "yes")
    assert talk.run.title == "spill on the floor of the long corridor of the long…"

    talk = Talk()
    talk.say("spill on the floor " + "x" * 1_500, "yes")
    assert talk.run.title == "Report a spill"


def test_words_nobody_foresaw_are_met_with_the_nearest_things_it_could_do():
    talk = Talk(shelf=(SPILL, COLD))

    assert talk.say("room alarm") == WORDING("not_sure")
    assert talk.labels == ["Cold room alarm", "Report a spill", "What can you do?"]
    assert "Is anybody hurt?" in talk.press("Cold room alarm")
    assert talk.run.script == COLD


def test_the_nearest_thing_may_be_a_command():
    talk = Talk()
    talk.say("shw my draffts")

    assert talk.labels[0] == "My drafts"
    assert talk.press("My drafts") == WORDING("no_drafts")
    assert talk.press("What can you do?").startswith("You can say at any time")


def test_misunderstandings_in_a_row_are_counted_and_forgotten_once_it_understands():
    talk = Talk()
    talk.say("banana", "banana", "banana")
    assert talk.session.misunderstood == 3

    talk.say("help")
    assert talk.session.misunderstood == 0


def test_misunderstandings_are_counted_in_a_run_too():
    talk = asked("hurt")
    talk.say("banana", "kiwi", "mango")
    assert talk.session == Session(focus="coach-1", misunderstood=3)

    talk.say("no")
    assert talk.session.misunderstood == 0


@pytest.mark.parametrize("text", ["hello", "help", "banana", "continue", "back"])
def test_with_nothing_in_force_it_says_so_plainly(text):
    talk = Talk(shelf=())
    talk.say(text)

    assert "No playbook is in force at North Works today" in talk.said
    assert "not sure" not in talk.said
    assert "happened, or pick" not in talk.said
    assert "My drafts" in talk.labels


def test_what_is_open_can_be_finished_when_nothing_new_can_be_begun():
    talk = asked("hurt")
    talk.shelf = ()
    talk.say("pause", "banana")

    assert talk.said == WORDING("not_sure")
    assert talk.labels[0] == "Continue: Report a spill"
    assert "Is anybody hurt?" in talk.press("Continue: Report a spill")


def test_a_playbook_that_went_out_of_force_cannot_be_started_with_an_old_button():
    talk = Talk()
    talk.say("hello")
    talk.shelf = (COLD,)

    assert talk.press("Report a spill").startswith(WORDING("cannot_start"))
    assert "Cold room alarm" in talk.labels


@pytest.mark.parametrize(
    "press",
    [
        Press("jump"),
        Press("start"),
        Press("answer", ("yes",), About("coach-9", "hurt", 2)),
        Press("confirm", ("abc",)),
        Press("words", ("stop",)),
    ],
)
def test_a_button_of_something_that_is_not_there_changes_nothing_and_says_so(press):
    talk = Talk()

    assert talk.send(press).startswith(WORDING("no_such_button"))
    assert talk.runs == {}


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_message_is_met_kindly_and_changes_nothing(text):
    talk = asked("what")
    events = talk.run.events

    assert talk.say(text) == WORDING("empty")
    assert talk.run.events == events


# --- Commands


@pytest.mark.parametrize("command", list(Command))
@pytest.mark.parametrize("step", ["", "hurt", "what", "review", "end"])
def test_every_command_has_words_wherever_it_is_said(command, step):
    talk = asked(step) if step else Talk()
    talk.say(PHRASES[command][0])

    assert talk.said
    assert "{" not in talk.said
    assert "not sure" not in talk.said


@pytest.mark.parametrize("text", ["help", "what can you do", "my drafts"])
def test_what_is_asked_beside_a_question_is_answered_and_the_question_put_once_more(text):
    talk = asked("what")
    before = talk.replies[-1]
    talk.say(text)

    assert len(talk.replies) == 2
    assert talk.replies[-1] == before
    assert talk.run.events[-1].what == Digressed("help" if "drafts" not in text else "drafts")


def test_thanks_and_a_moment_to_think_are_no_answers():
    talk = asked("what")
    events = talk.run.events

    assert talk.say("thanks") == WORDING("thanks")
    assert talk.say("one moment") == WORDING("wait")
    assert talk.run.events == events
    talk.say("Ethanol")
    assert last_answer(talk).values == ("Ethanol",)


def test_hello_in_the_middle_says_where_we_are_and_what_can_be_taken_up():
    talk = asked("what")

    assert talk.say("hi").startswith('Hello Alex Byrne. You were in the middle of "Report a spill".')
    assert talk.labels == ["Continue: Report a spill", "Report a spill", "My drafts"]
    assert "What is it?" in talk.press("Continue: Report a spill")


def test_stop_asks_which_kind_of_stopping_and_ends_nothing_by_itself():
    talk = asked("hurt")

    assert "aside and keep your place, or end it?" in talk.say("stop")
    assert talk.labels == ["Put aside", "End it", "Continue"]
    assert talk.run.is_open
    assert "I have ended" in talk.press("End it")
    assert talk.session.focus == ""


@pytest.mark.parametrize("word", ["stop", "Stop.", "quit", "cancel | it"])
def test_stop_may_have_been_the_answer_to_a_question_that_takes_any_words(word):
    talk = asked("what")
    talk.say(word)

    assert talk.press(f'My answer is "{word}"').startswith("What does it touch?")
    assert last_answer(talk).values == (word,)


def test_stop_is_no_answer_when_it_was_put_aside():
    talk = asked("what")
    talk.say("pause", "stop")

    assert talk.labels == ["Put aside", "End it", "Continue"]


@pytest.mark.parametrize(
    "text",
    [
        "change the gasket on line 3",
        "Changed the gasket",
        "edit of the label",
        "same",
        "leave it",
        "stop the pump",
    ],
)
def test_words_that_look_like_a_command_but_can_only_be_an_answer_are_one(text):
    talk = asked("what")
    talk.say(text)

    assert "What does it touch?" in talk.said
    assert last_answer(talk).values == (text,)


def test_keep_keeps_what_is_offered():
    talk = asked("touches")
    talk.say("back", "same as before")

    assert "What does it touch?" in talk.said
    assert last_answer(talk).values == ("Ethanol",)


def test_keep_with_nothing_to_keep_is_read_as_an_answer_and_asked_back():
    assert asked("hurt").say("same").startswith(WORDING("no_such_option"))


@pytest.mark.parametrize(
    "text", ["change anybody hurt", "correct hurt", "go back to Anybody Hurt", "change hurt to yes"]
)
def test_an_answer_is_changed_by_its_name(text):
    talk = asked("touches")

    assert "You are changing: Anybody hurt" in talk.say(text)
    assert "Keep: No" in talk.labels
    assert "I left it as it was." in talk.press("Keep: No")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("change", "which_to_change"),
        ("change it", "which_to_change"),
        ("change the weather", "no_such_step"),
        ("change a", "no_such_step"),
    ],
)
def test_change_without_a_name_of_ours_asks_which_and_shows_them(text, said):
    talk = asked("wet")

    assert talk.say(text) == WORDING(said)
    assert talk.facts["Anybody hurt"] == "No"
    assert "You are changing: Batches" in talk.press("Change: Batches")


def test_the_button_to_change_an_answer_asks_which():
    assert asked("wet").press("Change an answer") == WORDING("which_to_change")


def test_there_may_be_nothing_to_change_yet():
    assert asked("hurt").say("change") == WORDING("nothing_to_change")


def test_a_change_button_of_a_step_that_asks_nothing_asks_which():
    talk = asked("wet")

    assert talk.send(Press("change", ("review",), About("coach-1", "review", 0))) == WORDING(
        "which_to_change"
    )


def test_back_takes_back_the_last_answer_and_offers_it_again():
    talk = asked("what")

    assert talk.say("back").startswith("I have taken back your last answer.")
    assert "Keep: 3 June 2026, 06:00 (IST)" in talk.labels


def test_an_old_button_changes_nothing_and_the_person_sees_where_they_are():
    talk = asked("seen_at")
    events = talk.run.events

    assert talk.press("Yes").startswith(WORDING("moved_on") + "\n\nWhen was it seen?")
    assert talk.run.events == events


def test_words_typed_for_an_old_question_are_shown_again_and_not_lost():
    talk = asked("what")
    about = About("coach-1", "hurt", 2)
    talk.take(Message("e", Address("test", "alex"), Identity("test", "alex"), "Sam is", about=about))

    assert 'You wrote: "Sam is".' in talk.said


def test_an_old_change_of_answers_cannot_be_confirmed():
    talk = asked("review")
    talk.say("change wet", "no")
    talk.send(Press("confirm", ("a" * 64,), About("coach-1", "review", 1)))

    assert talk.said.startswith(WORDING("review_changed"))


@pytest.mark.parametrize("text", ["yes", "Correct.", "this is right", "OK"])
def test_the_review_is_confirmed_in_words(text):
    assert "Draft 1 is ready." in asked("review").say(text)


def test_the_review_is_confirmed_by_its_button():
    assert "Draft 1 is ready." in asked("review").press("This is right")


def test_other_words_at_the_review_confirm_nothing():
    talk = asked("review")

    assert talk.say("thank you very much indeed").startswith(WORDING("review_waits"))
    assert talk.run.is_open


# --- Coming back


def test_what_was_put_aside_waits_and_is_offered_first():
    talk = asked("what")
    talk.say("pause")
    assert talk.run.state == "paused"

    talk.say("banana")
    assert talk.labels[0] == "Continue: Report a spill"
    assert "What is it?" in talk.say("continue")
    assert talk.run.is_open


def test_several_open_runs_can_each_be_taken_up_again():
    talk = asked("what")
    talk.say("pause", SPILT, "yes", "pause", "hello")

    assert talk.labels[:2] == [f"Continue: {SPILT}", "Continue: Report a spill"]
    assert "What is it?" in talk.press("Continue: Report a spill")
    assert talk.session.focus == "coach-1"


@pytest.mark.parametrize("text", ["why", "pause", "stop", "continue", "end it", "skip", "keep"])
def test_a_finished_run_is_no_longer_open(text):
    talk = asked("end")

    assert talk.say(text).startswith(WORDING("no_open_run"))
    assert talk.run.state == "finished"


def test_an_answer_can_be_changed_after_the_draft_and_makes_another():
    talk = asked("end")

    assert "You are changing: Still wet" in talk.say("change still wet")
    talk.say("no", "yes")
    assert "Draft 2 is ready." in talk.said


def test_back_after_the_draft_goes_back_to_the_review():
    assert "Here is what you told me." in asked("end").say("back")


def test_a_cancelled_run_takes_nothing_any_more():
    talk = asked("hurt")
    talk.say("end it")

    assert talk.press("Yes") == WORDING("is_over")
    assert talk.session.focus == ""
    assert talk.say("what").startswith("I am not sure")


def test_my_drafts_lists_every_draft_in_each_of_its_formats():
    talk = Talk(
        drafts=[MadeDraft("coach-1", "A spill", 1, ("docx", "md")), MadeDraft("coach-2", "Cold", 3, ("md",))]
    )

    assert talk.say("my drafts") == WORDING("drafts")
    assert [file.name for file in talk.replies[0].files] == [
        "coach-1-draft-1.docx",
        "coach-1-draft-1.md",
        "coach-2-draft-3.md",
    ]


# --- Laws

TEXTS = st.lists(
    st.sampled_from([phrase for phrases in PHRASES.values() for phrase in phrases])
    | st.sampled_from(["yes", "no", "a batch", "00123", "today 06:00", "dunno", "change wet", SPILT])
    | st.text(max_size=30),
    max_size=14,
)


@given(TEXTS)
def test_whatever_is_said_there_is_a_reply_in_words_and_nothing_is_taken_from_the_log(texts):
    talk = Talk()
    for text in texts:
        before = {ref: run.events for ref, run in talk.runs.items()}
        talk.say(text)
        assert all(reply.text.strip() for reply in talk.replies)
        assert talk.replies
        assert all(talk.runs[ref].events[: len(events)] == events for ref, events in before.items())
