"""Hearing a person: who may, once, all of it or nothing, and nothing lost when two things happen at once."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import event, func, select

from bot.app import HOME, PULLED
from bot.coach import Coach, FocusMoved, Office
from bot.content import Library, load_library
from bot.conversation.session import Session
from bot.errors import StoreUnavailable
from bot.message import Address, Heard, Identity, Message, Press
from bot.reply import Choice, Reply
from bot.site import Roster
from bot.store import addresses, audit, migrate, outbox, people, runs, sessions, texts
from bot.store.database import Database
from bot.store.tables import metadata
from playbooks.draft import NOT_AS_MADE
from playbooks.loader import load
from playbooks.run import Answered, hash_of
from tests.postgres import Postgres

NOW = datetime(2026, 6, 3, 8, 0, tzinfo=UTC)
COLD = "temp in cold room 2 was out of range this morning"
ANSWERS = ("no", "Log p. 41", "today 06:00", "dunno", "CR-02", "9.4 °C from 02:10", "a batch", "00123")


@functools.cache
def library() -> Library:
    return load_library()


@dataclass
class Plant:
    """The coach of the fictional site on one database; everybody speaks on the web unless told otherwise."""

    database: Database
    library: Library = field(default_factory=library)
    refs: Iterator[str] = field(default_factory=lambda: (f"coach-{n:04}" for n in itertools.count(1)))
    names: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.coach = self.with_library(self.library)
        with self.database.writing() as conn:
            for person in self.library.people:
                if people.by_id(conn, person.id) is None:
                    people.add(conn, person)

    def with_library(self, content: Library) -> Coach:
        return Coach(Office(self.database, content, lambda: NOW, lambda: next(self.refs), PULLED, HOME))

    def message(self, text: str = "", press: Press | None = None, **changes: str) -> Message:
        by, channel = changes.get("by", "alex"), changes.get("channel", "web")
        event_id = changes.get("event_id") or f"event-{next(self.names)}"
        return Message(event_id, Address(channel, by), Identity(channel, by), text, press)

    def say(self, *said: str, by: str = "alex") -> list[Reply]:
        """Say these one after another; what was replied to the last."""
        for text in said:
            self.coach.hear(self.message(text, by=by))
        return self.replies(by)

    def lines(self, by: str = "alex", channel: str = "web") -> list[outbox.OutboxMessage]:
        with self.database.writing() as conn:
            home = addresses.find_or_add(conn, Address(channel, by), by)
            return outbox.transcript(conn, home.id, 0, 1_000)

    def replies(self, by: str = "alex") -> list[Reply]:
        lines = list(itertools.takewhile(lambda line: line.kind != "echo", reversed(self.lines(by))))
        return [Reply.from_json(line.payload) for line in reversed(lines)]

    def button(self, label: str) -> Press:
        return next(c.press for reply in reversed(self.replies()) for c in buttons(reply) if c.label == label)

    def answered(self, ref: str) -> list[tuple[str, tuple[str, ...]]]:
        with self.database.reading() as conn:
            whats = [happened.what for happened in runs.events(conn, ref)]
        return [(what.step, what.values) for what in whats if isinstance(what, Answered)]

    def focus(self, by: str = "alex") -> str:
        with self.database.reading() as conn:
            return sessions.load(conn, by).focus

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        with self.database.reading() as conn:
            tables = metadata.sorted_tables
            return {
                table.name: conn.execute(select(func.count()).select_from(table)).scalar_one()
                for table in tables
            }

    def drafted(self) -> str:
        """A run that has its first draft; its reference."""
        self.say(COLD, "yes", *ANSWERS, "yes")
        return self.focus()

    def markdown(self, ref: str, number: int, by: str = "alex") -> str:
        order = self.coach.draft(by, ref, number)
        assert order, f"{by} has no draft {number} of {ref}"
        return order.render("md").content.decode()


def buttons(reply: Reply) -> Sequence[Choice]:
    return [*reply.choices, *(fact.change for fact in reply.facts if fact.change)]


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


def test_the_same_event_id_twice_has_one_effect(plant):
    plant.say(COLD, "yes")
    answer = plant.message("no")

    assert plant.coach.hear(answer) == Heard("done")
    rows = plant.counts()
    assert plant.coach.hear(answer) == Heard("duplicate")
    assert plant.counts() == rows
    assert plant.answered(plant.focus()) == [("patient_or_product", ("no",))]


def test_the_same_event_id_from_two_channels_is_two_messages(plant):
    first, second = (
        plant.message("hello", channel=channel, event_id="same-0001") for channel in ("web", "terminal")
    )

    assert plant.coach.hear(first) == plant.coach.hear(second) == Heard("done")


def test_the_same_delivery_at_once_has_one_effect(plant: Plant):
    plant.say(COLD, "yes")
    answer = plant.message("no")
    together = Barrier(4)

    def deliver(_: int) -> str:
        together.wait(10)
        return plant.coach.hear(answer).outcome

    with ThreadPoolExecutor(4) as threads:
        outcomes = sorted(threads.map(deliver, range(4)))

    assert outcomes == ["done", "duplicate", "duplicate", "duplicate"]
    assert plant.answered(plant.focus()) == [("patient_or_product", ("no",))]


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


def test_of_two_devices_at_once_one_answer_counts_and_the_other_is_shown_again(plant):
    plant.say(COLD, "yes", "no")
    question = plant.replies()[-1].field
    assert question
    together = Barrier(2)

    def answer(text: str) -> None:
        together.wait(10)
        plant.coach.hear(replace(plant.message(text), about=question.about))

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(answer, ["Log p. 41", "Book 7"]))

    (kept,) = plant.answered(plant.focus())[1:]
    other = ({"Log p. 41", "Book 7"} - set(kept[1])).pop()
    texts_said = [line.payload for line in plant.lines()]
    assert kept[0] == "official_record"
    assert other in texts_said, "it stands in the transcript"
    assert f'You wrote: "{other}".' in plant.replies()[-1].text
    assert "When was it first noticed?" in plant.replies()[-1].text


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
    assert 'You were in the middle of "temp in cold room 2' in plant.replies()[-1].text


def test_two_people_at_once_both_get_their_own_run(plant):
    together = Barrier(2)

    def begin(by: str) -> None:
        together.wait(10)
        plant.say(COLD, "yes", "no", by=by)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(begin, ["alex", "priya"]))

    assert plant.focus("alex") != plant.focus("priya")
    assert plant.answered(plant.focus("alex")) == plant.answered(plant.focus("priya"))


@pytest.fixture
def busy(postgres: Postgres) -> Iterator[Plant]:
    """A plant on PostgreSQL: on SQLite nothing can come between two statements of one message."""
    postgres.prepare_template("migrated", migrate.upgrade)
    url = postgres.from_template("migrated")
    database = Database(url)
    yield Plant(database)
    database.close()
    postgres.drop(url)


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
    """Two open runs, the second in focus."""
    plant.say(COLD, "yes")
    first = plant.focus()
    plant.say("hello")
    plant.coach.hear(plant.message(press=plant.button("Open a deviation")))
    return first, plant.focus()


def test_words_go_to_the_run_that_the_person_turned_to_while_they_waited(busy):
    first, second = two_runs(busy)
    with moving_focus(busy, ["", first]):  # the look before the lock only finds out who speaks
        busy.say("no")

    assert busy.answered(second) == []
    assert busy.answered(first) == [("patient_or_product", ("no",))]


def test_when_the_person_keeps_moving_nothing_is_kept_and_it_can_be_sent_again(busy):
    first, second = two_runs(busy)
    message = busy.message("no")
    rows = busy.counts()
    moves = ["", first, "", second, "", first, "", second, "", first]
    with moving_focus(busy, moves), pytest.raises(FocusMoved, match="send this one again"):
        busy.coach.hear(message)

    assert busy.counts() == rows
    assert busy.coach.hear(message) == Heard("done")


# --- Telling others


def tells(plant: Plant, by: str, channel: str = "web") -> list[Reply]:
    return [Reply.from_json(line.payload) for line in plant.lines(by, channel) if line.kind == "tell"]


def test_a_tell_goes_to_the_person_on_the_roster_on_the_page_they_will_open(plant):
    plant.say(COLD, "yes", "Yes, it could")

    (told,) = tells(plant, "dana")
    assert "Alex Byrne" in told.text
    assert [fact.value for fact in told.facts] == ["Yes, it could"]
    assert tells(plant, "sam") == tells(plant, "alex") == []
    assert "I have posted this to QA" in plant.replies()[0].text


def test_a_tell_goes_to_the_private_address_used_last(plant):
    plant.say("hello", by="dana")
    plant.coach.hear(plant.message("hello", by="dana", channel="terminal"))
    plant.coach.hear(
        replace(plant.message("hello", by="dana"), address=Address("web", "room-7", is_private=False))
    )
    plant.say(COLD, "yes", "Yes, it could")

    assert len(tells(plant, "dana", "terminal")) == 1
    assert tells(plant, "dana", "web") == []


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
    north = library().site()
    plant = Plant(
        database, replace(library(), sites={north.id: replace(north, rosters={"qa_on_call": roster})})
    )
    with database.writing() as conn:
        people.add(conn, replace(library().people[0], id="kim", is_active=False))
    plant.say(COLD, "yes", "Yes, it could")

    assert "Please phone now: 4410." in plant.replies()[0].text, reason
    assert "posted this" not in " ".join(reply.text for reply in plant.replies())
    assert {line.kind for name in ("dana", "kim", "sam") for line in plant.lines(name)} == set()


def test_what_was_told_is_told_once_whatever_is_corrected_later(plant):
    plant.say(COLD, "yes", "Yes, it could", "back", "Yes, it could", "change patient", "Not sure")

    assert len(tells(plant, "dana")) == 1


def test_in_a_channel_that_is_sent_to_the_replies_wait_and_nobody_is_told_their_own_words(plant):
    with plant.database.writing() as conn:
        people.link_identity(conn, Identity("slack", "alex"), "alex")
    plant.coach.hear(plant.message("hello", channel="slack"))

    table = metadata.tables["outbox"]
    with plant.database.reading() as conn:
        rows = conn.execute(select(table.c.kind, table.c.state).where(table.c.channel == "slack")).all()
    assert [tuple(row) for row in rows] == [("reply", "pending")]


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
    press = next(choice.press for choice in buttons(plant.say("change")[-1]) if "Where" in choice.hint)
    plant.coach.hear(plant.message(press=press, by="dana"))
    plant.coach.hear(plant.message("CR-99", by="dana"))

    assert plant.answered(ref)[-1] == ("batches", ("00123",))
    assert "CR-02" not in " ".join(line.payload for line in plant.lines("dana"))


def test_draft_1_stays_the_same_after_later_changes(plant):
    ref = plant.drafted()
    first = plant.markdown(ref, 1)
    plant.say("change where", "CR-03", "yes")

    assert plant.markdown(ref, 1) == first
    assert "CR-02" in first
    assert "CR-03" in plant.markdown(ref, 2)
    assert "CR-02" not in plant.markdown(ref, 2)


def test_my_drafts_are_every_draft_of_mine_and_nobody_elses(plant):
    ref = plant.drafted()
    plant.say("change where", "CR-03", "yes")

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


def newer(old: Library) -> Library:
    """The library of the next release: the same playbook with another question and another version."""
    book = old.playbooks["deviation-short"]
    tree = json.loads(book.canonical.replace("Where? Give the room", "Which place? Give the room"))
    tree["version"] = "1.1.0"
    canonical = json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    script = load(tree)
    assert script.hash == hash_of(tree) != book.script.hash
    return replace(old, playbooks={script.id: replace(book, script=script, canonical=canonical)})


def test_a_run_stays_with_the_script_it_began_with_and_a_new_one_gets_the_new(plant):
    plant.say(COLD, "yes", *ANSWERS[:4])
    old = plant.focus()
    plant.coach = plant.with_library(newer(plant.library))

    assert "Where? Give the room" in plant.say("repeat")[-1].text
    plant.say(*ANSWERS[4:], "yes")
    assert "1.0.0" in plant.markdown(old, 1)

    plant.say(COLD, "yes", *ANSWERS[:4])
    assert "Which place? Give the room" in plant.replies()[-1].text
    plant.say(*ANSWERS[4:], "yes")
    assert "1.1.0" in plant.markdown(plant.focus(), 1)


def test_a_run_goes_on_when_its_playbook_was_withdrawn(plant):
    plant.say(COLD, "yes", *ANSWERS)
    ref = plant.focus()
    plant.coach = plant.with_library(replace(plant.library, playbooks={}))
    plant.say("yes")

    assert "00123" in plant.markdown(ref, 1)
    assert "No playbook is in force" in plant.say("hello")[0].text


# --- What else is kept


def test_the_audit_names_every_act_without_a_word_of_what_was_written(plant):
    plant.drafted()
    with plant.database.reading() as conn:
        rows = conn.execute(
            select(metadata.tables["audit"]).where(metadata.tables["audit"].c.actor == "alex")
        ).all()

    assert [row.action for row in rows][:2] == ["run.started", "run.answered"]
    assert {"run.confirmed", "run.drafted"} <= {row.action for row in rows}
    assert "run.asked" not in {row.action for row in rows}
    assert not [row for row in rows if "CR-02" in repr(row) or "cold room" in repr(row)]


def test_a_corrected_answer_names_the_event_it_replaces(plant):
    plant.say(COLD, "yes", "no", "change patient", "Not sure")
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
    plant.say(COLD, "yes", "end it")
    table = metadata.tables["engagement_events"]
    with plant.database.reading() as conn:
        verbs = conn.execute(select(table.c.verb).order_by(table.c.id)).scalars().all()

    assert verbs == ["initialized", "completed", "initialized", "terminated"]


def test_a_reference_that_is_taken_is_not_given_again(plant):
    plant.say(COLD, "yes")
    plant.refs = iter([plant.focus(), plant.focus(), "coach-free"])
    plant.say("pause", COLD, "yes")

    assert plant.focus() == "coach-free"


def test_a_language_without_wording_is_answered_in_english(plant):
    with plant.database.writing() as conn:
        people.change(conn, replace(plant.library.people[0], language="xx"))

    assert plant.say("hello")[0].text.startswith("Hello Alex Byrne.")
