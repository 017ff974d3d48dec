"""A workspace to try the adapter in: the fake Slack, a coach that takes notes, and the routes between them."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from slack_sdk.signature import Clock

from bot.channels.slack.adapter import Slack
from bot.channels.slack.edge import PATIENCE
from bot.channels.slack.workspaces import SlackOptions
from tests.channels.slack.fake_desk import FakeDesk, FakeInstallations, FakeTally
from tests.channels.slack.fake_slack import BOT_TOKEN, FakeSlack
from tests.payloads.slack.replay import payload, request, sign

SECRET = "test-signing-secret"
NOW = datetime(2026, 6, 3, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack got for a request."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(slots=True)
class Workspace:
    """The adapter under test at `url`, and everything around it."""

    fake: FakeSlack
    desk: FakeDesk
    tally: FakeTally
    slack: Slack
    url: str
    session: aiohttp.ClientSession
    installations: FakeInstallations | None = None
    _count: int = field(default=0)

    async def sends(self, name: str, body: Mapping[str, Any] | None = None, *, retry: int = 0) -> Answer:
        """Slack sends a captured request, signed; `body` instead of the captured one."""
        asked = request(name, secret=SECRET, timestamp=int(Clock().now()), body=body, retry=retry)
        return await self.posts(asked.body.encode(), asked.headers)

    async def posts(self, body: bytes | io.BytesIO, headers: Mapping[str, str]) -> Answer:
        """Somebody posts this to where Slack's events come in."""
        async with self.session.post(
            f"{self.url}/slack/events", data=body, headers=dict(headers)
        ) as response:
            return Answer(response.status, await response.text(), response.headers)

    async def asked(self, method: str, count: int = 1) -> list[dict[str, Any]]:
        """The requests that Slack got for this method, as soon as there are so many."""
        async with asyncio.timeout(3):
            while len(self.fake.asked(method)) < count:
                await asyncio.sleep(0.005)
        return self.fake.asked(method)

    async def hint(self) -> str:
        """The words of the one hint that is shown."""
        [hint] = await self.asked("chat.postEphemeral")
        return str(hint["text"])

    async def settled(self) -> None:
        """Everything that is shown afterwards is through."""
        await self.slack._afterwards.close()


def signed(body: str, *, content_type: str = "application/json", at: int | None = None) -> dict[str, str]:
    """The headers of a request that Slack has signed."""
    timestamp = int(Clock().now()) if at is None else at
    return {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": str(timestamp),
        "X-Slack-Signature": sign(body, secret=SECRET, timestamp=timestamp),
    }


def interaction(body: Mapping[str, Any]) -> str:
    """An interaction as its form."""
    return urlencode({"payload": json.dumps(body)})


def event(name: str, event_id: str = "", **changes: Any) -> dict[str, Any]:
    """A captured event with another id and some other fields."""
    body = payload(name)
    body["event"] |= changes
    if event_id:
        body["event_id"] = event_id
    return body


@asynccontextmanager
async def open_workspace(
    desk: FakeDesk | None = None,
    *,
    installations: FakeInstallations | None = None,
    before: Callable[[FakeSlack], None] = lambda _: None,
    patience: float = PATIENCE,
    **options: Any,
) -> AsyncIterator[Workspace]:
    """With the one bot token, unless there are installations."""
    desk, tally = desk or FakeDesk(), FakeTally()
    with FakeSlack() as fake:
        before(fake)
        tokens = (
            {"bot_token": BOT_TOKEN}
            if installations is None
            else {"client_id": "id", "client_secret": "secret"}
        )
        settings = {"signing_secret": SECRET, "api_url": fake.url, **tokens, **options}
        slack = Slack(
            desk, SlackOptions(**settings), tally, installations, clock=lambda: NOW, patience=patience
        )
        application = web.Application()
        application.add_routes(slack.routes())
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await slack.start()
        try:
            async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
                url = f"http://127.0.0.1:{runner.addresses[0][1]}"
                yield Workspace(fake, desk, tally, slack, url, session, installations)
        finally:
            await slack.close()
            await runner.cleanup()
