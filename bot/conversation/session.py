"""What the coach has in mind about one person between two messages."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

from knowledge.question import Kind


@dataclass(frozen=True, slots=True)
class Offer:
    """A playbook we offered to start, and the words that made us offer it."""

    script: str
    opening: str = ""


@dataclass(frozen=True, slots=True)
class TextReview:
    """A text that the person looks at with the coach, as far as it has come; forgotten when that is over.

    `kind` is what it is, `is_recorded` whether it stands in an official record, `checks` those that asked something.
    """

    text: str = ""
    kind: str = ""
    is_recorded: bool | None = None
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that was just answered, and the entry that answered it; empty while it is asked which was meant.

    `text` is empty where the words may be an answer in a playbook.
    """

    text: str
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A question that no answer settled, as far as it is known: its words, and the entry that did not settle it."""

    kind: Kind
    text: str = ""
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """One person's session.

    `focus` is the run their words go to now; `misunderstood` counts messages in a row that we could not read.
    `is_welcomed`: they were told who sees what they write. `review` is the text they look at with the coach now,
    `topic` the entry of the knowledge base that was answered last.
    `asked` is the question that this answered, and `unsettled` one that nothing did, each until their next
    message.
    `takes_back` is the grip of a colleague on a run, where the person was just asked whether to take it back.
    """

    focus: str = ""
    offer: Offer | None = None
    misunderstood: int = 0
    is_welcomed: bool = False
    review: TextReview | None = None
    takes_back: str = ""
    topic: str = ""
    asked: Asked | None = None
    unsettled: Unsettled | None = None

    def to_json(self) -> str:
        """This session as the text its row keeps."""
        return _SESSION.dump_json(self, exclude_defaults=True).decode()

    @classmethod
    def from_json(cls, text: str) -> Session:
        """The session a row kept."""
        return _SESSION.validate_json(text)


_SESSION: TypeAdapter[Session] = TypeAdapter(Session)
