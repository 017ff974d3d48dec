"""The audit: who did what and when, each entry bound to the one before it.

Entries stand in streams, each a chain: an entry's hash is SHA-256 over the hash before it and its own
canonical JSON. Changing, removing or inserting an entry breaks the chain from there on, and the head of
each stream says where it ends. Triggers refuse every change, and `bot/store/anchors.py` fixes all heads
once an hour outside the database.

This is tamper-evident, never tamper-proof. An owner of the database can switch the triggers off; what they
then change is found by `bot/store/verification.py`, with one exception: entries written since the last
anchor that was exported can be rewritten, together with their head, without a trace.

Nobody's words are in here. An entry holds codes, hashes and references; what a person wrote stands in
`texts`, and only its salted hash is an entry's `before` or `after`.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from bot.store.moment import db_now
from bot.store.tables import audit, audit_heads
from bot.store.upsert import on_both_engines
from playbooks.run import canonical_json

CONFIG = "config"
EXPORT = "export"
ACCESS = "access"
SYSTEM = "system"

GENESIS = "0" * 64  # what the first entry of a stream continues

_LOCK_HEAD = (
    select(audit_heads.c.seq, audit_heads.c.hash, audit_heads.c.at, db_now().label("now"))
    .where(audit_heads.c.stream == bindparam("in_stream"))
    .with_for_update()
)
_NEW_HEAD = on_both_engines(audit_heads, lambda insert: insert.values(at=db_now()).on_conflict_do_nothing())
_ADD = insert(audit)
_MOVE_HEAD = update(audit_heads).where(audit_heads.c.stream == bindparam("in_stream"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing somebody did: `actor` did `action` to `object`, which was `before` and is `after`.

    `actor` is a person's id, or `cli:<os user>`, or `system`. `said_at` is the platform's own time.
    """

    actor: str
    action: str
    object: str
    before: str = ""
    after: str = ""
    reason: str = ""
    on_behalf_of: str = ""
    said_at: datetime | None = None


def person_stream(person_id: str) -> str:
    """The stream of what this person did."""
    return f"person:{person_id}"


def append(conn: Connection, stream: str, entries: Sequence[Entry]) -> None:
    """Add entries to a stream, with the time of the database's clock.

    Whoever adds to several streams in one transaction takes them in the order of their names, so that two
    transactions never wait for each other.

    1. Lock the stream's head, making it when the stream is new, and read the clock.
    2. Chain the entries to it. Their time is never earlier than the head's, whatever the clock does.
    3. Keep them, and move the head.
    """
    if not entries:
        return
    head = _lock_head(conn, stream)
    rows = []
    seq, at, last_hash = head.seq, max(head.at, head.now), head.hash
    for seq, entry in enumerate(entries, head.seq + 1):
        row = _row(stream, seq, at, entry, prev=last_hash)
        last_hash = row["hash"] = hash_of_row(row)
        rows.append(row)
    conn.execute(_ADD, rows)
    conn.execute(_MOVE_HEAD, {"in_stream": stream, "seq": seq, "hash": last_hash, "at": at})


def hash_of_row(row: Mapping[str, Any] | RowMapping) -> str:
    """What the hash of an audit row must be, from its other columns."""
    said_at = row["said_at"]
    body = {
        "stream": row["stream"],
        "seq": row["seq"],
        "at": written(row["at"]),
        "said_at": said_at and written(said_at),
        "actor": row["actor"],
        "on_behalf_of": row["on_behalf_of"],
        "action": row["action"],
        "object": row["object"],
        "before": row["before"],
        "after": row["after"],
        "reason": row["reason"],
        "app_version": row["app_version"],
    }
    return chained(row["prev"], body)


def chained(prev: str, body: Mapping[str, object]) -> str:
    """SHA-256, in hex, over the hash before and the canonical JSON of what follows it."""
    return hashlib.sha256(f"{prev}{canonical_json(body)}".encode()).hexdigest()


def written(at: datetime) -> str:
    """A time as it is hashed: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True)
class _Head:
    seq: int
    hash: str
    at: datetime
    now: datetime


def _lock_head(conn: Connection, stream: str) -> _Head:
    row = conn.execute(_LOCK_HEAD, {"in_stream": stream}).first()
    if row is None:  # the first entry of this stream; somebody else may be writing it too
        conn.execute(_NEW_HEAD(conn), {"stream": stream, "seq": 0, "hash": GENESIS})
        row = conn.execute(_LOCK_HEAD, {"in_stream": stream}).one()
    return _Head(*row)


def _row(stream: str, seq: int, at: datetime, entry: Entry, prev: str) -> dict[str, Any]:
    return {
        "stream": stream,
        "seq": seq,
        "at": at,
        "said_at": entry.said_at,
        "actor": entry.actor,
        "on_behalf_of": entry.on_behalf_of,
        "action": entry.action,
        "object": entry.object,
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
        "app_version": _app_version(),
        "prev": prev,
    }


@functools.cache
def _app_version() -> str:
    try:
        return metadata.version("qms-coach")
    except metadata.PackageNotFoundError:
        return "not installed"
