"""What happened in one run of a playbook, in order, and what stands after it.

A run is its events: numbered, append-only, never changed. `fold` reads them once and returns what stands:
the latest answer to each step that was not taken back, what was already said, confirmed and drafted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import Field, TypeAdapter

RunState = Literal["open", "paused", "finished", "cancelled"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered, as text exactly as kept: one value, or several for `multi` and `list`.

    A datetime is ISO 8601 with its offset. `is_unknown` is an answer too; `is_skipped` means the person
    passed an optional question or prefers not to say now.
    """

    values: tuple[str, ...] = ()
    is_unknown: bool = False
    is_skipped: bool = False

    @property
    def value(self) -> str:
        """The only value, or the first, or nothing."""
        return self.values[0] if self.values else ""


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
    """The person answered; `said` is what they typed or the label they pressed."""

    WORDS: ClassVar[tuple[str, ...]] = ("values", "said")
    step: str
    values: tuple[str, ...] = ()
    is_unknown: bool = False
    said: str = ""
    kind: Literal["answered"] = "answered"


@dataclass(frozen=True, slots=True)
class Skipped:
    """The person passed a question."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    kind: Literal["skipped"] = "skipped"


@dataclass(frozen=True, slots=True)
class Undone:
    """The person took back event number `event`; it stays in the log."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    event: int
    kind: Literal["undone"] = "undone"


@dataclass(frozen=True, slots=True)
class Kept:
    """The person began to change a step and left it as it was."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    kind: Literal["kept"] = "kept"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The person confirmed exactly the answers whose hash this is."""

    WORDS: ClassVar[tuple[str, ...]] = ()
    step: str
    answers_hash: str
    kind: Literal["confirmed"] = "confirmed"


@dataclass(frozen=True, slots=True)
class Told:
    """A step said its text. It happens once, whatever is corrected later.

    `basis` is the hash of the live answers it was said on. For a stop, `role` was to be told and `to` are the
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
    """The person asked something beside the question (`why`, `example`, `repeat`); nothing moved."""

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
    | Undone
    | Kept
    | Confirmed
    | Told
    | Digressed
    | Paused
    | Resumed
    | Drafted
    | Cancelled,
    Field(discriminator="kind"),
]
_WHAT: TypeAdapter[What] = TypeAdapter(What)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: its number in the run (from 1), when (UTC), and who did it."""

    seq: int
    at: datetime
    by: str
    what: What


def what_to_json(what: What) -> str:
    """`what` as canonical JSON."""
    return canonical_json(_WHAT.dump_python(what, mode="json"))


def what_from_json(text: str) -> What:
    """The happening that `text` holds. Raises pydantic.ValidationError for anything else."""
    return _WHAT.validate_json(text)


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces: the same value always gives the same text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hash_of(value: object) -> str:
    """SHA-256, in hex, of the canonical JSON of `value`."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it stands: with the event that gave it."""

    step: str
    answer: Answer
    seq: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What stands after the events of one run.

    `answers`: by step, the latest that was not taken back. `earlier`: by step, the latest that *was*
    taken back, to be offered again. `confirmed`: by review, the hash of the answers confirmed. `asking` is the last question put and `turn` the number of that event;
    `correcting` is the step being changed now, if any. `last_act` is the latest answer, skip or confirmation
    that stands: what "back" takes back.
    """

    started: Started
    last_seq: int
    answers: Mapping[str, Given]
    earlier: Mapping[str, Answer]
    told: frozenset[str]
    confirmed: Mapping[str, str]
    drafts: tuple[Drafted, ...]
    asking: str
    turn: int
    correcting: str
    last_act: int
    is_paused: bool
    is_cancelled: bool


def fold(events: Sequence[Event]) -> Ledger:
    """What stands after `events`, which begin with `Started` and are in order.

    Raises TypeError when they begin with anything else.
    """
    started = events[0].what
    if not isinstance(started, Started):
        msg = f"a run begins with 'started', not with {started.kind!r}"
        raise TypeError(msg)
    undone = {event.what.event for event in events if isinstance(event.what, Undone)}
    answers: dict[str, Given] = {}
    earlier: dict[str, Answer] = {}
    told: set[str] = set()
    drafts: list[Drafted] = []
    confirmed: dict[str, str] = {}
    asking = correcting = ""
    turn = last_act = 0
    is_paused = is_cancelled = False
    for event in events:
        match event.what:
            case Answered() | Skipped() as what:
                if event.seq in undone:
                    earlier[what.step] = _answer(what)
                else:
                    answers[what.step] = Given(what.step, _answer(what), event.seq, event.at, event.by)
                    last_act = event.seq
                correcting = "" if correcting == what.step else correcting
            case Confirmed() as what if event.seq not in undone:
                confirmed[what.step], last_act = what.answers_hash, event.seq
            case Asked() as what:
                asking, turn = what.step, event.seq
                correcting = what.step if what.is_correction else ""
            case Undone() | Kept():
                correcting = ""
            case Told() as what:
                told.add(what.step)
            case Drafted() as what:
                drafts.append(what)
            case Paused():
                is_paused = True
            case Resumed():
                is_paused = False
            case Cancelled():
                is_cancelled = True
            case Started() | Digressed() | Confirmed():
                pass
            case _:
                assert_never(event.what)
    return Ledger(
        started=started,
        last_seq=events[-1].seq,
        answers=answers,
        earlier=earlier,
        told=frozenset(told),
        confirmed=confirmed,
        drafts=tuple(drafts),
        asking=asking,
        turn=turn,
        correcting=correcting,
        last_act=last_act,
        is_paused=is_paused,
        is_cancelled=is_cancelled,
    )


def _answer(what: Answered | Skipped) -> Answer:
    if isinstance(what, Skipped):
        return Answer(is_skipped=True)
    return Answer(values=what.values, is_unknown=what.is_unknown)
