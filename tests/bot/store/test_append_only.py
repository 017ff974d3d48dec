"""What was recorded stays: the database itself refuses to change or delete it."""

from __future__ import annotations

import pytest
from sqlalchemy import Executable, delete, insert, select, text, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from bot.store import anchors, audit
from bot.store.database import Database
from bot.store.tables import metadata
from playbooks.run import Answered
from tests.bot.store.rows import MORNING, add_events, begin_run


@pytest.fixture
def recorded(peopled: Database) -> Database:
    """A database with one row in each table that only grows."""
    with peopled.writing() as conn:
        begin_run(conn)
        add_events(conn, 0, Answered("what", ("yes",)))
        audit.append(conn, audit.SYSTEM, [audit.Entry("system", "started", "web")])
        anchors.anchor(conn)
    return peopled


def rows_of(database: Database, table: str) -> list[tuple[object, ...]]:
    with database.reading() as conn:
        return [tuple(row) for row in conn.execute(select(metadata.tables[table]))]


def refused_changes(name: str, engine: str) -> list[Executable]:
    """Every way to change or remove what stands in the table."""
    table = metadata.tables[name]
    the_same = (table.c.keys(), select(table).where(true()))
    changed = {"at": MORNING}
    if engine == "sqlite":
        return [
            update(table).values(changed),
            delete(table),
            sqlite.insert(table).from_select(*the_same).on_conflict_do_update(set_=changed),
            insert(table).prefix_with("OR REPLACE").from_select(*the_same),
        ]
    key = table.primary_key
    return [
        update(table).values(changed),
        delete(table),
        postgresql.insert(table).from_select(*the_same).on_conflict_do_update(key, set_=changed),
        text(f"TRUNCATE {name}"),
        text(f"TRUNCATE {name} CASCADE"),
    ]


@pytest.mark.parametrize("table", ["run_events", "audit", "anchors"])
def test_what_was_recorded_cannot_be_changed_or_removed(recorded: Database, table: str):
    before = rows_of(recorded, table)
    for change in refused_changes(table, recorded.dialect):
        refusal = pytest.raises(IntegrityError, match=f"rows of {table} are never changed or deleted")
        with refusal, recorded.writing() as conn:
            conn.execute(change)
        assert rows_of(recorded, table) == before, change
    assert len(before) == 1
