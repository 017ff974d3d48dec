"""What a person sees and can do in Block Kit: read its words, press a button, choose an option, fill in a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Thing = dict[str, Any]  # as Slack writes it: a message, a view, a block, an element

_READABLE = frozenset(
    (
        "text",
        "title",
        "blocks",
        "elements",
        "element",
        "fields",
        "accessory",
        "options",
        "label",
        "hint",
        "rows",
    )
) | {"placeholder", "submit", "close"}

# Where each kind of input has its value: in what is sent, and, as an initial one, in its definition.
_VALUE = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
}


def words_of(thing: object) -> str:
    """Every word that a message, a view or a block shows, buttons too, line by line."""
    if isinstance(thing, dict):
        return _lines(value for key, value in thing.items() if key in _READABLE)
    if isinstance(thing, list):
        return _lines(iter(thing))
    return thing if isinstance(thing, str) else ""


def pressed(blocks: Sequence[Thing], label: str) -> Thing | None:
    """The action of pressing the button with this label, if there is one."""
    for element in _elements(blocks):
        if element["type"] == "button" and element["text"]["text"] == label:
            return _part(element, "type", "action_id", "block_id", "value", "text")
    return None


def chosen(blocks: Sequence[Thing], options: Sequence[str]) -> Thing | None:
    """The action of choosing these options, by their words, in the first element that has them all."""
    for element in _elements(blocks):
        if found := _options(element, options):
            name = "selected_option" if element["type"] == "overflow" else _VALUE[element["type"]][0]
            selected = found if name == "selected_options" else found[0]
            return _part(element, "type", "action_id", "block_id") | {name: selected}
    return None


def filled_in(view: Thing, answers: Mapping[str, str | Sequence[str]]) -> Thing:
    """The values of a modal whose fields were filled in, each by its label; an option is given by its words.

    A field that is left out has its initial value, as in Slack.
    """
    fields = [block for block in view["blocks"] if block["type"] == "input"]
    unknown = set(answers) - {field["label"]["text"] for field in fields}
    assert not unknown, f"the modal has no field {sorted(unknown)}"
    values: Thing = {}
    for field in fields:
        element = field["element"]
        value = _value(element, answers.get(field["label"]["text"]))
        values[field["block_id"]] = {element["action_id"]: value}
    return values


def _lines(things: Iterator[object]) -> str:
    return "\n".join(filter(None, map(words_of, things)))


def _elements(blocks: Sequence[Thing]) -> Iterator[Thing]:
    """What can be pressed or chosen. A block without an id is named for its place, as the workspace's page does."""
    for place, block in enumerate(blocks):
        block_id = block.get("block_id", f"b{place}")
        accessory = [block["accessory"]] if "accessory" in block else []
        yield from ({**element, "block_id": block_id} for element in [*block.get("elements", []), *accessory])


def _options(element: Thing, words: Sequence[str]) -> list[Thing]:
    by_words = {option["text"]["text"]: option for option in element.get("options", [])}
    return [by_words[word] for word in words] if set(words) <= set(by_words) else []


def _value(element: Thing, answer: str | Sequence[str] | None) -> Thing:
    kind = element["type"]
    name, initial = _VALUE[kind]
    value: object
    if answer is None:
        value = element.get(initial, [] if name == "selected_options" else None)
    elif "options" in element:
        words = [answer] if isinstance(answer, str) else answer
        found = _options(element, words)
        assert found, f"no option {words}"
        value = found if name == "selected_options" else found[0]
    else:
        value = answer
    return {"type": kind, name: value}


def _part(element: Thing, *keys: str) -> Thing:
    return {key: element[key] for key in keys if key in element}
