from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from playbooks.cases import reading
from playbooks.covered import covered
from playbooks.explore import Explored, explore
from playbooks.scenario import play
from playbooks.script import Ask, Script
from tests.playbooks.scripts import (
    DUBLIN,
    END,
    GIVEN,
    NOON,
    REVIEW,
    YES_OR_NO,
    Tree,
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
from tests.playbooks.shipped import IDS, scenarios, scripts, tried

UNKNOWN = {"label": "Not known yet", "follow_up": "today"}
SECTIONS = [{"id": "one", "title": "One"}, {"id": "two", "title": "Two"}, {"id": "three", "title": "Three"}]


def told(of: Script, *, warnings: bool = False) -> list[str]:
    return [str(problem) for problem in explore(of).problems if problem.is_warning is warnings]


def names(of: Script, name: str) -> list[tuple[str, ...]]:
    """The cases of a question, each by the answers that no condition tells apart."""
    return [case.names for case in reading(of).cases[name]]


# What conditions can tell apart


@pytest.mark.parametrize(
    ("asked", "when", "cases"),
    [
        (choice("a", "x", "y", "z"), {"a": "x"}, [("x",), ("y", "z", "skipped")]),
        (choice("a", "x", "y", "z"), {"a": {"in": ["x", "y"]}}, [("x", "y"), ("z", "skipped")]),
        (choice("a", "x", "y", unknown=UNKNOWN), {"a": "unknown"}, [("x", "y", "skipped"), ("unknown",)]),
        (choice("a", "x", "y"), {"a": {"answered": True}}, [("x", "y"), ("skipped",)]),
        (question("a", "yes_no"), {"a": "no"}, [("yes", "skipped"), ("no",)]),
        (question("a"), {"a": {"answered": True}}, [("anything else",), ("skipped",)]),
        (question("a"), {"a": "blue"}, [("blue",), ("anything else", "skipped")]),
        (question("a", "list"), {"a": {"includes_any": ["b"]}}, [("b",), ("anything else", "skipped")]),
        (multi("a", "x", "y", none={"value": "none", "label": "None"}), {"a": "x"}, [("x",), ("y", "none", "skipped")]),
        (
            multi("a", "x", "y", "z"),
            {"any": [{"a": "x"}, {"all": [{"a": "y"}, {"site.region": "EU"}]}]},
            [("x",), ("y",), ("x+y",), ("z", "skipped")],
        ),
        (hold("a"), {"a": "self"}, [("self",)]),
        (hold("a") | {"stop": {"level": "immediate", "say": "Wait.", "release": {"by_role": ["qa"]}}}, {"a": "role"}, [("role",)]),
    ],
    ids=lambda value: str(value)[:50],
)  # fmt: skip
def test_answers_that_no_condition_tells_apart_are_one_case(asked, when, cases):
    assert names(script(asked, say("x", when=when)), "a") == cases


def test_a_site_may_be_in_several_regions_and_a_person_has_one_role():
    of = script(
        say("x", when={"site.region": "EU"}),
        say("y", when={"site.region": "US"}),
        say("z", when={"person.role": {"in": ["qa"]}}),
    )
    assert names(of, "site.region") == [("EU",), ("US",), ("EU+US",), ("anything else",)]
    assert names(of, "person.role") == [("qa",), ("anything else",)]


def test_a_release_by_the_person_and_one_by_a_role_are_told_apart():
    release = {"by_role": ["qa"], "or_self": {"asks": ["Who?"]}}
    held: Tree = {
        "id": "held",
        "section": "one",
        "stop": {"level": "immediate", "say": "Wait.", "tell": "qa", "release": release},
    }
    found = explore(script(held))
    assert names(found.script, "held") == [("self",), ("role",)]
    assert found.paths == 2


def test_a_question_of_a_release_cannot_be_skipped():
    release = {"or_self": {"asks": ["Who?"]}}
    held: Tree = {
        "id": "held",
        "section": "one",
        "stop": {"level": "immediate", "say": "Wait.", "release": release},
    }
    of = script(held, say("x", when={"held.asks_1": {"answered": True}}))
    assert names(of, "held.asks_1") == [("anything else",)]


# Walking


def test_questions_that_hang_together_multiply_and_others_add_up():
    apart = script(
        choice("a", "x", "y"),
        say("if_a", when={"a": "x"}),
        choice("b", "x", "y"),
        say("if_b", when={"b": "x"}),
    )
    together = script(
        choice("a", "x", "y"),
        choice("b", "x", "y"),
        say("both", when={"a": "x", "b": "x"}),
        say("either", when={"any": [{"a": "x"}, {"b": "x"}]}),
    )
    assert (explore(apart).combinations, explore(apart).paths) == (4, 4)
    assert (explore(together).combinations, explore(together).paths) == (4, 3)


def test_a_script_without_conditions_is_one_path():
    found = explore(script(question("a"), question("b")))
    assert (found.combinations, found.paths, found.questions, found.groups) == (1, 1, 2, ())
    assert found.group_of("a") is None
    assert found.problems == ()


def test_the_longest_path_counts_questions_of_every_group_and_those_before_an_early_end():
    of = script(
        choice("a", "x", "y"),
        question("only_x", when={"a": "x"}),
        question("only_y", when={"a": "y"}),
        question("also_y", when={"a": "y"}),
        choice("b", "x", "y"),
        question("only_b", when={"b": "x"}),
    )
    assert explore(of).questions == 5


def test_a_path_that_goes_elsewhere_ends_there():
    of = script(
        choice("a", "x", "y"),
        go_to("away", "another", when={"a": "x"}),
        choice("b", "x", "y"),
        say("if_b", when={"b": "x"}),
    )
    found = explore(of)
    assert found.paths == 1 + 2  # away; to the end with b and without it
    assert found.questions == 2
    group = found.group_of("away")
    assert group
    assert {walk.ended for walk in group.walks} == {1, None}


def test_a_calculation_is_true_false_or_not_known_once_its_inputs_are_given():
    of = script(
        question("seen", "datetime"),
        question("told", "datetime", unknown=UNKNOWN),
        say("slow", when={"fact": "late"}),
        say("quick", when={"not": {"fact": "late"}}),
        facts={
            "late": {
                "say": "It took long",
                "calc": "hours_between",
                "from": "seen",
                "to": "told",
                "more_than": 4,
            }
        },
    )
    found = explore(of)
    assert found.paths == 3
    assert {"slow", "quick"} <= found.reached
    (group,) = found.groups
    calculated = next(name for name in group.reads if name.startswith("hours_between"))
    assert group.having({"told": "unknown"})
    assert not group.having({"told": "unknown", calculated: "true"})


def test_a_walk_knows_the_answers_it_stands_for():
    of = script(multi("a", "x", "y"), say("s", when={"a": "x"}), say("t", when={"a": "y"}), choice("b", "x", "z", when={"a": "x"}),
                say("u", when={"b": {"answered": True}}))  # fmt: skip
    (group,) = explore(of).groups
    assert any(walk in group.having({"a": "y"}) for walk in group.having({"a": "x", "b": "answered"}))
    assert not group.having({"a": "skipped", "b": "answered"})
    assert not group.having({"nobody": "x"})


def test_too_many_combinations_are_refused_with_the_limit_and_the_steps():
    of = script(
        *(choice(f"q{number}", "x", "y") for number in range(5)),
        say("all", when={f"q{number}": "x" for number in range(5)}) | {"id": "every"},
    )
    found = explore(of, limit=20)
    assert [str(problem) for problem in found.problems] == [
        "more than 20 combinations of answers to q0, q1, q2, q3, q4, every; let fewer conditions hang together"
    ]
    assert explore(of, limit=32).problems == ()


# What it finds


@pytest.mark.parametrize(
    "steps",
    [
        [choice("a", "x", "y"), say("never", when={"all": [{"a": "x"}, {"a": "y"}]})],
        [choice("a", "x", "y"), question("b", when={"a": "x"}), say("never", when={"a": "y", "b": {"answered": True}})],
        [choice("a", "x", "y"), go_to("away", "other", when={"a": "x"}), say("never", when={"a": "x"})],
        [choice("a", "x", "y"), go_to("p", "other", when={"a": "x"}), go_to("q", "other", when={"not": {"a": "x"}}), say("never"), say("and")],
    ],
    ids=["two at once", "not asked then", "gone by then", "all gone"],
)  # fmt: skip
def test_a_step_that_no_answers_lead_to_is_told(steps):
    problem = explore(script(*steps)).problems[0]
    assert problem.found == "'never' is never reached, whatever is answered"
    assert problem.path == ("steps", next(n for n, step in enumerate(steps) if step["id"] == "never"))


def test_an_unreachable_step_may_be_due_to_another_group_ending_every_run():
    of = script(
        choice("b", "x", "y"),
        choice("a", "x", "y"),
        go_to("p", "other", when={"a": "x"}),
        go_to("q", "other", when={"not": {"a": "x"}}),
        say("never", when={"b": "x"}),
    )
    assert "'never' is never reached, whatever is answered; correct its 'when', or remove it" in told(of)


def test_a_stop_that_is_never_released_is_a_dead_path():
    held: Tree = {"id": "held", "section": "one", "stop": {"level": "immediate", "say": "Wait."}}
    assert told(script(held)) == ["a path is held at 'held' for ever; add 'release:'"]


def test_a_path_that_comes_to_no_end_is_told_unless_all_go_elsewhere():
    early = finish("early", when={"a": "x"})
    assert told(script(choice("a", "x", "y"), early)) == [
        "some paths come to no 'finish'; end with 'finish:' for everybody"
    ]
    gone = [
        go_to("p", "other", when={"a": "x"}),
        go_to("q", "other", when={"not": {"a": "x"}}),
        finish("z", when={"a": "x"}),
    ]
    assert not any("no 'finish'" in problem for problem in told(script(choice("a", "x", "y"), *gone)))


@pytest.mark.parametrize(
    ("review_when", "document_when", "is_told"),
    [
        ({"a": "x"}, None, True),
        ({"a": "x"}, {"a": "x"}, False),
        ({"a": "x"}, {"b": "x"}, True),
        (None, {"a": "x"}, False),
    ],
)
def test_a_document_that_some_path_makes_without_a_review_is_told(review_when, document_when, is_told):
    review = REVIEW | ({"when": review_when} if review_when else {})
    draft = document() | ({"when": document_when} if document_when else {})
    of = script(choice("a", "x", "y"), choice("b", "x", "y"), review, draft)
    assert told(of) == ["some paths make 'draft' without a review; remove 'when:' from the review"] * is_told


def test_a_document_that_only_a_person_in_a_hurry_makes_without_a_review_is_told():
    of = script(
        question("a"),
        choice("b", "x", "y") | {"section": "two"},
        REVIEW
        | {"section": "three", "when": {"any": [{"b": {"answered": True}}, {"b": {"answered": False}}]}},
        document() | {"section": "three"},
        END | {"section": "three"},
        sections=SECTIONS,
        fast_lane="one",
    )
    assert told(of) == ["some paths make 'draft' without a review; remove 'when:' from the review"]


def test_a_value_that_is_looked_for_and_changes_nothing_is_a_warning():
    of = script(
        choice("a", "x", "y", "z"),
        say("s", when={"any": [{"a": "x"}, {"all": [{"a": "x"}, {"a": "y"}]}]}),
    )
    assert told(of, warnings=True) == [
        "y as the answer to 'a' changes nothing; correct the conditions that look for it"
    ]


def test_more_questions_than_anybody_wants_are_a_warning():
    many = script(*(question(f"q{number}") for number in range(21)))
    assert told(many, warnings=True) == [
        "the longest path asks 21 questions; keep to 20, or leave some for later"
    ]


# What is shipped, and whether it is true


@pytest.mark.scenario("G4")
@pytest.mark.parametrize("name", IDS)
def test_every_step_of_the_shipped_playbooks_is_on_some_path_and_every_path_ends(name):
    found = explore(scripts()[name])
    assert [str(problem) for problem in found.problems if not problem.is_warning] == []
    assert found.reached == set(scripts()[name].by_id)
    assert 1 < found.combinations < 10_000


def test_what_is_explored_is_what_the_engine_does():
    """Every combination of three questions is played; the engine shows exactly the paths that were found."""
    of = script(
        question("a", "yes_no", unknown=UNKNOWN),
        choice("b", "x", "y", when={"a": {"in": ["yes", "unknown"]}}),
        stop("c", when={"any": [{"b": "x"}, {"fact": "sure"}]}),
        multi("d", "x", "y", when={"not": {"a": "yes"}}),
        question("e", when={"all": [{"d": {"includes_any": ["x"]}}, {"fact": "sure"}]}),
        facts={"sure": {"say": "Sure", "when": {"a": "no"}}},
    )
    found = explore(of)
    (group,) = found.groups
    explored = {tuple(of.steps[place].id for place in shown) for shown, _ in group.paths}
    played = set()
    for a, b, d in product(
        ["yes", "no", "unknown", "skip"], ["x", "y", "skip"], [["x"], ["y"], ["x", "y"], "skip"]
    ):
        run = play(of, {"a": a, "b": b, "d": d, "e": "words"}, GIVEN, NOON, DUBLIN)
        assert run.is_finished
        played.add(tuple(step.id for step in of.steps if step.id in run.seen and step.id != "end"))
    assert played == explored


def longest(found: Explored) -> int:
    return sum(isinstance(step.does, Ask) for step in found.script.steps)


def test_no_path_is_longer_than_the_list():
    for of in scripts().values():
        assert explore(of).questions <= longest(explore(of))


# What the scenarios cover


CLOCK = {
    "open": {
        "say": "Open the record",
        "starts": "seen",
        "due_in": "1 working day",
        "calendar": "site_working_days",
        "stops": "number",
    }
}


def test_a_step_a_stop_and_a_clock_that_no_scenario_comes_by_are_told():
    of = script(
        choice("a", "x", "y"),
        say("if_x", when={"a": "x"}),
        stop("if_y", when={"a": "y"}),
        question("seen", "datetime", when={"a": "x"}),
        question("number"),
        clocks=CLOCK,
    )
    answers = {"a": "y", "number": "1"}
    one = play(of, answers, GIVEN, NOON, DUBLIN)
    found = covered(of, [one])
    assert [str(problem) for problem in found.problems] == [
        "no scenario comes by step 'if_x'; write one that does",
        "no scenario comes by step 'seen'; write one that does",
        "no scenario starts clock 'open'; write one that does",
    ]
    assert (found.steps["if_y"], found.steps["seen"], found.clocks["open"]) == (1, 0, 0)
    assert found.percent == 66
    other = play(of, answers | {"a": "x", "seen": "today 06:00"}, GIVEN, NOON + timedelta(days=1), DUBLIN)
    whole = covered(of, [one, other])
    assert (whole.problems, whole.percent, whole.steps["a"]) == ((), 100, 2)
    assert [str(problem) for problem in covered(of, []).problems][2] == (
        "no scenario comes by stop 'if_y'; write one that does"
    )


def test_a_call_is_covered_when_one_of_its_steps_comes_up():
    flow = tree(
        question("more"),
        say("ok", when={"more": "yes"}),
        {**END, "id": "done"},
        playbook="a-flow",
        callable=True,
    )
    call: Tree = {"id": "call", "section": "one", "use": "a-flow", "when": {"a": "x"}}
    of = script(choice("a", "x", "y"), call, flows={"a-flow": flow})
    with_call = covered(of, [play(of, {"a": "x", "call.more": "no"}, GIVEN, NOON, DUBLIN)])
    without = covered(of, [play(of, {"a": "y"}, GIVEN, NOON, DUBLIN)])
    assert (with_call.problems, with_call.steps["call"]) == ((), 1)
    assert [str(problem) for problem in without.problems] == [
        "no scenario comes by call 'call'; write one that does"
    ]
    assert without.problems[0].path == ("steps", 1)


@pytest.mark.scenario("G4")
@pytest.mark.parametrize("name", IDS)
def test_the_scenarios_of_the_shipped_playbooks_keep_their_promises_and_come_by_every_step(name):
    of = scripts()[name]
    runs = [tried(of, scenario) for scenario in scenarios(name)]
    assert runs, "write its scenarios"
    assert [str(problem) for _, problems in runs for problem in problems] == []
    assert [str(problem) for problem in covered(of, [run for run, _ in runs]).problems] == []


def test_options_of_a_yes_or_no_question_are_its_own():
    assert names(
        script(choice("a", "yes", "no") | {"options": YES_OR_NO}, say("x", when={"a": "yes"})), "a"
    ) == [
        ("yes",),
        ("no", "skipped"),
    ]
