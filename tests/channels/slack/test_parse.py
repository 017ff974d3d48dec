"""What Slack sends, as messages of ours: captured bodies, documented ones, and what neither Slack nor we foresaw."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.slack import blocks, parse
from bot.channels.slack.parse import Opened, Said, SentFile
from bot.channels.slack.wording import seen
from bot.message import About, Address, Identity, Press
from tests.payloads.slack.replay import payload

Json = dict[str, Any]

ABOUT = About("coach-7k2m", "where", 7)
ALICE = Identity("slack", "T01TEST/U01ALICE")
READERS: dict[str, Callable[[Json], object]] = {
    "direct": parse.direct,
    "mention": parse.mention,
    "command": parse.command,
    "considered": parse.considered,
    "pressed": parse.pressed,
    "submitted": parse.submitted,
    "shortcut": parse.shortcut,
    "visit": parse.visit,
    "introduced": parse.introduced,
    "workspace_of": parse.workspace_of,
}


def with_event(name: str, **fields: object) -> Json:
    """A captured event, changed."""
    body = payload(name)
    body["event"] |= fields
    return body


def in_an_organisation(body: Json, *, is_org_wide: bool) -> Json:
    """The same from a workspace of an enterprise grid, as https://docs.slack.dev/enterprise/ describes it."""
    if "event" in body:
        team = None if is_org_wide else "T01TEST"
        body["authorizations"] = [
            {
                "enterprise_id": "E01CORP",
                "team_id": team,
                "user_id": "U0BOT",
                "is_bot": True,
                "is_enterprise_install": is_org_wide,
            }
        ]
    elif "command" in body:
        body |= {"enterprise_id": "E01CORP", "is_enterprise_install": str(is_org_wide).lower()}
    else:
        body |= {"enterprise": {"id": "E01CORP", "name": "Corp"}, "is_enterprise_install": is_org_wide}
        body["team"] = None if is_org_wide else body["team"] | {"enterprise_id": "E01CORP"}
    return body


# What is said


def test_what_is_written_in_private_is_heard_as_written():
    said = parse.direct(payload("message_im"))

    assert said
    assert said.room == "DMWWUZ6ZO3"
    assert said.message.text == "hello there"
    assert said.message.sender == ALICE
    assert said.message.address == Address("slack", "T01TEST/U01ALICE")
    assert said.message.address.workspace == "T01TEST"
    assert said.message.event_id == "DMWWUZ6ZO3:1795655593.000005"
    assert said.message.said_at == datetime(2026, 11, 26, 1, 13, 13, 5, tzinfo=UTC)
    assert said.message.about is None


def test_what_is_written_in_a_thread_is_answered_in_that_thread():
    said = parse.direct(payload("message_im_in_thread"))

    assert said
    assert said.message.address.conversation == "T01TEST/U01ALICE/1795655593.000006"


@pytest.mark.parametrize(("read", "name"), [(parse.direct, "message_im"), (parse.mention, "app_mention")])
def test_one_message_that_comes_as_two_events_is_one_message(read: Callable[[Json], Said | None], name: str):
    first = with_event(name, client_msg_id="968c94da-c271-4f2a-8ec9-12a9985e5df5")
    again = with_event(name, client_msg_id="968c94da-c271-4f2a-8ec9-12a9985e5df5", ts="1795655593.000099")
    again["event_id"] = "EvANOTHER"
    other = with_event(name, client_msg_id="0b6a2f0e-5c52-4c9c-93a1-7f0f3f0b5f11")

    ids = [said.message.event_id for body in (first, again, other) if (said := read(body))]

    assert (len(ids), len(set(ids))) == (3, 2)
    assert ids[0] == ids[1]


@pytest.mark.parametrize(("read", "name"), [(parse.direct, "message_im"), (parse.mention, "app_mention")])
def test_a_message_without_an_id_of_its_own_is_known_by_its_time(
    read: Callable[[Json], Said | None], name: str
):
    first, again, other = payload(name), payload(name), with_event(name, ts="1795655593.000099")
    again["event_id"] = "EvANOTHER"

    ids = [said.message.event_id for body in (first, again, other) if (said := read(body))]

    assert (len(ids), len(set(ids))) == (3, 2)
    assert ids[0] == ids[1]


def test_an_id_that_cannot_be_written_down_is_no_reason_to_refuse_a_message():
    said = parse.direct(with_event("message_im", client_msg_id="a\x00b\ud800"))

    assert said
    said.message.event_id.encode()
    assert "\x00" not in said.message.event_id


def test_a_message_that_begins_a_thread_is_not_in_one():
    said = parse.direct(with_event("message_im", thread_ts=payload("message_im")["event"]["ts"]))

    assert said
    assert said.message.address.conversation == "T01TEST/U01ALICE"


def test_the_signs_that_slack_writes_otherwise_are_read_as_they_were_typed():
    said = parse.direct(payload("documented/message_im"))

    assert said
    assert said.message.text == (
        "pressure > 3 bar & rising, see SOP 12 (https://intranet.example/sop-12), ask @U02BOB"
    )


@pytest.mark.parametrize(
    "name",
    [
        "message_changed",
        "message_deleted",
        "message_channel",
        "documented/message_changed_by_preview",
        "documented/message_own",
        "documented/message_of_another_bot",
        "reaction_added",
        "file_shared",
        "app_home_opened",
    ],
)
def test_what_nobody_said_to_us_in_private_is_not_heard(name: str):
    assert parse.direct(payload(name)) is None


def test_what_we_say_ourselves_is_not_heard_even_without_a_word_about_bots():
    assert parse.direct(with_event("message_im", user="U0BOT")) is None


def test_who_installed_the_coach_is_heard_like_anybody():
    body = payload("message_im")
    body["authorizations"].append({"team_id": "T01TEST", "user_id": "U01ALICE", "is_bot": False})

    assert parse.direct(body)


@pytest.mark.parametrize(
    "fields",
    [
        {"bot_id": "B1"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"hidden": True},
        {"user": None},
        {"text": "  "},
        {"channel_type": "mpim"},
    ],
)
def test_what_no_person_wrote_to_us_alone_is_not_heard(fields: Json):
    assert parse.direct(with_event("message_im", **fields)) is None


def test_a_file_is_named_with_where_its_bytes_are():
    said = parse.direct(payload("message_file_share"))

    assert said
    assert said.message.text == "see file"
    assert said.files == (
        SentFile(
            "FMWWUZELX113",
            "p.txt",
            5,
            "http://127.0.0.1:50911/files-pri/T01TEST-FMWWUZELX113/download/p.txt",
        ),
    )


def test_a_file_without_words_is_heard_too():
    said = parse.direct(with_event("message_file_share", text=""))

    assert said
    assert (said.message.text, len(said.files)) == ("", 1)


def test_a_file_of_another_company_must_be_looked_up_and_a_deleted_one_is_none():
    shared = {"id": "F1", "file_access": "check_file_info"}
    gone = {"id": "F2", "mode": "tombstone"}

    said = parse.direct(with_event("message_file_share", files=[shared, gone, "odd"]))

    assert said
    assert said.files == (SentFile("F1", "", 0, ""),)


def test_a_question_in_a_channel_is_answered_in_its_thread_and_loses_our_name():
    said = parse.mention(payload("app_mention"))

    assert said
    assert said.message.text == "help"
    assert said.message.address == Address("slack", "T01TEST/C01GEN/1795655593.000011", is_private=False)
    assert said.message.sender == Identity("slack", "T01TEST/U02BOB")


def test_only_our_own_name_is_taken_out():
    said = parse.mention(with_event("app_mention", text="<@U0BOT> ask <@U02BOB|bob> or <@U0BOTTLE>"))

    assert said
    assert said.message.text == "ask @bob or @U0BOTTLE"


def test_our_name_alone_asks_what_we_can_do():
    said = parse.mention(with_event("app_mention", text="<@U0BOT>"))

    assert said
    assert said.message.press == Press("help")


def test_a_mention_in_a_thread_is_answered_in_that_thread():
    said = parse.mention(with_event("app_mention", thread_ts="1.000001"))

    assert said
    assert said.message.address.conversation == "T01TEST/C01GEN/1.000001"


@pytest.mark.parametrize("name", ["slash_command", "documented/slash_command"])
def test_a_command_is_its_words_in_private(name: str):
    body = payload(name)

    said = parse.command(body)

    assert said
    assert said.message.text == body["text"]
    assert said.message.address == Address("slack", "T01TEST/U01ALICE")
    assert said.message.event_id == f"command:{body['trigger_id']}"


def test_a_command_alone_asks_what_we_can_do():
    said = parse.command(payload("slash_command") | {"text": " "})

    assert said
    assert said.message.press == Press("help")


def test_a_message_to_be_coached_on_is_taken_into_private():
    said = parse.considered(payload("documented/message_action"))

    assert said
    assert said.message.text == "a tablet was found chipped on line 3"
    assert said.message.press == Press("consider")
    assert said.message.address == Address("slack", "T01TEST/U01ALICE")
    assert said.message.sender == ALICE


# Text


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("pH &lt; 7 &amp; falling", "pH < 7 & falling"),
        ("&amp;lt; is typed", "&lt; is typed"),
        ("<@U1|ana> and <@U2>", "@ana and @U2"),
        ("<#C1|line-3> <#C2|> <#C3>", "#line-3 #C2 #C3"),
        (
            "<!here> <!channel|channel> <!subteam^S1|@qa-team> <!subteam^S2>",
            "@here channel @qa-team @subteam^S2",
        ),
        ("<!date^1392734382^{date}|18 Feb 2014>", "18 Feb 2014"),
        ("<http://example.org|example.org>", "example.org"),
        ("<https://example.org/>", "https://example.org/"),
        ("<https://example.org|the form>", "the form (https://example.org)"),
        ("<mailto:qa@example.org|qa@example.org>", "qa@example.org"),
        ("<mailto:qa@example.org>", "qa@example.org"),
        ("<tel:+35315550100|+353 1 555 0100>", "+353 1 555 0100"),
        ("a <b> c", "a <b> c"),
        ("*not bold* _here_ ~x~ `y`", "*not bold* _here_ ~x~ `y`"),
        ("one\r\ntwo\x00", "one\ntwo\N{REPLACEMENT CHARACTER}"),
        ("  around  ", "around"),
    ],
)
def test_a_text_is_what_the_person_saw(sent: str, shown: str):
    assert seen(sent) == shown


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_whatever_is_typed_comes_back_from_slacks_way_of_writing_it(text: str):
    assert seen(blocks.escaped(text)) == text.strip()


# What is pressed


def test_a_button_says_what_it_stands_for_and_where_it_stood():
    body = payload("block_actions_button")
    body["actions"][0] |= {"action_id": "qms.press.0", "value": Press("answer", ("yes",), ABOUT).token()}

    pressed = parse.pressed(body)

    assert pressed
    assert pressed.press == Press("answer", ("yes",), ABOUT)
    assert pressed.on == "DMWWUZ6ZO3:1795655593.000006"
    assert pressed.address == Address("slack", "T01TEST/U01ALICE")
    message = pressed.message(pressed.press)
    assert message.event_id == "press:DMWWUZ6ZO3:1795655593.000006:answer|coach-7k2m|where|7|yes"
    assert (message.about, message.on, message.sender) == (ABOUT, pressed.on, ALICE)
    assert message.said_at == datetime(2026, 11, 26, 1, 13, 15, 433_000, tzinfo=UTC)


def test_the_same_button_pressed_twice_is_one_message():
    first, second = payload("block_actions_button"), payload("block_actions_button")
    second["actions"][0]["action_ts"] = "1795655599.000"
    second["trigger_id"] = "another"
    press = Press("answer", ("yes",), ABOUT)

    ids = {pressed.message(press).event_id for body in (first, second) if (pressed := parse.pressed(body))}

    assert len(ids) == 1


def test_a_file_is_handed_over_as_often_as_somebody_asks():
    first, second = payload("block_actions_button"), payload("block_actions_button")
    second["trigger_id"] = "another"
    press = Press("fetch", ("coach-7k2m-draft-1.docx",), About("coach-7k2m", "", 0))

    ids = {pressed.message(press).event_id for body in (first, second) if (pressed := parse.pressed(body))}

    assert len(ids) == 2


@pytest.mark.parametrize(
    ("name", "value"), [("block_actions_static_select", "1"), ("block_actions_overflow", "help")]
)
def test_what_is_chosen_from_a_list_or_a_menu_is_pressed_too(name: str, value: str):
    pressed = parse.pressed(payload(name))

    assert pressed
    assert pressed.value == value


def test_the_button_of_a_form_names_its_question_though_it_answers_nothing():
    """So that our message is found even when Slack's id of it is not written down yet."""
    body = payload("block_actions_button")
    body["actions"][0] |= {"action_id": blocks.FORM, "value": Press("form", (), ABOUT).token()}

    pressed = parse.pressed(body)

    assert pressed
    assert (pressed.message().about, pressed.message().press) == (ABOUT, None)


def test_what_only_its_message_can_tell_is_left_open():
    body = payload("block_actions_button")
    body["actions"][0]["value"] = blocks.carried(Press("words", ("x" * 500,), ABOUT))

    pressed = parse.pressed(body)

    assert pressed
    assert pressed.press is None


def test_a_press_in_a_thread_is_answered_there():
    pressed = parse.pressed(payload("block_actions_button_in_thread"))

    assert pressed
    assert pressed.address.conversation == "T01TEST/U01ALICE/1795655593.000006"


def test_a_press_in_a_channel_is_no_private_one():
    pressed = parse.pressed(payload("documented/block_actions_in_thread"))

    assert pressed
    assert pressed.address == Address("slack", "T01TEST/C01GEN/1795655442.000600", is_private=False)


@pytest.mark.parametrize("name", ["documented/block_actions_home", "block_actions_home_local_slack"])
def test_a_press_on_the_home_tab_is_private_and_every_one_is_new(name: str):
    pressed = parse.pressed(payload(name))

    assert pressed
    assert pressed.is_home
    assert pressed.on == ""
    assert pressed.address == Address("slack", "T01TEST/U01ALICE")
    assert pressed.message(Press("drafts")).event_id == f"press:{payload(name)['trigger_id']}"


def test_a_press_in_a_window_belongs_to_the_message_it_was_opened_from():
    body = payload("documented/block_actions_modal")
    body["view"]["private_metadata"] = Opened("D1:1.0", "T01TEST/U01ALICE/9.9").private()

    pressed = parse.pressed(body)

    assert pressed
    assert (pressed.on, pressed.view, pressed.is_home) == ("D1:1.0", "V01VIEW", False)
    assert pressed.address.conversation == "T01TEST/U01ALICE/9.9"


@given(
    st.builds(
        Opened,
        st.text(max_size=40),
        st.text(max_size=60),
        st.none() | st.builds(About, st.text(max_size=20), st.text(max_size=60), st.integers(0, 10**9)),
    )
)
def test_a_window_knows_where_it_was_opened(opened: Opened):
    assert Opened.of(opened.private()) == opened
    assert len(opened.private()) <= blocks.PRIVATE


@pytest.mark.parametrize(
    "private", ["", "run-1", "[]", '["a"]', "[1,2]", "{}", '["a","b","c"]', "null", "[" * 3_000]
)
def test_a_window_that_is_none_of_ours_knows_nothing(private: str):
    assert Opened.of(private) is None


# What is sent from a window


def form(*states: Json, callback: str = blocks.FORM, about: About | None = ABOUT) -> Json:
    """A window of ours, sent."""
    body = payload("view_submission")
    body["view"] |= {
        "id": "V7",
        "callback_id": callback,
        "private_metadata": Opened("D1:1.0", "T01TEST/U01ALICE", about).private(),
        "state": {"values": {f"b{place}": {"a": state} for place, state in enumerate(states)}},
    }
    return body


@pytest.mark.parametrize(
    ("states", "text"),
    [
        ([{"type": "plain_text_input", "value": " a tablet &amp;\nanother "}], "a tablet &amp;\nanother"),
        ([{"type": "datepicker", "selected_date": "2025-11-24"}], "2025-11-24"),
        ([{"type": "timepicker", "selected_time": "06:10"}], "06:10"),
        (
            [
                {"type": "datepicker", "selected_date": "2025-11-24"},
                {"type": "timepicker", "selected_time": "06:10"},
            ],
            "2025-11-24 06:10",
        ),
    ],
)
def test_what_is_written_into_a_form_answers_its_question(states: list[Json], text: str):
    submitted = parse.submitted(form(*states))

    assert submitted
    said = submitted.said()
    assert said
    assert (said.message.text, said.message.about, said.message.on) == (text, ABOUT, "D1:1.0")
    assert (said.message.event_id, said.message.press) == ("form:V7", None)
    assert said.message.address == Address("slack", "T01TEST/U01ALICE")


@pytest.mark.parametrize("kind", ["checkboxes", "multi_static_select"])
def test_what_is_ticked_is_pressed_together(kind: str):
    first = {"type": kind, "selected_options": [{"value": "batch"}, {"value": "records"}]}
    second = {"type": kind, "selected_options": [{"value": "records"}]}

    submitted = parse.submitted(form(first, second))

    assert submitted
    said = submitted.said()
    assert said
    assert said.message.press == Press("answer", ("batch", "records"), ABOUT)


def test_files_of_a_form_are_named():
    files = [{"id": "F1", "name": "p.jpg", "size": 3, "url_private_download": "https://files.slack.com/p"}]

    submitted = parse.submitted(form({"type": "file_input", "files": files}))

    assert submitted
    said = submitted.said()
    assert said
    assert said.files == (SentFile("F1", "p.jpg", 3, "https://files.slack.com/p"),)


@pytest.mark.parametrize(
    "state",
    [
        {"type": "plain_text_input", "value": None},
        {"type": "plain_text_input", "value": "  "},
        {"type": "checkboxes", "selected_options": []},
        {"type": "checkboxes", "selected_options": [{"value": "a|b"}]},
        {"type": "file_input", "files": []},
        {"type": "datepicker", "selected_date": None},
    ],
)
def test_an_empty_form_says_nothing(state: Json):
    submitted = parse.submitted(form(state))

    assert submitted
    assert submitted.said() is None


def test_a_playbook_that_was_picked_is_started_in_private():
    picked = {"type": "radio_buttons", "selected_option": {"value": "deviation"}}

    submitted = parse.submitted(form(picked, callback=blocks.START, about=None))

    assert submitted
    said = submitted.said()
    assert said
    assert said.message.press == Press("start", ("deviation",))
    assert (said.message.on, said.message.about) == ("", None)


def test_a_window_cannot_lead_into_another_workspace():
    body = form({"type": "plain_text_input", "value": "x"})
    body["view"]["private_metadata"] = Opened("D1:1.0", "T99OTHER/C1/1.0", ABOUT).private()

    submitted = parse.submitted(body)

    assert submitted
    said = submitted.said()
    assert said
    assert said.message.address.workspace == "T01TEST"
    assert said.message.address.is_private


# The rest


def test_the_shortcut_opens_a_window_for_who_used_it():
    body = payload("documented/shortcut")

    shortcut = parse.shortcut(body)

    assert shortcut
    assert shortcut.caller.identity == ALICE
    assert shortcut.trigger == body["trigger_id"]


@pytest.mark.parametrize(
    ("name", "tab", "room", "hash_"),
    [
        ("app_home_opened", "home", "DMWWUZ6ZO3", ""),
        ("documented/app_home_opened_home", "home", "D01ALICE", "1795655442.l7xLQ8Qa"),
        ("documented/app_home_opened_messages", "messages", "D01ALICE", ""),
    ],
)
def test_a_visit_is_to_one_tab_or_the_other(name: str, tab: str, room: str, hash_: str):
    visit = parse.visit(payload(name))

    assert visit
    assert (visit.tab, visit.room, visit.hash, visit.caller.identity) == (tab, room, hash_, ALICE)


USER: Json = {
    "id": "U01ALICE",
    "team_id": "T01TEST",
    "tz": "Europe/Zurich",
    "locale": "de-CH",
    "is_email_confirmed": True,
    "profile": {"email": "alice@example.com"},
}


def test_a_full_member_is_introduced_by_their_confirmed_address():
    who = parse.introduction(USER, "T01TEST")

    assert who
    assert (who.identity, who.email, who.zone, who.language) == (
        ALICE,
        "alice@example.com",
        "Europe/Zurich",
        "de",
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"is_email_confirmed": False},
        {"is_email_confirmed": None},
        {"is_restricted": True},
        {"is_ultra_restricted": True},
        {"is_stranger": True},
        {"deleted": True},
        {"team_id": "T99OTHER"},
        {"profile": None},
    ],
)
def test_a_guest_or_an_unconfirmed_address_introduces_nobody(fields: Json):
    who = parse.introduction(USER | fields, "T01TEST")

    assert who
    assert who.email == ""


def test_a_program_is_introduced_by_nothing():
    assert parse.introduction(USER | {"is_bot": True}, "T01TEST") is None


def test_a_member_of_the_organisation_is_known_by_it():
    who = parse.introduction(USER | {"enterprise_user": {"enterprise_id": "E01CORP"}}, "E01CORP")

    assert who
    assert (who.identity.subject, who.email) == ("E01CORP/U01ALICE", "alice@example.com")


def test_a_changed_profile_is_an_introduction():
    who = parse.introduced(payload("documented/user_change"))

    assert who
    assert who.identity == ALICE


# Enterprise grid


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("message_im", parse.direct),
        ("app_mention", parse.mention),
        ("slash_command", parse.command),
        ("documented/message_action", parse.considered),
    ],
)
@pytest.mark.parametrize(("is_org_wide", "workspace"), [(False, "T01TEST"), (True, "E01CORP")])
def test_in_an_organisation_people_are_the_same_whatever_workspace_they_are_in(
    name: str, reader: Callable[[Json], Said | None], is_org_wide: bool, workspace: str
):
    said = reader(in_an_organisation(payload(name), is_org_wide=is_org_wide))

    assert said
    assert said.message.sender.subject.startswith("E01CORP/")
    assert said.message.address.workspace == workspace
    assert said.message.address.conversation.startswith(f"{workspace}/")


@pytest.mark.parametrize("is_org_wide", [False, True])
def test_a_press_in_an_organisation_is_by_the_same_person(is_org_wide: bool):
    pressed = parse.pressed(in_an_organisation(payload("block_actions_button"), is_org_wide=is_org_wide))

    assert pressed
    assert pressed.caller.identity == Identity("slack", "E01CORP/U01ALICE")


def test_somebody_of_another_company_is_never_taken_for_one_of_ours():
    said = parse.direct(with_event("documented/message_im", user_team="T99OTHER"))

    assert said
    assert said.message.sender == Identity("slack", "T99OTHER/U01ALICE")
    assert said.message.address.workspace == "T01TEST"


def test_the_organisation_of_another_company_in_a_shared_channel_is_not_ours():
    body = dict(payload("app_mention")) | {"enterprise_id": "E99OTHER", "team_id": "T99OTHER"}
    body["authorizations"] = [{**body["authorizations"][0], "enterprise_id": None}]
    said = parse.mention(body)

    assert said
    assert said.message.sender == Identity("slack", "T01TEST/U02BOB")
    assert said.message.address.workspace == "T01TEST"


def test_an_uninstallation_names_its_workspace():
    assert parse.workspace_of(payload("documented/app_uninstalled")) == "T01TEST"
    assert parse.workspace_of(payload("documented/tokens_revoked")) == "T01TEST"


# What is put aside, and what is odd


@pytest.mark.parametrize("name", ["message_im", "message_file_share", "documented/message_im"])
def test_what_is_put_aside_is_the_same_when_it_is_taken_up(name: str):
    said = parse.direct(payload(name))

    assert said
    arrival = said.arrival()
    assert (arrival.channel, arrival.event_id) == ("slack", said.message.event_id)
    assert "verification-token" not in arrival.body
    assert Said.from_body(arrival.body) == said


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"message": 1}'])
def test_what_is_none_of_ours_is_not_taken_up(body: str):
    assert Said.from_body(body) is None


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    data=st.data(),
    name=st.sampled_from(
        [
            "message_im",
            "app_mention",
            "block_actions_button",
            "view_submission",
            "slash_command",
            "documented/message_action",
            "app_home_opened",
            "documented/user_change",
            "documented/shortcut",
        ]
    ),
)
def test_nothing_that_arrives_can_make_reading_fail(data: st.DataObject, name: str):
    """Any one part of a real body may be anything."""
    body = payload(name)
    places = list(_places(body))
    inside, key = data.draw(st.sampled_from(places))
    inside[key] = data.draw(_ANYTHING)

    for read in READERS.values():
        read(body)


def _places(value: object) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from _places(inner)


def test_an_arrival_is_plain_json():
    said = parse.direct(payload("message_im"))

    assert said
    assert json.loads(said.arrival().body)["message"]["text"] == "hello there"
