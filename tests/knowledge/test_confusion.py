"""Authors see which entries are taken for which, how well each is found, and which words lie between two."""

from __future__ import annotations

from knowledge.calibration import out_of_fold
from knowledge.confusion import Pair, Standing, Wording, confused, standings
from knowledge.index import Entry
from knowledge.search import NO_VOCABULARY

ENTRIES = (
    Entry(
        "retest",
        (
            "may i retest the sample",
            "retest rules",
            "who approves a retest",
            "retest the assay",
            "the drum again",
        ),
    ),
    Entry(
        "resample",
        (
            "may i resample the lot",
            "resample rules",
            "who approves it",
            "resample the drum",
            "a second resample",
        ),
    ),
    Entry(
        "fridge",
        (
            "the fridge is warm",
            "fridge too warm",
            "warm fridge alarm",
            "alarm of the fridge",
            "fridge at night",
        ),
    ),
)
FOUND = standings(out_of_fold(ENTRIES, NO_VOCABULARY, (0.45, 0.45)))


def test_each_entry_says_by_how_many_of_its_phrasings_it_comes_first():
    assert {name: (each.first, each.phrasings) for name, each in FOUND.items()} == {
        "retest": (4, 5),
        "resample": (4, 5),
        "fridge": (5, 5),
    }
    assert list(FOUND)[-1] == "fridge"  # the worst come first
    assert FOUND["resample"].share == 0.8
    assert [each.text for each in FOUND["resample"].missed] == ["who approves it"]


def test_two_are_confused_where_a_phrasing_of_one_finds_the_other():
    assert confused(FOUND.values()) == [Pair("resample", "retest", 1, 1)]


def test_a_phrasing_that_finds_nothing_confuses_nothing():
    (asked,) = FOUND["resample"].missed
    lost = Standing("resample", 1, 0, 0, (asked,))
    assert confused([lost])
    found = standings(out_of_fold([Entry("odd", ("zzz",)), *ENTRIES[2:]], NO_VOCABULARY, (0.45, 0.45)))
    assert (found["odd"].first, found["odd"].among_three) == (0, 0)
    assert confused(found.values()) == []


def test_the_words_that_two_share_and_those_that_tell_them_apart():
    words = Wording(ENTRIES).between("retest", "resample")
    assert {"rules", "approves"} <= set(words.both)
    assert words.one[0] == "retest"
    assert words.other[0] == "resample"
    assert "retest" not in words.both + words.other
