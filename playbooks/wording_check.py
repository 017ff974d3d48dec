"""Whether the words of a playbook are plain, kind and complete."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from playbooks.errors import Path, Problem
from playbooks.loader import nearest
from playbooks.placeholder import placeholders
from playbooks.reading import grade
from playbooks.script import AnswerType, Ask, Script
from playbooks.text import Part, Text, texts

RUN_WORDS = ("run.ref",)
CLOCK_WORDS = ("clock.due",)
MAX_OPTIONS = 10
MAX_QUESTION_WORDS = 30
MAX_GRADE = 9
MAX_LENGTH: Mapping[Part, int] = {
    Part.QUESTION: 300,
    Part.MESSAGE: 600,
    Part.LABEL: 100,
    Part.PHRASE: 600,
    Part.LATE: 300,
    Part.WEAK: 600,
}

_GRADED = frozenset({Part.QUESTION, Part.MESSAGE, Part.LATE})
_BLAME = re.compile(
    r"(?<!\bno )\b(?:forgot(?:ten)?|careless(?:ly|ness)?|faults?(?! trees?\b)|blam(?:e[ds]?|ing)|mistakes?|human errors?"
    r"|operator errors?|negligen(?:t|ce)|sloppy|guilty|culprits?|should have known|failed to)\b",
    re.IGNORECASE,
)
_ASKS = r"(?:who|whom|when|where|what|which|why|how)\b"
_SECOND_QUESTION = re.compile(rf", and (?:to )?{_ASKS}|^({_ASKS}).* and \1", re.IGNORECASE)
_NAMES_SOMEBODY = re.compile(r"\b(?:whose|whom|who|names?)\b", re.IGNORECASE)
_BY_ROLE = re.compile(r"\broles?\b|\bno names?\b", re.IGNORECASE)


def wording_problems(script: Script, terms: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with the texts in the script's own file.

    `terms` gives for a word the one of the glossary that stands for it.
    """
    for text in texts(script):
        yield from _placeholders(script, text)
        yield from _length(text)
        if text.part is not Part.WEAK:
            yield from _tone(text, terms)
    for step in script.steps:
        if isinstance(step.does, Ask) and not step.flow and not step.releases:
            yield from _question(step.does, step.why, ("steps", step.at))


def _placeholders(script: Script, text: Text) -> Iterator[Problem]:
    known = (*RUN_WORDS, *CLOCK_WORDS) if text.part is Part.LATE else RUN_WORDS
    for name in placeholders(text.words):
        kind, _, rest = name.partition(".")
        if name in known or (kind == "fact" and rest.removesuffix(".because") in script.facts):
            continue
        if kind == "value":
            if rest not in script.values:
                remedy = nearest(rest, script.values) or "say in 'values' how it is worked out"
                yield Problem(text.path, f"unknown value {{{name}}}", remedy)
        elif kind != "site":
            yield Problem(text.path, f"unknown placeholder {{{name}}}", nearest(name, known))
        elif rest not in script.site_settings:
            yield Problem(text.path, f"{{{name}}} is not declared", f"add {rest!r} to 'site_settings'")


def _length(text: Text) -> Iterator[Problem]:
    limit = MAX_LENGTH[text.part]
    if len(text.words) > limit:
        found = f"{len(text.words)} characters, the limit is {limit}"
        yield Problem(text.path, found, "say it in fewer words")


def _tone(text: Text, terms: Mapping[str, str]) -> Iterator[Problem]:
    for word in dict.fromkeys(_BLAME.findall(text.words)):
        remedy = "say what was done or not done, and leave the why"
        yield Problem(text.path, f"{word!r} puts blame on somebody", remedy, is_warning=True)
    for synonym, term in terms.items():
        if re.search(rf"\b{re.escape(synonym)}s?\b", text.words, re.IGNORECASE):
            yield Problem(text.path, f"{synonym!r} is no word of ours", f"say {term!r}", is_warning=True)
    asked = grade(text.words) if text.part in _GRADED else None
    if asked is not None and asked > MAX_GRADE:
        found = f"this reads like grade {asked:.1f}, and {MAX_GRADE} is the most"
        yield Problem(text.path, found, "use shorter words and sentences", is_warning=True)


def _question(ask: Ask, why: str, path: Path) -> Iterator[Problem]:
    if len(ask.pickable) > MAX_OPTIONS:
        found, remedy = f"{len(ask.pickable)} options", f"keep to {MAX_OPTIONS}"
        yield Problem((*path, "options"), found, remedy, is_warning=True)
    words = len(ask.text.split())
    if words > MAX_QUESTION_WORDS:
        found, remedy = f"the question has {words} words", f"keep to {MAX_QUESTION_WORDS}"
        yield Problem((*path, "ask"), found, remedy, is_warning=True)
    is_story = ask.type is AnswerType.LONG_TEXT
    if ask.text.count("?") > 1 or (not is_story and _SECOND_QUESTION.search(ask.text)):
        yield Problem((*path, "ask"), "two questions in one", "ask one thing at a time", is_warning=True)
    names_somebody = _NAMES_SOMEBODY.search(ask.text) and not _BY_ROLE.search(ask.text)
    if not why and (ask.type is AnswerType.PERSON or names_somebody):
        found = "a question about a person that does not say why"
        yield Problem(path, found, "add 'why:'", is_warning=True)
