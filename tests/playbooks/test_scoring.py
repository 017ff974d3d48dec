"""What many self-assessments say together: never less than five people at a time."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from playbooks.run import Answer
from playbooks.scoring import FEWEST, Assessment, Dimension, Outcome, Score, assessment, dimensions, outcomes
from tests.playbooks.scripts import choice, question, script
from tests.playbooks.shipped import scripts

CAPA = Dimension("capa", "CAPA")
RISK = Dimension("risk", "Risk")
UNKNOWN = Answer(is_unknown=True)


def of_groups(**levels: list[int | None]) -> list[Assessment]:
    return [Assessment(group, {"capa": level}) for group, found in levels.items() for level in found]


def told(assessments: list[Assessment]) -> Outcome:
    (outcome,) = outcomes([CAPA], assessments)
    return outcome


def test_a_group_of_five_is_told_by_its_median_and_the_spread_of_its_middle_half():
    outcome = told(of_groups(floor=[1, 2, 2, 4, 5]))
    assert outcome.everyone == outcome.groups["floor"] == Score(5, 2.0, 2.0)
    assert (outcome.not_shown, outcome.gap, outcome.unknown) == ((), None, 0)


def test_four_people_are_never_told():
    outcome = told(of_groups(floor=[1, 2, 2, 4]))
    assert (outcome.everyone, outcome.groups, outcome.not_shown) == (None, {}, ("floor",))


def test_the_spread_between_groups_is_that_of_their_medians():
    outcome = told(of_groups(floor=[2] * 5, leads=[4, 4, 4, 3, 5]))
    assert (outcome.groups["floor"].median, outcome.groups["leads"].median, outcome.gap) == (2.0, 4.0, 2.0)


def test_five_who_agree_do_not_say_what_the_lowest_and_the_highest_of_them_said():
    assert told(of_groups(floor=[1, 3, 3, 3, 5])).groups == told(of_groups(floor=[3] * 5)).groups


def test_one_who_would_be_left_over_is_hidden_together_with_the_smallest_group():
    outcome = told(of_groups(floor=[2] * 7, lab=[3] * 5, quality=[5]))
    assert list(outcome.groups) == ["floor"]
    assert outcome.not_shown == ("lab", "quality")
    assert outcome.everyone
    assert outcome.everyone.n == 13


def test_where_enough_are_left_over_all_large_groups_are_told():
    outcome = told(of_groups(floor=[2] * 5, lab=[3] * 4, quality=[5]))
    assert (list(outcome.groups), outcome.not_shown) == (["floor"], ("lab", "quality"))


def test_the_only_large_group_is_hidden_where_it_would_tell_the_rest():
    outcome = told(of_groups(floor=[2] * 6, quality=[5] * 2))
    assert (outcome.groups, outcome.not_shown, outcome.gap) == ({}, ("floor", "quality"), None)
    assert outcome.everyone == Score(8, 2.0, 0.75)


def test_not_knowing_is_counted_apart_and_is_no_level():
    outcome = told(of_groups(floor=[3] * 5 + [None] * 6))
    assert (outcome.everyone, outcome.unknown) == (Score(5, 3.0, 0.0), 6)


def test_how_few_do_not_know_is_not_told():
    assert told(of_groups(floor=[3] * 5 + [None] * 4)).unknown is None


def test_whoever_leaves_a_part_out_is_counted_nowhere_in_it():
    capa, risk = outcomes([CAPA, RISK], of_groups(floor=[3] * 5))
    assert (capa.unknown, risk.unknown, risk.everyone) == (0, 0, None)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["floor", "lab", "leads", "quality"]), st.sampled_from([1, 2, 3, 4, 5, None])
        ),
        max_size=40,
    )
)
def test_nothing_that_is_told_leaves_less_than_five_to_be_worked_out(said):
    outcome = told([Assessment(group, {"capa": level}) for group, level in said])
    sizes = [score.n for score in outcome.groups.values()]
    assert all(size >= FEWEST for size in sizes)
    total = sum(level is not None for _, level in said)
    assert (outcome.everyone is not None) == (total >= FEWEST)
    for number in range(1, len(sizes) + 1):
        for taken in combinations(sizes, number):
            rest = total - sum(taken)
            assert rest == 0 or rest >= FEWEST


# From a run


def of(answers: Mapping[str, Answer]) -> Assessment | None:
    return assessment([CAPA, RISK], answers)


def test_an_assessment_is_the_group_and_every_level_that_was_given():
    said = of({"group": Answer(("lab",)), "capa": Answer(("4",)), "risk": UNKNOWN, "other": Answer(("2",))})
    assert said == Assessment("lab", {"capa": 4, "risk": None})


def test_what_was_skipped_or_erased_is_no_level():
    skipped, erased = Answer(is_skipped=True), Answer(("",))
    assert of({"group": Answer(("lab",)), "capa": skipped, "risk": erased}) is None


def test_without_a_group_there_is_no_assessment():
    assert of({"capa": Answer(("4",))}) is None
    assert of({"group": UNKNOWN, "capa": Answer(("4",))}) is None


def test_a_dimension_is_a_question_with_five_levels():
    own = script(
        choice("group", "lab", "floor"),
        choice("capa", "1", "2", "3", "4", "5", label="CAPA"),
        choice("size", "1", "2", "3"),
        question("why"),
    )
    assert dimensions(own) == (CAPA,)


def test_the_shipped_assessment_has_ten_dimensions():
    found = dimensions(scripts()["maturity-self-assessment"])
    assert [each.id for each in found][:2] == ["deviations_level", "records_level"]
    assert len(found) == 10
