"""We write to a person where they spoke last, and in private."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

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
        then = conn.execute(
            select(db_now(-HOUR))
        ).scalar_one()  # once: PostgreSQL's clock goes on from row to row
        conn.execute(update(table).values(used_at=then))
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


# --- Where nothing can be written any more ----------------------------------------------------------------------------


def spoke(database: Database, address: Address, person: str = "ana") -> int:
    with database.writing() as conn:
        return addresses.find_or_add(conn, address, person).id


def writes_to(database: Database, person: str = "ana") -> Address | None:
    """Where we would write to somebody now."""
    with database.reading() as conn:
        found = addresses.last_private(conn, person)
    return found.address if found else None


def test_a_closed_address_is_not_written_to_until_somebody_speaks_there_again(
    peopled: Database, known: dict[Address, int]
):
    spoke(peopled, SLACK)
    with peopled.writing() as conn:
        addresses.close(conn, known[SLACK])
    assert writes_to(peopled) == WEB
    spoke(peopled, SLACK)
    assert writes_to(peopled) == SLACK


def test_with_every_address_closed_there_is_nowhere_to_write(peopled: Database, known: dict[Address, int]):
    with peopled.writing() as conn:
        for address_id in known.values():
            addresses.close(conn, address_id)
    assert writes_to(peopled) is None


def test_a_workspace_that_removed_us_is_closed_and_no_other(peopled: Database):
    for conversation, workspace, person in [("D1", "T1", "ana"), ("D2", "T1", "ben"), ("D3", "T2", "ana")]:
        spoke(peopled, Address("slack", conversation, workspace=workspace), person)
    spoke(peopled, Address("teams", "19:ana", workspace="T1"))
    with peopled.writing() as conn:
        assert [addresses.close_workspace(conn, "slack", "T1") for _ in range(2)] == [2, 0]
    assert writes_to(peopled, "ben") is None
    with peopled.reading() as conn:
        closed = select(table.c.conversation).where(table.c.closed_at.is_not(None)).order_by(table.c.id)
        assert conn.execute(closed).scalars().all() == ["D1", "D2"]


def test_one_person_who_removed_us_closes_only_their_own(peopled: Database):
    mine, theirs = Address("slack", "D1", workspace="T1"), Address("slack", "D2", workspace="T1")
    spoke(peopled, mine)
    spoke(peopled, theirs, "ben")
    with peopled.writing() as conn:
        assert addresses.close_workspace(conn, "slack", "T1", "ana") == 1
    assert (writes_to(peopled), writes_to(peopled, "ben")) == (None, theirs)


def test_the_newest_workspace_and_reference_count(peopled: Database):
    """A platform moves a conversation to another server, and says so with the next message."""
    first = Address("teams", "19:ana", workspace="tenant", reference='{"serviceUrl": "https://one"}')
    second = Address("teams", "19:ana", workspace="moved", reference='{"serviceUrl": "https://two"}')
    assert spoke(peopled, first) == spoke(peopled, second)
    found = writes_to(peopled)
    assert found is not None
    assert (found.workspace, found.reference) == (second.workspace, second.reference)
    spoke(peopled, Address("teams", "19:new", workspace="tenant", reference="r"))
    found = writes_to(peopled)
    assert found is not None
    assert (found.workspace, found.reference) == ("tenant", "r"), "from the first message on"


def test_looking_for_an_address_notes_nothing(peopled: Database, known: dict[Address, int]):
    with peopled.writing() as conn:
        addresses.close(conn, known[SLACK])
        before = conn.execute(select(table).order_by(table.c.id)).all()
        assert addresses.find(conn, SLACK) == known[SLACK]
        assert addresses.find(conn, Address("slack", "D9")) is None
        assert conn.execute(select(table).order_by(table.c.id)).all() == before
