"""What the coach says, as people see it in Teams."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.teams.literal import literal, paragraphs
from bot.channels.teams.parse import read
from bot.channels.teams.received import Said, Turned
from bot.channels.teams.render import activity, card
from bot.message import About, Press
from bot.reply import Choice, Citation, Fact, Field, File, Progress, Reply, Tone
from tests.channels.teams.fake_desk import DOCX
from tests.channels.teams.microsoft import captured
from tests.contracts.adaptive_card import faults, live, objects, payload_faults, reads
from tests.contracts.extremes import HOSTILE, MARKS, extremes

Json = dict[str, Any]

ABOUT = About("coach-7k2m", "where", 12)
YES, NO = Press("answer", ("yes",), ABOUT), Press("answer", ("no",), ABOUT)
BACK = Press("back", (), ABOUT)
EXTREMES = tuple(extremes())


def field(kind: str = "text", **more: Any) -> Field:
    return Field(kind=kind, about=ABOUT, label="What happened", **more)  # type: ignore[arg-type]


def of_type(reply: Reply, kind: str) -> list[Json]:
    return [each for each in objects(card(reply)) if each.get("type") == kind]


def actions(shown: Json) -> list[Json]:
    """Everything in a card that can be pressed: buttons and rows."""
    found = []
    for each in objects(shown):
        found += [action for action in each.get("actions", ()) if action["type"] != "Action.OpenUrl"]
        if "selectAction" in each and each["selectAction"]["type"] != "Action.OpenUrl":
            found.append(each["selectAction"])
    return found


@cache
def all_pages(reply: Reply) -> tuple[Json, ...]:
    """Every page, turned by its own button."""
    return tuple(_turned(reply))


def _turned(reply: Reply) -> Iterator[Json]:
    page = 0
    while True:
        shown = card(reply, page)
        yield shown
        turns = [action["data"]["page"] for action in actions(shown) if "page" in action["data"]]
        if not any(turn > page for turn in turns):
            return
        page = max(turns)


def pressed(action: Json, **typed: str) -> Any:
    """What we hear when somebody presses this, with these inputs."""
    return read(captured("card_submit", replyToId="1001", value={**action["data"], **typed}))


# --- Whatever it is -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("reply", [pytest.param(reply, id=name) for name, reply in EXTREMES])
def test_every_page_of_whatever_is_said_is_taken_by_teams(reply: Reply):
    assert payload_faults(activity(reply)) == []
    for shown in all_pages(reply):
        assert faults(shown) == []


@pytest.mark.parametrize("reply", [pytest.param(reply, id=name) for name, reply in EXTREMES])
def test_nothing_that_is_said_gets_lost(reply: Reply):
    seen = "".join("".join(reads(shown).split()) for shown in all_pages(reply))
    said = [reply.text, reply.used, *(fact.value for fact in reply.facts)]
    pieces = ["".join(piece.split()) for text in said for piece in paragraphs(text)]
    assert [piece for piece in pieces if piece not in seen] == []


@pytest.mark.parametrize("reply", [pytest.param(reply, id=name) for name, reply in EXTREMES])
def test_everything_that_can_be_pressed_is_on_one_of_the_pages_and_is_understood(reply: Reply):
    offered = {choice.press for choice in reply.choices} | {
        fact.change.press for fact in reply.facts if fact.change
    }
    tokens = {
        action["data"]["press"]
        for shown in all_pages(reply)
        for action in actions(shown)
        if "press" in action["data"]
    }
    assert {press.token() for press in offered} <= tokens
    for press in offered:
        received = pressed({"data": {"press": press.token(), "card": "x"}})
        assert isinstance(received, Said)
        assert received.message.press
        assert received.message.press.token() == press.token()


@given(st.text(max_size=300))
def test_whatever_somebody_typed_is_shown_as_it_stands(text: str):
    reply = Reply(text, facts=(Fact("Their words", text),), used=text)
    for shown in all_pages(reply):
        assert faults(shown) == []
        assert live(shown) == []


@pytest.mark.parametrize("mark", MARKS)
def test_no_sign_of_markdown_means_anything(mark: str):
    shown = card(Reply(f"It says {mark} here", facts=(Fact(mark, mark), Fact("x", f"{mark}\n{mark}"))))
    assert live(shown) == []
    assert reads(shown).count(" ".join(mark.split()[:1])) >= 3


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("1.10 and 2*3*4", r"1.10 and 2\*3\*4"),
        ("- first\n2. second", "\\- first\n\n2\\. second"),
        ("snake_case_name", r"snake\_case\_name"),
        ("<at>Everyone</at>", r"\<at\>Everyone\</at\>"),
        ("a\\b", r"a\\b"),
        ("    code", "\N{NO-BREAK SPACE}" * 4 + "code"),
    ],
)
def test_a_backslash_takes_the_meaning_away(typed: str, shown: str):
    assert literal(typed) == shown


def test_a_card_mentions_nobody_and_names_no_text_beside_itself():
    message = activity(Reply(HOSTILE))
    assert set(message) == {"type", "summary", "attachments"}
    assert "<at>" not in json.dumps(message["attachments"][0]["content"]["body"])


# --- A question ---------------------------------------------------------------------------------------------


def test_a_question_is_a_heading_and_its_answers_are_buttons():
    reply = Reply(
        "Was it released?",
        Tone.QUESTION,
        choices=(Choice("Yes", YES, is_main=True), Choice("No", NO), Choice("Back", BACK, is_aside=True)),
        progress=Progress(3, 12, "The batch"),
    )
    shown = card(reply)
    rows = of_type(reply, "ActionSet")
    titles = [[action["title"] for action in row["actions"]] for row in rows]
    (heading,) = [each for each in objects(shown) if each.get("style") == "heading"]

    assert heading["text"] == "Was it released?"
    assert titles == [["Yes", "No"], ["Back"]]
    assert "Step 3 of 12 · The batch" in reads(shown)


def test_a_button_carries_what_it_does_and_waits_for_no_input():
    (action,) = actions(card(Reply("Was it released?", choices=(Choice("Yes", YES),))))
    received = pressed(action)

    assert action["associatedInputs"] == "none"
    assert isinstance(received, Said)
    assert received.message.press == YES
    assert received.message.on == "1001"


def test_seven_answers_take_two_rows():
    choices = tuple(Choice(f"Line {number}", Press("answer", (str(number),), ABOUT)) for number in range(7))
    assert [len(row["actions"]) for row in of_type(Reply("Where?", choices=choices), "ActionSet")] == [6, 1]


def test_answers_too_long_for_a_button_are_rows_that_can_be_read_to_their_end_and_keep_their_order():
    label = "Yes, and the quality unit has already been told about it by the shift supervisor"
    reply = Reply("Was it released?", choices=(Choice("No", NO), Choice(label, YES)))

    assert of_type(reply, "ActionSet") == []
    assert label in reads(card(reply))
    assert [action["data"]["press"] for action in actions(card(reply))] == [NO.token(), YES.token()]


def test_the_likely_one_of_several_rows_stands_out():
    long = "Only a part of it, and the rest is still in quarantine"
    choices = (Choice(long, YES, is_main=True), Choice("No", NO))
    weights = [
        row["items"][0].get("weight") for row in of_type(Reply("Which?", choices=choices), "Container")
    ]

    assert weights == ["Bolder", None]


def test_two_answers_of_one_name_can_be_told_apart():
    shown = card(Reply("Which?", choices=(Choice("Line 3", YES), Choice("Line 3", NO))))
    assert [action["title"] for action in actions(shown)] == ["Line 3", "Line 3 (2)"]


def test_what_somebody_was_told_is_answered_at_once_where_the_client_can():
    seen = Press("seen", ("hold",), About("coach-7k2m", "hold", 0))
    (action,) = actions(card(Reply("Stop the line.", Tone.STOP, choices=(Choice("I have read this", seen),))))

    assert (action["type"], action["fallback"]["type"]) == ("Action.Execute", "Action.Submit")
    assert action["data"] == action["fallback"]["data"]


@pytest.mark.parametrize(
    ("tone", "mark"), [(Tone.STOP, "Stop"), (Tone.NOTICE, "Please note"), (Tone.DONE, "Done")]
)
def test_a_tone_is_said_in_words_and_not_by_its_colour_alone(tone: Tone, mark: str):
    assert mark in reads(card(Reply("The batch is on hold.", tone))).split("\n")


def test_after_use_the_card_says_what_became_of_its_buttons():
    reply = Reply("Was it released?", choices=(Choice("Yes", YES),)).without_controls("Priya: Yes, 09:12.")
    shown = card(reply)

    assert actions(shown) == []
    assert "Priya: Yes, 09:12." in reads(shown)


# --- Inputs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "kinds", "typed", "said"),
    [
        (field(), ["Input.Text"], {"typed": " a chip "}, "a chip"),
        (field("long_text"), ["Input.Text"], {"typed": "a\nb"}, "a\nb"),
        (field("number", placeholder="mg"), ["Input.Text"], {"typed": "1.10"}, "1.10"),
        (field("date"), ["Input.Date"], {"day": "2026-06-03"}, "2026-06-03"),
        (field("time"), ["Input.Time"], {"time": "06:10"}, "06:10"),
        (
            field("datetime"),
            ["Input.Date", "Input.Time"],
            {"day": "2026-06-03", "time": "06:10"},
            "2026-06-03 06:10",
        ),
        (field("person"), ["Input.Text"], {"typed": "shift supervisor"}, "shift supervisor"),
        (field("identifier", placeholder="LOT-####"), ["Input.Text"], {"typed": "LOT-0012"}, "LOT-0012"),
        (field("list"), ["Input.Text"], {"typed": "one\ntwo"}, "one\ntwo"),
    ],
    ids=lambda value: value.kind if isinstance(value, Field) else None,
)
def test_an_answer_can_be_typed_into_the_card(
    asked: Field, kinds: list[str], typed: dict[str, str], said: str
):
    reply = Reply("What happened?", Tone.QUESTION, field=asked)
    inputs = [each for each in objects(card(reply)) if str(each.get("type")).startswith("Input.")]
    (send,) = actions(card(reply))
    received = pressed(send, **typed)

    assert [each["type"] for each in inputs] == kinds
    assert all(each["isRequired"] and each["errorMessage"] and each["label"] for each in inputs)
    assert {each["id"] for each in inputs} == set(typed)
    assert "associatedInputs" not in send  # so the client waits for what is required
    assert isinstance(received, Said)
    assert (received.message.text, received.message.about) == (said, ABOUT)


def test_several_answers_can_be_ticked():
    asked = field("multi", options=(("chip", "A chip"), ("crack", "A *crack*")), filled=("chip",))
    (ticks,) = of_type(Reply("What?", field=asked), "Input.ChoiceSet")
    (send,) = actions(card(Reply("What?", field=asked)))
    received = pressed(send, ticked="chip,crack")

    assert (ticks["isMultiSelect"], ticks["style"], ticks["value"]) == (True, "expanded", "chip")
    assert [each["title"] for each in ticks["choices"]] == [
        "A chip",
        "A *crack*",
    ]  # Teams reads no Markdown here
    assert isinstance(received, Said)
    assert received.message.press == Press("answer", ("chip", "crack"), ABOUT)


def test_the_name_of_an_input_is_no_date():
    """Teams reads no Markdown in it, but dates; seen in Microsoft 365 Agents Playground."""
    asked = Field("text", ABOUT, "*When* {{DATE(2026-06-03T06:10:00Z, SHORT)}}")
    (typed,) = of_type(Reply("When?", field=asked), "Input.Text")

    assert typed["label"].startswith("*When* {")
    assert "{{" not in typed["label"]


def test_an_earlier_answer_is_filled_in_whole_or_not_at_all():
    short = of_type(Reply("What?", field=field(filled=("a chip",))), "Input.Text")
    long = of_type(Reply("What?", field=field(filled=("a chip",), max_length=3)), "Input.Text")

    assert short[0]["value"] == "a chip"
    assert "value" not in long[0]


def test_beside_what_is_typed_no_other_button_stands_out():
    keep = Choice("Keep: a chip", Press("answer", ("a chip",), ABOUT), is_main=True)
    beside = [action.get("style") for action in actions(card(Reply("What?", field=field(), choices=(keep,))))]
    alone = [action.get("style") for action in actions(card(Reply("What?", choices=(keep,))))]

    assert (beside, alone) == (["positive", None], ["positive"])


def test_where_files_are_wanted_the_card_says_how_to_send_them():
    asked = field("attachment", allow=("jpg", "pdf"), max_files=3)
    shown = card(Reply("Show me.", field=asked))

    assert "Attach your files to a message in this chat: JPG or PDF, at most 3." in reads(shown)
    assert actions(shown) == []


# --- Facts, sources and files -------------------------------------------------------------------------------


def test_each_line_of_a_review_can_be_changed():
    change = Choice("Change", Press("change", ("where",), About("coach-7k2m", "where", 0)))
    shown = card(Reply("Is this right?", facts=(Fact("Where", "Line 3", "The place", change),)))
    (action,) = actions(shown)

    assert action["title"] == "Change: Where"
    assert action["data"]["press"] == change.press.token()
    assert [each["text"] for each in objects(shown) if each.get("style") == "heading"] == ["The place"]


def test_facts_stand_in_a_table_where_all_are_short_and_look_alike_where_one_is_not():
    short, long = Fact("Where", "Line 3", "The place"), Fact("What", "A chip\nand a crack", "The event")
    when = Fact("When", "06:10", "The event")

    assert len(of_type(Reply("Noted.", facts=(short, when)), "FactSet")) == 2
    assert of_type(Reply("Noted.", facts=(short, when, long)), "FactSet") == []


def test_what_is_to_be_copied_stands_by_itself_as_it_is():
    shown = card(Reply("Copy this.", facts=(Fact("Where", "  Line_3\n  at the *end*", is_copy=True),)))
    (value,) = [each for each in objects(shown) if each.get("fontType") == "Monospace"]

    assert value["text"].replace("\\", "").replace("\N{NO-BREAK SPACE}", " ") == "  Line_3\n\n  at the *end*"


def test_a_source_can_be_opened_where_it_is_a_safe_address():
    safe = Citation("EU GMP 8.9", "Complaints", "https://health.ec.europa.eu/x.pdf", "binding")
    other = Citation("SOP 12", "Our own", "javascript:alert(1)", "binding")
    shown = card(Reply("Because.", citations=(safe, other)))
    urls = [each["url"] for each in objects(shown) if each.get("type") == "Action.OpenUrl"]

    assert urls == [safe.url]
    assert "EU GMP 8.9 (binding): Complaints" in reads(shown)
    assert "SOP 12 (binding): Our own" in reads(shown)


def test_the_files_of_one_draft_are_only_named_because_they_come_by_themselves():
    files = tuple(File(f"coach-7k2m-draft-1.{kind}", DOCX, "coach-7k2m", 1) for kind in ("docx", "md"))
    shown = card(Reply("Draft 1 is there.", Tone.DONE, files=files))

    assert actions(shown) == []
    assert "coach-7k2m-draft-1.docx, coach-7k2m-draft-1.md" in reads(shown)


def test_the_files_of_several_drafts_can_be_fetched():
    files = tuple(File(f"coach-7k2m-draft-{n}.docx", DOCX, "coach-7k2m", n) for n in (1, 2))
    tokens = [action["data"]["press"] for action in actions(card(Reply("Your drafts.", files=files)))]

    assert tokens == [Press("fetch", (file.name,), About("coach-7k2m", "", 0)).token() for file in files]


# --- Pages --------------------------------------------------------------------------------------------------


def test_a_long_message_can_be_turned_forth_and_back():
    reply = Reply("\n\n".join(f"Paragraph {number}. {'word ' * 300}" for number in range(30)))
    pages = all_pages(reply)
    (forth,) = [action for action in actions(pages[0]) if "page" in action["data"]]
    turned = pressed(forth)

    assert len(pages) > 1
    assert isinstance(turned, Turned)
    assert (turned.page, turned.message.on) == (1, "1001")
    assert "Page 1 of" in reads(pages[0])
    assert [action["data"]["page"] for action in actions(pages[-1])] == [len(pages) - 2]
    assert card(reply, 999) == pages[-1]


def test_a_notification_reads_what_is_spoken():
    assert activity(Reply("Long.\n\nShort.", spoken="Short."))["summary"] == "Short."
    assert activity(Reply(""))["summary"] == "A message from your coach"
