"""A whole plant without a network: the coach on a database, people who talk with it, and a clock that can be moved."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from docx import Document
from sqlalchemy import func, select

from bot.app import HOME, PULLED
from bot.coach import Coach, Office
from bot.content.library import Library
from bot.message import About, Address, Heard, Identity, Message, Press
from bot.reply import Choice, Reply
from bot.saying import Channels
from bot.store import addresses, claims, outbox, people, runs, sessions
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.tables import metadata
from playbooks.answer import Upload
from playbooks.loader import load_whole
from playbooks.run import Answered, Event, Ledger, What, canonical_json, fold, hash_of
from tests.content import shipped_library
from tests.dialogue import Clock

COLD = "temp in cold room 2 was out of range this morning"
RECORD = "DEV-2026-014"
WORKSPACE = "T1"
ANSWERS: Mapping[str, str] = {
    "someone_hurt": "no",
    "patient_or_product": "no",
    "step_held": "yes",
    "who_told": "Shift supervisor 06:05, QA 06:20",
    "official_record": "Cold store log CS-02 p. 41",
    "kind": "equipment",
    "lab_result": "no",
    "noticed_at": "today 06:00",
    "noticed_how": "Daily check by the shift lead",
    "reported_at": "today 06:20",
    "reported_to": "QA on call",
    "happened_at": "not known yet",
    "where": "Cold room CR-02",
    "what_happened": "SOP-114 asks for 2 to 8 °C. The chart shows 9.4 °C from 02:10.",
    "involved": "batch",
    "batches": "00123",
    "other_touched": "no",
    "why_no_others": "Nothing else was cooled there that night",
    "whereabouts": "here",
    "containment.is_safe": "yes",
    "containment.done_so_far": "stopped, labelled",
    "containment.product_on_hold": "yes",
    "containment.hold_where": "CR-03, yellow hold label",
    "containment.kept": "data",
    "containment.shared": "Nothing today",
    "containment.next_shift": "yes",
    "similar": "no",
    "late_note": "skip",
    "evidence": "skip",
    "review": "yes",
    "record_number": "later",
}


@dataclass
class Plant:
    """The coach of the fictional sites on one database; everybody speaks on the web unless told otherwise."""

    database: Database
    library: Library = field(default_factory=shipped_library)
    clock: Clock = field(default_factory=Clock)
    refs: Iterator[str] = field(default_factory=lambda: (f"coach-{n:04}" for n in itertools.count(1)))
    names: Iterator[int] = field(default_factory=itertools.count)
    homes: dict[tuple[str, str], int] = field(default_factory=dict)
    phones: dict[tuple[str, str], Phone] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.coach = self.with_library(self.library)
        with self.database.writing() as conn:
            for person in self.library.people:
                if people.by_id(conn, person.id) is None:
                    people.add(conn, person)

    def with_library(self, content: Library) -> Coach:
        """Another process, with this content."""
        channels = Channels(PULLED, HOME)
        new_secret = lambda: f"secret-{next(self.names)}"  # noqa: E731 - as short as it is
        return Coach(
            Office(self.database, content, self.clock, lambda: next(self.refs), channels, new_secret)
        )

    def restart(self) -> None:
        """The process is gone; another takes its place."""
        self.coach = self.with_library(self.library)

    def later(self, **passed: float) -> None:
        """Time passes: `later(minutes=15)`."""
        self.clock.now += timedelta(**passed)

    # Speaking

    def message(
        self,
        text: str = "",
        press: Press | None = None,
        *,
        by: str = "alex",
        channel: str = "web",
        event_id: str = "",
        files: Sequence[Upload] = (),
        about: About | None = None,
        said_at: datetime | None = None,
        on: str = "",
    ) -> Message:
        event_id = event_id or f"event-{next(self.names)}"
        address, sender = Address(channel, by, workspace=WORKSPACE), Identity(channel, by)
        return Message(event_id, address, sender, text, press, about, said_at, tuple(files), on)

    def say(self, *said: str, by: str = "alex") -> list[Reply]:
        """Say these one after another; what was replied to the last."""
        self.hear(*said, by=by)
        return self.replies(by)

    def hear(self, *said: str, by: str = "alex") -> None:
        """The same, without a look at what was replied."""
        for text in said:
            self.coach.hear(self.message(text, by=by))

    def press(self, label: str, *, by: str = "alex") -> list[Reply]:
        """Press the newest button with this label."""
        self.coach.hear(self.message(press=self.button(label, by), by=by))
        return self.replies(by)

    def button(self, label: str, by: str = "alex") -> Press:
        """The newest button with this label, in anything the coach said to them."""
        said = [Reply.from_json(line.payload) for line in self.lines(by) if line.kind != "echo"]
        found = [
            press
            for reply in said
            for name, press in [(c.label, c.press) for c in reply.choices]
            + [(f.change_words, f.change.press) for f in reply.facts if f.change]
            if name == label
        ]
        assert found, (
            f"no button {label!r} for {by}; the last reply was\n{said[-1].text if said else 'nothing'}"
        )
        return found[-1]

    def start(self, opening: str = COLD, *, by: str = "alex") -> str:
        """Begin the playbook that these words call for; the reference of the run."""
        self.say(opening, "yes", by=by)
        return self.focus(by)

    def upto(self, step: str, *, by: str = "alex", **given: str) -> str:
        """Go on with `given` answers and the usual ones until `step` is asked, or all is done ("end"); the run."""
        for _ in range(len(ANSWERS) + 5):
            ref = self.focus(by)
            asking = self.ledger(ref).asking
            if asking == step or (step == "end" and self.state(ref) in {"finished", "waiting"}):
                return ref
            self.hear({**ANSWERS, **given}[asking], by=by)
        raise AssertionError(f"{step} was never asked; the last words were\n{self.said(by)}")

    def drafted(self, *, by: str = "alex", **given: str) -> str:
        """A run that has its first draft; its reference."""
        self.start(by=by)
        return self.upto("end", by=by, **given)

    def ring(self) -> int:
        """What the clock process does every 15 seconds."""
        return self.coach.ring()

    def on_phone(self, by: str = "alex", channel: str = "slack") -> Phone:
        """This person on a chat platform that knows them."""
        with self.database.writing() as conn:
            people.link_identity(conn, Identity(channel, by), by)
        return self.phones.setdefault((channel, by), Phone(self, by, channel))

    def post(self, channel: str = "slack") -> None:
        """What delivery does: post all that waits, in order, and show anew what is to be."""
        while taken := self._claim(channel):
            for row in taken:
                ref = row.amends if row.kind == "update" else f"{channel}-{row.id}"
                assert ref, "an update of what was never posted"
                self.phones[channel, row.person].shown[ref] = Reply.from_json(row.payload)
                with self.database.writing() as conn:
                    posted_at = conn.execute(select(db_now())).scalar_one()  # its clock and ours are one
                    assert claims.mark_sent(conn, row, ref, posted_at)

    def _claim(self, channel: str) -> Sequence[outbox.OutboxMessage]:
        with self.database.writing() as conn:
            token = f"token-{next(self.names)}"
            return claims.claim(conn, [channel], 50, timedelta(minutes=1), token)

    # What came of it

    def home(self, by: str, channel: str) -> int:
        """The address where this person reads."""
        if (by, channel) not in self.homes:
            with self.database.writing() as conn:
                self.homes[by, channel] = addresses.find_or_add(conn, Address(channel, by), by).id
        return self.homes[by, channel]

    def lines(self, by: str = "alex", channel: str = "web") -> list[outbox.OutboxMessage]:
        home = self.home(by, channel)
        with self.database.reading() as conn:
            return outbox.transcript(conn, home, 0, 10_000)

    def replies(self, by: str = "alex") -> list[Reply]:
        """What the coach said to their last words."""
        home = self.home(by, "web")
        with self.database.reading() as conn:
            last = outbox.earlier(conn, home, None, 20)
        lines = list(itertools.takewhile(lambda line: line.kind != "echo", reversed(last)))
        return [Reply.from_json(line.payload) for line in reversed(lines) if line.kind == "reply"]

    def said(self, by: str = "alex") -> str:
        """The same as one text."""
        return "\n\n".join(reply.text for reply in self.replies(by))

    def told(self, by: str, channel: str = "web") -> list[Reply]:
        """Everything the coach told them of its own accord."""
        lines = self.lines(by, channel)
        return [Reply.from_json(line.payload) for line in lines if ":tell:" in line.dedupe_key]

    def news(self, by: str) -> list[str]:
        """The texts of the same."""
        return [reply.text for reply in self.told(by)]

    def focus(self, by: str = "alex") -> str:
        with self.database.reading() as conn:
            return sessions.load(conn, by).focus

    def events(self, ref: str) -> tuple[Event, ...]:
        with self.database.reading() as conn:
            return runs.events(conn, ref)

    def whats(self, ref: str) -> list[What]:
        """What happened in the run, in order."""
        return [event.what for event in self.events(ref)]

    def ledger(self, ref: str) -> Ledger:
        return fold(self.events(ref))

    def row(self, ref: str) -> runs.RunRow:
        with self.database.reading() as conn:
            row = runs.get(conn, ref)
        assert row, f"there is no run {ref}"
        return row

    def state(self, ref: str) -> str:
        return self.row(ref).state

    def answered(self, ref: str) -> list[tuple[str, tuple[str, ...]]]:
        return [(what.step, what.values) for what in self.whats(ref) if isinstance(what, Answered)]

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        with self.database.reading() as conn:
            return {
                table.name: conn.execute(select(func.count()).select_from(table)).scalar_one()
                for table in metadata.sorted_tables
            }

    def markdown(self, ref: str, number: int = 1, by: str = "alex") -> str:
        return self.rendered(ref, number, "md", by).decode()

    def word(self, ref: str, number: int = 1, by: str = "alex") -> str:
        """Every paragraph and cell of the Word file."""
        word = Document(BytesIO(self.rendered(ref, number, "docx", by)))
        cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(paragraph.text for paragraph in word.paragraphs), *cells])

    def rendered(self, ref: str, number: int, kind: str, by: str) -> bytes:
        order = self.coach.draft(by, ref, number)
        assert order, f"{by} has no draft {number} of {ref}"
        return order.render(kind).content


@dataclass
class Phone:
    """One person's conversation on a platform where a message stands as it was sent until an update shows it anew.

    Nothing appears on it before it is delivered. `shown` is what stands there now, by the platform's own id.
    """

    plant: Plant
    by: str
    channel: str
    shown: dict[str, Reply] = field(default_factory=dict)

    def hear(self, text: str = "", press: Press | None = None, **more: Any) -> Heard:
        """Send this; nothing is delivered."""
        message = self.plant.message(text, press, by=self.by, channel=self.channel, **more)
        return self.plant.coach.hear(message)

    def say(self, *said: str) -> list[Reply]:
        """Type these, each after the answer to the one before it; what came to the last."""
        new: list[Reply] = []
        for text in said:
            self.hear(text)
            new = self.deliver()
        return new

    def press(self, label: str, on: str = "") -> list[Reply]:
        """Press the newest button with this label that can be seen, or that of one message; what came of it."""
        on, press = next(
            (ref, choice.press)
            for ref, reply in reversed(self.shown.items())
            for choice in buttons(reply)
            if label in {choice.label, *self._words(reply, choice)} and on in {"", ref}
        )
        self.hear(press=press, on=on, event_id=f"press:{on}:{press.token()}")
        return self.deliver()

    @staticmethod
    def _words(reply: Reply, choice: Choice) -> list[str]:
        return [fact.change_words for fact in reply.facts if fact.change == choice]

    def deliver(self) -> list[Reply]:
        """Post all that waits on this platform; what is new here."""
        known = set(self.shown)
        self.plant.post(self.channel)
        return [reply for ref, reply in self.shown.items() if ref not in known]

    def start(self, opening: str = COLD) -> str:
        """Begin the playbook that these words call for; the reference of the run."""
        self.say(opening)
        self.press("Yes, let's start")
        return self.plant.focus(self.by)

    def upto(self, step: str, **given: str) -> str:
        """Type `given` answers and the usual ones until `step` is asked, or all is done ("end"); the run."""
        for _ in range(len(ANSWERS) + 5):
            ref = self.plant.focus(self.by)
            asking = self.plant.ledger(ref).asking
            if asking == step or (step == "end" and self.plant.state(ref) in {"finished", "waiting"}):
                return ref
            self.say({**ANSWERS, **given}[asking])
        raise AssertionError(f"{step} was never asked; there stands\n{self.texts}")

    @property
    def newest(self) -> str:
        """The platform's id of the newest message."""
        return list(self.shown)[-1]

    @property
    def open(self) -> list[Reply]:
        """What can be pressed or filled in."""
        return [reply for reply in self.shown.values() if reply.has_controls]

    @property
    def used(self) -> list[str]:
        """What became of the buttons that are gone, in the order of the messages."""
        return [reply.used for reply in self.shown.values() if reply.used]

    @property
    def texts(self) -> str:
        """Everything that stands there, as one text."""
        return "\n\n".join(reply.text for reply in self.shown.values())


def next_release(
    old: Library, edit: Callable[[dict[str, Any]], None], playbook: str = "deviation-open"
) -> Library:
    """The library of the next release, in which this playbook was edited; `edit` gets `{script, uses}` as plain data."""
    book = old.playbooks[playbook]
    tree = json.loads(book.canonical)
    edit(tree)
    canonical = canonical_json(tree)
    script = load_whole(json.loads(canonical))
    assert script.hash == hash_of(tree) != book.script.hash
    return replace(
        old, playbooks={**old.playbooks, playbook: replace(book, script=script, canonical=canonical)}
    )


def step_in(tree: dict[str, Any], step: str) -> dict[str, Any]:
    """A step of the edited playbook, by its name."""
    found: dict[str, Any] = next(each for each in tree["script"]["steps"] if each["id"] == step)
    return found


def buttons(reply: Reply) -> Sequence[Choice]:
    """Everything that can be pressed in a reply."""
    return [*reply.choices, *(fact.change for fact in reply.facts if fact.change)]


def labels(replies: Sequence[Reply]) -> list[str]:
    """The labels of the buttons of these replies."""
    return [choice.label for reply in replies for choice in reply.choices]


def facts(replies: Sequence[Reply]) -> dict[str, str]:
    """The lines of these replies: short name and value."""
    return {fact.label: fact.value for reply in replies for fact in reply.facts}
