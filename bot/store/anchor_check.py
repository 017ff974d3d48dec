"""Checking the anchors: are all of them there, as they were made, and as the file outside has them?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, select

from bot.errors import CoachError
from bot.store.anchors import Anchor, Head, all_anchors, export_line, hash_of_anchor, merkle_root
from bot.store.audit import GENESIS
from bot.store.findings import UNREADABLE, Finding
from bot.store.tables import anchored_heads
from playbooks.run import canonical_json


class Point(NamedTuple):
    """How far a stream has come."""

    seq: int
    hash: str


class Anchored(NamedTuple):
    """How far a stream had come when the anchor of this number was made."""

    seq: int
    hash: str
    anchor: int


@dataclass(frozen=True, slots=True)
class Chain:
    """What the anchors say: how far each stream was anchored last, and the points to start checking from."""

    findings: tuple[Finding, ...]
    anchored: Mapping[str, Anchored]
    start: Mapping[str, Point]
    count: int


def check_anchors(conn: Connection, since_anchor: int | None, exported: Iterable[str] | None) -> Chain:
    """Check every anchor up to the first that is wrong, and take from the right ones what they fixed.

    Raises CoachError when all are right and none has the number `since_anchor`. When one is wrong before
    that number, there is no point to start from, and every entry is to be checked.
    """
    anchored: dict[str, Anchored] = {}
    start: dict[str, Point] = {}
    lines: dict[int, str] = {}
    prev, count, wrong = GENESIS, 0, ""
    try:
        for anchor, heads_json in all_anchors(conn):
            lines[anchor.seq] = export_line(anchor)
            heads = _heads(heads_json)
            wrong = wrong or _wrong_with(anchor, heads, prev, count)
            if wrong:
                continue  # what comes after the wrong one is there all the same; the file outside may say more
            prev, count = anchor.hash, anchor.seq
            anchored |= {stream: Anchored(seq, head_hash, count) for stream, seq, head_hash in heads}
            if count == since_anchor:
                start = {stream: Point(at.seq, at.hash) for stream, at in anchored.items()}
    except UNREADABLE:
        wrong = wrong or "it holds what no anchor can hold"
    findings = [Finding("anchor", "anchors", count + 1, wrong)] if wrong else []
    if not findings:
        findings += _noted_otherwise(conn, anchored)
    findings += _exported_otherwise(lines, exported or ())
    if since_anchor is not None and since_anchor not in lines and not findings:
        msg = f"there is no anchor {since_anchor} to start from; the last one is {count}"
        raise CoachError(msg)
    return Chain(tuple(findings), anchored, start, count)


def _heads(heads_json: str) -> list[Head]:
    try:
        return [(str(stream), int(seq), str(head_hash)) for stream, seq, head_hash in json.loads(heads_json)]
    except (ValueError, TypeError, OverflowError):
        return []  # which no root fits


def _wrong_with(anchor: Anchor, heads: list[Head], prev: str, count: int) -> str:
    if anchor.seq != count + 1:
        return f"after anchor {count} comes anchor {anchor.seq}"
    if merkle_root(heads) != anchor.root:
        return "the heads do not make its root"
    if hash_of_anchor(anchor.prev, anchor.seq, anchor.at, anchor.root) != anchor.hash:
        return "the anchor does not fit its own hash"
    if anchor.prev != prev:
        return f"it continues another anchor than no. {count} as it is now"
    return ""


def _noted_otherwise(conn: Connection, anchored: Mapping[str, Anchored]) -> list[Finding]:
    """Where the note of how far a stream is anchored is wrong: the next anchor would pass over it."""
    noted = {row.stream: Point(row.seq, row.hash) for row in conn.execute(select(anchored_heads))}
    made = {stream: Point(at.seq, at.hash) for stream, at in anchored.items()}
    return [
        Finding(
            "anchor", stream, made[stream].seq if stream in made else 0, "it is noted as anchored elsewhere"
        )
        for stream in sorted(noted.keys() | made.keys())
        if noted.get(stream) != made.get(stream)
    ]


def _exported_otherwise(lines: Mapping[int, str], exported: Iterable[str]) -> list[Finding]:
    """The first line outside that the database does not have, or has otherwise."""
    for number, line in enumerate(filter(None, map(str.strip, exported)), 1):
        try:
            told = json.loads(line)
            there = lines.get(told["anchor"])
        except (ValueError, TypeError, KeyError):
            return [Finding("export", "the file outside", number, "this line is no anchor")]
        if there != canonical_json(told):
            detail = "the database has another" if there else "the database does not have it"
            return [Finding("export", "the file outside", number, f"anchor {told['anchor']}: {detail}")]
    return []
