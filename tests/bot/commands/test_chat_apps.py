"""`slack manifest` and `teams package`: what an administrator uploads, or a sentence that says what is missing."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.bot.commands.conftest import Run

APP_ID = "5f0c9d53-61a2-4f3e-9c9e-0d5c8a0f2b11"
PAGE = "https://coach.example.org"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QMS_COACH_URL", "TEAMS_APP_ID"):
        monkeypatch.delenv(name, raising=False)


def test_the_manifest_sends_slack_to_where_the_coach_is(run: Run):
    printed = json.loads(run("slack", "manifest", "--url", f"{PAGE}/").stdout)
    assert printed["settings"]["event_subscriptions"]["request_url"] == f"{PAGE}/slack/events"


def test_where_the_coach_is_may_stand_in_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("QMS_COACH_URL", PAGE)
    printed = json.loads(run("slack", "manifest").stdout)
    assert printed["oauth_config"]["redirect_urls"] == [f"{PAGE}/slack/oauth_redirect"]


def test_for_socket_mode_no_address_is_needed(run: Run):
    printed = json.loads(run("slack", "manifest", "--socket-mode").stdout)
    assert printed["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in printed["settings"]["event_subscriptions"]


@pytest.mark.parametrize("arguments", [("slack", "manifest"), ("teams", "package")], ids=" ".join)
@pytest.mark.parametrize(
    ("given", "said"),
    [((), "there is no address"), (("--url", "http://here"), "'http://here' is no address")],
    ids=["none", "not https"],
)
def test_without_an_address_a_platform_can_reach_it_says_how_to_name_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, str], given: tuple[str, ...], said: str
):
    monkeypatch.setenv("TEAMS_APP_ID", APP_ID)
    result = run(*arguments, *given)
    assert result.exit_code == 1
    assert result.stderr.startswith(said)
    assert "--url https://coach.example.org" in result.stderr


def test_the_package_is_written_and_names_the_bot(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TEAMS_APP_ID", APP_ID)
    result = run("teams", "package", "--url", PAGE, "--out", "app.zip")
    assert result.exit_code == 0
    with zipfile.ZipFile("app.zip") as package:
        manifest = json.loads(package.read("manifest.json"))
        assert {"color.png", "outline.png"} <= set(package.namelist())
    assert manifest["bots"][0]["botId"] == APP_ID


def test_without_a_bot_there_is_no_package(run: Run):
    result = run("teams", "package", "--url", PAGE)
    assert (result.exit_code, Path("qms-coach-teams.zip").exists()) == (1, False)
    assert result.stderr.startswith("TEAMS_APP_ID is not set")


def test_a_file_that_cannot_be_written_is_named(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TEAMS_APP_ID", APP_ID)
    result = run("teams", "package", "--url", PAGE, "--out", "no/such/folder.zip")
    assert result.exit_code == 1
    assert "folder.zip cannot be written" in result.stderr
