"""What the coach says, in Slack: within Slack's limits whatever it is, every word literal, every button the right one."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.channels.slack import blocks, render
from bot.channels.slack.parse import Opened
from bot.chat import Overview
from bot.message import About, Press
from bot.reply import Choice, Citation, Fact, Field, File, Progress, Reply, Tone
from tests.channels.slack.said import (
    ANSWER,
    CFR,
    COPIES,
    DESCRIBE,
    DOCX,
    DRAFT,
    DRAFTS,
    ENDING,
    EVIDENCE,
    HALF_USED,
    MINE,
    QUESTION,
    REVIEW,
    RUN,
    STOP,
    TOLD,
    TOUCHES,
    USED,
    WHEN,
    WHICH,
    about,
    answers,
)
from tests.contracts.block_kit import Json, faults, live, objects, reads

EVERY_KIND = [
    pytest.param(reply, id=name)
    for name, reply in {
        "a question": QUESTION,
        "a question to write": DESCRIBE,
        "a moment": WHEN,
        "what applies": TOUCHES,
        "a photo": EVIDENCE,
        "a stop": STOP,
        "a review": REVIEW,
        "a draft": DRAFT,
        "an answer": ANSWER,
        "something told": TOLD,
        "an end": ENDING,
        "long answers": WHICH,
        "drafts": DRAFTS,
        "to copy": COPIES,
        "what was used": QUESTION.without_controls(USED),
        "what was used in part": TOLD.without(TOLD.choices[0].press, HALF_USED),
        "nothing at all": Reply(""),
        "blanks": Reply("  \n\n \t", Tone.STOP),
    }.items()
]
HOSTILE = [
    "<!channel>",
    "<@U123>",
    "<#C123|general>",
    "<https://elsewhere.example|Confirm>",
    "https://elsewhere.example",
    "*bold* _leaning_ ~gone~ `code`",
    ":rotating_light:",
    "&lt;!here&gt;",
    "> quoted",
    "\N{RIGHT-TO-LEFT OVERRIDE}cba",
]


def elements(payload: Json, kind: str) -> list[Json]:
    """Every element of this kind in what is posted."""
    return [each for each in objects(payload["blocks"]) if each.get("type") == kind]


def labels(payload: Json) -> list[str]:
    """What stands on the buttons, from first to last."""
    return [button["text"]["text"] for button in elements(payload, "button")]


def rows(payload: Json) -> list[list[str]]:
    """What stands on the buttons, row by row."""
    return [labels({"blocks": [block]}) for block in payload["blocks"] if block["type"] == "actions"]


def presses(payload: Json, reply: Reply) -> list[Press | None]:
    """What can be pressed in it, as it would come back."""
    values = [each["value"] for each in objects(payload["blocks"]) if each.get("value")]
    return [render.press_of(reply, value) for value in values]


def first_text(payload: Json) -> str:
    """What a notification on a desk reads."""
    text: str = payload["blocks"][0]["text"]["text"]
    return text


# Limits


def judged(reply: Reply) -> Iterator[tuple[str, list[str]]]:
    """Everything Slack would refuse of a reply, in every shape it can be shown in."""
    yield "message", faults(render.message(reply), "message", is_update=True)
    yield "plain message", faults(render.message(reply, is_plain=True), "message", is_update=True)
    for page in range(3):
        yield f"page {page}", faults(render.whole(reply, page, "private"), "modal")
    if reply.field:
        yield "form", faults(render.form(reply, "private"), "modal")
        wrong = {blocks.FIELD: "That is no date."}
        yield "form with trouble", faults(render.form(reply, "private", wrong), "modal")


@pytest.mark.parametrize("reply", EVERY_KIND)
def test_slack_takes_every_kind_of_reply(reply: Reply):
    assert [(shape, found) for shape, found in judged(reply) if found] == []


_WORDS = st.text(max_size=40) | st.sampled_from([*HOSTILE, "", " ", "\n", "x" * 5_000, "\N{FAMILY}" * 3_000])
_ABOUTS = st.builds(About, st.just(RUN), st.text(max_size=80), st.integers(0, 10**9))
_PRESSES = st.builds(
    Press, st.sampled_from(["answer", "cancel", "back"]), st.tuples(_WORDS), st.none() | _ABOUTS
)
_CHOICES = st.builds(Choice, _WORDS, _PRESSES, _WORDS, st.booleans(), st.booleans())
_FIELDS = st.builds(
    Field,
    kind=st.sampled_from(
        [
            *("text", "long_text", "number", "date", "time", "datetime"),
            *("person", "identifier", "list", "multi", "attachment"),
        ]
    ),
    about=_ABOUTS,
    label=_WORDS,
    options=st.lists(st.tuples(_WORDS, _WORDS), min_size=1, max_size=130).map(tuple),
    excludes=_WORDS,
    filled=st.lists(_WORDS | st.sampled_from(["2025-11-24", "06:10"]), max_size=3).map(tuple),
    placeholder=_WORDS,
    max_length=st.sampled_from([1, 300, 4_000]),
    max_files=st.integers(0, 20),
)
_REPLIES = st.builds(
    Reply,
    text=_WORDS,
    tone=st.sampled_from(Tone),
    choices=st.lists(_CHOICES, max_size=8).map(tuple)
    | st.builds(lambda choice, count: (choice,) * count, _CHOICES, st.integers(0, 130)),
    field=st.none() | _FIELDS,
    facts=st.builds(
        lambda fact, count: (fact,) * count,
        st.builds(Fact, _WORDS, _WORDS, _WORDS, st.none() | _CHOICES, st.booleans()),
        st.integers(0, 130),
    ),
    citations=st.lists(st.builds(Citation, _WORDS, _WORDS, _WORDS, _WORDS), max_size=4).map(tuple),
    files=st.lists(st.builds(File, _WORDS, _WORDS, _WORDS, st.integers(1, 9)), max_size=30).map(tuple),
    progress=st.none() | st.builds(Progress, st.integers(1, 99), st.integers(1, 99), _WORDS),
    spoken=_WORDS,
    used=_WORDS,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(reply=_REPLIES)
@example(reply=replace(REVIEW, facts=REVIEW.facts * 20, choices=REVIEW.choices * 30))
@example(
    reply=replace(
        TOUCHES,
        field=Field(
            "multi",
            about("a"),
            "Which",
            (("", "None"), ("x" * 900, "Long"), ("a&b", "Both")),
            filled=("a&b",),
        ),
    )
)
@example(reply=replace(QUESTION, text="\N{FAMILY}" * 20_000, spoken="&" * 9_000))
def test_slack_takes_whatever_is_said(reply: Reply):
    assert [(shape, found) for shape, found in judged(reply) if found] == []


@settings(max_examples=200, deadline=None)
@given(text=st.text(), limit=st.integers(1, 60))
def test_nothing_of_a_text_is_lost_where_it_is_parted(text: str, limit: int):
    pieces = blocks.pieces(text, limit)

    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(0 < blocks.size(piece) <= max(limit, 2) for piece in pieces)


def test_a_text_is_parted_between_its_paragraphs():
    assert blocks.pieces("one two\n\nthree four", 12) == ["one two", "three four"]


@settings(max_examples=200)
@given(text=st.text(), limit=st.integers(2, 60))
def test_what_is_shortened_says_so(text: str, limit: int):
    line = blocks.short(text, limit)

    assert 0 < blocks.size(line) <= limit
    assert line in {" ".join(text.split()), blocks.NOTHING} or line.endswith(blocks.ELLIPSIS)


# Words


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stand_literally_wherever_they_stand(words: str):
    reply = Reply(
        words,
        Tone.QUESTION,
        choices=(Choice(words, Press("answer", ("x",), about("a"))),),
        field=Field("multi", about("a"), words, options=(("x", words),), placeholder=words),
        facts=(
            Fact(words, words, words, Choice(words, Press("change", ("a",)))),
            Fact(words, words, is_copy=True),
        ),
        citations=(Citation(words, words, "https://www.ecfr.gov/a", words),),
        progress=Progress(1, 2, words),
        spoken=words,
        used=words,
    )

    message, form = render.message(reply), render.form(reply, "")

    assert live(message) == []
    assert live(form) == []
    assert reads(message).count(words) >= 9
    assert message["text"] == blocks.escaped(words)


def test_the_first_block_makes_sense_alone():
    assert first_text(render.message(QUESTION)) == "Was the batch already released?"
    assert first_text(render.message(STOP)) == "Stop. Please read this now."


@pytest.mark.parametrize("reply", EVERY_KIND)
def test_every_message_has_a_line_for_notifications(reply: Reply):
    assert render.message(reply)["text"].strip()


def test_the_line_for_notifications_is_what_matters_most():
    spoken = replace(DESCRIBE, spoken="What did you see?")

    assert render.message(spoken)["text"] == "What did you see?"


def test_a_stop_says_so_in_words_whatever_it_begins_with():
    asked_why = replace(STOP, text=f"I ask so that nobody has to come back to you.\n\n{STOP.text}")
    message = render.message(asked_why)

    assert first_text(message) == "Stop. Please read this now."
    assert message["text"].startswith("Stop: I ask so that")
    assert "Keep the line closed." in reads(message)


def test_how_to_answer_is_said_in_whole_sentences():
    field = Field("person", about("told"), "Reported to", placeholder="A role, such as shift supervisor")
    role = replace(QUESTION, choices=(), field=field)

    assert "Type your answer here. A role, such as shift supervisor." in reads(render.message(role))
    assert "Type your answer here (such as: today 06:10, or 3 June 2026 14:05)." in reads(
        render.message(WHEN)
    )


@given(st.text(max_size=9_000) | st.builds(lambda n: "<&" * n, st.integers(0, 5_000)))
def test_the_line_for_notifications_is_short_and_never_ends_inside_a_sign(text: str):
    line = blocks.summary(text)

    assert 0 < blocks.size(line) <= blocks.SUMMARY
    assert "&" not in line.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")


def test_progress_stands_beside_the_question():
    assert "Step 3 of 12 \N{MIDDLE DOT} Right now" in reads(render.message(QUESTION)).splitlines()


def test_only_a_web_address_becomes_a_link_and_it_leads_nowhere_else():
    odd = Citation("A.1", "", "https://example.org/a_b|c>d?e=<f>&g=*h*", "law")
    none = Citation("A.2", "", "javascript:alert(1)", "law")

    message = render.message(replace(ANSWER, citations=(odd, none)))

    assert [each["text"] for each in elements(message, "mrkdwn")] == [
        "<https://example.org/a_b%7Cc%3Ed?e=%3Cf%3E&amp;g=*h*|Open the source>"
    ]
    assert "A.2 \N{MIDDLE DOT} law" in reads(message)


def test_a_source_is_named_with_how_binding_it_is():
    assert "21 CFR 211.192 \N{MIDDLE DOT} law: Production record review" in reads(render.message(ANSWER))


# Buttons


def test_answers_come_first_and_the_ways_around_them_in_a_row_of_their_own():
    message = render.message(QUESTION)

    assert rows(message) == [["Yes", "No", "I do not know"], ["Back", "Why do you ask?"]]
    menu = [option["text"]["text"] for option in elements(message, "overflow")[0]["options"]]
    assert menu == ["Change an answer", "Show an example", "The rest later", "Put aside"]


@pytest.mark.parametrize("reply", EVERY_KIND)
def test_everything_that_was_offered_can_be_pressed_and_nothing_else(reply: Reply):
    offered = {choice.press for choice in reply.choices}
    offered |= {fact.change.press for fact in reply.facts if fact.change}
    message = render.message(reply)
    found = {press for press in presses(message, reply) if press}

    assert offered <= found
    assert {press.action for press in found - offered} <= {"fetch", "form", "helpful"}


@pytest.mark.parametrize("count", [3, 40])
def test_every_likely_answer_is_there_and_the_first_is_in_colour(count: int):
    choices = tuple(
        Choice(f"Line {n}", Press("answer", (str(n),), about("line")), is_main=n < 6) for n in range(count)
    )
    reply = Reply("Which?", Tone.QUESTION, choices=choices, field=TOUCHES.field)
    message = render.message(reply)

    assert {choice.press for choice in choices} <= set(presses(message, reply))
    assert [b["text"]["text"] for b in elements(message, "button") if b.get("style")] == ["Line 0"]


def test_the_likely_answer_is_the_only_one_in_colour():
    styles = {
        button["text"]["text"]: button.get("style") for button in elements(render.message(DESCRIBE), "button")
    }

    assert {label for label, style in styles.items() if style} == {"Keep it as it is"}


def test_what_cannot_be_taken_back_is_asked_once_more():
    (end,) = (b for b in elements(render.message(ENDING), "button") if b["text"]["text"] == "End it")

    assert end["style"] == "danger"
    assert end["confirm"]["confirm"]["text"] == "End it"
    assert "What you said is kept" in end["confirm"]["text"]["text"]


def test_an_answer_too_long_for_a_button_stands_whole_above_it_and_the_others_only_on_theirs():
    message = render.message(WHICH)
    long = WHICH.choices[0].label

    assert f"In full: {long}" in reads(message)
    assert labels(message)[0] == "Procedure was followed, but it did not…"
    assert labels(message)[1] == "Training"
    assert reads(message).count("Training") == 1


def test_what_was_typed_read_in_two_ways_is_offered_before_the_form():
    unknown = Choice("Not known yet", Press("answer", ("unknown",), about("noticed")))
    which = replace(WHEN, choices=(*answers("noticed", "2 June 2026", "6 February 2026"), unknown))

    assert labels(render.message(which)) == [
        "2 June 2026",
        "6 February 2026",
        "Pick date and time",
        "Not known yet",
    ]


def test_two_long_answers_that_begin_alike_can_be_told_apart():
    begin = "The same beginning of an answer that is much too long to stand on a button of any kind, "
    message = render.message(replace(QUESTION, choices=answers("which", f"{begin}yes", f"{begin}no")))

    assert len(set(labels(message))) == 2


def test_up_to_25_answers_are_buttons_and_more_are_a_list():
    def of(count: int) -> Json:
        choices = tuple(Choice(f"Line {n}", Press("answer", (str(n),), about("line"))) for n in range(count))
        return render.message(Reply("Which line?", Tone.QUESTION, choices=choices))

    assert len(labels(of(25))) == 25
    assert labels(of(26)) == []
    (listed,) = elements(of(26), "static_select")
    assert len(listed["options"]) == 26


def test_what_was_used_has_no_buttons_and_says_what_was_chosen_in_words():
    used = render.message(QUESTION.without_controls(USED))

    assert [block["type"] for block in used["blocks"]] == ["section", "context", "context"]
    assert f"\N{CHECK MARK} {USED}" in reads(used)


def test_what_stays_open_after_one_press_keeps_its_other_button():
    half = render.message(TOLD.without(TOLD.choices[0].press, HALF_USED))

    assert labels(half) == ["Release the stop"]
    assert HALF_USED in reads(half)


def test_a_long_press_is_found_again_in_its_reply():
    long = Press("words", ("a tablet & more " * 30,), about("seen"))
    reply = Reply("Is it this?", choices=(Choice("My answer", long), Choice("No", Press("dismiss"))))

    values = [button["value"] for button in elements(render.message(reply), "button")]

    assert all(blocks.size(value) <= blocks.OPTION_VALUE for value in values)
    assert [render.press_of(reply, value) for value in values] == [long, Press("dismiss")]
    assert render.press_of(QUESTION, values[0]) is None


def test_a_long_press_is_the_same_one_after_another_button_is_gone():
    long = tuple(Press("words", (f"{n}" * 300,), about("seen")) for n in range(3))
    reply = Reply("Which?", choices=tuple(Choice(str(n), press) for n, press in enumerate(long)))
    value = elements(render.message(reply), "button")[2]["value"]

    assert render.press_of(reply.without(long[0], "used"), value) == long[2]


def test_a_long_press_is_found_again_in_a_list_and_in_a_menu():
    long = [Press("words", (f"{n} & more " * 40,), about("seen")) for n in range(30)]
    listed = Reply("Which?", choices=tuple(Choice(f"Number {n}", press) for n, press in enumerate(long)))
    asides = Reply("Which?", choices=tuple(replace(choice, is_aside=True) for choice in listed.choices[:6]))
    changes = Reply("Which?", facts=tuple(Fact("a", "b", change=choice) for choice in listed.choices))

    for reply, count in ((listed, 30), (asides, 6), (changes, 30)):
        assert {press for press in presses(render.message(reply), reply) if press} == set(long[:count])


@pytest.mark.parametrize("token", ["", "open", "answer|a|b|x|c"])
def test_what_is_no_press_is_none(token: str):
    assert render.press_of(QUESTION, token) is None


def test_a_button_that_says_too_little_says_more_to_a_screen_reader():
    spoken = {b["text"]["text"]: b.get("accessibility_label") for b in elements(render.home(MINE), "button")}

    assert spoken["Continue"] == "Continue: Out of specification: assay"
    assert spoken["Word"] == "Word: coach-9d4x-draft-1.docx"


# Reviews, drafts, answers


def test_a_review_shows_every_answer_and_offers_to_change_each():
    message = render.message(REVIEW)

    assert all(f"{fact.label}: " in reads(message) and fact.value in reads(message) for fact in REVIEW.facts)
    (changes,) = elements(message, "static_select")
    assert [option["text"]["text"] for option in changes["options"]] == [fact.label for fact in REVIEW.facts]


def test_two_answers_of_one_name_can_be_told_apart_where_they_are_changed():
    first, second = REVIEW.facts[2], replace(REVIEW.facts[3], label="Where", value="Room 3")

    (changes,) = elements(render.message(Reply("Which?", facts=(first, second))), "static_select")

    assert [option["text"]["text"] for option in changes["options"]] == [
        "Where: Line 3, blister packing",
        "Where: Room 3",
    ]


LONG_REVIEW = replace(
    REVIEW, facts=tuple(replace(fact, value=f"{fact.value} " * 40) for fact in REVIEW.facts)
)


def test_a_review_too_long_for_a_message_still_has_every_line_and_says_that_there_is_more():
    shown = reads(render.message(LONG_REVIEW))

    assert all(f"{fact.label}: " in shown for fact in LONG_REVIEW.facts)
    assert "There is more than is shown here." in shown
    assert "Show everything" in labels(render.message(LONG_REVIEW))


def test_what_is_to_be_copied_is_never_shortened():
    facts = tuple(Fact(f"Field {n}", f"{n} " * 600, is_copy=True) for n in range(20))
    message = render.message(Reply("Copy each field.", facts=facts))

    copied = [each["elements"][0]["text"] for each in elements(message, "rich_text_preformatted")]

    assert copied
    assert copied == [fact.value for fact in facts][: len(copied)]
    assert "Show everything" in labels(message)


def test_no_heading_stands_over_nothing():
    facts = tuple(Fact(f"{n}", "x" * 900, group=f"Section {n}") for n in range(60))
    kinds = [block["type"] for block in render.message(Reply("Is it right?", facts=facts))["blocks"]]

    assert "header" in kinds
    assert all(after == "rich_text" for kind, after in itertools.pairwise(kinds) if kind == "header")


def test_everything_is_there_to_be_read_and_nothing_to_be_pressed():
    everything = "".join(reads(render.whole(LONG_REVIEW, 0, "private")).split())

    assert all("".join(fact.value.split()) in everything for fact in LONG_REVIEW.facts)
    assert labels(render.whole(LONG_REVIEW)) == []
    assert render.whole(LONG_REVIEW, 0, "private")["private_metadata"] == "private"


def test_a_message_that_is_all_there_has_no_button_for_more():
    assert "Show everything" not in labels(render.message(REVIEW))


def test_buttons_that_a_message_has_no_room_for_stand_in_the_window():
    choices = tuple(
        Choice(f"Continue: {n} {'x' * 60}", Press("resume", (), About(f"coach-{n:04}", "", 0)))
        for n in range(300)
    )
    reply = Reply("Which one?", choices=choices)
    pages = [render.whole(reply, page) for page in range(9)]

    found = {press for page in pages for press in presses(page, reply)}

    assert {choice.press for choice in choices} <= found


def test_a_very_long_window_has_pages_and_each_leads_to_the_next():
    reply = Reply("x " * 200_000)
    first, second = render.whole(reply), render.whole(reply, 1)

    assert labels(first) == ["Next page"]
    assert labels(second) == ["Page before", "Next page"]
    assert [b["value"] for b in elements(second, "button")] == ["0", "2"]
    assert render.whole(reply, 999)["blocks"] == render.whole(reply, 998)["blocks"]


def test_what_is_to_be_copied_stands_by_itself_and_to_the_letter():
    fact = Fact("Where", "  Line 3\n\ttable *A*", is_copy=True)

    (block,) = (
        b for b in render.message(Reply("Copy.", facts=(fact,)))["blocks"] if b["type"] == "rich_text"
    )

    assert block["elements"][1] == {
        "type": "rich_text_preformatted",
        "elements": [{"type": "text", "text": fact.value}],
    }


def test_the_files_of_one_draft_are_named_and_those_of_several_can_be_fetched():
    assert f"{RUN}-draft-1.docx" in reads(render.message(DRAFT))
    assert not any(press.action == "fetch" for press in presses(render.message(DRAFT), DRAFT) if press)

    fetched = [press for press in presses(render.message(DRAFTS), DRAFTS) if press]

    assert fetched[0] == Press("fetch", (DRAFTS.files[0].name,), About(RUN, "", 0))
    assert labels(render.message(DRAFTS))[:2] == ["coach-7k2m-draft-2, Word", "coach-7k2m-draft-2, Markdown"]


@pytest.mark.parametrize("is_plain", [False, True])
def test_an_answer_asks_whether_it_helped(is_plain: bool):
    message = render.message(ANSWER, is_plain=is_plain)

    assert presses(message, ANSWER) == [Press("helpful", ("yes",)), Press("helpful", ("no",))]
    assert bool(elements(message, "context_actions")) is not is_plain


@pytest.mark.parametrize(
    "reply", [STOP, QUESTION, replace(ANSWER, used="Thank you"), replace(ANSWER, is_answer=False)]
)
def test_nothing_else_asks_whether_it_helped(reply: Reply):
    assert not any(press.action == "helpful" for press in presses(render.message(reply), reply) if press)


# Forms


@pytest.mark.parametrize(
    ("reply", "button", "element"),
    [
        (DESCRIBE, "Write in a form", "plain_text_input"),
        (WHEN, "Pick date and time", "datepicker"),
        (TOUCHES, "Tick what applies", "checkboxes"),
        (EVIDENCE, "Choose files", "file_input"),
    ],
)
def test_every_field_has_a_button_that_opens_its_form(reply: Reply, button: str, element: str):
    (opens,) = (b for b in elements(render.message(reply), "button") if b["action_id"] == blocks.FORM)

    assert opens["text"]["text"] == button
    assert elements(render.form(reply, ""), element)


def test_what_can_be_ticked_is_read_before_the_form_is_opened():
    assert TOUCHES.field
    assert all(label in reads(render.message(TOUCHES)) for _, label in TOUCHES.field.options)


def test_a_form_shows_its_question_and_what_was_answered_before():
    form = render.form(DESCRIBE, "private")

    assert "Please write down what was there, not why." in reads(form)
    assert elements(form, "plain_text_input")[0]["initial_value"] == "A tablet was chipped."
    assert form["private_metadata"] == "private"


def test_a_form_shows_what_was_wrong_beside_the_question():
    assert "That is no date." in reads(render.form(WHEN, "", {blocks.FIELD: "That is no date."}))


def test_what_was_filled_in_stays_when_a_form_is_shown_again():
    """Slack keeps a value where the names of block and element are the same ones."""

    def names(view: Json) -> list[tuple[str, str]]:
        return [(b["block_id"], b["element"]["action_id"]) for b in view["blocks"] if b["type"] == "input"]

    assert names(render.form(WHEN, "")) == names(render.form(WHEN, "", {blocks.FIELD: "No."}))
    assert names(render.form(WHEN, "")) == [
        (blocks.FIELD, blocks.FIELD),
        (blocks.FIELD_TIME, blocks.FIELD_TIME),
    ]


def test_an_earlier_answer_too_long_for_a_form_is_not_cut():
    assert DESCRIBE.field
    long = replace(DESCRIBE, field=replace(DESCRIBE.field, filled=("x" * 3_500,)))

    assert "initial_value" not in elements(render.form(long, ""), "plain_text_input")[0]


@pytest.mark.parametrize(
    ("kind", "filled", "key"), [("date", "2025-11-24", "initial_date"), ("time", "06:10", "initial_time")]
)
def test_an_earlier_day_or_time_is_offered_again(kind: Any, filled: str, key: str):
    reply = Reply("When?", field=Field(kind, about("when"), "When", filled=(filled,)))
    odd = Reply("When?", field=Field(kind, about("when"), "When", filled=("today",)))

    assert next(objects(render.form(reply, "")["blocks"][1]["element"]))[key] == filled
    assert key not in render.form(odd, "")["blocks"][1]["element"]


def test_what_was_ticked_before_is_ticked_again():
    (ticks,) = elements(render.form(TOUCHES, ""), "checkboxes")

    assert [option["value"] for option in ticks["initial_options"]] == ["batch"]


def test_many_options_are_a_list_and_very_many_are_several():
    def form(count: int) -> Json:
        options = tuple((f"v{n}", f"Option {n}") for n in range(count))
        return render.form(Reply("Which?", field=Field("multi", about("a"), "Which", options)), "")

    assert len(elements(form(10), "checkboxes")) == 1
    assert len(elements(form(11), "multi_static_select")) == 1
    assert [len(each["options"]) for each in elements(form(150), "multi_static_select")] == [100, 50]


def test_of_several_lists_none_must_be_used():
    """What applies may all stand in one of them."""

    def optional(count: int) -> list[bool]:
        options = tuple((f"v{n}", f"Option {n}") for n in range(count))
        form = render.form(Reply("Which?", field=Field("multi", about("a"), "Which", options)), "")
        return [block.get("optional", False) for block in form["blocks"] if block["type"] == "input"]

    assert (optional(100), optional(101)) == ([False], [True, True])


def test_only_the_kinds_of_file_that_are_allowed_can_be_chosen():
    (chosen,) = elements(render.form(EVIDENCE, ""), "file_input")

    assert (chosen["filetypes"], chosen["max_files"]) == (["jpg", "jpeg", "png"], 5)


def test_a_reply_without_a_field_has_no_form():
    with pytest.raises(ValueError, match="without a field"):
        render.form(QUESTION, "")


def test_a_form_carries_where_it_was_opened_and_slack_takes_it():
    private = Opened("D01:1.0", f"T01/{'U' * 11}", about("step" * 20)).private()

    assert faults(render.form(DESCRIBE, private), "modal") == []


# Home, beginnings


EMPTY = replace(MINE, runs=(), drafts=(), waiting=0, shelf=(), lent=())
FULL = replace(
    MINE,
    runs=tuple(MINE.runs) * 60,
    lent=tuple(MINE.lent) * 60,
    drafts=tuple(MINE.drafts) * 60,
    shelf=tuple(MINE.shelf) * 60,
    who_sees="x" * 9_000,
)


@pytest.mark.parametrize("overview", [MINE, EMPTY, FULL])
def test_slack_takes_every_home_page(overview: Overview):
    assert faults(render.home(overview), "home") == []


def test_the_home_page_begins_with_what_waits_and_what_is_open():
    lines = reads(render.home(MINE)).splitlines()

    places = [lines.index(words) for words in ("Waiting for you: 2", "Open", "Start", "Drafts")]
    assert places == sorted(places)


def test_the_home_page_says_what_comes_next_and_who_sees_what():
    text = reads(render.home(MINE))

    assert "Next: Where" in text
    assert "Who sees this? You see your own runs" in text
    assert "Europe/Zagreb" in text


def test_the_home_page_says_whose_turn_it_is_where_two_people_share_a_run():
    text = reads(render.home(MINE))

    assert "Maya Lindqvist has handed this part over to you." in text
    assert '"Look at a result" is with Maya Lindqvist since 24 November 2025' in text
    assert '"Look at a result"' in reads(render.home(replace(MINE, runs=())))


def test_everything_on_the_home_page_can_be_pressed():
    found = presses(render.home(MINE), Reply(""))

    assert {press for lent in MINE.lent for press in (lent.look, lent.take_back)} <= set(found)
    assert {run.take_up for run in MINE.runs} <= set(found)
    assert {Press("start", (name,)) for name, _ in MINE.shelf} <= set(found)
    assert {Press("waiting"), Press("help")} <= set(found)
    assert Press("fetch", (MINE.drafts[0].name,), About(RUN, "", 0)) in found


def test_every_playbook_can_be_started_from_the_home_page_however_many_there_are():
    many = replace(MINE, shelf=tuple((f"playbook-{n}", f"Playbook {n}") for n in range(300)))

    assert {Press("start", (name,)) for name, _ in many.shelf} <= set(presses(render.home(many), Reply("")))


def test_a_stranger_reads_one_sentence_on_the_home_page():
    home = render.home(None, "I do not know you yet.")

    assert faults(home, "home") == []
    assert reads(home) == "I do not know you yet."


@pytest.mark.parametrize("count", [1, 10, 11, 100, 250])
def test_every_playbook_can_be_picked_from_the_shortcut(count: int):
    shelf = [(f"playbook-{n}", f"Playbook {n}") for n in range(count)]
    view = render.start(shelf, "private")

    assert faults(view, "modal") == []
    assert {each["value"] for each in objects(view["blocks"]) if "value" in each} == {
        name for name, _ in shelf
    }


def test_without_playbooks_the_shortcut_says_so():
    view = render.start([], "")

    assert faults(view, "modal") == []
    assert "No playbook is in force" in reads(view)


def test_at_most_four_beginnings_are_offered_and_help_is_one_of_them():
    many = render.prompts(FULL)

    assert len(many) == 4
    assert many[-1]["message"] == "help"
    assert many[0] == {"title": "Continue: Deviation on line 3", "message": "continue"}
    assert [each["message"] for each in render.prompts(EMPTY)] == ["help"]


def test_one_thing_can_be_said_in_a_window():
    view = render.notice("A title that is longer than a window has room for", "I could not open that.")

    assert faults(view, "modal") == []
    assert "I could not open that." in reads(view)


def test_a_message_is_made_in_a_moment():
    """Two hundred reviews in a second, with a wide margin for a busy machine."""
    begun = time.monotonic()
    for _ in range(100):
        render.message(REVIEW)

    assert time.monotonic() - begun < 2


def test_the_same_reply_is_the_same_message():
    assert render.message(REVIEW) == render.message(Reply.from_json(REVIEW.to_json()))


def test_what_was_fetched_keeps_its_name():
    odd = (File("a.b.pdf", DOCX, "coach-1", 1), File("plain", DOCX, "coach-2", 1))

    assert labels(render.message(Reply("Here.", files=odd))) == ["a.b.pdf", "plain"]


def test_a_source_without_a_title_is_named_too():
    assert "21 CFR 211.192 \N{MIDDLE DOT} law" in reads(
        render.message(replace(ANSWER, citations=(replace(CFR, title=""),)))
    )
