"""The web chat on a test server, and somebody with a browser in front of it."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Self

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.web.adapter import FORM_TOKEN, WebChat
from bot.channels.web.ports import Desk, WebOptions
from tests.channels.web.fake_desk import FakeDesk

HTTPS = {"X-Forwarded-Proto": "https"}
_CSRF = re.compile(r'(?:name="csrf" value|data-csrf)="([0-9a-f]+)"')


@dataclass(frozen=True, slots=True)
class Page:
    """An answer of the server, read to its end."""

    status: int
    headers: Mapping[str, str]
    set_cookies: tuple[str, ...]
    text: str
    content: bytes

    @classmethod
    async def of(cls, response: ClientResponse) -> Self:
        content = await response.read()
        cookies = tuple(response.headers.getall("Set-Cookie", ()))
        return cls(response.status, response.headers, cookies, content.decode("utf-8", "replace"), content)

    @property
    def csrf(self) -> str:
        """The token in the forms of this page."""
        found = _CSRF.search(self.text)
        return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event."""

    name: str
    data: str
    id: str = ""


class Stream:
    """The stream of new lines, event by event."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def next(self) -> Event:
        """The next event that is no standing; the name is `end` when the server has closed the stream."""
        while (event := await self.any()).name == "standing":
            pass
        return event

    async def any(self) -> Event:
        """The next event of whatever kind."""
        fields: dict[str, list[str]] = {}
        async for raw in self.response.content:
            name, _, value = raw.decode().rstrip("\n").partition(": ")
            if not name:
                return Event(fields["event"][0], "\n".join(fields["data"]), "".join(fields.get("id", ())))
            fields.setdefault(name.rstrip(":"), []).append(value)
        return Event("end", "")


class Visitor:
    """Somebody's browser: it keeps cookies, and knows the token of the last page it loaded."""

    def __init__(self, client: TestClient[web.Request, web.Application], chat: WebChat) -> None:
        self.client, self.chat = client, chat
        self.csrf = ""
        self._ids = (f"event-{number:04}" for number in itertools.count(1))

    @property
    def port(self) -> int:
        return self.client.port or 0

    async def get(self, path: str, **headers: str) -> Page:
        async with self.client.get(path, headers=headers, allow_redirects=False) as response:
            page = await Page.of(response)
        self.csrf = page.csrf or self.csrf
        return page

    async def post(
        self, path: str, fields: Mapping[str, str | list[str]], headers: Mapping[str, str] | None = None
    ) -> Page:
        pairs = [
            (name, each)
            for name, value in fields.items()
            for each in (value if isinstance(value, list) else [value])
        ]
        async with self.client.post(
            path, data=pairs, headers=headers or {}, allow_redirects=False
        ) as response:
            return await Page.of(response)

    def has(self, cookie: str) -> None:
        """Come with this session from now on."""
        self.client.session.cookie_jar.update_cookies({"coach": cookie}, self.client.make_url("/"))

    async def say(self, text: str = "hello", **fields: str | list[str]) -> Page:
        """Send what the page would send, unless `fields` says otherwise."""
        sent: dict[str, str | list[str]] = {"event_id": next(self._ids), "text": text, **fields}
        return await self.post("/chat/say", sent, {FORM_TOKEN: self.csrf})

    @asynccontextmanager
    async def stream(self, after: int = 0, **headers: str) -> AsyncIterator[Stream]:
        async with self.client.get(f"/chat/stream?after={after}", headers=headers) as response:
            yield Stream(response)

    async def raw(self, head: str, body: bytes = b"") -> str:
        """Send exactly these bytes; the head and the body of the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n" + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"Content-Length: ([0-9]+)", answer)
            answer += await reader.readexactly(int(length[1]) if length else 0)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
        return answer.decode()


@asynccontextmanager
async def visiting(
    desk: Desk, *, heartbeat: float = 15.0, patience: float = 10.0, behind_proxy: bool = False
) -> AsyncIterator[Visitor]:
    """Somebody who is not signed in, in front of a chat with this desk."""
    secrets = (f"made-up-secret-{number}" for number in itertools.count(1))
    options = WebOptions("a key for tests", site_names={"north": "Northfield"}, behind_proxy=behind_proxy)
    chat = WebChat(desk, options, new_secret=lambda: next(secrets), heartbeat=heartbeat, patience=patience)
    application = web.Application()
    chat.mount(application)
    async with TestClient(TestServer(application)) as client:
        yield Visitor(client, chat)


@asynccontextmanager
async def signed_in(
    desk: FakeDesk, person_id: str = "ana", *, heartbeat: float = 15.0, patience: float = 10.0
) -> AsyncIterator[Visitor]:
    """Somebody who has just opened the chat."""
    async with visiting(desk, heartbeat=heartbeat, patience=patience) as visitor:
        visitor.has(desk.let_in(person_id))
        await visitor.get("/chat")
        yield visitor
