from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from playbooks.run import (
    Answer,
    Answered,
    Asked,
    Cancelled,
    Carried,
    ClockFired,
    ClockStarted,
    Confirmed,
    Digressed,
    Drafted,
    Event,
    HandedOver,
    Hurried,
    Kept,
    MovedVersion,
    Paused,
    Reasoned,
    Released,
    Resumed,
    Seen,
    Skipped,
    Started,
    Told,
    Undone,
    What,
    canonical_json,
    fold,
    hash_of,
    what_to_json,
    whats_from_json,
)

AT = datetime(2025, 6, 3, 6, 0, tzinfo=UTC)
STARTED = Started("an-example", "1.0.0", "0" * 64, {"person.role": ("operator",)}, opening="alarm")
DRAFT = Drafted("draft", 1, 6, "h", "f")


def events(*whats: What) -> list[Event]:
    return [Event(seq, AT, "person-1", what) for seq, what in enumerate((STARTED, *whats), start=1)]


def test_the_latest_answer_stands_with_who_gave_it_and_when():
    ledger = fold(events(Answered("where", ("Line 1",)), Answered("where", ("Line 2",)), Skipped("when")))
    assert ledger.answers["where"].answer == Answer(("Line 2",))
    assert (ledger.answers["where"].seq, ledger.answers["where"].by, ledger.answers["where"].at) == (
        3,
        "person-1",
        AT,
    )
    assert ledger.answers["when"].answer == Answer(is_skipped=True)
    assert ledger.last_act == 4


def test_taking_a_change_back_reveals_the_answer_before_it():
    ledger = fold(events(Answered("where", ("Line 1",)), Answered("where", is_unknown=True), Undone(3)))
    assert ledger.answers["where"].answer == Answer(("Line 1",))
    assert ledger.earlier == {"where": Answer(is_unknown=True)}
    assert ledger.last_act == 2


def test_taking_a_confirmation_back_leaves_the_one_before_it():
    ledger = fold(events(Confirmed("review", "h1"), Confirmed("review", "h2"), Undone(3)))
    assert ledger.confirmed == {"review": "h1"}


def test_each_review_has_its_own_confirmation():
    assert fold(events(Confirmed("first", "h1"), Confirmed("second", "h2"))).confirmed == {
        "first": "h1",
        "second": "h2",
    }


@pytest.mark.parametrize(
    "after",
    [
        (Answered("where", ("Line 2",)),),
        (Skipped("where"),),
        (Kept("where"),),
        (Undone(2),),
        (Asked("when"),),
    ],
)
def test_a_correction_ends_with_an_answer_a_keep_an_undo_or_the_next_question(after):
    before = (Answered("where", ("Line 1",)), Asked("where", is_correction=True))
    assert fold(events(*before)).correcting == "where"
    assert fold(events(*before, *after)).correcting == ""


def test_an_answer_elsewhere_does_not_end_a_correction():
    ledger = fold(events(Asked("where", is_correction=True), Answered("when", ("now",))))
    assert ledger.correcting == "where"


def test_the_turn_is_the_event_that_asked():
    ledger = fold(events(Asked("where"), Digressed("why"), Answered("where", ("Line 1",)), Asked("when")))
    assert (ledger.asking, ledger.turn, ledger.last_seq) == ("when", 5, 5)


def test_what_was_told_and_drafted_is_kept_whatever_comes_later():
    ledger = fold(events(Told("tell", "h", "qa_on_call", ("person-qa",)), DRAFT, Cancelled()))
    assert (ledger.said, ledger.drafts, ledger.is_cancelled) == (frozenset({"tell"}), (DRAFT,), True)


def test_a_pause_lasts_until_it_is_resumed():
    assert fold(events(Paused())).is_paused
    assert not fold(events(Paused(), Resumed())).is_paused


def test_a_run_begins_with_its_start():
    with pytest.raises(TypeError, match="a run begins with 'started', not with 'asked'"):
        fold([Event(1, AT, "person-1", Asked("where"))])


def test_a_run_begins_only_once():
    with pytest.raises(TypeError, match="a run begins once, and not again with event 2"):
        fold(events(STARTED))


def test_a_draft_states_what_stands_when_it_is_made_and_a_later_one_only_what_changed_since():
    before = (Answered("where", ("Line 1",)), Answered("when", ("6:00",)), DRAFT)
    changed = (Answered("where", ("Line 2",)), DRAFT, Answered("where", ("Line 1",)))
    assert fold(events(*before, Answered("where", ("Line 2",)))).changed == {5: "where"}
    assert fold(events(*before, *changed)).changed == {7: "where"}
    assert fold(events(*before, *changed, Answered("when", ("6:10",)))).changed == {7: "where", 8: "when"}


def test_what_fired_and_who_hurried_and_went_on_is_kept():
    fired = (ClockFired("open", 50, "2025"), ClockFired("open", 90, "2025"), ClockFired("other", 50, "2025"))
    ledger = fold(
        events(
            ClockStarted("open", "1 h"),
            ClockStarted("open", "9 h"),
            *fired,
            Hurried(),
            HandedOver("x", "other"),
        )
    )
    assert ledger.fired == {"open": {(50, "2025"), (90, "2025")}, "other": {(50, "2025")}}
    assert ledger.clocks == {"open": ClockStarted("open", "1 h")}  # the first stays
    assert (ledger.is_hurried, ledger.gone_to, ledger.is_over, ledger.started_at) == (True, "other", True, AT)


def test_an_answer_reads_as_its_first_value_or_nothing():
    assert Answer(("a", "b")).value == "a"
    assert Answer().value == ""


# As JSON

_WORDS = st.text(max_size=20)
_VALUES = st.lists(_WORDS, max_size=3).map(tuple)
_WHATS: st.SearchStrategy[What] = st.one_of(
    st.builds(Started, _WORDS, _WORDS, _WORDS, st.dictionaries(_WORDS, _VALUES, max_size=2), _WORDS),
    st.builds(Asked, _WORDS, st.booleans()),
    st.builds(Answered, _WORDS, _VALUES, st.booleans(), _WORDS, _WORDS),
    st.builds(Skipped, _WORDS, _WORDS, _WORDS),
    st.builds(Carried, _WORDS, _VALUES, st.booleans(), _WORDS),
    st.builds(Reasoned, st.integers(1, 10**6), _WORDS),
    st.builds(Seen, _WORDS),
    st.builds(Released, _WORDS, st.sampled_from(["self", "role"])),
    st.builds(Hurried, st.booleans()),
    st.builds(ClockStarted, _WORDS, _WORDS),
    st.builds(ClockFired, _WORDS, st.integers(1, 100), _WORDS),
    st.builds(HandedOver, _WORDS, _WORDS, _WORDS),
    st.builds(MovedVersion, _WORDS, _WORDS, _VALUES, _VALUES),
    st.builds(Undone, st.integers(1, 10**6)),
    st.builds(Kept, _WORDS),
    st.builds(Confirmed, _WORDS, _WORDS),
    st.builds(Told, _WORDS, _WORDS, _WORDS, _VALUES),
    st.builds(Digressed, _WORDS),
    st.sampled_from([Paused(), Resumed(), Cancelled()]),
    st.builds(Drafted, _WORDS, st.integers(1, 99), st.integers(1, 999), _WORDS, _WORDS),
)


@pytest.mark.scenario("E1")
@given(_WHATS)
def test_what_happened_comes_back_from_json_as_it_was(what):
    assert whats_from_json([what_to_json(what)]) == [what]


@pytest.mark.parametrize(
    "value", ["00123", "1E5", "12-05", "1.10", "no", "Crème", "Партия 25Б", "🧪", "e\u0301"]
)
def test_an_answer_survives_json_unchanged(value):
    what = Answered("batch", (value,), said=value)
    assert whats_from_json([what_to_json(what)]) == [what]
    assert value in "".join(what_to_json(what))


@pytest.mark.parametrize("text", ["{}", "[]", '{"kind":"danced"}', '{"kind":"undone","event":"soon"}'])
def test_json_that_is_no_event_is_refused(text):
    with pytest.raises(ValidationError):
        whats_from_json([(text, "")])


def test_an_event_of_which_nothing_was_kept_is_refused():
    with pytest.raises(ValueError, match="1 events were kept, and 0 can be read"):
        whats_from_json([("", "")])


def test_the_same_value_always_has_the_same_json_and_hash():
    assert canonical_json({"b": 1, "a": ["é"]}) == '{"a":["é"],"b":1}'
    assert hash_of({"b": 1, "a": ["é"]}) == hash_of({"a": ["é"], "b": 1})
    assert hash_of({"a": 1}) != hash_of({"a": "1"})
