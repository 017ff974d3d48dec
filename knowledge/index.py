"""How near each entry comes to the words of a question: by the words it shares, and by their spelling.

All phrasings of an entry are pooled: an entry is one document of all its words, and one point between its phrasings.
The two measures are added, each against what it usually reaches, and never ranked first: how far the best entry comes is
what tells a question that is known from one that is not.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from knowledge.words import stem, words_of

_K1, _B = 1.2, 0.75  # BM25: how fast a repeated word stops to count, and how much a long entry is held back
_PAIR_WEIGHT = 0.4  # what two words in a row count, beside the words themselves
_SPELLING_WEIGHT = 0.75
_GRAMS = (2, 3, 4)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be asked for, and ways people ask for it."""

    id: str
    phrasings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry and how near it comes: by shared words (0 to 1), by spelling (0 to 1), and both together."""

    entry: str
    words: float
    spelling: float
    score: float


class Index:
    """All entries, ready to be ranked. Built once; the same entries in the same order give the same numbers."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.ids = tuple(entry.id for entry in entries)
        documents = [[words_of(phrasing) for phrasing in entry.phrasings] for entry in entries]
        self.vocabulary = Counter(word for phrasings in documents for words in phrasings for word in words)
        self._weigh_words(documents)
        self._weigh_spelling(documents)

    def _weigh_words(self, documents: Sequence[Sequence[Sequence[str]]]) -> None:
        """BM25 over one document an entry: for each term, how much it speaks for each entry."""
        counts: list[dict[str, float]] = []
        for phrasings in documents:
            count: dict[str, float] = defaultdict(float)
            for words in phrasings:
                for term, weight in _terms(words).items():
                    count[term] += weight
            counts.append(count)
        lengths = [sum(n for term, n in count.items() if " " not in term) for count in counts]
        average = (sum(lengths) / len(lengths) if lengths else 0.0) or 1.0
        holders = Counter(term for count in counts for term in count)
        total = len(counts)
        self.idf = {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in holders.items()}
        self.most_idf = math.log(1 + (total + 0.5) / 0.5)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, count in enumerate(counts):
            norm = _K1 * (1 - _B + _B * lengths[number] / average)
            for term, n in count.items():
                self._postings[term].append((number, self.idf[term] * n * (_K1 + 1) / (n + norm) / (_K1 + 1)))

    def _weigh_spelling(self, documents: Sequence[Sequence[Sequence[str]]]) -> None:
        """TF-IDF of letter groups: each entry is the middle of its phrasings, on a ball of radius one."""
        grams = [[Counter(_grams(words)) for words in phrasings] for phrasings in documents]
        every = [each for phrasings in grams for each in phrasings]
        holders = Counter(gram for each in every for gram in each)
        total = len(every)
        self._gram_idf = {gram: math.log((1 + total) / (1 + n)) + 1 for gram, n in holders.items()}
        self._gram_postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, phrasings in enumerate(grams):
            centre: dict[str, float] = defaultdict(float)
            for each in phrasings:
                for gram, weight in self._on_ball(each).items():
                    centre[gram] += weight
            norm = math.sqrt(math.fsum(weight * weight for weight in centre.values())) or 1.0
            for gram, weight in centre.items():
                self._gram_postings[gram].append((number, weight / norm))

    def _on_ball(self, count: Mapping[str, int]) -> dict[str, float]:
        weights = {
            gram: (1 + math.log(n)) * self._gram_idf[gram]
            for gram, n in count.items()
            if gram in self._gram_idf
        }
        norm = math.sqrt(math.fsum(weight * weight for weight in weights.values())) or 1.0
        return {gram: weight / norm for gram, weight in weights.items()}

    def rank(self, words: Sequence[str], typical: tuple[float, float] = (1.0, 1.0)) -> list[Hit]:
        """Every entry that shares anything with `words`, nearest first; of equals, the one that stands first.

        `typical` is what the two measures usually reach for a question that is known.
        """
        total = len(self.ids)
        shared = [0.0] * total
        most = 0.0
        for term, weight in _terms(words).items():
            most += weight * self.idf.get(term, self.most_idf)
            for number, value in self._postings.get(term, ()):
                shared[number] += weight * value
        spelled = [0.0] * total
        for gram, weight in self._on_ball(Counter(_grams(words))).items():
            for number, value in self._gram_postings[gram]:
                spelled[number] += weight * value
        most = most or 1.0
        a, b = typical
        scores = [shared[n] / most / a + _SPELLING_WEIGHT * spelled[n] / b for n in range(total)]
        order = sorted((n for n in range(total) if scores[n] > 0), key=lambda n: (-scores[n], n))
        return [Hit(self.ids[n], shared[n] / most, spelled[n], scores[n]) for n in order]


def _terms(words: Sequence[str]) -> dict[str, float]:
    """The stems of `words`, and each two in a row, with what they count."""
    stems = [stem(word) for word in words]
    count: dict[str, float] = defaultdict(float)
    for each in stems:
        count[each] += 1
    for one, other in pairwise(stems):
        count[f"{one} {other}"] += _PAIR_WEIGHT
    return count


def _grams(words: Iterable[str]) -> list[str]:
    """Every group of two to four letters in a word, its edges included."""
    return [gram for word in words for gram in _grams_of(word)]


@lru_cache(maxsize=50_000)
def _grams_of(word: str) -> tuple[str, ...]:
    edged = f" {word} "
    return tuple(
        edged[start : start + size] for size in _GRAMS for start in range(max(1, len(edged) - size + 1))
    )
