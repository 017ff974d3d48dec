"""When a step applies: a closed set of conditions, judged true, false or not known yet.

A question that was not asked is *not known yet*, and only *true* shows a step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from playbooks.run import Answer

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Has:
    """The answer is, or includes, one of `values`; the value `unknown` stands for "I don't know"."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IsAnswered:
    """The question has an answer that is neither unknown nor skipped (or, if not `wanted`, has none)."""

    name: str
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class FactHolds:
    """The named fact is true."""

    name: str


@dataclass(frozen=True, slots=True)
class All:
    """Every part is true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part is true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part is false."""

    part: Condition


Condition = Has | IsAnswered | FactHolds | All | Any | Not
Answers = Mapping[str, Answer]
Facts = Mapping[str, Condition]


def holds(condition: Condition | None, answers: Answers, facts: Facts) -> bool | None:
    """Whether `condition` holds given `answers`: True, False, or None when it is not known yet."""
    match condition:
        case None:
            return True
        case FactHolds(name):
            return holds(facts[name], answers, facts)
        case Not(part):
            inner = holds(part, answers, facts)
            return None if inner is None else not inner
        case All(parts):
            return _all([holds(part, answers, facts) for part in parts])
        case Any(parts):
            inner = _all([_opposite(holds(part, answers, facts)) for part in parts])
            return _opposite(inner)
        case IsAnswered(name, wanted):
            answer = answers.get(name)
            if answer is None:
                return None
            is_given = not (answer.is_unknown or answer.is_skipped)
            return is_given is wanted
        case Has(name, values):
            answer = answers.get(name)
            return None if answer is None else not seen(answer).isdisjoint(values)
        case _:
            assert_never(condition)


def seen(answer: Answer) -> frozenset[str]:
    """The values that a condition sees in `answer`."""
    if answer.is_unknown:
        return frozenset({UNKNOWN})
    return frozenset(answer.values)


def names(condition: Condition | None) -> Iterator[str]:
    """Every answer that `condition` reads itself; facts are not followed."""
    match condition:
        case Has(name, _) | IsAnswered(name, _):
            yield name
        case All(parts) | Any(parts):
            for part in parts:
                yield from names(part)
        case Not(part):
            yield from names(part)
        case FactHolds() | None:
            pass
        case _:
            assert_never(condition)


def fact_names(condition: Condition | None) -> Iterator[str]:
    """Every fact that `condition` refers to itself."""
    match condition:
        case FactHolds(name):
            yield name
        case All(parts) | Any(parts):
            for part in parts:
                yield from fact_names(part)
        case Not(part):
            yield from fact_names(part)
        case Has() | IsAnswered() | None:
            pass
        case _:
            assert_never(condition)


def _all(parts: list[bool | None]) -> bool | None:
    if False in parts:
        return False
    return None if None in parts else True


def _opposite(value: bool | None) -> bool | None:
    return None if value is None else not value
