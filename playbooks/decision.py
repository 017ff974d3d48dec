"""What happens, and what is said, when a person does something in a run. Pure: events in, new events out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from playbooks.act import (
    Act,
    Back,
    Cancel,
    Change,
    Confirm,
    Digress,
    Keep,
    Pause,
    Picked,
    Put,
    Resume,
    Skip,
    Typed,
)
from playbooks.answer import Place, Trouble, Unclear, options_of, picked_answer, read_answer
from playbooks.draft import fingerprint
from playbooks.errors import UnknownStep
from playbooks.position import Position, check_answer, frozen_answers, resolve
from playbooks.run import (
    Answer,
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
    fold,
)
from playbooks.script import Ask, Document, Finish, Review, Say, Script, Step, Stop
from playbooks.utterance import (
    Alert,
    Aside,
    DraftMade,
    Hint,
    Misread,
    MovedOn,
    Note,
    Notice,
    Question,
    Sheet,
    Spoken,
    Utterance,
)

Reach = Callable[[str], tuple[str, ...]]  # a site role -> the people who stand behind it now, by id


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of an act: the events to append, in order, and what to say, in order."""

    happened: tuple[Event, ...]
    said: tuple[Utterance, ...]


def begin(
    script: Script, given: Mapping[str, tuple[str, ...]], opening: str, now: datetime, by: str, reach: Reach
) -> Decision:
    """A new run of `script` up to its first question. `opening` are the words that led to it."""
    started = Started(script.id, script.version, script.hash, given, opening)
    turn = _Turn(script, (Event(1, now, by, started),), now, by, reach, first_new=0)
    turn.go_on()
    return turn.decision()


def decide(
    script: Script, events: Sequence[Event], act: Act, now: datetime, by: str, place: Place, reach: Reach
) -> Decision:
    """What `act` does to the run of `script` that these `events` are.

    Raises UnknownStep when the act names a step that the script does not have.
    """
    turn = _Turn(script, tuple(events), now, by, reach, first_new=len(events))
    match act:
        case Digress(about):
            turn.digress(about)
        case Pause() | Cancel() | Resume():
            turn.set_aside(act)
        case Change(step_id):
            turn.change(step_id)
        case Back(put):
            turn.back(put)
        case Confirm(answers_hash):
            turn.confirm(answers_hash)
        case Typed() | Picked() | Keep() | Skip():
            turn.answer(act, place)
        case _:
            assert_never(act)
    return turn.decision()


class _Turn:
    """One act being worked out: the events so far and what was said. Lives for one call of `decide`."""

    def __init__(
        self,
        script: Script,
        events: tuple[Event, ...],
        now: datetime,
        by: str,
        reach: Reach,
        first_new: int,
    ) -> None:
        self.script, self.now, self.by = script, now, by
        self.reach, self.events = reach, events
        self.first_new = first_new
        self.said: list[Utterance] = []
        self.ledger = fold(events)
        self.position: Position = resolve(script, self.ledger)

    def decision(self) -> Decision:
        return Decision(self.events[self.first_new :], tuple(self.said))

    def note(self, what: What) -> int:
        """Append `what`, look at the run again, and return the event's number."""
        seq = self.ledger.last_seq + 1
        self.events = (*self.events, Event(seq, self.now, self.by, what))
        self.ledger = fold(self.events)
        self.position = resolve(self.script, self.ledger)
        return seq

    def say(self, utterance: Utterance) -> None:
        self.said.append(utterance)

    # What each act does

    def answer(self, act: Typed | Picked | Keep | Skip, place: Place) -> None:
        """Take an answer to the question that is open now.

        1. An act on an earlier question changes nothing and says so.
        2. The answer is read; what cannot be taken is said, and the question repeated.
        3. It is kept, the script's own hint is said, and the run goes on.
        """
        if not self.is_current(act.put):
            self.say(MovedOn(_words_of(act)))
            self.go_on()
            return
        step = self.open_step()
        if step is None or self.ledger.is_cancelled:
            self.go_on()
            return
        if not isinstance(step.does, Ask):
            self.say(Note(Notice.REVIEW_WAITS))
            self.go_on()
            return
        read = self.read(step, step.does, act, place)
        if isinstance(read, Unclear):
            self.say(Misread(step, read))
            self.go_on()
            return
        self.keep(step, step.does, read, act)
        self.go_on()

    def read(self, step: Step, ask: Ask, act: Typed | Picked | Keep | Skip, place: Place) -> Answer | Unclear:
        read: Answer | Unclear
        match act:
            case Skip():
                return Answer(is_skipped=True)
            case Keep():
                read = self.offered(step, ask) or Unclear(Trouble.EMPTY)
            case Picked(values):
                read = picked_answer(ask, values)
            case Typed(text):
                read = read_answer(ask, text, self.now, place)
            case _:
                assert_never(act)
        if isinstance(read, Unclear):
            return read
        return check_answer(ask, read, self.now, self.answers_on_path())

    def keep(self, step: Step, ask: Ask, answer: Answer, act: Typed | Picked | Keep | Skip) -> None:
        is_correction = self.ledger.correcting == step.id
        standing = self.ledger.answers.get(step.id)
        if is_correction and standing and standing.answer == answer:
            self.note(Kept(step.id))
            self.say(Note(Notice.LEFT_AS_IT_WAS, step))
            return
        if answer.is_skipped:
            self.note(Skipped(step.id))
        else:
            self.note(Answered(step.id, answer.values, answer.is_unknown, said=_words_of(act)))
        if is_correction:
            self.say(Note(Notice.CHANGED, step))
        for hint in _hints(ask, answer):
            self.say(Hint(hint))

    def change(self, step_id: str) -> None:
        step, ask = self.question(step_id)
        if self.ledger.is_cancelled:
            self.go_on()
            return
        on_path = {given.step for given in self.position.live} | set(self.position.ahead)
        if step_id not in on_path:
            if self.position.cursor != step:
                self.say(Note(Notice.NOT_ON_PATH, step))
            elif self.ledger.correcting:
                self.note(Kept(self.ledger.correcting))
            self.go_on()
            return
        self.wake_up()
        turn = self.note(Asked(step_id, is_correction=True))
        self.put_question(step, ask, turn, is_correction=True)

    def back(self, put: Put | None) -> None:
        if not self.is_current(put):
            self.say(MovedOn(""))
        elif self.ledger.correcting:
            self.note(Kept(self.ledger.correcting))
        elif not self.ledger.last_act or self.ledger.is_cancelled:
            self.say(Note(Notice.NOTHING_BEFORE))
        else:
            self.note(Undone(self.ledger.last_act))
            self.say(Note(Notice.TAKEN_BACK))
        self.go_on()

    def confirm(self, answers_hash: str | None) -> None:
        cursor = self.position.cursor
        if cursor is None or not isinstance(cursor.does, Review) or self.ledger.correcting:
            self.say(Note(Notice.NOTHING_TO_CONFIRM))
        elif answers_hash not in {None, self.position.answers_hash}:
            self.say(Note(Notice.REVIEW_CHANGED))
        else:
            self.note(Confirmed(cursor.id, self.position.answers_hash))
        self.go_on()

    def digress(self, about: str) -> None:
        step = self.open_step()
        self.note(Digressed(about))
        if step is not None and about != "repeat":
            self.say(Aside(step, about))
        self.go_on()

    def set_aside(self, act: Pause | Resume | Cancel) -> None:
        is_over = self.open_step() is None or self.ledger.is_cancelled
        match act:
            case _ if is_over:
                self.go_on()
            case Pause():
                if not self.ledger.is_paused:
                    self.note(Paused())
                self.say(Note(Notice.PAUSED))
            case Resume():
                self.say(Note(Notice.WELCOME_BACK))
                self.go_on()
            case Cancel():
                self.note(Cancelled())
                self.say(Note(Notice.CANCELLED))
            case _:
                assert_never(act)

    # Where it goes on

    def go_on(self) -> None:
        """Do every step that needs nobody, then put the next question."""
        if self.ledger.is_cancelled:
            self.say(Note(Notice.IS_OVER))
            return
        self.wake_up()
        if self.ledger.correcting:
            self.put_question(*self.question(self.ledger.correcting), self.ledger.turn, is_correction=True)
            return
        while self.do(self.position.cursor):
            pass
        if self.position.cursor is None and all(isinstance(said, Note) for said in self.said):
            self.say_over()

    def say_over(self) -> None:
        """Nothing is left to do: show the draft that stands, or say that it is over."""
        if self.ledger.drafts:
            made = self.ledger.drafts[-1]
            self.say(DraftMade(self.script.by_id[made.step], made.number))
        else:
            self.say(Note(Notice.IS_OVER))

    def do(self, step: Step | None) -> bool:
        """Do one step; whether there is another to do without the person."""
        if step is None:
            return False
        match step.does:
            case Say() | Finish() as does:
                self.note(Told(step.id, self.position.answers_hash))
                self.say(Spoken(step, does))
            case Stop() as stop:
                to = self.reach(stop.tell)
                self.note(Told(step.id, self.position.answers_hash, stop.tell, to))
                self.say(Alert(step, stop, to))
            case Document():
                self.say(DraftMade(step, self.draft(step)))
            case Review():
                turn = self.turn_of(step)
                self.say(Sheet(step, turn, self.position.at, self.position.of, self.position.answers_hash))
                return False
            case Ask() as ask:
                self.put_question(step, ask, self.turn_of(step), is_correction=False)
                return False
            case _:
                assert_never(step.does)
        return True

    def draft(self, step: Step) -> int:
        number = len(self.ledger.drafts) + 1
        self.note(
            Drafted(
                step.id,
                number,
                upto=self.ledger.last_seq,
                answers_hash=self.position.answers_hash,
                fingerprint=fingerprint(self.script, self.events),
            )
        )
        return number

    def put_question(self, step: Step, ask: Ask, turn: int, *, is_correction: bool) -> None:
        self.say(
            Question(
                step,
                turn,
                self.position.at,
                self.position.of,
                offered=self.offered(step, ask),
                is_correction=is_correction,
            )
        )

    def turn_of(self, step: Step) -> int:
        """The turn of the question now: the one it has, if nothing was answered since it was put."""
        is_put = self.ledger.asking == step.id and self.ledger.turn > self.ledger.last_act
        return self.ledger.turn if is_put and not self.was_undone() else self.note(Asked(step.id))

    def was_undone(self) -> bool:
        """Whether something was taken back after the last question was put."""
        return any(isinstance(event.what, Undone | Kept) for event in self.events[self.ledger.turn :])

    def wake_up(self) -> None:
        if self.ledger.is_paused:
            self.note(Resumed())

    # What the act can see

    def question(self, step_id: str) -> tuple[Step, Ask]:
        step = self.script.by_id.get(step_id)
        if step is None or not isinstance(step.does, Ask):
            msg = f"{self.script.id} has no question {step_id!r}"
            raise UnknownStep(msg)
        return step, step.does

    def open_step(self) -> Step | None:
        """The step a person's words go to now."""
        return self.script.by_id[self.ledger.correcting] if self.ledger.correcting else self.position.cursor

    def is_current(self, put: Put | None) -> bool:
        return put is None or (put.step == self.ledger.asking and put.turn == self.ledger.turn)

    def offered(self, step: Step, ask: Ask) -> Answer | None:
        """An earlier answer to offer again: the standing one, one taken back, or the words that began the run."""
        standing = self.ledger.answers.get(step.id)
        if standing and step.id not in self.position.stale:
            return standing.answer
        if before := standing.answer if standing else self.ledger.earlier.get(step.id):
            return None if before.is_skipped else before
        opening = self.ledger.started.opening
        does_fit = ask.offers_opening and 0 < len(opening) <= ask.max_length
        return Answer((opening,)) if does_fit else None

    def answers_on_path(self) -> dict[str, Answer]:
        """What stands on this path, below the cursor too, and what was frozen when the run started."""
        steps = (*(given.step for given in self.position.live), *self.position.ahead)
        return frozen_answers(self.ledger.started.given) | {
            step: self.ledger.answers[step].answer for step in steps
        }


def _words_of(act: Typed | Picked | Keep | Skip) -> str:
    match act:
        case Typed(text):
            return text
        case Picked(values):
            return ", ".join(values)
        case Keep() | Skip():
            return ""
        case _:
            assert_never(act)


def _hints(ask: Ask, answer: Answer) -> tuple[str, ...]:
    if answer.is_unknown and ask.unknown and ask.unknown.say:
        return (ask.unknown.say,)
    return tuple(option.hint for option in options_of(ask) if option.value in answer.values and option.hint)
