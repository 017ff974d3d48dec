"""Like questions come together in the same way every time, and no name is kept in one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.question import LONGEST, Kind, Question, clusters, nameless
from knowledge.words import words_of


def asked(
    id: str, text: str, day: str = "2026-06-03", kind: Kind = "unanswered", entry: str = "", nearest: str = ""
) -> Question:
    return Question(id, kind, day, text, entry, tuple(words_of(text)), nearest)


def ids(*questions: Question) -> list[list[str]]:
    return [[question.id for question in cluster.questions] for cluster in clusters(questions)]


def test_the_same_thing_in_other_words_order_and_forms_is_one_cluster():
    found = ids(
        asked("a", "who cleans the blue drum"),
        asked("b", "the blue drum, who cleans it?"),
        asked("c", "who is cleaning the blue drums"),
        asked("d", "when is pay day"),
    )
    assert sorted(found) == [["a", "b", "c"], ["d"]]


def test_less_likeness_is_enough_where_both_come_nearest_to_one_entry():
    one, other = "who cleans the blue drum", "what about cleaning of a blue drum after use"
    assert len(ids(asked("a", one), asked("b", other))) == 2
    assert ids(asked("a", one, nearest="drums"), asked("b", other, nearest="drums")) == [["a", "b"]]
    assert len(ids(asked("a", one, nearest="drums"), asked("b", other, nearest="cleaning"))) == 2


def test_disputes_of_one_entry_belong_together_and_to_no_question():
    found = ids(
        asked("a", "who cleans the blue drum", kind="disputed", entry="drums"),
        asked("b", "", kind="disputed", entry="drums"),
        asked("c", "who cleans the blue drum", kind="disputed", entry="cleaning"),
        asked("d", "who cleans the blue drum"),
        asked("e", "who cleans the blue drum", kind="none_of_these", entry="drums"),
    )
    assert sorted(found) == [["a", "b"], ["c"], ["d", "e"]]


def test_the_newest_cluster_comes_first_and_is_named_by_its_first_question():
    found = clusters(
        [
            asked("z", "when is pay day", "2026-06-01"),
            asked("b", "when is the pay day", "2026-06-05", kind="none_of_these", nearest="stub-pay"),
            asked("c", "who cleans the blue drum", "2026-06-02"),
        ]
    )
    assert [(each.id, each.newest) for each in found] == [("z", "2026-06-05"), ("c", "2026-06-02")]
    assert found[0].kinds == {"none_of_these": 1, "unanswered": 1}
    assert found[0].texts == ("when is pay day", "when is the pay day")
    assert (found[0].entry, found[1].entry) == ("stub-pay", "")


def test_each_wording_is_told_once():
    (cluster,) = clusters([asked("a", "When is pay day?"), asked("b", "when is PAY day")])
    assert cluster.texts == ("When is pay day?",)


WORDS = st.lists(st.sampled_from(words_of("who cleans the blue drum when is pay day red tape")), max_size=5)
QUESTIONS = st.lists(
    st.builds(
        lambda words, day, kind, near: (" ".join(words), f"2026-06-{day:02}", kind, near),
        WORDS,
        st.integers(1, 9),
        st.sampled_from(["unanswered", "none_of_these", "disputed"]),
        st.sampled_from(["", "drums", "pay"]),
    ),
    max_size=12,
).map(
    lambda found: [
        asked(f"q{number:02}", text, day, kind, near if kind == "disputed" else "", near)
        for number, (text, day, kind, near) in enumerate(found)
    ]
)


@given(QUESTIONS.flatmap(lambda questions: st.tuples(st.just(questions), st.permutations(questions))))
def test_the_order_in_which_they_come_makes_no_difference(both):
    questions, shuffled = both
    assert clusters(shuffled) == clusters(questions)


@given(QUESTIONS)
def test_what_is_asked_later_moves_no_earlier_question(questions):
    ordered = sorted(questions, key=lambda question: (question.day, question.id))
    of_all = {q.id: cluster.id for cluster in clusters(ordered) for q in cluster.questions}
    for upto in range(len(ordered)):
        of_some = {q.id: cluster.id for cluster in clusters(ordered[:upto]) for q in cluster.questions}
        assert of_some.items() <= of_all.items()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("can <@U0123ABC> sign\n for me?", "can sign for me?"),
        ("can <at>Sam Kelly</at> sign for me?", "can sign for me?"),
        ("may sam.kelly@example.org sign", "may somebody sign"),
        ("may SAM KELLY sign, or Sam Kellyson", "may somebody sign, or Sam Kellyson"),
        ("may Sam Kelly Byrne sign", "may somebody sign"),
        ("x" * 400, "x" * LONGEST),
    ],
)
def test_no_name_and_no_address_is_kept(text, kept):
    assert nameless(text, ["Sam Kelly", "Sam Kelly Byrne"]) == kept
