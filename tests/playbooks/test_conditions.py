from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.conditions import (
    All,
    Answers,
    Any,
    Calculated,
    Condition,
    FactHolds,
    Facts,
    Has,
    IsAnswered,
    Not,
    View,
    fact_names,
    holds,
    names,
    renamed,
)
from playbooks.place import Place
from playbooks.run import Answer
from tests.playbooks.scripts import DUBLIN

YES, NO, UNKNOWN, SKIPPED = (
    Answer(("yes",)),
    Answer(("no",)),
    Answer(is_unknown=True),
    Answer(is_skipped=True),
)
HELD, KIND = Has("held", ("yes",)), Has("kind", ("lab", "data"))
FACTS: dict[str, Condition] = {"may_be_serious": Any((HELD, KIND))}


def judged(condition: Condition | None, answers: Answers, facts: Facts) -> bool | None:
    return holds(condition, View(answers, facts, DUBLIN))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, None),
        (YES, True),
        (NO, False),
        (UNKNOWN, False),
        (SKIPPED, False),
        (Answer(("no", "yes")), True),  # several picked: one is enough
    ],
)
def test_a_comparison_is_not_known_until_its_question_is_answered(answer, expected):
    assert judged(HELD, {"held": answer} if answer else {}, {}) is expected


def test_not_knowing_can_be_asked_for():
    assert judged(Has("held", ("yes", "unknown")), {"held": UNKNOWN}, {}) is True


@pytest.mark.parametrize(
    ("answer", "is_answered"), [(None, None), (YES, True), (UNKNOWN, False), (SKIPPED, False)]
)
def test_answered_means_answered_with_something(answer, is_answered):
    answers = {"held": answer} if answer else {}
    assert judged(IsAnswered("held"), answers, {}) is is_answered
    assert judged(IsAnswered("held", wanted=False), answers, {}) is (
        None if answer is None else not is_answered
    )


@pytest.mark.parametrize(
    ("held", "kind", "all_", "any_"),
    [
        (YES, Answer(("lab",)), True, True),
        (YES, NO, False, True),
        (NO, NO, False, False),
        (YES, None, None, True),
        (NO, None, False, None),
        (None, None, None, None),
    ],
)
def test_all_and_any_know_as_soon_as_it_is_certain(held, kind, all_, any_):
    answers = {name: answer for name, answer in (("held", held), ("kind", kind)) if answer}
    assert judged(All((HELD, KIND)), answers, {}) is all_
    assert judged(Any((HELD, KIND)), answers, {}) is any_
    assert judged(FactHolds("may_be_serious"), answers, FACTS) is any_


def test_the_opposite_of_not_known_yet_is_not_known_yet():
    assert judged(Not(HELD), {}, {}) is None
    assert judged(Not(HELD), {"held": YES}, {}) is False


def test_no_condition_always_holds():
    assert judged(None, {}, {}) is True


LATE = Calculated("hours_between", (("from", "seen"), ("to", "told")), "more_than", "2")
AT_SIX, AT_NINE = Answer(("2025-06-03T06:00+01:00",)), Answer(("2025-06-03T09:00+01:00",))


@pytest.mark.parametrize(
    ("compare", "limit", "expected"),
    [
        ("more_than", "2", True),
        ("more_than", "3 h", False),
        ("less_than", "180 min", False),
        ("at_least", "3", True),
        ("at_most", "3", True),
        ("is", "3", True),
        ("more_than", "1 working day", None),  # no number of hours
    ],
)
def test_a_calculation_is_compared_with_its_limit(compare, limit, expected):
    late = replace(LATE, compare=compare, limit=limit)
    assert judged(late, {"seen": AT_SIX, "told": AT_NINE}, {}) is expected


def test_a_calculation_is_not_known_while_one_of_its_answers_is_not():
    assert judged(LATE, {"seen": AT_SIX}, {}) is None
    assert judged(LATE, {"seen": AT_SIX, "told": UNKNOWN}, {}) is None


@pytest.mark.parametrize(
    ("values", "expected"), [({"within": "2 h"}, True), ({"within": "4 h"}, False), ({}, None)]
)
def test_a_limit_may_be_the_sites_own(values, expected):
    late = replace(LATE, limit="within", is_setting=True)
    here = Place(DUBLIN.zone, values=values)
    assert holds(late, View({"seen": AT_SIX, "told": AT_NINE}, {}, here)) is expected


def test_a_condition_keeps_its_shape_under_other_names():
    condition = All((Any((HELD, LATE)), Not(IsAnswered("told")), FactHolds("late"), FactHolds("other")))
    to = {"held": "c.held", "seen": "place", "told": "c.told"}
    assert renamed(condition, to, {"late": "c.late"}) == All(
        (
            Any((Has("c.held", ("yes",)), replace(LATE, takes=(("from", "place"), ("to", "c.told"))))),
            Not(IsAnswered("c.told")),
            FactHolds("c.late"),
            FactHolds("other"),
        )
    )


def test_a_condition_names_every_answer_and_fact_it_reads():
    condition = All(
        (Any((HELD, FactHolds("late"))), Not(IsAnswered("where")), Not(FactHolds("serious")), LATE)
    )
    assert list(names(condition)) == ["held", "where", "seen", "told"]
    assert list(fact_names(condition)) == ["late", "serious"]
    assert list(names(None)) == list(fact_names(None)) == []


_CONDITIONS = st.recursive(
    st.builds(Has, st.sampled_from("abc"), st.just(("yes",))) | st.builds(IsAnswered, st.sampled_from("abc"), st.booleans()),
    lambda inner: st.builds(Not, inner)
    | st.builds(All, st.lists(inner, min_size=1, max_size=3).map(tuple))
    | st.builds(Any, st.lists(inner, min_size=1, max_size=3).map(tuple)),
    max_leaves=8,
)  # fmt: skip
_ANSWERS = st.dictionaries(st.sampled_from("abc"), st.sampled_from([YES, NO, UNKNOWN, SKIPPED]))


@given(_CONDITIONS, _ANSWERS, st.sampled_from([YES, NO, UNKNOWN, SKIPPED]))
def test_what_is_certain_stays_certain_whatever_is_answered_later(condition, answers, later):
    known = judged(condition, answers, {})
    for name in {"a", "b", "c"} - answers.keys():
        assert known is None or judged(condition, answers | {name: later}, {}) is known


@given(_CONDITIONS, _ANSWERS)
def test_all_and_any_are_each_others_mirror(condition, answers):
    other = Has("a", ("yes",))
    mirrored = Not(All((Not(condition), Not(other))))
    assert judged(Any((condition, other)), answers, {}) is judged(mirrored, answers, {})
