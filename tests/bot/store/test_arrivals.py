"""What was put aside is kept until it was heard, and only one process looks it up at a time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from bot.chat import Arrival
from bot.store import arrivals
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.tables import arrivals as table
from tests.bot.store.rows import HOUR, SECOND, at_once

LEASE = timedelta(minutes=1)
FIRST = Arrival("slack", "Ev1", '{"text": "hello"}')
SECOND_ONE = Arrival("slack", "Ev2", "{}")


def keep(database: Database, *kept: Arrival) -> None:
    for arrival in kept:
        with database.writing() as conn:
            arrivals.keep(conn, arrival)


def claim(database: Database, limit: int = 10, *channels: str) -> list[tuple[Arrival, int]]:
    with database.writing() as conn:
        return arrivals.claim(conn, channels or ("slack",), limit, LEASE)


def let_leases_end(database: Database) -> None:
    with database.writing() as conn:
        conn.execute(update(table).values(due_at=db_now()))


def test_what_was_put_aside_comes_back_as_it_was_the_oldest_first(database: Database):
    keep(database, FIRST, SECOND_ONE)
    with database.writing() as conn:
        conn.execute(update(table).where(table.c.event_id == "Ev2").values(received_at=db_now(-HOUR)))
    assert claim(database, 1) == [(SECOND_ONE, 1)]
    assert claim(database) == [(FIRST, 1)]


def test_the_same_event_twice_is_kept_once_and_as_it_came_first(database: Database):
    keep(database, FIRST, Arrival("slack", "Ev1", "again"), Arrival("teams", "Ev1", "another channel's"))
    assert claim(database) == [(FIRST, 1)]
    assert claim(database, 10, "teams") == [(Arrival("teams", "Ev1", "another channel's"), 1)]


def test_nobody_else_gets_it_within_the_lease_and_then_somebody_does(database: Database):
    keep(database, FIRST)
    assert claim(database) == [(FIRST, 1)]
    assert claim(database) == []
    let_leases_end(database)
    assert claim(database) == [(FIRST, 2)], "whoever had it was lost"


def test_of_many_who_claim_at_once_one_gets_each(database: Database):
    wanted = [Arrival("slack", f"Ev{number}", "{}") for number in range(12)]
    keep(database, *wanted)
    taken = [arrival for part in at_once(4, lambda _: claim(database, 12)) for arrival, _ in part]
    taken += [arrival for arrival, _ in claim(database, 12)]  # what was locked just then is still there
    assert sorted(taken, key=str) == sorted(wanted, key=str)


def test_only_the_channels_asked_for_are_claimed(database: Database):
    keep(database, FIRST)
    assert claim(database, 10, "teams", "web") == []


def test_what_was_put_off_comes_again_after_its_pause(database: Database):
    keep(database, FIRST, SECOND_ONE)
    claim(database)
    with database.writing() as conn:
        arrivals.put_off(conn, FIRST, HOUR, 1)
        arrivals.put_off(conn, SECOND_ONE, timedelta(0), 1)
        seconds = conn.execute(select(table.c.due_at, db_now()).where(table.c.event_id == "Ev1")).one()
    assert HOUR - 20 * SECOND < seconds[0] - seconds[1] <= HOUR
    assert claim(database) == [(SECOND_ONE, 2)]


def test_what_was_heard_leaves_nothing_behind(database: Database):
    keep(database, FIRST, SECOND_ONE)
    with database.writing() as conn:
        arrivals.drop(conn, FIRST)
        arrivals.drop(conn, FIRST)  # twice does no harm
        assert conn.execute(select(table.c.event_id)).scalars().all() == ["Ev2"]
