from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.conditions import (
    All,
    Any,
    Condition,
    FactHolds,
    Has,
    IsAnswered,
    Not,
    fact_names,
    holds,
    names,
)
from playbooks.run import Answer

YES, NO, UNKNOWN, SKIPPED = (
    Answer(("yes",)),
    Answer(("no",)),
    Answer(is_unknown=True),
    Answer(is_skipped=True),
)
HELD, KIND = Has("held", ("yes",)), Has("kind", ("lab", "data"))
FACTS: dict[str, Condition] = {"may_be_serious": Any((HELD, KIND))}


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
    assert holds(HELD, {"held": answer} if answer else {}, {}) is expected


def test_not_knowing_can_be_asked_for():
    assert holds(Has("held", ("yes", "unknown")), {"held": UNKNOWN}, {}) is True


@pytest.mark.parametrize(
    ("answer", "is_answered"), [(None, None), (YES, True), (UNKNOWN, False), (SKIPPED, False)]
)
def test_answered_means_answered_with_something(answer, is_answered):
    answers = {"held": answer} if answer else {}
    assert holds(IsAnswered("held"), answers, {}) is is_answered
    assert holds(IsAnswered("held", wanted=False), answers, {}) is (
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
    assert holds(All((HELD, KIND)), answers, {}) is all_
    assert holds(Any((HELD, KIND)), answers, {}) is any_
    assert holds(FactHolds("may_be_serious"), answers, FACTS) is any_


def test_the_opposite_of_not_known_yet_is_not_known_yet():
    assert holds(Not(HELD), {}, {}) is None
    assert holds(Not(HELD), {"held": YES}, {}) is False


def test_no_condition_always_holds():
    assert holds(None, {}, {}) is True


def test_a_condition_names_every_answer_and_fact_it_reads():
    condition = All((Any((HELD, FactHolds("late"))), Not(IsAnswered("where")), Not(FactHolds("serious"))))
    assert list(names(condition)) == ["held", "where"]
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
    known = holds(condition, answers, {})
    for name in {"a", "b", "c"} - answers.keys():
        assert known is None or holds(condition, answers | {name: later}, {}) is known


@given(_CONDITIONS, _ANSWERS)
def test_all_and_any_are_each_others_mirror(condition, answers):
    other = Has("a", ("yes",))
    mirrored = Not(All((Not(condition), Not(other))))
    assert holds(Any((condition, other)), answers, {}) is holds(mirrored, answers, {})
