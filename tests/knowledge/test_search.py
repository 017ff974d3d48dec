"""Entries are found by the words they share and by their spelling, whatever the order, case and slips."""

from __future__ import annotations

import pytest

from knowledge.index import Entry, Index
from knowledge.search import Searcher, Vocabulary

ENTRIES = (
    Entry("retest", ("may i retest the sample", "test the same sample once more", "retest rules")),
    Entry("resample", ("may i take a new sample", "sample the batch again", "resample rules")),
    Entry("capa", ("what is a corrective and preventive action", "when do i need a capa")),
    Entry("cold", ("the fridge is too warm", "cold room out of range")),
)
VOCABULARY = Vocabulary(
    {"capa": "corrective and preventive action", "oos": "out of specification", "rt": "room temperature"},
    common=("warm", "room"),
    protected=("capa", "oos"),
)
SEARCHER = Searcher(ENTRIES, VOCABULARY, (0.45, 0.45))


def first(text: str) -> str:
    return SEARCHER.search(text).hits[0].entry


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("can I retest the sample?", "retest"),
        ("SAMPLE RETEST", "retest"),
        ("a new sample", "resample"),
        ("do we need a CAPA", "capa"),
        ("corrective action", "capa"),
        ("frigde to warm", "cold"),
        ("cold rooms", "cold"),
    ],
)
def test_the_nearest_entry_comes_first(text, entry):
    assert first(text) == entry


def test_an_abbreviation_is_written_out_on_both_sides():
    found = SEARCHER.search("CAPA?")
    assert found.words == ("corrective", "and", "preventive", "action")
    assert found.expanded == (("capa", "corrective and preventive action"),)


def test_what_was_mended_is_told():
    assert SEARCHER.search("frigde").mended == (("frigde", "fridge"),)


def test_the_phrasing_that_comes_nearest_is_the_evidence():
    found = SEARCHER.search("is the fridge too warm")
    assert found.evidence == "the fridge is too warm"
    assert found.features["alike"] > 0.9
    assert found.features["agree"] == 1


def test_words_nobody_knows_speak_against_it():
    assert (
        SEARCHER.search("retest the rhubarb compote").features["unknown"]
        > SEARCHER.search("retest rules").features["unknown"]
    )


def test_only_what_is_allowed_is_found():
    found = SEARCHER.search("retest the sample", allowed={"resample"})
    assert [hit.entry for hit in found.hits] == ["resample"]


def test_nothing_in_common_finds_nothing():
    found = SEARCHER.search("qqq zzz jjj")
    assert (found.hits, found.evidence, found.features["unknown"]) == ((), "", 1.0)
    assert SEARCHER.search("").hits == ()


def test_of_equals_the_one_that_stands_first_comes_first():
    twins = Index.of([Entry("b", ("warm fridge",)), Entry("a", ("warm fridge",))])
    assert [hit.entry for hit in twins.rank(["warm", "fridge"])] == ["b", "a"]


def test_a_word_that_many_entries_share_counts_less():
    index = Index.of([Entry(str(n), (f"sample word{n}",)) for n in range(5)])
    hits = index.rank(["sample", "word3"])
    assert hits[0].entry == "3"
    assert hits[0].words > 2 * hits[1].words


def test_an_index_of_nothing_finds_nothing():
    assert Index.of([]).rank(["sample"]) == []
