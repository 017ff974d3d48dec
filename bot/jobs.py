"""What is done by the clock: anchors, pruning, and giving up what is past its time."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import structlog

from bot.errors import CoachError
from bot.store import anchors, claims, events, heartbeats, inbox, outbox, questions
from bot.store.database import Database, Transaction
from scheduler.clock import Job

KEEP_INBOX = timedelta(days=30)
KEEP_OUTBOX = timedelta(days=90)
KEEP_EVENTS = timedelta(days=730)
KEEP_HEARTBEATS = timedelta(days=1)
BATCH = 1_000

Prune = Callable[[Transaction, timedelta, int], int]

log = structlog.get_logger(__name__)


class AnchorFileRefused(CoachError):
    """The file outside the database cannot be written; what is missing there is written with the next anchor."""


def clock_jobs(
    database: Database,
    anchor_file: Path,
    process: str,
    is_stopping: Callable[[], bool],
    ring: Callable[[], int],
    review_checks: Callable[[], int],
    keep_promises: Callable[[], int],
    keep_questions: timedelta,
) -> list[Job]:
    """The jobs of the clock. Questions that no answer settled are kept for `keep_questions`. Several clocks at once are harmless: each job takes up what is there to do.

    A job that takes long ends early when the process `is_stopping`; the next clock goes on where it was.
    """
    return [
        Job("ring", timedelta(seconds=15), lambda: ring_all(ring)),
        Job("review checks", timedelta(hours=1), lambda: review_all(review_checks)),
        Job("promises", timedelta(minutes=15), lambda: keep_all(keep_promises)),
        Job("expire", timedelta(minutes=1), lambda: expire(database)),
        Job("anchor", timedelta(hours=1), lambda: anchor(database, anchor_file)),
        Job("prune", timedelta(hours=6), lambda: prune(database, keep_questions, is_stopping)),
        Job("heartbeat", timedelta(seconds=30), lambda: beat(database, process)),
    ]


def ring_all(ring: Callable[[], int]) -> None:
    """Say what is due in runs: time limits, and what nobody has read. `ring` says some, and how many."""
    if count := ring():
        log.info("rang", count=count)


def review_all(review_checks: Callable[[], int]) -> None:
    """Ask QA to look at coaching checks that people keep their words against; `review_checks` does, and says how many."""
    if count := review_checks():
        log.info("coaching checks sent for review", count=count)


def keep_all(keep_promises: Callable[[], int]) -> None:
    """Tell people what became of their questions; `keep_promises` does, and says to how many."""
    if count := keep_promises():
        log.info("promises kept", count=count)


def beat(database: Database, process: str) -> None:
    """Say that this process is alive."""
    with database.writing() as conn:
        heartbeats.beat(conn, process)


def forget(database: Database, process: str) -> None:
    """Say that this process has stopped as it was told to."""
    with database.writing() as conn:
        heartbeats.forget(conn, process)


def expire(database: Database) -> None:
    """Give up messages that are past their time."""
    with database.writing() as conn:
        count = claims.expire(conn)
    if count:
        log.info("messages expired", count=count)


def anchor(database: Database, anchor_file: Path) -> None:
    """Anchor the audit, and write every anchor that the file outside does not have yet.

    1. Anchor, and commit.
    2. Append what is missing, also what an earlier run did not get to write before it was killed. One clock at a
       time: what another has just written is not missing any more.

    Raises StoreUnavailable, and AnchorFileRefused when only the file is behind.
    """
    with database.writing() as conn:
        anchors.anchor(conn)
    with database.reading() as conn:
        if next(anchors.all_anchors(conn), None) is None:
            return  # nothing ever happened here, and there is no file to make
    try:
        count = _append_missing(database, anchor_file)
    except OSError as error:
        raise AnchorFileRefused(
            f"{anchor_file} cannot be written: {error.strerror}; the anchor is made and stands in the database"
        ) from error
    if count:
        log.info("audit anchored", count=count)


def _append_missing(database: Database, anchor_file: Path) -> int:
    anchor_file.parent.mkdir(parents=True, exist_ok=True)
    with anchor_file.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last = max((number for number, _ in exported(anchor_file)), default=0)
        with database.reading() as conn:
            missing = [anchors.export_line(made) for made, _ in anchors.all_anchors(conn) if made.seq > last]
        if missing and _is_torn(anchor_file):
            file.write("\n")
        file.writelines(f"{line}\n" for line in missing)
        file.flush()
        os.fsync(file.fileno())
    return len(missing)


def exported(anchor_file: Path) -> Iterator[tuple[int, str]]:
    """The anchors outside: number and line. A line torn by a crash is passed over; it is written again."""
    if not anchor_file.exists():
        return
    for line in anchor_file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            yield int(json.loads(line)["anchor"]), line
        except (ValueError, KeyError, TypeError):
            continue


def _is_torn(anchor_file: Path) -> bool:
    content = anchor_file.read_bytes()
    return bool(content) and not content.endswith(b"\n")


def prune(
    database: Database, keep_questions: timedelta, is_stopping: Callable[[], bool] = lambda: False
) -> None:
    """Delete what is kept long enough, in small batches; the audit is never pruned.

    `keep_questions` is how long a question is kept that no answer settled.
    """
    with database.writing() as conn:
        heartbeats.prune(conn, KEEP_HEARTBEATS)
    kept: tuple[tuple[str, Prune, timedelta], ...] = (
        ("inbox", inbox.prune, KEEP_INBOX),
        ("outbox", outbox.prune, KEEP_OUTBOX),
        ("events", events.prune, KEEP_EVENTS),
        ("questions", questions.prune, keep_questions),
    )
    for name, prune_some, older_than in kept:
        total, count = 0, BATCH
        while count == BATCH and not is_stopping():
            with database.writing() as conn:
                count = prune_some(conn, older_than, BATCH)
            total += count
        if total:
            log.info("pruned", table=name, count=total)
