from __future__ import annotations

import re

import pytest

from playbooks.conditions import Calculated, Condition, Has
from playbooks.graph import in_words, mermaid, step_list
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
)
from tests.playbooks.shipped import IDS, scripts

UNKNOWN = {"label": "Not known yet", "follow_up": "1 working day"}
RELEASE = {
    "by_role": ["qa_on_call", "supervisor"],
    "or_self": {"label": "I have told them", "asks": [{"ask": "Whom?", "label": "Whom"}, "When?"]},
}
HELD: Tree = {
    "id": "call_qa",
    "section": "one",
    "stop": {"level": "immediate", "say": "Call QA.", "tell": "qa_on_call", "release": RELEASE},
}


def everything() -> Script:
    """A script with a step and a condition of every kind."""
    return script(
        choice("held", "yes", "no", unknown=UNKNOWN),
        multi("touched", "batch", "record", when={"held": {"in": ["no", "unknown"]}}),
        HELD,
        question("seen", "datetime"),
        question("told", "datetime", unknown=UNKNOWN),
        question("weight", "number", unit="mg", required=False),
        stop("tell", when={"fact": "late"}),
        go_to("away", "another-one", when={"touched": {"includes_any": ["batch"]}}),
        hold("rest", when={"site.region": {"in": ["EU", "UK", "US"]}}),
        say("keep", 'Keep "all" of it <here> & now.'),
        REVIEW,
        document(),
        facts={
            "late": {"say": "it took long", "calc": "hours_between", "from": "seen", "to": "told", "more_than": {"site": "report_within"}}
        },
        clocks={
            "open": {"say": "Open the record", "starts": "seen", "due_in": {"site": "open_within"}, "calendar": "hours", "stops": "weight"},
            "other": {"say": "Close it", "starts": "seen", "due_in": "3 days", "calendar": "hours", "stops": "weight", "applies_when": {"site.region": "EU"}},
        },
        site_settings=["report_within", "open_within"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"held": "yes"}, '"held" is "Yes"'),
        ({"held": {"in": ["no", "unknown"]}}, '"held" is "No" or "Not known yet"'),
        ({"touched": {"includes_any": ["batch"]}}, '"touched" includes "Batch"'),
        ({"told": "unknown"}, '"told" is "Not known yet"'),
        ({"told": {"answered": True}}, '"told" has an answer'),
        ({"told": {"answered": False}}, '"told" has no answer'),
        ({"fact": "late"}, "it took long"),
        ({"not": {"held": "yes"}}, 'it is not so that "held" is "Yes"'),
        ({"call_qa": "self"}, '"call qa" was released by the person'),
        ({"call_qa": "role"}, '"call qa" was released by somebody in a role that may'),
        ({"site.region": {"in": ["EU", "UK", "US"]}}, "the site is in EU, UK or US"),
        ({"site.product_type": "biologic"}, "the site makes biologic"),
        ({"person.role": "qa"}, "the person's role is qa"),
        (
            {"any": [{"held": "yes", "told": {"answered": True}}, {"person.role": "qa"}]},
            '("held" is "Yes" and "told" has an answer) or the person\'s role is qa',
        ),
        (
            {"not": {"any": [{"held": "yes"}, {"fact": "late"}]}},
            'it is not so that ("held" is "Yes" or it took long)',
        ),
    ],
)
def test_a_condition_reads_as_a_person_would_say_it(written, read):
    of = script(*_steps(), say("x", when=written), facts=FACTS)
    when = of.by_id["x"].when
    assert when
    assert in_words(when, of) == read


def _steps() -> list[Tree]:
    return [
        choice("held", "yes", "no", unknown=UNKNOWN),
        multi("touched", "batch", "record"),
        HELD,
        question("seen", "datetime"),
        question("told", "datetime", unknown=UNKNOWN),
    ]


FACTS: Tree = {
    "late": {"say": "it took long", "calc": "hours_between", "from": "seen", "to": "told", "at_least": 4}
}


@pytest.mark.parametrize(
    ("condition", "read"),
    [
        (
            Calculated(
                "hours_between", (("from", "seen"), ("to", "told")), "more_than", "report_within", True
            ),
            'hours between of "seen" and "told" is more than the site\'s report within',
        ),
        (
            Calculated("count", (("of", "touched"),), "at_least", "2"),
            'count of "touched" is at least 2',
        ),
        (Has("elsewhere", ("x",)), "elsewhere is x"),
    ],
)
def test_a_calculation_names_what_it_takes_and_its_limit(condition: Condition, read: str):
    assert in_words(condition, everything()) == read


def test_the_printed_list_is_numbered_like_a_procedure_and_names_every_step():
    assert step_list(everything()) == (
        """An example (an-example, version 1.0.0)

Part one

  1  Ask: What is held? [one of these]
     - Yes
     - No
     - Not known yet
  2  If "held" is "No" or "Not known yet", then also:
     Ask: What is touched? [any of these]
     - Batch
     - Record
  3  Stop and wait: Call QA.
     - tells qa on call
     - released by qa on call or supervisor
     - released by the person with "I have told them", after 2 questions
  4  If "call qa" was released by the person, then also:
     Ask: Whom? [a few words]
  5  If "call qa" was released by the person, then also:
     Ask: When? [a few words]
  6  Ask: What is seen? [a day and time]
  7  Ask: What is told? [a day and time]
     - or: Not known yet (come back to it: 1 working day)
  8  Ask: What is weight? [a number in mg, can be skipped]
  9  If it took long, then also:
     Tell, and go on: I have told QA.
     - tells qa on call
 10  If "touched" includes "Batch", then also:
     Go on in another-one, and end here
 11  If the site is in EU, UK or US, then also:
     Stop and wait: Please wait here.
     - released by the person with "Done"
 12  Say: Keep "all" of it <here> & now.
 13  Show every answer, to be changed or confirmed
 14  Make the draft coaching-draft (md)
 15  End: Thank you.

What is meant

     it took long: hours between of "seen" and "told" is more than the site's report within

Clocks

     Open the record: the site's open within from "seen" until "weight"
     Close it: 3 days from "seen" until "weight", if the site is in EU
"""
    )


def test_the_drawing_has_every_step_in_its_section_and_the_conditions_on_its_arrows():
    assert mermaid(everything()) == (
        """flowchart TD
  subgraph one_part["Part one"]
    s1["1 What is held?"]
    s2["2 What is touched?"]
    s3{{"3 STOP: Call QA."}}
    s4["4 Whom?"]
    s5["5 When?"]
    s6["6 What is seen?"]
    s7["7 What is told?"]
    s8["8 What is weight?"]
    s9{{"9 Tell qa on call"}}
    s10(["10 Go on in another-one"])
    s11{{"11 STOP: Please wait here."}}
    s12("12 Keep #34;all#34; of it #60;here#62; #38; now.")
    s13[/"13 Review"/]
    s14[/"14 Draft: coaching-draft"/]
    s15(["15 End"])
  end
  s1 -->|"if #34;held#34; is #34;No#34; or #34;Not known yet#34;"| s2
  s2 --> s3
  s1 -.->|"otherwise"| s3
  s3 -->|"if #34;call qa#34; was released by the person"| s4
  s4 -->|"if #34;call qa#34; was released by the person"| s5
  s5 --> s6
  s3 -.->|"otherwise"| s6
  s6 --> s7
  s7 --> s8
  s8 -->|"if it took long"| s9
  s9 -->|"if #34;touched#34; includes #34;Batch#34;"| s10
  s9 -->|"if the site is in EU, UK or US"| s11
  s11 --> s12
  s8 -.->|"otherwise"| s12
  s12 --> s13
  s13 --> s14
  s14 --> s15
"""
    )


def test_a_section_without_steps_is_not_drawn_and_a_long_text_is_shortened():
    of = script(
        say("long", "word " * 60),
        say("last") | {"section": "two"},
        END | {"section": "two"},
        sections=[
            {"id": "one", "title": "One"},
            {"id": "none", "title": "None"},
            {"id": "two", "title": "Two"},
        ],
    )
    drawing = mermaid(of)
    assert "none_part" not in drawing
    assert max(map(len, drawing.splitlines())) < 200
    assert "…" in drawing
    assert step_list(of).count("\nTwo\n") == 1


@pytest.mark.scenario("G6")
@pytest.mark.parametrize("name", IDS)
def test_every_shipped_playbook_can_be_printed_and_drawn(name):
    of = scripts()[name]
    printed, drawing = step_list(of), mermaid(of)
    assert [int(number) for number in re.findall(r"^ *(\d+)  ", printed, re.MULTILINE)] == list(
        range(1, len(of.steps) + 1)
    )
    nodes = set(re.findall(r"^    (s\d+)[\[({]", drawing, re.MULTILINE))
    assert nodes == {f"s{number}" for number in range(1, len(of.steps) + 1)}
    targets = set(re.findall(r" (s\d+)$", drawing, re.MULTILINE))
    assert targets == nodes - {"s1"}, "every step but the first has an arrow to it"
    assert drawing.count('"') % 2 == 0
