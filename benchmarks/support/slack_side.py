"""Slack's side of a turn: people in workspaces of their own who type, signed deliveries, and a Web API that says yes."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from benchmarks.support.pace import Timing
from benchmarks.support.process import free_port
from benchmarks.support.visitor import CONVERSATION, SITE, STUCK_SECONDS
from bot.chat import Installation
from bot.installations import InstallationBook
from bot.keyring import Keyring
from bot.message import Identity
from bot.person import Person
from bot.store import people
from bot.store.database import Database

SECRET = "a signing secret"
BOT_USER = "U0BOT"
EVENTS = "/slack/events"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a workspace of their own: no workspace is sent more than Slack takes."""

    number: int

    @property
    def team(self) -> str:
        return f"T{self.number}"

    @property
    def user(self) -> str:
        return f"U{self.number}"

    @property
    def room(self) -> str:
        return f"D{self.number}"


def members(count: int) -> list[Member]:
    return [Member(number) for number in range(count)]


async def let_in(database: Database, present: Sequence[Member], secret_key: str) -> None:
    """Everybody is known, and the app is installed in every workspace."""
    with database.writing() as conn:
        for member in present:
            person = Person(f"member-{member.number}", f"Member {member.number}", SITE, "operator")
            people.add(conn, person)
            people.link_identity(conn, Identity("slack", f"{member.team}/{member.user}"), person.id)
    book = InstallationBook(database, "slack", Keyring((secret_key,)), secrets.token_urlsafe)
    for member in present:
        await book.keep(Installation(member.team, "", member.team, BOT_USER, f"xoxb-{member.number}"))


@dataclass
class WebApi:
    """Says yes to everything, and tells when something was posted for a user or in a room."""

    url: str
    posted: dict[str, asyncio.Event] = field(default_factory=dict)
    _count: Any = field(default_factory=lambda: itertools.count(1))

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if method == "auth.test":
            return web.json_response({"ok": True, "team_id": "T0", "user_id": BOT_USER, "bot_id": "B0"})
        asked = await request.json() if request.content_type == "application/json" else await request.post()
        channel = str(asked.get("channel", ""))
        if method == "chat.postMessage" and (waiting := self.posted.get(_number(channel))):
            waiting.set()
        ts = f"{time.time():.6f}"
        return web.json_response({"ok": True, "channel": f"D{_number(channel)}", "ts": ts, "message": {}})


@asynccontextmanager
async def web_api() -> AsyncIterator[WebApi]:
    """A Web API in this process."""
    port = free_port()
    api = WebApi(f"http://127.0.0.1:{port}/api/")
    application = web.Application(client_max_size=10_000_000)
    application.add_routes([web.route("*", "/api/{method}", api.answer)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield api
    finally:
        await runner.cleanup()


class Typist:
    """One member at work: what they type comes as a signed event, what they read comes to the Web API."""

    def __init__(self, session: aiohttp.ClientSession, api: WebApi, member: Member) -> None:
        self._session, self._member = session, member
        self._posted = api.posted[str(member.number)] = asyncio.Event()
        self._lines = itertools.cycle(CONVERSATION)
        self._one_at_a_time = asyncio.Lock()

    async def say_the_next_thing(self) -> Timing:
        """Type the next line of the conversation, and wait for the first message to it."""
        loop = asyncio.get_running_loop()
        async with self._one_at_a_time:
            self._posted.clear()
            body = json.dumps(self._event(next(self._lines))).encode()
            async with self._session.post(EVENTS, data=body, headers=_signed(body)) as response:
                if response.status != 200:
                    raise RuntimeError(f"answered {response.status}: {await response.text()}")
            acknowledged_at = loop.time()
            async with asyncio.timeout(STUCK_SECONDS):
                await self._posted.wait()
            return Timing(acknowledged_at, loop.time())

    def _event(self, words: str) -> dict[str, Any]:
        ts, member = f"{time.time():.6f}", self._member
        authorized = {"enterprise_id": None, "team_id": member.team, "user_id": BOT_USER, "is_bot": True}
        return {
            "type": "event_callback",
            "team_id": member.team,
            "api_app_id": "A1",
            "event_id": f"Ev{secrets.token_hex(5)}",
            "authorizations": [{**authorized, "is_enterprise_install": False}],
            "event": {
                "type": "message",
                "channel": member.room,
                "channel_type": "im",
                "user": member.user,
                "text": words,
                "ts": ts,
                "client_msg_id": secrets.token_hex(16),
            },
        }


def _signed(body: bytes) -> dict[str, str]:
    now = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), b"v0:" + now.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": now,
        "X-Slack-Signature": f"v0={digest}",
    }


def _number(channel: str) -> str:
    return channel[1:]
