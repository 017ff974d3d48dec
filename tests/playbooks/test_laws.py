"""Laws of every run, looked for on random walks through a script that has every kind of step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.act import (
    Act,
    Back,
    Cancel,
    Change,
    Confirm,
    Digress,
    Keep,
    Pause,
    Picked,
    Put,
    Resume,
    Skip,
    Typed,
)
from playbooks.answer import options_of
from playbooks.position import resolve
from playbooks.run import Event, Given, fold, what_from_json, what_to_json
from playbooks.script import AnswerType, Ask
from playbooks.utterance import MovedOn, Notice, Question, Sheet
from tests.playbooks.scripts import (
    REVIEW,
    Walk,
    choice,
    document,
    finish,
    multi,
    question,
    say,
    script,
    stop,
)

UNKNOWN = {"label": "Not known", "follow_up": "now"}
FUTURE = {"must": {"not_after": "now"}, "say": "That is in the future."}
ORDER = {"must": {"not_after": "seen"}, "say": "It was seen before it happened."}
OF = script(
    question("held", "yes_no", why="Product comes first."),
    stop("tell", ["held"], when={"fact": "serious"}),
    say("keep"),
    question("seen", "datetime", check=[FUTURE]),
    question("happened", "datetime", check=[ORDER, FUTURE], unknown=UNKNOWN),
    multi("touched", "batch", "record", "room", none={"value": "none", "label": "None"}, unknown=UNKNOWN),
    question("batches", "list", when={"touched": "batch"}, unknown=UNKNOWN),
    finish("nothing", when={"held": "yes", "touched": "none"}),
    REVIEW | {"id": "first_review"},
    document("first_draft"),
    question("number", "identifier", when={"not": {"touched": {"in": ["room", "unknown"]}}}, required=False),
    question(
        "what", "long_text", offers_opening=True, example={"weak": "It broke.", "better": "P-3 stopped."}
    ),
    choice(
        "kind", "lab", "data", "other", when={"any": [{"fact": "serious"}, {"happened": {"answered": False}}]}
    ),
    REVIEW,
    document(),
    facts={"serious": {"say": "It is serious", "when": {"held": "no"}}},
)
QUESTIONS = [step.id for step in OF.steps if isinstance(step.does, Ask)]
TEXTS = [
    "yes",
    "no",
    "2",
    "last",
    "batch, record",
    "unknown",
    "00123",
    "1E5",
    "12-05",
    "Crème",
    "Партия",
    "🧪",
    " ",
    "{x}",
]
TIMES = [
    "today 06:00",
    "yesterday 06:00",
    "2025-06-01 05:00",
    "03/04/2025 06:00",
    "23:00",
    "now",
    "3 June 2025",
]

Move = Callable[[Walk], Act]


def answer(number: int) -> Move:
    """An answer that fits the question which is open now, whichever it is; a review is confirmed."""

    def act(walk: Walk) -> Act:
        ask = walk.script.ask(walk.asked)
        if ask is None:
            return Confirm()
        if ask.type is AnswerType.DATETIME:
            return Typed(TIMES[number % 3])
        options = options_of(ask)
        return (
            Picked((options[number % len(options)].value,)) if options else Typed(TEXTS[number % len(TEXTS)])
        )

    return act


def pressed_late(number: int) -> Move:
    """A button of a question that is no longer the one asked, or never was."""

    def act(walk: Walk) -> Act:
        put = Put(QUESTIONS[number % len(QUESTIONS)], walk.ledger.turn - 1 - number)
        return (Picked(("yes",), put), Typed("late", put), Keep(put), Skip(put), Back(put))[number % 5]

    return act


def plain(act: Act) -> Move:
    return lambda walk: act


_PLAIN: list[Act] = [
    *(Back(), Back(), Back(), Skip(), Keep(), Confirm(), Confirm("0" * 64), Pause(), Resume()),
    *(Digress("why"), Digress("example"), Digress("repeat"), Picked(()), Picked(("none", "batch"))),
    *map(Typed, TEXTS + TIMES),
    *map(Change, QUESTIONS),
]
MOVES = st.lists(
    st.one_of(
        st.integers(0, 20).map(answer),
        st.integers(0, 20).map(answer),
        st.integers(0, 20).map(pressed_late),
        st.sampled_from(_PLAIN).map(plain),
    ),
    max_size=40,
)


def walked(moves: Sequence[Move]) -> Walk:
    walk = Walk(OF, opening="an alarm went off")
    for move in moves:
        walk.does(move(walk))
    return walk


def check_standing(walk: Walk) -> None:
    """What must be true wherever a run stands."""
    assert [event.seq for event in walk.events] == list(range(1, len(walk.events) + 1))
    position = walk.position
    live = [given.step for given in position.live]
    counted = [*live, *position.ahead, *position.dormant, *position.stale]
    assert len(counted) == len(set(counted)), "a step is in one state only"
    assert set(counted) == set(walk.ledger.answers), "and no answer is lost"
    assert resolve(OF, walk.ledger) == position
    last = walk.said[-1]
    if isinstance(last, Question | Sheet):
        assert (last.step.id, last.turn) == (walk.asked, walk.ledger.turn), "what is asked is what is open"
    else:
        is_set_aside = walk.ledger.is_paused or walk.ledger.is_cancelled
        assert is_set_aside or not walk.asked, "a run that is open asks something"


def check_ends(walk: Walk) -> None:
    """From wherever it stands, a run comes to its end; a question that takes no answer can be skipped."""
    walk.does(Resume())
    for _ in range(3 * len(OF.steps)):
        if not walk.asked:
            break
        before = walk.asked
        walk.does(answer(0)(walk))
        if walk.asked == before:
            walk.does(Skip())
    assert walk.position.cursor is None


def check_undone(walk: Walk) -> None:
    """Back, until there is nothing before, is the beginning; and the log still has everything."""
    log = walk.events
    for _ in range(2 * len(log) + 2):
        if Notice.NOTHING_BEFORE in walk.does(Back()).notices:
            break
    assert walk.asked == QUESTIONS[0]
    assert walk.live == {}
    assert walk.ledger.answers == {}
    assert walk.events[: len(log)] == log


def check_walk(moves: Sequence[Move]) -> None:
    walk = Walk(OF, opening="an alarm went off")
    for move in moves:
        walk.does(move(walk))
        check_standing(walk)
    other = walked(moves)
    assert (other.events, other.said) == (walk.events, walk.said), "the same acts give the same run"
    check_ends(walk)
    check_standing(walk)
    check_undone(other)


@settings(max_examples=100)
@given(MOVES)
def test_every_run_stands_ends_and_can_be_undone(moves):
    check_walk(moves)


@pytest.mark.proof
@settings(max_examples=1_000)
@given(MOVES)
def test_every_run_stands_ends_and_can_be_undone_on_a_thousand_walks(moves):
    check_walk(moves)


@given(MOVES)
def test_events_read_back_from_json_give_the_same_position(moves):
    walk = walked(moves)
    stored = [(event.seq, event.at, event.by, what_to_json(event.what)) for event in walk.events]
    read = [Event(seq, at, by, what_from_json(text)) for seq, at, by, text in stored]
    assert tuple(read) == walk.events
    assert resolve(OF, fold(read)) == walk.position


@given(MOVES, st.integers(0, 20))
def test_an_old_button_changes_no_answer_and_moves_nothing(moves, number):
    walk = walked(moves)
    before, standing = walk.position, walk.ledger.answers
    walk.does(pressed_late(number)(walk))
    assert isinstance(walk.said[0], MovedOn)
    assert (walk.position, walk.ledger.answers) == (before, standing)


@given(MOVES, st.integers(0, 20), st.integers(0, 20))
def test_an_answer_changed_and_changed_back_restores_the_live_answers(moves, which, number):
    walk = walked(moves).does(Resume())
    if walk.ledger.correcting:
        walk.does(Back())
    given_ones = [each for each in walk.position.live if each.answer.values]
    if not given_ones:
        return
    before, changed = walk.live, given_ones[which % len(given_ones)]
    walk.does(Change(changed.step))
    walk.does(answer(number)(walk))
    if not walk.ledger.correcting:  # the other answer was taken
        walk.does(Change(changed.step))
    walk.does(again(changed))
    assert walk.live == before


def again(given_one: Given) -> Act:
    """The act that gives this very answer once more."""
    ask = OF.ask(given_one.step)
    assert ask
    if options_of(ask) or ask.type is AnswerType.DATETIME:
        return Picked(given_one.answer.values)
    return Typed("\n".join(given_one.answer.values))


@given(MOVES)
def test_a_cancelled_run_stays_as_it_was(moves):
    walk = walked(moves).does(Cancel())
    live = walk.live
    for move in moves:
        walk.does(move(walk))
    assert walk.live == live


@given(MOVES)
def test_nothing_that_happened_is_ever_taken_out_of_the_log(moves):
    walk = Walk(OF)
    logs = [walk.events, *(walk.does(move(walk)).events for move in moves)]
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(logs))


@pytest.mark.parametrize(
    "words", ["00123", "1E5", "12-05", "1.10", "no", "Crème brûlée", "Партия 25Б", "🧪 №7", "e\u0301"]
)
def test_words_survive_a_whole_run_unchanged(words):
    walk = Walk(script(question("it"), question("them", "list"), REVIEW, document()))
    walk.does(
        Typed(words),
        Typed(f"{words}\nother"),
        Change("it"),
        Keep(),
        Back(),
        Back(),
        Keep(),
        Keep(),
        Confirm(),
    )
    read = [what_from_json(what_to_json(event.what)) for event in walk.events]
    assert read == [event.what for event in walk.events]
    assert walk.live == {"it": (words,), "them": (words, "other")}
