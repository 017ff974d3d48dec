from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from playbooks.act import Act, Confirm, Picked, Typed
from playbooks.run import Skipped, Told
from playbooks.scenario import Played, play, play_on, unmet
from tests.playbooks.scripts import (
    DUBLIN,
    GIVEN,
    NOON,
    REVIEW,
    Walk,
    choice,
    document,
    multi,
    question,
    script,
    stop,
)

UNKNOWN = {"label": "Not known", "follow_up": "now"}
OF = script(
    choice("held", "yes", "no"),
    stop("tell", when={"held": "no"}),
    multi("touched", "batch", "record"),
    question("batches", "list", when={"touched": {"includes_any": ["batch"]}}),
    question("seen", "datetime", check=[{"must": {"not_after": "now"}, "say": "That is in the future."}]),
    question("where", unknown=UNKNOWN),
    REVIEW,
    document(),
)
ANSWERS: Mapping[str, object] = {
    "where": "unknown",
    "seen": "today 06:10",
    "batches": ["00123", "1E5"],
    "touched": ["batch"],
    "held": "no",
}


def played(answers: Mapping[str, object] = ANSWERS) -> Played:
    return play(OF, answers, GIVEN, NOON, DUBLIN)


def faults(expected: Mapping[str, object], of: Played | None = None) -> list[str]:
    return [str(problem) for problem in unmet(expected, of or played(), OF, DUBLIN)]


def test_answers_are_given_by_name_in_whatever_order_they_are_asked():
    run = played()
    assert run.is_finished
    assert run.asked == ("held", "touched", "batches", "seen", "where")
    assert (run.told, run.open_points, run.dormant, run.unused) == (("qa_on_call",), ("where",), (), ())


def test_a_question_without_an_answer_stops_the_run_there():
    run = played({"held": "yes"})
    assert (run.stopped, run.trouble, run.is_finished) == ("touched", "", False)


@pytest.mark.parametrize(
    ("change", "stopped", "trouble"),
    [
        ({"held": "maybe"}, "held", "no_such_option"),
        ({"seen": "3 June 2025 23:00"}, "seen", "That is in the future."),
        ({"seen": "soon"}, "seen", "not_a_date"),
    ],
)
def test_an_answer_that_cannot_be_taken_stops_the_run_with_its_reason(change, stopped, trouble):
    run = played({**ANSWERS, **change})
    assert (run.stopped, run.trouble) == (stopped, trouble)
    assert faults({}, run)[0] == f"{stopped}: {trouble}; correct the answer"
    assert faults({"stopped": stopped}, run)[:1] != [f"{stopped}: {trouble}; correct the answer"]


def test_a_question_can_be_skipped_by_that_word():
    run = played({**ANSWERS, "where": "skip"})
    assert run.events[-5].what == Skipped("where")
    assert run.open_points == ("where",)


def test_an_answer_nobody_asked_for_is_a_fault():
    run = played({**ANSWERS, "touched": ["record"]})
    assert run.unused == ("batches",)
    assert faults({}, run) == ["nobody asked for 'batches'; remove the answer"]


@pytest.mark.parametrize(
    "expected",
    [
        {"asked_in_order": ["held", "seen"]},
        {"never_asked": ["rhubarb"]},
        {"told": ["qa_on_call"]},
        {"told": "qa_on_call"},
        {"open_points": ["where"]},
        {"dormant": []},
        {"stopped": ""},
        {"finished": True},
        {"finished": "yes"},
        {"draft_contains": ["batches: 00123, 1E5", "where: Not known yet"]},
        {"draft_lacks": ["rhubarb"]},
    ],
)
def test_a_promise_that_is_kept_is_no_fault(expected):
    assert faults(expected) == []


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (
            {"asked_in_order": ["seen", "held"]},
            "expected asked_in_order ['seen', 'held']; the run gave: held, touched",
        ),
        ({"never_asked": ["held"]}, "expected never_asked ['held']; the run gave: held, touched"),
        ({"told": []}, "expected told []; the run gave: ('qa_on_call',)"),
        ({"open_points": []}, "expected open_points []; the run gave: ('where',)"),
        ({"dormant": ["where"]}, "expected dormant ['where']; the run gave: ()"),
        ({"stopped": "where"}, "expected stopped 'where'; the run gave: "),
        ({"finished": False}, "expected finished False; the run gave: True"),
        ({"finished": ["yes"]}, "expected finished ['yes']; the run gave: True"),
        ({"draft_contains": ["rhubarb"]}, "expected draft_contains ['rhubarb']; the run gave: held: No"),
        ({"draft_lacks": ["00123"]}, "expected draft_lacks ['00123']; the run gave: held: No"),
        ({"tolled": []}, "unknown expectation 'tolled'; use one of: asked_in_order"),
    ],
)
def test_a_promise_that_is_not_kept_is_told_with_what_happened(expected, said):
    (fault,) = faults(expected)
    assert fault.startswith(said)


def test_a_run_that_made_no_draft_has_no_draft_to_contain_anything():
    assert faults({"draft_lacks": ["No"], "stopped": "touched"}, played({"held": "no"})) == []


def test_a_change_after_the_end_plays_on_to_the_next_end():
    changed = play_on(OF, played(), {"touched": ["record"]}, NOON, DUBLIN)
    assert changed.dormant == ("batches",)
    assert changed.unused == ()
    assert faults({"draft_lacks": ["00123"]}, changed) == []


def test_a_change_may_bring_the_answer_to_the_question_it_opens():
    first = played(
        {**{name: value for name, value in ANSWERS.items() if name != "batches"}, "touched": ["record"]}
    )
    changed = play_on(OF, first, {"touched": ["batch"], "batches": ["25K041"]}, NOON, DUBLIN)
    assert faults({"draft_contains": ["25K041"]}, changed) == []


def test_a_change_that_opens_a_question_without_an_answer_stops_there():
    first = played(
        {**{name: value for name, value in ANSWERS.items() if name != "batches"}, "touched": ["record"]}
    )
    changed = play_on(OF, first, {"touched": ["batch"], "held": "yes"}, NOON, DUBLIN)
    assert changed.stopped == "batches"


def test_a_change_of_what_is_no_question_is_one_nobody_asked_for():
    assert play_on(OF, played(), {"rhubarb": "yes"}, NOON, DUBLIN).unused == ("rhubarb",)


def test_playing_gives_what_a_person_would_get():
    acts: list[Act] = [
        Picked(("no",)),
        Picked(("batch",)),
        Typed("00123\n1E5"),
        Typed("today 06:10"),
        Picked(("unknown",)),
        Confirm(),
    ]
    walk = Walk(OF).does(*acts)
    assert [event.what for event in played().events[1:-2]] == [
        replace(event.what, to=("qa_on_call",))
        if isinstance(event.what, Told) and event.what.role
        else event.what
        for event in walk.events[1:-2]
    ]
