"""What is done by the clock, however often and by however many."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from bot import jobs
from bot.app import HOME
from bot.message import Address
from bot.person import Person
from bot.reply import Reply
from bot.store import addresses, audit, events, heartbeats, inbox, outbox, people, tables
from bot.store.database import Database
from bot.store.events import EngagementEvent
from bot.store.moment import db_now
from bot.store.outbox import NewMessage
from bot.store.verification import verify

DAY = timedelta(days=1)
KEEP = timedelta(days=90)  # questions


@pytest.fixture
def anchor_file(tmp_path: Path) -> Path:
    return tmp_path / "outside" / "anchors.jsonl"


def act(database: Database, what: str = "something") -> None:
    """One more entry in the audit, so that there is something to anchor."""
    with database.writing() as conn:
        audit.append(conn, audit.SYSTEM, [audit.Entry("system", what, "here")])


def numbers(anchor_file: Path) -> list[int]:
    return [json.loads(line)["anchor"] for line in anchor_file.read_text().splitlines()]


def is_sound(database: Database, anchor_file: Path) -> bool:
    with database.reading() as conn:
        return verify(conn, exported=[line for _, line in jobs.exported(anchor_file)]).is_sound


# --- Anchors ----------------------------------------------------------------------------------------------


def test_each_anchor_is_written_outside_once(database: Database, anchor_file: Path):
    for _ in range(3):
        act(database)
        jobs.anchor(database, anchor_file)
        jobs.anchor(database, anchor_file)  # nothing moved since
    assert numbers(anchor_file) == [1, 2, 3]
    assert is_sound(database, anchor_file)


@pytest.mark.parametrize("kept", [0, 1, 40, -1], ids=lambda kept: f"up to {kept}")
def test_a_line_torn_by_a_crash_is_written_again(database: Database, anchor_file: Path, kept: int):
    for _ in range(2):
        act(database)
        jobs.anchor(database, anchor_file)
    first, second = anchor_file.read_text().splitlines()
    anchor_file.write_text(f"{first}\n{second[:kept]}")
    act(database)
    jobs.anchor(database, anchor_file)
    assert [number for number, _ in jobs.exported(anchor_file)] == [1, 2, 3]
    assert is_sound(database, anchor_file)


def test_a_line_that_only_lacks_its_end_is_whole(database: Database, anchor_file: Path):
    act(database)
    jobs.anchor(database, anchor_file)
    anchor_file.write_text(anchor_file.read_text().rstrip("\n"))
    act(database)
    jobs.anchor(database, anchor_file)
    assert numbers(anchor_file) == [1, 2]


def test_bytes_that_a_power_cut_left_behind_do_not_stop_the_next_anchor(
    database: Database, anchor_file: Path
):
    act(database)
    jobs.anchor(database, anchor_file)
    with anchor_file.open("ab") as file:
        file.write(b"\x00\xff\xfe")
    act(database)
    jobs.anchor(database, anchor_file)
    assert [number for number, _ in jobs.exported(anchor_file)] == [1, 2]


def test_a_file_that_is_gone_is_written_anew_with_every_anchor(database: Database, anchor_file: Path):
    for _ in range(2):
        act(database)
        jobs.anchor(database, anchor_file)
    anchor_file.unlink()
    jobs.anchor(database, anchor_file)
    assert numbers(anchor_file) == [1, 2]


def test_several_clocks_at_once_write_each_anchor_once(database: Database, anchor_file: Path):
    with ThreadPoolExecutor(4) as clocks:
        for _ in range(5):
            act(database)
            list(clocks.map(lambda _: jobs.anchor(database, anchor_file), range(4)))
    assert numbers(anchor_file) == [1, 2, 3, 4, 5]
    assert is_sound(database, anchor_file)


def test_where_nothing_ever_happened_no_file_is_made(database: Database, anchor_file: Path):
    jobs.anchor(database, anchor_file)
    assert not anchor_file.exists()


def test_an_anchor_that_could_not_be_written_outside_is_written_with_the_next(
    database: Database, anchor_file: Path
):
    act(database)
    anchor_file.mkdir(parents=True)
    with pytest.raises(jobs.AnchorFileRefused, match=anchor_file.name):
        jobs.anchor(database, anchor_file)
    anchor_file.rmdir()
    jobs.anchor(database, anchor_file)
    assert numbers(anchor_file) == [1]


def test_a_database_brought_back_from_before_an_anchor_is_found_by_the_file_outside(
    tmp_path: Path, migrated_file: Path, anchor_file: Path
):
    path, backup = tmp_path / "coach.db", migrated_file.read_bytes()
    path.write_bytes(backup)
    lived = Database(f"sqlite:///{path}")
    act(lived)
    jobs.anchor(lived, anchor_file)
    lived.close()
    path.write_bytes(backup)
    restored = Database(f"sqlite:///{path}")
    assert not is_sound(restored, anchor_file)
    restored.close()


# --- Expiring and pruning ---------------------------------------------------------------------------------


def write(database: Database, key: str, *, expires_at: datetime | None = None, channel: str = "post") -> None:
    with database.writing() as conn:
        if people.by_id(conn, "dana") is None:
            people.add(conn, Person("dana", "Dana", "north", "qa"))
        address = addresses.find_or_add(conn, Address(channel, "dana"), "dana")
        payload = Reply(key).to_json()
        new = NewMessage(key, address.id, channel, "dana", "nudge", payload, expires_at=expires_at)
        outbox.write(conn, [new], pulled={HOME})


def states(database: Database) -> dict[str, str]:
    with database.reading() as conn:
        return dict(conn.execute(select(tables.outbox.c.dedupe_key, tables.outbox.c.state)).all())


def test_what_is_past_its_time_is_given_up_and_the_rest_stays(database: Database):
    write(database, "late", expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    write(database, "in time", expires_at=datetime(2999, 1, 1, tzinfo=UTC))
    write(database, "whenever")
    with capture_logs() as logged:
        jobs.expire(database)
        jobs.expire(database)
    assert states(database) == {"late": "expired", "in time": "pending", "whenever": "pending"}
    assert logged == [{"event": "messages expired", "count": 1, "log_level": "info"}]


def test_what_is_kept_long_enough_goes_and_what_still_waits_stays(database: Database):
    write(database, "old and shown", channel=HOME)
    write(database, "old and waiting")
    age(database, tables.outbox.c.written_at, jobs.KEEP_OUTBOX + DAY)
    write(database, "new", channel=HOME)
    with database.writing() as conn:
        inbox.remember(conn, "web", "old", "dana")
    age(database, tables.inbox.c.received_at, jobs.KEEP_INBOX + DAY)
    with database.writing() as conn:
        inbox.remember(conn, "web", "new", "dana")
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        events.record(conn, [EngagementEvent(long_ago, "dana", "north", "initialized", "coach-7k2m")])
    jobs.prune(database, KEEP)
    assert states(database) == {"old and waiting": "pending", "new": "sent"}
    with database.reading() as conn:
        assert conn.execute(select(tables.inbox.c.event_id)).scalars().all() == ["new"]
        assert conn.execute(select(func.count()).select_from(tables.engagement_events)).scalar_one() == 0


def test_more_than_one_batch_is_pruned_in_one_go(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(jobs, "BATCH", 3)
    remember(database, 7)
    jobs.prune(database, KEEP)
    assert remembered(database) == 0


def test_pruning_ends_early_when_the_process_stops(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(jobs, "BATCH", 3)
    remember(database, 7)
    answers = iter([False, True, True, True, True])
    jobs.prune(database, KEEP, lambda: next(answers))
    assert remembered(database) == 4
    jobs.prune(database, KEEP)
    assert remembered(database) == 0


def test_a_process_of_yesterday_is_no_longer_looked_for(database: Database):
    jobs.beat(database, "worker@old:1")
    age(database, tables.heartbeats.c.at, jobs.KEEP_HEARTBEATS + DAY)
    jobs.beat(database, "worker@new:2")
    jobs.prune(database, KEEP)
    with database.reading() as conn:
        assert set(heartbeats.ages(conn)) == {"worker@new:2"}


def test_a_process_that_stopped_as_told_is_not_missed(database: Database):
    jobs.beat(database, "web@here:1")
    jobs.beat(database, "web@here:2")
    jobs.forget(database, "web@here:1")
    with database.reading() as conn:
        assert set(heartbeats.ages(conn)) == {"web@here:2"}


def age(database: Database, column: object, by: timedelta) -> None:
    """Everything in the table was written so long ago."""
    with database.writing() as conn:
        conn.execute(update(column.table).values({column.name: db_now(-by)}))  # type: ignore[attr-defined]  # a column's own


def remember(database: Database, count: int) -> None:
    with database.writing() as conn:
        for number in range(count):
            inbox.remember(conn, "web", f"event-{number}", "dana")
    age(database, tables.inbox.c.received_at, jobs.KEEP_INBOX + DAY)


def remembered(database: Database) -> int:
    with database.reading() as conn:
        return conn.execute(select(func.count()).select_from(tables.inbox)).scalar_one()
