from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from playbooks.act import Act, Confirm, Picked, Typed
from playbooks.run import Released, Skipped, Told
from playbooks.scenario import Played, play, play_on, unmet
from tests.playbooks.scripts import (
    DUBLIN,
    GIVEN,
    NOON,
    REVIEW,
    Walk,
    choice,
    document,
    finish,
    go_to,
    hold,
    multi,
    question,
    script,
    stop,
)

UNKNOWN = {"label": "Not known", "follow_up": "today"}
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


def test_a_question_that_was_never_asked_keeps_that_promise():
    assert faults(
        {"never_asked": ["batches"]}, play(OF, {**ANSWERS, "touched": ["record"]}, GIVEN, NOON, DUBLIN)
    ) == ["nobody asked for 'batches'; remove the answer"]


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
        {"told": ["qa_on_call"]},
        {"told": "qa_on_call"},
        {"open_points": ["where"]},
        {"dormant": []},
        {"stopped": ""},
        {"finished": True},
        {"finished": "yes"},
        {"draft_contains": ["batches: 00123, 1E5", "where: Not known"]},
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
        ({"never_asked": ["hold"]}, "there is no step 'hold'; did you mean 'held'?"),
        (
            {"never_asked": ["tell"]},
            "step 'tell' is no question; name a question; 'told' lists the roles that a stop or hand-over told",
        ),
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
    assert faults({"draft_lacks": ["00123"], "finished": True}, changed) == []


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


# Stops, files, hurry, clocks and other playbooks


LONG = script(
    hold("wait")
    | {"stop": {"level": "immediate", "say": "Wait.", "release": {"self": "Done", "by_role": ["qa"]}}},
    choice("kind", "data", "line"),
    go_to("away", "another", when={"kind": "data"}),
    question("seen", "datetime", section="two"),
    question("photo", "attachment", section="three"),
    REVIEW | {"section": "three"},
    document(section="three"),
    finish("end", section="three"),
    sections=[{"id": name, "title": name} for name in ("one", "two", "three")],
    fast_lane="one",
    clocks={
        "open": {"say": "Open", "starts": "seen", "due_in": "2 h", "calendar": "hours", "stops": "photo"}
    },
)
ALL_OF_IT: Mapping[str, object] = {
    "wait": "self",
    "kind": "line",
    "seen": "today 06:10",
    "photo": ["a.jpg", "b.pdf"],
}


def long(**answers: object) -> Played:
    return play(LONG, {**ALL_OF_IT, **answers}, GIVEN, NOON, DUBLIN)


@pytest.mark.parametrize("how", ["self", "role"])
def test_a_stop_is_answered_by_how_it_is_released(how):
    run = long(wait=how)
    assert run.is_finished
    assert [event.what.how for event in run.events if isinstance(event.what, Released)] == [how]
    assert "wait" not in run.asked
    assert "wait" in run.seen


def test_a_stop_without_an_answer_holds_the_run():
    run = play(LONG, {"kind": "line"}, GIVEN, NOON, DUBLIN)
    assert (run.stopped, run.is_finished) == ("wait", False)


def test_files_are_sent_by_name():
    run = long()
    assert [
        problem.found for problem in unmet({"draft_contains": ["photo: a.jpg, b.pdf"]}, run, LONG, DUBLIN)
    ] == []


def test_the_rest_is_left_for_later_by_that_word():
    run = long(seen="hurry")
    assert (run.is_finished, run.open_points) == (True, ("seen",))


def test_a_question_that_cannot_be_left_for_later_stops_the_run():
    run = play(script(question("where")), {"where": "hurry"}, GIVEN, NOON, DUBLIN)
    assert (run.stopped, run.trouble) == ("where", "it cannot be left for later")


def test_a_run_that_goes_on_elsewhere_is_finished_here():
    run = play(LONG, {"wait": "self", "kind": "data"}, GIVEN, NOON, DUBLIN)
    assert (run.gone_to, run.is_finished, run.unused) == ("another", True, ())
    assert unmet({"gone_to": "another", "finished": True}, run, LONG, DUBLIN) == []


@pytest.mark.parametrize(
    ("clock", "is_met"),
    [
        ({"open": {"due": "2025-06-03T08:10"}}, True),
        ({"open": {"due": "2025-06-03T09:10"}}, False),
        ({"opne": {"due": "2025-06-03T08:10"}}, False),
        ({"open": "2025-06-03T08:10"}, False),
        ("open", False),
    ],
)
def test_a_scenario_says_when_a_clock_is_due_in_the_sites_own_time(clock, is_met):
    run = play(LONG, {**ALL_OF_IT, "photo": "skip"}, GIVEN, NOON, DUBLIN)
    assert (unmet({"clock": clock}, run, LONG, DUBLIN) == []) is is_met


COACHED = script(
    question("what", "long_text", coach={"checks": ["relative_date", "vague_amount"]}),
    question("where", coach={"checks": ["vague_amount"]}),
)


def coached(expected: object) -> list[str]:
    answers = {"what": "Yesterday several vials broke.", "where": "Line 3"}
    run = play(COACHED, answers, GIVEN, NOON, DUBLIN)
    assert run.is_finished
    return [str(problem) for problem in unmet({"coaching": expected}, run, COACHED, DUBLIN)]


def test_a_scenario_says_what_is_asked_about_words_and_keeps_them_as_they_are():
    assert coached({"what": ["relative_date", "vague_amount"], "where": []}) == []
    assert "the run gave: relative_date, vague_amount" in coached({"what": []})[0]
    assert "the run gave: none" in coached({"where": ["vague_amount"]})[0]
    assert "did you mean 'what'" in coached({"whay": []})[0]
    assert "write the step, and the checks" in coached("yes")[0]
