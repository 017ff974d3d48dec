"""Hearing a person: who may, once, all of it or nothing, and nothing lost when two things happen at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, event, select

from bot.coach import FocusMoved
from bot.conversation.session import Session
from bot.errors import StoreUnavailable
from bot.message import About, Address, Heard, Identity, Message, Press
from bot.site import Roster
from bot.store import audit, events, migrate, people, runs, sessions, texts
from bot.store.database import Database
from bot.store.tables import audit as audit_table
from bot.store.tables import metadata
from playbooks.draft import NOT_AS_MADE
from tests.content import shipped_library
from tests.plant import COLD, Plant, buttons, labels, next_release, step_in
from tests.postgres import Postgres

MAYBE = ("no", "Not sure")  # nobody is hurt; whether a patient is touched is not known: QA is told later on


@pytest.fixture
def plant(database) -> Plant:
    return Plant(database)


@contextmanager
def before(database: Database, statement: str, do: Callable[[], None]) -> Iterator[None]:
    """Do something whenever a statement that begins like this, or locks that table, is about to be run."""

    def look(_conn: object, _cursor: object, sql: str, *_: object) -> None:
        if " ".join(sql.split()).lower().startswith(statement.lower()):
            do()

    event.listen(database.engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", look)


# --- Who is heard, and how often


@pytest.mark.parametrize("who", ["nobody", "gone"])
def test_a_stranger_changes_nothing(plant, who):
    with plant.database.writing() as conn:
        people.add(conn, replace(plant.library.people[0], id="gone", is_active=False))
    rows = plant.counts()

    assert plant.coach.hear(plant.message("hello", by=who)) == Heard("stranger")
    assert plant.counts() == rows


@pytest.mark.scenario("E2")
def test_the_same_event_id_twice_has_one_effect(plant):
    plant.start()
    answer = plant.message("no")

    assert plant.coach.hear(answer) == Heard("done")
    rows = plant.counts()
    assert plant.coach.hear(answer) == Heard("duplicate")
    assert plant.counts() == rows
    assert plant.answered(plant.focus()) == [("someone_hurt", ("no",))]


def test_the_same_event_id_from_two_channels_is_two_messages(plant):
    first, second = (
        plant.message("hello", channel=channel, event_id="same-0001") for channel in ("web", "terminal")
    )

    assert plant.coach.hear(first) == plant.coach.hear(second) == Heard("done")


@pytest.mark.scenario("E2")
def test_the_same_delivery_at_once_has_one_effect(plant: Plant):
    plant.start()
    answer = plant.message("no")
    together = Barrier(4)

    def deliver(_: int) -> str:
        together.wait(10)
        return plant.coach.hear(answer).outcome

    with ThreadPoolExecutor(4) as threads:
        outcomes = sorted(threads.map(deliver, range(4)))

    assert outcomes == ["done", "duplicate", "duplicate", "duplicate"]
    assert plant.answered(plant.focus()) == [("someone_hurt", ("no",))]


# --- All of it or nothing

WRITES = [
    "inbox",
    "content",
    "runs",
    "run_events",
    "texts",
    "sessions",
    "outbox",
    "engagement_events",
    "audit",
]


@pytest.mark.parametrize("table", WRITES)
def test_when_the_store_fails_on_the_way_nothing_is_kept_and_the_same_message_works_later(plant, table):
    plant.say(COLD)
    rows = plant.counts()
    message = plant.message("yes")

    def fail() -> None:
        raise StoreUnavailable("the disk is full")

    with before(plant.database, f"insert into {table} ", fail), pytest.raises(StoreUnavailable, match="disk"):
        plant.coach.hear(message)

    assert plant.counts() == rows
    assert plant.focus() == ""
    assert plant.coach.hear(message) == Heard("done")
    assert plant.counts()["runs"] == 1


# --- Two at once


@pytest.mark.scenario("E4")
def test_of_two_devices_at_once_one_answer_counts_and_the_other_is_shown_again(plant):
    plant.start()
    plant.upto("who_told")
    question = plant.replies()[-1].field
    assert question
    together = Barrier(2)

    def answer(text: str) -> None:
        together.wait(10)
        plant.coach.hear(replace(plant.message(text), about=question.about))

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(answer, ["Sam 06:05", "Lee 06:10"]))

    (kept,) = plant.answered(plant.focus())[3:]
    other = ({"Sam 06:05", "Lee 06:10"} - set(kept[1])).pop()
    texts_said = [line.payload for line in plant.lines()]
    assert kept[0] == "who_told"
    assert other in texts_said, "it stands in the transcript"
    assert f'You wrote: "{other}".' in plant.replies()[-1].text
    assert "Where is it written in the official record?" in plant.replies()[-1].text


def test_of_two_presses_at_once_that_begin_a_run_one_begins_it(plant):
    plant.say(COLD)
    agree = plant.button("Yes, let's start")
    together = Barrier(2)

    def press(_: int) -> None:
        together.wait(10)
        plant.coach.hear(plant.message(press=agree))

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(press, range(2)))

    assert plant.counts()["runs"] == 1
    assert 'You were in the middle of "temp in cold room 2' in plant.said()


def test_two_people_at_once_both_get_their_own_run(plant):
    together = Barrier(2)

    def begin(by: str) -> None:
        together.wait(10)
        plant.start(by=by)
        plant.say("no", by=by)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(begin, ["alex", "priya"]))

    assert plant.focus("alex") != plant.focus("priya")
    assert plant.answered(plant.focus("alex")) == plant.answered(plant.focus("priya"))


@pytest.fixture
def busy(postgres: Postgres) -> Iterator[Plant]:
    """A plant on PostgreSQL: on SQLite nothing can come between two statements of one message."""
    postgres.prepare_template("migrated", migrate.upgrade)
    url = postgres.lend("migrated")
    database = Database(url)
    yield Plant(database)
    database.close()
    postgres.take_back("migrated", url)


LOCKS_PEOPLE = "SELECT people.id, people.name, people.site"


@contextmanager
def moving_focus(plant: Plant, focuses: Sequence[str]) -> Iterator[None]:
    """Before each lock of a person, the person's other message has turned to the next of these runs."""
    coming = iter(focuses)

    def move() -> None:
        if focus := next(coming, ""):
            with other.writing() as conn:
                sessions.save(conn, "alex", Session(focus))

    other = Database(plant.database.url.render_as_string(hide_password=False))
    with before(plant.database, LOCKS_PEOPLE, move):
        yield
    other.close()


def two_runs(plant: Plant) -> tuple[str, str]:
    """Two open runs, the second of them in focus."""
    second = plant.start()
    plant.say("hello")
    plant.press("Open a deviation")
    plant.press("Put it aside and start")
    first = plant.focus()
    plant.press(f"Continue: {COLD}")
    return first, second


def test_words_go_to_the_run_that_the_person_turned_to_while_they_waited(busy):
    first, second = two_runs(busy)
    with moving_focus(busy, ["", first]):  # the look before the lock only finds out who speaks
        busy.say("no")

    assert busy.answered(second) == []
    assert busy.answered(first) == [("someone_hurt", ("no",))]


def test_taking_over_a_run_and_speaking_in_ones_own_at_once_do_not_lock_each_other_out(busy: Plant):
    for _ in range(5):
        offered = busy.start()
        own = busy.start(by="sam")
        busy.hear("hand over to Sam")
        accept = busy.button("Accept", by="sam")
        together = Barrier(2)

        def at_once(message: Message, together: Barrier = together) -> str:
            together.wait(10)
            return busy.coach.hear(message).outcome

        messages = [busy.message(press=accept, by="sam"), busy.message("no", by="sam")]
        with ThreadPoolExecutor(2) as threads:
            assert list(threads.map(at_once, messages)) == ["done", "done"]
        assert busy.row(offered).person == "sam"
        assert busy.state(own) == "paused"
        busy.hear("end it", by="sam")


def test_when_the_person_keeps_moving_nothing_is_kept_and_it_can_be_sent_again(busy):
    first, second = two_runs(busy)
    message = busy.message("no")
    rows = busy.counts()
    moves = ["", first, "", second, "", first, "", second, "", first]
    with moving_focus(busy, moves), pytest.raises(FocusMoved, match="send this one again"):
        busy.coach.hear(message)

    assert busy.counts() == rows
    assert busy.coach.hear(message) == Heard("done")


def test_who_was_given_up_because_two_waited_for_each_other_is_heard_all_the_same(busy: Plant):
    run = busy.start()
    collisions = iter(["once", "and again"])

    def collide(conn: Connection, _cursor: object, sql: str, *_: object) -> None:
        if sql.startswith("INSERT INTO outbox") and next(collisions, ""):
            conn.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40P01'; END $$")

    event.listen(busy.database.engine, "before_cursor_execute", collide)
    try:
        busy.say("no")
    finally:
        event.remove(busy.database.engine, "before_cursor_execute", collide)

    assert next(collisions, "") == ""
    assert busy.answered(run) == [("someone_hurt", ("no",))]


# --- Telling others


def test_a_tell_goes_to_the_person_on_the_roster_on_the_page_they_will_open(plant):
    plant.start()
    plant.say("no", "Yes, it could")

    (told,) = plant.told("dana")
    assert "Alex Byrne is waiting for you" in told.text
    assert [fact.value for fact in told.facts] == ["Yes, it could"]
    assert plant.told("sam") == plant.told("quinn") == plant.told("alex") == []
    assert "I have posted this to QA too, but nobody has read it yet." in plant.said()


def test_a_tell_goes_to_the_private_address_used_last(plant):
    plant.say("hello", by="dana")
    plant.coach.hear(plant.message("hello", by="dana", channel="terminal"))
    plant.coach.hear(
        replace(plant.message("hello", by="dana"), address=Address("web", "room-7", is_private=False))
    )
    plant.start()
    plant.say("no", "Yes, it could")

    assert len(plant.told("dana", "terminal")) == 1
    assert plant.told("dana", "web") == []


@pytest.mark.parametrize(
    ("roster", "reason"),
    [
        (Roster((), "4410"), "empty"),
        (Roster(("nobody",), "4410"), "not in the directory"),
        (Roster(("kim",), "4410"), "no longer active"),
    ],
)
def test_with_nobody_to_tell_the_telephone_number_is_shown_and_nothing_is_said_to_be_posted(
    database, roster, reason
):
    north = shipped_library().site("northfield")
    sites = {**shipped_library().sites, north.id: replace(north, rosters={"qa_on_call": roster})}
    plant = Plant(database, replace(shipped_library(), sites=sites))
    with database.writing() as conn:
        people.add(conn, replace(shipped_library().people[0], id="kim", is_active=False))
    plant.start()
    plant.say("no", "Yes, it could")

    assert "Please phone now: 4410." in plant.said(), reason
    assert "posted this" not in plant.said()
    assert {line.kind for name in ("dana", "kim", "sam") for line in plant.lines(name)} == set()


def test_the_backup_is_told_where_nobody_of_the_roster_can_be_reached(database):
    north = shipped_library().site("northfield")
    rosters = {"qa_on_call": Roster(("nobody",), "4410", backup=("quinn",))}
    plant = Plant(database, replace(shipped_library(), sites={north.id: replace(north, rosters=rosters)}))
    plant.start()
    plant.say("no", "Yes, it could")

    assert len(plant.told("quinn")) == 1


def test_what_was_told_is_told_once_whatever_is_corrected_later(plant):
    plant.start()
    plant.say("no", "Yes, it could", "change patient", "No", "change patient", "Yes, it could")

    assert len(plant.told("dana")) == 1


def test_in_a_channel_that_is_sent_to_the_replies_wait_and_nobody_is_told_their_own_words(plant):
    with plant.database.writing() as conn:
        people.link_identity(conn, Identity("slack", "alex"), "alex")
    plant.say("hello")
    plant.coach.hear(plant.message("hello", channel="slack"))

    table = metadata.tables["outbox"]
    with plant.database.reading() as conn:
        rows = conn.execute(select(table.c.kind, table.c.state).where(table.c.channel == "slack")).all()
    assert [tuple(row) for row in rows] == [("reply", "pending")]


# --- Other people in a run


def held(plant: Plant) -> str:
    """A run that waits for QA; its reference."""
    ref = plant.start()
    plant.say("no", "Yes, it could")
    return ref


def test_what_waits_is_in_the_list_of_the_person_until_it_is_done(plant):
    held(plant)
    assert "Waiting for you: 1." in plant.say("hello", "waiting for me", by="dana")[0].text

    plant.press("I have read this: Alex Byrne", by="dana")
    assert "not read yet" not in plant.say("waiting for me", by="dana")[0].text
    plant.press("Release the stop: Alex Byrne", by="dana")
    assert plant.say("waiting for me", by="dana")[0].text == "Nothing is waiting for you."


def test_a_question_that_a_release_opens_has_working_buttons(plant):
    ref = held(plant)
    plant.press("Release the stop", by="dana")

    assert plant.lines("alex")[-1].kind == "reply"
    plant.press("Nothing to stop")
    assert plant.answered(ref)[-1] == ("step_held", ("na",))


def test_what_was_released_without_qa_stays_in_their_list_until_somebody_reads_it(plant):
    held(plant)
    plant.say("I have spoken to QA")

    listed = plant.say("hello", "waiting for me", by="dana")[0]
    assert "Waiting for you: 1." in listed.text
    assert [choice.label for choice in listed.choices] == ["I have read this: Alex Byrne"]
    plant.press("I have read this: Alex Byrne", by="dana")
    assert plant.say("waiting for me", by="dana")[0].text == "Nothing is waiting for you."


def test_a_button_from_long_ago_is_told_in_the_words_it_has_today(plant):
    plant.coach.hear(plant.message(press=Press("runs", (), None)))

    assert plant.lines("alex")[0].payload == "My runs"


def test_a_run_that_is_ended_waits_for_nobody(plant):
    held(plant)
    plant.say("end it")

    assert plant.say("hello", "waiting for me", by="dana")[0].text == "Nothing is waiting for you."
    assert "has been seen to already" in plant.press("Release the stop", by="dana")[0].text


def test_what_only_had_to_be_read_is_gone_from_the_list_of_who_has_read_it(plant):
    plant.start()
    plant.upto("similar", patient_or_product="Not sure")
    plant.hear("hello", by="dana")
    plant.press("I have read this", by="dana")

    assert plant.say("waiting for me", by="dana")[0].text == "Nothing is waiting for you."
    assert "Read by Dana Okafor" in plant.news("alex")[0]


def test_an_offer_to_hand_over_is_gone_from_the_list_when_the_run_has_ended(plant):
    plant.start()
    plant.upto("review")
    plant.hear("hand over to Sam", "yes", "DEV-2026-014")

    assert plant.say("hello", "waiting for me", by="sam")[0].text == "Nothing is waiting for you."
    plant.press("Accept", by="sam")
    assert "I do not know that button any more." in plant.said("sam")


def test_what_was_put_aside_while_it_was_held_goes_on_when_it_is_released(plant):
    ref = held(plant)
    plant.hear("pause")
    plant.press("Release the stop", by="dana")

    assert "Is the step stopped" in plant.news("alex")[-1]
    plant.press("Nothing to stop")
    assert plant.answered(ref)[-1] == ("step_held", ("na",))


def test_the_list_says_when_it_was_posted_by_the_clock_of_the_coach(plant):
    held(plant)

    assert (
        "posted 3 June 2026, 09:00 (IST), not read yet"
        in plant.say("hello", "waiting for me", by="dana")[0].text
    )


def test_whoever_was_told_but_has_no_right_to_it_cannot_release_the_stop(database):
    north = shipped_library().site("northfield")
    rosters = {**north.rosters, "qa_on_call": Roster(("priya",), "4410")}
    plant = Plant(database, replace(shipped_library(), sites={north.id: replace(north, rosters=rosters)}))
    ref = held(plant)
    plant.coach = plant.with_library(shipped_library())  # priya has left the roster since

    plant.press("Release the stop", by="priya")
    assert plant.said("priya").endswith("That stop is for another role to release.")
    assert plant.ledger(ref).released == {}


@pytest.mark.parametrize(
    "action", ["free", "seen", "answer", "back", "change", "accept", "resume", "confirm", "move"]
)
def test_a_stranger_with_the_reference_of_a_run_learns_nothing_from_any_button(plant, action):
    ref = held(plant)
    plant.say("hello", by="lee")
    rows = plant.counts()["run_events"]

    def pressed(run: str) -> tuple[str, list[str]]:
        press = Press(action, ("phone_qa",), About(run, "phone_qa", 0))
        plant.coach.hear(plant.message(press=press, by="lee"))
        return plant.said("lee"), labels(plant.replies("lee"))

    assert pressed(ref) == pressed("coach-none")
    assert "I do not know that button any more." in plant.said("lee")
    assert plant.counts()["run_events"] == rows


def test_a_button_of_somebody_elses_run_is_no_answer_in_ones_own(plant):
    theirs = plant.start()
    mine = plant.start(by="priya")
    turn = plant.ledger(theirs).turn
    assert turn == plant.ledger(mine).turn

    plant.coach.hear(
        plant.message(press=Press("answer", ("yes",), About(theirs, "someone_hurt", turn)), by="priya")
    )
    assert plant.answered(mine) == plant.answered(theirs) == []
    assert "I do not know that button any more." in plant.said("priya")


def test_words_typed_while_other_peoples_news_is_in_sight_go_to_ones_own_question(plant):
    mine = plant.start(by="dana")
    theirs = held(plant)
    about = About(theirs, "phone_qa", 0)  # the page sends along what stands last on it
    plant.coach.hear(replace(plant.message("no", by="dana"), about=about))

    assert plant.answered(mine) == [("someone_hurt", ("no",))]


def test_a_run_is_handed_over_when_the_colleague_accepts_and_not_before(plant):
    ref = plant.start()
    plant.upto("where")
    plant.say("hand over to Sam")
    assert plant.row(ref).person == "alex"
    assert "It stays theirs until you accept." in plant.news("sam")[0]
    plant.upto("what_happened")

    plant.press("Accept", by="sam")
    assert plant.row(ref).person == "sam"
    assert "what should have happened" in plant.said("sam")
    assert plant.news("alex") == [
        'Sam Kelly has taken over "temp in cold room 2 was out of range this morning". It is theirs now.'
    ]
    assert plant.say("my runs")[0].text == "You have nothing open."


def test_after_a_hand_over_the_words_of_the_other_change_nothing_in_it(plant):
    ref = plant.start()
    plant.upto("where")
    question = plant.replies()[-1].field
    assert question
    plant.say("give it to Sam Kelly")
    plant.press("Accept", by="sam")
    plant.coach.hear(replace(plant.message("CR-99"), about=question.about))

    assert ("where", ("CR-99",)) not in plant.answered(ref)
    assert plant.coach.draft("alex", ref, 1) is None


def test_an_offer_counts_once_for_whoever_comes_first(plant):
    ref = plant.start()
    plant.say("hand over to Sam", "hand over to Lee")
    plant.press("Accept", by="sam")
    plant.press("Accept", by="lee")

    assert plant.row(ref).person == "sam"
    assert "I do not know that button any more." in plant.said("lee")
    assert plant.say("waiting for me", by="lee")[0].text == "Nothing is waiting for you."


def test_a_run_can_go_to_the_same_colleague_again(plant):
    ref = plant.start()
    plant.say("hand over to Sam")
    plant.press("Accept", by="sam")
    plant.say("hand over to Alex", by="sam")
    plant.press("Accept", by="alex")
    plant.say("hand over to Sam")
    plant.press("Accept", by="sam")

    assert plant.row(ref).person == "sam"


@pytest.mark.parametrize("name", ["Riley", "Nobody", "alex"])
def test_a_run_stays_at_its_site_and_goes_to_somebody_else(plant, name):
    plant.start()

    assert f'I do not know anyone called "{name.lower()}"' in plant.say(f"hand over to {name}")[0].text
    assert plant.news("riley") == []


def test_a_first_name_that_two_people_share_is_no_name_to_hand_over_to(plant):
    with plant.database.writing() as conn:
        people.add(conn, replace(plant.library.people[0], id="sam2", name="Sam Murphy"))
    plant.start()

    assert 'I do not know anyone called "sam"' in plant.say("hand over to Sam")[0].text
    assert "to Sam Murphy. It stays yours until they accept." in plant.say("hand over to Sam Murphy")[0].text


# --- Drafts


def test_a_draft_belongs_to_its_person_only(plant):
    ref = plant.drafted()

    assert plant.coach.draft("alex", ref, 1)
    assert plant.coach.draft("dana", ref, 1) is None
    assert plant.coach.draft("nobody", ref, 1) is None
    assert plant.coach.draft("alex", ref, 2) is None
    assert plant.coach.draft("alex", "coach-9999", 1) is None


def test_the_run_of_somebody_else_cannot_be_answered_or_read(plant):
    ref = plant.drafted()
    answers = plant.answered(ref)
    press = next(
        choice.press for choice in buttons(plant.say("change")[-1]) if choice.hint == "Change: Where"
    )
    plant.coach.hear(plant.message(press=press, by="dana"))
    plant.coach.hear(plant.message("CR-99", by="dana"))

    assert plant.answered(ref) == answers
    assert "CR-02" not in " ".join(line.payload for line in plant.lines("dana"))


def test_draft_1_stays_the_same_after_later_changes(plant):
    ref = plant.drafted()
    first = plant.markdown(ref, 1)
    plant.say("change where", "CR-03", "It was mistyped", "yes")

    assert plant.markdown(ref, 1) == first
    assert "CR-02" in first
    assert "CR-03" in plant.markdown(ref, 2)
    assert "CR-02" not in plant.markdown(ref, 2)


def test_my_drafts_are_every_draft_of_mine_and_nobody_elses(plant):
    ref = plant.drafted()
    plant.say("change where", "CR-03", "It was mistyped", "yes")

    assert [file.name for file in plant.say("my drafts")[0].files if file.name.endswith("md")] == [
        f"{ref}-draft-1.md",
        f"{ref}-draft-2.md",
    ]
    assert plant.say("my drafts", by="dana")[0].files == ()


def test_erased_words_are_gone_from_the_draft_which_says_so_and_the_conversation_goes_on(plant):
    ref = plant.drafted()
    assert NOT_AS_MADE not in plant.markdown(ref, 1)
    with plant.database.writing() as conn:
        for text_id in runs.text_ids(conn, ref):
            texts.erase(conn, text_id)

    assert NOT_AS_MADE in plant.markdown(ref, 1)
    assert "00123" not in plant.markdown(ref, 1)
    assert "CR-02" not in plant.markdown(ref, 1)
    assert "You are changing: Where" in plant.say("change where")[-1].text
    plant.say("CR-04")
    assert plant.answered(ref)[-1] == ("where", ("CR-04",))


# --- What a run is pinned to


def renamed(tree: dict[str, Any]) -> None:
    """The same playbook with another question and another version."""
    tree["script"]["version"] = "1.1.0"
    step_in(tree, "where")["ask"] = "Which place is it?"


def test_a_run_stays_with_the_script_it_began_with_and_a_new_one_gets_the_new(plant):
    plant.start()
    old = plant.upto("where")
    plant.coach = plant.with_library(next_release(plant.library, renamed))

    assert "Where? Give the room" in plant.say("repeat")[-1].text
    plant.upto("end")
    assert "1.0.0" in plant.markdown(old, 1)

    plant.start()
    new = plant.upto("where")
    assert "Which place is it?" in plant.said()
    plant.upto("end")
    assert "1.1.0" in plant.markdown(new, 1)


def test_a_run_goes_on_when_its_playbook_is_there_no_more(plant):
    plant.start()
    ref = plant.upto("review")
    plant.coach = plant.with_library(replace(plant.library, playbooks={}))
    plant.say("yes")

    assert "00123" in plant.markdown(ref, 1)
    plant.say("DEV-2026-014")
    assert "No playbook is in force" in plant.say("banana")[0].text


# --- What else is kept


def test_the_audit_names_every_act_without_a_word_of_what_was_written(plant):
    plant.drafted()
    with plant.database.reading() as conn:
        audit = metadata.tables["audit"]
        rows = conn.execute(select(audit).where(audit.c.actor == "alex").order_by(audit.c.seq)).all()

    assert [row.action for row in rows][:2] == ["run.started", "run.answered"]
    assert {"run.confirmed", "run.drafted"} <= {row.action for row in rows}
    assert "run.asked" not in {row.action for row in rows}
    assert not [row for row in rows if "CR-02" in repr(row) or "cold room" in repr(row)]


def test_a_corrected_answer_names_the_event_it_replaces(plant):
    plant.start()
    plant.say("no", "no", "change patient", "Not sure")
    table = metadata.tables["audit"]
    with plant.database.reading() as conn:
        query = select(table.c.before, table.c.after).where(table.c.object.like("%/patient_or_product"))
        first, second = conn.execute(
            query.where(table.c.action == "run.answered").order_by(table.c.seq)
        ).all()

    assert first.before == ""
    assert second.before == " ".join(first.after.split()[:2])


def test_the_chain_of_a_person_holds(plant):
    plant.drafted()
    table = metadata.tables["audit"]
    with plant.database.reading() as conn:
        rows = (
            conn.execute(select(table).where(table.c.stream == audit.person_stream("alex"))).mappings().all()
        )

    assert rows
    assert all(audit.hash_of_row(row) == row["hash"] for row in rows)


def test_the_figures_count_what_was_begun_made_and_ended(plant):
    plant.drafted()
    plant.start()
    plant.say("end it")
    table = metadata.tables["engagement_events"]
    with plant.database.reading() as conn:
        verbs = conn.execute(select(table.c.verb).order_by(table.c.id)).scalars().all()

    assert verbs == ["initialized", "completed", "initialized", "terminated"]


def test_a_reference_that_is_taken_is_not_given_again(plant):
    plant.start()
    plant.refs = iter([plant.focus(), plant.focus(), "coach-free"])
    plant.say("pause", COLD, "yes")

    assert plant.focus() == "coach-free"


def test_a_language_without_wording_is_answered_in_english(plant):
    with plant.database.writing() as conn:
        people.change(conn, replace(plant.library.people[0], language="xx"))

    assert plant.say("hello")[1].text.startswith("Hello Alex Byrne.")


def test_whether_an_answer_helped_is_counted_and_nothing_of_what_it_said(plant: Plant):
    plant.coach.hear(plant.message(press=Press("helpful", ("no",))))
    with plant.database.reading() as conn:
        counted = events.between(conn, plant.clock.now, plant.clock.now + timedelta(seconds=1))
    assert [(each.person, each.verb, each.object, dict(each.detail)) for each in counted] == [
        ("alex", "rated", "answer", {"helped": "no"})
    ]


WEAK = "Yesterday several vials broke on the line. SOP-7 allows no broken vial."


def coached(plant: Plant) -> list[tuple[str, str]]:
    """What became of the coaching checks' questions, in order."""
    with plant.database.reading() as conn:
        done = events.between(conn, plant.clock.now - timedelta(days=90), plant.clock.now + timedelta(days=1))
    verbs = {events.COACHED, events.REVISED, events.STOOD_BY}
    return [(each.verb, each.object) for each in done if each.verb in verbs]


@pytest.mark.parametrize(
    ("said", "became"), [("keep it", "stood_by"), (f"{WEAK} Twelve of 4,800 vials.", "revised")]
)
def test_of_what_is_asked_about_words_only_the_check_and_what_became_of_it_is_counted(
    plant: Plant, said, became
):
    plant.start()
    plant.upto("what_happened")
    plant.say(WEAK, said)

    checks = ["relative_date", "vague_amount"]
    assert coached(plant) == [
        *(("coached", check) for check in checks),
        *((became, check) for check in checks),
    ]


def test_what_is_asked_about_words_is_no_act_in_the_audit_and_to_keep_them_is(plant: Plant):
    plant.start()
    ref = plant.upto("what_happened")
    plant.say(WEAK, "keep it")
    with plant.database.reading() as conn:
        actions = [row.action for row in conn.execute(select(audit_table.c.action))]

    assert "run.stood_by" in actions
    assert "run.coached" not in actions
    assert plant.ledger(ref).stood_by == {"what_happened": ("relative_date", "vague_amount")}
