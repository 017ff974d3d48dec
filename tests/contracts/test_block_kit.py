"""The judge of Slack's blocks: it lets good ones pass, and finds every fault that was planted."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts.block_kit import MAX_WHOLE, Json, Surface, faults, live, reads, unescape, whole

Plant = Callable[[Json], object]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def button(name: str = "qms.press:1", **more: Any) -> Json:
    return {"type": "button", "text": plain("Yes"), "action_id": name, "value": "answer|r|s|1|yes", **more}


def option(number: int = 1) -> Json:
    return {"text": plain(f"Option {number}"), "value": f"value-{number}"}


def message() -> Json:
    """One of everything that a message of ours may hold."""
    return {
        "text": "Was the batch already released?",
        "blocks": [
            {"type": "header", "text": plain("What happened"), "block_id": "head"},
            {"type": "section", "text": {"type": "mrkdwn", "text": "Was the batch &lt;1&gt; released?"}},
            {
                "type": "section",
                "fields": [plain("Where"), plain("Room 3")],
                "accessory": button("qms.press:0"),
            },
            {"type": "divider"},
            {
                "type": "actions",
                "block_id": "ways",
                "elements": [
                    button(style="primary", accessibility_label="Yes, it was released"),
                    button("qms.press:2", url="https://example.org"),
                    {"type": "overflow", "action_id": "qms.more", "options": [option(1), option(2)]},
                    {
                        "type": "static_select",
                        "action_id": "qms.pick",
                        "placeholder": plain("Pick one"),
                        "options": [option(number) for number in range(100)],
                        "initial_option": option(7),
                    },
                    {"type": "radio_buttons", "action_id": "qms.one", "options": [option(1), option(2)]},
                    {"type": "checkboxes", "action_id": "qms.many", "options": [option(1), option(2)]},
                    button(
                        "qms.press:3",
                        confirm={
                            "title": plain("End it?"),
                            "text": plain("No draft is made."),
                            "confirm": plain("End it"),
                            "deny": plain("Go on"),
                        },
                    ),
                ],
            },
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "21 CFR 211.192"}]},
            {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "A chart of 9.4 °C"},
            {
                "type": "rich_text",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "*as* it <stands>"}]}
                ],
            },
            {"type": "markdown", "text": "Some **words**"},
            {
                "type": "table",
                "rows": [[{"type": "raw_text", "text": "Where"}, {"type": "raw_text", "text": "3"}]],
            },
            {
                "type": "context_actions",
                "elements": [
                    {
                        "type": "feedback_buttons",
                        "action_id": "qms.feedback",
                        "positive_button": {"text": plain("Helpful"), "value": "yes"},
                        "negative_button": {"text": plain("Not helpful"), "value": "no"},
                    }
                ],
            },
        ],
    }


def modal() -> Json:
    """A form with one of every input of ours."""
    typed = {"type": "plain_text_input", "action_id": "typed", "multiline": True, "max_length": 3000}
    return {
        "type": "modal",
        "title": plain("What happened"),
        "submit": plain("Send"),
        "close": plain("Not now"),
        "callback_id": "qms.form",
        "private_metadata": "coach-1",
        "notify_on_close": True,
        "blocks": [
            {"type": "section", "text": plain("In two or three sentences.")},
            {"type": "alert", "text": plain("Give roles, not names."), "level": "info"},
            {
                "type": "input",
                "block_id": "answer",
                "label": plain("What happened"),
                "hint": plain("Only what was seen."),
                "optional": False,
                "element": typed
                | {"initial_value": "9.4 °C", "focus_on_load": True, "placeholder": plain("Here")},
            },
            {"type": "input", "label": plain("Day"), "element": {"type": "datepicker", "action_id": "day"}},
            {"type": "input", "label": plain("Time"), "element": {"type": "timepicker", "action_id": "time"}},
            {
                "type": "input",
                "label": plain("Files"),
                "element": {"type": "file_input", "action_id": "files", "max_files": 5, "filetypes": ["jpg"]},
            },
            {
                "type": "input",
                "label": plain("Degrees"),
                "element": {"type": "number_input", "action_id": "degrees", "is_decimal_allowed": True},
            },
            {
                "type": "input",
                "label": plain("What it touches"),
                "element": {
                    "type": "multi_static_select",
                    "action_id": "some",
                    "options": [option(number) for number in range(100)],
                },
            },
        ],
    }


def home() -> Json:
    return {
        "type": "home",
        "blocks": [{"type": "header", "text": plain("Your runs")}, *message()["blocks"][1:5]],
    }


def planted(payload: Json, plant: Plant) -> Json:
    payload = copy.deepcopy(payload)
    plant(payload)
    return payload


def at(payload: Json, *path: str | int) -> Any:
    """What stands at `path` in its blocks."""
    value: Any = payload["blocks"]
    for part in path:
        value = value[part]
    return value


def put(*path: str | int, value: object) -> Plant:
    """Something else at that place of its blocks."""

    def plant(payload: Json) -> None:
        at(payload, *path[:-1])[path[-1]] = value

    return plant


def without(*path: str | int) -> Plant:
    return lambda payload: at(payload, *path[:-1]).pop(path[-1])


def add(*blocks: Json) -> Plant:
    return lambda payload: payload["blocks"].extend(blocks)


def put_whole(key: str, value: object) -> Plant:
    return lambda payload: payload.__setitem__(key, value)


IN_MESSAGE: dict[str, tuple[Plant, str]] = {
    # What its SDK or its schema knows
    "a block nobody knows": (add({"type": "banner"}), "banner"),
    "a block without a type": (add({"text": plain("x")}), "None"),
    "a key nobody knows": (put(1, "txt", value="x"), "txt"),
    "a header in mrkdwn": (put(0, "text", "type", value="mrkdwn"), "plain_text"),
    "a header too long": (put(0, "text", "text", value="x" * 151), "150"),
    "a section without words": (add({"type": "section"}), "text or fields"),
    "a section of no characters": (put(1, "text", "text", value=""), "non-empty"),
    "a section of blanks": (put(1, "text", "text", value="  \n"), "blanks"),
    "a section too long": (put(1, "text", "text", value="x" * 3001), "3000"),
    "eleven fields": (put(2, "fields", value=[plain("x")] * 11), "10"),
    "a field too long": (put(2, "fields", 0, "text", value="x" * 2001), "too long"),
    "no fields": (put(2, "fields", value=[]), "fields is empty"),
    "a block_id too long": (put(0, "block_id", value="x" * 256), "255"),
    "an action_id too long": (put(4, "elements", 0, "action_id", value="x" * 256), "255"),
    "twenty-six elements": (put(4, "elements", value=[button(f"b{n}") for n in range(26)]), "25"),
    "an element that cannot stand there": (
        put(4, "elements", 0, value={"type": "plain_text_input", "action_id": "x"}),
        "plain_text_input",
    ),
    "a button in mrkdwn": (put(4, "elements", 0, "text", "type", value="mrkdwn"), "plain_text"),
    "a button's words too long": (put(4, "elements", 0, "text", "text", value="x" * 76), "75"),
    "a button without words": (without(4, "elements", 0, "text"), "text"),
    "a button's value too long": (put(4, "elements", 0, "value", value="x" * 2001), "2000"),
    "a button's address too long": (put(4, "elements", 1, "url", value="https://" + "x" * 3000), "3000"),
    "a button's spoken label too long": (
        put(4, "elements", 0, "accessibility_label", value="x" * 76),
        "long",
    ),
    "a button in a colour of its own": (put(4, "elements", 0, "style", value="green"), "green"),
    "a question back too long": (put(4, "elements", 6, "confirm", "text", "text", value="x" * 301), "300"),
    "a question back with a long title": (
        put(4, "elements", 6, "confirm", "title", "text", value="x" * 101),
        "100",
    ),
    "a question back with long buttons": (
        put(4, "elements", 6, "confirm", "deny", "text", value="x" * 31),
        "30",
    ),
    "six in a menu": (put(4, "elements", 2, "options", value=[option(n) for n in range(6)]), "5"),
    "nothing in a menu": (put(4, "elements", 2, "options", value=[]), "empty"),
    "a hundred and one options": (
        put(4, "elements", 3, "options", value=[option(n) for n in range(101)]),
        "100",
    ),
    "an option's words too long": (
        put(4, "elements", 3, "options", 0, "text", "text", value="x" * 76),
        "too long",
    ),
    "an option's value too long": (put(4, "elements", 3, "options", 0, "value", value="x" * 151), "too long"),
    "a placeholder too long": (put(4, "elements", 3, "placeholder", "text", value="x" * 151), "150"),
    "eleven to choose one of": (
        put(4, "elements", 4, "options", value=[option(n) for n in range(11)]),
        "too long",
    ),
    "eleven to tick": (put(4, "elements", 5, "options", value=[option(n) for n in range(11)]), "too long"),
    "eleven in small print": (put(5, "elements", value=[plain("x")] * 11), "10"),
    "an image without a text": (without(6, "alt_text"), "alt_text"),
    "an image with an empty text": (put(6, "alt_text", value=" "), "alt_text"),
    "an image with a long text": (put(6, "alt_text", value="x" * 2001), "2000"),
    "Markdown too long": (put(8, "text", value="x" * 12_001), "12000"),
    "a table of a hundred and one rows": (put(9, "rows", value=at(message(), 9, "rows") * 101), "too long"),
    "six in a row of small actions": (put(10, "elements", value=at(message(), 10, "elements") * 6), "5"),
    "a button where feedback stands": (put(10, "elements", 0, value=button()), "button"),
    # What only the documentation knows
    "fifty-one blocks": (add(*[{"type": "divider"}] * 40), "51 blocks"),
    "two blocks of one name": (add({"type": "divider", "block_id": "head"}), "'head'"),
    "two elements of one name": (put(4, "elements", 1, "action_id", value="qms.press:1"), "qms.press:1"),
    "actions without any": (put(4, "elements", value=[]), "elements is empty"),
    "an input": (
        add({"type": "input", "label": plain("x"), "element": {"type": "plain_text_input"}}),
        "'input' cannot stand",
    ),
    "an alert": (add({"type": "alert", "text": plain("x")}), "'alert' cannot stand"),
    "two tables": (lambda payload: payload["blocks"].append(payload["blocks"][9]), "2 tables"),
    "no line for a notification": (lambda payload: payload.pop("text"), "notification"),
    "a blank line for a notification": (put_whole("text", " "), "notification"),
    "a line for a notification too long": (put_whole("text", "x" * 40_001), "40000"),
    "too much in all": (add(*[{"type": "section", "text": plain("x" * 2900)}] * 5), "in all"),
    "a row of twenty-one cells": (put(9, "rows", 0, value=at(message(), 9, "rows", 0) * 11), "22 cells"),
    "two options of one value": (put(4, "elements", 3, "options", 1, value=option(0)), "'value-0'"),
    "an option without a value": (without(4, "elements", 2, "options", 0, "value"), "without a value"),
    "a choice that is not offered": (
        put(4, "elements", 3, "initial_option", value=option(200)),
        "not offered",
    ),
    "a list to pick from, and none": (put(4, "elements", 3, "options", value=[]), "either options"),
    "no blocks that could be read": (put_whole("blocks", {"type": "divider"}), "no list"),
}
IN_MODAL: dict[str, tuple[Plant, str]] = {
    "no title": (lambda payload: payload.pop("title"), "title"),
    "a title too long": (put_whole("title", plain("x" * 25)), "24"),
    "a button to send off too long": (put_whole("submit", plain("x" * 25)), "24"),
    "a button to close too long": (put_whole("close", plain("x" * 25)), "24"),
    "a title in mrkdwn": (put_whole("title", {"type": "mrkdwn", "text": "x"}), "plain_text"),
    "too much to carry along": (put_whole("private_metadata", "x" * 3001), "3000"),
    "a callback_id too long": (put_whole("callback_id", "x" * 256), "255"),
    "a key nobody knows": (put_whole("colour", "red"), "colour"),
    "another kind of view": (put_whole("type", "home"), "'home' on the surface 'modal'"),
    "nothing to send it off": (lambda payload: payload.pop("submit"), "sends it off"),
    "nothing in it": (put_whole("blocks", []), "at least one"),
    "a hundred and one blocks": (add(*[{"type": "divider"}] * 93), "101 blocks"),
    "a label too long": (put(2, "label", "text", value="x" * 2001), "2000"),
    "a label in mrkdwn": (put(2, "label", "type", value="mrkdwn"), "plain_text"),
    "a hint too long": (put(2, "hint", "text", value="x" * 2001), "2000"),
    "an input without a label": (without(2, "label"), "label"),
    "an input of nothing": (without(2, "element"), "element"),
    "a button as an input": (put(2, "element", value=button()), "button"),
    "more to be typed than it takes": (put(2, "element", "max_length", value=3001), "3001"),
    "more filled in than it takes": (put(2, "element", "initial_value", value="x" * 3001), "longer"),
    "two that want the focus": (put(3, "element", "focus_on_load", value=True), "focus"),
    "a number of no kind": (without(6, "element", "is_decimal_allowed"), "is_decimal_allowed"),
    "a table": (add(at(message(), 9)), "'table' cannot stand"),
    "too many bytes": (
        add(*[{"type": "section", "text": plain("é" * 3000)} for _ in range(50)]),
        "bytes",
    ),
}
IN_HOME: dict[str, tuple[Plant, str]] = {
    "a button to send it off": (put_whole("submit", plain("Send")), "submit"),
    "an alert": (add({"type": "alert", "text": plain("x")}), "'alert' cannot stand"),
    "a place for files": (
        add({"type": "input", "label": plain("x"), "element": {"type": "file_input", "action_id": "x"}}),
        "'file_input' cannot stand",
    ),
    "a hundred and one blocks": (add(*[{"type": "divider"}] * 96), "101 blocks"),
}


@pytest.mark.parametrize(
    ("surface", "payload"), [("message", message()), ("modal", modal()), ("home", home())]
)
def test_what_slack_takes_has_no_fault(surface, payload):
    assert faults(payload, surface) == []


@pytest.mark.parametrize(
    ("surface", "payload", "plant", "said"),
    [
        pytest.param(surface, payload, plant, said, id=f"{surface}: {name}")
        for surface, payload, faulty in (
            ("message", message(), IN_MESSAGE),
            ("modal", modal(), IN_MODAL),
            ("home", home(), IN_HOME),
        )
        for name, (plant, said) in faulty.items()
    ],
)
def test_a_planted_fault_is_found(surface: Surface, payload: Json, plant: Plant, said: str):
    found = faults(planted(payload, plant), surface)

    assert found, "it was let through"
    assert any(said in fault for fault in found), found


def test_more_faults_are_planted_than_the_page_on_slack_tells_of():
    assert len(IN_MESSAGE) + len(IN_MODAL) + len(IN_HOME) >= 41


def test_what_is_changed_later_may_have_a_shorter_line_only():
    payload = message() | {"text": "x" * 4_001}

    assert faults(payload, "message") == []
    assert "4000 are allowed" in faults(payload, "message", is_update=True)[0]


def test_every_object_of_a_message_has_its_price():
    one = [{"type": "section", "text": plain("x" * 100)}]

    assert whole(one) == 100 + 2 * 20
    assert whole(one * 50) < MAX_WHOLE < whole([{"type": "section", "text": plain("x" * 250)}] * 50)


def mrkdwn(text: str) -> Json:
    return {"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]}


@pytest.mark.parametrize(
    "text",
    [
        "<!channel>",
        "<@U123>",
        "<#C123>",
        "<!subteam^S1|all>",
        "so *bold* it",
        "a _slanted_ word",
        "~gone~",
        "`code`",
        ":boom:",
        "&gt; quoted",
        "one\n> two",
    ],
)
def test_what_slack_would_make_something_of_is_live(text):
    assert live(mrkdwn(text)) != []


@pytest.mark.parametrize(
    "text",
    [
        "&lt;!channel&gt;",
        "2 * 3 * 4",
        "snake_case_name",
        "<https://a.org|A>",
        "06:10:22",
        "<!date^1^{date}|x>",
    ],
)
def test_what_stands_there_as_it_is_is_not_live(text):
    assert live(mrkdwn(text)) == []


def test_a_mention_in_the_line_for_notifications_is_live():
    assert live({"text": "<!here> look", "blocks": []}) == ["<!here>"]


def test_an_emoji_name_is_live_where_names_are_read():
    block = {"type": "header", "text": {"type": "plain_text", "text": ":boom:"}}

    assert live({"text": "x", "blocks": [block]}) == [":boom:"]
    assert live({"text": "x", "blocks": [{"type": "header", "text": plain(":boom:")}]}) == []


def test_a_mention_in_rich_text_is_live_and_words_are_not():
    def rich(element: Json) -> Json:
        section = {"type": "rich_text_section", "elements": [element]}
        return {"text": "x", "blocks": [{"type": "rich_text", "elements": [section]}]}

    assert live(rich({"type": "broadcast", "range": "channel"})) != []
    assert live(rich({"type": "text", "text": "<!channel> *bold*"})) == []


def test_what_is_read_is_what_was_written():
    assert reads(mrkdwn("&lt;at&gt;all&amp;lt; &amp;amp; <https://a.org|A> ")) == "<at>all&lt; &amp; A "
    assert "*as* it <stands>" in reads(message())
    assert unescape("&amp;lt;") == "&lt;"
