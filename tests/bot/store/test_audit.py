"""Who did what and when, each entry bound to the one before it, and nobody's words in it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select, update

from bot.store import audit, runs
from bot.store.audit import Entry
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.tables import audit as table
from bot.store.tables import audit_heads
from bot.store.verification import verify
from playbooks.run import Answered
from tests.bot.store.rows import HOUR, MORNING, RUN, at_once, begin_run

ANSWERED = Entry("ana", "answered", "coach-7k2m/what", "", "5e" * 32, "", "ben", MORNING)
STREAM = audit.person_stream("ana")


def entries(database: Database, stream: str = STREAM) -> list[dict[str, Any]]:
    with database.reading() as conn:
        query = select(table).where(table.c.stream == stream).order_by(table.c.seq)
        return [dict(row) for row in conn.execute(query).mappings()]


def append(database: Database, *new: Entry, stream: str = STREAM) -> None:
    with database.writing() as conn:
        audit.append(conn, stream, new)


def test_an_entry_says_who_did_what_for_whom_and_when_the_platform_heard_it(database: Database):
    append(database, ANSWERED)
    (entry,) = entries(database)
    assert {name: entry[name] for name in asdict(ANSWERED)} == asdict(ANSWERED)
    assert (entry["stream"], entry["seq"], bool(entry["app_version"])) == ("person:ana", 1, True)


def test_an_entry_has_the_time_of_the_database(database: Database):
    with database.writing() as conn:
        before = conn.execute(select(db_now())).scalar_one()
        audit.append(conn, STREAM, [ANSWERED])
        after = conn.execute(select(db_now())).scalar_one()
    assert before <= entries(database)[0]["at"] <= after


def test_a_chain_can_be_recomputed_with_nothing_but_sha256_and_json(database: Database):
    """A reviewer must be able to check our audit without our code."""
    append(database, ANSWERED, replace(ANSWERED, action="confirmed", said_at=None))
    append(database, replace(ANSWERED, reason="čaša"))
    before = "0" * 64
    for entry in entries(database):
        body = {name: value for name, value in entry.items() if name not in ("prev", "hash")}
        for name in ("at", "said_at"):
            body[name] = body[name] and body[name].strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert entry["prev"] == before
        assert entry["hash"] == (before := hashlib.sha256((before + text).encode()).hexdigest())


def test_streams_are_numbered_apart(database: Database):
    append(database, ANSWERED, ANSWERED)
    append(database, ANSWERED, stream=audit.CONFIG)
    append(database, ANSWERED)
    assert [entry["seq"] for entry in entries(database)] == [1, 2, 3]
    assert [entry["seq"] for entry in entries(database, audit.CONFIG)] == [1]


def test_nothing_is_noted_when_nothing_happened(database: Database):
    append(database)
    with database.reading() as conn:
        assert conn.execute(select(audit_heads)).first() is None


def test_an_entry_goes_with_the_change_it_tells_of(database: Database):
    def fail_after_all(conn: Connection) -> None:
        audit.append(conn, STREAM, [ANSWERED])
        audit.append(conn, audit.SYSTEM, [ANSWERED])
        raise ZeroDivisionError

    append(database, ANSWERED)
    with pytest.raises(ZeroDivisionError), database.writing() as conn:
        fail_after_all(conn)
    append(database, ANSWERED)
    assert [entry["seq"] for entry in entries(database)] == [1, 2]
    assert entries(database, audit.SYSTEM) == []


def test_time_never_goes_back_in_a_stream_whatever_the_clock_does(database: Database):
    append(database, ANSWERED)
    with database.writing() as conn:  # as if the clock had been an hour ahead, and was then put right
        ahead = conn.execute(
            update(audit_heads).values(at=db_now(HOUR)).returning(audit_heads.c.at)
        ).scalar_one()
    append(database, ANSWERED)
    append(database, ANSWERED, stream=audit.SYSTEM)
    assert entries(database)[1]["at"] == ahead
    assert entries(database, audit.SYSTEM)[0]["at"] < ahead, "each stream for itself"


def test_entries_that_many_write_at_once_make_one_chain(database: Database):
    """To a stream that is new to all of them, and to one of their own, in the order of the names."""

    def write(number: int) -> None:
        for turn in range(5):
            with database.writing() as conn:
                audit.append(conn, audit.SYSTEM, [replace(ANSWERED, object=f"{number}.{turn}")] * 2)
                audit.append(conn, f"worker:{number}", [ANSWERED])

    at_once(4, write)
    shared = entries(database, audit.SYSTEM)
    assert [entry["seq"] for entry in shared] == list(range(1, 41))
    assert sorted({entry["object"] for entry in shared}) == [f"{n}.{t}" for n in range(4) for t in range(5)]
    assert [entry["at"] for entry in shared] == sorted(entry["at"] for entry in shared)
    with database.reading() as conn:
        found = verify(conn)
    assert (found.findings, found.entries, found.streams) == ((), 60, 5)


def test_of_what_a_person_typed_only_a_hash_stands_in_the_audit(peopled: Database):
    """And another hash for the same words again, so that short answers cannot be guessed."""
    with peopled.writing() as conn:
        begin_run(conn)
        answers = [Answered("what", ("chipped",), said="chipped")] * 2
        added = runs.append(conn, RUN.ref, 0, answers, at=MORNING, by="ana", channel="web")
        audit.append(conn, STREAM, [replace(ANSWERED, after=words) for words in added.words.values()])
    first, second = entries(peopled)
    assert "chipped" not in f"{first}{second}"
    assert first["after"] != second["after"]


FIELDS = (
    "stream",
    "seq",
    "at",
    "said_at",
    *(n for n in asdict(ANSWERED) if n != "said_at"),
    "app_version",
    "prev",
)
TEXT = st.text(max_size=5)
ROWS = st.fixed_dictionaries(
    dict.fromkeys(FIELDS, TEXT)
    | {
        "seq": st.integers(1, 2**31),
        "at": st.datetimes(timezones=st.just(UTC)),
        "said_at": st.none() | st.datetimes(timezones=st.just(UTC)),
        "prev": st.just("0" * 64),
    }
)


@given(one=ROWS, other=ROWS, name=st.sampled_from(FIELDS))
def test_a_change_of_anything_in_an_entry_changes_its_hash(
    one: dict[str, Any], other: dict[str, Any], name: str
):
    changed = one | {name: other[name]}
    assert (audit.hash_of_row(changed) == audit.hash_of_row(one)) == (changed == one)
