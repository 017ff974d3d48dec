"""The answers that the conditions of a playbook can tell apart: for each question, one that stands for its like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from playbooks.answer import options_of
from playbooks.conditions import (
    UNKNOWN,
    All,
    Any,
    Calculated,
    Condition,
    FactHolds,
    Has,
    IsAnswered,
    Not,
    leaves,
    seen,
)
from playbooks.loader import BY_ROLE, BY_SELF
from playbooks.run import Answer
from playbooks.script import AnswerType, Ask, HandOver, Script, Step, Stop

HOLDS, FAILS = "true", "false"
SKIPPED, ANYTHING = "skipped", "anything else"
MAX_TESTED = 12  # of the values of one question, their combinations are tried
SITE_LISTS = ("site.region", "site.product_type")  # a site may have several


@dataclass(frozen=True, slots=True)
class Case:
    """Answers that no condition tells apart: their `names`, and one that stands for all. None: there is no answer.

    `is_sought`: some condition looks for it.
    """

    names: tuple[str, ...]
    answer: Answer | None
    is_sought: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a script's conditions read.

    In `when` (by place) and `facts` every calculation is a question of its own that is answered true or false, or
    not at all; `inputs` are the questions it needs. `by_step` are all names that a step's condition comes to.
    """

    when: tuple[Condition | None, ...]
    facts: Mapping[str, Condition]
    inputs: Mapping[str, tuple[str, ...]]
    by_step: tuple[frozenset[str], ...]
    cases: Mapping[str, tuple[Case, ...]]


def reading(script: Script) -> Reading:
    """What the conditions of `script` read, and the cases that they can tell apart."""
    inputs: dict[str, tuple[str, ...]] = {}
    when = tuple(_without_calc(step.when, inputs) if step.when else None for step in script.steps)
    facts = {name: _without_calc(fact.when, inputs) for name, fact in script.facts.items()}
    by_step = tuple(frozenset(_reads(step.when, script)) for step in script.steps)
    tested = _Tested()
    for condition in (*when, *facts.values()):
        for leaf in leaves(condition):
            match leaf:
                case Has(name, values):
                    tested.values[name].add(frozenset(values))
                case IsAnswered(name):
                    tested.given.add(name)
                case _:
                    pass
    tested.given.update(name for names in inputs.values() for name in names)
    names = sorted({name for reads in by_step for name in reads})
    return Reading(
        when, facts, inputs, by_step, {name: _cases(script, name, tested, inputs) for name in names}
    )


@dataclass(slots=True)
class _Tested:
    """By question: the sets of values that conditions look for, and whether it matters that it is answered."""

    values: dict[str, set[frozenset[str]]] = field(default_factory=lambda: defaultdict(set))
    given: set[str] = field(default_factory=set)


def _without_calc(condition: Condition, inputs: dict[str, tuple[str, ...]]) -> Condition:
    match condition:
        case Calculated(takes=takes):
            name = _name_of(condition)
            inputs[name] = tuple(name for _, name in takes)
            return Has(name, (HOLDS,))
        case All(parts):
            return All(tuple(_without_calc(part, inputs) for part in parts))
        case Any(parts):
            return Any(tuple(_without_calc(part, inputs) for part in parts))
        case Not(part):
            return Not(_without_calc(part, inputs))
        case _:
            return condition


def _reads(condition: Condition | None, script: Script) -> Iterator[str]:
    """Every name that `condition` comes to, by way of facts and calculations too."""
    for leaf in leaves(condition):
        match leaf:
            case FactHolds(name):
                yield from _reads(script.facts[name].when, script)
            case Has(name) | IsAnswered(name):
                yield name
            case Calculated(takes=takes):
                yield _name_of(leaf)
                yield from (name for _, name in takes)
            case _:
                assert_never(leaf)


def _name_of(calculated: Calculated) -> str:
    takes = ", ".join(name for _, name in calculated.takes)
    return f"{calculated.calc}({takes}) {calculated.compare} {calculated.limit}"


def _cases(
    script: Script, name: str, tested: _Tested, inputs: Mapping[str, tuple[str, ...]]
) -> tuple[Case, ...]:
    looked_for = sorted(tested.values[name], key=sorted)
    alike: dict[object, Case] = {}
    for word, answer in _answers(script.by_id.get(name), name, looked_for, inputs):
        found = frozenset() if answer is None else seen(answer)
        hits = tuple(not found.isdisjoint(values) for values in looked_for)
        sign = (answer is None, hits, name in tested.given and answer is not None and answer.is_given)
        case = alike.get(sign)
        alike[sign] = (
            Case((*case.names, word), case.answer, case.is_sought)
            if case
            else Case((word,), answer, any(hits))
        )
    return tuple(alike.values())


def _answers(
    step: Step | None,
    name: str,
    looked_for: Iterable[frozenset[str]],
    inputs: Mapping[str, tuple[str, ...]],
) -> Iterator[tuple[str, Answer | None]]:
    """Answers to `name` of every kind there can be; some of them no condition may tell apart."""
    tested = sorted({value for values in looked_for for value in values} - {UNKNOWN})
    match step.does if step else None:
        case Ask() as ask:
            yield from _to_question(ask, tested)
            if step and not step.releases:
                yield SKIPPED, Answer(is_skipped=True)
        case Stop(release=release) if release:
            if release.label:
                yield BY_SELF, Answer((BY_SELF,))
            if release.by_role:
                yield BY_ROLE, Answer((BY_ROLE,))
        case HandOver(together=label):
            yield BY_ROLE, Answer((BY_ROLE,))
            if label:
                yield BY_SELF, Answer((BY_SELF,))
        case _ if name in inputs:
            yield from ((word, Answer((word,))) for word in (HOLDS, FAILS))
            yield UNKNOWN, None
        case _:
            yield from _of_several(tested) if name in SITE_LISTS else _one_by_one(tested)
            yield ANYTHING, Answer()


def _to_question(ask: Ask, tested: list[str]) -> Iterator[tuple[str, Answer]]:
    options = [option.value for option in options_of(ask)]
    if ask.type is AnswerType.MULTI:
        alone = {UNKNOWN} | ({ask.none.value} if ask.none else set())
        yield from _of_several([value for value in options if value in tested and value not in alone])
        yield from _one_by_one(
            [value for value in options if value not in tested or value in alone - {UNKNOWN}]
        )
    elif options:
        yield from _one_by_one([value for value in options if not (ask.unknown and value == UNKNOWN)])
    else:
        yield from _of_several(tested) if ask.type is AnswerType.LIST else _one_by_one(tested)
        yield ANYTHING, Answer((ANYTHING,))
    if ask.unknown:
        yield UNKNOWN, Answer(is_unknown=True)


def _one_by_one(values: Iterable[str]) -> Iterator[tuple[str, Answer]]:
    return ((value, Answer((value,))) for value in values)


def _of_several(values: list[str]) -> Iterator[tuple[str, Answer]]:
    """Every way to pick from `values`: as few as show each combination once."""
    yield from _one_by_one(values)
    for number in range(1, 2 ** min(len(values), MAX_TESTED)):
        picked = tuple(value for bit, value in enumerate(values) if number >> bit & 1)
        if len(picked) > 1:
            yield "+".join(picked), Answer(picked)
