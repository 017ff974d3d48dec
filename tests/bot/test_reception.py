"""What was put aside is heard in the end, however often its platform or a process fails on the way; or the log says so."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from bot.chat import Arrival
from bot.errors import DeliveryError, StoreUnavailable
from bot.reception import LEASE, LONGEST_PAUSE, MOST_ATTEMPTS, Reception
from bot.store import arrivals
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.tables import arrivals as table
from tests.fakes import ShakyDatabase

SECOND = timedelta(seconds=1)
HELLO = Arrival("slack", "Ev1", "hello")


class FakeReceiver:
    """Notes what it received. `mishaps` befall one call after the other; None is none."""

    def __init__(self, mishaps: Sequence[Exception | None] = ()) -> None:
        self.received: list[str] = []
        self.began = asyncio.Event()
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self._mishaps = iter(mishaps)

    async def receive(self, body: str) -> None:
        self.began.set()
        await self.goes_on.wait()
        if mishap := next(self._mishaps, None):
            raise mishap
        self.received.append(body)


@pytest.fixture
def shaky(migrated_file: Path, tmp_path: Path) -> Iterator[ShakyDatabase]:
    """A database on SQLite; what depends on the engine is tested with the store."""
    shutil.copyfile(migrated_file, tmp_path / "coach.db")
    database = ShakyDatabase(f"sqlite:///{tmp_path / 'coach.db'}")
    yield database
    database.close()


def keep(database: Database, *kept: Arrival) -> None:
    with database.writing() as conn:
        for arrival in kept:
            arrivals.keep(conn, arrival)


def waiting(database: Database) -> list[tuple[str, int, timedelta]]:
    """What is still kept: its event, the attempts that were begun, and how long it waits."""
    with database.reading() as conn:
        columns = (table.c.event_id, table.c.attempt, table.c.due_at, db_now().label("now"))
        return [(row.event_id, row.attempt, row.due_at - row.now) for row in conn.execute(select(*columns))]


def let_time_pass(database: Database) -> None:
    """Every pause and every lease is over."""
    with database.writing() as conn:
        conn.execute(update(table).values(due_at=db_now()))


@asynccontextmanager
async def running(reception: Reception) -> AsyncIterator[asyncio.Event]:
    """The reception at work, until its stop is set or the block ends."""
    stop = asyncio.Event()
    task = asyncio.create_task(reception.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await task


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        await asyncio.sleep(0.005)


async def test_what_was_put_aside_is_received_once_and_nothing_is_left_of_it(shaky: ShakyDatabase):
    receiver = FakeReceiver()
    reception = Reception(shaky, {"slack": receiver})
    await reception.put_aside(HELLO)
    assert [await reception.once(), await reception.once()] == [1, 0]
    assert (receiver.received, waiting(shaky)) == (["hello"], [])


async def test_each_channel_receives_its_own_and_what_nobody_receives_here_stays(shaky: ShakyDatabase):
    slack, teams = FakeReceiver(), FakeReceiver()
    keep(shaky, HELLO, Arrival("teams", "Ev1", "hi"), Arrival("other", "Ev1", "for another process"))
    await Reception(shaky, {"slack": slack, "teams": teams}).once()
    assert (slack.received, teams.received) == (["hello"], ["hi"])
    assert len(waiting(shaky)) == 1


async def test_after_trouble_it_is_looked_at_again_after_a_pause_that_grows(shaky: ShakyDatabase):
    receiver = FakeReceiver([DeliveryError("503"), StoreUnavailable("away"), KeyError("user"), None])
    reception = Reception(shaky, {"slack": receiver})
    keep(shaky, HELLO)
    for attempt, pause in enumerate((2, 4, 8), 1):
        assert await reception.once() == 1
        ((_, begun, waits),) = waiting(shaky)
        assert (begun, (pause - 2) * SECOND < waits <= pause * SECOND) == (attempt, True)
        assert await reception.once() == 0, "not before"
        let_time_pass(shaky)
    await reception.once()
    assert (receiver.received, waiting(shaky)) == (["hello"], [])


@pytest.mark.parametrize(
    ("asked_for", "pause"),
    [(30 * SECOND, 30 * SECOND), (timedelta(days=365), LONGEST_PAUSE), (timedelta(0), 2 * SECOND)],
)
async def test_a_platform_that_asks_for_a_pause_gets_it_within_reason(
    shaky: ShakyDatabase, asked_for: timedelta, pause: timedelta
):
    keep(shaky, HELLO)
    await Reception(shaky, {"slack": FakeReceiver([DeliveryError("429", retry_after=asked_for)])}).once()
    ((_, _, waits),) = waiting(shaky)
    assert pause - 2 * SECOND < waits <= pause


async def test_what_never_succeeds_is_given_up_in_the_end_and_the_log_says_so(shaky: ShakyDatabase):
    receiver = FakeReceiver([DeliveryError("503")] * MOST_ATTEMPTS)
    reception = Reception(shaky, {"slack": receiver})
    keep(shaky, HELLO)
    with capture_logs() as logged:
        for _ in range(MOST_ATTEMPTS):
            assert len(waiting(shaky)) == 1
            let_time_pass(shaky)
            await reception.once()
    assert (receiver.received, waiting(shaky)) == ([], [])
    given_up = [entry for entry in logged if entry["log_level"] == "error"]
    assert [(entry["event"], entry["channel"]) for entry in given_up] == [
        ("a message that was put aside is given up", "slack")
    ]


async def test_what_can_never_succeed_is_given_up_at_once(shaky: ShakyDatabase):
    keep(shaky, HELLO)
    with capture_logs() as logged:
        await Reception(shaky, {"slack": FakeReceiver([DeliveryError("gone", permanent=True)])}).once()
    assert waiting(shaky) == []
    assert "error" in {entry["log_level"] for entry in logged}


async def test_nobodys_message_is_logged(shaky: ShakyDatabase):
    keep(shaky, Arrival("slack", "Ev1", "SECRET words"))
    with capture_logs() as logged:
        await Reception(shaky, {"slack": FakeReceiver([DeliveryError("503")])}).once()
    assert logged
    assert "SECRET" not in str(logged)


async def test_one_that_fails_keeps_no_other_waiting(shaky: ShakyDatabase):
    receiver = FakeReceiver([KeyError("user"), None, None])
    keep(shaky, HELLO, Arrival("slack", "Ev2", "two"), Arrival("slack", "Ev3", "three"))
    assert await Reception(shaky, {"slack": receiver}).once() == 3
    assert sorted(receiver.received) == ["three", "two"]
    assert [event for event, _, _ in waiting(shaky)] == ["Ev1"]


async def test_what_a_lost_process_had_in_hand_is_received_by_the_next_when_its_claim_has_ended(
    shaky: ShakyDatabase,
):
    lost, receiver = FakeReceiver(), FakeReceiver()
    lost.goes_on.clear()
    keep(shaky, HELLO)
    frozen = asyncio.create_task(Reception(shaky, {"slack": lost}).once())
    await lost.began.wait()
    following = Reception(shaky, {"slack": receiver})
    assert await following.once() == 0, "the claim still holds"
    ((_, _, waits),) = waiting(shaky)
    assert LEASE - 20 * SECOND < waits <= LEASE
    frozen.cancel()
    let_time_pass(shaky)
    assert await following.once() == 1
    assert (receiver.received, waiting(shaky)) == (["hello"], [])


async def test_several_processes_share_what_there_is(shaky: ShakyDatabase):
    receiver = FakeReceiver()
    keep(shaky, *[Arrival("slack", f"Ev{number}", f"{number}") for number in range(10)])
    receptions = [Reception(shaky, {"slack": receiver}) for _ in range(3)]
    assert sum(await asyncio.gather(*(each.once() for each in receptions))) == 10
    assert sorted(receiver.received) == [f"{number}" for number in range(10)]


async def test_what_is_put_aside_while_it_runs_is_received_at_once(shaky: ShakyDatabase):
    receiver = FakeReceiver()
    reception = Reception(shaky, {"slack": receiver})
    async with running(reception), asyncio.timeout(2):
        await asyncio.sleep(0.02)
        await reception.put_aside(HELLO)
        await until(lambda: receiver.received == ["hello"])


async def test_a_slow_one_keeps_no_other_waiting(shaky: ShakyDatabase):
    slow = FakeReceiver()
    slow.goes_on.clear()
    quick = FakeReceiver()
    reception = Reception(shaky, {"teams": slow, "slack": quick})
    async with running(reception), asyncio.timeout(2):
        await reception.put_aside(Arrival("teams", "photo", "photo"))
        await slow.began.wait()
        for number in range(5):  # more than it has hands
            await reception.put_aside(Arrival("slack", f"Ev{number}", f"{number}"))
        await until(lambda: len(quick.received) == 5)
        assert slow.received == []
        slow.goes_on.set()
    assert slow.received == ["photo"]


async def test_told_to_stop_it_finishes_what_is_in_hand(shaky: ShakyDatabase):
    receiver = FakeReceiver()
    receiver.goes_on.clear()
    keep(shaky, HELLO)
    async with running(Reception(shaky, {"slack": receiver})) as stop:
        await receiver.began.wait()
        stop.set()
        await asyncio.sleep(0.02)
        keep(shaky, Arrival("slack", "Ev2", "for the next process"))
        receiver.goes_on.set()
    assert receiver.received == ["hello"]
    assert [event for event, _, _ in waiting(shaky)] == ["Ev2"]


async def test_told_to_stop_it_finishes_what_is_in_hand_even_when_another_could_not_be_noted(
    shaky: ShakyDatabase,
):
    quick, slow = FakeReceiver(), FakeReceiver()
    slow.goes_on.clear()
    quick.goes_on.clear()
    keep(shaky, HELLO, Arrival("teams", "Ev1", "hi"))
    async with running(Reception(shaky, {"slack": quick, "teams": slow})) as stop:
        await asyncio.gather(quick.began.wait(), slow.began.wait())
        shaky.away = 1
        quick.goes_on.set()
        await until(lambda: shaky.away == 0)
        stop.set()
        await asyncio.sleep(0.02)
        slow.goes_on.set()
    assert (quick.received, slow.received) == (["hello"], ["hi"])
    assert [event for event, _, _ in waiting(shaky)] == ["Ev1"], "it will be heard again, which has no effect"


class OnceFaulty(Database):
    """A real database; the first thing that is asked of it goes wrong."""

    trouble: Exception | None = None

    async def run(self, work, *args, **kwargs):
        trouble, self.trouble = self.trouble, None
        if trouble:
            raise trouble
        return await super().run(work, *args, **kwargs)


@pytest.mark.parametrize("trouble", [StoreUnavailable("away"), KeyError("a fault of ours")])
async def test_whatever_goes_wrong_with_the_database_it_goes_on_afterwards(
    shaky: ShakyDatabase, trouble: Exception
):
    receiver = FakeReceiver()
    database = OnceFaulty(shaky.url.render_as_string(hide_password=False))
    database.trouble = trouble
    reception = Reception(database, {"slack": receiver})
    async with running(reception), asyncio.timeout(2):
        await until(lambda: database.trouble is None)
        await reception.put_aside(HELLO)
        await until(lambda: receiver.received == ["hello"])
    database.close()
