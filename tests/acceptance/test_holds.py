"""D: ending, holding, and handing on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.reply import Reply
from playbooks.run import Answered, Cancelled, Released, Told
from tests.plant import COLD, Plant, labels


@pytest.fixture
def plant(each_plant: Plant) -> Plant:
    """On both engines."""
    return each_plant


def held(plant: Plant) -> str:
    """A run that waits for QA; its reference."""
    ref = plant.start()
    plant.say("no", "Yes, it could")
    return ref


@pytest.mark.scenario("D1")
def test_ending_it_keeps_the_log_drops_the_clocks_and_says_what_was_kept(plant: Plant):
    plant.start()
    ref = plant.upto("where")
    answers = plant.answered(ref)
    plant.say("stop")
    plant.press("End it")
    assert "No new draft was made. What you said is kept in the log." in plant.said()

    plant.later(days=5)
    assert plant.ring() == 0
    assert plant.news("alex") == plant.news("sam") == []
    assert plant.answered(ref) == answers
    assert isinstance(plant.whats(ref)[-1], Cancelled)


@pytest.mark.scenario("D2")
def test_begun_again_it_inherits_no_answer_of_the_one_that_was_ended(plant: Plant):
    plant.start()
    plant.upto("review")
    plant.say("end it")
    ref = plant.start()
    plant.upto("what_happened")

    said = [Reply.from_json(line.payload) for line in plant.lines() if f'"{ref}"' in line.payload]
    offered = [reply for reply in said if any(label.startswith("Keep") for label in labels([reply]))]
    assert len(offered) == 1, "only the words it began with"
    assert f'You wrote: "{COLD}"' in offered[0].text


@pytest.mark.scenario("D3")
@pytest.mark.parametrize("words", ["ok", "yes", "done", "continue", "skip", "I have", "next"])
def test_a_plain_word_does_not_release_an_immediate_stop(plant: Plant, words: str):
    ref = held(plant)
    plant.say(words)

    assert plant.ledger(ref).released == {}
    assert "Is the step stopped" not in plant.said()
    assert "nobody has read it yet" in plant.said()


@pytest.mark.scenario("D3")
def test_a_stop_is_posted_then_read_by_a_name_at_a_time_then_released_by_a_name_at_a_time(plant: Plant):
    ref = held(plant)
    plant.later(minutes=4)
    plant.press("I have read this", by="dana")
    assert plant.news("alex") == ["Read by Dana Okafor on 3 June 2026, 09:04 (IST)."]
    plant.later(minutes=2)
    plant.press("Release the stop", by="dana")

    assert plant.news("alex")[1].startswith(
        "Dana Okafor has released it, on 3 June 2026, 09:06 (IST). We can go on."
    )
    released = plant.ledger(ref).released["phone_qa"]
    assert (released.by, released.what) == ("dana", Released("phone_qa", "role"))


@pytest.mark.scenario("D3")
def test_releasing_it_oneself_asks_whom_one_spoke_to_and_when(plant: Plant):
    ref = held(plant)
    plant.press("I have spoken to QA")
    assert "Noted: released by Alex Byrne on 3 June 2026, 09:00 (IST)." in plant.said()
    assert "Who in QA did you speak to?" in plant.said()
    plant.say("skip")
    assert "This one I need before we go on." in plant.said()
    plant.say("QA on call")
    assert "At what time?" in plant.said()
    plant.say("today 08:55")
    plant.upto("end")

    assert "Spoke to in QA" in plant.markdown(ref)
    assert "was released by Alex Byrne, who ran the playbook, on 3 June 2026, 09:00 (IST)" in plant.markdown(
        ref
    )


@pytest.mark.scenario("D4")
def test_while_held_reminders_and_questions_pause_and_after_the_release_the_next_question_comes_once(
    plant: Plant,
):
    plant.start()
    ref = plant.upto("where")
    plant.say("change patient", "Yes, it could")
    plant.later(hours=12)  # past half of the time limit
    plant.ring()
    assert "Reminder" not in " ".join(plant.news("alex"))
    plant.press("Release the stop", by="dana")

    questions = [text for text in plant.news("alex") if "Where? Give the room" in text]
    assert len(questions) == 1
    plant.ring()
    assert [text for text in plant.news("alex") if text.startswith("Reminder 1 of 3")]
    assert plant.ledger(ref).asking == "where"


@pytest.mark.scenario("D5")
def test_correcting_the_answer_that_told_qa_does_not_hide_that_they_were_told(plant: Plant):
    ref = held(plant)
    plant.say("change patient", "No")
    plant.upto("end")

    assert [what.role for what in plant.whats(ref) if isinstance(what, Told) and what.role] == ["qa_on_call"]
    assert (
        "QA on call (Dana Okafor) was told through the coach on 3 June 2026, 09:00 (IST)"
        in plant.markdown(ref)
    )
    assert len(plant.told("dana")) == 1


@pytest.mark.scenario("D6")
def test_three_misunderstandings_in_a_row_offer_a_person_and_a_note(plant: Plant):
    plant.start()
    ref = plant.upto("noticed_at")
    plant.say("banana", "kiwi")
    assert "You can leave a note" not in plant.said()
    plant.say("mango")
    assert "You can leave a note in your own words" in plant.said()
    assert "Or ask somebody: extension 4300." in plant.said()

    plant.say("note: the clock on the wall had stopped")
    assert plant.ledger(ref).answers["noticed_at"].answer.note == "the clock on the wall had stopped"
    assert "How did it come to light?" in plant.said()


@pytest.mark.scenario("D7")
def test_unread_it_goes_to_the_next_on_the_roster_and_the_person_is_told_to_phone(plant: Plant):
    held(plant)
    plant.later(minutes=14)
    assert plant.ring() == 0
    plant.later(minutes=2)
    assert plant.ring() == 1

    (news,) = plant.news("alex")
    assert news.startswith("Nobody in QA has read it yet. Please phone extension 4410, or your supervisor.")
    assert "I have posted it to the next on the list for QA on call too. Nobody has read it yet." in news
    assert "Alex Byrne is waiting for you" in plant.news("quinn")[0]
    assert "Waiting for you: 1." in plant.say("hello", "waiting for me", by="quinn")[0].text


@pytest.mark.scenario("D7")
def test_with_nobody_left_on_the_roster_the_person_is_told_to_phone_once_more_and_then_no_more(plant: Plant):
    held(plant)
    for _ in range(4):
        plant.later(minutes=16)
        plant.ring()

    assert len(plant.news("quinn")) == 1
    assert [text.count("posted") for text in plant.news("alex")] == [1, 0]


@pytest.mark.scenario("D7")
@pytest.mark.parametrize("done", ["I have read this", "Release the stop"])
def test_what_was_read_or_released_is_told_to_nobody_else(plant: Plant, done: str):
    held(plant)
    plant.press(done, by="dana")
    plant.later(minutes=20)

    assert plant.ring() == 0
    assert plant.news("quinn") == []


@pytest.mark.scenario("D7")
def test_nothing_says_that_somebody_knows_before_somebody_has_read_it(plant: Plant):
    held(plant)
    plant.say("ok", "hello", "continue")
    plant.later(minutes=16)
    plant.ring()

    everything = " ".join(line.payload for line in plant.lines() if line.kind != "echo")
    assert "Read by" not in everything
    assert "knows" not in everything.replace("Who knows?", "")


def test_a_stop_that_nobody_can_be_told_of_never_says_that_it_was_posted(plant: Plant):
    north = plant.library.site("northfield")
    sites = {**plant.library.sites, north.id: replace(north, rosters={})}
    plant.library = replace(plant.library, sites=sites)
    plant.restart()
    held(plant)
    plant.say("ok")

    assert "Please phone now: your supervisor." in plant.said()
    assert "posted this" not in " ".join(line.payload for line in plant.lines() if line.kind != "echo")


def test_a_run_goes_on_elsewhere_in_one_turn_with_what_it_knows(plant: Plant):
    plant.start()
    first = plant.upto("noticed_at", kind="lab", lab_result="yes")
    plant.say("today 06:00")
    second = plant.focus()

    assert 'This goes on as "' in plant.said()
    assert (plant.state(first), plant.row(second).script) == ("finished", "oos-first-hour")
    given = plant.ledger(second).answers
    assert given["official_record"].answer.value == "Cold store log CS-02 p. 41"
    assert datetime.fromisoformat(given["noticed_at"].answer.value).hour == 6
    assert labels(plant.replies())


def test_a_worry_about_data_goes_on_without_a_story_and_takes_nothing_along(plant: Plant):
    plant.start()
    first = plant.upto("kind")
    plant.say("data")
    second = plant.focus()

    assert plant.row(second).script == "data-integrity-concern"
    assert "I will not ask who did it or why" in plant.said()
    assert [what for what in plant.whats(second) if isinstance(what, Answered)] == []
    assert plant.state(first) == "finished"
