"""E: processes that end, deliveries that come twice, people who come back after days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.message import Heard
from bot.settings import Settings
from bot.store import migrate
from bot.store.database import Database
from playbooks.run import Drafted
from tests.dialogue import Clock, Web
from tests.plant import ANSWERS, COLD, Plant, labels


@pytest.fixture
def plant(each_plant: Plant) -> Plant:
    """On both engines."""
    return each_plant


@pytest.mark.scenario("E1")
def test_a_process_that_ends_after_every_message_changes_nothing_of_what_comes_out(plant: Plant):
    """Processes that are killed in the middle of one are in `tests/faults`."""
    calm = plant.drafted()
    restless = plant.start()
    for step in ANSWERS:
        plant.restart()
        if plant.state(restless) == "open" and plant.ledger(restless).asking == step:
            plant.hear(ANSWERS[step])

    made = [next(what for what in plant.whats(ref) if isinstance(what, Drafted)) for ref in (calm, restless)]
    assert made[0].fingerprint == made[1].fingerprint
    assert plant.state(restless) == "waiting"


@pytest.mark.scenario("E2")
def test_the_same_delivery_twice_and_one_that_comes_late_change_nothing_twice(plant: Plant):
    ref = plant.start()
    first = plant.message(press=plant.button("No"))
    assert plant.coach.hear(first) == Heard("done")
    plant.hear("no")
    rows = plant.counts()
    assert plant.coach.hear(first) == Heard("duplicate")
    assert plant.counts() == rows

    plant.coach.hear(replace(first, event_id="the same press, sent again by the page"))
    assert "That was an earlier question, so I changed nothing." in plant.said()
    assert [step for step, _ in plant.answered(ref)] == ["someone_hurt", "patient_or_product"]


@pytest.mark.scenario("E3")
def test_a_button_from_last_week_changes_nothing_and_says_where_we_are(plant: Plant):
    plant.start()
    old = plant.button("Yes")
    ref = plant.upto("where")
    answers = plant.answered(ref)
    plant.later(days=7)
    plant.restart()
    plant.coach.hear(plant.message(press=old))

    assert plant.said().startswith(
        "That was an earlier question, so I changed nothing. This is where we are now."
    )
    assert "Where? Give the room" in plant.said()
    assert plant.answered(ref) == answers


@pytest.mark.scenario("E4")
def test_of_two_devices_one_answer_wins_and_the_other_is_told_with_its_words(plant: Plant):
    plant.start()
    ref = plant.upto("where")
    question = plant.replies()[-1].field
    assert question
    desk = replace(plant.message("CR-02"), about=question.about)
    telephone = replace(plant.message("CR-03", channel="terminal"), about=question.about)
    plant.coach.hear(desk)
    plant.coach.hear(telephone)

    assert plant.answered(ref)[-1] == ("where", ("CR-02",))
    assert 'You wrote: "CR-03". This is where we are now.' in plant.lines(channel="terminal")[
        -1
    ].payload.replace('\\"', '"')


@pytest.mark.scenario("E5")
def test_after_nine_days_it_says_where_it_stands_what_is_open_which_limits_run_and_then_asks(plant: Plant):
    plant.start()
    plant.upto("where")
    plant.later(days=9)
    plant.restart()
    plant.say("continue")

    assert plant.said().split("\n")[:3] == [
        f'Welcome back to "{COLD}". Answered so far: 11.',
        "Still to come back to: When it happened.",
        "Time limit passed: Open the record in the QMS, due 4 June 2026, 06:00 (IST). It can still be done now.",
    ]
    *_, question, offered = plant.said().split("\n\n")
    assert question.startswith("Where? Give the room")
    assert offered == 'At the start you wrote: "cold room 2". Is that right?'


@pytest.mark.scenario("E6")
def test_of_three_open_deviations_each_can_be_listed_named_and_taken_up(plant: Plant):
    titles = ("cold room alarm in CR-02", "label mix up on line 3", "spill on the floor of room 7")
    refs = {}
    for title in titles:
        refs[title] = plant.start(title)
        plant.hear("no", "pause")
        plant.later(minutes=1)

    plant.say("my runs")
    assert "You have 3 open. Which one?" in plant.said()
    assert labels(plant.replies()) == [f"Continue: {title}" for title in reversed(titles)]
    plant.say("continue label mix up on line 3")
    plant.press("Continue: label mix up on line 3")
    plant.hear("no")
    assert [len(plant.answered(refs[title])) for title in titles] == [1, 2, 1]


@pytest.fixture
def page(database_url: str) -> Iterator[Web]:
    migrate.upgrade(database_url)
    secret = "a made-up key " * 3
    settings = Settings.model_validate({"DATABASE_URL": database_url, "QMS_COACH_SECRET_KEY": secret})
    web = Web(settings, Clock())
    yield web
    web.close()


@pytest.mark.scenario("E7")
def test_a_form_closed_halfway_leaves_nothing_half_made_and_the_same_question_stands(page: Web):
    page.turn_to("alex")
    for words in ("label mix up", "yes", "no", "no", "yes", "Lead 06:00", "Log p. 1", "other", "today 06:00"):
        page.say(words)
    for words in (
        "By a check",
        "today 06:10",
        "the lead",
        "not known yet",
        "Line 3",
        "A leaflet of A in a carton of B",
        "keep",
    ):
        page.say(words)
    before = page.page.open_lines[-1]
    assert next(iter(before.ticks)) == "A batch in process or finished"

    page.restart()  # boxes were ticked, and the page was closed before they were sent
    page.turn_to("alex")
    assert page.page.open_lines[-1].ticks == before.ticks
    page.press(["Records only"])
    assert "Can it be stopped and kept apart without danger" in page.page.lines[-1].text


@pytest.mark.scenario("E7")
def test_a_list_sent_without_a_tick_is_refused_with_words_and_changes_nothing(
    plant: Plant, database: Database
):
    plant.start()
    ref = plant.upto("involved")
    answers = plant.answered(ref)
    question = plant.replies()[-1].field
    assert question
    press = plant.button("Back")
    plant.coach.hear(plant.message(press=replace(press, action="answer", values=(), about=question.about)))

    assert plant.answered(ref) == answers
    assert "What does it touch?" in plant.said()
