"""What Slack is told about the app is what the app does, and nothing Slack would refuse."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from bot.channels.slack import blocks
from bot.channels.slack.manifest import EVENTS, OPTIONAL_SCOPES, SCOPES, manifest

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "tests/schemas/slack-manifest.schema.2.0.0.json").read_text(encoding="utf-8"))
BASE = "https://coach.example"


@pytest.mark.parametrize("socket_mode", [True, False])
def test_it_is_valid_by_slacks_own_schema(socket_mode: bool):
    jsonschema.validate(manifest(BASE, socket_mode=socket_mode), SCHEMA)


def test_over_http_every_address_is_ours():
    told = manifest(BASE + "/", socket_mode=False)
    assert told["settings"]["event_subscriptions"]["request_url"] == f"{BASE}/slack/events"
    assert told["settings"]["interactivity"]["request_url"] == f"{BASE}/slack/events"
    assert told["features"]["slash_commands"][0]["url"] == f"{BASE}/slack/events"
    assert told["oauth_config"]["redirect_urls"] == [f"{BASE}/slack/oauth_redirect"]


def test_through_a_socket_there_is_no_address():
    assert "http" not in json.dumps(manifest(BASE, socket_mode=True))


def test_the_shortcuts_lead_to_what_the_app_knows():
    shortcuts = manifest(BASE, socket_mode=False)["features"]["shortcuts"]
    assert {each["callback_id"] for each in shortcuts} == {blocks.START, blocks.CONSIDER}


def test_it_asks_for_the_scopes_that_have_a_reason_and_no_others():
    scopes = manifest(BASE, socket_mode=False)["oauth_config"]["scopes"]
    assert scopes == {"bot": sorted([*SCOPES, *OPTIONAL_SCOPES]), "bot_optional": sorted(OPTIONAL_SCOPES)}
    assert all({**SCOPES, **OPTIONAL_SCOPES}.values())


def test_it_never_asks_to_read_channels_or_to_act_as_somebody():
    told = manifest(BASE, socket_mode=False)
    assert "user" not in told["oauth_config"]["scopes"]
    assert not {"channels:history", "groups:history", "chat:write.public", "users:write"} & SCOPES.keys()
    assert "message.channels" not in EVENTS


def test_it_is_the_agent_of_today():
    features = manifest(BASE, socket_mode=False)["features"]
    assert "assistant_view" not in features
    assert len(features["agent_view"]["suggested_prompts"]) <= 4


def test_the_page_for_administrators_explains_every_scope_and_event():
    page = (ROOT / "docs/slack-setup.md").read_text(encoding="utf-8")
    for name in (*SCOPES, *OPTIONAL_SCOPES, *EVENTS):
        assert f"`{name}`" in page
