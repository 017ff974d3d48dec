"""Where each person's conversations continue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, null, select, update

from bot.message import Address
from bot.store.moment import db_now
from bot.store.tables import addresses
from bot.store.upsert import on_both_engines

_FIND = (
    update(addresses)
    .where(
        addresses.c.channel == bindparam("in_channel"),
        addresses.c.conversation == bindparam("in_conversation"),
    )
    .values(
        person=bindparam("person"),
        is_private=bindparam("is_private"),
        workspace=bindparam("in_workspace"),
        reference=bindparam("reference"),
        used_at=db_now(),
        closed_at=null(),
    )
    .returning(addresses.c.id)
)
_ID = select(addresses.c.id).where(
    addresses.c.channel == bindparam("in_channel"), addresses.c.conversation == bindparam("in_conversation")
)
_ADD = on_both_engines(
    addresses,
    lambda insert: (
        insert.values(used_at=db_now())
        .on_conflict_do_update(
            index_elements=["channel", "conversation"],
            set_={
                "person": insert.excluded.person,
                "is_private": insert.excluded.is_private,
                "workspace": insert.excluded.workspace,
                "reference": insert.excluded.reference,
                "used_at": insert.excluded.used_at,
                "closed_at": None,
            },
        )
        .returning(addresses.c.id)
    ),
)
_LAST_PRIVATE = (
    select(addresses)
    .where(addresses.c.person == bindparam("person"), addresses.c.is_private, addresses.c.closed_at.is_(None))
    .order_by(addresses.c.used_at.desc(), addresses.c.id.desc())
    .limit(1)
)
_CLOSE = update(addresses).where(addresses.c.closed_at.is_(None)).values(closed_at=db_now())


@dataclass(frozen=True, slots=True)
class StoredAddress:
    """An address we know, its number, and the person who spoke there last."""

    id: int
    address: Address
    person: str


def find_or_add(conn: Connection, address: Address, person_id: str) -> StoredAddress:
    """The address as we know it, noted as used now by this person."""
    # Nearly always it is known. A plain update first spends no number of the sequence on it.
    key = {"in_channel": address.channel, "in_conversation": address.conversation}
    changes = {"person": person_id, "is_private": address.is_private, "reference": address.reference}
    found = {**key, **changes, "in_workspace": address.workspace}
    address_id = conn.execute(_FIND, found).scalar()
    if address_id is None:
        new = {
            "channel": address.channel,
            "conversation": address.conversation,
            "workspace": address.workspace,
            **changes,
        }
        address_id = conn.execute(_ADD(conn), new).scalar_one()
    return StoredAddress(address_id, address, person_id)


def find(conn: Connection, address: Address) -> int | None:
    """The number of this address, where it is known. Locks nothing and notes nothing."""
    key = {"in_channel": address.channel, "in_conversation": address.conversation}
    return conn.execute(_ID, key).scalar()


def closed_at(conn: Connection, address: Address) -> datetime | None:
    """Since when nothing can be written there; None where it can, or where we do not know it."""
    query = select(addresses.c.closed_at).where(
        addresses.c.channel == address.channel, addresses.c.conversation == address.conversation
    )
    return conn.execute(query).scalar()


def by_id(conn: Connection, address_id: int) -> StoredAddress | None:
    """The address with this number."""
    return _one(conn.execute(select(addresses).where(addresses.c.id == address_id)).first())


def touch(conn: Connection, address_id: int) -> None:
    """Note that the address was used now."""
    conn.execute(update(addresses).where(addresses.c.id == address_id).values(used_at=db_now()))


def last_private(conn: Connection, person_id: str) -> StoredAddress | None:
    """The private address the person used last: where we write when we begin."""
    return _one(conn.execute(_LAST_PRIVATE, {"person": person_id}).first())


def close(conn: Connection, address_id: int) -> None:
    """Nothing can be written there any more, until somebody speaks there again."""
    conn.execute(_CLOSE.where(addresses.c.id == address_id))


def close_workspace(conn: Connection, channel: str, workspace: str, person: str | None = None) -> int:
    """The same for every address of a workspace, or for this person's in it; how many there were."""
    query = _CLOSE.where(addresses.c.channel == channel, addresses.c.workspace == workspace)
    if person is not None:
        query = query.where(addresses.c.person == person)
    return conn.execute(query).rowcount


def from_row(row: Row[Any]) -> Address:
    """The address in a row that has its columns."""
    return Address(row.channel, row.conversation, row.is_private, row.workspace, row.reference)


def _one(row: Row[*tuple[Any, ...]] | None) -> StoredAddress | None:
    if row is None:
        return None
    return StoredAddress(row.id, from_row(row), row.person)
