"""The directory: people, the identities channels know them by, and their rights."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from bot.errors import CoachError
from bot.message import Identity
from bot.person import Person, Right
from bot.store.tables import identities, people
from bot.store.upsert import on_both_engines

OWN_CHANNELS = ("web", "terminal")  # where the coach itself says who somebody is, by the person's id

COLUMNS = tuple(column for column in people.c if column.name != "name_key")  # what `from_row` reads

_BY_ID = select(*COLUMNS).where(people.c.id == bindparam("id"))
_BY_IDENTITY = (
    select(*COLUMNS)
    .join(identities, identities.c.person == people.c.id)
    .where(identities.c.channel == bindparam("channel"), identities.c.subject == bindparam("subject"))
)
_LOCK = (
    select(*COLUMNS)
    .where(people.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(people.c.id)
    .with_for_update(key_share=True)
)
_LINK = on_both_engines(
    identities,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["channel", "subject"], set_={"person": insert.excluded.person}
    ),
)


class PersonUnknown(CoachError):
    """Nobody in the directory has this id."""

    def __init__(self, person_id: str) -> None:
        super().__init__(
            f"nobody in the directory has the id {person_id!r}; `qms-coach people import` adds people"
        )


def add(conn: Connection, person: Person) -> None:
    """Enter a person, who can from now on be met on the web and at the terminal."""
    conn.execute(insert(people), {"id": person.id, **_values(person)})
    conn.execute(
        insert(identities),
        [{"channel": channel, "subject": person.id, "person": person.id} for channel in OWN_CHANNELS],
    )


def change(conn: Connection, person: Person) -> None:
    """Replace everything the directory says about the person of this id. Raises PersonUnknown."""
    if conn.execute(update(people).where(people.c.id == person.id), _values(person)).rowcount == 0:
        raise PersonUnknown(person.id)


def by_id(conn: Connection, person_id: str) -> Person | None:
    """The person with this id."""
    return _one(conn.execute(_BY_ID, {"id": person_id}).first())


def by_name(conn: Connection, name: str) -> tuple[Person, ...]:
    """Everyone of exactly this name, whatever its capitals and spaces; names may repeat."""
    query = select(*COLUMNS).where(people.c.name_key == _name_key(name)).order_by(people.c.id)
    return tuple(map(from_row, conn.execute(query)))


def by_email(conn: Connection, email: str) -> tuple[Person, ...]:
    """Everyone with this address, whatever its capitals; nobody for no address."""
    if not email:
        return ()
    query = select(*COLUMNS).where(func.lower(people.c.email) == email.lower()).order_by(people.c.id)
    return tuple(map(from_row, conn.execute(query)))


def by_identity(conn: Connection, identity: Identity) -> Person | None:
    """The person a channel means by this identity."""
    return _one(
        conn.execute(_BY_IDENTITY, {"channel": identity.channel, "subject": identity.subject}).first()
    )


def everyone(conn: Connection, site: str | None = None) -> tuple[Person, ...]:
    """Everyone in the directory, or at one site, by name; also those no longer active."""
    query = select(*COLUMNS).order_by(people.c.name_key, people.c.id)
    if site is not None:
        query = query.where(people.c.site == site)
    return tuple(map(from_row, conn.execute(query)))


def link_identity(conn: Connection, identity: Identity, person_id: str) -> None:
    """From now on the channel's `identity` is this person, whoever it was before."""
    conn.execute(_LINK(conn), {"channel": identity.channel, "subject": identity.subject, "person": person_id})


def lock(conn: Connection, person_ids: Iterable[str]) -> tuple[Person, ...]:
    """The people with these ids, in the order of the ids, locked until the transaction ends.

    Taken always in this one order, so that two transactions never wait for each other. Who only refers to
    a person (a new address, a new run) does not wait for the lock. On SQLite the transaction itself is it.
    """
    return tuple(map(from_row, conn.execute(_LOCK, {"ids": sorted(set(person_ids))})))


def grant(conn: Connection, person_id: str, right: Right) -> Person:
    """Give a right; the person as they now are. Raises PersonUnknown."""
    person = _locked(conn, person_id)
    return _with_rights(conn, person, person.rights | {right})


def revoke(conn: Connection, person_id: str, right: Right) -> Person:
    """Take a right back; the person as they now are. Raises PersonUnknown."""
    person = _locked(conn, person_id)
    return _with_rights(conn, person, person.rights - {right})


def from_row(row: Row[*tuple[Any, ...]]) -> Person:
    """The person in a row that has the columns of `people`."""
    return Person(
        id=row.id,
        name=row.name,
        site=row.site,
        role=row.role,
        email=row.email,
        zone=row.zone,
        language=row.language,
        is_active=row.is_active,
        rights=frozenset(map(Right, row.rights.split())),
    )


def _one(row: Row[*tuple[Any, ...]] | None) -> Person | None:
    return None if row is None else from_row(row)


def _values(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "name_key": _name_key(person.name),
        "site": person.site,
        "role": person.role,
        "email": person.email,
        "zone": person.zone,
        "language": person.language,
        "is_active": person.is_active,
        "rights": " ".join(sorted(person.rights)),
    }


def _locked(conn: Connection, person_id: str) -> Person:
    for person in lock(conn, [person_id]):
        return person
    raise PersonUnknown(person_id)


def _with_rights(conn: Connection, person: Person, rights: frozenset[Right]) -> Person:
    changed = replace(person, rights=rights)
    change(conn, changed)
    return changed


def _name_key(name: str) -> str:
    """A name as it is compared: both engines fold capitals of their own, and SQLite knows only A to Z."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
