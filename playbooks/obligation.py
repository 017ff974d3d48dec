"""What a playbook must never lose: a list that QA owns.

A linter sees what is wrong in a file; it cannot see that a protection is missing. Every obligation says in a sentence
what a playbook does for people, and names the steps that do it. `playbooks.obligation_check` says whether it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field, TypeAdapter, ValidationError

from playbooks.errors import Path, Problem, ScriptRefused
from playbooks.loader import as_problem
from playbooks.shape import FILE_NAME, Raw, RawSetting

FORMS = (
    "first_question",
    "in_order",
    "asks",
    "shows",
    "holds",
    "tells",
    "hands_over",
    "releases",
    "clock",
    "official_record",
    "review_before_document",
    "goes_to",
    "never_says",
)
_COMES = frozenset({"before", "when_answer", "not_when_answer"})
_TAKES: Mapping[str, frozenset[str]] = {
    "asks": _COMES | {"offers"},
    "shows": _COMES,
    "holds": _COMES | {"role", "shares"},
    "tells": _COMES | {"role", "shares"},
    "hands_over": _COMES | {"role", "shares"},
    "releases": frozenset({"by_role", "by_self", "asks_for"}),
    "clock": frozenset({"starts", "stops", "due_in", "calendar", "when_answer"}),
    "official_record": frozenset({"before"}),
    "goes_to": _COMES | {"step", "carries"},
}
_GUIDE = "docs/writing-a-playbook.md"
_ALWAYS = frozenset({"id", "playbook", "says"})


class Obligation(Raw):
    """One thing that a playbook must go on doing. It has exactly one of `FORMS`, and what belongs to it.

    `when_answer`: on every path where these answers are given (`answered`: any answer);
    `not_when_answer`: on none where those are. `before`: these steps come later. `offers`: these
    options can be picked. Steps of a sub-flow are named as in its caller.
    """

    id: str = Field(pattern=FILE_NAME)
    playbook: str = Field(pattern=FILE_NAME)
    says: str
    first_question: str = ""
    in_order: list[str] = Field(default_factory=list)
    asks: str = ""
    shows: str = ""
    holds: str = ""
    tells: str = ""
    hands_over: str = ""
    releases: str = ""
    clock: str = ""
    official_record: str = ""
    review_before_document: Literal[True] | None = None
    goes_to: str = ""
    never_says: list[str] = Field(default_factory=list)
    before: list[str] = Field(default_factory=list)
    offers: list[str] = Field(default_factory=list)
    when_answer: dict[str, str] = Field(default_factory=dict)
    not_when_answer: dict[str, str] = Field(default_factory=dict)
    role: str = ""
    shares: list[str] = Field(default_factory=list)
    by_role: list[str] = Field(default_factory=list)
    by_self: bool = False
    asks_for: list[str] = Field(default_factory=list)
    starts: str = ""
    stops: str = ""
    due_in: str | RawSetting = ""
    calendar: str = ""
    step: str = ""
    carries: list[str] = Field(default_factory=list)

    @property
    def form(self) -> str:
        """Which of `FORMS` it is."""
        return next(form for form in FORMS if form in self.model_fields_set)


_ALL: TypeAdapter[list[Obligation]] = TypeAdapter(list[Obligation])


def read_obligations(tree: object) -> tuple[Obligation, ...]:
    """The obligations that `tree` (the file as plain data) holds. Raises ScriptRefused with every problem of shape."""
    try:
        found = _ALL.validate_python(tree)
    except ValidationError as error:
        problems = [
            as_problem(details, lambda _: Obligation.model_fields, _GUIDE) for details in error.errors()
        ]
        raise ScriptRefused(problems) from error
    if problems := [problem for number, each in enumerate(found) for problem in _shape(number, each, found)]:
        raise ScriptRefused(problems)
    return tuple(found)


def _shape(number: int, one: Obligation, every: Sequence[Obligation]) -> Iterator[Problem]:
    path: Path = (number,)
    forms = [form for form in FORMS if form in one.model_fields_set]
    if len(forms) != 1:
        found = f"obligation {one.id!r} says {' and '.join(forms) or 'nothing'}"
        yield Problem(path, found, f"give it exactly one of: {', '.join(FORMS)}")
        return
    for key in sorted(one.model_fields_set - _ALWAYS - {forms[0]} - _TAKES.get(forms[0], frozenset())):
        yield Problem((number, key), f"{key!r} means nothing beside {forms[0]!r}", "remove it")
    if one.id in {other.id for other in every[:number]}:
        yield Problem((number, "id"), f"{one.id!r} is used before", "give each its own id")
