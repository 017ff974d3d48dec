"""From the plain tree of a playbook file to a `Script`, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process
from rapidfuzz.distance import OSA

from playbooks.conditions import All, Any, Condition, FactHolds, Has, IsAnswered, Not
from playbooks.errors import Path, Problem, ScriptRefused
from playbooks.run import hash_of
from playbooks.script import (
    AnswerType,
    Ask,
    Check,
    Control,
    Document,
    Does,
    Example,
    Finish,
    NamedFact,
    Option,
    Review,
    Say,
    Script,
    Section,
    Step,
    Stop,
    Unknown,
)

_NAME = r"^[a-z][a-z0-9_]*$"
_FILE_NAME = r"^[a-z][a-z0-9-]*$"
_GUIDE = "docs/writing-a-playbook.md"
_MOST_NAMED = 12
_KINDS = ("ask", "say", "stop", "review", "document", "finish")
_OF_A_QUESTION = frozenset(
    {
        *("type", "label", "options", "none", "unknown", "check", "example", "required", "max", "of"),
        "offers_opening",
    }
)
_OPERATORS = ("in", "includes_any", "answered")


class _Raw(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Control(_Raw):
    status: Literal["draft", "in_review", "released_by_maker", "retired"]
    owner: str
    change_ref: str
    effective_from: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    review_by: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    what_changed: str


class _Section(_Raw):
    id: str = Field(pattern=_NAME)
    title: str


class _Option(_Raw):
    value: str
    label: str
    hint: str = ""


class _Unknown(_Raw):
    label: str
    follow_up: str
    say: str = ""


class _Check(_Raw):
    must: dict[Literal["not_after", "not_before"], str] = Field(min_length=1, max_length=1)
    say: str


class _Example(_Raw):
    weak: str
    better: str


class _Stop(_Raw):
    level: Literal["notify"]
    say: str
    tell: str
    share: list[str] = Field(default_factory=list)


class _Document(_Raw):
    template: str
    formats: list[Literal["docx", "md"]] = Field(min_length=1)
    watermark: str


class _Fact(_Raw):
    say: str
    when: object


class _Step(_Raw):
    id: str = Field(pattern=_NAME)
    section: str
    when: object = None
    why: str = ""
    cite: list[str] = Field(default_factory=list)
    ask: str | None = None
    type: AnswerType | None = Field(default=None, strict=False)
    label: str = ""
    options: list[_Option] = Field(default_factory=list)
    none: _Option | None = None
    unknown: _Unknown | None = None
    check: list[_Check] = Field(default_factory=list)
    example: _Example | None = None
    required: bool = True
    max: int = Field(default=500, ge=1, le=4000)
    offers_opening: bool = False
    of: Literal["identifier", "text"] | None = None
    say: str | None = None
    stop: _Stop | None = None
    review: Literal["all"] | None = None
    document: _Document | None = None
    finish: str | None = None


class _Script(_Raw):
    playbook: str = Field(pattern=_FILE_NAME)
    title: str
    version: str
    language: str
    purpose: str
    coaching_only: Literal[True]
    for_roles: list[str]
    phrasings: list[str] = Field(default_factory=list)
    control: _Control
    site_settings: list[str] = Field(default_factory=list)
    sections: list[_Section] = Field(min_length=1)
    facts: dict[str, _Fact] = Field(default_factory=dict)
    steps: list[_Step] = Field(min_length=1)


def load(tree: object) -> Script:
    """The script that `tree` (a playbook file as plain data) holds.

    Raises ScriptRefused with every problem of shape it found; meaning is judged by `playbooks.check`.
    """
    try:
        raw = _Script.model_validate(tree)
    except ValidationError as error:
        raise ScriptRefused([as_problem(each, _known_keys, _GUIDE) for each in error.errors()]) from error
    problems: list[Problem] = []
    steps = [_step(step, ("steps", number), problems) for number, step in enumerate(raw.steps)]
    facts = {
        name: NamedFact(name, fact.say, when)
        for name, fact in raw.facts.items()
        if (when := _condition(fact.when, ("facts", name, "when"), problems)) is not None
    }
    if problems:
        raise ScriptRefused(problems)
    return Script(
        id=raw.playbook,
        title=raw.title,
        version=raw.version,
        language=raw.language,
        purpose=raw.purpose,
        for_roles=tuple(raw.for_roles),
        phrasings=tuple(raw.phrasings),
        control=Control(**raw.control.model_dump()),
        site_settings=tuple(raw.site_settings),
        sections=tuple(Section(section.id, section.title) for section in raw.sections),
        facts=facts,
        steps=tuple(step for step in steps if step is not None),
        hash=hash_of(tree),
    )


def nearest(word: str, words: Iterable[str]) -> str:
    """A remedy: "did you mean 'classify'?" where one of `words` is close to `word`, else what there is.

    Of many words only the first are named.
    """
    known = sorted(set(words))
    found = process.extractOne(word, known, scorer=OSA.distance, score_cutoff=max(len(word) // 3, 1))
    if found:
        return f"did you mean {found[0]!r}?"
    named = ", ".join(known[:_MOST_NAMED]) + (", …" if len(known) > _MOST_NAMED else "")
    return f"use one of: {named}" if known else ""


def as_problem(details: ErrorDetails, known_keys: Callable[[Path], Iterable[str]], guide: str) -> Problem:
    """What pydantic found, in an author's words. `known_keys` are those allowed at a path; `guide` explains the rest."""
    path: Path = tuple(details["loc"])
    name = ".".join(str(part) for part in path) or "the file"
    match details["type"]:
        case "extra_forbidden":
            return Problem(path, f"unknown key {str(path[-1])!r}", nearest(str(path[-1]), known_keys(path)))
        case "missing":
            return Problem(path[:-1], f"{str(path[-1])!r} is missing", f"add '{path[-1]}: …'")
        case "literal_error" | "enum":
            return Problem(
                path, f"{name} cannot be {details['input']!r}", f"use {details['ctx']['expected']}"
            )
        case "string_pattern_mismatch":
            return Problem(
                path, f"{details['input']!r} is badly shaped", f"it must match {details['ctx']['pattern']}"
            )
        case "string_type":
            return Problem(path, f"{name} is not text", "put it in quotes")
        case "dict_type" | "model_type":
            return Problem(
                path, f"{name} does not hold names with values", "write 'name: value', a line each"
            )
        case "list_type":
            return Problem(path, f"{name} is no list", "write '- ' before each item, a line each")
        case _:
            return Problem(path, f"{name}: {details['msg']}", f"see {guide}")


def _known_keys(path: Path) -> Iterable[str]:
    """The keys allowed where the unknown one at `path` stands."""
    parents = [part for part in path[:-1] if isinstance(part, str)]
    models: dict[str, type[BaseModel]] = {
        "control": _Control,
        "sections": _Section,
        "options": _Option,
        "none": _Option,
        "unknown": _Unknown,
        "check": _Check,
        "example": _Example,
        "stop": _Stop,
        "document": _Document,
        "facts": _Fact,
        "steps": _Step,
    }
    near = next((models[part] for part in reversed(parents) if part in models), _Script)
    return near.model_fields


def _step(raw: _Step, path: Path, problems: list[Problem]) -> Step | None:
    kinds = [kind for kind in _KINDS if getattr(raw, kind) is not None]
    if len(kinds) != 1:
        found = f"step {raw.id!r} does {' and '.join(kinds) or 'nothing'}"
        problems.append(Problem(path, found, f"give it exactly one of: {', '.join(_KINDS)}"))
        return None
    if idle := [] if raw.ask is not None else sorted(_OF_A_QUESTION & raw.model_fields_set):
        problems.append(
            Problem((*path, idle[0]), f"{kinds[0]!r} takes no {idle[0]!r}", "only a question does")
        )
    when = None if raw.when is None else _condition(raw.when, (*path, "when"), problems)
    does = _does(raw, path, problems)
    return None if does is None else Step(raw.id, raw.section, does, when, raw.why, tuple(raw.cite))


def _does(raw: _Step, path: Path, problems: list[Problem]) -> Does | None:
    if raw.ask is not None:
        return _ask(raw, raw.ask, path, problems)
    if raw.say is not None:
        return Say(raw.say)
    if raw.stop is not None:
        return Stop(raw.stop.level, raw.stop.say, raw.stop.tell, tuple(raw.stop.share))
    if raw.document is not None:
        return Document(raw.document.template, tuple(raw.document.formats), raw.document.watermark)
    return Finish(raw.finish) if raw.finish is not None else Review()


def _ask(raw: _Step, text: str, path: Path, problems: list[Problem]) -> Ask | None:
    if raw.type is None:
        types = ", ".join(AnswerType)
        problems.append(
            Problem(path, f"question {raw.id!r} has no type", f"add 'type:' with one of: {types}")
        )
        return None
    return Ask(
        text=text,
        type=raw.type,
        label=raw.label or text,
        options=tuple(_option(option) for option in raw.options),
        none=_option(raw.none) if raw.none else None,
        unknown=Unknown(raw.unknown.label, raw.unknown.follow_up, raw.unknown.say) if raw.unknown else None,
        checks=tuple(
            Check(must, against, check.say) for check in raw.check for must, against in check.must.items()
        ),
        example=Example(raw.example.weak, raw.example.better) if raw.example else None,
        is_required=raw.required,
        max_length=raw.max,
        offers_opening=raw.offers_opening,
    )


def _option(raw: _Option) -> Option:
    return Option(raw.value, raw.label, raw.hint)


def _condition(raw: object, path: Path, problems: list[Problem]) -> Condition | None:
    """The condition that `raw` writes: `{name: value}`, `{name: {in: [...]}}`, `{fact: name}`, all, any, not."""
    if not isinstance(raw, Mapping) or not raw:
        problems.append(Problem(path, f"a condition cannot be {raw!r}", "write it as {question: answer}"))
        return None
    parts = [_part(str(name), value, (*path, str(name)), problems) for name, value in raw.items()]
    known = tuple(part for part in parts if part is not None)
    if len(known) < len(parts):
        return None
    return known[0] if len(known) == 1 else All(known)


def _part(name: str, value: object, path: Path, problems: list[Problem]) -> Condition | None:
    match name, value:
        case "fact", str():
            return FactHolds(value)
        case (("all" | "any"), list()):
            return _several(name, value, path, problems)
        case "not", _:
            inner = _condition(value, path, problems)
            return inner and Not(inner)
        case (("all" | "any" | "fact"), _):
            problems.append(
                Problem(
                    path, f"{name!r} cannot hold {value!r}", "see 'Conditions' in docs/writing-a-playbook.md"
                )
            )
            return None
        case _, str():
            return Has(name, (value,))
        case _, Mapping() if len(value) == 1:
            return _operation(name, *next(iter(value.items())), path, problems)
    problems.append(
        Problem(path, f"{name!r} is compared with {value!r}", "compare it with text, or with {in: [...]}")
    )
    return None


def _several(name: str, raw: Sequence[object], path: Path, problems: list[Problem]) -> Condition | None:
    if not raw:
        problems.append(Problem(path, f"{name!r} holds nothing", "give it a list of conditions"))
        return None
    parts = [_condition(part, (*path, number), problems) for number, part in enumerate(raw)]
    known = tuple(part for part in parts if part is not None)
    if len(known) < len(parts):
        return None
    return All(known) if name == "all" else Any(known)


def _operation(
    name: str, operator: object, value: object, path: Path, problems: list[Problem]
) -> Condition | None:
    match operator, value:
        case (("in" | "includes_any"), list()) if value and all(isinstance(item, str) for item in value):
            return Has(name, tuple(str(item) for item in value))
        case "answered", bool():
            return IsAnswered(name, value)
        case (("in" | "includes_any" | "answered"), _):
            problems.append(
                Problem(
                    (*path, str(operator)),
                    f"{operator!r} cannot take {value!r}",
                    "give 'in' a list of texts, 'answered' true or false",
                )
            )
        case _:
            problems.append(
                Problem(path, f"unknown operator {operator!r}", nearest(str(operator), _OPERATORS))
            )
    return None
