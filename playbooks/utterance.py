"""What the engine has to say after an act; `bot.conversation` finds the words and the buttons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from playbooks.answer import Unclear
from playbooks.run import Answer
from playbooks.script import Finish, Say, Step, Stop


@dataclass(frozen=True, slots=True)
class Question:
    """The question to answer now. `offered` is an earlier answer that can be kept."""

    step: Step
    turn: int
    at: int
    of: int
    offered: Answer | None = None
    is_correction: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """The review: every live answer, to be confirmed as exactly these."""

    step: Step
    turn: int
    at: int
    of: int
    answers_hash: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """A step's own words, that need no answer."""

    step: Step
    does: Say | Finish


@dataclass(frozen=True, slots=True)
class Alert:
    """A role is told: posted to the people `to`, or to nobody where nobody was found."""

    step: Step
    stop: Stop
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftMade:
    """Draft `number` can be fetched now."""

    step: Step
    number: int


@dataclass(frozen=True, slots=True)
class Hint:
    """What the script says about the option just picked."""

    text: str


@dataclass(frozen=True, slots=True)
class Misread:
    """The answer could not be taken; the question follows."""

    step: Step
    unclear: Unclear


@dataclass(frozen=True, slots=True)
class MovedOn:
    """The button or form belonged to an earlier question; `words` are what the person gave, so nothing is lost."""

    words: str


@dataclass(frozen=True, slots=True)
class Aside:
    """The answer to a digression: the step's `why` or example, or nothing to show for it."""

    step: Step
    about: str


class Notice(StrEnum):
    """Short things to say; each has its sentence in the wording file, under this name."""

    NOTHING_BEFORE = "nothing_before"
    TAKEN_BACK = "taken_back"
    CHANGED = "changed"
    LEFT_AS_IT_WAS = "left_as_it_was"
    NOT_ON_PATH = "not_on_path"
    NO_SUCH_STEP = "no_such_step"
    REVIEW_CHANGED = "review_changed"
    NOTHING_TO_CONFIRM = "nothing_to_confirm"
    REVIEW_WAITS = "review_waits"
    PAUSED = "paused"
    WELCOME_BACK = "welcome_back"
    CANCELLED = "cancelled"
    IS_OVER = "is_over"


@dataclass(frozen=True, slots=True)
class Note:
    """One of the short things, about a step where there is one."""

    notice: Notice
    step: Step | None = None


Utterance = Question | Sheet | Spoken | Alert | DraftMade | Hint | Misread | MovedOn | Aside | Note
