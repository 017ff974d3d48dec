"""What happens, and what is said, when a person does something in a run. Pure: events in, new events out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, assert_never

from playbooks.act import (
    Accept,
    Act,
    Answering,
    Back,
    Cancel,
    Change,
    Confirm,
    Digress,
    Fire,
    Free,
    GiveTo,
    Hurry,
    Keep,
    Move,
    Pause,
    Picked,
    Put,
    Resume,
    See,
    Send,
    Skip,
    TakeBack,
    TellNext,
    Typed,
)
from playbooks.answer import (
    Trouble,
    Unclear,
    is_no,
    is_yes,
    options_of,
    picked_answer,
    read_answer,
    sent_answer,
)
from playbooks.coaching.catalogue import Listener
from playbooks.coaching.in_run import asked_again, is_about_evidence, lets_it_be, looked_at, revised
from playbooks.draft import fingerprint
from playbooks.errors import UnknownStep
from playbooks.heard import heard
from playbooks.place import Place
from playbooks.position import (
    Position,
    RunningClock,
    basis_of,
    basis_of_figure,
    check_answer,
    frozen_answers,
    has_options,
    resolve,
)
from playbooks.run import (
    MISREAD,
    Answer,
    Answered,
    Asked,
    Book,
    Cancelled,
    Carried,
    ClockFired,
    ClockStarted,
    Coached,
    Confirmed,
    Declined,
    Digressed,
    Drafted,
    Event,
    HandedBack,
    HandedOver,
    Hurried,
    Kept,
    Ledger,
    MovedVersion,
    Paused,
    Reasoned,
    Released,
    Resumed,
    Seen,
    Skipped,
    Started,
    StoodBy,
    Together,
    Told,
    Undone,
    Waited,
    What,
)
from playbooks.script import (
    Ask,
    Document,
    Figure,
    Finish,
    GoTo,
    HandBack,
    HandOver,
    Review,
    Say,
    Script,
    Step,
    Stop,
)
from playbooks.shown import live_lines
from playbooks.utterance import (
    Alert,
    Aside,
    ClockRang,
    ClockSet,
    DraftMade,
    Freed,
    GoneTo,
    Held,
    Hint,
    Misread,
    MovedOn,
    Note,
    Notice,
    Offered,
    Pictured,
    Question,
    ReadBy,
    ReasonAsked,
    Returned,
    Sheet,
    Spoken,
    Unaccepted,
    Unread,
    Utterance,
    WordsAsked,
)

Reach = Callable[[str], tuple[str, ...]]  # a site role -> the people who stand behind it now, by id

REASON = "reason"  # the question why an answer was changed, where a step's name would stand
MAX_REASON = 300
NOW = "now"  # the follow-up of what cannot wait
SELF, ROLE_ON_SHIFT = "self", "supervisor_on_shift"
SELF_THEN_ROLE = "self_then_role_on_shift"


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of an act: the events to append, in order, what to say, in order, and how the run stands then."""

    happened: tuple[Event, ...]
    said: tuple[Utterance, ...]
    ledger: Ledger
    position: Position


@dataclass(frozen=True, slots=True)
class Here:
    """Who acts, when and where, whom a role reaches now, and how this person's words are coached."""

    now: datetime
    by: str
    place: Place
    reach: Reach
    listener: Listener = field(default_factory=Listener)


def begin(
    script: Script,
    given: Mapping[str, tuple[str, ...]],
    opening: str,
    here: Here,
    carried: Mapping[str, Answer] | None = None,
) -> Decision:
    """A new run of `script` up to its first question.

    `opening` are the words that led to it; `carried` are answers that another playbook had been given.
    """
    started = Event(1, here.now, here.by, Started(script.id, script.version, script.hash, given, opening))
    turn = _Turn(script, [started], here, first_new=0)
    for step_id, answer in (carried or {}).items():
        ask = script.ask(step_id)
        if ask and answer.is_given:
            basis = basis_of(ask, turn.answers_above(script.by_id[step_id]))
            turn.note(Carried(step_id, answer.values, basis=basis))
    turn.go_on()
    return turn.decision()


def decide(script: Script, events: Sequence[Event], act: Act, here: Here) -> Decision:
    """What `act` does to the run of `script` that these `events` are.

    Raises UnknownStep when the act names a step that the script does not have.
    """
    turn = _Turn(script, events, here, first_new=len(events))
    if turn.ledger.is_over and not isinstance(act, Typed | Picked | Send | Keep | Skip | Back | See):
        turn.over(act)
        return turn.decision()
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
        case Free():
            turn.free(act)
        case See(step_id):
            turn.see(step_id)
        case Hurry(is_hurried):
            turn.hurry(is_hurried)
        case Fire(clock):
            turn.fire(clock)
        case TellNext(step_id, to):
            turn.tell_next(step_id, to)
        case GiveTo(person):
            turn.give_to(person)
        case Accept(step_id):
            turn.accept(step_id)
        case TakeBack(step_id):
            turn.take_back(step_id)
        case Move(to_script):
            turn.move(to_script)
        case Typed() | Picked() | Send() | Keep() | Skip():
            turn.answer(act)
        case _:
            assert_never(act)
    return turn.decision()


class _Turn:
    """One act being worked out: the events so far and what was said. Lives for one call of `decide`."""

    def __init__(self, script: Script, events: Sequence[Event], here: Here, first_new: int) -> None:
        self.script, self.here = script, here
        self.events, self.first_new = list(events), first_new
        self.said: list[Utterance] = []
        self.book = Book(events[0])
        for event in events[1:]:
            self.book.enter(event)
        self.ledger = self.book.ledger()
        self.position: Position = resolve(script, self.ledger, here.place)
        self.due_before = {running.clock.id: running for running in self.position.clocks}

    def decision(self) -> Decision:
        return Decision(tuple(self.events[self.first_new :]), tuple(self.said), self.ledger, self.position)

    def note(self, what: What) -> int:
        """Append `what`, look at the run again, and return the event's number."""
        seq = self.ledger.last_seq + 1
        event = Event(seq, self.here.now, self.here.by, what)
        self.events.append(event)
        self.book.enter(event)
        self.ledger = self.book.ledger()
        self.position = resolve(self.script, self.ledger, self.here.place)
        return seq

    def say(self, utterance: Utterance) -> None:
        self.said.append(utterance)

    # Answering

    def answer(self, act: Answering) -> None:
        """Take an answer to the question that is open now.

        1. An act on an earlier question changes nothing and says so.
        2. What cannot be answered now (a stop, a review) is shown again.
        3. The answer is read; what cannot be taken is said, and the question repeated.
        4. It is kept, the script's own hint is said, and the run goes on.
        5. What the coaching checks ask about its words comes first; the answer stands meanwhile.
        """
        if not self.is_current(act.put):
            self.say(MovedOn(_words_of(act)))
        elif self.wants_reason:
            self.give_reason(act)
        elif (step := self.open_step()) and not self.ledger.is_over:
            match step.does:
                case Ask() as ask if self.coached == step:
                    self.reconsider(step, ask, act)
                case Ask() as ask:
                    self.take(step, ask, act)
                case Stop(release=release):
                    if release and isinstance(act, Typed) and _is_label(act.text, release.label):
                        self.release(step, "self")
                case HandOver(together=label):
                    if isinstance(act, Typed) and _is_label(act.text, label):
                        self.go_together(step)
                case _:
                    self.say(Note(Notice.REVIEW_WAITS))
        self.go_on()

    def take(self, step: Step, ask: Ask, act: Answering) -> None:
        """Take an answer; yes and no are the word on what was heard in the opening, where that is offered."""
        if isinstance(act, Typed) and self.heard(step, ask):
            if is_no(act.text):
                self.note(Declined(step.id))
                self.say(Note(Notice.NOT_HEARD))
                return
            act = Keep(act.put) if is_yes(act.text) else act
        read = self.read(step, ask, act)
        if isinstance(read, Unclear):
            self.note(Digressed(MISREAD))
            self.say(Misread(step, read, self.ledger.misread))
        else:
            self.keep(step, ask, read, act)

    def read(self, step: Step, ask: Ask, act: Answering) -> Answer | Unclear:
        read: Answer | Unclear
        match act:
            case Skip(note=note):
                return (
                    Unclear(Trouble.MUST_BE_ANSWERED) if step.releases else Answer(is_skipped=True, note=note)
                )
            case Keep():
                read = self.offered(step, ask) or Unclear(Trouble.EMPTY)
            case Picked(values):
                read = picked_answer(ask, values)
            case Send(files):
                read = sent_answer(ask, files)
            case Typed(text):
                read = read_answer(ask, text, self.here.now, self.here.place)
            case _:
                assert_never(act)
        if isinstance(read, Unclear):
            return read
        if read.is_unknown and ask.unknown:
            is_pressed = isinstance(act, Picked)
            read = replace(read, note=ask.unknown.label if is_pressed else read.note or _words_of(act))
        return check_answer(ask, read, self.here.now, self.answers_on_path())

    def keep(self, step: Step, ask: Ask, answer: Answer, act: Answering) -> None:
        is_correction = self.ledger.correcting == step.id
        standing = self.ledger.answers.get(step.id)
        if is_correction and standing and standing.answer == answer and step.id not in self.position.stale:
            self.note(Kept(step.id))
            self.say(Note(Notice.LEFT_AS_IT_WAS, step))
            return
        if answer.is_unknown and _is_for_now(ask) and step.id not in self.ledger.waited:
            self.note(Waited(step.id))
            for hint in _hints(ask, answer):
                self.say(Hint(hint))
            return
        basis = basis_of(ask, self.answers_above(step))
        if answer.is_skipped:
            self.note(Skipped(step.id, answer.note, basis))
        else:
            said = answer.note if answer.is_unknown else _words_of(act)
            self.note(Answered(step.id, answer.values, answer.is_unknown, said, basis))
        if is_correction:
            self.say(Note(Notice.CHANGED, step))
        if not (answer.is_unknown and _is_for_now(ask)):
            for hint in _hints(ask, answer):
                self.say(Hint(hint))
        self.look_at(step, ask)

    # The words of an answer

    def look_at(self, step: Step, ask: Ask) -> None:
        """Note what the coaching checks ask about the words that stand at a step: a few at a time, and seldom."""
        coaching = ask.coaching
        if coaching and self.ledger.rounds.get(step.id, 0) < coaching.rounds:
            text = self.ledger.answers[step.id].answer.value
            skip = self.ledger.stood_by.get(step.id, ())
            answers = self.answers_on_path()
            found = looked_at(
                text, coaching, answers, self.script, self.here.place.coaching, self.here.listener
            )
            asked = [finding.check for finding in found if finding.check not in skip][: coaching.at_most]
            if asked:
                self.note(Coached(step.id, tuple(asked)))

    def reconsider(self, step: Step, ask: Ask, act: Answering) -> None:
        """Take what a person says to questions about their words: keep them, add to them, or put others."""
        words = act.note if isinstance(act, Skip) else _words_of(act)
        if isinstance(act, Keep) or (isinstance(act, Skip) and not words) or lets_it_be(words):
            self.stand_by(step)
            return
        standing = self.ledger.answers[step.id].answer.value
        other, is_added = revised(standing, words, ask)
        read: Answer | Unclear
        if isinstance(act, Picked | Send):
            read = self.read(step, ask, act)
        else:
            read = read_answer(ask, other, self.here.now, self.here.place)
        if isinstance(read, Unclear):
            self.note(Digressed(MISREAD))
            self.say(Misread(step, read, self.ledger.misread))
        else:
            basis = basis_of(ask, self.answers_above(step))
            self.note(Answered(step.id, read.values, said=words, basis=basis))
            self.say(Note(Notice.ADDED if is_added else Notice.REVISED, step))
            self.look_at(step, ask)

    def stand_by(self, step: Step) -> None:
        self.note(StoodBy(step.id, self.ledger.coached_by))
        self.say(Note(Notice.STOOD_BY, step))

    def ask_about_words(self, step: Step) -> None:
        coached_by, answer = self.ledger.coached_by, self.ledger.answers[step.id].answer
        found = asked_again(answer.value, coached_by, self.here.place.coaching)
        turn = self.turn_of(step.id)
        at, of = self.position.at, self.position.of
        self.say(WordsAsked(step, turn, at, of, answer, found, is_about_evidence(coached_by)))

    def give_reason(self, act: Answering) -> None:
        """Why an answer was changed after a draft: in words, and not too many."""
        number, step_id = next(iter(self.ledger.changed.items()))
        words = _words_of(act).strip()
        if words and len(words) <= MAX_REASON:
            self.note(Reasoned(number, words))
            self.say(Note(Notice.REASON_KEPT, self.script.by_id[step_id]))
        else:
            trouble = Unclear(Trouble.TOO_LONG if words else Trouble.EMPTY, limit=MAX_REASON)
            self.say(Misread(self.script.by_id[step_id], trouble))

    # What else a person can do

    def change(self, step_id: str) -> None:
        step, ask = self.question(step_id)
        position = self.position
        if position.cursor == step:
            if self.ledger.correcting:
                self.note(Kept(self.ledger.correcting))
            self.go_on()
        elif step_id not in {*position.given, *position.ahead, *position.stale, *position.deferred}:
            self.say(Note(Notice.NOT_ON_PATH, step))
            self.go_on()
        else:
            self.wake_up()
            turn = self.note(Asked(step_id, is_correction=True))
            self.put_question(step, ask, turn, is_correction=True)

    def back(self, put: Put | None) -> None:
        if not self.is_current(put):
            self.say(MovedOn(""))
        elif self.ledger.is_over:
            pass
        elif self.ledger.correcting:
            self.note(Kept(self.ledger.correcting))
        elif not self.ledger.last_act:
            self.say(Note(Notice.NOTHING_BEFORE))
        else:
            self.note(Undone(self.ledger.last_act))
            self.say(Note(Notice.TAKEN_BACK))
        self.go_on()

    def confirm(self, answers_hash: str | None) -> None:
        cursor = self.position.cursor
        if (
            cursor is None
            or not isinstance(cursor.does, Review)
            or self.ledger.correcting
            or self.coached
            or self.ledger.changed
        ):
            self.say(Note(Notice.NOTHING_TO_CONFIRM))
        elif answers_hash not in {None, self.position.answers_hash}:
            self.say(Note(Notice.REVIEW_CHANGED))
        else:
            self.note(Confirmed(cursor.id, self.position.answers_hash))
        self.go_on()

    def free(self, act: Free) -> None:
        """Release the stop that holds the run, if it is this one and may be released so.

        A hand-over lets the person go on with a colleague beside them; only who accepts it does so in the role.
        """
        offered = self.position.offered_by
        if offered and offered.id == act.step and isinstance(offered.does, HandOver):
            if act.how == "self" and offered.does.together:
                self.go_together(offered)
            else:
                self.say(Note(Notice.CANNOT_ACCEPT, offered))
            self.go_on()
            return
        held = self.position.held_by
        stop = held.does if held and held.id == act.step else None
        release = stop.release if isinstance(stop, Stop) else None
        if held is None or release is None:
            self.say(Note(Notice.NOT_HELD))
        elif not (release.label if act.how == "self" else release.by_role):
            self.say(Note(Notice.CANNOT_FREE, held))
        else:
            self.release(held, act.how)
        self.go_on()

    def release(self, step: Step, how: Literal["self", "role"]) -> None:
        self.note(Released(step.id, how))
        self.say(Freed(step, self.here.by, self.here.now, is_by_role=how == "role"))

    def go_together(self, step: Step) -> None:
        self.note(Together(step.id))
        self.say(Note(Notice.TOGETHER, step))

    def accept(self, step_id: str) -> None:
        """Take the part that is offered. Who runs it does so only behind the role themself; whom else it was offered to, the caller knows."""
        step, taken = self.position.offered_by, self.ledger.parts.get(step_id)
        if taken and self.here.by in {taken.person, self.ledger.holder}:
            pass  # pressed twice
        elif step is None or step.id != step_id or not isinstance(step.does, HandOver) or self.ledger.changed:
            self.say(Note(Notice.NOT_HANDED))
        elif self.here.by == self.ledger.holder and not self.is_own(step.does):
            self.say(Note(Notice.CANNOT_ACCEPT, step))
        else:
            is_own = self.here.by == self.ledger.holder
            self.note(HandedOver(step.id, to_person=self.here.by))
            self.say(Note(Notice.IN_THE_ROLE if is_own else Notice.HANDED_OVER, step))
        self.go_on()

    def take_back(self, step_id: str) -> None:
        """The part is its giver's again, as far as it has come, and offered anew; nobody else takes it from a colleague."""
        part, me = self.ledger.parts.get(step_id), self.here.by
        is_lent = part is not None and part.back_at is None and me not in {part.person, self.ledger.holder}
        if part and is_lent and part.giver == me:
            self.note(HandedBack(step_id, me))
            self.say(Note(Notice.PART_TAKEN_BACK))
        else:
            self.say(Note(Notice.NOT_LENT))
        self.go_on()

    def is_own(self, hand_over: HandOver) -> bool:
        """Whether whoever runs it stands behind the role of the next part themself."""
        return self.ledger.holder in self.here.reach(hand_over.to)

    def see(self, step_id: str) -> None:
        step = self.script.by_id.get(step_id)
        if step and any(told.step == step_id and not told.seen_by for told in self.ledger.tellings):
            self.note(Seen(step_id))
            self.say(ReadBy(step, self.here.by, self.here.now))

    def hurry(self, is_hurried: bool) -> None:
        if self.ledger.is_hurried != is_hurried and self.script.fast_lane:
            self.note(Hurried(is_hurried))
            self.say(Note(Notice.HURRIED if is_hurried else Notice.THE_REST))
        self.go_on()

    def digress(self, about: str) -> None:
        step = self.open_step()
        self.note(Digressed(about))
        if step is not None and about != "repeat":
            self.say(Aside(step, about))
        self.go_on()

    def set_aside(self, act: Pause | Resume | Cancel) -> None:
        match act:
            case _ if self.open_step() is None and not self.position.deferred:
                self.go_on()
            case Pause():
                if not self.ledger.is_paused:
                    self.note(Paused())
                self.say(Note(Notice.PAUSED))
            case Resume() if self.coached and not self.ledger.is_paused:
                self.stand_by(self.coached)
                self.go_on()
            case Resume():
                self.say(Note(Notice.WELCOME_BACK))
                if self.position.cursor is None and self.position.deferred:
                    self.note(Hurried(is_hurried=False))
                self.go_on()
            case Cancel():
                self.note(Cancelled())
                self.say(Note(Notice.CANCELLED))
            case _:
                assert_never(act)

    def give_to(self, person: str) -> None:
        """The run is this person's, and with it the part that is offered, where it waits for somebody to accept it."""
        offered = self.position.offered_by
        self.note(HandedOver(offered.id if offered else "", to_person=person))
        self.say(Note(Notice.HANDED_OVER))

    def move(self, script: Script) -> None:
        """Go on with another version: an answer stays where its question is still asked in the same way."""
        lines = live_lines(self.script, self.position, self.here.place.zone)
        known = sorted(self.ledger.answers.keys() | self.ledger.earlier.keys())
        dropped = tuple(
            step for step in known if not _is_same_question(self.script.ask(step), script.ask(step))
        )
        words = tuple(
            text for line in lines if line.step.id in dropped for text in (line.ask.label, line.shown)
        )
        self.script = script
        self.note(MovedVersion(script.version, script.hash, words, dropped))
        self.say(Note(Notice.MOVED_VERSION))
        self.go_on()

    # What the time and other people do

    def fire(self, clock_id: str) -> None:
        """A clock has reached a mark. Of several that passed meanwhile only the latest is said, all are noted.

        While a stop holds the run, reminders wait; the end of the time does not.
        """
        running = next((r for r in self.position.clocks if r.clock.id == clock_id and not r.is_stopped), None)
        if running is None:
            return
        due = running.due_at.isoformat()
        fired = {percent for percent, of in self.ledger.fired.get(clock_id, ()) if of == due}
        passed = [mark for mark in running.marks if mark not in fired and running.at(mark) <= self.here.now]
        if self.position.held_by and 100 not in passed:
            return
        for mark in passed:
            self.note(ClockFired(clock_id, mark, due))
        if passed:
            to = self.reach_late(running) if passed[-1] == 100 else ()
            self.say(ClockRang(running, passed[-1], len(fired) + len(passed), len(running.marks), to))

    def reach_late(self, running: RunningClock) -> tuple[str, ...]:
        """Whom a clock that has run out is told to, beside the person: privately, and once."""
        late = running.clock.when_late
        if late is None or late.tell == SELF:
            return ()
        return self.here.reach(ROLE_ON_SHIFT if late.tell == SELF_THEN_ROLE else late.tell)

    def tell_next(self, step_id: str, to: tuple[str, ...]) -> None:
        step = self.script.by_id.get(step_id)
        is_seen = any(told.step == step_id and told.seen_by for told in self.ledger.tellings)
        if step and isinstance(step.does, Stop) and not is_seen and step_id not in self.ledger.released:
            self.note(Told(step.id, self.position.answers_hash, step.does.tell, to))
            self.say(Unread(step, step.does, to))
        elif step and isinstance(step.does, HandOver) and step == self.position.offered_by:
            self.note(Told(step.id, self.position.answers_hash, step.does.to, to))
            self.say(Unaccepted(step, step.does, to))

    # Where it goes on

    def go_on(self) -> None:
        """Do every step that needs nobody, then put the next question."""
        if self.ledger.is_over:
            self.say(Note(Notice.IS_OVER))
            return
        self.wake_up()
        self.set_clocks()
        if self.ledger.correcting:
            self.put_question(*self.question(self.ledger.correcting), self.ledger.turn, is_correction=True)
            return
        lent = self.ledger.lent
        if lent and self.position.lapsed:
            self.give_back(self.script.by_id[self.position.lapsed], lent.giver, "")
            return
        while self.do(self.position.cursor):
            self.set_clocks()
        if self.position.cursor is None and all(isinstance(said, Note | ClockSet) for said in self.said):
            self.say_over()

    def say_over(self) -> None:
        """Nothing is left to do: show the draft that stands, or say that it is over."""
        made = self.ledger.drafts[-1] if self.ledger.drafts else None
        if made and (step := self.script.by_id.get(made.step)):
            self.say(DraftMade(step, made.number))
        else:
            self.say(Note(Notice.IS_OVER))

    def do(self, step: Step | None) -> bool:
        """Do one step; whether there is another to do without the person.

        Why an answer was changed after a draft is asked before the next question, but after what cannot wait; so are
        questions about the words of an answer.
        """
        if (about := self.coached) and not (step and isinstance(step.does, Stop)):
            self.ask_about_words(about)
            return False
        if self.ledger.changed and not (step and isinstance(step.does, Say | Stop | GoTo)):
            self.ask_reason()
            return False
        if step is None:
            return False
        match step.does:
            case Say() | Finish() as does:
                self.note(Told(step.id, self.position.answers_hash))
                self.say(Spoken(step, does))
            case Figure() as figure:
                number = self.note(Told(step.id, basis_of_figure(figure, self.answers_above(step))))
                self.say(Pictured(step, figure, number))
            case Stop(level="notify") as stop:
                self.say(Alert(step, stop, self.tell(step, stop)))
            case Stop() as stop:
                is_new = step.id not in self.ledger.said
                self.say(Held(step, stop, is_new, self.tell(step, stop) if is_new else ()))
                return False
            case HandOver() as hand_over:
                self.offer(step, hand_over)
                return False
            case HandBack() as hand_back:
                return self.hand_back(step, hand_back)
            case GoTo() as go_to:
                self.note(HandedOver(step.id, to_script=go_to.script))
                self.say(GoneTo(step, go_to, self.carried(go_to)))
            case Document():
                self.say(DraftMade(step, self.draft(step)))
            case Review():
                turn = self.turn_of(step.id)
                self.say(Sheet(step, turn, self.position.at, self.position.of, self.position.answers_hash))
                return False
            case Ask() as ask:
                self.put_question(step, ask, self.turn_of(step.id), is_correction=False)
                return False
            case _:
                assert_never(step.does)
        return not self.ledger.gone_to

    def tell(self, step: Step, stop: Stop) -> tuple[str, ...]:
        to = self.here.reach(stop.tell) if stop.tell else ()
        self.note(Told(step.id, self.position.answers_hash, stop.tell, to))
        return to

    def offer(self, step: Step, hand_over: HandOver) -> None:
        """Offer the next part to those behind its role; where whoever runs it is one of them, nobody is told."""
        is_new, is_own = step.id not in self.ledger.said, self.is_own(hand_over)
        to: tuple[str, ...] = ()
        if is_new and not is_own:
            to = self.here.reach(hand_over.to)
            self.note(Told(step.id, self.position.answers_hash, hand_over.to, to))
        self.say(Offered(step, hand_over, is_new, to, is_own))

    def hand_back(self, step: Step, hand_back: HandBack) -> bool:
        """The part is done: it goes back to whoever gave it, and waits for them; else whoever runs it goes on."""
        self.note(Told(step.id, self.position.answers_hash))
        lent = self.ledger.lent
        if lent is None:
            self.say(Spoken(step, hand_back))
            return True
        self.give_back(step, lent.giver, hand_back.text)
        return False

    def give_back(self, step: Step, giver: str, text: str) -> None:
        """The run is the giver's again. It is put aside: their words are no answer to it before they go on."""
        self.note(HandedBack(step.id, giver))
        self.note(Paused())
        self.say(Returned(step, giver, text))

    def carried(self, go_to: GoTo) -> tuple[tuple[str, Answer], ...]:
        answers = ((theirs, self.position.answer(ours)) for theirs, ours in go_to.carry.items())
        return tuple((theirs, answer) for theirs, answer in answers if answer)

    def draft(self, step: Step) -> int:
        number = len(self.ledger.drafts) + 1
        self.note(
            Drafted(
                step.id,
                number,
                upto=self.ledger.last_seq,
                answers_hash=self.position.answers_hash,
                fingerprint=fingerprint(self.script, self.events, self.here.place),
            )
        )
        return number

    def ask_reason(self) -> None:
        step_id = next(iter(self.ledger.changed.values()))
        self.say(ReasonAsked(self.script.by_id[step_id], self.turn_of(REASON)))

    def set_clocks(self) -> None:
        """Note every clock that has begun to run, and say where one's end has moved."""
        for running in self.position.clocks:
            clock_id = running.clock.id
            before = self.due_before.get(clock_id)
            if clock_id not in self.ledger.clocks:
                self.note(ClockStarted(clock_id, running.due_in))
            if not running.is_stopped and (before is None or before.due_at != running.due_at):
                self.say(ClockSet(running, has_moved=before is not None))
            self.due_before[clock_id] = running

    def put_question(self, step: Step, ask: Ask, turn: int, *, is_correction: bool) -> None:
        self.say(
            Question(
                step,
                turn,
                self.position.at,
                self.position.of,
                offered=self.offered(step, ask),
                is_correction=is_correction,
                is_stale=step.id in self.position.stale,
                may_hurry=self.may_hurry(step),
                is_heard=self.heard(step, ask) is not None,
            )
        )

    def may_hurry(self, step: Step) -> bool:
        """Whether `step` is the first question after the fast lane."""
        is_after = self.script.is_after_fast_lane
        return is_after(step) and not any(
            is_after(self.script.by_id[given.step]) for given in self.position.live
        )

    def turn_of(self, step_id: str) -> int:
        """The turn of the question now: the one it has, if nothing was done since it was put."""
        is_put = self.ledger.asking == step_id and self.ledger.is_asked
        return self.ledger.turn if is_put else self.note(Asked(step_id))

    def over(self, act: Act) -> None:
        """Nothing happens any more in a run that is over; a person hears so, time and other people do not."""
        if not isinstance(act, Fire | TellNext):
            self.say(Note(Notice.IS_OVER))

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
        if self.ledger.correcting:
            return self.script.by_id[self.ledger.correcting]
        return self.coached or self.position.cursor

    @property
    def coached(self) -> Step | None:
        """The step about whose words something is asked now; what holds the run comes before."""
        is_first = self.position.coaching and not (self.ledger.correcting or self.position.held_by)
        return self.script.by_id[self.position.coaching] if is_first else None

    @property
    def wants_reason(self) -> bool:
        """Whether a person's words are the reason for a change."""
        is_busy = self.ledger.correcting or self.position.held_by or self.coached
        return bool(self.ledger.changed) and not is_busy

    def is_current(self, put: Put | None) -> bool:
        return put is None or (put.step == self.ledger.asking and put.turn == self.ledger.turn)

    def offered(self, step: Step, ask: Ask) -> Answer | None:
        """An earlier answer to offer again: the standing one, one taken back, or the words that began the run."""
        standing = self.ledger.answers.get(step.id)
        if standing and step.id not in self.position.stale:
            return None if standing.answer.is_skipped else standing.answer
        if before := standing.answer if standing else self.ledger.earlier.get(step.id):
            can_be_kept = not before.is_skipped and not before.is_erased and has_options(ask, before)
            return before if can_be_kept else None
        if found := self.heard(step, ask):
            return found
        opening = self.ledger.started.opening
        does_fit = ask.offers_opening and 0 < len(opening) <= ask.max_length
        return Answer((opening,)) if does_fit else None

    def heard(self, step: Step, ask: Ask) -> Answer | None:
        """What the words that began the run say of this question, as long as nothing else was said to it."""
        ledger = self.ledger
        is_settled = step.id in ledger.answers or step.id in ledger.earlier or step.id in ledger.declined
        if is_settled or not ask.offers_after:
            return None
        return heard(ask, ledger.started.opening, ledger.started_at, self.here.place)

    def answers_on_path(self) -> dict[str, Answer]:
        """What stands on this path, below the cursor too, and what was frozen when the run started."""
        steps = (*self.position.given, *self.position.ahead)
        return frozen_answers(self.ledger.started.given) | {
            step: self.ledger.answers[step].answer for step in steps
        }

    def answers_above(self, step: Step) -> dict[str, Answer]:
        """What stands above `step` on this path, and what was frozen when the run started."""
        place_of = self.script.place_of
        return {
            name: answer
            for name, answer in self.answers_on_path().items()
            if name not in place_of or place_of[name] < place_of[step.id]
        }


def _words_of(act: Answering) -> str:
    match act:
        case Typed(text):
            return text
        case Picked(values):
            return ", ".join(values)
        case Send(files):
            return ", ".join(file.name for file in files)
        case Keep() | Skip():
            return ""
        case _:
            assert_never(act)


def _hints(ask: Ask, answer: Answer) -> tuple[str, ...]:
    if answer.is_unknown and ask.unknown and ask.unknown.say:
        return (ask.unknown.say,)
    return tuple(option.hint for option in options_of(ask) if option.value in answer.values and option.hint)


def _is_for_now(ask: Ask) -> bool:
    """Whether what is not done yet should be done before we go on."""
    return ask.unknown is not None and ask.unknown.follow_up == NOW


def _is_label(text: str, label: str) -> bool:
    typed, stated = (" ".join(words.split()).casefold().rstrip(".! ") for words in (text, label))
    return bool(stated) and typed == stated


def _is_same_question(old: Ask | None, new: Ask | None) -> bool:
    return old is not None and new is not None and new.type is old.type
