"""One transaction at a time, all or nothing, and an honest word when the database cannot be used."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextvars import ContextVar
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.errors import CoachError, StoreUnavailable
from bot.store import heartbeats
from bot.store.database import THREADS, Database
from bot.store.tables import heartbeats as table
from tests.bot.store.rows import at_once
from tests.postgres import Postgres

HOW_MANY = select(func.count()).select_from(table)


@pytest.fixture
def small(tmp_path: Path, migrated_file: Path):
    """A migrated SQLite database."""
    path = tmp_path / "coach.db"
    path.write_bytes(migrated_file.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def served(postgres: Postgres):
    """An empty PostgreSQL database."""
    url = postgres.fresh_database()
    database = Database(url)
    yield database
    database.close()
    postgres.drop(url)


# --- Transactions -----------------------------------------------------------------------------------------------------


def test_what_a_block_wrote_is_kept_when_it_ends_well(database: Database):
    with database.writing() as conn:
        heartbeats.beat(conn, "web")
    with database.reading() as conn:
        assert conn.execute(HOW_MANY).scalar_one() == 1


def test_nothing_a_block_wrote_is_kept_when_it_raises(database: Database):
    def fail_after_all(conn: Connection) -> None:
        heartbeats.beat(conn, "web")
        raise KeyError

    with pytest.raises(KeyError), database.writing() as conn:
        fail_after_all(conn)
    with database.reading() as conn:
        assert conn.execute(HOW_MANY).scalar_one() == 0


def test_a_reading_block_cannot_write_and_nobody_is_told_to_try_again(database: Database):
    with pytest.raises(DBAPIError, match=r"read-?only"), database.reading() as conn:
        heartbeats.beat(conn, "web")
    with database.writing() as conn:  # on the connection that has just refused
        heartbeats.beat(conn, "web")
        assert conn.execute(HOW_MANY).scalar_one() == 1


def test_a_reading_block_sees_one_state_whatever_others_write(database: Database):
    with database.reading() as reader:
        before = reader.execute(HOW_MANY).scalar_one()
        with database.writing() as writer:
            heartbeats.beat(writer, "web")
        assert reader.execute(HOW_MANY).scalar_one() == before
    with database.reading() as reader:
        assert reader.execute(HOW_MANY).scalar_one() == before + 1


def test_a_writer_that_reads_first_loses_no_write_of_another(database: Database):
    with database.writing() as conn:
        heartbeats.beat(conn, "web", "0")

    def count_up(_: int) -> None:
        with database.writing() as conn:
            row = select(table.c.detail).where(table.c.process == "web").with_for_update()
            heartbeats.beat(conn, "web", str(int(conn.execute(row).scalar_one()) + 1))

    at_once(8, count_up)
    with database.reading() as conn:
        assert conn.execute(select(table.c.detail)).scalar_one() == "8"


def test_our_own_mistake_is_not_called_an_unavailability(database: Database):
    with pytest.raises(DBAPIError, match="no_such_table"), database.writing() as conn:
        conn.execute(text("SELECT * FROM no_such_table"))
    with pytest.raises(IntegrityError), database.writing() as conn:
        conn.execute(table.insert().values(process=None))


# --- Addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "understood"),
    [
        ("sqlite:///var/coach.db", "sqlite:///var/coach.db"),
        ("sqlite+pysqlite:///coach.db", "sqlite:///coach.db"),
        (
            "postgres://ana@db.example/coach",
            "postgresql+psycopg://ana@db.example/coach",
        ),  # as Heroku writes it
        ("postgresql://ana@db.example/coach", "postgresql+psycopg://ana@db.example/coach"),
        ("postgresql+psycopg://db.example:6432/coach", "postgresql+psycopg://db.example:6432/coach"),
    ],
)
def test_an_address_may_be_written_in_the_usual_ways(url: str, understood: str):
    database = Database(url)  # connects to nothing yet
    assert str(database.url) == understood
    database.close()


@pytest.mark.parametrize(
    ("url", "because"),
    [
        ("", "cannot be read"),
        ("coach.db", "cannot be read"),
        ("postgresql://ana:secret@db.example:many/coach", "cannot be read"),  # the port is no number
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),  # gone at the end
        ("mysql://db.example/coach", "no database of the kind 'mysql' is known"),
        ("postgresql+psycopg2://db.example/coach", "no database of the kind 'postgresql.psycopg2' is known"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_with_a_remedy(url: str, because: str):
    with pytest.raises(CoachError, match=f"{because}.*write sqlite:///path") as caught:
        Database(url)
    assert "secret" not in str(caught.value)


# --- Out of reach -----------------------------------------------------------------------------------------------------


def test_a_missing_folder_is_made_with_the_first_transaction(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'new' / 'folder' / 'coach.db'}")
    assert list(tmp_path.iterdir()) == []
    with database.writing() as conn:
        conn.exec_driver_sql("CREATE TABLE a (b)")
    database.close()
    assert (tmp_path / "new" / "folder" / "coach.db").exists()


def test_a_file_that_cannot_be_opened_makes_the_store_unavailable(tmp_path: Path):
    (tmp_path / "taken").write_text("a file where a folder should be")
    (tmp_path / "folder.db").mkdir()
    for path, because in (("taken/coach.db", "folder .* cannot be made"), ("folder.db", "unable to open")):
        database = Database(f"sqlite:///{tmp_path / path}")
        with pytest.raises(StoreUnavailable, match=because), database.reading():
            pass
        database.close()


def test_a_server_that_does_not_answer_makes_the_store_unavailable():
    database = Database("postgresql://nobody@127.0.0.1:1/coach")
    with pytest.raises(StoreUnavailable, match="cannot be used now"), database.reading():
        pass
    database.close()


def test_a_file_that_stays_locked_makes_the_store_unavailable(small: Database):
    with small.writing() as conn:
        conn.exec_driver_sql("PRAGMA busy_timeout = 0")  # our patience is not what is tried here
    other = sqlite3.connect(str(small.url.database))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"), small.writing():
        pass
    other.close()
    with small.writing() as conn:
        heartbeats.beat(conn, "web")


def test_a_full_disk_makes_the_store_unavailable_and_keeps_nothing_of_the_transaction(small: Database):
    with small.writing() as conn:
        conn.exec_driver_sql("PRAGMA max_page_count = 1")  # as many as there are

    def fill(conn: Connection) -> None:
        heartbeats.beat(conn, "web")
        heartbeats.beat(conn, "worker", "x" * 100_000)

    with pytest.raises(StoreUnavailable, match="full"), small.writing() as conn:
        fill(conn)
    with small.reading() as conn:
        assert conn.execute(HOW_MANY).scalar_one() == 0


def test_a_file_that_takes_no_writes_makes_the_store_unavailable_to_writers(small: Database):
    def write(conn: Connection) -> None:
        conn.exec_driver_sql("PRAGMA query_only = ON")  # as on a disk that was remounted after a fault
        heartbeats.beat(conn, "web")

    with pytest.raises(StoreUnavailable, match="readonly"), small.writing() as conn:
        write(conn)


@pytest.mark.parametrize(
    ("code", "is_unavailable"),
    [
        ("53100", True),  # the disk is full
        ("53300", True),  # too many connections
        ("40P01", True),  # two transactions waited for each other
        ("55P03", True),  # somebody else kept a lock for too long
        ("57014", True),  # the statement took too long
        ("57P01", True),  # the server is being stopped
        ("25P03", True),  # the transaction did nothing for too long
        ("25006", True),  # the server has become the standby
        ("23505", False),  # a duplicate
        ("22003", False),  # a number too large
        ("42P01", False),  # no such table
        ("25P02", False),  # a statement after one that failed
    ],
)
def test_what_postgresql_says_is_told_apart(served: Database, code: str, is_unavailable: bool):
    statement = f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$"
    with pytest.raises((StoreUnavailable, DBAPIError)) as caught, served.writing() as conn:
        conn.exec_driver_sql(statement)
    assert isinstance(caught.value, StoreUnavailable) == is_unavailable


def test_a_transaction_that_idled_too_long_makes_the_store_unavailable(served: Database):
    """It was once let through as an InternalError: nobody would have been asked to deliver again."""

    def idle(conn: Connection) -> None:
        pid = conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        conn.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '1ms'")
        while True:
            with served.reading() as watcher:
                ids = watcher.exec_driver_sql("SELECT pid FROM pg_stat_activity").scalars().all()
            if pid not in ids:
                conn.exec_driver_sql("SELECT 1")

    with pytest.raises(StoreUnavailable), served.writing() as conn:
        idle(conn)
    with served.writing() as conn:
        assert conn.exec_driver_sql("SELECT 1").scalar_one() == 1


def test_a_lost_connection_costs_one_transaction_and_not_the_next(served: Database):
    with pytest.raises(StoreUnavailable), served.writing() as conn:
        conn.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    with served.writing() as conn:
        assert conn.exec_driver_sql("SELECT 1").scalar_one() == 1


def test_no_statement_lock_or_silence_may_last_for_ever(served: Database):
    for block in (served.writing, served.reading):
        with block() as conn:
            limits = [
                conn.exec_driver_sql(f"SHOW {name}").scalar_one()
                for name in ("statement_timeout", "idle_in_transaction_session_timeout")
            ]
        assert limits == ["5s", "10s"]


def test_sqlite_waits_for_the_disk_and_keeps_references_and_triggers(small: Database):
    with small.writing() as conn:
        found = {
            name: conn.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("synchronous", "journal_mode", "foreign_keys", "recursive_triggers", "busy_timeout")
        }
    assert found == {
        "synchronous": 2,
        "journal_mode": "wal",
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "busy_timeout": 5000,
    }


@pytest.mark.proof  # it waits for the whole of our patience
def test_who_waits_too_long_for_a_connection_is_told_so(served: Database):
    held = [served.writing() for _ in range(THREADS["postgresql"])]
    for block in held:
        block.__enter__()
    with (
        pytest.raises(StoreUnavailable, match="no database connection became free within 5 s"),
        served.reading(),
    ):
        pass
    for block in held:
        block.__exit__(None, None, None)


# --- In threads -------------------------------------------------------------------------------------------------------


def test_work_is_done_in_a_store_thread_and_its_result_or_error_comes_back(database: Database):
    who = ContextVar("who", default="")

    def work(add: int, *, to: int) -> tuple[int, str, bool]:
        return to + add, who.get(), threading.current_thread().name.startswith("store")

    async def ask() -> tuple[int, str, bool]:
        who.set("ana")  # what the logs tell of a request holds in the thread too
        with pytest.raises(ZeroDivisionError):
            await database.run(lambda: 1 // 0)
        return await database.run(work, 1, to=2)

    assert asyncio.run(ask()) == (3, "ana", True)


def test_as_much_is_done_at_once_as_the_engine_bears(database: Database):
    names: set[str] = set()
    width = THREADS[database.dialect]
    barrier = threading.Barrier(width)

    def work() -> None:
        names.add(threading.current_thread().name)
        barrier.wait(10)  # broken unless so many are here together

    async def ask() -> None:
        await asyncio.gather(*(database.run(work) for _ in range(width * 2)))

    asyncio.run(ask())
    assert len(names) == width


def test_closing_waits_for_what_runs(database: Database):
    has_begun, may_end = threading.Event(), threading.Event()
    ended: list[str] = []

    def work() -> None:
        has_begun.set()
        may_end.wait(10)
        ended.append("work")

    def close() -> None:
        database.close()
        ended.append("close")

    async def ask() -> None:
        task = asyncio.ensure_future(database.run(work))
        await asyncio.to_thread(has_begun.wait, 10)
        closing = asyncio.ensure_future(asyncio.to_thread(close))
        await asyncio.sleep(0)  # the closing thread has started
        may_end.set()
        await asyncio.gather(task, closing)

    asyncio.run(ask())
    assert ended == ["work", "close"]
