"""Hearing a person: one message, one transaction, and nothing kept unless all of it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from bot import saying, used
from bot.attachment import Attachment
from bot.chat import Overview
from bot.content.library import Library
from bot.conversation.group import answer_in_group
from bot.conversation.guide import Tell
from bot.conversation.overview import overview
from bot.conversation.scene import HAND_OVER, LIVELY, OpenRun, RunChange, Scene, Turn, Waited
from bot.conversation.session import Session
from bot.conversation.turn import rung, take_turn
from bot.document import MEDIA_TYPES, as_docx, as_markdown
from bot.errors import Collided, StoreUnavailable
from bot.message import About, Address, Heard, Identity, Message
from bot.person import Person
from bot.reply import Reply
from bot.saying import Channels
from bot.sight import Sight
from bot.store import (
    addresses,
    audit,
    blobs,
    content,
    events,
    inbox,
    outbox,
    people,
    rings,
    runs,
    sessions,
    waiting,
)
from bot.store.blobs import Blob
from bot.store.database import Database, Transaction
from bot.store.events import EngagementEvent
from bot.used import Standing
from playbooks.act import Act, Fire, TellNext
from playbooks.calendar import HOURS, read_duration
from playbooks.draft import Around, Draft, draft_of, made_with
from playbooks.position import Position
from playbooks.run import (
    Answered,
    Asked,
    Digressed,
    Drafted,
    Ledger,
    Released,
    Seen,
    Skipped,
    Told,
)
from playbooks.script import Script, Stop

_TRIES = 5
_MOST_IN_HAND = 10
_BATCH = 50  # how many due things one round takes up
CLOCK = "clock"  # the channel of what nobody said

log = structlog.get_logger(__name__)


class FocusMoved(StoreUnavailable):
    """The person's other message moved them to another run while this one waited; it is tried again."""

    def __init__(self) -> None:
        super().__init__("other messages of the same person kept coming in between; send this one again")


@dataclass(frozen=True, slots=True)
class Office:
    """What the coach works with: given once, by `bot.app`.

    `new_ref` makes a run reference; it need not be unused.
    """

    database: Database
    library: Library
    clock: Callable[[], datetime]
    new_ref: Callable[[], str]
    channels: Channels


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
    """Hears what people say, and keeps what came of it; and says what is due."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._sight = Sight(office.library, office.clock, office.new_ref)

    def hear(self, message: Message, attachments: Sequence[Attachment] = ()) -> Heard:
        """Take in `message`; returns after the commit. The same event id twice has one effect.

        `attachments` are the files it names; those that became an answer are kept. Raises StoreUnavailable when
        nothing could be kept; the same message may then be sent again.
        """
        for _ in range(_TRIES - 1):
            with suppress(FocusMoved, Collided), self._office.database.writing() as conn:
                return self._hear(conn, message, attachments)
        with self._office.database.writing() as conn:
            return self._hear(conn, message, attachments)

    def _hear(self, conn: Transaction, message: Message, attachments: Sequence[Attachment]) -> Heard:
        """One message in one transaction; no network call happens here.

        1. Who speaks? A stranger changes nothing.
        2. Was this delivery heard before? Then it has had its effect.
        3. Lock the run it is about and the one they are in, then the people. If they meanwhile turned to another
           run, begin again.
        4. Somebody else's run is open to them where it told them something. Elsewhere it is as if it did not exist.
        5. Decide, purely.
        6. Keep the run's events, the session, what we say and to whom, the audit; all or nothing.
        """
        person = people.by_identity(conn, message.sender)
        if person is None or not person.is_active:
            return Heard("stranger")
        if not inbox.remember(conn, message.address.channel, message.event_id, person.id):
            return Heard("duplicate")
        if message.press is None and message.about is None:
            asked = used.asked(self._open(conn, message.address), message.said_at)
            message = replace(message, about=asked)
        about = _about(message)
        focus = sessions.load(conn, person.id).focus
        refs = {about.run if about else focus, focus} - {""}
        rows = {ref: row for ref in sorted(refs) if (row := runs.lock(conn, ref))}
        people.lock(conn, {person.id, *(row.person for row in rows.values())})
        session = sessions.load(conn, person.id)
        if session.focus != focus:
            raise FocusMoved
        open_ = self._open(conn, message.address)  # their other message may have closed some of it
        row = rows.get(about.run) if about else None
        watched = self._sight.watched(conn, person, row, about.step) if about and row else None
        mine = {ref: row for ref, row in rows.items() if row.person == person.id}
        row = (mine.get(about.run) if about else None) or mine.get(focus)
        scene = self._sight.scene(conn, person, session, row, watched)
        turn = take_turn(scene, message)
        key = f"{message.address.channel}:{message.event_id}"
        self._keep(conn, scene, turn, _Cause(key, message.address.channel, person.id, message.said_at))
        for taken in _taken(turn, attachments):
            blobs.keep(conn, Blob(taken.media_type, taken.content))
        saying.say(conn, self._office.channels, scene, key, message, turn, open_)
        return Heard("done")

    def overhear(self, message: Message) -> Heard:
        """Answer a question that was asked in front of others. Nothing is kept of it but that it was answered."""
        with self._office.database.writing() as conn:
            person = people.by_identity(conn, message.sender)
            if person is None or not person.is_active:
                return Heard("stranger")
            if not inbox.remember(conn, message.address.channel, message.event_id, person.id):
                return Heard("duplicate")
            scene = self._sight.scene(conn, person, Session(), None, None)
            key = f"{message.address.channel}:{message.event_id}"
            reply = answer_in_group(scene, message.text)
            saying.answer_in_front_of_others(conn, self._office.channels, person.id, key, message, reply)
            return Heard("done")

    def objection(self, message: Message) -> str:
        """Why this answer would not be taken, in words for the person; empty when it would. Changes nothing."""
        with self._office.database.reading() as conn:
            person = people.by_identity(conn, message.sender)
            if person is None or not person.is_active:
                return ""
            session = sessions.load(conn, person.id)
            about = _about(message)
            rows = {ref: runs.get(conn, ref) for ref in {about.run if about else "", session.focus} - {""}}
            mine = {ref: row for ref, row in rows.items() if row and row.person == person.id}
            row = (mine.get(about.run) if about else None) or mine.get(session.focus)
            return take_turn(self._sight.scene(conn, person, session, row, None), message).unclear

    def overview(self, sender: Identity) -> Overview | None:
        """What this person has with the coach; None for a stranger."""
        with self._office.database.reading() as conn:
            person = people.by_identity(conn, sender)
            if person is None or not person.is_active:
                return None
            scene = self._sight.scene(conn, person, Session(), None, None)
            in_hand = runs.of_person(conn, person.id, LIVELY)[:_MOST_IN_HAND]
            return overview(scene, [self._sight.open_run(conn, row) for row in in_hand])

    def _open(self, conn: Transaction, address: Address) -> list[Standing]:
        """What can still be pressed at this address; on a page, the page knows."""
        if not self._office.channels.is_pushed(address.channel):
            return []
        return used.standing(outbox.open_at(conn, address))

    def apologise(self, conn: Transaction, message: outbox.OutboxMessage) -> None:
        """Say what became of a message that will never be posted, where the person waits for it."""
        saying.apologise(conn, self._office.channels, self._sight.english, message)

    # What is due

    def ring(self) -> int:
        """Say what is due: clocks that reached a mark, and what nobody has read in time. Returns how much was due.

        Each in a transaction of its own: one that goes wrong is logged and does not come up again until something
        happens in its run, so that it keeps no other waiting. Several processes may ring at once. Raises
        StoreUnavailable.
        """
        now = self._office.clock()
        with self._office.database.reading() as conn:
            clocks, unread = rings.due(conn, now, _BATCH), waiting.unread(conn, now, _BATCH)
        for ref, clock in clocks:
            self._each(ref, clock, partial(self._ring, ref=ref, act=Fire(clock), what=clock), rings.put_off)
        for ref, step in unread:
            self._each(ref, step, partial(self._tell_next, ref=ref, step=step), waiting.look_no_more)
        return len(clocks) + len(unread)

    def _each(
        self,
        ref: str,
        what: str,
        do: Callable[[Transaction], None],
        give_up: Callable[[Transaction, str, str], None],
    ) -> None:
        try:
            with self._office.database.writing() as conn:
                do(conn)
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("what was due in a run could not be said", run=ref, what=what)
            with self._office.database.writing() as conn:
                give_up(conn, ref, what)

    def _ring(self, conn: Transaction, ref: str, act: Act, what: str) -> None:
        row = runs.lock(conn, ref)
        owner = people.by_id(conn, row.person) if row else None
        if row is None or owner is None or owner.site not in self._office.library.sites:
            rings.put_off(conn, ref, what)
            return
        people.lock(conn, {owner.id})
        scene = self._sight.scene(conn, owner, sessions.load(conn, owner.id), row, None)
        turn = rung(scene, self._sight.open_run(conn, row), act)
        if not turn.changes:
            rings.put_off(conn, ref, what)
            return
        key = f"{CLOCK}:{ref}:{turn.changes[0].events[0].seq}"
        self._keep(conn, scene, turn, _Cause(key, CLOCK, "system", None))

    def _tell_next(self, conn: Transaction, ref: str, step: str) -> None:
        """Nobody has read it in time: tell those who come next on the roster, and the person to phone."""
        row = runs.lock(conn, ref)
        if row is None or not waiting.is_unread(conn, ref, step, self._office.clock()):
            return
        asked = self._sight.script(conn, row.script_hash).by_id.get(step)
        site = self._office.library.sites.get(row.site)
        roster = (
            site.rosters.get(asked.does.tell) if site and asked and isinstance(asked.does, Stop) else None
        )
        told = waiting.told(conn, ref, step)
        backup = [person for person in (roster.backup if roster else ()) if person not in told]
        waiting.look_no_more(conn, ref, step)
        self._ring(conn, ref, TellNext(step, self._sight.active(conn, backup)), step)

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
            script = self._sight.script(conn, made_with(happened[: made.what.upto]))
            told = {each for event in happened if isinstance(event.what, Told) for each in event.what.to}
            names = self._sight.names(conn, {event.by for event in happened} | told)
        site = self._office.library.sites[row.site]
        around = Around(ref, site.name, names, self._office.library.status_note(script, site))
        draft = draft_of(script, happened, made, site.place, around)
        return DraftOrder(
            f"{ref}-draft-{number}", draft, self._office.library.template_of(script, made.what.step)
        )

    def said(self, message: Message) -> Reply | None:
        """What our message that was pressed says now, to the person it was said to; None when it is not known.

        One that can still be pressed is also found by what it asks, where nobody knows yet what the platform calls it.
        """
        with self._office.database.reading() as conn:
            person = people.by_identity(conn, message.sender)
            address_id = addresses.find(conn, message.address)
            row = outbox.shown(conn, address_id, message.on) if address_id and message.on else None
            found = used.standing([row])[0] if row else used.met(self._open(conn, message.address), message)
            return found.reply if person and found and found.row.person == person.id else None

    def waits(self, person_id: str) -> Sequence[Waited]:
        """What waits for this person: as many things as the coach would list."""
        with self._office.database.reading() as conn:
            person = people.by_id(conn, person_id)
            return self._sight.waits(conn, person) if person else ()

    # What is kept

    def _keep(self, conn: Transaction, scene: Scene, turn: Turn, cause: _Cause) -> None:
        """Keep every run's new events, the session, what waits for whom, the clocks, and what others are told."""
        entries: list[audit.Entry] = []
        for change in turn.changes:
            standing = _standing(scene, change)
            words = self._keep_run(conn, scene, change, cause)
            entries += _entries(change, standing, words, cause)
            events.record(conn, _engagement(change, scene.person))
        if turn.helped is not None:
            events.record(conn, [_rating(scene, is_helpful=turn.helped)])
        if turn.session != scene.session:
            sessions.save(conn, scene.person.id, turn.session)
        for tell in turn.tells:
            if tell.role:
                waiting.post(
                    conn,
                    tell.run,
                    tell.step,
                    tell.role,
                    tell.people,
                    now=scene.now,
                    unread_at=self._unread_at(conn, scene, tell),
                )
        for change in turn.changes:
            self._settle_waiting(conn, change, scene.now)
            self._settle_clocks(conn, scene, change)
        saying.tell(conn, self._office.channels, cause.key, turn)
        stream = audit.SYSTEM if cause.by == "system" else audit.person_stream(cause.by)
        audit.append(conn, stream, entries)

    def _keep_run(
        self, conn: Transaction, scene: Scene, change: RunChange, cause: _Cause
    ) -> Mapping[int, str]:
        """Keep the run's new events; the salted hash of the words of each event that has any, by its number."""
        if change.begun:
            self._keep_script(conn, change.begun)
            runs.begin(conn, _new_row(scene, change, change.begun))
        if change.moved_to:
            self._keep_script(conn, change.moved_to)
            runs.move(conn, change.ref, change.moved_to.version, change.moved_to.hash)
        if change.given_to:
            runs.give(conn, change.ref, change.given_to)
        words: Mapping[int, str] = {}
        if change.events:
            whats = [event.what for event in change.events]
            first, at = change.events[0].seq, scene.now
            added = runs.append(conn, change.ref, first - 1, whats, at=at, by=cause.by, channel=cause.channel)
            words = added.words
        before = _before(scene, change)
        stood = "open" if change.begun else before.state if before else None
        if change.state != stood:
            runs.settle(conn, change.ref, change.state)
        return words

    def _keep_script(self, conn: Transaction, script: Script) -> None:
        content.keep(conn, script.hash, self._office.library.playbooks[script.id].canonical)

    def _unread_at(self, conn: Transaction, scene: Scene, tell: Tell) -> datetime | None:
        """When somebody should have read what a stop told; None where the script names no time."""
        row = runs.get(conn, tell.run)
        step = self._sight.script(conn, row.script_hash).by_id.get(tell.step) if row else None
        fallback = step.does.if_no_answer if step and isinstance(step.does, Stop) else None
        if fallback is None:
            return None
        return scene.site.place.calendar(HOURS).after(scene.now, read_duration(fallback.after))

    def _settle_waiting(self, conn: Transaction, change: RunChange, now: datetime) -> None:
        """What was read or released needs nobody else; a run that was ended needs nobody at all."""
        for event in change.events:
            if isinstance(event.what, Seen):
                waiting.see(conn, change.ref, event.what.step, event.by, now)
            elif isinstance(event.what, Released) and event.what.how == "self":
                waiting.look_no_more(
                    conn, change.ref, event.what.step
                )  # those who have not read it still should
            elif isinstance(event.what, Released):
                waiting.done(conn, change.ref, event.what.step, now)
        if change.given_to or change.state == "finished":
            waiting.done(conn, change.ref, HAND_OVER, now)
        if change.state == "cancelled":
            waiting.done(conn, change.ref, "", now)

    def _settle_clocks(self, conn: Transaction, scene: Scene, change: RunChange) -> None:
        before = _before(scene, change)
        script = change.moved_to or change.begun or (before.script if before else None)
        if script is None or not script.clocks or change.after is None:
            return
        ledger, position = change.after.ledger, change.after.position
        rings.settle(conn, change.ref, {} if ledger.is_over else _next_rings(position, ledger))


@dataclass(frozen=True, slots=True)
class _Cause:
    """What a turn came from: a key that no other has, the channel, who did it, and the platform's own time."""

    key: str
    channel: str
    by: str
    said_at: datetime | None


def _about(message: Message) -> About | None:
    """What the message is about. Words go to another run than theirs only under a question of it."""
    if message.press and message.press.about:
        return message.press.about
    is_under_question = message.about is not None and message.about.turn > 0
    return message.about if is_under_question else None


def _taken(turn: Turn, attachments: Sequence[Attachment]) -> list[Attachment]:
    """The files that became an answer."""
    answers = [event.what for change in turn.changes for event in change.events]
    values = {value for what in answers if isinstance(what, Answered) for value in what.values}
    return [each for each in attachments if each.upload.as_value() in values]


def _new_row(scene: Scene, change: RunChange, script: Script) -> runs.RunRow:
    return runs.RunRow(
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


def _next_rings(position: Position, ledger: Ledger) -> dict[str, datetime]:
    """For each clock that runs, when it reaches its next mark."""
    next_at = {}
    for running in position.clocks:
        due = running.due_at.isoformat()
        fired = {percent for percent, of in ledger.fired.get(running.clock.id, ()) if of == due}
        ahead = [mark for mark in running.marks if mark not in fired]
        if ahead and not running.is_stopped:
            next_at[running.clock.id] = running.at(ahead[0])
    return next_at


def _before(scene: Scene, change: RunChange) -> OpenRun | None:
    """The run as it was before the change; None where it begins with it."""
    known = (scene.run, scene.watched.run if scene.watched else None)
    return next((run for run in known if run and run.ref == change.ref and not change.begun), None)


def _standing(scene: Scene, change: RunChange) -> Mapping[str, int]:
    """The event that gave each standing answer before the change, by step."""
    before = _before(scene, change)
    return {step: given.seq for step, given in before.ledger.answers.items()} if before else {}


def _entries(
    change: RunChange, standing: Mapping[str, int], words: Mapping[int, str], cause: _Cause
) -> list[audit.Entry]:
    """The audit of a run's new events. What was only shown (a question, a digression) is no act of the person."""
    entries = []
    for event in change.events:
        what = event.what
        if isinstance(what, Asked | Digressed):
            continue
        step = getattr(what, "step", "")
        before = standing.get(step) if isinstance(what, Answered | Skipped) else None
        entries.append(
            audit.Entry(
                actor=cause.by,
                action=f"run.{what.kind}",
                object=f"{change.ref}/{step}" if step else change.ref,
                before=f"event {before}" if before else "",
                after=f"event {event.seq}" + (f" {words[event.seq]}" if event.seq in words else ""),
                said_at=cause.said_at,
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


def _rating(scene: Scene, *, is_helpful: bool) -> EngagementEvent:
    """That somebody said whether an answer helped; not which, as long as answers have no ids."""
    detail = {"helped": "yes" if is_helpful else "no"}
    return EngagementEvent(scene.now, scene.person.id, scene.person.site, "rated", "answer", detail)
