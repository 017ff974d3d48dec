"""What an author should know before a playbook meets a person: every fault of meaning, with its remedy.

Shape is judged by `playbooks.loader`; this judges a script that has the right shape. What only the sight of every
path shows is found by `playbooks.explore`, a missing protection by `playbooks.obligation`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date

from playbooks.clock_check import clock_problems
from playbooks.condition_check import condition_problems
from playbooks.conditions import Calculated, Condition, fact_names, leaves
from playbooks.context import Context
from playbooks.errors import Path, Problem
from playbooks.figure_check import value_problems
from playbooks.loader import nearest
from playbooks.order_check import order_problems
from playbooks.placeholder import placeholders
from playbooks.script import Ask, GoTo, Script, Setting
from playbooks.shape import RawScript
from playbooks.step_check import step_problems
from playbooks.text import all_texts
from playbooks.wording_check import wording_problems

__all__ = ["MAX_STEPS", "Context", "check_script"]

MAX_STEPS = 200

_ORDER = tuple(RawScript.model_fields)


def check_script(script: Script, context: Context | None = None) -> list[Problem]:
    """Everything wrong with `script` as far as `context` lets it be judged, in file order.

    What stands in the file of a sub-flow is told there; here, only what its call brings about, at the call.
    """
    known = context or Context()
    problems = [
        *_counts(script),
        *_control(script, known.today),
        *_settings(script, known.settings),
        *_calls(script),
        *condition_problems(script, known),
        *value_problems(script),
        *clock_problems(script, known),
        *step_problems(script, known),
        *order_problems(script),
        *wording_problems(script, known.terms),
        *_unused(script),
    ]
    return sorted(dict.fromkeys(problems), key=lambda problem: _place(script, problem.path))


def _place(script: Script, path: Path) -> tuple[tuple[int, str], ...]:
    first = str(path[0]) if path else ""
    names: Mapping[str, Collection[str]] = {
        "facts": script.facts,
        "values": script.values,
        "clocks": script.clocks,
    }
    within = list(names.get(first, ()))
    head = (_ORDER.index(first) if first in _ORDER else -1, "")
    rest = (
        (part, "") if isinstance(part, int) else (within.index(part) if part in within else 0, part)
        for part in path[1:]
    )
    return (head, *rest)


def _counts(script: Script) -> Iterator[Problem]:
    if len(script.steps) > MAX_STEPS:
        found = f"{len(script.steps)} steps, the limit is {MAX_STEPS}"
        yield Problem(("steps",), found, "split the playbook")
    steps = [(step.at, step.id) for step in script.steps if not step.flow]
    sections = [(at, section.id) for at, section in enumerate(script.sections)]
    for name, ids in (("steps", steps), ("sections", sections)):
        repeated = Counter(item for _, item in ids)
        for at, item in ids:
            if repeated[item] > 1:
                found = f"{item!r} is used {repeated[item]} times"
                yield Problem((name, at, "id"), found, "give each its own id")


def _control(script: Script, today: date | None) -> Iterator[Problem]:
    control = script.control
    parts = script.version.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        yield Problem(("version",), f"version {script.version!r}", 'write it as "1.0.0", in quotes')
    dates: dict[str, date] = {}
    for name, written in (("effective_from", control.effective_from), ("review_by", control.review_by)):
        try:
            dates[name] = date.fromisoformat(written)
        except ValueError:
            yield Problem(("control", name), f"there is no day {written!r}", "correct the date")
    review_by = dates.get("review_by")
    if review_by and dates.get("effective_from", date.min) >= review_by:
        found = "the review date is not after the effective date"
        yield Problem(("control", "review_by"), found, "correct one of them")
    if today and review_by and today > review_by:
        found = f"its review was due by {control.review_by}"
        yield Problem(("control", "review_by"), found, "review it and set the next date", is_warning=True)


def _settings(script: Script, known: Collection[str] | None) -> Iterator[Problem]:
    for number, setting in enumerate(script.site_settings):
        if known is not None and setting not in known:
            found, remedy = f"this site sets no {setting!r}", "add it to the site's settings.yaml"
            yield Problem(("site_settings", number), found, remedy)
    for path, name in _settings_read(script):
        if name not in script.site_settings:
            remedy = f"add {name!r} to 'site_settings'"
            yield Problem(path, f"the site's {name!r} is not declared", remedy)


def _settings_read(script: Script) -> Iterator[tuple[Path, str]]:
    """Every setting that stands outside of texts; those of a sub-flow are declared there and here."""
    for step in script.steps:
        if isinstance(step.does, Ask) and isinstance(step.does.mask, Setting):
            yield ("steps", step.at, "mask"), step.does.mask.name
    for clock in script.clocks.values():
        if isinstance(clock.due_in, Setting):
            yield ("clocks", clock.id, "due_in"), clock.due_in.name
    for fact in script.facts.values():
        for leaf in leaves(fact.when):
            if isinstance(leaf, Calculated) and leaf.is_setting:
                yield ("facts", fact.name), leaf.limit


def _calls(script: Script) -> Iterator[Problem]:
    """What lets another playbook call this one."""
    if script.takes and not script.is_callable:
        yield Problem(("takes",), "'takes' without 'callable'", "add 'callable: true'")
    asks = [step.id for step in script.steps if isinstance(step.does, Ask)]
    for number, name in enumerate(script.takes):
        if name not in asks:
            yield Problem(("takes", number), f"there is no question {name!r} to take", nearest(name, asks))
    for step in script.steps:
        if script.is_callable and isinstance(step.does, GoTo):
            found, remedy = "a callable playbook goes to another", "let its caller decide where to go"
            yield Problem(("steps", step.at, "go_to"), found, remedy)


def _unused(script: Script) -> Iterator[Problem]:
    conditions: list[Condition | None] = [step.when for step in script.steps]
    conditions += [fact.when for fact in script.facts.values()]
    conditions += [clock.applies_when for clock in script.clocks.values()]
    words = {name for text in all_texts(script) for name in placeholders(text.words)}
    used = {name for condition in conditions for name in fact_names(condition)}
    used |= {name.split(".", 1)[1].removesuffix(".because") for name in words if name.startswith("fact.")}
    for name in script.facts:
        if name not in used and "." not in name:
            yield Problem(("facts", name), f"fact {name!r} is never used", "remove it", is_warning=True)
    in_use = {step.section for step in script.steps}
    for number, section in enumerate(script.sections):
        if section.id not in in_use:
            found = f"section {section.id!r} is never used"
            yield Problem(("sections", number), found, "remove it", is_warning=True)
    settings = {name for _, name in _settings_read(script)} | {name.removeprefix("site.") for name in words}
    for number, setting in enumerate(script.site_settings):
        if setting not in settings:
            found = f"the site's {setting!r} is never used"
            yield Problem(("site_settings", number), found, "remove it", is_warning=True)
