"""What every acceptance test starts from: a plant. What people say does not depend on the engine; what is kept might."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.database import Database
from tests.plant import Plant


@pytest.fixture
def plant(migrated_file: Path, tmp_path: Path) -> Iterator[Plant]:
    """A plant on SQLite."""
    path = tmp_path / "plant.db"
    shutil.copyfile(migrated_file, path)
    database = Database(f"sqlite:///{path}")
    yield Plant(database)
    database.close()


@pytest.fixture
def each_plant(database) -> Plant:
    """A plant on each engine."""
    return Plant(database)
