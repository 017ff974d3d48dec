"""The arithmetic of a chart of individual values and their moving range (I-MR), and the signals in it.

Limits stand 2.66 mean moving ranges from the mean, and 3.267 of them is the most for a range. A long stay on one side of
the mean, or few crossings of it, is judged by how many values there are (Anhoej: longest run over log2(n) + 3, crossings
under the 5 % quantile). There are no other rules on purpose: each more would bring false alarms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, groupby, pairwise
from math import comb, log2

FEWEST = 8
FEW = 12  # below, the limits are rough
FEWEST_FOR_RUNS = 10
_TO_LIMIT, _TO_RANGE_LIMIT = Decimal("2.66"), Decimal("3.267")


@dataclass(frozen=True, slots=True)
class Individuals:
    """Values in their order with centre and limits; `ranges` begin with the second value.

    `beyond` and `ranges_beyond` are numbers of values, counted from 1, a range under that of its second value.
    `is_long_run` and `has_few_crossings` are None where there are too few values to tell.
    """

    values: tuple[Decimal, ...]
    mean: Decimal
    lower: Decimal
    upper: Decimal
    ranges: tuple[Decimal, ...]
    mean_range: Decimal
    range_upper: Decimal
    beyond: tuple[int, ...]
    ranges_beyond: tuple[int, ...]
    longest_run: int
    crossings: int
    is_long_run: bool | None
    has_few_crossings: bool | None

    @property
    def is_rough(self) -> bool:
        """Whether there are so few values that the limits can still move a lot."""
        return len(self.values) < FEW

    @property
    def has_signal(self) -> bool:
        """Whether anything in it asks for a second look."""
        return bool(self.beyond or self.ranges_beyond or self.is_long_run or self.has_few_crossings)

    def shown(self, number: Decimal) -> str:
        """A number of this chart with one decimal more than the values have."""
        decimals = max(0, *(-int(value.as_tuple().exponent) for value in self.values))
        return f"{number:.{decimals + 1}f}"


def individuals(values: Sequence[Decimal]) -> Individuals:
    """The chart of at least `FEWEST` values. Raises ValueError for fewer."""
    if len(values) < FEWEST:
        msg = f"{len(values)} values, and {FEWEST} are the fewest"
        raise ValueError(msg)
    mean = sum(values, Decimal(0)) / len(values)
    ranges = tuple(abs(later - earlier) for earlier, later in pairwise(values))
    mean_range = sum(ranges, Decimal(0)) / len(ranges)
    lower, upper = mean - _TO_LIMIT * mean_range, mean + _TO_LIMIT * mean_range
    if min(values) >= 0:
        lower = max(lower, Decimal(0))
    range_upper = _TO_RANGE_LIMIT * mean_range
    sides = [value > mean for value in values if value != mean]
    runs = [len(list(run)) for _, run in groupby(sides)]
    longest, crossings = max(runs, default=0), max(len(runs) - 1, 0)
    is_enough = len(sides) >= FEWEST_FOR_RUNS
    return Individuals(
        values=tuple(values),
        mean=mean,
        lower=lower,
        upper=upper,
        ranges=ranges,
        mean_range=mean_range,
        range_upper=range_upper,
        beyond=tuple(number for number, value in enumerate(values, 1) if not lower <= value <= upper),
        ranges_beyond=tuple(number for number, value in enumerate(ranges, 2) if value > range_upper),
        longest_run=longest,
        crossings=crossings,
        is_long_run=longest > most_in_a_run(len(sides)) if is_enough else None,
        has_few_crossings=crossings < fewest_crossings(len(sides)) if is_enough else None,
    )


def most_in_a_run(count: int) -> int:
    """How many of `count` values may stand on one side of the centre in a row without a signal."""
    return round(log2(count) + 3)


def fewest_crossings(count: int) -> int:
    """How often `count` values cross the centre at least without a signal: the 5 % quantile of a fair coin."""
    tosses = count - 1
    passed = accumulate(comb(tosses, crossings) for crossings in range(count))
    return next(crossings for crossings, ways in enumerate(passed) if ways >= 0.05 * 2**tosses)
