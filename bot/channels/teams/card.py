"""The parts of an Adaptive Card that we use, and what our buttons carry.

Teams takes version 1.5 from a bot
<https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-reference>. What each
part may hold: <https://adaptivecards.io/explorer/>.

A button carries, beside `card`, the card it stands on:

- `press`: the token of what it does;
- or `form`: the question that the typed or ticked answer of the same card belongs to;
- or `page`: which page of a long message to show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from bot.channels.teams.literal import literal, one_line

Json = dict[str, Any]

CARD = "application/vnd.microsoft.card.adaptive"
MOST_ACTIONS = 6  # of one row; more go into a menu that nobody looks for
LONGEST_TITLE = 40  # of a button; a longer one is cut by Teams, so it becomes a row


class Titles:
    """The names of a card's buttons: no two are called the same, so that each can be told from the others by ear."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def take(self, label: str, longest: int = LONGEST_TITLE) -> str:
        """`label`, with a number behind it where another button has that name."""
        title = one_line(label, longest) or "…"
        self._taken[title] += 1
        count = self._taken[title]
        return title if count == 1 else self.take(f"{one_line(label, longest - 5)} ({count})", longest)


def frame(body: Sequence[Json], fallback: str) -> Json:
    """A card with this body; `fallback` stands where a client cannot draw it."""
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "fallbackText": fallback,
        "msteams": {"width": "Full"},
        "body": list(body),
    }


def words(text: str, **looks: str | bool) -> Json:
    """A text, shown as it stands."""
    return {"type": "TextBlock", "text": literal(text), "wrap": True, **looks}


def heading(text: str, **looks: str | bool) -> Json:
    """A text that a screen reader finds as a heading."""
    return words(text, style="heading", weight="Bolder", **looks)


def container(items: Iterable[Json], **more: str | bool | Json) -> Json:
    """Some elements as one."""
    return {"type": "Container", "items": list(items), **more}


def submit(
    title: str, data: Json, *, hint: str = "", is_main: bool = False, sends_form: bool = False
) -> Json:
    """A button. Only one that `sends_form` waits for the required inputs of its card."""
    action: Json = {"type": "Action.Submit", "title": title, "data": data}
    if hint:
        action["tooltip"] = one_line(hint, 200)
    if is_main:
        action["style"] = "positive"
    if not sends_form:
        action["associatedInputs"] = "none"
    return action


def execute(submit_action: Json) -> Json:
    """The same button, answered at once where the client can do that."""
    return submit_action | {"type": "Action.Execute", "verb": "press", "fallback": submit_action}


def row(items: Sequence[Json], action: Json, aside: str = "") -> Json:
    """Texts that can be pressed as one; `aside` stands at their end and says what for."""
    columns: list[Json] = [{"type": "Column", "width": "stretch", "items": list(items)}]
    if aside:
        end = words(aside, color="Accent", horizontalAlignment="Right")
        columns.append(
            {"type": "Column", "width": "auto", "verticalContentAlignment": "Center", "items": [end]}
        )
    return {"type": "ColumnSet", "columns": columns, "selectAction": action, "spacing": "Small"}


def action_set(actions: Sequence[Json]) -> Json:
    """A row of at most `MOST_ACTIONS` buttons."""
    return {"type": "ActionSet", "actions": list(actions)}


def fact_set(facts: Iterable[tuple[str, str]]) -> Json:
    """Short names and their values."""
    shown = [{"title": literal(label), "value": literal(value)} for label, value in facts]
    return {"type": "FactSet", "facts": shown}
