"""What was already received: the same delivery twice is the same message."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, delete, select, tuple_

from bot.store.moment import db_now
from bot.store.tables import inbox
from bot.store.upsert import on_both_engines

# The row is asked for, because PostgreSQL's driver does not say how many rows an INSERT made.
_REMEMBER = on_both_engines(
    inbox,
    lambda insert: insert.values(received_at=db_now()).on_conflict_do_nothing().returning(inbox.c.event_id),
)


def remember(conn: Connection, channel: str, event_id: str, person_id: str) -> bool:
    """Whether this delivery is new. Of two at once, the second waits until the first is kept or given up."""
    delivery = {"channel": channel, "event_id": event_id, "person": person_id}
    return conn.execute(_REMEMBER(conn), delivery).first() is not None


def prune(conn: Connection, older_than: timedelta, batch: int) -> int:
    """Forget up to `batch` deliveries older than that; how many. Call again until it is fewer than `batch`."""
    key = tuple_(inbox.c.channel, inbox.c.event_id)
    old = (
        select(inbox.c.channel, inbox.c.event_id)
        .where(
            inbox.c.received_at < select(db_now(-older_than)).scalar_subquery()
        )  # asked once: the index serves
        .order_by(inbox.c.received_at)
        .limit(batch)
    )
    return conn.execute(delete(inbox).where(key.in_(old))).rowcount
