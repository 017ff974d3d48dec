"""People at their browsers, each opening a deviation, over and over."""

from __future__ import annotations

import asyncio
import itertools
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bot.desk import hashed
from bot.person import Person
from bot.store import access, people
from bot.store.database import Database

# Typed as a person would; the last line confirms the review, and the draft is made.
CONVERSATION = (
    "open a deviation",
    "yes",
    "no",
    "no",
    "yes",
    "Shift supervisor, 06:20",
    "Cold store log CS-02 p. 41",
    "equipment",
    "yesterday 06:15",
    "The chart at the 06:00 check, shift lead",
    "yesterday 06:20",
    "Shift supervisor",
    "unknown",
    "Cold room CR-02",
    "The procedure asks for 2 to 8 °C; the chart shows 9.4 °C from 02:10.",
    "record",
    "yes",
    "stopped",
    "na",
    "paper",
    "Nothing else today",
    "yes",
    "no",
    "skip",
    "yes",
    "skip",
)
SITE = "northfield"
STUCK_SECONDS = 20
_FORM_TOKEN = re.compile(r'data-csrf="([0-9a-f]+)"')


@dataclass(frozen=True, slots=True)
class Timing:
    """The loop's time when a message was acknowledged, and when the answer was on the page."""

    acknowledged_at: float
    shown_at: float


def let_in(database: Database, count: int) -> list[str]:
    """So many new people with a signed-in browser each; the secrets of their cookies."""
    cookies = [secrets.token_urlsafe(32) for _ in range(count)]
    with database.writing() as conn:
        for number, cookie in enumerate(cookies):
            person = Person(f"visitor-{number}", f"Visitor {number}", SITE, "operator")
            people.add(conn, person)
            access.open_browser(conn, person.id, hashed(cookie))
    return cookies


class Visitor:
    """One person with the chat open: what they type is sent as a form, what they read comes by the stream."""

    def __init__(self, session: aiohttp.ClientSession, cookie: str, form_token: str) -> None:
        self._session = session
        self._headers = {"Cookie": f"coach={cookie}", "X-Coach-Form": form_token}
        self._lines = itertools.cycle(CONVERSATION)
        self._one_at_a_time = asyncio.Lock()
        self._said = self._heard = self._answered = 0
        self._news = asyncio.Condition()

    async def say_the_next_thing(self) -> Timing:
        """Say the next line of the conversation, and wait for what the coach says to it."""
        loop = asyncio.get_running_loop()
        async with self._one_at_a_time:
            self._said += 1
            form = {"event_id": secrets.token_hex(16), "text": next(self._lines)}
            async with self._session.post("/chat/say", data=form, headers=self._headers) as response:
                if response.status != 204:
                    raise RuntimeError(f"the coach answered {response.status}: {await response.text()}")
            acknowledged_at = loop.time()
            async with asyncio.timeout(STUCK_SECONDS), self._news:
                await self._news.wait_for(lambda: self._answered >= self._said)
            return Timing(acknowledged_at, loop.time())

    async def read(self) -> None:
        """Read the stream until cancelled."""
        url, no_limit = "/chat/stream?after=0", aiohttp.ClientTimeout(total=None)
        async with self._session.get(url, headers=self._headers, timeout=no_limit) as stream:
            if stream.status != 200:
                raise RuntimeError(f"the stream was refused with {stream.status}")
            async for line in stream.content:
                if b'class="line own"' in line:
                    self._heard += 1
                elif b'class="line coach' in line and self._answered < self._heard:
                    async with self._news:
                        self._answered = self._heard
                        self._news.notify_all()
        raise RuntimeError("the stream was closed")


@asynccontextmanager
async def visitors(url: str, cookies: Sequence[str]) -> AsyncIterator[list[Visitor]]:
    """A visitor for each cookie, their pages open."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        url, connector=connector, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        present = [Visitor(session, cookie, await _form_token(session, cookie)) for cookie in cookies]
        reading = [asyncio.create_task(visitor.read()) for visitor in present]
        try:
            yield present
        finally:
            for task in reading:
                task.cancel()
            ends = await asyncio.gather(*reading, return_exceptions=True)
            for end in ends:
                if isinstance(end, Exception):
                    raise end


async def _form_token(session: aiohttp.ClientSession, cookie: str) -> str:
    async with session.get("/chat", headers={"Cookie": f"coach={cookie}"}) as response:
        found = _FORM_TOKEN.search(await response.text())
    if found is None:
        raise RuntimeError(f"the chat was not served: {response.status}")
    return found[1]
