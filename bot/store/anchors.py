"""Anchors: once an hour, one hash that fixes how far every audit stream had come.

An anchor is the Merkle root over (stream, seq, hash) of the heads that moved since the anchor before it,
chained to that one; a head that did not move is fixed by the anchor that saw it last. Its line goes into a
file outside the database, where the database's owner cannot reach it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection, bindparam, insert, or_, select

from bot.store.audit import GENESIS, chained, written
from bot.store.moment import db_now
from bot.store.tables import anchored_heads, anchors, audit_heads
from bot.store.upsert import on_both_engines
from playbooks.run import canonical_json

Head: TypeAlias = tuple[str, int, str]  # stream, seq, hash

_FIRST_AFTER = select(anchors).where(anchors.c.seq > bindparam("seq")).order_by(anchors.c.seq).limit(1)
_NOTE = on_both_engines(
    anchored_heads,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["stream"], set_={"seq": insert.excluded.seq, "hash": insert.excluded.hash}
    ),
)
_LOCK = 5_117_222  # any number, the same in every release: who holds it anchors


@dataclass(frozen=True, slots=True)
class Anchor:
    """Anchor number `seq`: the root of the heads that moved, chained to the anchor before."""

    seq: int
    at: datetime
    root: str
    prev: str
    hash: str


def anchor(conn: Connection) -> Anchor | None:
    """Anchor every head that moved since the last anchor; None when none did.

    1. Wait until nobody else anchors (on SQLite the transaction itself sees to it).
    2. Read which heads moved. They are not locked: who writes a turn never waits for an anchor, and what
       is not committed yet is for the next one.
    3. Keep the anchor, and how far each stream is anchored now.
    """
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    moved = _moved_heads(conn)
    if not moved:
        return None
    last = conn.execute(select(anchors.c.seq, anchors.c.hash).order_by(anchors.c.seq.desc()).limit(1)).first()
    seq, prev = (last.seq + 1, last.hash) if last else (1, GENESIS)
    at = conn.execute(select(db_now())).scalar_one()
    root = merkle_root(moved)
    new = Anchor(seq, at, root, prev, hash_of_anchor(prev, seq, at, root))
    conn.execute(insert(anchors), {**asdict(new), "heads": canonical_json(moved)})
    conn.execute(
        _NOTE(conn),
        [{"stream": stream, "seq": head_seq, "hash": head_hash} for stream, head_seq, head_hash in moved],
    )
    return new


def export_line(made: Anchor) -> str:
    """The anchor as one line of JSON, for the file outside the database."""
    return canonical_json(
        {"anchor": made.seq, "at": written(made.at), "root": made.root, "prev": made.prev, "hash": made.hash}
    )


def all_anchors(conn: Connection) -> Iterator[tuple[Anchor, str]]:
    """Every anchor in order, with the JSON of its heads; one at a time, so that all of them need not fit."""
    seq = 0
    while row := conn.execute(_FIRST_AFTER, {"seq": seq}).first():
        seq = row.seq
        yield Anchor(row.seq, row.at, row.root, row.prev, row.hash), row.heads


def hash_of_anchor(prev: str, seq: int, at: datetime, root: str) -> str:
    """What the hash of an anchor must be."""
    return chained(prev, {"anchor": seq, "at": written(at), "root": root})


def merkle_root(heads: Iterable[Head]) -> str:
    """The Merkle root of heads in this order, in hex. Leaves and nodes are hashed apart, as in RFC 6962."""
    level = [hashlib.sha256(b"\0" + canonical_json(head).encode()).digest() for head in heads]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        odd = level[-1:] if len(level) % 2 else []
        level = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs] + odd
    return level[0].hex() if level else GENESIS


def _moved_heads(conn: Connection) -> list[Head]:
    query = (
        select(audit_heads.c.stream, audit_heads.c.seq, audit_heads.c.hash)
        .outerjoin(anchored_heads, anchored_heads.c.stream == audit_heads.c.stream)
        .where(or_(anchored_heads.c.seq.is_(None), anchored_heads.c.seq < audit_heads.c.seq))
    )
    return sorted((row.stream, row.seq, row.hash) for row in conn.execute(query))
