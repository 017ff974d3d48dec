"""The scorecard's weights have signs a reader can accept, and its sureness is a probability."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.scorecard import SIGNS, Features, Weights, fitted

UNIT = st.floats(0, 1)


def drawn(count: int, seed: int = 7) -> tuple[list[Features], list[bool]]:
    """Features spread evenly, of which a high score and margin make a hit likelier."""
    rows: list[Features] = []
    hits: list[bool] = []
    for number in range(seed, seed + count):
        steps = (0.618034, 0.754878, 0.569840, 0.819173, 0.671044)
        row = {name: (number * step) % 1 for name, step in zip(SIGNS, steps, strict=True)}
        rows.append(row)
        hits.append((number * 0.856675) % 1 < 0.1 + 0.4 * row["score"] + 0.4 * row["margin"])
    return rows, hits


def test_what_makes_a_hit_likelier_gets_its_weight():
    weights = fitted(*drawn(3000), SIGNS)
    assert weights.intercept < 0
    assert weights.by_feature["score"] > 1
    assert weights.by_feature["margin"] > 1
    assert abs(weights.by_feature["alike"]) < 0.5


@pytest.mark.parametrize("seed", range(5))
def test_no_weight_has_the_wrong_sign(seed):
    rows, hits = drawn(200, seed)
    weights = fitted(rows, [not hit for hit in hits], SIGNS)
    assert all(weight * SIGNS[name] >= 0 for name, weight in weights.by_feature.items())


def test_what_is_all_the_same_is_survived():
    weights = fitted([dict.fromkeys(SIGNS, 0.0)] * 10, [True] * 10, SIGNS)
    assert weights.intercept > 0
    assert set(weights.by_feature) == set(SIGNS)


def test_a_feature_without_a_sign_takes_any():
    rows, hits = drawn(3000)
    assert fitted(rows, [not hit for hit in hits], {"score": 0}).by_feature["score"] < -1


@given(st.tuples(UNIT, UNIT, UNIT, UNIT, UNIT), st.floats(-1e6, 1e6))
def test_sureness_is_a_probability(values, intercept):
    weights = Weights(intercept, dict.fromkeys(SIGNS, 1.0))
    assert 0 <= weights.sureness(dict(zip(SIGNS, values, strict=True))) <= 1
