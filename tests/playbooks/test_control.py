from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.control import FEWEST, fewest_crossings, individuals, most_in_a_run


def chart(*values: str | int):
    return individuals([Decimal(value) for value in values])


def test_the_limits_are_those_that_the_moving_range_gives():
    found = chart("10", "12", "11", "13", "10", "12", "11", "13")
    assert found.mean == Decimal("11.5")
    assert found.ranges == tuple(map(Decimal, (2, 1, 2, 3, 2, 1, 2)))
    assert found.mean_range == Decimal(13) / 7
    assert (found.shown(found.lower), found.shown(found.upper)) == ("6.6", "16.4")
    assert found.shown(found.range_upper) == "6.1"
    assert not found.has_signal


def test_a_value_beyond_the_limits_is_named_by_its_place():
    found = chart("10.0", "10.1", "10.0", "10.1", "10.0", "12.0", "10.1", "10.0", "10.1", "10.0")
    assert found.beyond == (6,)
    assert found.ranges_beyond == (6, 7)
    assert found.has_signal


def test_a_value_on_the_limit_is_no_signal():
    found = chart(*["5"] * 9)
    assert found.lower == found.upper == 5
    assert (found.beyond, found.ranges_beyond, found.has_signal) == ((), (), False)


def test_a_lower_limit_is_never_below_zero_where_no_value_is():
    assert chart(0, 5, 1, 6, 0, 7, 1, 5).lower == 0
    assert chart(-1, 5, 1, 6, 0, 7, 1, 5).lower < 0


def test_a_long_stay_on_one_side_of_the_mean_is_a_signal():
    found = chart(*[1] * 8, *[2] * 8)
    assert (found.longest_run, found.crossings) == (8, 1)
    assert (found.is_long_run, found.has_few_crossings) == (True, True)


def test_runs_are_not_judged_where_too_few_values_lie_beside_the_mean():
    found = chart(1, 3, 2, 2, 2, 2, 2, 2, 1, 3)
    assert (found.is_long_run, found.has_few_crossings) == (None, None)


@pytest.mark.parametrize(
    ("count", "run", "crossings"),
    [(10, 6, 2), (12, 7, 3), (15, 7, 4), (20, 7, 6), (24, 8, 8), (30, 8, 10)],
)
def test_how_long_a_run_may_be_is_what_the_fact_sheet_says(count, run, crossings):
    assert (most_in_a_run(count), fewest_crossings(count)) == (run, crossings)


def test_few_values_are_refused_and_some_more_make_rough_limits():
    with pytest.raises(ValueError, match="7 values"):
        chart(*range(7))
    assert chart(*range(FEWEST)).is_rough
    assert not chart(*range(12)).is_rough


@given(st.lists(st.decimals(-1000, 1000, places=2), min_size=FEWEST, max_size=50))
def test_every_value_is_either_within_the_limits_or_named(values):
    found = individuals(values)
    assert found.lower <= found.upper
    named = {number for number, value in enumerate(values, 1) if value < found.lower or value > found.upper}
    assert set(found.beyond) == named
