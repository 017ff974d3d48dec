"""The indexes that were made before, each in a file of its own: they only save time, and can be deleted at any moment.

A file counts only for exactly the entries and words it was made from, by the code and on the kind of machine it was made
by, and only as it was written.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import Stemmer

import knowledge
from knowledge.index import Entry, Index
from knowledge.search import Vocabulary, index_of

_MOST = 8  # files; the ones used last stay
_CODE = ("index.py", "search.py", "words.py")  # what an index depends on, beside its entries


@dataclass(frozen=True, slots=True)
class IndexCache:
    """The indexes in a folder."""

    folder: Path

    def index_of(self, entries: Sequence[Entry], vocabulary: Vocabulary) -> Index:
        """The index of these entries, from its file where there is one; else it is made, and kept for the next time."""
        try:
            key = _key(entries, vocabulary)
            path = self.folder / f"index-{key[:32]}.json"
            if found := _read(path, key):
                return found
        except OSError:  # no file of code, or a folder that is closed to us: then without
            return index_of(entries, vocabulary)
        made = index_of(entries, vocabulary)
        with suppress(OSError):  # a disk that is full or cannot be written: it is made again the next time
            self._keep(path, key, made)
        return made

    def _keep(self, path: Path, key: str, index: Index) -> None:
        """Write it beside its place and move it there, so that nobody ever reads half of it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        body = json.dumps(index.kept(), ensure_ascii=False, separators=(",", ":")).encode()
        head = json.dumps({"of": key, "sha256": hashlib.sha256(body).hexdigest()}).encode()
        handle, written = tempfile.mkstemp(dir=self.folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(head + b"\n" + body)
            Path(written).replace(path)
        except OSError:
            Path(written).unlink(missing_ok=True)
            raise
        old = sorted(self.folder.glob("index-*.json"), key=lambda each: each.stat().st_mtime)[:-_MOST]
        for each in old:
            each.unlink(missing_ok=True)


def _key(entries: Sequence[Entry], vocabulary: Vocabulary) -> str:
    """What stands for everything that an index depends on. Raises OSError where the code has no files."""
    digest = hashlib.sha256()
    for name in _CODE:
        digest.update((Path(knowledge.__path__[0]) / name).read_bytes())
    kind = [sys.platform, sys.byteorder, sys.maxsize, Stemmer.version()]
    texts = [[entry.id, entry.phrasings] for entry in entries]
    digest.update(json.dumps([kind, texts, list(vocabulary.expansions.items())]).encode())
    return digest.hexdigest()


def _read(path: Path, key: str) -> Index | None:
    """The index in a file; None where there is none, or it is not what it should be."""
    try:
        head, _, body = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    with suppress(ValueError):
        if json.loads(head) == {"of": key, "sha256": hashlib.sha256(body).hexdigest()}:
            os.utime(path)
            return Index.of_kept(json.loads(body))
    return None
