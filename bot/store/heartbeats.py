"""Which of our processes are alive, by the database's clock."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, delete, select

from bot.store.moment import db_now
from bot.store.tables import heartbeats
from bot.store.upsert import on_both_engines

_BEAT = on_both_engines(
    heartbeats,
    lambda insert: insert.values(at=db_now()).on_conflict_do_update(
        index_elements=["process"], set_={"at": insert.excluded.at, "detail": insert.excluded.detail}
    ),
)


def beat(conn: Connection, process: str, detail: str = "") -> None:
    """Note that this process is alive now."""
    conn.execute(_BEAT(conn), {"process": process, "detail": detail})


def ages(conn: Connection) -> dict[str, timedelta]:
    """For each process we ever heard of: how long ago it was last alive."""
    rows = conn.execute(select(heartbeats.c.process, heartbeats.c.at, db_now().label("now")))
    return {row.process: row.now - row.at for row in rows}


def forget(conn: Connection, process: str) -> None:
    """The process has stopped as it was told to: nobody need look for it."""
    conn.execute(delete(heartbeats).where(heartbeats.c.process == process))


def prune(conn: Connection, older_than: timedelta) -> int:
    """Forget the processes that were last alive so long ago; how many. Each start has a name of its own."""
    old = heartbeats.c.at < select(db_now(-older_than)).scalar_subquery()
    return conn.execute(delete(heartbeats).where(old)).rowcount
