"""Every version of a script that any run ever used, under the hash of its canonical JSON."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, bindparam, select

from bot.errors import CoachError
from bot.store.moment import db_now
from bot.store.tables import content
from bot.store.upsert import on_both_engines

_KEEP = on_both_engines(content, lambda insert: insert.values(kept_at=db_now()).on_conflict_do_nothing())
_GET = select(content.c.json).where(content.c.hash == bindparam("hash"))


class ContentMismatch(CoachError):
    """A text was to be kept under a hash that is not its own."""


def keep(conn: Connection, content_hash: str, canonical_json: str) -> None:
    """Keep this version, if it is not kept yet. Raises ContentMismatch when the hash is not the text's."""
    actual = hashlib.sha256(canonical_json.encode()).hexdigest()
    if actual != content_hash:
        msg = f"this content was said to have the hash {content_hash}, but its hash is {actual}; hash the text that is kept"
        raise ContentMismatch(msg)
    conn.execute(_KEEP(conn), {"hash": content_hash, "json": canonical_json})


def get(conn: Connection, content_hash: str) -> str | None:
    """The canonical JSON that was kept under this hash."""
    return conn.execute(_GET, {"hash": content_hash}).scalar()
