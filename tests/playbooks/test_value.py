from __future__ import annotations

from decimal import Decimal

import pytest

from playbooks.act import Confirm, Skip, Typed
from playbooks.check import check_script
from playbooks.draft import Around, draft_of
from playbooks.errors import ScriptRefused
from playbooks.loader import load
from playbooks.run import Drafted
from playbooks.script import Say
from playbooks.value import known_values, shown, value_words
from tests.playbooks.scripts import DUBLIN, END, REVIEW, Tree, Walk, document, question, say, script, tree

NEEDED = {"say": "Needed", "calc": "event_free_opportunities", "of": "events", "in": "chances"}
ASKS = (question("events", "number"), question("chances", "number"))


def problems(*steps, **values):
    return [str(each) for each in check_script(script(*steps, values=values)) if not each.is_warning]


def test_a_text_shows_a_dash_until_the_value_is_known():
    walk = Walk(script(*ASKS, say("told", "You need {value.needed}."), values={"needed": NEEDED}))
    assert value_words(walk.script, walk.position, DUBLIN) == {"value.needed": "—"}
    walk.does(Typed("1"))
    assert value_words(walk.script, walk.position, DUBLIN) == {"value.needed": "—"}
    walk.does(Typed("10"))
    assert value_words(walk.script, walk.position, DUBLIN) == {"value.needed": "29"}


def test_a_draft_states_the_values_that_are_known_with_what_they_count():
    hours = {"say": "Time to report", "calc": "hours_between", "from": "seen", "to": "told"}
    walk = Walk(
        script(
            question("seen", "datetime"),
            question("told", "datetime"),
            *ASKS,
            REVIEW,
            document(),
            values={"took": hours, "needed": NEEDED},
        )
    )
    walk.does(Typed("3 June 2025 06:00"), Typed("3 June 2025 07:30"), Skip(), Typed("10"), Confirm())
    made = next(event for event in walk.events if isinstance(event.what, Drafted))
    draft = draft_of(walk.script, walk.events, made, DUBLIN, Around("coach-1", "Northfield", {}, ""))
    assert draft.values == (("Time to report", "1.5 hours"),)
    assert not draft.status_note, "what was worked out is not what the draft was made with"


@pytest.mark.parametrize(
    ("number", "expected"), [("29", "29"), ("1.50", "1.5"), ("33.3333", "33.33"), ("0", "0"), ("100", "100")]
)
def test_a_number_is_shown_without_decimals_that_say_nothing(number, expected):
    assert shown(Decimal(number)) == expected


def test_a_value_of_a_sub_flow_stands_under_the_name_of_its_call():
    flow = tree(
        *ASKS, say("told", "You need {value.needed}."), END, playbook="a-flow", callable=True, takes=["events"],
        values={"needed": NEEDED},
    )  # fmt: skip
    call: Tree = {"id": "sub", "section": "one", "use": "a-flow", "with": {"events": "count"}}
    caller = script(question("count", "number"), call, flows={"a-flow": flow})
    assert dict(caller.values["sub.needed"].takes) == {"of": "count", "in": "sub.chances"}
    assert caller.by_id["sub.told"].does == Say("You need {value.sub.needed}.")
    assert [str(each) for each in check_script(caller) if not each.is_warning] == []
    walk = Walk(caller).does(Typed("1"), Typed("100"))
    assert known_values(caller, walk.position.answers, DUBLIN) == {"sub.needed": "299"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            NEEDED | {"calc": "event_free_opportunity"},
            "unknown function 'event_free_opportunity'; did you mean",
        ),
        (NEEDED | {"on": "events"}, "'event_free_opportunities' has no input 'on'"),
        ({"say": "Needed", "calc": "event_free_opportunities", "of": "events"}, "needs in"),
        (NEEDED | {"of": ["events"]}, "'of' cannot be ['events']"),
        ({"calc": "count", "of": "events"}, "'say' is missing"),
    ],
)
def test_a_value_that_cannot_be_worked_out_is_refused(value, expected):
    with pytest.raises(ScriptRefused) as refused:
        load(tree(*ASKS, END, values={"needed": value}))
    assert any(expected in str(problem) for problem in refused.value.problems), refused.value.problems


def test_a_value_with_a_name_that_no_text_can_hold_is_refused():
    with pytest.raises(ScriptRefused, match="badly shaped"):
        load(tree(*ASKS, END, values={"Needed!": NEEDED}))


def test_a_value_reads_questions_only_and_is_used_below_them():
    told = say("told", "You need {value.needed}.")
    assert problems(*ASKS, told, needed=NEEDED) == []
    assert problems(told, *ASKS, needed=NEEDED) == [
        "'events' is asked only later; move this step below it",
        "'chances' is asked only later; move this step below it",
    ]
    assert problems(*ASKS, told, needed=NEEDED | {"in": "told"}) == [
        "'told' asks nothing; name the question that gives it"
    ]
    assert problems(*ASKS, needed=NEEDED | {"in": "chance"}) == [
        "unknown question 'chance'; did you mean 'chances'?"
    ]
    assert problems(*ASKS, say("told", "You need {value.neded}."), needed=NEEDED) == [
        "unknown value {value.neded}; did you mean 'needed'?"
    ]
    assert problems(say("told", "You need {value.needed}.")) == [
        "unknown value {value.needed}; say in 'values' how it is worked out"
    ]
