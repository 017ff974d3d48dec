"""What the coach says, as an Adaptive Card: every reply, whatever is in it, and every word of it.

A message is one card and nothing beside it: of a text with a card Teams makes two messages, and tells us the id of
neither. What has no room goes to further pages of the same message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from bot.channels.teams import card as parts
from bot.channels.teams.card import CARD, LONGEST_TITLE, Json, Titles
from bot.channels.teams.form import form
from bot.channels.teams.literal import one_line, paragraphs
from bot.channels.teams.paging import Piece, fits, pages, rows_of
from bot.message import About, Press
from bot.reply import Choice, Citation, Fact, Reply, Tone

_MARKS = {  # never by colour alone
    Tone.STOP: ("Stop", "attention"),
    Tone.NOTICE: ("Please note", "emphasis"),
    Tone.DONE: ("Done", "good"),
}
_AT_ONCE = frozenset({"seen"})  # what is answered by the card itself: nothing else follows it
_LONGEST_BOLD = 300
_LONGEST_FACT = 160
_LONGEST_ROW = 300
_LONGEST_SUMMARY = 250
_FACTS_AT_ONCE = 8


def activity(reply: Reply, page: int = 0) -> dict[str, Any]:
    """The message to post, or to put in the place of an earlier one."""
    return {
        "type": "message",
        "summary": _summary(reply, _LONGEST_SUMMARY),
        "attachments": [{"contentType": CARD, "content": card(reply, page)}],
    }


def card(reply: Reply, page: int = 0) -> Json:
    """The card of a reply, or that page of it; past the last one it is the last one again."""
    name = _name(reply)
    titles = Titles()
    more, earlier = titles.take("More"), titles.take("Back to what came before")
    shown = pages(_pieces(reply, name, titles))
    page = min(page, len(shown) - 1)
    body = shown[page]
    turns = []
    if page + 1 < len(shown):
        turns.append(parts.submit(more, {"page": page + 1, "card": name}, is_main=True))
    if page > 0:
        turns.append(parts.submit(earlier, {"page": page - 1, "card": name}))
    if turns:
        place = parts.words(f"Page {page + 1} of {len(shown)}", size="Small", isSubtle=True)
        body = [*body, place, *rows_of(turns)]
    return parts.frame(body, _summary(reply, 2 * _LONGEST_SUMMARY))


def _name(reply: Reply) -> str:
    """The same for the same reply: a press is known again by it where Teams does not say which message it is of."""
    return hashlib.sha256(repr(reply).encode("utf-8", "replace")).hexdigest()[:12]


def _summary(reply: Reply, longest: int) -> str:
    """What stands for the card where only a line of text fits, such as a notification."""
    said = reply.spoken or reply.text or (reply.field.label if reply.field else "")
    return one_line(said, longest) or "A message from your coach"


def _pieces(reply: Reply, name: str, titles: Titles) -> Iterator[Piece]:
    """Everything in the reply, in the order in which it is read."""
    if reply.progress:
        section = f" · {reply.progress.section}" if reply.progress.section else ""
        step = f"Step {reply.progress.at} of {reply.progress.of}{section}"
        yield [parts.words(step, size="Small", isSubtle=True)]
    yield from _text(reply)
    if reply.picture:
        title = parts.heading(one_line(reply.picture.title, 200), size="Default", separator=True)
        lead = [title] if reply.picture.title.strip() else []
        for text in paragraphs(reply.picture.text):
            yield [*lead, parts.words(text)]
            lead = []
    yield from _facts(reply.facts, name, titles)
    if reply.used:
        yield from ([parts.words(piece, weight="Bolder", isSubtle=True)] for piece in paragraphs(reply.used))
    yield from _drafts(reply, name, titles)
    if reply.citations:
        yield from ([_citation(cited)] for cited in reply.citations)
    yield from _answers(reply, name, titles)
    asides = [_button(choice, name, titles) for choice in reply.choices if choice.is_aside]
    yield from ([row | {"separator": True}] for row in rows_of(asides))


# --- Words ------------------------------------------------------------------------------------------------


def _text(reply: Reply) -> Iterator[Piece]:
    texts = paragraphs(reply.text)
    essence = texts.index(reply.spoken) if reply.spoken in texts else 0
    if not texts and reply.tone in _MARKS:
        yield [_marked(reply.tone, [])]
    for place, text in enumerate(texts):
        if place != essence:
            yield [parts.words(text)]
        elif reply.tone is Tone.QUESTION:
            yield [parts.heading(text, size="Medium") if len(text) <= _LONGEST_BOLD else parts.words(text)]
        elif reply.tone in _MARKS:
            is_bold = reply.tone is not Tone.NOTICE and len(text) <= _LONGEST_BOLD
            looks = {"weight": "Bolder"} if is_bold else {}
            yield [_marked(reply.tone, [parts.words(text, **looks)])]
        else:
            yield [parts.words(text)]


def _marked(tone: Tone, items: Sequence[Json]) -> Json:
    mark, style = _MARKS[tone]
    return parts.container([parts.heading(mark, size="Small"), *items], style=style)


def _citation(cited: Citation) -> Json:
    title = f": {cited.title}" if cited.title else ""
    line = parts.words(one_line(f"{cited.clause} ({cited.force}){title}", 500), size="Small", isSubtle=True)
    if not cited.url.startswith("https://"):
        return line
    link = {"type": "Action.OpenUrl", "title": one_line(f"Open {cited.clause}", 100), "url": cited.url}
    return parts.container([line | {"color": "Accent"}], selectAction=link, spacing="Small")


# --- Facts ------------------------------------------------------------------------------------------------


def _facts(facts: Sequence[Fact], name: str, titles: Titles) -> Iterator[Piece]:
    """A table, where every fact is short and can only be read; else a row for each, so that all look alike."""
    is_table = all(_is_short(fact) and fact.change is None for fact in facts)
    for group, members in groupby(facts, key=lambda fact: fact.group):
        shown = list(members)
        title = [parts.heading(one_line(group, 200), size="Default", separator=True)] if group.strip() else []
        for piece in _table(shown) if is_table else _rows(shown, name, titles):
            yield [*title, *piece]  # a heading stays with what it heads
            title = []


def _table(facts: Sequence[Fact]) -> Iterator[Piece]:
    for start in range(0, len(facts), _FACTS_AT_ONCE):
        some = facts[start : start + _FACTS_AT_ONCE]
        yield [parts.fact_set((fact.label, fact.value) for fact in some)]


def _rows(facts: Sequence[Fact], name: str, titles: Titles) -> Iterator[Piece]:
    for fact in facts:
        yield from _row(fact, name, titles)


def _is_short(fact: Fact) -> bool:
    is_line = "\n" not in fact.value and bool(fact.label.strip() and fact.value.strip())
    return is_line and not fact.is_copy and max(len(fact.label), len(fact.value)) <= _LONGEST_FACT


def _row(fact: Fact, name: str, titles: Titles) -> Iterator[Piece]:
    label = parts.words(one_line(fact.label, 500) or "…", size="Small", isSubtle=True, spacing="Small")
    looks: dict[str, str | bool] = {"spacing": "None"}
    if fact.is_copy:
        looks["fontType"] = "Monospace"
    values = [parts.words(piece, **looks) for piece in paragraphs(fact.value)] or [parts.words("–", **looks)]
    if fact.change is None:
        yield [label, values[0]]
    else:
        title = titles.take(fact.change_words, _LONGEST_ROW)
        press = parts.submit(title, _press(fact.change.press, name), hint=fact.change.hint)
        yield [parts.row([label, values[0]], press, one_line(fact.change.label, LONGEST_TITLE) or "…")]
    yield from ([value] for value in values[1:])


# --- What can be done ---------------------------------------------------------------------------------------


def _answers(reply: Reply, name: str, titles: Titles) -> Iterator[Piece]:
    """The input, its button and the answers that are pressed: all as buttons, or where one is too long, all as rows."""
    first: list[Json] = []
    if reply.field:
        piece, sends = form(reply.field, name, titles)
        if not fits(piece):
            piece, sends = (
                [parts.words("This list is too long to be shown here. Please type your answer.")],
                None,
            )
        yield piece
        first = [sends] if sends else []
    answers = [choice for choice in reply.choices if not choice.is_aside]
    if any(len(choice.label) > LONGEST_TITLE for choice in answers):
        yield from ([row] for row in rows_of(first))
        yield from ([_choice_row(choice, name, titles)] for choice in answers)
        return
    if first:  # what is typed is the likely answer, and only one button stands out
        answers = [replace(choice, is_main=False) for choice in answers]
    buttons = [*first, *(_button(choice, name, titles) for choice in answers)]
    yield from ([row] for row in rows_of(buttons))


def _choice_row(choice: Choice, name: str, titles: Titles) -> Json:
    """The whole label, to be pressed as one: Teams cuts what is written on a button."""
    title = titles.take(choice.label, _LONGEST_ROW)
    press = parts.submit(title, _press(choice.press, name), hint=choice.hint)
    looks: dict[str, Any] = {"style": "emphasis", "spacing": "Small", "selectAction": press}
    bold = {"weight": "Bolder"} if choice.is_main else {}
    whole = parts.container(
        [parts.words(piece, color="Accent", **bold) for piece in paragraphs(choice.label)], **looks
    )
    return whole if fits([whole]) else parts.container([parts.words(title, color="Accent", **bold)], **looks)


def _button(choice: Choice, name: str, titles: Titles) -> Json:
    button = parts.submit(
        titles.take(choice.label), _press(choice.press, name), hint=choice.hint, is_main=choice.is_main
    )
    return parts.execute(button) if choice.press.action in _AT_ONCE else button


def _press(press: Press, name: str) -> Json:
    return {"press": press.token(), "card": name}


def _drafts(reply: Reply, name: str, titles: Titles) -> Iterator[Piece]:
    """The files of one draft come as messages of their own, so they are only named; those of several can be fetched."""
    if not reply.files:
        return
    if len({(file.run, file.number) for file in reply.files}) == 1:
        named = ", ".join(one_line(file.name, 200) for file in reply.files)
        yield [parts.words(f"As a file: {named}", size="Small", isSubtle=True)]
        return
    fetches = [
        parts.submit(
            titles.take(file.name, 100), _press(Press("fetch", (file.name,), About(file.run, "", 0)), name)
        )
        for file in reply.files
    ]
    yield from ([row] for row in rows_of(fetches))
