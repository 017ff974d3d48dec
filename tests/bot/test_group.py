"""A question in a group or channel: answered there, and nothing kept but that it was."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.message import Address, Heard, Message, Press
from bot.reply import Reply, Tone
from bot.store import addresses, people
from bot.store.database import Database
from bot.store.tables import addresses as address_rows
from bot.store.tables import outbox as rows
from tests.plant import COLD, Plant

CHANNEL = Address("slack", "T1/C1/171", is_private=False, workspace="T1")


@pytest.fixture
def plant(migrated_file: Path, tmp_path: Path) -> Iterator[Plant]:
    """A plant where Alex has a run that was put aside, and another that is open, all of it in private."""
    shutil.copyfile(migrated_file, tmp_path / "coach.db")
    database = Database(f"sqlite:///{tmp_path / 'coach.db'}")
    plant = Plant(database)
    plant.on_phone("alex")
    plant.start()
    plant.say("pause")
    plant.start("the label printer jammed on line 3")
    yield plant
    database.close()


def asks(plant: Plant, text: str, event_id: str = "", by: str = "alex") -> Message:
    return replace(plant.message(text, by=by, channel="slack", event_id=event_id), address=CHANNEL)


def answers(plant: Plant) -> list[Reply]:
    """Everything that was said in the channel."""
    with plant.database.reading() as conn:
        here = select(rows.c.payload).join(address_rows).where(address_rows.c.conversation == "T1/C1/171")
        return [Reply.from_json(payload) for payload in conn.execute(here.order_by(rows.c.seq)).scalars()]


def test_nothing_is_kept_but_that_questions_were_answered(plant: Plant):
    asked = ["help", COLD, "my runs", "my drafts", "continue", "no", "what waits for me?"]
    before, focus = plant.counts(), plant.focus()
    for text in asked:
        assert plant.coach.overhear(asks(plant, text)) == Heard("done")
    after = plant.counts()
    grown = {table: count - before[table] for table, count in after.items() if count != before[table]}
    assert grown == {"addresses": 1, "inbox": len(asked), "outbox": len(asked)}
    assert plant.focus() == focus
    said = [reply.to_json() for reply in answers(plant)]
    assert not [word for word in ("coach-0", "label printer", "Alex") if word in "".join(said)]
    assert not any(reply.has_controls for reply in answers(plant))


def test_a_danger_comes_first(plant: Plant):
    plant.coach.overhear(asks(plant, "somebody is hurt, how do I open a deviation?"))
    (reply,) = answers(plant)
    assert reply.tone is Tone.STOP


def test_the_same_question_delivered_twice_is_answered_once(plant: Plant):
    question = asks(plant, "help", "Ev1")
    assert [plant.coach.overhear(question).outcome for _ in range(2)] == ["done", "duplicate"]
    assert len(answers(plant)) == 1


def test_whoever_is_not_known_or_not_active_is_not_answered(plant: Plant):
    with plant.database.writing() as conn:
        people.change(conn, replace(plant.library.people[0], id="alex", is_active=False))
    before = plant.counts()
    assert plant.coach.overhear(asks(plant, "help")) == Heard("stranger")
    assert plant.coach.overhear(asks(plant, "help", by="nobody")) == Heard("stranger")
    assert plant.counts() == before


def test_a_button_in_front_of_others_is_only_words(plant: Plant):
    """Nothing there has buttons; whoever makes one up gets an answer to nothing."""
    before = plant.counts()["run_events"]
    plant.coach.overhear(replace(asks(plant, ""), press=Press("cancel")))
    assert plant.counts()["run_events"] == before
    assert len(answers(plant)) == 1


def test_nobody_is_written_to_in_a_group_of_the_coachs_own_accord(plant: Plant):
    plant.coach.overhear(asks(plant, "help"))
    with plant.database.reading() as conn:
        found = addresses.last_private(conn, "alex")
    assert found is not None
    assert found.address.channel == "web"
