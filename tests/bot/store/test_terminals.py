"""Shared terminals and the codes of those who use them, by the database's clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.store import people, terminals
from bot.store.database import Database
from bot.store.tables import codes
from bot.store.terminals import MOST_TRIES, Try
from tests.bot.store.rows import ANA, BEN, HOUR, at_once


@pytest.fixture(autouse=True)
def _codes_are_hashed_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminals, "_ROUNDS", 1_000)


@pytest.fixture
def coded(peopled: Database) -> Database:
    """Ana's code is 1234."""
    with peopled.writing() as conn:
        terminals.set_code(conn, "ana", "1234", b"salt")
    return peopled


def begin(database: Database, person: str = "ana") -> Try | None:
    with database.writing() as conn:
        return terminals.begin_try(conn, person)


# --- Browsers ---------------------------------------------------------------------------------------------------------


def test_a_link_makes_one_browser_a_terminal(database: Database):
    with database.writing() as conn:
        terminals.invite(conn, "north", "link", HOUR)
        assert [terminals.enrol(conn, "link", "one"), terminals.enrol(conn, "link", "two")] == ["north", None]
        assert [terminals.site_of(conn, "one"), terminals.site_of(conn, "two")] == ["north", None]


def test_of_many_who_use_a_link_at_once_one_becomes_a_terminal(database: Database):
    with database.writing() as conn:
        terminals.invite(conn, "north", "link", HOUR)

    def enrol(number: int) -> str | None:
        with database.writing() as conn:
            return terminals.enrol(conn, "link", f"cookie-{number}")

    assert sorted(at_once(5, enrol), key=str) == [None] * 4 + ["north"]


def test_a_link_past_its_time_makes_nothing_a_terminal(database: Database):
    with database.writing() as conn:
        terminals.invite(conn, "north", "over", timedelta(0))
        assert terminals.enrol(conn, "over", "cookie") is None
        assert terminals.site_of(conn, "cookie") is None


def test_a_terminal_that_was_closed_is_none_any_more_and_the_others_are(database: Database):
    with database.writing() as conn:
        for name in ("one", "two"):
            terminals.invite(conn, "north", f"link-{name}", HOUR)
            terminals.enrol(conn, f"link-{name}", name)
        terminals.close(conn, "one")
        terminals.close(conn, "one")
        assert [terminals.site_of(conn, "one"), terminals.site_of(conn, "two")] == [None, "north"]


# --- Codes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "is_right"), [("1234", True), ("1235", False), ("", False), ("\udcff", False)]
)
def test_a_code_is_right_or_wrong(coded: Database, code: str, is_right: bool):
    tried = begin(coded)

    assert tried
    assert tried.is_right(code) is is_right


def test_nobody_has_the_code_itself(coded: Database):
    with coded.reading() as conn:
        row = conn.execute(select(codes.c.hash)).one()

    assert b"1234" not in row.hash


def test_each_try_is_counted_before_it_is_judged_and_the_fifth_is_the_last(coded: Database):
    tries = [begin(coded) for _ in range(MOST_TRIES + 1)]

    assert [tried.left if tried else None for tried in tries] == [4, 3, 2, 1, 0, None]


def test_many_tries_at_once_are_as_many_tries(coded: Database):
    tries = at_once(8, lambda _: begin(coded))

    assert sorted(tried.left for tried in tries if tried) == [0, 1, 2, 3, 4]


def test_after_a_right_one_the_count_begins_anew(coded: Database):
    first, second = begin(coded), begin(coded)
    assert first
    assert second
    with coded.writing() as conn:
        assert terminals.forget_tries(conn, "ana", second)

    third = begin(coded)

    assert [tried.left for tried in (first, second, third) if tried] == [4, 3, 4]


def test_a_code_replaced_while_it_was_judged_lets_nobody_in(coded: Database):
    tried = begin(coded)
    assert tried
    with coded.writing() as conn:
        terminals.set_code(conn, "ana", "9876", b"other")
        assert not terminals.forget_tries(conn, "ana", tried)


def test_a_new_code_forgets_the_tries_at_the_old_one(coded: Database):
    for _ in range(MOST_TRIES):
        begin(coded)
    with coded.writing() as conn:
        terminals.set_code(conn, "ana", "9876", b"other")

    tried = begin(coded)

    assert tried
    assert [tried.is_right("9876"), tried.is_right("1234"), tried.left] == [True, False, 4]


def test_who_has_no_code_has_no_try(coded: Database):
    assert begin(coded, "ben") is None
    with coded.reading() as conn:
        assert [terminals.has_code(conn, each) for each in ("ana", "ben")] == [True, False]


def test_a_terminal_shows_the_active_people_of_its_site_who_have_a_code(coded: Database):
    with coded.writing() as conn:
        people.add(conn, replace(ANA, id="abe", name="abe lincoln"))
        people.add(conn, replace(ANA, id="zoe", name="Zoe Gone", is_active=False))
        people.add(conn, replace(ANA, id="nora", name="Nora No Code"))
        for person in ("abe", "zoe", BEN.id):
            terminals.set_code(conn, person, "1", b"salt")
        shown = {
            site: [each.id for each in terminals.people_with_code(conn, site)] for site in ("north", "south")
        }

    assert shown == {"north": ["abe", "ana"], "south": ["ben"]}
