"""Laws of every run, looked for on random walks through a script that has every kind of step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
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
    Fire,
    Free,
    GiveTo,
    Hurry,
    Keep,
    Pause,
    Picked,
    Put,
    Resume,
    See,
    Send,
    Skip,
    TellNext,
    Typed,
)
from playbooks.answer import options_of
from playbooks.position import resolve
from playbooks.run import Given, fold, what_to_json, whats_from_json
from playbooks.script import AnswerType, Ask
from playbooks.utterance import MovedOn, Notice
from tests.playbooks.scripts import (
    DUBLIN,
    REVIEW,
    Walk,
    choice,
    document,
    finish,
    go_to,
    hold,
    multi,
    question,
    say,
    script,
    stop,
    tree,
)
from tests.playbooks.walking import PICTURE, TEXTS, TIMES, check_ends, check_standing, fitting

UNKNOWN = {"label": "Not known", "follow_up": "today"}
FUTURE = {"must": {"not_after": "now"}, "say": "That is in the future."}
ORDER = {"must": {"not_after": "seen"}, "say": "It was seen before it happened."}
CALL_QA = {
    "level": "immediate",
    "say": "Please phone QA.",
    "tell": "qa_on_call",
    "release": {"by_role": ["qa_on_call"], "or_self": {"asks": ["Who in QA?"]}},
}
CONTAIN = tree(
    question("safe", "yes_no"),
    hold("danger", when={"safe": "no"}),
    question("where"),
    question("marked", when={"fact": "held"}),
    REVIEW,
    playbook="contain",
    callable=True,
    takes=["where"],
    facts={"held": {"say": "It is held", "when": {"safe": "yes"}}},
)
OF = script(
    question("held", "yes_no", why="Product comes first."),
    stop("tell", ["held"], when={"fact": "serious"}),
    say("keep"),
    multi("touched", "batch", "record", "room", none={"value": "none", "label": "None"}, unknown=UNKNOWN),
    stop("call") | {"stop": CALL_QA, "when": {"touched": "room"}},
    question("seen", "datetime", check=[FUTURE], clock="open", section="two"),
    question("happened", "datetime", check=[ORDER, FUTURE], unknown=UNKNOWN, section="two"),
    question(
        "batches",
        "list",
        of="identifier",
        when={"touched": "batch"},
        depends_on=["touched"],
        unknown=UNKNOWN,
        section="two",
    ),
    finish("nothing", when={"held": "yes", "touched": "none"}, section="two"),
    question("place", section="two"),
    {"id": "contain", "section": "two", "use": "contain", "with": {"where": "place"}},
    question("warm", "number", unit="°C", depends_on=["place"], section="two"),
    question("day", "date", section="two"),
    question("hour", "time", section="two"),
    question("who", "person", when={"fact": "long_ago"}, section="two"),
    question("sure", "confirm", section="two"),
    REVIEW | {"id": "first_review", "section": "three"},
    document("first_draft", section="three"),
    question(
        "number",
        "identifier",
        when={"not": {"touched": {"in": ["room", "unknown"]}}},
        required=False,
        can_wait=True,
        section="three",
    ),
    question(
        "what",
        "long_text",
        offers_opening=True,
        example={"weak": "It broke.", "better": "P-3 stopped."},
        section="three",
    ),
    choice(
        "kind",
        "lab",
        "data",
        "other",
        when={"any": [{"fact": "serious"}, {"happened": {"answered": False}}]},
        section="three",
    ),
    go_to("elsewhere", "another", when={"kind": "data"}, section="three"),
    question("photo", "attachment", required=False, section="three"),
    REVIEW | {"section": "three"},
    document(section="three"),
    finish("end", section="three"),
    flows={"contain": CONTAIN},
    sections=[{"id": name, "title": name} for name in ("one", "two", "three")],
    fast_lane="one",
    facts={
        "serious": {"say": "It is serious", "when": {"held": "no"}},
        "long_ago": {
            "say": "It is long ago",
            "calc": "hours_between",
            "from": "happened",
            "to": "seen",
            "at_least": 24,
        },
    },
    clocks={
        "open": {
            "say": "Open it",
            "starts": "seen",
            "due_in": "2 h",
            "calendar": "hours",
            "stops": "number",
            "remind": ["50%"],
        }
    },
)
QUESTIONS = [step.id for step in OF.steps if isinstance(step.does, Ask)]
WORDS = [
    *("yes", "no", "2", "last", "batch, record", "unknown", " ", "Done", "I have spoken to them", "ok"),
    *("03/04/2025 06:00", "23:00", "3 June 2025", "1,234", "8.5 °F"),
]

Move = Callable[[Walk], Act]


def answer(number: int) -> Move:
    """An answer that fits whatever is open now."""
    return lambda walk: fitting(walk, number)


def pressed_late(number: int) -> Move:
    """A button of a question that is no longer the one asked, or never was."""

    def act(walk: Walk) -> Act:
        put = Put(QUESTIONS[number % len(QUESTIONS)], walk.ledger.turn - 1 - number)
        return (Picked(("yes",), put), Typed("late", put), Keep(put), Skip(put), Back(put))[number % 5]

    return act


def plain(act: Act) -> Move:
    return lambda walk: act


_PLAIN: list[Act] = [
    *(Back(), Back(), Back(), Skip(), Skip(None, "later"), Keep(), Confirm(), Confirm("0" * 64)),
    *(Pause(), Resume(), Hurry(), Hurry(is_hurried=False), Send((PICTURE,)), GiveTo("person-2")),
    *(Digress("why"), Digress("example"), Digress("repeat"), Picked(()), Picked(("none", "batch"))),
    *(See("call"), See("tell"), TellNext("call", ("person-3",)), Fire("open"), Fire("rhubarb")),
    *(Free("call", "role"), Free("call", "self"), Free("contain.danger", "self"), Free("tell", "self")),
    *map(Typed, WORDS + TEXTS + TIMES),
    *map(Change, QUESTIONS),
]
MOVES = st.lists(
    st.one_of(
        st.integers(0, 20).map(answer),
        st.integers(0, 20).map(answer),
        st.integers(0, 20).map(answer),
        st.integers(0, 20).map(pressed_late),
        st.sampled_from(_PLAIN).map(plain),
    ),
    max_size=60,
)


def walked(moves: Sequence[Move]) -> Walk:
    walk = Walk(OF, opening="an alarm went off")
    for move in moves:
        walk.does(move(walk))
    return walk


def check_undone(walk: Walk) -> None:
    """Back, until there is nothing before, is the beginning; and the log still has everything."""
    log = walk.events
    if walk.ledger.is_over:
        return
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
        act = move(walk)
        walk.does(act)
        check_standing(walk, act)
    other = walked(moves)
    assert (other.events, other.said) == (walk.events, walk.said), "the same acts give the same run"
    check_ends(walk)
    check_undone(other)


@settings(max_examples=50)
@given(MOVES)
def test_every_run_stands_ends_and_can_be_undone(moves):
    check_walk(moves)


@pytest.mark.proof
@settings(max_examples=1_000)
@given(MOVES)
def test_every_run_stands_ends_and_can_be_undone_on_a_thousand_walks(moves):
    check_walk(moves)


@pytest.mark.scenario("E1")
@given(MOVES)
def test_events_read_back_from_json_give_the_same_position(moves):
    walk = walked(moves)
    whats = whats_from_json([what_to_json(event.what) for event in walk.events])
    read = [replace(event, what=what) for event, what in zip(walk.events, whats, strict=True)]
    assert tuple(read) == walk.events
    assert resolve(OF, fold(read), DUBLIN) == walk.position


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
    if not given_ones or walk.ledger.is_over:
        return
    before, changed = walk.live, given_ones[which % len(given_ones)]
    walk.does(Change(changed.step))
    walk.does(answer(number)(walk))
    if walk.ledger.is_over:  # it was the answer that leads elsewhere
        return
    if not walk.ledger.correcting:  # the other answer was taken
        walk.does(Change(changed.step))
    walk.does(again(changed))
    assert walk.live == before


def again(given_one: Given) -> Act:
    """The act that gives this very answer once more."""
    ask = OF.ask(given_one.step)
    assert ask
    if ask.type is AnswerType.ATTACHMENT:
        return Send((PICTURE,))
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


@pytest.mark.scenario("A4")
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
    read = whats_from_json([what_to_json(event.what) for event in walk.events])
    assert read == [event.what for event in walk.events]
    assert walk.live == {"it": (words,), "them": (words, "other")}
