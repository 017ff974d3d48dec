"""Questions about the words of an answer, in chat: quoted, never in the way, and gone with one press."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.coaching import for_review
from bot.message import Press
from bot.reply import Tone
from bot.site import Roster
from playbooks.coaching.catalogue import Manner
from playbooks.script import Ask, Coaching
from tests.bot.conversation.talk import NORTH, SPILL, WORDING, Talk

CHECKS = ("relative_date", "vague_amount", "solution_thrown_away")
WEAK = "Yesterday several litres ran out of the drum because nobody had looked at the tap before the shift began at the line."


def coached(*checks: str) -> Talk:
    """A talk at the question what ran out, whose words are coached."""
    steps = tuple(
        replace(step, does=replace(step.does, coaching=Coaching(checks or CHECKS), max_length=1000))
        if step.id == "what" and isinstance(step.does, Ask)
        else step
        for step in SPILL.steps
    )
    talk = Talk(shelf=(replace(SPILL, steps=steps),))
    talk.send(Press("start", ("spill",)))
    talk.say("no", "today 06:00")
    return talk


def test_qa_reads_the_sites_question_its_figures_and_nobodys_name():
    own = replace(NORTH, coaching=Manner(reworded={"vague_amount": "How many is “{quote}”?"}))
    reply = for_review(WORDING, own, "vague_amount", kept=28, cases=31)
    assert reply.text.splitlines()[0] == (
        'The coach asks this about texts at North Works: "How many is “…”?"'
    )
    assert "In 28 of 31 cases people kept their words as they were." in reply.text
    assert "Its name is vague_amount." in reply.text
    assert not reply.has_controls


@pytest.mark.scenario("I1")
def test_a_weak_text_gets_at_most_two_questions_quoting_its_own_words():
    talk = coached()
    said = talk.say(WEAK)

    assert said == (
        "Thank you, I have kept it: “Yesterday several litres ran out of the drum because nobody had looked …”\n\n"
        f"{WORDING('coach_questions')}\n\n"
        "- “Yesterday” will mean something else next month. Which date and time is it?\n"
        "- Can “several” become a number or a range?"
    )
    assert talk.replies[-1].tone is Tone.QUESTION
    assert talk.filled == (WEAK,), "the text is there to be revised"
    assert talk.labels[0] == "Keep it as it is"
    assert {"Back", "Change an answer", "Put aside"} <= set(talk.labels)


@pytest.mark.scenario("I2")
@pytest.mark.parametrize("how", ["press", "keep it", "no", "skip", "go on"])
def test_keep_it_as_it_is_is_one_tap_or_one_word(how):
    talk = coached()
    talk.say(WEAK)
    said = talk.press("Keep it as it is") if how == "press" else talk.say(how)

    assert said.startswith(WORDING("stood_by"))
    assert not talk.run.ledger.coaching


@pytest.mark.scenario("I3")
def test_a_good_text_gets_no_question():
    said = coached().say("Twelve litres ran out at 06:10.")

    assert "question" not in said


def test_one_question_is_said_to_be_one():
    assert WORDING("coach_question") in coached("vague_amount").say(WEAK)


def test_help_comes_between_and_the_question_stands():
    talk = coached()
    talk.say(WEAK)

    assert "I have kept it" in talk.say("help")
    assert "I have kept it" in talk.say("why")


def test_an_answer_to_the_questions_is_added_and_new_words_take_the_place():
    talk = coached()
    assert talk.say(WEAK, "3 June, 12 litres").startswith(WORDING("added"))
    assert talk.run.ledger.answers["what"].answer.value.endswith("12 litres")

    talk = coached()
    better = WEAK.replace("Yesterday several", "On 3 June twelve")
    assert talk.say(WEAK, better).startswith(WORDING("revised"))
    assert talk.run.ledger.answers["what"].answer.value == better


def test_stop_asks_first_and_can_be_meant_as_words():
    talk = coached()
    talk.say(WEAK, "stop")

    assert 'My answer is "stop"' in talk.labels


@pytest.mark.parametrize(
    ("rosters", "whom"),
    [
        (
            {"qa_on_call": Roster(("q",), "4711"), "lab_supervisor": Roster(("s",), "4300")},
            "Laboratory supervisor 4300, QA on call 4711",
        ),
        ({}, "your supervisor and QA"),
    ],
)
def test_what_could_still_be_lost_is_said_first_with_whom_to_call(rosters, whom):
    talk = coached().on(replace(NORTH, rosters=rosters))
    said = talk.say("The sample solutions were discarded after the run.")

    assert said.startswith(WORDING("coach_keep_everything", whom=whom))
    assert talk.replies[-1].tone is Tone.STOP
    assert "is any of the original preparation left? Please keep what there is." in said


def test_a_check_that_is_quiet_for_this_person_does_not_ask():
    talk = coached()
    scene = talk.scene(talk.session.focus)

    assert replace(scene, quiet=lambda: {"x"}).listener.quiet() == {"x"}
    assert scene.listener.quiet() == frozenset()


def test_nothing_is_finished_while_something_is_asked_about_words():
    talk = coached()
    talk.say(WEAK)

    assert talk.run.state == "open"
