"""A strict Slack on this machine: scopes, expired triggers, stale views and installing an app. Nobody talks in it.

It is `emulate` from npm: the Web API and OAuth, but no events. What people do is tried with `local_slack`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

import aiohttp

from tests.clients.node import modules, node
from tests.clients.program import Program, free_port, in_a_loop
from tests.clients.shown import Thing

CLIENT_ID, CLIENT_SECRET = "12345.67890", "example-client-secret"
APP_ID, BOT_NAME = "A000000001", "qms-coach"
BOT_TOKEN = "xoxb-emulate-test"
SCOPES = (
    *("chat:write", "im:write", "im:read", "im:history", "channels:read", "channels:history"),
    *("users:read", "users:read.email", "team:read", "files:read", "files:write", "reactions:write"),
)


class Emulate:
    """A workspace with the people `alice` and `bob`, and an app that may be installed. Start it with `with`.

    `BOT_TOKEN` is an installed bot's with `scopes`; `tokens` are more of the same bot's, each with scopes of its own.
    A token it does not know acts as an administrator, so it cannot refuse one.
    """

    def __init__(
        self,
        folder: Path,
        *,
        redirect_uri: str = "http://127.0.0.1:9/slack/oauth_redirect",
        scopes: Sequence[str] = SCOPES,
        tokens: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.api_url = f"{self.url}/api/"
        self.authorize_url = f"{self.url}/oauth/v2/authorize"
        folder.mkdir(parents=True, exist_ok=True)
        all_tokens = {BOT_TOKEN: scopes, **(tokens or {})}
        (folder / "seed.json").write_text(json.dumps(_seed(redirect_uri, scopes, all_tokens)))
        command = [
            str(node()),
            str(modules() / "emulate" / "dist" / "index.js"),
            "start",
            "--service",
            "slack",
        ]
        options = ["--port", str(port), "--host", "127.0.0.1", "--seed", "seed.json", "--base-url", self.url]
        self._program = Program([*command, *options], folder=folder, port=port)

    def __enter__(self) -> Self:
        self._program.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.__exit__(kind, error, trace)

    def call(
        self, method: str, arguments: Mapping[str, str] | None = None, *, token: str = BOT_TOKEN
    ) -> Thing:
        """What the Web API answers, refused or not."""
        headers = {"Authorization": f"Bearer {token}"}
        return in_a_loop(_post(self.api_url + method, arguments or {}, headers))

    def user_id(self, name: str) -> str:
        """The id of `alice`, of `bob`, or of the app's own bot."""
        found: str = next(user["id"] for user in self.call("users.list")["members"] if user["name"] == name)
        return found

    def trigger(self, name: str, *, view_id: str = "", token: str = BOT_TOKEN) -> str:
        """The trigger of something this person has just done, in a view or outside; good once, for three seconds."""
        arguments = {"user_id": self.user_id(name)} | ({"view_id": view_id} if view_id else {})
        trigger_id: str = self.call("views.generateTriggerId", arguments, token=token)["trigger_id"]
        return trigger_id

    def consent(self, address: str, name: str) -> str:
        """Open the page on which an app asks to be installed, and agree as this person.

        Returns the address to which Slack sends the browser then; it is not opened.
        """
        return in_a_loop(self._consent(address, name))

    def words(self, channel: str = "") -> str:
        """Everything its own page shows of a conversation, whispers too, and of the Home tabs and windows."""
        return in_a_loop(_read(f"{self.url}/?{urlencode({'tab': 'messages', 'channel': channel})}"))

    async def _consent(self, address: str, name: str) -> str:
        async with aiohttp.ClientSession() as session:
            async with session.get(address) as page:
                page.raise_for_status()
                forms = _Forms(await page.text()).forms
            agreed = next(fields for fields, words in forms if name in words.split())
            callback = f"{self.authorize_url}/callback"
            async with session.post(callback, data=agreed, allow_redirects=False) as answer:
                assert answer.status == 302, await answer.text()
                return answer.headers["Location"]


async def _post(address: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Thing:
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(address, data=form) as answer,
    ):
        body: Thing = await answer.json()
        return body


async def _read(address: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(address) as page:
        page.raise_for_status()
        shown = _Words()
        shown.feed(await page.text())
        return " ".join(shown.words)


def _seed(redirect_uri: str, scopes: Sequence[str], tokens: Mapping[str, Sequence[str]]) -> Thing:
    slack = {
        "team": {"name": "QMS Test", "domain": "qms-test"},
        "users": [
            {"name": "alice", "real_name": "Alice Anderson", "email": "alice@example.com", "is_admin": True},
            {"name": "bob", "real_name": "Bob Brown", "email": "bob@example.com"},
        ],
        "channels": [{"name": "general"}, {"name": "quality-board", "is_private": True}],
        "bots": [{"name": BOT_NAME}],
        "tokens": [
            {"token": token, "user": BOT_NAME, "scopes": list(allowed)} for token, allowed in tokens.items()
        ],
        "oauth_apps": [
            {
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "app_id": APP_ID,
                "name": "QMS Coach",
                "redirect_uris": [redirect_uri],
                "scopes": list(scopes),
                "bot_name": BOT_NAME,
            }
        ],
        "strict_scopes": True,
    }
    return {"slack": slack}


class _Words(HTMLParser):
    """The words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words += data.split()


class _Forms(HTMLParser):
    """The forms of a page: the hidden fields of each, and its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[dict[str, str], str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append(({}, ""))
        elif tag == "input" and self.forms:
            self.forms[-1][0][given["name"] or ""] = given["value"] or ""

    def handle_data(self, data: str) -> None:
        if self.forms:
            fields, words = self.forms[-1]
            self.forms[-1] = (fields, f"{words} {data}")
