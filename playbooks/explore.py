"""Every path through a playbook, by the answers that its conditions can tell apart.

Questions that no condition reads together are walked apart, so that their combinations add up instead of
multiplying. What comes of it for the whole is put together afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from zoneinfo import ZoneInfo

from playbooks.cases import Case, Reading, reading
from playbooks.conditions import View, holds
from playbooks.errors import Problem
from playbooks.place import Place
from playbooks.run import Answer
from playbooks.script import Ask, Document, Finish, GoTo, Review, Script, Step, Stop

MAX_COMBINATIONS = 200_000
MAX_QUESTIONS = 20
ANSWERED = "answered"
_NOWHERE = Place(ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Walk:
    """One combination of answers and what it shows: places in the list of steps, in order.

    `cases` are the answers by name, `ended` the place of the step that ended the run before the list did.
    """

    cases: Mapping[str, Case]
    shown: tuple[int, ...]
    ended: int | None = None


@dataclass(frozen=True)
class Group:
    """Steps whose conditions hang together, the names that these read, and every walk through them."""

    places: tuple[int, ...]
    reads: frozenset[str]
    walks: tuple[Walk, ...]

    @cached_property
    def paths(self) -> frozenset[tuple[tuple[int, ...], int | None]]:
        """The different walks, by what they show and where they end."""
        return frozenset((walk.shown, walk.ended) for walk in self.walks)

    def having(self, answers: Mapping[str, str]) -> Sequence[Walk]:
        """The walks on which each of these questions was asked and its value is among the answers they stand for.

        `answered` stands for every answer that is one: neither unknown nor skipped.
        """
        walks: Sequence[Walk] = self.walks
        for name, value in answers.items():
            asked = [(walk, case) for walk in walks if (case := walk.cases.get(name)) is not None]
            different = {case.names: case for _, case in asked}
            meant = {names for names, case in different.items() if _stands_for(case, value)}
            walks = [walk for walk, case in asked if case.names in meant]
        return walks

    def before(self, place: int) -> frozenset[tuple[int, ...]]:
        """What can be shown above `place` when nothing has ended the run there."""
        return frozenset(
            tuple(each for each in shown if each < place)
            for shown, ended in self.paths
            if ended is None or ended >= place
        )


@dataclass(frozen=True, slots=True)
class Explored:
    """What there is to find in a script.

    `combinations` of answers were tried. Together they make so many different `paths`; the longest has `questions`
    questions. `reached` are the steps that some path shows.
    """

    script: Script
    groups: tuple[Group, ...]
    combinations: int
    paths: int
    questions: int
    reached: frozenset[str]
    problems: tuple[Problem, ...] = field(default=())

    def group_of(self, step_id: str) -> Group | None:
        """The group in which a step stands; None where nothing decides whether it is shown and it decides nothing."""
        place = self.script.place_of.get(step_id)
        return next((group for group in self.groups if place in group.places), None)


def explore(script: Script, limit: int = MAX_COMBINATIONS) -> Explored:
    """Walk every path of `script`; one with more than `limit` combinations in one group is refused.

    `playbooks.check` has found no error in it.
    """
    read = reading(script)
    groups, too_many = _walked(script, read, limit)
    if too_many:
        return Explored(script, (), 0, 0, 0, frozenset(script.by_id), too_many)
    reached = _reached(script, groups)
    explored = Explored(
        script,
        groups,
        sum(len(group.walks) for group in groups) or 1,
        _count(script, groups),
        _longest(script, groups),
        reached,
    )
    found = (
        *_unreachable(explored),
        *_dead(explored),
        *_unreviewed(explored, read),
        *_pointless(explored, read),
        *_long(explored),
    )
    return Explored(
        script, explored.groups, explored.combinations, explored.paths, explored.questions, reached, found
    )


def groups_of(script: Script, limit: int = MAX_COMBINATIONS) -> tuple[Group, ...] | None:
    """The groups that `explore` finds, without a word on what is wrong; None where it refuses."""
    groups, too_many = _walked(script, reading(script), limit)
    return None if too_many else groups


# Walking


def _walked(script: Script, read: Reading, limit: int) -> tuple[tuple[Group, ...], tuple[Problem, ...]]:
    """Every group with its walks, and a problem for each that has more than `limit`."""
    groups, too_many = [], []
    for places in _groups(script, read):
        walks = tuple(_walks(script, read, places, limit))
        if len(walks) > limit:
            too_many.append(_too_many(script, places, limit))
        else:
            groups.append(Group(places, frozenset().union(*(read.by_step[place] for place in places)), walks))
    return tuple(groups), tuple(too_many)


def _groups(script: Script, read: Reading) -> list[tuple[int, ...]]:
    """The places of steps that share a name, directly or by way of others; steps that nothing decides stand in none."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    names_at = []
    for step, reads in zip(script.steps, read.by_step, strict=True):
        own = {step.id} if step.id in read.cases else set()
        names = sorted(reads | own)
        names_at.append(names)
        for name in names[1:]:
            parent[root(name)] = root(names[0])
    together: dict[str, list[int]] = {}
    for place, names in enumerate(names_at):
        if names:
            together.setdefault(root(names[0]), []).append(place)
    return [tuple(places) for places in together.values()]


def _walks(
    script: Script, read: Reading, places: Sequence[int], limit: int, *, is_hurried: bool = False
) -> Iterator[Walk]:
    """Every combination of the answers that decide the steps at `places`; one more than `limit` at most."""
    given = {step.id for step in script.steps}
    frozen = [
        name
        for name in sorted(frozenset().union(*(read.by_step[place] for place in places)))
        if name not in given and name not in read.inputs
    ]
    to_do = [_Half(0, {}, {}, ())]
    for name in frozen:
        to_do = [half.with_(name, case, 0, ()) for half in to_do for case in read.cases[name]]
    count = 0
    while to_do and count <= limit:
        onwards = _onwards(script, read, places, to_do.pop(), is_hurried=is_hurried)
        if isinstance(onwards, Walk):
            count += 1
            yield onwards
        else:
            to_do += onwards


@dataclass(frozen=True, slots=True)
class _Half:
    """A walk that is not at its end: `next` is the number of the step to look at among those of its group."""

    next: int
    cases: Mapping[str, Case]
    answers: Mapping[str, Answer]
    shown: tuple[int, ...]

    def with_(self, name: str, case: Case, next_: int, shown: Sequence[int]) -> _Half:
        answers = self.answers if case.answer is None else {**self.answers, name: case.answer}
        return _Half(next_, {**self.cases, name: case}, answers, tuple(shown))


def _onwards(
    script: Script, read: Reading, places: Sequence[int], half: _Half, *, is_hurried: bool
) -> Walk | list[_Half]:
    """`half` walked to its end, or to the next answer: what can become of it there."""
    view = View(half.answers, read.facts, _NOWHERE)
    shown = list(half.shown)
    for number in range(half.next, len(places)):
        place = places[number]
        for name in sorted(read.by_step[place] & read.inputs.keys() - half.cases.keys()):
            is_known = all(_is_given(half.cases.get(needed)) for needed in read.inputs[name])
            cases = [case for case in read.cases[name] if is_known or case.answer is None]
            return [half.with_(name, case, number, shown) for case in cases]
        step = script.steps[place]
        if not holds(read.when[place], view):
            continue
        if is_hurried and isinstance(step.does, Ask) and script.is_after_fast_lane(step):
            continue
        shown.append(place)
        if _ends(step):
            return Walk(half.cases, tuple(shown), ended=place)
        if step.id in read.cases:
            return [half.with_(step.id, case, number + 1, shown) for case in read.cases[step.id]]
    return Walk(half.cases, tuple(shown))


def _ends(step: Step) -> bool:
    return isinstance(step.does, GoTo | Finish)


def _stands_for(case: Case, value: str) -> bool:
    return _is_given(case) if value == ANSWERED else any(value in word.split("+") for word in case.names)


def _is_given(case: Case | None) -> bool:
    return case is not None and case.answer is not None and case.answer.is_given


# Putting together


def _endings(groups: Sequence[Group]) -> list[tuple[int, Group]]:
    """Every place where a group can end the run, with the group."""
    return [
        (ended, group)
        for group in groups
        for ended in sorted({ended for _, ended in group.paths if ended is not None})
    ]


def _count(script: Script, groups: Sequence[Group]) -> int:
    """How many different paths the groups make together: those to the end of the list, and those that end before."""
    end = len(script.steps)
    whole = prod(len(group.before(end)) for group in groups)
    for place, ending in _endings(groups):
        own = sum(1 for _, ended in ending.paths if ended == place)
        whole += own * prod(len(group.before(place)) for group in groups if group is not ending)
    return whole


def _longest(script: Script, groups: Sequence[Group]) -> int:
    """The most questions that one path asks."""
    grouped = {place for group in groups for place in group.places}

    def questions(places: Sequence[int]) -> int:
        return sum(isinstance(script.steps[place].does, Ask) for place in places)

    def most(place: int) -> int:
        always = [each for each in range(place) if each not in grouped]
        return questions(always) + sum(
            max((questions(shown) for shown in group.before(place)), default=0) for group in groups
        )

    return max(most(place) for place in (len(script.steps), *(place for place, _ in _endings(groups))))


def _reached(script: Script, groups: Sequence[Group]) -> frozenset[str]:
    """The steps that some path shows: their own group shows them, and no other need have ended the run before."""
    blocked = min(
        (place for place in range(len(script.steps) + 1) for group in groups if not group.before(place)),
        default=len(script.steps) + 1,
    )
    shown = {place for group in groups for path, _ in group.paths for place in path}
    grouped = {place for group in groups for place in group.places}
    return frozenset(
        step.id
        for place, step in enumerate(script.steps)
        if place < blocked and (place in shown or place not in grouped)
    )


# What is wrong


def _too_many(script: Script, places: Sequence[int], limit: int) -> Problem:
    names = ", ".join(script.steps[place].id for place in places)
    found = f"more than {limit:,} combinations of answers to {names}"
    return Problem(("steps", script.steps[places[0]].at), found, "let fewer conditions hang together")


def _unreachable(explored: Explored) -> Iterator[Problem]:
    for step in explored.script.steps:
        if step.id not in explored.reached:
            found = f"{step.id!r} is never reached, whatever is answered"
            yield Problem(("steps", step.at), found, "correct its 'when', or remove it")


def _dead(explored: Explored) -> Iterator[Problem]:
    """Paths that come to no end."""
    script = explored.script
    for step in script.steps:
        stop = step.does
        if step.id in explored.reached and isinstance(stop, Stop) and stop.level == "immediate":
            release = stop.release
            if release is None or not (release.label or release.by_role):
                yield Problem(("steps", step.at), f"a path is held at {step.id!r} for ever", "add 'release:'")
    end = len(script.steps)
    last = script.steps[-1]
    is_end = isinstance(last.does, Finish) and last.when is None
    if not is_end and all(group.before(end) for group in explored.groups):
        yield Problem(
            ("steps", last.at), "some paths come to no 'finish'", "end with 'finish:' for everybody"
        )


def _unreviewed(explored: Explored, read: Reading) -> Iterator[Problem]:
    """Documents that some path, in a hurry or not, comes to without a review."""
    script = explored.script
    for place, step in enumerate(script.steps):
        if not isinstance(step.does, Document):
            continue
        above = {n for n, each in enumerate(script.steps[:place]) if isinstance(each.does, Review)}
        if any(script.steps[review].when is None for review in above):
            continue
        groups = [group for group in explored.groups if above.intersection(group.places)]
        if groups and all(_can_skip(script, read, group, place, above) for group in groups):
            found = f"some paths make {step.id!r} without a review"
            yield Problem(("steps", step.at), found, "remove 'when:' from the review")


def _can_skip(script: Script, read: Reading, group: Group, place: int, reviews: set[int]) -> bool:
    hurried = _walks(script, read, group.places, MAX_COMBINATIONS, is_hurried=True)
    return any(
        (place not in group.places or place in walk.shown)
        and (walk.ended is None or walk.ended > place)
        and reviews.isdisjoint(walk.shown)
        for walk in (*group.walks, *hurried)
    )


def _pointless(explored: Explored, read: Reading) -> Iterator[Problem]:
    """Values that conditions look for and that change nothing."""
    for group in explored.groups:
        for name in sorted({name for walk in group.walks for name in walk.cases} - read.inputs.keys()):
            cases = read.cases[name]
            others = [_without(group, name, case) for case in cases if not case.is_sought]
            for case in cases:
                if case.is_sought and _without(group, name, case) in others:
                    step = explored.script.by_id.get(name, explored.script.steps[group.places[0]])
                    found = f"{' or '.join(case.names)} as the answer to {name!r} changes nothing"
                    remedy = "correct the conditions that look for it"
                    yield Problem(("steps", step.at), found, remedy, is_warning=True)


def _without(group: Group, name: str, case: Case) -> set[object]:
    """What the group shows when `name` has this case, by all the other answers."""
    return {
        (
            frozenset((other, each.names) for other, each in walk.cases.items() if other != name),
            walk.shown,
            walk.ended,
        )
        for walk in group.walks
        if walk.cases.get(name) == case
    }


def _long(explored: Explored) -> Iterator[Problem]:
    if explored.questions > MAX_QUESTIONS:
        found = f"the longest path asks {explored.questions} questions"
        yield Problem(("steps",), found, f"keep to {MAX_QUESTIONS}, or leave some for later", is_warning=True)
