"""Sending what the outbox holds: messages a second with a durable mark for each, by one worker and by two."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time

import psycopg
from sqlalchemy.engine import make_url

from benchmarks.support.engines import POSTGRESQL, SQLITE, each_engine
from benchmarks.support.figure import Figure, Peer, show
from benchmarks.support.process import environment
from benchmarks.support.sending import CHANNEL
from bot.message import Address
from bot.person import Person
from bot.reply import Reply
from bot.store import addresses, outbox, people
from bot.store.database import Database
from bot.store.outbox import NewMessage

PEOPLE = 500
EACH = 40
SECONDS = 6.0
BUDGET = {POSTGRESQL: 240.0}


def main() -> None:
    for engine, url in each_engine():
        database = Database(url)
        fill(database)
        bare = Peer("a bare durable commit", commits_a_second(engine, url))
        show(Figure(f"{engine}, bare durable commits, one after another", bare.value, "/s"))
        for workers in (1, 2):
            sent = messages_a_second(database, url, workers)
            what = f"{engine}, {workers} worker{'s' if workers > 1 else ''}, durable mark for each message"
            show(Figure(what, sent, "/s", at_least=BUDGET.get(engine), peer=bare))
        database.close()


def fill(database: Database) -> None:
    """Something due for everybody, many times over."""
    payload = Reply("It is time to look at what happened on Monday.").to_json()
    with database.writing() as conn:
        homes = []
        for number in range(PEOPLE):
            person = Person(f"person-{number}", f"Person {number}", "northfield", "operator")
            people.add(conn, person)
            homes.append(addresses.find_or_add(conn, Address(CHANNEL, person.id), person.id))
    for turn in range(EACH):
        with database.writing() as conn:
            due = [
                NewMessage(f"{home.person}:{turn}", home.id, CHANNEL, home.person, "nudge", payload)
                for home in homes
            ]
            outbox.write(conn, due, pulled=())
    with database.writing() as conn:
        conn.exec_driver_sql("ANALYZE")  # PostgreSQL's autovacuum does it within a minute; a claim needs it


def messages_a_second(database: Database, url: str, workers: int) -> float:
    """What so many workers, each a process, mark as sent in a second."""
    before = sent_so_far(database)
    processes = [worker(url, number) for number in range(workers)]
    for process in processes:
        read_line(process)
    for process in processes:
        write_line(process, "go")
    took = max(float(read_line(process)) for process in processes)
    for process in processes:
        process.communicate(timeout=30)
    return (sent_so_far(database) - before) / took


def worker(url: str, number: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.support.sending", url, f"worker-{number}", str(SECONDS)]
    return subprocess.Popen(
        command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def read_line(process: subprocess.Popen[str]) -> str:
    if process.stdout is None or not (line := process.stdout.readline()):
        raise RuntimeError("the worker ended early")
    return line.strip()


def write_line(process: subprocess.Popen[str], line: str) -> None:
    if process.stdin is not None:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()


def sent_so_far(database: Database) -> int:
    with database.reading() as conn:
        return outbox.depth(conn).by_state.get("sent", 0)


def commits_a_second(engine: str, url: str) -> float:
    """How often this engine, on this disk, commits one changed row in a second when nothing else is asked of it."""
    parsed = make_url(url)
    connection: sqlite3.Connection | psycopg.Connection
    if engine == SQLITE:
        connection = sqlite3.connect(parsed.database or "", isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
    else:
        connection = psycopg.connect(
            parsed.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
        )
    count, began = 0, time.monotonic()
    while time.monotonic() - began < 2:
        connection.execute(f"UPDATE people SET email = '{count}' WHERE id = 'person-0'")
        count += 1
    connection.close()
    return count / (time.monotonic() - began)


if __name__ == "__main__":
    main()
