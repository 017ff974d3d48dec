"""Questions that no answer settled: kept without names, and put together where they are alike."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from knowledge.words import stem, without_markup

Kind = Literal["unanswered", "none_of_these", "disputed"]
LONGEST = 300  # characters of a question; nobody can be found by a short one, and a long one is a story
ALIKE = 70  # of two questions' words, in percent: of phrasings of different articles, one pair in ten thousand is so near
ALIKE_OF_ONE_ENTRY = 50  # where both come nearest to the same entry
SOMEBODY = "somebody"
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is kept. `entry` is the one that answered it, where one did; `day` is ISO 8601.

    `words` are its words, mended; `nearest` is the entry that comes nearest to them now. A dispute may have no text.
    """

    id: str
    kind: Kind
    day: str
    text: str = ""
    entry: str = ""
    words: tuple[str, ...] = ()
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Like questions, the first that was asked before the others."""

    questions: tuple[Question, ...]

    @property
    def id(self) -> str:
        """The id of the first question: it stays as long as that is kept, whatever is asked later."""
        return self.questions[0].id

    @property
    def newest(self) -> str:
        """The day of the newest question."""
        return max(question.day for question in self.questions)

    @property
    def texts(self) -> tuple[str, ...]:
        """What was asked, each wording once."""
        by_words = {question.words: question.text for question in reversed(self.questions) if question.text}
        return tuple(reversed(by_words.values()))

    @property
    def kinds(self) -> dict[Kind, int]:
        """How many questions there are of each kind."""
        found = [question.kind for question in self.questions]
        return {kind: found.count(kind) for kind in sorted(set(found))}

    @property
    def entry(self) -> str:
        """The entry concerned, or else the nearest; empty where nothing comes near."""
        return next((each for q in self.questions for each in (q.entry, q.nearest) if each), "")


def clusters(questions: Iterable[Question]) -> tuple[Cluster, ...]:
    """Like questions together, the newest first. The same questions make the same clusters, in whatever order they come.

    Each is compared with the first of a cluster only, oldest first, so that what is asked later moves no earlier one.
    Disputes of one entry belong together, whatever was asked.
    """
    found: list[list[Question]] = []
    for question in sorted(questions, key=lambda question: (question.day, question.id)):
        own = next((cluster for cluster in found if _is_like(cluster[0], question)), None)
        if own is None:
            found.append([question])
        else:
            own.append(question)
    return tuple(sorted((Cluster(tuple(each)) for each in found), key=lambda each: each.newest, reverse=True))


def nameless(text: str, names: Collection[str] = ()) -> str:
    """`text` as it may be kept: one line, not long, without mentions, addresses and these people's names."""
    text = _EMAIL.sub(SOMEBODY, " ".join(without_markup(text).split()))
    for name in sorted(names, key=lambda name: (-len(name), name)):
        text = re.sub(rf"\b{re.escape(name)}\b", SOMEBODY, text, flags=re.IGNORECASE)
    return text[:LONGEST].strip()


def _is_like(first: Question, question: Question) -> bool:
    disputes = [each.entry for each in (first, question) if each.kind == "disputed"]
    if disputes:
        return len(disputes) == 2 and disputes[0] == disputes[1]
    is_of_one = bool(first.nearest) and first.nearest == question.nearest
    alike = fuzz.token_sort_ratio(_stems(first.words), _stems(question.words))
    return alike >= (ALIKE_OF_ONE_ENTRY if is_of_one else ALIKE)


def _stems(words: Sequence[str]) -> str:
    return " ".join(stem(word) for word in words)
