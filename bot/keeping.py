"""What is kept of a turn: the events of runs, the session, what waits for whom, clocks, figures and the audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot import saying
from bot.content.library import Library
from bot.conversation.guide import Tell
from bot.conversation.scene import HAND_OVER, OpenRun, RunChange, Scene, Turn
from bot.conversation.session import Unsettled
from bot.person import Person
from bot.saying import Channels
from bot.sight import Sight
from bot.store import (
    audit,
    content,
    events,
    parts,
    people,
    questions,
    rings,
    runs,
    sessions,
    waiting,
)
from bot.store.database import Transaction
from bot.store.events import EngagementEvent
from bot.store.questions import NewQuestion
from knowledge.question import nameless
from playbooks.calendar import HOURS, read_duration
from playbooks.position import Position
from playbooks.run import (
    Answered,
    Asked,
    Coached,
    Digressed,
    HandedBack,
    HandedOver,
    Ledger,
    Released,
    Seen,
    Skipped,
    StoodBy,
    Together,
)
from playbooks.script import HandOver, Script, Stop


@dataclass(frozen=True, slots=True)
class Cause:
    """What a turn came from: a key that no other has, the channel, who did it, and the platform's own time."""

    key: str
    channel: str
    by: str
    said_at: datetime | None


class Keeping:
    """Keeps what came of turns, in the transaction of each. `new_secret` makes what nobody can guess."""

    def __init__(
        self, library: Library, sight: Sight, channels: Channels, new_secret: Callable[[], str]
    ) -> None:
        self._library, self._sight, self._channels = library, sight, channels
        self._new_secret = new_secret

    def keep(self, conn: Transaction, scene: Scene, turn: Turn, cause: Cause) -> None:
        """Keep every run's new events, the session, what waits for whom, the clocks, and what others are told."""
        entries: list[audit.Entry] = []
        for change in turn.changes:
            standing = _standing(scene, change)
            words = self._keep_run(conn, scene, change, cause)
            entries += _entries(change, standing, words, cause)
            events.record(conn, _engagement(change, scene.person))
            events.record(conn, _coaching(scene, _before(scene, change), change))
        events.record(conn, [_of_check(scene, verb, check) for verb, check in turn.coached])
        if turn.helped is not None:
            events.record(conn, [_rating(scene, is_helpful=turn.helped)])
        self._keep_questions(conn, scene, turn)
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
        saying.tell(conn, self._channels, cause.key, turn)
        stream = audit.SYSTEM if cause.by == "system" else audit.person_stream(cause.by)
        audit.append(conn, stream, entries)

    def _keep_run(
        self, conn: Transaction, scene: Scene, change: RunChange, cause: Cause
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

    def _keep_questions(self, conn: Transaction, scene: Scene, turn: Turn) -> None:
        """Keep a question that no answer settled, without names; and apart from it, that its person wants to hear."""
        if turn.unsettled:
            question = _without_names(conn, scene, turn.unsettled)
            questions.keep(conn, question, scene.now, self._new_secret())
        if turn.awaits:
            question = _without_names(conn, scene, turn.awaits)
            questions.promise(conn, question, scene.person.id, self._new_secret())

    def _keep_script(self, conn: Transaction, script: Script) -> None:
        content.keep(conn, script.hash, self._library.playbooks[script.id].canonical)

    def _unread_at(self, conn: Transaction, scene: Scene, tell: Tell) -> datetime | None:
        """When somebody should have read what a stop told, or accepted what is handed over; None where no time is named."""
        row = runs.get(conn, tell.run)
        step = self._sight.script(conn, row.script_hash).by_id.get(tell.step) if row else None
        fallback = step.does.if_no_answer if step and isinstance(step.does, Stop | HandOver) else None
        if fallback is None:
            return None
        return scene.site.place.calendar(HOURS).after(scene.now, read_duration(fallback.after))

    def _settle_waiting(self, conn: Transaction, change: RunChange, now: datetime) -> None:
        """What was read, released or accepted needs nobody else; a run that was ended needs nobody at all."""
        for event in change.events:
            if isinstance(event.what, Seen):
                waiting.see(conn, change.ref, event.what.step, event.by, now)
            elif isinstance(event.what, Released) and event.what.how == "self":
                waiting.look_no_more(
                    conn, change.ref, event.what.step
                )  # those who have not read it still should
            elif isinstance(event.what, Released | Together | HandedOver) and event.what.step:
                waiting.done(conn, change.ref, event.what.step, now)
        moved = any(isinstance(event.what, HandedOver | HandedBack) for event in change.events)
        if moved and change.after:
            parts.settle(conn, change.ref, change.after.ledger.parts.values())
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


def _without_names(conn: Transaction, scene: Scene, unsettled: Unsettled) -> NewQuestion:
    names = [person.name for person in people.everyone(conn, scene.site.id)]
    text, site, known = nameless(unsettled.text, names), scene.site.id, scene.knowledge.hash
    return NewQuestion(unsettled.kind, text, unsettled.entry, site, scene.person.role, known)


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
    others = (scene.watched.run if scene.watched else None, scene.lent.run if scene.lent else None)
    known = (scene.run, *others)
    return next((run for run in known if run and run.ref == change.ref and not change.begun), None)


def _standing(scene: Scene, change: RunChange) -> Mapping[str, int]:
    """The event that gave each standing answer before the change, by step."""
    before = _before(scene, change)
    return {step: given.seq for step, given in before.ledger.answers.items()} if before else {}


def _entries(
    change: RunChange, standing: Mapping[str, int], words: Mapping[int, str], cause: Cause
) -> list[audit.Entry]:
    """The audit of a run's new events. What was only shown (a question, a digression) is no act of the person."""
    entries = []
    for event in change.events:
        what = event.what
        if isinstance(what, Asked | Coached | Digressed):
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


def _coaching(scene: Scene, before: OpenRun | None, change: RunChange) -> list[EngagementEvent]:
    """What became of the coaching checks' questions: only which check it was, and whether the words were kept."""
    ledger = before.ledger if before else None
    step, checks = (ledger.coaching, ledger.coached_by) if ledger else ("", ())
    found: list[tuple[str, str]] = []
    for event in change.events:
        match event.what:
            case Coached(step, checks):
                found += [(events.COACHED, check) for check in checks]
            case StoodBy(_, kept):
                found += [(events.STOOD_BY, check) for check in kept]
                step = ""
            case Answered(step=answered) if answered == step:
                found += [(events.REVISED, check) for check in checks]
                step = ""
            case _:
                pass
    return [_of_check(scene, verb, check) for verb, check in found]


def _of_check(scene: Scene, verb: str, check: str) -> EngagementEvent:
    return EngagementEvent(scene.now, scene.person.id, scene.person.site, verb, check)


def _rating(scene: Scene, *, is_helpful: bool) -> EngagementEvent:
    """That somebody said whether an answer helped; not which, as long as answers have no ids."""
    detail = {"helped": "yes" if is_helpful else "no"}
    return EngagementEvent(scene.now, scene.person.id, scene.person.site, "rated", "answer", detail)
