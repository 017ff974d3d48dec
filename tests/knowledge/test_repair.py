"""Slips are mended, known words and acronyms are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from knowledge.repair import Repairer, slips_allowed

KNOWN = {"deviation": 9, "device": 2, "retest": 3, "sample": 4, "samples": 1, "oos": 8, "from": 5}
REPAIRER = Repairer(KNOWN, common={"form", "simple"}, protected={"oos", "oot", "ooe"})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("deviaton", "deviation"),
        ("deviatoin", "deviation"),
        ("retset", "retest"),
        ("smaple", "sample"),
        ("sample", "sample"),
        ("form", "form"),  # a word of its own, though "from" is near
        ("fom", "from"),
        ("ooe", "ooe"),  # never taken for "oos"
        ("ooz", "ooz"),  # and nothing else becomes an acronym
        ("oss", "oss"),
        ("xy", "xy"),
        ("00123", "00123"),
        ("sampl3", "sampl3"),
        ("rhubarb", "rhubarb"),
    ],
)
def test_a_slip_becomes_the_word_that_was_meant(typed, meant):
    assert REPAIRER.mended(typed) == meant


def test_of_equals_the_same_first_letter_the_commoner_word_and_the_alphabet_decide():
    assert Repairer({"batch": 1, "watch": 9}).mended("batcj") == "batch"
    assert Repairer({"cards": 1, "carts": 9}).mended("carxs") == "carts"
    assert Repairer({"cards": 1, "carts": 1}).mended("carxs") == "cards"


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=14))
def test_no_word_is_bent_too_far(word):
    mended = REPAIRER.mended(word)
    assert mended == word or OSA.distance(word, mended) <= slips_allowed(len(word))
