"""What has no room in one card goes to its next page, and never gets lost.

Teams refuses a message of more than 100 KB as it counts, and its older clients draw nothing above 28 KB
<https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/format-your-bot-messages>.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from bot.channels.teams.card import MOST_ACTIONS, Json, action_set

_ROOM = 22_000  # bytes for what it says; a whole card keeps to 25,000 with its frame and the buttons to turn the page
_ROOM_OF_A_ROW = 6_000

Piece = Sequence[Json]


def size(value: object) -> int:
    """How many bytes this takes in a message."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


def pages(pieces: Iterable[Piece]) -> list[list[Json]]:
    """The pieces on as few pages as they need, in their order; the elements of a piece stay together."""
    found: list[list[Json]] = [[]]
    left = _ROOM
    for piece in pieces:
        needed = sum(size(element) + 1 for element in piece)
        if needed > left and found[-1]:
            found.append([])
            left = _ROOM
        found[-1] += piece
        left -= needed
    return found


def fits(piece: Piece) -> bool:
    """Whether a page has room for this piece."""
    return sum(size(element) + 1 for element in piece) <= _ROOM


def rows_of(actions: Iterable[Json]) -> list[Json]:
    """The buttons in rows, none too long to be shown and none too heavy for a page."""
    rows: list[list[Json]] = []
    room = 0
    for action in actions:
        needed = size(action)
        if not rows or len(rows[-1]) == MOST_ACTIONS or needed > room:
            rows.append([])
            room = _ROOM_OF_A_ROW
        rows[-1].append(action)
        room -= needed
    return [action_set(row) for row in rows]
