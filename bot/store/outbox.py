"""What we say: a row before it is a message.

A row is `pending` until a worker claims it, `sending` while it has it (see `claims.py`), and ends as `sent`,
`failed`, `unknown` (nobody can tell whether it was posted), `expired` or `cancelled`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)

from bot.chat import Kind
from bot.message import Address
from bot.store.addresses import from_row as address_from_row
from bot.store.moment import db_now
from bot.store.tables import addresses, outbox
from bot.store.upsert import on_both_engines


@dataclass(frozen=True, slots=True)
class NewMessage:
    """Something to say. The same `dedupe_key` is said once, whoever writes it and however often.

    Without `due_at` it is due now; past `expires_at` it is not sent any more. An update shows the row `amends_id` anew.
    `is_open`: it has buttons, on a platform where only another message can take them away.
    """

    dedupe_key: str
    address_id: int
    channel: str
    person: str
    kind: Kind
    payload: str
    due_at: datetime | None = None
    expires_at: datetime | None = None
    amends_id: int | None = None
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One row of the outbox. `attempt` counts the sends that were begun, this one included.

    `is_closed`: nothing can be written to its address any more. `is_followed`: another one of its address waited for its
    turn when this one was claimed. An update shows the row `amends_id` anew; `amends` is the platform's id of that one, once it has one.
    """

    id: int
    dedupe_key: str
    address_id: int
    address: Address
    seq: int
    person: str
    kind: Kind
    payload: str
    written_at: datetime
    due_at: datetime
    attempt: int
    claim: str
    state: str = "pending"
    sent_at: datetime | None = None
    posted_at: datetime | None = None
    provider_ref: str = ""
    amends_id: int | None = None
    amends: str = ""
    is_closed: bool = False
    is_followed: bool = False

    @property
    def channel(self) -> str:
        """The channel it goes out by."""
        return self.address.channel

    @property
    def shows(self) -> int:
        """The row whose message on the platform this is: its own, or the one it shows anew."""
        return self.amends_id or self.id

    @property
    def shown_as(self) -> str:
        """The platform's id of that message; empty as long as it is not known."""
        return self.amends or self.provider_ref


@dataclass(frozen=True, slots=True)
class Depth:
    """How much waits: rows by state, and how long the oldest due one has been waiting."""

    by_state: Mapping[str, int]
    oldest_due: timedelta


# What the partial indexes are for stands as text in the statements, not as bound values or comparisons: only so do both
# engines see that they serve.
_IS_OPEN: ColumnElement[bool] = literal_column("outbox.is_open")
PENDING: ColumnElement[str] = literal_column("'pending'")
SENDING: ColumnElement[str] = literal_column("'sending'")

# As a subquery the clock is read once per statement; as a bare function PostgreSQL would read it per row,
# and could not use it with an index.
NOW: ColumnElement[datetime] = select(db_now()).scalar_subquery()

_AMENDED = outbox.alias("amended")
ROWS: Select[Any] = (
    select(
        outbox,
        addresses.c.conversation,
        addresses.c.is_private,
        addresses.c.workspace,
        addresses.c.reference,
        addresses.c.closed_at,
        _AMENDED.c.provider_ref.label("amends_ref"),
    )
    .join_from(outbox, addresses)
    .outerjoin(_AMENDED, _AMENDED.c.id == outbox.c.amends)
)


def write(conn: Connection, messages: Sequence[NewMessage], pulled: Collection[str]) -> list[OutboxMessage]:
    """Write what is not written yet, in this order; returns the new rows.

    In a channel that is `pulled` the person's page reads the transcript itself: its rows are `sent` at
    once, so write them when they are due. A duplicate changes nothing and takes no number.

    1. Lock the addresses, in one order for everybody, so that numbers are given and become visible in the
       same order, and two writers never wait for each other in a circle.
    2. Insert; the unique key drops what somebody else has written.
    3. Close the gaps that dropped rows left, and keep each address's last number.
    """
    wanted: dict[str, NewMessage] = {}
    for message in messages:
        wanted.setdefault(message.dedupe_key, message)
    if not wanted:
        return []
    now, heads = _lock_addresses(conn, sorted({message.address_id for message in wanted.values()}))
    numbers = _numbers(wanted.values(), heads)
    # Sorted: again one order for everybody who may have to wait for somebody's commit.
    rows = [_new_row(wanted[key], numbers[key], now, pulled) for key in sorted(wanted)]
    inserted = conn.execute(_INSERT_NEW(conn).returning(outbox.c.dedupe_key, outbox.c.id), rows)
    ids: dict[str, int] = dict(inserted.all())
    if len(ids) < len(wanted):
        wanted = {key: message for key, message in wanted.items() if key in ids}
        provisional, numbers = numbers, _numbers(wanted.values(), heads)
        # Downwards and in order, so that every number moved to is free.
        moves = [{"moved": ids[key], "to": seq} for key, seq in numbers.items() if seq != provisional[key]]
        if moves:
            conn.execute(_MOVE, moves)
    if wanted:
        conn.execute(_KEEP_LAST_SEQ, {"ids": sorted({message.address_id for message in wanted.values()})})
    return [
        OutboxMessage(
            id=ids[key],
            dedupe_key=key,
            address_id=message.address_id,
            address=heads[message.address_id].address,
            seq=numbers[key],
            person=message.person,
            kind=message.kind,
            payload=message.payload,
            written_at=now,
            due_at=message.due_at or now,
            attempt=0,
            claim="",
            amends_id=message.amends_id,
        )
        for key, message in wanted.items()
    ]


def transcript(conn: Connection, address_id: int, after_seq: int, limit: int) -> list[OutboxMessage]:
    """What was said at this address after the given number, in order."""
    values = {"in_address": address_id, "after_seq": after_seq, "limit": limit}
    return [from_row(row) for row in conn.execute(_TRANSCRIPT, values)]


def earlier(conn: Connection, address_id: int, before_seq: int | None, limit: int) -> list[OutboxMessage]:
    """The last of what was said at this address before the given number (None: of all of it), in order."""
    statement = ROWS.where(outbox.c.address == address_id, outbox.c.state == "sent")
    if before_seq is not None:
        statement = statement.where(outbox.c.seq < before_seq)
    rows = conn.execute(statement.order_by(outbox.c.seq.desc()).limit(limit)).all()
    return [from_row(row) for row in reversed(rows)]


def open_at(conn: Connection, address: Address) -> list[OutboxMessage]:
    """What can still be pressed at an address, in order: each message as it was shown last."""
    key = {"in_channel": address.channel, "in_conversation": address.conversation}
    return [from_row(row) for row in conn.execute(_OPEN_AT, key)]


def shown(conn: Connection, address_id: int, provider_ref: str) -> OutboxMessage | None:
    """The message that the platform calls so, as it was shown last, or will be once what waits was sent."""
    row = conn.execute(_SHOWN, {"in_address": address_id, "provider_ref": provider_ref}).first()
    return from_row(row) if row else None


def close(conn: Connection, ids: Collection[int]) -> None:
    """These rows cannot be pressed any more: an update shows them anew."""
    if ids:
        conn.execute(_CLOSE, {"ids": list(ids)})


def prove(conn: Connection, message: OutboxMessage, provider_ref: str) -> None:
    """Somebody has this message in front of them under this id: it was posted, whatever was known of it before.

    Proves nothing of what was never begun, nor by the id of another message of the address: the same button may stand
    on an older one.
    """
    conn.execute(_PROVE, {"our_id": message.id, "provider_ref": provider_ref})


def is_anothers(conn: Connection, message: OutboxMessage, provider_ref: str) -> bool:
    """Whether this id is known to be another message's of the address: then it is no proof of this one."""
    key = {"our_id": message.id, "in_address": message.address_id, "provider_ref": provider_ref}
    return conn.execute(_ANOTHERS, key).first() is not None


def last_seq(conn: Connection, address_id: int) -> int:
    """The last number the address has given; 0 when nothing was said there yet."""
    found: int = conn.execute(select(addresses.c.last_seq).where(addresses.c.id == address_id)).scalar_one()
    return found


def recently_written(conn: Connection, channel: str, within: timedelta) -> dict[int, int]:
    """The addresses of a channel that got something lately, each with its last number.

    `within` must be longer than a transaction may take: a row is dated when it is written and seen only
    when its transaction has been committed.
    """
    statement = (
        select(outbox.c.address, func.max(outbox.c.seq))
        .where(outbox.c.written_at >= select(db_now(-within)).scalar_subquery(), outbox.c.channel == channel)
        .group_by(outbox.c.address)
    )
    return dict(conn.execute(statement).all())


def depth(conn: Connection) -> Depth:
    """How much waits, for the metrics and the doctor."""
    counts = conn.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    by_state: dict[str, int] = dict(counts.all())
    oldest = select(NOW, func.min(outbox.c.due_at)).where(is_waiting(outbox), outbox.c.due_at <= NOW)
    now, since = conn.execute(oldest).one()
    return Depth(by_state, now - since if since else timedelta(0))


@dataclass(frozen=True, slots=True)
class Trouble:
    """A message that failed, or of which nobody knows whether it was posted; and why."""

    written_at: datetime
    channel: str
    kind: str
    state: str
    why: str


def troubles(conn: Connection, limit: int) -> list[Trouble]:
    """The latest messages that somebody may not have got, newest first."""
    query = (
        select(outbox)
        .where(outbox.c.state.in_(["failed", "unknown"]))
        .order_by(outbox.c.written_at.desc(), outbox.c.id.desc())
        .limit(limit)
    )
    return [
        Trouble(row.written_at, row.channel, row.kind, row.state, row.last_error or "")
        for row in conn.execute(query)
    ]


def prune(conn: Connection, older_than: timedelta, batch: int) -> int:
    """Delete at most `batch` rows that are done and were written so long ago; returns how many went."""
    old = (
        select(outbox.c.id)
        .where(outbox.c.written_at < select(db_now(-older_than)).scalar_subquery(), ~is_waiting(outbox))
        .order_by(outbox.c.written_at)
        .limit(batch)
    )
    return conn.execute(delete(outbox).where(outbox.c.id.in_(old))).rowcount


def is_waiting(table: Any) -> ColumnElement[bool]:
    """The outbox, or an alias of it: not done yet. Exactly the condition of the partial indexes."""
    return cast("ColumnElement[bool]", table.c.state.in_([PENDING, SENDING]))


def from_row(row: Row[Any]) -> OutboxMessage:
    """The message in a row of `ROWS`."""
    return OutboxMessage(
        id=row.id,
        dedupe_key=row.dedupe_key,
        address_id=row.address,
        address=address_from_row(row),
        seq=row.seq,
        person=row.person,
        kind=row.kind,
        payload=row.payload,
        written_at=row.written_at,
        due_at=row.due_at,
        attempt=row.attempt,
        claim=row.claim or "",
        state=row.state,
        sent_at=row.sent_at,
        posted_at=row.posted_at,
        is_closed=row.closed_at is not None,
        provider_ref=row.provider_ref or "",
        amends_id=row.amends,
        amends=row.amends_ref or "",
    )


# What runs in every turn is built once: building a statement takes longer than running it.
_LOCK_ADDRESSES = (
    select(addresses, db_now().label("now"))
    .where(addresses.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(addresses.c.id)
    .with_for_update(key_share=True)
)
_INSERT_NEW = on_both_engines(
    outbox, lambda insert: insert.on_conflict_do_nothing(index_elements=["dedupe_key"])
)
_TRANSCRIPT = (
    ROWS.where(
        outbox.c.address == bindparam("in_address"),
        outbox.c.seq > bindparam("after_seq"),
        outbox.c.state == "sent",
    )
    .order_by(outbox.c.seq)
    .limit(bindparam("limit"))
)
_OPEN_AT = ROWS.where(
    addresses.c.channel == bindparam("in_channel"),
    addresses.c.conversation == bindparam("in_conversation"),
    _IS_OPEN,
).order_by(outbox.c.seq)
_SHOWN = (
    ROWS.where(
        outbox.c.address == bindparam("in_address"),
        outbox.c.state.not_in(["failed", "expired", "cancelled"]),
        or_(
            outbox.c.provider_ref == bindparam("provider_ref"),
            _AMENDED.c.provider_ref == bindparam("provider_ref"),
        ),
    )
    .order_by(outbox.c.seq.desc())
    .limit(1)
)
_CLOSE = update(outbox).where(outbox.c.id.in_(bindparam("ids", expanding=True))).values(is_open=False)
_OTHER = outbox.alias("other")
_ANOTHERS = select(outbox.c.id).where(
    outbox.c.address == bindparam("in_address"),
    outbox.c.provider_ref == bindparam("provider_ref"),
    outbox.c.id != bindparam("our_id"),
)
_PROVE = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("our_id"),
        outbox.c.state.in_(["unknown", "pending", "sending", "failed"]),
        outbox.c.attempt > 0,
        ~exists().where(
            _OTHER.c.address == outbox.c.address, _OTHER.c.provider_ref == bindparam("provider_ref")
        ),
    )
    .values(
        state="sent",
        provider_ref=bindparam("provider_ref"),
        sent_at=db_now(),
        claim=null(),
        lease_until=null(),
    )
)
_MOVE = update(outbox).where(outbox.c.id == bindparam("moved")).values(seq=bindparam("to"))
_KEEP_LAST_SEQ = (
    update(addresses)
    .where(addresses.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        last_seq=select(func.max(outbox.c.seq)).where(outbox.c.address == addresses.c.id).scalar_subquery()
    )
)


@dataclass(frozen=True, slots=True)
class _Head:
    """An address, and the last number it has given."""

    address: Address
    last_seq: int


def _lock_addresses(conn: Connection, ids: Sequence[int]) -> tuple[datetime, dict[int, _Head]]:
    """The database's clock, and each address, whose numbers are ours until we commit."""
    rows = conn.execute(_LOCK_ADDRESSES, {"ids": ids}).all()
    heads = {row.id: _Head(address_from_row(row), row.last_seq) for row in rows}
    if missing := set(ids) - set(heads):
        msg = f"no address has the id {min(missing)}; write the address before the message"
        raise LookupError(msg)
    return rows[-1].now, heads


def _numbers(messages: Iterable[NewMessage], heads: Mapping[int, _Head]) -> dict[str, int]:
    """The number of each message: the next ones of its address, in order."""
    last = {address_id: head.last_seq for address_id, head in heads.items()}
    numbers = {}
    for message in messages:
        last[message.address_id] += 1
        numbers[message.dedupe_key] = last[message.address_id]
    return numbers


def _new_row(message: NewMessage, seq: int, now: datetime, pulled: Collection[str]) -> dict[str, Any]:
    is_pulled = message.channel in pulled
    return {
        "dedupe_key": message.dedupe_key,
        "address": message.address_id,
        "seq": seq,
        "channel": message.channel,
        "person": message.person,
        "kind": message.kind,
        "payload": message.payload,
        "state": "sent" if is_pulled else "pending",
        "written_at": now,
        "due_at": message.due_at or now,
        "expires_at": message.expires_at,
        "amends": message.amends_id,
        "is_open": message.is_open,
        "sent_at": now if is_pulled else None,
    }
