"""The indexes that were made before, kept for the next start."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import Stemmer

import knowledge
from bot.content.kept_file import code_of, keep, read_kept
from knowledge.index import Entry, Index
from knowledge.search import Vocabulary, index_of

_CODE = ("index.py", "search.py", "words.py")  # what an index depends on, beside its entries


@dataclass(frozen=True, slots=True)
class IndexCache:
    """The indexes in a folder."""

    folder: Path

    def index_of(self, entries: Sequence[Entry], vocabulary: Vocabulary) -> Index:
        """The index of these entries, as it was kept; else it is made, and kept for the next time."""
        try:
            key = _key(entries, vocabulary)
        except OSError:  # no file of code: then nothing can be compared
            return index_of(entries, vocabulary)
        if found := read_kept(self.folder, "index", key):
            return Index.of_kept(found)
        made = index_of(entries, vocabulary)
        keep(self.folder, "index", key, made.kept())
        return made


def _key(entries: Sequence[Entry], vocabulary: Vocabulary) -> str:
    """What stands for everything that an index depends on, the kind of machine included."""
    code = code_of(Path(knowledge.__path__[0]) / name for name in _CODE)
    kind = [code, sys.platform, sys.byteorder, sys.maxsize, Stemmer.version()]
    texts = [[entry.id, entry.phrasings] for entry in entries]
    return hashlib.sha256(json.dumps([kind, texts, list(vocabulary.expansions.items())]).encode()).hexdigest()
