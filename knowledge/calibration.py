"""Making the scorecard: from the entries' own phrasings, each asked while it is left out, and from questions that nobody answers.

Out of fold: a fifth of each entry's phrasings is left out in turn, and asked. Entries left out: a fifth of the entries is
left out in turn, and their phrasings asked; none of the rest is the answer. Together with messages written for it, these
say how often a given sureness is right.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge.index import Entry
from knowledge.scorecard import SIGNS, Scorecard, fitted
from knowledge.search import Found, Searcher, Vocabulary

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was asked while what it is known from was left out: what should be found, and what was.

    `entry` is empty for a question that nobody answers.
    """

    text: str
    entry: str
    found: Found

    @property
    def is_hit(self) -> bool:
        """Whether the first that was found is what was meant."""
        return bool(self.entry) and bool(self.found.hits) and self.found.hits[0].entry == self.entry


@dataclass(frozen=True, slots=True)
class Limits:
    """What we want to risk: which share of the answers to known questions is wrong; which share of messages written for it
    that nobody answers is answered, and which is not even asked back; and which share of questions whose entry was left out.

    More of the latter may be answered: what comes nearest then is a neighbour, and its own question stands above its answer.
    """

    wrong_answers: float = 0.05
    false_answers: float = 0.04
    left_unasked: float = 0.60
    answered_by_neighbours: float = 0.20


def out_of_fold(
    entries: Sequence[Entry], vocabulary: Vocabulary, typical: tuple[float, float]
) -> Iterator[Asked]:
    """Every phrasing, asked of an index that does not have it."""
    for fold in range(FOLDS):
        kept = [replace(each, phrasings=_without(each.phrasings, fold)) for each in entries]
        searcher = Searcher([each for each in kept if each.phrasings], vocabulary, typical)
        for entry in entries:
            for text in entry.phrasings[fold::FOLDS]:
                yield Asked(text, entry.id, searcher.search(text))


def entries_left_out(
    entries: Sequence[Entry], vocabulary: Vocabulary, typical: tuple[float, float]
) -> Iterator[Asked]:
    """Phrasings asked of an index that does not have their entry: what comes nearest is not the answer."""
    for fold in range(FOLDS):
        left_out = entries[fold::FOLDS]
        gone = {each.id for each in left_out}
        searcher = Searcher([each for each in entries if each.id not in gone], vocabulary, typical)
        for entry in left_out:
            for text in entry.phrasings[::FOLDS]:
                yield Asked(text, "", searcher.search(text))


def nobody_answers(texts: Iterable[str], searcher: Searcher) -> list[Asked]:
    """Messages that no entry answers, asked of all of them."""
    return [Asked(text, "", searcher.search(text)) for text in texts]


def calibrated(
    known: Sequence[Asked],
    written: Sequence[Asked],
    left_out: Sequence[Asked],
    typical: tuple[float, float],
    limits: Limits,
) -> Scorecard:
    """The scorecard that is right as often as it says for these, and as careful as the limits ask.

    `written` are messages that nobody answers, `left_out` questions asked without their entry. The limit to answer is the
    strictest of three: so high that few of either pass it (the conformal quantile of their sureness), and that few of the
    answers to the known are wrong.
    """
    every = (*known, *written, *left_out)
    rows = [asked.found.features for asked in every]
    card = Scorecard(fitted(rows, [asked.is_hit for asked in every], SIGNS), 1.0, 1.0, typical)
    strangers, neighbours = _ordered(card, written), _ordered(card, left_out)
    answer_from = max(
        _quantile(strangers, 1 - limits.false_answers),
        _quantile(neighbours, 1 - limits.answered_by_neighbours),
        _safe(card, known, limits.wrong_answers),
    )
    return replace(
        card, answer_from=answer_from, ask_from=min(_quantile(strangers, limits.left_unasked), answer_from)
    )


def _ordered(card: Scorecard, asked: Sequence[Asked]) -> list[float]:
    return sorted(card.sureness(each.found.features) for each in asked)


def _safe(card: Scorecard, known: Sequence[Asked], risk: float) -> float:
    """The lowest sureness from which on at most this share of the answers is wrong."""
    ordered = sorted(((card.sureness(each.found.features), each.is_hit) for each in known), reverse=True)
    wrong, limit = 0, 1.0
    for count, (sureness, is_hit) in enumerate(ordered, start=1):
        wrong += not is_hit
        if wrong <= risk * count:
            limit = sureness
    return limit


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The value that this share of them does not pass, counting one more that is still to come."""
    if not ordered:
        return 0.0
    place = min(len(ordered), math.ceil(share * (len(ordered) + 1)))
    return math.nextafter(ordered[place - 1], math.inf)


def typical_reach(entries: Sequence[Entry], vocabulary: Vocabulary) -> tuple[float, float]:
    """What the two measures usually reach for the right entry: their medians, out of fold."""
    words, spelling = [], []
    for asked in out_of_fold(entries, vocabulary, (1.0, 1.0)):
        for hit in asked.found.hits:
            if hit.entry == asked.entry:
                words.append(hit.words)
                spelling.append(hit.spelling)
    return _median(words), _median(spelling)


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else 1.0


def _without(phrasings: tuple[str, ...], fold: int) -> tuple[str, ...]:
    return tuple(each for number, each in enumerate(phrasings) if number % FOLDS != fold)
