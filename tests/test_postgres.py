"""A database that one test gives back is as good as new for the next, or is not lent again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, func, select, table

from bot.errors import StoreUnavailable
from bot.store import audit, migrate
from bot.store.database import Database
from tests.bot.store import rows
from tests.postgres import Postgres

EVERY_TABLE = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
NEXT_NUMBER = "SELECT nextval('outbox_id_seq')"


@pytest.fixture
def lender(postgres: Postgres) -> Postgres:
    postgres.prepare_template("migrated", migrate.upgrade)
    return postgres


@pytest.fixture
def lent(lender: Postgres) -> Iterator[Database]:
    """A database in which somebody has written, an address and a record that its triggers keep."""
    url = lender.lend("migrated")
    database = Database(url)
    with database.writing() as conn:
        rows.add_people(conn)
        rows.place(conn)
        audit.append(conn, audit.ACCESS, [audit.Entry("ana", "signed in", "person:ana")])
    yield database
    database.close()


def address(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def counted(conn: Connection) -> dict[str, int]:
    """How many rows each table has."""
    names = conn.exec_driver_sql(EVERY_TABLE).scalars().all()
    return {name: conn.scalars(select(func.count()).select_from(table(name))).one() for name in names}


def test_a_database_given_back_holds_nothing_of_what_was_written_and_counts_from_one(lender, lent):
    with lent.writing() as conn:
        assert counted(conn)["audit"] == 1
        conn.exec_driver_sql(NEXT_NUMBER)
    lender.take_back("migrated", address(lent))
    again = Database(lender.lend("migrated"))
    with again.writing() as conn:
        assert {name: number for name, number in counted(conn).items() if number} == {"alembic_version": 1}
        assert conn.exec_driver_sql(NEXT_NUMBER).scalar_one() == 1
    assert address(again) == address(lent)
    again.close()
    lender.take_back("migrated", address(again))


@pytest.mark.parametrize(
    "change",
    [
        "DROP TRIGGER audit_stays ON audit",
        "ALTER TABLE audit DISABLE TRIGGER USER",
        "ALTER TABLE people ADD COLUMN shoe_size integer",
        "ALTER TABLE people ALTER COLUMN name DROP NOT NULL",
        "CREATE INDEX by_name ON people (name)",
        "CREATE TABLE extra (id integer)",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "UPDATE alembic_version SET version_num = '0000'",
    ],
)
def test_a_database_that_is_no_longer_what_it_was_is_not_lent_again(lender, lent, change):
    with lent.writing() as conn:
        conn.exec_driver_sql(change)
    lender.take_back("migrated", address(lent))
    other = lender.lend("migrated")
    assert other != address(lent)
    lender.take_back("migrated", other)


def test_a_transaction_left_open_does_not_keep_a_database_from_being_emptied(lender, lent):
    with pytest.raises(StoreUnavailable), lent.writing() as conn:  # noqa: PT012 - it is lost when it ends
        conn.exec_driver_sql("LOCK TABLE people")
        lender.take_back("migrated", address(lent))
    again = Database(lender.lend("migrated"))
    with again.reading() as conn:
        assert counted(conn)["people"] == 0
    again.close()
    lender.take_back("migrated", address(again))
