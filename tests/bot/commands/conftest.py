"""Commands as they are typed: in an empty folder, with an environment of the test's own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot import app
from bot.__main__ import command_line
from bot.content.library import Library
from bot.content.reader import load_library
from bot.store.database import Database
from tests.content import shipped_library

Run = Callable[..., Result]


def _load_library(overlay: Path | None, cache: Path | None) -> Library:
    return load_library(overlay, cache) if overlay else shipped_library()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Type a command; what it printed and its exit code. A stack trace fails the test.

    A command that opens the coach finds the shipped content read already: it is the same for all of them.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(app, "load_library", _load_library)
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
