"""An answer and a question in one message: the question is answered, and the answer stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.message import Press
from knowledge.refusal import Judge, Refusal, Refusals
from knowledge.scorecard import Weights
from playbooks.script import AnswerType, Ask
from tests.bot.conversation.talk import SPILL, WORDING, Talk
from tests.bot.conversation.test_asking import TAPE, in_the_middle, talking

UNSAFE = Refusal(
    "again", "Again", "refuse", (("again",),), "It proves nothing.", "Keep it.", ("lead",), ("A-01",)
)


def answers(talk: Talk) -> dict[str, str]:
    return {step: given.answer.value for step, given in talk.run.ledger.answers.items()}


@pytest.mark.parametrize(
    "text",
    [
        "no. what does the red tape mean?",
        "No, and what does the red tape mean?",
        "no - what does the red tape mean?",
        "no\nwhat does the red tape mean?",
        "what does the red tape mean? no",
    ],
)
def test_both_are_handled_and_the_answer_is_stored(text):
    talk = in_the_middle()
    talk.say(text)

    assert talk.replies[0].text.startswith(TAPE.answer)
    assert answers(talk) == {"hurt": "no"}
    assert "When was it seen?" in talk.replies[-1].text
    assert talk.say("why is that?").startswith(TAPE.parts["why"]), "and it can be followed up"


def test_why_may_be_asked_with_the_answer():
    talk = in_the_middle()
    said = talk.say("no. why do you ask?")

    assert said.startswith("People come first.")
    assert answers(talk) == {"hurt": "no"}
    assert "When was it seen?" in said


def test_where_any_words_would_do_no_message_is_split_whose_question_is_turned_down_or_must_be_told():
    talk = in_the_middle()
    whole = "Two litres of ethanol. there is a gas leak?"
    talk.say("no", "today 06:00", whole)

    assert answers(talk).get("what") in {None, whole}
    assert not any(reply.text.startswith("I kept this") for reply in talk.replies)


def test_what_is_unsafe_is_turned_down_though_it_is_put_without_a_mark():
    drain = Refusal(
        "drain", "Drain", "refuse", (("never",),), "It is gone then.", "Keep it.", ("lead",), ("A-01",),
        phrasings=("can i pour it down the drain",),
    )  # fmt: skip
    unsafe = Refusals(
        {"never": ("zzz",), "asking": ("can i",), "informing": ("zzz",)},
        (drain,),
        judge=Judge(Weights(5.0, {}), 0.5),
    )
    talk = talking(knowledge=replace(in_the_middle().knowledge, refusals=unsafe))
    talk.send(Press("start", ("spill",)))
    talk.say("no", "today 06:00")
    said = talk.say("can i pour it down the drain")

    assert said.startswith("It is gone then.")
    assert "what" not in answers(talk)


def test_where_any_words_would_do_what_was_kept_is_said_and_can_be_changed():
    talk = in_the_middle()
    talk.say("no", "today 06:00", "Two litres of ethanol. What does the red tape mean?")

    assert talk.replies[0].text.startswith(TAPE.answer)
    assert talk.replies[1].text == 'I kept this as your answer to "What was spilt": Two litres of ethanol'
    assert answers(talk)["what"] == "Two litres of ethanol"
    assert "You are changing: What was spilt" in talk.press("Change: What was spilt")


def hearing() -> Talk:
    """In a playbook that hears the drum in the words that began it, at the question which it is."""
    what = Ask("What is it?", AnswerType.TEXT, "What was spilt", offers_after=("drum",))
    steps = tuple(replace(step, does=what) if step.id == "what" else step for step in SPILL.steps)
    talk = talking(shelf=(replace(SPILL, steps=steps),))
    talk.say("spill on the floor, drum D-12")
    talk.press("Yes, let's start")
    talk.say("no", "today 06:00")
    return talk


def test_what_was_heard_at_the_start_waits_for_a_yes():
    talk = hearing()
    assert 'At the start you wrote: "drum D-12". Is that right?' in talk.said
    assert "what" not in answers(talk)
    talk.press("Yes, that is right")
    assert answers(talk)["what"] == "drum D-12"


def test_a_yes_and_a_question_say_what_was_kept():
    talk = hearing()
    talk.say("yes. What does the red tape mean?")
    assert talk.replies[1].text == 'I kept this as your answer to "What was spilt": drum D-12'


@pytest.mark.parametrize("no", ["no. What does the red tape mean?", "[button]"])
def test_a_no_to_what_was_heard_keeps_nothing(no):
    talk = hearing()
    if no == "[button]":
        talk.press("No, something else")
    else:
        talk.say(no)

    assert "All right. What is it, then?" in talk.said
    assert "I kept this as your answer" not in talk.said
    assert "what" not in answers(talk)


@pytest.mark.parametrize(
    "text",
    [
        "Two litres of ethanol. Is it banana bread?",
        "Two litres of ethanol. what can you do?",
        "What happened here? What does the red tape mean?",
    ],
)
def test_what_is_not_surely_both_is_one_answer(text):
    talk = in_the_middle()
    talk.say("no", "today 06:00", text)
    assert answers(talk).get("what") in {None, text}
    assert "I kept this as your answer" not in talk.said


def test_an_unsafe_request_beside_an_answer_is_refused_and_the_answer_stands():
    refusals = Refusals({"asking": ("can i",), "informing": ("^who",), "again": ("again",)}, (UNSAFE,))
    talk = talking(refusals=refusals)
    talk.send(Press("start", ("spill",)))
    talk.say("no. can i use it again?")

    assert talk.replies[0].text.startswith("It proves nothing.")
    assert answers(talk) == {"hurt": "no"}


def test_what_we_are_not_sure_of_is_asked_back_and_the_answer_stands_all_the_same():
    talk = in_the_middle()
    talk.say("no. what about tape on a drum of gas and pay?")
    assert talk.replies[0].text == WORDING("did_you_mean")
    assert answers(talk) == {"hurt": "no"}

    talk = in_the_middle()
    talk.say("no. qqq zzz?")
    assert talk.replies[0].text.startswith(WORDING("not_known"))
    assert answers(talk) == {"hurt": "no"}


def test_a_wish_for_a_playbook_is_no_question():
    talk = in_the_middle()
    talk.say("no. Report a spill?")
    assert answers(talk) == {}


@pytest.mark.parametrize(
    "text", ["Wet, can i use it again?", "Wet. can i use it again?", "Wet. use it again?"]
)
def test_where_any_words_would_do_what_is_refused_keeps_nothing(text):
    words = {"asking": ("can i",), "informing": ("^who",), "again": ("again",)}
    talk = talking(refusals=Refusals(words, (UNSAFE,)))
    talk.send(Press("start", ("spill",)))
    talk.say("no", "today 06:00", text)

    assert "I kept this as your answer" not in talk.said
    assert answers(talk).get("what") in {None, text}


def test_a_half_that_does_not_answer_changes_nothing():
    talk = in_the_middle()
    talk.say("banana. what does the red tape mean?")
    assert answers(talk) == {}


def test_somebody_hurt_comes_before_both():
    talk = in_the_middle()
    talk.say("Mia is hurt. what does the red tape mean?")
    assert TAPE.answer not in talk.said


def test_at_a_review_there_is_no_question_to_answer():
    talk = in_the_middle()
    talk.say("no", "today 06:00", "Ethanol", "nothing", "no")
    talk.say("yes. what does the red tape mean?")
    assert "Draft 1" not in talk.said
