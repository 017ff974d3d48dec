"""Receiving what was put aside: what had to be looked up at its platform before it could be heard.

1. Claim it, for as long as looking it up may take.
2. Let its channel look it up and let the coach hear it. The same event heard twice has one effect.
3. Forget it; or, when the platform did not answer, look again later; or give it up in the end, and say so in the log.

A process that is lost in between leaves it to the next one, when the claim has ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import structlog

from bot.chat import Arrival, Receiver
from bot.errors import DeliveryError, StoreUnavailable
from bot.store import arrivals
from bot.store.database import Database

LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)
MOST_ATTEMPTS = 12
_AT_ONCE = 4
_POLL = 5.0

log = structlog.get_logger(__name__)


class Reception:
    """One process's share of the receiving. Any number may run beside each other."""

    def __init__(self, database: Database, receivers: Mapping[str, Receiver]) -> None:
        self._database, self._receivers = database, receivers
        self._stir = asyncio.Event()
        self._in_hand: set[asyncio.Task[None]] = set()

    async def put_aside(self, arrival: Arrival) -> None:
        """Keep it until it was received; returns after the commit."""
        await self._database.run(self._keep, arrival)
        self._stir.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Receive what is there, and what comes, until told to stop; what is in hand is finished."""
        alarm = asyncio.create_task(self._stir_at(stop))
        try:
            while not stop.is_set():
                self._stir.clear()
                if not await self._round():
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_POLL):
                            await self._stir.wait()
        finally:
            alarm.cancel()
            if self._in_hand:
                await asyncio.wait(self._in_hand)

    async def once(self) -> int:
        """Receive what is due now, a few at a time; how many were taken in hand. Raises StoreUnavailable, afterwards."""
        taken = await self._take()
        for done in await asyncio.gather(*taken, return_exceptions=True):
            if done is not None:  # what could not be noted is received again when its claim has ended
                raise done
        return len(taken)

    async def _round(self) -> bool:
        """Whether there may be more to take in hand at once. A slow one keeps one hand busy, and no other waiting."""
        free = _AT_ONCE - len(self._in_hand)
        try:
            return 0 < len(await self._take()) == free
        except Exception as error:
            _log(error)
        return False

    async def _take(self) -> list[asyncio.Task[None]]:
        free = _AT_ONCE - len(self._in_hand)
        if free <= 0:
            return []
        claimed = await self._database.run(self._claim, free)
        taken = [asyncio.create_task(self._receive(arrival, attempt)) for arrival, attempt in claimed]
        for task in taken:
            self._in_hand.add(task)
            task.add_done_callback(self._put_down)
        return taken

    def _put_down(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        self._stir.set()
        if not task.cancelled() and (error := task.exception()):
            _log(error)

    async def _receive(self, arrival: Arrival, attempt: int) -> None:
        try:
            async with asyncio.timeout(LEASE.total_seconds() / 2):
                await self._receivers[arrival.channel].receive(arrival.body)
        except (DeliveryError, TimeoutError, StoreUnavailable) as error:
            await self._look_again(arrival, attempt, error)
        except Exception as error:
            log.exception("a message that was put aside went wrong", channel=arrival.channel)
            await self._look_again(arrival, attempt, error)
        else:
            await self._database.run(self._drop, arrival)

    async def _look_again(self, arrival: Arrival, attempt: int, error: Exception) -> None:
        permanent = isinstance(error, DeliveryError) and error.permanent
        if permanent or attempt >= MOST_ATTEMPTS:
            log.error("a message that was put aside is given up", channel=arrival.channel, error=str(error))
            await self._database.run(self._drop, arrival)
            return
        asked_for = error.retry_after if isinstance(error, DeliveryError) else None
        pause = min(asked_for or FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)
        log.info("a message waits to be looked up", channel=arrival.channel, error=str(error))
        await self._database.run(self._put_off, arrival, pause, attempt)

    def _keep(self, arrival: Arrival) -> None:
        with self._database.writing() as conn:
            arrivals.keep(conn, arrival)

    def _claim(self, limit: int) -> list[tuple[Arrival, int]]:
        with self._database.writing() as conn:
            return arrivals.claim(conn, sorted(self._receivers), limit, LEASE)

    def _put_off(self, arrival: Arrival, pause: timedelta, attempt: int) -> None:
        with self._database.writing() as conn:
            arrivals.put_off(conn, arrival, pause, attempt)

    def _drop(self, arrival: Arrival) -> None:
        with self._database.writing() as conn:
            arrivals.drop(conn, arrival)

    async def _stir_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._stir.set()


def _log(error: BaseException) -> None:
    if isinstance(error, StoreUnavailable):
        log.warning("what was put aside is out of reach", error=str(error))
    else:
        log.error("receiving went wrong", exc_info=error)
