"""What many self-assessments say together, and so that nobody's own answer can be read from it.

A level counts only in a group of five or more. What is left over when shown groups are taken from everybody is a group
too: where it would be smaller than five, the smallest of the shown groups is kept back with it. "I don't know" is no
level; it is counted apart, and a count of one to four is not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from playbooks.run import Answer
from playbooks.script import AnswerType, Ask, Script

FEWEST = 5
LEVELS = ("1", "2", "3", "4", "5")
GROUP = "group"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One part of the assessment: the question that asks for its level, and its short name."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one person said: the group they belong to, and a level for each dimension; None is "I don't know".

    A dimension that they left out is not among the levels.
    """

    group: str
    levels: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Score:
    """How a group sees one dimension: how many gave a level, the median, and how far apart the middle half lies.

    The spread is between the quartiles, because the lowest and the highest level are each one person's.
    """

    n: int
    median: float
    spread: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One dimension as it may be told.

    `everyone` and `gap` (between the highest and the lowest median of `groups`) are None where there is too little to
    tell; `not_shown` are groups of which somebody gave a level. `unknown` counts "I don't know", and is None for one to four.
    """

    dimension: Dimension
    everyone: Score | None
    groups: Mapping[str, Score]
    not_shown: tuple[str, ...]
    gap: float | None
    unknown: int | None


def dimensions(script: Script) -> tuple[Dimension, ...]:
    """The questions of `script` that ask for a level from 1 to 5, in their order."""
    return tuple(
        Dimension(step.id, step.does.label)
        for step in script.steps
        if isinstance(step.does, Ask)
        and step.does.type is AnswerType.CHOICE
        and tuple(option.value for option in step.does.options) == LEVELS
    )


def assessment(of: Sequence[Dimension], answers: Mapping[str, Answer]) -> Assessment | None:
    """What these live answers say; None where no dimension was answered, or the group is not known."""
    group = answers.get(GROUP)
    levels = {each.id: _level(answers[each.id]) for each in of if _is_said(answers.get(each.id))}
    return Assessment(group.value, levels) if levels and group and group.value else None


def outcomes(of: Sequence[Dimension], assessments: Iterable[Assessment]) -> tuple[Outcome, ...]:
    """Every dimension in its order, as it may be told."""
    known = tuple(assessments)
    return tuple(_outcome(each, known) for each in of)


def _is_said(answer: Answer | None) -> bool:
    return answer is not None and (answer.is_unknown or answer.value in LEVELS)


def _level(answer: Answer) -> int | None:
    return None if answer.is_unknown else int(answer.value)


def _outcome(dimension: Dimension, assessments: Sequence[Assessment]) -> Outcome:
    by_group: dict[str, list[int]] = {}
    unknown = 0
    for each in assessments:
        level = each.levels.get(dimension.id)
        if level is not None:
            by_group.setdefault(each.group, []).append(level)
        elif dimension.id in each.levels:
            unknown += 1
    everyone = [level for levels in by_group.values() for level in levels]
    shown = {group: _score(by_group[group]) for group in _may_be_shown(by_group)}
    medians = [score.median for score in shown.values()]
    return Outcome(
        dimension,
        _score(everyone) if len(everyone) >= FEWEST else None,
        shown,
        tuple(sorted(by_group.keys() - shown.keys())),
        max(medians) - min(medians) if len(medians) > 1 else None,
        None if 0 < unknown < FEWEST else unknown,
    )


def _may_be_shown(by_group: Mapping[str, Sequence[int]]) -> tuple[str, ...]:
    """The groups that are large enough, and without which enough are left, or nobody."""
    sizes = {group: len(levels) for group, levels in by_group.items()}
    shown = sorted(
        (group for group in sizes if sizes[group] >= FEWEST), key=lambda group: (-sizes[group], group)
    )
    rest = sum(sizes.values()) - sum(sizes[group] for group in shown)
    while shown and 0 < rest < FEWEST:
        rest += sizes[shown.pop()]
    return tuple(sorted(shown))


def _score(levels: Sequence[int]) -> Score:
    lower, _, upper = quantiles(levels, n=4, method="inclusive")
    return Score(len(levels), float(median(levels)), upper - lower)
