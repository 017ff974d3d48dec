"""What a coaching check knows, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from playbooks.coaching.prose import Prose


class Kind(StrEnum):
    """What a text is, for a check: a cause is out of place in a description, and asked for in a root cause."""

    DESCRIPTION = "description"
    ROOT_CAUSE = "root_cause"
    ACTION = "action"
    EFFECTIVENESS = "effectiveness"
    OOS = "oos"


class Tier(IntEnum):
    """The order in which questions are put: what could still be lost, then facts, then words."""

    EVIDENCE = 1
    FACTS = 2
    WORDS = 3
    LENGTH = 4


class Held(StrEnum):
    """What an answer of its own may hold already, so that it is never asked for in prose."""

    WHEN = "when"
    IDENTIFIER = "identifier"
    HOW_FOUND = "how_found"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the text.

    `held` are the things that other answers hold. `description` is that of the event and `root_cause` the cause named,
    where there is one to compare with. `glossary` are the short forms that every reader at this site knows.
    """

    held: frozenset[Held] = frozenset()
    description: str = ""
    root_cause: str = ""
    glossary: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One question to put: the check, the person's own words that led to it (none where something is left out)."""

    check: str
    quote: str
    question: str


# The words that led to it; "" where it is what is left out; None where there is nothing to ask.
Find = Callable[[Prose, Known], str | None]


@dataclass(frozen=True, slots=True)
class TextCheck:
    """One thing to look for in a text of its `kind` (None: in any), and the question it leads to.

    `question` has a place for `{quote}` where something was said. `skipped_by` is what makes it needless.
    """

    id: str
    kind: Kind | None
    tier: Tier
    question: str
    find: Find
    skipped_by: Held | None = None


def left_out(source: str) -> Find:
    """A check that asks where nothing like the pattern is said."""

    def find(prose: Prose, _: Known) -> str | None:
        return None if prose.has(source) else ""

    return find


def said(source: str, *, unless: str = "", even_denied: bool = False) -> Find:
    """A check that asks where the pattern is said, unless it is denied there or `unless` stands in its sentence."""

    def find(prose: Prose, _: Known) -> str | None:
        return prose.said(source, unless, even_denied=even_denied)

    return find


def said_without(source: str, missing: str) -> Find:
    """A check that asks where the pattern is said, and nothing like `missing` anywhere in the text."""

    def find(prose: Prose, _: Known) -> str | None:
        return None if prose.has(missing) else prose.said(source)

    return find
