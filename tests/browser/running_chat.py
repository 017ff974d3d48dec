"""The real web chat on a port of this machine, with a fake desk behind it, in a thread of its own."""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

from aiohttp import web

from bot.channels.web.adapter import WebChat
from bot.channels.web.ports import WebOptions
from tests.channels.web.fake_desk import FakeDesk

T = TypeVar("T")


class RunningChat:
    """Starts, stops and starts again at the same address, while the desk lives on."""

    def __init__(self, desk: FakeDesk, *, heartbeat: float = 15.0, shared_idle: int = 180) -> None:
        self.desk = desk
        self._shared_idle = shared_idle
        self._heartbeat = heartbeat
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner: web.AppRunner | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    def start(self) -> None:
        self.run(self._start())

    def stop(self) -> None:
        if self._runner:
            self.run(self._runner.cleanup())
        self._runner = None

    async def _start(self) -> None:
        chat = WebChat(
            self.desk,
            WebOptions(
                "a key for tests", site_names={"north": "Northfield Tablets"}, shared_idle=self._shared_idle
            ),
            new_secret=secrets.token_urlsafe,  # noqa: TID251 - a test is its own app
            heartbeat=self._heartbeat,
        )
        app = web.Application()
        chat.mount(app)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()

    def news(self) -> None:
        self.run(self.desk.tell_the_news())
