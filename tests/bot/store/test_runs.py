"""A run's events are only ever added to, by one at a time, and its words can be deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from bot.store import runs, texts
from bot.store.database import Database
from bot.store.runs import RunMovedOn
from bot.store.tables import metadata
from playbooks.run import (
    Answered,
    Asked,
    Cancelled,
    Confirmed,
    Digressed,
    Drafted,
    Event,
    Kept,
    Paused,
    Resumed,
    Skipped,
    Started,
    Told,
    Undone,
    What,
)
from tests.bot.store.rows import HOUR, MORNING, RUN, add_events, at_once, begin_run

STARTED = Started(
    "deviation-open", "1.0.0", "5e" * 32, {"site.region": ("eu",)}, opening="the tablet is chipped"
)
ASKED = Asked("what")
ANSWERED = Answered("what", ("chipped", "on line 3"), said="it is chipped, on line 3")
EVERY_KIND: tuple[What, ...] = (
    *(STARTED, ASKED, ANSWERED, Skipped("when"), Undone(3), Kept("what"), Confirmed("sum", "a" * 64)),
    *(Told("stop", "b" * 64, "qa_on_call", ("ben",)), Digressed("why"), Paused(), Resumed()),
    *(Drafted("draft", 1, 9, "c" * 64, "d" * 64), Cancelled()),
)


@pytest.fixture
def begun(peopled: Database) -> Database:
    """A database with one run of Ana's that has no event yet."""
    with peopled.writing() as conn:
        begin_run(conn)
    return peopled


def read(database: Database, upto: int | None = None) -> tuple[Event, ...]:
    with database.reading() as conn:
        return runs.events(conn, RUN.ref, upto)


def last_seq(conn: Connection) -> int:
    """The number the run has come to; the run stays locked."""
    row = runs.lock(conn, RUN.ref)
    assert row is not None
    return row.last_seq


# --- Runs -------------------------------------------------------------------------------------------------------------


def test_a_run_comes_back_as_it_was_begun(begun: Database):
    with begun.writing() as conn:
        assert runs.get(conn, RUN.ref) == runs.lock(conn, RUN.ref) == RUN
        assert runs.taken(conn, RUN.ref)
        assert runs.get(conn, "coach-0000") is runs.lock(conn, "coach-0000") is None
        assert not runs.taken(conn, "coach-0000")


def test_a_reference_names_one_run_and_a_run_has_a_script_and_a_person(begun: Database):
    for impossible in (
        RUN,
        replace(RUN, ref="a", script_hash="0" * 64),
        replace(RUN, ref="a", person="carla"),
    ):
        with pytest.raises(IntegrityError), begun.writing() as conn:
            runs.begin(conn, impossible)


def test_a_persons_runs_are_listed_with_the_one_touched_last_first(begun: Database):
    paused = replace(RUN, ref="coach-b", state="paused", touched_at=MORNING + HOUR)
    other = replace(RUN, ref="coach-c", person="ben")
    with begun.writing() as conn:
        runs.begin(conn, paused)
        runs.begin(conn, other)
        assert runs.of_person(conn, "ana") == (paused, RUN)
        assert runs.of_person(conn, "ana", ["open", "finished"]) == (RUN,)
        assert runs.of_person(conn, "ana", []) == ()


def test_where_a_run_stands_and_what_it_is_called_is_noted(begun: Database):
    with begun.writing() as conn:
        runs.settle(conn, RUN.ref, "paused")
        assert runs.get(conn, RUN.ref) == replace(RUN, state="paused")
        runs.settle(conn, RUN.ref, "finished", "A chipped tablet")
        assert runs.get(conn, RUN.ref) == replace(RUN, state="finished", title="A chipped tablet")
    with pytest.raises(IntegrityError), begun.writing() as conn:
        runs.settle(conn, RUN.ref, "lost")  # type: ignore[arg-type]  # no state of a run: the database refuses it


# --- Events -----------------------------------------------------------------------------------------------------------


def test_every_kind_of_event_comes_back_as_it_was_added(begun: Database):
    with begun.writing() as conn:
        added = add_events(conn, 0, *EVERY_KIND)
    assert read(begun) == added
    assert [event.what for event in added] == list(EVERY_KIND)
    assert [event.seq for event in added] == list(range(1, len(EVERY_KIND) + 1))


def test_an_event_keeps_its_time_in_utc_and_who_did_it(begun: Database):
    said_at = MORNING.astimezone(timezone(-5 * HOUR)) + timedelta(microseconds=7)
    with begun.writing() as conn:
        added = runs.append(conn, RUN.ref, 0, [ASKED], at=said_at, by="ben", channel="web")
        assert (row := runs.get(conn, RUN.ref)) is not None
        assert (row.last_seq, row.touched_at) == (1, said_at)
    (event,) = read(begun)
    assert added.events == (event,)
    assert (event.at, event.at.tzinfo, event.by) == (said_at, UTC, "ben")


# The run grows from example to example: each adds to what is there.
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4))
def test_whatever_is_typed_is_read_back_letter_for_letter(begun: Database, typed: list[str]):
    what = Answered("what", tuple(typed), said="".join(typed))
    with begun.writing() as conn:
        add_events(conn, last_seq(conn), what)
    assert read(begun)[-1].what == what


def test_events_can_be_read_up_to_a_number(begun: Database):
    with begun.writing() as conn:
        added = add_events(conn, 0, *EVERY_KIND)
    assert [read(begun, upto) for upto in (0, 5, 99)] == [(), added[:5], added]


def test_who_adds_to_a_run_that_moved_on_is_refused_and_adds_nothing(begun: Database):
    with begun.writing() as conn:
        add_events(conn, 0, STARTED)
    with (
        pytest.raises(RunMovedOn, match="no longer ends at event 0; read it again") as caught,
        begun.writing() as conn,
    ):
        add_events(conn, 0, ANSWERED)
    assert (caught.value.ref, caught.value.expected_seq) == (RUN.ref, 0)
    assert [event.what for event in read(begun)] == [STARTED]
    with begun.reading() as conn:
        assert conn.execute(select(metadata.tables["texts"].c.text)).scalars().all() == [
            '{"opening":"the tablet is chipped"}'
        ]


def test_a_run_nobody_began_takes_no_events(begun: Database):
    with pytest.raises(RunMovedOn), begun.writing() as conn:
        runs.append(conn, "coach-0000", 0, [STARTED], at=MORNING, by="ana", channel="web")


def test_adding_nothing_notes_only_that_the_run_was_touched(begun: Database):
    later = MORNING + HOUR
    with begun.writing() as conn:
        added = runs.append(conn, RUN.ref, 0, [], at=later, by="ana", channel="web")
        assert (added.events, added.words) == ((), {})
        assert runs.get(conn, RUN.ref) == replace(RUN, touched_at=later)
        with pytest.raises(RunMovedOn):
            runs.append(conn, RUN.ref, 1, [], at=later, by="ana", channel="web")


def test_of_two_who_answer_at_once_one_is_kept_and_the_other_is_told(begun: Database):
    def answer(number: int) -> str:
        try:
            with begun.writing() as conn:
                add_events(conn, 0, Answered("what", (str(number),)))
        except RunMovedOn:
            return "moved on"
        return "kept"

    assert sorted(at_once(4, answer)) == ["kept", "moved on", "moved on", "moved on"]
    assert len(read(begun)) == 1


def test_nothing_is_lost_or_doubled_when_several_add_after_locking(begun: Database):
    def add(number: int) -> None:
        for turn in range(5):
            with begun.writing() as conn:
                add_events(conn, last_seq(conn), Answered("what", (f"{number}.{turn}",)))

    at_once(4, add)
    events = read(begun)
    assert [event.seq for event in events] == list(range(1, 21))
    answers = {event.what.values[0] for event in events if isinstance(event.what, Answered)}
    assert answers == {f"{number}.{turn}" for number in range(4) for turn in range(5)}


def test_ten_thousand_events_come_back_in_order(begun: Database):
    whats = [Answered("what", (str(number),)) if number % 2 else Asked("what") for number in range(10_000)]
    with begun.writing() as conn:
        added = add_events(conn, 0, *whats)
    assert read(begun) == added


# --- Words ------------------------------------------------------------------------------------------------------------


def test_what_was_typed_stands_in_one_table_only(begun: Database):
    with begun.writing() as conn:
        add_events(conn, 0, *EVERY_KIND)
    for table in metadata.sorted_tables:
        with begun.reading() as conn:
            found = "chipped" in str(conn.execute(select(table)).all())
        assert found == (table.name == "texts"), table.name


def test_each_text_of_a_run_is_proved_by_the_hash_that_was_returned_for_its_event(begun: Database):
    with begun.writing() as conn:
        added = runs.append(conn, RUN.ref, 0, EVERY_KIND, at=MORNING, by="ana", channel="web")
        ids = runs.text_ids(conn, RUN.ref)
        assert list(added.words) == [1, 3], "the opening and the answer have words"
        assert all(map(texts.is_what_was_said, [conn] * 2, ids, added.words.values()))


def test_an_event_whose_words_were_erased_reads_as_if_nothing_had_been_typed(begun: Database):
    with begun.writing() as conn:
        before = add_events(conn, 0, *EVERY_KIND)
        for text_id in runs.text_ids(conn, RUN.ref):
            texts.erase(conn, text_id)
        after = runs.events(conn, RUN.ref)
    assert after[0] == replace(before[0], what=replace(STARTED, opening=""))
    assert after[2] == replace(before[2], what=Answered("what"))
    assert (after[1], after[3:]) == (before[1], before[3:])


def test_one_answer_can_be_erased_and_the_others_stay(begun: Database):
    with begun.writing() as conn:
        before = add_events(conn, 0, *EVERY_KIND)
        texts.erase(conn, runs.text_ids(conn, RUN.ref)[1])
        after = runs.events(conn, RUN.ref)
    assert [a.seq for a, b in zip(after, before, strict=True) if a != b] == [3]
