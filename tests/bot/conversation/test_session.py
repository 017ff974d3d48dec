"""What is kept in mind between two messages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.session import Offer, Session

OFFERS = st.none() | st.builds(Offer, st.text(min_size=1), st.text())


@given(st.builds(Session, st.text(), OFFERS, st.integers(min_value=0, max_value=1_000)))
def test_a_session_comes_back_from_its_row_as_it_was(session):
    assert Session.from_json(session.to_json()) == session


def test_a_session_of_a_release_that_knew_less_can_still_be_read():
    assert Session.from_json("{}") == Session()
    assert Session.from_json('{"focus": "coach-7k2m"}') == Session("coach-7k2m")
