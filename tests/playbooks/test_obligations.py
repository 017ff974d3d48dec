from __future__ import annotations

import copy
from collections.abc import Mapping

import pytest

from playbooks.errors import ScriptRefused
from playbooks.loader import load
from playbooks.obligation import read_obligations
from playbooks.obligation_check import unkept, unprotected
from playbooks.script import Script
from tests.playbooks.scripts import (
    END,
    REVIEW,
    Tree,
    choice,
    document,
    go_to,
    hold,
    multi,
    question,
    say,
    script,
    stop,
    tree,
)
from tests.playbooks.shipped import IDS, obligations, scripts, trees

UNKNOWN = {"label": "Not yet", "follow_up": "now"}
RELEASE = {
    "by_role": ["qa_on_call"],
    "or_self": {"label": "Done", "asks": [{"ask": "Whom?", "label": "Whom", "type": "person"}]},
}
CALL: Tree = {
    "level": "immediate",
    "say": "Call QA.",
    "tell": "qa_on_call",
    "share": ["hurt"],
    "release": RELEASE,
}


def call_qa(**more: object) -> Tree:
    return {"id": "call_qa", "section": "one", "stop": {**CALL, **more}, "when": {"hurt": "yes"}}


STEPS: Mapping[str, Tree] = {
    step["id"]: step  # type: ignore[misc]  # an id is text
    for step in (
        choice("hurt", "yes", "no", unknown=UNKNOWN),
        call_qa(),
        say("keep"),
        question("official_record", unknown=UNKNOWN),
        multi("touched", "batch", "record"),
        stop("tell", ["touched"], when={"touched": {"includes_any": ["batch"]}}),
        question("seen", "datetime"),
        go_to("away", "another", when={"hurt": "unknown"}, carry={"seen": "seen"}),
        question("number"),
        REVIEW,
        document(),
    )
}
CLOCK = {
    "say": "Open it",
    "starts": "seen",
    "due_in": {"site": "within"},
    "calendar": "hours",
    "stops": "number",
    "applies_when": {"site.region": "US"},
}


def of(changes: Mapping[str, Tree | None] | None = None, **top: object) -> Script:
    """The script of these tests with some steps changed, or left out where None stands."""
    steps = {**STEPS, "end": END, **(changes or {})}
    written = tree(*(step for step in steps.values() if step is not None))
    return load({**written, "clocks": {"open": CLOCK}, "site_settings": ["within"], **top})


def lacks(one: Tree, judged: Script) -> list[str]:
    """What `judged` does not keep of an obligation."""
    owed = read_obligations([{"id": "an-id", "playbook": "an-example", "says": "It does.", **one}])
    found = [problem.found for problem in unkept(owed, {"an-example": judged})]
    assert all(text.startswith("an-example: It does. ") for text in found)
    return [text.removeprefix("an-example: It does. ") for text in found]


def without_when(name: str) -> Tree:
    return {key: value for key, value in STEPS[name].items() if key != "when"}


KEPT: list[Tree] = [
    {"first_question": "hurt"},
    {"in_order": ["hurt", "call_qa", "keep", "touched"]},
    {"asks": "touched", "offers": ["batch"], "before": ["seen", "number"]},
    {"asks": "hurt", "offers": ["unknown", "yes"]},
    {"shows": "keep", "before": ["touched"]},
    {"holds": "call_qa", "role": "qa_on_call", "shares": ["hurt"], "when_answer": {"hurt": "yes"}, "not_when_answer": {"hurt": "no"}},
    {"tells": "tell", "role": "qa_on_call", "when_answer": {"touched": "batch"}},
    {"releases": "call_qa", "by_role": ["qa_on_call"], "by_self": True, "asks_for": ["person"]},
    {"clock": "open", "starts": "seen", "stops": "number", "due_in": {"site": "within"}, "calendar": "hours", "when_answer": {"site.region": "US"}},
    {"official_record": "official_record", "before": ["touched"]},
    {"review_before_document": True},
    {"goes_to": "another", "step": "away", "carries": ["seen"], "when_answer": {"hurt": "unknown"}},
    {"never_says": ["root cause"]},
    {"asks": "call_qa.asks_1", "when_answer": {"call_qa": "self"}},
    {"asks": "number"},
]  # fmt: skip


@pytest.mark.parametrize("one", KEPT, ids=lambda one: next(iter(one)))
def test_a_playbook_that_does_what_it_owes_has_no_problem(one):
    assert lacks(one, of()) == []


@pytest.mark.parametrize(
    ("one", "changes", "said"),
    [
        (KEPT[0], {"hurt": None, "call_qa": None, "away": None}, "The first question is 'official_record', not 'hurt'."),
        (KEPT[0], {"hurt": choice("hurt", "yes", "no", unknown=UNKNOWN, when={"site.region": "EU"})}, "The first question is 'hurt', not 'hurt'."),
        (KEPT[1], {"keep": None}, "Step 'keep' is missing."),
        ({"in_order": ["keep", "hurt"]}, {}, "Step 'keep' does not come before 'hurt'."),
        (KEPT[2], {"touched": multi("touched", "record", "other"), "tell": None}, "Question 'touched' does not offer 'batch'."),
        (KEPT[2], {"number": None}, "Step 'number' is missing."),
        ({"asks": "keep"}, {}, "Step 'keep' does something else."),
        ({"asks": "seen", "before": ["keep"]}, {}, "Step 'seen' does not come before 'keep'."),
        (KEPT[4], {"keep": None}, "Step 'keep' is missing."),
        (KEPT[4], {"keep": say("keep", when={"hurt": "no"})}, "Step 'keep' does not come up on every path there is."),
        (KEPT[5], {"call_qa": call_qa() | {"when": {"hurt": "no"}}}, "Step 'call_qa' does not come up on every path where hurt is yes."),
        (KEPT[5], {"call_qa": without_when("call_qa")}, None),
        ({**KEPT[5], "not_when_answer": {"hurt": "unknown"}}, {"call_qa": call_qa() | {"when": {"hurt": {"in": ["yes", "unknown"]}}}},
         "Step 'call_qa' comes up on a path where hurt is unknown."),
        (KEPT[5], {"call_qa": call_qa(level="notify", release=None) | {"stop": {"level": "notify", "say": "Hm.", "tell": "qa_on_call", "share": ["hurt"]}}},
         "Step 'call_qa' is a stop of level 'notify'."),
        (KEPT[5], {"call_qa": call_qa(tell="supervisor")}, "Step 'call_qa' does not tell 'qa_on_call'."),
        (KEPT[5], {"call_qa": call_qa(share=[])}, "Step 'call_qa' does not share 'hurt'."),
        ({"holds": "keep"}, {}, "Step 'keep' does something else."),
        (KEPT[6], {"tell": None}, "Step 'tell' is missing."),
        (KEPT[7], {"call_qa": hold("call_qa", when={"hurt": "yes"})}, "'qa_on_call' cannot release 'call_qa'."),
        (KEPT[7], {"call_qa": call_qa(release={"by_role": ["qa_on_call"]})}, "The person cannot release 'call_qa'."),
        ({"releases": "call_qa", "by_self": False}, {}, "The person can release 'call_qa'."),
        (KEPT[7], {"call_qa": None}, "Nothing releases 'call_qa'."),
        ({"releases": "keep"}, {}, "Nothing releases 'keep'."),
        (KEPT[7], {"call_qa": call_qa(release={"by_role": ["qa_on_call"], "self": "Done"})}, "The release of 'call_qa' does not ask for person."),
        ({"clock": "opne"}, {}, "Clock 'opne' is missing."),
        ({"clock": "open", "starts": "number"}, {}, "Clock 'open' has another 'starts'."),
        ({"clock": "open", "stops": "seen"}, {}, "Clock 'open' has another 'stops'."),
        ({"clock": "open", "calendar": "us_federal"}, {}, "Clock 'open' has another 'calendar'."),
        ({"clock": "open", "due_in": "within"}, {}, "Clock 'open' has another 'due_in'."),
        ({"clock": "open", "due_in": {"site": "wihtin"}}, {}, "Clock 'open' has another 'due_in'."),
        ({"clock": "open", "when_answer": {"site.region": "EU"}}, {}, "Clock 'open' does not run where site.region is EU."),
        (KEPT[9], {"official_record": None}, "Step 'official_record' is missing."),
        (KEPT[9], {"official_record": say("official_record")}, "Step 'official_record' does something else."),
        (KEPT[9], {"official_record": question("official_record")}, "Question 'official_record' can be left for later: require it, and follow its 'unknown' up 'now'."),
        (KEPT[9], {"official_record": question("official_record", unknown=UNKNOWN, required=False)}, "Question 'official_record' can be left for later: require it, and follow its 'unknown' up 'now'."),
        (KEPT[9], {"official_record": question("official_record", unknown=UNKNOWN | {"follow_up": "2 days"})},
         "Question 'official_record' can be left for later: require it, and follow its 'unknown' up 'now'."),
        (KEPT[10], {"review": None}, "There is no review that everybody comes to."),
        (KEPT[10], {"review": REVIEW | {"when": {"hurt": "no"}}}, "There is no review that everybody comes to."),
        (KEPT[10], {"draft": None}, "There is no document."),
        (KEPT[11], {"away": go_to("away", "other", when={"hurt": "unknown"}, carry={"seen": "seen"})}, "Step 'away' goes to 'other'."),
        (KEPT[11], {"away": go_to("away", "another", when={"hurt": "unknown"})}, "Step 'away' does not carry 'seen'."),
        (KEPT[11], {"away": say("away", when={"hurt": "unknown"})}, "Step 'away' does something else."),
        ({"never_says": ["As It Is"]}, {}, "It says 'As It Is'."),
        ({"shows": "keep", "when_answer": {"hrut": "yes"}}, {}, "There is no question 'hrut'."),
    ],
)  # fmt: skip
def test_what_a_playbook_no_longer_keeps_is_said(one, changes, said):
    if said is None:
        assert lacks(one, of(changes)) == ["Step 'call_qa' comes up on a path where hurt is no."]
    else:
        assert said in lacks(one, of(changes))


def test_a_document_above_the_review_is_said():
    early = of(
        {
            "review": None,
            "draft": None,
            "first": document("first"),
            "then": REVIEW | {"id": "then"},
            "end": END,
        }
    )
    assert lacks({"review_before_document": True}, early) == ["A document is made before the review."]


def test_the_official_record_is_asked_of_a_person_in_a_hurry_too():
    sections = [{"id": "zero", "title": "0"}, {"id": "one", "title": "1"}, {"id": "two", "title": "2"}]
    hurried = of({"first": None, "end": END | {"section": "two"}}, sections=sections, fast_lane="zero")
    assert lacks(KEPT[9], hurried) == ["A person in a hurry is not asked 'official_record'."]


def test_a_playbook_with_too_many_paths_to_tell_is_said():
    many = script(
        *(choice(f"q{number}", "x", "y") for number in range(5)),
        say("x", when={f"q{number}": "x" for number in range(5)}),
    )
    owed = read_obligations([{"id": "one", "playbook": "an-example", "says": "It does.", "shows": "x"}])
    (problem,) = unkept(owed, {"an-example": many}, limit=20)
    assert problem.found == "an-example: It does. There are too many paths to tell."


# The file


@pytest.mark.parametrize(
    ("one", "path", "said"),
    [
        ({}, (0,), "obligation 'an-id' says nothing; give it exactly one of: first_question, in_order,"),
        ({"asks": "a", "holds": "b"}, (0,), "obligation 'an-id' says asks and holds; give it exactly one of:"),
        ({"first_question": "a", "before": ["b"]}, (0, "before"), "'before' means nothing beside 'first_question'; remove it"),
        ({"asks": "a", "role": "qa"}, (0, "role"), "'role' means nothing beside 'asks'; remove it"),
        ({"ask": "a"}, (0, "ask"), "unknown key 'ask'; did you mean 'asks'?"),
        ({"asks": "a", "id": "An Id"}, (0, "id"), "'An Id' is badly shaped; it must match"),
    ],
)  # fmt: skip
def test_an_obligation_that_cannot_be_read_is_told_with_its_place(one, path, said):
    with pytest.raises(ScriptRefused) as refused:
        read_obligations([{"id": "an-id", "playbook": "an-example", "says": "It does.", **one}])
    (problem,) = refused.value.problems
    assert problem.path == path
    assert str(problem).startswith(said)


def test_each_obligation_has_its_own_id():
    twice = {"id": "an-id", "playbook": "an-example", "says": "It does.", "asks": "a"}
    with pytest.raises(ScriptRefused, match="'an-id' is used before; give each its own id"):
        read_obligations([twice, twice])


def test_an_obligation_for_a_playbook_that_is_not_there_is_told_in_its_place():
    owed = read_obligations(
        [
            {"id": "one", "playbook": "an-example", "says": "It asks.", "asks": "hurt"},
            {"id": "two", "playbook": "an-exampel", "says": "It asks.", "asks": "hurt"},
        ]
    )
    (problem,) = unkept(owed, {"an-example": of()})
    assert problem.path == (1, "playbook")
    assert str(problem) == "there is no playbook 'an-exampel'; did you mean 'an-example'?"


def test_what_is_not_kept_is_told_with_the_promise_and_a_remedy():
    owed = read_obligations(
        [{"id": "one", "playbook": "an-example", "says": "It says to keep all.", "shows": "kepe"}]
    )
    assert [str(problem) for problem in unkept(owed, {"an-example": of()})] == [
        "an-example: It says to keep all. Step 'kepe' is missing.; put it back, or let QA change the obligation"
    ]


# Whether everything is protected


def test_every_stop_clock_review_release_and_official_record_needs_an_obligation():
    assert [str(problem) for problem in unprotected((), of())] == [
        "no obligation protects clock 'open'; add one: clock",
        "no obligation protects 'call_qa'; add one: holds",
        "no obligation protects 'call_qa'; add one: releases",
        "no obligation protects 'official_record'; add one: official_record",
        "no obligation protects 'tell'; add one: tells",
        "no obligation protects 'review'; add one: review_before_document",
    ]
    owed = read_obligations(
        [
            {"id": f"n{number}", "playbook": "an-example", "says": "So.", **one}
            for number, one in enumerate(KEPT)
        ]
    )
    assert unprotected(owed, of()) == []


@pytest.mark.parametrize("name", IDS)
def test_everything_that_protects_in_the_shipped_playbooks_has_an_obligation(name):
    assert [str(problem) for problem in unprotected(obligations(), scripts()[name])] == []


def test_the_shipped_playbooks_keep_every_obligation():
    assert [str(problem) for problem in unkept(obligations(), scripts())] == []


def test_every_obligation_is_a_sentence_for_people_who_read_no_code():
    for one in obligations():
        assert one.says[0].isupper(), one.id
        assert one.says.endswith("."), one.id
        assert "_" not in one.says, one.id


@pytest.mark.scenario("G3")
@pytest.mark.parametrize("name", IDS)
def test_deleting_any_stop_review_or_official_record_breaks_an_obligation(name):
    steps = trees()[name]["steps"]
    owed = [one for one in obligations() if one.playbook == name]
    assert isinstance(steps, list)
    for number, step in enumerate(steps):
        if "stop" in step or "review" in step or step["id"] == "official_record":
            broken = copy.deepcopy(trees()[name])
            del broken["steps"][number]  # type: ignore[attr-defined]  # it is a list, see above
            try:
                judged = load(broken, trees())
            except ScriptRefused:
                continue  # somebody else refers to it: the loader has noticed
            assert unkept(owed, {name: judged}), f"nobody misses {step['id']}"
