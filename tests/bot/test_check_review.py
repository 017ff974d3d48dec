"""A coaching check that people keep their words against goes to QA: of groups, by day, and once in a long time."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot import jobs
from bot.content.library import Library
from bot.site import Roster, Site
from bot.store import events
from bot.store.database import Database
from bot.store.events import EngagementEvent
from bot.store.tables import audit as audit_table
from playbooks.coaching.catalogue import Manner
from tests.content import shipped_library
from tests.plant import Plant

CHECK, SITE = "vague_amount", "northfield"
PEOPLE = ("alex", "priya", "lee", "sam", "riley")


def at(site: Site, shipped: Library | None = None) -> Library:
    shipped = shipped or shipped_library()
    return replace(shipped, sites={**shipped.sites, site.id: site})


@pytest.fixture
def plant(database: Database) -> Plant:
    return Plant(database)


def happened(plant: Plant, outcomes: Mapping[str, int], *, check: str = CHECK, site: str = SITE, by: tuple[str, ...] = PEOPLE) -> None:  # fmt: skip
    """So often this became of the check's question, a minute ago, spread over these people."""
    verbs = [verb for verb, count in outcomes.items() for _ in range(count)]
    now = plant.clock.now - timedelta(minutes=1)
    with plant.database.writing() as conn:
        events.record(
            conn, [EngagementEvent(now, by[n % len(by)], site, verb, check) for n, verb in enumerate(verbs)]
        )


def often(plant: Plant, **more: Any) -> None:
    """It was kept against too often."""
    happened(plant, {"coached": 40, "stood_by": 28, "revised": 4}, **more)


def asked(plant: Plant, by: str = "dana") -> list[str]:
    return [text for text in plant.news(by) if "Please look at it." in text]


def test_a_check_that_people_keep_their_words_against_goes_to_qa_without_a_name(plant: Plant):
    often(plant)
    assert plant.coach.review_checks() == 1
    (text,) = asked(plant)
    assert "In 28 of 32 cases people kept their words as they were." in text
    assert "vague_amount" in text
    assert not any(person.name in text or person.id in text.split() for person in plant.library.people)
    for person in {person.id for person in plant.library.people} - {"dana"}:
        assert asked(plant, person) == []
    with plant.database.reading() as conn:
        row = conn.execute(select(audit_table).where(audit_table.c.action == "check sent for review")).one()
    assert (row.actor, row.object, row.after) == ("system", f"check:{SITE}/{CHECK}", "kept 28 of 32")


@pytest.mark.parametrize(
    "outcomes",
    [
        {"coached": 60, "stood_by": 24, "revised": 6},
        {"coached": 60, "stood_by": 29},
        {"coached": 60, "revised": 60},
        {"coached": 60},
    ],
)
def test_a_check_that_is_right_often_enough_or_was_seldom_asked_goes_nowhere(plant: Plant, outcomes):
    happened(plant, outcomes)
    assert plant.coach.review_checks() == 0
    assert plant.coach.checks_due() == ()


def test_figures_of_fewer_than_five_people_are_told_to_nobody(plant: Plant):
    often(plant, by=PEOPLE[:4])
    assert plant.coach.review_checks() == 0
    assert plant.coach.checks_due() == ()


def test_the_cases_of_one_site_and_one_check_are_counted_apart(plant: Plant):
    for check, site in ((CHECK, "southshore"), ("no_when", SITE)):
        happened(plant, {"stood_by": 20}, check=check, site=site)
    happened(plant, {"stood_by": 20})
    assert plant.coach.review_checks() == 0


def test_qa_is_not_asked_about_the_same_check_twice_within_90_days_and_then_for_new_cases_only(plant: Plant):
    often(plant)
    assert plant.coach.review_checks() == 1
    plant.later(days=60)
    often(plant)
    assert plant.coach.review_checks() == 0
    assert plant.coach.checks_due() == ()
    plant.later(days=30)
    assert plant.coach.review_checks() == 1
    assert len(asked(plant)) == 2
    plant.later(days=91)
    happened(plant, {"stood_by": 20})
    assert plant.coach.review_checks() == 0


def test_of_two_clocks_at_once_one_asks(plant: Plant):
    often(plant)
    together = Barrier(2)

    def at_once(_: int) -> int:
        together.wait(10)
        return plant.coach.review_checks()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(at_once, range(2))) == [0, 1]
    assert len(asked(plant)) == 1


@pytest.mark.parametrize("passed", [{"hours": 12}, {"days": 3}, {"hours": -5}])
def test_nobody_is_woken_for_it(plant: Plant, passed: Mapping[str, float]):
    often(plant)
    plant.later(**passed)  # to the evening, to Saturday, to the night
    assert plant.coach.review_checks() == 0
    plant.later(**{unit: -number for unit, number in passed.items()})
    plant.later(days=7)
    assert plant.coach.review_checks() == 1


def test_where_nobody_stands_on_the_roster_it_waits_for_somebody(plant: Plant):
    site = plant.library.sites[SITE]
    often(plant)
    without = at(replace(site, rosters={**site.rosters, "qa_on_call": Roster()}))
    coach = plant.with_library(without)
    assert coach.review_checks() == 0
    (waits,) = coach.checks_due()
    assert (waits.tally.check, waits.to) == (CHECK, ())
    assert plant.coach.review_checks() == 1


def test_a_check_that_is_off_or_gone_and_a_site_that_is_gone_need_no_review(plant: Plant):
    often(plant)
    often(plant, check="once_there_was")
    often(plant, site="closed")
    site = plant.library.sites[SITE]
    switched = plant.with_library(at(replace(site, coaching=Manner({CHECK: False}))))
    assert switched.checks_due() == ()
    assert [each.tally.check for each in plant.coach.checks_due()] == [CHECK]


def test_the_clock_says_how_many_it_sent(plant: Plant):
    with capture_logs() as logs:
        jobs.review_all(lambda: 0)
        jobs.review_all(lambda: 2)
    assert [(entry["event"], entry["count"]) for entry in logs] == [("coaching checks sent for review", 2)]
