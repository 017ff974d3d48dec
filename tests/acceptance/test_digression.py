"""C: what people say beside the question."""

from __future__ import annotations

from datetime import timedelta

import pytest

from playbooks.run import Skipped
from tests.plant import COLD, Plant, labels


@pytest.mark.scenario("C1")
@pytest.mark.parametrize("asked", ["why do you need this?", "[button]"])
def test_why_is_answered_and_then_the_same_question_comes_once(plant: Plant, asked: str):
    plant.start()
    plant.upto("official_record")
    if asked == "[button]":
        plant.press("Why do you ask?")
    else:
        plant.say(asked)

    assert "The record made at the time is the one that counts." in plant.said()
    assert plant.said().count("Where is it written in the official record?") == 1


@pytest.mark.scenario("C2")
@pytest.mark.parametrize("step", ["patient_or_product", "where"])
def test_a_question_is_answered_with_its_clause_and_then_the_same_question_comes_once(
    each_plant: Plant, step: str
):
    plant = each_plant
    plant.start()
    ref = plant.upto(step)
    answers, question = plant.answered(ref), plant.replies()[-1].text
    plant.say("what is a deviation?")

    told, again = plant.replies()
    assert told.text.startswith("A deviation is a departure from an approved instruction")
    assert "ICH Q7, glossary" in [cited.clause for cited in told.citations]
    assert again.text == question
    assert plant.answered(ref) == answers
    plant.say("where does it say that?")
    assert "ICH Q7, glossary" in [cited.clause for cited in plant.replies()[0].citations]
    assert plant.replies()[-1].text == question


@pytest.mark.scenario("C2")
def test_what_is_not_held_is_said_with_whom_to_ask_and_then_the_same_question_comes(plant: Plant):
    plant.start()
    plant.upto("patient_or_product")
    question = plant.replies()[-1].text
    plant.say("what is a contact time?")

    assert "I do not hold the disinfection plan" in plant.said()
    assert plant.replies()[-1].text == question


@pytest.mark.scenario("C3")
def test_an_answer_and_a_question_in_one_message_are_both_taken(each_plant: Plant):
    plant = each_plant
    plant.start()
    ref = plant.upto("patient_or_product")
    plant.say("no. what is a deviation?")

    assert plant.answered(ref)[-1] == ("patient_or_product", ("no",))
    assert plant.replies()[0].text.startswith("A deviation is a departure")
    assert plant.said().count("A deviation is a departure") == 1
    assert plant.ledger(ref).asking != "patient_or_product", "and it goes on"


@pytest.mark.scenario("C3")
def test_where_any_words_would_do_what_was_kept_is_said(plant: Plant):
    plant.start()
    ref = plant.upto("where")
    plant.say("Cold room CR-02. What is a deviation?")

    assert plant.answered(ref)[-1] == ("where", ("Cold room CR-02",))
    assert 'I kept this as your answer to "Where": Cold room CR-02' in plant.said()
    plant.press("Change: Where")
    assert "You are changing: Where" in plant.said()


@pytest.mark.scenario("C4")
@pytest.mark.parametrize(
    "aside", ["why", "example", "help", "my drafts", "who sees this", "talk to someone", "my runs"]
)
def test_no_question_is_repeated_before_what_came_between_is_answered(plant: Plant, aside: str):
    plant.start()
    plant.upto("what_happened")
    plant.say(aside)

    assert "In two or three sentences" not in plant.said().split("\n")[0]
    assert plant.replies()[-1].field, "the question is the last thing said"
    assert plant.said().count("In two or three sentences") == 1


@pytest.mark.scenario("C5")
def test_what_came_between_leads_back_to_the_very_step_inside_a_sub_flow(plant: Plant):
    plant.start()
    ref = plant.upto("containment.kept")
    plant.say("why", "help", "repeat")

    assert "What is kept as it was?" in plant.replies()[-1].text
    plant.say("data")
    assert plant.answered(ref)[-1] == ("containment.kept", ("data",))


@pytest.mark.scenario("C6")
@pytest.mark.parametrize("words", ["one moment", "hang on", "thanks", "hello"])
def test_a_moment_to_think_and_silence_are_no_answers(plant: Plant, words: str):
    plant.start()
    ref = plant.upto("where")
    answers = plant.answered(ref)
    plant.say(words)
    plant.clock.now += timedelta(hours=3)
    plant.ring()

    assert plant.answered(ref) == answers
    plant.say("Cold room CR-02")
    assert plant.answered(ref)[-1] == ("where", ("Cold room CR-02",))


@pytest.mark.scenario("C7")
def test_a_second_playbook_midway_is_asked_about_parks_the_first_and_offers_it_again(plant: Plant):
    plant.start()
    first = plant.upto("where")
    plant.say("start contain it now")
    assert (
        f'You are in the middle of "{COLD}". Shall I put it aside, and start "Contain it now"?'
        in plant.said()
    )
    assert plant.state(first) == "open"

    plant.press("Put it aside and start")
    assert plant.state(first) == "paused"
    plant.say("end it")
    assert "You also have these open." in plant.said()
    plant.press(f"Continue: {COLD}")
    assert "Where? Give the room" in plant.said()


@pytest.mark.scenario("C7")
def test_going_on_with_the_first_leaves_no_trace_of_the_second(plant: Plant):
    plant.start()
    first = plant.upto("where")
    plant.say("start contain it now")
    plant.press("Go on here")

    assert "Where? Give the room" in plant.said()
    assert plant.counts()["runs"] == 1
    plant.say("Cold room CR-02")
    assert plant.answered(first)[-1] == ("where", ("Cold room CR-02",))


@pytest.mark.scenario("C8")
@pytest.mark.parametrize("words", ["I prefer not to say", "skip"])
def test_not_to_say_it_now_is_accepted_and_stands_as_open_in_the_draft(plant: Plant, words: str):
    ref = plant.drafted(where=words)

    assert next(what.step for what in plant.whats(ref) if isinstance(what, Skipped)) == "where"
    assert "Where: Not answered" in plant.markdown(ref)
    assert "Skip" not in labels(plant.replies())
