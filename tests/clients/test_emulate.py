"""The strict Slack refuses what Slack refuses, and lets an app be installed."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from slack_bolt import App, BoltRequest
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore

from tests.clients.emulate import APP_ID, BOT_TOKEN, CLIENT_ID, CLIENT_SECRET, Emulate

REDIRECT = "http://127.0.0.1:9/slack/oauth_redirect"
READ_ONLY = "xoxb-read-only"
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "What happened"}, "blocks": []}
HOME = {"type": "home", "blocks": []}


@pytest.fixture(scope="module")
def strict(clients: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulate]:
    folder = tmp_path_factory.mktemp("emulate")
    with Emulate(folder, redirect_uri=REDIRECT, tokens={READ_ONLY: ["channels:read"]}) as strict:
        yield strict


@pytest.fixture
def client(strict: Emulate) -> WebClient:
    return WebClient(token=BOT_TOKEN, base_url=strict.api_url)


def refused(call, **arguments) -> str:
    with pytest.raises(SlackApiError) as refusal:
        call(**arguments)
    error: str = refusal.value.response["error"]
    return error


def test_a_message_to_a_person_opens_their_conversation(strict: Emulate, client: WebClient):
    alice = strict.user_id("alice")
    sent = client.chat_postMessage(channel=alice, text="good morning")
    assert sent["channel"] == client.conversations_open(users=alice)["channel"]["id"]
    assert sent["channel"].startswith("D")


def test_what_stands_behind_a_message_is_kept(strict: Emulate, client: WebClient):
    metadata = {"event_type": "qms_nudge", "event_payload": {"key": "n-1"}}
    sent = client.chat_postMessage(channel=strict.user_id("bob"), text="good morning", metadata=metadata)
    history = client.conversations_history(channel=sent["channel"], include_all_metadata=True)
    assert history["messages"][0]["metadata"] == metadata


def test_a_token_without_the_scope_is_refused(strict: Emulate):
    poor = WebClient(token=READ_ONLY, base_url=strict.api_url)
    assert refused(poor.chat_postMessage, channel="general", text="good morning") == "missing_scope"


def test_a_channel_the_bot_is_not_in_is_refused(client: WebClient):
    assert refused(client.chat_postMessage, channel="quality-board", text="hello") == "not_in_channel"


def test_a_message_of_nothing_is_refused(strict: Emulate):
    answer = strict.call("chat.postMessage", {"channel": strict.user_id("bob"), "text": ""})
    assert answer == {"ok": False, "error": "no_text"}


def test_only_who_is_in_the_channel_is_whispered_to(strict: Emulate, client: WebClient):
    channel = client.conversations_open(users=strict.user_id("alice"))["channel"]["id"]
    outsider = strict.user_id("bob")
    assert (
        refused(client.chat_postEphemeral, channel=channel, user=outsider, text="x") == "user_not_in_channel"
    )


def test_a_trigger_is_good_once(strict: Emulate, client: WebClient):
    trigger = strict.trigger("alice")
    assert client.views_open(trigger_id=trigger, view=MODAL)["ok"]
    assert refused(client.views_open, trigger_id=trigger, view=MODAL) == "exchanged_trigger_id"


def test_a_trigger_is_good_for_three_seconds(strict: Emulate, client: WebClient):
    trigger = strict.trigger("alice")
    time.sleep(3.1)
    assert refused(client.views_open, trigger_id=trigger, view=MODAL) == "expired_trigger_id"


def test_a_view_that_was_changed_meanwhile_is_not_overwritten(strict: Emulate, client: WebClient):
    view = client.views_open(trigger_id=strict.trigger("alice"), view=MODAL)["view"]
    seen = {"view_id": view["id"], "hash": view["hash"], "view": MODAL}
    assert client.views_update(**seen)["ok"]
    assert refused(client.views_update, **seen) == "hash_conflict"


def test_a_home_that_was_changed_meanwhile_is_not_overwritten(strict: Emulate, client: WebClient):
    alice = strict.user_id("alice")
    seen = client.views_publish(user_id=alice, view=HOME)["view"]["hash"]
    client.views_publish(user_id=alice, view=HOME, hash=seen)
    assert refused(client.views_publish, user_id=alice, view=HOME, hash=seen) == "hash_conflict"


def test_two_views_may_lie_on_the_first(strict: Emulate, client: WebClient):
    first = client.views_open(trigger_id=strict.trigger("alice"), view=MODAL)["view"]["id"]
    for _ in range(2):
        client.views_push(trigger_id=strict.trigger("alice", view_id=first), view=MODAL)
    trigger = strict.trigger("alice", view_id=first)
    assert refused(client.views_push, trigger_id=trigger, view=MODAL) == "push_limit_reached"


def test_a_file_is_uploaded_to_a_person(strict: Emulate, client: WebClient):
    sent = client.files_upload_v2(
        channel=strict.user_id("alice"), filename="record.txt", content="06:05 chipped"
    )
    assert sent["file"]["name"] == "record.txt"
    assert sent["file"]["ims"]


def test_a_method_it_does_not_have_is_not_found(strict: Emulate, client: WebClient):
    with pytest.raises(SlackApiError) as refusal:
        client.api_call("usergroups.list")
    assert refusal.value.response.status_code == 404
    assert refusal.value.response.get("error") is None


def test_an_app_is_installed_and_its_bot_remembered(strict: Emulate, tmp_path: Path):
    app, store = installable(strict, tmp_path)
    asked = app.dispatch_install()
    arrived = app.arrive(strict.consent(asked.address, "alice"), asked.cookie)
    assert arrived == 200
    bot = store.find_bot(enterprise_id=None, team_id="T000000001")
    assert bot
    assert bot.app_id == APP_ID
    assert bot.bot_scopes == ["chat:write", "im:write"]
    client = WebClient(token=bot.bot_token, base_url=strict.api_url)
    assert client.chat_postMessage(channel=strict.user_id("alice"), text="Thank you for installing me")["ok"]
    assert refused(client.users_info, user=strict.user_id("bob")) == "missing_scope"


def test_an_installation_cannot_be_replayed(strict: Emulate, tmp_path: Path):
    app, _ = installable(strict, tmp_path)
    asked = app.dispatch_install()
    address = strict.consent(asked.address, "alice")
    assert app.arrive(address, asked.cookie) == 200
    assert app.arrive(address, asked.cookie) == 401


def test_an_installation_begun_in_another_browser_is_refused(strict: Emulate, tmp_path: Path):
    app, _ = installable(strict, tmp_path)
    address = strict.consent(app.dispatch_install().address, "alice")
    assert app.arrive(address, "slack-app-oauth-state=another") == 400


class Asked:
    """Where the person is sent to agree, and the cookie their browser keeps."""

    def __init__(self, address: str, cookie: str) -> None:
        self.address = address
        self.cookie = cookie


class Installable:
    """An app's two pages of installing, asked as a browser would."""

    def __init__(self, app: App) -> None:
        self._app = app

    def dispatch_install(self) -> Asked:
        assert self._app.oauth_flow
        response = self._app.oauth_flow.handle_installation(BoltRequest(body="", mode="http"))
        assert response.status == 302
        return Asked(response.headers["location"][0], response.headers["set-cookie"][0].partition(";")[0])

    def arrive(self, address: str, cookie: str) -> int:
        assert self._app.oauth_flow
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        request = BoltRequest(body="", query=query, headers={"cookie": cookie}, mode="http")
        status: int = self._app.oauth_flow.handle_callback(request).status
        return status


def installable(strict: Emulate, folder: Path) -> tuple[Installable, FileInstallationStore]:
    store = FileInstallationStore(base_dir=str(folder / "installations"), client_id=CLIENT_ID)
    settings = OAuthSettings(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        scopes=["chat:write", "im:write"],
        redirect_uri=REDIRECT,
        install_page_rendering_enabled=False,
        installation_store=store,
        state_store=FileOAuthStateStore(
            expiration_seconds=60, base_dir=str(folder / "states"), client_id=CLIENT_ID
        ),
        authorization_url=strict.authorize_url,
        logger=logging.getLogger("oauth"),
    )
    app = App(client=WebClient(base_url=strict.api_url), signing_secret="unused", oauth_settings=settings)
    return Installable(app), store
