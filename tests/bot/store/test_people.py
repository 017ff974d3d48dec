"""The directory: who somebody is, however a channel or a colleague spells it, and what they may do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from bot.message import Identity
from bot.person import Person, Right
from bot.store import people
from bot.store.database import Database
from bot.store.people import PersonUnknown
from tests.bot.store.rows import ANA, BEN, at_once


def test_a_person_comes_back_as_entered(peopled: Database):
    everything = Person(
        "dan", "Đan Ć", "north", "qa", "dan@example.com", "Asia/Tokyo", "hr", False, frozenset(Right)
    )
    with peopled.writing() as conn:
        people.add(conn, everything)
        assert people.by_id(conn, "dan") == everything
        assert people.by_id(conn, "nobody") is None


def test_an_id_is_given_once(peopled: Database):
    with pytest.raises(IntegrityError), peopled.writing() as conn:
        people.add(conn, replace(BEN, id="ana"))


@pytest.mark.parametrize(
    ("entered", "asked"),
    [
        ("Ana Horvat", "ana horvat"),
        ("Ana Horvat", "  ANA   HORVAT "),
        ("Živa Černe", "živa černe"),  # capitals that SQLite by itself does not know
        ("Öykü Straße", "ÖYKÜ STRASSE"),
        ("Zoe\u0301 Lee", "Zo\u00e9 Lee"),  # an accent written apart, and together
        ("Ana\u00a0Horvat", "Ana Horvat"),
    ],
)
def test_a_name_is_found_whatever_its_capitals_accents_and_spaces(
    database: Database, entered: str, asked: str
):
    with database.writing() as conn:
        people.add(conn, replace(ANA, name=entered))
        assert [person.name for person in people.by_name(conn, asked)] == [entered]
        assert people.by_name(conn, "Ana") == people.by_name(conn, "") == ()


def test_two_people_of_one_name_are_both_found(peopled: Database):
    with peopled.writing() as conn:
        people.add(conn, replace(BEN, id="aaa", name="ANA HORVAT"))
        assert [person.id for person in people.by_name(conn, "ana horvat")] == ["aaa", "ana"]


@pytest.mark.parametrize("asked", ["ben@example.com", "Ben@Example.COM"])
def test_an_address_is_found_whatever_its_capitals(peopled: Database, asked: str):
    with peopled.reading() as conn:
        assert people.by_email(conn, asked) == (BEN,)


def test_everybody_with_an_address_is_found_also_those_who_left(peopled: Database):
    left = replace(BEN, id="aaa", email="BEN@example.com", is_active=False)
    with peopled.writing() as conn:
        people.add(conn, left)
        assert people.by_email(conn, "ben@example.com") == (left, BEN)


def test_no_address_is_nobodys_and_part_of_one_is_none(peopled: Database):
    with peopled.reading() as conn:
        assert ANA.email == ""
        for asked in ("", "ben", "@example.com", "%@example.com", "ben_example.com"):
            assert people.by_email(conn, asked) == (), asked


def test_everyone_is_listed_by_name_also_those_who_left(peopled: Database):
    zoe = replace(BEN, id="aaa", name="zoe", is_active=False)
    with peopled.writing() as conn:
        people.add(conn, zoe)
        assert people.everyone(conn) == (ANA, BEN, zoe)
        assert people.everyone(conn, "south") == (BEN, zoe)
        assert people.everyone(conn, "nowhere") == ()


def test_a_change_replaces_all_that_is_said_of_a_person_and_the_name_they_are_found_by(peopled: Database):
    married = replace(
        ANA, name="Ana Kovač", role="supervisor", is_active=False, rights=frozenset({Right.SEE_FIGURES})
    )
    with peopled.writing() as conn:
        people.change(conn, married)
        assert people.by_name(conn, "ANA KOVAČ") == (married,)
        assert people.by_name(conn, "ana horvat") == ()
        assert people.by_id(conn, "ben") == BEN


def test_who_is_not_in_the_directory_cannot_be_changed_or_given_rights(peopled: Database):
    with peopled.writing() as conn:
        with pytest.raises(PersonUnknown, match="has the id 'carla'; `qms-coach people import` adds"):
            people.change(conn, replace(ANA, id="carla"))
        with pytest.raises(PersonUnknown):
            people.grant(conn, "carla", Right.SEE_FIGURES)
        with pytest.raises(PersonUnknown):
            people.revoke(conn, "carla", Right.SEE_FIGURES)


def test_a_person_can_be_met_on_the_web_and_at_the_terminal_by_their_id(peopled: Database):
    with peopled.reading() as conn:
        assert people.by_identity(conn, Identity("web", "ana")) == ANA
        assert people.by_identity(conn, Identity("terminal", "ben")) == BEN
        assert people.by_identity(conn, Identity("slack", "ana")) is None


def test_an_identity_is_whoever_it_was_linked_to_last(peopled: Database):
    slack = Identity("slack", "U1")
    with peopled.writing() as conn:
        people.link_identity(conn, slack, "ana")
        assert people.by_identity(conn, slack) == ANA
        people.link_identity(conn, slack, "ben")
        assert people.by_identity(conn, slack) == BEN
        assert people.by_identity(conn, Identity("teams", "U1")) is None


def test_rights_are_given_and_taken_one_by_one(peopled: Database):
    def rights(person: Person) -> set[Right]:
        assert people.by_id(conn, "ana") == person, "what is returned is what is kept"
        return set(person.rights)

    with peopled.writing() as conn:
        assert rights(people.grant(conn, "ana", Right.SEE_FIGURES)) == {Right.SEE_FIGURES}
        both = {Right.SEE_FIGURES, Right.RELEASE_STOP}
        assert rights(people.grant(conn, "ana", Right.RELEASE_STOP)) == both
        assert rights(people.grant(conn, "ana", Right.RELEASE_STOP)) == both
        assert rights(people.revoke(conn, "ana", Right.SEE_FIGURES)) == {Right.RELEASE_STOP}
        assert rights(people.revoke(conn, "ana", Right.SEE_FIGURES)) == {Right.RELEASE_STOP}


def test_no_right_is_lost_when_several_are_given_at_once(peopled: Database):
    def give(number: int) -> None:
        with peopled.writing() as conn:
            people.grant(conn, "ana", list(Right)[number])

    at_once(len(Right), give)
    with peopled.reading() as conn:
        assert (found := people.by_id(conn, "ana")) is not None
        assert found.rights == set(Right)


def test_people_are_locked_in_one_order_however_they_are_named_or_stored(peopled: Database):
    """In the order named, half of these transactions would wait for the other half, in a circle."""
    with peopled.writing() as conn:
        people.add(conn, replace(BEN, id="aaa"))

    def lock(number: int) -> list[str]:
        ids = ["ana", "ben", "aaa", "ana", "carla"]
        with peopled.writing() as conn:
            return [person.id for person in people.lock(conn, ids if number % 2 else reversed(ids))]

    for _ in range(5):
        assert at_once(6, lock) == [["aaa", "ana", "ben"]] * 6


def test_nobody_is_locked_when_nobody_is_named(peopled: Database):
    with peopled.writing() as conn:
        assert people.lock(conn, []) == ()
