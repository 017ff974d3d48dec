"""What a command works with: the coach with its content, or its database alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot import app as application
from bot.app import App
from bot.settings import Settings, read_settings
from bot.store.database import Database


@contextmanager
def opened() -> Iterator[App]:
    """The coach as the environment says, let go of at the end. Raises CoachError when it cannot be used."""
    app = application.build(read_settings())
    try:
        application.must_be_migrated(app.database)
        yield app
    finally:
        app.close()


@contextmanager
def opened_database(settings: Settings) -> Iterator[Database]:
    """The database, which must have this release's tables. Raises CoachError when it has not."""
    database = Database(settings.database_url)
    try:
        application.must_be_migrated(database)
        yield database
    finally:
        database.close()
