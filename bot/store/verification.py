"""Checking the audit: is every entry there, as it was written? `bot/store/audit.py` says what this can show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeAlias

from sqlalchemy import Connection, RowMapping, Select, func, select, tuple_

from bot.store.anchor_check import Anchored, Point, check_anchors
from bot.store.audit import GENESIS, hash_of_row
from bot.store.findings import UNREADABLE, Finding, Findings, Wrong
from bot.store.tables import audit, audit_heads

PAGE = 2_000  # entries held in memory at a time

Row: TypeAlias = Mapping[str, Any] | RowMapping

_BEGINNING = Point(0, GENESIS)
_HEADS = select(audit_heads.c.stream, audit_heads.c.seq, audit_heads.c.hash)


def verify(
    conn: Connection, since_anchor: int | None = None, exported: Iterable[str] | None = None
) -> Findings:
    """Check the anchors, and every entry or those after anchor number `since_anchor`.

    `exported` are the lines of the file outside the database; without them, somebody who rewrote entries,
    heads and anchors together is not found. Give it a reading transaction, so that it sees one state.

    1. Every anchor continues the one before and fits its heads; the lines outside say the same.
    2. In every stream, each entry has the next number, continues the entry before, and fits its own hash.
    3. Each stream passes through the point that was anchored last, and ends where its head says.
    """
    chain = check_anchors(conn, since_anchor, exported)
    heads = {row.stream: Point(row.seq, row.hash) for row in conn.execute(_HEADS)}
    findings = list(chain.findings)
    seen: set[str] = set()
    count = 0

    def check(stream: str, entries: Iterable[Row]) -> None:
        nonlocal count
        walk = _Walk(stream, chain.start.get(stream, _BEGINNING), chain.anchored.get(stream))
        if finding := walk.over(entries) or walk.end(heads.get(stream)):
            findings.append(finding)
        seen.add(stream)
        count += walk.count

    for stream, entries in groupby(_entries(conn, chain.start), key=lambda entry: str(entry["stream"])):
        check(stream, entries)
    for stream in sorted((heads.keys() | chain.anchored.keys()) - seen):
        check(stream, ())
    return Findings(count, len(seen), chain.count, tuple(findings))


class _Walk:
    """One pass through one stream, from a point that is known to be right."""

    def __init__(self, stream: str, start: Point, anchored: Anchored | None) -> None:
        self.stream = stream
        self.at = start
        self.anchored = anchored
        self.count = 0

    def over(self, entries: Iterable[Row]) -> Finding | None:
        """Walk over the entries up to the first that is wrong."""
        for entry in entries:
            if finding := self._judge(entry):
                return finding
            self.at = Point(entry["seq"], entry["hash"])
            self.count += 1
        return None

    def end(self, head: Point | None) -> Finding | None:
        """Judge whether the stream may end here."""
        seq, anchored = self.at.seq, self.anchored
        if head and head.seq > seq:
            return self._found(
                "truncated", seq + 1, f"the head counts {head.seq} entries, but they end at no. {seq}"
            )
        if anchored and anchored.seq > seq:
            detail = f"anchor {anchored.anchor} saw {anchored.seq} entries, but they end at no. {seq}"
            return self._found("truncated", seq + 1, detail)
        if head is None:
            return self._found("head", seq, "the stream has no head any more")
        if head != self.at:
            return self._found("head", seq, f"the head, at no. {head.seq}, is not the last entry, no. {seq}")
        return None

    def _judge(self, entry: Row) -> Finding | None:
        seq, anchored = self.at.seq + 1, self.anchored
        if entry["seq"] != seq:
            return self._found("deleted", seq, f"after no. {seq - 1} comes no. {entry['seq']}")
        if not _fits_its_hash(entry):
            return self._found("edited", seq, "the entry does not fit its own hash")
        if entry["prev"] != self.at.hash:
            detail = f"no. {seq} continues another entry than no. {seq - 1} as it is now"
            return self._found("edited", max(seq - 1, 1), detail)
        if anchored and anchored.seq == seq and anchored.hash != entry["hash"]:
            detail = f"this entry, or one before it, is not the one that anchor {anchored.anchor} saw"
            return self._found("rewritten", seq, detail)
        return None

    def _found(self, kind: Wrong, seq: int, detail: str) -> Finding:
        return Finding(kind, self.stream, seq, detail)


def _entries(conn: Connection, start: Mapping[str, Point]) -> Iterator[Row]:
    """The entries after `start`, stream by stream and in order."""
    if not start:
        yield from _pages(conn, "", 0)
        return
    first_after = select(func.min(audit.c.stream))
    stream = ""
    while found := conn.execute(first_after.where(audit.c.stream > stream)).scalar():
        stream = found
        yield from _pages(conn, stream, start.get(stream, _BEGINNING).seq, is_one_stream=True)


def _pages(conn: Connection, stream: str, seq: int, *, is_one_stream: bool = False) -> Iterator[Row]:
    """The entries after number `seq` of `stream`, read a page at a time."""
    query = select(audit).order_by(audit.c.stream, audit.c.seq).limit(PAGE)
    while True:
        if is_one_stream:
            rest = query.where(audit.c.stream == stream, audit.c.seq > seq)
        else:
            rest = query.where(tuple_(audit.c.stream, audit.c.seq) > tuple_(stream, seq))
        page = _read(conn, rest)
        yield from page
        if len(page) < PAGE:
            return
        stream, seq = page[-1]["stream"], page[-1]["seq"]


def _read(conn: Connection, query: Select[Any]) -> Sequence[Row]:
    """The entries that `query` finds; one that cannot be read has only its stream and number."""
    try:
        return conn.execute(query).mappings().all()
    except UNREADABLE:
        keys = conn.execute(query.with_only_columns(audit.c.stream, audit.c.seq)).all()
        return [_read_alone(conn, stream, seq) for stream, seq in keys]


def _read_alone(conn: Connection, stream: str, seq: int) -> Row:
    try:
        query = select(audit).where(audit.c.stream == stream, audit.c.seq == seq)
        return conn.execute(query).mappings().one()
    except UNREADABLE:
        return {**dict.fromkeys(audit.c.keys()), "stream": stream, "seq": seq}


def _fits_its_hash(entry: Row) -> bool:
    try:
        return bool(hash_of_row(entry) == entry["hash"])
    except (AttributeError, TypeError):
        return False  # it holds what no entry can hold
