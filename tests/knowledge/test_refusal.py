"""A request for what is never advised is recognised by its words; a statement, and a question what a word means, are not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.refusal import NOTHING_REFUSED, Judge, Refusal, Refusals, Rival
from knowledge.scorecard import Weights

WORDS = {
    "asking": ("can i", "^just", "quick"),
    "informing": ("^what is a", "difference between"),
    "again": ("retest*", "run .. again", "redo"),
    "talk": ("question",),
    "hurt": ("splashed",),
    "throw": ("bin", "pour .. away"),
    "evidence": ("vial*",),
}


def found_in(refusals: Refusals, text: str, *, may_be_answer: bool = False) -> Refusal | None:
    """The refusal by its words, else by what the text comes nearest to."""
    return refusals.named_in(text) or refusals.nearest_to(text, may_be_answer=may_be_answer)


def refusal(
    name: str,
    *asks: tuple[str, ...],
    unless: tuple[str, ...] = (),
    is_always: bool = False,
    phrasings: tuple[str, ...] = (),
    innocent: tuple[str, ...] = (),
) -> Refusal:
    return Refusal(
        name,
        "---",
        "refuse",
        asks,
        "Why.",
        "Instead.",
        ("lead",),
        ("C.4",),
        unless,
        is_always,
        phrasings=phrasings,
        innocent=innocent,
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
    found = found_in(ALL, text)
    assert (found.id if found else None) == expected


def test_too_many_words_between_two_that_belong_together_are_another_thing():
    assert found_in(ALL, "can i run one two three four again")
    assert not found_in(ALL, "can i run one two three four five again")


def test_a_word_inside_another_is_not_that_word():
    assert not found_in(ALL, "can I use the cabinet vials")


def test_the_first_entry_that_fits_counts():
    found = found_in(ALL, "can I bin the vials and retest?")
    assert found is not None
    assert found.id == "throw"


def test_a_curly_apostrophe_is_an_apostrophe():
    cannot = Refusals({"asking": ("can't i",), "informing": ("x",), "x": ("go",)}, (refusal("x", ("x",)),))
    assert found_in(cannot, "why can\N{RIGHT SINGLE QUOTATION MARK}t I go")


LIKE = Refusals(
    {"asking": ("can i",), "informing": ("^who may",), "never": ("zzz",)},
    (
        refusal(
            "down-the-sink",
            ("never",),
            phrasings=(
                "what if the flask just fell over",
                "the sink is right here",
                "bench is full of old flasks",
            ),
            innocent=("the flask fell over at ten", "the sink was cleaned"),
        ),
        refusal("blame", ("never",), phrasings=("whose fault was it", "somebody messed up the weighing")),
    ),
    innocent=("the weighing was done at ten", "room and line please"),
    judge=Judge(
        Weights(
            -2.0,
            {"asked": 4.0, "innocent": -4.0, "like_asked": 3.0, "like_innocent": -3.0, "informing": -5.0},
        ),
        likely_from=0.3,
    ),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what if the flask just fell over?", "down-the-sink"),
        ("can I use the sink right here, the bench is full of old flasks", "down-the-sink"),
        ("the sink is right here and the bench is full of old flasks", "down-the-sink"),
        ("somebody messed up the weighing, whose fault was it", "blame"),
        ("the flask fell over at ten", None),
        ("the weighing was done at eleven", None),
        ("who may use the sink, the bench is full of flasks", None),
        ("rhubarb?", None),
        ("???", None),
    ],
)
def test_a_request_is_told_by_what_it_comes_nearest_to(text, expected):
    found = found_in(LIKE, text)
    assert (found.id if found else None) == expected


def test_what_only_tells_what_happened_must_be_surer():
    said = "bench is full of old flasks, the sink is right here"
    calm = replace(LIKE, judge=Judge(Weights(0.0, {"asked": 0.5}), 0.5))
    assert calm.nearest_to(said)
    assert not calm.nearest_to(said, may_be_told=True)
    assert calm.nearest_to(f"{said}?", may_be_told=True)


def test_what_is_harmless_and_comes_nearer_is_no_request():
    said = "the old bench is full"
    wary = replace(
        LIKE, judge=Judge(replace(LIKE.judge.weights, by_feature={"asked": 4.0, "rival": -8.0}), 0.3)
    )
    assert found_in(wary, said)
    assert wary.nearest_to(said, Rival(0.1, 0.2))
    assert not wary.nearest_to(said, Rival(1.0, 0.9))
    assert wary.sureness(said) > wary.sureness(said, Rival(1.0, 0.9))
    assert NOTHING_REFUSED.sureness(said) == 0.0


@pytest.mark.parametrize("text", ["old bench", "the unheard bench rhubarb compote"])
def test_few_words_and_words_nobody_knows_tell_nothing(text):
    careless = replace(LIKE, judge=replace(LIKE.judge, likely_from=0.0))
    assert found_in(careless, text) is None


def test_where_any_words_would_do_a_statement_is_the_answer():
    said = "bench is full of old flasks, the sink is right here"
    assert found_in(LIKE, said)
    assert not found_in(LIKE, said, may_be_answer=True)
    assert found_in(LIKE, f"{said}?", may_be_answer=True)


@pytest.mark.parametrize(
    "value", ["99.8 99.6 98.2", "ST-25-07", "2026-06-03 07:40", "25K041, 25K042", "31 °C", "3"]
)
def test_a_value_is_no_request_however_near_it_comes_to_one(value):
    careless = replace(LIKE, judge=replace(LIKE.judge, likely_from=0.0))
    assert found_in(careless, "the old bench is full") is not None
    assert found_in(careless, value) is None
    assert found_in(careless, value, may_be_answer=True) is None


def test_a_long_account_is_like_no_way_to_ask_and_is_no_request_however_many_words_they_share():
    account = (
        "At ten past six, while the bench was being cleared for the second series, operators of the early shift noticed a"
        " full flask without any label beside the sink, wrote the place into the record and called their supervisor over"
    )
    careless = replace(LIKE, judge=Judge(Weights(1.0, {"length": 5.0}), 0.3))
    assert careless.features(account)[1] is not None
    assert found_in(careless, account, may_be_answer=True) is None
    assert found_in(careless, "is the sink right here, the bench is full of old flasks?", may_be_answer=True)


def test_with_nothing_refused_nothing_is():
    assert found_in(NOTHING_REFUSED, "can I retest it?") is None


@given(st.text())
def test_no_text_is_too_strange(text):
    found_in(ALL, text)
