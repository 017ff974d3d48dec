"""What a person can do in a run."""

from __future__ import annotations

from dataclasses import dataclass


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
class Keep:
    """The answer offered with the question is right as it is."""

    put: Put | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """No answer to this one now."""

    put: Put | None = None


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


Act = Typed | Picked | Keep | Skip | Back | Change | Confirm | Digress | Pause | Resume | Cancel
