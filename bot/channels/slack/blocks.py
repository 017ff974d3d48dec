"""The parts that a message, form or page in Slack is made of, each within what Slack takes.

Every text goes in as plain text, so that nobody's words become a mention, a link or bold print. What is too long is
continued in a further part, or shown shortened with its whole text beside it; nothing is cut without a sign.
Limits: https://docs.slack.dev/reference/block-kit/blocks and the pages of each block and element below it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from bot.message import Press

Block = dict[str, Any]

# How many blocks and characters
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
SECTION_TEXT = 3_000
HEADER_TEXT = 150
CONTEXT_TEXT = 2_000
ROW_BUTTONS = 5  # 25 are allowed; five still fit into two lines of a telephone
BUTTONS = 25
LABEL = 75  # of a button, an option, and of what a screen reader says instead
LABEL_SEEN = 40  # of a button on a telephone: what is longer may end in three dots there
OVERFLOW_OPTIONS = 5
OPTIONS = 100
TICKS = 10  # of checkboxes and radio buttons
OPTION_VALUE = 150  # a button may carry 2,000; what we carry fits into both
PLACEHOLDER = 150
INPUT_LABEL = 2_000
INPUT_TEXT = 3_000
INPUT_FILES = 10
VIEW_TITLE = 24
PRIVATE = 3_000
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_BUTTON = 100, 300, 30
SUMMARY = 4_000  # the top-level text: chat.postMessage takes 40,000, chat.update no more than this
PROMPTS = 4

# Slack refuses a message whose blocks are too long together, says neither the limit nor how it counts, and has taken
# 13,297 characters and refused 11,341 in more blocks: https://github.com/slackapi/bolt-js/issues/2509
MESSAGE_WEIGHT = 10_000
VIEW_WEIGHT = 60_000  # a view may have 250 kB, and one character can take 12 bytes of them
_OBJECT_WEIGHT = 20

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
NOTHING = "\N{EN DASH}"  # stands where a text is empty: Slack refuses an empty one
_SEAMS = ("\n\n", "\n", ". ", " ")
_CARRIED = re.compile(
    rf"[^\s#&<>][^&<>\n]{{0,{OPTION_VALUE - 1}}}"
)  # Slack may escape the three signs on the way
_DIGEST = "#"
_URL_SAFE = ":/?#[]@!$&'()*+,;=%~-._"
_LONGEST_URL = 1_500
_ACTION = "qms."
PRESS = f"{_ACTION}press"
FORM = f"{_ACTION}form"
WHOLE = f"{_ACTION}whole"
START = f"{_ACTION}start"
CONSIDER = f"{_ACTION}consider"
READ = f"{_ACTION}read"  # a link was followed: nothing is to be done
FIELD = f"{_ACTION}field"
FIELD_TIME = f"{_ACTION}time"


# Texts


def size(text: str) -> int:
    """How long Slack may find `text`: as JavaScript counts, where some characters are two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def pieces(text: str, limit: int) -> list[str]:
    """`text` in parts of at most `limit`, parted between paragraphs, lines, sentences or words where that can be.

    Only blanks at the seams are lost.
    """
    found = []
    rest = text.strip("\n")
    while size(rest) > limit:
        head = _head(rest, limit)
        seam = next(
            (at for mark in _SEAMS if (at := head.rfind(mark) + len(mark)) > len(head) // 3), len(head)
        )
        found.append(rest[:seam].rstrip())
        rest = rest[seam:].lstrip("\n ")
    return [piece for piece in (*found, rest) if piece.strip()]


def short(text: str, limit: int) -> str:
    """`text` on one line, or its beginning with an ellipsis."""
    line = " ".join(text.split()) or NOTHING
    return line if size(line) <= limit else _head(line, limit - 1).rstrip() + ELLIPSIS


def _head(text: str, limit: int) -> str:
    """As much of the beginning as `limit` allows; no character is taken apart."""
    head = text[:limit]
    while size(head) > limit:
        head = head[: -max(1, (size(head) - limit) // 2)]
    return head


def escaped(text: str) -> str:
    """`text` where Slack reads markup: no mention, no broadcast, no link can come of it.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def summary(text: str) -> str:
    """The line for notifications and screen readers."""
    line = text.strip() or NOTHING
    if size(escaped(line)) <= SUMMARY:
        return escaped(line)
    head = _head(line, SUMMARY - 1)
    while size(escaped(head)) > SUMMARY - 1:
        head = head[: -max(1, (size(escaped(head)) - SUMMARY) // 5)]
    return escaped(head.rstrip()) + ELLIPSIS


def plain(text: str) -> Block:
    """A text that is shown as it is."""
    return {"type": "plain_text", "text": text if text.strip() else NOTHING, "emoji": False}


# Blocks


def heading(text: str) -> list[Block]:
    """A heading, where there is something to say in one; a long one is a text like any other."""
    line = " ".join(text.split())
    fits = 0 < size(line) <= HEADER_TEXT
    return [{"type": "header", "text": plain(line)}] if fits else sections(text)


def sections(text: str) -> list[Block]:
    """A text in its paragraphs, in as many blocks as it takes."""
    return [{"type": "section", "text": plain(piece)} for piece in pieces(text, SECTION_TEXT)]


def context(text: str) -> list[Block]:
    """Something said beside it, small."""
    return [{"type": "context", "elements": [plain(piece)]} for piece in pieces(text, CONTEXT_TEXT)]


def source(words: str, url: str) -> list[Block]:
    """Something said beside it, with the page it comes from. Only a web address becomes a link."""
    link = _link(url)
    if not link:
        return context(words)
    *before, last = pieces(words, CONTEXT_TEXT) or [NOTHING]
    with_link = {
        "type": "context",
        "elements": [plain(last), {"type": "mrkdwn", "text": f"<{link}|Open the source>"}],
    }
    return [*({"type": "context", "elements": [plain(piece)]} for piece in before), with_link]


def _link(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        return ""
    safe = quote(url, safe=_URL_SAFE, errors="replace").replace("&", "&amp;")
    return safe if size(safe) <= _LONGEST_URL else ""


def divider() -> Block:
    """A line between two parts of a page."""
    return {"type": "divider"}


# What can be pressed


def carried(press: Press) -> str:
    """A press as a button or an option carries it: its token, or a digest of it where that does not fit."""
    return value(press.token())


def value(text: str) -> str:
    """A text that a button or an option can carry; a digest of it where Slack would refuse or change it."""
    if size(text) <= OPTION_VALUE and _CARRIED.fullmatch(text):
        return text
    return _DIGEST + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def is_digest(carries: str) -> bool:
    """Whether what a button carried has to be looked up among the presses of its message."""
    return carries.startswith(_DIGEST)


def button(
    label: str, action: str, carries: str, *, style: str = "", spoken: str = "", confirm: Block | None = None
) -> Block:
    """A button. `spoken` is what a screen reader says where the label alone says too little."""
    shown = {"type": "button", "text": plain(short(label, LABEL)), "action_id": action, "value": carries}
    if style:
        shown["style"] = style
    if spoken and spoken != label:
        shown["accessibility_label"] = short(spoken, LABEL)
    if confirm:
        shown["confirm"] = confirm
    return shown


def confirmation(title: str, text: str, yes: str, no: str) -> Block:
    """What is asked before something that cannot be taken back."""
    return {
        "title": plain(short(title, CONFIRM_TITLE)),
        "text": plain(short(text, CONFIRM_TEXT)),
        "confirm": plain(short(yes, CONFIRM_BUTTON)),
        "deny": plain(short(no, CONFIRM_BUTTON)),
        "style": "danger",
    }


def option(label: str, carries: str) -> Block:
    """One of several to choose."""
    return {"text": plain(short(label, LABEL)), "value": carries}


def options(labels: Iterable[tuple[str, str]]) -> list[Block]:
    """Options of these labels and values; a value twice is one option."""
    return [
        option(label, carries) for carries, label in {carries: label for label, carries in labels}.items()
    ]


def select(placeholder: str, action: str, chosen: Sequence[Block]) -> Block:
    """A list to choose one from. The caller knows that there are no more than fit."""
    return {
        "type": "static_select",
        "placeholder": plain(short(placeholder, PLACEHOLDER)),
        "action_id": action,
        "options": list(chosen),
    }


def overflow(action: str, chosen: Sequence[Block]) -> Block:
    """A menu behind three dots, of one to five."""
    return {"type": "overflow", "action_id": action, "options": list(chosen)}


def row(elements: Sequence[Block]) -> Block:
    """Buttons and lists side by side."""
    return {"type": "actions", "elements": list(elements)}


def rows(buttons: Sequence[Block]) -> list[Block]:
    """As many rows as it takes."""
    return [row(buttons[at : at + ROW_BUTTONS]) for at in range(0, len(buttons), ROW_BUTTONS)]


def lists(labelled: Iterable[tuple[str, str]], placeholder: str, name: str) -> list[Block]:
    """Labels and what they carry, as lists to choose one from, each with as many as fit."""
    groups = in_groups(options(labelled), most=OPTIONS, heaviest=MESSAGE_WEIGHT // 3)
    return [
        row([select(placeholder, f"{PRESS}.{name}.list.{place}", group)])
        for place, group in enumerate(groups)
    ]


# Together


def weight(value: object) -> int:
    """How long Slack may find a block: every text in it, and something for every object."""
    if isinstance(value, str):
        return size(value)
    if isinstance(value, dict):
        return _OBJECT_WEIGHT + sum(weight(part) for key, part in value.items() if key != "type")
    return sum(map(weight, value)) if isinstance(value, list) else 0


def in_groups(items: Sequence[Block], *, most: int, heaviest: int) -> Iterator[list[Block]]:
    """`items` in their order, so many together that neither limit is passed."""
    group: list[Block] = []
    heavy = 0
    for item in items:
        its = weight(item)
        if group and (len(group) == most or heavy + its > heaviest):
            yield group
            group, heavy = [], 0
        group.append(item)
        heavy += its
    if group:
        yield group


def labelled(labels: Sequence[str], limit: int = LABEL) -> tuple[list[str], list[str]]:
    """The labels as they are shown, and lines in which those that are longer than `limit` stand whole.

    Long labels that begin alike are told apart by numbers, and so are all beside them.
    """
    shown = [short(label, limit) for label in labels]
    if len(set(shown)) == len(set(labels)):
        pairs = zip(labels, shown, strict=True)
        return shown, [f"In full: {label}" for label, seen in pairs if seen != label]
    lines = [f"{number}. {label}" for number, label in enumerate(labels, 1)]
    return [short(line, limit) for line in lines], lines


def record(lines: Iterable[tuple[str, str]]) -> list[Block]:
    """Names and values, one below the other. Nothing in a rich text is markup.

    https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
    """
    parts = [part for label, value in lines for part in _line(label, value)]
    return [
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_section", "elements": [text for part in group for text in part["texts"]]}
            ],
        }
        for group in in_groups(parts, most=VIEW_BLOCKS, heaviest=SECTION_TEXT)
    ]


def _line(label: str, value: str) -> list[Block]:
    """One name with its value, in parts that are not too long for a block."""
    first, *others = pieces(value, SECTION_TEXT // 2) or [NOTHING]
    named = [_bold(f"{piece}: ") for piece in pieces(label, SECTION_TEXT // 2) or [NOTHING]]
    return [{"texts": [*named, _text(f"{first}\n")]}, *({"texts": [_text(f"{piece}\n")]} for piece in others)]


def _text(text: str) -> Block:
    return {"type": "text", "text": text}


def _bold(text: str) -> Block:
    return {"type": "text", "text": text, "style": {"bold": True}}


def to_copy(label: str, value: str) -> list[Block]:
    """A value to be taken into another system as it is, under its label."""
    first, *others = pieces(value, SECTION_TEXT) or [NOTHING]
    name = {"type": "rich_text_section", "elements": [_bold(label if label.strip() else NOTHING)]}
    return [
        {"type": "rich_text", "elements": [name, _preformatted(first)]},
        *({"type": "rich_text", "elements": [_preformatted(piece)]} for piece in others),
    ]


def _preformatted(text: str) -> Block:
    return {"type": "rich_text_preformatted", "elements": [_text(text)]}


def feedback(action: str, yes: tuple[str, str, str], no: tuple[str, str, str]) -> Block:
    """Two small buttons below an answer; each its label, its value, and what a screen reader says.

    https://docs.slack.dev/reference/block-kit/block-elements/feedback-buttons-element
    """
    both = [
        {"text": plain(short(label, LABEL)), "value": value, "accessibility_label": short(spoken, LABEL)}
        for label, value, spoken in (yes, no)
    ]
    buttons = {
        "type": "feedback_buttons",
        "action_id": action,
        "positive_button": both[0],
        "negative_button": both[1],
    }
    return {"type": "context_actions", "elements": [buttons]}
