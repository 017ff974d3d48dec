"""The coach of one database with its chat platforms switched on: heard on a port, and sending with workers that get lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.test_utils import TestServer
from sqlalchemy import and_, func, select, update

from bot import app as application
from bot.app import App, new_secret, web_application
from bot.chat import Outgoing, Sender
from bot.delivery import Delivery, Patience, Timing
from bot.person import Person
from bot.platforms import Bell, Microsoft, build_platforms
from bot.reply import Reply
from bot.settings import Settings
from bot.store import migrate, people, runs, sessions, tables
from bot.store.moment import db_now
from playbooks.run import fold
from tests.dialogue import Clock

SECRET_KEY = "a made-up key of at least thirty-two characters"
TIMING = Timing(
    lease=timedelta(seconds=3),
    send_timeout=timedelta(seconds=1.2),
    poll=timedelta(seconds=0.1),
    grace=timedelta(0),
)
PATIENCE = Patience(attempts=50, pause=timedelta(seconds=0.05))
SETTLED = 60.0  # seconds in which what was written must have come to its end
LONG = timedelta(seconds=0.4)  # nobody waits so long here: the time is made to pass

Peril = Callable[[Outgoing], bool]


def nowhere(_: Outgoing) -> bool:
    """Nobody is lost."""
    return False


def known(person: str) -> Person:
    """Somebody of the directory, whom a platform knows by their address."""
    return Person(person, person.title(), "northfield", "operator", email=f"{person}@example.com")


class House:
    """Stands while it is entered. `variables` switch the platforms on.

    A worker is lost, and another takes its place, after each send for which `peril` says so: between the platform's
    answer and the mark. Whatever else it had in hand is broken off where it was.
    """

    def __init__(
        self,
        url: str,
        variables: Mapping[str, str],
        directory: Iterable[Person],
        *,
        microsoft: Microsoft | None = None,
        workers: int = 1,
        peril: Peril = nowhere,
    ) -> None:
        own = {"DATABASE_URL": url, "QMS_COACH_SECRET_KEY": SECRET_KEY}
        self.settings = Settings.model_validate({**own, **variables})
        self.lost = 0
        self._url, self._microsoft = url, microsoft
        self._directory = list(directory)
        self._workers, self._peril = workers, peril
        self._stop = asyncio.Event()

    async def __aenter__(self) -> Self:
        migrate.upgrade(self._url)
        async with AsyncExitStack() as stack:
            self.app: App = application.build(self.settings, clock=Clock())
            stack.callback(self.app.close)
            await self.app.database.run(self._enter_people)
            bell = Bell()
            self.platforms = build_platforms(self.app, bell, listens=True, microsoft=self._microsoft)
            stack.push_async_callback(self.platforms.close)
            await self.platforms.start()
            server = TestServer(web_application(self.app, beside=self.platforms), host="127.0.0.1")
            await stack.enter_async_context(server)
            self.session = await stack.enter_async_context(aiohttp.ClientSession(server.make_url("/")))
            self._stack = stack.pop_all()
        self._deliveries: dict[int, Delivery] = {}
        bell.rings = self._wake
        self._tasks = [asyncio.create_task(self._deliver(number)) for number in range(self._workers)]
        self._tasks.append(asyncio.create_task(self.platforms.reception.run(self._stop)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._wake()
        ends = await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stack.__aexit__(kind, error, trace)
        for end in ends:
            if isinstance(end, BaseException) and error is None:
                raise end

    # --- What is known --------------------------------------------------------------------------------------------

    async def asked(self, person: str) -> str:
        """The step that this person's run asks for now; empty where there is none."""

        def ask() -> str:
            with self.app.database.reading() as conn:
                focus = sessions.load(conn, person).focus
                return fold(runs.events(conn, focus)).asking if focus else ""

        return await self.app.database.run(ask)

    async def order(self, channel: str, *events: str) -> list[str]:
        """Those of these events that were answered, in the order in which they were heard."""

        def find() -> list[str]:
            place: dict[str, int] = {}
            query = select(tables.outbox.c.dedupe_key, tables.outbox.c.seq).order_by(tables.outbox.c.seq)
            with self.app.database.reading() as conn:
                for key, seq in conn.execute(query):
                    for event in events:
                        if key.startswith(f"{channel}:{event}:"):
                            place.setdefault(event, seq)
            return sorted(place, key=place.__getitem__)

        return await self.app.database.run(find)

    async def settle(self, channel: str, *subjects: str) -> None:
        """Return when all that came in was heard, and all that was said in these workspaces has come to its end."""
        async with asyncio.timeout(SETTLED):
            while await self.app.database.run(self._is_open, channel, subjects):
                await asyncio.sleep(0.03)

    async def metrics(self) -> str:
        """What the monitoring sees."""
        async with self.session.get("/metrics") as response:
            return await response.text()

    # --- Inside -----------------------------------------------------------------------------------------------------

    def _enter_people(self) -> None:
        application.settle_sites(self.app)
        with self.app.database.writing() as conn:
            for person in self._directory:
                people.add(conn, person)

    def _is_open(self, channel: str, workspaces: tuple[str, ...]) -> bool:
        here = select(tables.addresses.c.id).where(tables.addresses.c.channel == channel)
        if workspaces:
            here = here.where(tables.addresses.c.workspace.in_(workspaces))
        waiting = and_(tables.outbox.c.address.in_(here), tables.outbox.c.state.in_(["pending", "sending"]))
        waits_long = and_(waiting, tables.outbox.c.not_before > select(db_now(LONG)).scalar_subquery())
        with self.app.database.reading() as conn:
            is_long = bool(conn.execute(select(func.count()).where(waits_long)).scalar())
            is_open = bool(
                conn.execute(select(func.count()).where(waiting)).scalar()
                or conn.execute(select(func.count()).select_from(tables.arrivals)).scalar()
            )
        if is_long:
            with self.app.database.writing() as conn:  # whoever has to wait long has waited
                conn.execute(update(tables.outbox).where(waits_long).values(not_before=db_now()))
        return is_open

    def _wake(self) -> None:
        for delivery in self._deliveries.values():
            delivery.wake()

    async def _deliver(self, number: int) -> None:
        """One worker after the other, until all is over."""
        while not self._stop.is_set():
            is_lost = asyncio.Event()
            senders: dict[str, Sender] = {
                channel: _Perilous(sender, self._peril, is_lost)
                for channel, sender in self.platforms.senders.items()
            }
            self._deliveries[number] = Delivery(
                self.app.database,
                senders,
                worker_id=f"worker-{number}",
                new_token=new_secret,
                timing=TIMING,
                patience=PATIENCE,
            )
            working = asyncio.create_task(self._deliveries[number].run(self._stop))
            dying = asyncio.create_task(is_lost.wait())
            await asyncio.wait([working, dying], return_when=asyncio.FIRST_COMPLETED)
            dying.cancel()
            if working.done():
                working.result()
            else:
                self.lost += 1
                working.cancel()
                with suppress(asyncio.CancelledError):
                    await working


class _Perilous:
    """A sender whose worker does not always live to hear the answer."""

    def __init__(self, sender: Sender, peril: Peril, is_lost: asyncio.Event) -> None:
        self.can_look_up = sender.can_look_up
        self._sender, self._peril, self._is_lost = sender, peril, is_lost

    async def send(self, message: Outgoing, payload: Reply) -> str:
        """As the sender does; sometimes nobody is there any more when it has done it."""
        return await self._survived(self._sender.send(message, payload), message)

    async def look_up(self, message: Outgoing) -> str | None:
        """As the sender does."""
        return await self._sender.look_up(message)

    def posted_at(self, provider_ref: str) -> datetime | None:
        """As the sender does."""
        return self._sender.posted_at(provider_ref)

    async def _survived(self, sending: Awaitable[str], message: Outgoing) -> str:
        try:
            return await sending
        finally:
            if self._peril(message):
                self._is_lost.set()
                await asyncio.Event().wait()
