"""A database comes to the shape this version needs: all of it, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from bot.errors import CoachError
from bot.store import migrate
from bot.store.database import Database
from bot.store.tables import metadata
from tests.bot.store.rows import at_once


@pytest.fixture
def empty(database_url: str):
    """A database without a table."""
    database = Database(database_url)
    yield database
    database.close()


def tables(database: Database) -> set[str]:
    with database.reading() as conn:
        return set(inspect(conn).get_table_names())


def version(database: Database) -> str:
    with database.reading() as conn:
        return migrate.current(conn)


def test_an_empty_database_comes_to_the_version_this_release_needs(empty: Database, database_url: str):
    assert version(empty) == ""
    migrate.upgrade(database_url)
    assert version(empty) == migrate.expected() != ""
    assert tables(empty) == {*metadata.tables, "alembic_version"}


def test_migrating_again_changes_nothing(empty: Database, database_url: str):
    migrate.upgrade(database_url)
    with empty.writing() as conn:
        conn.exec_driver_sql(
            "INSERT INTO heartbeats (process, at) VALUES ('web', '2025-11-24 07:30:00.000000')"
        )
    migrate.upgrade(database_url)
    with empty.reading() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM heartbeats").scalar_one() == 1


def test_two_who_migrate_at_once_do_not_hurt_each_other(empty: Database, database_url: str):
    at_once(2, lambda _: migrate.upgrade(database_url))
    assert version(empty) == migrate.expected()


def test_the_migrations_make_exactly_the_tables_the_code_knows(database: Database):
    with database.reading() as conn:
        context = MigrationContext.configure(
            conn, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_migrations_allow_exactly_the_states_the_code_knows(database: Database):
    """alembic does not compare checks."""

    def refused(conn: Any, table: str, state: str) -> bool:
        checks = inspect(conn).get_check_constraints(table)
        return bool(checks) and all(f"'{state}'" not in str(check["sqltext"]) for check in checks)

    with database.reading() as conn:
        for table in ("runs", "outbox"):
            (known,) = (c.sqltext for c in metadata.tables[table].constraints if hasattr(c, "sqltext"))
            for state in str(known).split("'")[1::2]:
                assert not refused(conn, table, state), f"{table} must take {state}"
            assert refused(conn, table, "lost")


def test_a_migration_that_fails_leaves_nothing(empty: Database, database_url: str):
    with empty.writing() as conn:
        conn.exec_driver_sql("CREATE TABLE sessions (in_the_way INTEGER)")  # made late, after many others
    with pytest.raises(DBAPIError, match="sessions"):
        migrate.upgrade(database_url)
    assert tables(empty) == {"sessions"}
    assert version(empty) == ""


def test_a_database_of_a_later_release_is_refused_and_left_alone(empty: Database, database_url: str):
    """It once ended in alembic's own error, which says nothing to an operator."""
    migrate.upgrade(database_url)
    with empty.writing() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(CoachError, match="version 9999, which this release does not know"):
        migrate.upgrade(database_url)
    assert version(empty) == "9999"
