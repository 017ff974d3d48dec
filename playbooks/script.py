"""A playbook as a value: an ordered list of steps, each doing exactly one thing.

There are no jumps. A step is shown when its `when` is true given the answers above it, so every path is a
subset of one order (`docs/writing-a-playbook.md`). A sub-flow's steps stand in its caller's list, under the name
of the step that calls it (`containment.product_on_hold`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Literal

from playbooks.conditions import Condition, Facts


class AnswerType(StrEnum):
    """What kind of answer a question takes."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    MULTI = "multi"
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    IDENTIFIER = "identifier"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    PERSON = "person"
    LIST = "list"
    ATTACHMENT = "attachment"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be picked: what is kept, what is shown, and what is said when it is picked."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """How "I don't know" is offered: its label, when to come back to it, and what to say when it is picked.

    `for_role` is the site role whose open point it becomes; the person's own where it is empty.
    """

    label: str
    follow_up: str
    say: str = ""
    for_role: str = ""


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
class Coaching:
    """Which coaching checks look at a text, how many of their questions are asked at a time, and how often.

    `knows` names the steps that hold already what a check would ask for, or what it compares the text with.
    """

    checks: tuple[str, ...]
    at_most: int = 2
    rounds: int = 1
    knows: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """One question.

    `label` is its short name in a review and a draft. `of` is what a `list` holds (of numbers, each is kept as often
    as it stands there), `unit` what a `number` counts,
    `mask` the shape of an identifier (# a digit, @ a letter, the rest as typed) or the site setting that gives it.
    `depends_on`: when one of these answers changes, this one is offered again. `can_wait`: a run may end without it,
    and it can still be given then. `offers_opening`: the words that started the run are offered as the answer.
    `offers_after`: of these words, what stands after one of them there is.
    `allow` are the kinds of file an `attachment` takes, `max_files` how many.
    """

    text: str
    type: AnswerType
    label: str
    options: tuple[Option, ...] = ()
    none: Option | None = None
    unknown: Unknown | None = None
    checks: tuple[Check, ...] = ()
    example: Example | None = None
    coaching: Coaching | None = None
    depends_on: tuple[str, ...] = ()
    is_required: bool = True
    can_wait: bool = False
    max_length: int = 500
    max_files: int = 5
    allow: tuple[str, ...] = ()
    of: str = "text"
    unit: str = ""
    mask: Setting | str = ""
    tone: str = ""
    offers_opening: bool = False
    offers_after: tuple[str, ...] = ()

    @property
    def pickable(self) -> tuple[Option, ...]:
        """Every option in the order shown."""
        return (*self.options, self.none) if self.none else self.options


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that the site's settings give, by its name there."""

    name: str


@dataclass(frozen=True, slots=True)
class Say:
    """A message that needs no answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Release:
    """What lets a held run go on.

    `label` is the button of the person who runs it; empty when they cannot. Having pressed it, they answer the
    questions in `asks`, which are steps of their own. `by_role` are the roles that can release it.
    """

    label: str = ""
    by_role: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fallback:
    """What is said when nobody read it in time; then the next on the roster is told."""

    after: str
    say: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody must hear of this: `tell` names a site role, `share` the answers that go along.

    `immediate` holds the run until it is released; `notify` tells, and the run goes on.
    """

    level: Literal["immediate", "notify"]
    say: str
    tell: str = ""
    share: tuple[str, ...] = ()
    release: Release | None = None
    if_no_answer: Fallback | None = None


@dataclass(frozen=True, slots=True)
class HandOver:
    """The next part belongs to a colleague: the run is theirs once somebody behind the role `to` accepts it.

    `share` are the answers they see before. `together` is the button by which the person goes on with a colleague
    beside them; empty when they cannot.
    """

    to: str
    say: str
    share: tuple[str, ...] = ()
    together: str = ""
    if_no_answer: Fallback | None = None


@dataclass(frozen=True, slots=True)
class HandBack:
    """The colleague's part is done: where the run was handed over, it returns to whoever handed it over."""

    text: str


@dataclass(frozen=True, slots=True)
class GoTo:
    """The run ends here, and a run of another playbook begins with the carried answers: theirs by ours."""

    script: str
    carry: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Review:
    """Every live answer, each with Change; confirming is bound to exactly these answers."""


@dataclass(frozen=True, slots=True)
class Document:
    """A draft from a template, named `name` (placeholders are filled in)."""

    template: str
    formats: tuple[str, ...]
    watermark: str
    contains: tuple[str, ...] = ("answers", "open_points", "attachments", "script_version")
    name: str = "{run.ref}-draft"


@dataclass(frozen=True, slots=True)
class Finish:
    """The end."""

    text: str


@dataclass(frozen=True, slots=True)
class Whys:
    """A chain of causes: what happened, why, and why that; by each why, what supports it, where it is asked for."""

    event: str
    whys: tuple[str, ...]
    evidence: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """The questions of which one must be answered, or there is nothing to show."""
        return self.whys

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every question it is made from."""
        return (self.event, *self.whys, *self.evidence)


@dataclass(frozen=True, slots=True)
class Fishbone:
    """What happened, and what may have led to it: by the name of each bone, the question that gives its entries."""

    event: str
    bones: tuple[tuple[str, str], ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """The questions of which one must be answered, or there is nothing to show."""
        return tuple(step for _, step in self.bones)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every question it is made from."""
        return (self.event, *self.shown)


@dataclass(frozen=True, slots=True)
class ControlChart:
    """Individual values in their order, with their moving range; and the limits of specification, where there are any."""

    values: str
    lower: str = ""
    upper: str = ""

    @property
    def shown(self) -> tuple[str, ...]:
        """The questions of which one must be answered, or there is nothing to show."""
        return (self.values,)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every question it is made from."""
        return tuple(name for name in (self.values, self.lower, self.upper) if name)


@dataclass(frozen=True, slots=True)
class Radar:
    """Levels from 1 to 5 around a centre: by the name of each axis, the question that gives its level."""

    axes: tuple[tuple[str, str], ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """The questions of which one must be answered, or there is nothing to show."""
        return tuple(step for _, step in self.axes)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every question it is made from."""
        return self.shown


Drawing = Whys | Fishbone | ControlChart | Radar


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture made from answers, and the words that lead to it; shown once for each set of these answers."""

    title: str
    say: str
    of: Drawing


Does = Ask | Say | Stop | HandOver | HandBack | GoTo | Review | Document | Finish | Figure


@dataclass(frozen=True, slots=True)
class Step:
    """One step: when it is shown and what it does. `flow` is the sub-flow it came from, if any.

    `releases` is the stop whose self-release asks this question. `at` is the number of the step in its file's own
    list that brought it here: itself, the call of its sub-flow, or the stop that it releases.
    """

    id: str
    section: str
    does: Does
    when: Condition | None = None
    why: str = ""
    hint: str = ""
    cite: tuple[str, ...] = ()
    flow: str = ""
    releases: str = ""
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class NamedFact:
    """A condition with a name, so that steps can refer to it and people can read why."""

    name: str
    say: str
    when: Condition


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A number worked out from answers, to stand in texts and in the draft, there under the label `say`.

    `takes` are pairs of what the function `calc` (`playbooks.calc`) calls an input and the question that gives it.
    """

    name: str
    say: str
    calc: str
    takes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Late:
    """Who hears when a clock has run out, privately, and in which words. `tell` may be `self`."""

    say: str
    tell: str = "self"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit: it starts at the moment that the answer `starts` gives, and ends when `stops` is answered.

    `due_in` is a duration or the site setting that gives it; it is frozen when the clock starts. `calendar` is one
    of `playbooks.calendar.NAMES`. `remind` are the parts of the time, in percent, at which the person is reminded.
    """

    id: str
    say: str
    starts: str
    due_in: Setting | str
    calendar: str
    stops: str
    remind: tuple[int, ...] = ()
    when_late: Late | None = None
    applies_when: Condition | None = None
    cite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the script that has a title a person sees."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Control:
    """What makes the file a controlled document. `withdraws`: earlier versions nobody may go on with."""

    status: Literal["draft", "in_review", "released_by_maker", "retired"]
    owner: str
    change_ref: str
    effective_from: str
    review_by: str
    what_changed: str
    withdraws: tuple[str, ...] = ()


@dataclass(frozen=True)
class Script:
    """A whole playbook, its sub-flows in their places. `hash` is the SHA-256 of its canonical JSON after overlay.

    `for_regions` and `for_product_types` are empty when it is for all. `fast_lane` is the section after which a
    person may leave the rest for later.
    """

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
    clocks: Mapping[str, Clock]
    steps: tuple[Step, ...]
    hash: str = field(compare=False)
    for_regions: tuple[str, ...] = ()
    for_product_types: tuple[str, ...] = ()
    fast_lane: str = ""
    is_callable: bool = False
    takes: tuple[str, ...] = ()
    uses: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, NamedValue] = field(default_factory=dict)

    @property
    def is_part_only(self) -> bool:
        """Whether it is asked inside other playbooks only: it can be called, and no words ask for it alone."""
        return self.is_callable and not self.phrasings

    @cached_property
    def by_id(self) -> Mapping[str, Step]:
        """Steps by their name."""
        return {step.id: step for step in self.steps}

    @cached_property
    def section_titles(self) -> Mapping[str, str]:
        """Section titles by their id."""
        return {section.id: section.title for section in self.sections}

    @cached_property
    def conditions(self) -> Facts:
        """What each fact stands for."""
        return {name: fact.when for name, fact in self.facts.items()}

    @cached_property
    def place_of(self) -> Mapping[str, int]:
        """Where each step stands in the list."""
        return {step.id: number for number, step in enumerate(self.steps)}

    def ask(self, step_id: str) -> Ask | None:
        """The question of a step, or None when the step asks nothing or does not exist."""
        step = self.by_id.get(step_id)
        return step.does if step and isinstance(step.does, Ask) else None

    def is_after_fast_lane(self, step: Step) -> bool:
        """Whether `step` is one that a person in a hurry leaves for later: after the fast lane, before the last section."""
        order = [section.id for section in self.sections]
        return (
            bool(self.fast_lane) and order.index(self.fast_lane) < order.index(step.section) < len(order) - 1
        )
