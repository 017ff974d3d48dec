"""How long a command takes from a cold shell: a new process each time, its bytecode compiled before."""

from __future__ import annotations

import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.support.engines import SQLITE, migrated
from benchmarks.support.figure import Figure, Peer, best_of, show
from benchmarks.support.process import environment, free_port, serving, serving_coach

TIMES = 5
QUESTION = "the fridge was too warm over the weekend, whom do I tell?"
IMPORTS = "import bot.app, bot.commands.processes"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="qms-coach-bench-") as folder:
        here = Path(folder)
        nothing = Peer("python -c pass", seconds(here, "-c", "pass"))
        imports = Peer("its imports alone", seconds(here, "-c", IMPORTS))
        show(
            Figure("python -c pass", nothing.value, "s"),
            Figure("the imports of serve, alone", imports.value, "s", peer=nothing),
            Figure("qms-coach ask, its index kept", ask(here), "s", at_most=0.9, peer=imports),
            Figure("qms-coach ask, its index made", ask(here, is_kept=False), "s", peer=imports),
            Figure("qms-coach check", seconds(here, "-m", "bot", "check"), "s", peer=imports),
            Figure(
                "qms-coach chat, then exit",
                seconds(here, "-m", "bot", "chat", typed="exit\n"),
                "s",
                peer=imports,
            ),
            Figure("qms-coach serve, until it is ready", serve_ready(), "s", at_most=4, peer=imports),
            Figure("qms-coach demo, until it is ready", demo_ready(), "s", peer=imports),
        )


def seconds(folder: Path, *arguments: str, typed: str = "", **more: str) -> float:
    """The shortest of some runs of `python ARGUMENTS`; one before them leaves bytecode, and chat's database, behind."""
    settings = environment(DATABASE_URL=f"sqlite:///{folder / 'coach.db'}", **more)

    def run() -> None:
        command = [sys.executable, *arguments]
        subprocess.run(command, env=settings, input=typed, text=True, capture_output=True, check=True)

    run()
    return best_of(TIMES, run)


def ask(folder: Path, *, is_kept: bool = True) -> float:
    """A question that no rule answers by itself, so that everything is searched."""
    cache = folder / "cache" if is_kept else folder / "file" / "cache"
    (folder / "file").touch()  # where the folder of the cache would be: nothing can be kept there
    return seconds(folder, "-m", "bot", "ask", QUESTION, QMS_COACH_CACHE=str(cache))


def serve_ready() -> float:
    with migrated(SQLITE) as url:
        return min(ready_after(*serving_coach(url, secrets.token_urlsafe(48))) for _ in range(TIMES))


def demo_ready() -> float:
    port = free_port()
    return min(ready_after(["-m", "bot", "demo", "--port", str(port)], port, {}) for _ in range(TIMES))


def ready_after(arguments: list[str], port: int, settings: dict[str, str]) -> float:
    with serving(arguments, port, settings) as process:
        return process.ready_after


if __name__ == "__main__":
    main()
