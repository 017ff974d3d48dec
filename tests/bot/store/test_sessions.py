"""What the coach has in mind about a person is there with their next message."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from bot.conversation.session import Offer, Session
from bot.store import sessions
from bot.store.database import Database

BUSY = Session(focus="coach-7k2m", offer=Offer("deviation-open", "čaša pukla"), misunderstood=2)


def test_a_person_we_know_nothing_of_has_a_new_session(peopled: Database):
    with peopled.reading() as conn:
        assert sessions.load(conn, "ana") == Session()


def test_the_session_saved_last_is_the_one_that_counts_for_this_person_alone(peopled: Database):
    with peopled.writing() as conn:
        sessions.save(conn, "ana", Session(misunderstood=1))
        sessions.save(conn, "ana", BUSY)
    with peopled.reading() as conn:
        assert sessions.load(conn, "ana") == BUSY
        assert sessions.load(conn, "ben") == Session()


def test_nobody_outside_the_directory_has_a_session(peopled: Database):
    with pytest.raises(IntegrityError), peopled.writing() as conn:
        sessions.save(conn, "carla", BUSY)
