"""Teams' side of a turn: people who type, deliveries that bear a genuine token, and a connector that takes everything."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp
from aiohttp import web

from benchmarks.support.pace import Timing
from benchmarks.support.process import free_port
from benchmarks.support.visitor import CONVERSATION, SITE, STUCK_SECONDS
from bot.message import Identity
from bot.person import Person
from bot.store import people
from bot.store.database import Database
from tests.bot_framework.issuer import Issuer
from tests.bot_framework.people import APP_ID, BOT_ID, TENANT_ID


def let_in(database: Database, count: int) -> None:
    """So many people whom the coach knows in Teams."""
    with database.writing() as conn:
        for number in range(count):
            person = Person(f"member-{number}", f"Member {number}", SITE, "operator")
            people.add(conn, person)
            people.link_identity(conn, Identity("teams", f"{TENANT_ID}/{_account(number)}"), person.id)


@dataclass
class Service:
    """The connector: it tells when something new was posted in a conversation."""

    url: str
    posted: dict[str, asyncio.Event] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1_795_655_560_000))

    async def answer(self, request: web.Request) -> web.Response:
        posted = await request.json()
        waiting = self.posted.get(request.match_info["conversation"])
        if waiting and request.method == "POST" and posted.get("type") == "message":
            waiting.set()
        return web.json_response({"id": str(next(self._ids))}, status=201)


@asynccontextmanager
async def service() -> AsyncIterator[Service]:
    """A connector in this process."""
    port = free_port()
    found = Service(f"http://127.0.0.1:{port}")
    application = web.Application()
    path = "/v3/conversations/{conversation}/activities"
    application.add_routes([web.post(path, found.answer), web.route("*", path + "/{id}", found.answer)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield found
    finally:
        await runner.cleanup()


class Typist:
    """One person in their personal chat, who waits for the answer before typing on."""

    def __init__(self, session: aiohttp.ClientSession, at: Service, issuer: Issuer, number: int) -> None:
        self._session, self._at, self._number = session, at, number
        self._token = issuer.token(at.url)
        self._lines = itertools.cycle(CONVERSATION)
        self._one_at_a_time = asyncio.Lock()
        self._posted = at.posted.setdefault(f"a:{number}", asyncio.Event())

    async def say_the_next_thing(self) -> Timing:
        loop = asyncio.get_running_loop()
        async with self._one_at_a_time:
            self._posted.clear()
            headers = {"Authorization": f"Bearer {self._token}"}
            said = self._activity(next(self._lines))
            async with self._session.post("/api/messages", json=said, headers=headers) as response:
                if response.status not in {200, 201, 202}:
                    raise RuntimeError(f"answered {response.status}: {await response.text()}")
            acknowledged_at = loop.time()
            async with asyncio.timeout(STUCK_SECONDS):
                await self._posted.wait()
            return Timing(acknowledged_at, loop.time())

    def _activity(self, text: str) -> dict[str, object]:
        return {
            "type": "message",
            "id": secrets.token_hex(8),
            "timestamp": datetime.now(UTC).isoformat(),
            "serviceUrl": self._at.url,
            "channelId": "msteams",
            "from": {"id": f"29:{self._number}", "aadObjectId": _account(self._number), "name": "Member"},
            "conversation": {
                "id": f"a:{self._number}",
                "conversationType": "personal",
                "tenantId": TENANT_ID,
            },
            "recipient": {"id": BOT_ID, "name": "QMS Coach"},
            "channelData": {"tenant": {"id": TENANT_ID}},
            "textFormat": "plain",
            "text": text,
        }


def _account(number: int) -> str:
    return f"7f3c9a52-0d1e-4b8a-9c55-{number:012d}"


__all__ = ["APP_ID", "TENANT_ID", "Issuer", "Service", "Typist", "let_in", "service"]
