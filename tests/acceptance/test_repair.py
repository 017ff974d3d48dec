"""B: going back and correcting, and what becomes of the rest."""

from __future__ import annotations

import pytest

from playbooks.run import Confirmed, Drafted, Kept, Reasoned, Undone
from tests.plant import Plant, facts, labels


@pytest.mark.scenario("B1")
def test_the_answer_just_given_can_be_corrected(plant: Plant):
    plant.start()
    ref = plant.upto("what_happened")
    plant.say("change where", "Cold room CR-03")

    assert plant.ledger(ref).answers["where"].answer.value == "Cold room CR-03"
    assert "In two or three sentences" in plant.said()


@pytest.mark.scenario("B2")
def test_an_answer_five_steps_ago_can_be_corrected_and_the_later_ones_stay(plant: Plant):
    plant.start()
    ref = plant.upto("what_happened")
    before = plant.ledger(ref).answers
    plant.say("change official record", "Batch record p. 12")

    after = plant.ledger(ref).answers
    assert {step for step in after if after[step] != before[step]} == {"official_record"}
    assert "Changed. I have kept your other answers." in plant.said()


@pytest.mark.scenario("B3")
def test_a_branching_answer_changes_the_path_and_what_no_longer_applies_leaves_the_draft(plant: Plant):
    plant.start()
    ref = plant.upto("review")
    plant.say("change what it touches", "system")

    assert "Set aside, because they do not apply now: Batches or lots" in plant.said()
    assert "Batches or lots" not in facts(plant.replies())
    plant.upto("end")
    assert "00123" not in plant.markdown(ref)
    assert "00123" not in plant.word(ref)


@pytest.mark.scenario("B3")
def test_a_clock_that_no_longer_applies_is_gone_from_the_run_and_rings_no_more(plant: Plant):
    early = dict.fromkeys(
        ("noticed_at", "reported_at", "first_known_at"), "today 02:00"
    )  # it is 3 in the morning there
    plant.start(by="riley")
    ref = plant.upto("regulatory_told_at", by="riley", whereabouts="market", **early)
    plant.say("not yet", "change where it is now", "here", by="riley")
    plant.upto("end", by="riley")
    assert "Field alert report" not in plant.markdown(ref, by="riley")

    plant.later(days=30)
    plant.ring()
    assert "The three working days" not in " ".join(plant.news("riley") + plant.news("jordan"))


@pytest.mark.scenario("B4")
def test_changed_back_the_answers_return_or_are_confirmed_where_what_they_rest_on_moved(plant: Plant):
    plant.start()
    ref = plant.upto("review")
    plant.say("change what it touches", "system", "change what it touches", "batch")
    assert facts(plant.replies())["Batches or lots"] == "00123", "nothing it rests on is other than it was"

    plant.say("change what it touches", "batch, material")
    assert "What this rests on has changed. Does your earlier answer still fit?" in plant.said()
    plant.press("Keep: 00123")
    plant.upto("end")
    assert "00123" in plant.markdown(ref)


@pytest.mark.scenario("B5")
def test_a_correction_can_be_given_twice_dropped_and_left_for_another(plant: Plant):
    plant.start()
    ref = plant.upto("what_happened")
    plant.say("change where", "CR-03", "change where", "CR-04")
    assert plant.ledger(ref).answers["where"].answer.value == "CR-04"

    assert "You are changing: Where" in plant.say("change where")[-1].text
    plant.say("back")
    assert isinstance(plant.whats(ref)[-2], Kept)

    plant.say("change where", "change official record", "Logbook 7")
    assert plant.ledger(ref).answers["official_record"].answer.value == "Logbook 7"
    assert plant.ledger(ref).answers["where"].answer.value == "CR-04"


@pytest.mark.scenario("B6")
def test_something_that_is_not_on_the_path_is_explained_and_nothing_changes(plant: Plant):
    plant.start()
    ref = plant.upto("what_happened")
    answers = plant.answered(ref)
    plant.say("change similar event")

    assert '"Similar event" does not apply with your answers as they are now' in plant.said()
    assert plant.answered(ref) == answers
    assert "In two or three sentences" in plant.said()


@pytest.mark.scenario("B7")
@pytest.mark.parametrize(
    "words",
    [
        "change where to Cold room CR-03",
        "change CR-02 to CR-03",
        "not CR-02 but CR-03",
        "it was CR-03, not CR-02",
    ],
)
def test_an_answer_is_corrected_by_its_name_by_what_stood_there_and_by_not_this_but_that(
    each_plant: Plant, words: str
):
    plant = each_plant
    plant.start()
    ref = plant.upto("involved", where="Cold room CR-02")
    before = plant.ledger(ref).answers
    plant.say(words)

    after = plant.ledger(ref).answers
    assert {step for step in after if after[step] != before[step]} == {"where"}
    assert after["where"].answer.value == "Cold room CR-03"
    assert plant.replies()[0].text == "Where: Cold room CR-03"
    assert "What does it touch?" in plant.said()


@pytest.mark.scenario("B7")
@pytest.mark.parametrize("words", ["change where", "change CR-02", "CR-02 is wrong"])
def test_without_the_new_value_the_question_is_asked_again_with_what_stands_there(plant: Plant, words: str):
    plant.start()
    ref = plant.upto("involved", where="Cold room CR-02")
    plant.say(words)

    assert "You are changing: Where" in plant.said()
    assert "Earlier you said: Cold room CR-02" in plant.said()
    plant.say("Cold room CR-03")
    assert plant.ledger(ref).answers["where"].answer.value == "Cold room CR-03"


@pytest.mark.scenario("B8")
def test_back_goes_to_the_first_question_which_says_so_and_each_step_forward_is_one_press(plant: Plant):
    plant.start()
    ref = plant.upto("where")
    steps = len(plant.ledger(ref).answers)
    plant.say(*["back"] * steps)
    assert "Is anyone hurt or in danger?" in plant.said()
    assert "There is nothing before this one." in plant.say("back")[0].text

    for _ in range(steps):
        keep = next(label for label in labels(plant.replies()) if label.startswith("Keep"))
        plant.press(keep)
    assert "Where? Give the room" in plant.said()
    assert sum(isinstance(what, Undone) for what in plant.whats(ref)) == steps


@pytest.mark.scenario("B9")
def test_a_change_after_confirming_opens_the_review_again_and_the_confirmation_stays_in_the_log(plant: Plant):
    ref = plant.drafted()
    plant.say("change where", "CR-03", "It was mistyped")

    assert "Here is what you told me. Is it right?" in plant.said()
    plant.say("yes")
    hashes = [what.answers_hash for what in plant.whats(ref) if isinstance(what, Confirmed)]
    assert len(hashes) == len(set(hashes)) == 2


@pytest.mark.scenario("B10")
def test_a_correction_after_the_draft_gives_its_reason_and_makes_another_while_the_first_stays(plant: Plant):
    ref = plant.drafted()
    first = plant.markdown(ref), plant.word(ref)
    plant.say("change batches", "00124")
    assert (
        'There is already a draft with your earlier answer to "Batches or lots". Why did it change?'
        in plant.said()
    )
    plant.say("Read again from the label", "yes")

    assert [what.reason for what in plant.whats(ref) if isinstance(what, Reasoned)] == [
        "Read again from the label"
    ]
    assert [what.number for what in plant.whats(ref) if isinstance(what, Drafted)] == [1, 2]
    assert (plant.markdown(ref), plant.word(ref)) == first
    assert "00124" in plant.word(ref, 2)


@pytest.mark.scenario("B11")
def test_repeat_that_repeats_the_question_and_not_the_last_message(plant: Plant):
    plant.start()
    plant.upto("official_record")
    question = plant.replies()[-1]
    plant.say("help", "repeat that")

    assert plant.replies() == [question]
