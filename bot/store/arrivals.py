"""What came in and must be looked up at its platform before it can be heard: kept until that is done."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import Connection, bindparam, delete, select, update

from bot.chat import Arrival
from bot.store.moment import db_now
from bot.store.tables import arrivals
from bot.store.upsert import on_both_engines

_KEEP = on_both_engines(
    arrivals,
    lambda insert: insert.values(received_at=db_now(), due_at=db_now()).on_conflict_do_nothing(),
)
_NOW = select(db_now()).scalar_subquery()
_IS_THIS = (arrivals.c.channel == bindparam("in_channel"), arrivals.c.event_id == bindparam("in_event"))
_DROP = delete(arrivals).where(*_IS_THIS)


def keep(conn: Connection, arrival: Arrival) -> None:
    """Keep it; the same event twice is one."""
    values = {"channel": arrival.channel, "event_id": arrival.event_id, "body": arrival.body}
    conn.execute(_KEEP(conn), values)


def claim(
    conn: Connection, channels: Collection[str], limit: int, lease: timedelta
) -> list[tuple[Arrival, int]]:
    """The oldest that are due, each with the number of this attempt; nobody else gets them within the lease."""
    due = (
        select(arrivals.c.channel, arrivals.c.event_id, arrivals.c.body, arrivals.c.attempt)
        .where(arrivals.c.due_at <= _NOW, arrivals.c.channel.in_(channels))
        .order_by(arrivals.c.received_at, arrivals.c.event_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = [(Arrival(row.channel, row.event_id, row.body), row.attempt + 1) for row in conn.execute(due)]
    for arrival, attempt in taken:
        put_off(conn, arrival, lease, attempt)
    return taken


def put_off(conn: Connection, arrival: Arrival, pause: timedelta, attempt: int) -> None:
    """Look again after the pause."""
    query = update(arrivals).where(*_IS_THIS).values(due_at=db_now(pause), attempt=attempt)
    conn.execute(query, {"in_channel": arrival.channel, "in_event": arrival.event_id})


def drop(conn: Connection, arrival: Arrival) -> None:
    """It was heard, or given up."""
    conn.execute(_DROP, {"in_channel": arrival.channel, "in_event": arrival.event_id})
