"""What Slack would refuse of a message, a modal or a Home tab, found without asking Slack.

Three judges, because none of them knows everything: Slack's own types as a JSON schema (`tests/schemas`), the models
of Slack's own SDK, and here the rules that stand only in the documentation.
https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from jsonschema import Draft7Validator
from jsonschema.protocols import Validator
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from tests.contracts.told_apart import complaints, validator

Json = dict[str, Any]
Surface = Literal["message", "modal", "home"]

SCHEMAS = Path(__file__).parents[1] / "schemas"
MAX_TEXT = 40_000  # of the top-level text: what is longer is cut
MAX_UPDATED_TEXT = 4_000  # chat.update refuses what chat.postMessage would cut
MAX_BLOCKS: Mapping[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MAX_WHOLE = 13_200
EACH_OBJECT = 20
MAX_MARKDOWN = 12_000
MAX_VIEW = 250_000
MAX_OPTIONS = 100
MAX_OPTION_VALUE = 150
MAX_INPUT = 3_000
_ONLY_ON: Mapping[str, frozenset[Surface]] = {
    "alert": frozenset({"modal"}),
    "file_input": frozenset({"modal"}),
    "input": frozenset(
        {"modal", "home"}
    ),  # Slack takes one in a message too, where nothing ever sends it off
    **dict.fromkeys(
        (
            *("card", "carousel", "container", "context_actions", "data_table", "data_visualization"),
            *("markdown", "plan", "table", "task_card"),
        ),
        frozenset({"message"}),
    ),
}
_NEVER_EMPTY = ("elements", "fields", "options", "option_groups", "rows", "accessory", "blocks")
_TEXTS = frozenset({"mrkdwn", "plain_text"})
_SPECIAL = re.compile(r"<[@#!](?!date\^)[^>]*>")
_LINK = re.compile(r"<(?P<url>(?:https?://|mailto:)[^|>]*)(?:\|(?P<words>[^>]*))?>")
_EMOJI = re.compile(r":(?:[a-z][a-z0-9_+'-]*|[+-]1|100|1234|8ball):")
_MARKED = re.compile(
    r"(?<![^\W_])(?:\*(?=\S)[^*\n]*\S\*|_(?=\S)[^_\n]*\S_|~(?=\S)[^~\n]*\S~|`[^`\n]+`)(?![^\W_])|:(?:[a-z][a-z0-9_+'-]*|[+-]1|100|1234|8ball):|^(?:&gt;|>).*",
    re.MULTILINE,
)
_MARKDOWN = re.compile(r"!?\[[^\]]*\]\([^)]*\)|<[@#!][^>]*>")


def faults(payload: Json, surface: Surface, *, is_update: bool = False) -> list[str]:
    """Everything Slack would refuse in `payload`, each with its place; empty when it takes it.

    A `message` is what `chat.postMessage` gets, or `chat.update` where `is_update`: its `text` and its `blocks`.
    A `modal` or `home` is the whole view.
    """
    blocks = payload.get("blocks") or []
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return ["$.blocks: it is no list of objects"]
    found = [*_message(payload, is_update=is_update)] if surface == "message" else [*_view(payload, surface)]
    for number, block in enumerate(blocks):
        found += [
            f"$.blocks[{number}]{fault}" for fault in _block(json.dumps(block, sort_keys=True), surface)
        ]
    return [*found, *_together(blocks, surface)]


# A message or a view as a whole


def _message(payload: Json, *, is_update: bool) -> Iterator[str]:
    text = payload.get("text")
    if not isinstance(text, str) or not text.strip():
        yield "$.text: there is none, so a notification and a screen reader have nothing to say"
        return
    limit = MAX_UPDATED_TEXT if is_update else MAX_TEXT
    if len(text) > limit:
        yield f"$.text: {len(text)} characters, and {limit} are allowed"


def _view(payload: Json, surface: Surface) -> Iterator[str]:
    if payload.get("type") != surface:
        yield f"$.type: {payload.get('type')!r} on the surface {surface!r}"
    yield from _by_schema("ModalView" if surface == "modal" else "HomeView", {**payload, "blocks": []})
    if not payload.get("blocks"):
        yield "$.blocks: a view shows at least one block"
    size = len(json.dumps(payload, ensure_ascii=False).encode())
    if size > MAX_VIEW:
        yield f"$: {size} bytes, and {MAX_VIEW} are allowed"
    kinds = {block.get("type") for block in payload.get("blocks") or ()}
    if surface == "modal" and "input" in kinds and not payload.get("submit"):
        yield "$.submit: a modal with an input needs a button that sends it off"
    try:
        View(**{**payload, "blocks": [{"type": "divider"}]}).to_dict()
    except (SlackObjectFormationError, TypeError, AttributeError) as error:
        yield f"$: the SDK says: {error}"


def _together(blocks: list[Json], surface: Surface) -> Iterator[str]:
    """What can be wrong though every block is right by itself."""
    if len(blocks) > MAX_BLOCKS[surface]:
        yield f"$.blocks: {len(blocks)} blocks, and {MAX_BLOCKS[surface]} are allowed on a {surface}"
    names = Counter(block["block_id"] for block in blocks if block.get("block_id"))
    yield from (f"$.blocks: {count} blocks are called {name!r}" for name, count in names.items() if count > 1)
    kinds = Counter(block.get("type") for block in blocks)
    if kinds["table"] > 1:
        yield f"$.blocks: {kinds['table']} tables, and a message shows one"
    focused = sum(1 for block in blocks for each in objects(block) if each.get("focus_on_load"))
    if focused > 1:
        yield f"$.blocks: {focused} elements want the focus, and one can have it"
    markdown = sum(len(block.get("text", "")) for block in blocks if block.get("type") == "markdown")
    if markdown > MAX_MARKDOWN:
        yield f"$.blocks: {markdown} characters of Markdown, and {MAX_MARKDOWN} are allowed"
    if surface == "message" and (size := whole(blocks)) > MAX_WHOLE:
        yield f"$.blocks: {size} characters in all, and about {MAX_WHOLE} are allowed"


def whole(blocks: Iterable[Json]) -> int:
    """How long a message's blocks are together, counted as carefully as what is known of Slack's own count.

    Slack says neither the limit nor how it counts: 13,297 characters of text in one block passed, and 11,341 in many
    were refused, because each object has a price. So every object costs something here too.
    https://github.com/slackapi/bolt-js/issues/2509 and https://github.com/slackapi/bolt-js/issues/2867
    """
    everything = [each for block in blocks for each in objects(block)]
    texts = sum(len(text) for each in everything for text in _texts_of(each))
    return texts + EACH_OBJECT * len(everything)


def _texts_of(each: Json) -> Iterator[str]:
    for key in ("text", "alt_text", "url", "image_url"):
        if isinstance(each.get(key), str):
            yield each[key]


# One block


@lru_cache(maxsize=100_000)
def _block(text: str, surface: Surface) -> tuple[str, ...]:
    block: Json = json.loads(text)
    return tuple(
        fault.removeprefix("$")
        for fault in (*_by_schema("KnownBlock", block), *_by_sdk(block), *_by_documentation(block, surface))
    )


def _by_sdk(block: Json) -> Iterator[str]:
    """What the SDK's models refuse. A kind of block that they do not know is for the schema to judge."""
    try:
        if parsed := Block.parse(block):
            parsed.to_dict()
    except (SlackObjectFormationError, TypeError, AttributeError, KeyError, ValueError) as error:
        yield f"$: the SDK says: {error}"


def _by_documentation(block: Json, surface: Surface) -> Iterator[str]:
    for each in objects(block):
        kind = str(each.get("type", ""))
        if surface not in _ONLY_ON.get(kind, {surface}):
            yield f"$: {kind!r} cannot stand on a {surface}"
        yield from (
            f"$: {kind or 'object'}.{key} is empty" for key in _NEVER_EMPTY if each.get(key) in ([], {})
        )
        yield from _options(kind, each)
        if kind in _TEXTS and not str(each.get("text", "")).strip():
            yield f"$: a {kind} of nothing but blanks"
        if kind == "plain_text_input":
            yield from _input(each)
        if kind == "table":
            yield from _table(each)
        if kind == "image" and not str(each.get("alt_text", "")).strip():
            yield "$: an image without alt_text"
        if kind == "image" and len(str(each.get("alt_text", ""))) > 2_000:
            yield "$: an alt_text of more than 2000 characters"
        if kind == "button" and len(str(each.get("agent_prompt", ""))) > 4_000:
            yield "$: an agent_prompt of more than 4000 characters"
    twice = [name for name, count in Counter(_action_ids(block)).items() if count > 1]
    yield from (f"$: action_id {name!r} stands there more than once" for name in twice)


def _action_ids(block: Json) -> Iterator[str]:
    """Slack tells the elements of one block apart by these, and of nothing more than one block."""
    return (each["action_id"] for each in objects(block) if each.get("action_id"))


def _options(kind: str, each: Json) -> Iterator[str]:
    groups = each.get("option_groups") or []
    if kind in {"static_select", "multi_static_select"}:
        if bool(each.get("options")) == bool(groups):
            yield f"$: {kind} has either options or option_groups"
        if len(groups) > MAX_OPTIONS:
            yield f"$: {len(groups)} option_groups, and {MAX_OPTIONS} are allowed"
    for options in (each.get("options") or [], *(group.get("options") or [] for group in groups)):
        if len(options) > MAX_OPTIONS:
            yield f"$: {len(options)} options, and {MAX_OPTIONS} are allowed"
        values = Counter(option.get("value") for option in options)
        yield from (f"$: {count} options have the value {v!r}" for v, count in values.items() if count > 1)
    offered = [option for list_ in (each, *groups) for option in list_.get("options") or []]
    chosen = [each["initial_option"]] if each.get("initial_option") else each.get("initial_options") or []
    yield from (f"$: {option} is chosen and not offered" for option in chosen if option not in offered)
    yield from (f"$: an option without a value in {kind}" for option in offered if not option.get("value"))


def _input(each: Json) -> Iterator[str]:
    most = each.get("max_length", MAX_INPUT)
    if not 1 <= most <= MAX_INPUT:
        yield f"$: max_length is {most}, and 1 to {MAX_INPUT} is allowed"
    if len(each.get("initial_value", "")) > most:
        yield f"$: the initial_value is longer than the {most} characters that may be typed"


def _table(each: Json) -> Iterator[str]:
    for row in each.get("rows") or []:
        if not row or len(row) > 20:
            yield f"$: a row of {len(row)} cells, and 1 to 20 are allowed"


def objects(value: object) -> Iterator[Json]:
    """Every object in `value`, itself first, in the order of the text."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            yield each
            each = [*each.values()]
        if isinstance(each, list):
            left += [part for part in reversed(each) if isinstance(part, dict | list)]


# The schema


def _by_schema(definition: str, value: Json) -> Iterator[str]:
    return complaints(_validator(definition), value)


@cache
def _validator(definition: str) -> Validator:
    schema = json.loads((SCHEMAS / "slack-view.schema.json").read_text(encoding="utf-8"))
    definitions = schema["definitions"]
    for name in (
        "PlainTextOption",
        "MrkdwnOption",
    ):  # the types still say 75; the documentation and the SDK, 150
        definitions[name]["properties"]["value"]["maxLength"] = MAX_OPTION_VALUE
    return validator(Draft7Validator, definitions, definition)


# What a person sees of it


def reads(payload: Json) -> str:
    """Every text of `payload` as a person reads it, in order; not the line for notifications."""
    return "\n".join(text for each in objects(payload.get("blocks", [])) for text in _read(each))


def live(payload: Json) -> list[str]:
    """What Slack would turn into something else than the characters that stand there, dates and web links aside.

    A mention, a broadcast, bold print, an emoji name, a quotation: whoever wants a person's words shown as they are
    finds none of theirs here.
    """
    found = _SPECIAL.findall(str(payload.get("text", "")))
    for each in objects(payload.get("blocks", [])):
        text = str(each.get("text", ""))
        match each.get("type"):
            case "mrkdwn":
                found += [*_SPECIAL.findall(text), *_MARKED.findall(_LINK.sub(" ", text))]
            case "plain_text" if each.get("emoji", True):
                found += _EMOJI.findall(text)
            case "user" | "usergroup" | "team" | "channel" | "broadcast" | "emoji" | "color" as kind:
                found.append(f"{kind} {each}")
            case "markdown":
                found += _MARKDOWN.findall(text)
            case _:
                pass
    return found


def _read(each: Json) -> Iterator[str]:
    text = each.get("text")
    match each.get("type"):
        case "mrkdwn":
            yield unescape(_LINK.sub(lambda link: link["words"] or link["url"], str(text)))
        case "link":
            yield str(text or each.get("url", ""))
        case "plain_text_input" | "number_input" if each.get("initial_value"):
            yield str(each["initial_value"])
        case _ if isinstance(text, str):
            yield text
        case _:
            pass


def unescape(text: str) -> str:
    """`text` with the three characters back that Slack wants escaped; in this order, so that `&amp;lt;` is `&lt;`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
