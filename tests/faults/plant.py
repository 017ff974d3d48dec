"""A coach that is really running: its database, its processes, its post office, and the people in front of it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.channels.web.security import Guard
from bot.desk import hashed
from bot.errors import StoreUnavailable
from bot.message import Address
from bot.person import Person
from bot.process import Duties
from bot.reply import Reply
from bot.store import access, addresses, migrate, outbox, people
from bot.store.database import Database
from bot.store.outbox import NewMessage
from tests.fakes import Platform
from tests.faults.post import CHANNEL, PostOffice
from tests.faults.process import Part, run, speak

SECRET = "a secret key that is known to this test alone"
START_SECONDS = 30.0
DUTIES = {"web": Duties(serves=True), "worker": Duties(delivers=True), "clock": Duties(keeps_time=True)}

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.faults.process"])


class Process:
    """One process of the coach, started again as often as it is killed.

    Forked from a server that has everything imported: what dies is a process like any other, and the next is there at
    once.
    """

    def __init__(self, part: Part) -> None:
        self.log: list[str] = []
        self._part = part
        self._started = threading.Event()

    def start(self, **dying: int) -> None:
        """Start it, and return when it does its duties. `dying`: as in `Part`, this time."""
        self.begin(**dying)
        self.wait_until_started()

    def begin(self, **dying: int) -> None:
        """Start it, and do not wait."""
        self._started.clear()
        reading, writing = _CONTEXT.Pipe(duplex=False)
        part = replace(self._part, **dying)  # type: ignore[arg-type]  # mypy takes the numbers for any field
        self._process = _CONTEXT.Process(target=run, args=(part, writing))
        self._process.start()
        writing.close()
        self._reader = threading.Thread(target=self._read, args=(reading, self._started), daemon=True)
        self._reader.start()

    def wait_until_started(self) -> None:
        """Return when it does its duties; fail when it ended instead."""
        assert self._started.wait(START_SECONDS), f"it did not start:\n{self.tail}"
        assert self.is_running, f"it ended at once:\n{self.tail}"

    @property
    def tail(self) -> str:
        """The last it wrote."""
        return "\n".join(self.log[-20:])

    @property
    def pid(self) -> int:
        """The number the system knows it by."""
        return self._process.pid or 0

    @property
    def is_running(self) -> bool:
        """Whether it has been started and not ended yet."""
        return hasattr(self, "_process") and self._process.is_alive()

    def kill(self) -> None:
        """SIGKILL: no goodbye of any kind."""
        self._process.kill()
        self.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def wait(self, seconds: float = 30.0) -> int:
        """Wait until it has ended; its exit code, negative for a signal."""
        self._process.join(seconds)
        assert self._process.exitcode is not None, f"still there after {seconds} s:\n{self.tail}"
        self._reader.join()
        return self._process.exitcode

    def _read(self, reading: Connection, started: threading.Event) -> None:
        with reading, os.fdopen(reading.fileno(), closefd=False) as lines:
            for line in lines:
                self.log.append(line.rstrip())
                if '"process started"' in line:
                    started.set()
        started.set()


@dataclass(frozen=True, slots=True)
class Browser:
    """Somebody's signed-in browser."""

    person: str
    cookie: str
    form_token: str


@dataclass
class Plant:
    """Everything that stands: give it the processes it should have, and people to talk."""

    url: str
    folder: Path
    platform: Platform = field(default_factory=Platform)

    def __post_init__(self) -> None:
        self.database = Database(self.url)
        self.office = PostOffice(self.platform)
        self.port = free_port()
        self.anchor_file = self.folder / "anchors.jsonl"
        self.processes: list[Process] = []

    def __enter__(self) -> Self:
        self.office.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes:
            if process.is_running:
                process.kill()
        self.office.__exit__(kind, error, trace)
        self.database.close()

    def process(
        self, duties: str, *, url: str = "", port: int | None = None, is_blind: bool = False
    ) -> Process:
        """A process of this plant, not started yet. `url` is another way to the same database."""
        made = Process(Part(DUTIES[duties], self.environment(url, port), self.office.url, is_blind))
        self.processes.append(made)
        return made

    def environment(self, url: str = "", port: int | None = None) -> dict[str, str]:
        """What a process of this plant is told."""
        return {
            "DATABASE_URL": url or self.url,
            "PORT": str(self.port if port is None else port),
            "QMS_COACH_SECRET_KEY": SECRET,
            "QMS_COACH_ANCHOR_FILE": str(self.anchor_file),
        }

    def hear_at_once(
        self, person_id: str, parts: Sequence[Sequence[tuple[str, str]]]
    ) -> list[tuple[str, str]]:
        """One process for each part, all hearing this person at the same time; what was acknowledged."""
        start, acknowledged = _CONTEXT.Barrier(len(parts)), _CONTEXT.Queue()
        processes = [
            _CONTEXT.Process(target=speak, args=(self.environment(), person_id, part, start, acknowledged))
            for part in parts
        ]
        for process in processes:
            process.start()
        heard = [acknowledged.get(timeout=60) for part in parts for _ in part]
        for process in processes:
            process.join()
            assert process.exitcode == 0, "a process broke off; its words are above"
        acknowledged.close()
        acknowledged.join_thread()
        return heard

    def settle(self, *person_ids: str) -> list[Browser]:
        """Bring the database up to date and let these people in. Dana, of QA, is met in the channel `post`."""
        migrate.upgrade(self.url)
        guard = Guard(SECRET, behind_proxy=False)
        browsers = []
        with self.database.writing() as conn:
            for person_id in ("dana", *person_ids):
                people.add(conn, person(person_id))
            addresses.find_or_add(conn, Address(CHANNEL, "dana"), "dana")
            for person_id in person_ids:
                cookie = f"cookie-of-{person_id}"
                access.open_browser(conn, person_id, hashed(cookie))
                browsers.append(Browser(person_id, cookie, guard.form_token(cookie)))
        return browsers

    def write_nudge(self, key: str, room: str) -> bool:
        """Put one message for a room of `post` into the outbox; whether the database has acknowledged it."""
        try:
            with self.database.writing() as conn:
                address = addresses.find_or_add(conn, Address(CHANNEL, room, is_private=False), "dana")
                payload = Reply(key).to_json()
                outbox.write(
                    conn, [NewMessage(key, address.id, CHANNEL, "dana", "nudge", payload)], pulled=()
                )
        except StoreUnavailable:
            return False
        return True


def person(person_id: str) -> Person:
    """Somebody at the fictional site; Dana is its QA."""
    return Person(person_id, person_id.title(), "northfield", "qa" if person_id == "dana" else "operator")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
