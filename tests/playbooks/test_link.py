from __future__ import annotations

import pytest

from playbooks.act import Back, Change, Confirm, Digress, Free, Picked, Typed
from playbooks.conditions import All, Calculated, FactHolds, Has, Not
from playbooks.errors import ScriptRefused
from playbooks.loader import load, load_whole, whole
from playbooks.script import AnswerType, Ask, Late, Release, Say, Stop, Unknown
from playbooks.utterance import Aside, Question, Sheet
from tests.playbooks.scripts import (
    END,
    REVIEW,
    Tree,
    Walk,
    document,
    hold,
    question,
    say,
    script,
    stop,
    tree,
)

ASKS = {"level": "immediate", "say": "Phone QA.", "release": {"or_self": {"asks": ["Who?"]}}}
CONTAIN = tree(
    question("safe", "yes_no", why="No product is worth an injury."),
    hold("danger", when={"safe": "no"}),
    question("where"),
    question("seen", "datetime"),
    question(
        "held_at",
        "datetime",
        depends_on=["where"],
        clock="hold",
        hint="{fact.slow.because}",
        unknown={"label": "?", "follow_up": "now", "say": "{fact.slow.because}"},
    ),
    question("late", when={"fact": "slow"}, check=[]),
    say("slow_note", "It was slow: {fact.slow.because}, {fact.other.because}.", when={"not": {"fact": "slow"}}),
    stop("tell", ["where", "safe"], when={"fact": "slow"}),
    stop("call") | {"stop": ASKS, "when": {"fact": "slow"}},
    REVIEW,
    document(),
    END,
    playbook="contain",
    callable=True,
    takes=["where", "seen"],
    facts={
        "slow": {
            "say": "it took long",
            "calc": "hours_between",
            "from": "seen",
            "to": "held_at",
            "more_than": {"site": "hold_within"},
        },
        "both": {"say": "both", "when": {"all": [{"safe": "yes"}, {"fact": "slow"}]}},
    },
    clocks={
        "hold": {
            "say": "Hold it",
            "starts": "held_at",
            "due_in": "1 h",
            "calendar": "hours",
            "stops": "late",
            "applies_when": {"safe": "yes"},
            "when_late": {"say": "Late: {fact.slow.because}"},
        }
    },
    site_settings=["hold_within"],
)  # fmt: skip
CALL: Tree = {
    "id": "contain",
    "section": "one",
    "use": "contain",
    "with": {"where": "place", "seen": "noticed"},
    "returns": ["safe"],
}
OF = script(
    question("place"),
    question("noticed", "datetime"),
    CALL | {"when": {"place": "Line 3"}},
    REVIEW,
    flows={"contain": CONTAIN},
    site_settings=["hold_within"],
)


def refusals(*steps: Tree, flow: Tree = CONTAIN, **top: object) -> list[str]:
    with pytest.raises(ScriptRefused) as refused:
        script(question("place"), question("noticed", "datetime"), *steps, flows={"contain": flow}, **top)
    return [str(problem) for problem in refused.value.problems]


def test_the_steps_of_a_sub_flow_stand_under_the_name_of_their_call():
    assert [step.id for step in OF.steps] == [
        *("place", "noticed", "contain.safe", "contain.danger", "contain.held_at", "contain.late"),
        *("contain.slow_note", "contain.tell", "contain.call", "contain.call.asks_1", "review", "end"),
    ]
    assert {step.flow for step in OF.steps if step.id.startswith("contain.")} == {"contain"}
    assert {step.at for step in OF.steps if step.id.startswith("contain.")} == {2}


def test_a_sub_flow_reads_the_callers_answers_where_it_takes_them():
    held_at = OF.ask("contain.held_at")
    assert held_at
    assert held_at.depends_on == ("place",)
    told = OF.by_id["contain.tell"].does
    assert isinstance(told, Stop)
    assert told.share == ("place", "contain.safe")


def test_the_label_of_a_call_stands_before_the_short_names_of_its_questions():
    labelled = script(
        question("place"),
        question("noticed", "datetime"),
        CALL | {"label": "Hall 1"},
        REVIEW,
        flows={"contain": CONTAIN},
        site_settings=["hold_within"],
    )
    unlabelled, of = OF.ask("contain.safe"), labelled.ask("contain.safe")
    assert of
    assert unlabelled
    assert (of.label, of.text) == (f"Hall 1: {unlabelled.label}", unlabelled.text)


def test_the_conditions_of_a_call_and_of_its_steps_must_both_hold():
    here = Has("place", ("Line 3",))
    assert OF.by_id["contain.safe"].when == here
    assert OF.by_id["contain.danger"].when == All((here, Has("contain.safe", ("no",))))
    assert OF.by_id["contain.slow_note"].when == All((here, Not(FactHolds("contain.slow"))))


def test_the_facts_and_clocks_of_a_sub_flow_go_by_its_name_too():
    inputs = (("from", "noticed"), ("to", "contain.held_at"))
    slow = Calculated("hours_between", inputs, "more_than", "hold_within", is_setting=True)
    assert OF.facts["contain.slow"].when == slow
    assert OF.facts["contain.both"].when == All((Has("contain.safe", ("yes",)), FactHolds("contain.slow")))
    clock = OF.clocks["contain.hold"]
    assert (clock.id, clock.starts, clock.stops) == ("contain.hold", "contain.held_at", "contain.late")
    assert clock.applies_when == Has("contain.safe", ("yes",))


def test_words_of_a_sub_flow_name_its_own_facts_and_leave_others_to_the_check():
    note, asked, late = (
        OF.by_id["contain.slow_note"].does,
        OF.by_id["contain.held_at"],
        OF.clocks["contain.hold"],
    )
    assert note == Say("It was slow: {fact.contain.slow.because}, {fact.other.because}.")
    assert (asked.hint, late.when_late) == (
        "{fact.contain.slow.because}",
        Late("Late: {fact.contain.slow.because}"),
    )
    assert isinstance(asked.does, Ask)
    assert asked.does.type is AnswerType.DATETIME
    assert asked.does.unknown == Unknown("?", "now", "{fact.contain.slow.because}")


def test_the_questions_of_a_release_stay_with_their_stop():
    step = OF.by_id["contain.call.asks_1"]
    assert (step.releases, isinstance(step.does, Ask)) == ("contain.call", True)
    released = All((FactHolds("contain.slow"), Has("contain.call", ("self",))))
    assert step.when == All((Has("place", ("Line 3",)), released))
    called = OF.by_id["contain.call"].does
    assert isinstance(called, Stop)
    assert called.release == Release("I have spoken to them", (), ("contain.call.asks_1",))


def test_a_sub_flow_may_call_another():
    inner = tree(question("label"), playbook="inner", callable=True)
    outer = tree(
        {"id": "mark", "section": "one", "use": "inner"}, question("done"), playbook="outer", callable=True
    )
    of = script({"id": "contain", "section": "one", "use": "outer"}, flows={"inner": inner, "outer": outer})
    assert [step.id for step in of.steps] == ["contain.mark.label", "contain.done", "end"]
    assert [step.flow for step in of.steps] == ["inner", "outer", ""]
    assert set(of.uses) == {"inner", "outer"}


# Walking through one


def at_sub_flow() -> Walk:
    return Walk(OF).does(Typed("Line 3"), Typed("today 06:00"))


def test_a_sub_flow_asks_its_questions_between_those_of_its_caller():
    walk = at_sub_flow()
    assert walk.asked == "contain.safe"
    walk.does(Typed("yes"), Typed("today 07:00"))
    assert walk.asked == "review"
    assert walk.live["contain.held_at"] == ("2025-06-03T07:00+01:00",)


@pytest.mark.scenario("C5")
def test_a_digression_inside_a_sub_flow_comes_back_to_the_very_step_it_left():
    walk = at_sub_flow()
    asked = walk.said[-1]
    walk.does(Digress("why"))
    assert walk.said == (Aside(OF.by_id["contain.safe"], "why"), asked)


def test_back_out_of_a_sub_flow_goes_to_the_callers_last_question():
    assert at_sub_flow().does(Back()).asked == "noticed"


def test_a_stop_inside_a_sub_flow_holds_the_whole_run():
    walk = at_sub_flow().does(Typed("no"), Typed("Line 4"))
    assert walk.asked == "contain.danger"
    assert walk.does(Free("contain.danger", "self")).asked == "contain.held_at"


@pytest.mark.scenario("H7")
def test_progress_counts_the_questions_of_a_sub_flow_that_is_really_called():
    walk = Walk(OF)
    assert (walk.position.at, walk.position.of) == (1, 3)
    walk.does(Typed("Line 3"))
    assert (walk.position.at, walk.position.of) == (2, 5)
    counted = [(walk.position.at, walk.position.of)]
    for words in ("today 06:00", "yes", "today 07:00"):
        walk.does(Typed(words))
        counted.append((walk.position.at, walk.position.of))
    assert counted == [(2, 5), (3, 5), (4, 5), (5, 5)]
    assert walk.does(Confirm()).position.at == 5
    assert Walk(OF).does(Typed("Line 4")).position.of == 3


def test_leaving_a_sub_flow_out_makes_its_answers_dormant_and_calling_it_again_brings_them_back():
    walk = at_sub_flow().does(Typed("yes"), Typed("today 07:00"), Change("place"), Typed("Line 4"))
    left_out = walk.position.dormant
    assert isinstance(walk.said[-1], Sheet)
    walk.does(Change("place"), Typed("Line 3"))
    assert (left_out, walk.position.dormant) == (("contain.safe", "contain.held_at"), ())
    assert walk.live["contain.safe"] == ("yes",)


def test_an_answer_in_a_sub_flow_that_rests_on_the_callers_is_offered_again():
    of = script(question("place"), question("noticed", "datetime"), CALL, REVIEW,
                flows={"contain": CONTAIN}, site_settings=["hold_within"])  # fmt: skip
    walk = Walk(of).does(Typed("Line 3"), Typed("today 06:00"), Picked(("yes",)), Typed("today 07:00"))
    walk.does(Change("place"), Typed("Line 4"))
    assert walk.position.stale == ("contain.held_at",)
    last = walk.said[-1]
    assert isinstance(last, Question)
    assert (last.step.id, last.is_stale) == ("contain.held_at", True)


# What is refused


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (CALL | {"use": "contian"}, "there is no playbook 'contian'; did you mean 'contain'?"),
        (CALL | {"with": {"were": "place"}}, "'contain' takes no 'were'; did you mean 'where'?"),
        (CALL | {"with": {"where": "palce"}}, "no question 'palce' stands above it; did you mean 'place'?"),
        (CALL | {"returns": ["saef"]}, "'contain' asks no 'saef'; did you mean 'safe'?"),
        (
            CALL | {"returns": ["danger"]},
            "'contain' asks no 'danger'; use one of: held_at, late, safe, seen, where",
        ),
    ],
)
def test_a_call_that_does_not_fit_its_sub_flow_is_refused_with_the_near_word(call, said):
    (found,) = refusals(call, site_settings=["hold_within"])
    assert found.startswith(said)


def test_a_caller_must_ask_its_site_for_what_the_sub_flow_needs():
    assert refusals(CALL) == [
        "'contain' needs the site's 'hold_within'; add 'hold_within' to 'site_settings'"
    ]


def test_only_a_callable_playbook_can_be_called():
    assert "'contain' is not callable; add 'callable: true' to it" in refusals(
        CALL, flow=CONTAIN | {"callable": False}, site_settings=["hold_within"]
    )


def test_a_broken_sub_flow_is_refused_where_it_is_called():
    broken = tree(say("x") | {"say": 12}, playbook="contain", callable=True)
    (found,) = refusals({"id": "c", "section": "one", "use": "contain"}, flow=broken)
    assert found == "'contain' cannot be used: steps.0.say is not text; put it in quotes; mend it first"


def test_a_playbook_that_calls_itself_is_refused():
    circle = tree({"id": "c", "section": "one", "use": "contain"}, playbook="contain", callable=True)
    (found,) = refusals({"id": "c", "section": "one", "use": "contain"}, flow=circle)
    assert "'contain' calls itself by way of 'contain'; break the circle" in found


# What is kept


@pytest.mark.scenario("F7")
def test_a_caller_is_bound_to_the_very_words_of_its_sub_flows():
    caller = tree(question("place"), question("noticed", "datetime"), CALL, REVIEW, END,
                  site_settings=["hold_within"])  # fmt: skip
    other = CONTAIN | {"title": "Contain it now"}
    first, second = (load(caller, {"contain": flow}) for flow in (CONTAIN, other))
    assert first.hash != second.hash
    assert first.uses["contain"] != second.uses["contain"]
    kept = load_whole(whole(caller, {"contain": CONTAIN, "unused": other}))
    assert (kept, kept.hash) == (first, first.hash)


@pytest.mark.parametrize(
    "odd", [None, "text", {"steps": None}, {"steps": ["x", {"use": 3}, {"use": "gone"}]}]
)
def test_what_calls_nothing_that_is_there_is_kept_as_it_is(odd):
    assert whole(odd, {"contain": CONTAIN}) == odd
    plain = tree(question("place"), END)
    assert load_whole(whole(plain, {})) == load(plain)
