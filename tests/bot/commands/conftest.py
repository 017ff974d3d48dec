"""Commands as they are typed: in an empty folder, with an environment of the test's own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot.__main__ import command_line
from bot.store.database import Database

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Type a command; what it printed and its exit code. A stack trace fails the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("DYNO", raising=False)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def type_in(*arguments: str, lines: str = "") -> Result:
        result = CliRunner().invoke(command_line(arguments), list(arguments), input=lines)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    yield type_in
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def on_database(database: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database that the commands work on: once on each engine, with every table and no row."""
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    return database
