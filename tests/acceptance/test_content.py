"""G: what concerns content as the store keeps it; the rest of it is shown where content is checked."""

from __future__ import annotations

import json

import pytest

from bot.store import content
from playbooks.loader import load_whole
from playbooks.run import hash_of
from tests.content import shipped_library
from tests.plant import Plant


@pytest.mark.scenario("G5")
@pytest.mark.parametrize("name", shipped_library().playbooks)
def test_a_playbook_that_is_kept_and_read_back_is_the_same_with_the_same_hash(each_plant: Plant, name: str):
    book = shipped_library().playbooks[name]
    with each_plant.database.writing() as conn:
        content.keep(conn, book.script.hash, book.canonical)
        kept = content.get(conn, book.script.hash)
    assert kept
    again = load_whole(json.loads(kept))

    assert [step.id for step in again.steps] == [step.id for step in book.script.steps]
    assert again.hash == book.script.hash == hash_of(json.loads(kept))
