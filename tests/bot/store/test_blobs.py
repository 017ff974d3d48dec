"""Files are kept once, under the hash of their bytes."""

from __future__ import annotations

import hashlib

import pytest

from bot.store import blobs
from bot.store.blobs import MAX_BYTES, Blob, BlobTooLarge
from bot.store.database import Database

PHOTO = Blob("image/png", b"\x89PNG\r\n\x1a\n\x00\xff")


def test_a_file_comes_back_as_it_went_in(database: Database):
    with database.writing() as conn:
        sha256 = blobs.keep(conn, PHOTO)
    with database.reading() as conn:
        assert sha256 == hashlib.sha256(PHOTO.bytes).hexdigest()
        assert blobs.get(conn, sha256) == PHOTO


def test_the_same_bytes_are_kept_once_and_as_they_were_first_named(database: Database):
    with database.writing() as conn:
        first = blobs.keep(conn, PHOTO)
        second = blobs.keep(conn, Blob("image/other", PHOTO.bytes))
        assert first == second
        assert blobs.get(conn, first) == PHOTO


def test_ten_megabytes_are_kept_and_one_byte_more_is_refused(database: Database):
    with database.writing() as conn:
        largest = Blob("application/pdf", bytes(MAX_BYTES))
        assert blobs.get(conn, blobs.keep(conn, largest)) == largest
        with pytest.raises(BlobTooLarge, match="10,485,761 bytes; at most 10,485,760"):
            blobs.keep(conn, Blob("application/pdf", bytes(MAX_BYTES + 1)))


def test_a_file_nobody_kept_is_not_there(database: Database):
    with database.reading() as conn:
        assert blobs.get(conn, "0" * 64) is None
