"""One worker, sending to nowhere: `python -m benchmarks.support.sending DATABASE NAME SECONDS`, from the word on stdin."""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from datetime import datetime

from bot.chat import Outgoing
from bot.delivery import Delivery
from bot.reply import Reply
from bot.store.database import Database

CHANNEL = "nowhere"


class Nowhere:
    """A platform that takes everything at once."""

    can_look_up = False

    async def send(self, message: Outgoing, payload: Reply) -> str:  # noqa: ARG002 - as every sender is asked
        return f"nowhere-{message.id}"

    async def look_up(self, message: Outgoing) -> str | None:
        raise NotImplementedError

    def posted_at(self, provider_ref: str) -> datetime | None:  # noqa: ARG002 - as every sender is asked
        return None


async def send_for(delivery: Delivery, seconds: float) -> float:
    """Send for so long, finish what is on its way; how long it took in all."""
    stop, began = asyncio.Event(), time.monotonic()
    asyncio.get_running_loop().call_later(seconds, stop.set)
    await delivery.run(stop)
    return time.monotonic() - began


if __name__ == "__main__":
    url, name, seconds = sys.argv[1:]
    database = Database(url)
    with database.reading():
        pass  # connected before the time begins
    delivery = Delivery(database, {CHANNEL: Nowhere()}, worker_id=name, new_token=secrets.token_hex)
    print("ready", flush=True)
    sys.stdin.readline()
    print(asyncio.run(send_for(delivery, float(seconds))), flush=True)
    database.close()
