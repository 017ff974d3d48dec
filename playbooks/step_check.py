"""Whether each step of a playbook can do what it says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import assert_never

from playbooks.clock_check import a, duration, role, sources
from playbooks.condition_check import earlier
from playbooks.context import Context
from playbooks.errors import Path, Problem
from playbooks.figure_check import figure_problems
from playbooks.heard import HEARD_TYPES
from playbooks.loader import nearest
from playbooks.script import (
    AnswerType,
    Ask,
    Check,
    Document,
    Figure,
    Finish,
    GoTo,
    HandBack,
    HandOver,
    Review,
    Say,
    Script,
    Step,
    Stop,
)

MAX_OPTIONS = 30
RESERVED = {
    **dict.fromkeys(("all", "any", "not", "fact"), "a word of the condition language"),
    "reason": "the name of the question why an answer was changed",
}

_PICKED = frozenset({AnswerType.CHOICE, AnswerType.MULTI})
_WITH_OPTIONS = _PICKED | {AnswerType.CONFIRM}
_WRITTEN = frozenset({AnswerType.TEXT, AnswerType.LONG_TEXT})
_SOON = ("now", "today")
_REGULAR_EXPRESSION = re.compile(r"[\\^$*+?\[\](){}|]")


def step_problems(script: Script, context: Context) -> Iterator[Problem]:
    """What is wrong with the steps of the script's own file, and with the sections of all."""
    for place, step in enumerate(script.steps):
        path: Path = ("steps", step.at)
        if step.section not in script.section_titles:
            remedy = nearest(step.section, script.section_titles)
            yield Problem((*path, "section"), f"unknown section {step.section!r}", remedy)
        if not step.flow and not step.releases:
            yield from _step(script, place, step, context)


def _step(script: Script, place: int, step: Step, context: Context) -> Iterator[Problem]:
    path: Path = ("steps", step.at)
    if step.id in RESERVED:
        yield Problem((*path, "id"), f"{step.id!r} is {RESERVED[step.id]}", "choose another id")
    yield from sources(step.cite, context, (*path, "cite"))
    match step.does:
        case Ask() as ask:
            yield from _ask(script, place, ask, path, context)
        case Stop() as stop:
            yield from _stop(script, place, stop, (*path, "stop"), context)
        case HandOver() as hand_over:
            yield from _hand_over(script, place, hand_over, (*path, "hand_over"), context)
        case HandBack():
            if not any(isinstance(each.does, HandOver) for each in script.steps[:place]):
                yield Problem((*path, "hand_back"), "nothing was handed over", "add 'hand_over:' above it")
        case GoTo() as go_to:
            yield from _go_to(script, place, go_to, path, context)
        case Document(template=template):
            if context.templates is not None and template not in context.templates:
                remedy = nearest(template, context.templates)
                yield Problem((*path, "document", "template"), f"unknown template {template!r}", remedy)
        case Figure() as figure:
            yield from figure_problems(script, place, figure, (*path, "figure"))
        case Review() | Say() | Finish():
            pass
        case _:
            assert_never(step.does)


def _stop(script: Script, place: int, stop: Stop, path: Path, context: Context) -> Iterator[Problem]:
    release = stop.release
    can_be_released = release is not None and bool(release.label or release.by_role)
    if stop.level == "immediate" and not can_be_released:
        found = "a stop that holds and is never released"
        yield Problem((*path, "release"), found, "say how in 'release: {self: …}' or 'by_role'")
    if stop.level == "notify" and release is not None:
        yield Problem((*path, "release"), "a stop that holds nothing is not released", "remove 'release'")
    if stop.level == "notify" and not stop.tell:
        yield Problem(path, "a stop that neither holds nor tells anybody", "say whom to 'tell'")
    if stop.tell:
        yield from role(stop.tell, context, (*path, "tell"))
    for by in release.by_role if release else ():
        yield from role(by, context, (*path, "release", "by_role"))
    for name in stop.share:
        yield from earlier(script, name, (*path, "share"), place)
    if stop.if_no_answer:
        yield from duration(stop.if_no_answer.after, (*path, "if_no_answer", "after"))
        if not stop.tell:
            yield Problem((*path, "if_no_answer"), "nobody is told who could answer", "say whom to 'tell'")


def _hand_over(
    script: Script, place: int, hand_over: HandOver, path: Path, context: Context
) -> Iterator[Problem]:
    yield from role(hand_over.to, context, (*path, "to"))
    for name in hand_over.share:
        yield from earlier(script, name, (*path, "share"), place)
    if hand_over.if_no_answer:
        yield from duration(hand_over.if_no_answer.after, (*path, "if_no_answer", "after"))


def _go_to(script: Script, place: int, go_to: GoTo, path: Path, context: Context) -> Iterator[Problem]:
    for ours in go_to.carry.values():
        yield from earlier(script, ours, (*path, "carry"), place)
    if go_to.script == script.id:
        yield Problem((*path, "go_to"), "it goes to itself", "name another playbook")
    elif context.playbooks is not None and go_to.script not in context.playbooks:
        remedy = nearest(go_to.script, context.playbooks)
        yield Problem((*path, "go_to"), f"there is no playbook {go_to.script!r}", remedy)
    target = (context.playbooks or {}).get(go_to.script)
    if target and target.is_part_only:
        remedy = "give it 'phrasings', or 'use' it"
        yield Problem((*path, "go_to"), f"{go_to.script!r} is only a part of other playbooks", remedy)
    for theirs, ours in go_to.carry.items() if target else ():
        there, here = target.ask(theirs) if target else None, script.ask(ours)
        if there is None:
            asks = [step.id for step in target.steps if isinstance(step.does, Ask)] if target else []
            found = f"{go_to.script!r} asks no {theirs!r}"
            yield Problem((*path, "carry"), found, nearest(theirs, asks))
        elif here and here.type is not there.type:
            found = f"{ours!r} is {a(here.type)}, and {theirs!r} there {a(there.type)}"
            yield Problem((*path, "carry"), found, "carry an answer of the same type")


def _ask(script: Script, place: int, ask: Ask, path: Path, context: Context) -> Iterator[Problem]:
    yield from _options(ask, path)
    yield from _belongings(ask, path)
    for number, check in enumerate(ask.checks):
        yield from _check(script, place, check, (*path, "check", number))
    for name in ask.depends_on:
        yield from earlier(script, name, (*path, "depends_on"), place)
    if ask.unknown:
        if ask.unknown.follow_up not in _SOON:
            yield from duration(ask.unknown.follow_up, (*path, "unknown", "follow_up"))
        if ask.unknown.for_role:
            yield from role(ask.unknown.for_role, context, (*path, "unknown", "for_role"))
    for name in ask.coaching.checks if ask.coaching else ():
        if context.coaching is not None and name not in context.coaching:
            remedy = nearest(name, context.coaching)
            yield Problem((*path, "coach", "checks"), f"unknown coaching check {name!r}", remedy)
    for what, name in ask.coaching.knows.items() if ask.coaching else ():
        yield from earlier(script, name, (*path, "coach", "knows", what), place)
    if isinstance(ask.mask, str) and ask.mask:
        yield from mask_problems(ask.mask, (*path, "mask"))


def _options(ask: Ask, path: Path) -> Iterator[Problem]:
    path = (*path, "options")
    if ask.type in _PICKED and len(ask.options) < 2:
        yield Problem(path, f"{a(ask.type)} needs at least two options", "add 'options:'")
    if ask.type not in _WITH_OPTIONS and ask.options:
        yield Problem(path, f"{a(ask.type)} takes no options", "remove them or change the type")
    if ask.none and ask.type is not AnswerType.MULTI:
        yield Problem((*path[:-1], "none"), "'none' belongs to a multi question", "make it an option")
    if len(ask.pickable) > MAX_OPTIONS:
        found = f"{len(ask.pickable)} options, the limit is {MAX_OPTIONS}"
        yield Problem(path, found, "ask in two steps")
    for value, count in Counter(option.value for option in ask.pickable).items():
        if count > 1:
            yield Problem(path, f"option value {value!r} stands {count} times", "give each its own value")
        if "|" in value or not value:
            yield Problem(path, f"option value {value!r} cannot be carried by a button", "use a plain word")
    labels = {option.value: option.label.casefold() for option in ask.pickable}
    for label, count in Counter(labels.values()).items():
        if count > 1:
            yield Problem(path, f"{count} options read {label!r}", "word them so that they differ")


def _belongings(ask: Ask, path: Path) -> Iterator[Problem]:
    """Every key that stands on a question of a type it has no meaning for."""
    if ask.checks and ask.type is not AnswerType.DATETIME:
        yield Problem((*path, "check"), f"{a(ask.type)} has no time to check", "remove 'check'")
    if ask.offers_opening and ask.type not in _WRITTEN:
        yield Problem((*path, "offers_opening"), f"{a(ask.type)} cannot be what was typed", "remove it")
    if ask.offers_after and ask.type not in HEARD_TYPES:
        yield Problem((*path, "offers_after"), f"{a(ask.type)} is not heard in what was typed", "remove it")
    if ask.coaching and ask.type not in _WRITTEN:
        yield Problem((*path, "coach"), f"{a(ask.type)} has no wording to coach", "remove 'coach'")
    if ask.allow and ask.type is not AnswerType.ATTACHMENT:
        yield Problem((*path, "allow"), f"{a(ask.type)} takes no files", "remove 'allow'")
    if ask.unit and ask.type is not AnswerType.NUMBER:
        yield Problem((*path, "unit"), f"{a(ask.type)} has no unit", "remove 'unit', or ask for a number")
    if ask.of != "text" and ask.type is not AnswerType.LIST:
        yield Problem((*path, "of"), f"{a(ask.type)} is no list", "remove 'of', or ask for a list")
    if ask.mask and ask.type is not AnswerType.IDENTIFIER:
        yield Problem((*path, "mask"), f"{a(ask.type)} has no mask", "remove it, or ask for an identifier")


def mask_problems(mask: str, path: Path) -> Iterator[Problem]:
    """What is wrong with `mask` as the shape of an identifier."""
    remedy = "write # for a digit, @ for a letter, everything else as it is typed"
    if _REGULAR_EXPRESSION.search(mask):
        yield Problem(path, f"the mask {mask!r} is written as a regular expression", remedy)
    elif not set(mask) & {"#", "@"}:
        yield Problem(path, f"the mask {mask!r} lets only itself be typed", remedy)


def _check(script: Script, place: int, check: Check, path: Path) -> Iterator[Problem]:
    if check.against == "now":
        return
    yield from earlier(script, check.against, path, place)
    other = script.ask(check.against)
    if other and other.type is not AnswerType.DATETIME:
        yield Problem(path, f"{check.against!r} is no datetime", "compare with one")
