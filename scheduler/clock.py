"""What makes the coach look at the time: a few jobs, each run again and again.

The only file that knows APScheduler, and all it is used for: when something is due is decided elsewhere, from
`now` and the database. Several clocks beside each other are harmless, because what their jobs write has unique
keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

log = structlog.stdlib.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again: at the start, and then `every` so often."""

    name: str
    every: timedelta
    work: Callable[[], None]


class Clock:
    """Runs its jobs in threads of its own, from `start` to `stop`.

    A job never runs twice at the same time; turns it missed meanwhile become one. A job that raises is logged and has
    its next turn as usual.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = tuple(jobs)
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            timezone=UTC,
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Run every job at once, and go on."""
        for job in self._jobs:
            self._scheduler.add_job(_run, _at_once_and_every(job.every), args=[job], id=job.name)
        self._scheduler.start()

    def catch_up(self, now: datetime) -> None:
        """Call it now and then: after the machine's clock was set back, no job waits longer than its interval."""
        for job in self._jobs:
            planned = self._scheduler.get_job(job.name).next_run_time
            if planned - now > job.every:
                self._scheduler.modify_job(job.name, next_run_time=now)

    def stop(self) -> None:
        """Begin no job any more, and return when the last one has ended."""
        self._scheduler.shutdown(wait=True)


def _at_once_and_every(interval: timedelta) -> OrTrigger:
    return OrTrigger(
        [DateTrigger(timezone=UTC), IntervalTrigger(seconds=interval.total_seconds(), timezone=UTC)]
    )


def _run(job: Job) -> None:
    try:
        job.work()
    except Exception:
        log.exception("a job went wrong", job=job.name)
