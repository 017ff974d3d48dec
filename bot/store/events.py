"""What people did, for the figures of a site: never what they wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, text

from bot.store.moment import db_now
from bot.store.tables import engagement_events

COACHED, REVISED, STOOD_BY = "coached", "revised", "stood_by"  # what became of a coaching check's question
_IS_STOOD_BY = text("verb = 'stood_by'")  # word for word what its index says, which a parameter would not be


@dataclass(frozen=True, slots=True)
class EngagementEvent:
    """Somebody of a site did something with something: `verb` and `object`, as xAPI has them."""

    at: datetime
    person: str
    site: str
    verb: str
    object: str
    detail: Mapping[str, str] = field(default_factory=dict)


def record(conn: Connection, events: Sequence[EngagementEvent]) -> None:
    """Keep what people did."""
    if events:
        conn.execute(
            insert(engagement_events),
            [
                {
                    "at": event.at,
                    "person": event.person,
                    "site": event.site,
                    "verb": event.verb,
                    "object": event.object,
                    "detail": json.dumps(dict(event.detail), sort_keys=True),
                }
                for event in events
            ],
        )


def kept_against(conn: Connection, person_id: str, since: datetime) -> tuple[tuple[datetime, str], ...]:
    """When this person kept a text as it was against a coaching check, and which; never shown to anybody."""
    table = engagement_events
    query = (
        select(table.c.at, table.c.object)
        .where(table.c.person == person_id, _IS_STOOD_BY, table.c.at >= since)
        .order_by(table.c.at)
    )
    return tuple((row.at, row.object) for row in conn.execute(query))


def between(
    conn: Connection, start: datetime, end: datetime, site: str | None = None
) -> tuple[EngagementEvent, ...]:
    """What was done from `start` until before `end`, in order."""
    table = engagement_events
    query = select(table).where(table.c.at >= start, table.c.at < end).order_by(table.c.at, table.c.id)
    if site is not None:
        query = query.where(table.c.site == site)
    return tuple(
        EngagementEvent(row.at, row.person, row.site, row.verb, row.object, json.loads(row.detail))
        for row in conn.execute(query)
    )


def prune(conn: Connection, older_than: timedelta, batch: int) -> int:
    """Forget up to `batch` events older than that; how many. Call again until it is fewer than `batch`."""
    table = engagement_events
    limit = select(db_now(-older_than)).scalar_subquery()  # asked once, so that the index serves
    old = select(table.c.id).where(table.c.at < limit).order_by(table.c.at).limit(batch)
    return conn.execute(delete(table).where(table.c.id.in_(old))).rowcount
