"""The window for an answer that is better written, ticked or chosen than typed into the chat.

https://docs.slack.dev/surfaces/modals
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.channels.slack import blocks
from bot.channels.slack.blocks import Block
from bot.message import Press
from bot.reply import Field, FieldKind, Reply

_OPENS: Mapping[FieldKind, str] = {
    "date": "Pick the date",
    "time": "Pick the time",
    "datetime": "Pick date and time",
    "multi": "Tick what applies",
    "attachment": "Choose files",
}
_FORM_FIRST = frozenset({"multi", "attachment"})  # kinds for which the form is the way to answer
_LINES = frozenset({"long_text", "list"})
_ENDINGS = {"jpg": ("jpg", "jpeg"), "png": ("png",), "pdf": ("pdf",)}
_NAMES = {"jpg": "JPG", "png": "PNG", "pdf": "PDF"}
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def form(reply: Reply, private: str, trouble: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The window for the field of `reply`; `private` comes back with what is sent from it.

    `trouble` says what is wrong with an earlier try, by the name of the block, `FIELD` or `FIELD_TIME`.
    """
    field = reply.field
    if field is None:
        msg = "a reply without a field has no form"
        raise ValueError(msg)
    inputs = _inputs(field)
    words = [
        *blocks.sections(reply.text),
        *(blocks.context(f"Step {reply.progress.at} of {reply.progress.of}") if reply.progress else ()),
    ]
    wrong = [block for said in (trouble or {}).values() for block in blocks.sections(said)]
    room = blocks.VIEW_BLOCKS - len(inputs) - len(wrong)
    lead = next(blocks.in_groups(words, most=room, heaviest=blocks.VIEW_WEIGHT), [])
    return {
        "type": "modal",
        "callback_id": blocks.FORM,
        "title": blocks.plain(
            field.label if 0 < blocks.size(field.label) <= blocks.VIEW_TITLE else "Your answer"
        ),
        "submit": blocks.plain("Send"),
        "close": blocks.plain("Cancel"),
        "private_metadata": private,
        "blocks": [*lead, *wrong, *inputs],
    }


def opens_form(field: Field, *, is_main: bool) -> Block:
    """The button of the message that opens the form; in colour where it is the way to answer, and none is likelier."""
    style = "primary" if is_main and field.kind in _FORM_FIRST else ""
    asks = blocks.carried(Press("form", (), field.about))
    return blocks.button(_OPENS.get(field.kind, "Write in a form"), blocks.FORM, asks, style=style)


def hint_of(field: Field) -> str:
    """How to answer without the form."""
    match field.kind:
        case "multi":
            return "Tick in a form, or type your answers here."
        case "attachment":
            return f"Send {_kinds(field)} here, at most {_most_files(field)}. Or choose them in a form."
        case "number":
            unit = f", in {field.placeholder}" if field.placeholder else ""
            return f"Type the number here{unit}."
        case _:
            such = field.placeholder
            return f"Type your answer here{_joined(such)}." if such else "Type your answer here."


def _joined(such: str) -> str:
    """What follows a sentence, in brackets; or as the next sentence, where it begins as one."""
    return f". {such}" if such[:1].isupper() else f" ({such})"


def _inputs(field: Field) -> list[Block]:
    match field.kind:
        case "date":
            return [_input(field, _day(field))]
        case "time":
            return [_input(field, _time(field))]
        case "datetime":
            return [
                _input(field, _day(field), label=f"{field.label}: the date"),
                _input(
                    field,
                    {"type": "timepicker", "action_id": blocks.FIELD_TIME},
                    label=f"{field.label}: the time",
                ),
            ]
        case "multi":
            return _ticks(field)
        case "attachment":
            endings = [ending for kind in field.allow or _ENDINGS for ending in _ENDINGS.get(kind, (kind,))]
            element = {"type": "file_input", "filetypes": endings, "max_files": _most_files(field)}
            return [_input(field, element, hint=f"{_kinds(field)}, at most 10 MB together.")]
        case _:
            return [_typed(field)]


def _typed(field: Field) -> Block:
    most = min(max(field.max_length, 1), blocks.INPUT_TEXT)
    is_list = field.kind == "list"
    if is_list:
        most = blocks.INPUT_TEXT
    element: Block = {
        "type": "plain_text_input",
        "multiline": field.kind in _LINES,
        "max_length": most,
        "focus_on_load": True,
    }
    filled = "\n".join(field.filled) if is_list else "".join(field.filled[:1])
    if filled and blocks.size(filled) <= most:
        element["initial_value"] = filled
    if field.placeholder and field.kind != "number":
        element["placeholder"] = blocks.plain(blocks.short(field.placeholder, blocks.PLACEHOLDER))
    unit = f", in {field.placeholder}" if field.kind == "number" and field.placeholder else ""
    more = "Longer than 3,000 characters? Then type it into the chat." if field.max_length > most else ""
    return _input(field, element, label=f"{field.label}{unit}", hint=more)


def _day(field: Field) -> Block:
    element: Block = {"type": "datepicker"}
    if field.filled and _is_day(field.filled[0]):
        element["initial_date"] = field.filled[0]
    return element


def _time(field: Field) -> Block:
    element: Block = {"type": "timepicker"}
    if field.filled and _CLOCK.fullmatch(field.filled[0]):
        element["initial_time"] = field.filled[0]
    return element


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _ticks(field: Field) -> list[Block]:
    """Boxes to tick, or lists to choose several from where they are many. Labels that do not fit stand above."""
    shown, lines = blocks.labelled([label for _, label in field.options])
    values = [blocks.value(value) for value, _ in field.options]
    offered = blocks.options(zip(shown, values, strict=True))
    alone = next((label for value, label in field.options if value == field.excludes), "")
    hint = f'"{alone}" does not go together with others.' if alone else ""
    kind, most = (
        ("checkboxes", blocks.TICKS)
        if len(offered) <= blocks.TICKS
        else ("multi_static_select", blocks.OPTIONS)
    )
    found = blocks.sections("\n".join(lines))
    for place in range(0, len(offered), most):
        group = offered[place : place + most]
        element: Block = {"type": kind, "options": group}
        if filled := [
            each for each in group if each["value"] in {blocks.value(filled) for filled in field.filled}
        ]:
            element["initial_options"] = filled
        name = f"{blocks.FIELD}.{place}" if place else blocks.FIELD
        shown_input = _input(field, element, hint=hint) | {"block_id": name}
        if len(offered) > most:
            shown_input["optional"] = True  # what is picked may be in any of the lists
        found.append(shown_input)
    return found


def _input(field: Field, element: Block, *, label: str = "", hint: str = "") -> Block:
    name = element.get("action_id", blocks.FIELD)
    shown = {
        "type": "input",
        "block_id": name,
        "label": blocks.plain(blocks.short(label or field.label, blocks.INPUT_LABEL)),
        "element": {"action_id": name, **element},
    }
    if hint:
        shown["hint"] = blocks.plain(blocks.short(hint, blocks.INPUT_LABEL))
    return shown


def _kinds(field: Field) -> str:
    """What may be sent, in words."""
    kinds = [_NAMES.get(kind, kind) for kind in field.allow or _NAMES]
    return f"{', '.join(kinds[:-1])} or {kinds[-1]}" if len(kinds) > 1 else "".join(kinds)


def _most_files(field: Field) -> int:
    return min(max(field.max_files or blocks.INPUT_FILES, 1), blocks.INPUT_FILES)
