"""When a step applies: a closed set of conditions, judged true, false or not known yet.

A question that was not asked is *not known yet*, and only *true* shows a step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from playbooks.calc import COMPARE, compute, limit_of
from playbooks.place import Place
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
class Calculated:
    """What the function `calc` (`playbooks.calc`) makes of the answers it `takes` compares so with a limit.

    `takes` are pairs of the function's own name for an input and the question that gives it. `limit` is text, or
    the name of a site setting where `is_setting`.
    """

    calc: str
    takes: tuple[tuple[str, str], ...]
    compare: str
    limit: str
    is_setting: bool = False


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


Condition = Has | IsAnswered | FactHolds | Calculated | All | Any | Not
Answers = Mapping[str, Answer]
Facts = Mapping[str, Condition]


@dataclass(frozen=True, slots=True)
class View:
    """All that a condition may look at: the live answers, the script's facts, the site."""

    answers: Answers
    facts: Facts
    place: Place


def holds(condition: Condition | None, view: View) -> bool | None:
    """Whether `condition` holds: True, False, or None when it is not known yet."""
    match condition:
        case None:
            return True
        case Has(name, values):
            answer = view.answers.get(name)
            return None if answer is None else not seen(answer).isdisjoint(values)
        case FactHolds(name):
            return holds(view.facts[name], view)
        case Not(part):
            inner = holds(part, view)
            return None if inner is None else not inner
        case All(parts):
            return _all([holds(part, view) for part in parts])
        case Any(parts):
            inner = _all([_opposite(holds(part, view)) for part in parts])
            return _opposite(inner)
        case IsAnswered(name, wanted):
            answer = view.answers.get(name)
            return None if answer is None else answer.is_given is wanted
        case Calculated():
            return _calculated(condition, view)
        case _:
            assert_never(condition)


def seen(answer: Answer) -> frozenset[str]:
    """The values that a condition sees in `answer`."""
    if answer.is_unknown:
        return frozenset({UNKNOWN})
    return frozenset(answer.values)


def names(condition: Condition | None) -> Iterator[str]:
    """Every answer that `condition` reads itself; facts are not followed."""
    for leaf in leaves(condition):
        match leaf:
            case Has(name, _) | IsAnswered(name, _):
                yield name
            case Calculated(takes=takes):
                yield from (name for _, name in takes)
            case FactHolds():
                pass
            case _:
                assert_never(leaf)


def fact_names(condition: Condition | None) -> Iterator[str]:
    """Every fact that `condition` refers to itself."""
    return (leaf.name for leaf in leaves(condition) if isinstance(leaf, FactHolds))


def leaves(condition: Condition | None) -> Iterator[Has | IsAnswered | FactHolds | Calculated]:
    """The parts of `condition` that have no parts."""
    match condition:
        case None:
            return
        case All(parts) | Any(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case leaf:
            yield leaf


def renamed(condition: Condition, to: Mapping[str, str], facts: Mapping[str, str]) -> Condition:
    """`condition` with every question and every fact called by its other name, where it has one."""
    match condition:
        case Has(name, values):
            return Has(to.get(name, name), values)
        case IsAnswered(name, wanted):
            return IsAnswered(to.get(name, name), wanted)
        case FactHolds(name):
            return FactHolds(facts.get(name, name))
        case Calculated(calc, takes, compare, limit, is_setting):
            named = tuple((own, to.get(name, name)) for own, name in takes)
            return Calculated(calc, named, compare, limit, is_setting)
        case All(parts):
            return All(tuple(renamed(part, to, facts) for part in parts))
        case Any(parts):
            return Any(tuple(renamed(part, to, facts) for part in parts))
        case Not(part):
            return Not(renamed(part, to, facts))
        case _:
            assert_never(condition)


def _calculated(condition: Calculated, view: View) -> bool | None:
    inputs = {own: view.answers.get(name) for own, name in condition.takes}
    limit = view.place.values.get(condition.limit, "") if condition.is_setting else condition.limit
    value = compute(condition.calc, inputs, view.place)
    against = limit_of(condition.calc, limit)
    if value is None or against is None:
        return None
    return COMPARE[condition.compare](value, against)


def _all(parts: list[bool | None]) -> bool | None:
    if False in parts:
        return False
    return None if None in parts else True


def _opposite(value: bool | None) -> bool | None:
    return None if value is None else not value
