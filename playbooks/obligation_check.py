"""Whether playbooks keep their obligations, and whether every protection has one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from playbooks.condition_check import FROZEN_NAMES
from playbooks.conditions import View, holds
from playbooks.errors import Path, Problem
from playbooks.explore import MAX_COMBINATIONS, Group, Walk, groups_of
from playbooks.loader import nearest
from playbooks.obligation import FORMS, Obligation
from playbooks.place import Place
from playbooks.run import Answer
from playbooks.script import Ask, Document, GoTo, HandBack, HandOver, Review, Script, Setting, Stop
from playbooks.shape import RawSetting
from playbooks.text import texts

OFFICIAL_RECORD = "official_record"


def unkept(
    obligations: Sequence[Obligation], scripts: Mapping[str, Script], limit: int = MAX_COMBINATIONS
) -> list[Problem]:
    """Every obligation that the playbooks do not keep; the path is its place in the file of obligations.

    `playbooks.check` has found no error in them. `limit` is that of `explore`.
    """
    judges: dict[str, _Judge] = {}
    problems = []
    for number, one in enumerate(obligations):
        if one.playbook not in scripts:
            remedy = nearest(one.playbook, scripts)
            problems.append(Problem((number, "playbook"), f"there is no playbook {one.playbook!r}", remedy))
            continue
        judge = judges.setdefault(one.playbook, _Judge(scripts[one.playbook], limit))
        for lacking in judge.lacks(one):
            remedy = "put it back, or let QA change the obligation"
            problems.append(Problem((number,), f"{one.playbook}: {one.says} {lacking}", remedy))
    return problems


def unprotected(obligations: Sequence[Obligation], script: Script) -> list[Problem]:
    """The stops, hand-overs, clocks, reviews, releases and official-record steps of `script`'s own file without an obligation."""
    own = [one for one in obligations if one.playbook == script.id]
    named = {form: {str(getattr(one, form)) for one in own} for form in FORMS}
    is_reviewed = any(one.review_before_document for one in own)
    problems = [
        Problem(("clocks", name), f"no obligation protects clock {name!r}", "add one: clock")
        for name in script.clocks
        if "." not in name and name not in named["clock"]
    ]
    for step in script.steps:
        lacks: list[str] = []
        match step.does:
            case Stop(level=level, release=release):
                form = "holds" if level == "immediate" else "tells"
                lacks += [form] * (step.id not in named[form])
                lacks += ["releases"] * (release is not None and step.id not in named["releases"])
            case HandOver():
                lacks += ["hands_over"] * (step.id not in named["hands_over"])
            case HandBack():
                lacks += ["shows"] * (step.id not in named["shows"])
            case Review():
                lacks += ["review_before_document"] * (not is_reviewed)
            case Ask() if step.id == OFFICIAL_RECORD:
                lacks += ["official_record"] * (step.id not in named["official_record"])
            case _:
                pass
        if not step.flow:
            path: Path = ("steps", step.at)
            problems += [
                Problem(path, f"no obligation protects {step.id!r}", f"add one: {form}") for form in lacks
            ]
    return problems


@dataclass(frozen=True)
class _Judge:
    """Judges the obligations of one script."""

    script: Script
    limit: int

    @cached_property
    def groups(self) -> Sequence[Group] | None:
        return groups_of(self.script, self.limit)

    def does(self, name: str) -> object:
        """What the step of this name does; None where it is missing."""
        step = self.script.by_id.get(name)
        return step.does if step else None

    def lacks(self, one: Obligation) -> Iterator[str]:
        """What the script does not keep of `one`."""
        match one.form:
            case "first_question":
                yield from self.first(one.first_question)
            case "in_order":
                for above, below in zip(one.in_order, one.in_order[1:], strict=False):
                    yield from self.order(above, [below])
            case "asks":
                yield from self.kind(one.asks, Ask)
                yield from self.options(one.asks, one.offers)
                yield from self.comes(one.asks, one)
            case "shows":
                yield from self.comes(one.shows, one)
            case "holds" | "tells":
                yield from self.stop(one.holds or one.tells, one)
            case "hands_over":
                yield from self.hand_over(one)
            case "releases":
                yield from self.release(one)
            case "clock":
                yield from self.clock(one)
            case "official_record":
                yield from self.record(one)
            case "review_before_document":
                yield from self.review()
            case "goes_to":
                yield from self.way(one)
            case _:
                yield from self.words(one.never_says)

    def first(self, name: str) -> Iterator[str]:
        first = next((step for step in self.script.steps if isinstance(step.does, Ask)), None)
        if first is None or first.id != name or first.when is not None:
            yield f"The first question is {first.id if first else 'missing'!r}, not {name!r}."

    def kind(self, name: str, kind: type[Ask | Stop | HandOver | GoTo]) -> Iterator[str]:
        does = self.does(name)
        if does is not None and not isinstance(does, kind):
            yield f"Step {name!r} does something else."

    def options(self, name: str, wanted: Iterable[str]) -> Iterator[str]:
        ask = self.script.ask(name)
        if ask:
            offered = {option.value for option in ask.pickable} | ({"unknown"} if ask.unknown else set())
            for value in wanted:
                if value not in offered:
                    yield f"Question {name!r} does not offer {value!r}."

    def order(self, name: str, below: Iterable[str]) -> Iterator[str]:
        for other in below:
            for each in (name, other):
                if each not in self.script.by_id:
                    yield f"Step {each!r} is missing."
                    return
            if self.script.place_of[name] >= self.script.place_of[other]:
                yield f"Step {name!r} does not come before {other!r}."

    def comes(self, name: str, one: Obligation) -> Iterator[str]:
        """Whether the step is there, in its place, on every path where the answers are given."""
        place = self.script.place_of.get(name)
        if place is None:
            yield f"Step {name!r} is missing."
            return
        yield from self.order(name, one.before)
        for key in (*one.when_answer, *one.not_when_answer):
            if key not in self.script.by_id and key not in FROZEN_NAMES:
                yield f"There is no question {key!r}."
        if self.groups is None:
            yield "There are too many paths to tell."
            return
        walks = _walks_with(self.groups, place, one.when_answer)
        if not walks or not all(place in walk.shown for walk in walks):
            yield f"Step {name!r} does not come up on every path {_given(one.when_answer)}."
        without = _walks_with(self.groups, place, one.not_when_answer) if one.not_when_answer else ()
        if any(place in walk.shown for walk in without):
            yield f"Step {name!r} comes up on a path {_given(one.not_when_answer)}."

    def stop(self, name: str, one: Obligation) -> Iterator[str]:
        yield from self.kind(name, Stop)
        yield from self.comes(name, one)
        stop = self.does(name)
        if isinstance(stop, Stop):
            if (stop.level == "immediate") != (one.form == "holds"):
                yield f"Step {name!r} is a stop of level {stop.level!r}."
            if one.role and stop.tell != one.role:
                yield f"Step {name!r} does not tell {one.role!r}."
            yield from (f"Step {name!r} does not share {x!r}." for x in one.shares if x not in stop.share)

    def hand_over(self, one: Obligation) -> Iterator[str]:
        name = one.hands_over
        yield from self.kind(name, HandOver)
        yield from self.comes(name, one)
        hand_over = self.does(name)
        if isinstance(hand_over, HandOver):
            if one.role and hand_over.to != one.role:
                yield f"Step {name!r} does not hand over to {one.role!r}."
            yield from (
                f"Step {name!r} does not share {x!r}." for x in one.shares if x not in hand_over.share
            )

    def release(self, one: Obligation) -> Iterator[str]:
        stop = self.does(one.releases)
        release = stop.release if isinstance(stop, Stop) else None
        if release is None:
            yield f"Nothing releases {one.releases!r}."
            return
        for role in one.by_role:
            if role not in release.by_role:
                yield f"{role!r} cannot release {one.releases!r}."
        if one.by_self != bool(release.label):
            yield f"The person {'cannot' if one.by_self else 'can'} release {one.releases!r}."
        asked = [ask.type for name in release.asks if (ask := self.script.ask(name))]
        if one.asks_for and asked != one.asks_for:
            yield f"The release of {one.releases!r} does not ask for {' and '.join(one.asks_for)}."

    def clock(self, one: Obligation) -> Iterator[str]:
        clock = self.script.clocks.get(one.clock)
        if clock is None:
            yield f"Clock {one.clock!r} is missing."
            return
        due_in = clock.due_in.name if isinstance(clock.due_in, Setting) else clock.due_in
        wanted = one.due_in.site if isinstance(one.due_in, RawSetting) else one.due_in
        same_kind = isinstance(clock.due_in, Setting) == isinstance(one.due_in, RawSetting)
        for key, is_kept in (
            ("starts", one.starts in {"", clock.starts}),
            ("stops", one.stops in {"", clock.stops}),
            ("calendar", one.calendar in {"", clock.calendar}),
            ("due_in", not one.due_in or (wanted == due_in and same_kind)),
        ):
            if not is_kept:
                yield f"Clock {one.clock!r} has another '{key}'."
        given = {name: Answer((value,)) for name, value in one.when_answer.items()}
        view = View(given, self.script.conditions, Place(ZoneInfo("UTC")))
        if clock.applies_when is not None and not holds(clock.applies_when, view):
            yield f"Clock {one.clock!r} does not run {_given(one.when_answer)}."

    def record(self, one: Obligation) -> Iterator[str]:
        name = one.official_record
        yield from self.kind(name, Ask)
        yield from self.comes(name, one)
        step, ask = self.script.by_id.get(name), self.script.ask(name)
        if step is None or ask is None:
            return
        if not ask.is_required or ask.unknown is None or ask.unknown.follow_up != "now":
            yield f"Question {name!r} can be left for later: require it, and follow its 'unknown' up 'now'."
        if self.script.fast_lane in self.script.section_titles and self.script.is_after_fast_lane(step):
            yield f"A person in a hurry is not asked {name!r}."

    def review(self) -> Iterator[str]:
        reviews = [
            n for n, step in enumerate(self.script.steps) if isinstance(step.does, Review) and not step.when
        ]
        drafts = [n for n, step in enumerate(self.script.steps) if isinstance(step.does, Document)]
        if not reviews:
            yield "There is no review that everybody comes to."
        if not drafts:
            yield "There is no document."
        if reviews and drafts and min(drafts) < min(reviews):
            yield "A document is made before the review."

    def way(self, one: Obligation) -> Iterator[str]:
        name = one.step
        yield from self.kind(name, GoTo)
        yield from self.comes(name, one)
        go_to = self.does(name)
        if isinstance(go_to, GoTo):
            if go_to.script != one.goes_to:
                yield f"Step {name!r} goes to {go_to.script!r}."
            for carried in one.carries:
                if carried not in go_to.carry.values():
                    yield f"Step {name!r} does not carry {carried!r}."

    def words(self, never: Iterable[str]) -> Iterator[str]:
        every = [text.words.casefold() for text in texts(self.script)]
        for words in never:
            if any(words.casefold() in text for text in every):
                yield f"It says {words!r}."


def _walks_with(groups: Sequence[Group], place: int, answers: Mapping[str, str]) -> Sequence[Walk]:
    """Every walk that these answers make and that has not ended above the step at `place`.

    Answers that do not decide about the step are left out; where none does, there is one walk that shows it.
    """
    group = next((group for group in groups if place in group.places), None)
    if group is None:
        return (Walk({}, (place,)),)
    walks = group.having({name: value for name, value in answers.items() if name in group.reads})
    return [walk for walk in walks if walk.ended is None or walk.ended >= place]


def _given(answers: Mapping[str, str]) -> str:
    return " and ".join(f"where {name} is {value}" for name, value in answers.items()) or "there is"
