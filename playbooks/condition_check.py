"""Whether every condition of a playbook can be judged where it stands: names, order, values, circles, depth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from playbooks.answer import options_of
from playbooks.conditions import (
    UNKNOWN,
    All,
    Any,
    Condition,
    Has,
    IsAnswered,
    Not,
    fact_names,
    leaves,
    names,
)
from playbooks.context import Context
from playbooks.errors import Path, Problem
from playbooks.loader import BY_ROLE, BY_SELF, nearest
from playbooks.script import Ask, HandOver, Script, Stop
from playbooks.shape import Region

REGION, PRODUCT_TYPE, ROLE = "site.region", "site.product_type", "person.role"
FROZEN_NAMES = (REGION, PRODUCT_TYPE, ROLE)
MAX_DEPTH = 5


def condition_problems(script: Script, context: Context) -> Iterator[Problem]:
    """What is wrong with the conditions of steps, facts and clocks, at their places."""
    end = len(script.steps)
    for name, fact in script.facts.items():
        if "." not in name:
            path: Path = ("facts", name, "when")
            yield from _condition(script, fact.when, path, end, context)
            if name in reach(script, fact.when):
                yield Problem(path, f"fact {name!r} refers to itself", "say it by questions instead")
    for name, clock in script.clocks.items():
        if clock.applies_when is not None and "." not in name:
            path = ("clocks", name, "applies_when")
            yield from _condition(script, clock.applies_when, path, end, context)
    for place, step in enumerate(script.steps):
        if step.when is None or step.releases:
            continue
        path = ("steps", step.at) if step.flow else ("steps", step.at, "when")
        yield from _condition(script, step.when, path, place, context)
        for fact_name in sorted(reach(script, step.when)):
            for name in names(script.facts[fact_name].when):
                if is_source(script, name):  # an unknown one is told once, at the fact itself
                    yield from earlier(script, name, path, place)


def earlier(script: Script, name: str, path: Path, place: int) -> Iterator[Problem]:
    """The problem of reading the answer `name` at `place` in the steps, if there is one."""
    if not is_source(script, name):
        questions = [step.id for step in script.steps if isinstance(step.does, Ask)]
        yield Problem(path, f"unknown question {name!r}", nearest(name, questions))
    elif [step.id for step in script.steps].index(name) >= place:
        yield Problem(path, f"{name!r} is asked only later", "move this step below it")


def is_source(script: Script, name: str) -> bool:
    """Whether a condition can read `name`: a question, a stop that is released, or a hand-over."""
    step = script.by_id.get(name)
    return step is not None and (
        isinstance(step.does, Ask | HandOver)
        or (isinstance(step.does, Stop) and step.does.level == "immediate")
    )


def reach(script: Script, condition: Condition) -> set[str]:
    """Every known fact that `condition` comes to, by way of facts too."""
    found: set[str] = set()
    to_do = [condition]
    while to_do:
        for name in fact_names(to_do.pop()):
            if name in script.facts and name not in found:
                found.add(name)
                to_do.append(script.facts[name].when)
    return found


def depth(condition: Condition) -> int:
    """How many conditions stand inside each other."""
    match condition:
        case All(parts) | Any(parts):
            return 1 + max(depth(part) for part in parts)
        case Not(part):
            return 1 + depth(part)
        case _:
            return 1


def _condition(
    script: Script, condition: Condition, path: Path, place: int, context: Context
) -> Iterator[Problem]:
    if (deep := depth(condition)) > MAX_DEPTH:
        found = f"{deep} conditions inside each other, the limit is {MAX_DEPTH}"
        yield Problem(path, found, "name a part of it in 'facts'")
    for name in names(condition):
        if name not in FROZEN_NAMES:
            yield from earlier(script, name, path, place)
    for name in fact_names(condition):
        if name not in script.facts:
            yield Problem(path, f"unknown fact {name!r}", nearest(name, script.facts))
    for leaf in leaves(condition):
        if isinstance(leaf, Has):
            yield from _values(script, leaf, path, context)
    for name in sorted(set(_denied(condition))):
        step = script.by_id.get(name)
        if step and step.when is not None:
            found = f"{name!r} is tested for what it is not, and it is not always asked"
            remedy = (
                f"where it is not asked this never holds: test what it is, or 'answered:' of {name!r} too"
            )
            yield Problem(path, found, remedy, is_warning=True)


def _denied(condition: Condition) -> Iterator[str]:
    """The answers that `condition` tests for what they are not, without asking first that they are answered."""
    match condition:
        case All(parts):
            asked = {part.name for part in parts if isinstance(part, IsAnswered) and part.wanted}
            yield from (name for part in parts for name in _denied(part) if name not in asked)
        case Any(parts):
            yield from (name for part in parts for name in _denied(part))
        case Not(part):
            yield from names(part)
        case IsAnswered(name, wanted):
            yield from () if wanted else (name,)
        case _:
            pass


def _values(script: Script, has: Has, path: Path, context: Context) -> Iterator[Problem]:
    possible = _possible(script, has, context)
    for value in has.values:
        if possible is not None and value not in possible:
            remedy = nearest(value, possible) or f"give {has.name!r} an 'unknown:'"
            yield Problem(path, f"{has.name!r} can never be {value!r}", remedy)


def _possible(script: Script, has: Has, context: Context) -> set[str] | None:
    """The values that a condition can see in the answer that `has` reads; None where anything can be one."""
    match has.name:
        case "site.region":
            return set(script.for_regions or get_args(Region))
        case "site.product_type":
            known = script.for_product_types or context.product_types
            return None if known is None else set(known)
        case _:
            pass
    step = script.by_id.get(has.name)
    match step.does if step else None:
        case Ask() as ask:
            unknown = {UNKNOWN} if ask.unknown else set()
            if options := options_of(ask):
                return {option.value for option in options} | unknown
            return (set(has.values) - {UNKNOWN}) | unknown
        case Stop(release=release) if release:
            ways = ((BY_SELF, release.label), (BY_ROLE, release.by_role))
            return {way for way, is_open in ways if is_open}
        case HandOver(together=label):
            return {BY_ROLE, BY_SELF} if label else {BY_ROLE}
        case _:
            return None
