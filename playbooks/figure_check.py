"""Whether every picture of a playbook can be drawn, and every value be worked out, where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import assert_never

from playbooks.clock_check import a
from playbooks.condition_check import earlier
from playbooks.errors import Path, Problem
from playbooks.placeholder import placeholders
from playbooks.script import (
    AnswerType,
    Ask,
    ControlChart,
    Figure,
    Fishbone,
    Radar,
    Script,
    Whys,
)
from playbooks.text import texts

LEVELS = ("1", "2", "3", "4", "5")

_WORDED = frozenset(AnswerType) - {AnswerType.ATTACHMENT, AnswerType.CONFIRM}
_COUNTED = frozenset({AnswerType.NUMBER})
_PICKED = frozenset({AnswerType.CHOICE})


def figure_problems(script: Script, place: int, figure: Figure, path: Path) -> Iterator[Problem]:
    """What is wrong with the picture at `place` in the steps; `path` is that of its `figure:`."""
    path = (*path, "of")
    match figure.of:
        case Whys(event, whys, evidence):
            yield from _inputs(script, place, [event], (*path, "event"), _WORDED)
            yield from _inputs(script, place, whys, (*path, "whys"), _WORDED)
            yield from _inputs(script, place, evidence, (*path, "evidence"), _WORDED)
            if evidence and len(evidence) != len(whys):
                found = f"{len(whys)} whys and {len(evidence)} pieces of evidence"
                yield Problem((*path, "evidence"), found, "name one for each why, in the same order, or none")
        case Fishbone(event, bones):
            yield from _inputs(script, place, [event], (*path, "event"), _WORDED)
            yield from _inputs(script, place, [step for _, step in bones], (*path, "bones"), _WORDED)
        case ControlChart(values, lower, upper):
            yield from _inputs(script, place, [values], (*path, "values"), frozenset({AnswerType.LIST}))
            ask = script.ask(values)
            if ask and ask.type is AnswerType.LIST and ask.of != "number":
                found, remedy = f"{values!r} is a list of {ask.of}s", f"add 'of: number' to {values!r}"
                yield Problem((*path, "values"), found, remedy)
            for key, name in (("lower", lower), ("upper", upper)):
                yield from _inputs(script, place, [name] if name else [], (*path, key), _COUNTED)
        case Radar(axes):
            yield from _inputs(script, place, [step for _, step in axes], (*path, "axes"), _PICKED)
            for name, step in axes:
                yield from _levels(script, name, step, (*path, "axes", name))
        case _:
            assert_never(figure.of)


def value_problems(script: Script) -> Iterator[Problem]:
    """What is wrong with the values of the script's own file, and where a text uses one too early."""
    for name, value in script.values.items():
        if "." not in name:
            for own, step in value.takes:
                yield from _inputs(
                    script, len(script.steps), [step], ("values", name, own), frozenset(AnswerType)
                )
    place_at = {step.at: place for place, step in reversed(list(enumerate(script.steps)))}
    for text in texts(script):
        is_of_step = len(text.path) > 1 and text.path[0] == "steps"
        for word in placeholders(text.words) if is_of_step else ():
            used = script.values.get(word.removeprefix("value.")) if word.startswith("value.") else None
            for _, step in used.takes if used else ():
                if script.ask(step):
                    yield from earlier(script, step, text.path, place_at[int(text.path[1])])


def _inputs(
    script: Script, place: int, names: Sequence[str], path: Path, kinds: frozenset[AnswerType]
) -> Iterator[Problem]:
    """Whether each of `names` is a question above `place`, of a type that can be shown."""
    for name in names:
        step = script.by_id.get(name)
        if step is not None and not isinstance(step.does, Ask):
            yield Problem(path, f"{name!r} asks nothing", "name the question that gives it")
        else:
            yield from earlier(script, name, path, place)
        if (ask := script.ask(name)) and ask.type not in kinds:
            wanted = " or ".join(a(kind) for kind in sorted(kinds)) if len(kinds) == 1 else "words"
            yield Problem(path, f"{name!r} is {a(ask.type)}", f"give it {wanted}")
    for name, count in Counter(names).items():
        if count > 1:
            yield Problem(path, f"{name!r} stands there {count} times", "name each question once")


def _levels(script: Script, axis: str, step: str, path: Path) -> Iterator[Problem]:
    """Whether the question of an axis offers the five levels, and nothing else that would be a level."""
    ask = script.ask(step)
    if ask and ask.type is AnswerType.CHOICE:
        for option in ask.pickable:
            if option.value not in LEVELS:
                found = f"{option.value!r} is no level of {axis!r}"
                yield Problem(
                    path, found, 'give its options the values "1" to "5", and the rest to "unknown:"'
                )
