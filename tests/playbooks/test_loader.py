from __future__ import annotations

import pytest

from playbooks.conditions import All, Any, Calculated, FactHolds, Has, IsAnswered, Not
from playbooks.errors import Problem, ScriptRefused
from playbooks.loader import load, nearest
from playbooks.script import (
    AnswerType,
    Ask,
    Check,
    Clock,
    Coaching,
    Document,
    Example,
    Fallback,
    Finish,
    GoTo,
    Late,
    Option,
    Release,
    Review,
    Say,
    Setting,
    Stop,
    Unknown,
)
from tests.playbooks.scripts import (
    END,
    REVIEW,
    Tree,
    choice,
    document,
    finish,
    go_to,
    multi,
    question,
    say,
    script,
    stop,
    tree,
)


def problems(of: object) -> tuple[Problem, ...]:
    with pytest.raises(ScriptRefused) as refused:
        load(of)
    return refused.value.problems


def condition(raw: object) -> object:
    loaded = script(choice("held", "yes", "no"), say("note", when=raw))
    return loaded.steps[1].when


def refused_condition(raw: object) -> list[str]:
    return [
        str(problem) for problem in problems(tree(choice("held", "yes", "no"), say("note", when=raw), END))
    ]


def test_each_kind_of_step_is_read_as_what_it_does():
    loaded = script(question("where"), say("keep"), stop("tell", ["where"]), REVIEW, document(), END)
    kinds = [type(step.does) for step in loaded.steps]
    assert kinds == [Ask, Say, Stop, Review, Document, Finish]
    assert loaded.by_id["tell"].does == Stop("notify", "I have told QA.", "qa_on_call", ("where",))
    assert loaded.by_id["draft"].does == Document("coaching-draft", ("md",), "DRAFT")


def test_a_question_keeps_everything_its_author_wrote():
    full = multi(
        "touched",
        "batch",
        "record",
        none={"value": "none", "label": "None"},
        unknown={"label": "Not known yet", "follow_up": "1 working day", "say": "Fine."},
        example={"weak": "It broke.", "better": "Pump P-3 stopped at 02:10."},
        required=False,
        max=40,
        offers_opening=True,
        offers_after=["batch"],
    )
    assert script(full).ask("touched") == Ask(
        text="What is touched?",
        type=AnswerType.MULTI,
        label="touched",
        options=(Option("batch", "Batch"), Option("record", "Record")),
        none=Option("none", "None"),
        unknown=Unknown("Not known yet", "1 working day", "Fine."),
        example=Example("It broke.", "Pump P-3 stopped at 02:10."),
        is_required=False,
        max_length=40,
        offers_opening=True,
        offers_after=("batch",),
    )


def test_checks_are_read_in_order():
    checks = [
        {"must": {"not_after": "now"}, "say": "Future."},
        {"must": {"not_before": "seen"}, "say": "Order."},
    ]
    read = script(question("seen", "datetime"), question("told", "datetime", check=checks)).ask("told")
    assert read
    assert read.checks == (Check("not_after", "now", "Future."), Check("not_before", "seen", "Order."))


def test_a_question_without_a_short_name_is_known_by_its_words():
    unnamed = question("where")
    del unnamed["label"]
    found = script(unnamed).ask("where")
    assert found
    assert found.label == "What is where?"


def test_a_step_that_asks_nothing_has_no_question():
    loaded = script(say("keep"))
    assert loaded.ask("keep") is None
    assert loaded.ask("rhubarb") is None


def test_the_hash_follows_every_word_and_nothing_else():
    first = script(say("keep", "Keep it."))
    assert script(say("keep", "Keep it.")).hash == first.hash
    assert script(say("keep", "Keep it!")).hash != first.hash


# Conditions


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"held": "yes"}, Has("held", ("yes",))),
        ({"held": {"in": ["yes", "unknown"]}}, Has("held", ("yes", "unknown"))),
        ({"held": {"includes_any": ["yes"]}}, Has("held", ("yes",))),
        ({"held": {"answered": False}}, IsAnswered("held", wanted=False)),
        ({"fact": "late"}, FactHolds("late")),
        ({"not": {"held": "yes"}}, Not(Has("held", ("yes",)))),
        ({"held": "yes", "fact": "late"}, All((Has("held", ("yes",)), FactHolds("late")))),
        ({"all": [{"held": "yes"}, {"fact": "late"}]}, All((Has("held", ("yes",)), FactHolds("late")))),
        ({"any": [{"held": "yes"}, {"fact": "late"}]}, Any((Has("held", ("yes",)), FactHolds("late")))),
    ],
)
def test_a_condition_is_read_as_written(raw, expected):
    assert condition(raw) == expected


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("held", "a condition cannot be 'held'; write it as {question: answer}"),
        ({}, "a condition cannot be {}; write it as {question: answer}"),
        ({"all": []}, "'all' holds nothing; give it a list of conditions"),
        ({"any": []}, "'any' holds nothing; give it a list of conditions"),
        ({"any": "held"}, "'any' cannot hold 'held'; see 'Conditions' in docs/writing-a-playbook.md"),
        ({"fact": ["late"]}, "'fact' cannot hold ['late']; see 'Conditions' in docs/writing-a-playbook.md"),
        ({"not": "held"}, "a condition cannot be 'held'; write it as {question: answer}"),
        ({"held": True}, "'held' is compared with True; compare it with text, or with {in: [...]}"),
        ({"held": ["yes"]}, "'held' is compared with ['yes']; compare it with text, or with {in: [...]}"),
        ({"held": {"inn": ["yes"]}}, "unknown operator 'inn'; did you mean 'in'?"),
        (
            {"held": {"in": "yes"}},
            "'in' cannot take 'yes'; give 'in' a list of texts, 'answered' true or false",
        ),
        ({"held": {"in": []}}, "'in' cannot take []; give 'in' a list of texts, 'answered' true or false"),
        (
            {"held": {"answered": "yes"}},
            "'answered' cannot take 'yes'; give 'in' a list of texts, 'answered' true or false",
        ),
        (
            {"any": [{"held": "yes"}, {"held": 3}]},
            "'held' is compared with 3; compare it with text, or with {in: [...]}",
        ),
    ],
)
def test_a_condition_that_cannot_be_judged_is_refused_and_never_left_out(raw, said):
    assert refused_condition(raw) == [said]


def test_a_fact_is_refused_like_any_condition():
    facts = {"late": {"say": "It is late", "when": {"all": []}}}
    (found,) = problems(tree(END, facts=facts))
    assert found.path == ("facts", "late", "when", "all")


# What is refused


@pytest.mark.parametrize(
    ("step", "path", "said"),
    [
        ({"id": "x", "section": "one"}, (), "step 'x' does nothing; give it exactly one of: ask, say"),
        (say("x") | {"finish": "End."}, (), "step 'x' does say and finish; give it exactly one of"),
        ({"id": "x", "section": "one", "ask": "What?"}, (), "question 'x' has no type; add 'type:' with one of: yes_no"),
        (say("x", options=[]), ("options",), "'options' means nothing on a 'say' step; remove it"),
        (stop("x", unknown={"label": "?", "follow_up": "now"}), ("unknown",), "'unknown' means nothing on a 'stop' step; remove it"),
        (question("x", sektion="one"), ("sektion",), "unknown key 'sektion'; did you mean 'section'?"),
        (question("x", wen="now"), ("wen",), "unknown key 'wen'; did you mean 'when'?"),
        (question("x", "texxt"), ("type",), "steps.0.type cannot be 'texxt'; use 'yes_no', 'choice'"),
        (question("X y"), ("id",), "'X y' is badly shaped; it must match ^[a-z][a-z0-9_]*$"),
        (say("x") | {"say": 12}, ("say",), "steps.0.say is not text; put it in quotes"),
        ({"id": "x", "say": "Hello."}, (), "'section' is missing; add 'section: …'"),
        (question("x", max=0), ("max",), "steps.0.max: Input should be greater than or equal to 1; see docs"),
        (multi("x", "a", none={"value": "n", "label": "None", "hnit": ""}), ("none", "hnit"), "unknown key 'hnit'; did you mean 'hint'?"),
    ],
)  # fmt: skip
def test_what_has_the_wrong_shape_is_refused_with_its_place_and_a_remedy(step, path, said):
    found = problems(tree(step, END))[0]
    assert found.path == ("steps", 0, *path)
    assert str(found).startswith(said)


def test_everything_wrong_is_told_at_once():
    both: list[Tree] = [{"id": "a", "section": "one"}, say("b", when={"held": 1}), END]
    assert [problem.path for problem in problems(tree(*both))] == [("steps", 0), ("steps", 1, "when", "held")]


@pytest.mark.parametrize("of", [None, "text", [], {}, {"steps": None}])
def test_what_is_no_playbook_is_refused(of):
    assert problems(of)


def test_a_misspelt_key_at_the_top_is_told_with_the_one_meant():
    (found,) = problems(tree(END, titel="Twice"))
    assert str(found) == "unknown key 'titel'; did you mean 'title'?"


def test_the_refusal_says_all_of_it_in_one_line():
    with pytest.raises(ScriptRefused, match=r"step 'a' does nothing; .*; step 'b' does nothing"):
        load(tree({"id": "a", "section": "one"}, {"id": "b", "section": "one"}, END))


@pytest.mark.parametrize(
    ("word", "known", "remedy"),
    [
        ("clasify", ["classify", "close"], "did you mean 'classify'?"),
        ("rhubarb", ["b", "a"], "use one of: a, b"),
        ("rhubarb", [], ""),
    ],
)
def test_the_remedy_for_a_misspelt_word_is_the_near_one_or_all_there_are(word, known, remedy):
    assert nearest(word, known) == remedy
    assert str(Problem((), f"unknown {word}", remedy)).endswith(remedy or word)


# Facts, clocks, stops and the keys of a kind

HOURS: Tree = {
    "say": "It took long",
    "calc": "hours_between",
    "from": "seen",
    "to": "told",
    "more_than": "2 h",
}
RUNS: Tree = {"say": "Open it", "starts": "seen", "due_in": "2 h", "calendar": "hours", "stops": "told"}
TIMES = (question("seen", "datetime"), question("told", "datetime"))


def without(of: Tree, *keys: str) -> Tree:
    return {key: value for key, value in of.items() if key not in keys}


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("2 h", ("2 h", False)),
        (2, ("2", False)),
        ("1.5", ("1.5", False)),
        ({"site": "within"}, ("within", True)),
    ],
)
def test_a_fact_may_be_what_a_calculation_says(limit, expected):
    fact = script(*TIMES, facts={"slow": HOURS | {"more_than": limit}}).facts["slow"]
    inputs = (("from", "seen"), ("to", "told"))
    assert fact.when == Calculated("hours_between", inputs, "more_than", expected[0], is_setting=expected[1])


@pytest.mark.parametrize(
    ("fact", "path", "said"),
    [
        (HOURS | {"calc": "hours_betwen"}, ("calc",), "unknown function 'hours_betwen'; did you mean 'hours_between'?"),
        (without(HOURS, "more_than"), (), "'hours_between' is compared 0 times; give one of: more_than"),
        (HOURS | {"is": "3"}, (), "'hours_between' is compared 2 times; give one of: more_than"),
        (HOURS | {"form": "seen"}, ("form",), "'hours_between' has no input 'form'; did you mean 'from'?"),
        (HOURS | {"to": ["told"]}, ("to",), "'to' cannot be ['told']; name the question that gives it"),
        (without(HOURS, "to"), (), "'hours_between' needs to; name the question that gives it"),
        (HOURS | {"more_than": True}, ("more_than",), "True is no limit; write a number, a duration or {site: name}"),
        (HOURS | {"more_than": {"sight": "x"}}, ("more_than",), "{'sight': 'x'} is no limit"),
        (HOURS | {"when": {"seen": "x"}}, ("when",), "a fact has 'when' or 'calc', not both; remove one"),
        ({"say": "x", "wen": {"seen": "x"}, "when": {"seen": "x"}}, ("wen",), "unknown key 'wen'; did you mean 'when'?"),
        ({"say": "x"}, ("when",), "a condition cannot be None"),
    ],
)  # fmt: skip
def test_a_fact_that_cannot_be_worked_out_is_refused(fact, path, said):
    found = problems(tree(*TIMES, END, facts={"slow": fact}))[0]
    assert found.path == ("facts", "slow", *path)
    assert str(found).startswith(said)


def test_one_broken_fact_does_not_hide_what_is_wrong_with_the_next():
    facts = {"one": HOURS | {"form": "seen"}, "two": HOURS | {"more_than": True}}
    assert [found.path[1] for found in problems(tree(*TIMES, END, facts=facts))] == ["one", "two"]


def test_a_clock_keeps_everything_its_author_wrote():
    full = RUNS | {
        "due_in": {"site": "within"},
        "remind": ["90%", "50%"],
        "when_late": {"say": "It was due.", "tell": "self_then_role_on_shift"},
        "applies_when": {"site.region": "US"},
        "cite": ["A-50"],
    }
    loaded = script(question("seen", "datetime", clock="open"), TIMES[1], clocks={"open": full})
    late = Late("It was due.", "self_then_role_on_shift")
    assert loaded.clocks["open"] == Clock(
        *("open", "Open it", "seen", Setting("within"), "hours", "told", (50, 90), late),
        Has("site.region", ("US",)),
        ("A-50",),
    )


@pytest.mark.parametrize("percent", ["50", "half", "0%", "100%", "-5%", "5.5%"])
def test_a_reminder_is_a_part_of_the_time(percent):
    (found,) = problems(tree(*TIMES, END, clocks={"open": RUNS | {"remind": ["50%", percent]}}))
    assert found.path == ("clocks", "open", "remind", 1)
    assert str(found) == f"{percent!r} is no part of the time; write it as 50%"


@pytest.mark.parametrize(
    ("clock", "said"),
    [
        ("opne", "unknown clock 'opne'; did you mean 'open'?"),
        ("open", "clock 'open' starts with 'seen'; name it there"),
    ],
)
def test_a_question_names_only_the_clock_it_starts(clock, said):
    (found,) = problems(tree(TIMES[0], question("told", "datetime", clock=clock), END, clocks={"open": RUNS}))
    assert (found.path, str(found)) == (("steps", 1, "clock"), said)


def test_a_stop_keeps_everything_its_author_wrote():
    release = {
        "by_role": ["qa_on_call"],
        "or_self": {"label": "I have", "asks": ["Who?", {"ask": "When?", "label": "At", "type": "datetime"}]},
    }
    full = {
        "level": "immediate",
        "say": "Phone.",
        "tell": "qa_on_call",
        "share": ["seen"],
        "release": release,
    }
    loaded = script(
        *TIMES, stop("call") | {"stop": full | {"if_no_answer": {"after": "15 min", "say": "Again."}}}
    )
    asks = ("call.asks_1", "call.asks_2")
    assert loaded.by_id["call"].does == Stop(
        *("immediate", "Phone.", "qa_on_call", ("seen",)),
        Release("I have", ("qa_on_call",), asks),
        Fallback("15 min", "Again."),
    )
    assert [(each.id, each.releases, each.when) for each in loaded.steps[3:5]] == [
        (name, "call", Has("call", ("self",))) for name in asks
    ]
    assert loaded.ask("call.asks_2") == Ask("When?", AnswerType.DATETIME, "At", max_length=200)


def test_a_step_that_leads_elsewhere_says_what_it_carries():
    assert script(go_to("away", "other", carry={"theirs": "ours"})).by_id["away"].does == GoTo(
        "other", {"theirs": "ours"}
    )


def test_what_is_special_to_a_question_is_read():
    full = question("it", "number", unit="°C", tone="no_blame", can_wait=True, mask={"site": "shape"},
                    coach={"checks": ["vague_amount"], "at_most": 1}, depends_on=["seen"])  # fmt: skip
    found = script(*TIMES, full).ask("it")
    assert found
    assert (found.unit, found.tone, found.can_wait, found.mask) == ("°C", "no_blame", True, Setting("shape"))
    assert (found.coaching, found.depends_on) == (Coaching(("vague_amount",), 1, 1), ("seen",))


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (say("x", tone=""), "'tone' means nothing on a 'say' step; remove it"),
        (say("x", carry={}), "'carry' means nothing on a 'say' step; remove it"),
        (question("x", returns=[]), "'returns' means nothing on a 'ask' step; remove it"),
        (go_to("x", "other", **{"with": {}}), "'with' means nothing on a 'go_to' step; remove it"),
        (REVIEW | {"required": False}, "'required' means nothing on a 'review' step; remove it"),
    ],
)
def test_a_key_without_a_meaning_for_its_kind_is_refused_even_when_it_holds_nothing(step, said):
    assert str(problems(tree(step, END))[0]) == said


def test_the_fast_lane_ends_before_the_last_section():
    sections = [{"id": name, "title": name} for name in ("one", "two", "three")]
    steps = [say(name, section=name) for name in ("one", "two", "three")]
    loaded = script(*steps, finish("end", section="three"), sections=sections, fast_lane="one")
    assert [step.id for step in loaded.steps if loaded.is_after_fast_lane(step)] == ["two"]
    assert loaded.section_titles == {"one": "one", "two": "two", "three": "three"}
