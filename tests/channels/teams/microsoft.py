"""Microsoft on this machine: an issuer, a connector, and the coach's Teams channel between them."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.teams.adapter import Teams
from bot.channels.teams.options import TeamsOptions
from tests.bot_framework.connector import Activity, Connector
from tests.bot_framework.issuer import Flaw, Issuer
from tests.bot_framework.loopback import Loopback
from tests.bot_framework.people import APP_ID, PERSONAL_CHAT_ID, TENANT_ID
from tests.channels.teams.fake_desk import FakeDesk, FakeTally

PAYLOADS = Path(__file__).parents[2] / "payloads" / "teams"
OUTBOUND = "our-own-token"


def captured(name: str, /, **changes: Any) -> Activity:
    """An activity as Teams sent it, with these changes."""
    activity: Activity = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return activity | copy.deepcopy(changes)


@dataclass
class Microsoft:
    """What a test has in its hands. `post` sends as Microsoft would; the token may have one flaw."""

    desk: FakeDesk
    tally: FakeTally
    teams: Teams
    issuer: Issuer
    connector: Connector
    url: str
    session: aiohttp.ClientSession

    def activity(self, name: str, /, **changes: Any) -> Activity:
        """A captured activity, from the connector of this test."""
        return captured(name, **{"serviceUrl": self.connector.url, **changes})

    def token(self, flaw: Flaw | None = None) -> str:
        return self.issuer.token(self.connector.url, flaw)

    async def post(self, activity: Activity, flaw: Flaw | None = None) -> tuple[int, Any]:
        """Send it with a good token, or with one of this flaw; the status, and the body where there is one."""
        return await self.post_raw(json.dumps(activity).encode(), f"Bearer {self.token(flaw)}")

    async def post_raw(
        self, body: bytes, authorization: str | None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", **(headers or {})}
        if authorization is not None:
            headers["Authorization"] = authorization
        async with self.session.post(self.url, data=body, headers=headers) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    def chat(self, conversation: str = PERSONAL_CHAT_ID) -> list[Activity]:
        """What the person sees."""
        return self.connector.chat(conversation)

    async def shown(self, count: int, conversation: str = PERSONAL_CHAT_ID) -> list[Activity]:
        """What the person sees, once it is so many messages."""
        await until(lambda: len(self.chat(conversation)) >= count)
        return self.chat(conversation)


class Folder(Loopback):
    """Where Teams keeps files: gives `content` to whoever asks, keeps what is put there, and notes who came how."""

    def __init__(self) -> None:
        super().__init__([web.get("/file", self._give), web.put("/file", self._keep)])
        self.content = b""
        self.status = 200
        self.headers: dict[str, str] = {}
        self.authorizations: list[str | None] = []
        self.kept: list[tuple[str, bytes]] = []

    @property
    def file(self) -> str:
        return f"{self.url}/file"

    async def _give(self, request: web.Request) -> web.Response:
        self.authorizations.append(request.headers.get("Authorization"))
        return web.Response(status=self.status, body=self.content, headers=self.headers)

    async def _keep(self, request: web.Request) -> web.Response:
        self.authorizations.append(request.headers.get("Authorization"))
        self.kept.append((request.headers["Content-Range"], await request.read()))
        return web.Response(status=self.status, headers=self.headers)


async def until(is_so: Any, seconds: float = 5.0) -> None:
    """Return when it is so."""
    async with asyncio.timeout(seconds):
        while not is_so():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def microsoft(
    desk: FakeDesk | None = None,
    *,
    also: Sequence[str] = (),
    dots_after: float = 60.0,
    patience: float = 10.0,
    **options: Any,
) -> AsyncIterator[Microsoft]:
    """A Teams channel of its own, with these options, that believes the addresses in `also` too."""
    async with AsyncExitStack() as stack:
        issuer = stack.enter_context(Issuer())
        connector = stack.enter_context(Connector())
        desk, tally = desk or FakeDesk(), FakeTally()
        teams = Teams(
            desk,
            TeamsOptions(
                **{
                    "app_id": APP_ID,
                    "password": "",
                    "tenant": TENANT_ID,
                    "service_urls": [connector.url, *also],
                    "metadata_url": issuer.metadata_url,
                    "token": OUTBOUND,
                    **options,
                }
            ),
            tally,
            dots_after=dots_after,
            patience=patience,
        )
        application = web.Application()
        application.add_routes(teams.routes())
        server = await stack.enter_async_context(TestServer(application, host="127.0.0.1"))
        stack.push_async_callback(teams.close)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        url = str(server.make_url("/api/messages"))
        yield Microsoft(desk, tally, teams, issuer, connector, url, session)


def words_of(activity: Activity) -> str:
    """Everything in a card of ours that can be read, as one text."""
    return json.dumps(activity["attachments"][0]["content"], ensure_ascii=False)
