"""How many messages a workspace may be sent now: one bucket each, in the database, for all processes together.

A bucket holds at most `most` tokens and is filled at `per_second`; every message that is begun takes one. It is filled
by the database's clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, update

from bot.store.moment import db_now
from bot.store.tables import buckets
from bot.store.upsert import on_both_engines


@dataclass(frozen=True, slots=True)
class Pace:
    """How much a platform takes from us in one workspace."""

    most: float
    per_second: float


_BEGIN = on_both_engines(buckets, lambda insert: insert.values(filled_at=db_now()).on_conflict_do_nothing())
_SEE = select(buckets.c.left, buckets.c.filled_at, db_now().label("now")).where(
    buckets.c.channel == bindparam("in_channel"), buckets.c.workspace == bindparam("in_workspace")
)
_LOOK = _SEE.with_for_update()
_LOOK_IF_FREE = _SEE.with_for_update(skip_locked=True)
_KEEP = (
    update(buckets)
    .where(buckets.c.channel == bindparam("in_channel"), buckets.c.workspace == bindparam("in_workspace"))
    .values(left=bindparam("now_left"), filled_at=bindparam("now"))
)


def take(
    conn: Connection, channel: str, workspace: str, pace: Pace, wanted: int, *, waits: bool = True
) -> int:
    """Take at most `wanted` tokens; how many there were. The bucket is locked until the transaction ends.

    Who already holds a bucket and does not take them in order passes `waits=False`, and gets nothing from one that
    somebody else has in hand: so two never wait for each other.
    """
    key = {"in_channel": channel, "in_workspace": workspace}
    row = conn.execute(_LOOK if waits else _LOOK_IF_FREE, key).first()
    if row is None and not waits and conn.execute(_SEE, key).first():
        return 0
    if row is None:
        conn.execute(_BEGIN(conn), {"channel": channel, "workspace": workspace, "left": pace.most})
        row = conn.execute(_LOOK, key).one()
    passed = max(0.0, (row.now - row.filled_at).total_seconds())
    left = min(pace.most, row.left + passed * pace.per_second)
    taken = min(wanted, int(left))
    conn.execute(_KEEP, {**key, "now_left": left - taken, "now": row.now})
    return taken
