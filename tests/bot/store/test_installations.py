"""Where our app is installed, and that nobody brings an installation that was not begun here."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from bot.store import installations
from bot.store.database import Database
from bot.store.installations import SealedInstallation
from bot.store.tables import install_states
from bot.store.tables import installations as table
from tests.bot.store.rows import HOUR, MORNING, at_once

NORTH = SealedInstallation(
    "slack", "T1", "E1", "North Works", "U9", b"sealed", MORNING, "chat:write im:history"
)


def test_an_installation_is_found_in_its_own_workspace_as_it_was_kept(database: Database):
    with database.writing() as conn:
        installations.keep(conn, NORTH)
        assert installations.find(conn, "slack", "T1") == NORTH
        assert installations.find(conn, "slack", "T2") is installations.find(conn, "teams", "T1") is None


def test_a_new_token_replaces_the_old_one(database: Database):
    newer = replace(NORTH, sealed=b"newer", expires_at=MORNING + HOUR, name="North", scopes="chat:write")
    with database.writing() as conn:
        installations.keep(conn, NORTH)
        installations.keep(conn, newer)
        assert installations.find(conn, "slack", "T1") == newer


def test_of_a_dropped_installation_no_token_is_left_and_it_can_be_installed_again(database: Database):
    with database.writing() as conn:
        installations.keep(conn, NORTH)
        installations.keep(conn, replace(NORTH, workspace="T2"))
        assert [installations.drop(conn, "slack", "T1") for _ in range(2)] == [True, False]
        assert installations.find(conn, "slack", "T1") is None
        assert installations.find(conn, "slack", "T2") is not None, "another workspace keeps its own"
        sealed = select(table.c.sealed, table.c.expires_at).where(table.c.workspace == "T1")
        assert tuple(conn.execute(sealed).one()) == (None, None)
        installations.keep(conn, NORTH)
        assert installations.find(conn, "slack", "T1") == NORTH


def test_an_installation_that_was_begun_here_is_finished_once(database: Database):
    with database.writing() as conn:
        installations.begin(conn, "hash", HOUR)
    assert sorted(at_once(6, lambda _: finish(database, "hash"))) == [False] * 5 + [True]


def test_an_installation_that_took_too_long_or_was_never_begun_is_not_finished(database: Database):
    with database.writing() as conn:
        installations.begin(conn, "over", timedelta(0))
    assert [finish(database, "over"), finish(database, "never begun")] == [False, False]


def test_what_was_begun_and_never_finished_is_not_kept_for_ever(database: Database):
    for state, lifetime in [
        ("over", timedelta(0)),
        ("also over", timedelta(0)),
        ("begun", HOUR),
        ("new", HOUR),
    ]:
        with database.writing() as conn:
            installations.begin(conn, state, lifetime)
    with database.reading() as conn:
        kept = conn.execute(select(install_states.c.state_hash)).scalars().all()
    assert sorted(kept) == ["begun", "new"]


def finish(database: Database, state: str) -> bool:
    with database.writing() as conn:
        return installations.finish(conn, state)
