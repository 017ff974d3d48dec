"""What people did is counted for a site, and forgotten in time."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import update

from bot.store import events
from bot.store.database import Database
from bot.store.events import EngagementEvent
from bot.store.moment import db_now
from bot.store.tables import engagement_events
from tests.bot.store.rows import HOUR, MORNING, SECOND

READ = EngagementEvent(MORNING, "ana", "north", "read", "article:alcoa", {"seconds": "40"})


def test_what_was_done_in_a_span_comes_back_in_order_with_its_start_and_without_its_end(database: Database):
    at = [MORNING - SECOND, MORNING, MORNING + SECOND, MORNING + HOUR]
    done = [replace(READ, at=moment) for moment in at]
    with database.writing() as conn:
        events.record(conn, [done[3], done[1], done[0], done[2]])
        events.record(conn, [])
        assert events.between(conn, MORNING, MORNING + HOUR) == (done[1], done[2])


def test_a_site_sees_what_its_own_people_did(database: Database):
    elsewhere = replace(READ, person="ben", site="south", detail={})
    with database.writing() as conn:
        events.record(conn, [READ, elsewhere])
        assert events.between(conn, MORNING, MORNING + HOUR, "south") == (elsewhere,)
        assert events.between(conn, MORNING, MORNING + HOUR) == (READ, elsewhere)


def test_what_somebody_kept_against_a_check_is_found_for_them_alone(database: Database):
    kept = replace(READ, verb=events.STOOD_BY, object="minimising", detail={})
    others = [
        READ,
        replace(kept, person="ben"),
        replace(kept, at=MORNING - HOUR),
        replace(kept, verb=events.COACHED),
    ]
    with database.writing() as conn:
        events.record(conn, [*others, kept])
        assert events.kept_against(conn, "ana", MORNING) == ((MORNING, "minimising"),)


def test_what_is_old_is_forgotten_in_batches_and_the_rest_stays(database: Database):
    with database.writing() as conn:
        events.record(conn, [READ] * 5)
        conn.execute(update(engagement_events).values(at=db_now(-2 * HOUR)))
        conn.execute(
            update(engagement_events).where(engagement_events.c.id == 1).values(at=db_now(-HOUR / 2))
        )
        assert [events.prune(conn, HOUR, 3) for _ in range(3)] == [3, 1, 0]
        assert conn.exec_driver_sql("SELECT id FROM engagement_events").scalars().all() == [1]
