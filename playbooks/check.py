"""What an author should know before a playbook meets a person: every fault of meaning, with its remedy.

Shape is judged by `playbooks.loader`; this judges a script that has the right shape.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date
from typing import assert_never

from playbooks.answer import options_of
from playbooks.conditions import UNKNOWN, All, Any, Condition, Has, Not, fact_names, names
from playbooks.errors import Path, Problem
from playbooks.loader import nearest
from playbooks.placeholder import placeholders
from playbooks.script import AnswerType, Ask, Check, Document, Finish, Review, Say, Script, Step, Stop

FROZEN_NAMES = ("site.region", "site.product_type", "person.role")
RUN_WORDS = ("run.ref",)
MAX_STEPS = 200
MAX_OPTIONS = 10
MAX_QUESTION_WORDS = 30

_RESERVED = frozenset({"all", "any", "not", "fact"})


def check_script(script: Script, known_settings: Collection[str] | None = None) -> list[Problem]:
    """Everything wrong with `script`, in file order.

    `known_settings` are the names that the site's settings supply; None leaves that to somebody else.
    """
    problems = [
        *_counts(script),
        *_control(script),
        *_facts(script),
        *(problem for number, step in enumerate(script.steps) for problem in _step(script, number, step)),
        *_order(script),
        *_placeholders(script, known_settings),
        *_unused(script),
    ]
    return sorted(problems, key=lambda problem: _place(problem.path))


def _place(path: Path) -> tuple[tuple[int, str], ...]:
    order = ("control", "site_settings", "sections", "facts", "steps")
    first = str(path[0]) if path else ""
    head = (order.index(first) if first in order else -1, first)
    return (head, *((part, "") if isinstance(part, int) else (0, part) for part in path[1:]))


def _counts(script: Script) -> Iterator[Problem]:
    if len(script.steps) > MAX_STEPS:
        yield Problem(
            ("steps",), f"{len(script.steps)} steps, the limit is {MAX_STEPS}", "split the playbook"
        )
    for name, ids in (("steps", [s.id for s in script.steps]), ("sections", [s.id for s in script.sections])):
        repeated = Counter(ids)
        for number, item in enumerate(ids):
            if repeated[item] > 1:
                yield Problem(
                    (name, number, "id"),
                    f"{item!r} is used {repeated[item]} times",
                    "give each its own id",
                )


def _control(script: Script) -> Iterator[Problem]:
    if not re.fullmatch(r"\d+\.\d+\.\d+", script.version):
        yield Problem(("version",), f"version {script.version!r}", 'write it as "1.0.0", in quotes')
    dates = (("effective_from", script.control.effective_from), ("review_by", script.control.review_by))
    for name, written in dates:
        try:
            date.fromisoformat(written)
        except ValueError:
            yield Problem(("control", name), f"there is no day {written!r}", "correct the date")
    if script.control.review_by <= script.control.effective_from:
        yield Problem(
            ("control", "review_by"), "the review date is not after the effective date", "correct one of them"
        )


def _facts(script: Script) -> Iterator[Problem]:
    for name, fact in script.facts.items():
        path: Path = ("facts", name, "when")
        yield from _names_in(script, fact.when, path, len(script.steps))
        if name in _reach(script, fact.when, set()):
            yield Problem(path, f"fact {name!r} refers to itself", "say it by questions instead")


def _reach(script: Script, condition: Condition, seen: set[str]) -> set[str]:
    for name in fact_names(condition):
        if name not in seen and name in script.facts:
            seen.add(name)
            _reach(script, script.facts[name].when, seen)
    return seen


def _step(script: Script, number: int, step: Step) -> Iterator[Problem]:
    path: Path = ("steps", number)
    if step.id in _RESERVED:
        yield Problem((*path, "id"), f"{step.id!r} is a word of the condition language", "choose another id")
    if step.section not in script.section_titles:
        remedy = nearest(step.section, script.section_titles)
        yield Problem((*path, "section"), f"unknown section {step.section!r}", remedy)
    if step.when is not None:
        yield from _names_in(script, step.when, (*path, "when"), number)
    match step.does:
        case Ask() as ask:
            yield from _ask(script, number, ask)
        case Stop(share=share):
            for name in share:
                yield from _earlier(script, name, (*path, "stop", "share"), number)
        case Review() | Say() | Document() | Finish():
            pass
        case _:
            assert_never(step.does)


def _ask(script: Script, number: int, ask: Ask) -> Iterator[Problem]:
    path: Path = ("steps", number)
    picks = ask.type in {AnswerType.CHOICE, AnswerType.MULTI}
    if picks and len(ask.options) < 2:
        yield Problem((*path, "options"), f"a {ask.type} needs at least two options", "add 'options:'")
    if not picks and ask.options:
        yield Problem((*path, "options"), f"a {ask.type} takes no options", "remove them or change the type")
    if ask.none and ask.type is not AnswerType.MULTI:
        yield Problem((*path, "none"), "'none' belongs to a multi question", "make it an option")
    for value, count in Counter(option.value for option in ask.pickable).items():
        if count > 1:
            yield Problem(
                (*path, "options"), f"option value {value!r} stands {count} times", "give each its own value"
            )
        if "|" in value or not value:
            yield Problem(
                (*path, "options"),
                f"option value {value!r} cannot be carried by a button",
                "use a plain word",
            )
    if ask.checks and ask.type is not AnswerType.DATETIME:
        yield Problem((*path, "check"), f"a {ask.type} has no time to check", "remove 'check'")
    if ask.offers_opening and ask.type not in {AnswerType.TEXT, AnswerType.LONG_TEXT}:
        yield Problem((*path, "offers_opening"), f"a {ask.type} cannot be what was typed", "remove it")
    for place, check in enumerate(ask.checks):
        yield from _check(script, number, place, check)
    if len(ask.pickable) > MAX_OPTIONS:
        yield Problem(
            (*path, "options"), f"{len(ask.pickable)} options", f"keep to {MAX_OPTIONS}", is_warning=True
        )
    if len(ask.text.split()) > MAX_QUESTION_WORDS:
        words = len(ask.text.split())
        yield Problem(
            (*path, "ask"),
            f"the question has {words} words",
            f"keep to {MAX_QUESTION_WORDS}",
            is_warning=True,
        )
    if ask.text.count("?") > 1:
        yield Problem((*path, "ask"), "two questions in one", "ask one thing at a time", is_warning=True)


def _check(script: Script, number: int, place: int, check: Check) -> Iterator[Problem]:
    path: Path = ("steps", number, "check", place)
    if check.against == "now":
        return
    yield from _earlier(script, check.against, path, number)
    other = script.ask(check.against)
    if other and other.type is not AnswerType.DATETIME:
        yield Problem(path, f"{check.against!r} is no datetime", "compare with one")


def _names_in(script: Script, condition: Condition, path: Path, number: int) -> Iterator[Problem]:
    for name in names(condition):
        if name not in FROZEN_NAMES:
            yield from _earlier(script, name, path, number)
    for name in fact_names(condition):
        if name not in script.facts:
            yield Problem(path, f"unknown fact {name!r}", nearest(name, script.facts))
    for fact in sorted(_reach(script, condition, set())):
        for name in names(script.facts[fact].when):
            if script.ask(name):  # an unknown one is told once, at the fact itself
                yield from _earlier(script, name, path, number)
    for has in _comparisons(condition):
        yield from _values(script, has, path)


def _comparisons(condition: Condition) -> Iterator[Has]:
    match condition:
        case Has():
            yield condition
        case All(parts) | Any(parts):
            for part in parts:
                yield from _comparisons(part)
        case Not(part):
            yield from _comparisons(part)
        case _:
            pass


def _values(script: Script, has: Has, path: Path) -> Iterator[Problem]:
    ask = script.ask(has.name)
    if ask is None:
        return
    possible = {option.value for option in options_of(ask)} | ({UNKNOWN} if ask.unknown else set())
    if not options_of(ask):
        possible |= set(has.values) - {UNKNOWN}
    for value in has.values:
        if value not in possible:
            remedy = nearest(value, possible) or f"give {has.name!r} an 'unknown:'"
            yield Problem(path, f"{has.name!r} can never be {value!r}", remedy)


def _earlier(script: Script, name: str, path: Path, number: int) -> Iterator[Problem]:
    ids = [step.id for step in script.steps]
    if script.ask(name) is None:
        questions = [step.id for step in script.steps if isinstance(step.does, Ask)]
        yield Problem(path, f"unknown question {name!r}", nearest(name, questions))
    elif ids.index(name) >= number:
        yield Problem(path, f"{name!r} is asked only later", "move this step below it")


def _order(script: Script) -> Iterator[Problem]:
    kinds = [type(step.does) for step in script.steps]
    if kinds[-1] is not Finish or script.steps[-1].when is not None:
        yield Problem(
            ("steps", len(kinds) - 1), "the last step is no unconditional 'finish'", "end with 'finish:'"
        )
    for number, kind in enumerate(kinds):
        if kind is Finish and number < len(kinds) - 1 and script.steps[number].when is None:
            yield Problem(
                ("steps", number), "nothing below this 'finish' can be reached", "move it to the end"
            )
        if kind is Document and Review not in kinds[:number]:
            yield Problem(
                ("steps", number), "a document without a review before it", "add 'review: all' above it"
            )


def _placeholders(script: Script, known_settings: Collection[str] | None) -> Iterator[Problem]:
    for path, text in _texts(script):
        for name in placeholders(text):
            if name in RUN_WORDS or _is_because(script, name):
                continue
            kind, _, setting = name.partition(".")
            if kind != "site":
                yield Problem(path, f"unknown placeholder {{{name}}}", nearest(name, RUN_WORDS))
            elif setting not in script.site_settings:
                yield Problem(path, f"{{{name}}} is not declared", f"add {setting!r} to 'site_settings'")
    for number, setting in enumerate(script.site_settings):
        if known_settings is not None and setting not in known_settings:
            yield Problem(
                ("site_settings", number),
                f"this site sets no {setting!r}",
                "add it to the site's settings.yaml",
            )


def _is_because(script: Script, name: str) -> bool:
    match name.split("."):
        case ["fact", fact, "because"]:
            return fact in script.facts
        case _:
            return False


def _texts(script: Script) -> Iterator[tuple[Path, str]]:
    """Every text of the script that a person sees and that may hold placeholders."""
    for number, step in enumerate(script.steps):
        path: Path = ("steps", number)
        yield (*path, "why"), step.why
        match step.does:
            case Ask() as ask:
                yield (*path, "ask"), ask.text
                yield from (((*path, "options"), option.hint) for option in ask.pickable)
                if ask.unknown:
                    yield (*path, "unknown"), ask.unknown.say
            case Say(text):
                yield (*path, "say"), text
            case Stop(say=text):
                yield (*path, "stop", "say"), text
            case Document(watermark=text):
                yield (*path, "document", "watermark"), text
            case Finish(text):
                yield (*path, "finish"), text
            case Review():
                pass
            case _:
                assert_never(step.does)


def _unused(script: Script) -> Iterator[Problem]:
    used: set[str] = set()
    for step in script.steps:
        used |= set(fact_names(step.when))
    for fact in script.facts.values():
        used |= set(fact_names(fact.when))
    used |= {
        name.split(".")[1]
        for _, text in _texts(script)
        for name in placeholders(text)
        if name.startswith("fact.")
    }
    for name in script.facts:
        if name not in used:
            yield Problem(("facts", name), f"fact {name!r} is never used", "remove it", is_warning=True)
    in_use = {step.section for step in script.steps}
    for number, section in enumerate(script.sections):
        if section.id not in in_use:
            yield Problem(
                ("sections", number), f"section {section.id!r} is never used", "remove it", is_warning=True
            )
