"""Waking a person's open page when there is something new on it, whichever process wrote it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot.errors import StoreUnavailable
from bot.store import outbox
from bot.store.database import Database

_POLL = 0.5
_LOOK_BACK = timedelta(
    seconds=15
)  # longer than a transaction may take: a row is dated before it is committed

log = structlog.get_logger(__name__)


class News:
    """Who waits for what is new at an address of `channel`. Polls only while somebody waits."""

    def __init__(self, database: Database, channel: str) -> None:
        self._database = database
        self._channel = channel
        self._newest: dict[int, int] = {}
        self._waiting: dict[int, dict[asyncio.Event, int]] = {}  # each with the number it has read up to
        self._poller: asyncio.Task[None] | None = None

    async def wait(self, address_id: int, after: int, timeout: float) -> None:
        """Return when the address may have something after number `after`, or when `timeout` seconds have passed."""
        if self._newest.get(address_id, 0) > after:
            return
        woken = asyncio.Event()
        self._waiting.setdefault(address_id, {})[woken] = after
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), timeout)
        finally:
            waiting = self._waiting[address_id]
            del waiting[woken]
            if not waiting:
                del self._waiting[address_id]

    def wake(self, address_id: int) -> None:
        """Something was written at this address, by this process."""
        for woken in self._waiting.get(address_id, ()):
            woken.set()

    async def close(self) -> None:
        """Stop polling."""
        if self._poller:
            self._poller.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._poller

    async def _poll(self) -> None:
        while self._waiting:
            try:
                self._note(await self._database.run(self._recent))
            except StoreUnavailable:
                log.warning("news not read, the database is away")
            await asyncio.sleep(_POLL)

    def _recent(self) -> Mapping[int, int]:
        with self._database.reading() as conn:
            return outbox.recently_written(conn, self._channel, _LOOK_BACK)

    def _note(self, recent: Mapping[int, int]) -> None:
        for address_id, newest in recent.items():
            if newest > self._newest.get(address_id, 0):
                self._newest[address_id] = newest
                for woken, after in self._waiting.get(address_id, {}).items():
                    if newest > after:  # who was woken by `wake` has read it, and need not look again
                        woken.set()
