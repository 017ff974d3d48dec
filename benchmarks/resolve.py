"""Where a run stands: of the longest playbook, and of a run with 10,000 events; read, worked out, gone on from."""

from __future__ import annotations

import secrets
from datetime import datetime

from benchmarks.support.engines import each_engine
from benchmarks.support.figure import Figure, Peer, best_of, show
from benchmarks.support.long_run import BY, grown, longest_played
from bot.coach import Coach, Office
from bot.content.library import Library
from bot.conversation.session import Session
from bot.message import Address, Identity, Message
from bot.person import Person
from bot.saying import Channels
from bot.store import content, people, runs, sessions
from bot.store.database import Database
from playbooks.act import Typed
from playbooks.decision import Here, decide
from playbooks.position import resolve
from playbooks.run import Event, fold
from playbooks.script import Script

MANY = 10_000
REF = "coach-long"


def main() -> None:
    library, script, events = longest_played()
    many = grown(script, events, MANY)
    now = events[-1].at
    ledger = fold(events)
    place = library.site().place
    here = Here(now, BY, place, lambda role: (role,))

    def go_on() -> None:
        decide(script, many, Typed("Cold room CR-03"), here)

    alone = best_of(500, lambda: resolve(script, ledger, place)) * 1000
    folded = best_of(500, lambda: resolve(script, fold(events), place)) * 1000
    folded_many = best_of(30, lambda: resolve(script, fold(many), place)) * 1000
    decided = best_of(15, go_on) * 1000
    show(
        Figure(f"resolve, {script.id}, fully answered", alone, "ms", at_most=1),
        Figure(f"fold and resolve, its {len(events)} events", folded, "ms", at_most=1),
        Figure(f"fold and resolve, {MANY:,} events", folded_many, "ms", at_most=50),
        Figure(f"decide on one answer, {MANY:,} events", decided, "ms", at_most=50),
    )
    for engine, url in each_engine():
        database = Database(url)
        keep(database, library, script, many)
        show(*measure_store(engine, database, library, now))
        database.close()


def measure_store(engine: str, database: Database, library: Library, now: datetime) -> tuple[Figure, ...]:
    """Reading the long run, and a whole turn on it."""
    reading = best_of(7, lambda: read(database)) * 1000
    peer = Peer("reading", reading)
    return (
        Figure(f"{engine}, reading {MANY:,} events", reading, "ms"),
        Figure(f"{engine}, one whole turn on {MANY:,} events", turn(database, library, now), "ms", peer=peer),
    )


def keep(database: Database, library: Library, script: Script, events: tuple[Event, ...]) -> None:
    """Put the long run into the database, in front of its person."""
    site = next(iter(library.sites))
    row = runs.RunRow(
        ref=REF,
        person=BY,
        site=site,
        script=script.id,
        version=script.version,
        script_hash=script.hash,
        title=script.title,
        state="open",
        started_at=events[0].at,
        touched_at=events[-1].at,
    )
    with database.writing() as conn:
        people.add(conn, Person(BY, "Visitor", site, "operator"))
        content.keep(conn, script.hash, library.playbooks[script.id].canonical)
        runs.begin(conn, row)
        whats = [event.what for event in events]
        runs.append(conn, REF, 0, whats, at=events[-1].at, by=BY, channel="web")
        sessions.save(conn, BY, Session(focus=REF))


def read(database: Database) -> None:
    with database.reading() as conn:
        found = runs.events(conn, REF)
    if len(found) < MANY:
        raise RuntimeError(f"{len(found)} events were read")


def turn(database: Database, library: Library, now: datetime) -> float:
    """Milliseconds for a message on the long run: heard, decided, kept. Each says something new."""
    coach = Coach(
        Office(
            database,
            library,
            lambda: now,
            secrets.token_hex,
            Channels(frozenset({"web"}), "web"),
            secrets.token_hex,
        )
    )

    def say(text: str) -> None:
        coach.hear(Message(secrets.token_hex(8), Address("web", BY), Identity("web", BY), text))

    def change_an_answer() -> None:
        say("change where")
        say(f"Cold room {secrets.token_hex(4)}")

    change_an_answer()
    return best_of(5, change_an_answer) / 2 * 1000


if __name__ == "__main__":
    main()
