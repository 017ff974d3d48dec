"""Which entries are taken for one another, and by which words: for those who write the phrasings.

Each phrasing is asked while it is left out (`calibration.out_of_fold`). Where another entry comes first, the two are
confused.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from knowledge.calibration import Asked
from knowledge.index import Entry
from knowledge.words import stem, words_of

_NEAREST = 3  # what is offered when it is asked back


@dataclass(frozen=True, slots=True)
class Standing:
    """How an entry is found: by so many of its phrasings, left out, it comes first, and by so many among three."""

    entry: str
    phrasings: int
    first: int
    among_three: int
    missed: tuple[Asked, ...]

    @property
    def share(self) -> float:
        """The share of its phrasings, 0 to 1, by which it comes first."""
        return self.first / self.phrasings


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries that are confused: so many phrasings of `one` find `other`, and so many the other way round."""

    one: str
    other: str
    one_finds_other: int
    other_finds_one: int

    @property
    def count(self) -> int:
        """How many phrasings are confused in all."""
        return self.one_finds_other + self.other_finds_one


def standings(asked: Iterable[Asked]) -> dict[str, Standing]:
    """How each entry is found, the worst first; of equals, in the order in which they were asked."""
    by_entry: dict[str, list[Asked]] = defaultdict(list)
    for each in asked:
        by_entry[each.entry].append(each)
    found = [
        Standing(
            entry,
            len(texts),
            sum(each.is_hit for each in texts),
            sum(entry in [hit.entry for hit in each.found.hits[:_NEAREST]] for each in texts),
            tuple(each for each in texts if not each.is_hit),
        )
        for entry, texts in by_entry.items()
    ]
    return {each.entry: each for each in sorted(found, key=lambda each: each.share)}


def confused(standings: Iterable[Standing]) -> list[Pair]:
    """The pairs that are confused, the most confused first; of equals, in the order of the alphabet."""
    taken = Counter(
        (each.entry, asked.found.hits[0].entry)
        for each in standings
        for asked in each.missed
        if asked.found.hits
    )
    pairs = {(min(pair), max(pair)) for pair in taken}
    found = [Pair(one, other, taken[one, other], taken[other, one]) for one, other in pairs]
    return sorted(found, key=lambda pair: (-pair.count, pair.one, pair.other))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of two entries: those that both have, and those by which each is told from the other; heaviest first."""

    both: tuple[str, ...]
    one: tuple[str, ...]
    other: tuple[str, ...]


@dataclass(frozen=True)
class Wording:
    """What words entries are asked for with."""

    entries: Sequence[Entry]

    @cached_property
    def _shares(self) -> Mapping[str, Mapping[str, float]]:
        """For each entry and stem, the share of its phrasings that have it."""
        return {
            entry.id: {
                each: n / len(entry.phrasings)
                for each, n in Counter(
                    each for text in entry.phrasings for each in {stem(word): None for word in words_of(text)}
                ).items()
            }
            for entry in self.entries
        }

    @cached_property
    def _weights(self) -> Mapping[str, float]:
        """What each stem weighs: the fewer entries have it, the more."""
        holders = Counter(each for shares in self._shares.values() for each in shares)
        return {each: math.log(len(self.entries) / n) for each, n in holders.items()}

    @cached_property
    def _as_written(self) -> Mapping[str, str]:
        """The word by which each stem is written most."""
        written: dict[str, Counter[str]] = defaultdict(Counter)
        for entry in self.entries:
            for text in entry.phrasings:
                for word in words_of(text):
                    written[stem(word)][word] += 1
        return {each: words.most_common(1)[0][0] for each, words in written.items()}

    def between(self, one: str, other: str, most: int = 6) -> Words:
        """The words between two entries, up to `most` of each sort."""
        left, right = self._shares[one], self._shares[other]
        return Words(
            self._heaviest({each: min(left[each], right[each]) for each in left if each in right}, most),
            self._heaviest({each: left[each] - right.get(each, 0.0) for each in left}, most),
            self._heaviest({each: right[each] - left.get(each, 0.0) for each in right}, most),
        )

    def _heaviest(self, shares: Mapping[str, float], most: int) -> tuple[str, ...]:
        weighed = {each: share * self._weights[each] for each, share in shares.items() if share > 0}
        ordered = sorted(weighed, key=lambda each: (-weighed[each], each))
        return tuple(self._as_written[each] for each in ordered[:most] if weighed[each] > 0)
