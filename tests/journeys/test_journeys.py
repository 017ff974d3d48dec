"""Whole conversations, as people have them: every file of this folder, at the terminal and on the web."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings
from bot.store import migrate
from tests.dialogue import Clock, Terminal, Web, play

JOURNEYS = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.fixture
def settings(database_url) -> Settings:
    migrate.upgrade(database_url)
    return Settings.model_validate(
        {"DATABASE_URL": database_url, "QMS_COACH_SECRET_KEY": "a made-up key " * 3}
    )


@pytest.mark.parametrize("path", JOURNEYS, ids=lambda path: path.stem)
def test_the_journey_goes_as_written_at_the_terminal(path, settings, tmp_path):
    clock = Clock()
    stage = Terminal(settings, clock, tmp_path)
    try:
        play(path, stage, clock)
    finally:
        stage.close()


@pytest.mark.parametrize("path", JOURNEYS, ids=lambda path: path.stem)
def test_the_journey_goes_as_written_on_the_web_and_the_stream_tells_the_same(path, settings):
    clock = Clock()
    stage = Web(settings, clock)
    try:
        play(path, stage, clock)
        assert stage.streamed() == [line.text for line in stage.page.lines]
    finally:
        stage.close()
