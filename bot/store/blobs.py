"""Files and pictures, kept once under the hash of their bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from bot.errors import CoachError
from bot.store.moment import db_now
from bot.store.tables import blobs
from bot.store.upsert import on_both_engines

MAX_BYTES = 10 * 1024 * 1024

_KEEP = on_both_engines(blobs, lambda insert: insert.values(written_at=db_now()).on_conflict_do_nothing())
_GET = select(blobs.c.type, blobs.c.bytes).where(blobs.c.sha256 == bindparam("sha256"))


class BlobTooLarge(CoachError):
    """A file has more bytes than we keep."""


@dataclass(frozen=True, slots=True)
class Blob:
    """The bytes of a file, and what kind of file they are."""

    type: str
    bytes: bytes


def keep(conn: Connection, blob: Blob) -> str:
    """Keep a file; the SHA-256 it can be had by. Keeping it again changes nothing. Raises BlobTooLarge."""
    if len(blob.bytes) > MAX_BYTES:
        msg = f"the file has {len(blob.bytes):,} bytes; at most {MAX_BYTES:,} can be kept"
        raise BlobTooLarge(msg)
    sha256 = hashlib.sha256(blob.bytes).hexdigest()
    conn.execute(_KEEP(conn), {"sha256": sha256, "type": blob.type, "bytes": blob.bytes})
    return sha256


def get(conn: Connection, sha256: str) -> Blob | None:
    """The file with this SHA-256."""
    row = conn.execute(_GET, {"sha256": sha256}).first()
    return None if row is None else Blob(row.type, row.bytes)
