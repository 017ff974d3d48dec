"""Staying connected to Slack through a socket of ours (Socket Mode)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Protocol

LOOK_EVERY = 15.0


class Client(Protocol):
    """What is needed of Slack's own client for sockets."""

    wss_uri: str | None

    async def connect(self) -> Any:
        """Try until it is connected."""

    async def is_connected(self) -> bool:
        """Whether it is."""


async def stay_connected(client: Client, look_every: float = LOOK_EVERY) -> None:
    """Connect, and have a new address asked for as long as there is no connection; until cancelled.

    The client tries one address for ever, and Slack lets an address end after a while: without this, a coach that
    could not connect for some minutes would stay deaf.
    """
    connecting = asyncio.create_task(client.connect())
    try:
        while True:
            await asyncio.sleep(look_every)
            if not await client.is_connected():
                client.wss_uri = None
    finally:
        connecting.cancel()
        with suppress(asyncio.CancelledError):
            await connecting
