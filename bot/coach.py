"""Hearing a person: one message, one transaction, and nothing kept unless all of it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from bot.content import Library
from bot.conversation.guide import Tell
from bot.conversation.session import Session
from bot.conversation.turn import MadeDraft, OpenRun, RunCard, RunChange, Scene, Turn, take_turn
from bot.conversation.wording import Wording, read_wording
from bot.document import MEDIA_TYPES, as_docx, as_markdown
from bot.errors import StoreUnavailable
from bot.message import Address, Heard, Message
from bot.person import Person
from bot.reply import Reply
from bot.site import Site
from bot.store import addresses, audit, content, events, inbox, outbox, people, runs, sessions
from bot.store.addresses import StoredAddress
from bot.store.database import Database, Transaction
from bot.store.events import EngagementEvent
from bot.store.outbox import NewMessage
from playbooks.draft import Draft, draft_of
from playbooks.loader import load
from playbooks.run import Answered, Asked, Digressed, Drafted, RunState, Skipped, fold
from playbooks.script import Document, Script

_TRIES = 5
_MOST_CARDS = 3
_BUTTONS_BACK = 30  # how far back a button may stand and still be told in its own words
NOT_APPROVED = "Not yet approved by your site."
_LIVELY: tuple[RunState, ...] = ("open", "paused")


class FocusMoved(StoreUnavailable):
    """The person's other message moved them to another run while this one waited; it is tried again."""

    def __init__(self) -> None:
        super().__init__("other messages of the same person kept coming in between; send this one again")


@dataclass(frozen=True, slots=True)
class Office:
    """What the coach works with: given once, by `bot.app`.

    `pulled` are the channels whose people read their transcript from the store themselves, and `home` is the one of
    them where a person is written to who never spoke. `new_ref` makes a run
    reference; it need not be unused.
    """

    database: Database
    library: Library
    clock: Callable[[], datetime]
    new_ref: Callable[[], str]
    pulled: frozenset[str]
    home: str


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """A draft still to be laid out: that is done outside the transaction, each time it is fetched."""

    name: str
    draft: Draft
    template: bytes

    def render(self, kind: str) -> Rendered:
        """The draft as `docx` or `md`. Raises DocumentRefused for a template that cannot be used."""
        content = as_docx(self.draft, self.template) if kind == "docx" else as_markdown(self.draft).encode()
        return Rendered(f"{self.name}.{kind}", MEDIA_TYPES[kind], content)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A draft as a file."""

    name: str
    media_type: str
    content: bytes


class Coach:
    """Hears what people say, and keeps what came of it."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._wordings = {language: read_wording(text) for language, text in office.library.wordings.items()}
        self._shipped = {book.script.hash: book.script for book in office.library.playbooks.values()}
        self._kept_script = lru_cache(maxsize=64)(_load_kept)

    def hear(self, message: Message) -> Heard:
        """Take in `message`; returns after the commit. The same event id twice has one effect.

        Raises StoreUnavailable when nothing could be kept; the same message may then be sent again.
        """
        for _ in range(_TRIES - 1):
            with suppress(FocusMoved), self._office.database.writing() as conn:
                return self._hear(conn, message)
        with self._office.database.writing() as conn:
            return self._hear(conn, message)

    def _hear(self, conn: Transaction, message: Message) -> Heard:
        """One message in one transaction; no network call happens here.

        1. Who speaks? A stranger changes nothing.
        2. Was this delivery heard before? Then it has had its effect.
        3. Lock the run the words go to, then the person. If they meanwhile turned to another run, begin again.
        4. Decide, purely.
        5. Keep the run's events, the session, what we say and to whom, the audit; all or nothing.
        """
        person = people.by_identity(conn, message.sender)
        if person is None or not person.is_active:
            return Heard("stranger")
        if not inbox.remember(conn, message.address.channel, message.event_id, person.id):
            return Heard("duplicate")
        about = (message.press.about if message.press else None) or message.about
        ref = about.run if about else sessions.load(conn, person.id).focus
        row = runs.lock(conn, ref) if ref else None
        people.lock(conn, [person.id])
        session = sessions.load(conn, person.id)
        if about is None and session.focus != ref:
            raise FocusMoved
        if row and row.person != person.id:
            row = None
        scene = self._scene(conn, person, session, row)
        turn = take_turn(scene, message)
        self._keep(conn, scene, message, turn)
        return Heard("done")

    def draft(self, person_id: str, ref: str, number: int) -> DraftOrder | None:
        """Draft `number` of a run, ready to be rendered; None when it is not there or not this person's."""
        with self._office.database.reading() as conn:
            row = runs.get(conn, ref)
            person = people.by_id(conn, person_id)
            if row is None or person is None or row.person != person_id:
                return None
            happened = runs.events(conn, ref)
            made = next(
                (e for e in happened if isinstance(e.what, Drafted) and e.what.number == number), None
            )
            if made is None or not isinstance(made.what, Drafted):
                return None
            script = self.script(conn, row.script_hash)
            names = {
                by: found.name for by in {event.by for event in happened} if (found := people.by_id(conn, by))
            }
        site = self._office.library.sites[row.site]
        draft = draft_of(
            script,
            happened,
            made,
            run=ref,
            site=site.name,
            zone=site.zone,
            names=names,
            status_note=NOT_APPROVED,
        )
        return DraftOrder(
            f"{ref}-draft-{number}", draft, self._office.library.template_of(script, made.what.step)
        )

    # What a turn may look at

    def _scene(self, conn: Transaction, person: Person, session: Session, row: runs.RunRow | None) -> Scene:
        site = self._office.library.sites[person.site]
        now = self._office.clock()
        lively = [
            other for other in runs.of_person(conn, person.id, _LIVELY) if not row or other.ref != row.ref
        ]
        return Scene(
            person=person,
            site=site,
            session=session,
            run=self._open_run(conn, row) if row else None,
            others=tuple(RunCard(other.ref, other.title) for other in lively[:_MOST_CARDS]),
            shelf=self._office.library.shelf(site, now.date()),
            wording=self._wording(person),
            sources=self._office.library.sources,
            now=now,
            new_ref=lambda: self._unused_ref(conn),
            reach=lambda role: self._reach(conn, site, role),
            drafts=lambda: self._drafts(conn, person),
        )

    def _open_run(self, conn: Transaction, row: runs.RunRow) -> OpenRun:
        return OpenRun(
            row.ref, row.title, self.script(conn, row.script_hash), runs.events(conn, row.ref), row.state
        )

    def script(self, conn: Transaction, script_hash: str) -> Script:
        """The script with this hash: shipped now, or kept because a run was begun with it."""
        shipped = self._shipped.get(script_hash)
        return shipped or self._kept_script(content.get(conn, script_hash) or "")

    def _wording(self, person: Person) -> Wording:
        return self._wordings.get(person.language) or self._wordings["en"]

    def _unused_ref(self, conn: Transaction) -> str:
        while runs.taken(conn, ref := self._office.new_ref()):
            pass
        return ref

    def _drafts(self, conn: Transaction, person: Person) -> Sequence[MadeDraft]:
        """Every draft of the person, the latest run first."""
        return tuple(
            MadeDraft(
                row.ref, row.title, made.number, _formats(self.script(conn, row.script_hash), made.step)
            )
            for row in runs.of_person(conn, person.id)
            for made in (event.what for event in runs.events(conn, row.ref))
            if isinstance(made, Drafted)
        )

    def _reach(self, conn: Transaction, site: Site, role: str) -> tuple[str, ...]:
        """The people on the role's roster who are in the directory and active."""
        roster = site.rosters.get(role)
        found = [people.by_id(conn, person_id) for person_id in roster.people] if roster else []
        return tuple(person.id for person in found if person and person.is_active)

    # What is kept

    def _keep(self, conn: Transaction, scene: Scene, message: Message, turn: Turn) -> None:
        person = scene.person
        address = addresses.find_or_add(conn, message.address, person.id)
        entries: list[audit.Entry] = []
        if turn.change:
            words = self._keep_run(conn, scene, turn.change, message.address.channel)
            entries = _entries(scene, turn.change, words, message)
            events.record(conn, _engagement(turn.change, person))
        if turn.session != scene.session:
            sessions.save(conn, person.id, turn.session)
        outbox.write(conn, self._said(conn, message, turn, address), self._office.pulled)
        audit.append(conn, audit.person_stream(person.id), entries)

    def _keep_run(
        self, conn: Transaction, scene: Scene, change: RunChange, channel: str
    ) -> Mapping[int, str]:
        """Keep the run's new events; the salted hash of the words of each event that has any, by its number."""
        first = change.events[0]
        if change.begun:
            script = change.begun
            content.keep(conn, script.hash, self._office.library.playbooks[script.id].canonical)
            row = runs.RunRow(
                ref=change.ref,
                person=scene.person.id,
                site=scene.site.id,
                script=script.id,
                version=script.version,
                script_hash=script.hash,
                title=change.title,
                state="open",
                started_at=scene.now,
                touched_at=scene.now,
            )
            runs.begin(conn, row)
        whats = [event.what for event in change.events]
        kept = runs.append(
            conn, change.ref, first.seq - 1, whats, at=scene.now, by=scene.person.id, channel=channel
        )
        if change.begun is None or change.state != "open":
            runs.settle(conn, change.ref, change.state)
        return kept.words

    def _said(
        self, conn: Transaction, message: Message, turn: Turn, address: StoredAddress
    ) -> list[NewMessage]:
        """Everything this turn says, in order: what the person said, our replies, and what others are told."""
        key = f"{message.address.channel}:{message.event_id}"
        channel, person_id = message.address.channel, address.person
        said = []
        if channel in self._office.pulled:
            said.append(
                NewMessage(
                    f"{key}:echo", address.id, channel, person_id, "echo", _words(conn, message, address)
                )
            )
        for number, reply in enumerate(turn.replies):
            said.append(
                NewMessage(f"{key}:{number}", address.id, channel, person_id, "reply", reply.to_json())
            )
        for tell in turn.tells:
            said += [self._telling(conn, key, tell, person_id) for person_id in tell.people]
        return said

    def _telling(self, conn: Transaction, key: str, tell: Tell, person_id: str) -> NewMessage:
        """What one other person is told, where they spoke with us last; else on the page they will open."""
        home = Address(self._office.home, person_id)
        address = addresses.last_private(conn, person_id) or addresses.find_or_add(conn, home, person_id)
        return NewMessage(
            f"{key}:tell:{tell.step}:{person_id}",
            address.id,
            address.address.channel,
            person_id,
            "tell",
            tell.reply.to_json(),
        )


def _words(conn: Transaction, message: Message, address: StoredAddress) -> str:
    """What the person said. A press is told in the words we put on the button, never in words a page sends along."""
    press = message.press
    if press is None:
        return message.text
    lately = outbox.earlier(conn, address.id, None, _BUTTONS_BACK)
    replies = (Reply.from_json(row.payload) for row in reversed(lately) if row.kind != "echo")
    found = (words for reply in replies if (words := reply.words_of(press)))
    return next(found, ", ".join(press.values) or press.action)


def _load_kept(canonical: str) -> Script:
    return load(json.loads(canonical))


def _formats(script: Script, step_id: str) -> tuple[str, ...]:
    does = script.by_id[step_id].does
    return does.formats if isinstance(does, Document) else ()


def _entries(
    scene: Scene, change: RunChange, words: Mapping[int, str], message: Message
) -> list[audit.Entry]:
    """The audit of a run's new events. What was only shown (a question, a digression) is no act of the person."""
    standing = fold(scene.run.events).answers if scene.run and not change.begun else {}
    entries = []
    for event in change.events:
        what = event.what
        if isinstance(what, Asked | Digressed):
            continue
        step = getattr(what, "step", "")
        before = standing.get(step) if isinstance(what, Answered | Skipped) else None
        entries.append(
            audit.Entry(
                actor=scene.person.id,
                action=f"run.{what.kind}",
                object=f"{change.ref}/{step}" if step else change.ref,
                before=f"event {before.seq}" if before else "",
                after=f"event {event.seq}" + (f" {words[event.seq]}" if event.seq in words else ""),
                said_at=message.said_at,
            )
        )
    return entries


def _engagement(change: RunChange, person: Person) -> list[EngagementEvent]:
    """What the figures count: runs begun, drafted and ended, never what was written."""
    verbs = {"started": "initialized", "drafted": "completed", "cancelled": "terminated"}
    return [
        EngagementEvent(event.at, person.id, person.site, verbs[event.what.kind], change.ref)
        for event in change.events
        if event.what.kind in verbs
    ]
