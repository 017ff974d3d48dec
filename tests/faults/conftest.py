"""A plant of the test's own, on each engine; and tests here may be `async def`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.async_tests import pytest_pyfunc_call
from tests.faults.plant import Plant

__all__ = ["pytest_pyfunc_call"]


@pytest.fixture
def plant(database_url: str, tmp_path: Path) -> Iterator[Plant]:
    """Everything that stands, and no process yet; runs once on SQLite and once on PostgreSQL."""
    with Plant(database_url, tmp_path) as built:
        yield built
