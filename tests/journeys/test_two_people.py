"""Two people taking turns in one run, as a conversation: at the terminal and on the web, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings
from bot.store import migrate
from tests.bot.authored import write_overlay
from tests.bot.parts import OWED, SITE, TRIED, YAML
from tests.dialogue import Clock, Terminal, Web, play

JOURNEY = Path(__file__).parent / "together" / "two_people.txt"


@pytest.fixture
def settings(database_url, tmp_path) -> Settings:
    migrate.upgrade(database_url)
    overlay = write_overlay(
        tmp_path / "site", site=SITE, playbook=YAML, scenarios=TRIED, obligations=OWED, name="look-at-result"
    )
    return Settings.model_validate(
        {
            "DATABASE_URL": database_url,
            "QMS_COACH_SECRET_KEY": "a made-up key " * 3,
            "QMS_COACH_SITE": str(overlay),
        }
    )


def test_two_people_take_turns_at_the_terminal(settings, tmp_path):
    clock = Clock()
    stage = Terminal(settings, clock, tmp_path)
    try:
        play(JOURNEY, stage, clock)
    finally:
        stage.close()


def test_two_people_take_turns_on_the_web_and_the_stream_tells_the_same(settings):
    clock = Clock()
    stage = Web(settings, clock)
    try:
        play(JOURNEY, stage, clock)
        assert stage.streamed() == [line.text for line in stage.page.lines]
    finally:
        stage.close()
