"""Where the lines of a picture go: nothing outside, nothing over something else, nothing lost without a sign."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.control import individuals
from playbooks.figure import Bones, Chain, Chart, Link, Web
from playbooks.sketch import sketch, wide, wrapped

EVENT = "In room 12 the filling line stopped at 06:10 because the door switch gave no signal."
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung " * 4
CHAIN = Chain(
    EVENT,
    (Link("Why 1", LONG, "Log 12"), Link("Why 2", "Überdruck", "none yet"), Link("Why 3", "A habit", None)),
)
FISH = Bones(
    LONG,
    (
        *((f"Bone {n}", tuple(f"entry {e} {LONG[:60]}" for e in range(5))) for n in range(6)),
        ("A bone with a name that is far too long for its box", ("nothing noted",)),
    ),
)
WEB = Web(tuple((f"Axis {n} with a long name", None if n in {3, 4} else n % 5 + 1) for n in range(10)))
VALUES = [Decimal(n) / 10 for n in (992, 995, 989, 991, 994, 990, 993, 1019, 992, 991)]
CHART = Chart(individuals(VALUES), Decimal("98.0"), Decimal("102.0"))
Spec = dict[str, Any]


def rows(spec: Spec, mark: str) -> list[Spec]:
    """What is drawn with this mark."""
    layers = [layer for panel in spec.get("vconcat", [spec]) for layer in panel["layer"]]
    return [row for layer in layers if layer["mark"]["type"] == mark for row in layer["data"]["values"]]


@pytest.mark.parametrize("content", [CHAIN, FISH, WEB], ids=["whys", "fishbone", "radar"])
def test_everything_lies_inside_the_picture(content):
    spec: Spec = sketch("A title", content)
    for mark in ("rect", "rule", "point", "text"):
        for row in rows(spec, mark):
            for x, y in (
                (row["x"], row["y"]),
                (row["x2"] if "x2" in row else row["x"], row["y2"] if "y2" in row else row["y"]),
            ):
                assert -1 <= x <= spec["width"] + 1
                assert -1 <= y <= spec["height"] + 1


@pytest.mark.parametrize("content", [CHAIN, FISH, WEB], ids=["whys", "fishbone", "radar"])
def test_no_words_reach_over_the_edge(content):
    spec: Spec = sketch("A title", content)
    for row in rows(spec, "text"):
        width = wide(row["text"], row["size"])
        left = row["x"] - {"left": 0, "center": width / 2, "right": width}[row["align"]]
        assert left >= -14, row["text"]
        assert left + width <= spec["width"] + 14, row["text"]


def test_the_entries_of_a_bone_do_not_lie_on_each_other():
    spec: Spec = sketch("A title", FISH)
    texts = [row for row in rows(spec, "text") if row["align"] == "right"]
    (spine,) = {row["y"] for row in rows(spec, "rule") if row["width"] == 3}
    columns: dict[bool, list[float]] = {}
    for row in texts:
        if row["x"] < 200:
            columns.setdefault(row["y"] > spine, []).append(row["y"])
    assert len(columns) == 2
    for ys in columns.values():
        assert all(later - earlier >= 15 for earlier, later in pairwise(sorted(ys)))


def test_a_fishbone_of_six_bones_is_no_wider_than_a_chat_can_show_with_words_large_enough():
    bones = tuple((name, ("Door seal at the lower hinge has a gap",)) for name in "ABCDEF")
    spec: Spec = sketch("A title", Bones(EVENT, bones))
    assert spec["width"] <= 760
    assert min(row["size"] for row in rows(spec, "text")) >= 14


def test_the_number_of_a_ring_is_lifted_off_the_line_that_may_run_behind_it():
    spec: Spec = sketch("A title", WEB)
    beneath = [
        layer for layer in spec["layer"] if "stroke" in layer["mark"] and layer["mark"]["type"] == "text"
    ]
    assert [row["text"] for layer in beneath for row in layer["data"]["values"]] == ["1", "2", "3", "4", "5"]


def test_of_many_entries_it_says_how_many_more_there_are():
    fish = Bones("Leak", (("Method", tuple(map(str, range(9)))), ("Machine", ("a",) * 6)))
    said = [row["text"] for row in rows(sketch("A title", fish), "text")]
    assert " ".join(said[said.index("4") + 1 :][:2]) == "and 4 more, in the list"
    assert said.count("a") == 6


def test_a_fishbone_of_one_side_is_drawn_too():
    spec = sketch("A title", Bones("Leak", (("Method", ("a",)),)))
    assert [row["text"] for row in rows(spec, "text")].count("Method") == 1


def test_a_gap_breaks_the_line_of_a_radar():
    lines = [row for row in rows(sketch("A title", WEB), "rule") if row["width"] == 2.5]
    assert len(lines) == 10 - 3
    assert len(rows(sketch("A title", WEB), "point")) == 8
    assert [row["text"] for row in rows(sketch("A title", WEB), "text")].count("not known") == 2


def test_a_signal_has_a_shape_of_its_own_and_every_limit_its_name():
    spec: Spec = sketch("A title", CHART)
    signs = {row["number"]: row["sign"] for row in rows(spec["vconcat"][0], "point")}
    assert {number for number, sign in signs.items() if sign == "beyond the limits"} == {8}
    shape = spec["vconcat"][0]["layer"][-1]["encoding"]["shape"]["scale"]
    assert shape["range"] == ["circle", "diamond"]
    labels = [row["label"] for row in rows(spec, "text")]
    assert labels == [
        *("mean 99.46", "upper limit 101.68", "lower limit 97.24"),
        *("upper spec. 102.0", "lower spec. 98.0"),
        *("mean 0.83", "upper limit 2.72"),
    ]


def test_labels_of_limits_that_are_close_stand_apart():
    flat: Spec = sketch("A title", Chart(individuals([Decimal(5)] * 10), None, Decimal(5)))
    heights = sorted(row["value"] for row in rows(flat["vconcat"][0], "text"))
    domain = flat["vconcat"][0]["layer"][0]["encoding"]["y"]["scale"]["domain"]
    least = 14 * (domain[1] - domain[0]) / 230
    assert all(later - earlier > least for earlier, later in pairwise(heights))


@pytest.mark.parametrize("content", [CHAIN, FISH, WEB, CHART], ids=["whys", "fishbone", "radar", "chart"])
def test_a_specification_is_plain_data_and_the_same_each_time(content):
    assert json.loads(json.dumps(sketch(LONG, content))) == json.loads(json.dumps(sketch(LONG, content)))


def test_what_does_not_fit_ends_in_a_sign():
    assert wrapped("one two three", 1_000) == ("one two three",)
    assert wrapped("", 100) == ("",)
    assert wrapped("It was 9.4 °C and 60 % there", 60) == (
        "It was",
        "9.4\N{NO-BREAK SPACE}°C",
        "and",
        "60\N{NO-BREAK SPACE}%",
        "there",
    )
    lines = wrapped("word " * 100, 100, most=3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert wrapped("茶" * 10, 100, 15)[0] == "茶" * 6


@given(st.text(max_size=300), st.integers(40, 400))
def test_no_line_is_wider_than_it_may_be_and_no_word_is_lost(text, width):
    lines = wrapped(text, width, 15, most=1_000)
    assert all(wide(line, 15) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
