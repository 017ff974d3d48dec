"""Finding what was asked for: the question's words mended, every entry ranked, and what speaks for the nearest.

1. The words in one shape (`words`), abbreviations written out, slips of the keyboard mended (`repair`).
2. Entries that are not for this person, place or day are left out.
3. The rest is ranked (`index`).
4. The phrasing that comes nearest is the evidence; the features say how much can be made of it (`scorecard`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from knowledge.index import Entry, Hit, Index
from knowledge.repair import Repairer
from knowledge.scorecard import Features
from knowledge.words import stem, without_greeting, words_of


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is known of words beside the entries.

    `expansions` are abbreviations and shorthand, and the words they stand for; `common` words that are no slips;
    `protected` are acronyms, which are never mended, nor anything mended into them.
    """

    expansions: Mapping[str, str]
    common: Collection[str] = ()
    protected: Collection[str] = ()


NO_VOCABULARY = Vocabulary({})


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: the words it looked for, what was mended or written out, the hits, and the evidence.

    `evidence` is the phrasing of the first hit that comes nearest.
    """

    words: tuple[str, ...]
    mended: tuple[tuple[str, str], ...]
    expanded: tuple[tuple[str, str], ...]
    hits: tuple[Hit, ...]
    evidence: str
    features: Features


class Abbreviations:
    """Abbreviations and shorthand, found among words."""

    def __init__(self, expansions: Mapping[str, str]) -> None:
        longs = {tuple(words_of(short)): long for short, long in expansions.items() if long}
        self._by_first: dict[str, list[tuple[list[str], str]]] = defaultdict(list)
        for short in sorted(filter(None, longs), key=len, reverse=True):
            self._by_first[short[0]].append((list(short), longs[short]))

    def written_out(self, words: Sequence[str]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
        """The words with every abbreviation written out, longest first; and which were."""
        out: list[str] = []
        expanded = []
        at = 0
        while at < len(words):
            for short, long in self._by_first.get(words[at], ()):
                if words[at : at + len(short)] == short:
                    out += words_of(long)
                    expanded.append((" ".join(short), long))
                    at += len(short)
                    break
            else:
                out.append(words[at])
                at += 1
        return out, tuple(expanded)


IndexOf = Callable[[Sequence[Entry], Vocabulary], Index]


def index_of(entries: Sequence[Entry], vocabulary: Vocabulary) -> Index:
    """The index of these entries, with the abbreviations in them written out."""
    short = Abbreviations(vocabulary.expansions)
    return Index.of(
        [
            Entry(each.id, tuple(" ".join(short.written_out(words_of(text))[0]) for text in each.phrasings))
            for each in entries
        ]
    )


class Searcher:
    """Searches entries. Built once for a set of entries and a vocabulary; the same question gives the same answer.

    `index_of` makes the index, or knows one that was made before.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        vocabulary: Vocabulary,
        typical: tuple[float, float],
        index_of: IndexOf = index_of,
    ) -> None:
        self._typical = typical
        self._short = Abbreviations(vocabulary.expansions)
        self.index = index_of(entries, vocabulary)
        self._phrasings = {entry.id: entry.phrasings for entry in entries}
        self._written = lru_cache(maxsize=1_000)(self._written_out)
        self._repairer = Repairer(self.index.vocabulary, vocabulary.common, vocabulary.protected)

    def search(self, text: str, allowed: Collection[str] | None = None, most: int = 5) -> Found:
        """The `most` entries nearest to `text`, among those `allowed`."""
        raw = without_greeting(words_of(text))
        words, expanded = self._short.written_out(raw)
        mended = [self._repairer.mended(word) for word in words]
        again, more = self._short.written_out(mended)
        hits = self.index.rank(again, self._typical)
        if allowed is not None:
            hits = [hit for hit in hits if hit.entry in allowed]
        evidence, alike = self._evidence(again, hits)
        return Found(
            tuple(again),
            tuple((was, is_) for was, is_ in zip(words, mended, strict=True) if was != is_),
            (*expanded, *more),
            tuple(hits[:most]),
            evidence,
            self._features(again, hits, alike),
        )

    def _evidence(self, words: Sequence[str], hits: Sequence[Hit]) -> tuple[str, float]:
        if not hits:
            return "", 0.0
        entry, text = hits[0].entry, " ".join(words)
        alike = [fuzz.token_sort_ratio(text, written) for written in self._written(entry)]
        best = max(alike)
        return self._phrasings[entry][alike.index(best)], best / 100

    def _written_out(self, entry: str) -> tuple[str, ...]:
        """The phrasings of an entry as they stand in the index."""
        return tuple(" ".join(self._short.written_out(words_of(each))[0]) for each in self._phrasings[entry])

    def _features(self, words: Sequence[str], hits: Sequence[Hit], alike: float) -> Features:
        if not hits:
            return {"score": 0.0, "margin": 0.0, "unknown": 1.0, "agree": 0.0, "alike": 0.0}
        index = self.index
        weights = [(word, index.idf.get(stem(word), index.most_idf)) for word in words]
        total = sum(weight for _, weight in weights) or 1.0
        unknown = sum(weight for word, weight in weights if stem(word) not in index.idf)
        first, second = hits[0], hits[1] if len(hits) > 1 else None
        is_first_by_both = first.words == max(hit.words for hit in hits) and first.spelling == max(
            hit.spelling for hit in hits
        )
        return {
            "score": first.score,
            "margin": first.score - (second.score if second else 0.0),
            "unknown": unknown / total,
            "agree": float(is_first_by_both),
            "alike": alike,
        }
