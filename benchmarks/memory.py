"""The memory of `serve` on SQLite after 0, 1,000, 5,000 and 10,000 turns in the web chat: below its budget, and flat."""

from __future__ import annotations

import asyncio
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence

from benchmarks.support.engines import SQLITE, migrated
from benchmarks.support.figure import Figure, Peer, show
from benchmarks.support.process import Running, environment, serving, serving_coach
from benchmarks.support.visitor import Visitor, let_in, visitors
from bot.store.database import Database

MARKS = (0, 1_000, 5_000, 10_000)
PEOPLE = 250  # one person may send 20 messages in 10 seconds
AT_ONCE = 4
LONGEST_SECONDS = 120
IMPORTS = (
    "import bot.app, bot.commands.processes, pathlib; print(pathlib.Path('/proc/self/statm').read_text())"
)


def main() -> None:
    imports = Peer("its imports alone", imports_alone())
    show(Figure("imports alone", imports.value, "MB"))
    with migrated(SQLITE) as url:
        measured = asyncio.run(measure(url))
    for turns, megabytes in measured:
        show(Figure(f"after {turns:,} turns", megabytes, "MB", at_most=250, peer=imports))
    # The first thousand fill what is kept on purpose: compiled statements and templates, one entry for each person.
    (first, low), (last, high) = measured[1], measured[-1]
    show(
        Figure(
            f"growth for each 1,000 turns, from {first:,} to {last:,}",
            (high - low) * 1000 / (last - first),
            "MB",
        )
    )


async def measure(database_url: str) -> list[tuple[int, float]]:
    """Turns and resident megabytes at each mark; fewer marks when the time is over, and then it says so."""
    database = Database(database_url)
    cookies = let_in(database, PEOPLE)
    database.close()
    with serving(*serving_coach(database_url, secrets.token_urlsafe(48))) as server:
        async with visitors(server.url, cookies) as present:
            return await measure_at_marks(server, present)


async def measure_at_marks(server: Running, present: Sequence[Visitor]) -> list[tuple[int, float]]:
    measured, done, began = [], 0, time.monotonic()
    for mark in MARKS:
        while done < mark and time.monotonic() - began < LONGEST_SECONDS:
            await asyncio.gather(*(say(present, done + n) for n in range(AT_ONCE)))
            done += AT_ONCE
        measured.append((done, server.resident_megabytes()))
        if done < mark:
            print(f"  stopped after {LONGEST_SECONDS} s")
            break
    return measured


async def say(present: Sequence[Visitor], number: int) -> None:
    await present[number % PEOPLE].say_the_next_thing()


def imports_alone() -> float:
    """Megabytes of a process that has imported what `serve` imports, and does nothing."""
    command = [sys.executable, "-c", IMPORTS]
    result = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    return int(result.stdout.split()[1]) * 4096 / 1e6


if __name__ == "__main__":
    main()
