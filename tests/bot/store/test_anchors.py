"""Once an hour one hash fixes how far every stream has come."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.store import anchors, audit
from bot.store.anchors import Anchor, Head
from bot.store.audit import GENESIS
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.tables import audit_heads
from bot.store.verification import verify
from tests.bot.store.rows import at_once

ENTRY = audit.Entry("system", "started", "web")


def append(database: Database, *streams: str) -> None:
    with database.writing() as conn:
        for stream in sorted(streams):
            audit.append(conn, stream, [ENTRY])


def anchor(database: Database) -> Anchor | None:
    with database.writing() as conn:
        return anchors.anchor(conn)


def heads(database: Database) -> list[list[list[object]]]:
    """For each anchor, the heads it fixed."""
    with database.reading() as conn:
        return [json.loads(fixed) for _, fixed in anchors.all_anchors(conn)]


def test_an_anchor_fixes_the_heads_that_moved_since_the_one_before(database: Database):
    append(database, "a", "b")
    first = anchor(database)
    append(database, "b", "c")
    second = anchor(database)
    assert first is not None
    assert second is not None
    assert (first.seq, first.prev, second.seq, second.prev) == (1, GENESIS, 2, first.hash)
    assert [[(stream, seq) for stream, seq, _ in fixed] for fixed in heads(database)] == [
        [("a", 1), ("b", 1)],
        [("b", 2), ("c", 1)],
    ]
    with database.reading() as conn:
        last = {row.stream: row.hash for row in conn.execute(select(audit_heads))}
    assert {str(stream): head for stream, _, head in heads(database)[1]} == {"b": last["b"], "c": last["c"]}


def test_there_is_no_anchor_when_nothing_moved(database: Database):
    assert anchor(database) is None
    append(database, "a")
    assert anchor(database) is not None
    assert anchor(database) is None


def test_an_anchor_has_the_time_of_the_database_and_its_line_holds_all_it_is(database: Database):
    append(database, "a")
    with database.writing() as conn:
        before = conn.execute(select(db_now())).scalar_one()
        made = anchors.anchor(conn)
        after = conn.execute(select(db_now())).scalar_one()
    assert made is not None
    assert before <= made.at <= after
    line = json.loads(anchors.export_line(made))
    assert line == {
        "anchor": 1,
        "at": made.at.isoformat(timespec="microseconds"),
        "root": made.root,
        "prev": made.prev,
        "hash": made.hash,
    }
    body = json.dumps({name: line[name] for name in ("anchor", "at", "root")}, separators=(",", ":"))
    assert made.hash == hashlib.sha256((GENESIS + body).encode()).hexdigest()


def test_anchors_made_at_once_follow_each_other(database: Database):
    append(database, "a", "b")

    def work(number: int) -> None:
        for _ in range(3):
            append(database, f"s{number}")
            anchor(database)

    at_once(4, work)
    anchor(database)
    with database.reading() as conn:
        found = verify(conn)
        chain = [made for made, _ in anchors.all_anchors(conn)]
    assert found.findings == ()
    assert [made.seq for made in chain] == list(range(1, len(chain) + 1))
    fixed = [(stream, seq) for part in heads(database) for stream, seq, _ in part]
    assert len(fixed) == len(set(fixed)), "no head is fixed twice"


# --- The root ---------------------------------------------------------------------------------------------------------


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def leaf(head: Head) -> bytes:
    return sha(b"\0" + json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode())


A, B, C = (("a", 1, "aa"), ("b", 2, "bb"), ("č", 3, "cc"))


@pytest.mark.parametrize(
    ("fixed", "root"),
    [
        ([], bytes(32)),
        ([A], leaf(A)),
        ([A, B], sha(b"\1" + leaf(A) + leaf(B))),
        ([A, B, C], sha(b"\1" + sha(b"\1" + leaf(A) + leaf(B)) + leaf(C))),
    ],
    ids=["none", "one", "two", "three"],
)
def test_the_root_is_that_of_a_merkle_tree(fixed: list[Head], root: bytes):
    assert anchors.merkle_root(fixed) == root.hex()


HEADS = st.lists(st.tuples(st.text(max_size=3), st.integers(1, 9), st.sampled_from(["aa", "bb"])), max_size=9)


@given(one=HEADS, other=HEADS)
def test_other_heads_or_another_order_have_another_root(one: list[Head], other: list[Head]):
    assert (anchors.merkle_root(one) == anchors.merkle_root(other)) == (one == other)
