from __future__ import annotations

import pytest

from playbooks.check import MAX_STEPS, Context, check_script
from playbooks.script import Script
from tests.playbooks.scripts import (
    END,
    REVIEW,
    YES_OR_NO,
    Tree,
    choice,
    document,
    finish,
    multi,
    question,
    say,
    script,
    stop,
    tree,
)

FUTURE = {"must": {"not_after": "now"}, "say": "That is in the future."}


def found(of: Script, *, warnings: bool = False) -> list[str]:
    return [str(problem) for problem in check_script(of) if problem.is_warning is warnings]


def late(when: object) -> dict[str, object]:
    return {"late": {"say": "It is late", "when": when}}


def test_a_sound_script_has_no_problems():
    sound = script(
        choice("held", "yes", "no", unknown={"label": "Not sure", "follow_up": "today"}),
        stop(
            "tell", ["held"], when={"any": [{"fact": "late"}, {"not": {"held": {"in": ["yes", "unknown"]}}}]}
        ),
        question("seen", "datetime", check=[FUTURE]),
        question("happened", "datetime", check=[{"must": {"not_after": "seen"}, "say": "Order."}]),
        question("why", when={"site.region": "EU", "held": {"answered": True}}, offers_opening=True),
        say("phone", "Call {site.phone} about {run.ref}, because {fact.late.because}."),
        REVIEW,
        document(),
        facts=late({"held": "yes", "person.role": "operator"}),
        site_settings=["phone"],
    )
    assert check_script(sound, Context(settings={"phone"})) == []


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (say("all"), "'all' is a word of the condition language; choose another id"),
        (say("x") | {"section": "oen"}, "unknown section 'oen'; did you mean 'one'?"),
        (say("x", when={"fact": "laate"}), "unknown fact 'laate'; did you mean 'late'?"),
        (say("x", when={"hold": "yes"}), "unknown question 'hold'; did you mean 'held'?"),
        (say("x", when={"held": "yess"}), "'held' can never be 'yess'; did you mean 'yes'?"),
        (say("x", when={"held": "unknown"}), "'held' can never be 'unknown'; use one of: no, yes"),
        (say("x", when={"where": "unknown"}), "'where' can never be 'unknown'; give 'where' an 'unknown:'"),
        (say("x", when={"any": [{"held": "n"}, {"not": {"held": "yes"}}]}), "'held' can never be 'n'; did you mean 'no'?"),
        (stop("x", ["hold"]), "unknown question 'hold'; did you mean 'held'?"),
        (choice("x", "only"), "a choice needs at least two options; add 'options:'"),
        (question("x", options=YES_OR_NO), "a text takes no options; remove them or change the type"),
        (choice("x", "a", "b", none={"value": "n", "label": "N"}), "'none' belongs to a multi question; make it an option"),
        (choice("x", "a", "a"), "option value 'a' stands 2 times; give each its own value"),
        (choice("x", "a|b", "c"), "option value 'a|b' cannot be carried by a button; use a plain word"),
        (choice("x", "", "c"), "option value '' cannot be carried by a button; use a plain word"),
        (question("x", check=[FUTURE]), "a text has no time to check; remove 'check'"),
        (
            question("x", "datetime", check=[{"must": {"not_after": "held"}, "say": "No."}]),
            "'held' is no datetime; compare with one",
        ),
        (choice("x", "a", "b", offers_opening=True), "a choice cannot be what was typed; remove it"),
        (say("x", "See {rub.ref}."), "unknown placeholder {rub.ref}; did you mean 'run.ref'?"),
        (say("x", "Call {site.fax}."), "{site.fax} is not declared; add 'fax' to 'site_settings'"),
        (say("x", "Since {fact.other.because}."), "unknown placeholder {fact.other.because}; use one of: run.ref"),
        (say("x", why="By {clock}."), "unknown placeholder {clock}; use one of: run.ref"),
        (question("x", unknown={"label": "?", "follow_up": "today", "say": "{x}"}), "unknown placeholder {x}; use one of: run.ref"),
        (multi("x", "a", "b", none={"value": "n", "label": "N", "hint": "{x}"}), "unknown placeholder {x}; use one of: run.ref"),
        (document() | {"when": {"held": "yes"}}, "a document without a review before it; add 'review: all' above it"),
        (finish("x"), "nothing below this 'finish' can be reached; move it to the end"),
    ],
)  # fmt: skip
def test_a_fault_of_meaning_is_told_with_its_remedy(step, said):
    faulty = script(
        choice("held", "yes", "no"),
        question("where"),
        step,
        say("used", when={"fact": "late"}),
        facts=late({"held": "no"}),
    )
    assert found(faulty) == [said]
    assert check_script(faulty)[0].path[:2] == ("steps", 2)


def test_a_condition_may_not_look_ahead():
    assert found(script(say("x", when={"held": "yes"}), choice("held", "yes", "no"))) == [
        "'held' is asked only later; move this step below it"
    ]


def test_a_condition_may_not_look_ahead_through_facts_either():
    facts: dict[str, object] = {
        "outer": {"say": "Outer", "when": {"fact": "inner"}},
        "inner": {"say": "Inner", "when": {"held": "yes", "site.region": "EU"}},
    }
    ahead = script(say("x", when={"fact": "outer"}), choice("held", "yes", "no"), facts=facts)
    assert found(ahead) == ["'held' is asked only later; move this step below it"]


def test_an_unknown_question_in_a_fact_is_told_once_and_there():
    faulty = script(choice("held", "yes", "no"), say("x", when={"fact": "late"}), facts=late({"hold": "yes"}))
    (problem,) = check_script(faulty)
    assert problem.path == ("facts", "late", "when")


def test_a_fact_may_not_refer_to_itself():
    facts: dict[str, object] = {
        "a": {"say": "A", "when": {"fact": "b"}},
        "b": {"say": "B", "when": {"not": {"fact": "a"}}},
    }
    assert found(script(say("x", when={"fact": "a"}), facts=facts)) == [
        "fact 'a' refers to itself; say it by questions instead",
        "fact 'b' refers to itself; say it by questions instead",
    ]


def test_ids_are_used_once():
    twice = script(
        say("keep"), say("keep"), sections=[{"id": "one", "title": "One"}, {"id": "one", "title": "Two"}]
    )
    assert found(twice) == [
        *["'one' is used 2 times; give each its own id"] * 2,
        *["'keep' is used 2 times; give each its own id"] * 2,
    ]


def test_problems_come_in_the_order_of_the_file():
    control: Tree = {**tree(END)["control"], "review_by": "2024-01-01"}  # type: ignore[dict-item]  # a tree's values are objects
    faulty = script(
        say("x", when={"hold": "yes"}),
        say("y", "{site.fax}"),
        version="1.10",
        control=control,
        site_settings=["phone"],
    )
    problems = check_script(faulty, Context(settings=()))
    places = [problem.path[0] for problem in problems if not problem.is_warning]
    assert places == ["version", "control", "site_settings", "steps", "steps"]


@pytest.mark.parametrize("key", ["effective_from", "review_by"])
def test_a_day_that_no_calendar_has_is_told(key):
    dates = {"effective_from": "2025-01-01", "review_by": "2027-01-01", key: "2026-02-30"}
    control: Tree = {**tree(END)["control"], **dates}  # type: ignore[dict-item]  # a tree's values are objects
    assert found(script(control=control)) == ["there is no day '2026-02-30'; correct the date"]


def test_a_setting_the_site_lacks_is_told_only_where_the_site_is_known():
    wants = script(say("x", "{site.phone}"), site_settings=["phone"])
    assert [str(problem) for problem in check_script(wants, Context(settings={"fax"}))] == [
        "this site sets no 'phone'; add it to the site's settings.yaml"
    ]
    assert check_script(wants) == []


@pytest.mark.parametrize("last", [say("x"), finish("x", when={"held": "yes"})])
def test_the_last_step_is_an_end_for_everybody(last):
    assert found(
        script(choice("held", "yes", "no"), finish("early", when={"held": "no"}), last, *_no_end(last))
    ) == ["the last step is no unconditional 'finish'; end with 'finish:'"]


def _no_end(last: Tree) -> list[Tree]:
    """The builder adds an end to a script that has none; a `say` behind a finish keeps it away."""
    return [finish("z", when={"held": "yes"})] if "say" in last else []


def test_a_script_has_a_limit():
    many = script(*(say(f"s{number}") for number in range(MAX_STEPS)))
    assert found(many) == [f"{MAX_STEPS + 1} steps, the limit is {MAX_STEPS}; split the playbook"]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (choice("x", *"abcdefghijk"), "11 options; keep to 10"),
        (question("x") | {"ask": "word " * 31}, "the question has 31 words; keep to 30"),
        (question("x") | {"ask": "Where? And when?"}, "two questions in one; ask one thing at a time"),
    ],
)
def test_what_tires_people_is_a_warning(step, said):
    assert found(script(step), warnings=True) == [said]
    assert found(script(step)) == []


def test_what_is_never_used_is_a_warning():
    spare = script(
        say("x", when={"fact": "used"}),
        facts={
            "used": {"say": "Used", "when": {"fact": "inner"}},
            "inner": {"say": "Inner", "when": {"person.role": "qa"}},
            "spare": {"say": "Spare", "when": {"person.role": "qa"}},
        },
        sections=[{"id": "one", "title": "One"}, {"id": "two", "title": "Two"}],
    )
    assert found(spare, warnings=True) == [
        "section 'two' is never used; remove it",
        "fact 'spare' is never used; remove it",
    ]
