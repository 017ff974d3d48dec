"""What people do in Slack reaches the coach before Slack is answered; what is shown comes after."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.attachment import read_attachment
from bot.channels.slack import blocks
from bot.channels.slack.manifest import EVENTS
from bot.channels.slack.parse import Opened
from bot.chat import Introduction
from bot.errors import DeliveryError
from bot.message import About, Address, Identity, Press
from bot.reply import Choice, Field, Reply, Tone
from tests.channels.slack.fake_desk import WHO, FakeDesk, FakeInstallations, installation, pressed
from tests.channels.slack.fake_slack import ALICE, BOB, BOT_TOKEN, LOST, TEAM, FakeSlack, Mishap, says, user
from tests.channels.slack.workspace import Workspace, event, open_workspace
from tests.payloads.slack.replay import payload

ROOM = "DMWWUZ6ZO3"  # Alice's direct messages with us, in what was captured
BOB_WHO = Identity("slack", f"{TEAM}/{BOB}")
ABOUT = About("coach-7k2m", "what", 3)
YES = Press("answer", ("yes",), ABOUT)
PNG = b"\x89PNG\r\n\x1a\n picture"
QUESTION = Reply(
    "What happened?",
    Tone.QUESTION,
    choices=(Choice("Yes", YES),),
    field=Field("long_text", ABOUT, "What happened"),
)


def button(action: str, value: str = "", **changes: Any) -> dict[str, Any]:
    """The captured press, of another button."""
    body = payload("block_actions_button") | changes
    body["actions"] = [{"type": "button", "action_id": action, "value": value, "action_ts": "1795655593.9"}]
    return body


def on(body: dict[str, Any]) -> str:
    return f"{body['container']['channel_id']}:{body['container']['message_ts']}"


def submission(
    kind: str = blocks.FORM, typed: str = "A tablet was chipped", view_id: str = "V1"
) -> dict[str, Any]:
    """A form that was sent, for the question that stands in Alice's chat."""
    body = payload("view_submission")
    opened = Opened("D1:1.1", f"{TEAM}/{ALICE}", ABOUT)
    body["view"] |= {
        "id": view_id,
        "callback_id": kind,
        "private_metadata": opened.private(),
        "blocks": [{"type": "section", "block_id": "lead"}, {"type": "input", "block_id": blocks.FIELD}],
        "state": {"values": {blocks.FIELD: {blocks.FIELD: {"type": "plain_text_input", "value": typed}}}},
    }
    return body


# --- Messages ---------------------------------------------------------------------------------------------------------


async def test_a_direct_message_is_heard_before_slack_is_answered():
    async with open_workspace() as at:
        answer = await at.sends("message_im")
        [message] = at.desk.heard
        assert (answer.status, answer.text) == (200, "")
    assert message.text == "hello there"
    assert message.address == Address("slack", f"{TEAM}/{ALICE}")
    assert message.sender == WHO


async def test_what_the_coach_says_is_left_to_the_outbox():
    async with open_workspace() as at:
        await at.sends("message_im")
        await at.settled()
        assert {call.method for call in at.fake.calls} == {"auth.test"}


async def test_a_repeated_delivery_gets_200_has_no_second_effect_and_is_counted():
    async with open_workspace() as at:
        await at.sends("message_im")
        assert (await at.sends("message_im", retry=1)).status == 200
        assert len(at.desk.heard) == 1
        assert (at.tally.repeats, at.tally.refusals) == (1, [])


async def test_one_message_delivered_as_two_events_is_heard_once_and_the_other_one_is_counted():
    own = "968c94da-c271-4f2a-8ec9-12a9985e5df5"
    async with open_workspace() as at:
        for event_id, ts in [("Ev1", "1795655593.000005"), ("Ev2", "1795655593.000099")]:
            body = event("message_im", event_id, client_msg_id=own, ts=ts)
            assert (await at.sends("message_im", body)).status == 200
        assert [message.text for message in at.desk.heard] == ["hello there"]
        assert (at.tally.repeats, at.tally.refusals) == (1, [])


async def test_while_the_store_is_away_slack_is_told_to_deliver_again():
    async with open_workspace() as at:
        at.desk.is_down = True
        answer = await at.sends("message_im")
        assert answer.status == 503
        assert "x-slack-no-retry" not in answer.headers
        at.desk.is_down = False
        assert (await at.sends("message_im", retry=1)).status == 200
        assert len(at.desk.heard) == 1


async def test_a_mention_is_overheard_and_answered_in_its_thread():
    async with open_workspace(FakeDesk(BOB_WHO)) as at:
        assert (await at.sends("app_mention")).status == 200
        [message] = at.desk.overheard
    assert message.text == "help"
    assert message.address == Address("slack", f"{TEAM}/C01GEN/1795655593.000011", is_private=False)


@pytest.mark.parametrize(
    "name",
    [
        *("message_changed", "message_deleted", "message_channel", "message_with_mention", "reaction_added"),
        *("file_shared", "documented/message_own", "documented/message_of_another_bot"),
        *("documented/app_rate_limited", "view_closed", "view_submission_refused"),
    ],
)
async def test_what_is_not_for_us_is_acknowledged_and_not_heard(name: str):
    async with open_workspace() as at:
        assert (await at.sends(name)).status == 200
        assert at.desk.heard == at.desk.overheard == []
        assert at.desk.aside == []


@pytest.mark.parametrize("name", [*EVENTS, "never_heard_of"])
async def test_every_event_the_manifest_asks_for_is_taken(name: str):
    async with open_workspace() as at:
        assert (await at.sends("message_im", event("message_im", type=name))).status == 200


async def test_slacks_question_whether_we_are_there_is_answered():
    async with open_workspace() as at:
        answer = await at.sends("documented/url_verification")
        assert payload("documented/url_verification")["challenge"] in answer.text
        assert (await at.sends("documented/ssl_check")).status == 200
        assert at.tally.refusals == []


async def test_no_event_costs_a_question_to_slack():
    async with open_workspace() as at:
        for n in range(5):
            await at.sends("message_im", event("message_im", ts=f"1795655593.00001{n}"))
        assert len(at.desk.heard) == 5
        assert len(at.fake.asked("auth.test")) == 1


# --- Strangers and files ------------------------------------------------------------------------------------------


async def received(at: Workspace) -> None:
    """What was put aside is looked up."""
    for arrival in at.desk.aside:
        await at.slack.receive(arrival.body)
    at.desk.aside.clear()
    await at.settled()


async def test_a_stranger_is_looked_up_after_the_acknowledgement_and_heard():
    async with open_workspace(FakeDesk(BOB_WHO, directory=["alice@north.example"])) as at:
        assert (await at.sends("message_im")).status == 200
        assert [a.event_id for a in at.desk.aside] == ["DMWWUZ6ZO3:1795655593.000005"]
        assert not at.fake.asked("users.info")
        await received(at)
        assert at.desk.introduced == [Introduction(WHO, "alice@north.example", "Europe/Zagreb", "en")]
        assert [message.text for message in at.desk.heard] == ["hello there"]
        [asked] = at.fake.asked("users.info")
        assert asked["include_locale"] in {"1", "true"}


@pytest.mark.parametrize(("chosen", "address"), [((), ""), ((TEAM,), "alice@north.example")])
async def test_a_workspace_that_nobody_chose_proves_no_address(chosen: tuple[str, ...], address: str):
    installations = FakeInstallations(installation(BOT_TOKEN))
    desk = FakeDesk(BOB_WHO, directory=["alice@north.example"])
    async with open_workspace(desk, installations=installations, allowed_workspaces=frozenset(chosen)) as at:
        await at.sends("message_im")
        await received(at)
        body = payload("documented/user_change")
        body["event"]["user"] |= {"is_email_confirmed": True, "profile": {"email": "alice@north.example"}}
        await at.sends("documented/user_change", body)
    assert [who.email for who in desk.introduced] == [address, address]
    assert len(desk.heard) == len(chosen)


async def test_another_company_in_a_shared_channel_proves_no_address():
    async with open_workspace(FakeDesk(BOB_WHO, directory=["alice@north.example"])) as at:
        at.fake.users[ALICE]["team_id"] = "T9OTHER"
        await at.sends("message_im", event("message_im", user_team="T9OTHER"))
        await received(at)
    assert [(who.identity.subject, who.email) for who in at.desk.introduced] == [(f"T9OTHER/{ALICE}", "")]
    assert at.desk.heard == []


async def test_somebody_nobody_knows_is_told_what_to_do():
    async with open_workspace(FakeDesk(BOB_WHO)) as at:
        await at.sends("message_im")
        await received(at)
        [hint] = at.fake.asked("chat.postEphemeral")
    assert hint["text"] == "[hint_stranger]"
    assert (hint["channel"], hint["user"]) == (ROOM, ALICE)


@pytest.mark.parametrize(
    "account",
    [
        {"is_email_confirmed": False},
        {"is_restricted": True},
        {"is_ultra_restricted": True},
        {"is_stranger": True},
        {"deleted": True},
        {"team_id": "T9OTHER"},
    ],
    ids=str,
)
async def test_only_a_confirmed_address_of_a_full_member_proves_who_somebody_is(account: dict[str, Any]):
    def guest(fake: FakeSlack) -> None:
        fake.users[ALICE] = user(ALICE, "alice@north.example", "Europe/Zagreb", **account)

    desk = FakeDesk(BOB_WHO, directory=["alice@north.example"])
    async with open_workspace(desk, before=guest) as at:
        await at.sends("message_im")
        await received(at)
        assert at.desk.heard == []
        assert await at.hint() == "[hint_stranger]"


async def test_a_one_time_code_makes_somebody_known():
    desk = FakeDesk(BOB_WHO)
    desk.codes["4F7K2M"] = True
    async with open_workspace(desk) as at:
        await at.sends("message_im", event("message_im", text="4F7K2M"))
        await received(at)
        assert await at.hint() == "[hint_known_now]"
        await at.sends("message_im", event("message_im", ts="1795655600.000009"))
        assert [message.text for message in at.desk.heard] == ["hello there"]


@pytest.mark.parametrize(
    "mishaps",
    [
        [Mishap(500)],
        [says("ratelimited")],
        [says("token_revoked")],
        [LOST, LOST],
    ],  # what only reads is asked twice by aiohttp itself
    ids=str,
)
async def test_a_stranger_waits_while_slack_does_not_say_who_they_are(mishaps: list[Mishap]):
    async with open_workspace(FakeDesk(BOB_WHO, directory=["alice@north.example"])) as at:
        await at.sends("message_im")
        at.fake.has_mishap("users.info", *mishaps)
        with pytest.raises(DeliveryError) as raised:
            await at.slack.receive(at.desk.aside[0].body)
        assert not raised.value.permanent
        await received(at)
        assert len(at.desk.heard) == 1


def with_file(
    at: Workspace, name: str, content: bytes, size: int | None = None, **file: Any
) -> dict[str, Any]:
    """A message with this file, whose bytes lie at the fake Slack."""
    at.fake.files["F1"] = {"id": "F1", "name": name, "content": content}
    body = payload("message_file_share")
    url = at.fake.url.replace("/api/", "/file/F1")
    at.fake.files["F1"]["url_private_download"] = url
    shared = {"id": "F1", "name": name, "size": len(content) if size is None else size, "url_private": url}
    body["event"]["files"] = [shared | file]
    return body


async def test_a_photo_is_fetched_after_the_acknowledgement_and_heard_with_its_words():
    async with open_workspace() as at:
        body = with_file(at, "line 3.png", PNG)
        assert (await at.sends("message_file_share", body)).status == 200
        assert at.desk.heard == []
        await received(at)
        [message] = at.desk.heard
    assert message.text == "see file"
    assert message.files == (read_attachment("line 3.png", PNG).upload,)
    assert [each.content for each in at.desk.attachments] == [PNG]


async def test_a_file_from_another_company_is_asked_for_first():
    async with open_workspace() as at:
        await at.sends(
            "message_file_share", with_file(at, "a.png", PNG, url_private="", file_access="check_file_info")
        )
        await received(at)
        assert len(at.desk.heard[0].files) == 1
        assert at.fake.asked("files.info") == [{"file": "F1"}]


async def test_our_token_is_shown_to_nobody_but_slack():
    async with open_workspace() as at:
        with FakeSlack() as elsewhere:
            body = with_file(at, "a.png", PNG, url_private=elsewhere.url.replace("/api/", "/file/F1"))
            await at.sends("message_file_share", body)
            await received(at)
            assert await at.hint() == "[hint_file_trouble]"
            assert elsewhere.calls == []


async def test_a_file_that_is_not_taken_is_explained_and_the_words_beside_it_are_heard():
    async with open_workspace() as at:
        await at.sends("message_file_share", with_file(at, "list.xlsx", b"PK sheet"))
        await received(at)
        assert "list.xlsx" in await at.hint()
        assert [(message.text, message.files) for message in at.desk.heard] == [("see file", ())]


async def test_files_that_are_too_large_are_never_fetched():
    async with open_workspace() as at:
        await at.sends("message_file_share", with_file(at, "a.png", PNG, size=10_000_001))
        await received(at)
        assert "MB" in await at.hint()
        assert at.desk.attachments == []


async def test_a_file_that_slack_does_not_give_us_is_explained():
    async with open_workspace() as at:
        at.fake.is_closed = True
        await at.sends("message_file_share", with_file(at, "a.png", PNG))
        await received(at)
        assert await at.hint() == "[hint_file_trouble]"


async def test_a_file_waits_while_slack_is_away():
    async with open_workspace() as at:
        await at.sends("message_file_share", with_file(at, "a.png", PNG, url_private=""))
        at.fake.has_mishap("files.info", Mishap(500))
        with pytest.raises(DeliveryError) as raised:
            await at.slack.receive(at.desk.aside[0].body)
        assert not raised.value.permanent
        await received(at)
        assert len(at.desk.heard[0].files) == 1


async def test_what_was_put_aside_in_a_workspace_that_left_is_dropped():
    installations = FakeInstallations(installation(BOT_TOKEN))
    async with open_workspace(installations=installations) as at:
        await at.sends("message_file_share", with_file(at, "a.png", PNG))
        await at.sends("documented/app_uninstalled")
        await received(at)
        assert at.desk.heard == []


async def test_what_was_put_aside_and_heard_before_has_no_second_effect():
    async with open_workspace() as at:
        await at.sends("message_file_share", with_file(at, "a.png", PNG))
        [arrival] = at.desk.aside
        await at.slack.receive(arrival.body)
        await at.slack.receive(arrival.body)
        assert len(at.desk.heard) == 1
        assert at.tally.repeats == 1


async def test_what_cannot_be_read_any_more_is_left():
    async with open_workspace() as at:
        await at.slack.receive("nonsense")
        assert at.desk.heard == []


# --- Commands and shortcuts ---------------------------------------------------------------------------------------


async def test_a_command_is_its_words_in_private():
    async with open_workspace() as at:
        answer = await at.sends("slash_command")
        [message] = at.desk.heard
        assert (answer.status, answer.text) == (200, "")
    assert message.text == "help me"
    assert message.address == Address("slack", f"{TEAM}/{ALICE}")


async def test_a_command_in_a_channel_is_answered_in_private_and_says_so():
    async with open_workspace() as at:
        answer = await at.sends("slash_command", payload("slash_command") | {"channel_id": "C01GEN"})
    assert answer.json == {"text": "[hint_gone_private]", "response_type": "ephemeral"}


async def test_a_command_in_a_chat_with_a_colleague_says_so_too_once_our_own_is_known():
    async with open_workspace() as at:
        await at.sends("message_im")
        assert (await at.sends("slash_command")).text == ""
        other = payload("slash_command") | {"channel_id": "D9OTHER", "trigger_id": "2"}
        assert (await at.sends("slash_command", other)).json["text"] == "[hint_gone_private]"


async def test_a_command_that_names_the_payload_is_a_command_like_any_other():
    async with open_workspace() as at:
        await at.sends("slash_command", payload("slash_command") | {"text": "payload of line 3"})
        assert [message.text for message in at.desk.heard] == ["payload of line 3"]


async def test_a_command_that_could_not_be_saved_says_so():
    async with open_workspace() as at:
        at.desk.is_down = True
        answer = await at.sends("slash_command")
    assert answer.json == {"text": "[hint_not_saved]", "response_type": "ephemeral"}


async def test_a_message_is_thought_through_in_private():
    async with open_workspace() as at:
        assert (await at.sends("documented/message_action")).status == 200
        [message] = at.desk.heard
        assert message.text == "a tablet was found chipped on line 3"
        assert pressed(message) == Press("consider")
        assert message.address == Address("slack", f"{TEAM}/{ALICE}")
        assert await at.hint() == "[hint_gone_private]"


async def test_a_message_that_could_not_be_saved_says_so():
    async with open_workspace() as at:
        at.desk.is_down = True
        assert (await at.sends("documented/message_action")).status == 200
        assert await at.hint() == "[hint_not_saved]"


async def test_the_shortcut_shows_what_can_be_started():
    async with open_workspace() as at:
        assert (await at.sends("documented/shortcut")).status == 200
        [opened] = await at.asked("views.open")
    assert opened["trigger_id"] == payload("documented/shortcut")["trigger_id"]
    assert opened["view"]["callback_id"] == blocks.START
    assert "Deviation" in json.dumps(opened["view"])


async def test_a_window_that_slack_does_not_open_any_more_is_explained_in_the_chat():
    async with open_workspace() as at:
        at.fake.has_mishap("views.open", says("expired_trigger_id"))
        await at.sends("documented/shortcut")
        assert await at.hint() == "[hint_trouble]"
        assert at.fake.asked("chat.postEphemeral")[0]["channel"] == f"D{ALICE[1:]}"


async def test_where_we_may_not_write_a_hint_is_shown_in_the_chat_with_us():
    async with open_workspace() as at:
        at.fake.has_mishap("chat.postEphemeral", says("not_in_channel"))
        await at.sends("documented/message_action")
        there, here = await at.asked("chat.postEphemeral", 2)
    assert (there["channel"], here["channel"]) == ("C01GEN", f"D{ALICE[1:]}")
    assert here["text"] == "[hint_gone_private]"


async def test_a_stranger_finds_out_in_the_window_what_to_do():
    async with open_workspace(FakeDesk(BOB_WHO)) as at:
        await at.sends("documented/shortcut")
        [opened] = await at.asked("views.open")
    assert "[hint_stranger]" in json.dumps(opened["view"])


async def test_a_playbook_is_started_from_the_window():
    async with open_workspace() as at:
        body = submission(blocks.START)
        body["view"]["state"]["values"] = {
            blocks.START: {blocks.START: {"type": "radio_buttons", "selected_option": {"value": "deviation"}}}
        }
        answer = await at.sends("view_submission", body)
        assert (answer.status, answer.text) == (200, "")
        assert pressed(at.desk.heard[0]) == Press("start", ("deviation",))


# --- Buttons --------------------------------------------------------------------------------------------------------


async def test_a_press_is_heard_about_its_question_and_on_its_message():
    async with open_workspace() as at:
        body = button("qms.press.0", YES.token())
        assert (await at.sends("block_actions_button", body)).status == 200
        [message] = at.desk.heard
    assert (message.press, message.about, message.on) == (YES, ABOUT, on(body))


async def test_a_second_press_changes_nothing_and_says_so_kindly():
    async with open_workspace() as at:
        body = button("qms.press.0", YES.token())
        await at.sends("block_actions_button", body)
        await at.sends("block_actions_button", body | {"trigger_id": "another"})
        assert len(at.desk.heard) == 1
        assert await at.hint() == "[hint_pressed_before]"
        assert at.fake.asked("chat.postEphemeral")[0]["channel"] == ROOM
        assert at.tally.repeats == 1


async def test_a_press_that_could_not_be_saved_is_refused_and_says_so():
    async with open_workspace() as at:
        at.desk.is_down = True
        assert (await at.sends("block_actions_button", button("qms.press.0", YES.token()))).status == 503
        assert await at.hint() == "[hint_not_saved]"


async def test_a_button_that_carries_only_a_digest_is_found_in_its_message():
    long = Press("answer", ("x" * 200,), ABOUT)
    async with open_workspace() as at:
        body = button("qms.press.0", blocks.carried(long))
        at.desk.replies[on(body)] = Reply("Which?", choices=(Choice("Long", long),))
        await at.sends("block_actions_button", body)
        assert pressed(at.desk.heard[0]) == long


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("qms.press.0", blocks.carried(Press("answer", ("x" * 200,)))),
        ("qms.press.0", "nonsense"),
        ("other.app", "1"),
    ],
)
async def test_a_button_nobody_knows_is_explained(action: str, value: str):
    async with open_workspace() as at:
        assert (await at.sends("block_actions_button", button(action, value))).status == 200
        assert await at.hint() == "[hint_no_such_button]"
        assert at.desk.heard == []


async def test_a_link_that_was_followed_needs_nothing():
    async with open_workspace() as at:
        assert (await at.sends("block_actions_button", button(blocks.READ))).status == 200
        await at.settled()
        assert not at.fake.asked("chat.postEphemeral")


async def test_what_is_pressed_in_front_of_others_stays_private():
    async with open_workspace() as at:
        body = payload("documented/block_actions_in_thread")
        body["actions"] = button("qms.press.0", YES.token())["actions"]
        await at.sends("documented/block_actions_in_thread", body)
        assert at.desk.overheard == []
        [message] = at.desk.heard
    assert message.address == Address("slack", f"{TEAM}/{ALICE}")


# --- Forms ------------------------------------------------------------------------------------------------------------


async def test_the_form_of_a_question_opens_after_the_acknowledgement():
    async with open_workspace() as at:
        body = button(blocks.FORM, blocks.FIELD)
        at.desk.replies[on(body)] = QUESTION
        assert (await at.sends("block_actions_button", body)).status == 200
        [opened] = await at.asked("views.open")
    assert opened["trigger_id"] == body["trigger_id"]
    assert Opened.of(opened["view"]["private_metadata"]) == Opened(on(body), f"{TEAM}/{ALICE}", ABOUT)


@pytest.mark.parametrize("reply", [None, Reply("It is over")], ids=["unknown", "over"])
async def test_the_form_of_a_question_that_is_over_is_not_opened(reply: Reply | None):
    async with open_workspace() as at:
        body = button(blocks.FORM, blocks.FIELD)
        if reply:
            at.desk.replies[on(body)] = reply
        await at.sends("block_actions_button", body)
        assert await at.hint() == "[hint_form_over]"
        assert not at.fake.asked("views.open")


@pytest.mark.parametrize("code", ["expired_trigger_id", "exchanged_trigger_id"])
async def test_a_form_that_slack_does_not_open_is_explained_and_the_question_stays(code: str):
    async with open_workspace() as at:
        body = button(blocks.FORM, blocks.FIELD)
        at.desk.replies[on(body)] = QUESTION
        at.fake.has_mishap("views.open", says(code))
        assert (await at.sends("block_actions_button", body)).status == 200
        assert await at.hint() == "[hint_trouble]"
        assert at.desk.heard == []


async def test_a_form_that_cannot_be_looked_up_now_is_explained():
    async with open_workspace() as at:
        at.desk.is_down = True
        assert (await at.sends("block_actions_button", button(blocks.FORM, blocks.FIELD))).status == 200
        assert await at.hint() == "[hint_trouble]"


async def test_an_answer_from_a_form_is_heard_and_the_window_closes():
    async with open_workspace() as at:
        answer = await at.sends("view_submission", submission())
        assert (answer.status, answer.text) == (200, "")
        [message] = at.desk.heard
    assert (message.text, message.about, message.on) == ("A tablet was chipped", ABOUT, "D1:1.1")


async def test_an_answer_that_would_not_be_taken_is_explained_in_the_window_which_stays():
    async with open_workspace() as at:
        at.desk.objections["yesterdayish"] = "I did not get the date."
        answer = await at.sends("view_submission", submission(typed="yesterdayish"))
        assert answer.json == {
            "response_action": "errors",
            "errors": {blocks.FIELD: "I did not get the date."},
        }
        assert at.desk.heard == []


async def test_an_empty_form_is_explained():
    async with open_workspace() as at:
        answer = await at.sends("view_submission", submission(typed=""))
    assert answer.json["errors"] == {blocks.FIELD: "[hint_nothing_sent]"}


async def test_a_form_that_could_not_be_saved_stays_with_what_was_typed():
    async with open_workspace() as at:
        at.desk.is_down = True
        answer = await at.sends("view_submission", submission())
    assert answer.json["errors"] == {blocks.FIELD: "[hint_not_saved]"}


async def test_a_form_sent_twice_is_one_answer():
    async with open_workspace() as at:
        await at.sends("view_submission", submission())
        assert (await at.sends("view_submission", submission())).text == ""
        assert len(at.desk.heard) == 1
        assert await at.hint() == "[hint_pressed_before]"


async def test_a_file_from_a_form_is_fetched_later():
    async with open_workspace() as at:
        file = with_file(at, "a.png", PNG)["event"]["files"]
        body = submission()
        body["view"]["state"]["values"] = {
            blocks.FIELD: {blocks.FIELD: {"type": "file_input", "files": file}}
        }
        assert (await at.sends("view_submission", body)).text == ""
        await received(at)
        assert len(at.desk.heard[0].files) == 1
        assert at.desk.heard[0].about == ABOUT


async def test_everything_is_shown_in_a_window_page_by_page():
    async with open_workspace() as at:
        body = button(blocks.WHOLE, "0")
        at.desk.replies[on(body)] = Reply("All of it. " * 20_000)
        await at.sends("block_actions_button", body)
        [opened] = await at.asked("views.open")
        assert opened["view"]["callback_id"] == blocks.WHOLE
        turned = payload("documented/block_actions_modal")
        turned["view"]["private_metadata"] = opened["view"]["private_metadata"]
        turned["actions"] = button(f"{blocks.WHOLE}.1", "1")["actions"]
        await at.sends("documented/block_actions_modal", turned)
        [updated] = await at.asked("views.update")
    assert updated["view_id"] == turned["view"]["id"]
    assert updated["view"]["blocks"] != opened["view"]["blocks"]


async def test_a_press_in_a_window_is_heard_and_the_window_says_so():
    async with open_workspace() as at:
        body = payload("documented/block_actions_modal")
        body["view"]["private_metadata"] = Opened("D1:1.1", f"{TEAM}/{ALICE}").private()
        body["actions"] = button("qms.press.0", YES.token())["actions"]
        await at.sends("documented/block_actions_modal", body)
        assert (pressed(at.desk.heard[0]), at.desk.heard[0].on) == (YES, "D1:1.1")
        [updated] = await at.asked("views.update")
    assert "[hint_sent]" in json.dumps(updated["view"])


# --- The Home tab ---------------------------------------------------------------------------------------------------


async def test_the_home_tab_shows_what_the_person_has_with_the_coach():
    async with open_workspace() as at:
        await at.sends("documented/app_home_opened_home")
        [published] = await at.asked("views.publish")
    assert published["user_id"] == ALICE
    assert published["hash"] == "1795655442.l7xLQ8Qa"
    assert "Alice Byrne" in json.dumps(published["view"])


async def test_a_home_tab_that_changed_meanwhile_is_published_once_more():
    async with open_workspace() as at:
        at.fake.has_mishap("views.publish", says("hash_conflict"))
        await at.sends("documented/app_home_opened_home")
        first, second = await at.asked("views.publish", 2)
        await at.settled()
        assert len(at.fake.asked("views.publish")) == 2
    assert "hash" in first
    assert "hash" not in second


async def test_a_stranger_who_opens_the_home_tab_is_looked_up_and_else_told_what_to_do():
    async with open_workspace(FakeDesk(BOB_WHO, directory=["alice@north.example"])) as at:
        await at.sends("app_home_opened")
        [published] = await at.asked("views.publish")
        assert "Alice Byrne" in json.dumps(published["view"])
    async with open_workspace(FakeDesk(BOB_WHO)) as at:
        await at.sends("app_home_opened")
        [published] = await at.asked("views.publish")
        assert "[hint_stranger]" in json.dumps(published["view"])


async def test_after_a_press_on_the_home_tab_it_is_shown_anew():
    async with open_workspace() as at:
        body = payload("documented/block_actions_home")
        body["actions"] = button("qms.press.1", Press("help").token())["actions"]
        await at.sends("documented/block_actions_home", body)
        [message] = at.desk.heard
        assert (pressed(message), message.on) == (Press("help"), "")
        assert message.address == Address("slack", f"{TEAM}/{ALICE}")
        assert len(await at.asked("views.publish")) == 1


async def test_the_conversation_offers_something_to_say():
    async with open_workspace() as at:
        await at.sends("documented/app_home_opened_messages")
        [asked] = await at.asked("assistant.threads.setSuggestedPrompts")
    assert asked["channel_id"] == "D01ALICE"
    assert "thread_ts" not in asked
    assert {"title": "Deviation", "message": "Deviation"} in asked["prompts"]


# --- A sign of life ------------------------------------------------------------------------------------------------


async def test_an_answer_that_takes_long_is_announced_in_its_thread():
    async with open_workspace() as at:
        at.desk.slowness = 0.9
        await at.sends("message_im")
        [status] = at.fake.asked("assistant.threads.setStatus")
        await at.settled()
        assert len(at.fake.asked("assistant.threads.setStatus")) == 1  # our message clears it
    assert status == {"channel_id": ROOM, "thread_ts": "1795655593.000005", "status": "[hint_working]"}


async def test_a_quick_answer_is_not_announced():
    async with open_workspace() as at:
        await at.sends("message_im")
        await asyncio.sleep(0.8)
        assert not at.fake.asked("assistant.threads.setStatus")


async def test_the_announcement_is_taken_back_where_no_answer_comes():
    async with open_workspace() as at:
        await at.sends("message_im")
        at.desk.slowness = 0.9
        await at.sends("message_im")
        first, second = await at.asked("assistant.threads.setStatus", 2)
    assert (first["status"], second["status"]) == ("[hint_working]", "")


# --- Who comes and goes --------------------------------------------------------------------------------------------


async def test_a_new_time_zone_is_passed_on():
    async with open_workspace() as at:
        await at.sends("documented/user_change")
        [who] = at.desk.introduced
    assert (who.identity, who.zone) == (WHO, "Asia/Kolkata")


async def test_somebody_whose_account_is_closed_is_written_to_no_more():
    async with open_workspace() as at:
        body = payload("documented/user_change")
        body["event"]["user"]["deleted"] = True
        await at.sends("documented/user_change", body)
        assert at.desk.left == [("slack", TEAM, f"{TEAM}/{ALICE}")]
        assert at.desk.introduced == []


@pytest.mark.parametrize("name", ["app_uninstalled", "tokens_revoked"])
async def test_where_the_app_is_removed_nothing_more_is_written_and_its_token_is_forgotten(name: str):
    installations = FakeInstallations(installation(BOT_TOKEN))
    async with open_workspace(installations=installations) as at:
        assert (await at.sends(f"documented/{name}")).status == 200
        assert at.desk.left == [("slack", TEAM, "")]
        assert installations.kept == {}
        assert (await at.sends("documented/app_uninstalled")).status == 200
        assert (await at.sends("message_im")).status == 403
        assert len(at.desk.left) == 1


async def test_a_token_of_somebody_elses_that_is_revoked_is_none_of_ours():
    installations = FakeInstallations(installation(BOT_TOKEN))
    async with open_workspace(installations=installations) as at:
        body = event("documented/tokens_revoked", tokens={"oauth": ["U9"], "bot": []})
        assert (await at.sends("documented/tokens_revoked", body)).status == 200
        assert TEAM in installations.kept
        assert at.desk.left == []


# --- Sockets ----------------------------------------------------------------------------------------------------------


async def test_through_a_socket_everything_is_the_same():
    async with open_workspace(app_token="xapp-1", signing_secret="") as at:
        envelope = {"envelope_id": "e1", "type": "events_api", "accepts_response_payload": False}
        await at.fake.send_by_socket(envelope | {"payload": payload("message_im")})
        async with asyncio.timeout(3):
            while not at.fake.from_sockets:
                await asyncio.sleep(0.01)
        assert at.fake.from_sockets[0]["envelope_id"] == "e1"
        assert [message.text for message in at.desk.heard] == ["hello there"]
        assert at.slack.routes() == []


async def test_through_a_socket_what_was_not_saved_is_not_acknowledged():
    async with open_workspace(app_token="xapp-1") as at:
        at.desk.is_down = True
        envelope = {"type": "events_api", "payload": payload("message_im")}
        await at.fake.send_by_socket(envelope | {"envelope_id": "e1"})
        await asyncio.sleep(0.2)
        at.desk.is_down = False
        await at.fake.send_by_socket(envelope | {"envelope_id": "e2"})
        async with asyncio.timeout(3):
            while not at.fake.from_sockets:
                await asyncio.sleep(0.01)
        assert [sent["envelope_id"] for sent in at.fake.from_sockets] == ["e2"]


async def test_a_process_that_only_sends_listens_nowhere():
    async with open_workspace(signing_secret="") as at:
        assert at.slack.routes() == []
        await asyncio.sleep(0.1)
        assert at.fake.sockets == []


# --- Settings -------------------------------------------------------------------------------------------------------


async def test_bolt_takes_nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        monkeypatch.setenv(name, "of-somebody-else")
    monkeypatch.setenv("SLACK_VERIFICATION_TOKEN", "verification-token")
    async with open_workspace() as at:
        assert (await at.sends("message_im")).status == 200
        assert (await at.sends("documented/ssl_check")).status == 200
        assert len(at.desk.heard) == 1
        assert {call.token for call in at.fake.calls} == {BOT_TOKEN}
