"""What the coach says, before any channel gives it a shape."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from pydantic import TypeAdapter

from bot.message import About, Press

FieldKind = Literal[
    "text",
    "long_text",
    "number",
    "date",
    "time",
    "datetime",
    "person",
    "identifier",
    "list",
    "multi",
    "attachment",
]


class Tone(StrEnum):
    """How a reply should look and sound; a channel chooses the colour, never the words."""

    PLAIN = "plain"
    QUESTION = "question"
    STOP = "stop"
    NOTICE = "notice"
    DONE = "done"


_CLOSING_TONES = frozenset({Tone.QUESTION, Tone.STOP, Tone.DONE})


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing the person can press.

    `is_main` is the likely next step; `is_aside` a way around the question (back, why, put aside), shown smaller.
    """

    label: str
    press: Press
    hint: str = ""
    is_main: bool = False
    is_aside: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """Where the person can type or tick: the one question that is open now.

    `kind` is the step's answer type. `options` are pairs of value and label for `multi`;
    `excludes` is the option that rules out the others. `filled` is an earlier answer offered again. For files,
    `allow` are the kinds that may be sent and `max_files` how many.
    """

    kind: FieldKind
    about: About
    label: str
    options: tuple[tuple[str, str], ...] = ()
    excludes: str = ""
    filled: tuple[str, ...] = ()
    placeholder: str = ""
    max_length: int = 4000
    allow: tuple[str, ...] = ()
    max_files: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a review: the question's short name, the answer in words, and its Change button.

    `is_copy`: the value is to be copied into another system as it is.
    """

    label: str
    value: str
    group: str = ""
    change: Choice | None = None
    is_copy: bool = False

    @property
    def change_words(self) -> str:
        """What the Change button does, where its line is not in sight."""
        return f"{self.change.label}: {self.label}" if self.change else ""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a statement comes from, and how binding that text is."""

    clause: str
    title: str
    url: str
    force: str


@dataclass(frozen=True, slots=True)
class File:
    """A draft the person can take away: rendered when fetched, named here."""

    name: str
    media_type: str
    run: str
    number: int


def picture_name(run: str, number: int) -> str:
    """What the picture that event `number` of a run showed is called as a file."""
    return f"{run}-picture-{number}.png"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made from answers: drawn when fetched, named here by its run and the event that showed it.

    `text` is everything it shows, in words, for whoever does not see it; `rows` are the same as a table.
    """

    title: str
    text: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    run: str
    number: int

    @property
    def name(self) -> str:
        """What the picture is called as a file."""
        return picture_name(self.run, self.number)


@dataclass(frozen=True, slots=True)
class Progress:
    """Step `at` of `of` in the named section; `of` counts only the questions expected now."""

    at: int
    of: int
    section: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of ours. Its texts are plain: no channel may read markup into them.

    `spoken` is what stands for the reply where only a line of text fits (a notification, a log for a
    screen reader); empty means `text`. `used` says what became of its buttons, once they are gone: which was taken, by
    whom and when. `is_answer`: it answers what the person wanted to know, so a channel may ask whether it helped.
    """

    text: str
    tone: Tone = Tone.PLAIN
    choices: tuple[Choice, ...] = ()
    field: Field | None = None
    facts: tuple[Fact, ...] = ()
    citations: tuple[Citation, ...] = ()
    files: tuple[File, ...] = ()
    progress: Progress | None = None
    spoken: str = ""
    used: str = ""
    is_answer: bool = False
    picture: Picture | None = None

    @property
    def file_names(self) -> frozenset[str]:
        """What the files in it are called, a picture among them."""
        return frozenset(file.name for file in self.files) | ({self.picture.name} if self.picture else set())

    @property
    def has_controls(self) -> bool:
        """Whether there is anything to press, tick or type in it."""
        return bool(self.choices or self.field or any(fact.change for fact in self.facts))

    @property
    def closes(self) -> bool:
        """Whether what stood open before it is over: it asks, holds or ends something, or has buttons of its own."""
        return self.tone in _CLOSING_TONES or self.has_controls

    def without_controls(self, used: str = "") -> Reply:
        """The same, to be read only; `used` says what became of its buttons."""
        facts = tuple(replace(fact, change=None) for fact in self.facts)
        return replace(self, choices=(), field=None, facts=facts, used=used or self.used)

    def without(self, press: Press, used: str) -> Reply:
        """The same without this one button, for what stays open after it."""
        return replace(self, choices=tuple(c for c in self.choices if c.press != press), used=used)

    def words_of(self, press: Press) -> str:
        """What somebody said who pressed this, in the words they saw; empty when it was not offered here."""
        for choice in self.choices:
            if choice.press == press:
                return choice.label
        for fact in self.facts:
            if fact.change and fact.change.press == press:
                return fact.change_words
        if self.field and press.action == "answer" and press.about == self.field.about:
            return ", ".join(label for value, label in self.field.options if value in press.values)
        return ""

    def to_json(self) -> str:
        """This reply as the text an outbox row keeps."""
        return _REPLY.dump_json(self, exclude_defaults=True).decode()

    @classmethod
    def from_json(cls, text: str) -> Reply:
        """The reply an outbox row kept."""
        return _REPLY.validate_json(text)


_REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)
