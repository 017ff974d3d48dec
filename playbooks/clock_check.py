"""Whether every clock of a playbook can start, end and be told of."""

from __future__ import annotations

from collections.abc import Iterator

from playbooks.calendar import DurationRefused, read_duration
from playbooks.context import Context
from playbooks.errors import Path, Problem
from playbooks.loader import nearest
from playbooks.script import AnswerType, Ask, Clock, Script

TO_PERSON = ("self", "self_then_role_on_shift")


def clock_problems(script: Script, context: Context) -> Iterator[Problem]:
    """What is wrong with the clocks of `script`; with one of a sub-flow, only what its call brings about."""
    for name, clock in script.clocks.items():
        call = name.partition(".")[0]
        if "." in name:
            at = next((step.at for step in script.steps if step.id.startswith(f"{call}.")), 0)
            yield from _start(script, clock, ("steps", at))
            continue
        path: Path = ("clocks", name)
        yield from _start(script, clock, (*path, "starts"))
        yield from _end(script, clock, (*path, "stops"))
        yield from sources(clock.cite, context, (*path, "cite"))
        yield from duration(clock.due_in, (*path, "due_in")) if isinstance(clock.due_in, str) else ()
        tell = clock.when_late.tell if clock.when_late else ""
        if tell and tell not in TO_PERSON:
            yield from role(tell, context, (*path, "when_late", "tell"), TO_PERSON)


def duration(text: str, path: Path) -> Iterator[Problem]:
    """The problem with `text` as a duration, if there is one."""
    try:
        read_duration(text)
    except DurationRefused as refused:
        found, _, remedy = str(refused).partition("; ")
        yield Problem(path, found, remedy)


def a(kind: AnswerType) -> str:
    """The type of a question with its article."""
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def role(name: str, context: Context, path: Path, more: tuple[str, ...] = ()) -> Iterator[Problem]:
    """The problem with `name` as a role of the site, if there is one; `more` could stand there too."""
    if context.roles is not None and name not in context.roles:
        yield Problem(path, f"this site has no role {name!r}", nearest(name, (*context.roles, *more)))


def sources(cited: tuple[str, ...], context: Context, path: Path) -> Iterator[Problem]:
    """Every one of `cited` that no source stands behind."""
    for number, name in enumerate(cited):
        if context.sources is not None and name not in context.sources:
            yield Problem((*path, number), f"unknown source {name!r}", nearest(name, context.sources))


def _start(script: Script, clock: Clock, path: Path) -> Iterator[Problem]:
    ask = script.ask(clock.starts)
    if ask is None:
        yield Problem(
            path, f"clock {clock.id!r} starts with unknown {clock.starts!r}", _moments(script, clock.starts)
        )
    elif ask.type is not AnswerType.DATETIME:
        found = f"clock {clock.id!r} starts with {clock.starts!r}, which is {a(ask.type)}"
        yield Problem(path, found, "start it with a datetime")
    elif script.by_id[clock.starts].when is not None and clock.applies_when is None:
        found = f"clock {clock.id!r} starts with {clock.starts!r}, which is not always asked"
        yield Problem(path, found, "say when it applies in 'applies_when', or ask always")


def _end(script: Script, clock: Clock, path: Path) -> Iterator[Problem]:
    if script.ask(clock.stops) is None:
        questions = [step.id for step in script.steps if isinstance(step.does, Ask)]
        yield Problem(
            path, f"clock {clock.id!r} stops with unknown {clock.stops!r}", nearest(clock.stops, questions)
        )
    elif clock.stops == clock.starts:
        yield Problem(path, f"clock {clock.id!r} stops with what starts it", "name the answer that ends it")


def _moments(script: Script, name: str) -> str:
    asks = ((step.id, step.does) for step in script.steps)
    return nearest(name, [at for at, ask in asks if isinstance(ask, Ask) and ask.type is AnswerType.DATETIME])
