"""What must never be advised, however it is asked: which of these requests a message makes, and what is said instead.

A request is recognised by its words, not by its likeness to a phrasing: "just reinject it quick before she comes" asks
for the same as "may I repeat the measurement". A statement of what was done is no request; nor is a question what a
word means. A word too many here costs a kind reminder, a word too few an unsafe answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

_APOSTROPHES = str.maketrans("\N{RIGHT SINGLE QUOTATION MARK}\N{GRAVE ACCENT}", "''")
_GAP = r"(?: [\w'%]+){0,4} "  # up to four words may stand where a term has two dots


@dataclass(frozen=True, slots=True)
class Refusal:
    """One kind of request that gets no plain answer.

    `asks` are ways to ask it: each is a set of word groups that must all occur. `unless` are groups that make it
    another request. `reason` says why not, `instead` what to do now; `whom` are site roles to call, the first that the
    site knows. `cite` are fact ids. `escalate` means that somebody must hear of it at once. `is_always`: its words
    alone are enough, in a statement too. `playbook` is the one that helps with it, if one does.
    `examples` are messages that make it.
    """

    id: str
    title: str
    kind: Literal["refuse", "escalate"]
    asks: tuple[tuple[str, ...], ...]
    reason: str
    instead: str
    whom: tuple[str, ...]
    cite: tuple[str, ...]
    unless: tuple[str, ...] = ()
    is_always: bool = False
    playbook: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusals:
    """Every refusal, the first that fits first, and the groups of words by which requests are told."""

    words: Mapping[str, tuple[str, ...]]
    each: Sequence[Refusal]

    @cached_property
    def _patterns(self) -> Mapping[str, re.Pattern[str]]:
        return {name: _pattern(terms) for name, terms in self.words.items()}

    def found_in(self, text: str) -> Refusal | None:
        """The refusal for the request that `text` makes; None where it makes none of these."""
        if not self.each:
            return None
        words = _plain(text)
        is_request = self._has("asking", words) or text.rstrip().endswith("?")
        if self._has("meaning", words):
            return None
        for refusal in self.each:
            if (is_request or refusal.is_always) and self._fits(refusal, words):
                return refusal
        return None

    def _fits(self, refusal: Refusal, words: str) -> bool:
        return any(all(self._has(group, words) for group in groups) for groups in refusal.asks) and not any(
            self._has(group, words) for group in refusal.unless
        )

    def _has(self, group: str, words: str) -> bool:
        return self._patterns[group].search(words) is not None


NOTHING_REFUSED = Refusals({}, ())


def _plain(text: str) -> str:
    """`text` in small letters with one space between its words, and one at either end."""
    words = re.findall(r"[\w'%]+", text.lower().translate(_APOSTROPHES))
    return f" {' '.join(words)} "


def _pattern(terms: Sequence[str]) -> re.Pattern[str]:
    """What finds any of these terms: `retest*` begins a word, `run .. again` has room for a few words, `^just` begins it all."""
    return re.compile("|".join(_expression(term) for term in terms))


def _expression(term: str) -> str:
    """The regular expression of one term; it takes the spaces around it."""
    start = "^ " if term.startswith("^") else " "
    parts = [
        " ".join(
            re.escape(word.rstrip("*")) + (r"[\w'%]*" if word.endswith("*") else "") for word in part.split()
        )
        for part in term.removeprefix("^").split("..")
    ]
    return f"{start}{_GAP.join(parts)}(?= )"
