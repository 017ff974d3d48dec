"""What is shown beside the conversation and not said: hints, and pages of a message. It may be lost; nothing waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from bot.channels.teams.connector import Connector
from bot.channels.teams.reference import CHANNEL, Reference
from bot.channels.teams.render import activity
from bot.chat import ChatDesk
from bot.errors import DeliveryError, StoreUnavailable
from bot.message import Address, Message
from bot.reply import Reply

log = structlog.get_logger(__name__)


class Shown:
    """Shows things to people, after the request that led to them was acknowledged."""

    def __init__(self, desk: ChatDesk, connector: Connector) -> None:
        self._desk = desk
        self._connector = connector
        self._tasks: set[asyncio.Task[None]] = set()

    def hint(self, message: Message, key: str) -> None:
        """Show this sentence of the coach, soon."""
        self._soon(self.tell(message.address, self._desk.words(key)))

    def page(self, message: Message, page: int) -> None:
        """Show that page of the message, in its place, soon."""
        self._soon(self._page(message, page))

    async def tell(self, address: Address, words: str) -> None:
        """Show this sentence now."""
        await self.attempt(self._connector.post(reference(address), activity(Reply(words))))

    async def attempt(self, doing: Coroutine[Any, Any, object]) -> None:
        """Do it once; where it does not work, it is not done."""
        try:
            await doing
        except DeliveryError as error:
            log.warning("not shown", channel=CHANNEL, error=str(error))

    async def close(self) -> None:
        """Finish what is being shown, within two seconds."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2.0)

    async def _page(self, message: Message, page: int) -> None:
        reply = await self._desk.said(message)
        if reply is None:
            await self.tell(message.address, self._desk.words("hint_form_over"))
            return
        there = reference(message.address)
        await self.attempt(self._connector.replace(there, message.on, activity(reply, page)))

    def _soon(self, showing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_shown(showing))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _shown(showing: Coroutine[Any, Any, None]) -> None:
    try:
        await showing
    except StoreUnavailable:
        log.warning("store unavailable", channel=CHANNEL)
    except Exception:
        log.exception("showing went wrong", channel=CHANNEL)


def reference(address: Address) -> Reference:
    """Where to answer what has just come from there. Raises DeliveryError."""
    if found := Reference.of(address):
        return found
    raise DeliveryError("nobody knows how to write to this conversation", permanent=True)
