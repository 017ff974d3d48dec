"""What the engine has to say after an act; `bot.conversation` finds the words and the buttons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from playbooks.answer import Unclear
from playbooks.coaching.finding import Finding
from playbooks.position import RunningClock
from playbooks.run import Answer
from playbooks.script import Figure, Finish, GoTo, HandBack, HandOver, Say, Step, Stop


@dataclass(frozen=True, slots=True)
class Question:
    """The question to answer now. `offered` is an earlier answer that can be kept.

    `may_hurry`: this is the first question that a person in a hurry can leave for later, with all that follow.
    `is_heard`: what is offered was heard in the words that began the run, and waits for a yes or a no.
    """

    step: Step
    turn: int
    at: int
    of: int
    offered: Answer | None = None
    is_correction: bool = False
    is_stale: bool = False
    may_hurry: bool = False
    is_heard: bool = False


@dataclass(frozen=True, slots=True)
class WordsAsked:
    """Questions about the words of an answer, which stands: `answer` can be kept as it is, or revised.

    `is_evidence`: something could still be lost, and keeping it comes before all else.
    """

    step: Step
    turn: int
    at: int
    of: int
    answer: Answer
    findings: tuple[Finding, ...]
    is_evidence: bool = False


@dataclass(frozen=True, slots=True)
class ReasonAsked:
    """Why was the answer to `step` changed, after a draft had been made of the earlier one?"""

    step: Step
    turn: int


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
    does: Say | HandBack | Finish


@dataclass(frozen=True, slots=True)
class Pictured:
    """A picture made from answers; event number `number` showed it."""

    step: Step
    figure: Figure
    number: int


@dataclass(frozen=True, slots=True)
class Alert:
    """A role is told, and the run goes on: posted to the people `to`, or to nobody where nobody was found."""

    step: Step
    stop: Stop
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """The run waits until this stop is released. `is_new`: it was reached just now, and `to` were told."""

    step: Step
    stop: Stop
    is_new: bool
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Freed:
    """The stop was released: by the person who runs it, or by somebody whose role may."""

    step: Step
    by: str
    at: datetime
    is_by_role: bool


@dataclass(frozen=True, slots=True)
class ReadBy:
    """Somebody has read what they were told."""

    step: Step
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Unread:
    """Nobody has read it in time: these people were told too; nobody, where the roster has no more."""

    step: Step
    stop: Stop
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """The run waits until somebody behind the role accepts the next part. `is_new`: it was reached just now, and `to` were told.

    `is_own`: who runs it stands behind the role themself, so nobody is told, and they can go on.
    """

    step: Step
    hand_over: HandOver
    is_new: bool
    to: tuple[str, ...] = ()
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Unaccepted:
    """Nobody has accepted it in time: these people were told too; nobody, where the roster has no more."""

    step: Step
    hand_over: HandOver
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Returned:
    """The run is back with `to`, who handed it over: with the step's own words, or because the part is not needed any more."""

    step: Step
    to: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class ClockSet:
    """A clock began to run, or its end has moved."""

    running: RunningClock
    has_moved: bool = False


@dataclass(frozen=True, slots=True)
class ClockRang:
    """A clock reached a reminder, or its end: then `to` hear it too."""

    running: RunningClock
    percent: int
    number: int
    of: int
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoneTo:
    """The run ends here; the conversation begins a run of another playbook with these answers."""

    step: Step
    go_to: GoTo
    carried: tuple[tuple[str, Answer], ...]


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
    """The answer could not be taken; the question follows. `times` in a row."""

    step: Step
    unclear: Unclear
    times: int = 1


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
    NOT_HELD = "not_held"
    NOT_HEARD = "not_heard"
    CANNOT_FREE = "cannot_free"
    CANNOT_ACCEPT = "cannot_accept"
    NOT_HANDED = "not_handed"
    TOGETHER = "together"
    IN_THE_ROLE = "in_the_role"
    HURRIED = "hurried"
    THE_REST = "the_rest"
    HANDED_OVER = "handed_over"
    PART_TAKEN_BACK = "part_taken_back"
    NOT_LENT = "not_lent"
    MOVED_VERSION = "moved_version"
    REASON_KEPT = "reason_kept"
    STOOD_BY = "stood_by"
    REVISED = "revised"
    ADDED = "added"
    PAUSED = "paused"
    WELCOME_BACK = "welcome_back"
    CANCELLED = "cancelled"
    IS_OVER = "is_over"


@dataclass(frozen=True, slots=True)
class Note:
    """One of the short things, about a step where there is one."""

    notice: Notice
    step: Step | None = None


Remark = Note | Hint | Misread | MovedOn | Aside | Freed | ReadBy | ClockSet
Utterance = (
    Question
    | WordsAsked
    | ReasonAsked
    | Sheet
    | Spoken
    | Pictured
    | Alert
    | Held
    | Unread
    | Offered
    | Unaccepted
    | Returned
    | ClockRang
    | GoneTo
    | DraftMade
    | Remark
)
