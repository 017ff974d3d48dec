"""We write to a person where they spoke last, and in private."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from bot.message import Address
from bot.store import addresses
from bot.store.addresses import StoredAddress
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.tables import addresses as table
from tests.bot.store.rows import HOUR, at_once

SLACK = Address("slack", "D1")
WEB = Address("web", "ana")
GROUP = Address("teams", "19:abc", is_private=False)


@pytest.fixture
def known(peopled: Database) -> dict[Address, int]:
    """Ana's addresses by their numbers, all used an hour ago."""
    with peopled.writing() as conn:
        found = {place: addresses.find_or_add(conn, place, "ana").id for place in (SLACK, WEB, GROUP)}
        conn.execute(update(table).values(used_at=db_now(-HOUR)))
    return found


def test_an_address_keeps_its_number(peopled: Database, known: dict[Address, int]):
    with peopled.writing() as conn:
        assert addresses.find_or_add(conn, SLACK, "ana") == StoredAddress(known[SLACK], SLACK, "ana")
        assert addresses.by_id(conn, known[SLACK]) == StoredAddress(known[SLACK], SLACK, "ana")
        assert addresses.by_id(conn, 999) is None
    assert len(set(known.values())) == 3


def test_an_address_belongs_to_who_spoke_there_last_and_is_as_private_as_it_is_now(
    peopled: Database, known: dict[Address, int]
):
    opened = Address("slack", "D1", is_private=False)
    with peopled.writing() as conn:
        addresses.find_or_add(conn, opened, "ben")
        assert addresses.by_id(conn, known[SLACK]) == StoredAddress(known[SLACK], opened, "ben")
        found = addresses.last_private(conn, "ana")
    assert found is not None
    assert found.address == WEB


def test_where_a_person_spoke_last_in_private_is_where_we_write(peopled: Database, known: dict[Address, int]):
    with peopled.writing() as conn:
        addresses.find_or_add(conn, SLACK, "ana")
        conn.execute(update(table).where(table.c.conversation == "D1").values(used_at=db_now(-HOUR / 2)))
        assert (found := addresses.last_private(conn, "ana")) is not None
        assert found.address == SLACK
        addresses.touch(conn, known[WEB])
        addresses.find_or_add(conn, GROUP, "ana")  # used last of all, but others would read it
        assert (found := addresses.last_private(conn, "ana")) is not None
        assert found.address == WEB


def test_of_two_used_at_the_same_moment_the_newer_address_counts(
    peopled: Database, known: dict[Address, int]
):
    with peopled.reading() as conn:
        assert (found := addresses.last_private(conn, "ana")) is not None
        assert found.id == max(known[SLACK], known[WEB])


def test_who_never_spoke_in_private_has_no_address(peopled: Database):
    with peopled.writing() as conn:
        addresses.find_or_add(conn, GROUP, "ben")
        assert addresses.last_private(conn, "ben") is None


def test_an_address_met_for_the_first_time_by_several_at_once_is_one(peopled: Database):
    def find(_: int) -> int:
        with peopled.writing() as conn:
            return addresses.find_or_add(conn, SLACK, "ana").id

    assert len(set(at_once(6, find))) == 1
