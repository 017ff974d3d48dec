"""A playbook as a value: an ordered list of steps, each doing exactly one thing.

There are no jumps. A step is shown when its `when` is true given the answers above it, so every path is a
subset of one order (`docs/writing-a-playbook.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Literal

from playbooks.conditions import Condition


class AnswerType(StrEnum):
    """What kind of answer a question takes."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    MULTI = "multi"
    TEXT = "text"
    LONG_TEXT = "long_text"
    DATETIME = "datetime"
    IDENTIFIER = "identifier"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be picked: what is kept, what is shown, and what is said when it is picked."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """How "I don't know" is offered: its label, when to come back to it, and what to say when it is picked."""

    label: str
    follow_up: str
    say: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Something an answer cannot be. `against` is `now` or the name of an earlier datetime step."""

    must: Literal["not_after", "not_before"]
    against: str
    say: str


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example, shown on request."""

    weak: str
    better: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One question.

    `label` is its short name in a review and a draft.
    `offers_opening`: the words that started the run are offered as the answer.
    """

    text: str
    type: AnswerType
    label: str
    options: tuple[Option, ...] = ()
    none: Option | None = None
    unknown: Unknown | None = None
    checks: tuple[Check, ...] = ()
    example: Example | None = None
    is_required: bool = True
    max_length: int = 500
    offers_opening: bool = False

    @property
    def pickable(self) -> tuple[Option, ...]:
        """Every option in the order shown."""
        return (*self.options, self.none) if self.none else self.options


@dataclass(frozen=True, slots=True)
class Say:
    """A message that needs no answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody must hear of this: `tell` names a site role, `share` the answers that go along."""

    level: Literal["notify"]
    say: str
    tell: str
    share: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """Every live answer, each with Change; confirming is bound to exactly these answers."""


@dataclass(frozen=True, slots=True)
class Document:
    """A draft from a template."""

    template: str
    formats: tuple[str, ...]
    watermark: str
    contains: tuple[str, ...] = ("answers", "open_points", "script_version")


@dataclass(frozen=True, slots=True)
class Finish:
    """The end."""

    text: str


Does = Ask | Say | Stop | Review | Document | Finish


@dataclass(frozen=True, slots=True)
class Step:
    """One step: when it is shown and what it does."""

    id: str
    section: str
    does: Does
    when: Condition | None = None
    why: str = ""
    cite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedFact:
    """A condition with a name, so that steps can refer to it and people can read why."""

    name: str
    say: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the script that has a title a person sees."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Control:
    """What makes the file a controlled document."""

    status: Literal["draft", "in_review", "released_by_maker", "retired"]
    owner: str
    change_ref: str
    effective_from: str
    review_by: str
    what_changed: str


@dataclass(frozen=True)
class Script:
    """A whole playbook. `hash` is the SHA-256 of its canonical JSON after overlay; it is the version that counts."""

    id: str
    title: str
    version: str
    language: str
    purpose: str
    for_roles: tuple[str, ...]
    phrasings: tuple[str, ...]
    control: Control
    site_settings: tuple[str, ...]
    sections: tuple[Section, ...]
    facts: Mapping[str, NamedFact]
    steps: tuple[Step, ...]
    hash: str = field(compare=False)

    @cached_property
    def by_id(self) -> Mapping[str, Step]:
        """Steps by their name."""
        return {step.id: step for step in self.steps}

    @cached_property
    def section_titles(self) -> Mapping[str, str]:
        """Section titles by their id."""
        return {section.id: section.title for section in self.sections}

    def ask(self, step_id: str) -> Ask | None:
        """The question of a step, or None when the step asks nothing or does not exist."""
        step = self.by_id.get(step_id)
        return step.does if step and isinstance(step.does, Ask) else None
