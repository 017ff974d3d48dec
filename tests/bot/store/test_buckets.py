"""A workspace is sent as much as its platform takes, by however many processes, and no other one waits for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.store import buckets
from bot.store.buckets import Pace
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.tables import buckets as table
from tests.bot.store.rows import HOUR, SECOND, at_once

SLOW = Pace(most=5, per_second=0.001)  # not one comes back while a test runs


def take(database: Database, wanted: int, workspace: str = "T1", pace: Pace = SLOW) -> int:
    with database.writing() as conn:
        return buckets.take(conn, "slack", workspace, pace, wanted)


def filled(database: Database, ago: timedelta) -> None:
    """Let every bucket have been filled last so long ago; in the future where that is negative."""
    with database.writing() as conn:
        conn.execute(update(table).values(filled_at=db_now(-ago)))


def test_nobody_takes_more_than_there_is(database: Database):
    assert [take(database, 3), take(database, 3), take(database, 3)] == [3, 2, 0]


def test_another_workspace_is_untouched_and_so_is_another_channel(database: Database):
    assert [take(database, 9), take(database, 9, "T2")] == [5, 5]
    with database.writing() as conn:
        assert buckets.take(conn, "teams", "T1", SLOW, 9) == 5


@pytest.mark.parametrize("begun", [False, True], ids=["a new bucket", "a bucket in use"])
def test_many_at_once_never_take_more_than_there_is(database: Database, begun: bool):
    taken = [take(database, 1)] if begun else []
    taken += at_once(6, lambda _: take(database, 2))
    assert sum(taken) == SLOW.most


@pytest.mark.parametrize(
    ("ago", "comes_back"),
    [(0 * SECOND, 0), (1.5 * SECOND, 3), (HOUR, 5), (-HOUR, 0)],
    ids=["at once", "while time passes", "never more than it holds", "a clock set back"],
)
def test_a_bucket_is_filled_by_the_databases_clock(database: Database, ago: timedelta, comes_back: int):
    pace = Pace(most=5, per_second=2)
    take(database, 5, pace=SLOW)
    filled(database, ago)
    assert take(database, 9, pace=pace) in {comes_back, min(5, comes_back + 1)}, "a second may pass meanwhile"


def test_what_comes_back_while_somebody_looks_is_not_lost(database: Database):
    """A third of a message is no message, and three thirds are one."""
    pace = Pace(most=5, per_second=1)
    take(database, 5, pace=SLOW)
    taken = []
    for _ in range(3):
        with database.writing() as conn:
            conn.execute(update(table).values(filled_at=db_now(-0.34 * SECOND)))
            taken.append(buckets.take(conn, "slack", "T1", pace, 1))
    assert taken == [0, 0, 1]


def test_a_bucket_that_was_not_asked_for_anything_stays_full(database: Database):
    assert take(database, 0) == 0
    with database.reading() as conn:
        assert conn.execute(select(table.c.left)).scalar_one() == SLOW.most
