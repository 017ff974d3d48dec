"""What happened in one run of a playbook, in order, and what stands after it.

A run is its events: numbered, append-only, never changed. `fold` reads them once and returns what stands:
the latest answer to each step that was not taken back, what was already said, confirmed and drafted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, assert_never

from pydantic import Field, TypeAdapter

MISREAD = "misread"

RunState = Literal["open", "paused", "waiting", "finished", "cancelled"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered, as text exactly as kept: one value, or several for `multi` and `list`.

    A datetime is ISO 8601 with its offset. `is_unknown` is an answer too, and `note` how it was said; `is_skipped`
    means the person passed an optional question or prefers not to say now, perhaps with a `note`.
    """

    values: tuple[str, ...] = ()
    is_unknown: bool = False
    is_skipped: bool = False
    note: str = ""

    @property
    def value(self) -> str:
        """The only value, or the first, or nothing."""
        return self.values[0] if self.values else ""

    @property
    def is_given(self) -> bool:
        """Whether something was said: it is neither unknown nor skipped."""
        return not (self.is_unknown or self.is_skipped)

    @property
    def is_erased(self) -> bool:
        """Whether something was said of which the words are gone."""
        return self.is_given and not self.values


@dataclass(frozen=True, slots=True)
class Started:
    """A run began from a script of this hash. `given` is frozen here: site regions, the person's role."""

    WORDS: ClassVar[tuple[str, ...]] = ("opening",)
    script: str
    version: str
    script_hash: str
    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    opening: str = ""
    kind: Literal["started"] = "started"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question was put. Its event number is the turn that its buttons carry.

    `is_correction`: it was asked again because the person wanted to change the answer.
    """

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    is_correction: bool = False
    kind: Literal["asked"] = "asked"


@dataclass(frozen=True, slots=True)
class Answered:
    """The person answered; `said` is what they typed or the label they pressed.

    `basis` is the hash of the answers this one depends on, as they were then: while they are others, it is stale.
    """

    WORDS: ClassVar[tuple[str, ...]] = ("values", "said")
    step: str
    values: tuple[str, ...] = ()
    is_unknown: bool = False
    said: str = ""
    basis: str = ""
    kind: Literal["answered"] = "answered"


@dataclass(frozen=True, slots=True)
class Skipped:
    """The person passed a question, perhaps with a note; `basis` as for an answer."""

    WORDS: ClassVar[tuple[str, ...]] = ("note",)
    step: str
    note: str = ""
    basis: str = ""
    kind: Literal["skipped"] = "skipped"


@dataclass(frozen=True, slots=True)
class Waited:
    """The person was asked to do it now, and the question stands until they have, or say again that they have not."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    kind: Literal["waited"] = "waited"


@dataclass(frozen=True, slots=True)
class Carried:
    """An answer that another playbook, or another version of this one, had been given."""

    WORDS: ClassVar[tuple[str, ...]] = ("values",)
    step: str
    values: tuple[str, ...] = ()
    is_unknown: bool = False
    basis: str = ""
    kind: Literal["carried"] = "carried"


@dataclass(frozen=True, slots=True)
class Reasoned:
    """Why event number `event` made another answer stand than the last draft states."""

    WORDS: ClassVar[tuple[str, ...]] = ("reason",)
    event: int
    reason: str = ""
    kind: Literal["reasoned"] = "reasoned"


@dataclass(frozen=True, slots=True)
class Undone:
    """The person took back event number `event`; it stays in the log."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    event: int
    kind: Literal["undone"] = "undone"


@dataclass(frozen=True, slots=True)
class Declined:
    """What was heard in the words that began the run, and offered at this step, is not its answer."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    kind: Literal["declined"] = "declined"


@dataclass(frozen=True, slots=True)
class Kept:
    """The person began to change a step and left it as it was."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    kind: Literal["kept"] = "kept"


@dataclass(frozen=True, slots=True)
class Coached:
    """These checks asked something about the words of an answer, which stands. Its event number is their turn."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    checks: tuple[str, ...]
    kind: Literal["coached"] = "coached"


@dataclass(frozen=True, slots=True)
class StoodBy:
    """The person kept the words of an answer as they were, with the questions of these checks open."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    checks: tuple[str, ...]
    kind: Literal["stood_by"] = "stood_by"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The person confirmed exactly the answers whose hash this is."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    answers_hash: str
    kind: Literal["confirmed"] = "confirmed"


@dataclass(frozen=True, slots=True)
class Told:
    """A step said its text. It happens once, whatever is corrected later; a picture is shown again for other answers.

    `basis` is the hash of the live answers it was said on; for a picture, of those it was made from. For a stop, `role` was to be told and `to` are the
    people it was posted to: none, if nobody could be found.
    """

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    basis: str
    role: str = ""
    to: tuple[str, ...] = ()
    kind: Literal["told"] = "told"


@dataclass(frozen=True, slots=True)
class Digressed:
    """The person asked something beside the question (`why`, `example`, `repeat`); nothing moved.

    `misread` is how a message that made no answer is kept: three of them in a row bring a person to ask.
    """

    WORDS: ClassVar[tuple[str, ...]] = ()
    about: str
    kind: Literal["digressed"] = "digressed"


@dataclass(frozen=True, slots=True)
class Paused:
    """The person put the run aside."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    kind: Literal["paused"] = "paused"


@dataclass(frozen=True, slots=True)
class Resumed:
    """The person took the run up again."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    kind: Literal["resumed"] = "resumed"


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody who was told by `step` has read it."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    kind: Literal["seen"] = "seen"


@dataclass(frozen=True, slots=True)
class Released:
    """The stop `step` lets the run go on: by the person who runs it (`self`), or by a role."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    how: Literal["self", "role"]
    kind: Literal["released"] = "released"


@dataclass(frozen=True, slots=True)
class Hurried:
    """The person leaves what comes after the fast lane for later, or takes it up again."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    is_hurried: bool = True
    kind: Literal["hurried"] = "hurried"


@dataclass(frozen=True, slots=True)
class ClockStarted:
    """A clock began to run; the duration it was started with stays, whatever the site's settings become."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    clock: str
    due_in: str
    kind: Literal["clock_started"] = "clock_started"


@dataclass(frozen=True, slots=True)
class ClockFired:
    """A clock reached a part of its time, in percent; 100 is its end. `due` is when it ends, as ISO 8601."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    clock: str
    percent: int
    due: str
    kind: Literal["clock_fired"] = "clock_fired"


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The run goes on as a run of another playbook (`to_script`), or belongs to another person (`to_person`).

    With a `step` and a person: that person has accepted the part that the hand-over `step` begins.
    """

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str = ""
    to_script: str = ""
    to_person: str = ""
    kind: Literal["handed_over"] = "handed_over"


@dataclass(frozen=True, slots=True)
class Together:
    """The person who runs it does the part that the hand-over `step` begins, with a colleague beside them."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    kind: Literal["together"] = "together"


@dataclass(frozen=True, slots=True)
class HandedBack:
    """The run belongs again to `to_person`, who had handed it over: the part is done, as the hand-back `step` says.

    Where `step` is the hand-over itself, the part does not apply any more, or its giver took it back; should it apply
    again, it is offered anew.
    """

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    to_person: str
    kind: Literal["handed_back"] = "handed_back"


@dataclass(frozen=True, slots=True)
class MovedVersion:
    """The person agreed to go on with another version of the playbook.

    `left` are the answers to questions that are no longer asked there: short name and words, by turns. `dropped`
    are the steps whose answers no longer stand, because they are not asked there, or not in the same way.
    """

    WORDS: ClassVar[tuple[str, ...]] = ("left",)
    version: str
    script_hash: str
    left: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    kind: Literal["moved_version"] = "moved_version"


@dataclass(frozen=True, slots=True)
class Drafted:
    """Draft number `number` was made from the events up to `upto`.

    `fingerprint` is that of everything it states, so that what is rendered later is provably what was made now.
    """

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    number: int
    upto: int
    answers_hash: str
    fingerprint: str
    kind: Literal["drafted"] = "drafted"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The person ended the run; its events stay."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    kind: Literal["cancelled"] = "cancelled"


What = Annotated[
    Started
    | Asked
    | Answered
    | Skipped
    | Waited
    | Carried
    | Reasoned
    | Undone
    | Declined
    | Kept
    | Coached
    | StoodBy
    | Confirmed
    | Told
    | Seen
    | Released
    | Digressed
    | Paused
    | Resumed
    | Hurried
    | ClockStarted
    | ClockFired
    | HandedOver
    | Together
    | HandedBack
    | MovedVersion
    | Drafted
    | Cancelled,
    Field(discriminator="kind"),
]


@cache
def _one() -> TypeAdapter[What]:
    """Made when the first event is written: it takes a while, and many commands write none."""
    return TypeAdapter(What)


@cache
def _many() -> TypeAdapter[list[What]]:
    return TypeAdapter(list[What])


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: its number in the run (from 1), when (UTC), and who did it."""

    seq: int
    at: datetime
    by: str
    what: What


def what_to_json(what: What) -> tuple[str, str]:
    """`what` as canonical JSON without its words, and its words as JSON, or nothing when there are none."""
    body: dict[str, Any] = _one().dump_python(what, mode="json")
    words = {name: value for name in what.WORDS if (value := body.pop(name))}
    return canonical_json(body), canonical_json(words) if words else ""


def whats_from_json(pairs: Sequence[tuple[str, str | None]]) -> list[What]:
    """The reverse, for many at once. Where words are gone, it reads as if nothing had been typed.

    All are read as one JSON list: one by one, 10,000 take several times as long. Raises ValueError
    (pydantic.ValidationError) for anything else.
    """
    joined = [f"{body[:-1]},{words[1:]}" if words else body for body, words in pairs]
    whats = _many().validate_json(f"[{','.join(joined)}]")
    if len(whats) != len(pairs):
        raise ValueError(f"{len(pairs)} events were kept, and {len(whats)} can be read")
    return whats


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces: the same value always gives the same text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hash_of(value: object) -> str:
    """SHA-256, in hex, of the canonical JSON of `value`."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it stands: with the event that gave it, and the hash of what it depended on then."""

    step: str
    answer: Answer
    seq: int
    at: datetime
    by: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """What became of telling a role: to whom it was posted and when, and who has read it when."""

    step: str
    role: str
    to: tuple[str, ...]
    at: datetime
    seen_by: str = ""
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the run that a hand-over began: who gave it, who accepted it, when, and when it came back.

    `how` says whether a colleague does it, or the person themself behind the role (`role`), or the person with a
    colleague beside them (`self`): then both are the same person.
    """

    step: str
    how: Literal["self", "role"]
    giver: str
    person: str
    at: datetime
    back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What stands after the events of one run.

    `answers`: by step, the latest that was not taken back. `earlier`: by step, the latest that *was* taken back, to
    be offered again. `said` are the steps that have spoken, and `bases` what each last spoke on. `released` are stops by the event that released them; once released, a stop holds no more,
    even if the answer behind it is changed away and back. `confirmed`: by review, the hash of the answers confirmed.
    `asking` is the last question put and `turn` the number of that event; it `is_asked` as long as nothing was done
    since. `correcting` is the step being changed now, if any. `last_act` is the latest answer, skip or confirmation
    that stands: what "back" takes back. `changed` are the steps at which another answer stands than the last draft
    states, by the number of the event that made it stand, without a reason yet; to find out what was unknown or
    skipped is no change. `misread` counts messages in a row that made no answer. `coaching` is the step about whose
    words the checks `coached_by` ask something now, if any; `rounds` counts by step how often some did; `stood_by` are
    the checks whose questions stayed open at an answer that stands. `holder` is whose run it is now, and `parts` are
    the hand-overs that are behind it, in order; `taken_back` are those that their givers took back unfinished.
    `declined` are the steps at which what was heard in the opening is not the answer.
    """

    started: Started
    started_at: datetime
    last_seq: int
    answers: Mapping[str, Given]
    earlier: Mapping[str, Answer]
    said: frozenset[str]
    bases: Mapping[str, str]
    waited: frozenset[str]
    tellings: tuple[Telling, ...]
    released: Mapping[str, Event]
    clocks: Mapping[str, ClockStarted]
    fired: Mapping[str, frozenset[tuple[int, str]]]
    confirmed: Mapping[str, str]
    drafts: tuple[Drafted, ...]
    changed: Mapping[int, str]
    asking: str
    turn: int
    is_asked: bool
    correcting: str
    last_act: int
    misread: int
    coaching: str
    coached_by: tuple[str, ...]
    rounds: Mapping[str, int]
    stood_by: Mapping[str, tuple[str, ...]]
    is_hurried: bool
    is_paused: bool
    is_cancelled: bool
    gone_to: str
    holder: str
    parts: Mapping[str, Part]
    taken_back: tuple[Part, ...] = ()
    declined: frozenset[str] = frozenset()

    @property
    def lent(self) -> Part | None:
        """The part that a colleague has in hand now, and has to give back."""
        parts = (part for part in reversed(tuple(self.parts.values())) if part.back_at is None)
        return next((part for part in parts if part.giver not in {part.person, self.holder}), None)

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen in it."""
        return self.is_cancelled or bool(self.gone_to)


def fold(events: Sequence[Event]) -> Ledger:
    """What stands after `events`, which begin with `Started` and are in order.

    Raises TypeError when they begin with anything else, or more than once.
    """
    book = Book(events[0])
    for event in events[1:]:
        book.enter(event)
    return book.ledger()


# What can happen while a question stands, without moving it.
_BESIDE = (Declined, Digressed, Paused, Resumed, Seen, Told, ClockStarted, ClockFired)


class Book:
    """The ledger being kept: events are entered one by one, and it can be read at any time."""

    def __init__(self, first: Event) -> None:
        if not isinstance(first.what, Started):
            msg = f"a run begins with 'started', not with {first.what.kind!r}"
            raise TypeError(msg)
        self._started, self._started_at = first.what, first.at
        self._last_seq = first.seq
        self._given: dict[
            str, dict[int, Given]
        ] = {}  # by step and number, every answer that was not taken back
        self._earlier: dict[str, Answer] = {}
        self._acts: dict[int, str] = {}  # what can be taken back: the step by its number, in order
        self._confirmed: dict[int, tuple[str, str]] = {}
        self._bases: dict[str, str] = {}  # what each step last spoke on, by step
        self._waited: set[str] = set()
        self._declined: set[str] = set()
        self._tellings: list[Telling] = []
        self._unread: dict[str, list[int]] = {}  # by step, the places of those that nobody has read
        self._released: dict[str, Event] = {}
        self._clocks: dict[str, ClockStarted] = {}
        self._fired: dict[str, set[tuple[int, str]]] = {}
        self._drafts: list[Drafted] = []
        self._stated: dict[str, Answer] = {}  # what the last draft could state, by step
        self._touched: set[str] = set()  # the steps at which something was done since
        self._changed: dict[int, str] = {}
        self._asking = self._correcting = self._gone_to = self._coaching = ""
        self._coached_by: tuple[str, ...] = ()
        self._rounds: dict[str, int] = {}
        self._stood_by: dict[str, tuple[str, ...]] = {}
        self._holder = first.by
        self._parts: dict[str, Part] = {}
        self._parts_taken_back: list[Part] = []
        self._turn = self._misread = 0
        self._is_asked = self._is_hurried = self._is_paused = self._is_cancelled = False

    def enter(self, event: Event) -> None:
        """Take in the next event."""
        self._last_seq = event.seq
        self._is_asked = self._is_asked and isinstance(event.what, _BESIDE)
        match event.what:
            case Answered() | Skipped() | Carried() as what:
                self._answer(event, what)
            case Confirmed() as what:
                self._confirmed[event.seq] = (what.step, what.answers_hash)
                self._acts[event.seq] = what.step
            case Undone(number):
                self._take_back(event.seq, number)
            case Asked(step, is_correction):
                self._asking, self._turn, self._is_asked = step, event.seq, True
                self._misread = 0
                self._correcting = step if is_correction else ""
            case Waited(step):
                self._waited.add(step)
            case Declined(step):
                self._declined.add(step)
            case Kept():
                self._correcting = ""
            case Coached(step, checks):
                self._asking, self._turn, self._is_asked = step, event.seq, True
                self._coaching, self._coached_by = step, checks
                self._rounds[step] = self._rounds.get(step, 0) + 1
            case StoodBy(step, checks):
                self._coaching = ""
                self._stood_by[step] = (*self._stood_by.get(step, ()), *checks)
            case Told() as what:
                self._bases[what.step] = what.basis
                if what.role:
                    self._unread.setdefault(what.step, []).append(len(self._tellings))
                    self._tellings.append(Telling(what.step, what.role, what.to, event.at))
            case Seen(step):
                for place in self._unread.pop(step, ()):
                    self._tellings[place] = replace(self._tellings[place], seen_by=event.by, seen_at=event.at)
            case Released(step):
                self._released[step] = event
            case Reasoned(number):
                self._changed.pop(number, None)
            case Digressed(about):
                self._misread = self._misread + 1 if about == MISREAD else self._misread
            case ClockStarted() as what:
                self._clocks.setdefault(what.clock, what)
            case ClockFired(clock, percent, due):
                self._fired.setdefault(clock, set()).add((percent, due))
            case Drafted() as what:
                self._drafts.append(what)
                self._state(self._touched)
                self._changed.clear()
            case Hurried(is_hurried):
                self._is_hurried = is_hurried
            case Paused():
                self._is_paused = True
            case Resumed():
                self._is_paused = False
            case Cancelled():
                self._is_cancelled = True
            case HandedOver(step, to_script, to_person):
                self._gone_to = to_script or self._gone_to
                self._hand_over(event, step, to_person)
            case Together(step):
                self._parts[step] = Part(step, "self", self._holder, self._holder, event.at)
            case HandedBack(step, to_person):
                self._hand_back(event, step, to_person)
            case MovedVersion(dropped=dropped):
                self._drop(frozenset(dropped))
            case Started():
                msg = f"a run begins once, and not again with event {event.seq}"
                raise TypeError(msg)
            case _:
                assert_never(event.what)

    def ledger(self) -> Ledger:
        """What stands now."""
        return Ledger(
            started=self._started,
            started_at=self._started_at,
            last_seq=self._last_seq,
            answers=self._standing(),
            earlier=dict(self._earlier),
            said=frozenset(self._bases),
            bases=dict(self._bases),
            waited=frozenset(self._waited),
            declined=frozenset(self._declined),
            tellings=tuple(self._tellings),
            released=dict(self._released),
            clocks=dict(self._clocks),
            fired={clock: frozenset(marks) for clock, marks in self._fired.items()},
            confirmed=dict(self._confirmed.values()),
            drafts=tuple(self._drafts),
            changed=dict(self._changed),
            asking=self._asking,
            turn=self._turn,
            is_asked=self._is_asked,
            correcting=self._correcting,
            last_act=next(reversed(self._acts), 0),
            misread=self._misread,
            coaching=self._coaching,
            coached_by=self._coached_by,
            rounds=dict(self._rounds),
            stood_by=dict(self._stood_by),
            is_hurried=self._is_hurried,
            is_paused=self._is_paused,
            is_cancelled=self._is_cancelled,
            gone_to=self._gone_to,
            holder=self._holder,
            parts=dict(self._parts),
            taken_back=tuple(self._parts_taken_back),
        )

    def _standing(self) -> dict[str, Given]:
        return {step: given[next(reversed(given))] for step, given in self._given.items() if given}

    def _answer(self, event: Event, what: Answered | Skipped | Carried) -> None:
        if isinstance(what, Skipped):
            answer = Answer(is_skipped=True, note=what.note)
        else:
            said = what.said if isinstance(what, Answered) and what.is_unknown else ""
            answer = Answer(what.values, what.is_unknown, note=said)
        given = Given(what.step, answer, event.seq, event.at, event.by, what.basis)
        self._given.setdefault(what.step, {})[event.seq] = given
        if not isinstance(what, Carried):
            self._acts[event.seq] = what.step
        self._compare(event.seq, what.step)
        self._settle_words(what.step)
        self._misread = 0
        self._correcting = "" if self._correcting == what.step else self._correcting

    def _take_back(self, by: int, number: int) -> None:
        """Undo an act; whatever was answered before it stands again."""
        self._correcting = ""
        self._confirmed.pop(number, None)
        step = self._acts.pop(number, "")
        if given := self._given.get(step, {}).pop(number, None):
            self._earlier[step] = given.answer
            self._compare(by, step)
            self._settle_words(step)

    def _settle_words(self, step: str) -> None:
        """Other words stand at a step than those that were asked about."""
        self._coaching = "" if self._coaching == step else self._coaching
        self._stood_by.pop(step, None)

    def _hand_over(self, event: Event, step: str, person: str) -> None:
        """The run is another's. What somebody said before their part is theirs: no "back" of another takes it back."""
        if step and person:
            self._parts[step] = Part(step, "role", self._holder, person, event.at)
            self._keep_apart(person)
        self._holder = person or self._holder

    def _hand_back(self, event: Event, step: str, person: str) -> None:
        own = [
            part
            for part in self._parts.values()
            if part.back_at is None and part.giver == person != part.person
        ]
        if step in self._parts:
            self._withdraw(event, step, is_taken_back=event.by == person)
        else:
            for part in own[-1:]:
                self._parts[part.step] = replace(part, back_at=event.at)
        self._keep_apart(person)
        self._holder = person

    def _withdraw(self, event: Event, step: str, *, is_taken_back: bool) -> None:
        """A part does not go on, nor does what was handed on within it; should they apply again, they are offered anew."""
        steps = list(self._parts)
        for name in steps[steps.index(step) :]:
            part = self._parts[name]
            if name == step or (part.back_at is None and part.giver != part.person):
                del self._parts[name]
                self._bases.pop(name, None)
                if is_taken_back:
                    self._parts_taken_back.append(replace(part, back_at=event.at))

    def _keep_apart(self, person: str) -> None:
        self._correcting = ""
        if person != self._holder:
            self._acts.clear()

    def _state(self, steps: set[str]) -> None:
        """A draft was made: it states what stands now. Only `steps` can have changed since the last."""
        for step in steps:
            self._stated.pop(step, None)
            if given := self._given.get(step):
                self._stated[step] = given[next(reversed(given))].answer
        steps.clear()

    def _compare(self, seq: int, step: str) -> None:
        """Note whether event number `seq` made another answer stand than the last draft states."""
        self._touched.add(step)
        if (stated := self._stated.get(step)) and stated.is_given:
            self._changed = {number: other for number, other in self._changed.items() if other != step}
            given = self._given[step]
            if given and given[next(reversed(given))].answer != stated:
                self._changed[seq] = step

    def _drop(self, steps: frozenset[str]) -> None:
        """Forget what stands at steps that are asked no more, or in another way."""
        self._correcting = ""
        for step in steps:
            self._given.pop(step, None)
            self._earlier.pop(step, None)
            self._touched.add(step)
            self._settle_words(step)
        self._acts = {number: step for number, step in self._acts.items() if step not in steps}
        self._changed = {number: step for number, step in self._changed.items() if step not in steps}
