"""What the tests of the store begin with: a few people, a place to write to, and threads that begin at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TypeVar

from sqlalchemy import Connection

from bot.message import Address
from bot.person import Person
from bot.store import addresses, content, people, runs
from bot.store.database import Database
from bot.store.outbox import NewMessage
from playbooks.run import Event, What, hash_of

T = TypeVar("T")

MORNING = datetime(2025, 11, 24, 7, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)

ANA = Person("ana", "Ana Horvat", "north", "operator", zone="Europe/Zagreb")
BEN = Person("ben", "Ben Okafor", "south", "qc_analyst", zone="Europe/London", email="ben@example.com")

SCRIPT = '{"id":"deviation-open"}'
SCRIPT_HASH = hash_of({"id": "deviation-open"})
RUN = runs.RunRow(
    ref="coach-7k2m",
    person="ana",
    site="north",
    script="deviation-open",
    version="1.0.0",
    script_hash=SCRIPT_HASH,
    title="Open a deviation",
    state="open",
    started_at=MORNING,
    touched_at=MORNING,
)


def add_people(conn: Connection) -> None:
    for person in (ANA, BEN):
        people.add(conn, person)


def begin_run(conn: Connection) -> None:
    """A run of Ana's, without events."""
    content.keep(conn, SCRIPT_HASH, SCRIPT)
    runs.begin(conn, RUN)


def add_events(conn: Connection, expected_seq: int, *whats: What) -> tuple[Event, ...]:
    """Ana's next events in the run."""
    return runs.append(conn, RUN.ref, expected_seq, whats, at=MORNING, by="ana", channel="web").events


def place(conn: Connection, name: str = "D1", channel: str = "slack") -> int:
    """The number of a private address of Ana's."""
    return addresses.find_or_add(conn, Address(channel, name), "ana").id


def said(
    key: str,
    address_id: int,
    *,
    channel: str = "slack",
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> NewMessage:
    """Something to say to Ana."""
    return NewMessage(key, address_id, channel, "ana", "reply", f'{{"text":"{key}"}}', due_at, expires_at)


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """What `work(0)`, `work(1)` ... return, run in as many threads, all of which begin together."""
    barrier = Barrier(count)

    def begin(number: int) -> T:
        barrier.wait(10)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


@contextmanager
def as_owner(database: Database) -> Iterator[Connection]:
    """A transaction of somebody who owns the database, and has switched its triggers off."""
    with database.writing() as conn:
        if database.dialect == "postgresql":
            for table in ("anchors", "audit", "run_events"):
                conn.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield conn
            for table in ("anchors", "audit", "run_events"):
                conn.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        else:
            triggers = conn.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).all()
            for name, _ in triggers:
                conn.exec_driver_sql(f"DROP TRIGGER {name}")
            yield conn
            for _, statement in triggers:
                conn.exec_driver_sql(statement)
