"""One turn in the web chat: processor time, and how long a person waits, at 25 turns a second."""

from __future__ import annotations

import asyncio
import secrets

import aiohttp

from benchmarks.support.engines import each_engine
from benchmarks.support.figure import Figure, Peer, percentile, show
from benchmarks.support.pace import paced
from benchmarks.support.process import free_port, serving, serving_coach
from benchmarks.support.visitor import CONVERSATION, Timing, let_in, visitors
from bot.store.database import Database

PER_SECOND = 25
PEOPLE = 20
WARM_UP = 4 * PER_SECOND
MEASURED = 12 * PER_SECOND


def main() -> None:
    echo_cpu, echo_waits = asyncio.run(measure_echo())
    bare = Peer("a bare aiohttp echo", echo_cpu)
    show(
        Figure("bare aiohttp echo, CPU of one request", echo_cpu, "ms"),
        Figure("  p50 of the answer", percentile(echo_waits, 0.5), "ms"),
        Figure("  p99 of the answer", percentile(echo_waits, 0.99), "ms"),
    )
    for engine, url in each_engine():
        cpu, acknowledged, shown = asyncio.run(measure_turns(url))
        p50 = Peer("the echo", percentile(echo_waits, 0.5))
        show(
            Figure(f"{engine}, CPU of one turn", cpu, "ms", at_most=8, peer=bare),
            Figure("  p50 until the answer is on the page", percentile(shown, 0.5), "ms", peer=p50),
            Figure("  p99 until the answer is on the page", percentile(shown, 0.99), "ms", at_most=100),
            Figure("  p50 until it is acknowledged", percentile(acknowledged, 0.5), "ms", peer=p50),
            Figure("  p99 until it is acknowledged", percentile(acknowledged, 0.99), "ms", at_most=100),
        )


async def measure_turns(database_url: str) -> tuple[float, list[float], list[float]]:
    """CPU of one turn; the waits until it is acknowledged, and until its answer is on the page; in milliseconds."""
    database = Database(database_url)
    cookies = let_in(database, PEOPLE)
    database.close()
    with serving(*serving_coach(database_url, secrets.token_urlsafe(48))) as server:
        async with visitors(server.url, cookies) as present:

            async def turn(number: int) -> Timing:
                return await present[number % PEOPLE].say_the_next_thing()

            await paced(PER_SECOND, WARM_UP, turn)
            before = server.cpu_seconds()
            taken = await paced(PER_SECOND, MEASURED, turn)
            cpu = (server.cpu_seconds() - before) / MEASURED * 1000
    acknowledged = [(timing.acknowledged_at - due) * 1000 for due, timing in taken]
    return cpu, acknowledged, [(timing.shown_at - due) * 1000 for due, timing in taken]


async def measure_echo() -> tuple[float, list[float]]:
    """CPU of one request to the echo, and the waits for its answer; in milliseconds."""
    port = free_port()
    with serving(["-m", "benchmarks.support.echo", str(port)], port, {}) as server:
        async with aiohttp.ClientSession(server.url) as session:

            async def ask(number: int) -> float:
                form = {"event_id": secrets.token_hex(16), "text": CONVERSATION[number % len(CONVERSATION)]}
                async with session.post("/chat/say", data=form) as response:
                    await response.read()
                return asyncio.get_running_loop().time()

            await paced(PER_SECOND, PER_SECOND, ask)
            before = server.cpu_seconds()
            answered = await paced(PER_SECOND, MEASURED, ask)
            cpu = (server.cpu_seconds() - before) / MEASURED * 1000
    return cpu, [(at - due) * 1000 for due, at in answered]


if __name__ == "__main__":
    main()
