"""A process of ours, and what it costs the machine. Reads /proc, so Linux only."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 25
START_SECONDS = 30
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Running:
    """A process that answers HTTP. `ready_after` is how many seconds it took to say that it is ready."""

    pid: int
    url: str
    ready_after: float

    def cpu_seconds(self) -> float:
        """The processor time it has used so far, its own and the kernel's for it."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def resident_megabytes(self) -> float:
        """The memory it occupies now."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE / 1e6


def environment(**more: str) -> dict[str, str]:
    """This process's environment without the settings of a coach, and with bytecode kept between processes."""
    ours = ("QMS_COACH_", "SLACK_", "TEAMS_", "DATABASE_URL", "PORT", "DYNO", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | more


@contextmanager
def serving(
    arguments: Sequence[str], port: int, settings: Mapping[str, str], ready: str = "/readyz"
) -> Iterator[Running]:
    """`python ARGUMENTS`, from when it answers 200 at `ready` until it has been asked to stop and has stopped."""
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        command, settled = [sys.executable, *arguments], environment(**settings)
        process = subprocess.Popen(command, env=settled, stdout=output, stderr=subprocess.STDOUT)
        try:
            if not _becomes_ready(process, url + ready, began + START_SECONDS):
                output.seek(0)
                said = output.read().decode(errors="replace")[-2000:]
                raise RuntimeError(f"{' '.join(arguments)} did not become ready: {said}")
            yield Running(process.pid, url, time.monotonic() - began)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def serving_coach(database_url: str, secret_key: str) -> tuple[list[str], int, dict[str, str]]:
    """What to give to `serving` for the coach's own `web` process on this database."""
    port = free_port()
    settings = {"DATABASE_URL": database_url, "PORT": str(port), "QMS_COACH_SECRET_KEY": secret_key}
    return ["-m", "bot", "serve"], port, settings


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _becomes_ready(process: subprocess.Popen[bytes], url: str, deadline: float) -> bool:
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return True
        except OSError:
            time.sleep(0.01)
    return False
