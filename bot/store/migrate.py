"""Bringing a database to the shape this version of the coach needs."""

from __future__ import annotations

import functools
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.errors import CoachError
from bot.store.database import Database

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 5_117_221  # any number, the same in every release: who holds it migrates


def upgrade(url: str) -> None:
    """Bring the database at `url` to this version's schema: all of it or, when a step fails, none of it.

    Running it again, or twice at the same time, is harmless. Raises StoreUnavailable when a table stays
    locked by somebody else for too long, and CoachError when a later release has changed the database.

    1. Wait until no other migration runs (PostgreSQL: an advisory lock; SQLite: the write lock itself).
    2. Only then take the limits that suit changes of tables: give up early on a lock, late on the work.
    3. Run what is missing, in the same transaction.
    """
    database = Database(url, answers_within=None)
    try:
        with database.writing() as conn:
            if database.dialect == "postgresql":
                conn.exec_driver_sql("SET LOCAL statement_timeout = '120s'")
                conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                conn.exec_driver_sql(
                    "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '5s'; "
                    "SET LOCAL idle_in_transaction_session_timeout = 0"
                )
            _refuse_a_later_version(current(conn))
            command.upgrade(_config(conn), "head")
    finally:
        database.close()


def current(conn: Connection) -> str:
    """The schema version this database has; empty when it has none."""
    return MigrationContext.configure(conn).get_current_revision() or ""


@functools.cache
def expected() -> str:
    """The schema version this release of the coach needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def draft(message: str) -> None:
    """Write the next file of `migrations/versions`: what `tables.py` has and the migrations do not make yet.

    For a developer, at a desk; what it wrote is to be read and corrected before anybody runs it.
    """
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/desk.db"
        upgrade(url)
        database = Database(url)
        with database.writing() as conn:
            number = f"{int(expected()) + 1:04}"
            command.revision(_config(conn), message, autogenerate=True, rev_id=number)
        database.close()


def _refuse_a_later_version(found: str) -> None:
    known = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]
    if found and found not in known:
        msg = (
            f"the database has version {found}, which this release does not know (it needs {expected()}); "
            "install the release that last ran here, or a later one"
        )
        raise CoachError(msg)


def _config(conn: Connection | None = None) -> Config:
    config = Config()
    config.attributes["connection"] = conn
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config
