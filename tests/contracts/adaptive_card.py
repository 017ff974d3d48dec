"""What Teams would refuse of an Adaptive Card or of the activity that carries it, found without asking Teams.

Microsoft's own schema of version 1.5, which is what Teams takes from a bot, and here what stands only on its pages.
https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from enum import Enum, auto
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from jsonschema import Draft6Validator
from jsonschema.protocols import Validator

from tests.contracts.told_apart import complaints, validator

Json = dict[str, Any]

SCHEMAS = Path(__file__).parents[1] / "schemas"
CARD = "application/vnd.microsoft.card.adaptive"
MAX_CARD = 25 * 1024  # bytes of UTF-8; older clients still stop at 28 KB
MAX_ACTIVITY = 100 * 1024  # bytes of the whole message as UTF-16
MAX_ACTIONS = 6  # more go into a menu that nobody looks for
MAX_REFRESHED = 60  # people for whom a card can be drawn anew
NEWEST = (1, 5)
_DATED = re.compile(r"\{\{(?:DATE|TIME)\([^}]*\)\}\}")  # the client puts a date in its place, in any text
_MARKED = re.compile(
    r"!?\[[^\]\n]*\]\([^)\n]*\)"  # a link or a picture
    r"|\*\*(?=\S)[^*\n]+\*\*|(?<!\*)\*(?=\S)[^*\n]*\S\*(?!\*)"
    r"|(?<![^\W_])__?(?=\S)[^_\n]*\S_(?![^\W_])"
    r"|^\s{0,3}(?:[-*+]|\d{1,9}[.)])\s+\S.*",  # a list
    re.MULTILINE,
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_DEAD = "\ue000"  # in place of an escaped character while we look for live ones


def faults(card: Json) -> list[str]:
    """Everything that is wrong with `card`, each with its place; empty when Teams shows it as it is meant."""
    return list(_faults(json.dumps(card, ensure_ascii=False)))


@lru_cache(maxsize=50_000)
def _faults(text: str) -> tuple[str, ...]:
    card: Json = json.loads(text)
    checks = (_by_schema(card), _whole(card, len(text.encode())), _parts(card), _actions(card))
    return tuple(chain(*checks))


def _by_schema(card: Json) -> Iterator[str]:
    """What the schema refuses, element by element: most elements stand on many cards, and it takes its time."""
    bare = {
        key: part for key, part in card.items() if key != "msteams"
    }  # Teams' own, which the schema does not know
    yield from complaints(_schema("AdaptiveCard"), {**bare, "body": []})
    for number, element in enumerate(card.get("body") or []):
        found = _element(json.dumps(_without_data(element), ensure_ascii=False, sort_keys=True))
        yield from (f"$.body[{number}]{fault[1:]}" for fault in found)


def _without_data(value: Any) -> Any:
    """The same, whatever its buttons carry: an object may hold anything, and it differs on every card."""
    if isinstance(value, dict):
        return {
            key: {} if key == "data" and isinstance(part, dict) else _without_data(part)
            for key, part in value.items()
        }
    return [_without_data(part) for part in value] if isinstance(value, list) else value


@lru_cache(maxsize=100_000)
def _element(text: str) -> tuple[str, ...]:
    return tuple(complaints(_schema("ImplementationsOf.Element"), json.loads(text)))


@cache
def _schema(name: str) -> Validator:
    path = SCHEMAS / "adaptive-card-1.5.0.schema.json"
    return validator(Draft6Validator, json.loads(path.read_text(encoding="utf-8"))["definitions"], name)


def payload_faults(activity: Json) -> list[str]:
    """Everything that is wrong with a message to be sent: its size, its summary, and every card in it."""
    found = []
    size = len(json.dumps(activity, ensure_ascii=False).encode("utf-16-le", "surrogatepass"))
    if size > MAX_ACTIVITY:
        found.append(f"$: {size} bytes as UTF-16, and {MAX_ACTIVITY} are allowed")
    if activity.get("type") != "message":
        found.append(f"$.type: {activity.get('type')!r} is no message")
    attachments = activity.get("attachments") or []
    if activity.get("text") and attachments:
        found.append("$.text: beside a card it becomes a message of its own, whose id nobody learns")
    if not str(activity.get("text") or activity.get("summary") or "").strip():
        found.append("$.summary: there is none, so a notification has nothing to say")
    for number, attachment in enumerate(attachments):
        if attachment.get("contentType") == CARD:
            found += [
                f"$.attachments[{number}]{fault[1:]}" for fault in faults(attachment.get("content") or {})
            ]
    if any(entity.get("type") == "mention" for entity in activity.get("entities") or ()):
        found.append("$.entities: it mentions somebody")
    return found


def _whole(card: Json, size: int) -> Iterator[str]:
    if card.get("type") != "AdaptiveCard":
        yield f"$.type: {card.get('type')!r} is no AdaptiveCard"
    version = re.fullmatch(r"(\d+)\.(\d+)", str(card.get("version", "")))
    if version is None or tuple(map(int, version.groups())) > NEWEST:
        yield f"$.version: {card.get('version')!r}, and Teams knows up to 1.5"
    if size > MAX_CARD:
        yield f"$: {size} bytes, and {MAX_CARD} are allowed"
    if not card.get("body"):
        yield "$.body: it is empty"
    if not str(card.get("speak") or card.get("fallbackText") or "").strip():
        yield "$.fallbackText: there is none for a client that cannot draw the card"
    people = (card.get("refresh") or {}).get("userIds") or []
    if len(people) > MAX_REFRESHED:
        yield f"$.refresh: {len(people)} people, and {MAX_REFRESHED} are allowed"
    if (card.get("msteams") or {}).get("entities"):
        yield "$.msteams: it mentions somebody"
    ids = Counter(each["id"] for each in objects(card, ids_only=True))
    yield from (f"$: {count} elements have the id {name!r}" for name, count in ids.items() if count > 1)


def _parts(card: Json) -> Iterator[str]:
    for each in objects(card):
        kind = str(each.get("type", ""))
        where = f"$: {kind} {each['id']!r}" if each.get("id") else f"$: {kind}"
        match kind:
            case "TextBlock":
                yield from _text_block(each, where)
            case "Image":
                if not str(each.get("altText", "")).strip():
                    yield f"{where} has no altText"
                if not str(each.get("url", "")).startswith(("https://", "data:image/")):
                    yield f"{where} is not fetched over https"
            case "Media":
                yield f"{where} is not shown by Teams"
            case _ if kind.startswith("Input."):
                yield from _input(each, where)
            case _:
                pass


def _text_block(each: Json, where: str) -> Iterator[str]:
    if each.get("wrap") is not True:
        yield f"{where} does not wrap: {str(each.get('text'))[:40]!r}"
    if "maxLines" in each:
        yield f"{where} is cut after {each['maxLines']} lines, and nobody is told"
    if not str(each.get("text", "")).strip():
        yield f"{where} has no text"


def _input(each: Json, where: str) -> Iterator[str]:
    if not each.get("id"):
        yield f"{where} has no id, so its answer does not come back"
    if not str(each.get("label", "")).strip():
        yield f"{where} has no label"
    if each.get("isRequired") and not str(each.get("errorMessage", "")).strip():
        yield f"{where} is required and has no errorMessage"
    if each.get("type") == "Input.Text" and len(str(each.get("value", ""))) > each.get("maxLength", 10**9):
        yield f"{where} holds more than may be typed"
    if each.get("type") != "Input.ChoiceSet":
        return
    choices = each.get("choices") or []
    values = [str(choice.get("value", "")) for choice in choices]
    if not choices:
        yield f"{where} has no choices"
    if len(set(values)) != len(values):
        yield f"{where} has two choices of one value"
    if each.get("isMultiSelect") and any("," in value for value in values):
        yield f"{where} has a comma in a value, and commas keep the ticked ones apart"
    chosen = str(each.get("value") or "")
    ticked = chosen.split(",") if each.get("isMultiSelect") and chosen else [chosen] if chosen else []
    if set(ticked) - set(values):
        yield f"{where} has {set(ticked) - set(values)} ticked, which it does not offer"


def _actions(card: Json) -> Iterator[str]:
    titles: Counter[str] = Counter()
    for each in objects(card):
        actions = each.get("actions") or []
        if len(actions) > MAX_ACTIONS:
            yield f"$: {len(actions)} actions in one row, and {MAX_ACTIONS} are shown"
        if each.get("type") == "ActionSet" and not actions:
            yield "$: an ActionSet without actions"
        for action in actions:
            title = str(action.get("title", "")).strip()
            titles[title] += 1
            if not title:
                yield f"$: {action.get('type')} has no title"
            if action.get("type") == "Action.Execute" and not action.get("fallback"):
                yield f"$: Action.Execute {title!r} has no Action.Submit to fall back to"
            if action.get("type") in {"Action.Submit", "Action.Execute"} and not isinstance(
                action.get("data"), dict
            ):
                yield f"$: {action.get('type')} {title!r} says nothing when it is pressed"
    yield from (f"$: {count} buttons are called {title!r}" for title, count in titles.items() if count > 1)


_NOT_DRAWN = frozenset({"data", "fallback", "msteams"})


def objects(value: object, *, ids_only: bool = False) -> Iterator[Json]:
    """Every object that is drawn, the outer before the inner; what a button carries (`data`) is not."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            if not ids_only or each.get("id"):
                yield each
            each = [part for key, part in each.items() if key not in _NOT_DRAWN]
        if isinstance(each, list):
            left += [part for part in reversed(each) if isinstance(part, dict | list)]


# What a person sees of it


class Reading(Enum):
    """What a client makes of a text. A date is put in the place of `{{DATE(…)}}` wherever it is not left alone."""

    MARKDOWN = auto()
    DATES = auto()
    NONE = auto()


def reads(card: Json) -> str:
    """Every text of `card` as a person reads it, in order."""
    return "\n".join(
        _ESCAPED.sub(r"\1", text) if reading is Reading.MARKDOWN else text for text, reading in _texts(card)
    )


def live(card: Json) -> list[str]:
    """What Teams would turn into something else than the characters that stand there: Markdown, and its dates.

    Whoever wants a person's words shown as they are finds none of theirs here.
    """
    found = []
    for text, reading in _texts(card):
        if reading is not Reading.NONE:
            found += _DATED.findall(text)
        if reading is Reading.MARKDOWN:
            found += _MARKED.findall(_ESCAPED.sub(_DEAD, text))
    return found


def _texts(card: Json) -> Iterator[tuple[str, Reading]]:
    """Every text that is shown, and how it is read; after Microsoft's own renderer, `adaptivecards` 3.0.6 on npm."""
    for each in objects(card):
        match str(each.get("type", "")):
            case "TextBlock":
                yield str(each.get("text", "")), Reading.MARKDOWN
            case "RichTextBlock":
                runs = each.get("inlines") or ()
                joined = "".join(run if isinstance(run, str) else str(run.get("text", "")) for run in runs)
                yield joined, Reading.DATES
            case "FactSet":
                for fact in each.get("facts") or ():
                    yield str(fact.get("title", "")), Reading.MARKDOWN
                    yield str(fact.get("value", "")), Reading.MARKDOWN
            case "Image":
                yield str(each.get("altText", "")), Reading.NONE
            case kind if kind.startswith("Input."):
                yield from _input_texts(each)
            case kind if kind.startswith("Action."):
                yield str(each.get("title", "")), Reading.NONE
            case _:
                pass


def _input_texts(each: Json) -> Iterator[tuple[str, Reading]]:
    """The texts of an input. That renderer can read Markdown beside a box to tick, and Teams has that turned off."""
    yield str(each.get("label", "")), Reading.DATES
    yield from ((str(choice.get("title", "")), Reading.DATES) for choice in each.get("choices") or ())
    yield str(each.get("title", "")), Reading.DATES
    if each.get("type") in {"Input.Text", "Input.Number"}:
        yield str(each.get("value", "")), Reading.NONE
    yield str(each.get("placeholder", "")), Reading.NONE
    yield str(each.get("errorMessage", "")), Reading.MARKDOWN
