"""The moments at which a death is worst, one by one."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.fakes import Mishap, Post
from tests.faults.history import History, Kept, Row, problems, read, without_faults
from tests.faults.plant import Plant, free_port, person
from tests.faults.post import CHANNEL
from tests.faults.test_kills import wait_until_sent
from tests.faults.visitor import Visitor
from tests.postgres import Postgres


def spoke(plant: Plant, history: History) -> list[str]:
    """What is wrong after everybody has spoken."""
    calm = without_faults(history, [person("dana"), person("alex")], CHANNEL)
    return problems(history, read(plant.database), calm, plant.platform.posts)


def heard(kept: Kept) -> list[str]:
    return [row.payload for row in kept.line("alex") if row.kind == "echo"]


@pytest.mark.parametrize(
    ("moment", "is_kept"),
    [
        pytest.param("dies_before_commit", False, id="before the commit: nothing is stored"),
        pytest.param("dies_after_commit", True, id="after the commit, before the answer: all of it is"),
    ],
)
def test_what_the_page_sends_again_after_a_death_counts_once(plant: Plant, moment: str, is_kept: bool):
    (browser,) = plant.settle("alex")
    history = History()
    web, visitor = plant.process("web"), Visitor(browser, [plant.port], history)
    web.start(**{moment: 3})
    for text in ("hello", "cold room alarm"):
        visitor.say(text)
    assert visitor.post("event-00003", "yes", plant.port).status == 0
    web.wait()
    assert heard(read(plant.database)) == ["hello", "cold room alarm", "yes"][: 2 + is_kept]
    web.start()
    for text in ("yes", "No", "Log p. 1"):
        visitor.say(text)
    assert spoke(plant, history) == []


def test_the_same_event_four_times_at_two_processes_has_one_effect(plant: Plant):
    (browser,) = plant.settle("alex")
    history = History()
    ports = [plant.port, free_port()]
    for port in ports:
        plant.process("web", port=port).start()
    visitor = Visitor(browser, ports, history)
    before = ("hello", "cold room alarm", "yes", "No", "Log p. 1", "2025-01-10 06:00", "Not known yet")
    for text in before:
        visitor.say(text)
    answer, event_id = (
        "Cold room CR-02",
        f"event-{len(before) + 1:05}",
    )  # heard twice, it answers two questions
    with ThreadPoolExecutor(4) as pool:
        answered = pool.map(lambda port: visitor.post(event_id, answer, port).status, ports * 2)
        assert list(answered) == [204] * 4
    history.acknowledged("alex", event_id, answer)
    assert spoke(plant, history) == []


def only_row(plant: Plant) -> Row:
    (found,) = [row for row in read(plant.database).rows if row.channel == CHANNEL]
    return found


def test_a_worker_killed_between_the_post_and_the_mark_sends_nothing_twice(plant: Plant):
    plant.settle()
    first, second = plant.process("worker"), plant.process("worker")

    def strike(answer: Post | Mishap) -> None:
        plant.office.on_post = lambda _: None
        first.kill()

    plant.office.on_post = strike
    first.start()
    plant.write_nudge("hello", "room-1")
    first.wait()
    assert only_row(plant).state == "sending"
    second.start()
    wait_until_sent(plant)
    assert plant.platform.texts == ["hello"]
    assert (only_row(plant).state, only_row(plant).provider_ref) == ("sent", "post-1")


def test_where_nobody_can_ask_a_killed_workers_message_is_shown_as_unknown(plant: Plant):
    plant.settle()
    first, second = plant.process("worker", is_blind=True), plant.process("worker", is_blind=True)

    def strike(answer: Post | Mishap) -> None:
        first.kill()

    plant.office.on_post = strike
    first.start()
    plant.write_nudge("hello", "room-1")
    first.wait()
    second.start()
    wait_until_sent(plant)
    assert (plant.platform.texts, only_row(plant).state) == (["hello"], "unknown")


def test_a_worker_frozen_past_its_lease_wakes_up_to_a_refusal(postgres: Postgres, tmp_path: Path):
    """On PostgreSQL alone: on SQLite it may be frozen with the one write lock in hand, and then all others wait."""
    url = postgres.fresh_database()
    with Plant(url, tmp_path) as plant:
        plant.settle()
        frozen, other = plant.process("worker"), plant.process("worker")

        def freeze(answer: Post | Mishap) -> None:
            plant.office.on_post = lambda _: None
            frozen.signal(signal.SIGSTOP)

        plant.office.on_post = freeze
        frozen.start()
        plant.write_nudge("hello", "room-1")
        other.start()
        wait_until_sent(plant)
        sent = only_row(plant)
        frozen.signal(signal.SIGCONT)
        frozen.signal(signal.SIGTERM)
        assert frozen.wait() == 0
        assert "mark refused, the claim has ended" in "\n".join(frozen.log)
        assert (plant.platform.texts, only_row(plant), sent.state) == (["hello"], sent, "sent")
    postgres.drop(url)
