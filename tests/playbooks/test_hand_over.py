"""Two people in one run: a part is offered, accepted or done together, and comes back."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.act import (
    Accept,
    Act,
    Back,
    Cancel,
    Change,
    Confirm,
    Fire,
    Free,
    GiveTo,
    Hurry,
    Keep,
    Move,
    Pause,
    Picked,
    Resume,
    See,
    Skip,
    TakeBack,
    TellNext,
    Typed,
)
from playbooks.check import Context, check_script
from playbooks.condition_check import is_source
from playbooks.conditions import Has
from playbooks.draft import Around, draft_of, fingerprint
from playbooks.errors import ScriptRefused
from playbooks.explore import explore
from playbooks.graph import in_words, mermaid, step_list
from playbooks.loader import load
from playbooks.mutation import PROTECTED, Kind, broken_copies
from playbooks.obligation import read_obligations
from playbooks.obligation_check import unkept, unprotected
from playbooks.run import Answer, Drafted, HandedBack, HandedOver, Part, Paused, Resumed, Together, Told
from playbooks.scenario import Played, play
from playbooks.script import Fallback, HandBack, HandOver, Script
from playbooks.utterance import (
    ClockRang,
    Note,
    Notice,
    Offered,
    Question,
    ReasonAsked,
    Returned,
    Spoken,
    Unaccepted,
)
from tests.playbooks.scripts import (
    DUBLIN,
    END,
    GIVEN,
    NOON,
    REVIEW,
    Tree,
    Walk,
    document,
    question,
    script,
    tree,
)
from tests.playbooks.walking import check_ends, check_standing, fitting

LAB: Mapping[str, tuple[str, ...]] = {"lab_supervisor": ("person-dana", "person-ravi"), "qa": ("person-qa",)}


def hand_over(step_id: str = "to_lead", **more: object) -> Tree:
    """A hand-over to the supervisor of the laboratory; `more` are keys of the step, and `keys` those within."""
    keys = {
        "to": "lab_supervisor",
        "say": "The next part is your supervisor's.",
        "share": ["test"],
        "together": "We do this part together",
        "if_no_answer": {"after": "30 min", "say": "Please phone them."},
    }
    within = {name: value for name, value in {**keys, **dict(more.pop("keys", {}))}.items() if value}  # type: ignore[call-overload]  # a mapping in every test
    return {"id": step_id, "section": "one", "hand_over": within, **more}


def hand_back(step_id: str = "back", **more: object) -> Tree:
    return {"id": step_id, "section": "one", "hand_back": {"say": "Their part is done."}, **more}


WHEN = {"odd": "yes"}
STEPS = (
    question("test"),
    question("odd", "yes_no"),
    hand_over(when=WHEN),
    question("looked", "yes_no", when=WHEN),
    question("found", when=WHEN),
    hand_back(when=WHEN),
    question("next"),
    REVIEW,
    document(),
)
OF = script(*STEPS)


def offered(of: Script = OF, roster: Mapping[str, tuple[str, ...]] = LAB) -> Walk:
    """A run that waits for the supervisor."""
    return Walk(of, roster=roster).does(Typed("Assay"), Typed("yes"))


def accepted() -> Walk:
    return offered().as_("person-dana").does(Accept("to_lead"))


def returned() -> Walk:
    return accepted().does(Typed("yes"), Typed("A wrong weight"))


# Offered


def test_a_part_is_offered_to_everybody_behind_the_role_once():
    walk = offered()
    step = OF.by_id["to_lead"]
    assert isinstance(step.does, HandOver)
    assert walk.said == (Offered(step, step.does, is_new=True, to=("person-dana", "person-ravi")),)
    walk.does(Typed("hello?"))
    assert walk.said == (Offered(step, step.does, is_new=False),)
    told = [event.what for event in walk.events if isinstance(event.what, Told)]
    assert [(each.role, each.to) for each in told] == [("lab_supervisor", ("person-dana", "person-ravi"))]
    assert (walk.position.offered_by, walk.position.held_by, walk.ledger.holder) == (step, None, "person-1")


@pytest.mark.parametrize(
    "act",
    [
        *(Typed("ok"), Typed(""), Picked(("yes",)), Keep(), Skip(), Confirm(), Free("to_lead", "role")),
        *(Accept("to_lead"), Accept("back"), Free("back", "self")),
    ],
)
def test_it_stays_with_the_person_until_a_colleague_accepts(act):
    walk = offered().does(act)
    assert walk.asked == "to_lead"
    assert isinstance(walk.said[-1], Offered)
    assert walk.ledger.parts == {}


def test_nobody_behind_the_role_is_said_and_kept():
    walk = offered(roster={})
    assert isinstance(walk.said[-1], Offered)
    assert (walk.said[-1].to, walk.said[-1].is_own) == ((), False)
    assert walk.ledger.tellings[0].to == ()


def test_a_hand_over_reads_its_own_answers_back_before_it_is_accepted():
    assert offered().does(Change("test"), Typed("Purity")).live["test"] == ("Purity",)
    assert offered().does(Back()).asked == "odd"


# Accepted


def test_who_accepts_has_the_run_and_is_asked_the_next_question():
    walk = accepted()
    assert Note(Notice.HANDED_OVER, OF.by_id["to_lead"]) in walk.said
    assert walk.asked == "looked"
    assert walk.ledger.holder == "person-dana"
    part = Part("to_lead", "role", "person-1", "person-dana", walk.now)
    assert (walk.ledger.parts, walk.ledger.lent) == ({"to_lead": part}, part)
    happened = next(event for event in walk.events if isinstance(event.what, HandedOver))
    assert (happened.what, happened.by) == (
        HandedOver("to_lead", to_person="person-dana"),
        "person-dana",
    )


def test_of_two_who_accept_the_first_has_it():
    walk = accepted().as_("person-ravi").does(Accept("to_lead"))
    assert Notice.NOT_HANDED in walk.notices
    assert walk.ledger.holder == "person-dana"


def test_who_presses_accept_twice_is_asked_once_more_and_has_it_once():
    walk = accepted()
    log = walk.events
    assert [type(said) for said in walk.does(Accept("to_lead")).said] == [Question]
    assert walk.events == log


def test_what_was_put_aside_goes_on_with_who_accepts():
    walk = offered().does(Pause()).as_("person-dana").does(Accept("to_lead"))
    assert walk.kinds[-3:] == ["handed_over", "resumed", "asked"]


def test_a_correction_that_was_begun_is_left_when_somebody_accepts():
    walk = offered().does(Change("test")).as_("person-dana").does(Accept("to_lead"))
    assert (walk.asked, walk.live["test"]) == ("looked", ("Assay",))


def test_it_cannot_be_accepted_while_the_person_is_somewhere_else():
    walk = offered().does(Back()).as_("person-dana").does(Accept("to_lead"))
    assert walk.notices == [Notice.NOT_HANDED]
    assert walk.ledger.holder == "person-1"


def test_the_reason_for_a_change_is_the_persons_to_give_before_a_colleague_has_the_run():
    of = script(question("test"), REVIEW, document(), hand_over(), question("more"), hand_back())
    walk = Walk(of, roster=LAB).does(Typed("Assay"), Confirm(), Change("test"), Typed("Purity"))
    assert isinstance(walk.said[-1], ReasonAsked)
    walk.as_("person-dana").does(Accept("to_lead"))
    assert walk.notices == [Notice.NOT_HANDED]
    walk.as_("person-1").does(Typed("A slip"), Confirm())
    assert isinstance(walk.said[-1], Offered)


def test_a_run_that_is_over_is_not_accepted():
    walk = offered().does(Cancel()).as_("person-dana").does(Accept("to_lead"))
    assert walk.notices == [Notice.IS_OVER]


def test_a_colleague_who_was_named_has_the_part_too():
    walk = offered().as_("person-kim").does(GiveTo("person-kim"))
    assert walk.ledger.parts["to_lead"].person == "person-kim"
    assert walk.asked == "looked"


def test_a_run_that_is_given_away_elsewhere_begins_no_part():
    walk = Walk(OF, roster=LAB).as_("person-kim").does(GiveTo("person-kim"))
    assert (walk.ledger.holder, walk.ledger.parts, walk.ledger.lent) == ("person-kim", {}, None)


# Without handing it over


@pytest.mark.parametrize("act", [Free("to_lead", "self"), Typed("we do this part together.")])
def test_it_can_be_done_together(act):
    walk = offered().does(act)
    assert Together("to_lead") in [event.what for event in walk.events]
    assert walk.notices == [Notice.TOGETHER]
    assert walk.asked == "looked"
    assert (walk.ledger.holder, walk.ledger.lent) == ("person-1", None)
    walk.does(Typed("yes"), Typed("Nothing"))
    assert Spoken(OF.by_id["back"], HandBack("Their part is done.")) in walk.said
    assert walk.asked == "next"


@pytest.mark.parametrize("act", [Free("to_lead", "self"), Typed("")])
def test_it_is_not_done_together_where_the_playbook_does_not_say_so(act):
    walk = offered(script(*STEPS[:2], hand_over(keys={"together": ""}), *STEPS[3:])).does(act)
    assert walk.asked == "to_lead"


def test_who_stands_behind_the_role_goes_on_and_nobody_is_told():
    walk = offered(roster={"lab_supervisor": ("person-1", "person-ravi")})
    assert isinstance(walk.said[-1], Offered)
    assert (walk.said[-1].is_own, walk.said[-1].to) == (True, ())
    assert walk.ledger.tellings == ()
    walk.does(Accept("to_lead"))
    assert walk.notices == [Notice.IN_THE_ROLE]
    assert (walk.asked, walk.ledger.lent) == ("looked", None)
    assert walk.does(Back()).asked == "odd", "what they said is theirs to take back"


# Coming back


def test_a_part_that_is_done_is_back_with_who_gave_it_and_waits_for_them():
    walk = returned()
    assert walk.said == (Returned(OF.by_id["back"], "person-1", "Their part is done."),)
    assert [event.what for event in walk.events[-2:]] == [HandedBack("back", "person-1"), Paused()]
    part = walk.ledger.parts["to_lead"]
    assert (part.back_at, walk.ledger.lent, walk.ledger.holder) == (walk.now, None, "person-1")
    walk.as_("person-1").does(Resume())
    assert walk.asked == "next"
    assert {given.step: given.by for given in walk.position.live} == {
        "test": "person-1",
        "odd": "person-1",
        "looked": "person-dana",
        "found": "person-dana",
    }


def test_it_comes_back_to_who_gave_it_whoever_has_it_by_then():
    walk = accepted().as_("person-ravi").does(GiveTo("person-ravi"), Typed("yes"), Typed("It"))
    assert walk.ledger.holder == "person-1"


def test_nothing_comes_back_to_who_has_it_already():
    walk = accepted().as_("person-1").does(GiveTo("person-1"))
    assert walk.ledger.lent is None
    assert walk.does(Typed("yes"), Typed("It")).asked == "next"


def test_a_part_within_a_part_goes_back_the_way_it_came():
    to_qa = hand_over("to_qa", keys={"to": "qa", "share": []})
    of = script(hand_over(keys={"share": []}), to_qa, question("judged"), hand_back("one_back"), question("looked"), hand_back("two_back"), question("next"))  # fmt: skip
    walk = Walk(of, roster=LAB).as_("person-dana").does(Accept("to_lead"))
    walk.as_("person-qa").does(Accept("to_qa"), Typed("Fine"))
    assert walk.ledger.holder == "person-dana"
    walk.as_("person-dana").does(Resume(), Typed("yes"))
    assert walk.ledger.holder == "person-1"
    assert walk.as_("person-1").does(Resume()).asked == "next"


# Taken back by who gave it


def test_who_gave_a_part_takes_it_back_unfinished_and_it_is_offered_anew():
    walk = accepted().does(Typed("yes"), Pause()).as_("person-1").does(TakeBack("to_lead"))
    step = OF.by_id["to_lead"]
    assert isinstance(step.does, HandOver)
    assert walk.said == (
        Note(Notice.PART_TAKEN_BACK),
        Offered(step, step.does, is_new=True, to=("person-dana", "person-ravi")),
    )
    taken = next(event for event in walk.events if isinstance(event.what, HandedBack))
    assert (taken.what, taken.by) == (HandedBack("to_lead", "person-1"), "person-1")
    assert (walk.ledger.holder, walk.ledger.lent, walk.ledger.parts) == ("person-1", None, {})
    assert not walk.ledger.is_paused
    walk.as_("person-ravi").does(Accept("to_lead"))
    assert (walk.asked, walk.live["looked"]) == ("found", ("yes",)), "what was answered stays"
    assert walk.ledger.answers["looked"].by == "person-dana"


@pytest.mark.parametrize(
    ("by", "before"),
    [
        *(("person-dana", []), ("person-kim", [])),
        *(("person-1", [Typed("yes"), Typed("It")]), ("person-1", [GiveTo("person-1")])),
    ],
)
def test_nobody_takes_back_what_is_not_theirs_to_take_back(by, before):
    walk = accepted().does(*before)
    parts = walk.ledger.parts
    walk.as_(by).does(TakeBack("to_lead"))
    assert walk.notices[0] == Notice.NOT_LENT
    assert (walk.ledger.parts, walk.ledger.taken_back) == (parts, ())


def test_a_part_is_taken_back_once():
    walk = accepted().as_("person-1").does(TakeBack("to_lead"), TakeBack("to_lead"))
    assert walk.notices[0] == Notice.NOT_LENT
    assert isinstance(walk.said[-1], Offered)
    assert len(walk.ledger.taken_back) == 1


def test_what_a_colleague_was_about_to_correct_is_left_when_the_part_is_taken_back():
    walk = accepted().does(Change("test")).as_("person-1").does(TakeBack("to_lead"))
    assert (walk.asked, walk.live["test"]) == ("to_lead", ("Assay",))


def test_with_a_part_what_was_handed_on_within_it_is_taken_back_too():
    to_qa = hand_over("to_qa", keys={"to": "qa", "share": []})
    beside = hand_over("beside", keys={"share": []})
    of = script(hand_over(keys={"share": []}), beside, to_qa, question("judged"), hand_back("one_back"), hand_back("two_back"), question("next"))  # fmt: skip
    walk = Walk(of, roster={**LAB, "lab_supervisor": ("person-dana",)}).as_("person-dana")
    walk.does(Accept("to_lead"), Accept("beside")).as_("person-qa").does(Accept("to_qa"))
    assert walk.as_("person-dana").does(TakeBack("to_lead")).notices == [Notice.NOT_LENT]
    walk.as_("person-1").does(TakeBack("to_lead"))
    assert (walk.ledger.holder, walk.ledger.lent, [*walk.ledger.parts]) == ("person-1", None, ["beside"])
    assert [part.step for part in walk.ledger.taken_back] == ["to_lead", "to_qa"]
    walk.as_("person-dana").does(Accept("to_lead"))
    assert walk.asked == "to_qa"
    assert isinstance(walk.said[-1], Offered)
    assert walk.said[-1].to == ("person-qa",)


def test_the_one_between_takes_back_what_they_handed_on():
    to_qa = hand_over("to_qa", keys={"to": "qa", "share": []})
    of = script(hand_over(keys={"share": []}), to_qa, question("judged"), hand_back("one_back"), question("looked"), hand_back("two_back"), question("next"))  # fmt: skip
    walk = Walk(of, roster=LAB).as_("person-dana").does(Accept("to_lead"))
    walk.as_("person-qa").does(Accept("to_qa")).as_("person-dana").does(TakeBack("to_qa"))
    assert walk.ledger.holder == "person-dana"
    assert walk.ledger.lent == walk.ledger.parts["to_lead"]


def test_a_draft_says_who_had_a_part_that_was_taken_back():
    walk = accepted().does(Typed("yes")).as_("person-1").does(TakeBack("to_lead"), Free("to_lead", "self"))
    walk.does(Typed("It"), Typed("That"), Confirm())
    made = next(event for event in walk.events if isinstance(event.what, Drafted))
    said = draft_of(
        OF, walk.events, made, DUBLIN, Around("coach-1", "North", {"person-dana": "Dana"}, "")
    ).told
    (line,) = [line for line in said if "taken back" in line]
    assert line.startswith("Dana took the part of the lab supervisor over from person-1 on ")
    assert "; it was taken back unfinished on 3 June 2025, 13:05" in line
    without = [event for event in walk.events if not isinstance(event.what, HandedBack)]
    assert fingerprint(OF, without, DUBLIN) != fingerprint(OF, walk.events, DUBLIN)


# Back, corrections and endings across it


def test_no_back_takes_away_what_the_other_said():
    assert accepted().does(Back()).notices == [Notice.NOTHING_BEFORE]
    walk = returned().as_("person-1").does(Resume(), Back())
    assert walk.notices == [Notice.NOTHING_BEFORE]
    assert accepted().does(Typed("yes"), Back()).asked == "looked"


def test_who_has_the_run_corrects_an_earlier_answer_and_the_log_says_who():
    walk = accepted().does(Change("test"), Typed("Purity"))
    assert walk.ledger.answers["test"].by == "person-dana"
    assert walk.asked == "looked"


def test_a_part_that_is_not_needed_any_more_is_back_at_once_and_is_offered_anew_if_it_is():
    walk = accepted().does(Change("odd"), Typed("no"))
    assert walk.said[-1] == Returned(OF.by_id["to_lead"], "person-1")
    assert (walk.ledger.holder, walk.ledger.parts) == ("person-1", {})
    walk.as_("person-1").does(Resume())
    assert walk.asked == "next"
    walk.does(Change("odd"), Typed("yes"))
    assert isinstance(walk.said[-1], Offered)
    assert walk.said[-1].to == ("person-dana", "person-ravi")


def test_a_part_that_was_done_is_not_offered_again_when_its_answer_is_changed_away_and_back():
    walk = returned().as_("person-1").does(Change("odd"), Typed("no"))
    assert walk.position.dormant == ("looked", "found")
    walk.does(Change("odd"), Typed("yes"))
    assert walk.asked == "next"
    assert walk.live["looked"] == ("yes",)


def test_a_colleague_may_end_the_run():
    assert accepted().does(Cancel()).ledger.is_cancelled


def test_a_hurry_leaves_a_part_of_the_story_for_later_and_brings_one_back_that_was_begun():
    sections = [{"id": name, "title": name} for name in ("one", "two", "three")]
    of = script(
        question("test"),
        hand_over(section="two"),
        question("looked", section="two"),
        hand_back(section="two"),
        question("next", section="three"),
        {**END, "section": "three"},
        sections=sections,
        fast_lane="one",
    )
    walk = Walk(of, roster=LAB).does(Typed("Assay"), Hurry())
    assert (walk.asked, walk.ledger.tellings[1:]) == ("next", ())
    walk = Walk(of, roster=LAB).does(Typed("Assay")).as_("person-dana").does(Accept("to_lead"), Hurry())
    assert isinstance(walk.said[-1], Returned)
    assert walk.ledger.holder == "person-1"


def test_a_part_stays_accepted_in_another_version():
    newer = script(*STEPS, version="2.0.0")
    walk = accepted().does(Move(newer))
    assert (walk.ledger.holder, walk.ledger.lent is None) == ("person-dana", False)


# Nobody answers


def test_where_nobody_accepts_in_time_the_next_on_the_roster_hear_of_it():
    walk = offered().after(minutes=30).does(TellNext("to_lead", ("person-3",)))
    step = OF.by_id["to_lead"]
    assert isinstance(step.does, HandOver)
    assert walk.said == (Unaccepted(step, step.does, ("person-3",)),)
    assert [telling.to for telling in walk.ledger.tellings] == [("person-dana", "person-ravi"), ("person-3",)]


@pytest.mark.parametrize("before", [[Free("to_lead", "self")], [Back()], [Cancel()]])
def test_nobody_else_hears_of_a_part_that_is_not_offered_any_more(before):
    walk = offered().does(*before)
    log = walk.events
    assert walk.does(TellNext("to_lead", ("person-3",))).events == log


def test_reminders_come_while_a_colleague_is_waited_for():
    clock = {
        "say": "Open it",
        "starts": "seen",
        "due_in": "1 h",
        "calendar": "hours",
        "stops": "number",
        "remind": ["50%"],
    }
    of = script(question("seen", "datetime"), hand_over(keys={"share": []}), question("number"), clocks={"open": clock})  # fmt: skip
    walk = Walk(of, roster=LAB).does(Typed("now")).after(minutes=40).does(Fire("open"))
    assert isinstance(walk.said[-1], ClockRang)


# Every run

_ACTS: list[Act] = [
    *(Back(), Skip(), Keep(), Confirm(), Pause(), Resume(), Hurry(), GiveTo("person-2"), Typed("yes")),
    *(Accept("to_lead"), Accept("back"), Free("to_lead", "self"), Free("to_lead", "role"), See("to_lead")),
    *(TakeBack("to_lead"), TakeBack("back")),
    *(TellNext("to_lead", ("person-3",)), Change("test"), Change("odd"), Change("looked"), Typed("no")),
]
MOVES = st.lists(
    st.one_of(
        st.integers(0, 9),
        st.integers(0, 9),
        st.tuples(st.sampled_from(["person-1", "person-dana", "person-ravi"]), st.sampled_from(_ACTS)),
    ),
    max_size=40,
)


@settings(max_examples=150)
@given(MOVES)
def test_every_run_of_two_people_stands_and_ends(moves):
    walk = Walk(OF, roster=LAB)
    for move in moves:
        act = fitting(walk, move) if isinstance(move, int) else move[1]
        walk.does(act) if isinstance(move, int) else walk.as_(move[0]).does(act)
        check_standing(walk, act)
    check_ends(walk)


# In conditions, in a file, on paper


def test_how_a_part_was_done_can_be_read_by_conditions():
    more = question("who_else", when={"to_lead": "self"})
    of = script(*STEPS[:6], more, *STEPS[6:])
    assert check_script(of, Context(roles=["lab_supervisor"])) == []
    assert is_source(of, "to_lead")
    together = offered(of).does(Free("to_lead", "self"), Typed("yes"), Typed("It"))
    assert together.asked == "who_else"
    apart = offered(of).as_("person-dana").does(Accept("to_lead"), Typed("yes"), Typed("It"))
    assert apart.as_("person-1").does(Resume()).asked == "next"
    assert {walk.cases["to_lead"].answer for group in explore(of).groups for walk in group.walks if "to_lead" in walk.cases} == {
        Answer(("role",)),
        Answer(("self",)),
    }  # fmt: skip


def test_a_part_that_is_never_done_together_cannot_be_tested_for_it():
    more = question("who_else", when={"to_lead": "self"})
    of = script(*STEPS[:2], hand_over(keys={"together": ""}), more)
    assert [problem.found for problem in check_script(of)][:1] == ["'to_lead' can never be 'self'"]
    of = script(*STEPS[:2], hand_over(keys={"together": ""}), question("else", when={"to_lead": "role"}))
    assert check_script(of) == []
    assert explore(of).problems == ()
    assert check_script(script(*STEPS[:2], hand_over(keys={"if_no_answer": None}))) == []


def test_a_file_says_all_there_is_to_a_hand_over():
    loaded = OF.by_id["to_lead"].does
    assert loaded == HandOver(
        "lab_supervisor",
        "The next part is your supervisor's.",
        ("test",),
        "We do this part together",
        Fallback("30 min", "Please phone them."),
    )
    assert OF.by_id["back"].does == HandBack("Their part is done.")


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"hand_over": {"say": "x"}}, "'to' is missing; add 'to: …'"),
        ({"hand_over": {"to": "qa", "say": "x", "tell": "qa"}}, "unknown key 'tell'; use one of: if_no_answer, say, share, to, together"),
        ({"hand_back": {"say": "x", "to": "qa"}}, "unknown key 'to'; use one of: say"),
    ],
)  # fmt: skip
def test_what_a_hand_over_cannot_have_is_told(step, said):
    with pytest.raises(ScriptRefused) as refused:
        script({"id": "x", "section": "one", **step})
    assert [str(problem) for problem in refused.value.problems] == [said]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([hand_over(keys={"share": []})], "this site has no role 'lab_supervisor'; use one of: qa"),
        ([hand_over(keys={"to": "qa"})], "unknown question 'test'"),
        ([hand_over(keys={"to": "qa", "share": [], "if_no_answer": {"after": "soon", "say": "x"}})], "'soon' is no duration"),
        ([hand_back()], "nothing was handed over; add 'hand_over:' above it"),
    ],
)  # fmt: skip
def test_a_hand_over_that_cannot_work_is_told(steps, said):
    problems = check_script(script(*steps), Context(roles=["qa"]))
    assert [str(problem).startswith(said) for problem in problems] == [True]


def test_a_called_playbook_may_hand_over_too():
    flow = tree(*STEPS[:6], END, playbook="a-flow", callable=True)
    of = script({"id": "call", "section": "one", "use": "a-flow"}, flows={"a-flow": flow})
    does = of.by_id["call.to_lead"].does
    assert isinstance(does, HandOver)
    assert does.share == ("call.test",)
    walk = Walk(of, roster=LAB).does(Typed("Assay"), Typed("yes"))
    assert walk.as_("person-dana").does(Accept("call.to_lead")).asked == "call.looked"


def test_both_are_read_in_plain_words_and_drawn():
    printed = step_list(OF)
    assert (
        """  3  If "odd" is "Yes", then also:
     Hand over to lab supervisor: The next part is your supervisor's.
     - the run is theirs once somebody accepts it
     - or done with a colleague beside, with "We do this part together"
"""
        in printed
    )
    assert "     Give it back, where it was handed over: Their part is done.\n" in printed
    assert "or done with" not in step_list(script(hand_over(keys={"together": "", "share": []})))
    drawn = mermaid(OF)
    assert 's3[["3 Hand over to lab supervisor"]]' in drawn
    assert 's6[["6 Give it back"]]' in drawn
    assert in_words(Has("to_lead", ("self",)), OF) == 'the part of "to lead" is done together'
    assert in_words(Has("to_lead", ("role", "self")), OF).endswith("is done by lab supervisor or together")


# Scenarios, obligations, broken copies


def played(how: object) -> Played:
    answers = {"test": "Assay", "odd": "yes", "looked": "no", "found": "It", "next": "That", "to_lead": how}
    answers = {name: value for name, value in answers.items() if value}
    return play(OF, answers, GIVEN, NOON, DUBLIN)


@pytest.mark.parametrize("how", ["role", "self"])
def test_a_scenario_says_how_the_part_is_done(how):
    run = played(how)
    assert (run.is_finished, run.told, run.unused) == (True, ("lab_supervisor",), ())
    assert run.seen >= {"to_lead", "back"}
    by = {event.by for event in run.events if getattr(event.what, "step", "") == "looked"}
    assert by == {"lab_supervisor" if how == "role" else "scenario"}


def test_a_scenario_that_does_not_say_it_stays_there():
    assert (played(None).stopped, played(None).is_finished) == ("to_lead", False)


def test_a_scenario_cannot_pass_it_in_a_way_it_does_not_have():
    of = script(hand_over(keys={"together": "", "share": []}))
    run = play(of, {"to_lead": "self"}, GIVEN, NOON, DUBLIN)
    assert (run.stopped, run.trouble) == ("to_lead", "it cannot be passed by 'self'")


@pytest.mark.parametrize(
    ("one", "steps", "said"),
    [
        ({"role": "lab_supervisor", "shares": ["test"], "when_answer": {"odd": "yes"}, "not_when_answer": {"odd": "no"}}, {}, []),
        ({}, {"to_lead": None}, ["Step 'to_lead' is missing."]),
        ({}, {"to_lead": question("to_lead")}, ["Step 'to_lead' does something else.", ]),
        ({"when_answer": {"odd": "yes"}}, {"to_lead": hand_over(when={"odd": "no"})}, ["Step 'to_lead' does not come up on every path where odd is yes."]),
        ({"role": "qa", "shares": ["odd"], "when_answer": {"odd": "yes"}}, {}, ["Step 'to_lead' does not hand over to 'qa'.", "Step 'to_lead' does not share 'odd'."]),
    ],
)  # fmt: skip
def test_an_obligation_holds_a_hand_over_in_its_place(one, steps, said):
    owed = read_obligations(
        [{"id": "an-id", "playbook": "an-example", "says": "It does.", "hands_over": "to_lead", **one}]
    )
    changed = [steps.get(str(step["id"]), step) for step in STEPS]
    judged = load(tree(*(step for step in changed if step), END))
    assert [problem.found.removeprefix("an-example: It does. ") for problem in unkept(owed, {"an-example": judged})] == said  # fmt: skip


def test_a_hand_over_and_its_return_need_an_obligation():
    said = [str(problem) for problem in unprotected([], OF)]
    assert "no obligation protects 'to_lead'; add one: hands_over" in said
    assert "no obligation protects 'back'; add one: shows" in said


def test_both_are_taken_out_of_broken_copies():
    broken = list(broken_copies(tree(*STEPS, END)))
    assert [each.what for each in broken if each.kind is Kind.HAND_OVER] == ["step to_lead", "step back"]
    assert Kind.HAND_OVER in PROTECTED
    assert "to_lead.hand_over.to: lab_supervisor" in {each.what for each in broken}


def test_an_old_question_of_the_giver_is_no_answer_in_the_colleagues_part():
    walk = offered()
    put = walk.put
    walk.as_("person-dana").does(Accept("to_lead"))
    said = walk.as_("person-1").does(Typed("late", put)).said
    assert isinstance(said[-1], Question)
    assert "late" not in str(walk.live)
    assert not any(isinstance(event.what, Resumed) for event in walk.events)


# In the draft

NAMES = {"person-1": "Alex", "person-dana": "Dana", "person-ravi": "Ravi", "person-kim": "Kim"}


def drafted(walk: Walk, of: Script = OF) -> tuple[str, ...]:
    """Who was told and who took part, as the draft says it that this run comes to."""
    walk.as_(walk.ledger.holder).does(Typed("yes"), Typed("A wrong weight"))
    walk.as_(walk.ledger.holder).does(Resume(), Typed("That"), Confirm())
    made = next(event for event in walk.events if isinstance(event.what, Drafted))
    around = Around("coach-1", "North", NAMES, "")
    draft = draft_of(of, walk.events, made, DUBLIN, around)
    assert draft.status_note == "", "it says what it said when it was made"
    return draft.told


ASKED = "Lab supervisor (Dana, Ravi) was asked through the coach on 3 June 2025, 13:02 (IST) to take the next part. Sent along: test"


@pytest.mark.parametrize(
    ("who", "act", "said"),
    [
        ("person-dana", Accept("to_lead"), "Dana took the part of the lab supervisor over from Alex on 3 June 2025, 13:03 (IST) and gave it back on 3 June 2025, 13:05 (IST)"),
        ("person-kim", GiveTo("person-kim"), "Kim, named by Alex, took the part of the lab supervisor over from Alex on 3 June 2025, 13:03 (IST) and gave it back on 3 June 2025, 13:05 (IST)"),
        ("person-1", Free("to_lead", "self"), "Alex did the part of the lab supervisor with a colleague beside them, as Alex said on 3 June 2025, 13:03 (IST)"),
    ],
)  # fmt: skip
def test_a_draft_says_who_did_the_part_and_how(who, act, said):
    assert drafted(offered().as_(who).does(act)) == (ASKED, said)


def test_a_draft_says_who_did_the_part_in_the_role_themself():
    walk = offered(roster={"lab_supervisor": ("person-1",)}).does(Accept("to_lead"))
    assert drafted(walk) == ("Alex, who stood on the list for lab supervisor on 3 June 2025, 13:03 (IST), did that part",)  # fmt: skip


def test_a_draft_made_in_the_part_says_that_it_is_not_back_and_tells_of_a_hand_over_that_is_gone():
    of = script(*(step for step in STEPS if step["id"] != "back"))
    walk = offered(of).as_("person-dana").does(Accept("to_lead"))
    walk.does(Typed("yes"), Typed("It"), Typed("That"), Confirm())
    made = next(event for event in walk.events if isinstance(event.what, Drafted))
    without = script(*(step for step in STEPS if step["id"] != "to_lead"))
    said = draft_of(without, walk.events, made, DUBLIN, Around("coach-1", "North", NAMES, "")).told
    assert said[-1] == "Dana took the part of the to_lead over from Alex on 3 June 2025, 13:03 (IST)"


def test_what_a_draft_states_of_a_part_is_in_its_fingerprint():
    together = offered().does(Free("to_lead", "self"))
    own = offered(roster={**LAB, "lab_supervisor": ("person-1",)}).does(Accept("to_lead"))
    assert fingerprint(OF, together.events, DUBLIN) != fingerprint(OF, own.events, DUBLIN)
