"""Tests here may be `async def`, and can have a place where Teams keeps files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.async_tests import pytest_pyfunc_call
from tests.channels.teams.microsoft import Folder

__all__ = ["pytest_pyfunc_call"]


@pytest.fixture
def folder() -> Iterator[Folder]:
    """A server for files."""
    with Folder() as folder:
        yield folder
