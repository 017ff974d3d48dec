"""Changing an answer: what stays, what is offered again, what a draft already said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from playbooks.act import Back, Change, Confirm, Free, Keep, Picked, Put, Resume, Send, Skip, Typed
from playbooks.answer import Trouble, Upload
from playbooks.decision import MAX_REASON, REASON
from playbooks.run import Answer, Answered, Drafted, Reasoned, Skipped, Undone
from playbooks.utterance import DraftMade, Misread, MovedOn, Notice, Question, ReasonAsked, Sheet
from tests.playbooks.scripts import REVIEW, Walk, choice, document, hold, multi, question, script

UNKNOWN = {"label": "Not known", "follow_up": "today"}
OF = script(
    multi("involved", "batch", "system"),
    question("batches", "list", of="identifier", when={"involved": "batch"}, depends_on=["involved"]),
    question("where", unknown=UNKNOWN),
    REVIEW,
    document(),
    question("number", "identifier", required=False, can_wait=True),
)


def at_review() -> Walk:
    return Walk(OF).does(Picked(("batch",)), Typed("00123"), Typed("Line 3"))


def drafted() -> Walk:
    return at_review().does(Confirm(), Skip())


def question_of(walk: Walk) -> Question:
    said = walk.said[-1]
    assert isinstance(said, Question)
    return said


def reasons(walk: Walk) -> list[tuple[int, str]]:
    found = (event.what for event in walk.events)
    return [(what.event, what.reason) for what in found if isinstance(what, Reasoned)]


# An answer that rests on another


@pytest.mark.scenario("B4")
def test_an_answer_that_rests_on_a_changed_one_is_offered_again_with_its_old_value():
    walk = at_review().does(Change("involved"), Picked(("batch", "system")))
    assert walk.position.stale == ("batches",)
    assert (walk.asked, walk.position.ahead) == ("batches", ("where",))
    assert (question_of(walk).is_stale, question_of(walk).offered) == (True, Answer(("00123",)))


@pytest.mark.scenario("B4")
def test_keeping_the_offered_value_makes_it_count_again():
    walk = at_review().does(Change("involved"), Picked(("batch", "system")), Keep())
    assert walk.position.stale == ()
    assert walk.live["batches"] == ("00123",)
    assert walk.asked == "review"


@pytest.mark.scenario("B4")
def test_changing_the_other_answer_back_brings_it_back_without_a_question():
    walk = at_review().does(
        Change("involved"), Picked(("batch", "system")), Change("involved"), Picked(("batch",))
    )
    assert walk.position.stale == ()
    assert (walk.asked, walk.live["batches"]) == ("review", ("00123",))


@pytest.mark.scenario("B3")
def test_correcting_a_branching_answer_takes_old_answers_out_of_review_and_hash():
    walk = at_review()
    before = walk.position.answers_hash
    walk.does(Change("involved"), Picked(("system",)))
    assert (walk.asked, walk.position.dormant) == ("review", ("batches",))
    assert "batches" not in walk.live
    assert walk.position.answers_hash != before


@pytest.mark.parametrize("given", [Picked(("unknown",)), Skip()])
def test_an_answer_rests_on_not_knowing_and_on_a_skip_too(given):
    of = script(question("a", unknown=UNKNOWN), question("b", depends_on=["a"]), REVIEW)
    walk = Walk(of).does(given, Typed("1"))
    assert walk.asked == "review"
    assert walk.does(Change("a"), Typed("x")).position.stale == ("b",)


def test_an_answer_given_below_an_open_question_rests_on_what_stands_above_it():
    of = script(
        choice("kind", "a", "b"), question("extra", when={"kind": "b"}), question("x"),
        question("y", depends_on=["x"]), REVIEW,
    )  # fmt: skip
    walk = Walk(of).does(Typed("a"), Typed("1"), Typed("2"), Change("kind"), Typed("b"))
    assert walk.asked == "extra"
    walk.does(Change("y"), Typed("3"), Typed("more"))
    assert walk.position.stale == ()
    assert walk.asked == "review"


def test_a_stale_answer_further_down_can_be_changed_at_once():
    of = script(
        choice("kind", "a", "b"),
        question("extra", when={"kind": "b"}),
        question("y", depends_on=["kind"]),
        REVIEW,
    )
    walk = Walk(of).does(Typed("a"), Typed("2"), Change("kind"), Typed("b"))
    assert (walk.asked, walk.position.stale) == ("extra", ("y",))
    walk.does(Change("y"))
    assert question_of(walk).offered == Answer(("2",))
    walk.does(Keep())
    assert (walk.asked, walk.position.ahead) == ("extra", ("y",))


def test_an_option_that_is_gone_is_not_offered_to_be_kept():
    walk = Walk(script(choice("kind", "lab", "line"), REVIEW)).does(Typed("lab"))
    walk.script = script(choice("kind", "line", "store"), REVIEW)
    walk.does(Keep())
    assert walk.asked == "kind"
    assert question_of(walk).offered is None


@pytest.mark.scenario("A10")
def test_the_order_of_two_times_is_checked_whichever_is_corrected_later():
    order = {"must": {"not_after": "seen"}, "say": "It was seen before it happened."}
    of = script(question("seen", "datetime"), question("happened", "datetime", check=[order]), REVIEW)
    walk = Walk(of).does(Typed("today 06:00"), Typed("today 05:00"))
    walk.does(Change("happened"), Typed("today 07:00"))
    assert isinstance(walk.said[0], Misread)
    walk.does(Back(), Change("seen"), Typed("today 04:00"))
    assert walk.asked == "happened"
    assert question_of(walk).is_stale
    assert walk.does(Typed("today 03:00")).asked == "review"


# Corrections of corrections


@pytest.mark.scenario("B1")
def test_the_answer_just_given_can_be_corrected():
    walk = Walk(OF).does(Picked(("system",)), Change("involved"), Picked(("batch",)))
    assert walk.live == {"involved": ("batch",)}
    assert walk.asked == "batches"


@pytest.mark.scenario("B5")
def test_an_answer_may_be_corrected_twice_in_a_row():
    walk = at_review().does(Change("where"), Typed("Line 4"), Change("where"), Typed("Line 5"))
    assert walk.live["where"] == ("Line 5",)
    assert walk.does(Back()).live["where"] == ("Line 4",)


@pytest.mark.scenario("B5")
def test_a_correction_may_be_cancelled():
    walk = at_review().does(Change("where"), Back())
    assert walk.live["where"] == ("Line 3",)
    assert walk.kinds[-2:] == ["kept", "asked"]
    assert isinstance(walk.said[-1], Sheet)


@pytest.mark.scenario("B5")
def test_another_answer_may_be_corrected_during_a_correction():
    walk = at_review().does(Change("where"), Change("batches"), Typed("00124"))
    assert (walk.live["where"], walk.live["batches"]) == (("Line 3",), ("00124",))
    assert walk.asked == "review"


@pytest.mark.scenario("B8")
def test_back_ten_times_and_then_forward_needs_one_confirmation_for_each():
    of = script(*(question(f"q{number}") for number in range(10)), REVIEW)
    walk = Walk(of).does(*(Typed(f"answer {number}") for number in range(10)))
    given = walk.live
    walk.does(*[Back()] * 10)
    assert (walk.asked, walk.live) == ("q0", {})
    assert walk.does(Back()).notices == [Notice.NOTHING_BEFORE]
    walk.does(*[Keep()] * 10)
    assert (walk.asked, walk.live) == ("review", given)


# A reason, once a draft exists


@pytest.mark.scenario("B10")
def test_a_correction_after_the_draft_asks_for_a_reason_and_makes_draft_two():
    walk = drafted().does(Change("where"), Typed("Line 4"))
    assert isinstance(walk.said[-1], ReasonAsked)
    assert (walk.said[-1].step.id, walk.put.step) == ("where", REASON)
    changed = walk.ledger.answers["where"].seq
    walk.does(Typed("  I read the wrong sign. ", walk.put))
    assert walk.notices == [Notice.REASON_KEPT]
    assert reasons(walk) == [(changed, "I read the wrong sign.")]
    assert isinstance(walk.said[-1], Sheet)
    walk.does(Confirm())
    assert [draft.number for draft in walk.ledger.drafts] == [1, 2]
    assert walk.ledger.changed == {}


@pytest.mark.scenario("B10")
def test_draft_one_stays_in_the_log_as_it_was():
    walk = drafted()
    first = [event for event in walk.events if isinstance(event.what, Drafted)]
    walk.does(Change("where"), Typed("Line 4"), Typed("A slip."), Confirm())
    assert [event for event in walk.events if isinstance(event.what, Drafted)][:1] == first


@pytest.mark.parametrize(
    ("act", "trouble"),
    [
        (Typed("  "), Trouble.EMPTY),
        (Skip(), Trouble.EMPTY),
        (Keep(), Trouble.EMPTY),
        (Typed("x" * (MAX_REASON + 1)), Trouble.TOO_LONG),
    ],
)
def test_a_reason_is_some_words_and_not_too_many(act, trouble):
    walk = drafted().does(Change("where"), Typed("Line 4"), act)
    assert isinstance(walk.said[0], Misread)
    assert walk.said[0].unclear.trouble is trouble
    assert isinstance(walk.said[-1], ReasonAsked)
    assert walk.does(Typed("x" * MAX_REASON)).notices == [Notice.REASON_KEPT]


def test_nothing_is_confirmed_while_a_reason_is_missing():
    walk = drafted().does(Change("where"), Typed("Line 4"), Confirm())
    assert walk.notices == [Notice.NOTHING_TO_CONFIRM]
    assert isinstance(walk.said[-1], ReasonAsked)


def test_an_old_button_gives_no_reason():
    walk = drafted().does(Change("where"), Typed("Line 4"))
    walk.does(Typed("Line 4", Put("where", 3)))
    assert walk.said[0] == MovedOn("Line 4")
    assert reasons(walk) == []


def test_each_changed_answer_has_its_own_reason():
    walk = drafted().does(Change("where"), Typed("Line 4"), Change("batches"), Typed("00124"))
    walk.does(Typed("First."), Typed("Second."))
    assert [reason for _, reason in reasons(walk)] == ["First.", "Second."]
    assert walk.asked == "review"


@pytest.mark.parametrize("act", [Typed("Line 3"), Keep(), Back()])
def test_an_answer_left_as_the_draft_states_it_needs_no_reason(act):
    walk = drafted().does(Change("where"), act)
    assert walk.ledger.changed == {}
    assert walk.said[-1] == DraftMade(OF.by_id["draft"], 1)


@pytest.mark.parametrize("acts", [(Change("where"), Typed("Line 3")), (Back(),)])
def test_an_answer_changed_back_to_what_the_draft_states_needs_no_reason(acts):
    walk = drafted().does(Change("where"), Typed("Line 4"), *acts)
    assert walk.ledger.changed == {}
    assert walk.position.cursor is None


def test_taking_back_what_the_last_draft_states_is_a_change_like_any_other():
    walk = drafted().does(Change("where"), Typed("Line 4"), Typed("A slip."), Confirm())
    walk.does(Back(), Back())  # the confirmation, and then the correction
    assert isinstance(walk.said[-1], ReasonAsked)
    undone = max(event.seq for event in walk.events if isinstance(event.what, Undone))
    walk.does(Typed("It was Line 3."))
    assert reasons(walk)[-1] == (undone, "It was Line 3.")


def test_an_answer_taken_back_and_given_again_as_it_was_needs_no_reason():
    walk = drafted().does(*[Back()] * 3)
    assert walk.asked == "where"
    assert walk.ledger.changed == {}
    assert walk.does(Typed("Line 3")).ledger.changed == {}
    assert isinstance(walk.does(Back(), Typed("Line 9")).said[-1], ReasonAsked)


@pytest.mark.parametrize("gap", [Picked(("unknown",)), Skip()])
def test_finding_out_what_was_left_open_needs_no_reason(gap):
    walk = Walk(OF).does(Picked(("system",)), gap, Confirm(), Skip(), Change("where"), Typed("Line 3"))
    assert walk.ledger.changed == {}
    assert walk.asked == "review"


def test_what_was_known_and_is_not_known_any_more_needs_a_reason():
    walk = drafted().does(Change("where"), Picked(("unknown",)))
    assert isinstance(walk.said[-1], ReasonAsked)


# What can wait


def test_what_can_wait_is_open_after_the_end_and_can_be_given_then_without_another_draft():
    walk = drafted()
    assert (walk.position.cursor, walk.position.waiting) == (None, ("number",))
    assert walk.position.open_points == ("number",)
    walk.does(Change("number"), Typed("DEV-1"))
    assert not walk.position.waiting
    assert not walk.position.open_points
    assert len(walk.ledger.drafts) == 1
    assert isinstance(walk.does(Change("number"), Typed("DEV-2")).said[-1], DraftMade)


def test_what_need_not_be_answered_is_no_open_point_when_it_is_skipped():
    of = script(question("note", required=False), question("must"))
    assert Walk(of).does(Skip(), Skip()).position.open_points == ("must",)


@pytest.mark.scenario("C8")
def test_refusing_to_answer_is_accepted_and_kept_with_its_note():
    walk = Walk(OF).does(Picked(("system",)), Skip(note="I would rather not say now"))
    assert walk.asked == "review"
    assert walk.position.open_points == ("where",)
    assert walk.ledger.answers["where"].answer == Answer(is_skipped=True, note="I would rather not say now")
    assert [event.what for event in walk.events if isinstance(event.what, Skipped)] == [
        Skipped("where", "I would rather not say now")
    ]


# Misunderstood


@pytest.mark.scenario("D6")
def test_messages_that_make_no_answer_are_counted_in_a_row():
    walk = Walk(OF)
    times = [walk.does(Typed("rhubarb")).said[0] for _ in range(3)]
    assert [said.times for said in times if isinstance(said, Misread)] == [1, 2, 3]


@pytest.mark.parametrize(
    "acts",
    [
        (Picked(("system",)), Typed("")),
        (Picked(("system",)), Back(), Typed("rhubarb")),
        (Picked(("system",)), Change("involved"), Typed("rhubarb")),
    ],
)
def test_whatever_goes_on_begins_the_count_anew(acts):
    walk = Walk(OF).does(Typed("rhubarb"), Typed("rhubarb"), *acts)
    assert [said.times for said in walk.said if isinstance(said, Misread)] == [1]


def test_a_release_begins_the_count_anew():
    walk = Walk(script(question("a", "number"), hold("wait"), question("b", "number")))
    walk.does(Typed("x"), Typed("7"), Free("wait", "self"), Typed("x"))
    assert [said.times for said in walk.said if isinstance(said, Misread)] == [1]


# Erased words


def erased(walk: Walk, *steps: str) -> Walk:
    """The run as it is read when the words of these answers are erased."""
    walk.events = tuple(
        replace(event, what=replace(event.what, values=(), said=""))
        if isinstance(event.what, Answered) and event.what.step in steps
        else event
        for event in walk.events
    )
    return walk


def test_erased_words_do_not_open_a_finished_run_again():
    walk = erased(drafted(), "involved", "batches", "where")
    assert walk.ledger.answers["where"].answer.is_erased
    assert walk.position.cursor is None
    before = walk.events
    assert walk.does(Resume()).events == before
    assert len(walk.ledger.drafts) == 1


def test_erased_words_are_not_offered_again():
    assert question_of(erased(at_review(), "where").does(Back())).offered is None


# Files


def test_files_are_kept_by_hash_and_name_and_can_be_changed():
    of = script(question("photo", "attachment", max_files=2, allow=["jpg"]), REVIEW)
    first, second = Upload("a" * 64, "chart.jpg", "jpg"), Upload("b" * 64, "my door.jpg", "jpg")
    walk = Walk(of).does(Send((first,)))
    assert walk.live["photo"] == (f"{'a' * 64} chart.jpg",)
    kept = walk.does(Change("photo"), Send((first, second))).live["photo"]
    assert [Upload.name_of(value) for value in kept] == ["chart.jpg", "my door.jpg"]


@pytest.mark.parametrize(
    ("act", "trouble"),
    [
        (Send(()), Trouble.NEEDS_A_FILE),
        (Typed("see the photo"), Trouble.NEEDS_A_FILE),
        (Send((Upload("a" * 64, "run.exe", "exe"),)), Trouble.OTHER_FILE),
        (Send((Upload("a" * 64, "a.jpg", "jpg"),) * 3), Trouble.TOO_MANY_FILES),
    ],
)
def test_what_is_no_file_or_another_or_too_many_is_said(act, trouble):
    walk = Walk(script(question("photo", "attachment", max_files=2, allow=["jpg"]))).does(act)
    assert isinstance(walk.said[0], Misread)
    assert walk.said[0].unclear.trouble is trouble


def test_a_file_is_no_answer_to_a_question_that_takes_words():
    walk = Walk(OF).does(Send((Upload("a" * 64, "a.jpg", "jpg"),)))
    assert isinstance(walk.said[0], Misread)
    assert walk.said[0].unclear.trouble is Trouble.NOT_ALLOWED


def test_a_late_file_is_given_back_by_its_name():
    walk = Walk(script(question("photo", "attachment"), question("where")))
    old = walk.put
    walk.does(Skip(), Send((Upload("a" * 64, "a.jpg", "jpg"), Upload("b" * 64, "b.pdf", "pdf")), old))
    assert walk.said[0] == MovedOn("a.jpg, b.pdf")
