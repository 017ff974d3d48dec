"""A program that runs beside a test, on a port of this machine, for as long as the test needs it."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")

_START = 30.0
_STOP = 10.0
_PAUSE = 0.05


class NotReadyError(Exception):
    """The program ended, or did not listen, in the time it has. The message has what it printed."""


class TookTooLongError(AssertionError):
    """What a test waited for did not happen."""


def free_port() -> int:
    """A port of this machine that nobody uses at this moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def until(find: Callable[[], T | None], what: str, *, patience: float = 10.0) -> T:
    """The first thing that `find` finds; it is asked again and again. Fails saying that `what` did not come."""
    end = time.monotonic() + patience
    while True:
        if found := find():
            return found
        if time.monotonic() > end:
            raise TookTooLongError(f"waited {patience:g} s for {what}")
        time.sleep(_PAUSE)


def in_a_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end. A test that drives a browser is inside a loop already, so this is one beside it."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        return beside.submit(asyncio.run, work).result()


class Program:
    """Starts a command in a folder of its own, waits until it listens, and ends that process alone."""

    def __init__(self, command: Sequence[str | Path], *, folder: Path, port: int) -> None:
        self._command = command
        self._folder = folder
        self._port = port
        self._printed = folder / "printed.txt"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._printed.open("wb") as printed:
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, stdout=printed, stderr=subprocess.STDOUT
            )
        try:
            until(self._listens, f"port {self._port}", patience=_START)
        except (NotReadyError, TookTooLongError) as error:
            self._stop()
            raise NotReadyError(f"{self._command[0]}: {error}\n{self._printed.read_text()}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    @property
    def pid(self) -> int:
        assert self._process, "it has not been started"
        return self._process.pid

    def _listens(self) -> bool:
        assert self._process
        if self._process.poll() is not None:
            raise NotReadyError(f"ended with {self._process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
        except OSError:
            return False
        return True

    def _stop(self) -> None:
        assert self._process
        self._process.terminate()
        try:
            self._process.wait(_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
