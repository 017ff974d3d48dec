"""Only what Slack has signed just now, from a workspace of ours, comes in; everything else is counted and touches nothing."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import Clock

from bot.channels.slack.adapter import Slack
from bot.channels.slack.edge import _must_be_shallow
from bot.channels.slack.workspaces import SlackOptions
from tests.channels.slack.fake_desk import FakeDesk, FakeInstallations, FakeTally, installation
from tests.channels.slack.fake_slack import BOT_TOKEN, TEAM, FakeSlack, Mishap, says
from tests.channels.slack.workspace import NOW, Answer, Workspace, event, interaction, open_workspace, signed
from tests.payloads.slack.replay import payload, sign

BODY = json.dumps(payload("message_im"))


def nothing_happened(at: Workspace) -> None:
    desk = at.desk
    assert not any((desk.heard, desk.overheard, desk.introduced, desk.aside, desk.left, desk.said_to))


async def refused(
    at: Workspace, body: str | bytes | io.BytesIO, headers: dict[str, str], status: int, reason: str
) -> Answer:
    answer = await at.posts(body.encode() if isinstance(body, str) else body, headers)
    assert (answer.status, at.tally.refusals) == (status, [reason])
    nothing_happened(at)
    return answer


def without(headers: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}


async def test_what_slack_has_signed_comes_in():
    async with open_workspace() as at:
        assert (await at.posts(BODY.encode(), signed(BODY))).status == 200
        assert at.tally.refusals == []
        assert len(at.desk.heard) == 1


async def test_another_secret_is_refused():
    async with open_workspace() as at:
        now = int(Clock().now())
        forged = signed(BODY) | {"X-Slack-Signature": sign(BODY, secret="guessed", timestamp=now)}
        await refused(at, BODY, forged, 401, "signature")


async def test_another_body_than_the_signed_one_is_refused():
    async with open_workspace() as at:
        await refused(at, BODY + " ", signed(BODY), 401, "signature")


@pytest.mark.parametrize("signature", ["", "v0=", "v0=\xe9\xfc", "v1=" + "0" * 64], ids=repr)
async def test_a_signature_that_is_none_is_refused(signature: str):
    async with open_workspace() as at:
        await refused(at, BODY, signed(BODY) | {"X-Slack-Signature": signature}, 401, "signature")


async def test_a_missing_signature_is_refused():
    async with open_workspace() as at:
        await refused(at, BODY, without(signed(BODY), "X-Slack-Signature"), 401, "signature")


@pytest.mark.parametrize(
    "timestamp", ["", "abc", "1e9", "12.5", "-5", "+5", "9" * 5_000, "\u0661\u0662\u0663", "0x10"]
)
async def test_a_timestamp_that_is_no_number_is_refused(timestamp: str):
    async with open_workspace() as at:
        headers = signed(BODY) | {"X-Slack-Request-Timestamp": timestamp}
        await refused(at, BODY, headers, 401, "timestamp")


async def test_a_missing_timestamp_is_refused():
    async with open_workspace() as at:
        await refused(at, BODY, without(signed(BODY), "X-Slack-Request-Timestamp"), 401, "timestamp")


@pytest.mark.parametrize("seconds", [-360, -301, 310])
async def test_a_request_that_is_not_from_these_five_minutes_is_refused(seconds: int):
    async with open_workspace() as at:
        await refused(at, BODY, signed(BODY, at=int(Clock().now()) + seconds), 401, "stale")


async def test_a_request_of_four_minutes_ago_comes_in():
    async with open_workspace() as at:
        assert (await at.posts(BODY.encode(), signed(BODY, at=int(Clock().now()) - 240))).status == 200


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "nonsense",
        '"text"',
        "null",
        "{}",
        '{"type":"event_callback"}',
        '{"type":"event_callback","event":[]}',
        '{"type":"event_callback","event":{}}',
        '{"type":"event_callback","event":{"type":5}}',
        '{"authorizations":[5]}',
        '{"a":' + "9" * 5_000 + "}",
        "payload=nonsense",
        "payload=[]",
        "payload=",
        "&".join(f"a{n}=1" for n in range(1_000)),
    ],
    ids=lambda body: body[:40],
)
@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
async def test_what_is_no_request_of_slacks_is_refused(body: str, content_type: str):
    async with open_workspace() as at:
        answer = await at.posts(body.encode(), signed(body, content_type=content_type))
        assert answer.status in {400, 403}
        assert len(at.tally.refusals) == 1
        nothing_happened(at)


@pytest.mark.parametrize("body", ["[" * 10_000, '{"a":' * 10_000, '{"a":[' * 10_000 + "]}" * 10_000])
async def test_json_ten_thousand_deep_is_refused(body: str):
    async with open_workspace() as at:
        await refused(at, body, signed(body), 400, "unreadable")


async def test_json_ten_thousand_deep_in_a_form_is_refused():
    async with open_workspace() as at:
        body = "payload=" + "[" * 10_000
        headers = signed(body, content_type="application/x-www-form-urlencoded")
        await refused(at, body, headers, 400, "unreadable")


async def test_bytes_that_are_no_text_are_refused():
    async with open_workspace() as at:
        await refused(at, b'{"type":"\xff"}', signed("{}"), 400, "unreadable")


async def test_more_than_a_megabyte_is_refused():
    async with open_workspace() as at:
        await refused(at, io.BytesIO(b"x" * 10_000_000), signed("x"), 413, "too_large")


async def test_more_than_a_megabyte_without_a_length_is_refused():
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"x" * 10_000

    async with open_workspace() as at:
        async with at.session.post(f"{at.url}/slack/events", data=chunks(), headers=signed("x")) as response:
            assert response.status == 413
        assert at.tally.refusals == ["too_large"]


async def test_a_body_that_does_not_arrive_is_not_waited_for():
    async with open_workspace(patience=0.1) as at:
        host, port = at.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 3)
        writer.close()
        assert at.tally.refusals == ["too_slow"]


# --- Workspaces -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["event", "press", "command"])
async def test_a_workspace_we_do_not_know_is_refused(kind: str):
    async with open_workspace() as at:
        match kind:
            case "event":
                body = event("message_im")
                body["team_id"] = body["authorizations"][0]["team_id"] = "T9OTHER"
                answer = await at.sends("message_im", body)
            case "press":
                other = {"id": "T9OTHER", "domain": "other"}
                answer = await at.sends(
                    "block_actions_button", payload("block_actions_button") | {"team": other}
                )
            case _:
                answer = await at.sends("slash_command", payload("slash_command") | {"team_id": "T9OTHER"})
        assert (answer.status, at.tally.refusals) == (403, ["workspace"])
        assert answer.headers["X-Slack-No-Retry"] == "1"
        nothing_happened(at)


async def test_a_workspace_that_is_not_on_the_list_is_refused():
    async with open_workspace(allowed_workspaces=frozenset({"T9OTHER"})) as at:
        assert (await at.sends("message_im")).status == 403
        nothing_happened(at)
    async with open_workspace(allowed_workspaces=frozenset({TEAM})) as at:
        assert (await at.sends("message_im")).status == 200


async def test_a_whole_enterprise_can_be_on_the_list():
    def on_grid(fake: FakeSlack) -> None:
        fake.tokens[BOT_TOKEN]["enterprise_id"] = "E1"

    async with open_workspace(before=on_grid, allowed_workspaces=frozenset({"E1"})) as at:
        assert (await at.sends("message_im")).status == 200


async def test_an_installation_for_a_whole_enterprise_takes_what_comes_from_its_teams():
    def on_grid(fake: FakeSlack) -> None:
        fake.tokens[BOT_TOKEN] |= {"enterprise_id": "E1", "is_enterprise_install": True}

    def from_org(body: dict[str, Any]) -> dict[str, Any]:
        body["authorizations"][0] |= {"enterprise_id": "E1", "is_enterprise_install": True}
        return body

    desk = FakeDesk()
    desk.known.add(type(next(iter(desk.known)))("slack", "E1/U01ALICE"))
    async with open_workspace(desk, before=on_grid) as at:
        assert (await at.sends("message_im", from_org(event("message_im")))).status == 200
        [message] = at.desk.heard
        assert message.address.conversation == "E1/U01ALICE"
        assert (await at.sends("message_im", event("message_im", "Ev2"))).status == 403


async def test_until_slack_has_said_which_workspace_we_are_in_it_is_asked_to_deliver_again():
    async with open_workspace(before=lambda fake: fake.has_mishap("auth.test", says("fatal_error"))) as at:
        answer = await at.sends("message_im")
        assert (answer.status, at.tally.refusals) == (503, ["not_ready"])
        assert "X-Slack-No-Retry" not in answer.headers
        nothing_happened(at)
        async with asyncio.timeout(5):
            while (await at.sends("message_im")).status != 200:
                await asyncio.sleep(0.05)
        assert len(at.desk.heard) == 1


async def test_slack_may_look_at_our_address_before_it_has_said_anything():
    async with open_workspace(before=lambda fake: fake.has_mishap("auth.test", Mishap(500))) as at:
        assert (await at.sends("documented/url_verification")).status == 200


async def test_an_installation_is_looked_for_once():
    installations = FakeInstallations(installation(BOT_TOKEN))
    async with open_workspace(installations=installations) as at:
        for n in range(5):
            assert (await at.sends("message_im", event("message_im", f"Ev{n}"))).status == 200
        assert installations.finds == {TEAM: 1}
        assert not at.fake.asked("auth.test")


async def test_while_the_installations_cannot_be_read_slack_delivers_again():
    installations = FakeInstallations(installation(BOT_TOKEN))
    installations.is_down = True
    async with open_workspace(installations=installations) as at:
        assert (await at.sends("message_im")).status == 503
        nothing_happened(at)


async def test_one_that_went_wrong_answers_500_and_shows_no_trace():
    async with open_workspace() as at:
        at.desk.hear = None  # type: ignore[method-assign, assignment]
        answer = await at.sends("message_im")
        assert (answer.status, answer.text) == (500, "")


# --- Around it ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [{}, {"signing_secret": "x"}, {"app_token": "x", "client_id": "x"}],
    ids=str,
)
def test_without_what_it_needs_it_does_not_start(options: dict[str, Any]):
    with pytest.raises(ValueError, match="Slack needs"):
        Slack(FakeDesk(), SlackOptions(**options), FakeTally(), clock=lambda: NOW)


def test_secrets_are_not_shown():
    options = SlackOptions(
        signing_secret="s3cret", bot_token="xoxb-1", app_token="xapp-1", client_secret="c1"
    )
    assert not any(secret in repr(options) for secret in ("s3cret", "xoxb-1", "xapp-1", "c1"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_whatever_is_shallow_is_let_through(value: object):
    _must_be_shallow(json.dumps(value))


async def test_whatever_slack_may_send_is_answered():
    """Every field of a press in turn is missing or of another kind: nothing of it may lead to a fault of ours."""
    strange_things: tuple[object, ...] = (None, 5, "x", [], {}, [5])
    async with open_workspace() as at:
        for name in ("block_actions_button", "message_im", "view_submission", "slash_command", "app_mention"):
            whole = payload(name)
            for key in whole:
                for strange in strange_things:
                    body = whole | {key: strange}
                    text = (
                        interaction(body)
                        if name in {"block_actions_button", "view_submission"}
                        else json.dumps(body)
                    )
                    answer = await at.posts(text.encode(), signed(text))
                    assert answer.status in {200, 400, 403}, (name, key, strange)
