"""A plant of the test's own, on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.plant import Plant


@pytest.fixture
def plant(database_url: str, tmp_path: Path) -> Iterator[Plant]:
    """Everything that stands, and no process yet; runs once on SQLite and once on PostgreSQL."""
    with Plant(database_url, tmp_path) as built:
        yield built
