"""Several processes at the same thing at the same time."""

from __future__ import annotations

from collections import Counter
from itertools import cycle, islice
from pathlib import Path

import pytest

from bot.app import HOME
from bot.message import Address
from bot.reply import Reply
from bot.store import addresses, outbox
from bot.store.outbox import NewMessage
from tests.faults.history import History, problems, read, without_faults
from tests.faults.plant import Plant, person
from tests.faults.post import CHANNEL
from tests.faults.test_kills import wait_until_sent
from tests.postgres import Postgres

EACH = 60  # messages of each of the four processes
BEGINNING = ("hello", "cold room alarm", "yes")
WHY = ("why do you ask?",)
ANSWERS = ("No", "Log p. 41", "back", "2025-01-10 06:00", "change official record", "why?", "Not known yet")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(WHY, id="every message is an event of the run"),
        pytest.param(ANSWERS, id="answers, corrections and steps back", marks=pytest.mark.proof),
    ],
)
def test_four_processes_at_one_run_keep_all_240_messages_as_if_they_had_come_one_by_one(
    plant: Plant, words: tuple[str, ...]
):
    plant.settle("alex")
    history = History()
    beginning = [(f"begin-{number}", text) for number, text in enumerate(BEGINNING)]
    history.said["alex"] = plant.hear_at_once("alex", [beginning])
    parts = [
        [
            (f"part-{part}-{number}", text)
            for number, text in enumerate(islice(cycle(words), part, part + EACH))
        ]
        for part in range(4)
    ]
    history.said["alex"] += plant.hear_at_once("alex", parts)
    kept = read(plant.database)
    came = {row.key.split(":")[2]: row.seq for row in kept.line("alex") if row.kind == "echo"}
    history.said["alex"].sort(key=lambda event: came.get(event[0], 0))
    calm = without_faults(history, [person("dana"), person("alex")], CHANNEL)
    assert problems(history, kept, calm, []) == []
    if words is WHY:
        assert Counter(event.split()[0] for event in kept.events["alex"])["digressed"] == 4 * EACH


def fill_rooms(plant: Plant, rooms: int, each: int) -> None:
    """Due rows: so many rooms, so many messages for each, all written at once."""
    with plant.database.writing() as conn:
        found = [
            addresses.find_or_add(conn, Address(CHANNEL, f"room-{number}", is_private=False), "dana").id
            for number in range(rooms)
        ]
        outbox.write(
            conn,
            [
                NewMessage(
                    f"nudge:{address}:{number}",
                    address,
                    CHANNEL,
                    "dana",
                    "nudge",
                    Reply(f"{number}").to_json(),
                )
                for number in range(each)
                for address in found
            ],
            pulled={HOME},
        )


@pytest.mark.parametrize(
    ("rooms", "each"),
    [
        pytest.param(40, 5, id="200"),
        pytest.param(200, 10, id="2,000", marks=pytest.mark.proof),
    ],
)
def test_three_clocks_and_two_workers_send_each_due_row_once(
    postgres: Postgres, tmp_path: Path, rooms: int, each: int
):
    url = postgres.fresh_database()
    with Plant(url, tmp_path) as plant:
        plant.settle()
        fill_rooms(plant, rooms, each)
        for duties in ("clock", "worker", "clock", "worker", "clock"):
            plant.process(duties).begin()
        wait_until_sent(plant)
        kept = read(plant.database, plant.anchor_file)
        assert problems(History(), kept, kept, plant.platform.posts) == []
        assert Counter(row.state for row in kept.rows) == {"sent": rooms * each}
        assert len(plant.platform.posts) == rooms * each
    postgres.drop(url)
