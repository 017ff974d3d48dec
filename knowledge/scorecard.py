"""How sure we are that the nearest entry is the one that was meant: a few features, each with a weight a reader can accept.

What speaks for it (how near it comes, how far before the next, whether both measures agree, how like a known phrasing it
is) has a weight of zero or more, and what speaks against it (words nobody knows) of zero or less.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Features = Mapping[str, float]

_STEPS, _RIDGE = 40, 1e-3
# What is known of the nearest entry: how near it comes (`score`), and how far before the next (`margin`); the share of the
# question's weight in words that no entry has (`unknown`); whether it is first by words and by spelling (`agree`); and how
# like its nearest phrasing is, 0 to 1 (`alike`).
SIGNS: Mapping[str, int] = {"score": 1, "margin": 1, "unknown": -1, "agree": 1, "alike": 1}


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature weighs, and what speaks for it before any of them is known."""

    intercept: float
    by_feature: Mapping[str, float]

    def sureness(self, features: Features) -> float:
        """The probability, 0 to 1, that it is as the features say."""
        weighed = (weight * features[name] for name, weight in self.by_feature.items())
        return _logistic(self.intercept + math.fsum(weighed))


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The weights, and from which probability on we answer, or ask back.

    `typical` is what the two measures of the index usually reach for a question that is known.
    """

    weights: Weights
    answer_from: float
    ask_from: float
    typical: tuple[float, float]

    def sureness(self, features: Features) -> float:
        """The probability, 0 to 1, that the nearest entry is the one that was meant."""
        return self.weights.sureness(features)


def fitted(rows: Sequence[Features], hits: Sequence[bool], signs: Mapping[str, int]) -> Weights:
    """The weights by which `rows` tell best whether each was a hit; one of the wrong sign is left out. 0 takes any sign.

    Logistic regression by Newton's method, with a little ridge so that it always ends.
    """
    names = list(signs)
    while True:
        table = [[1.0, *(row[name] for name in names)] for row in rows]
        found = _newton(table, [float(hit) for hit in hits])
        weights = dict(zip(names, found[1:], strict=True))
        wrong = [name for name, weight in weights.items() if weight * signs[name] < 0]
        if not wrong:
            return Weights(found[0], {name: weights.get(name, 0.0) for name in signs})
        names.remove(max(wrong, key=lambda name: abs(weights[name])))


def _newton(table: Sequence[Sequence[float]], hits: Sequence[float]) -> list[float]:
    width = len(table[0])
    weights = [0.0] * width
    for _ in range(_STEPS):
        gradient = [-_RIDGE * weight for weight in weights]
        curve = [[_RIDGE if i == j else 0.0 for j in range(width)] for i in range(width)]
        for row, hit in zip(table, hits, strict=True):
            chance = _logistic(math.fsum(w * x for w, x in zip(weights, row, strict=True)))
            spread = chance * (1 - chance)
            for i in range(width):
                gradient[i] += (hit - chance) * row[i]
                for j in range(width):
                    curve[i][j] += spread * row[i] * row[j]
        step = _solved(curve, gradient)
        weights = [weight + by for weight, by in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-9:
            break
    return weights


def _solved(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """The solution of a small system of linear equations, by elimination."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for at in range(size):
        pivot = max(range(at, size), key=lambda row: abs(rows[row][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        for below in range(at + 1, size):
            factor = rows[below][at] / rows[at][at]
            rows[below] = [x - factor * y for x, y in zip(rows[below], rows[at], strict=True)]
    found = [0.0] * size
    for at in reversed(range(size)):
        known = math.fsum(rows[at][column] * found[column] for column in range(at + 1, size))
        found[at] = (rows[at][size] - known) / rows[at][at]
    return found


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))
