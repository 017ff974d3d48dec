"""The index of what can be asked is made once; what is kept of it is never believed blindly, and never missed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bot.content.index_cache import IndexCache
from knowledge import search
from knowledge.index import Entry, Hit
from knowledge.search import Searcher, Vocabulary

ENTRIES = (
    Entry("retest", ("may i retest the sample", "test the same sample once more")),
    Entry("capa", ("what is a capa", "when do i need a corrective and preventive action")),
)
WORDS = Vocabulary({"capa": "corrective and preventive action"}, common=("room",), protected=("capa",))
ASKED = ("retest?", "capa", "corective action", "what is the sample")


class Made:
    """Counts how often an index is made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        monkeypatch.setattr("bot.content.index_cache.index_of", self)

    def __call__(self, entries, vocabulary):
        self.count += 1
        return search.index_of(entries, vocabulary)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    return Made(monkeypatch)


def hits(folder: Path, entries=ENTRIES, words=WORDS) -> list[tuple[Hit, ...]]:
    searcher = Searcher(entries, words, (0.45, 0.45), IndexCache(folder).index_of)
    return [searcher.search(text).hits for text in ASKED]


def kept(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_what_was_kept_finds_the_same_to_the_last_digit(tmp_path, made):
    plain = Searcher(ENTRIES, WORDS, (0.45, 0.45))
    assert hits(tmp_path) == hits(tmp_path) == [plain.search(text).hits for text in ASKED]
    assert made.count == 1


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        (ENTRIES[::-1], WORDS),
        ((ENTRIES[0], Entry("capa", ("what is a capa",))), WORDS),
        (ENTRIES, Vocabulary({"capa": "corrective action"}, WORDS.common, WORDS.protected)),
    ],
)
def test_other_entries_or_words_have_an_index_of_their_own(tmp_path, made, entries, words):
    hits(tmp_path)
    assert hits(tmp_path, entries, words) == hits(tmp_path / "fresh", entries, words)
    assert made.count == 3


def test_it_is_made_again_when_the_code_has_changed(tmp_path, made, monkeypatch):
    hits(tmp_path)
    monkeypatch.setattr("bot.content.index_cache._CODE", ("index.py",))
    hits(tmp_path)
    assert made.count == 2


@pytest.mark.parametrize("spoil", [lambda text: text[:-9], lambda text: b"", lambda text: b"{}\n{}"])
def test_a_file_that_is_not_as_it_was_written_is_made_again(tmp_path, made, spoil):
    good = hits(tmp_path)
    kept(tmp_path).write_bytes(spoil(kept(tmp_path).read_bytes()))
    assert hits(tmp_path) == good
    assert made.count == 2
    assert hits(tmp_path) == good
    assert made.count == 2


def test_a_number_changed_by_hand_is_not_believed(tmp_path, made):
    good = hits(tmp_path)
    head, body = kept(tmp_path).read_bytes().split(b"\n")
    index = json.loads(body)
    kept(tmp_path).write_bytes(head + b"\n" + json.dumps({**index, "ids": index["ids"][::-1]}).encode())
    assert hits(tmp_path) == good
    assert made.count == 2


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path, made):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert hits(tmp_path / "file" / "cache") == hits(tmp_path / "file" / "cache")
    assert made.count == 2


def test_the_folder_is_this_accounts_own_and_does_not_grow(tmp_path, made):
    folder = tmp_path / "cache"
    for number in range(12):
        hits(folder, (*ENTRIES, Entry(f"more{number}", ("something else",))))
        os.utime(max(folder.iterdir(), key=lambda path: path.stat().st_mtime), (number, number))
    assert len(list(folder.iterdir())) == 8
    assert folder.stat().st_mode & 0o077 == 0
