"""A playbook as people approve it: its conditions in plain words, a printed list of steps, and a drawing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import assert_never

from playbooks.answer import options_of
from playbooks.condition_check import PRODUCT_TYPE, REGION, ROLE
from playbooks.conditions import UNKNOWN, All, Any, Calculated, Condition, FactHolds, Has, IsAnswered, Not
from playbooks.loader import BY_SELF
from playbooks.script import (
    AnswerType,
    Ask,
    ControlChart,
    Document,
    Drawing,
    Figure,
    Finish,
    Fishbone,
    GoTo,
    HandBack,
    HandOver,
    Radar,
    Review,
    Say,
    Script,
    Setting,
    Step,
    Stop,
    Whys,
)

_COMPARED = {
    "more_than": "more than",
    "less_than": "less than",
    "at_least": "at least",
    "at_most": "at most",
    "is": "exactly",
}
_KINDS = {
    AnswerType.YES_NO: "yes or no",
    AnswerType.CHOICE: "one of these",
    AnswerType.MULTI: "any of these",
    AnswerType.TEXT: "a few words",
    AnswerType.LONG_TEXT: "a text",
    AnswerType.NUMBER: "a number",
    AnswerType.IDENTIFIER: "an identifier",
    AnswerType.DATE: "a day",
    AnswerType.TIME: "a time of day",
    AnswerType.DATETIME: "a day and time",
    AnswerType.PERSON: "a person or role",
    AnswerType.LIST: "a list",
    AnswerType.ATTACHMENT: "files",
    AnswerType.CONFIRM: "done",
}


# In words


def in_words(condition: Condition, script: Script) -> str:
    """`condition` as a person reads it: 'the answer to "Kind of event" is "The laboratory"'."""
    match condition:
        case All(parts):
            return " and ".join(_inside(part, script) for part in parts)
        case Any(parts):
            return " or ".join(_inside(part, script) for part in parts)
        case Not(part):
            return f"it is not so that {_inside(part, script)}"
        case FactHolds(name):
            return script.facts[name].say
        case IsAnswered(name, wanted):
            return f'"{_label(script, name)}" has {"an" if wanted else "no"} answer'
        case Calculated():
            return _calculated(condition, script)
        case Has():
            return _has(condition, script)
        case _:
            assert_never(condition)


def _inside(condition: Condition, script: Script) -> str:
    words = in_words(condition, script)
    return f"({words})" if isinstance(condition, All | Any) else words


def _has(has: Has, script: Script) -> str:
    step = script.by_id.get(has.name)
    match step.does if step else None:
        case Ask() as ask:
            labels = {option.value: option.label for option in options_of(ask)}
            if ask.unknown:
                labels[UNKNOWN] = ask.unknown.label
            values = _listed([f'"{labels.get(value, value)}"' for value in has.values])
            verb = "includes" if ask.type in {AnswerType.MULTI, AnswerType.LIST} else "is"
            return f'"{_label(script, has.name)}" {verb} {values}'
        case Stop():
            ways = [
                "the person" if value == BY_SELF else "somebody in a role that may" for value in has.values
            ]
            return f'"{_label(script, has.name)}" was released by {_listed(ways)}'
        case HandOver(to=to):
            ways = ["together" if value == BY_SELF else f"by {_spaced(to)}" for value in has.values]
            return f'the part of "{_label(script, has.name)}" is done {_listed(ways)}'
        case _:
            words = {REGION: "the site is in", PRODUCT_TYPE: "the site makes", ROLE: "the person's role is"}
            return f"{words.get(has.name, f'{has.name} is')} {_listed(has.values)}"


def _calculated(calculated: Calculated, script: Script) -> str:
    inputs = _and([f'"{_label(script, name)}"' for _, name in calculated.takes])
    limit = f"the site's {calculated.limit}" if calculated.is_setting else calculated.limit
    compared = _COMPARED[calculated.compare]
    return f"{_spaced(calculated.calc)} of {inputs} is {compared} {_spaced(limit)}"


def _label(script: Script, name: str) -> str:
    ask = script.ask(name)
    return ask.label if ask else _spaced(name)


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _and(words: Sequence[str]) -> str:
    return " and ".join(words)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


# A printed list


def step_list(script: Script) -> str:
    """Every step, numbered, in the form of a procedure."""
    lines = [f"{script.title} ({script.id}, version {script.version})"]
    section = ""
    for number, step in enumerate(script.steps, 1):
        if step.section != section:
            section = step.section
            lines += ["", script.section_titles.get(section, section), ""]
        lead = f"{number:>3}  "
        for line in _printed(step, script):
            lines.append(f"{lead}{line}")
            lead = "     "
    parts = (
        ("What is meant", _facts(script)),
        ("What is worked out", _values(script)),
        ("Clocks", _clocks(script)),
    )
    for title, found in parts:
        if more := [f"     {line}" for line in found]:
            lines += ["", title, "", *more]
    return "\n".join(lines) + "\n"


def _printed(step: Step, script: Script) -> Iterator[str]:
    if step.when is not None:
        yield f"If {in_words(step.when, script)}, then also:"
    match step.does:
        case Ask() as ask:
            yield f"Ask: {ask.text} [{_kind(ask)}]"
            yield from (f"- {option.label}" for option in options_of(ask))
            if ask.unknown and not options_of(ask):
                yield f"- or: {ask.unknown.label} (come back to it: {ask.unknown.follow_up})"
        case Say(text):
            yield f"Say: {text}"
        case Stop() as stop:
            yield f"{'Stop and wait' if stop.level == 'immediate' else 'Tell, and go on'}: {stop.say}"
            if stop.tell:
                yield f"- tells {_spaced(stop.tell)}"
            yield from (f"- {way}" for way in _releases(stop))
        case HandOver() as hand_over:
            yield f"Hand over to {_spaced(hand_over.to)}: {hand_over.say}"
            yield "- the run is theirs once somebody accepts it"
            if hand_over.together:
                yield f'- or done with a colleague beside, with "{hand_over.together}"'
        case HandBack(text):
            yield f"Give it back, where it was handed over: {text}"
        case GoTo(target):
            yield f"Go on in {target}, and end here"
        case Review():
            yield "Show every answer, to be changed or confirmed"
        case Document() as document:
            yield f"Make the draft {document.template} ({', '.join(document.formats)})"
        case Figure(title, text, of):
            yield f"Show a picture: {title} [{_kind_of_picture(of)}]"
            yield f"- with the words: {text}"
            yield f"- made from {_and([_label(script, name) for name in of.inputs])}"
        case Finish(text):
            yield f"End: {text}"
        case _:
            assert_never(step.does)


def _kind_of_picture(of: Drawing) -> str:
    match of:
        case Whys():
            return "a chain of causes"
        case Fishbone():
            return "a fishbone"
        case ControlChart():
            return "a control chart"
        case Radar():
            return "a radar"
        case _:
            assert_never(of)


def _kind(ask: Ask) -> str:
    words = f"{_KINDS[ask.type]}{f' in {ask.unit}' if ask.unit else ''}"
    return words if ask.is_required else f"{words}, can be skipped"


def _releases(stop: Stop) -> Iterator[str]:
    if stop.release and stop.release.by_role:
        yield f"released by {_listed([_spaced(role) for role in stop.release.by_role])}"
    if stop.release and stop.release.label:
        count = len(stop.release.asks)
        asks = f", after {count} question{'s' if count > 1 else ''}" if count else ""
        yield f'released by the person with "{stop.release.label}"{asks}'


def _facts(script: Script) -> Iterator[str]:
    for fact in script.facts.values():
        yield f"{fact.say}: {in_words(fact.when, script)}"


def _values(script: Script) -> Iterator[str]:
    for value in script.values.values():
        inputs = _and([f'"{_label(script, name)}"' for _, name in value.takes])
        yield f"{value.say}: {_spaced(value.calc)} of {inputs}"


def _clocks(script: Script) -> Iterator[str]:
    for clock in script.clocks.values():
        due = (
            f"the site's {_spaced(clock.due_in.name)}" if isinstance(clock.due_in, Setting) else clock.due_in
        )
        applies = f", if {in_words(clock.applies_when, script)}" if clock.applies_when else ""
        start, stop = _label(script, clock.starts), _label(script, clock.stops)
        yield f'{clock.say}: {due} from "{start}" until "{stop}"{applies}'


# A drawing


def mermaid(script: Script) -> str:
    """`script` as a Mermaid flowchart: sections as boxes, conditions on the arrows."""
    lines = ["flowchart TD"]
    for section in script.sections:
        inside = [(n, step) for n, step in enumerate(script.steps) if step.section == section.id]
        if inside:
            lines.append(f'  subgraph {section.id}_part["{_escaped(section.title)}"]')
            lines += [f"    {_node(number, step)}" for number, step in inside]
            lines.append("  end")
    return "\n".join([*lines, *(f"  {arrow}" for arrow in _arrows(script))]) + "\n"


def _node(number: int, step: Step) -> str:
    name = f"s{number + 1}"
    match step.does:
        case Ask(text=text):
            return f'{name}["{number + 1} {_escaped(text)}"]'
        case Stop(level="immediate", say=text):
            return f'{name}{{{{"{number + 1} STOP: {_escaped(text)}"}}}}'
        case Stop(tell=tell):
            return f'{name}{{{{"{number + 1} Tell {_escaped(_spaced(tell))}"}}}}'
        case HandOver(to=to):
            return f'{name}[["{number + 1} Hand over to {_escaped(_spaced(to))}"]]'
        case HandBack():
            return f'{name}[["{number + 1} Give it back"]]'
        case GoTo(target):
            return f'{name}(["{number + 1} Go on in {_escaped(target)}"])'
        case Finish():
            return f'{name}(["{number + 1} End"])'
        case Review():
            return f'{name}[/"{number + 1} Review"/]'
        case Figure(title=title):
            return f'{name}[["{number + 1} Picture: {_escaped(title)}"]]'
        case Document(template=template):
            return f'{name}[/"{number + 1} Draft: {_escaped(template)}"/]'
        case Say(text):
            return f'{name}("{number + 1} {_escaped(text)}")'
        case _:
            assert_never(step.does)


def _arrows(script: Script) -> Iterator[str]:
    """From each step to the next, and past those that are shown on a condition only."""
    sure: str | None = None  # the last step that everybody comes to
    last: str | None = None  # the last step that leads on
    for number, step in enumerate(script.steps):
        name = f"s{number + 1}"
        label = f'|"if {_escaped(in_words(step.when, script))}"|' if step.when else ""
        if last is not None:
            yield f"{last} -->{label} {name}"
        if step.when is None:
            if sure is not None and sure != last:
                yield f'{sure} -.->|"otherwise"| {name}'
            sure = name
        if not isinstance(step.does, GoTo | Finish):
            last = name


def _escaped(text: str) -> str:
    """`text` for a label in double quotes, shortened to what fits into a box."""
    plain = " ".join(text.split())
    short = plain if len(plain) <= 160 else f"{plain[:159]}…"
    return re.sub(r'["#<>&`]', lambda sign: f"#{ord(sign[0])};", short)
