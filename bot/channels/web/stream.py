"""The stream of new lines: what a page hears of, without asking, for as long as it is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from bot.channels.web.gate import Gate, route
from bot.channels.web.parse import number
from bot.channels.web.ports import Standing
from bot.channels.web.refusal import AWAY, Refused
from bot.errors import StoreUnavailable
from bot.person import Person

_WRITE_SECONDS = 30.0
_BATCH_OF_LINES = 100
_MOST_STREAMS = 8

log = structlog.get_logger(__name__)


class Streams:
    """Every open stream of one process; each beats every `heartbeat` seconds."""

    def __init__(self, gate: Gate, heartbeat: float) -> None:
        self._gate = gate
        self._heartbeat = heartbeat
        self._open: dict[str, list[asyncio.Event]] = {}
        self._is_closing = False

    def close(self) -> None:
        """End every stream, so that the process can stop; the pages come back to whoever answers next."""
        self._is_closing = True
        for streams in self._open.values():
            for stop in streams:
                stop.set()

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Tell this page of every new line until it goes away."""
        person = await self._gate.signed_in(request, is_use=False)
        after = number(request.headers.get("Last-Event-ID") or request.query.get("after", "0"))
        if self._is_closing:
            raise Refused(AWAY)
        async with self._opened(person.id) as stop:
            response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
            response.content_type = "text/event-stream"
            response.charset = "utf-8"
            await response.prepare(request)
            await self._keep_telling(request, response, person, after, stop)
            return response

    @asynccontextmanager
    async def _opened(self, person_id: str) -> AsyncIterator[asyncio.Event]:
        """A stream's own sign to stop. Somebody with too many open pages loses the oldest."""
        stop = asyncio.Event()
        streams = self._open.setdefault(person_id, [])
        streams.append(stop)
        for oldest in streams[:-_MOST_STREAMS]:
            oldest.set()
        try:
            yield stop
        finally:
            streams.remove(stop)
            if not streams:
                self._open.pop(person_id, None)

    async def _keep_telling(
        self,
        request: web.Request,
        response: web.StreamResponse,
        person: Person,
        after: int,
        stop: asyncio.Event,
    ) -> None:
        """Until the page goes away or `stop` is set:

        1. New lines as they come, and what is open for the person where that changed.
        2. A beat, at once and then now and again: it tells the page, and every proxy between, that the line is open.
        3. Sleep until there is news.
        """
        loop = asyncio.get_running_loop()
        beat_at = loop.time()
        told: Standing | None = None
        try:
            while not stop.is_set():
                lines = await self._gate.desk.transcript(person.id, after, _BATCH_OF_LINES)
                for line in lines:
                    await _write(response, self._gate.pages.event(person, line))
                    after = line.seq
                is_time = loop.time() >= beat_at
                if lines or is_time:
                    beat_at = loop.time() + self._heartbeat
                    told = await self._tell_standing(response, person, told)
                if is_time:
                    cookie = self._gate.guard.cookie(request)
                    if await self._gate.desk.person_of(cookie, is_use=False) is None:
                        await _write(response, b"event: signed-out\ndata: \n\n")
                        return
                    await _write(response, b"event: beat\ndata: \n\n")
                news = self._gate.desk.wait_for_news(person.id, after, max(0.01, beat_at - loop.time()))
                await _first(news, stop)
        except (ConnectionResetError, TimeoutError):
            return  # the page went away; it comes back with the last line it has
        except StoreUnavailable:
            log.warning("store unavailable", route=route(request))

    async def _tell_standing(
        self, response: web.StreamResponse, person: Person, told: Standing | None
    ) -> Standing:
        standing = await self._gate.desk.standing(person.id)
        if standing != told:
            await _write(response, self._gate.pages.standing_event(standing))
        return standing


async def _write(response: web.StreamResponse, data: bytes) -> None:
    async with asyncio.timeout(_WRITE_SECONDS):
        await response.write(data)


async def _first(news: Awaitable[None], stop: asyncio.Event) -> None:
    """Wait for news or for the sign to stop, whichever comes first."""
    tasks = [asyncio.ensure_future(news), asyncio.ensure_future(stop.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            tasks[0].result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
