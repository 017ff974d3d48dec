"""What the coach says, as a message in Slack: what it says first, then what can be done about it.

Everything a message has no room for stands in a window behind its button "Show everything".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from bot.channels.slack import blocks
from bot.channels.slack.blocks import Block
from bot.channels.slack.form import form, hint_of, opens_form
from bot.channels.slack.home import home, notice, prompts, start
from bot.message import About, Press
from bot.reply import Choice, Citation, Fact, File, Reply, Tone

__all__ = ["form", "home", "message", "notice", "press_of", "prompts", "start", "whole"]

_STOP = "Stop: "
_READ_NOW = "Stop. Please read this now."
_FACTS = 2  # their place in a message
_FACTS_TOGETHER, _SHORTEST, _LONGEST = 4_000, 40, 300  # of answers that are shortened
_CANCEL = "cancel"
_ANSWERS = frozenset({"answer", "words"})
_NOT_KNOWN = ("unknown",)
_AT_HAND = frozenset(
    {"back", "why"}
)  # the ways around a question that are a button; the others are in a menu
_FEW_ASIDES = 3
_HELPFUL = (("yes", "Helpful"), ("no", "Not helpful"))
_FORMATS = {"docx": "Word", "md": "Markdown"}
_SURE = "No new draft is made. What you said is kept in the log."
_MORE = (
    *blocks.context("There is more than is shown here."),
    blocks.row([blocks.button("Show everything", blocks.WHOLE, "0")]),
)
_MORE_WEIGHT = sum(map(blocks.weight, _MORE))


def message(reply: Reply, *, is_plain: bool = False) -> dict[str, Any]:
    """The arguments `text` and `blocks` of `chat.postMessage` and `chat.update`.

    `is_plain` leaves out the one kind of block that not every workspace has; for when Slack says `invalid_blocks`.
    https://docs.slack.dev/reference/methods/chat.postMessage
    """
    shown, _ = _laid_out(reply, is_plain=is_plain)
    lead = _STOP if reply.tone is Tone.STOP else ""
    return {"text": blocks.summary(lead + (reply.spoken or reply.text)), "blocks": shown}


def whole(reply: Reply, page: int = 0, private: str = "") -> dict[str, Any]:
    """A window with all of `reply`, page by page: for what its message had no room for.

    Its buttons stand there only where the message could not show them all.
    """
    _, left = _laid_out(reply, is_plain=True)
    has_more_to_press = any(part.is_pressed for part in left)
    parts = [part for part in _parts(reply, is_plain=True) if has_more_to_press or not part.is_pressed]
    everything = [block for part in sorted(parts, key=_place) for block in part.blocks]
    pages = list(blocks.in_groups(everything, most=blocks.VIEW_BLOCKS - 1, heaviest=blocks.VIEW_WEIGHT)) or [
        blocks.sections(blocks.NOTHING)
    ]
    page = min(max(page, 0), len(pages) - 1)
    turns = [
        blocks.button(words, f"{blocks.WHOLE}.{to}", str(to))
        for words, to in (("Page before", page - 1), ("Next page", page + 1))
        if 0 <= to < len(pages)
    ]
    return {
        "type": "modal",
        "callback_id": blocks.WHOLE,
        "title": blocks.plain("All of it"),
        "close": blocks.plain("Close"),
        "private_metadata": private,
        "blocks": [*pages[page], *([blocks.row(turns)] if turns else [])],
    }


def press_of(reply: Reply, value: str) -> Press | None:
    """The press that `value` on a button or in a list of this reply stands for; None when it is none of its own."""
    if not blocks.is_digest(value):
        return Press.from_token(value)
    return next((press for press in _presses(reply) if blocks.carried(press) == value), None)


def _presses(reply: Reply) -> Iterator[Press]:
    yield from (choice.press for choice in reply.choices)
    yield from (fact.change.press for fact in reply.facts if fact.change)
    yield from map(_fetch, reply.files)


# What it is made of


@dataclass(frozen=True, slots=True)
class _Part:
    """Some blocks of a message: where they stand in it, and whether they are there to be pressed."""

    place: int
    blocks: Sequence[Block]
    is_pressed: bool = False


def _place(part: _Part) -> int:
    return part.place


def _parts(reply: Reply, *, is_plain: bool) -> list[_Part]:
    """Everything there is to show, what must not be missing first."""
    words, (answers, labels) = _words(reply), _answers(reply)
    lead = 2 if reply.tone is Tone.STOP else 1
    return [
        _Part(0, words[:lead]),
        _Part(5, _progress(reply)),
        _Part(6, _used(reply)),
        _Part(6, blocks.context(hint_of(reply.field)) if reply.field else ()),
        _Part(9, _asides(reply), is_pressed=True),
        _Part(7, answers, is_pressed=True),
        _Part(8, _changes(reply.facts), is_pressed=True),
        _Part(0, words[lead:]),
        _Part(0, _picture(reply)),
        _Part(1, [*labels, *_options(reply)]),
        _Part(_FACTS, _facts(reply.facts)),
        _Part(3, _files(reply)),
        _Part(10, [block for cited in reply.citations for block in _citation(cited)]),
        _Part(11, _feedback(reply, is_plain=is_plain), is_pressed=True),
    ]


def _laid_out(reply: Reply, *, is_plain: bool) -> tuple[list[Block], list[_Part]]:
    """The blocks of one message, in the order to be read; and the parts of which some had no room.

    A review that is too long is shown with every line, and the long answers in it shortened.
    """
    shown, left = _fitted(_parts(reply, is_plain=is_plain))
    if any(part.place == _FACTS for part in left):
        brief = _fitted(_parts(_shortened(reply), is_plain=is_plain))
        return brief if brief[1] else _fitted(_parts(_shortened(reply), is_plain=is_plain), is_all=False)
    return shown, left


def _fitted(parts: Iterable[_Part], *, is_all: bool = True) -> tuple[list[Block], list[_Part]]:
    """What of `parts` fits. Where that is not all, or they are not all there is, a button shows everything."""
    room, light = blocks.MESSAGE_BLOCKS - len(_MORE), blocks.MESSAGE_WEIGHT - _MORE_WEIGHT
    shown: list[_Part] = []
    left: list[_Part] = []
    for part in parts:
        taken: list[Block] = []
        for block in part.blocks:
            if len(taken) == room or (its := blocks.weight(block)) > light:
                left.append(part)
                break
            taken.append(block)
            light -= its
        if taken and taken[-1]["type"] == "header" and len(taken) < len(part.blocks):
            taken.pop()  # a heading of nothing
        room -= len(taken)
        shown.append(_Part(part.place, taken))
    if left or not is_all:
        shown.append(_Part(4, _MORE))
    return [block for part in sorted(shown, key=_place) for block in part.blocks], left


def _shortened(reply: Reply) -> Reply:
    """The same with long answers shortened; what is to be copied stays as it is."""
    most = min(max(_FACTS_TOGETHER // len(reply.facts), _SHORTEST), _LONGEST)
    return replace(
        reply,
        facts=tuple(
            fact if fact.is_copy else replace(fact, value=blocks.short(fact.value, most))
            for fact in reply.facts
        ),
    )


# What is read


def _words(reply: Reply) -> list[Block]:
    """What is said; a stop begins with a heading that says so in words."""
    text = reply.text.strip("\n") if reply.text.strip() else blocks.NOTHING
    stop = blocks.heading(_READ_NOW) if reply.tone is Tone.STOP else []
    return [*stop, *blocks.sections(text)]


def _picture(reply: Reply) -> list[Block]:
    """What a picture shows, in words: the picture itself follows as a file."""
    if reply.picture is None:
        return []
    return [*blocks.heading(reply.picture.title), *blocks.sections(reply.picture.text)]


def _options(reply: Reply) -> list[Block]:
    """What can be ticked, to be read before the form is opened, or typed."""
    if not reply.field or reply.field.kind != "multi":
        return []
    return blocks.sections("\n".join(f"\N{BULLET} {label}" for _, label in reply.field.options))


def _facts(facts: Sequence[Fact]) -> list[Block]:
    """A review, section by section; and what is to be copied, each value by itself and to the letter."""
    shown: list[Block] = []
    for group, together in groupby((fact for fact in facts if not fact.is_copy), key=lambda fact: fact.group):
        shown += blocks.heading(group)
        shown += blocks.record((fact.label, fact.value) for fact in together)
    for fact in facts:
        if fact.is_copy:
            shown += blocks.to_copy(fact.label, fact.value)
    return shown


def _files(reply: Reply) -> list[Block]:
    """The files of one draft are sent along; those of several are asked for with a button."""
    if not reply.files or _lists_drafts(reply.files):
        return []
    names = ", ".join(file.name for file in reply.files)
    return blocks.context(f"Sent along: {names}")


def _progress(reply: Reply) -> list[Block]:
    if not reply.progress:
        return []
    section = f" \N{MIDDLE DOT} {reply.progress.section}" if reply.progress.section else ""
    return blocks.context(f"Step {reply.progress.at} of {reply.progress.of}{section}")


def _used(reply: Reply) -> list[Block]:
    return blocks.context(f"\N{CHECK MARK} {reply.used}") if reply.used else []


def _citation(cited: Citation) -> list[Block]:
    title = f": {cited.title}" if cited.title else ""
    return blocks.source(f"{cited.clause} \N{MIDDLE DOT} {cited.force}{title}", cited.url)


# What is pressed


def _answers(reply: Reply) -> tuple[list[Block], list[Block]]:
    """The answers as buttons, the likeliest first in colour, or as lists where they are many; and what no button shows whole."""
    choices = [choice for choice in reply.choices if not choice.is_aside]
    if _lists_drafts(reply.files):
        choices += map(_draft, reply.files)
    main = next((choice for choice in choices if choice.is_main), None)
    opener = [opens_form(reply.field, is_main=main is None)] if reply.field else []
    are_many = len(choices) + len(opener) > blocks.BUTTONS
    labels, lines = blocks.labelled(
        [choice.label for choice in choices], blocks.LABEL if are_many else blocks.LABEL_SEEN
    )
    named = list(zip(choices, labels, strict=True))
    if are_many:
        first = [pair for pair in named if pair[0] is main]
        others = [(label, blocks.carried(choice.press)) for choice, label in named if choice is not main]
        rows = [
            *blocks.rows([*_buttons(first, main), *opener]),
            *blocks.lists(others, "Choose one", "answer"),
        ]
    else:
        lead = 1 if main and main is choices[0] else sum(map(_is_offered, choices))
        buttons = _buttons(named, main)
        rows = blocks.rows([*buttons[:lead], *opener, *buttons[lead:]])
    return rows, blocks.sections("\n".join(lines))


def _is_offered(choice: Choice) -> bool:
    """Whether it is an answer in itself, where there is a form too: what was typed, read in one way; or a usual reason."""
    return choice.press.action in _ANSWERS and choice.press.values != _NOT_KNOWN


def _buttons(
    named: Sequence[tuple[Choice, str]], main: Choice | None = None, under: str = "answer"
) -> list[Block]:
    """A button for each choice, under the label it is shown with; that of `main` in colour."""
    return [
        _button(choice, label, f"{blocks.PRESS}.{under}.{place}", is_main=choice is main)
        for place, (choice, label) in enumerate(named)
    ]


def _button(choice: Choice, label: str, action: str, *, is_main: bool) -> Block:
    carries = blocks.carried(choice.press)
    if choice.press.action == _CANCEL:
        sure = blocks.confirmation(f"{choice.label}?", _SURE, choice.label, "Keep it")
        return blocks.button(label, action, carries, style="danger", confirm=sure)
    return blocks.button(label, action, carries, style="primary" if is_main else "", spoken=choice.hint)


def _changes(facts: Sequence[Fact]) -> list[Block]:
    count = Counter(fact.label for fact in facts)
    labelled = [
        (
            fact.label if count[fact.label] == 1 else f"{fact.label}: {fact.value}",
            blocks.carried(fact.change.press),
        )
        for fact in facts
        if fact.change
    ]
    return blocks.lists(labelled, "Change an answer", "change")


def _asides(reply: Reply) -> list[Block]:
    """What leads around the question: the nearest ways as buttons, the others in a menu."""
    asides = [choice for choice in reply.choices if choice.is_aside]
    is_few = len(asides) <= _FEW_ASIDES
    near = [choice for choice in asides if is_few or choice.press.action in _AT_HAND]
    elements = _buttons([(choice, choice.label) for choice in near], under="aside")
    far = blocks.options(
        (choice.label, blocks.carried(choice.press)) for choice in asides if choice not in near
    )
    elements += [
        blocks.overflow(f"{blocks.PRESS}.more.{at}", far[at : at + blocks.OVERFLOW_OPTIONS])
        for at in range(0, len(far), blocks.OVERFLOW_OPTIONS)
    ]
    return blocks.rows(elements)


def _feedback(reply: Reply, *, is_plain: bool) -> list[Block]:
    """Whether an answer helped."""
    if not reply.is_answer or reply.used:
        return []
    told = [
        (words, Press("helpful", (value,)).token(), f"This answer was {words.lower()}")
        for value, words in _HELPFUL
    ]
    if is_plain:
        return [
            blocks.row(
                [
                    blocks.button(words, f"{blocks.PRESS}.feedback.{place}", token, spoken=spoken)
                    for place, (words, token, spoken) in enumerate(told)
                ]
            )
        ]
    (yes, yes_token, yes_spoken), (no, no_token, no_spoken) = told
    return [
        blocks.feedback(f"{blocks.PRESS}.feedback", (yes, yes_token, yes_spoken), (no, no_token, no_spoken))
    ]


# Drafts


def _lists_drafts(files: Sequence[File]) -> bool:
    return len({(file.run, file.number) for file in files}) > 1


def _fetch(file: File) -> Press:
    return Press("fetch", (file.name,), About(file.run, "", 0))


def _draft(file: File) -> Choice:
    stem, _, ending = file.name.rpartition(".")
    label = f"{stem}, {_FORMATS[ending]}" if ending in _FORMATS else file.name
    return Choice(label, _fetch(file))
