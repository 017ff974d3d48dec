"""What is done by the clock: anchors, pruning, and giving up what is past its time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import structlog

from bot.store import anchors, claims, events, heartbeats, inbox, outbox
from bot.store.database import Database, Transaction
from scheduler.clock import Job

KEEP_INBOX = timedelta(days=30)
KEEP_OUTBOX = timedelta(days=90)
KEEP_EVENTS = timedelta(days=730)
BATCH = 1_000

Prune = Callable[[Transaction, timedelta, int], int]

log = structlog.get_logger(__name__)


def clock_jobs(database: Database, anchor_file: Path, process: str) -> list[Job]:
    """The jobs of the clock. Several clocks at once are harmless: each job takes up what is there to do."""
    return [
        Job("expire", timedelta(minutes=1), lambda: expire(database)),
        Job("anchor", timedelta(hours=1), lambda: anchor(database, anchor_file)),
        Job("prune", timedelta(hours=6), lambda: prune(database)),
        Job("heartbeat", timedelta(seconds=30), lambda: beat(database, process)),
    ]


def beat(database: Database, process: str) -> None:
    """Say that this process is alive."""
    with database.writing() as conn:
        heartbeats.beat(conn, process)


def expire(database: Database) -> None:
    """Give up messages that are past their time."""
    with database.writing() as conn:
        count = claims.expire(conn)
    if count:
        log.info("messages expired", count=count)


def anchor(database: Database, anchor_file: Path) -> None:
    """Anchor the audit, and write every anchor that the file outside does not have yet.

    1. Anchor, and commit.
    2. Append what is missing, also what an earlier run did not get to write before it was killed.
    """
    with database.writing() as conn:
        anchors.anchor(conn)
    last = max((number for number, _ in exported(anchor_file)), default=0)
    with database.reading() as conn:
        missing = [anchors.export_line(made) for made, _ in anchors.all_anchors(conn) if made.seq > last]
    if missing:
        anchor_file.parent.mkdir(parents=True, exist_ok=True)
        with anchor_file.open("a+", encoding="utf-8") as file:
            if _is_torn(anchor_file):
                file.write("\n")
            file.writelines(f"{line}\n" for line in missing)
        log.info("audit anchored", count=len(missing))


def exported(anchor_file: Path) -> Iterator[tuple[int, str]]:
    """The anchors outside: number and line. A line torn by a crash is passed over; it is written again."""
    if not anchor_file.exists():
        return
    for line in anchor_file.read_text(encoding="utf-8").splitlines():
        try:
            yield int(json.loads(line)["anchor"]), line
        except (ValueError, KeyError, TypeError):
            continue


def _is_torn(anchor_file: Path) -> bool:
    content = anchor_file.read_bytes()
    return bool(content) and not content.endswith(b"\n")


def prune(database: Database) -> None:
    """Delete what is kept long enough, in small batches; the audit is never pruned."""
    kept: tuple[tuple[str, Prune, timedelta], ...] = (
        ("inbox", inbox.prune, KEEP_INBOX),
        ("outbox", outbox.prune, KEEP_OUTBOX),
        ("events", events.prune, KEEP_EVENTS),
    )
    for name, prune_some, older_than in kept:
        total = count = 0
        while total == 0 or count == BATCH:
            with database.writing() as conn:
                count = prune_some(conn, older_than, BATCH)
            if not count:
                break
            total += count
        if total:
            log.info("pruned", table=name, count=total)
