"""What must not be read in the database is sealed, and new keys do not lock old things in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CoachError
from bot.keyring import Keyring, Unreadable

OLD, NEW, OTHER = "o" * 32, "n" * 32, "x" * 32


@given(text=st.text())
def test_what_was_sealed_is_opened_as_it_was(text: str):
    ring = Keyring([OLD])
    assert ring.open(ring.seal(text)) == text


def test_what_is_sealed_shows_nothing_and_is_never_twice_the_same():
    ring = Keyring([OLD])
    first, second = ring.seal("xoxb-token"), ring.seal("xoxb-token")
    assert b"xoxb" not in first
    assert first != second


def test_an_old_key_opens_and_the_newest_seals():
    both = Keyring([NEW, OLD])
    assert both.open(Keyring([OLD]).seal("token")) == "token"
    assert Keyring([NEW]).open(both.seal("token")) == "token"


@pytest.mark.parametrize(
    "sealed",
    [Keyring([OTHER]).seal("token"), b"no token", b"", b"gAAAA\xff"],
    ids=[
        "another's",
        "no token",
        "nothing",
        "no text",
    ],  # a sealed text is never twice the same; a name must be
)
def test_what_no_key_opens_says_what_to_do_and_shows_no_key(sealed: bytes):
    with pytest.raises(
        Unreadable, match="QMS_COACH_SECRET_KEY; put the old key back behind the new one"
    ) as refused:
        Keyring([NEW, OLD]).open(sealed)
    assert isinstance(refused.value, CoachError)
    assert refused.value.__suppress_context__
    assert NEW not in str(refused.value)


def test_what_was_changed_in_the_database_is_not_opened():
    ring = Keyring([OLD])
    sealed = bytearray(ring.seal("token"))
    sealed[20] ^= 1
    with pytest.raises(Unreadable):
        ring.open(bytes(sealed))
