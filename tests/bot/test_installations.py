"""A workspace's tokens are in clear only in the process: whoever gets hold of the database can do nothing with it."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.chat import Installation
from bot.installations import InstallationBook
from bot.keyring import Keyring, Unreadable
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.tables import audit, install_states
from bot.store.tables import installations as table

OLD, NEW = "o" * 32, "n" * 32
NORTH = Installation(
    workspace="T1",
    enterprise="E1",
    name="North Works",
    bot_user="U9",
    token="xoxb-SECRET-token",
    refresh_token="xoxe-SECRET-refresh",
    expires_at=datetime(2026, 6, 3, 20, 0, tzinfo=UTC),
    scopes=frozenset({"chat:write", "im:history"}),
)


@pytest.fixture
def database(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A database on SQLite, whose file can be looked into."""
    shutil.copyfile(migrated_file, tmp_path / "coach.db")
    database = Database(f"sqlite:///{tmp_path / 'coach.db'}")
    yield database
    database.close()


def book(database: Database, *secrets: str, channel: str = "slack") -> InstallationBook:
    words = (f"guess me {number}" for number in itertools.count())
    return InstallationBook(database, channel, Keyring(secrets or (OLD,)), lambda: next(words))


def audited(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as conn:
        found = conn.execute(select(audit.c.action, audit.c.object, audit.c.after).order_by(audit.c.seq))
        return [tuple(row) for row in found]


async def test_an_installation_comes_back_as_it_was_kept(database: Database):
    kept = book(database)
    await kept.keep(NORTH)
    assert await kept.find("T1") == NORTH
    assert await kept.find("T2") is None
    assert await book(database, channel="teams").find("T1") is None
    plain = replace(
        NORTH, workspace="T2", enterprise="", refresh_token="", expires_at=None, scopes=frozenset()
    )
    await kept.keep(plain)
    assert await kept.find("T2") == plain


async def test_no_token_is_anywhere_in_the_files_of_the_database_or_in_what_is_shown_of_it(
    database: Database, tmp_path: Path
):
    await book(database).keep(NORTH)
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"North Works" in written, "the files are read where they are"
    assert b"SECRET" not in written
    assert "SECRET" not in repr(NORTH)


async def test_of_a_dropped_installation_not_even_the_sealed_token_is_left(database: Database):
    kept = book(database)
    await kept.keep(NORTH)
    await kept.drop("T1")
    assert await kept.find("T1") is None
    with database.reading() as conn:
        assert conn.execute(select(table.c.sealed)).scalar_one() is None


async def test_what_an_old_key_sealed_is_found_and_kept_again_under_the_new_one(database: Database):
    await book(database, OLD).keep(NORTH)
    both = book(database, NEW, OLD)
    assert await both.find("T1") == NORTH
    await both.keep(NORTH)
    assert await book(database, NEW).find("T1") == NORTH


async def test_under_a_key_that_is_not_here_it_says_what_to_do(database: Database):
    await book(database, OLD).keep(NORTH)
    with pytest.raises(Unreadable, match="put the old key back behind the new one with a comma, or install"):
        await book(database, NEW).find("T1")


async def test_installing_and_removing_are_audited_and_a_new_token_is_not(database: Database):
    kept = book(database)
    await kept.keep(NORTH)
    await kept.keep(replace(NORTH, token="xoxb-next"))
    await kept.drop("T1")
    await kept.drop("T1")
    await kept.drop("never installed")
    await kept.keep(NORTH)
    assert audited(database) == [
        ("app installed", "slack:T1", "scopes chat:write im:history"),
        ("app removed", "slack:T1", ""),
        ("app installed", "slack:T1", "scopes chat:write im:history"),
    ]


async def test_a_state_is_good_once_and_nobody_makes_one_up(database: Database):
    begun = book(database)
    first, second = await begun.new_state(), await begun.new_state()
    assert first != second
    assert [await begun.use_state(state) for state in (first, first, second)] == [True, False, True]
    for made_up in ("", "guess me", "\ud800"):
        assert not await begun.use_state(made_up)


async def test_a_state_is_good_for_ten_minutes(database: Database):
    begun = book(database)
    state = await begun.new_state()
    with database.writing() as conn:
        row = conn.execute(select(install_states, db_now().label("now"))).one()
        assert timedelta(minutes=9) < row.expires_at - row.now <= timedelta(minutes=10)
        assert state not in str(row), "only a hash of it is kept"
        conn.execute(update(install_states).values(expires_at=db_now()))
    assert not await begun.use_state(state)
