"""What comes nearest to words that nobody foresaw."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.command import Command
from bot.conversation.nearest import SURE, nearest
from tests.bot.conversation.talk import SPILL

COLD = replace(
    SPILL, id="cold", title="Cold room alarm", phrasings=("fridge too warm", "temperature out of range")
)
COULD = (SPILL, COLD, Command.HELP, Command.DRAFTS)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("there is a spill on the floor of room 3", SPILL),
        ("spil on the floor", SPILL),
        ("Something has leaked?", SPILL),
        ("the temperatures were out of range", COLD),
        ("temperture out of range since 02:10", COLD),
        ("the fridge is too warm", COLD),
    ],
)
def test_the_playbook_that_is_clearly_meant_comes_first_and_is_sure(text, script):
    best = nearest(text, COULD)[0]

    assert best.does is script
    assert best.score >= SURE


@pytest.mark.parametrize("text", ["banana", "who is the king of Spain", "hot", "room", "is the floor of it"])
def test_words_that_only_touch_a_phrasing_are_never_sure(text):
    assert nearest(text, COULD)[0].score < SURE


def test_a_misspelt_command_is_near_that_command():
    assert nearest("shw my draffts", COULD)[0].does is Command.DRAFTS


def test_of_equals_what_stands_first_comes_first():
    assert [near.does for near in nearest("banana", COULD)] == [SPILL, COLD, Command.HELP]


def test_a_short_word_is_only_itself():
    ill = replace(SPILL, title="ill", phrasings=("an",))

    assert nearest("ill", [ill])[0].score == 1
    assert nearest("pill", [ill])[0].score == 0


@given(st.text(), st.integers(min_value=1, max_value=6))
def test_there_is_always_something_and_never_more_than_asked_for(text, most):
    near = nearest(text, COULD, most)

    assert 1 <= len(near) <= most
    assert [item.score for item in near] == sorted((item.score for item in near), reverse=True)
    assert all(0 <= item.score <= 1 for item in near)
