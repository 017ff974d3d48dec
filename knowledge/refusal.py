"""What must never be advised, however it is asked: which of these requests a message makes, and what is said instead.

A request is recognised in two ways. By its words: whoever asks, and names what is done and what to, asks for it. And by
what it comes nearest to: the ways people ask for each, or messages that ask for none of them. A question what a word
means, who decides, or where something is found asks for none. A refusal too many costs a kind reminder, one too few an
unsafe answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from rapidfuzz import fuzz, process

from knowledge.index import Entry
from knowledge.scorecard import Features, Weights
from knowledge.search import NO_VOCABULARY, IndexOf, Searcher, Vocabulary, index_of
from knowledge.words import ends_asking, without_markup, words_of

_APOSTROPHES = str.maketrans("\N{RIGHT SINGLE QUOTATION MARK}\N{GRAVE ACCENT}", "''")
_TYPICAL = (0.45, 0.45)
_INNOCENT = "~"  # before the entry of what asks for nothing
_A_WORD = re.compile(
    r"[^\W\d_]{3}"
)  # what has none is a value: a number, a date, the number of a record or a lot
_FEWEST_WORDS = 4  # in fewer, nothing but the words of a refusal itself can be told
_MOST_UNKNOWN = 0.5  # of the weight of a message may lie in words that no message has
_SURE_OF_A_STATEMENT = 0.8  # what has no form of a request mostly tells what happened
_LEAST_LIKENESS = 0.45  # to one way to ask it: a long account shares words with some, and is like none
_LONG = 20  # words: a message of so many is as long as counts
_DONE = re.compile(
    r" (?:was|were|had|did|has been|have been|went|found|told|took|put|gave|made|\w{3,}ed)(?= )"
)
# What is known of a message: how near it comes to what is refused, and to what is not (`asked`, `innocent`), by all words;
# how like one way to ask it is, and one innocent message (`like_asked`, `like_innocent`); whether it has the form of a
# request (`request`), asks for information (`informing`) or tells what was done (`done`); numbers in it, and its length;
# and how near the nearest harmless thing that can be asked comes, by all words and in likeness (`rival`, `like_rival`).
SIGNS: Mapping[str, int] = {
    "asked": 1,
    "innocent": -1,
    "like_asked": 1,
    "like_innocent": -1,
    "rival": -1,
    "like_rival": -1,
    "request": 1,
    "informing": -1,
    "done": -1,
    "numbers": 0,
    "length": 0,
}
_BEGINNING = r"^(?: (?:hi|hello|hey|good|morning|afternoon|evening|night|coach|please|pls))* "
_GAP = r"(?: [\w'%]+){0,4} "  # up to four words may stand where a term has two dots


@dataclass(frozen=True, slots=True)
class Refusal:
    """One kind of request that gets no plain answer.

    `asks` are ways to ask it: each is a set of word groups that must all occur. `unless` are groups that make it
    another request. `reason` says why not, `instead` what to do now; `whom` are site roles to call, the first that the
    site knows. `cite` are fact ids. `escalate` means that somebody must hear of it at once. `is_always`: its words
    alone are enough, in a statement too. `playbook` is the one that helps with it, if one does.
    `phrasings` are messages that make it, `innocent` near ones that do not.
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
    phrasings: tuple[str, ...] = ()
    innocent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judge:
    """How sure it must be that a message asks for what is refused."""

    weights: Weights
    likely_from: float


@dataclass(frozen=True, slots=True)
class Rival:
    """The nearest harmless thing that can be asked: how near it comes, and how like one way to ask it is, 0 to 1."""

    score: float = 0.0
    alike: float = 0.0


NO_RIVAL = Rival()
NO_JUDGE = Judge(Weights(0.0, {}), 2.0)


@dataclass(frozen=True)
class Refusals:
    """Every refusal, the first that fits first, and the groups of words by which requests are told.

    `innocent` are messages that ask for none of them, `vocabulary` what is known of words, and `judge` how sure is enough.
    `index_of` makes the index when it is first needed.
    """

    words: Mapping[str, tuple[str, ...]]
    each: Sequence[Refusal]
    innocent: tuple[str, ...] = ()
    vocabulary: Vocabulary = NO_VOCABULARY
    judge: Judge = NO_JUDGE
    index_of: IndexOf = index_of

    @cached_property
    def _searcher(self) -> Searcher:
        asked = [Entry(each.id, (each.title, *each.phrasings)) for each in self.each]
        innocent = [Entry(_INNOCENT + each.id, each.innocent) for each in self.each if each.innocent]
        return Searcher(
            [*asked, *innocent, Entry(_INNOCENT, self.innocent)], self.vocabulary, _TYPICAL, self.index_of
        )

    def named_in(self, text: str) -> Refusal | None:
        """The refusal for what `text` asks in so many words."""
        words = _plain(text)
        is_asked = bool(self.each) and self._is_request(text, words) and not self._has("informing", words)
        for refusal in self.each:
            if (refusal.is_always or is_asked) and self._fits(refusal, words):
                return refusal
        return None

    def nearest_to(
        self, text: str, rival: Rival = NO_RIVAL, *, may_be_answer: bool = False, may_be_told: bool = False
    ) -> Refusal | None:
        """The refusal that `text` comes nearest to, if that is near enough, and nearer than `rival`.

        `may_be_told`: it may just tell what happened, so that what has not the form of a request must be surer.
        """
        if not self.each or not _A_WORD.search(text) or len(words_of(text)) < _FEWEST_WORDS:
            return None
        if may_be_answer and not ends_asking(text):
            return None
        features, nearest = self.features(text, rival)
        if features["unknown"] > _MOST_UNKNOWN or features["like_asked"] < _LEAST_LIKENESS:
            return None
        if nearest is None or self._is_other(nearest, _plain(text)):
            return None
        is_told = may_be_told and not features["request"]
        enough = max(_SURE_OF_A_STATEMENT, self.judge.likely_from) if is_told else self.judge.likely_from
        return nearest if self.judge.weights.sureness(features) >= enough else None

    def sureness(self, text: str, rival: Rival = NO_RIVAL) -> float:
        """How sure it is, 0 to 1, that `text` makes one of these requests; 0 where there is none."""
        return self.judge.weights.sureness(self.features(text, rival)[0]) if self.each else 0.0

    def features(self, text: str, rival: Rival = NO_RIVAL) -> tuple[Features, Refusal | None]:
        """What is known of a message, by the names of `SIGNS`, and the refusal it comes nearest to."""
        words, in_order = _plain(text), _sorted(text)
        found = self._searcher.search(text, most=2 * len(self.each) + 1)
        hits = found.hits
        asked = next((hit for hit in hits if not hit.entry.startswith(_INNOCENT)), None)
        innocent = next((hit for hit in hits if hit.entry.startswith(_INNOCENT)), None)
        features = {
            "asked": asked.score if asked else 0.0,
            "innocent": innocent.score if innocent else 0.0,
            "like_asked": _likeness(in_order, self._ways_to_ask),
            "like_innocent": _likeness(in_order, self._innocent_messages),
            "rival": rival.score,
            "like_rival": rival.alike,
            "request": float(self._is_request(text, words)),
            "informing": float(self._has("informing", words)),
            "done": float(_DONE.search(words) is not None),
            "numbers": float(any(letter.isdigit() for letter in text)),
            "unknown": found.features["unknown"],
            "length": min(len(in_order.split()), _LONG) / _LONG,
        }
        return features, next((each for each in self.each if asked and each.id == asked.entry), None)

    @cached_property
    def _ways_to_ask(self) -> tuple[str, ...]:
        return tuple(_sorted(text) for each in self.each for text in each.phrasings)

    @cached_property
    def _innocent_messages(self) -> tuple[str, ...]:
        return tuple(map(_sorted, (*self.innocent, *(text for each in self.each for text in each.innocent))))

    def _is_request(self, text: str, words: str) -> bool:
        return self._has("asking", words) or ends_asking(text)

    def _fits(self, refusal: Refusal, words: str) -> bool:
        is_named = any(all(self._has(group, words) for group in groups) for groups in refusal.asks)
        return is_named and not self._is_other(refusal, words)

    def _is_other(self, refusal: Refusal, words: str) -> bool:
        """Whether it is about something else that is said in the same words."""
        return any(self._has(group, words) for group in refusal.unless)

    def _has(self, group: str, words: str) -> bool:
        return _pattern(self.words[group]).search(words) is not None


NOTHING_REFUSED = Refusals({}, ())


def _sorted(text: str) -> str:
    """The words of `text` in the order of the alphabet, so that their own order does not count."""
    return " ".join(sorted(words_of(text)))


def _likeness(in_order: str, others: Sequence[str]) -> float:
    """How like the nearest of these a text is, 0 to 1; all with their words in the order of the alphabet."""
    found = process.extract(in_order, others, scorer=fuzz.ratio, limit=1)
    return found[0][1] / 100 if found else 0.0


def _plain(text: str) -> str:
    """`text` in small letters with one space between its words, and one at either end."""
    found = re.findall(r"[\w'%]+", without_markup(text).lower().translate(_APOSTROPHES))
    words = " ".join(filter(None, (word.strip("'") for word in found)))
    return f" {words} "


@lru_cache(maxsize=1_000)
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    """What finds any of these terms.

    `retest*` begins a word, `run .. again` has room for a few words, `^just` begins it all, or follows a greeting.
    """
    return re.compile("|".join(_expression(term) for term in terms))


def _expression(term: str) -> str:
    """The regular expression of one term; it takes the spaces around it."""
    start = _BEGINNING if term.startswith("^") else " "
    parts = [
        " ".join(
            re.escape(word.rstrip("*")) + (r"[\w'%]*" if word.endswith("*") else "") for word in part.split()
        )
        for part in term.removeprefix("^").split("..")
    ]
    return f"{start}{_GAP.join(parts)}(?= )"
