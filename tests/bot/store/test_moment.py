"""Times: aware and in UTC, in and out, and in order on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import StatementError

from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.tables import heartbeats, links
from tests.bot.store.rows import HOUR, MORNING

TIMES = st.datetimes(
    datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.timezones(), allow_imaginary=False
)


def keep(database: Database, *times: datetime) -> list[datetime]:
    """The times as they come back, in the order the database sorts them."""
    with database.writing() as conn:
        conn.execute(delete(heartbeats))
        rows = [{"process": str(number), "at": at} for number, at in enumerate(times)]
        conn.execute(insert(heartbeats), rows)
        return list(conn.execute(select(heartbeats.c.at).order_by(heartbeats.c.at)).scalars())


def test_a_time_without_a_zone_is_refused_with_a_remedy(database: Database):
    with pytest.raises(StatementError, match="has no time zone; pass an aware datetime"):
        keep(database, datetime(2025, 11, 24, 7, 30))


def test_a_time_comes_out_aware_and_in_utc_wherever_it_was_said(database: Database):
    in_zagreb = datetime(2025, 11, 24, 8, 30, 0, 123456, tzinfo=timezone(HOUR))
    (found,) = keep(database, in_zagreb)
    assert (found, found.tzinfo) == (in_zagreb, UTC)


# The database is emptied at the start of each example.
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(times=st.lists(TIMES, min_size=1, max_size=8))
def test_times_come_back_to_the_microsecond_and_sort_as_they_passed(
    database: Database, times: list[datetime]
):
    assert keep(database, *times) == sorted(at.astimezone(UTC) for at in times)


def test_times_a_microsecond_apart_are_told_apart(database: Database):
    times = [MORNING + timedelta(microseconds=step) for step in (10, 2, 0, 1, 999_999, 1_000_000, 100_000)]
    assert keep(database, *times) == sorted(times)


def test_no_time_stays_no_time(peopled: Database):
    with peopled.writing() as conn:
        conn.execute(insert(links).values(token_hash="a", person="ana", expires_at=MORNING, used_at=None))
        assert conn.execute(select(links.c.used_at)).scalar_one() is None


@pytest.mark.parametrize(
    "after",
    [
        timedelta(seconds=60),
        timedelta(days=-3650),
        timedelta(milliseconds=1500),
        timedelta(microseconds=10),  # as a text: 1e-05
        timedelta(0),
    ],
    ids=str,
)
def test_the_clock_plus_a_span_is_that_much_later(database: Database, after: timedelta):
    with database.reading() as conn:
        earliest, then, latest = conn.execute(select(db_now(), db_now(after), db_now())).one()
    assert earliest - timedelta(milliseconds=1) <= then - after <= latest + timedelta(milliseconds=1)
    assert then.tzinfo is UTC


def test_the_clock_goes_on_within_a_transaction(database: Database):
    with database.writing() as conn:
        start = conn.execute(select(db_now())).scalar_one()
        while conn.execute(select(db_now())).scalar_one() == start:
            pass
        assert conn.execute(select(db_now())).scalar_one() > start


def test_the_clock_can_be_compared_with_what_is_kept(database: Database):
    keep(database, MORNING, datetime(2200, 1, 1, tzinfo=UTC))
    with database.reading() as conn:
        past = select(heartbeats.c.at).where(heartbeats.c.at < db_now())
        assert list(conn.execute(past).scalars()) == [MORNING]
