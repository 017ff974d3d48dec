"""Hearing a person: one message, one transaction, and nothing kept unless all of it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import structlog

from bot import check_review, promise, saying, used
from bot.attachment import Attachment
from bot.chat import Overview
from bot.content.library import Library
from bot.conversation.group import answer_in_group
from bot.conversation.overview import overview
from bot.conversation.scene import LIVELY, Turn, Waited
from bot.conversation.session import Session
from bot.conversation.turn import rung, take_turn
from bot.document import MEDIA_TYPES, as_docx, as_markdown
from bot.errors import Collided, StoreUnavailable
from bot.keeping import Cause, Keeping
from bot.message import About, Address, Heard, Identity, Message
from bot.picture import MEDIA_TYPE, Painter, PictureFailed
from bot.reply import Reply, picture_name
from bot.saying import Channels
from bot.sight import Sight
from bot.store import (
    addresses,
    blobs,
    inbox,
    outbox,
    parts,
    people,
    rings,
    runs,
    sessions,
    waiting,
)
from bot.store.blobs import Blob
from bot.store.database import Database, Transaction
from bot.used import Standing
from playbooks.act import Act, Fire, TellNext
from playbooks.draft import Around, Draft, draft_of, made_with
from playbooks.figure import drawn
from playbooks.position import resolve
from playbooks.run import (
    Answered,
    Drafted,
    Told,
    fold,
)
from playbooks.script import Figure, HandOver, Stop
from playbooks.sketch import sketch

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

    `new_ref` makes a run reference; it need not be unused. `new_secret` makes what nobody can guess. `painter` draws
    pictures.
    """

    database: Database
    library: Library
    clock: Callable[[], datetime]
    new_ref: Callable[[], str]
    channels: Channels
    new_secret: Callable[[], str]
    painter: Painter = field(default_factory=Painter)


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """A draft still to be laid out: that is done outside the transaction, each time it is fetched."""

    name: str
    draft: Draft
    template: bytes
    painter: Painter

    def render(self, kind: str) -> Rendered:
        """The draft as `docx` or `md`. Raises DocumentRefused for a template that cannot be used.

        Where a picture cannot be drawn, what it shows stands there in words all the same.
        """
        if kind == "docx":
            content = as_docx(self.draft, self.template, dict(self._pictures()))
        else:
            content = as_markdown(self.draft).encode()
        return Rendered(f"{self.name}.{kind}", MEDIA_TYPES[kind], content)

    def _pictures(self) -> Iterator[tuple[str, bytes]]:
        for figure in self.draft.figures:
            if figure.content is not None:
                with suppress(PictureFailed):
                    yield figure.step, self.painter.png(sketch(figure.title, figure.content))


@dataclass(frozen=True, slots=True)
class PictureOrder:
    """A picture still to be drawn: that is done outside the transaction, each time it is fetched."""

    name: str
    spec: Mapping[str, object]
    painter: Painter

    def render(self, within: int = 0) -> Rendered:
        """The picture, no side longer than `within` pixels where that is given. Raises PictureFailed."""
        return Rendered(self.name, MEDIA_TYPE, self.painter.png(self.spec, within))


@dataclass(frozen=True, slots=True)
class Rendered:
    """A draft or a picture as a file."""

    name: str
    media_type: str
    content: bytes


class Coach:
    """Hears what people say, and keeps what came of it; and says what is due."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._sight = Sight(office.library, office.clock, office.new_ref)
        self._keeping = Keeping(office.library, self._sight, office.channels, office.new_secret)

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
        theirs = (rows.get(ref) for ref in (about.run if about else "", focus))
        lent = next(
            (self._sight.lent(conn, person, each) for each in theirs if each and each.person != person.id),
            None,
        )
        row = (mine.get(about.run) if about else None) or mine.get(focus)
        scene = self._sight.scene(conn, person, session, row, watched, lent)
        turn = take_turn(scene, message)
        key = f"{message.address.channel}:{message.event_id}"
        self._keeping.keep(conn, scene, turn, Cause(key, message.address.channel, person.id, message.said_at))
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
            open_runs = [self._sight.open_run(conn, row) for row in in_hand]
            givers = {part.giver for run in open_runs for part in run.ledger.parts.values()}
            return overview(replace(scene, names=self._sight.names(conn, givers)), open_runs)

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

    def review_checks(self) -> int:
        """Ask QA to look at coaching checks that people keep their words against; how many. Raises StoreUnavailable."""
        office = self._office
        return check_review.post(
            office.database, office.library, self._sight, office.channels, office.clock()
        )

    def keep_promises(self) -> int:
        """Tell people who asked for it what became of their question; how many. Raises StoreUnavailable."""
        office = self._office
        return promise.post(
            office.database, office.library, self._sight, office.channels, office.clock(), office.new_secret
        )

    def checks_due(self) -> Sequence[check_review.Due]:
        """The checks that QA should look at and was not asked to yet, because nobody is there now, or it is night."""
        office = self._office
        with office.database.reading() as conn:
            return tuple(check_review.due(conn, office.library, self._sight, office.clock()))

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
        self._keeping.keep(conn, scene, turn, Cause(key, CLOCK, "system", None))

    def _tell_next(self, conn: Transaction, ref: str, step: str) -> None:
        """Nobody has read it in time: tell those who come next on the roster, and the person to phone."""
        row = runs.lock(conn, ref)
        if row is None or not waiting.is_unread(conn, ref, step, self._office.clock()):
            return
        asked = self._sight.script(conn, row.script_hash).by_id.get(step)
        site = self._office.library.sites.get(row.site)
        match asked.does if asked else None:
            case Stop(tell=role) | HandOver(to=role):
                roster = site.rosters.get(role) if site else None
            case _:
                roster = None
        told = waiting.still_told(conn, ref, step)
        backup = [person for person in (roster.backup if roster else ()) if person not in told]
        waiting.look_no_more(conn, ref, step)
        self._ring(conn, ref, TellNext(step, self._sight.active(conn, backup)), step)

    def draft(self, person_id: str, ref: str, number: int) -> DraftOrder | None:
        """Draft `number` of a run, ready to be rendered; None when it is not there or not this person's."""
        with self._office.database.reading() as conn:
            row = runs.get(conn, ref)
            person = people.by_id(conn, person_id)
            if row is None or person is None:
                return None
            if row.person != person_id and not parts.lent_by(conn, person_id, ref):
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
            f"{ref}-draft-{number}",
            draft,
            self._office.library.template_of(script, made.what.step),
            self._office.painter,
        )

    def picture(self, person_id: str, ref: str, number: int) -> PictureOrder | None:
        """The picture that event `number` of a run showed, as it was then; None where there is none for this person.

        It is there for whoever has the run, and for the one it was shown to.
        """
        with self._office.database.reading() as conn:
            row = runs.get(conn, ref)
            if row is None or row.site not in self._office.library.sites:
                return None
            happened = runs.events(conn, ref)[:number]
            shown = happened[-1] if happened and happened[-1].seq == number else None
            if shown is None or not isinstance(shown.what, Told) or person_id not in {row.person, shown.by}:
                return None
            script = self._sight.script(conn, made_with(happened))
        step, place = script.by_id.get(shown.what.step), self._office.library.sites[row.site].place
        if step is None or not isinstance(step.does, Figure):
            return None
        found = drawn(script, step, resolve(script, fold(happened), place), place.zone)
        if found.content is None:
            return None
        return PictureOrder(
            picture_name(ref, number), sketch(found.title, found.content), self._office.painter
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
