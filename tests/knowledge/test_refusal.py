"""A request for what is never advised is recognised by its words; a statement, and a question what a word means, are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.refusal import NOTHING_REFUSED, Refusal, Refusals

WORDS = {
    "asking": ("can i", "^just", "quick"),
    "meaning": ("^what is a", "difference between"),
    "again": ("retest*", "run .. again", "redo"),
    "talk": ("question",),
    "hurt": ("splashed",),
    "throw": ("bin", "pour .. away"),
    "evidence": ("vial*",),
}


def refusal(
    name: str, *asks: tuple[str, ...], unless: tuple[str, ...] = (), is_always: bool = False
) -> Refusal:
    return Refusal(
        name, name, "refuse", asks, "Why.", "Instead.", ("lead",), ("C.4",), unless, is_always=is_always
    )


ALL = Refusals(
    WORDS,
    (
        refusal("hurt", ("hurt",), is_always=True),
        refusal("throw", ("throw", "evidence")),
        refusal("again", ("again",), unless=("talk",)),
    ),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Can I retest it?", "again"),
        ("can i run it again", "again"),
        ("just run the whole thing over again", "again"),
        ("RETESTING, can I", "again"),
        ("re-run it?", None),  # no term of these words says so
        ("redo it, quick", "again"),
        ("can I bin the vials", "throw"),
        ("could you pour the vials away, quick", "throw"),
        ("bin it?", None),
        ("I retested it twice and both passed", None),
        ("what is a retest?", None),
        ("difference between retest and resample?", None),
        ("can I redo the question", None),
        ("acid splashed on my arm", "hurt"),
        ("", None),
        ("?", None),
    ],
)
def test_a_request_is_told_by_its_words(text, expected):
    found = ALL.found_in(text)
    assert (found.id if found else None) == expected


def test_too_many_words_between_two_that_belong_together_are_another_thing():
    assert ALL.found_in("can i run one two three four again")
    assert not ALL.found_in("can i run one two three four five again")


def test_a_word_inside_another_is_not_that_word():
    assert not ALL.found_in("can I use the cabinet vials")


def test_the_first_entry_that_fits_counts():
    found = ALL.found_in("can I bin the vials and retest?")
    assert found is not None
    assert found.id == "throw"


def test_a_curly_apostrophe_is_an_apostrophe():
    cannot = Refusals({"asking": ("can't i",), "meaning": ("x",), "x": ("go",)}, (refusal("x", ("x",)),))
    assert cannot.found_in("why can\N{RIGHT SINGLE QUOTATION MARK}t I go")


def test_with_nothing_refused_nothing_is():
    assert NOTHING_REFUSED.found_in("can I retest it?") is None


@given(st.text())
def test_no_text_is_too_strange(text):
    ALL.found_in(text)
