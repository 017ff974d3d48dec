"""Whoever owns the database can change the audit, but not unnoticed: what they changed is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, literal_column, select, update

from bot.errors import CoachError
from bot.store import anchors, audit
from bot.store.audit import Entry, hash_of_row
from bot.store.database import Database
from bot.store.findings import Finding, Findings
from bot.store.tables import anchored_heads, audit_heads
from bot.store.tables import anchors as anchors_table
from bot.store.tables import audit as table
from bot.store.verification import PAGE, verify
from tests.bot.store.rows import MORNING, as_owner

ANA = "person:ana"
OTHERS = ("person:ben", "system")
ENTRY = Entry("ana", "answered", "coach-7k2m/what", "5e" * 32, "7a" * 32, "corrected", "ben", MORNING)

# What a column of times takes on each engine, and Python does not.
NO_TIME: dict[str, Any] = {
    "sqlite": literal_column("'yesterday'"),
    "postgresql": literal_column("'infinity'::timestamptz"),
}

Attack = Callable[[Connection], object]


@pytest.fixture
def audited(database: Database) -> Database:
    """Two anchored entries in each of three streams, a second anchor at four of Ana's, and one entry more of hers."""
    with database.writing() as conn:
        write(conn, ANA, 2)
        for stream in OTHERS:
            write(conn, stream, 2)
        anchors.anchor(conn)
        write(conn, ANA, 2)
        anchors.anchor(conn)
        write(conn, ANA, 1)
    return database


def write(conn: Connection, stream: str, count: int) -> None:
    audit.append(conn, stream, [replace(ENTRY, object=f"{ENTRY.object}/{number}") for number in range(count)])


def check(database: Database, since_anchor: int | None = None, exported: list[str] | None = None) -> Findings:
    with database.reading() as conn:
        return verify(conn, since_anchor, exported)


def named(findings: Findings) -> list[tuple[str, str, int]]:
    return [(found.kind, found.where, found.seq) for found in findings.findings]


def attacked(database: Database, attack: Attack) -> list[tuple[str, str, int]]:
    """What is found after an owner of the database did this."""
    with as_owner(database) as conn:
        attack(conn)
    return named(check(database))


def entry(seq: int, stream: str = ANA):
    return (table.c.stream == stream) & (table.c.seq == seq)


def rechain(conn: Connection, *, head: bool = True) -> None:
    """Do it well: give each of Ana's entries the hash that fits it and the one before, and move the head."""
    prev, seq = audit.GENESIS, 0
    for row in (
        conn.execute(select(table).where(table.c.stream == ANA).order_by(table.c.seq)).mappings().all()
    ):
        seq = row["seq"]
        new = {**row, "prev": prev}
        new["hash"] = prev = hash_of_row(new)
        conn.execute(update(table).where(entry(seq)).values(prev=new["prev"], hash=new["hash"]))
    if head:
        conn.execute(update(audit_heads).where(audit_heads.c.stream == ANA).values(seq=seq, hash=prev))


def edit(seq: int, **changes: Any) -> Attack:
    return lambda conn: conn.execute(update(table).where(entry(seq)).values(**changes))


def remove(seq: int) -> Attack:
    return lambda conn: conn.execute(delete(table).where(entry(seq)))


def move_head(**changes: Any) -> Attack:
    return lambda conn: conn.execute(update(audit_heads).where(audit_heads.c.stream == ANA).values(**changes))


def add(seq: int) -> Attack:
    """Insert a copy of entry 5 under another number, as well as one can without moving the head."""

    def attack(conn: Connection) -> None:
        row = dict(conn.execute(select(table).where(entry(5))).mappings().one())
        row |= {"seq": seq, "prev": row["hash"]}
        conn.execute(insert(table), row | {"hash": hash_of_row(row)})

    return attack


def swap(conn: Connection) -> None:
    """Let entries 2 and 3 change places."""
    for old, new in ((2, 99), (3, 2), (99, 3)):
        conn.execute(update(table).where(entry(old)).values(seq=new))


def all_of(*attacks: Attack) -> Attack:
    def attack(conn: Connection) -> None:
        for each in attacks:
            each(conn)

    return attack


def hash_of_entry(seq: int) -> Any:
    return select(table.c.hash).where(entry(seq)).scalar_subquery()


# --- Nothing is wrong -------------------------------------------------------------------------------------------------


def test_an_audit_nobody_touched_is_sound(audited: Database):
    found = check(audited)
    assert found == Findings(entries=9, streams=3, anchors=2, findings=())
    assert found.is_sound
    assert found.report() == (
        "9 entries in 3 streams and 2 anchors checked: every entry is there, as it was written."
    )


def test_an_empty_audit_is_sound(database: Database):
    assert check(database, exported=[]) == Findings(0, 0, 0, ())


# --- Entries ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attack", "found"),
    [
        pytest.param(edit(2, after="0"), ("edited", 2), id="edited"),
        pytest.param(
            all_of(edit(2, after="0"), edit(2, hash="0" * 64)), ("edited", 2), id="edited, any hash"
        ),
        pytest.param(remove(2), ("deleted", 2), id="deleted in the middle"),
        pytest.param(remove(1), ("deleted", 1), id="deleted at the beginning"),
        pytest.param(remove(5), ("truncated", 5), id="truncated by one"),
        pytest.param(all_of(remove(4), remove(5)), ("truncated", 4), id="truncated by two"),
        pytest.param(
            all_of(*map(remove, (3, 4, 5)), move_head(seq=2, hash=hash_of_entry(2))),
            ("truncated", 3),
            id="truncated behind the anchor, the head moved back",
        ),
        pytest.param(all_of(*map(remove, range(1, 6))), ("truncated", 1), id="a whole stream"),
        pytest.param(
            all_of(
                *map(remove, range(1, 6)),
                lambda conn: conn.execute(delete(audit_heads).where(audit_heads.c.stream == ANA)),
            ),
            ("truncated", 1),
            id="a whole stream with its head",
        ),
        pytest.param(add(6), ("head", 6), id="inserted at the end"),
        pytest.param(add(0), ("deleted", 1), id="inserted before the beginning"),
        pytest.param(add(7), ("deleted", 6), id="inserted beyond the end"),
        pytest.param(swap, ("edited", 2), id="reordered"),
        pytest.param(move_head(hash="0" * 64), ("head", 5), id="head changed"),
        pytest.param(move_head(seq=4, hash=hash_of_entry(4)), ("head", 5), id="head moved back"),
        pytest.param(move_head(seq=6), ("truncated", 6), id="head moved on"),
        pytest.param(
            lambda conn: conn.execute(delete(audit_heads).where(audit_heads.c.stream == ANA)),
            ("head", 5),
            id="head deleted",
        ),
        pytest.param(
            all_of(edit(2, after="0"), rechain), ("rewritten", 4), id="rewritten with all that follows"
        ),
        pytest.param(all_of(edit(4, after="0"), rechain), ("rewritten", 4), id="rewritten at the anchor"),
    ],
)
def test_what_an_owner_changed_is_named(audited: Database, attack: Attack, found: tuple[str, int]):
    kind, seq = found
    assert attacked(audited, attack) == [(kind, ANA, seq)]


def edit_and_rehash(conn: Connection) -> None:
    edit(2, after="0")(conn)
    row = conn.execute(select(table).where(entry(2))).mappings().one()
    edit(2, hash=hash_of_row(row))(conn)


def test_an_entry_edited_with_its_hash_is_named_by_the_one_that_follows(audited: Database):
    assert attacked(audited, edit_and_rehash) == [("edited", ANA, 2)]


@pytest.mark.parametrize("name", [column.name for column in table.c if column.name not in ("stream", "seq")])
def test_no_column_can_be_edited_unnoticed(audited: Database, name: str):
    value = MORNING.replace(year=2000) if name in ("at", "said_at") else "0"
    assert attacked(audited, edit(2, **{name: value})) == [("edited", ANA, 2)]


def test_an_entry_moved_to_another_stream_is_missed_where_it_was_and_found_where_it_is(audited: Database):
    def attack(conn: Connection) -> None:
        conn.execute(update(table).where(entry(5)).values(stream="person:ben", seq=3))

    assert attacked(audited, attack) == [("truncated", ANA, 5), ("edited", "person:ben", 3)]


@pytest.mark.parametrize("name", ["at", "said_at"])
def test_an_entry_with_a_time_that_is_none_is_named(audited: Database, name: str):
    """Reading it once broke off the whole check, and named nothing."""
    assert attacked(audited, edit(2, **{name: NO_TIME[audited.dialect]})) == [("edited", ANA, 2)]


def test_an_entry_with_bytes_for_text_is_named(audited: Database):
    if audited.dialect == "sqlite":  # PostgreSQL keeps only what its columns may hold
        assert attacked(audited, edit(2, after=literal_column("x'00ff'"))) == [("edited", ANA, 2)]


def test_the_first_wrong_entry_of_every_stream_is_named(audited: Database):
    def attack(conn: Connection) -> None:
        conn.execute(update(table).where(table.c.seq == 2).values(after="0"))
        conn.execute(delete(table).where(entry(5)))

    assert attacked(audited, attack) == [("edited", stream, 2) for stream in (ANA, *OTHERS)]


def test_a_report_names_what_is_wrong_for_a_person_to_read():
    found = Findings(9, 3, 2, (Finding("deleted", ANA, 2, "after no. 1 comes no. 3"),))
    assert found.report() == (
        "9 entries in 3 streams and 2 anchors checked: 1 NOT as written.\n"
        "- person:ana, no. 2 (deleted): after no. 1 comes no. 3"
    )


@pytest.mark.parametrize("seq", [1, PAGE, PAGE + 1, 2 * PAGE])
def test_an_audit_of_several_pages_is_checked_to_the_last_entry(database: Database, seq: int):
    with database.writing() as conn:
        write(conn, ANA, 2 * PAGE)
        write(conn, "person:ben", 1)
    assert check(database) == Findings(2 * PAGE + 1, 2, 0, ())
    assert attacked(database, edit(seq, after="0")) == [("edited", ANA, seq)]


# --- Anchors ----------------------------------------------------------------------------------------------------------


def edit_anchor(seq: int, **changes: Any) -> Attack:
    return lambda conn: conn.execute(
        update(anchors_table).where(anchors_table.c.seq == seq).values(**changes)
    )


def remove_anchor(seq: int) -> Attack:
    return lambda conn: conn.execute(delete(anchors_table).where(anchors_table.c.seq == seq))


@pytest.mark.parametrize(
    ("attack", "found"),
    [
        pytest.param(edit_anchor(1, root="0" * 64), ("anchors", 1), id="root"),
        pytest.param(edit_anchor(1, heads="[]"), ("anchors", 1), id="heads"),
        pytest.param(edit_anchor(1, heads="gone"), ("anchors", 1), id="heads that are no JSON"),
        pytest.param(edit_anchor(1, heads='[["a",Infinity,"b"]]'), ("anchors", 1), id="heads without end"),
        pytest.param(edit_anchor(2, at=MORNING), ("anchors", 2), id="time"),
        pytest.param(edit_anchor(2, prev="0" * 64), ("anchors", 2), id="chain"),
        pytest.param(edit_anchor(2, hash="0" * 64), ("anchors", 2), id="hash"),
        pytest.param(remove_anchor(1), ("anchors", 1), id="deleted"),
        pytest.param(remove_anchor(2), (ANA, 2), id="truncated"),
        pytest.param(
            lambda conn: conn.execute(delete(anchored_heads).where(anchored_heads.c.stream == ANA)),
            (ANA, 4),
            id="the note of how far Ana's stream is anchored",
        ),
        pytest.param(
            lambda conn: conn.execute(insert(anchored_heads).values(stream="new", seq=9, hash="0" * 64)),
            ("new", 0),
            id="a note of what no anchor saw",
        ),
    ],
)
def test_what_an_owner_changed_of_the_anchors_is_named(
    audited: Database, attack: Attack, found: tuple[str, int]
):
    assert attacked(audited, attack) == [("anchor", *found)]


def rehash(conn: Connection, seq: int, **changes: Any) -> None:
    """Change an anchor and give it the hash that fits."""
    edit_anchor(seq, **changes)(conn)
    row = conn.execute(select(anchors_table).where(anchors_table.c.seq == seq)).one()
    edit_anchor(seq, hash=anchors.hash_of_anchor(row.prev, row.seq, row.at, row.root))(conn)


def test_an_anchor_changed_with_its_hash_is_named_by_the_next(audited: Database):
    assert attacked(audited, lambda conn: rehash(conn, 1, at=MORNING)) == [("anchor", "anchors", 2)]


def test_an_anchor_with_a_time_that_is_none_is_named(audited: Database):
    assert attacked(audited, edit_anchor(2, at=NO_TIME[audited.dialect])) == [("anchor", "anchors", 2)]


# --- The file outside -------------------------------------------------------------------------------------------------


def lines_of(database: Database) -> list[str]:
    """The file outside, with every anchor made so far."""
    with database.reading() as conn:
        return [anchors.export_line(made) for made, _ in anchors.all_anchors(conn)]


def rewrite_everything(conn: Connection) -> None:
    """Change Ana's first entry, and then all that follows from it: entries, heads and anchors."""
    edit(1, after="0")(conn)
    rechain(conn)
    hashes = {(row.stream, row.seq): row.hash for row in conn.execute(select(table))}
    prev = audit.GENESIS
    for made, heads_json in list(anchors.all_anchors(conn)):
        heads = [(stream, seq, hashes[stream, seq]) for stream, seq, _ in json.loads(heads_json)]
        root = anchors.merkle_root(heads)
        fit = anchors.hash_of_anchor(prev, made.seq, made.at, root)
        edit_anchor(made.seq, heads=json.dumps(heads), root=root, prev=prev, hash=fit)(conn)
        prev = fit
        for stream, seq, head in heads:
            note = update(anchored_heads).where(anchored_heads.c.stream == stream)
            conn.execute(note.values(seq=seq, hash=head))


def test_the_file_outside_says_the_same_as_a_database_nobody_touched(audited: Database):
    assert check(audited, exported=[*lines_of(audited), "", "\n"]).is_sound


def test_only_the_file_outside_shows_that_everything_was_rewritten(audited: Database):
    lines = lines_of(audited)
    assert attacked(audited, rewrite_everything) == [], "if this fails, the attack was not done well"
    assert named(check(audited, exported=lines)) == [("export", "the file outside", 1)]


def test_anchors_that_only_the_file_outside_has_are_named(audited: Database):
    """A backup from before the last anchor was restored, or somebody made it look so."""
    lines = lines_of(audited)
    with as_owner(audited) as conn:
        for gone in (anchors_table, anchored_heads, table, audit_heads):
            conn.execute(delete(gone))
    (found,) = check(audited, exported=lines).findings
    assert (found.kind, found.seq, found.detail) == ("export", 1, "anchor 1: the database does not have it")


def test_the_file_outside_may_be_shorter_than_the_database(audited: Database):
    assert check(audited, exported=lines_of(audited)[:1]).is_sound
    assert check(audited, exported=lines_of(audited)[1:]).is_sound, "it may have been begun anew"


@pytest.mark.parametrize("line", ["gone", "[]", "{}", '"anchor"', '{"anchor": []}', '{"anchor": 1', "\ufffd"])
def test_a_line_outside_that_is_no_anchor_is_named(audited: Database, line: str):
    lines = lines_of(audited)
    assert named(check(audited, exported=[lines[0], line, lines[1]])) == [("export", "the file outside", 2)]


def test_a_line_outside_that_says_more_or_less_than_the_anchor_is_named(audited: Database):
    told = json.loads(lines_of(audited)[0])
    for other in ({**told, "at": "2000-01-01"}, {**told, "more": 1}, {"anchor": 1}):
        assert named(check(audited, exported=[json.dumps(other)])) == [("export", "the file outside", 1)]


def test_an_anchor_after_a_wrong_one_is_not_called_missing(audited: Database):
    """It once was: the lines outside were compared only with the anchors before the wrong one."""
    lines = lines_of(audited)
    with as_owner(audited) as conn:
        edit_anchor(1, heads="[]")(conn)
    assert named(check(audited, exported=lines)) == [("anchor", "anchors", 1)]


# --- From an anchor on ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("anchor", "entries"), [(1, 3), (2, 1)])
def test_only_what_follows_an_anchor_can_be_checked(audited: Database, anchor: int, entries: int):
    found = check(audited, since_anchor=anchor)
    assert (found.entries, found.streams, found.findings) == (entries, 3, ())


def test_a_stream_that_began_after_the_anchor_is_checked_from_its_beginning(audited: Database):
    with audited.writing() as conn:
        write(conn, "person:new", 2)
    assert check(audited, since_anchor=2).entries == 3
    with as_owner(audited) as conn:
        conn.execute(update(table).where(entry(1, "person:new")).values(after="0"))
    assert named(check(audited, since_anchor=2)) == [("edited", "person:new", 1)]


@pytest.mark.parametrize(
    ("attack", "found"),
    [
        (edit(5, after="0"), [("edited", ANA, 5)]),
        (remove(5), [("truncated", ANA, 5)]),
        (edit(3, after="0"), []),  # before the anchor: not looked at, as was asked
        (move_head(hash="0" * 64), [("head", ANA, 5)]),
    ],
)
def test_what_was_changed_after_the_anchor_is_named(audited: Database, attack: Attack, found: list[Any]):
    with as_owner(audited) as conn:
        attack(conn)
    assert named(check(audited, since_anchor=2)) == found


def test_an_anchor_nobody_made_is_no_place_to_start(audited: Database):
    with pytest.raises(CoachError, match="there is no anchor 7 to start from; the last one is 2"):
        check(audited, since_anchor=7)


def test_when_the_anchor_to_start_from_cannot_be_trusted_everything_is_checked(audited: Database):
    """It once ended in "there is no anchor 2", and did not name what was wrong with anchor 1."""
    with as_owner(audited) as conn:
        edit_anchor(1, root="0" * 64)(conn)
        edit(2, after="0")(conn)
    assert named(check(audited, since_anchor=2)) == [("anchor", "anchors", 1), ("edited", ANA, 2)]


def test_when_the_anchor_to_start_from_was_removed_that_is_what_is_named(audited: Database):
    lines = lines_of(audited)
    with as_owner(audited) as conn:
        remove_anchor(2)(conn)
    assert named(check(audited, since_anchor=2, exported=lines)) == [
        ("anchor", ANA, 2),
        ("export", "the file outside", 2),
    ]
