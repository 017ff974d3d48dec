"""What was promised of a chat and what is there: the judge over a conversation on a platform where much went wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.reply import Reply
from tests.faults.history import Kept, Row, first_difference, nameless

ENDS = frozenset({"sent", "cancelled"})


@dataclass(frozen=True, slots=True)
class Chat:
    """One conversation as it ended: what was acknowledged, in the order it was heard; what is kept; what stands there."""

    channel: str
    acknowledged: Mapping[str, Sequence[str]]
    kept: Kept
    shown: Mapping[str, str]


def told_otherwise(ours: Chat, calm: Chat, *, may_fail: bool = False) -> Iterator[str]:
    """Every promise about the conversation that was not kept, in words, beside the same one on a calm day.

    `may_fail`: what a platform did not show, or perhaps did not show, is no surprise, as long as its row says so.
    """
    yield from (f"audit: {finding}" for finding in ours.kept.audit)
    for person, events in ours.acknowledged.items():
        rows, calm_rows = _rows(ours, person), _rows(calm, person)
        yield from _heard_otherwise(person, ours.channel, rows, events)
        yield from first_difference(f"{person}: what was said", _said(rows), _said(calm_rows))
        runs = (nameless(part.kept.events.get(person, [])) for part in (ours, calm))
        yield from first_difference(f"{person}'s runs", *runs)
        if not may_fail:
            yield from (f"{person}: {row.key} is {row.state}" for row in rows if row.state not in ENDS)
        if len(rows) == len(calm_rows):
            yield from _shown_otherwise(ours, calm, rows, calm_rows)


def _heard_otherwise(
    person: str, channel: str, rows: Sequence[Row], acknowledged: Sequence[str]
) -> Iterator[str]:
    """Everything acknowledged has been answered, once, in order, and nothing else was."""
    heard = dict.fromkeys(
        event for row in rows for event in acknowledged if row.key.startswith(f"{channel}:{event}:")
    )
    yield from first_difference(f"{person}: what was heard", list(heard), list(dict.fromkeys(acknowledged)))
    own = tuple(f"{channel}:{event}:" for event in acknowledged)
    yield from (f"{person}: nobody asked for {row.key}" for row in rows if not row.key.startswith(own))


def _shown_otherwise(ours: Chat, calm: Chat, rows: Sequence[Row], calm_rows: Sequence[Row]) -> Iterator[str]:
    """Whatever was sent stands there as on a calm day, unless a later word about it could not be shown."""
    for row, calm_row in zip(rows, calm_rows, strict=True):
        if row.kind in {"update", "file"} or row.state != "sent":
            continue
        if any(each.amends == row.id and each.state != "sent" for each in rows):
            continue
        left, right = (_as_shown(part, each.provider_ref) for part, each in ((ours, row), (calm, calm_row)))
        if left != right:
            yield f"{row.key} reads {left} instead of {right}"


def posted_otherwise(rows: Sequence[Row], posts: Mapping[int, Sequence[str]]) -> Iterator[str]:
    """Every row that was posted twice, or otherwise than it says, or out of turn. `posts`: ids by row, oldest first."""
    rest = dict(posts)
    for row in rows:
        made = list(rest.pop(row.id, ()))
        match row.state:
            case "sent":
                is_right = made == [row.provider_ref]
            case "unknown":
                is_right = len(made) <= 1
            case _:
                is_right = not made
        if row.kind not in {"update", "file"} and not is_right:
            yield f"{row.key} is {row.state} as {row.provider_ref}, posted as {made}"
    yield from (f"row {row_id} was posted and does not exist" for row_id in rest)
    place = {row_id: number for number, row_id in enumerate(posts)}
    for address in {row.address for row in rows}:
        here = sorted((row for row in rows if row.address == address), key=lambda row: row.seq)
        order = [place[row.id] for row in here if row.id in place]
        if order != sorted(order):
            yield f"address {address}: posted out of order"


def given_otherwise(rows: Sequence[Row], files: Sequence[str], rooms: Mapping[str, str]) -> Iterator[str]:
    """Every file that was given more or less often than its rows say. `files`: room and name; `rooms`: of a person."""
    sent = Counter(
        f"{rooms[row.person]}/{Reply.from_json(row.payload).files[0].name}"
        for row in rows
        if row.kind == "file" and row.state == "sent"
    )
    given = Counter(files)
    for file in sorted(sent.keys() | given.keys()):
        if given[file] != sent[file]:
            yield f"{file} was given {given[file]} times, and {sent[file]} rows say so"


def _rows(chat: Chat, person: str) -> list[Row]:
    return [row for row in chat.kept.rows if row.person == person and row.channel == chat.channel]


def _said(rows: Sequence[Row]) -> list[str]:
    """What was said, in the order of its numbers; which message an update is for, by its place."""
    place = {row.id: number for number, row in enumerate(rows)}
    return nameless(f"{row.kind} {place.get(row.amends or 0, '')} {row.payload}" for row in rows)


def _as_shown(chat: Chat, ref: str | None) -> str:
    return json.dumps(nameless([chat.shown.get(ref or "", "nothing")]))
