"""What became of every answer of a run: for an inspector, a reviewer, and whoever wants to know why a draft changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.store import runs
from bot.store.tables import run_events
from playbooks.run import (
    Answer,
    Answered,
    Book,
    Carried,
    Event,
    MovedVersion,
    Reasoned,
    Skipped,
    Started,
    Undone,
)


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that came to stand, or ceased to: what stood before and after (None: nothing), by whom, when and why.

    `version` is that of the playbook in use then, `channel` where it was said. `reason` was asked for where a draft had
    been made of what stood before.
    """

    event: int
    step: str
    old: Answer | None
    new: Answer | None
    by: str
    at: datetime
    reason: str
    version: str
    channel: str


def history(conn: Connection, ref: str) -> tuple[Change, ...]:
    """Every change of an answer of the run, in the order it happened; none where there is no such run."""
    happened = runs.events(conn, ref)
    if not happened:
        return ()
    channels = _channels(conn, ref)
    reasons = {event.what.event: event.what.reason for event in happened if isinstance(event.what, Reasoned)}
    book, version, found = Book(happened[0]), "", []
    standing: Mapping[str, Answer] = {}
    for event in happened:
        if event.seq > happened[0].seq:
            book.enter(event)
        if isinstance(event.what, Started | MovedVersion):
            version = event.what.version
        now = {step: given.answer for step, given in book.ledger().answers.items()}
        found += [
            Change(
                event.seq,
                step,
                standing.get(step),
                now.get(step),
                event.by,
                event.at,
                reasons.get(event.seq, ""),
                version,
                channels[event.seq],
            )
            for step in _touched(event, standing, now)
        ]
        standing = now
    return tuple(found)


def _touched(event: Event, before: Mapping[str, Answer], now: Mapping[str, Answer]) -> list[str]:
    """The steps whose answer this event gave, took back or dropped."""
    match event.what:
        case Answered(step) | Skipped(step) | Carried(step):
            return [step]
        case Undone() | MovedVersion():
            return sorted(step for step in before if before[step] != now.get(step))
        case _:
            return []


def _channels(conn: Connection, ref: str) -> dict[int, str]:
    query = select(run_events.c.seq, run_events.c.channel).where(run_events.c.run == ref)
    return {row.seq: row.channel for row in conn.execute(query)}
