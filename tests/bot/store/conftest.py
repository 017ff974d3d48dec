"""What the tests of the store share."""

from __future__ import annotations

import pytest

from bot.store.database import Database
from tests.bot.store import rows


@pytest.fixture
def peopled(database: Database) -> Database:
    """A database that knows Ana and Ben."""
    with database.writing() as conn:
        rows.add_people(conn)
    return database
