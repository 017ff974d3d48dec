"""A button's way through a channel and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.message import About, Press, legible

WORD = st.text(st.characters(exclude_characters="|", exclude_categories=["Cs"]), min_size=1, max_size=20)
ABOUT = st.none() | st.builds(About, run=WORD, step=WORD, turn=st.integers(0, 999_999_999))
PRESS = st.builds(Press, action=WORD, values=st.lists(WORD, max_size=4).map(tuple), about=ABOUT)


def test_a_press_is_one_short_line():
    press = Press("answer", ("yes",), About("coach-7k2m", "where", 12))
    assert press.token() == "answer|coach-7k2m|where|12|yes"
    assert Press("offer", ("deviation",)).token() == "offer||||deviation"


@pytest.mark.parametrize(
    "values", [("we stopped the line because the belt tore",), ("é" * 4_000,), tuple(map(str, range(2_000)))]
)
@pytest.mark.parametrize("action", ["words", "answer"])
def test_the_key_of_a_press_is_short_however_long_the_press(action: str, values: tuple[str, ...]):
    about = About("coach-7k2m", "what", 3)
    press, other = Press(action, values, about), Press(action, (*values, "x"), about)
    assert len(press.key.encode()) <= 200
    assert press.key == Press(action, values, about).key != other.key


def test_no_words_of_somebody_stand_in_a_key():
    assert "Maria" not in Press("words", ("Maria did it",), About("coach-7k2m", "what", 3)).key
    assert Press("answer", ("yes",)).key == "answer||||yes"


@given(press=PRESS)
def test_a_press_comes_back_as_it_went(press):
    assert Press.from_token(press.token()) == press


@given(token=st.text(max_size=60) | st.lists(WORD | st.just(""), max_size=6).map("|".join))
def test_whatever_comes_in_is_a_press_or_nothing(token):
    press = Press.from_token(token)
    assert press is None or Press.from_token(press.token()) == press


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "nothing at all"),
        ("answer", "no question and no value"),
        ("answer|coach-7k2m|where", "no turn"),
        ("|coach-7k2m|where|1|yes", "no action"),
        ("answer|coach-7k2m|where||yes", "an empty turn"),
        ("answer|coach-7k2m|where|-1|yes", "a turn before the first"),
        ("answer|coach-7k2m|where|1.5|yes", "half a turn"),
        ("answer|coach-7k2m|where|²|yes", "a digit that is no number"),
        (f"answer|coach-7k2m|where|{'9' * 5_000}|yes", "a number that Python refuses to read"),
    ],
)
def test_what_is_no_press_of_ours_is_none(token, reason):
    assert Press.from_token(token) is None, reason


@given(text=st.text(max_size=60))
def test_legible_text_has_one_kind_of_line_end_and_no_control_characters(text):
    read = legible(text)
    assert legible(read) == read
    assert not any(char < " " and char not in "\t\n" for char in read)
    assert read.encode().decode() == read


def test_legible_leaves_what_a_person_can_type():
    typed = "pH < 7, 5 µg/m³, 2\u00a0°C\n\tŽofia, качество, 品質, 👩‍🔬"
    assert legible(typed) == typed
    assert legible("a\r\nb\rc\x00d\x1b") == "a\nb\nc\N{REPLACEMENT CHARACTER}d\N{REPLACEMENT CHARACTER}"
