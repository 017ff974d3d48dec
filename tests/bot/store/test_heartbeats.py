"""Which of our processes are alive is judged by one clock, the database's."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from bot.store import heartbeats
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.tables import heartbeats as table
from tests.bot.store.rows import HOUR


def test_a_process_is_as_old_as_its_last_beat(database: Database):
    with database.writing() as conn:
        heartbeats.beat(conn, "web", "first")
        heartbeats.beat(conn, "worker")
        conn.execute(update(table).values(at=db_now(-HOUR)))
        heartbeats.beat(conn, "web", "second")
        ages = heartbeats.ages(conn)
        detail = conn.execute(select(table.c.detail).where(table.c.process == "web")).scalar_one()
    assert ages.keys() == {"web", "worker"}
    assert timedelta(0) <= ages["web"] < timedelta(minutes=5) < HOUR <= ages["worker"] + timedelta(seconds=1)
    assert detail == "second"


def test_before_the_first_beat_nobody_was_ever_alive(database: Database):
    with database.reading() as conn:
        assert heartbeats.ages(conn) == {}


def test_a_process_that_stopped_as_told_or_is_long_gone_is_looked_for_no_more(database: Database):
    with database.writing() as conn:
        for process in ("web", "worker", "clock"):
            heartbeats.beat(conn, process)
        heartbeats.forget(conn, "web")
        conn.execute(update(table).where(table.c.process == "clock").values(at=db_now(-HOUR)))
        assert [heartbeats.prune(conn, HOUR / 2), heartbeats.prune(conn, HOUR / 2)] == [1, 0]
        assert heartbeats.ages(conn).keys() == {"worker"}
