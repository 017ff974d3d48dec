"""What makes the coach look at the time: jobs that run again and again, whatever happens to one of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from structlog.testing import capture_logs

from bot.wall_clock import now
from scheduler.clock import Clock, Job

SOON = timedelta(milliseconds=20)
HOUR = timedelta(hours=1)
PATIENCE = 10.0


class Turns:
    """Counts a job's turns, and lets a test wait for the next."""

    def __init__(self) -> None:
        self.count = 0
        self._moved = threading.Condition()

    def __call__(self) -> None:
        with self._moved:
            self.count += 1
            self._moved.notify_all()

    def reach(self, wanted: int) -> None:
        with self._moved:
            reached = self._moved.wait_for(lambda: self.count >= wanted, PATIENCE)
        assert reached, f"{self.count} turns instead of {wanted} after {PATIENCE} s"


@contextmanager
def running(*jobs: Job) -> Iterator[Clock]:
    clock = Clock(jobs)
    clock.start()
    try:
        yield clock
    finally:
        clock.stop()


def test_every_job_runs_once_at_the_start():
    hourly, daily = Turns(), Turns()
    with running(Job("hourly", HOUR, hourly), Job("daily", 24 * HOUR, daily)):
        hourly.reach(1)
        daily.reach(1)
    assert (hourly.count, daily.count) == (1, 1)


def test_a_job_runs_again_and_again():
    turns = Turns()
    with running(Job("often", SOON, turns)):
        turns.reach(3)


def test_a_job_that_raises_is_logged_and_has_its_next_turn():
    turns = Turns()

    def fail() -> None:
        turns()
        raise OSError("the disk is full")

    with capture_logs() as logged, running(Job("failing", SOON, fail)):
        turns.reach(3)
    assert {(entry["event"], entry["job"]) for entry in logged} == {("a job went wrong", "failing")}


def test_a_job_never_runs_beside_itself_and_does_not_hold_up_the_others():
    turns, others, may_end = Turns(), Turns(), threading.Event()

    def take_long() -> None:
        turns()
        may_end.wait(PATIENCE)

    with running(Job("long", SOON, take_long), Job("short", SOON, others)):
        turns.reach(1)
        others.reach(5)
        assert turns.count == 1
        may_end.set()


def test_stopping_waits_for_the_job_that_runs_and_begins_no_other():
    began, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def take_long() -> None:
        began.set()
        may_end.wait(PATIENCE)
        ended.set()

    clock = Clock([Job("long", HOUR, take_long)])
    clock.start()
    began.wait(PATIENCE)
    stopping = threading.Thread(target=clock.stop)
    stopping.start()
    stopping.join(0.05)
    assert stopping.is_alive(), "it did not wait"
    may_end.set()
    stopping.join(PATIENCE)
    assert ended.is_set()


def test_after_the_machines_clock_was_set_back_no_job_waits_longer_than_its_interval():
    turns = Turns()
    with running(Job("hourly", HOUR, turns)) as clock:
        turns.reach(1)
        clock.catch_up(now() - timedelta(days=1))
        turns.reach(2)


def test_while_the_machines_clock_goes_as_it_should_nothing_is_hurried():
    turns, others = Turns(), Turns()
    with running(Job("hourly", HOUR, turns), Job("often", SOON, others)) as clock:
        turns.reach(1)
        clock.catch_up(now())
        others.reach(others.count + 3)  # time enough for a turn that should not be
    assert turns.count == 1
