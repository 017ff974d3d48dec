"""Who may come in, by the database's clock: links once, browsers for a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select, update

from bot.store import access, people
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.tables import browsers, links
from tests.bot.store.rows import ANA, BEN, HOUR, SECOND, at_once

IDLE = HOUR
ABSOLUTE = 12 * HOUR


def signed_in(conn: Connection, cookie: str = "cookie", *, is_use: bool = True) -> str | None:
    found = access.person_of_browser(conn, cookie, IDLE, ABSOLUTE, is_use=is_use)
    return found.id if found else None


def aged(conn: Connection, *, seen: timedelta, opened: timedelta | None = None) -> None:
    """Let Ana's browser have been seen and opened so long ago."""
    changes = {"seen_at": db_now(-seen), "opened_at": db_now(-(opened or seen))}
    conn.execute(update(browsers).where(browsers.c.cookie_hash == "cookie").values(changes))


# --- Links ------------------------------------------------------------------------------------------------------------


def test_a_link_lets_its_person_in_once(peopled: Database):
    with peopled.writing() as conn:
        access.make_link(conn, "ana", "hash", HOUR)
        assert [access.redeem_link(conn, "hash"), access.redeem_link(conn, "hash")] == ["ana", None]
        assert access.redeem_link(conn, "another") is None


def test_of_many_who_redeem_a_link_at_once_one_is_let_in(peopled: Database):
    with peopled.writing() as conn:
        access.make_link(conn, "ana", "hash", HOUR)

    def redeem(_: int) -> str | None:
        with peopled.writing() as conn:
            return access.redeem_link(conn, "hash")

    assert sorted(at_once(6, redeem), key=str) == [None] * 5 + ["ana"]


def test_a_link_past_its_time_lets_nobody_in(peopled: Database):
    with peopled.writing() as conn:
        access.make_link(conn, "ana", "over", timedelta(0))
        access.make_link(conn, "ana", "not yet", HOUR)
        assert [access.redeem_link(conn, "over"), access.redeem_link(conn, "not yet")] == [None, "ana"]


def test_who_is_no_longer_active_is_not_let_in_and_the_link_is_not_spent(peopled: Database):
    with peopled.writing() as conn:
        access.make_link(conn, "ana", "hash", HOUR)
        people.change(conn, replace(ANA, is_active=False))
        assert access.redeem_link(conn, "hash") is None
        people.change(conn, ANA)
        assert access.redeem_link(conn, "hash") == "ana"


# --- Browsers ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_database(peopled: Database) -> Database:
    """Ana has one browser open, Ben another."""
    with peopled.writing() as conn:
        access.open_browser(conn, "ana", "cookie")
        access.open_browser(conn, "ben", "other")
    return peopled


def test_a_browser_is_its_persons_and_no_other_cookie_is(open_database: Database):
    with open_database.writing() as conn:
        assert [signed_in(conn, cookie) for cookie in ("cookie", "other", "made up")] == ["ana", "ben", None]


@pytest.mark.parametrize(
    ("seen", "opened", "is_in"),
    [
        (IDLE - 5 * SECOND, None, True),
        (IDLE, None, False),  # idle
        (SECOND, ABSOLUTE - 5 * SECOND, True),
        (SECOND, ABSOLUTE, False),  # open for as long as is allowed, however much it is used
    ],
)
def test_a_browser_is_let_in_until_it_was_idle_or_open_too_long(
    open_database: Database, seen: timedelta, opened: timedelta | None, is_in: bool
):
    with open_database.writing() as conn:
        aged(conn, seen=seen, opened=opened)
        assert signed_in(conn) == ("ana" if is_in else None)
        assert signed_in(conn, "other") == "ben"


def last_seen(conn: Connection) -> timedelta:
    """How long ago Ana's browser was last seen."""
    row = conn.execute(select(db_now(), browsers.c.seen_at).where(browsers.c.cookie_hash == "cookie")).one()
    return timedelta(seconds=(row[0] - row[1]).total_seconds())


def test_use_keeps_a_browser_open_and_is_noted_at_most_once_a_minute(open_database: Database):
    with open_database.writing() as conn:
        aged(conn, seen=30 * SECOND)
        signed_in(conn)
        assert last_seen(conn) >= 30 * SECOND, "too soon to note it again"
        aged(conn, seen=61 * SECOND)
        signed_in(conn)
        assert last_seen(conn) < 30 * SECOND


def test_where_idle_is_short_use_is_noted_more_often(open_database: Database):
    with open_database.writing() as conn:
        aged(conn, seen=30 * SECOND)
        access.person_of_browser(conn, "cookie", timedelta(minutes=3), ABSOLUTE)
        assert last_seen(conn) < 15 * SECOND


def test_what_is_no_use_of_it_keeps_no_browser_open_and_needs_no_writing(open_database: Database):
    with open_database.writing() as conn:
        aged(conn, seen=IDLE - 30 * SECOND)
    with open_database.reading() as conn:
        assert signed_in(conn, is_use=False) == "ana"
        assert last_seen(conn) >= IDLE - 30 * SECOND


def test_who_is_no_longer_active_is_signed_in_nowhere(open_database: Database):
    with open_database.writing() as conn:
        people.change(conn, replace(BEN, is_active=False))
        assert [signed_in(conn, "cookie"), signed_in(conn, "other")] == ["ana", None]


def test_a_browser_that_was_closed_stays_closed(open_database: Database):
    with open_database.writing() as conn:
        access.close_browser(conn, "cookie")
        closed_at = conn.execute(select(browsers.c.closed_at).where(browsers.c.cookie_hash == "cookie"))
        first = closed_at.scalar_one()
        conn.execute(
            update(browsers).where(browsers.c.cookie_hash == "cookie").values(closed_at=db_now(-HOUR))
        )
        access.close_browser(conn, "cookie")
        assert signed_in(conn) is None
        assert signed_in(conn, "other") == "ben"
        again = select(browsers.c.closed_at).where(browsers.c.cookie_hash == "cookie")
        assert conn.execute(again).scalar_one() < first, "the time of the first closing is kept"


def test_signing_out_everywhere_closes_a_persons_browsers_and_uses_up_their_links(open_database: Database):
    with open_database.writing() as conn:
        access.open_browser(conn, "ana", "third")
        access.close_browser(conn, "third")
        access.make_link(conn, "ana", "hers", HOUR)
        access.make_link(conn, "ben", "his", HOUR)
        assert access.close_all(conn, "ana") == 1, "one was open"
        assert [signed_in(conn, "cookie"), signed_in(conn, "other")] == [None, "ben"]
        assert [access.redeem_link(conn, "hers"), access.redeem_link(conn, "his")] == [None, "ben"]
        assert access.close_all(conn, "ana") == 0
        assert conn.execute(select(links.c.used_at).where(links.c.used_at.is_(None))).first() is None
