"""The connection to the database: one transaction at a time, on SQLite or on PostgreSQL."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import Error as SQLiteError
from sqlite3 import OperationalError as SQLiteOperationalError
from typing import Any, ParamSpec, TypeAlias, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import CoachError, Collided, StoreUnavailable

Transaction: TypeAlias = (
    Connection  # what `writing` and `reading` give, and every function of the store takes
)

P = ParamSpec("P")
T = TypeVar("T")

WAIT_SECONDS = 5  # for a connection, for a lock, for one statement
ANSWER_SECONDS = (
    8.0  # for the server's answer; longer than one statement may take, so that its own word comes first
)
IDLE_SECONDS = 10  # a transaction that does nothing for so long is given up by PostgreSQL
THREADS = {"sqlite": 1, "postgresql": 8}

# We say BEGIN ourselves on both engines. SQLite: a write takes its lock at once, because a transaction that
# reads first and writes later fails without waiting when somebody else wrote in between. PostgreSQL: the
# time limits travel with BEGIN, as one round trip that also holds behind PgBouncer in transaction mode.
_LIMITS = (
    f"SET LOCAL statement_timeout = '{WAIT_SECONDS}s'; "
    f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'"
)
_BEGIN = {
    ("sqlite", "write"): "BEGIN IMMEDIATE",
    ("sqlite", "read"): "BEGIN",
    ("postgresql", "write"): f"BEGIN; {_LIMITS}",
    ("postgresql", "read"): f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_LIMITS}",
}
# SQLite keeps what a connection may do from one transaction to the next.
_SQLITE_MAY = {"write": "PRAGMA query_only = OFF", "read": "PRAGMA query_only = ON"}

# What SQLite says when it is busy, full, locked away or out of reach; anything else is our own mistake.
_SQLITE_UNAVAILABLE = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_FULL",
    "SQLITE_IOERR",
    "SQLITE_CANTOPEN",
    "SQLITE_PROTOCOL",
    "SQLITE_NOMEM",
)

# PostgreSQL's operational errors all are; of the others, only that our transaction was given up for waiting too long.
_POSTGRESQL_UNAVAILABLE = ("25P03", "25P04")

# Two transactions waited for each other, and PostgreSQL gave up this one.
_COLLISION = "40P01"

# A server that has just become the standby, or a disk remounted after a fault, takes no writes. Where we only
# meant to read, the same error says that the block wrote: our own mistake.
_READ_ONLY = ("SQLITE_READONLY", "25006")


class Database:
    """The database at `url`: `sqlite:///path` or `postgresql://…` (also `postgres://`, as Heroku writes it).

    Nothing is connected before the first transaction. Safe to share between threads.
    """

    def __init__(self, url: str, *, answers_within: float | None = ANSWER_SECONDS) -> None:
        self.url = _normalised(url)
        self.dialect = self.url.get_backend_name()
        self.engine = _sqlite(self.url) if self.dialect == "sqlite" else _postgresql(self.url, answers_within)
        event.listen(self.engine, "begin", self._begin)
        self._readers = self.engine.execution_options(transaction="read")
        self._threads = ThreadPoolExecutor(THREADS[self.dialect], thread_name_prefix="store")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed when the block ends well and rolled back when it raises.

        Raises StoreUnavailable when the database cannot be reached, is busy for too long or is full.
        """
        with _unavailability(*_READ_ONLY), self.engine.begin() as conn:
            yield conn

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot to read from: all statements in the block see the same state. Writes are refused."""
        with _unavailability(), self._readers.begin() as conn:
            yield conn

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` returns, run in one of this process's store threads: 1 on SQLite, 8 on PostgreSQL."""
        context = copy_context()
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: context.run(work, *args, **kwargs)
        )

    def close(self) -> None:
        """Finish what runs, then let go of every connection."""
        self._threads.shutdown()
        self.engine.dispose()

    def _begin(self, conn: Connection) -> None:
        kind = conn.get_execution_options().get("transaction", "write")
        if self.dialect == "sqlite" and conn.info.get("transaction") != kind:
            conn.exec_driver_sql(_SQLITE_MAY[kind])
            conn.info["transaction"] = kind
        conn.exec_driver_sql(_BEGIN[self.dialect, kind])


def _normalised(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the latter where the port is no number
        msg = (
            "the database address cannot be read; write sqlite:///path/to/file or postgresql://user@host/name"
        )
        raise CoachError(msg) from None
    match parsed.drivername:
        case "sqlite" | "sqlite+pysqlite":
            if parsed.database in (None, "", ":memory:"):
                msg = f"{url!r} names no file, and what is in memory is lost at the end; write sqlite:///path/to/file"
                raise CoachError(msg)
            return parsed.set(drivername="sqlite")
        case "postgres" | "postgresql" | "postgresql+psycopg":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            msg = f"no database of the kind {other!r} is known; write sqlite:///path or postgresql://user@host/name"
            raise CoachError(msg)


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url, connect_args={"timeout": WAIT_SECONDS}, pool_timeout=WAIT_SECONDS, hide_parameters=True
    )
    path = Path(url.database or "")

    @event.listens_for(engine, "do_connect")
    def make_folder(*_: object) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = f"the folder {path.parent} for the database cannot be made: {error.strerror}"
            raise StoreUnavailable(msg) from error

    @event.listens_for(engine, "connect")
    def prepare(connection: SQLiteConnection, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        for pragma in (
            f"busy_timeout = {WAIT_SECONDS * 1000}",
            "synchronous = FULL",  # an acknowledged answer survives a power cut
            "foreign_keys = ON",
            "recursive_triggers = ON",  # REPLACE must not slip past the triggers that refuse DELETE
        ):
            connection.execute(f"PRAGMA {pragma}")
        _write_ahead(connection)

    return engine


def _write_ahead(connection: SQLiteConnection) -> None:
    """Switch the file to its write-ahead log. Of two who do so at once SQLite refuses one without any waiting."""
    gives_up_at = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except SQLiteOperationalError:
            if time.monotonic() > gives_up_at:
                raise
            time.sleep(0.01)
        else:
            return


def _postgresql(url: URL, answers_within: float | None) -> Engine:
    engine = create_engine(
        url,
        pool_size=THREADS["postgresql"],
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,  # what people wrote must not stand in an error, which is logged
        connect_args={
            "connect_timeout": WAIT_SECONDS,
            "prepare_threshold": None,  # PgBouncer hands each transaction to another server process
            "application_name": "qms-coach",
            # A network that swallows packets must not hold a thread for ever.
            "keepalives_idle": IDLE_SECONDS,
            "keepalives_interval": WAIT_SECONDS,
            "keepalives_count": 2,
            "tcp_user_timeout": 2 * IDLE_SECONDS * 1000,
        },
    )

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, args: Any, options: Any) -> Any:
        from bot.store.impatient import (
            ImpatientConnection,
        )  # the driver is loaded where there is a PostgreSQL

        connection = ImpatientConnection.connect(*args, **options)
        connection.answers_within = answers_within
        return connection

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.autocommit = True  # the driver must not begin transactions of its own

    return engine


@contextmanager
def _unavailability(*also: str) -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        msg = f"no database connection became free within {WAIT_SECONDS} s"
        raise StoreUnavailable(msg) from error
    except DBAPIError as error:
        if not _is_unavailability(error, also):
            raise
        reason = str(error.orig).strip().partition("\n")[0]
        msg = f"the database cannot be used now: {reason}"
        is_collision = getattr(error.orig, "sqlstate", None) == _COLLISION
        raise (Collided if is_collision else StoreUnavailable)(msg) from error


def _is_unavailability(error: DBAPIError, also: tuple[str, ...]) -> bool:
    if isinstance(error.orig, SQLiteError):
        name: str = getattr(error.orig, "sqlite_errorname", "")
        return name.startswith((*_SQLITE_UNAVAILABLE, *also))
    code = getattr(error.orig, "sqlstate", None)
    return isinstance(error, (OperationalError, InterfaceError)) or code in (*_POSTGRESQL_UNAVAILABLE, *also)
