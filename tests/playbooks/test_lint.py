from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from playbooks.check import Context, check_script
from playbooks.condition_check import MAX_DEPTH
from playbooks.errors import ScriptRefused
from playbooks.reading import FEWEST_WORDS, grade, syllables
from playbooks.script import Script
from playbooks.step_check import MAX_OPTIONS
from playbooks.text import Part, all_texts, texts
from playbooks.wording_check import MAX_LENGTH
from tests.playbooks.scripts import (
    END,
    REVIEW,
    Tree,
    choice,
    document,
    finish,
    go_to,
    hold,
    question,
    say,
    script,
    stop,
    tree,
)
from tests.playbooks.shipped import IDS, context, scripts

UNKNOWN = {"label": "Not known yet", "follow_up": "1 working day"}
SECTIONS = [{"id": "one", "title": "One"}, {"id": "two", "title": "Two"}, {"id": "three", "title": "Three"}]


def found(of: Script, known: Context | None = None, *, warnings: bool = False) -> list[str]:
    return [str(problem) for problem in check_script(of, known) if problem.is_warning is warnings]


def clock(**more: object) -> dict[str, object]:
    """`clocks:` with one clock that is sound beside the questions `seen` and `number`."""
    return {
        "open": {
            "say": "Open the record",
            "starts": "seen",
            "due_in": "1 working day",
            "calendar": "site_working_days",
            "stops": "number",
            **more,
        }
    }


def telling(**more: object) -> Tree:
    """A stop that tells, with these keys."""
    return {"id": "x", "section": "one", "stop": {"level": "notify", "say": "I have told QA.", **more}}


def holding(**more: object) -> Tree:
    return {"id": "x", "section": "one", "stop": {"level": "immediate", "say": "Wait.", **more}}


def flow(*steps: Tree, **top: object) -> Tree:
    """A playbook that others may call."""
    return tree(*steps, {**END, "id": "done"}, playbook="a-flow", callable=True, **top)


# Steps


@pytest.mark.scenario("G1")
@pytest.mark.parametrize(
    ("step", "said"),
    [
        (say("reason"), "'reason' is the name of the question why an answer was changed; choose another id"),
        (holding(), "a stop that holds and is never released; say how in 'release: {self: …}' or 'by_role'"),
        (holding(release={"by_role": []}), "a stop that holds and is never released; say how in 'release: {self: …}' or 'by_role'"),
        (telling(tell="qa", release={"self": "Go on"}), "a stop that holds nothing is not released; remove 'release'"),
        (telling(), "a stop that neither holds nor tells anybody; say whom to 'tell'"),
        (
            telling(tell="qa", if_no_answer={"after": "soon", "say": "Unread."}),
            "'soon' is no duration; write it as '15 min', '24 h', '3 days' or '2 working days'",
        ),
        (
            holding(release={"self": "Done"}, if_no_answer={"after": "15 min", "say": "Unread."}),
            "nobody is told who could answer; say whom to 'tell'",
        ),
        (question("x", depends_on=["y"]), "unknown question 'y'; did you mean 'x'?"),
        (question("x", depends_on=["x"]), "'x' is asked only later; move this step below it"),
        (
            question("x", unknown={"label": "No", "follow_up": "later"}),
            "'later' is no duration; write it as '15 min', '24 h', '3 days' or '2 working days'",
        ),
        (choice("x", "a", "b", offers_opening=True), "a choice cannot be what was typed; remove it"),
        (choice("x", "a", "b", offers_after=["a"]), "a choice is not heard in what was typed; remove it"),
        (choice("x", "a", "b", coach={"checks": ["no_when"]}), "a choice has no wording to coach; remove 'coach'"),
        (question("x", allow=["jpg"]), "a text takes no files; remove 'allow'"),
        (question("x", unit="mg"), "a text has no unit; remove 'unit', or ask for a number"),
        (question("x", of="identifier"), "a text is no list; remove 'of', or ask for a list"),
        (question("x", mask="DEV-##"), "a text has no mask; remove it, or ask for an identifier"),
        (
            question("x", "identifier", mask=r"DEV-\d+"),
            r"the mask 'DEV-\\d+' is written as a regular expression; write # for a digit, @ for a letter, everything else as it is typed",
        ),
        (
            question("x", "identifier", mask="DEV"),
            "the mask 'DEV' lets only itself be typed; write # for a digit, @ for a letter, everything else as it is typed",
        ),
        (
            choice("x", *(f"v{number}" for number in range(MAX_OPTIONS + 1))),
            f"{MAX_OPTIONS + 1} options, the limit is {MAX_OPTIONS}; ask in two steps",
        ),
        (
            question("x", "choice", options=[{"value": "a", "label": "Same"}, {"value": "b", "label": "same"}]),
            "2 options read 'same'; word them so that they differ",
        ),
        (question("x", "identifier", mask={"site": "number"}), "the site's 'number' is not declared; add 'number' to 'site_settings'"),
    ],
)  # fmt: skip
def test_a_step_that_cannot_do_what_it_says_is_told_with_its_remedy(step, said):
    faulty = script(choice("held", "yes", "no"), question("where"), step)
    assert found(faulty) == [said]


def test_what_belongs_to_a_question_of_another_type_is_fine_there():
    sound = script(
        question("number", "number", unit="mg"),
        question("photo", "attachment", allow=["jpg"]),
        question("lots", "list", of="identifier"),
        question("record", "identifier", mask="DEV-##"),
        question("sure", "confirm", options=[{"value": "ok", "label": "It is done"}]),
        question("story", "long_text", coach={"checks": ["no_when"]}),
        question("later", unknown={"label": "Not yet", "follow_up": "now"}),
    )
    assert check_script(sound) == []


def test_a_step_in_a_section_that_does_not_exist_is_told_once_for_a_call():
    called = flow(question("a"), question("b"))
    step: Tree = {"id": "call", "section": "oen", "use": "a-flow"}
    assert found(script(step, flows={"a-flow": called})) == ["unknown section 'oen'; did you mean 'one'?"]


# Order


@pytest.mark.parametrize(
    ("steps", "top", "said"),
    [
        ([question("a"), question("b") | {"section": "two"}, question("c")], {},
         "section 'one' comes back after 'two'; keep the steps of a section together, in the order of 'sections'"),
        ([question("a")], {"fast_lane": "oen"}, "unknown section 'oen'; did you mean 'one'?"),
        ([question("a")], {"fast_lane": "three"},
         "the fast lane is the last section: nothing can be left for later; name an earlier section, or remove it"),
        ([REVIEW, document() | {"section": "two"}], {"fast_lane": "one"},
         "a person in a hurry gets this document before the last section; move it to section 'three'"),
        ([go_to("away", "elsewhere")], {}, "nothing below this 'go_to' can be reached; add 'when:'"),
        ([REVIEW, question("a"), document()], {},
         "'a' is asked between the review and this document, and goes into it unseen; move it above the review"),
    ],
)  # fmt: skip
def test_an_order_that_ends_badly_is_told(steps, top, said):
    ends = [say("s2") | {"section": "two"}, finish("end") | {"section": "three"}]
    if not any(step["section"] == "two" and "ask" in step for step in steps) or "fast_lane" in top:
        steps = [*steps, *ends]
    else:
        steps = [*steps[:-1], steps[-1], finish("end") | {"section": "three"}]
    assert found(script(*steps, sections=SECTIONS, **top)) == [said]


def test_a_fast_lane_that_leaves_something_for_later_is_fine():
    sound = script(
        question("a"),
        question("b") | {"section": "two"},
        REVIEW | {"section": "three"},
        document() | {"section": "three"},
        END | {"section": "three"},
        sections=SECTIONS,
        fast_lane="one",
    )
    assert check_script(sound) == []


# Conditions


@pytest.mark.scenario("G8")
def test_a_condition_has_a_depth_and_the_limit_is_stated():
    deep: object = {"held": "yes"}
    for _ in range(MAX_DEPTH):
        deep = {"not": deep}
    assert found(script(choice("held", "yes", "no"), say("x", when=deep))) == [
        f"{MAX_DEPTH + 1} conditions inside each other, the limit is {MAX_DEPTH}; name a part of it in 'facts'"
    ]


@pytest.mark.scenario("G2")
@pytest.mark.parametrize(
    ("when", "top", "known", "said"),
    [
        ({"site.region": "USA"}, {}, None, ["'site.region' can never be 'USA'; did you mean 'US'?"]),
        ({"site.region": "EU"}, {"for_regions": ["US"]}, None, ["'site.region' can never be 'EU'; use one of: US"]),
        ({"site.product_type": "atmp"}, {}, None, []),
        ({"site.product_type": "biologik"}, {}, ["biologic"], ["'site.product_type' can never be 'biologik'; did you mean 'biologic'?"]),
        ({"person.role": "anything"}, {}, None, []),
        ({"wait": "self"}, {}, None, []),
        ({"wait": "role"}, {}, None, ["'wait' can never be 'role'; use one of: self"]),
        ({"tell": "self"}, {}, None, ["unknown question 'tell'; use one of: held"]),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_a_condition_looks_for_must_be_possible(when, top, known, said):
    faulty = script(choice("held", "yes", "no"), hold("wait"), stop("tell"), say("x", when=when), **top)
    assert found(faulty, Context(product_types=known)) == said


@pytest.mark.parametrize(
    ("when", "is_warned"),
    [
        ({"not": {"which": "a"}}, True),
        ({"which": {"answered": False}}, True),
        ({"any": [{"held": "no"}, {"not": {"which": "a"}}]}, True),
        ({"all": [{"which": {"answered": True}}, {"not": {"which": "a"}}]}, False),
        ({"not": {"held": "yes"}}, False),
        ({"which": "a"}, False),
    ],
)
def test_a_negative_test_on_a_question_that_is_not_always_asked_is_a_warning(when, is_warned):
    warned = found(
        script(
            choice("held", "yes", "no"), choice("which", "a", "b", when={"held": "yes"}), say("x", when=when)
        ),
        warnings=True,
    )
    assert [text[:37] for text in warned] == ["'which' is tested for what it is not,"] * is_warned


def test_a_call_of_a_sub_flow_is_told_what_it_brings_about_and_nothing_else():
    called = flow(
        choice("which", "a", "b"),
        say("so", when={"which": "a"}),
        question("who forgot it?".replace(" ", "_").replace("?", "")) | {"ask": "Who forgot it? And why?"},
        facts={"spare": {"say": "Spare", "when": {"which": "a"}}},
    )
    call: Tree = {"id": "call", "section": "one", "use": "a-flow", "when": {"held": "maybe"}}
    calls = script(choice("held", "yes", "no"), call, flows={"a-flow": called})
    problems = check_script(calls)
    assert {problem.path for problem in problems} == {("steps", 1)}
    assert [str(problem) for problem in problems] == ["'held' can never be 'maybe'; use one of: no, yes"]


def test_an_answer_handed_to_a_sub_flow_must_have_been_asked():
    called = flow(question("where"), question("more"), takes=["where"])
    call: Tree = {"id": "call", "section": "one", "use": "a-flow", "with": {"where": "palce"}}
    with pytest.raises(ScriptRefused, match="no question 'palce' stands above it; did you mean 'place'"):
        script(question("place"), call, flows={"a-flow": called})


# Clocks


@pytest.mark.parametrize(
    ("clocks", "said"),
    [
        (clock(starts="seeen"), "clock 'open' starts with unknown 'seeen'; did you mean 'seen'?"),
        (clock(starts="number", stops="held"), "clock 'open' starts with 'number', which is an identifier; start it with a datetime"),
        (clock(starts="later"), "clock 'open' starts with 'later', which is not always asked; say when it applies in 'applies_when', or ask always"),
        (clock(stops="nummer"), "clock 'open' stops with unknown 'nummer'; did you mean 'number'?"),
        (clock(stops="seen"), "clock 'open' stops with what starts it; name the answer that ends it"),
        (clock(due_in="one day"), "'one day' is no duration; write it as '15 min', '24 h', '3 days' or '2 working days'"),
        (clock(due_in={"site": "open_within"}), "the site's 'open_within' is not declared; add 'open_within' to 'site_settings'"),
        (clock(when_late={"say": "Late.", "tell": "qa_on_cal"}), "this site has no role 'qa_on_cal'; did you mean 'qa_on_call'?"),
        (clock(when_late={"say": "Due {clock.deu}."}), "unknown placeholder {clock.deu}; did you mean 'clock.due'?"),
        (clock(applies_when={"site.region": "EUU"}), "'site.region' can never be 'EUU'; did you mean 'EU'?"),
        (clock(cite=["A-99"]), "unknown source 'A-99'; did you mean 'A-09'?"),
    ],
)  # fmt: skip
def test_a_clock_that_cannot_start_end_or_be_told_is_told(clocks, said):
    known = Context(roles=["qa_on_call"], sources=["A-09"])
    faulty = script(
        choice("held", "yes", "no"),
        question("seen", "datetime"),
        question("later", "datetime", when={"held": "yes"}),
        question("number", "identifier"),
        clocks=clocks,
    )
    assert found(faulty, known) == [said]


@pytest.mark.parametrize("tell", ["self", "self_then_role_on_shift", "qa_on_call"])
def test_a_clock_that_says_when_it_applies_may_start_on_a_condition(tell):
    late = {"say": "It was due {clock.due}.", "tell": tell}
    sound = script(
        choice("held", "yes", "no"),
        question("seen", "datetime", when={"held": "yes"}),
        question("number"),
        clocks=clock(applies_when={"site.region": "EU"}, when_late=late),
    )
    assert check_script(sound, Context(roles=["qa_on_call"])) == []


def test_a_clock_of_a_sub_flow_that_a_call_makes_conditional_is_told_at_the_call():
    called = flow(question("seen", "datetime"), question("number"), clocks=clock())
    call: Tree = {"id": "call", "section": "one", "use": "a-flow", "when": {"held": "yes"}}
    (problem,) = check_script(script(choice("held", "yes", "no"), call, flows={"a-flow": called}))
    assert problem.path == ("steps", 1)
    assert problem.found == "clock 'call.open' starts with 'call.seen', which is not always asked"


# What there is around it


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (say("x", cite=["A-99"]), "unknown source 'A-99'; did you mean 'A-09'?"),
        (telling(tell="qa_on_cal"), "this site has no role 'qa_on_cal'; did you mean 'qa_on_call'?"),
        (holding(release={"by_role": ["qa"]}), "this site has no role 'qa'; use one of: qa_on_call"),
        (question("x", unknown=UNKNOWN | {"for_role": "qa"}), "this site has no role 'qa'; use one of: qa_on_call"),
        (question("x", coach={"checks": ["no_wen"]}), "unknown coaching check 'no_wen'; did you mean 'no_when'?"),
        (question("x", coach={"checks": ["no_when"], "knows": {"when": "hold"}}), "unknown question 'hold'; did you mean 'held'?"),
        (document() | {"id": "x", "document": {"template": "darft", "formats": ["md"], "watermark": "DRAFT"}},
         "unknown template 'darft'; did you mean 'draft'?"),
        (go_to("x", "an-example", when={"held": "yes"}), "it goes to itself; name another playbook"),
        (go_to("x", "anothr", when={"held": "yes"}), "there is no playbook 'anothr'; did you mean 'another'?"),
        (go_to("x", "a-part", when={"held": "yes"}),
         "'a-part' is only a part of other playbooks; give it 'phrasings', or 'use' it"),
        (go_to("x", "unread", when={"held": "yes"}, carry={"any": "held"}), None),
        (go_to("x", "another", when={"held": "yes"}, carry={"told": "hold"}), "unknown question 'hold'; did you mean 'held'?"),
        (go_to("x", "another", when={"held": "yes"}, carry={"tolld": "held"}), "'another' asks no 'tolld'; did you mean 'told'?"),
        (go_to("x", "another", when={"held": "yes"}, carry={"told": "held"}),
         "'held' is a choice, and 'told' there a text; carry an answer of the same type"),
        (go_to("x", "another", when={"held": "yes"}, carry={"told": "where"}), None),
    ],
)  # fmt: skip
def test_what_a_step_refers_to_must_exist(step, said):
    another = script(question("told"), playbook="another")
    part = script(question("told"), playbook="a-part", callable=True, phrasings=[])
    known = Context(
        roles=["qa_on_call"],
        sources=["A-09"],
        coaching=["no_when"],
        templates=["draft"],
        playbooks={"another": another, "a-part": part, "unread": None, "an-example": None},
    )
    of = script(choice("held", "yes", "no"), question("where"), REVIEW, step)
    assert found(of, known) == ([said] if said else [])
    assert [text for text in found(of) if "itself" not in text and "unknown question" not in text] == []


def test_a_callable_playbook_takes_what_it_asks_and_ends_where_its_caller_goes_on():
    faulty = script(
        question("where"),
        go_to("away", "another", when={"where": {"answered": True}}),
        callable=True,
        takes=["where", "wher"],
    )
    assert found(faulty) == [
        "there is no question 'wher' to take; did you mean 'where'?",
        "a callable playbook goes to another; let its caller decide where to go",
    ]


def test_only_a_callable_playbook_takes_anything():
    assert found(script(question("where"), takes=["where"])) == [
        "'takes' without 'callable'; add 'callable: true'"
    ]


@pytest.mark.parametrize("version", ["1.10", "1.0.0.0", "1.0.x", "v1.0.0"])
def test_a_version_is_three_numbers(version):
    assert found(script(version=version)) == [f'version {version!r}; write it as "1.0.0", in quotes']


def control(**more: str) -> dict[str, str]:
    return {**tree()["control"], **more}  # type: ignore[dict-item]  # a tree's values are objects


def test_an_overdue_review_is_a_warning_from_the_day_after():
    of = script(control=control(review_by="2027-01-01"))
    assert found(of, Context(today=date(2027, 1, 1)), warnings=True) == []
    assert found(of, Context(today=date(2027, 1, 2)), warnings=True) == [
        "its review was due by 2027-01-01; review it and set the next date"
    ]


def test_a_review_before_the_file_takes_effect_is_told_and_so_is_a_day_there_is_not():
    early = control(effective_from="2027-01-01", review_by="2026-01-01")
    assert found(script(control=early)) == [
        "the review date is not after the effective date; correct one of them"
    ]
    assert found(script(control=control(review_by="2027-02-30"))) == [
        "there is no day '2027-02-30'; correct the date"
    ]


def test_a_setting_must_be_declared_used_and_set():
    of = script(
        question("number", "identifier", mask={"site": "shape"}),
        question("seen", "datetime"),
        question("told", "datetime"),
        say("slow", when={"fact": "late"}),
        say("call", "Call {site.phone}."),
        facts={
            "late": {
                "say": "It took long",
                "calc": "hours_between",
                "from": "seen",
                "to": "told",
                "more_than": {"site": "within"},
            }
        },
        site_settings=["shape", "phone", "within", "spare"],
    )
    assert found(of, Context(settings=["shape", "within", "spare"])) == [
        "this site sets no 'phone'; add it to the site's settings.yaml"
    ]
    assert found(of, warnings=True) == ["the site's 'spare' is never used; remove it"]


# Words


@pytest.mark.parametrize(
    ("step", "place"),
    [
        (question("x") | {"label": "About {x.y}"}, "label"),
        (question("x") | {"hint": "See {x.y}"}, "hint"),
        (question("x", check=[]) | {"why": "By {x.y}"}, "why"),
        (question("x", "datetime", check=[{"must": {"not_after": "now"}, "say": "After {x.y}"}]), "say"),
        (question("x", unknown={"label": "{x.y}", "follow_up": "now"}), "label"),
        (question("x", "choice", options=[{"value": "a", "label": "{x.y}"}, {"value": "b", "label": "B"}]), "label"),
        (holding(release={"self": "Done at {x.y}"}), "release"),
        (telling(tell="qa", if_no_answer={"after": "15 min", "say": "Call {x.y}"}), "say"),
        (holding(release={"or_self": {"asks": [{"ask": "Whom at {x.y}?", "label": "Whom"}]}}), "ask"),
        (say("x", "Call {x.y}"), "say"),
        (finish("x") | {"finish": "Bye {x.y}", "when": {"held": "yes"}}, "finish"),
        (question("x", example={"weak": "{x.y}", "better": "Better"}), "weak"),
    ],
    ids=lambda value: value if isinstance(value, str) else "step",
)  # fmt: skip
def test_an_unknown_placeholder_is_told_wherever_a_person_would_see_it(step, place):
    (problem,) = check_script(script(choice("held", "yes", "no"), step, say("z"), END))
    assert problem.found == "unknown placeholder {x.y}"
    assert problem.path[1] == 1
    assert place in problem.path


def test_placeholders_are_looked_for_in_clocks_facts_sections_and_drafts_too():
    named: Tree = {"template": "t", "formats": ["md"], "watermark": "{a.b}", "name": "{c.d}"}
    of = script(
        question("seen", "datetime"),
        question("number"),
        say("x", when={"fact": "late"}),
        REVIEW,
        {"id": "draft", "section": "one", "document": named},
        title="{e.f}",
        sections=[{"id": "one", "title": "{g.h}"}],
        facts={"late": {"say": "{i.j}", "when": {"number": {"answered": True}}}},
        clocks=clock(say="{k.l}"),
    )
    assert [problem.path for problem in check_script(of)] == [
        ("title",),
        ("sections", 0, "title"),
        ("facts", "late", "say"),
        ("clocks", "open", "say"),
        ("steps", 4, "document", "name"),
        ("steps", 4, "document", "watermark"),
    ]


@pytest.mark.scenario("G8")
@pytest.mark.parametrize("part", [Part.QUESTION, Part.LABEL, Part.MESSAGE])
def test_a_text_has_a_length_and_the_limit_is_stated(part):
    words = "so " * (MAX_LENGTH[part] // 3 + 1)
    step = {
        Part.QUESTION: question("x") | {"ask": words},
        Part.LABEL: question("x") | {"label": words},
        Part.MESSAGE: say("x", words),
    }[part]
    assert found(script(step)) == [
        f"{len(words)} characters, the limit is {MAX_LENGTH[part]}; say it in fewer words"
    ]


@pytest.mark.parametrize(
    "words",
    ["Who forgot it?", "Was it a human error?", "Whose fault is it?", "Who is to blame?", "Was this a mistake?", "He was careless."],
)  # fmt: skip
def test_words_that_blame_are_a_warning(words):
    warned = found(script(say("x", words)), warnings=True)
    assert len(warned) == 1
    assert warned[0].endswith("puts blame on somebody; say what was done or not done, and leave the why")


def test_blame_may_stand_where_the_text_is_an_example_of_how_not_to_write_or_says_that_there_is_none():
    example = {"weak": "The operator forgot it by mistake.", "better": "The step was not done."}
    sound = script(question("x", "long_text", example=example, hint="No reason, and no blame."))
    assert check_script(sound) == []


def test_a_word_that_the_glossary_has_another_for_is_a_warning():
    of = script(say("x", "Describe the incident."), say("y", "The coincidence is noted."))
    assert found(of, Context(terms={"incident": "deviation"}), warnings=True) == [
        "'incident' is no word of ours; say 'deviation'"
    ]


@pytest.mark.parametrize(
    ("words", "type_", "is_warned"),
    [
        ("Who saw it? And when?", "text", True),
        ("What was seen, and who saw it? Give the role.", "text", True),
        ("Which room and which line?", "text", True),
        ("When was it, and to whom was it told?", "datetime", True),
        ("What should have been, and what was there instead?", "long_text", False),
        ("Does the shift know what is held and what must stay?", "yes_no", False),
        ("Which room or line?", "text", False),
    ],
)
def test_two_questions_in_one_are_a_warning(words, type_, is_warned):
    warned = found(script(question("x", type_) | {"ask": words, "why": "We ask."}), warnings=True)
    assert warned == ["two questions in one; ask one thing at a time"] * is_warned


@pytest.mark.parametrize(
    ("words", "type_", "why", "is_warned"),
    [
        ("To whom was it told? Give the role.", "person", "", True),
        ("To whom was it told? Give the role.", "person", "They can tell more.", False),
        ("What is the name?", "text", "", True),
        ("Who saw it?", "text", "", True),
        ("Who saw it? Give the role.", "text", "", False),
        ("Where was it?", "text", "", False),
    ],
)
def test_a_question_about_a_person_says_why(words, type_, why, is_warned):
    warned = found(script(question("x", type_) | {"ask": words, "why": why}), warnings=True)
    assert warned == ["a question about a person that does not say why; add 'why:'"] * is_warned


def test_a_question_of_a_release_needs_no_why():
    asks = [{"ask": "Who in QA? Give the role.", "label": "Spoke to", "type": "person"}]
    assert check_script(script(holding(release={"or_self": {"asks": asks}}))) == []


def test_a_text_that_is_hard_to_read_is_a_warning():
    hard = "Subsequent contamination considerations necessitate comprehensive organisational reconciliation activities."
    (warned,) = found(script(say("x", hard)), warnings=True)
    assert warned.startswith("this reads like grade ")
    assert warned.endswith(", and 9 is the most; use shorter words and sentences")


# How hard a text is to read


@pytest.mark.parametrize(
    "plain",
    [
        "Keep everything as it is, and do not clean or repair anything until your supervisor agrees.",
        "Please phone QA now. I have posted this to QA too, but nobody has read it yet.",
        "When did it happen, as far as you know? A day and a time are enough.",
        "Where is it written in the official record? Give the page or entry number.",
    ],
)
def test_plain_sentences_pass(plain):
    assert grade(plain) is not None
    assert grade(plain) < 9  # type: ignore[operator]  # it was looked at the line above


@pytest.mark.parametrize(
    ("word", "count"),
    [("hold", 1), ("released", 2), ("label", 2), ("table", 2), ("time", 1), ("the", 1), ("stopped", 1), ("noted", 2),
     ("boxes", 2), ("times", 1), ("before", 2), ("temperature", 2), ("contamination", 5), ("QA", 1), ("CR-02", 2),
     ("don’t", 1), ("über", 1), ("shh", 1)],
)  # fmt: skip
def test_syllables_are_counted_about_right(word, count):
    assert syllables(word) == count


def test_a_text_of_a_few_words_has_no_grade():
    assert grade("word " * (FEWEST_WORDS - 1)) is None
    assert grade("word " * FEWEST_WORDS) is not None


def test_longer_sentences_and_longer_words_are_harder():
    short = "We stop here. We keep it all. We wait now."
    assert grade(short.replace(". We", " and we")) > grade(short)  # type: ignore[operator]  # both are long enough
    assert grade(short.replace("keep", "investigate")) > grade(short)  # type: ignore[operator]


# Texts


def test_the_texts_of_a_sub_flow_stand_in_its_own_file():
    called = flow(say("so", "From the flow."), facts={"f": {"say": "A fact", "when": {"site.region": "EU"}}})
    call: Tree = {"id": "call", "section": "one", "use": "a-flow"}
    calls = script(call, flows={"a-flow": called})
    assert "From the flow." not in {text.words for text in texts(calls)}
    assert {"From the flow.", "A fact"} <= {text.words for text in all_texts(calls)}


def test_a_question_without_a_short_name_of_its_own_is_one_text():
    unnamed = {key: value for key, value in question("x").items() if key != "label"}
    assert [text.words for text in texts(script(unnamed))].count("What is x?") == 1


# What is shipped


@pytest.mark.parametrize("name", IDS)
def test_the_shipped_playbooks_have_no_error(name):
    assert found(scripts()[name], context()) == []


def test_the_linter_has_nothing_to_say_without_knowing_what_is_around():
    problems: Mapping[str, list[str]] = {name: found(of) for name, of in scripts().items()}
    assert problems == {name: [] for name in IDS}
