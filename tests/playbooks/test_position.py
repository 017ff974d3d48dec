from __future__ import annotations

import pytest

from playbooks.act import Change, Confirm, Picked, Skip, Typed
from playbooks.loader import load
from playbooks.position import resolve
from playbooks.run import Answer, Answered, Event, Started, fold
from tests.playbooks.scripts import (
    DUBLIN,
    GIVEN,
    NOON,
    REVIEW,
    Walk,
    choice,
    document,
    finish,
    question,
    say,
    script,
    stop,
    tree,
)

TOUCHED = script(
    choice("touched", "batch", "record"),
    question("batches", "list", when={"touched": "batch"}),
    question("where", unknown={"label": "Not known", "follow_up": "today"}),
    REVIEW,
    document(),
)
NOT_AFTER_SEEN = {"must": {"not_after": "seen"}, "say": "It was seen before it happened."}
ORDER = script(
    question("seen", "datetime"),
    question("happened", "datetime", check=[NOT_AFTER_SEEN]),
    question("where"),
)


def test_the_first_step_without_an_answer_is_the_cursor():
    walk = Walk(TOUCHED).does(Picked(("batch",)))
    assert walk.asked == "batches"
    assert walk.live == {"touched": ("batch",)}


def test_only_what_is_true_shows_a_step():
    walk = Walk(
        script(choice("held", "yes", "no"), say("a", when={"not": {"batch": "1"}}), question("batch"))
    )
    assert walk.does(Skip()).asked == "batch"
    assert "told" not in walk.kinds


@pytest.mark.scenario("B3")
@pytest.mark.scenario("B4")
def test_answers_off_the_path_are_dormant_and_come_back_with_it():
    walk = Walk(TOUCHED).does(Picked(("batch",)), Typed("00123"), Typed("Line 1"))
    walk.does(Change("touched"), Picked(("record",)))
    assert walk.live == {"touched": ("record",), "where": ("Line 1",)}
    assert walk.position.dormant == ("batches",)
    back = walk.does(Change("touched"), Picked(("batch",))).position
    assert walk.live == {"touched": ("batch",), "batches": ("00123",), "where": ("Line 1",)}
    assert back.dormant == ()


def test_answers_below_the_cursor_are_ahead_and_do_not_count_yet():
    walk = Walk(TOUCHED).does(Picked(("record",)), Typed("Line 1"), Change("touched"), Picked(("batch",)))
    assert (walk.asked, walk.position.ahead) == ("batches", ("where",))
    assert walk.live == {"touched": ("batch",)}


def test_an_answer_that_became_impossible_is_stale_and_asked_again():
    walk = Walk(ORDER).does(Typed("today 06:00"), Typed("today 05:00"), Typed("Line 1"))
    walk.does(Change("seen"), Typed("today 04:00"))
    assert (walk.asked, walk.position.stale, walk.position.ahead) == ("happened", ("happened",), ("where",))
    assert walk.does(Change("seen"), Typed("today 06:00")).position.stale == ()


def test_a_check_against_now_is_judged_by_the_time_it_was_made_at():
    now = script(question("seen", "datetime", check=[{"must": {"not_after": "now"}, "say": "Future."}]))
    walk = Walk(now).does(Typed("today 13:01"))
    assert walk.position.stale == ()
    assert walk.live == {"seen": ("2025-06-03T13:01+01:00",)}


@pytest.mark.parametrize(("must", "is_stale"), [("not_after", True), ("not_before", False)])
def test_times_may_be_ordered_either_way(must, is_stale):
    check = {"must": {must: "seen"}, "say": "Order."}
    ordered = script(question("seen", "datetime"), question("told", "datetime", check=[check]))
    walk = Walk(ordered).does(Typed("today 06:00"), Typed("today 07:00"))
    assert (walk.asked == "told") is is_stale


def test_a_time_not_known_is_compared_with_nothing():
    unknown = {"label": "Not known", "follow_up": "today"}
    open_ = script(
        question("seen", "datetime", unknown=unknown),
        question("happened", "datetime", check=[NOT_AFTER_SEEN]),
    )
    walk = Walk(open_).does(Picked(("unknown",)), Typed("today 05:00"))
    assert walk.position.cursor is None


def test_an_option_that_the_script_no_longer_has_is_stale():
    started = Started("an-example", "1.0.0", TOUCHED.hash, GIVEN)
    log = [Event(1, NOON, "p", started), Event(2, NOON, "p", Answered("touched", ("label",)))]
    position = resolve(TOUCHED, fold(log), DUBLIN)
    assert position.stale == ("touched",)
    assert position.live == ()


def test_what_is_unknown_or_skipped_is_an_open_point():
    walk = Walk(TOUCHED).does(Picked(("batch",)), Skip(), Picked(("unknown",)))
    assert walk.position.open_points == ("batches", "where")


def test_what_was_frozen_at_the_start_can_be_asked_by_conditions():
    here = script(
        say("eu", when={"site.region": "EU"}), say("us", when={"site.region": "US"}), question("where")
    )
    assert Walk(here).ledger.said == {"eu"}


def test_a_finish_that_applies_ends_the_run():
    early = script(choice("held", "yes", "no"), finish("stop_here", when={"held": "no"}), question("where"))
    walk = Walk(early).does(Picked(("no",)))
    assert walk.position.cursor is None
    assert walk.position.of == 1
    assert Walk(early).does(Picked(("yes",))).asked == "where"


def test_answers_below_a_finish_that_applies_are_dormant():
    early = script(choice("held", "yes", "no"), finish("stop_here", when={"held": "no"}), question("where"))
    walk = Walk(early).does(Picked(("yes",)), Typed("Line 1"), Change("held"), Picked(("no",)))
    assert walk.position.dormant == ("where",)
    assert walk.live == {"held": ("no",)}


def test_a_script_without_an_end_is_over_after_its_last_step():
    assert Walk(load(tree(question("where")))).does(Typed("Line 1")).position.cursor is None


@pytest.mark.scenario("H7")
def test_progress_counts_the_questions_expected_on_this_path():
    walk = Walk(TOUCHED)
    assert (walk.position.at, walk.position.of) == (1, 3)
    walk.does(Picked(("batch",)))
    assert (walk.position.at, walk.position.of) == (2, 4)
    walk.does(Typed("00123"), Typed("Line 1"), Confirm())
    assert (walk.position.at, walk.position.of) == (4, 4)


def test_the_hash_stands_for_the_live_answers_and_not_for_who_gave_them_when():
    walk, other = Walk(TOUCHED), Walk(TOUCHED, opening="an alarm")
    walk.does(Picked(("record",)), Typed("Line 1"))
    other.does(Typed("2"), Typed("Line 7"), Change("where"), Typed("Line 1"))
    assert walk.position.answers_hash == other.position.answers_hash
    assert other.does(Change("where"), Typed("Line 2")).position.answers_hash != walk.position.answers_hash


def test_not_knowing_skipping_and_answering_have_different_hashes():
    hashes = {
        Walk(TOUCHED).does(Picked(("record",)), act).position.answers_hash
        for act in (Skip(), Picked(("unknown",)), Typed("x"))
    }
    assert len(hashes) == 3


def test_a_live_answer_can_be_looked_up():
    position = Walk(TOUCHED).does(Picked(("record",))).position
    assert position.answer("touched") == Answer(("record",))
    assert position.answer("where") is None


def test_each_document_is_drafted_and_each_review_confirmed_for_itself():
    two = script(
        question("a"),
        REVIEW | {"id": "first"},
        document("short"),
        question("b"),
        REVIEW,
        document("long"),
        stop("tell"),
    )
    walk = Walk(two).does(Typed("1"), Confirm(), Typed("2"), Confirm())
    assert walk.position.cursor is None
    assert [draft.step for draft in walk.ledger.drafts] == ["short", "long"]
