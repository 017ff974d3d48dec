"""Working days, and when something is due: the arithmetic of clocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from playbooks.errors import PlaybookError

_SHAPE = re.compile(
    r"(?P<number>\d{1,4}) ?(?P<unit>min(?:ute)?s?|h(?:ours?)?|(?:calendar )?days?|working days?|weeks?)"
)
_SATURDAY = 5


class DurationRefused(PlaybookError):
    """A text that is no duration; the message says how one is written."""


class Unit(StrEnum):
    """What a duration counts."""

    MINUTE = "min"
    HOUR = "h"
    DAY = "day"
    WORKING_DAY = "working day"


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something may take: a number of minutes, hours, calendar days or working days."""

    number: int
    unit: Unit

    def __str__(self) -> str:
        plural = "s" if self.number != 1 and self.unit in {Unit.DAY, Unit.WORKING_DAY} else ""
        return f"{self.number} {self.unit}{plural}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked somewhere: not the `weekend` (0 is Monday), not the `holidays`, both in `zone`."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()
    weekend: frozenset[int] = frozenset({_SATURDAY, 6})

    def is_worked(self, day: date) -> bool:
        """Whether `day` is a working day."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def after(self, start: datetime, duration: Duration) -> datetime:
        """The moment `duration` after `start`, aware and in this calendar's zone.

        Minutes and hours are counted exactly. Days keep the time of day on the wall; the day itself counts as
        nothing, so one working day after Friday 06:00 is Monday 06:00, and after a Saturday it is Monday too.
        """
        here = start.astimezone(self.zone)
        match duration.unit:
            case Unit.MINUTE:
                return (start.astimezone(UTC) + timedelta(minutes=duration.number)).astimezone(self.zone)
            case Unit.HOUR:
                return (start.astimezone(UTC) + timedelta(hours=duration.number)).astimezone(self.zone)
            case Unit.DAY:
                return self._on(here.date() + timedelta(days=duration.number), here)
            case Unit.WORKING_DAY:
                return self._on(self._worked_after(here.date(), duration.number), here)
            case _:
                assert_never(duration.unit)

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """How many working days lie after the day of `start`, up to and with the day of `end`; 0 if it is earlier."""
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        count = 0
        while day < last:
            day += timedelta(days=1)
            count += self.is_worked(day)
        return count

    def _worked_after(self, day: date, number: int) -> date:
        while number > 0:
            day += timedelta(days=1)
            number -= self.is_worked(day)
        return day

    def _on(self, day: date, here: datetime) -> datetime:
        """The wall clock of `here` on `day`; a time that a clock change leaves out moves forward by the gap."""
        wall = datetime.combine(day, here.time().replace(fold=0), self.zone)
        return wall.astimezone(UTC).astimezone(self.zone)


SITE, US_FEDERAL, HOURS = "site_working_days", "us_federal", "hours"
NAMES = (SITE, US_FEDERAL, HOURS)  # what a clock can name; "hours" runs through nights and holidays


def read_duration(text: str) -> Duration:
    """The duration that `text` writes: "15 min", "24 h", "2 working days", "1 week". Raises DurationRefused."""
    match = _SHAPE.fullmatch(" ".join(text.lower().split()))
    if match is None:
        raise DurationRefused(
            f"{text!r} is no duration; write it as '15 min', '24 h', '3 days' or '2 working days'"
        )
    number, unit = int(match["number"]), match["unit"]
    if unit.startswith("week"):
        return Duration(7 * number, Unit.DAY)
    kind = next(
        kind
        for start, kind in (
            ("min", Unit.MINUTE),
            ("h", Unit.HOUR),
            ("working", Unit.WORKING_DAY),
            ("", Unit.DAY),
        )
        if unit.startswith(start)
    )
    return Duration(number, kind)
