from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.act import Change, Confirm, Hurry, Picked, Skip, Typed
from playbooks.answer import Trouble, Unclear, read_answer
from playbooks.check import check_script
from playbooks.draft import Around, draft_of
from playbooks.errors import ScriptRefused
from playbooks.figure import Bones, Chain, Chart, Drawn, Link, Web, drawn, figures
from playbooks.graph import mermaid, step_list
from playbooks.loader import load
from playbooks.obligation import read_obligations
from playbooks.obligation_check import unkept
from playbooks.run import Answer, Drafted
from playbooks.script import ControlChart, Drawing, Figure, Fishbone, Radar, Script, Whys
from playbooks.text import texts
from playbooks.utterance import Pictured
from tests.playbooks.scripts import (
    DUBLIN,
    END,
    NOON,
    REVIEW,
    Tree,
    Walk,
    ask,
    choice,
    document,
    figure,
    finish,
    multi,
    question,
    say,
    script,
    tree,
)

NOT_YET = {"label": "Not known yet", "follow_up": "1 working day"}
WHYS = (
    question("event"),
    *(question(f"{kind}_{n}", unknown=NOT_YET) for n in (1, 2) for kind in ("why", "proof")),
    figure(
        "tree", "whys", {"event": "event", "whys": ["why_1", "why_2"], "evidence": ["proof_1", "proof_2"]}
    ),
)
NUMBERS = question("numbers", "list", of="number")
CHART = (
    NUMBERS,
    question("low", "number", required=False),
    question("high", "number", required=False),
    figure("chart", "control_chart", {"values": "numbers", "lower": "low", "upper": "high"}),
)
LEVELS = ("1", "2", "3", "4", "5")
RADAR = (
    *(choice(name, *LEVELS, unknown=NOT_YET) for name in ("people", "data", "plant")),
    figure("radar", "radar", {"axes": {"People": "people", "Data": "data", "Plant": "plant"}}),
)


def shown(walk: Walk) -> Drawn:
    """The one picture of the run as it is now."""
    (only,) = figures(walk.script, walk.position, DUBLIN.zone)
    return only


def drawing(of: Script, step: str) -> Drawing:
    """What the picture of this step is made of."""
    does = of.by_id[step].does
    assert isinstance(does, Figure)
    return does.of


def pictures(walk: Walk) -> list[str]:
    return [said.step.id for said in walk.said if isinstance(said, Pictured)]


# What each shows


def test_a_chain_of_whys_leaves_out_what_nobody_knows_and_says_what_supports_each():
    walk = Walk(script(*WHYS)).does(Typed("Leak\nat the valve"), Typed("The seal was worn"), Skip())
    walk.does(Picked(("unknown",)), Typed("Log 12"))
    assert pictures(walk) == ["tree"]
    assert shown(walk) == Drawn(
        "tree",
        "What we see",
        "What happened: Leak at the valve\nWhy 1: The seal was worn\nEvidence: none yet",
        ("", "What was said", "Evidence"),
        (("What happened", "Leak at the valve", ""), ("Why 1", "The seal was worn", "none yet")),
        Chain("Leak at the valve", (Link("Why 1", "The seal was worn", "none yet"),)),
    )


def test_a_chain_without_evidence_does_not_speak_of_it():
    of = {"event": "event", "whys": ["why_1", "why_2"]}
    walk = Walk(script(question("event"), question("why_1"), question("why_2"), figure("tree", "whys", of)))
    walk.does(Skip(), Skip(), Typed("A habit"))
    assert shown(walk).text == "What happened: not known yet\nWhy 1: A habit"
    assert shown(walk).rows == (("What happened", "not known yet"), ("Why 1", "A habit"))


def test_a_fishbone_shows_every_bone_and_which_nobody_has_looked_at():
    walk = Walk(
        script(
            question("event"),
            question("method", "list", of="text"),
            question("machine", "long_text"),
            multi("people", "tired", "new"),
            question("other", unknown=NOT_YET),
            question("place", required=False),
            figure(
                "fish",
                "fishbone",
                {
                    "event": "event",
                    "bones": {
                        "Method": "method",
                        "Machine": "machine",
                        "People": "people",
                        "Other": "other",
                        "Place": "place",
                    },
                },
            ),
        )
    )
    walk.does(Typed("Leak"), Typed("old SOP\nno check"), Typed("worn seal\n\n loose  clamp"))
    walk.does(Picked(("tired", "new")), Picked(("unknown",)), Skip())
    assert shown(walk).content == Bones(
        "Leak",
        (
            ("Method", ("old SOP", "no check")),
            ("Machine", ("worn seal", "loose clamp")),
            ("People", ("Tired", "New")),
            ("Other", ("not known yet",)),
            ("Place", ("nothing noted",)),
        ),
    )
    assert shown(walk).text.split("\n") == [
        "What happened: Leak",
        "Method: old SOP; no check",
        "Machine: worn seal; loose clamp",
        "People: Tired; New",
        "Other: not known yet",
        "Place: nothing noted",
    ]


def test_a_radar_shows_a_gap_where_a_level_is_not_known():
    walk = Walk(script(*RADAR)).does(Picked(("4",)), Picked(("unknown",)), Picked(("1",)))
    assert shown(walk).content == Web((("People", 4), ("Data", None), ("Plant", 1)))
    assert shown(walk).text == "2 of 3 are known.\nPeople: 4 of 5\nData: not known yet\nPlant: 1 of 5"


def test_a_control_chart_says_its_limits_its_signals_and_the_specification():
    walk = Walk(script(*CHART))
    walk.does(Typed("10.0 10.1 10.0 10.1 10.0 12.0 10.1 10.0 10.1 10.0"), Typed("9.5"), Typed("11"))
    assert shown(walk).text.split("\n") == [
        "10 values. Mean 10.24, control limits 8.88 to 11.60.",
        "Moving range: mean 0.51, upper limit 1.67.",
        "Signal: value 6 (12.0) is above the control limits.",
        "Signal: the change from value 5 to value 6 (2.0) is above its limit.",
        "Signal: the change from value 6 to value 7 (1.9) is above its limit.",
        "A signal is a question, not proof of a cause.",
        "With fewer than 12 values the limits are rough.",
        "Specification: lower 9.5 and upper 11. Outside it: value 6 (12.0).",
    ]
    assert shown(walk).rows[5] == ("6", "12.0", "2.0", "beyond the control limits, large change")
    assert isinstance(shown(walk).content, Chart)


def test_a_value_below_the_limits_is_said_to_be_below():
    walk = Walk(script(*CHART)).does(
        Typed("10.0 10.1 10.0 10.1 10.0 8.0 10.1 10.0 10.1 10.0"), Skip(), Skip()
    )
    assert "value 6 (8.0) is below the control limits" in shown(walk).text
    assert "Specification" not in shown(walk).text


def test_a_long_run_is_told_and_so_is_a_chart_without_any_signal():
    walk = Walk(script(*CHART)).does(Typed(" ".join(["1"] * 8 + ["2"] * 8)), Skip(), Typed("3"))
    assert "Signal: 8 values in a row lie on one side of the mean." in shown(walk).text
    assert "Signal: the values cross the mean only once." in shown(walk).text
    assert "Specification: upper 3. No value is outside it." in shown(walk).text
    quiet = Walk(script(*CHART)).does(Typed("5 6 5 6 5 6 5 6"), Skip(), Skip())
    assert "No signal was found.\nThere are too few values to judge long runs." in shown(quiet).text


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1", ["There is 1 value, and a control chart needs at least 8. 7 more values are needed.", "In their order: 1.", "The lowest is 1, and the highest is 1."]),
        ("9.1 8.90 9.1", ["There are 3 values, and a control chart needs at least 8. 5 more values are needed.", "In their order: 9.1, 8.90, 9.1.", "The lowest is 8.90, and the highest is 9.1."]),
        ("1 2 3 4 5 6 7", ["There are 7 values, and a control chart needs at least 8. 1 more value is needed.", "In their order: 1, 2, 3, 4, 5, 6, 7.", "The lowest is 1, and the highest is 7."]),
    ],
)  # fmt: skip
def test_too_few_values_for_a_chart_are_said_in_their_order_and_how_many_are_missing(typed, expected):
    walk = Walk(script(*CHART)).does(Typed(typed), Skip(), Skip())
    assert shown(walk).text.split("\n") == expected
    assert shown(walk).content is None


def test_before_any_value_there_is_none_to_be_said():
    walk = Walk(script(*CHART))
    empty = drawn(walk.script, walk.script.by_id["chart"], walk.position, DUBLIN.zone)
    assert empty.text == "There are 0 values, and a control chart needs at least 8. 8 more values are needed."


def test_too_few_values_are_held_against_the_specification_all_the_same():
    walk = Walk(script(*CHART)).does(Typed("9.1 9.9"), Typed("9.5"), Skip())
    assert shown(walk).text.split("\n")[-1] == "Specification: lower 9.5. Outside it: value 1 (9.1)."


def test_a_step_that_draws_nothing_has_no_picture():
    walk = Walk(script(question("event")))
    with pytest.raises(TypeError, match="event shows no picture"):
        drawn(walk.script, walk.script.by_id["event"], walk.position, DUBLIN.zone)


# When it is shown


def test_a_picture_of_nothing_is_left_out():
    walk = Walk(script(*WHYS)).does(Typed("Leak"), Skip(), Skip(), Skip(), Skip())
    assert pictures(walk) == []
    assert walk.position.figures == ()
    assert walk.asked == ""


def test_a_corrected_answer_is_drawn_again_and_another_one_is_not():
    walk = Walk(script(question("lot"), *WHYS, REVIEW))
    walk.does(Typed("7"), Typed("Leak"), Typed("Worn"), Typed("Log 1"), Typed("Old"), Typed("Log 2"))
    assert pictures(walk) == ["tree"]
    walk.does(Change("lot"), Typed("8"))
    assert pictures(walk) == []
    walk.does(Change("why_1"), Typed("Loose"))
    assert pictures(walk) == ["tree"]
    content = shown(walk).content
    assert isinstance(content, Chain)
    assert content.links[0].text == "Loose"
    assert walk.asked == "review"


def test_a_draft_shows_the_pictures_and_stays_what_it_was_made():
    walk = Walk(script(*RADAR, REVIEW, document()))
    walk.does(Picked(("4",)), Picked(("2",)), Picked(("1",)), Confirm())
    made = next(event for event in walk.events if isinstance(event.what, Drafted))
    draft = draft_of(walk.script, walk.events, made, DUBLIN, Around("coach-1", "Northfield", {}, ""))
    assert [each.step for each in draft.figures] == ["radar"]
    assert not draft.status_note


def test_what_is_left_for_later_is_not_drawn():
    sections = [{"id": name, "title": name} for name in ("one", "two", "three")]
    later = [step | {"section": "two"} for step in WHYS]
    end = [step | {"section": "three"} for step in (REVIEW, END)]
    walk = Walk(load(tree(question("lot"), *later, *end, sections=sections, fast_lane="one")))
    walk.does(Typed("7"), Hurry())
    assert (walk.asked, pictures(walk)) == ("review", [])


# Reading numbers


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("9.1\n9.1\n9.2", ("9.1", "9.1", "9.2")),
        ("9,1; 9,1; 9,2", ("9.1", "9.1", "9.2")),
        ("9,1, 9,1, 9,2", ("9.1", "9.1", "9.2")),
        ("9.1,9.1,9.2", ("9.1", "9.1", "9.2")),
        ("9.1,9.2", ("9.1", "9.2")),
        ("1, 2 3\t4", ("1", "2", "3", "4")),
        ("-1 \N{MINUS SIGN}2 +3", ("-1", "-2", "+3")),
    ],
)
def test_numbers_are_read_as_they_are_pasted_each_as_often_as_it_stands_there(typed, values):
    assert read_answer(ask("list", of="number"), typed, NOON, DUBLIN) == Answer(values)


def test_what_is_no_number_is_asked_back_by_name():
    numbers = ask("list", of="number")
    assert read_answer(numbers, "9.1 about 9.2", NOON, DUBLIN) == Unclear(
        Trouble.NOT_ALL_NUMBERS, say="about"
    )
    assert read_answer(numbers, " ; ;", NOON, DUBLIN) == Unclear(Trouble.EMPTY)
    assert read_answer(numbers, "1 " * 51, NOON, DUBLIN) == Unclear(Trouble.TOO_MANY, limit=50)


@given(
    st.lists(st.decimals(-9999, 9999, places=3), min_size=1, max_size=50),
    st.sampled_from(["\n", " ", "; ", ", "]),
)
def test_any_numbers_come_back_as_they_were_written(numbers, between):
    typed = between.join(f"{number:f}" for number in numbers)
    assert read_answer(ask("list", of="number"), typed, NOON, DUBLIN) == Answer(
        tuple(f"{number:f}" for number in numbers)
    )


# What a file must say


@pytest.mark.parametrize(
    ("steps", "of"),
    [
        (WHYS, Whys("event", ("why_1", "why_2"), ("proof_1", "proof_2"))),
        (CHART, ControlChart("numbers", "low", "high")),
        (RADAR, Radar((("People", "people"), ("Data", "data"), ("Plant", "plant")))),
    ],
)
def test_a_picture_that_is_sound_is_loaded_and_nothing_is_wrong_with_it(steps, of):
    loaded = script(*steps)
    assert loaded.steps[len(steps) - 1].does == Figure("What we see", "This is it so far.", of)
    assert [str(each) for each in check_script(loaded) if not each.is_warning] == []


@pytest.mark.parametrize(
    ("draws", "of", "expected"),
    [
        ("pie", {}, "steps.0.figure.draws cannot be 'pie'"),
        ("whys", {"event": "event"}, "'whys' is missing"),
        ("whys", {"event": "event", "whys": ["a"], "proof": ["b"]}, "unknown key 'proof'; use one of"),
        ("whys", "event", "does not hold names with values"),
        ("fishbone", {"event": "event", "bones": {"One": "a"}}, "at least 2"),
        ("radar", {"axes": {"One": "a", "Two": "b"}}, "at least 3"),
        ("control_chart", {"lower": "a"}, "'values' is missing"),
    ],
)
def test_a_picture_of_another_shape_is_refused_at_its_place(draws, of, expected):
    with pytest.raises(ScriptRefused) as refused:
        load(tree(figure("shown", draws, of), END))
    (problem,) = refused.value.problems
    assert expected in str(problem)
    assert problem.path[:3] == ("steps", 0, "figure")


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([figure("t", "whys", {"event": "event", "whys": ["why_1"]}), *WHYS], "'event' is asked only later"),
        ([*WHYS, figure("t", "whys", {"event": "evnt", "whys": ["why_1"]})], "unknown question 'evnt'; did you mean"),
        ([*WHYS, figure("t", "whys", {"event": "event", "whys": ["tree"]})], "'tree' asks nothing"),
        (
            [*WHYS, figure("t", "whys", {"event": "event", "whys": ["why_1", "why_1"]})],
            "'why_1' stands there 2 times; name each question once",
        ),
        (
            [*WHYS, figure("t", "whys", {"event": "event", "whys": ["why_1", "why_2"], "evidence": ["proof_1"]})],
            "2 whys and 1 pieces of evidence",
        ),
        (
            [question("event"), question("photo", "attachment"), figure("t", "whys", {"event": "event", "whys": ["photo"]})],
            "'photo' is an attachment; give it words",
        ),
        (
            [*WHYS, figure("t", "fishbone", {"event": "event", "bones": {"One": "why_1", "Two": "x"}})],
            "unknown question 'x'",
        ),
        (
            [question("numbers", "list"), figure("t", "control_chart", {"values": "numbers"})],
            "'numbers' is a list of texts; add 'of: number' to 'numbers'",
        ),
        ([question("numbers"), figure("t", "control_chart", {"values": "numbers"})], "'numbers' is a text; give it a list"),
        (
            [NUMBERS, question("low"), figure("t", "control_chart", {"values": "numbers", "lower": "low"})],
            "'low' is a text; give it a number",
        ),
        (
            [choice("a", *LEVELS), choice("b", *LEVELS), choice("c", "high", "5"), figure("t", "radar", {"axes": {"A": "a", "B": "b", "C": "c"}})],
            "'high' is no level of 'C'",
        ),
        (
            [question("a"), choice("b", *LEVELS), choice("c", *LEVELS), figure("t", "radar", {"axes": {"A": "a", "B": "b", "C": "c"}})],
            "'a' is a text; give it a choice",
        ),
    ],
)  # fmt: skip
def test_a_picture_that_could_not_be_drawn_is_found(steps, expected):
    found = [str(each) for each in check_script(script(*steps)) if not each.is_warning]
    assert any(expected in each for each in found), found


def test_a_picture_of_a_sub_flow_is_made_from_the_answers_of_its_place():
    flow_steps = [
        *WHYS,
        *CHART,
        *RADAR,
        figure("fish", "fishbone", {"event": "event", "bones": {"One": "why_1", "Two": "why_2"}}),
    ]
    flow = tree(*flow_steps, END, playbook="a-flow", callable=True, takes=["event"])
    call: Tree = {"id": "sub", "section": "one", "use": "a-flow", "with": {"event": "what"}}
    caller = script(question("what"), call, flows={"a-flow": flow})
    assert drawing(caller, "sub.tree").inputs == (
        "what", "sub.why_1", "sub.why_2", "sub.proof_1", "sub.proof_2",
    )  # fmt: skip
    assert drawing(caller, "sub.chart") == ControlChart("sub.numbers", "sub.low", "sub.high")
    assert drawing(caller, "sub.radar").shown == ("sub.people", "sub.data", "sub.plant")
    assert drawing(caller, "sub.fish") == Fishbone("what", (("One", "sub.why_1"), ("Two", "sub.why_2")))


def test_every_word_of_a_picture_is_a_text_that_is_checked():
    fish = figure("fish", "fishbone", {"event": "event", "bones": {"Method": "why_1", "Machine": "why_2"}})
    words = {text.words for text in texts(script(*WHYS, fish, *RADAR))}
    assert {"What we see", "This is it so far.", "Method", "Machine", "People", "Data", "Plant"} <= words


def test_a_picture_is_printed_and_drawn_with_the_procedure():
    fish = figure("fish", "fishbone", {"event": "event", "bones": {"Method": "why_1", "Machine": "why_2"}})
    values = {"spread": {"say": "Spread", "calc": "difference", "of": "low", "and": "high"}}
    shown = script(*WHYS, fish, *CHART, *RADAR, say("told"), finish("end"), values=values)
    printed = step_list(shown)
    for kind in ("a chain of causes", "a fishbone", "a control chart", "a radar"):
        assert f"Show a picture: What we see [{kind}]" in printed
    assert "- made from numbers and low and high" in printed
    assert 'What is worked out\n\n     Spread: difference of "low" and "high"' in printed
    assert 's6[["6 Picture: What we see"]]' in mermaid(shown)


def test_a_picture_kept_by_an_obligation_is_missed_when_it_is_gone():
    kept = read_obligations(
        [{"id": "tree", "playbook": "an-example", "says": "It shows the chain.", "shows": "tree"}]
    )
    assert unkept(kept, {"an-example": script(*WHYS)}) == []
    without: list[Tree] = list(WHYS[:-1])
    assert len(unkept(kept, {"an-example": script(*without)})) == 1
