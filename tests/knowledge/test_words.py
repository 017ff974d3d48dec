"""What was typed around the words does not count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.words import ends_asking, stem, without_greeting, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Can I re-test it??", ["can", "i", "re", "test", "it"]),
        ("can’t  WAIT", ["cant", "wait"]),
        ("soooo late!!!", ["soo", "late"]),
        ("batch 00123", ["batch", "00123"]),
        ("1000 g", ["1000", "g"]),
        ("95 % of it", ["95", "%", "of", "it"]),
        ("<@U02AB> what is OOT", ["what", "is", "oot"]),
        ("<at>Coach</at> what is OOT", ["what", "is", "oot"]),
        ("see <https://example.org/a?b=c|the SOP> now", ["see", "the", "sop", "now"]),
        ("see https://example.org/a?b=c now", ["see", "now"]),
        (":thumbsup: ok", ["ok"]),
        ("at 12:30:45 ok", ["at", "12", "30", "45", "ok"]),
        ("`code` and ```a block```", ["code", "and"]),
        ("snake_case", ["snake", "case"]),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER O}OS", ["oos"]),
        ("", []),
    ],
)
def test_words_come_in_one_shape(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "ok?",
        "ok? ",
        "ok??!",
        "*ok?*",
        "(ok?)",
        "ok? \N{GRINNING FACE}",
        "ok? :smile:",
        "ok? <@U02AB>",
        "ok? <#C02|quality>",
    ],
)
def test_a_question_is_one_whatever_stands_behind_its_mark(text):
    assert ends_asking(text)


@pytest.mark.parametrize(
    "text", ["", "ok", "ok? then I go on", "see https://example.org/a?", "<https://example.org/?>"]
)
def test_what_ends_otherwise_is_no_question(text):
    assert not ends_asking(text)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Good morning coach! What is a CAPA", "what is a capa"),
        ("hi hello, retest rules", "retest rules"),
        ("good documentation practice", "good documentation practice"),
        ("hi there", "hi there"),
        ("", ""),
    ],
)
def test_a_question_begins_behind_its_greeting(typed, asked):
    assert without_greeting(words_of(typed)) == asked.split()


def test_forms_of_a_word_have_one_stem():
    assert stem("tests") == stem("testing") == stem("tested") == "test"


@given(st.text())
def test_words_of_words_are_the_same_words(text):
    words = words_of(text)
    assert words_of(" ".join(words)) == words
