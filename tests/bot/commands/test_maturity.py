"""`maturity`: what the finished self-assessments say together, and never what one person said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.dashboard.maturity import PLAYBOOK
from bot.person import Person
from bot.store import content, people, runs
from bot.store.database import Database
from playbooks.run import RunState
from playbooks.scenario import play
from tests.bot.commands.conftest import Run
from tests.content import shipped_library

LIBRARY = shipped_library()
BOOK = LIBRARY.playbooks[PLAYBOOK]
NOW = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)


@pytest.fixture
def plant(on_database: Database) -> Database:
    with on_database.writing() as conn:
        content.keep(conn, BOOK.script.hash, BOOK.canonical)
        for number in range(1, 15):
            person = f"p{number}"
            people.add(
                conn, Person(person, f"Person {number}", "northfield", "operator", zone="Europe/Dublin")
            )
    return on_database


def assessed(
    database: Database,
    person: int,
    group: str,
    level: str,
    *,
    site: str = "northfield",
    state: RunState = "finished",
    later: int = 0,
) -> None:
    """A person's self-assessment, the same level for every part."""
    answers: dict[str, object] = {"group": group}
    for step in BOOK.script.steps:
        if step.id.endswith("_level"):
            answers[step.id] = level
        elif step.id.endswith("_shown_by") and level != "unknown":
            answers[step.id] = "What I saw myself"
    place = LIBRARY.site(site)
    played = play(BOOK.script, answers, place.frozen_for("operator"), NOW, place.place)
    assert played.is_finished, played.stopped
    ref, at = f"coach-{person}-{later}", NOW + timedelta(days=later)
    row = runs.RunRow(
        ref, f"p{person}", site, PLAYBOOK, BOOK.script.version, BOOK.script.hash, "Where?", state, at, at
    )
    with database.writing() as conn:
        runs.begin(conn, row)
        whats = [event.what for event in played.events]
        runs.append(conn, ref, 0, whats, at=at, by=f"p{person}", channel="web")


def test_a_group_is_told_where_neither_it_nor_the_rest_is_small(run: Run, plant: Database):
    for person in range(1, 6):
        assessed(plant, person, "production", "2")
    for person in range(6, 11):
        assessed(plant, person, "leads", "4")
    for person in range(11, 13):
        assessed(plant, person, "quality", "5")
    shown = run("maturity", "--site", "northfield")
    assert shown.exit_code == 0
    part = shown.stdout.split("Deviations and investigations")[1].split("Data and records")[0]
    assert "everyone: n 12, median 4, spread 2" in part
    assert "I lead a shift, a team or a department: n 5, median 4, spread 0" in part
    assert "Quality assurance: not shown: fewer than five" in part
    assert "Production or warehouse: not shown" in part  # the two of QA would be left over
    assert "What I saw myself" not in shown.stdout


def test_how_far_groups_lie_apart_is_told(run: Run, plant: Database):
    for person in range(1, 6):
        assessed(plant, person, "production", "2")
    for person in range(6, 11):
        assessed(plant, person, "leads", "4")
    (found,) = json.loads(run("maturity", "--site", "northfield", "--format", "json").stdout)
    assert len(found["dimensions"]) == 10
    first = found["dimensions"][0]
    assert (first["id"], first["between_groups"], first["unknown"]) == ("deviations_level", 2.0, 0)
    assert first["groups"]["Production or warehouse"] == {"n": 5, "median": 2.0, "spread": 0.0}
    assert found["radar"]["everyone"] == [3.0] * 10
    assert found["radar"]["groups"]["I lead a shift, a team or a department"] == [4.0] * 10
    assert found["radar"]["axes"][0] == "Deviations and investigations"


def test_of_four_people_nothing_is_told(run: Run, plant: Database):
    for person in range(1, 5):
        assessed(plant, person, "production", "1")
    shown = run("maturity", "--site", "northfield").stdout
    assert "not shown: fewer than five" in shown
    assert "median" not in shown


def test_only_the_latest_assessment_of_a_person_counts(run: Run, plant: Database):
    for person in range(1, 6):
        assessed(plant, person, "production", "2")
        assessed(plant, person, "production", "4", later=30)
    assert "everyone: n 5, median 4, spread 0" in run("maturity", "--site", "northfield").stdout


def test_what_is_not_finished_counts_nowhere(run: Run, plant: Database):
    for person in range(1, 6):
        assessed(plant, person, "production", "2", state="open" if person == 5 else "finished")
    assert "median" not in run("maturity", "--site", "northfield").stdout


def test_not_knowing_is_counted_apart(run: Run, plant: Database):
    for person in range(1, 6):
        assessed(plant, person, "production", "2")
    for person in range(6, 12):
        assessed(plant, person, "production", "unknown")
    assessed(plant, 12, "production", "3")
    shown = run("maturity", "--site", "northfield").stdout
    assert "everyone: n 6, median 2, spread 0" in shown
    assert "don't know: 6" in shown


def test_sites_are_told_apart_and_never_together(run: Run, plant: Database):
    for person in range(1, 6):
        assessed(plant, person, "production", "2")
    shown = run("maturity").stdout
    assert [line.split(":")[0] for line in shown.splitlines() if line and line[0] != " "] == [
        "northfield",
        "southshore",
    ]
    assert shown.rindex("not shown: fewer than five") > shown.index("southshore")


def test_a_site_that_does_not_exist_is_named(run: Run, plant: Database):
    result = run("maturity", "--site", "nowhere")
    assert result.exit_code == 1
    assert "nowhere" in result.stderr
