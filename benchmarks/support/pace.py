"""Work begun at a steady pace, whether or not what was begun before has ended: an open loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


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
