"""Broken copies of a playbook, made by rule: what the checks, obligations and scenarios together have to notice."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from playbooks.errors import Path


class Kind(StrEnum):
    """What was done to a copy."""

    STEP = "a step deleted"
    STOP = "a stop deleted"
    HAND_OVER = "a hand-over or its return deleted"
    CLOCK = "a clock deleted"
    REVIEW = "a review deleted"
    RELEASE = "a release deleted"
    OFFICIAL_RECORD = "the official record deleted"
    MISSPELT = "a word misspelt"
    SWAPPED = "two steps swapped"
    OPTION = "an option dropped"
    VALUE = "a value dropped from a condition"
    FLIPPED = "a condition turned round"
    FREED = "a condition dropped"


PROTECTED = frozenset(
    {Kind.STOP, Kind.HAND_OVER, Kind.CLOCK, Kind.REVIEW, Kind.RELEASE, Kind.OFFICIAL_RECORD}
)
_KIND_OF = {
    "stop": Kind.STOP,
    "hand_over": Kind.HAND_OVER,
    "hand_back": Kind.HAND_OVER,
    "review": Kind.REVIEW,
}

Tree = dict[str, object]

# Where a text is a name that something else must know, not wording: by the last key on the way to it.
_NAMED = """
playbook id section fast_lane clock type starts stops due_in calendar calc use go_to tell by_role for_role share
depends_on returns takes site site_settings value level template formats contains not_after not_before follow_up
after mask of allow tone with carry from to and also low high limit cite checks fact draws event whys evidence values
lower upper in
"""
_NAMES = frozenset(_NAMED.split())
_COMPARISONS = frozenset({"more_than", "less_than", "at_least", "at_most", "is"})
_CONDITIONS = frozenset({"when", "applies_when"})
_MAPPINGS = frozenset({"with", "carry", "bones", "axes"})  # whatever stands under a name in these is a name
_NOT_READ = ("control", "phrasings", "title", "purpose", "for_roles", "language", "version")
_PLACEHOLDER = re.compile(r"\{((?:site|fact|run|clock|value)\.)([a-z0-9_]+)")


@dataclass(frozen=True, slots=True)
class Broken:
    """A copy of a playbook file with one thing wrong in it, and what that is."""

    kind: Kind
    what: str
    tree: Tree


def broken_copies(tree: Tree) -> Iterator[Broken]:
    """Every broken copy of `tree`, the plain data of a playbook file."""
    yield from _deleted(tree)
    yield from _swapped(tree)
    yield from _fewer_options(tree)
    yield from _other_conditions(tree)
    yield from _misspelt(tree)


def misspelt(word: str) -> str:
    """`word` with its last letter twice."""
    return word + word[-1:]


# What is taken away


def _deleted(tree: Tree) -> Iterator[Broken]:
    for number, step in enumerate(_steps(tree)):
        name = str(step.get("id"))
        kind = next((of for key, of in _KIND_OF.items() if key in step), Kind.STEP)
        kind = Kind.OFFICIAL_RECORD if name == "official_record" else kind
        yield _changed(tree, kind, f"step {name}", ("steps",), lambda steps, n=number: steps.pop(n))
        stop = step.get("stop")
        release = stop.get("release") if isinstance(stop, dict) else None
        if isinstance(release, dict):
            path: Path = ("steps", number, "stop")
            yield _changed(tree, Kind.RELEASE, f"{name}: release", path, lambda at: at.pop("release"))
            for way in release:
                within = (*path, "release")
                yield _changed(tree, Kind.RELEASE, f"{name}: {way}", within, lambda at, w=way: at.pop(w))
    clocks = tree.get("clocks")
    for name in clocks if isinstance(clocks, dict) else ():
        yield Broken(Kind.CLOCK, f"clock {name}", _without_clock(tree, str(name)))


def _without_clock(tree: Tree, name: str) -> Tree:
    """A copy in which nothing is left of a clock, not even where a question names it."""
    copied = copy.deepcopy(tree)
    _at(copied, ("clocks",)).pop(name)
    for step in _steps(copied):
        if step.get("clock") == name:
            step.pop("clock")
    return copied


def _swapped(tree: Tree) -> Iterator[Broken]:
    steps = _steps(tree)
    for number in range(len(steps) - 1):
        what = f"steps {steps[number].get('id')} and {steps[number + 1].get('id')}"
        yield _changed(tree, Kind.SWAPPED, what, ("steps",), lambda at, n=number: at.insert(n, at.pop(n + 1)))


def _fewer_options(tree: Tree) -> Iterator[Broken]:
    for number, step in enumerate(_steps(tree)):
        path: Path = ("steps", number)
        options = step.get("options")
        for place, option in enumerate(options if isinstance(options, list) else ()):
            what = f"{step.get('id')}: option {option.get('value')}"
            within = (*path, "options")
            yield _changed(tree, Kind.OPTION, what, within, lambda at, p=place: at.pop(p))
        for key in ("none", "unknown"):
            if key in step:
                what = f"{step.get('id')}: {key}"
                yield _changed(tree, Kind.OPTION, what, path, lambda at, k=key: at.pop(k))


# What is turned into something else


def _other_conditions(tree: Tree) -> Iterator[Broken]:
    for path, value in _walk(tree):
        if path[-1:] and path[-1] in _CONDITIONS and isinstance(value, dict):
            where = _shown(tree, path)
            flipped = {"not": copy.deepcopy(value)}
            yield _changed(
                tree, Kind.FLIPPED, where, path[:-1], lambda at, k=path[-1], v=flipped: at.__setitem__(k, v)
            )
            if path[0] != "facts":
                yield _changed(tree, Kind.FREED, where, path[:-1], lambda at, k=path[-1]: at.pop(k))
        if path[-1:] and path[-1] in {"in", "includes_any"} and isinstance(value, list) and len(value) > 1:
            for place, item in enumerate(value):
                what = f"{_shown(tree, path)}: {item}"
                yield _changed(tree, Kind.VALUE, what, path, lambda at, p=place: at.pop(p))


def _misspelt(tree: Tree) -> Iterator[Broken]:
    for path, value in _walk(tree):
        if not path or (path[0] in _NOT_READ and path != ("playbook",)):
            continue
        last, parent = path[-1], path[:-1]
        if isinstance(value, str) and _is_name(path):
            what, worse = f"{_shown(tree, path)}: {value}", misspelt(value)
            yield _changed(
                tree, Kind.MISSPELT, what, parent, lambda at, k=last, v=worse: at.__setitem__(k, v)
            )
        elif isinstance(value, str):
            for match in _PLACEHOLDER.finditer(value):
                worse = f"{value[: match.end()]}{match[2][-1]}{value[match.end() :]}"
                what = f"{_shown(tree, path)}: {match[0]}"
                yield _changed(
                    tree, Kind.MISSPELT, what, parent, lambda at, k=last, v=worse: at.__setitem__(k, v)
                )
        if isinstance(last, str) and _is_key(path):
            what = f"{_shown(tree, parent)}: key {last}"
            yield _changed(tree, Kind.MISSPELT, what, parent, lambda at, k=last: _rename(at, k))


def _is_name(path: Path) -> bool:
    """Whether the text at `path` is a name, an operator, a value or a section."""
    keys = [part for part in path if isinstance(part, str)]
    if _CONDITIONS.intersection(keys):
        return True
    near = keys[-1:]
    if len(keys) > 1 and keys[-2] in _MAPPINGS:
        near = ["with"]
    return bool(_NAMES.intersection(near) or _COMPARISONS.intersection(near))


def _is_key(path: Path) -> bool:
    """Whether the key at the end of `path` is a name that an author chose, or an operator."""
    keys = [part for part in path if isinstance(part, str)]
    inside = _CONDITIONS.intersection(keys[:-1])
    return (
        bool(inside)
        or keys[-2:-1] in (["facts"], ["clocks"], ["with"], ["carry"])
        or keys[:-1] == ["values"]
        or keys[-1] in _COMPARISONS
    )


def _rename(at: Tree, key: str) -> None:
    """Misspell a key in its place among the others."""
    items = [(misspelt(name) if name == key else name, value) for name, value in at.items()]
    at.clear()
    at.update(items)


# Ways through a tree


def _changed(tree: Tree, kind: Kind, what: str, path: Path, change: Callable[..., object]) -> Broken:
    copied = copy.deepcopy(tree)
    change(_at(copied, path))
    return Broken(kind, what, copied)


def _at(tree: Tree, path: Path) -> Tree:
    found: object = tree
    for part in path:
        found = found[part]  # type: ignore[index]  # a path of this very tree: lists by number, mappings by name
    return found  # type: ignore[return-value]  # what it leads to is known where it is asked for


def _steps(tree: Tree) -> list[Tree]:
    steps = tree.get("steps")
    return steps if isinstance(steps, list) else []


def _walk(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    yield path, value
    items = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in items:
        yield from _walk(inner, (*path, key))


def _shown(tree: Tree, path: Path) -> str:
    """A place in words: a step by its name."""
    if len(path) > 1 and path[0] == "steps" and isinstance(path[1], int):
        path = (str(_steps(tree)[path[1]].get("id")), *path[2:])
    return ".".join(str(part) for part in path)
