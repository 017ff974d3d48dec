"""A coach that Slack reaches through a socket of its own finds back, however long Slack was away."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.slack.socket import stay_connected


class FakeClient:
    """As Slack's: it takes the address it has, or asks for one; and that address may have ended."""

    def __init__(self, good: set[str]) -> None:
        self.wss_uri: str | None = None
        self.asked = 0
        self.tried: list[str] = []
        self._good, self._is_connected = good, False

    async def connect(self) -> None:
        while not self._is_connected:
            if self.wss_uri is None:
                self.asked += 1
                self.wss_uri = f"address-{self.asked}"
            self.tried.append(self.wss_uri)
            self._is_connected = self.wss_uri in self._good
            await asyncio.sleep(0.01)

    async def is_connected(self) -> bool:
        return self._is_connected


async def lived(client: FakeClient, seconds: float) -> None:
    task = asyncio.create_task(stay_connected(client, look_every=0.03))
    await asyncio.sleep(seconds)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_address_that_has_ended_is_not_tried_for_ever():
    client = FakeClient(good={"address-3"})
    await lived(client, 0.3)
    assert sorted(set(client.tried)) == ["address-1", "address-2", "address-3"]


async def test_a_connection_that_stands_keeps_its_address():
    client = FakeClient(good={"address-1"})
    await lived(client, 0.15)
    assert (client.wss_uri, client.asked) == ("address-1", 1)
