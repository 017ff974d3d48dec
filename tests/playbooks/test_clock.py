"""Clocks of a run: when they start, move, ring and stop."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from playbooks.act import Act, Back, Cancel, Change, Confirm, Fire, Picked, Skip, Typed
from playbooks.calendar import SITE, US_FEDERAL, Calendar
from playbooks.place import Place
from playbooks.position import RunningClock
from playbooks.run import ClockFired, ClockStarted
from playbooks.script import Script
from playbooks.utterance import ClockRang, ClockSet
from tests.playbooks.scripts import DUBLIN, REVIEW, Tree, Walk, choice, document, question, script

HOLIDAYS = frozenset({date(2025, 6, 4)})
SITE_PLACE = Place(
    DUBLIN.zone,
    values={"open_within": "1 working day"},
    calendars={SITE: Calendar(DUBLIN.zone, HOLIDAYS), US_FEDERAL: Calendar(DUBLIN.zone, frozenset())},
)
OPEN: Tree = {
    "say": "Open the record",
    "starts": "noticed",
    "due_in": {"site": "open_within"},
    "calendar": "site_working_days",
    "stops": "number",
    "remind": ["50%", "90%"],
}
LATE: Tree = {"say": "It was due.", "tell": "qa_on_call"}


def with_clock(**changes: object) -> Script:
    """A run with one clock, from when it was noticed until it has a number."""
    return script(
        question("noticed", "datetime", unknown={"label": "Not known", "follow_up": "today"}, clock="open"),
        choice("kind", "lab", "line"),
        REVIEW,
        document(),
        question("number", "identifier", required=False, can_wait=True),
        clocks={"open": OPEN | changes},
    )


OF = with_clock()
HOURS = with_clock(due_in="10 h", calendar="hours")


def started(of: Script = OF, place: Place = SITE_PLACE, *, noticed: str = "today 06:00") -> Walk:
    return Walk(of, place=place).does(Typed(noticed))


def rang(walk: Walk) -> list[tuple[int, int, int, tuple[str, ...]]]:
    return [
        (said.percent, said.number, said.of, said.to) for said in walk.said if isinstance(said, ClockRang)
    ]


# Starting and moving


@pytest.mark.scenario("H1")
def test_a_clock_starts_at_awareness_and_not_at_the_time_of_chatting():
    walk = started(noticed="yesterday 22:15")
    assert walk.due == {"open": "Tue 03 Jun 22:15"}
    assert [(said.running.clock.id, said.has_moved) for said in walk.said if isinstance(said, ClockSet)] == [("open", False)]  # fmt: skip
    assert [event.what for event in walk.events if isinstance(event.what, ClockStarted)] == [
        ClockStarted("open", "1 working day")
    ]


@pytest.mark.scenario("H1")
def test_correcting_awareness_moves_the_clock_and_says_so():
    walk = started().does(Typed("lab"), Change("noticed"), Typed("yesterday 06:00"))
    assert walk.due == {"open": "Tue 03 Jun 06:00"}
    assert [said.has_moved for said in walk.said if isinstance(said, ClockSet)] == [True]
    assert walk.kinds.count("clock_started") == 1


def test_a_correction_that_moves_nothing_says_nothing_of_clocks():
    walk = started().does(Typed("lab"), Change("kind"), Typed("line"))
    assert not any(isinstance(said, ClockSet) for said in walk.said)


@pytest.mark.parametrize("acts", [(Picked(("unknown",)),), (Typed("today 06:00"), Back())])
def test_without_a_moment_of_awareness_no_clock_runs(acts):
    assert Walk(OF, place=SITE_PLACE).does(*acts).due == {}


def test_a_holiday_of_the_site_is_no_working_day_of_its_clock():
    assert started(noticed="today 06:00").due == {"open": "Thu 05 Jun 06:00"}
    assert started(with_clock(calendar="us_federal")).due == {"open": "Wed 04 Jun 06:00"}


def test_a_site_without_a_calendar_works_from_monday_to_friday():
    place = Place(DUBLIN.zone, values=SITE_PLACE.values)
    assert started(place=place).due == {"open": "Wed 04 Jun 06:00"}


def test_a_clock_without_a_duration_at_this_site_does_not_run():
    assert started(place=DUBLIN).due == {}


def test_a_clock_in_hours_runs_through_the_night_and_the_change_of_clocks():
    place = Place(ZoneInfo("America/New_York"))
    of = with_clock(due_in="24 h", calendar="hours")
    assert started(of, place, noticed="2025-03-08 12:00").due == {"open": "Sun 09 Mar 13:00"}


def test_the_duration_is_frozen_when_the_clock_starts():
    walk = started()
    walk.place = replace(SITE_PLACE, values={"open_within": "5 working days"})
    assert walk.does(Change("noticed"), Typed("today 07:00")).due == {"open": "Thu 05 Jun 07:00"}
    assert started(place=walk.place).due == {"open": "Wed 11 Jun 06:00"}


def test_a_clock_with_a_condition_runs_only_while_it_holds():
    of = with_clock(applies_when={"kind": "lab"})
    walk = started(of)
    assert walk.due == {}
    assert walk.does(Typed("lab")).due == {"open": "Thu 05 Jun 06:00"}
    assert isinstance(walk.said[0], ClockSet)
    assert walk.does(Change("kind"), Typed("line")).due == {}
    walk.does(Change("kind"), Typed("lab"))
    assert walk.due == {"open": "Thu 05 Jun 06:00"}
    assert walk.kinds.count("clock_started") == 1


# Ringing


@pytest.mark.scenario("H3")
def test_a_clock_rings_at_each_of_its_marks_once():
    walk = started(HOURS).after(minutes=1)  # from 06:00 until 16:00, and it is 13:02
    assert rang(walk.does(Fire("open"))) == [(50, 1, 3, ())]
    assert walk.does(Fire("open")).said == ()
    assert rang(walk.after(hours=2).does(Fire("open"))) == [(90, 2, 3, ())]
    assert rang(walk.after(hours=1).does(Fire("open"))) == [(100, 3, 3, ())]
    assert walk.after(days=3).does(Fire("open")).said == ()


def test_of_several_marks_that_passed_meanwhile_only_the_latest_is_said_and_all_are_kept():
    walk = started(HOURS).after(days=1).does(Fire("open"))
    assert rang(walk) == [(100, 3, 3, ())]
    assert [event.what.percent for event in walk.events if isinstance(event.what, ClockFired)] == [
        50,
        90,
        100,
    ]


def test_a_clock_rings_not_before_its_mark():
    assert started(HOURS, noticed="now").after(hours=4).does(Fire("open")).said == ()


def test_a_clock_that_moved_rings_again_for_its_new_time():
    walk = started(HOURS).does(Fire("open"), Change("noticed"), Typed("now"))
    assert walk.does(Fire("open")).said == ()
    assert rang(walk.after(hours=5, minutes=1).does(Fire("open"))) == [(50, 1, 3, ())]


@pytest.mark.scenario("H4")
@pytest.mark.parametrize(
    ("late", "heard"),
    [
        (None, ()),
        (LATE, ("person-qa",)),
        (LATE | {"tell": "self"}, ()),
        (LATE | {"tell": "self_then_role_on_shift"}, ("person-lead",)),
        (LATE | {"tell": "nobody_here"}, ()),
    ],
)
def test_who_hears_that_it_is_late_is_what_the_script_says(late, heard):
    of = with_clock(due_in="10 h", calendar="hours", **({"when_late": late} if late else {}))
    roster = {"qa_on_call": ("person-qa",), "supervisor_on_shift": ("person-lead",)}
    walk = Walk(of, roster=roster).does(Typed("today 06:00"))
    assert rang(walk.does(Fire("open"))) == [(50, 1, 3, ())]
    assert rang(walk.after(hours=9).does(Fire("open"))) == [(100, 3, 3, heard)]


# Stopping


def test_a_clock_stops_with_the_answer_that_ends_it():
    walk = started(HOURS).does(Typed("lab"), Confirm(), Typed("DEV-1"))
    assert walk.due == {}
    assert [clock.is_stopped for clock in walk.position.clocks] == [True]
    assert walk.after(days=2).does(Fire("open")).said == ()


def test_an_open_end_keeps_the_clock_running_after_the_finish():
    walk = started(HOURS).does(Typed("lab"), Confirm(), Skip())
    assert walk.position.cursor is None
    assert walk.due == {"open": "Tue 03 Jun 16:00"}


@pytest.mark.scenario("D1")
@pytest.mark.parametrize("act", [Cancel(), Back()])
def test_a_run_that_is_over_or_a_start_taken_back_rings_no_more(act: Act):
    walk = started(HOURS).does(act).after(days=2).does(Fire("open"))
    assert walk.said == ()


def test_a_clock_nobody_knows_rings_never():
    assert started(HOURS).does(Fire("rhubarb")).said == ()


def test_a_part_of_the_time_is_a_moment_between_start_and_end():
    (running,) = started(HOURS).position.clocks
    assert isinstance(running, RunningClock)
    assert running.marks == (50, 90, 100)
    assert [f"{running.at(mark):%H:%M}" for mark in running.marks] == ["11:00", "15:00", "16:00"]
