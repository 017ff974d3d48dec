"""Going on with another version of a playbook, or with another playbook."""

from __future__ import annotations

from dataclasses import replace

import pytest

from playbooks.act import (
    Back,
    Change,
    Confirm,
    Free,
    GiveTo,
    Hurry,
    Keep,
    Move,
    Picked,
    See,
    Skip,
    TellNext,
    Typed,
)
from playbooks.draft import CARRIED, Around, draft_of, made_with
from playbooks.run import Answer, Carried, Drafted, HandedOver, MovedVersion
from playbooks.script import GoTo, Script
from playbooks.utterance import DraftMade, GoneTo, MovedOn, Notice, Question, Sheet
from tests.playbooks.scripts import (
    DUBLIN,
    REVIEW,
    Tree,
    Walk,
    choice,
    document,
    go_to,
    question,
    script,
    stop,
)

ONE = script(
    question("where"),
    question("room", label="The room"),
    question("seen"),
    stop("tell"),
    REVIEW,
    document(),
)


def two(*steps: Tree) -> Script:
    return script(*steps, REVIEW, document(), version="2.0.0")


TWO = two(question("where"), question("seen", "datetime"), question("line"))


def moved(of: Script = TWO) -> Walk:
    walk = Walk(ONE).does(Typed("Line 3"), Typed("F-12"), Typed("this morning"), Move(of))
    walk.script = of
    return walk


# Another version


@pytest.mark.scenario("F3")
def test_an_answer_stays_where_its_question_is_asked_in_the_same_way():
    walk = moved()
    assert walk.notices == [Notice.MOVED_VERSION]
    assert walk.live == {"where": ("Line 3",)}
    assert walk.asked == "seen"


@pytest.mark.scenario("F3")
def test_an_answer_nobody_asks_for_any_more_is_kept_in_words_and_shown_in_the_draft():
    walk = moved()
    what = next(event.what for event in walk.events if isinstance(event.what, MovedVersion))
    assert what.left == ("The room", "F-12", "seen", "this morning")
    assert what.dropped == ("room", "seen")
    walk.does(Typed("today 06:00"), Typed("Line 3"), Confirm())
    made = next(event for event in walk.events if isinstance(event.what, Drafted))
    draft = draft_of(TWO, walk.events, made, DUBLIN, Around("coach-1", "Site", {}, ""))
    assert [(line.label, line.value) for line in draft.groups[-1].lines] == [
        ("The room", "F-12"),
        ("seen", "this morning"),
    ]
    assert draft.groups[-1].title == CARRIED
    assert draft.version == "2.0.0 (begun with 1.0.0)"
    assert made_with(walk.events) == TWO.hash


@pytest.mark.scenario("F4")
def test_an_answer_of_another_type_is_neither_used_nor_offered():
    walk = moved()
    last = walk.said[-1]
    assert isinstance(last, Question)
    assert (last.step.id, last.offered) == ("seen", None)


def test_an_earlier_answer_behind_a_dropped_one_does_not_come_back():
    walk = Walk(ONE).does(Typed("a"), Typed("b"), Typed("c"), Change("seen"), Typed("d"), Move(TWO))
    walk.script = TWO
    assert "seen" not in walk.ledger.answers
    walk.does(Back())
    assert walk.asked == "where"


def test_an_answer_taken_back_before_the_move_is_not_offered_under_another_type():
    walk = Walk(ONE).does(Typed("a"), Typed("b"), Typed("c"), Back(), Move(TWO))
    last = walk.said[-1]
    assert isinstance(last, Question)
    assert (last.step.id, last.offered) == ("seen", None)


def test_a_carried_answer_of_another_type_is_dropped_too():
    walk = Walk(ONE, carried={"seen": Answer(("this morning",))}).does(Move(TWO))
    walk.script = TWO
    assert walk.ledger.answers == {}


def test_a_correction_open_at_the_move_is_left():
    walk = Walk(ONE).does(Typed("a"), Typed("b"), Change("room"), Move(TWO))
    assert walk.ledger.correcting == ""
    assert isinstance(walk.said[-1], Question)


def test_a_reason_still_owed_for_a_dropped_answer_is_owed_no_more():
    walk = Walk(ONE).does(
        Typed("a"), Typed("b"), Typed("c"), Confirm(), Change("room"), Typed("d"), Move(TWO)
    )
    assert walk.ledger.changed == {}
    assert isinstance(walk.said[-1], Question)


def test_what_a_removed_stop_told_can_still_not_be_read_as_something_else():
    walk = moved(two(question("where")))
    assert walk.does(See("tell"), TellNext("tell", ("person-2",))).said == ()


def test_a_button_from_before_the_move_is_old():
    walk = Walk(ONE).does(Typed("a"))
    put = walk.put
    walk.does(Move(TWO))
    walk.script = TWO
    assert walk.does(Typed("b", put)).said[0] == MovedOn("b")


def test_answers_that_all_carry_over_lead_straight_to_the_review():
    walk = moved(two(question("where"), question("room"), question("seen")))
    assert isinstance(walk.said[-1], Sheet)
    what = next(event.what for event in walk.events if isinstance(event.what, MovedVersion))
    assert (what.left, what.dropped) == ((), ())


def test_a_finished_run_in_a_version_without_its_document_is_said_to_be_over():
    walk = Walk(ONE).does(Typed("a"), Typed("b"), Typed("c"), Confirm())
    walk.does(Move(script(question("where"))))
    assert walk.notices == [Notice.MOVED_VERSION, Notice.IS_OVER]


# Another playbook


ELSEWHERE = script(
    choice("kind", "data", "line"),
    question("noticed", "datetime"),
    question("who", unknown={"label": "?", "follow_up": "today"}),
    go_to("away", "data-integrity-concern", when={"kind": "data"}, carry={"seen": "noticed", "by": "who"}),
    question("where"),
    REVIEW,
    document(),
)


def gone() -> Walk:
    return Walk(ELSEWHERE).does(Typed("data"), Typed("today 06:00"), Picked(("unknown",)))


def test_a_run_goes_on_in_another_playbook_with_the_answers_it_carries():
    walk = gone()
    step = ELSEWHERE.by_id["away"]
    assert isinstance(step.does, GoTo)
    carried = (("seen", Answer(("2025-06-03T06:00+01:00",))), ("by", Answer(is_unknown=True, note="?")))
    assert walk.said == (GoneTo(step, step.does, carried),)
    assert walk.events[-1].what == HandedOver("away", to_script="data-integrity-concern")
    assert (walk.ledger.gone_to, walk.ledger.is_over) == ("data-integrity-concern", True)


def test_what_was_not_answered_is_not_carried():
    of = script(
        question("held", "yes_no"), go_to("away", "other", carry={"place": "where"}), question("where")
    )
    walk = Walk(of).does(Typed("yes"))
    assert isinstance(walk.said[0], GoneTo)
    assert walk.said[0].carried == ()


@pytest.mark.parametrize(
    "act",
    [Typed("x"), Keep(), Back(), Skip(), Confirm(), Change("kind"), Hurry(), GiveTo("p"), Free("away", "self"), Move(TWO)],
)  # fmt: skip
def test_a_run_that_went_on_elsewhere_takes_nothing_more(act):
    walk = gone()
    before = walk.events
    assert walk.does(act).notices == [Notice.IS_OVER]
    assert walk.events == before
    assert walk.position.cursor is None


@pytest.mark.scenario("H7")
def test_progress_counts_nothing_below_the_step_that_leads_elsewhere():
    walk = Walk(ELSEWHERE)
    assert walk.position.of == 5
    assert walk.does(Typed("data")).position.of == 3


@pytest.mark.scenario("A3")
def test_a_carried_answer_is_not_asked_again_but_is_in_the_review():
    walk = Walk(
        ONE, carried={"room": Answer(("F-12",)), "seen": Answer(is_unknown=True), "gone": Answer(("x",))}
    )
    walk.does(Typed("Line 3"))
    assert walk.asked == "seen"
    walk.does(Typed("this morning"))
    assert (walk.asked, walk.live["room"]) == ("review", ("F-12",))
    assert [event.what for event in walk.events if isinstance(event.what, Carried)] == [
        Carried("room", ("F-12",))
    ]


def test_back_takes_back_what_this_person_said_and_not_what_was_carried():
    walk = Walk(ONE, carried={"where": Answer(("Line 3",))}).does(Typed("F-12"), Back(), Back())
    assert walk.notices == [Notice.NOTHING_BEFORE]
    assert walk.live == {"where": ("Line 3",)}


def test_a_carried_answer_that_rests_on_another_carried_one_is_not_asked_again():
    of = script(question("first"), question("a"), question("b", depends_on=["a"]), REVIEW)
    walk = Walk(of, carried={"a": Answer(("1",)), "b": Answer(("2",))}).does(Typed("x"))
    assert walk.asked == "review"


def test_a_carried_answer_that_rests_on_one_not_known_here_is_offered_again():
    of = script(question("a"), question("b", depends_on=["a"]), REVIEW)
    walk = Walk(of, carried={"b": Answer(("2",))}).does(Typed("1"))
    assert walk.asked == "b"
    last = walk.said[-1]
    assert isinstance(last, Question)
    assert (last.is_stale, last.offered) == (True, Answer(("2",)))


def test_the_draft_that_stands_is_shown_again_after_the_end():
    walk = Walk(ONE).does(Typed("a"), Typed("b"), Typed("c"), Confirm(), Typed("more"))
    assert walk.said == (DraftMade(ONE.by_id["draft"], 1),)


@pytest.mark.scenario("D2")
def test_a_new_run_inherits_nothing_from_one_before_it():
    Walk(ONE).does(Typed("Line 3"), Typed("F-12"))
    again = Walk(ONE)
    assert (again.live, again.asked, again.kinds) == ({}, "where", ["started", "asked"])
    assert replace(again.ledger.started, opening="") == again.ledger.started
