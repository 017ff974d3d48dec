"""Whatever is killed, and whenever: what was acknowledged is there once, and what we say arrives once and in order."""

from __future__ import annotations

import itertools
import random  # noqa: TID251 - drawn from a seed, which a failure prints
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.store import tables
from tests.fakes import NEVER_ARRIVED, POSTED_THEN_500, POSTED_THEN_LOST, Mishap, Platform, too_many
from tests.faults.history import History, problems, read, without_faults
from tests.faults.plant import Plant, person
from tests.faults.post import CHANNEL
from tests.faults.visitor import Page, Visitor
from tests.postgres import ThrowawayPostgres

PEOPLE = ("alex", "priya", "sam", "noor")
DUTIES = ("web", "worker", "clock")
SETTLED = 60.0  # seconds in which everything that was written must have gone out after the last fault

# One conversation from greeting to draft: it tells QA, goes back, corrects, asks why, and begins again.
CONVERSATION = (
    "hello",
    "cold room alarm",
    "yes",
    "Yes, it could",
    "why do you ask?",
    "Cold store log CS-02 p. 41",
    "2025-01-10 06:00",
    "Not known yet",
    "Cold room CR-02",
    "The procedure asks for 2 to 8 °C; the chart shows 9.4 °C.",
    "A batch in process or finished",
    "00123",
    "back",
    "00124, 25K041",
    "change where",
    "Cold room CR-03",
    "This is right",
)


@dataclass(frozen=True)
class Storm:
    """How much is killed: processes of ours, and the database itself after each so many of them.

    `waits`: how often a process may start in peace before it is killed. `delay`: the longest time it then has.
    """

    kills: int
    seed: int
    waits: float = 0.8
    delay: float = 0.3
    restart: Callable[[], None] | None = None
    restart_every: int = 0


def mishaps(draw: random.Random) -> Iterator[Mishap | None]:
    """What a platform does on a bad day: one request in nine goes wrong."""
    while True:
        bad = [POSTED_THEN_LOST, POSTED_THEN_500, NEVER_ARRIVED, too_many(None)]
        yield draw.choice(bad + [None] * 32)


def weather(plant: Plant, storm: Storm) -> list[str]:
    """People speak and nudges are written while everything is killed at random; every broken promise, in words."""
    draw = random.Random(storm.seed)  # noqa: S311 - no secret
    plant.platform = plant.office.platform = Platform(mishaps(random.Random(storm.seed + 1)))  # noqa: S311
    browsers = plant.settle(*PEOPLE)
    history, is_over = History(), threading.Event()
    processes = [plant.process(duties) for duties in DUTIES]
    for process in processes:
        process.begin()
    pages = [Page(browser, plant.port, history) for browser in browsers]
    visitors = [Visitor(browser, [plant.port], history) for browser in browsers]
    talking = [threading.Thread(target=talk, args=(visitor, is_over, history)) for visitor in visitors]
    talking.append(threading.Thread(target=write_nudges, args=(plant, is_over, history)))
    for thread in [*talking, *pages]:
        thread.start()
    try:
        for number in range(1, storm.kills + 1):
            process = draw.choices(processes, weights=(3, 2, 1))[0]
            if draw.random() < storm.waits:
                process.wait_until_started()
            is_over.wait(draw.uniform(0, storm.delay))
            process.kill()
            process.begin()
            if storm.restart and number % storm.restart_every == 0:
                storm.restart()
        for process in processes:
            process.wait_until_started()
        # A slow machine has heard little meanwhile: what nobody said proves nothing.
        history.wait_for_more(max(0, storm.kills + 1 - history.count))
    except BaseException:
        history.is_abandoned.set()  # whoever still tries to be heard stops trying
        raise
    finally:
        is_over.set()
        for thread in talking:
            thread.join()
    wait_until_sent(plant)
    kept = read(plant.database, plant.anchor_file)
    for page in pages:
        page.wait_for(len(kept.line(page.person)))
        page.close()
    for process in processes:
        process.kill()
    calm = without_faults(history, [person(each) for each in ("dana", *PEOPLE)], CHANNEL)
    assert history.count > storm.kills, "hardly anybody spoke: this proves nothing"
    assert len(plant.platform.posts) > storm.kills, "hardly anything was posted: this proves nothing"
    return problems(history, kept, calm, plant.platform.posts)


def talk(visitor: Visitor, is_over: threading.Event, history: History) -> None:
    """Conversation after conversation; what was begun to be said is said to its end."""
    try:
        for text in itertools.cycle(CONVERSATION):
            if not visitor.say(text) or is_over.wait(0.1):
                return
    except Exception as error:
        history.faults.append(f"{visitor.person}: {error!r}")


def write_nudges(plant: Plant, is_over: threading.Event, history: History) -> None:
    """A few rooms, one message after the other; each is written again until the database has acknowledged it."""
    for number in itertools.count():
        key = f"nudge:{number:05}"
        while not plant.write_nudge(key, f"room-{number % 5}"):
            if history.is_abandoned.wait(0.05):
                return
        history.written.append(key)
        if is_over.wait(0.1):
            return


def wait_until_sent(plant: Plant) -> None:
    """Return when nothing waits in the outbox any more; what still waits is a problem for the judge."""
    waiting = select(func.count()).where(tables.outbox.c.state.in_(["pending", "sending"]))
    pause = threading.Event()
    for _ in range(int(SETTLED / 0.1)):
        with plant.database.reading() as conn:
            if not conn.execute(waiting).scalar_one():
                return
        pause.wait(0.1)


@pytest.mark.parametrize("seed", [20_261])
def test_on_sqlite_kills_lose_and_double_nothing(tmp_path: Path, seed: int):
    with Plant(f"sqlite:///{tmp_path / 'coach.db'}", tmp_path) as plant:
        assert weather(plant, Storm(5, seed)) == []


@pytest.mark.parametrize("seed", [20_262])
def test_on_postgresql_kills_lose_and_double_nothing_even_when_it_is_killed_itself(
    durable_postgres: ThrowawayPostgres, tmp_path: Path, seed: int
):
    storm = Storm(5, seed, restart=lambda: restart(durable_postgres), restart_every=3)
    with Plant(durable_postgres.fresh_database(), tmp_path) as plant:
        assert weather(plant, storm) == []


@pytest.mark.proof
@pytest.mark.parametrize("seed", [1])
def test_a_hundred_kills_on_sqlite(tmp_path: Path, seed: int):
    with Plant(f"sqlite:///{tmp_path / 'coach.db'}", tmp_path) as plant:
        assert weather(plant, Storm(100, seed)) == []


@pytest.mark.proof
@pytest.mark.parametrize("seed", [2])
def test_a_hundred_kills_on_postgresql_and_four_of_the_server(
    durable_postgres: ThrowawayPostgres, tmp_path: Path, seed: int
):
    storm = Storm(100, seed, restart=lambda: restart(durable_postgres), restart_every=25)
    with Plant(durable_postgres.fresh_database(), tmp_path) as plant:
        assert weather(plant, storm) == []


@pytest.mark.proof
@pytest.mark.parametrize("seed", [3])
def test_a_crash_loop_loses_and_doubles_nothing(
    durable_postgres: ThrowawayPostgres, tmp_path: Path, seed: int
):
    """Killed again before, while and after it starts."""
    with Plant(durable_postgres.fresh_database(), tmp_path) as plant:
        assert weather(plant, Storm(100, seed, waits=0, delay=3)) == []


def restart(server: ThrowawayPostgres) -> None:
    """A power cut: the server is gone, and comes back from what is on its disk."""
    server.crash()
    server.start()
