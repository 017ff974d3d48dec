"""Pictures made from answers: what each shows, in words and as a table. `playbooks.sketch` says where the lines go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from typing import assert_never

from playbooks.calc import number
from playbooks.control import FEW, FEWEST, Individuals, individuals
from playbooks.position import Position
from playbooks.run import Answer
from playbooks.script import AnswerType, ControlChart, Figure, Fishbone, Radar, Script, Step, Whys
from playbooks.shown import show_answer

NOTHING_NOTED = "nothing noted"
NOT_KNOWN = "not known yet"
NO_EVIDENCE = "none yet"
MOST_LEVEL = 5

Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Link:
    """One why of a chain: its name, the cause and what supports it; `evidence` is None where it is not asked for."""

    label: str
    text: str
    evidence: str | None


@dataclass(frozen=True, slots=True)
class Chain:
    """What happened, and why, and why that."""

    event: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Bones:
    """What happened, and by name what may have led to it."""

    event: str
    bones: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Individual values, with the limits of specification where there are any."""

    individuals: Individuals
    lower: Decimal | None
    upper: Decimal | None


@dataclass(frozen=True, slots=True)
class Web:
    """By the name of each axis its level, where it is known."""

    axes: tuple[tuple[str, int | None], ...]


Content = Chain | Bones | Chart | Web


@dataclass(frozen=True, slots=True)
class Drawn:
    """One picture: its title, all that it shows in words, the same as a table, and what to draw.

    `content` is None where there is too little to draw yet: then `text` says what is missing.
    """

    step: str
    title: str
    text: str
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    content: Content | None = None


def figures(script: Script, position: Position, zone: tzinfo) -> tuple[Drawn, ...]:
    """Every picture that stands above the cursor, as the answers are now."""
    return tuple(drawn(script, step, position, zone) for step in position.figures)


def drawn(script: Script, step: Step, position: Position, zone: tzinfo) -> Drawn:
    """The picture of this step, from the answers that count at `position`. Raises TypeError for another step."""
    figure = step.does
    if not isinstance(figure, Figure):
        msg = f"{step.id} shows no picture"
        raise TypeError(msg)
    page = _Page(script, step.id, figure.title, position.answers, zone)
    match figure.of:
        case Whys():
            return page.whys(figure.of)
        case Fishbone():
            return page.fishbone(figure.of)
        case ControlChart():
            return page.control_chart(figure.of)
        case Radar():
            return page.radar(figure.of)
        case _:
            assert_never(figure.of)


@dataclass(frozen=True, slots=True)
class _Page:
    """What a picture is made on: the answers, and how they read."""

    script: Script
    step: str
    title: str
    answers: Answers
    zone: tzinfo

    def whys(self, of: Whys) -> Drawn:
        event = self.words(of.event) or NOT_KNOWN
        supports = of.evidence or ("",) * len(of.whys)
        known = [
            (words, support)
            for why, support in zip(of.whys, supports, strict=True)
            if (words := self.words(why))
        ]
        links = tuple(
            Link(f"Why {place}", words, (self.words(support) or NO_EVIDENCE) if support else None)
            for place, (words, support) in enumerate(known, 1)
        )
        lines, rows = [f"What happened: {event}"], []
        for link in links:
            lines.append(f"{link.label}: {link.text}")
            lines += [f"Evidence: {link.evidence}"] if link.evidence else []
            rows.append((link.label, link.text, *([link.evidence] if link.evidence else [])))
        width = 3 if of.evidence else 2
        headings = ("", "What was said", "Evidence")[:width]
        first = ("What happened", event, "")[:width]
        return self.drawn(lines, headings, [first, *rows], Chain(event, links))

    def fishbone(self, of: Fishbone) -> Drawn:
        event = self.words(of.event) or NOT_KNOWN
        bones = tuple((name, self.entries(step) or self.nothing(step)) for name, step in of.bones)
        rows = [(name, "; ".join(entries)) for name, entries in bones]
        lines = [f"What happened: {event}", *(f"{name}: {said}" for name, said in rows)]
        table = [("What happened", event), *rows]
        return self.drawn(lines, ("", "What was said"), table, Bones(event, bones))

    def control_chart(self, of: ControlChart) -> Drawn:
        answer = self.answers.get(of.values)
        values = [found for text in (answer.values if answer else ()) if (found := number(text)) is not None]
        lower, upper = self.limit(of.lower), self.limit(of.upper)
        if len(values) < FEWEST:
            return self.drawn([*_too_few(values), *_against(values, lower, upper)])
        chart = individuals(values)
        rows = [
            (
                str(place),
                f"{value:f}",
                f"{chart.ranges[place - 2]:f}" if place > 1 else "",
                _sign(chart, place),
            )
            for place, value in enumerate(values, 1)
        ]
        lines = [*_in_words(chart), *_against(values, lower, upper)]
        return self.drawn(
            lines, ("Number", "Value", "Moving range", "Signal"), rows, Chart(chart, lower, upper)
        )

    def radar(self, of: Radar) -> Drawn:
        axes = tuple((name, self.level(step)) for name, step in of.axes)
        rows = [(name, f"{level} of {MOST_LEVEL}" if level else NOT_KNOWN) for name, level in axes]
        known = sum(level is not None for _, level in axes)
        lines = [f"{known} of {len(axes)} are known.", *(f"{name}: {said}" for name, said in rows)]
        return self.drawn(lines, ("", "Level"), rows, Web(axes))

    def drawn(
        self,
        lines: Sequence[str],
        headings: tuple[str, ...] = (),
        rows: Sequence[tuple[str, ...]] = (),
        content: Content | None = None,
    ) -> Drawn:
        return Drawn(self.step, self.title, "\n".join(lines), headings, tuple(rows), content)

    # Answers

    def words(self, step_id: str) -> str:
        """An answer in words, on one line; empty where there is none."""
        ask, answer = self.script.ask(step_id), self.answers.get(step_id)
        if ask is None or answer is None or not answer.is_given:
            return ""
        return " ".join(show_answer(ask, answer, self.zone).split())

    def entries(self, step_id: str) -> tuple[str, ...]:
        """An answer as entries: those of a list, what was picked, or the lines of a text."""
        ask, answer = self.script.ask(step_id), self.answers.get(step_id)
        if ask is None or answer is None or not answer.is_given:
            return ()
        if ask.type in {AnswerType.LIST, AnswerType.MULTI}:
            parts = [show_answer(ask, Answer((value,)), self.zone) for value in answer.values]
        else:
            parts = show_answer(ask, answer, self.zone).split("\n")
        return tuple(words for part in parts if (words := " ".join(part.split())))

    def nothing(self, step_id: str) -> tuple[str, ...]:
        """What stands where nobody named anything."""
        answer = self.answers.get(step_id)
        return (NOT_KNOWN if answer is not None and answer.is_unknown else NOTHING_NOTED,)

    def limit(self, step_id: str) -> Decimal | None:
        answer = self.answers.get(step_id)
        return number(answer.value) if answer and answer.is_given else None

    def level(self, step_id: str) -> int | None:
        answer = self.answers.get(step_id)
        return int(answer.value) if answer and answer.is_given and answer.value.isdecimal() else None


# A control chart in words


def _too_few(values: Sequence[Decimal]) -> list[str]:
    """How many are missing, and what there is: nobody has pasted them for nothing."""
    missing = FEWEST - len(values)
    more = "1 more value is" if missing == 1 else f"{missing} more values are"
    there = "is 1 value" if len(values) == 1 else f"are {len(values)} values"
    lines = [f"There {there}, and a control chart needs at least {FEWEST}. {more} needed."]
    if values:
        lines.append(f"In their order: {', '.join(f'{value:f}' for value in values)}.")
        lines.append(f"The lowest is {min(values):f}, and the highest is {max(values):f}.")
    return lines


def _in_words(chart: Individuals) -> list[str]:
    """The limits, then every signal."""
    show = chart.shown
    count = len(chart.values)
    lines = [
        f"{count} values. Mean {show(chart.mean)}, control limits {show(chart.lower)} to {show(chart.upper)}.",
        f"Moving range: mean {show(chart.mean_range)}, upper limit {show(chart.range_upper)}.",
    ]
    for place in chart.beyond:
        value = chart.values[place - 1]
        side = "above" if value > chart.upper else "below"
        lines.append(f"Signal: value {place} ({value:f}) is {side} the control limits.")
    for place in chart.ranges_beyond:
        change = chart.ranges[place - 2]
        lines.append(
            f"Signal: the change from value {place - 1} to value {place} ({change:f}) is above its limit."
        )
    if chart.is_long_run:
        lines.append(f"Signal: {chart.longest_run} values in a row lie on one side of the mean.")
    if chart.has_few_crossings:
        lines.append(f"Signal: the values cross the mean only {_times(chart.crossings)}.")
    if chart.has_signal:
        lines.append("A signal is a question, not proof of a cause.")
    else:
        lines.append("No signal was found.")
    if chart.is_long_run is None:
        lines.append("There are too few values to judge long runs.")
    if chart.is_rough:
        lines.append(f"With fewer than {FEW} values the limits are rough.")
    return lines


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _against(values: Sequence[Decimal], lower: Decimal | None, upper: Decimal | None) -> list[str]:
    """How the values lie to the limits of specification."""
    named = [f"{name} {limit:f}" for name, limit in (("lower", lower), ("upper", upper)) if limit is not None]
    if not named:
        return []
    outside = [
        f"value {place} ({value:f})"
        for place, value in enumerate(values, 1)
        if (lower is not None and value < lower) or (upper is not None and value > upper)
    ]
    found = f"Outside it: {', '.join(outside)}." if outside else "No value is outside it."
    return [f"Specification: {' and '.join(named)}. {found}"]


def _sign(chart: Individuals, place: int) -> str:
    signs = [
        "beyond the control limits" if place in chart.beyond else "",
        "large change" if place in chart.ranges_beyond else "",
    ]
    return ", ".join(sign for sign in signs if sign)
