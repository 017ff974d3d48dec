"""What people wrote can be deleted for good, and until then be proved."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from bot.store import texts
from bot.store.database import Database
from bot.store.tables import texts as table

WORDS = "Čaša pukla: 3 µg/ml, 日本語 🙂"


def test_a_text_comes_back_as_it_was_written(database: Database):
    with database.writing() as conn:
        kept = texts.write(conn, WORDS)
    with database.reading() as conn:
        assert texts.read(conn, kept.id) == WORDS
        assert texts.is_what_was_said(conn, kept.id, kept.hash)


def test_several_texts_are_referred_to_in_the_order_they_were_said(database: Database):
    said = [f"sentence {number}" for number in range(30)]
    with database.writing() as conn:
        kept = texts.write_all(conn, said)
        assert [texts.read(conn, text.id) for text in kept] == said
        assert texts.write_all(conn, []) == ()


def test_the_same_words_twice_have_two_hashes_so_that_nobody_can_guess_short_ones(database: Database):
    with database.writing() as conn:
        first, second = texts.write_all(conn, ["yes", "yes"])
        assert len({first.hash, second.hash, hashlib.sha256(b"yes").hexdigest()}) == 3
        assert first.id != second.id


def test_an_erased_text_leaves_neither_words_nor_salt(database: Database):
    with database.writing() as conn:
        kept = texts.write(conn, WORDS)
        assert texts.erase(conn, kept.id)
        row = conn.execute(select(table)).one()
        assert (row.text, row.salt, row.erased_at is None) == (None, None, False)
        assert texts.read(conn, kept.id) is None
        assert not texts.is_what_was_said(conn, kept.id, kept.hash)


def test_erasing_again_erases_nothing_and_keeps_the_time_of_the_first(database: Database):
    with database.writing() as conn:
        kept = texts.write(conn, WORDS)
        texts.erase(conn, kept.id)
        erased_at = conn.execute(select(table.c.erased_at)).scalar_one()
        assert not texts.erase(conn, kept.id)
        assert not texts.erase(conn, "never was")
        assert conn.execute(select(table.c.erased_at)).scalar_one() == erased_at


def test_a_changed_text_is_not_what_was_said(database: Database):
    with database.writing() as conn:
        kept = texts.write(conn, "the batch was released")
        conn.execute(table.update().values(text="the batch was not released"))
        assert not texts.is_what_was_said(conn, kept.id, kept.hash)
        assert not texts.is_what_was_said(conn, "never was", kept.hash)
