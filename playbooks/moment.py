"""Reading a date and time the way people type one, and asking back instead of guessing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import Enum, auto
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T", bound=date)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d{2})"  # so that "3 June 1430" has a time, and no year is out of the calendar's reach
_ISO = re.compile(rf"\b{_YEAR}-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?:t|\b)")
_DAY_MONTH = re.compile(
    rf"\b{_DAY}[ -]?(?:of )?{_MONTH}(?:,? ?-?(?P<year>(?:19|20)\d{{2}}|(?<=-)\d{{2}}\b))?"
)
_MONTH_DAY = re.compile(rf"\b{_MONTH} {_DAY}(?:,? {_YEAR})?\b")
_NUMERIC = re.compile(
    r"\b(?P<first>\d{1,2})(?P<sep>[/.-])(?P<second>\d{1,2})(?P=sep)(?P<year>(?:19|20)\d{2}|\d{2})\b"
)
_NUMERIC_SHORT = re.compile(r"\b(?P<first>\d{1,2})/(?P<second>\d{1,2})(?![\d/])")
_WEEKDAY = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?\b")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(
    r"(?<![\d:])(?:(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?::\d{2})?|(?P<four>\d{4})(?=$| ?h| hours?\b)|(?P<bare>\d{1,2})(?= ?[ap]\.?m))"
    r"(?P<rest> ?(?P<half>[ap])\.?m\.?(?![a-z])| ?h(?:ours|rs?)?\b)?"
)
# With a minus it may as well be a span of time ("14:00-15:00"), so only a whole ISO 8601 moment may have one.
_OFFSET = re.compile(
    r"(?<=\d)(?:\+|(?<=t\d\d:\d\d)-|(?<=t\d\d:\d\d:\d\d)-)(?P<hours>0\d|1[0-4]):?(?P<minutes>[0-5]\d)$|(?<=\d)z$"
)
_DAY_WORDS = {"today": 0, "yesterday": -1}
_PARTS = {  # from when to when, in hours from the beginning of today; "2:30" this afternoon is 14:30
    "this morning": (0, 13),
    "this afternoon": (12, 19),
    "this evening": (16, 24),
    "last night": (-7, 7),
}
_NOW_WORDS = frozenset({"now", "just now", "right now"})
_FILLERS = re.compile(r"\b(?:at|on|the|of|o'clock)\b|[,.;]")
_A_DAY = timedelta(days=1)


class Missing(Enum):
    """Why a text is no moment."""

    NOT_A_DATE = auto()
    NO_TIME = auto()
    NO_SUCH_TIME = auto()


@dataclass(frozen=True, slots=True)
class Several(Generic[T]):
    """The text can mean any of these; the person is asked which."""

    moments: tuple[T, ...]


def read_moment(
    text: str, now: datetime, zone: ZoneInfo, *, is_day_first: bool
) -> datetime | Several[datetime] | Missing:
    """The aware moment that `text` means at a place in `zone`, when it is `now` there.

    A date that can be read two ways (03/04), a bare time that is still to come today, and an hour that a
    clock change repeats give `Several`, the likelier first. Nothing is guessed.

    1. The offset from UTC, the date with its weekday, and the time of day are taken out of the words.
    2. Words left over mean that we did not understand.
    3. What was meant is every moment that has such a date and time there; more than one is asked back.
    """
    here = now.astimezone(zone)
    words = " ".join(text.lower().split())
    if words in _NOW_WORDS:
        return here.replace(second=0, microsecond=0)
    offset = _OFFSET.search(words)
    words = words[: offset.start()] if offset else words
    if part := next((part for part in _PARTS if re.search(rf"\b{part}\b", words)), None):
        dates: list[date] | None = [here.date()]
        words = words.replace(part, " ", 1)
    else:
        dates, words = _take_dates(words, here.date(), is_day_first=is_day_first)
    clock = _CLOCK.search(words)
    if clock is None:
        return Missing.NO_TIME if dates and not _left_over(words) else Missing.NOT_A_DATE
    at = _time_of(clock)
    if at is None or _left_over(_without(words, clock)):
        return Missing.NOT_A_DATE
    its_zone = _zone_of(offset) if offset else zone
    if part:
        days = _in_part(_PARTS[part], at, here.date(), has_half=clock["half"] is not None)
    else:
        days = [(day, at) for day in (_days_for(at, now.astimezone(its_zone)) if dates is None else dates)]
    moments = [moment.astimezone(zone) for day, time_ in days for moment in _local(day, time_, its_zone)]
    match moments:
        case []:
            return Missing.NO_SUCH_TIME if days else Missing.NOT_A_DATE
        case [only]:
            return only
        case _:
            return Several(tuple(moments))


def read_date(text: str, today: date, *, is_day_first: bool) -> date | Several[date] | Missing:
    """The day that `text` means when it is `today`; one that can be read two ways gives `Several`."""
    dates, words = _take_dates(" ".join(text.lower().split()), today, is_day_first=is_day_first)
    if not dates or _left_over(words):
        return Missing.NOT_A_DATE
    return dates[0] if len(dates) == 1 else Several(tuple(dates))


def read_time(text: str) -> time | Missing:
    """The time of day that `text` means."""
    words = " ".join(text.lower().split())
    clock = _CLOCK.search(words)
    if clock is None or _left_over(_without(words, clock)):
        return Missing.NOT_A_DATE
    return _time_of(clock) or Missing.NOT_A_DATE


def _take_dates(words: str, today: date, *, is_day_first: bool) -> tuple[list[date] | None, str]:
    """The days that `words` can mean (None: it names none), and the words without them."""
    weekday = _WEEKDAY.search(words)
    if weekday is None:
        return _take_named(words, today, is_day_first=is_day_first)
    days, words = _take_named(_without(words, weekday), today, is_day_first=is_day_first)
    if days is None:  # the latest day of that name; on that day itself, it or the one a week ago
        days = [today - number * _A_DAY for number in range(8)]
    return [day for day in days if day.weekday() == _WEEKDAYS.index(weekday[1])], words


def _take_named(words: str, today: date, *, is_day_first: bool) -> tuple[list[date] | None, str]:
    for word, days in _DAY_WORDS.items():
        if match := re.search(rf"\b{word}\b", words):
            return [today + days * _A_DAY], _without(words, match)
    for pattern in (_ISO, _DAY_MONTH, _MONTH_DAY):
        if match := pattern.search(words):
            month = match["month"]
            number = int(month) if month.isdigit() else _MONTHS.index(month) + 1
            named = _day(match["year"], number, int(match["day"]), today)
            return [named] if named else [], _without(words, match)
    for pattern in (_NUMERIC, _NUMERIC_SHORT):
        if match := pattern.search(words):
            year = match.groupdict().get("year")
            pair = (int(match["first"]), int(match["second"]))
            orders = (pair, pair[::-1]) if is_day_first else (pair[::-1], pair)
            read = (_day(year, second, first, today) for first, second in dict.fromkeys(orders))
            return [day for day in read if day], _without(words, match)
    return None, words


def _day(year: str | None, month: int, day: int, today: date) -> date | None:
    """The day, or None when the calendar has none; without a year, the latest of this year or last."""
    if year is None:
        recent = (_day(str(number), month, day, today) for number in (today.year, today.year - 1))
        return next((found for found in recent if found and found <= today), None)
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    except ValueError:
        return None


def _time_of(match: re.Match[str]) -> time | None:
    if match["four"]:
        hour, minute = int(match["four"][:2]), int(match["four"][2:])
    else:
        hour, minute = int(match["hour"] or match["bare"]), int(match["minute"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _days_for(at: time, here: datetime) -> list[date]:
    """A bare time means today; one still to come today may have been yesterday (a night shift)."""
    today = here.date()
    return [today] if at <= here.time() else [today - _A_DAY, today]


def _in_part(hours: tuple[int, int], at: time, today: date, *, has_half: bool) -> list[tuple[date, time]]:
    """The days and times of day in this part of the day that `at` can mean, read on a 12-hour clock too."""
    is_twelve_hour = not has_half and 1 <= at.hour <= 12
    times = (at, at.replace(hour=(at.hour + 12) % 24)) if is_twelve_hour else (at,)
    start, end = (datetime.combine(today, time()) + timedelta(hours=hour) for hour in hours)
    days = (today, today - _A_DAY)
    return [(day, each) for day in days for each in times if start <= datetime.combine(day, each) < end]


def _local(day: date, at: time, zone: tzinfo) -> list[datetime]:
    """The moments with this wall clock: none in a gap, two where the clocks go back, one otherwise."""
    first, second = (datetime.combine(day, at.replace(fold=fold), zone) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return [first]
    return [moment for moment in (first, second) if _exists(moment)]


def _exists(moment: datetime) -> bool:
    """Whether the clocks there ever show this; the hour that spring skips they do not."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None) == moment.replace(
        tzinfo=None
    )


def _zone_of(offset: re.Match[str]) -> timezone:
    return timezone(
        timedelta(hours=int(offset["hours"] or 0), minutes=int(offset["minutes"] or 0))
        * (-1 if "-" in offset[0] else 1)
    )


def _without(words: str, match: re.Match[str]) -> str:
    return words[: match.start()] + " " + words[match.end() :]


def _left_over(words: str) -> bool:
    return bool(_FILLERS.sub(" ", words).strip())
