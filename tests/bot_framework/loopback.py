"""A small web server of a test's own, on a port of this machine and in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
from aiohttp import web

T = TypeVar("T")

_PATIENCE = 30
_MOST_BYTES = 8 * 2**20


class Loopback:
    """Serves from the beginning of its `with` to the end. `url` has no slash at its end.

    What holds a request back must stop when `is_over` is set; whoever is still waiting then is dropped.
    """

    def __init__(self, routes: Iterable[web.RouteDef]) -> None:
        self.url = ""
        self._routes = list(routes)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do this in the server's own loop, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=_PATIENCE)

    async def _start(self) -> None:
        self.is_over = asyncio.Event()
        self.client = aiohttp.ClientSession()
        app = web.Application(client_max_size=_MOST_BYTES)
        app.add_routes(self._routes)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def _stop(self) -> None:
        self.is_over.set()
        await self._runner.cleanup()
        await self.client.close()
