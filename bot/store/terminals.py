"""Shared terminals: which browsers are one, and the personal codes of the people who use them."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from bot.person import Person
from bot.store import people
from bot.store.moment import db_now
from bot.store.tables import codes, enrolments, terminals
from bot.store.tables import people as people_table
from bot.store.upsert import on_both_engines

MOST_TRIES = 5
_ROUNDS = 600_000  # what OWASP asks of PBKDF2 with SHA-256

_SET = on_both_engines(
    codes,
    lambda insert: insert.values(set_at=db_now(), tries=0).on_conflict_do_update(
        index_elements=["person"],
        set_={"salt": insert.excluded.salt, "hash": insert.excluded.hash, "set_at": db_now(), "tries": 0},
    ),
)


@dataclass(frozen=True, slots=True)
class Terminal:
    """A browser that many people of a site use."""

    cookie_hash: str
    site: str
    enrolled_at: datetime


@dataclass(frozen=True, slots=True)
class Try:
    """A try at somebody's code, already counted; `left` are those that follow it."""

    salt: bytes
    hash: bytes
    left: int

    def is_right(self, code: str) -> bool:
        """Whether this is the code. It takes a good part of a second, so call it outside the transaction."""
        return hmac.compare_digest(self.hash, _slow_hash(code, self.salt))


def invite(conn: Connection, site: str, token_hash: str, lifetime: timedelta) -> None:
    """Keep a link that makes one browser a shared terminal of this site, until `lifetime` has passed."""
    conn.execute(
        insert(enrolments).values(expires_at=db_now(lifetime)), {"token_hash": token_hash, "site": site}
    )


def enrol(conn: Connection, token_hash: str, cookie_hash: str) -> str | None:
    """Make the browser with this cookie a shared terminal; its site, or None when the link is spent."""
    query = (
        update(enrolments)
        .where(
            enrolments.c.token_hash == token_hash,
            enrolments.c.used_at.is_(None),
            enrolments.c.expires_at > db_now(),
        )
        .values(used_at=db_now())
        .returning(enrolments.c.site)
    )
    site: str | None = conn.execute(query).scalar()
    if site is not None:
        conn.execute(
            insert(terminals).values(enrolled_at=db_now()), {"cookie_hash": cookie_hash, "site": site}
        )
    return site


def site_of(conn: Connection, cookie_hash: str) -> str | None:
    """The site whose shared terminal the browser with this cookie is; None when it is none."""
    query = select(terminals.c.site).where(
        terminals.c.cookie_hash == cookie_hash, terminals.c.closed_at.is_(None)
    )
    found: str | None = conn.execute(query).scalar()
    return found


def in_use(conn: Connection) -> tuple[Terminal, ...]:
    """Every shared terminal there is now, the oldest first."""
    query = (
        select(terminals.c.cookie_hash, terminals.c.site, terminals.c.enrolled_at)
        .where(terminals.c.closed_at.is_(None))
        .order_by(terminals.c.enrolled_at, terminals.c.cookie_hash)
    )
    return tuple(Terminal(*row) for row in conn.execute(query))


def close(conn: Connection, cookie_hash: str) -> None:
    """This browser is no shared terminal any more."""
    conn.execute(
        update(terminals)
        .where(terminals.c.cookie_hash == cookie_hash, terminals.c.closed_at.is_(None))
        .values(closed_at=db_now())
    )


def set_code(conn: Connection, person: str, code: str, salt: bytes) -> None:
    """Give a person a code, known to them alone: only its slow, salted hash is kept. Earlier tries are forgotten."""
    conn.execute(_SET(conn), {"person": person, "salt": salt, "hash": _slow_hash(code, salt)})


def has_code(conn: Connection, person: str) -> bool:
    """Whether this person has a code, locked or not."""
    return conn.execute(select(codes.c.person).where(codes.c.person == person)).first() is not None


def people_with_code(conn: Connection, site: str) -> tuple[Person, ...]:
    """The active people of a site who have a code, by name."""
    query = (
        select(*people.COLUMNS)
        .join(codes, codes.c.person == people_table.c.id)
        .where(people_table.c.site == site, people_table.c.is_active)
        .order_by(people_table.c.name_key, people_table.c.id)
    )
    return tuple(map(people.from_row, conn.execute(query)))


def begin_try(conn: Connection, person: str) -> Try | None:
    """Count one try at a person's code before it is judged; None where they have none, or used up all tries.

    Counted first, so that many tries at once are as many tries. After a right one, call `forget_tries`.
    """
    query = (
        update(codes)
        .where(codes.c.person == person, codes.c.tries < MOST_TRIES)
        .values(tries=codes.c.tries + 1)
        .returning(codes.c.salt, codes.c.hash, codes.c.tries)
    )
    row = conn.execute(query).first()
    return None if row is None else Try(row.salt, row.hash, MOST_TRIES - row.tries)


def forget_tries(conn: Connection, person: str, tried: Try) -> bool:
    """The code was right: the count begins anew. False when it was replaced by another code meanwhile."""
    query = update(codes).where(codes.c.person == person, codes.c.hash == tried.hash).values(tries=0)
    return conn.execute(query).rowcount == 1


def _slow_hash(code: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", code.encode("utf-8", "surrogatepass"), salt, _ROUNDS)
