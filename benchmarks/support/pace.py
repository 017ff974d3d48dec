"""Work begun at a steady pace, whether or not what was begun before has ended: an open loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from benchmarks.support.figure import Figure, Peer, percentile
from benchmarks.support.process import Running

PER_SECOND = 25
WARM_UP = 4 * PER_SECOND
MEASURED = 12 * PER_SECOND
ROUNDS = 3

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timing:
    """The loop's time when a message was acknowledged, and when the first answer to it could be seen."""

    acknowledged_at: float
    shown_at: float


@dataclass(frozen=True, slots=True)
class Turns:
    """What turns cost, in milliseconds: processor time of one, round by round; waits of all until each was answered."""

    cpus: Sequence[float]
    waits: Sequence[float]

    @property
    def cpu(self) -> float:
        """Of the best round: what it takes when least else gets in the way."""
        return min(self.cpus)

    def figures(
        self,
        what: str,
        *,
        cpu_at_most: float | None = None,
        wait_at_most: float | None = None,
        peer: Peer | None = None,
    ) -> list[Figure]:
        """These, to be shown."""
        return [
            Figure(what, self.cpu, "ms", at_most=cpu_at_most, peer=peer),
            Figure(f"  in the worst of {len(self.cpus)} rounds", max(self.cpus), "ms"),
            Figure("  p50 until it is answered", percentile(self.waits, 0.5), "ms"),
            Figure("  p99 until it is answered", percentile(self.waits, 0.99), "ms", at_most=wait_at_most),
        ]


async def turns(server: Running, people: Sequence[Callable[[], Awaitable[Timing]]]) -> Turns:
    """These people, one after the other, each say the next thing to the server, at 25 a second."""

    async def turn(number: int) -> Timing:
        return await people[number % len(people)]()

    await paced(PER_SECOND, WARM_UP, turn)
    cpus, waits = [], []
    for _ in range(ROUNDS):
        before = server.cpu_seconds()
        taken = await paced(PER_SECOND, MEASURED, turn)
        cpus.append((server.cpu_seconds() - before) / MEASURED * 1000)
        waits += [(timing.shown_at - due) * 1000 for due, timing in taken]
    return Turns(cpus, waits)


async def paced(per_second: float, count: int, work: Callable[[int], Awaitable[T]]) -> list[tuple[float, T]]:
    """`work(0)`, `work(1)`, … begun on the beat; for each the loop's time when it was due, and its result.

    A wait is counted from when the work was due, so that a slow moment is seen by everything that it delays.
    """
    loop = asyncio.get_running_loop()
    began = loop.time() + 0.1
    tasks = []
    for number in range(count):
        due = began + number / per_second
        await asyncio.sleep(due - loop.time())
        tasks.append((due, asyncio.ensure_future(work(number))))
    return [(due, await task) for due, task in tasks]
