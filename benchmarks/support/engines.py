"""Both database engines, waiting for the disk as in earnest."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.store import migrate
from tests.postgres import NoPostgresError, throwaway_postgres

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


@contextmanager
def migrated(engine: str) -> Iterator[str]:
    """The address of a new database with this release's tables, gone afterwards. Raises NoPostgresError."""
    with empty(engine) as url:
        migrate.upgrade(url)
        yield url


@contextmanager
def empty(engine: str) -> Iterator[str]:
    """The address of a new, empty database, gone afterwards. Raises NoPostgresError."""
    if engine == SQLITE:
        with tempfile.TemporaryDirectory(prefix="qms-coach-bench-") as folder:
            yield f"sqlite:///{Path(folder) / 'coach.db'}"
    else:
        with throwaway_postgres(is_durable=True) as server:
            yield server.fresh_database()


def each_engine() -> Iterator[tuple[str, str]]:
    """Each engine's name, and the address of a migrated database of it; one that is not here is named and left out."""
    for engine in (SQLITE, POSTGRESQL):
        try:
            with migrated(engine) as url:
                yield engine, url
        except NoPostgresError as error:
            print(f"  LEFT OUT: {error}")
