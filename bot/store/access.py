"""Who may come in: one-time sign-in links and the browsers they opened. Judged by the database's clock."""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select, update

from bot.person import Person
from bot.store import people
from bot.store.moment import db_now
from bot.store.tables import browsers, links
from bot.store.tables import people as people_table

TOUCH_EVERY = timedelta(minutes=1)


def make_link(conn: Connection, person_id: str, token_hash: str, lifetime: timedelta) -> None:
    """Keep a link that lets this person in once, until `lifetime` has passed."""
    conn.execute(
        insert(links).values(expires_at=db_now(lifetime)),
        {"token_hash": token_hash, "person": person_id},
    )


def redeem_link(conn: Connection, token_hash: str) -> str | None:
    """The id of the person this link lets in, or None: unknown, used, expired, or no longer active.

    Of two who redeem at once, one is let in: the row is found and marked in one statement.
    """
    query = (
        update(links)
        .where(
            links.c.token_hash == token_hash,
            links.c.used_at.is_(None),
            links.c.expires_at > db_now(),
            links.c.person.in_(select(people_table.c.id).where(people_table.c.is_active)),
        )
        .values(used_at=db_now())
        .returning(links.c.person)
    )
    return conn.execute(query).scalar()


def open_browser(conn: Connection, person_id: str, cookie_hash: str) -> None:
    """From now on the browser with this cookie is signed in as this person."""
    conn.execute(
        insert(browsers).values(opened_at=db_now(), seen_at=db_now()),
        {"cookie_hash": cookie_hash, "person": person_id},
    )


def person_of_browser(
    conn: Connection, cookie_hash: str, idle: timedelta, absolute: timedelta, *, is_use: bool = True
) -> Person | None:
    """Who is signed in there, or None: unknown, closed, unused for `idle`, open for `absolute`, or no longer active.

    Needs a writing transaction where `is_use`, because it notes that the browser was seen. Not at every use: somebody
    may be asked to sign in again a little before `idle` has passed (a minute, or a twelfth of `idle` where that is less).
    """
    row = conn.execute(_signed_in(idle, absolute), {"cookie_hash": cookie_hash}).first()
    if row is None:
        return None
    if is_use and row.is_stale:
        conn.execute(update(browsers).where(browsers.c.cookie_hash == cookie_hash).values(seen_at=db_now()))
    return people.from_row(row)


def close_browser(conn: Connection, cookie_hash: str) -> None:
    """Sign this browser out."""
    conn.execute(
        update(browsers)
        .where(browsers.c.cookie_hash == cookie_hash, browsers.c.closed_at.is_(None))
        .values(closed_at=db_now())
    )


def close_all(conn: Connection, person_id: str) -> int:
    """Sign the person out everywhere and use up their links; how many browsers were signed out."""
    conn.execute(
        update(links).where(links.c.person == person_id, links.c.used_at.is_(None)).values(used_at=db_now())
    )
    return conn.execute(
        update(browsers)
        .where(browsers.c.person == person_id, browsers.c.closed_at.is_(None))
        .values(closed_at=db_now())
    ).rowcount


@functools.cache
def _signed_in(idle: timedelta, absolute: timedelta) -> Select[*tuple[Any, ...]]:
    return (
        select(*people.COLUMNS, (browsers.c.seen_at < db_now(-min(TOUCH_EVERY, idle / 12))).label("is_stale"))
        .join(browsers, browsers.c.person == people_table.c.id)
        .where(
            browsers.c.cookie_hash == bindparam("cookie_hash"),
            browsers.c.closed_at.is_(None),
            browsers.c.seen_at > db_now(-idle),
            browsers.c.opened_at > db_now(-absolute),
            people_table.c.is_active,
        )
    )
