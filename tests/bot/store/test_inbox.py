"""The same delivery twice is the same message."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, update

from bot.store import inbox
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.tables import inbox as table
from tests.bot.store.rows import HOUR, at_once


def remember(database: Database, event_id: str, channel: str = "slack") -> bool:
    with database.writing() as conn:
        return inbox.remember(conn, channel, event_id, "ana")


def test_a_delivery_is_new_once(database: Database):
    assert [remember(database, "Ev1"), remember(database, "Ev1"), remember(database, "Ev2")] == [
        True,
        False,
        True,
    ]


def test_two_channels_may_use_the_same_name_for_a_delivery(database: Database):
    assert [remember(database, "1", "slack"), remember(database, "1", "teams")] == [True, True]


def test_of_the_same_delivery_many_times_at_once_one_is_new(database: Database):
    assert sorted(at_once(8, lambda _: remember(database, "Ev1"))) == [False] * 7 + [True]


def test_a_delivery_whose_turn_was_rolled_back_is_new_again(database: Database):
    def fail_after_all(conn: Connection) -> None:
        inbox.remember(conn, "slack", "Ev1", "ana")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.writing() as conn:
        fail_after_all(conn)
    assert remember(database, "Ev1")


def test_old_deliveries_are_forgotten_in_batches_and_the_rest_stay_known(database: Database):
    for number in range(5):
        remember(database, f"Ev{number}")
    with database.writing() as conn:
        conn.execute(update(table).where(table.c.event_id != "Ev4").values(received_at=db_now(-2 * HOUR)))
        assert [inbox.prune(conn, HOUR, 3) for _ in range(3)] == [3, 1, 0]
    assert [remember(database, "Ev0"), remember(database, "Ev4")] == [True, False]
