"""Mending slips of the keyboard: a word nobody knows becomes the known word it is nearest to, or stays as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

_SHORTEST = 3  # shorter words are left alone
_SHORT = 4  # no longer word becomes an acronym, and no acronym ever changes


class Repairer:
    """Mends single words. `known` counts the words of the content; `common` are other words that are no slips.

    `protected` are acronyms and names: none is mended, and no word becomes one of up to four letters.
    """

    def __init__(
        self, known: Mapping[str, int], common: Collection[str] = (), protected: Collection[str] = ()
    ) -> None:
        self._known, self._common = known, frozenset(common)
        self._protected = frozenset(protected)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in sorted(known):
            if len(word) >= _SHORTEST and not (len(word) <= _SHORT and word in self._protected):
                self._by_length[len(word)].append(word)
        self.mended = lru_cache(maxsize=10_000)(self._mended)

    def _mended(self, word: str) -> str:
        """The word it was meant to be, or itself."""
        if (
            len(word) < _SHORTEST
            or word in self._known
            or word in self._common
            or word in self._protected
            or any(letter.isdigit() for letter in word)
        ):
            return word
        most = slips_allowed(len(word))
        best: tuple[int, bool, int, str] | None = None
        for length in range(len(word) - most, len(word) + most + 1):
            near = self._by_length.get(length, ())
            for known, slips, _ in process.extract_iter(word, near, scorer=OSA.distance, score_cutoff=most):
                if slips > 1 and known[0] != word[0]:
                    continue  # two letters and the first of them: another word altogether
                here = (slips, known[0] != word[0], -self._known[known], known)
                best = here if best is None else min(best, here)
        return best[3] if best else word


def slips_allowed(length: int) -> int:
    """How many letters may be wrong in a word of this length."""
    return 1 if length <= 4 else 2 if length <= 8 else 3
