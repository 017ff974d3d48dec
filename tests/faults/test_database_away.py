"""The database is gone, silent or full: nobody is told that something is kept which is not, and all comes back alone."""

from __future__ import annotations

import http.client
import json
import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest

from bot.errors import StoreUnavailable
from bot.jobs import beat
from bot.store import migrate
from bot.store.database import Database
from tests.faults.history import History, problems, read, without_faults
from tests.faults.plant import Plant, person
from tests.faults.post import CHANNEL
from tests.faults.proxy import Network
from tests.faults.test_kills import wait_until_sent
from tests.faults.visitor import Visitor
from tests.postgres import Postgres, ThrowawayPostgres

T = TypeVar("T")


def readiness(port: int) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        return response.status, json.loads(response.read())["status"]
    finally:
        connection.close()


def at_once(count: int, work: Callable[[], T]) -> list[T]:
    """What comes back when so many do the same thing at the same time."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: work(), range(count)))


def what_is_wrong(plant: Plant, history: History) -> list[str]:
    wait_until_sent(plant)
    calm = without_faults(history, [person("dana"), person("alex")], CHANNEL)
    return problems(history, read(plant.database), calm, plant.platform.posts)


def test_while_the_server_is_down_nothing_is_acknowledged_and_then_all_goes_on_alone(
    durable_postgres: ThrowawayPostgres, tmp_path: Path
):
    with Plant(durable_postgres.fresh_database(), tmp_path) as plant:
        (browser,) = plant.settle("alex")
        history = History()
        visitor = Visitor(browser, [plant.port], history)
        web, worker, late = plant.process("web"), plant.process("worker"), plant.process("worker")
        web.start()
        worker.start()
        visitor.say("hello")
        assert readiness(plant.port) == (200, "ready")
        durable_postgres.crash()
        assert visitor.post("event-00002", "cold room alarm", plant.port).status == 503
        assert readiness(plant.port) == (503, "not ready")
        late.begin()  # a process that starts meanwhile waits, too
        durable_postgres.start()
        for text in ("cold room alarm", "yes", "Yes, it could"):
            visitor.say(text)
        worker.kill()
        late.wait_until_started()
        plant.write_nudge("after all", "room-1")
        assert what_is_wrong(plant, history) == []
        assert readiness(plant.port) == (200, "ready")
        assert "after all" in plant.platform.texts


def test_an_answer_that_never_comes_is_not_waited_for(postgres: Postgres):
    url = postgres.fresh_database()
    migrate.upgrade(url)
    with Network(url) as network:
        database = Database(network.through, answers_within=0.2)
        beat(database, "before")
        network.is_black_hole = True
        with pytest.raises(StoreUnavailable):
            beat(database, "into the void")
        network.is_black_hole = False
        at_once(20, lambda: beat(database, "after"))
        database.close()
    postgres.drop(url)


@pytest.mark.proof
def test_a_network_that_swallows_everything_holds_no_thread_for_ever(postgres: Postgres, tmp_path: Path):
    url = postgres.fresh_database()
    with Network(url) as network, Plant(url, tmp_path) as plant:
        (browser,) = plant.settle("alex")
        history = History()
        visitor = Visitor(browser, [plant.port], history)
        web = plant.process("web", url=network.through)
        web.start()
        visitor.say("hello")
        at_once(8, lambda: readiness(plant.port))  # every connection there can be is open
        network.is_black_hole = True
        silent = at_once(10, lambda: visitor.post("event-00002", "cold room alarm", plant.port).status)
        network.is_black_hole = False
        for text in ("cold room alarm", "yes"):
            visitor.say(text)
        assert silent == [503] * 10
        assert what_is_wrong(plant, history) == []
    postgres.drop(url)


def test_on_a_full_disk_what_was_acknowledged_stays_and_the_next_is_refused(tmp_path: Path):
    """A limit on the size of a file stands for the disk: SQLite meets the same refusal from the system."""
    with Plant(f"sqlite:///{tmp_path / 'coach.db'}", tmp_path) as plant:
        (browser,) = plant.settle("alex")
        history = History()
        visitor = Visitor(browser, [plant.port], history)
        web = plant.process("web")
        web.start()
        visitor.say("hello")
        written = (tmp_path / "coach.db-wal").stat().st_size
        resource.prlimit(web.pid, resource.RLIMIT_FSIZE, (written + 200_000, resource.RLIM_INFINITY))
        event_ids = (f"event-{number:05}" for number in count(2))
        event_id = next(event_ids)
        while (status := visitor.post(event_id, "what can you do?", plant.port).status) == 204:
            history.acknowledged("alex", event_id, "what can you do?")
            event_id = next(event_ids)
        assert status == 503
        assert readiness(plant.port) == (200, "ready")  # what is kept can still be read
        assert visitor.post(event_id, "what can you do?", plant.port).status == 503
        resource.prlimit(web.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert visitor.post(event_id, "what can you do?", plant.port).status == 204
        history.acknowledged("alex", event_id, "what can you do?")
        assert len(history.said["alex"]) > 2, "nothing was acknowledged while there was room"
        assert what_is_wrong(plant, history) == []
