"""The shape of a playbook file: every key there is, and what each may hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from playbooks.errors import Path
from playbooks.script import AnswerType

NAME = r"^[a-z][a-z0-9_]*$"
FILE_NAME = r"^[a-z][a-z0-9-]*$"
DATE = r"^\d{4}-\d{2}-\d{2}$"
KINDS = (
    "ask",
    "say",
    "use",
    "go_to",
    "stop",
    "hand_over",
    "hand_back",
    "review",
    "document",
    "figure",
    "finish",
)

Region = Literal["US", "EU", "UK"]
Draws = Literal["whys", "fishbone", "control_chart", "radar"]
Part = Literal["answers", "open_points", "attachments", "script_version"]


class Raw(BaseModel):
    """A mapping with these keys and no others; nothing is turned into something else."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class RawSetting(Raw):
    """A value the site gives: `{site: name}`."""

    site: str = Field(pattern=NAME)


class RawControl(Raw):
    """What makes the file a controlled document."""

    status: Literal["draft", "in_review", "released_by_maker", "retired"]
    owner: str
    change_ref: str
    effective_from: str = Field(pattern=DATE)
    review_by: str = Field(pattern=DATE)
    what_changed: str
    withdraws: list[str] = Field(default_factory=list)


class RawSection(Raw):
    """A part of the script."""

    id: str = Field(pattern=NAME)
    title: str


class RawOption(Raw):
    """One answer to pick."""

    value: str
    label: str
    hint: str = ""


class RawUnknown(Raw):
    """How "I don't know" is offered."""

    label: str
    follow_up: str
    say: str = ""
    for_role: str = ""


class RawCheck(Raw):
    """What an answer cannot be."""

    must: dict[Literal["not_after", "not_before"], str] = Field(min_length=1, max_length=1)
    say: str


class RawExample(Raw):
    """A worked example."""

    weak: str
    better: str


class RawCoach(Raw):
    """Which coaching checks look at a text."""

    checks: list[str] = Field(min_length=1)
    at_most: int = Field(default=2, ge=1, le=2)
    rounds: int = Field(default=1, ge=1, le=2)
    knows: dict[Literal["when", "identifier", "how_found", "history", "description", "root_cause"], str] = (
        Field(default_factory=dict)
    )


class RawReleaseAsk(Raw):
    """A question of a self-release."""

    ask: str
    label: str
    type: Literal["text", "person", "datetime"] = "text"


class RawOrSelf(Raw):
    """How the person can release a stop that somebody else should."""

    label: str = "I have spoken to them"
    asks: list[str | RawReleaseAsk] = Field(min_length=1)


class RawRelease(Raw):
    """What lets a held run go on."""

    self: str = ""
    by_role: list[str] = Field(default_factory=list)
    or_self: RawOrSelf | None = None


class RawFallback(Raw):
    """What is said when nobody read it in time."""

    after: str
    say: str


class RawStop(Raw):
    """Somebody must hear of this."""

    level: Literal["immediate", "notify"]
    say: str
    tell: str = ""
    share: list[str] = Field(default_factory=list)
    release: RawRelease | None = None
    if_no_answer: RawFallback | None = None


class RawHandOver(Raw):
    """The next part belongs to a colleague."""

    to: str
    say: str
    share: list[str] = Field(default_factory=list)
    together: str = ""
    if_no_answer: RawFallback | None = None


class RawHandBack(Raw):
    """The colleague's part is done."""

    say: str


class RawDocument(Raw):
    """A draft."""

    template: str
    formats: list[Literal["docx", "md"]] = Field(min_length=1)
    watermark: str
    name: str = "{run.ref}-draft"
    contains: tuple[Part, ...] = Field(
        default=("answers", "open_points", "attachments", "script_version"), strict=False
    )


class RawFact(Raw):
    """A condition with a name, or what a calculation says: `calc`, its inputs, and one comparison."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    say: str
    when: object = None
    calc: str | None = None


class RawValue(Raw):
    """A number worked out from answers: its label, the function `calc`, and the function's inputs."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    say: str
    calc: str


class RawWhys(Raw):
    """What a chain of causes is made of."""

    event: str
    whys: list[str] = Field(min_length=1, max_length=10)
    evidence: list[str] = Field(default_factory=list)


class RawFishbone(Raw):
    """What a fishbone is made of."""

    event: str
    bones: dict[str, str] = Field(min_length=2, max_length=8)


class RawControlChart(Raw):
    """What a control chart is made of."""

    values: str
    lower: str = ""
    upper: str = ""


class RawRadar(Raw):
    """What a radar is made of."""

    axes: dict[str, str] = Field(min_length=3, max_length=12)


class RawFigure(Raw):
    """A picture made from answers. `of` has the shape that belongs to what it `draws`."""

    draws: Draws
    title: str
    say: str
    of: object


OF: Mapping[str, type[RawWhys | RawFishbone | RawControlChart | RawRadar]] = {
    "whys": RawWhys,
    "fishbone": RawFishbone,
    "control_chart": RawControlChart,
    "radar": RawRadar,
}


class RawLate(Raw):
    """Who hears when a clock has run out."""

    say: str
    tell: str = "self"


class RawClock(Raw):
    """A time limit."""

    say: str
    starts: str
    due_in: str | RawSetting
    calendar: Literal["site_working_days", "us_federal", "hours"]
    stops: str
    remind: list[str] = Field(default_factory=list)
    when_late: RawLate | None = None
    applies_when: object = None
    cite: list[str] = Field(default_factory=list)


class RawStep(Raw):
    """One step."""

    id: str = Field(pattern=NAME)
    section: str
    when: object = None
    why: str = ""
    hint: str = ""
    cite: list[str] = Field(default_factory=list)
    ask: str | None = None
    type: AnswerType | None = Field(default=None, strict=False)
    label: str = ""
    options: list[RawOption] = Field(default_factory=list)
    none: RawOption | None = None
    unknown: RawUnknown | None = None
    check: list[RawCheck] = Field(default_factory=list)
    coach: RawCoach | None = None
    example: RawExample | None = None
    depends_on: list[str] = Field(default_factory=list)
    clock: str = ""
    required: bool = True
    can_wait: bool = False
    max: int = Field(default=500, ge=1, le=4000)
    max_files: int = Field(default=5, ge=1, le=10)
    allow: list[Literal["jpg", "png", "pdf"]] = Field(default_factory=list)
    of: Literal["identifier", "text", "number"] = "text"
    unit: str = ""
    mask: str | RawSetting = ""
    tone: Literal["", "no_blame"] = ""
    offers_opening: bool = False
    offers_after: list[str] = Field(default_factory=list)
    say: str | None = None
    use: str | None = None
    with_: dict[str, str] = Field(default_factory=dict, alias="with")
    returns: list[str] = Field(default_factory=list)
    go_to: str | None = None
    carry: dict[str, str] = Field(default_factory=dict)
    stop: RawStop | None = None
    hand_over: RawHandOver | None = None
    hand_back: RawHandBack | None = None
    review: Literal["all"] | None = None
    document: RawDocument | None = None
    figure: RawFigure | None = None
    finish: str | None = None


class RawScript(Raw):
    """A whole playbook file."""

    playbook: str = Field(pattern=FILE_NAME)
    title: str
    version: str
    language: str
    purpose: str
    coaching_only: Literal[True]
    for_roles: list[str]
    for_regions: list[Region] = Field(default_factory=list)
    for_product_types: list[str] = Field(default_factory=list)
    phrasings: list[str] = Field(default_factory=list)
    callable: bool = False
    takes: list[str] = Field(default_factory=list)
    control: RawControl
    site_settings: list[str] = Field(default_factory=list)
    sections: list[RawSection] = Field(min_length=1)
    fast_lane: str = ""
    facts: dict[str, RawFact] = Field(default_factory=dict)
    values: dict[str, RawValue] = Field(default_factory=dict)
    clocks: dict[str, RawClock] = Field(default_factory=dict)
    steps: list[RawStep] = Field(min_length=1)


# Each kind has the common keys and its own; an `ask` has all but those of the others.
_COMMON = frozenset({"id", "section", "when", "why", "hint", "cite"})
_OF_KIND = {"use": frozenset({"with", "returns", "label"}), "go_to": frozenset({"carry"})}
_NOT_OF_ASK = frozenset({*KINDS, "with", "returns", "carry"}) - {"ask"}

_MODELS: dict[str, type[BaseModel]] = {
    "control": RawControl,
    "sections": RawSection,
    "options": RawOption,
    "none": RawOption,
    "unknown": RawUnknown,
    "check": RawCheck,
    "coach": RawCoach,
    "example": RawExample,
    "or_self": RawOrSelf,
    "release": RawRelease,
    "if_no_answer": RawFallback,
    "stop": RawStop,
    "hand_over": RawHandOver,
    "hand_back": RawHandBack,
    "document": RawDocument,
    "figure": RawFigure,
    "facts": RawFact,
    "values": RawValue,
    "when_late": RawLate,
    "clocks": RawClock,
    "steps": RawStep,
}


def known_keys(path: Path) -> Iterable[str]:
    """The keys allowed where an unknown one stands at `path`."""
    parents = [part for part in path[:-1] if isinstance(part, str)]
    near = next((_MODELS[part] for part in reversed(parents) if part in _MODELS), RawScript)
    return [field.alias or name for name, field in near.model_fields.items()]


_AS_WRITTEN = {name: field.alias or name for name, field in RawStep.model_fields.items()}


def stray_keys(step: RawStep, kind: str) -> list[str]:
    """The keys of `step` that have no meaning for a step that does `kind`."""
    written = {_AS_WRITTEN[name] for name in step.model_fields_set}
    if kind == "ask":
        return sorted(written & _NOT_OF_ASK)
    return sorted(written - _COMMON - {kind} - _OF_KIND.get(kind, frozenset()))
