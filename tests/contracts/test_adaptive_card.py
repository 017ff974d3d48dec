"""The judge of Teams' cards: it lets good ones pass, and finds every fault that was planted."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts.adaptive_card import CARD, Json, faults, live, payload_faults, reads

Plant = Callable[[Json], object]


def text(words: str, **more: Any) -> Json:
    return {"type": "TextBlock", "text": words, "wrap": True, **more}


def submit(title: str, **more: Any) -> Json:
    return {"type": "Action.Submit", "title": title, "data": {"press": "answer|r|s|1|yes"}, **more}


def choice(number: int) -> Json:
    return {"title": f"Option {number}", "value": f"value-{number}"}


def card() -> Json:
    """One of everything that a card of ours may hold."""
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "fallbackText": "What happened?",
        "msteams": {"width": "Full"},
        "body": [
            text("What happened", style="heading", weight="Bolder"),
            {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "**as** it [stands](x)"}]},
            {"type": "FactSet", "facts": [{"title": "Where", "value": "Room 3"}]},
            {"type": "Image", "url": "https://example.org/a.png", "altText": "A chart of 9.4 °C"},
            {
                "type": "Container",
                "style": "attention",
                "items": [
                    {
                        "type": "ColumnSet",
                        "columns": [{"type": "Column", "width": "auto", "items": [text("Yes")]}],
                    }
                ],
            },
            {
                "type": "Input.Text",
                "id": "typed",
                "label": "What happened",
                "isMultiline": True,
                "isRequired": True,
                "errorMessage": "A short answer is enough.",
                "maxLength": 1500,
                "value": "9.4 °C",
            },
            {"type": "Input.Date", "id": "day", "label": "Day"},
            {"type": "Input.Time", "id": "time", "label": "Time"},
            {"type": "Input.Number", "id": "degrees", "label": "Degrees"},
            {
                "type": "Input.ChoiceSet",
                "id": "ticked",
                "label": "What it touches",
                "isMultiSelect": True,
                "style": "expanded",
                "choices": [choice(1), choice(2), choice(3)],
                "value": "value-1,value-3",
            },
            {"type": "Input.Toggle", "id": "sure", "label": "Sure", "title": "I have looked"},
            {"type": "ActionSet", "actions": [submit("Send"), submit("Skip", associatedInputs="none")]},
        ],
        "actions": [
            submit("Back"),
            {"type": "Action.OpenUrl", "title": "21 CFR 211.192", "url": "https://example.org"},
            {
                "type": "Action.ShowCard",
                "title": "More",
                "card": {"type": "AdaptiveCard", "body": [text("More")], "actions": [submit("Put aside")]},
            },
            {
                "type": "Action.Execute",
                "title": "Look again",
                "verb": "look",
                "data": {},
                "fallback": submit("Look"),
            },
        ],
    }


def activity() -> Json:
    return {
        "type": "message",
        "summary": "What happened?",
        "attachments": [{"contentType": CARD, "content": card()}],
    }


def put(*path: str | int, value: object) -> Plant:
    """Something else at that place."""

    def plant(whole: Json) -> None:
        inner: Any = whole
        for part in path[:-1]:
            inner = inner[part]
        inner[path[-1]] = value

    return plant


def without(*path: str | int) -> Plant:
    def plant(whole: Json) -> None:
        inner: Any = whole
        for part in path[:-1]:
            inner = inner[part]
        inner.pop(path[-1])

    return plant


def add(*elements: Json) -> Plant:
    return lambda whole: whole["body"].extend(elements)


FAULTS: dict[str, tuple[Plant, str]] = {
    # What the schema knows
    "an element nobody knows": (add({"type": "Banner"}), "Banner"),
    "an element of a later version": (add({"type": "Badge", "text": "x"}), "Badge"),
    "a misspelt property": (put("body", 0, "wraps", value=True), "wraps"),
    "a colour nobody knows": (put("body", 0, "color", value="Purple"), "Purple"),
    "a text that is a number": (put("body", 0, "text", value=3), "not of type 'string'"),
    "an action nobody knows": (put("actions", 0, "type", value="Action.Post"), "Action.Post"),
    "an input nobody knows": (add({"type": "Input.Colour", "id": "x", "label": "x"}), "Input.Colour"),
    "a fact without a value": (without("body", 2, "facts", 0, "value"), "value"),
    "an image without an address": (without("body", 3, "url"), "url"),
    "a toggle without a title": (without("body", 10, "title"), "title"),
    "a key of the card nobody knows": (put("footer", value="x"), "footer"),
    "a column outside its set": (add({"type": "Column", "items": []}), "Column"),
    # What stands on Teams' pages, and what people need
    "another kind of object": (put("type", value="HeroCard"), "no AdaptiveCard"),
    "a version of later": (put("version", value="1.6"), "1.6"),
    "no version": (without("version"), "None"),
    "too many bytes": (add(*[text("é" * 2_000) for _ in range(7)]), "bytes"),
    "no body": (put("body", value=[]), "empty"),
    "nothing for a client that cannot draw it": (without("fallbackText"), "fallbackText"),
    "seven actions in a row": (
        put("body", 11, "actions", value=[submit(f"B{n}") for n in range(7)]),
        "7 actions",
    ),
    "seven actions of the card": (put("actions", value=[submit(f"B{n}") for n in range(7)]), "7 actions"),
    "no actions in a set": (put("body", 11, "actions", value=[]), "without actions"),
    "two buttons of one name": (put("actions", 0, "title", value="Send"), "2 buttons"),
    "two buttons of one name, one of them folded away": (
        put("actions", 2, "card", "actions", 0, "title", value="Back"),
        "2 buttons",
    ),
    "a button without a name": (put("actions", 0, "title", value=" "), "no title"),
    "a button that says nothing": (without("actions", 0, "data"), "says nothing"),
    "a new action without an old one": (without("actions", 3, "fallback"), "fall back"),
    "an input without a label": (without("body", 5, "label"), "no label"),
    "an input without an id": (without("body", 6, "id"), "no id"),
    "a required input without a message": (without("body", 5, "errorMessage"), "errorMessage"),
    "more filled in than it takes": (put("body", 5, "value", value="x" * 1501), "more than"),
    "two inputs of one id": (put("body", 6, "id", value="typed"), "'typed'"),
    "no choices": (put("body", 9, "choices", value=[]), "no choices"),
    "two choices of one value": (put("body", 9, "choices", 1, value=choice(1)), "two choices"),
    "a comma in a value": (put("body", 9, "choices", 1, "value", value="a,b"), "comma"),
    "ticked and not offered": (put("body", 9, "value", value="value-1,value-9"), "value-9"),
    "a text that does not wrap": (without("body", 0, "wrap"), "wrap"),
    "a text that does not wrap, far inside": (
        put("body", 4, "items", 0, "columns", 0, "items", 0, "wrap", value=False),
        "wrap",
    ),
    "a text that is cut": (put("body", 0, "maxLines", value=2), "cut"),
    "a text of blanks": (put("body", 0, "text", value=" "), "no text"),
    "an image without a text": (put("body", 3, "altText", value=""), "altText"),
    "an image over http": (put("body", 3, "url", value="http://example.org/a.png"), "https"),
    "a film": (
        add({"type": "Media", "sources": [{"mimeType": "video/mp4", "url": "https://a.org"}]}),
        "not shown",
    ),
    "somebody mentioned": (put("msteams", value={"entities": [{"type": "mention"}]}), "mentions"),
    "too many to draw it anew for": (
        put("refresh", value={"action": {"type": "Action.Execute", "verb": "x"}, "userIds": ["u"] * 61}),
        "61 people",
    ),
}
ACTIVITY_FAULTS: dict[str, tuple[Plant, str]] = {
    "a fault in its card": (
        put("attachments", 0, "content", "version", value="2.0"),
        "attachments[0].version",
    ),
    "too many bytes": (put("channelData", value="x" * 52_000), "UTF-16"),
    "words beside the card": (put("text", value="What happened?"), "message of its own"),
    "nothing for a notification": (without("summary"), "notification"),
    "another kind of activity": (put("type", value="event"), "no message"),
    "somebody mentioned": (put("entities", value=[{"type": "mention", "text": "<at>all</at>"}]), "mentions"),
}


def planted(whole: Json, plant: Plant) -> Json:
    whole = copy.deepcopy(whole)
    plant(whole)
    return whole


def test_what_teams_takes_has_no_fault():
    assert faults(card()) == []
    assert payload_faults(activity()) == []
    assert payload_faults({"type": "message", "text": "Thank you."}) == []


@pytest.mark.parametrize(("plant", "said"), FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_found(plant, said):
    found = faults(planted(card(), plant))

    assert found, "it was let through"
    assert any(said in fault for fault in found), found


@pytest.mark.parametrize(("plant", "said"), ACTIVITY_FAULTS.values(), ids=ACTIVITY_FAULTS)
def test_a_planted_fault_of_the_whole_message_is_found(plant, said):
    found = payload_faults(planted(activity(), plant))

    assert found, "it was let through"
    assert any(said in fault for fault in found), found


LIVE = [
    "[x](http://evil.example)",
    "![x](http://evil.example/a.png)",
    "**bold**",
    "so *slanted* it",
    "a _slanted_ word",
    "- one of a list",
    "1. the first",
    "{{DATE(2026-06-03T06:10:00Z, SHORT)}}",
]
DEAD = [
    r"\[x\](http://evil.example)",
    r"\*\*bold\*\*",
    "2 * 3 * 4",
    "snake_case_name",
    "<at>all</at>",
    "{{}}",
    r"1\. one",
]


@pytest.mark.parametrize("words", LIVE)
def test_what_teams_would_make_something_of_is_live(words):
    assert live({"body": [text(words)]}) != []
    assert live({"body": [{"type": "FactSet", "facts": [{"title": "Where", "value": words}]}]}) != []


@pytest.mark.parametrize("words", DEAD)
def test_what_stands_there_as_it_is_is_not_live(words):
    assert live({"body": [text(words)]}) == []


@pytest.mark.parametrize("words", LIVE[:-1])
def test_rich_text_and_the_names_of_buttons_and_inputs_are_never_read_as_markdown(words):
    runs = {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": words}]}
    typed = {"type": "Input.Text", "id": "x", "label": words, "value": words}

    assert live({"body": [runs, typed], "actions": [submit(words)]}) == []


def test_a_date_is_read_in_rich_text_and_in_labels_too_and_not_in_what_was_typed():
    assert live({"body": [{"type": "RichTextBlock", "inlines": [LIVE[-1]]}]}) == [LIVE[-1]]
    assert live({"body": [{"type": "Input.Text", "id": "x", "label": LIVE[-1]}]}) == [LIVE[-1]]
    assert live({"body": [{"type": "Input.Text", "id": "x", "label": "x", "value": LIVE[-1]}]}) == []


def test_what_is_read_is_what_was_written():
    escaped = r"\[x\](http://evil.example) C:\\temp \*so\*"

    assert reads({"body": [text(escaped)]}) == r"[x](http://evil.example) C:\temp *so*"
    assert "**as** it [stands](x)" in reads(card())
    assert reads({"body": [], "actions": [submit("Send")]}) == "Send"
