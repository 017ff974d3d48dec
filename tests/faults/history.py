"""What was promised and what is there: the record of a run with faults, and the judge over it.

The record holds every operation that was acknowledged, every line a page has shown and every post the platform has
made. Afterwards it is held against the database and against the same conversations without any fault.
"""

from __future__ import annotations

import re
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy import select

from bot import app as application
from bot import jobs, wall_clock
from bot.app import HOME, PULLED
from bot.coach import Coach, Office
from bot.message import Address, Identity, Message
from bot.person import Person
from bot.saying import Channels
from bot.store import addresses, migrate, people, tables
from bot.store.database import Database
from bot.store.verification import verify
from tests.content import shipped_library
from tests.fakes import Post

_REF = re.compile(r"coach-[2-9a-z]{4}")
_HASH = re.compile(r"[0-9a-f]{64}")  # of a draft, which carries the reference of its run


@dataclass
class History:
    """What was acknowledged and what was seen. People speak beside each other: each writes its own part.

    When `is_abandoned` is set, nobody tries to be heard any more.
    """

    said: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    seen: dict[str, list[int]] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    is_abandoned: threading.Event = field(default_factory=threading.Event)
    _heard: threading.Condition = field(default_factory=threading.Condition)

    def acknowledged(self, person: str, event_id: str, text: str) -> None:
        """The server has answered that it keeps this."""
        with self._heard:
            self.said.setdefault(person, []).append((event_id, text))
            self._heard.notify_all()

    def wait_for_more(self, count: int, seconds: float = 30.0) -> None:
        """Return when so many more messages have been acknowledged."""
        with self._heard:
            wanted = self.count + count
            assert self._heard.wait_for(lambda: self.count >= wanted, seconds), "nobody is heard any more"

    @property
    def count(self) -> int:
        """How many messages have been acknowledged."""
        return sum(map(len, self.said.values()))


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the outbox, as far as it matters here."""

    id: int
    key: str
    address: int
    seq: int
    channel: str
    person: str
    kind: str
    payload: str
    state: str
    provider_ref: str | None
    amends: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is in the database: the outbox in order, the events of every run in order, what the audit is worth."""

    rows: Sequence[Row]
    events: Mapping[str, Sequence[str]]
    audit: Sequence[str] = ()

    def line(self, person: str) -> list[Row]:
        """What was said with this person in the web chat, in order."""
        return [row for row in self.rows if row.channel == HOME and row.person == person]


def read(database: Database, anchor_file: Path | None = None) -> Kept:
    """Everything that counts, in one snapshot."""
    with database.reading() as conn:
        exported = [line for _, line in jobs.exported(anchor_file)] if anchor_file else None
        findings = verify(conn, exported=exported).findings
        outbox = tables.outbox
        rows = [
            Row(
                row.id,
                row.dedupe_key,
                row.address,
                row.seq,
                row.channel,
                row.person,
                row.kind,
                row.payload,
                row.state,
                row.provider_ref,
                row.amends,
            )
            for row in conn.execute(select(outbox).order_by(outbox.c.address, outbox.c.seq))
        ]
        query = (
            select(
                tables.runs.c.person, tables.run_events.c.kind, tables.run_events.c.body, tables.texts.c.text
            )
            .join_from(tables.run_events, tables.runs)
            .outerjoin(tables.texts, tables.texts.c.id == tables.run_events.c.text)
            .order_by(tables.runs.c.started_at, tables.run_events.c.run, tables.run_events.c.seq)
        )
        events: dict[str, list[str]] = {}
        for person, kind, body, text in conn.execute(query):
            events.setdefault(person, []).append(f"{kind} {body} {text or ''}")
    return Kept(rows, events, [str(finding) for finding in findings])


def without_faults(history: History, directory: Iterable[Person], post_channel: str) -> Kept:
    """The same conversations, said to a coach to whom nothing happens."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/calm.db"
        migrate.upgrade(url)
        database = Database(url)
        try:
            with database.writing() as conn:
                for person in directory:
                    people.add(conn, person)
                addresses.find_or_add(conn, Address(post_channel, "dana"), "dana")
            coach = Coach(
                Office(
                    database,
                    shipped_library(),
                    wall_clock.now,
                    application.new_ref,
                    Channels(PULLED, HOME),
                    application.new_secret,
                )
            )
            for person_id, said in history.said.items():
                for event_id, text in said:
                    address, sender = Address(HOME, person_id), Identity(HOME, person_id)
                    coach.hear(Message(f"{person_id}:{event_id}", address, sender, text))
            return read(database)
        finally:
            database.close()


def problems(history: History, kept: Kept, calm: Kept, posts: Sequence[Post]) -> list[str]:
    """Every promise that was not kept, in words; none is what we want."""
    return [
        *history.faults,
        *_lost_or_doubled(history, kept),
        *_other_than_calm(history, kept, calm),
        *_shown_otherwise(history, kept),
        *_sent_otherwise(kept, posts),
        *(f"audit: {finding}" for finding in kept.audit),
    ]


def _lost_or_doubled(history: History, kept: Kept) -> Iterator[str]:
    for person, said in history.said.items():
        echoes = [row.key.split(":")[2] for row in kept.line(person) if row.kind == "echo"]
        acknowledged = [event_id for event_id, _ in said]
        if echoes != acknowledged:
            lost, extra = Counter(acknowledged) - Counter(echoes), Counter(echoes) - Counter(acknowledged)
            yield f"{person}: lost {sorted(lost)}, extra {sorted(extra)}, or out of order"
    keys = {row.key for row in kept.rows}
    yield from (
        f"nudge {key} was acknowledged and is not there" for key in history.written if key not in keys
    )


def _other_than_calm(history: History, kept: Kept, calm: Kept) -> Iterator[str]:
    for person in history.said:
        ours, theirs = (_told(part.line(person)) for part in (kept, calm))
        yield from first_difference(f"{person}'s conversation", ours, theirs)
        events = (nameless(part.events.get(person, [])) for part in (kept, calm))
        yield from first_difference(f"{person}'s runs", *events)
        numbers = [row.seq for row in kept.line(person)]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{person}: lines are not numbered 1, 2, 3 …: {numbers}"
    tells = (
        {row.key: nameless([row.payload]) for row in part.rows if row.kind == "tell"} for part in (kept, calm)
    )
    ours_told, theirs_told = tells
    for key in sorted(ours_told.keys() | theirs_told.keys()):
        if ours_told.get(key) != theirs_told.get(key):
            yield f"tell {key}: {ours_told.get(key)} instead of {theirs_told.get(key)}"


def _shown_otherwise(history: History, kept: Kept) -> Iterator[str]:
    for person, seen in history.seen.items():
        wanted = [row.seq for row in kept.line(person)]
        yield from first_difference(f"{person}'s page, line numbers", seen, wanted)


def _sent_otherwise(kept: Kept, posts: Sequence[Post]) -> Iterator[str]:
    by_row: dict[int, list[Post]] = {}
    for post in posts:
        by_row.setdefault(post.outbox_id, []).append(post)
    pushed = [row for row in kept.rows if row.channel != HOME]
    for row in pushed:
        made = by_row.pop(row.id, [])
        if row.state != "sent" or [post.id for post in made] != [row.provider_ref]:
            yield f"{row.key} is {row.state} as {row.provider_ref}, posted as {[post.id for post in made]}"
    yield from (f"row {row_id} was posted and does not exist" for row_id in by_row)
    place = {post.outbox_id: number for number, post in enumerate(posts)}
    for address in {row.address for row in pushed}:
        order = [place[row.id] for row in pushed if row.address == address and row.id in place]
        if order != sorted(order):
            yield f"address {address}: posted out of order"


def _told(rows: Iterable[Row]) -> list[str]:
    return nameless([f"{row.kind} {row.key} {row.payload}" for row in rows])


def nameless(texts: Iterable[str]) -> list[str]:
    """The texts, with the references of runs, which are drawn at random, numbered in the order they come up."""
    numbers: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        return f"run-{numbers.setdefault(match[0], len(numbers) + 1)}"

    return [_HASH.sub("hash", _REF.sub(numbered, text)) for text in texts]


def first_difference(what: str, ours: Sequence[object], theirs: Sequence[object]) -> Iterator[str]:
    for place in count():
        left = ours[place] if place < len(ours) else "nothing"
        right = theirs[place] if place < len(theirs) else "nothing"
        if left != right:
            yield f"{what}, place {place + 1}: {left!r} instead of {right!r}"
            return
        if place >= max(len(ours), len(theirs)):
            return
