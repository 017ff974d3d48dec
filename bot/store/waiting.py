"""What waits for people: what a run told them, until somebody has read it and acted on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from bot.store.tables import waiting
from bot.store.upsert import on_both_engines

_LATELY = 200

_POST = on_both_engines(
    waiting,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["run", "step", "person"],
        set_={"posted_at": insert.excluded.posted_at, "seen_at": None, "done_at": None},
        where=waiting.c.done_at.is_not(None),
    ),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that a run told a person: by which of its steps, in which role, when; when they read it, when it was done."""

    run: str
    step: str
    role: str
    person: str
    posted_at: datetime
    seen_at: datetime | None
    done_at: datetime | None = None


def post(
    conn: Connection,
    run: str,
    step: str,
    role: str,
    people: Collection[str],
    *,
    now: datetime,
    unread_at: datetime | None,
) -> None:
    """Note what these people are told, once more if it was done. If nobody reads it by `unread_at`, others are told."""
    for person in people:
        row = {"run": run, "step": step, "role": role, "person": person, "posted_at": now}
        conn.execute(_POST(conn), row)
    _look_again(conn, run, step, unread_at)


def told(conn: Connection, run: str, step: str) -> frozenset[str]:
    """Everybody who was told by this step, by id."""
    query = select(waiting.c.person).where(waiting.c.run == run, waiting.c.step == step)
    return frozenset(conn.execute(query).scalars())


def still_told(conn: Connection, run: str, step: str) -> frozenset[str]:
    """Those of them for whom it is not done."""
    query = select(waiting.c.person).where(
        waiting.c.run == run, waiting.c.step == step, waiting.c.done_at.is_(None)
    )
    return frozenset(conn.execute(query).scalars())


def of_person(conn: Connection, person: str) -> tuple[Waiting, ...]:
    """What waits for this person, oldest first."""
    query = (
        select(waiting)
        .where(waiting.c.person == person, waiting.c.done_at.is_(None))
        .order_by(waiting.c.posted_at, waiting.c.run, waiting.c.step)
    )
    return tuple(map(_from_row, conn.execute(query)))


def lately_told(conn: Connection, person: str) -> tuple[Waiting, ...]:
    """The last that this person was told, done or not; as many as can still stand on a page."""
    query = (
        select(waiting)
        .where(waiting.c.person == person)
        .order_by(waiting.c.posted_at.desc(), waiting.c.run, waiting.c.step)
        .limit(_LATELY)
    )
    return tuple(map(_from_row, conn.execute(query)))


def see(conn: Connection, run: str, step: str, person: str, now: datetime) -> None:
    """This person has read it: nobody else needs to be told."""
    mine = (waiting.c.run == run, waiting.c.step == step, waiting.c.person == person)
    conn.execute(update(waiting).where(*mine, waiting.c.seen_at.is_(None)).values(seen_at=now))
    _look_again(conn, run, step, None)


def done(conn: Connection, run: str, step: str, now: datetime) -> None:
    """It was acted on, or needs nobody any more: this step, or everything of the run where none is named."""
    query = update(waiting).where(waiting.c.run == run, waiting.c.done_at.is_(None))
    if step:
        query = query.where(waiting.c.step == step)
    conn.execute(query.values(done_at=now, unread_at=None))


def unread(conn: Connection, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Runs and steps that nobody has read in time."""
    query = (
        select(waiting.c.run, waiting.c.step)
        .where(waiting.c.unread_at <= now)
        .group_by(waiting.c.run, waiting.c.step)
        .order_by(waiting.c.run, waiting.c.step)
        .limit(limit)
    )
    return [(row.run, row.step) for row in conn.execute(query)]


def is_unread(conn: Connection, run: str, step: str, now: datetime) -> bool:
    """Whether this step still has nobody who read it, past the time for it."""
    query = select(waiting.c.run).where(
        waiting.c.run == run, waiting.c.step == step, waiting.c.unread_at <= now
    )
    return conn.execute(query.limit(1)).first() is not None


def look_no_more(conn: Connection, run: str, step: str) -> None:
    """Everybody on the roster was told; it stays in their lists."""
    _look_again(conn, run, step, None)


def _look_again(conn: Connection, run: str, step: str, at: datetime | None) -> None:
    query = update(waiting).where(waiting.c.run == run, waiting.c.step == step, waiting.c.done_at.is_(None))
    conn.execute(query.values(unread_at=at))


def _from_row(row: Row[Any]) -> Waiting:
    return Waiting(row.run, row.step, row.role, row.person, row.posted_at, row.seen_at, row.done_at)
