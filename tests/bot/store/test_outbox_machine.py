"""Whatever writers and workers do, in whatever order: each row ends once, and each address is sent to in order."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, update

from bot.store import claims, outbox
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.outbox import OutboxMessage
from bot.store.tables import outbox as table
from tests.bot.store.rows import HOUR, add_people, place, said

PLACES = 3
ENDED = ("sent", "failed", "unknown")


@dataclass
class Expected:
    """What must stand in one row."""

    address: int
    seq: int
    shows: str  # the key of the message it shows anew; its own where it is none that does
    state: str = "pending"
    holder: OutboxMessage | None = None
    is_lease_over: bool = False


def in_turn(states: list[str]) -> None:
    """Each has ended before the next is begun."""
    begun = list(itertools.takewhile(lambda state: state in ENDED, states))
    rest = states[len(begun) + 1 :]
    assert rest == ["pending"] * len(rest)


class Outbox(RuleBasedStateMachine):
    """The outbox beside a model of it, in which nothing can go wrong at the same time as something else."""

    migrated: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp(prefix="qms-coach-outbox-")
        shutil.copyfile(self.migrated, Path(self.folder, "coach.db"))
        self.database = Database(f"sqlite:///{self.folder}/coach.db")
        with self.database.writing() as conn:
            add_people(conn)
            self.places = [place(conn, f"D{number}") for number in range(PLACES)]
        self.rows: dict[str, Expected] = {}
        self.given: list[
            OutboxMessage
        ] = []  # every hold that was ever given to a worker, also those long lost
        self.tokens = (f"token-{number}" for number in itertools.count())

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)

    # --- What happens ---

    @rule(wanted=st.lists(st.tuples(st.integers(0, 11), st.integers(0, PLACES - 1)), min_size=1, max_size=5))
    def write(self, wanted: list[tuple[int, int]]) -> None:
        messages = [said(f"m{key}", self.places[where]) for key, where in wanted]
        with self.database.writing() as conn:
            new = outbox.write(conn, messages, ())
        for message in messages:
            if message.dedupe_key not in self.rows:
                taken = [row.seq for row in self.rows.values() if row.address == message.address_id]
                key, seq = message.dedupe_key, max(taken, default=0) + 1
                self.rows[key] = Expected(message.address_id, seq, shows=key)
        assert all(self.rows[message.dedupe_key].seq == message.seq for message in new)

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def show_anew(self, data: st.DataObject) -> None:
        shows = data.draw(st.sampled_from([key for key, row in self.rows.items() if row.shows == key]))
        message, key = self.rows[shows], f"u{len(self.rows)}"
        with self.database.writing() as conn:
            amends = conn.execute(select(table.c.id).where(table.c.dedupe_key == shows)).scalar_one()
            new = replace(said(key, message.address), kind="update", amends_id=amends)
            (written,) = outbox.write(conn, [new], ())
        self.rows[key] = Expected(message.address, written.seq, shows)

    @rule(limit=st.integers(1, 4))
    def claim(self, limit: int) -> None:
        with self.database.writing() as conn:
            taken = claims.claim(conn, ["slack"], limit, HOUR, next(self.tokens))
        first: dict[tuple[int, str], str] = {}  # of what waits for one another
        for key, row in sorted(self.rows.items(), key=lambda item: item[1].seq):
            if row.state not in ENDED:
                first.setdefault((row.address, "" if row.shows == key else row.shows), key)
        free = [
            key
            for key in first.values()
            if self.rows[key].state == "pending" and not self.waits_for_what_it_shows(key)
        ]
        assert {message.dedupe_key for message in taken} <= set(free), (
            "only the first waiting message of an address, and the first update of what was posted"
        )
        assert len(taken) == min(limit, len(free)), "and as many of them as were asked for"
        self._hold(taken)

    @precondition(lambda self: any(row.state == "sending" for row in self.rows.values()))
    @rule(data=st.data())
    def lease_runs_out(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from([key for key, row in self.rows.items() if row.state == "sending"]))
        with self.database.writing() as conn:
            conn.execute(update(table).where(table.c.dedupe_key == key).values(lease_until=db_now(-HOUR)))
        self.rows[key].is_lease_over = True

    @rule(limit=st.integers(1, 4))
    def take_over(self, limit: int) -> None:
        with self.database.writing() as conn:
            taken = claims.left_overs(conn, ["slack"], limit, HOUR, next(self.tokens))
        left = {key for key, row in self.rows.items() if row.state == "sending" and row.is_lease_over}
        assert {message.dedupe_key for message in taken} <= left
        assert len(taken) == min(limit, len(left))
        self._hold(taken)

    @precondition(lambda self: self.given)
    @rule(
        data=st.data(), how=st.sampled_from(["sent", "failed", "unknown", "put off", "in doubt", "give back"])
    )
    def mark(self, data: st.DataObject, how: str) -> None:
        message = data.draw(st.sampled_from(self.given))
        row = self.rows[message.dedupe_key]
        is_ours = row.state == "sending" and row.holder == message
        with self.database.writing() as conn:
            assert self._mark(conn, message, how) == is_ours, "only the holder's word counts"
        if is_ours and how == "in doubt":
            row.is_lease_over = True
        elif is_ours:
            row.state, row.holder = (how if how in ENDED else "pending"), None

    @precondition(lambda self: self.given)
    @rule(data=st.data())
    def a_whole_claim_is_given_back(self, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from(self.given)).claim
        held = [row for row in self.rows.values() if row.holder and row.holder.claim == token]
        with self.database.writing() as conn:
            assert claims.give_back_all(conn, token) == len(held)
        for row in held:
            row.state, row.holder = "pending", None

    def waits_for_what_it_shows(self, key: str) -> bool:
        shows = self.rows[key].shows
        return shows != key and self.rows[shows].state not in ENDED

    # --- What always holds ---

    @invariant()
    def every_row_is_as_it_must_be(self) -> None:
        with self.database.reading() as conn:
            found = {row.dedupe_key: row for row in conn.execute(select(table))}
            depth = outbox.depth(conn).by_state
        assert {key: (row.address, row.seq, row.state) for key, row in found.items()} == {
            key: (row.address, row.seq, row.state) for key, row in self.rows.items()
        }
        assert sum(depth.values()) == len(self.rows)
        for row in found.values():
            assert (row.state == "sending") == (row.lease_until is not None)
            assert (row.state == "sent") == (row.sent_at is not None)

    @invariant()
    def each_address_is_sent_to_in_order_and_one_at_a_time(self) -> None:
        in_order = sorted(self.rows.items(), key=lambda item: item[1].seq)
        for where in self.places:
            in_turn([row.state for key, row in in_order if row.address == where and row.shows == key])
        for shown in {row.shows for row in self.rows.values()}:
            in_turn([row.state for _, row in in_order if row.shows == shown])

    def _hold(self, taken: tuple[OutboxMessage, ...]) -> None:
        self.given += taken
        for message in taken:
            row = self.rows[message.dedupe_key]
            row.state, row.holder, row.is_lease_over = "sending", message, False

    @staticmethod
    def _mark(conn, message: OutboxMessage, how: str) -> bool:
        now = timedelta(0)
        match how:
            case "sent":
                return claims.mark_sent(conn, message, "ts")
            case "failed":
                return claims.mark_failed(conn, message, "no")
            case "unknown":
                return claims.mark_unknown(conn, message, "timeout")
            case "put off":
                return claims.put_off(conn, message, now, "busy")
            case "in doubt":
                return claims.leave_in_doubt(conn, message, now, "timeout")
            case _:
                return claims.give_back(conn, message)


def run(migrated_file: Path, examples: int, steps: int) -> None:
    machine = type("Outbox", (Outbox,), {"migrated": migrated_file})
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=steps))


def test_each_row_ends_once_and_each_address_is_sent_to_in_order(migrated_file: Path):
    run(migrated_file, examples=15, steps=25)


@pytest.mark.proof
def test_each_row_ends_once_and_each_address_is_sent_to_in_order_however_long_one_looks(migrated_file: Path):
    run(migrated_file, examples=500, steps=60)
