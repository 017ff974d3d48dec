"""What a person can do in a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from playbooks.answer import Upload
from playbooks.script import Script


@dataclass(frozen=True, slots=True)
class Put:
    """The question an act belongs to, as its button or form carried it."""

    step: str
    turn: int


@dataclass(frozen=True, slots=True)
class Typed:
    """Words typed, in answer to `put` where the channel knows it, else to whatever is asked now."""

    text: str
    put: Put | None = None


@dataclass(frozen=True, slots=True)
class Picked:
    """Options pressed or ticked, by their values."""

    values: tuple[str, ...]
    put: Put | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Files sent, in answer to `put`."""

    files: tuple[Upload, ...]
    put: Put | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """The answer offered with the question is right as it is."""

    put: Put | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """No answer to this one now, perhaps with a note why."""

    put: Put | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Back:
    """Take back the last thing I said."""

    put: Put | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """I want to give another answer to `step`."""

    step: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """The answers with this hash are right (None: those shown now)."""

    answers_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Free:
    """What the stop `step` waits for has come: `how` says whether the person says so, or a role that may."""

    step: str
    how: Literal["self", "role"]


@dataclass(frozen=True, slots=True)
class See:
    """I have read what I was told by `step`."""

    step: str


@dataclass(frozen=True, slots=True)
class Hurry:
    """Leave what comes after the first part for later; or, if not `is_hurried`, take it up again."""

    is_hurried: bool = True


@dataclass(frozen=True, slots=True)
class Fire:
    """A clock has reached a part of its time."""

    clock: str


@dataclass(frozen=True, slots=True)
class TellNext:
    """Nobody has read what `step` told in time: tell these people too (none: nobody is left on the roster)."""

    step: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GiveTo:
    """The run belongs to another person from now on."""

    person: str


@dataclass(frozen=True, slots=True)
class Accept:
    """I take the part that the hand-over `step` begins: the run is mine until it goes back."""

    step: str


@dataclass(frozen=True, slots=True)
class TakeBack:
    """The part that I handed over by `step` is mine again, as far as it has come."""

    step: str


@dataclass(frozen=True, slots=True)
class Move:
    """Go on with another version of the playbook."""

    script: Script


@dataclass(frozen=True, slots=True)
class Digress:
    """Something beside the question: `why`, `example` or `repeat`. Nothing moves."""

    about: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Put it aside; I will come back."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on where we were."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """End it without a draft."""


Answering = Typed | Picked | Send | Keep | Skip
Act = (
    Answering
    | Back
    | Change
    | Confirm
    | Free
    | See
    | Hurry
    | Fire
    | TellNext
    | GiveTo
    | Accept
    | TakeBack
    | Move
    | Digress
    | Pause
    | Resume
    | Cancel
)
