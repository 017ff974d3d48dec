"""Every request that was captured or written down is one that Slack's own library accepts."""

from __future__ import annotations

import json

import pytest
from slack_bolt.request.payload_utils import is_action, is_event, is_shortcut, is_slash_command, is_view
from slack_sdk.signature import Clock, SignatureVerifier

from tests.payloads.slack.replay import HERE, payload, request, sign

SECRET = "a signing secret"
NAMES = sorted(str(path.relative_to(HERE).with_suffix("")) for path in HERE.rglob("*.json"))
NOON = 1_795_694_400


class StoppedClock(Clock):
    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        return self._now


def is_accepted(name: str, *, after: float = 0) -> bool:
    asked = request(name, secret=SECRET, timestamp=NOON)
    verifier = SignatureVerifier(SECRET, clock=StoppedClock(NOON + after))
    return verifier.is_valid_request(asked.body, dict(asked.headers))


@pytest.mark.parametrize("name", NAMES)
def test_a_replayed_request_has_a_good_signature(name):
    assert is_accepted(name)


def test_a_request_of_more_than_five_minutes_ago_is_refused():
    assert is_accepted("message_im", after=299)
    assert not is_accepted("message_im", after=301)


def test_a_signature_of_another_secret_is_another():
    assert sign("{}", secret=SECRET, timestamp=NOON) != sign("{}", secret="another", timestamp=NOON)


def test_a_delivery_that_is_repeated_says_so():
    again = request("message_im", secret=SECRET, timestamp=NOON, retry=2)
    assert again.headers["X-Slack-Retry-Num"] == "2"
    assert again.body == request("message_im", secret=SECRET, timestamp=NOON).body


def test_a_changed_body_is_the_one_that_is_sent():
    changed = payload("message_im")
    changed["event"]["text"] = "help"
    assert json.loads(request("message_im", secret=SECRET, timestamp=NOON, body=changed).body) == changed


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (is_event, ["message_im", "app_home_opened", "documented/user_change"]),
        (is_action, ["block_actions_button", "documented/block_actions_home"]),
        (is_shortcut, ["documented/message_action", "documented/shortcut"]),
        (is_view, ["view_submission", "view_closed"]),
        (is_slash_command, ["slash_command", "documented/slash_command"]),
    ],
)
def test_each_is_what_its_name_says(kind, names):
    assert [name for name in names if not kind(payload(name))] == []


def test_what_was_not_captured_names_its_page():
    pages = [json.loads(path.read_text())["page"] for path in (HERE / "documented").glob("*.json")]
    assert pages
    assert [page for page in pages if not page.startswith("https://docs.slack.dev/")] == []
