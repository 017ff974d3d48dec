"""A worker's hold on what it is sending: only one can win it, and only the holder's word counts.

A row in `sending` belongs to one claim until its lease has run out, by the database's clock. Every mark is
fenced: it changes the row only while the row still belongs to the claim that makes it, and says whether it did.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from bot.store import buckets
from bot.store.buckets import Pace
from bot.store.moment import Moment, db_now
from bot.store.outbox import NOW, PENDING, ROWS, SENDING, OutboxMessage, from_row, is_waiting
from bot.store.tables import addresses, outbox

LONGEST_ERROR = 300
_UPDATE: ColumnElement[str] = literal_column("'update'")
_IN = "/"  # between a channel and a workspace in it
_PACED = "its workspace gets as much as it may now"


def claim(
    conn: Connection,
    channels: Collection[str],
    limit: int,
    lease: timedelta,
    claim_token: str,
    paces: Mapping[str, Pace] = MappingProxyType({}),
) -> tuple[OutboxMessage, ...]:
    """Take at most `limit` due rows for sending, at most one new message of each address, the longest due first.

    A message waits as long as an earlier due one of its address is pending or being sent. An update waits only for
    the message it shows anew, and for earlier updates of that: platforms take fewer of them, and no answer should wait
    behind one. `claim_token` is new for every call. Nobody else gets these rows until the lease has run out. `paces`
    say, by channel, how much a workspace may be sent: what is too much for it now is due again later, and holds nobody
    else up, because what is free is taken from other workspaces.
    """
    values = {"channels": list(channels), "limit": limit, "token": claim_token}
    taken = _take(conn, _claiming(lease), values)
    if not paces:
        return taken
    kept, spent = _within_pace(conn, taken, paces)
    newly_spent = spent
    while newly_spent and len(kept) < limit:
        values |= {"limit": limit - len(kept), "spent": sorted(spent)}
        more = _take(conn, _claiming(lease, elsewhere=True), values)
        also_kept, newly_spent = _within_pace(conn, more, paces, waits=False)
        kept, spent = (*kept, *also_kept), spent | newly_spent
    return kept


def left_overs(
    conn: Connection, channels: Collection[str], limit: int, lease: timedelta, claim_token: str
) -> tuple[OutboxMessage, ...]:
    """Take over rows whose sender let the lease run out: they may have been posted, or not.

    They stay in `sending` under the new claim, and must be looked up before they are sent again.
    """
    values = {"channels": list(channels), "limit": limit, "token": claim_token}
    return _take(conn, _taking_over(lease), values)


def expire(conn: Connection) -> int:
    """Give up what is past its time and was not begun; returns how many rows."""
    return conn.execute(_EXPIRE).rowcount


def mark_sent(
    conn: Connection, message: OutboxMessage, provider_ref: str, posted_at: datetime | None = None
) -> bool:
    """It was posted; `provider_ref` is the platform's name for it, `posted_at` its own time of it, where it tells."""
    return _mark(conn, message, _AS_SENT, provider_ref=provider_ref, posted_at=posted_at)


def mark_failed(conn: Connection, message: OutboxMessage, error: str) -> bool:
    """It was not posted and never will be."""
    return _mark(conn, message, _AS_ENDED, state="failed", last_error=error[:LONGEST_ERROR])


def mark_unknown(conn: Connection, message: OutboxMessage, error: str) -> bool:
    """Nobody can say whether it was posted; it is not sent again, and a human can see it."""
    return _mark(conn, message, _AS_ENDED, state="unknown", last_error=error[:LONGEST_ERROR])


def cancel(conn: Connection, message: OutboxMessage, why: str) -> bool:
    """There is nothing to send."""
    return _mark(conn, message, _AS_ENDED, state="cancelled", last_error=why[:LONGEST_ERROR])


def put_off(
    conn: Connection, message: OutboxMessage, pause: timedelta, error: str, *, counts: bool = True
) -> bool:
    """It was certainly not posted; try again after the pause. `counts`: this attempt was one."""
    attempt = message.attempt if counts else message.attempt - 1
    statement = _AS_FREE.values(not_before=db_now(pause), last_error=error[:LONGEST_ERROR])
    return _mark(conn, message, statement, attempt=attempt)


def leave_in_doubt(
    conn: Connection, message: OutboxMessage, pause: timedelta, error: str, *, counts: bool = True
) -> bool:
    """It may have been posted; after the pause it is a left-over, for whoever comes first to look up."""
    attempt = message.attempt if counts else message.attempt - 1
    statement = _OURS.values(lease_until=db_now(pause), attempt=attempt, last_error=error[:LONGEST_ERROR])
    return _mark(conn, message, statement)


def give_back(conn: Connection, message: OutboxMessage) -> bool:
    """A claimed row whose send was not begun: as if it had never been claimed."""
    return _mark(conn, message, _AS_FREE, attempt=message.attempt - 1)


def give_back_all(conn: Connection, claim_token: str) -> int:
    """All rows of a `claim` whose answer never reached us, so that nothing of it was begun."""
    statement = (
        update(outbox)
        .where(is_waiting(outbox), outbox.c.state == SENDING, outbox.c.claim == claim_token)
        .values(state="pending", claim=null(), lease_until=null(), attempt=outbox.c.attempt - 1)
    )
    return conn.execute(statement).rowcount


# What is run for every message is built once: building a statement takes longer than running it.
_BEHIND = outbox.alias("behind")
_BY_ID = (
    ROWS.add_columns(
        exists()
        .where(
            _BEHIND.c.address == outbox.c.address,
            is_waiting(_BEHIND),
            _BEHIND.c.state == PENDING,
            _BEHIND.c.seq > outbox.c.seq,
        )
        .label("is_followed")
    )
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(outbox.c.due_at, outbox.c.id)
)
_EXPIRE = (
    update(outbox)
    .where(is_waiting(outbox), outbox.c.state == PENDING, outbox.c.expires_at <= NOW)
    .values(state="expired")
)
_OURS = update(outbox).where(
    outbox.c.id == bindparam("our_id"),
    outbox.c.claim == bindparam("our_claim"),
    outbox.c.attempt == bindparam("our_attempt"),
    outbox.c.state == SENDING,
)
_AS_SENT = _OURS.values(
    state="sent",
    sent_at=db_now(),
    lease_until=null(),
    provider_ref=bindparam("provider_ref"),
    posted_at=bindparam("posted_at", type_=Moment()),
)
_AS_ENDED = _OURS.values(state=bindparam("state"), lease_until=null(), last_error=bindparam("last_error"))
_AS_FREE = _OURS.values(state="pending", claim=null(), lease_until=null(), attempt=bindparam("attempt"))


def _mark(conn: Connection, message: OutboxMessage, statement: Update, **values: object) -> bool:
    ours = {"our_id": message.id, "our_claim": message.claim, "our_attempt": message.attempt}
    return conn.execute(statement, ours | values).rowcount == 1


@cache
def _claiming(lease: timedelta, *, elsewhere: bool = False) -> ReturningUpdate[Any]:
    """Take the first message of every address, when it is due, and every update of what was posted.

    `elsewhere`: pass over the workspaces in `spent`.
    """
    queue = outbox.alias("queue")
    # Not NOT EXISTS: PostgreSQL makes a join of that, and planned one over all waiting rows (> 20 s).
    first_in_queue = (
        select(func.min(queue.c.seq))
        .where(
            queue.c.address == outbox.c.address,
            is_waiting(queue),
            queue.c.kind != _UPDATE,
            queue.c.due_at <= NOW,
            or_(queue.c.state == SENDING, _is_wanted(queue)),
        )
        .scalar_subquery()
    )
    ahead = outbox.alias("ahead")
    awaits = exists().where(
        ahead.c.address == outbox.c.address,
        is_waiting(ahead),
        ahead.c.seq < outbox.c.seq,
        or_(ahead.c.id == outbox.c.amends, ahead.c.amends == outbox.c.amends),
    )
    is_update = outbox.c.kind == _UPDATE
    workspace = (
        select(addresses.c.channel + _IN + addresses.c.workspace)
        .where(addresses.c.id == outbox.c.address)
        .scalar_subquery()
    )
    is_elsewhere = [workspace.not_in(bindparam("spent", expanding=True))] if elsewhere else []
    return _taking(
        lease,
        (outbox.c.due_at, outbox.c.id),
        is_waiting(outbox),
        outbox.c.state == PENDING,
        outbox.c.due_at <= NOW,
        or_(outbox.c.not_before.is_(None), outbox.c.not_before <= NOW),
        _is_wanted(outbox),
        or_(and_(is_update, ~awaits), and_(~is_update, outbox.c.seq == first_in_queue)),
        *is_elsewhere,
    )


@cache
def _taking_over(lease: timedelta) -> ReturningUpdate[Any]:
    """Take the rows whose lease has run out."""
    return _taking(
        lease, (outbox.c.lease_until, outbox.c.id), outbox.c.state == SENDING, outbox.c.lease_until <= NOW
    )


def _taking(
    lease: timedelta, order: tuple[ColumnElement[Any], ...], *conditions: ColumnElement[bool]
) -> ReturningUpdate[Any]:
    is_ours_to_send = outbox.c.channel.in_(bindparam("channels", expanding=True))
    rows = (
        select(outbox.c.id)
        .where(is_ours_to_send, *conditions)
        .order_by(*order)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )
    # As a CTE the rows are picked once; inside IN (...) PostgreSQL may run the subquery, and lock, again.
    picked = rows.cte("picked")
    return (
        update(outbox)
        .where(outbox.c.id.in_(select(picked.c.id)))
        .values(
            state="sending",
            claim=bindparam("token"),
            attempt=outbox.c.attempt + 1,
            lease_until=db_now(lease),
        )
        .returning(outbox.c.id)
    )


def _take(
    conn: Connection, statement: ReturningUpdate[Any], values: Mapping[str, object]
) -> tuple[OutboxMessage, ...]:
    taken = conn.execute(statement, values).scalars().all()
    if not taken:
        return ()
    rows = conn.execute(_BY_ID, {"ids": taken})
    return tuple(replace(from_row(row), is_followed=row.is_followed) for row in rows)


def _within_pace(
    conn: Connection, taken: tuple[OutboxMessage, ...], paces: Mapping[str, Pace], *, waits: bool = True
) -> tuple[tuple[OutboxMessage, ...], frozenset[str]]:
    """Those that their workspace may be sent now, and the workspaces that got as much as they may.

    Buckets are locked in one order by everybody.
    """
    per_workspace: dict[tuple[str, str], list[OutboxMessage]] = {}
    for message in taken:
        if message.channel in paces:
            per_workspace.setdefault((message.channel, message.address.workspace), []).append(message)
    too_much: set[int] = set()
    spent: set[str] = set()
    for (channel, workspace), messages in sorted(per_workspace.items()):
        pace = paces[channel]
        count = buckets.take(conn, channel, workspace, pace, len(messages), waits=waits)
        for late in messages[count:]:
            put_off(conn, late, timedelta(seconds=1 / pace.per_second), _PACED, counts=False)
            too_much.add(late.id)
            spent.add(f"{channel}{_IN}{workspace}")
    return tuple(message for message in taken if message.id not in too_much), frozenset(spent)


def _is_wanted(table: Any) -> ColumnElement[bool]:
    return or_(table.c.expires_at.is_(None), table.c.expires_at > NOW)
