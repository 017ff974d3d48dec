"""How near each entry comes to the words of a question: by the words it shares, and by their spelling.

All phrasings of an entry are pooled: an entry is one document of all its words, and one point between its phrasings.
The two measures are added, each against what it usually reaches, and never ranked first: how far the best entry comes is
what tells a question that is known from one that is not.
"""

from __future__ import annotations

import math
from array import array
from base64 import b64decode, b64encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any

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


class Postings:
    """For each term, the entries that have it and how much it speaks for each; packed, so that many stay small."""

    def __init__(
        self, terms: Iterable[str], ends: array[int], entries: array[int], weights: array[float]
    ) -> None:
        self._number = {term: number for number, term in enumerate(terms)}
        self._ends, self._entries, self._weights = ends, entries, weights

    @classmethod
    def of(cls, by_term: Mapping[str, Sequence[tuple[int, float]]]) -> Postings:
        """Those in which each term has these entries, by number, with their weights."""
        ends, entries, weights = array("L"), array("H"), array("d")
        for held in by_term.values():
            entries.extend([number for number, _ in held])
            weights.extend([weight for _, weight in held])
            ends.append(len(entries))
        return cls(by_term, ends, entries, weights)

    def add(self, totals: list[float], terms: Mapping[str, float]) -> None:
        """Add what these terms, each with its weight, speak for each entry to its total."""
        for term, weight in terms.items():
            if (number := self._number.get(term)) is not None:
                held = slice(self._ends[number - 1] if number else 0, self._ends[number])
                for entry, value in zip(self._entries[held], self._weights[held], strict=True):
                    totals[entry] += weight * value

    def kept(self) -> dict[str, object]:
        """All of it, in values that JSON knows; `of_kept` makes it again."""
        arrays = (self._ends, self._entries, self._weights)
        return {"terms": list(self._number), "arrays": [_packed(each) for each in arrays]}

    @classmethod
    def of_kept(cls, kept: Mapping[str, Any]) -> Postings:
        """What was kept, on a machine of the same kind."""
        ends, entries, weights = kept["arrays"]
        return cls(kept["terms"], _unpacked("L", ends), _unpacked("H", entries), _unpacked("d", weights))


@dataclass(frozen=True)
class Index:
    """All entries, ready to be ranked. The same entries in the same order give the same numbers.

    `vocabulary` counts the words of all phrasings. `idf` is what each term weighs, and `most_idf` what one does that no
    entry has. It holds up to 65,535 entries.
    """

    ids: tuple[str, ...]
    vocabulary: Mapping[str, int]
    idf: Mapping[str, float]
    most_idf: float
    _postings: Postings
    _gram_idf: Mapping[str, float]
    _gram_postings: Postings

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Index:
        """The index of these entries."""
        documents = [[words_of(phrasing) for phrasing in entry.phrasings] for entry in entries]
        return cls(
            tuple(entry.id for entry in entries),
            Counter(chain.from_iterable(chain.from_iterable(documents))),
            *_weighed_words(documents),
            *_weighed_spelling(documents),
        )

    def kept(self) -> dict[str, object]:
        """All of it, in values that JSON knows; `of_kept` makes it again."""
        return {
            "ids": self.ids,
            "vocabulary": self.vocabulary,
            "idf": _packed(array("d", self.idf.values())),
            "most_idf": self.most_idf,
            "postings": self._postings.kept(),
            "gram_idf": _packed(array("d", self._gram_idf.values())),
            "gram_postings": self._gram_postings.kept(),
        }

    @classmethod
    def of_kept(cls, kept: Mapping[str, Any]) -> Index:
        """What was kept, on a machine of the same kind."""
        words, grams = kept["postings"], kept["gram_postings"]
        return cls(
            tuple(kept["ids"]),
            kept["vocabulary"],
            dict(zip(words["terms"], _unpacked("d", kept["idf"]), strict=True)),
            kept["most_idf"],
            Postings.of_kept(words),
            dict(zip(grams["terms"], _unpacked("d", kept["gram_idf"]), strict=True)),
            Postings.of_kept(grams),
        )

    def rank(self, words: Sequence[str], typical: tuple[float, float] = (1.0, 1.0)) -> list[Hit]:
        """Every entry that shares anything with `words`, nearest first; of equals, the one that stands first.

        `typical` is what the two measures usually reach for a question that is known.
        """
        total = len(self.ids)
        terms = _terms(words)
        shared, spelled = [0.0] * total, [0.0] * total
        self._postings.add(shared, terms)
        known = {gram: n for gram, n in _counted(words).items() if gram in self._gram_idf}
        self._gram_postings.add(spelled, dict(zip(known, _on_ball(known, self._gram_idf), strict=True)))
        most = sum(weight * self.idf.get(term, self.most_idf) for term, weight in terms.items()) or 1.0
        a, b = typical
        scores = [shared[n] / most / a + _SPELLING_WEIGHT * spelled[n] / b for n in range(total)]
        order = sorted((n for n in range(total) if scores[n] > 0), key=lambda n: (-scores[n], n))
        return [Hit(self.ids[n], shared[n] / most, spelled[n], scores[n]) for n in order]


def _weighed_words(
    documents: Sequence[Sequence[Sequence[str]]],
) -> tuple[dict[str, float], float, Postings]:
    """BM25 over one document an entry: what each term weighs, what an unknown one does, and how much each speaks for each entry."""
    counts: list[dict[str, float]] = []
    for phrasings in documents:
        count: dict[str, float] = defaultdict(float)
        for words in phrasings:
            for term, weight in _terms(words).items():
                count[term] += weight
        counts.append(count)
    lengths = [sum(n for term, n in count.items() if " " not in term) for count in counts]
    average = (sum(lengths) / len(lengths) if lengths else 0.0) or 1.0
    total = len(counts)
    holders = Counter(chain.from_iterable(counts))
    idf = {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in holders.items()}
    postings: dict[str, list[tuple[int, float]]] = {term: [] for term in idf}
    for number, count in enumerate(counts):
        norm = _K1 * (1 - _B + _B * lengths[number] / average)
        for term, n in count.items():
            postings[term].append((number, idf[term] * n / (n + norm)))
    return idf, math.log(1 + (total + 0.5) / 0.5), Postings.of(postings)


def _weighed_spelling(documents: Sequence[Sequence[Sequence[str]]]) -> tuple[dict[str, float], Postings]:
    """TF-IDF of letter groups: each entry is the middle of its phrasings, on a ball of radius one."""
    grams = [[_counted(words) for words in phrasings] for phrasings in documents]
    total = sum(map(len, grams))
    holders = Counter(chain.from_iterable(chain.from_iterable(grams)))
    idf = {gram: math.log((1 + total) / (1 + n)) + 1 for gram, n in holders.items()}
    postings: dict[str, list[tuple[int, float]]] = {gram: [] for gram in idf}
    for number, phrasings in enumerate(grams):
        centre: dict[str, float] = defaultdict(float)
        for each in phrasings:
            for gram, weight in zip(each, _on_ball(each, idf), strict=True):
                centre[gram] += weight
        norm = math.hypot(*centre.values()) or 1.0
        for gram, weight in centre.items():
            postings[gram].append((number, weight / norm))
    return idf, Postings.of(postings)


def _on_ball(count: Mapping[str, int], idf: Mapping[str, float]) -> list[float]:
    """What each letter group weighs, so that all together have the length one; `idf` knows them all."""
    weights = [idf[gram] if n == 1 else (1 + math.log(n)) * idf[gram] for gram, n in count.items()]
    norm = math.hypot(*weights) or 1.0
    return [weight / norm for weight in weights]


def _packed(values: array[Any]) -> str:
    return b64encode(values.tobytes()).decode("ascii")


def _unpacked(kind: str, text: str) -> array[Any]:
    values: array[Any] = array(kind)
    values.frombytes(b64decode(text, validate=True))
    return values


def _terms(words: Sequence[str]) -> dict[str, float]:
    """The stems of `words`, and each two in a row, with what they count."""
    stems = [stem(word) for word in words]
    count: dict[str, float] = defaultdict(float)
    for each in stems:
        count[each] += 1
    for one, other in pairwise(stems):
        count[f"{one} {other}"] += _PAIR_WEIGHT
    return count


def _counted(words: Iterable[str]) -> Counter[str]:
    """How often each group of letters stands in `words`."""
    return Counter(chain.from_iterable(map(_grams_of, words)))


@lru_cache(maxsize=50_000)
def _grams_of(word: str) -> tuple[str, ...]:
    """Every group of two to four letters in a word, its edges included."""
    edged = f" {word} "
    return tuple(
        edged[start : start + size] for size in _GRAMS for start in range(max(1, len(edged) - size + 1))
    )
