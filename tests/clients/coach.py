"""The whole coach at work on a port of this machine, in a thread of its own, with a clock that a test can move."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import func, select

from bot import app as application
from bot import wall_clock
from bot.app import App
from bot.person import Person
from bot.platforms import Microsoft
from bot.process import Duties, run_process
from bot.settings import Settings
from bot.store import outbox, people
from bot.store.tables import arrivals
from tests.clients.program import free_port, until

SECRET_KEY = "a made-up key of at least thirty-two characters"
_START, _STOP, _SETTLE = 20.0, 20.0, 20.0


class RunningCoach:
    """Serves at `url` and delivers, until stopped; and again from a new process with `restart`. Start it with `with`.

    `variables` are those of the environment that switch a platform on. In the directory are the people of the fictional
    site, and `people` beside or in the place of them; who has no address has `id@example.com`. Nothing is held back to spare a platform.
    """

    def __init__(
        self,
        database_url: str,
        variables: Mapping[str, str],
        clock: Callable[[], datetime] = wall_clock.now,
        *,
        port: int = 0,
        people: Sequence[Person] = (),
        microsoft: Microsoft | None = None,
    ) -> None:
        port = port or free_port()
        self.url = f"http://127.0.0.1:{port}"
        own = {"DATABASE_URL": database_url, "PORT": str(port), "QMS_COACH_SECRET_KEY": SECRET_KEY}
        self.settings = Settings.model_validate({**own, **variables})
        self._clock, self._people, self._microsoft = clock, people, microsoft
        self._app: App | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._failed: BaseException | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def app(self) -> App:
        """What the process works with."""
        assert self._app, "it does not run"
        return self._app

    def start(self) -> None:
        """Begin, and return when it listens."""
        self._app = application.build(self.settings, clock=self._clock)
        self._enter_people(self._app)
        is_ready = threading.Event()
        self._failed = None
        self._thread = threading.Thread(target=self._run, args=(self._app, is_ready), daemon=True)
        self._thread.start()
        assert is_ready.wait(_START), "the coach does not listen"
        if self._failed is not None:
            raise self._failed

    def stop(self) -> None:
        """End the process as a signal would."""
        if self._thread is None or self._loop is None or self._stop is None:
            return
        with suppress(RuntimeError):  # it has ended by itself
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_STOP)
        assert not self._thread.is_alive(), "the coach does not stop"
        self.app.close()
        self._app = self._thread = None
        if self._failed is not None:
            raise self._failed

    def restart(self) -> None:
        """End the process and begin a new one."""
        self.stop()
        self.start()

    def ring(self) -> None:
        """Say what is due."""
        self.app.coach.ring()

    def settle(self) -> None:
        """Return when everything that came in was heard, and everything that was said is out."""
        until(self._is_settled, "the coach to have said everything", patience=_SETTLE)

    def _is_settled(self) -> bool:
        with self.app.database.reading() as conn:
            waiting = conn.execute(select(func.count()).select_from(arrivals)).scalar_one()
            by_state = outbox.depth(conn).by_state
        return not waiting and not by_state.keys() & {"pending", "sending"}

    def _enter_people(self, app: App) -> None:
        application.settle_sites(app)
        with app.database.writing() as conn:
            for person in self._people:
                if people.by_id(conn, person.id) is None:
                    people.add(conn, person)
        application.add_example_people(app)
        with app.database.writing() as conn:
            for person in people.everyone(conn):
                people.change(conn, replace(person, email=person.email or f"{person.id}@example.com"))

    def _run(self, app: App, is_ready: threading.Event) -> None:
        try:
            asyncio.run(self._work(app, is_ready))
        except BaseException as error:
            self._failed = error
        finally:
            is_ready.set()

    async def _work(self, app: App, is_ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await run_process(
            app,
            Duties(serves=True, delivers=True),
            ready=lambda _: is_ready.set(),
            microsoft=self._microsoft,
            paces={},
            stop=self._stop,
        )
