"""The arithmetic that a playbook may name: a closed list of functions, each tested and versioned with the code.

A function takes answers and the site, and gives a number, or None as long as it is not known. What an answer's
text means as a number or a moment is decided here and nowhere else.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal, InvalidOperation

from playbooks.calendar import SITE, DurationRefused, Unit, read_duration
from playbooks.place import Place
from playbooks.run import Answer

Inputs = Mapping[str, Answer | None]
Function = Callable[[Inputs, Place], Decimal | None]

COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "more_than": operator.gt,
    "less_than": operator.lt,
    "at_least": operator.ge,
    "at_most": operator.le,
    "is": operator.eq,
}
_HOUR = Decimal(3600)
_DOUBT = Decimal("0.05")
_NIGHT_ENDS, _NIGHT_BEGINS = 6, 18


@dataclass(frozen=True, slots=True)
class Calc:
    """A function, the inputs it needs (an optional one ends in `?`), what it counts, and what it is for."""

    function: Function
    takes: tuple[str, ...]
    unit: str
    purpose: str

    @property
    def needs(self) -> frozenset[str]:
        """The inputs it cannot do without."""
        return frozenset(name for name in self.takes if not name.endswith("?"))

    @property
    def knows(self) -> frozenset[str]:
        """Every input it has a use for."""
        return frozenset(name.rstrip("?") for name in self.takes)


def compute(name: str, inputs: Inputs, place: Place) -> Decimal | None:
    """What the function `name` makes of `inputs`; None while one it needs is not known. Raises KeyError."""
    calc = CALCS[name]
    if any(_is_open(inputs.get(needed)) for needed in calc.needs):
        return None
    return calc.function(inputs, place)


def limit_of(name: str, text: str) -> Decimal | None:
    """A limit as the number that the function `name` is compared with: "2 working days" is 2, "1.5" is 1.5."""
    if (plain := number(text)) is not None:
        return plain
    try:
        duration = read_duration(text)
    except DurationRefused:
        return None
    minutes = {Unit.MINUTE: 1, Unit.HOUR: 60, Unit.DAY: 24 * 60}
    match CALCS[name].unit, duration.unit:
        case "hours", Unit.MINUTE | Unit.HOUR | Unit.DAY:
            return Decimal(duration.number * minutes[duration.unit]) / 60
        case "working days", Unit.WORKING_DAY:
            return Decimal(duration.number)
        case _:
            return None


def number(text: str) -> Decimal | None:
    """The number that `text` is, with a point or a comma for its decimals; None for anything else."""
    try:
        found = Decimal(text.strip().replace("\N{MINUS SIGN}", "-").replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def moment(answer: Answer | None) -> datetime | None:
    """The moment that a datetime's answer is; None for anything else."""
    if answer is None or not answer.is_given:
        return None
    try:
        found = datetime.fromisoformat(answer.value)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _is_open(answer: Answer | None) -> bool:
    return answer is None or not answer.is_given


def _value(answer: Answer | None) -> Decimal | None:
    return number(answer.value) if answer and answer.is_given else None


def _working_days_between(inputs: Inputs, place: Place) -> Decimal | None:
    start, end = moment(inputs["from"]), moment(inputs["to"])
    if start is None or end is None:
        return None
    return Decimal(place.calendar(SITE).working_days_between(start, end))


def _hours_between(inputs: Inputs, _: Place) -> Decimal | None:
    start, end = moment(inputs["from"]), moment(inputs["to"])
    if start is None or end is None:
        return None
    return Decimal((end - start).total_seconds()) / _HOUR


def _count(inputs: Inputs, _: Place) -> Decimal | None:
    answer = inputs["of"]
    return Decimal(len(answer.values)) if answer else None


def _difference(inputs: Inputs, _: Place) -> Decimal | None:
    value, other = _value(inputs["of"]), _value(inputs["and"])
    return None if value is None or other is None else abs(value - other)


def _percent_of_limit(inputs: Inputs, _: Place) -> Decimal | None:
    value, limit = _value(inputs["of"]), _value(inputs["limit"])
    return None if value is None or not limit else 100 * value / limit


def _outside_limits(inputs: Inputs, _: Place) -> Decimal | None:
    """How far the value lies outside its limits; 0 inside. At least one limit must be known."""
    value, low, high = (_value(inputs.get(name)) for name in ("of", "low", "high"))
    if value is None or (low is None and high is None):
        return None
    below = low - value if low is not None else Decimal(0)
    above = value - high if high is not None else Decimal(0)
    return max(below, above, Decimal(0))


def _prior_events(inputs: Inputs, _: Place) -> Decimal | None:
    return _value(inputs["of"])


def _all_same(inputs: Inputs, _: Place) -> Decimal | None:
    answer = inputs["of"]
    return Decimal(len(set(answer.values)) <= 1) if answer else None


def _hours_from_first_to_last(inputs: Inputs, _: Place) -> Decimal | None:
    moments = [found for found in map(moment, inputs.values()) if found]
    return Decimal((max(moments) - min(moments)).total_seconds()) / _HOUR if moments else None


def _is_weekend_or_night(inputs: Inputs, place: Place) -> Decimal | None:
    found = moment(inputs["of"])
    if found is None:
        return None
    here = found.astimezone(place.zone)
    is_day = _NIGHT_ENDS <= here.hour < _NIGHT_BEGINS
    return Decimal(not (is_day and place.calendar(SITE).is_worked(here.date())))


def _event_free_opportunities(inputs: Inputs, _: Place) -> Decimal | None:
    """How many opportunities without an event it takes to be 95 % sure that the old rate is gone: ln 0.05 / ln(1 - p)."""
    events, opportunities = _value(inputs["of"]), _value(inputs["in"])
    if events is None or opportunities is None or not 0 < events <= opportunities:
        return None
    if events == opportunities:
        return Decimal(1)
    rate = events / opportunities
    return (_DOUBT.ln() / (1 - rate).ln()).to_integral_value(ROUND_CEILING)


def _event_free_time(inputs: Inputs, _: Place) -> Decimal | None:
    """How long it takes without an event to be 95 % sure that the old rate is gone: the usual gap times -ln 0.05."""
    gap = _value(inputs["of"])
    return None if gap is None or gap <= 0 else (-_DOUBT.ln() * gap).to_integral_value(ROUND_CEILING)


CALCS: Mapping[str, Calc] = {
    "working_days_between": Calc(
        _working_days_between,
        ("from", "to"),
        "working days",
        "working days of the site from one moment to another",
    ),
    "hours_between": Calc(_hours_between, ("from", "to"), "hours", "hours from one moment to another"),
    "count": Calc(_count, ("of",), "", "how many entries an answer has"),
    "difference": Calc(_difference, ("of", "and"), "", "how far two numbers lie apart"),
    "percent_of_limit": Calc(_percent_of_limit, ("of", "limit"), "", "a number as a percentage of its limit"),
    "outside_limits": Calc(
        _outside_limits, ("of", "low?", "high?"), "", "how far a number lies outside its limits, 0 inside"
    ),
    "prior_events": Calc(_prior_events, ("of",), "", "the count of earlier events that the person gave"),
    "all_same": Calc(_all_same, ("of",), "", "1 when every entry of an answer is the same, else 0"),
    "hours_from_first_to_last": Calc(
        _hours_from_first_to_last,
        ("of", "and", "also?"),
        "hours",
        "hours from the earliest to the latest of moments",
    ),
    "is_weekend_or_night": Calc(
        _is_weekend_or_night, ("of",), "", "1 outside the site's working days, or from 18:00 to 06:00, else 0"
    ),
    "event_free_opportunities": Calc(
        _event_free_opportunities,
        ("of", "in"),
        "",
        "how many opportunities without an event show with 95 % confidence that a rate of events is gone",
    ),
    "event_free_time": Calc(
        _event_free_time,
        ("of",),
        "",
        "how long without an event shows with 95 % confidence that events with such a gap are gone",
    ),
}
