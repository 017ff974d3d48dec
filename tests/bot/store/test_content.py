"""Every version of a script that a run used stays, under its own hash."""

from __future__ import annotations

import pytest

from bot.store import content
from bot.store.content import ContentMismatch
from bot.store.database import Database
from playbooks.run import canonical_json, hash_of
from tests.bot.store.rows import at_once

SCRIPT = {"id": "deviation-open", "title": "Größe"}


def test_a_version_is_kept_once_however_often_it_is_used(database: Database):
    def use(_: int) -> None:
        with database.writing() as conn:
            content.keep(conn, hash_of(SCRIPT), canonical_json(SCRIPT))

    at_once(4, use)
    use(4)
    with database.reading() as conn:
        assert content.get(conn, hash_of(SCRIPT)) == canonical_json(SCRIPT)
        assert conn.exec_driver_sql("SELECT count(*) FROM content").scalar_one() == 1


def test_a_text_is_never_kept_under_the_hash_of_another(database: Database):
    with database.writing() as conn:
        with pytest.raises(ContentMismatch, match=f"but its hash is {hash_of(SCRIPT)}"):
            content.keep(conn, "0" * 64, canonical_json(SCRIPT))
        assert content.get(conn, "0" * 64) is None
