"""Reading a date and time the way people type one, and asking back instead of guessing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_ISO = re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:t|\b)")
_DAY_MONTH = re.compile(rf"\b{_DAY}[ -](?:of )?{_MONTH}(?:,? ?-?{_YEAR})?")
_MONTH_DAY = re.compile(rf"\b{_MONTH} {_DAY}(?:,? {_YEAR})?\b")
_NUMERIC = re.compile(r"\b(?P<first>\d{1,2})(?P<sep>[/.-])(?P<second>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})\b")
_NUMERIC_SHORT = re.compile(r"\b(?P<first>\d{1,2})/(?P<second>\d{1,2})(?![\d/])")
_CLOCK = re.compile(
    r"(?<![\d:])(?:(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?::\d{2})?|(?P<four>\d{4})(?=$| ?h| hours?\b)|(?P<bare>\d{1,2})(?= ?[ap]\.?m))"
    r"(?P<rest> ?(?P<half>[ap])\.?m\.?(?![a-z])| ?h(?:ours|rs?)?\b)?"
)
_OFFSET = re.compile(r"(?<=\d)(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})$|(?<=\d)z$")
_DAY_WORDS = {
    "today": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "yesterday": -1,
    "last night": -1,
}
_NOW_WORDS = frozenset({"now", "just now", "right now"})
_FILLERS = re.compile(
    r"\b(?:at|on|the|of|o'clock|mon|tue|wed|thu|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|[,.;]"
)


class Missing(Enum):
    """Why a text is no moment."""

    NOT_A_DATE = auto()
    NO_TIME = auto()
    NO_SUCH_TIME = auto()


@dataclass(frozen=True, slots=True)
class Several:
    """The text can mean any of these; the person is asked which."""

    moments: tuple[datetime, ...]


def read_moment(
    text: str, now: datetime, zone: ZoneInfo, *, is_day_first: bool
) -> datetime | Several | Missing:
    """The aware moment that `text` means at a place in `zone`, when it is `now` there.

    A date that can be read two ways (03/04), a bare time that is still to come today, and an hour that a
    clock change repeats give `Several`, the likelier first. Nothing is guessed.
    """
    here = now.astimezone(zone)
    words = " ".join(text.lower().split())
    if words in _NOW_WORDS:
        return here.replace(second=0, microsecond=0)
    dates, words = _take_dates(words, here.date(), is_day_first=is_day_first)
    offset = _OFFSET.search(words)
    clock = _CLOCK.search(words)
    if clock is None:
        return Missing.NO_TIME if dates and not _left_over(words) else Missing.NOT_A_DATE
    at = _time_of(clock)
    words = words[: clock.start()] + " " + (words[clock.end() :] if offset is None else "")
    if at is None or _left_over(words):
        return Missing.NOT_A_DATE
    if dates is None:
        dates = _days_for(at, here)
    if offset is not None and len(dates) == 1:
        return _with_offset(dates[0], at, offset, zone)
    moments = [moment for day in dates for moment in _local(day, at, zone)]
    match moments:
        case []:
            return Missing.NO_SUCH_TIME if dates else Missing.NOT_A_DATE
        case [only]:
            return only
        case _:
            return Several(tuple(moments))


def _take_dates(words: str, today: date, *, is_day_first: bool) -> tuple[list[date] | None, str]:
    """The days that `words` can mean (None: it names none), and the words without them."""
    for phrase, days in _DAY_WORDS.items():
        if re.search(rf"\b{phrase}\b", words):
            return [today + timedelta(days=days)], re.sub(rf"\b{phrase}\b", " ", words, count=1)
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
    """The day, or None when the calendar has none; without a year, the latest that is not to come."""
    number = today.year if year is None else int(year)
    number += 2000 if year is not None and len(year) == 2 else 0
    try:
        found = date(number, month, day)
        return found.replace(year=number - 1) if year is None and found > today else found
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
    return [today] if at <= here.time() else [today - timedelta(days=1), today]


def _local(day: date, at: time, zone: ZoneInfo) -> list[datetime]:
    """The moments with this wall clock: none in a gap, two where the clocks go back, one otherwise."""
    found: list[datetime] = []
    for fold in (0, 1):
        moment = datetime.combine(day, at, zone).replace(fold=fold)
        exists = moment.astimezone(ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None) == moment.replace(
            tzinfo=None
        )
        if exists and moment.utcoffset() not in {other.utcoffset() for other in found}:
            found.append(moment)
    return found


def _with_offset(day: date, at: time, offset: re.Match[str], zone: ZoneInfo) -> datetime:
    minutes = int(offset["hours"] or 0) * 60 + int(offset["minutes"] or 0)
    behind = timedelta(minutes=-minutes if offset["sign"] == "-" else minutes)
    return (datetime.combine(day, at, ZoneInfo("UTC")) - behind).astimezone(zone)


def _without(words: str, match: re.Match[str]) -> str:
    return words[: match.start()] + " " + words[match.end() :]


def _left_over(words: str) -> bool:
    return bool(_FILLERS.sub(" ", words).strip())
