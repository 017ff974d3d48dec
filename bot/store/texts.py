"""What people wrote, where it can be deleted: everything else holds only its salted hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.store.moment import db_now
from bot.store.tables import texts

_WRITE = insert(texts).values(written_at=db_now())
_READ = select(texts.c.text).where(texts.c.id == bindparam("id"))


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A text as others may refer to it: `hash` is SHA-256 of its salt and the text, in hex."""

    id: str
    hash: str


def write(conn: Connection, text: str) -> WrittenText:
    """Keep a text."""
    return write_all(conn, (text,))[0]


def write_all(conn: Connection, said: Sequence[str]) -> tuple[WrittenText, ...]:
    """Keep several texts; in the same order, how to refer to them."""
    # Nothing is decided by these random bytes, so that "same input, same answer" holds. A salt must be
    # unguessable: with it gone, nobody can try out short texts until one has the hash.
    drawn = [(os.urandom(12).hex(), os.urandom(16), text) for text in said]
    if drawn:
        conn.execute(
            _WRITE,
            [{"id": text_id, "salt": salt, "text": text} for text_id, salt, text in drawn],
        )
    return tuple(WrittenText(text_id, salted_hash(salt, text)) for text_id, salt, text in drawn)


def read(conn: Connection, text_id: str) -> str | None:
    """The text, or None when it was erased or never was."""
    return conn.execute(_READ, {"id": text_id}).scalar()


def is_what_was_said(conn: Connection, text_id: str, hash_then: str) -> bool:
    """Whether the text is still the one that had this salted hash; an erased text is not."""
    row = conn.execute(select(texts.c.salt, texts.c.text).where(texts.c.id == text_id)).first()
    return row is not None and row.text is not None and salted_hash(row.salt, row.text) == hash_then


def erase(conn: Connection, text_id: str) -> bool:
    """Delete text and salt for good; whether there was anything to delete."""
    query = update(texts).where(texts.c.id == text_id, texts.c.erased_at.is_(None))
    return conn.execute(query.values(text=None, salt=None, erased_at=db_now())).rowcount == 1


def salted_hash(salt: bytes, text: str) -> str:
    """What the audit holds of a text."""
    return hashlib.sha256(salt + text.encode()).hexdigest()
