"""The dots that say "somebody is typing", for whoever waits longer than it takes to look up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.channels.teams.reference import Reference
from bot.errors import DeliveryError

AFTER = 0.7  # seconds


class Dots:
    """Shows them where an answer is awaited and has not begun to be sent by this process."""

    def __init__(self, show: Callable[[Reference], Awaitable[object]], *, after: float = AFTER) -> None:
        self._show = show
        self._after = after
        self._awaited: dict[str, asyncio.Task[None]] = {}

    def begin(self, where: Reference) -> None:
        """Somebody waits there from now on."""
        self.end(where)
        key = _key(where)
        task = asyncio.create_task(self._wait(where))
        self._awaited[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))

    def end(self, where: Reference) -> None:
        """The answer is there, or there is none."""
        if task := self._awaited.pop(_key(where), None):
            task.cancel()

    def close(self) -> None:
        """Nobody waits any more."""
        for task in tuple(self._awaited.values()):
            task.cancel()
        self._awaited.clear()

    def _forget(self, key: str, task: asyncio.Task[None]) -> None:
        if self._awaited.get(key) is task:
            del self._awaited[key]

    async def _wait(self, where: Reference) -> None:
        await asyncio.sleep(self._after)
        try:
            await self._show(where)
        except DeliveryError:
            return  # they are an ornament


def _key(where: Reference) -> str:
    return f"{where.tenant}/{where.conversation}"
