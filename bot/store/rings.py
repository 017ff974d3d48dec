"""When each clock of a run rings next: a reminder, or its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from bot.store.tables import rings

_OF_RUN = rings.c.run == bindparam("in_run")
_KNOWN = select(rings.c.clock, rings.c.at).where(_OF_RUN)
_FORGET = delete(rings).where(_OF_RUN)
_ADD = insert(rings)


def settle(conn: Connection, run: str, next_at: Mapping[str, datetime]) -> None:
    """From now on the run's clocks ring at these moments, and no others do."""
    known = dict(conn.execute(_KNOWN, {"in_run": run}).all())
    if known == next_at:
        return  # as after most answers
    if known:
        conn.execute(_FORGET, {"in_run": run})
    if next_at:
        conn.execute(_ADD, [{"run": run, "clock": clock, "at": at} for clock, at in next_at.items()])


def due(conn: Connection, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Runs and clocks whose time has come, the longest due first."""
    query = select(rings.c.run, rings.c.clock).where(rings.c.at <= now).order_by(rings.c.at, rings.c.run)
    return [(row.run, row.clock) for row in conn.execute(query.limit(limit))]


def put_off(conn: Connection, run: str, clock: str) -> None:
    """This one cannot be rung: it does not come up again until the run's clocks are settled anew."""
    conn.execute(delete(rings).where(rings.c.run == run, rings.c.clock == clock))
