"""Stops: what holds a run, what lets it go on, and what is said of who knows."""

from __future__ import annotations

import pytest

from playbooks.act import (
    Back,
    Cancel,
    Change,
    Confirm,
    Digress,
    Fire,
    Free,
    GiveTo,
    Keep,
    Picked,
    See,
    Skip,
    TellNext,
    Typed,
)
from playbooks.answer import Trouble
from playbooks.run import Released, Seen, Told
from playbooks.script import Stop
from playbooks.utterance import (
    Alert,
    ClockRang,
    Freed,
    Held,
    Misread,
    Notice,
    Question,
    ReadBy,
    ReasonAsked,
    Unread,
)
from tests.playbooks.scripts import NOON, REVIEW, Walk, document, hold, question, say, script, stop

PHONE_QA = {
    "level": "immediate",
    "say": "Please phone QA now.",
    "tell": "qa_on_call",
    "share": ["serious"],
    "release": {
        "by_role": ["qa_on_call"],
        "or_self": {
            "label": "I have spoken to QA.",
            "asks": ["Who in QA?", {"ask": "At what time?", "label": "When", "type": "datetime"}],
        },
    },
    "if_no_answer": {"after": "15 min", "say": "Still unread. Please phone."},
}
OF = script(
    question("hurt", "yes_no"),
    hold("wait", when={"hurt": "yes"}),
    question("serious", "yes_no"),
    stop("phone") | {"stop": PHONE_QA, "when": {"serious": "yes"}},
    question("where"),
    stop("note", ["where"], when={"serious": "yes"}),
    REVIEW,
    document(),
)


def held() -> Walk:
    """Held by a stop that the person releases."""
    return Walk(OF).does(Typed("yes"))


def on_the_phone() -> Walk:
    """Held by a stop that QA should release."""
    return Walk(OF).does(Typed("no"), Typed("yes"))


def told(walk: Walk) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (each.what.step, each.what.to)
        for each in walk.events
        if isinstance(each.what, Told) and each.what.role
    ]


# Holding


def test_a_stop_holds_the_run_and_says_what_to_do():
    walk = held()
    step = OF.by_id["wait"]
    assert isinstance(step.does, Stop)
    assert walk.said[-1] == Held(step, step.does, is_new=True)
    assert walk.position.held_by == step


@pytest.mark.scenario("D3")
@pytest.mark.parametrize(
    "act",
    [
        *(Typed("ok"), Typed("yes"), Typed("done?"), Typed(""), Typed("I have done it"), Picked(("yes",))),
        *(Keep(), Skip(), Confirm(), Digress("repeat"), Free("wait", "role"), Free("phone", "self")),
    ],
)
def test_a_plain_ok_does_not_release_a_stop_nor_does_anything_else(act):
    walk = held().does(act)
    assert walk.asked == "wait"
    assert "released" not in walk.kinds
    last = walk.said[-1]
    assert isinstance(last, Held)
    assert not last.is_new


@pytest.mark.scenario("D3")
@pytest.mark.parametrize("act", [Free("wait", "self"), Typed("Done"), Typed(" done. "), Typed("DONE!")])
def test_its_stated_release_lets_the_run_go_on_and_keeps_who_and_when(act):
    walk = held().does(act)
    released = next(event for event in walk.events if isinstance(event.what, Released))
    assert (released.what, released.by, released.at) == (Released("wait", "self"), "person-1", walk.now)
    assert Freed(OF.by_id["wait"], "person-1", walk.now, is_by_role=False) in walk.said
    assert walk.asked == "serious"


@pytest.mark.scenario("D4")
def test_after_a_release_the_next_question_comes_once():
    walk = held().does(Typed("hello?"), Free("wait", "self"))
    assert [said.step.id for said in walk.said if isinstance(said, Question)] == ["serious"]
    assert walk.kinds[-2:] == ["released", "asked"]


def test_a_release_of_what_does_not_hold_is_said_and_nothing_more():
    walk = Walk(OF).does(Free("wait", "self"))
    assert walk.notices == [Notice.NOT_HELD]
    assert "released" not in walk.kinds


@pytest.mark.parametrize(
    ("how", "release"), [("role", {"self": "Done"}), ("self", {"by_role": ["qa_on_call"]})]
)
def test_a_stop_is_released_only_in_a_way_it_states(how, release):
    of = script(hold("wait") | {"stop": {"level": "immediate", "say": "Wait.", "release": release}})
    walk = Walk(of).does(Free("wait", how))
    assert walk.notices == [Notice.CANNOT_FREE]
    assert walk.asked == "wait"


def test_a_stop_that_only_a_role_releases_takes_no_word_for_it():
    wait = {"level": "immediate", "say": "Wait.", "release": {"by_role": ["qa_on_call"]}}
    walk = Walk(script(hold("wait") | {"stop": wait})).does(Typed(""), Typed("Done"))
    assert walk.asked == "wait"


def test_an_empty_message_is_no_label():
    assert held().does(Typed(".")).asked == "wait"


# Escalating


def test_the_roster_is_told_when_the_stop_is_reached_and_never_twice():
    walk = on_the_phone().does(Typed("hello?"), Back(), Typed("no"), Change("serious"), Typed("yes"))
    assert walk.asked == "phone"
    assert told(walk) == [("phone", ("person-qa",))]


def test_a_role_releases_a_stop_under_its_own_name():
    walk = on_the_phone().as_("person-qa").does(Free("phone", "role"))
    assert Freed(OF.by_id["phone"], "person-qa", walk.now, is_by_role=True) in walk.said
    assert walk.asked == "where"
    assert "phone.asks_1" not in walk.live


def test_who_releases_it_alone_says_whom_they_spoke_to_and_when():
    walk = on_the_phone().does(Free("phone", "self"))
    assert walk.asked == "phone.asks_1"
    walk.does(Typed("QA lead"), Typed("today 12:45"))
    assert walk.asked == "where"
    assert walk.live["phone.asks_1"] == ("QA lead",)
    assert walk.live["phone.asks_2"] == ("2025-06-03T12:45+01:00",)


def test_a_label_with_a_full_stop_is_typed_with_or_without_it():
    assert on_the_phone().does(Typed("I have spoken to QA")).asked == "phone.asks_1"
    assert on_the_phone().does(Typed("i have spoken to QA.")).asked == "phone.asks_1"


def test_what_a_release_asks_cannot_be_skipped():
    walk = on_the_phone().does(Free("phone", "self"), Skip())
    assert isinstance(walk.said[0], Misread)
    assert walk.said[0].unclear.trouble is Trouble.MUST_BE_ANSWERED
    assert walk.asked == "phone.asks_1"


@pytest.mark.scenario("D3")
def test_an_escalation_is_posted_and_then_read_by_name_at_a_time():
    walk = on_the_phone()
    (telling,) = walk.ledger.tellings
    assert (telling.to, telling.seen_by, telling.seen_at) == (("person-qa",), "", None)
    walk.as_("person-qa").after(minutes=4).does(See("phone"))
    (telling,) = walk.ledger.tellings
    assert (telling.seen_by, telling.seen_at) == ("person-qa", walk.now)
    assert walk.said == (ReadBy(OF.by_id["phone"], "person-qa", walk.now),)


@pytest.mark.parametrize("step", ["phone", "note", "rhubarb"])
def test_only_what_was_told_and_not_read_can_be_read(step):
    walk = on_the_phone().does(See("phone"), See(step))
    assert [event.what for event in walk.events if isinstance(event.what, Seen)] == [Seen("phone")]
    assert walk.said == ()


@pytest.mark.scenario("D7")
def test_an_escalation_nobody_reads_goes_to_the_next_on_the_roster_and_says_to_phone():
    walk = on_the_phone().after(minutes=15).does(TellNext("phone", ("person-2",)))
    step = OF.by_id["phone"]
    assert isinstance(step.does, Stop)
    assert walk.said == (Unread(step, step.does, ("person-2",)),)
    assert told(walk) == [("phone", ("person-qa",)), ("phone", ("person-2",))]
    walk.does(See("phone"))
    assert [telling.seen_by for telling in walk.ledger.tellings] == ["person-1", "person-1"]


@pytest.mark.scenario("D7")
def test_a_roster_without_anybody_left_is_said_too():
    walk = on_the_phone().does(TellNext("phone", ()))
    assert [said.to for said in walk.said if isinstance(said, Unread)] == [()]


@pytest.mark.parametrize(
    ("before", "step"),
    [
        ([See("phone")], "phone"),
        ([Free("phone", "self")], "phone"),
        ([Cancel()], "phone"),
        ([], "where"),
        ([], "rhubarb"),
    ],
)
def test_nobody_else_is_told_of_what_was_read_or_released_or_is_over_or_is_no_stop(before, step):
    walk = on_the_phone().does(*before)
    log = walk.events
    assert walk.does(TellNext(step, ("person-2",))).events == log
    assert walk.said == ()


# Correcting what led to it


@pytest.mark.scenario("D5")
def test_correcting_the_answer_behind_an_escalation_does_not_hide_that_it_was_sent():
    walk = on_the_phone().does(Change("serious"), Typed("no"))
    assert walk.asked == "where"
    assert told(walk) == [("phone", ("person-qa",))]
    assert [telling.step for telling in walk.ledger.tellings] == ["phone"]


def test_a_stop_never_released_holds_again_when_its_answer_returns():
    walk = on_the_phone().does(Change("serious"), Typed("no"), Change("serious"), Typed("yes"))
    last = walk.said[-1]
    assert isinstance(last, Held)
    assert (last.step.id, last.is_new) == ("phone", False)


def test_a_stop_once_released_holds_no_more_when_its_answer_is_changed_away_and_back():
    walk = on_the_phone().does(Free("phone", "self"), Typed("QA lead"), Typed("today 12:45"))
    walk.does(Change("serious"), Typed("no"))
    assert walk.position.dormant == ("phone.asks_1", "phone.asks_2")
    walk.does(Change("serious"), Typed("yes"))
    assert walk.asked == "where"
    assert walk.live["phone.asks_1"] == ("QA lead",)


@pytest.mark.parametrize("act", [Change("serious"), Back()])
def test_a_held_run_lets_the_answer_behind_the_stop_be_corrected(act):
    assert on_the_phone().does(act).asked == "serious"


def test_a_stop_found_by_a_correction_after_the_draft_comes_before_the_reason_for_it():
    walk = Walk(OF).does(
        Typed("no"), Typed("no"), Typed("Line 3"), Confirm(), Change("serious"), Typed("yes")
    )
    assert isinstance(walk.said[-1], Held)
    assert told(walk) == [("phone", ("person-qa",))]
    walk.does(Typed("I have spoken to QA"))
    assert isinstance(walk.said[-1], ReasonAsked)
    assert told(walk)[0] == ("phone", ("person-qa",))


# Telling and going on


def test_a_notice_tells_and_the_run_goes_on():
    walk = on_the_phone().does(Free("phone", "role"), Typed("Line 3"))
    assert isinstance(walk.said[0], Alert)
    assert walk.asked == "review"


def test_a_stop_that_tells_nobody_says_so_in_the_log_and_in_words():
    walk = held()
    assert told(walk) == []
    last = walk.said[-1]
    assert isinstance(last, Held)
    assert last.to == ()


# Other people


def test_a_run_may_be_handed_to_another_person_and_goes_on_where_it_was():
    walk = on_the_phone().does(GiveTo("person-2"))
    assert walk.notices == [Notice.HANDED_OVER]
    walk.as_("person-2").does(Free("phone", "self"), Typed("QA lead"))
    assert walk.ledger.answers["phone.asks_1"].by == "person-2"
    assert not walk.ledger.is_over


@pytest.mark.scenario("D4")
def test_reminders_wait_while_a_stop_holds_and_the_end_of_the_time_does_not():
    clock = {
        "say": "Open it",
        "starts": "seen",
        "due_in": "1 h",
        "calendar": "hours",
        "stops": "number",
        "remind": ["50%"],
    }
    of = script(question("seen", "datetime"), hold("wait"), question("number"), clocks={"open": clock})  # fmt: skip
    walk = Walk(of).does(Typed("now")).after(minutes=40).does(Fire("open"))
    assert walk.said == ()
    late = walk.after(minutes=30).does(Fire("open")).said[-1]
    assert isinstance(late, ClockRang)
    assert (late.percent, late.number) == (100, 2)


def test_a_message_is_said_once_whatever_is_corrected_later():
    of = script(question("held", "yes_no"), say("keep", when={"held": "no"}), question("where"))
    walk = Walk(of).does(Typed("no"), Change("held"), Typed("yes"), Change("held"), Typed("no"))
    assert [event.what.step for event in walk.events if isinstance(event.what, Told)] == ["keep"]
    assert walk.now > NOON
