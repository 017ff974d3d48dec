"""The question that is open, as inputs of a card: labelled, and checked before they are sent.

An answer may always be typed into the chat instead; the inputs only make it easier.
"""

from __future__ import annotations

import re

from bot.channels.teams.card import Json, Titles, submit, words
from bot.channels.teams.literal import one_line, undated
from bot.reply import Field

_LONGEST_LABEL = 500
_LONGEST_OPTION = 500
_KINDS = {"jpg": "JPG", "png": "PNG", "pdf": "PDF"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}")
_TROUBLE = {
    "date": "Choose the day first.",
    "time": "Choose the time first.",
    "number": "Type a number, such as 7.5.",
    "multi": "Tick what applies first.",
}
_TYPE_FIRST = "Type your answer first."
_PLACEHOLDERS = {"list": "One on each line.", "person": "The role is enough, such as shift supervisor."}


def form(field: Field, card: str, titles: Titles) -> tuple[list[Json], Json | None]:
    """The inputs of a question, and the button that sends them; None where there is nothing to send."""
    if field.kind == "attachment":
        return [words(_how_to_send(field))], None
    about = f"{field.about.run}|{field.about.step}|{field.about.turn}"
    sends = submit(titles.take("Send"), {"form": about, "card": card}, is_main=True, sends_form=True)
    return _inputs(field), sends


def _inputs(field: Field) -> list[Json]:
    match field.kind:
        case "multi":
            return [_ticks(field)]
        case "date":
            return [_day(field, field.label)]
        case "time":
            return [_time(field, field.label)]
        case "datetime":
            return [_day(field, f"{field.label}: day"), _time(field, f"{field.label}: time")]
        case _:
            return [_typed(field)]


def _input(kind: str, name: str, label: str, trouble: str) -> Json:
    return {
        "type": kind,
        "id": name,
        "label": undated(one_line(label, _LONGEST_LABEL)) or "Your answer",
        "isRequired": True,
        "errorMessage": trouble,
    }


def _typed(field: Field) -> Json:
    """A number is typed as text: `Input.Number` sends a number, and of 1.10 only 1.1 would arrive."""
    unit = f", in {field.placeholder}" if field.kind == "number" and field.placeholder else ""
    typed = _input("Input.Text", "typed", f"{field.label}{unit}", _TROUBLE.get(field.kind, _TYPE_FIRST))
    typed["maxLength"] = field.max_length
    if field.kind == "number":
        typed["regex"] = r"^.*[0-9].*$"
    elif placeholder := _PLACEHOLDERS.get(field.kind) or one_line(field.placeholder, _LONGEST_LABEL):
        typed["placeholder"] = placeholder
    if field.kind in {"long_text", "list"}:
        typed["isMultiline"] = True
    filled = ("\n" if field.kind == "list" else " ").join(field.filled)
    if filled and len(filled) <= field.max_length:  # never a part of an earlier answer
        typed["value"] = filled
    return typed


def _day(field: Field, label: str) -> Json:
    day = _input("Input.Date", "day", label, _TROUBLE["date"])
    if field.kind == "date" and field.filled and _DAY.fullmatch(field.filled[0]):
        day["value"] = field.filled[0]
    return day


def _time(field: Field, label: str) -> Json:
    time = _input("Input.Time", "time", label, _TROUBLE["time"])
    if field.kind == "time" and field.filled and _TIME.fullmatch(field.filled[0]):
        time["value"] = field.filled[0]
    return time


def _ticks(field: Field) -> Json:
    ticks = _input("Input.ChoiceSet", "ticked", field.label, _TROUBLE["multi"])
    # Not escaped: Teams draws these without Markdown, and would show every backslash.
    offered = {value: undated(one_line(label, _LONGEST_OPTION)) or "…" for value, label in field.options}
    ticks |= {
        "style": "expanded",
        "isMultiSelect": True,
        "wrap": True,
        "choices": [{"title": label, "value": value} for value, label in offered.items()],
    }
    if filled := [value for value in field.filled if value in offered]:
        ticks["value"] = ",".join(filled)
    return ticks


def _how_to_send(field: Field) -> str:
    kinds = [_KINDS[kind] for kind in field.allow or _KINDS if kind in _KINDS]
    listed = f"{', '.join(kinds[:-1])} or {kinds[-1]}" if len(kinds) > 1 else "".join(kinds)
    most = f", at most {field.max_files}" if field.max_files else ""
    return f"Attach your files to a message in this chat: {listed}{most}."
