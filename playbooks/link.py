"""Putting a sub-flow into the playbook that calls it: its steps, facts and clocks under the call's own name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from typing import TypeVar, assert_never, cast

from playbooks.conditions import All, Condition, renamed
from playbooks.script import (
    Ask,
    Clock,
    ControlChart,
    Document,
    Does,
    Drawing,
    Figure,
    Finish,
    Fishbone,
    HandOver,
    NamedFact,
    NamedValue,
    Radar,
    Review,
    Script,
    Step,
    Stop,
    Whys,
)

T = TypeVar("T")

_FACT = re.compile(r"\{fact\.([a-z0-9_.]+)\.because\}")
_VALUE = re.compile(r"\{value\.([a-z0-9_.]+)\}")


@dataclass(frozen=True, slots=True)
class Call:
    """A step that calls a sub-flow: `with_` says which of the caller's answers stand for steps of the sub-flow.

    `at` is its number in the caller's list. `label` stands before the short name of each question, if there is one.
    """

    id: str
    section: str
    when: Condition | None
    with_: Mapping[str, str]
    at: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A sub-flow as it stands in its caller."""

    steps: tuple[Step, ...]
    facts: Mapping[str, NamedFact]
    values: Mapping[str, NamedValue]
    clocks: Mapping[str, Clock]


def inlined(flow: Script, call: Call) -> Part:
    """The steps of `flow` as steps of its caller.

    A step that the caller answers (`with`) is left out, and so are the review, the draft and the end: those are
    the caller's. Everything else is called `<call>.<name>`.
    """
    own = {step.id: f"{call.id}.{step.id}" for step in flow.steps}
    names = own | dict(call.with_)
    facts = {name: f"{call.id}.{name}" for name in flow.facts}
    said = _Said(facts, {name: f"{call.id}.{name}" for name in flow.values})
    return Part(
        tuple(
            _step(step, flow, call, names, said)
            for step in flow.steps
            if step.id not in call.with_ and not isinstance(step.does, Review | Document | Finish)
        ),
        {
            facts[name]: NamedFact(facts[name], fact.say, renamed(fact.when, names, facts))
            for name, fact in flow.facts.items()
        },
        {
            said.values[name]: replace(
                value,
                name=said.values[name],
                takes=tuple((own, names.get(step, step)) for own, step in value.takes),
            )
            for name, value in flow.values.items()
        },
        {f"{call.id}.{name}": _clock(clock, call, names, said) for name, clock in flow.clocks.items()},
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What texts name, by its name in the sub-flow: the name it has in the caller."""

    facts: Mapping[str, str]
    values: Mapping[str, str]


def _step(step: Step, flow: Script, call: Call, names: Mapping[str, str], said: _Said) -> Step:
    own = renamed(step.when, names, said.facts) if step.when else None
    parts = [part for part in (call.when, own) if part is not None]
    when = None if not parts else parts[0] if len(parts) == 1 else All(tuple(parts))
    return replace(
        step,
        id=names[step.id],
        section=call.section,
        does=_worded(_does(step.does, names, call.label), said),
        when=when,
        why=_worded(step.why, said),
        hint=_worded(step.hint, said),
        flow=step.flow or flow.id,
        releases=names.get(step.releases, step.releases),
        at=call.at,
    )


def _does(does: Does, names: Mapping[str, str], label: str) -> Does:
    match does:
        case Ask():
            checks = tuple(
                replace(check, against=names.get(check.against, check.against)) for check in does.checks
            )
            depends_on = tuple(names.get(name, name) for name in does.depends_on)
            coaching = does.coaching
            if coaching:
                knows = {what: names.get(name, name) for what, name in coaching.knows.items()}
                coaching = replace(coaching, knows=knows)
            own = f"{label}: {does.label}" if label else does.label
            return replace(does, label=own, checks=checks, depends_on=depends_on, coaching=coaching)
        case Stop():
            share = tuple(names.get(name, name) for name in does.share)
            release = does.release
            if release:
                release = replace(release, asks=tuple(names[name] for name in release.asks))
            return replace(does, share=share, release=release)
        case HandOver():
            return replace(does, share=tuple(names.get(name, name) for name in does.share))
        case Figure():
            return replace(does, of=_drawing(does.of, names))
        case _:
            return does


def _drawing(of: Drawing, names: Mapping[str, str]) -> Drawing:
    def name(step: str) -> str:
        return names.get(step, step)

    match of:
        case Whys():
            return Whys(name(of.event), tuple(map(name, of.whys)), tuple(map(name, of.evidence)))
        case Fishbone():
            return Fishbone(name(of.event), tuple((bone, name(step)) for bone, step in of.bones))
        case ControlChart():
            return ControlChart(name(of.values), name(of.lower), name(of.upper))
        case Radar():
            return Radar(tuple((axis, name(step)) for axis, step in of.axes))
        case _:
            assert_never(of)


def _worded(value: T, said: _Said) -> T:
    """`value` with what its words name, facts and values, called by their other names, at whatever depth."""
    found: object = value
    if isinstance(value, str) and not isinstance(value, StrEnum):
        found = _FACT.sub(lambda match: f"{{fact.{said.facts.get(match[1], match[1])}.because}}", value)
        found = _VALUE.sub(lambda match: f"{{value.{said.values.get(match[1], match[1])}}}", found)
    elif isinstance(value, tuple):
        found = tuple(_worded(part, said) for part in value)
    elif is_dataclass(value) and not isinstance(value, type):
        found = replace(
            value, **{part.name: _worded(getattr(value, part.name), said) for part in fields(value)}
        )
    return cast("T", found)


def _clock(clock: Clock, call: Call, names: Mapping[str, str], said: _Said) -> Clock:
    return replace(
        clock,
        id=f"{call.id}.{clock.id}",
        starts=names.get(clock.starts, clock.starts),
        stops=names.get(clock.stops, clock.stops),
        when_late=_worded(clock.when_late, said),
        applies_when=renamed(clock.applies_when, names, said.facts) if clock.applies_when else None,
    )
