"""Every text of a playbook that a person sees, and where it stands in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from playbooks.errors import Path
from playbooks.script import (
    Ask,
    Document,
    Figure,
    Finish,
    Fishbone,
    GoTo,
    HandBack,
    HandOver,
    Option,
    Radar,
    Review,
    Say,
    Script,
    Step,
    Stop,
)


class Part(StrEnum):
    """What a text is for, as far as its rules differ."""

    QUESTION = "question"
    MESSAGE = "message"
    LABEL = "label"
    PHRASE = "phrase"  # fits into a sentence of ours, such as "because …"
    LATE = "late"  # said by a clock
    WEAK = "weak"  # shows how not to write


@dataclass(frozen=True, slots=True)
class Text:
    """Some words, what they are for, and where they stand."""

    path: Path
    words: str
    part: Part = Part.MESSAGE


def texts(script: Script) -> Iterator[Text]:
    """Every text that stands in the script's own file."""
    return (text for text in _texts(script, own=True) if text.words)


def all_texts(script: Script) -> Iterator[Text]:
    """Every text, those of its sub-flows too; these have the place of their call."""
    return (text for text in _texts(script, own=False) if text.words)


def _texts(script: Script, *, own: bool) -> Iterator[Text]:
    yield Text(("title",), script.title, Part.LABEL)
    yield Text(("purpose",), script.purpose, Part.PHRASE)
    for number, section in enumerate(script.sections):
        yield Text(("sections", number, "title"), section.title, Part.LABEL)
    for name, fact in script.facts.items():
        if not (own and "." in name):
            yield Text(("facts", name, "say"), fact.say, Part.PHRASE)
    for name, value in script.values.items():
        if not (own and "." in name):
            yield Text(("values", name, "say"), value.say, Part.LABEL)
    for name, clock in script.clocks.items():
        if not (own and "." in name):
            yield Text(("clocks", name, "say"), clock.say, Part.PHRASE)
            if clock.when_late:
                yield Text(("clocks", name, "when_late", "say"), clock.when_late.say, Part.LATE)
    for step in script.steps:
        if not (own and step.flow):
            yield from _of_step(step)


def _of_step(step: Step) -> Iterator[Text]:
    path: Path = ("steps", step.at)
    yield Text((*path, "why"), step.why)
    yield Text((*path, "hint"), step.hint)
    match step.does:
        case Ask() as ask if step.releases:
            path = (*path, "stop", "release", "or_self", "asks", int(step.id.rpartition("_")[2]) - 1)
            yield from _of_question(path, ask)
        case Ask() as ask:
            yield from _of_question(path, ask)
        case Say(words):
            yield Text((*path, "say"), words)
        case Stop() as stop:
            yield Text((*path, "stop", "say"), stop.say)
            if stop.release:
                yield Text((*path, "stop", "release"), stop.release.label, Part.LABEL)
            if stop.if_no_answer:
                yield Text((*path, "stop", "if_no_answer", "say"), stop.if_no_answer.say)
        case HandOver() as hand_over:
            yield Text((*path, "hand_over", "say"), hand_over.say)
            yield Text((*path, "hand_over", "together"), hand_over.together, Part.LABEL)
            if hand_over.if_no_answer:
                yield Text((*path, "hand_over", "if_no_answer", "say"), hand_over.if_no_answer.say)
        case HandBack(words):
            yield Text((*path, "hand_back", "say"), words)
        case Document() as document:
            yield Text((*path, "document", "watermark"), document.watermark, Part.LABEL)
            yield Text((*path, "document", "name"), document.name, Part.LABEL)
        case Figure() as figure:
            yield Text((*path, "figure", "title"), figure.title, Part.LABEL)
            yield Text((*path, "figure", "say"), figure.say)
            yield from _of_parts(figure, (*path, "figure", "of"))
        case Finish(words):
            yield Text((*path, "finish"), words)
        case GoTo() | Review():
            pass
        case _:
            assert_never(step.does)


def _of_parts(figure: Figure, path: Path) -> Iterator[Text]:
    """The names of bones and axes: they stand in the file as keys."""
    match figure.of:
        case Fishbone(bones=named):
            yield from (Text((*path, "bones", name), name, Part.LABEL) for name, _ in named)
        case Radar(axes=named):
            yield from (Text((*path, "axes", name), name, Part.LABEL) for name, _ in named)
        case _:
            pass


def _of_question(path: Path, ask: Ask) -> Iterator[Text]:
    yield Text((*path, "ask"), ask.text, Part.QUESTION)
    if ask.label != ask.text:
        yield Text((*path, "label"), ask.label, Part.LABEL)
    for number, option in enumerate(ask.options):
        yield from _of_option((*path, "options", number), option)
    if ask.none:
        yield from _of_option((*path, "none"), ask.none)
    if ask.unknown:
        yield Text((*path, "unknown", "label"), ask.unknown.label, Part.LABEL)
        yield Text((*path, "unknown", "say"), ask.unknown.say)
    for number, check in enumerate(ask.checks):
        yield Text((*path, "check", number, "say"), check.say)
    if ask.example:
        yield Text((*path, "example", "weak"), ask.example.weak, Part.WEAK)
        yield Text((*path, "example", "better"), ask.example.better, Part.PHRASE)


def _of_option(path: Path, option: Option) -> Iterator[Text]:
    yield Text((*path, "label"), option.label, Part.LABEL)
    yield Text((*path, "hint"), option.hint)
