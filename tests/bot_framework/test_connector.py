"""The connector's stand-in does to the bot what Teams would do, and remembers all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from tests.bot_framework.connector import (
    CONVERSATION_GONE,
    NOT_IN_ROSTER,
    PRECONDITION_FAILED,
    TOO_BIG,
    UNAUTHORIZED,
    WRITES_BLOCKED,
    Answer,
    Connector,
    dropped,
    failed,
    hung,
    late,
    refused,
    throttled,
)
from tests.bot_framework.people import GROUP_CHAT_ID, PERSONAL_CHAT_ID, PRIYA

HELLO = {"type": "message", "text": "Hello"}
CARD = {"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive"}]}


@pytest.fixture
def connector() -> Iterator[Connector]:
    with Connector() as connector:
        yield connector


async def ask(
    connector: Connector,
    method: str = "POST",
    path: str = f"/v3/conversations/{PERSONAL_CHAT_ID}/activities",
    body: Any = HELLO,
    patience: float = 5.0,
) -> tuple[int, Any]:
    """The status and the content of the answer, as a bot would see them."""
    patient = aiohttp.ClientTimeout(patience)
    headers = {"Authorization": "Bearer abc"}
    async with (
        aiohttp.ClientSession(timeout=patient, headers=headers) as client,
        client.request(method, connector.url + path, json=body) as answer,
    ):
        is_json = answer.content_type == "application/json"
        return answer.status, await (answer.json() if is_json else answer.text())


def texts(connector: Connector) -> list[str]:
    return [activity["text"] for activity in connector.chat(PERSONAL_CHAT_ID)]


async def test_a_message_gets_a_number_and_stands_in_its_chat_alone(connector: Connector) -> None:
    status, body = await ask(connector)

    assert status == 201
    assert connector.chat(PERSONAL_CHAT_ID) == [HELLO | {"id": body["id"]}]
    assert connector.chat(GROUP_CHAT_ID) == []


async def test_a_reply_is_noted_with_the_message_it_replies_to_and_the_token_it_came_with(
    connector: Connector,
) -> None:
    await ask(connector, path=f"/v3/conversations/{PERSONAL_CHAT_ID}/activities/17")

    (attempt,) = connector.attempts
    assert (attempt.method, attempt.conversation_id, attempt.target) == ("POST", PERSONAL_CHAT_ID, "17")
    assert (attempt.activity, attempt.authorization) == (HELLO, "Bearer abc")


async def test_a_changed_message_keeps_its_place_and_a_deleted_one_is_gone(connector: Connector) -> None:
    _, first = await ask(connector)
    await ask(connector, body=HELLO | {"text": "Second"})
    of_first = f"/v3/conversations/{PERSONAL_CHAT_ID}/activities/{first['id']}"

    status, body = await ask(connector, "PUT", of_first, HELLO | {"text": "Changed"})
    assert (status, body) == (200, first)
    assert texts(connector) == ["Changed", "Second"]

    await ask(connector, "DELETE", of_first, None)
    assert texts(connector) == ["Second"]


async def test_typing_and_text_with_a_card_are_taken_without_an_id(connector: Connector) -> None:
    assert await ask(connector, body={"type": "typing"}) == (202, "")
    assert connector.chat(PERSONAL_CHAT_ID) == []

    assert await ask(connector, body=HELLO | CARD) == (202, "")
    assert texts(connector) == ["Hello"]


async def test_a_new_personal_chat_is_the_same_for_the_same_person(connector: Connector) -> None:
    for_priya = {"members": [{"id": PRIYA.id}], "bot": {"id": "28:coach"}}

    created = [await ask(connector, path="/v3/conversations", body=for_priya) for _ in range(2)]

    assert created == [(201, {"id": "a:new-29:priya"})] * 2
    assert connector.attempts[0].activity == for_priya


async def test_the_roster_knows_everybody_by_either_id_and_nobody_else(connector: Connector) -> None:
    members = f"/v3/conversations/{PERSONAL_CHAT_ID}/members"

    for wanted in (PRIYA.id, PRIYA.aad_object_id):
        status, member = await ask(connector, "GET", f"{members}/{wanted}", None)
        assert (status, member["email"]) == (200, "priya.nair@example.com")
    status, _ = await ask(connector, "GET", f"{members}/29:nobody", None)
    assert status == 404


@pytest.mark.parametrize(
    "answer",
    [WRITES_BLOCKED, NOT_IN_ROSTER, UNAUTHORIZED, CONVERSATION_GONE, PRECONDITION_FAILED, TOO_BIG],
    ids=lambda answer: answer.body[:40],
)
async def test_a_refused_message_is_noted_and_reaches_nobody(connector: Connector, answer: Answer) -> None:
    connector.plan(answer)

    status, _ = await ask(connector)

    assert status == answer.status
    assert connector.attempts[0].answer is answer
    assert connector.chat(PERSONAL_CHAT_ID) == []


async def test_who_blocked_the_coach_is_told_as_teams_tells_it(connector: Connector) -> None:
    connector.plan(WRITES_BLOCKED)

    status, body = await ask(connector)

    assert (status, body["errorCode"]) == (403, 209)
    assert '"subCode": "MessageWritesBlocked"' in body["message"]


async def test_planned_answers_come_one_after_the_other_and_then_the_usual_one(connector: Connector) -> None:
    connector.plan(throttled(), failed(500))
    connector.usually = refused(400, "BadSyntax", "No.")

    assert [(await ask(connector))[0] for _ in range(4)] == [429, 500, 400, 400]


async def test_an_answer_that_is_planned_for_one_kind_of_request_waits_for_it(connector: Connector) -> None:
    connector.plan(failed(500), method="PUT")

    assert (await ask(connector))[0] == 201
    of_another = f"/v3/conversations/{PERSONAL_CHAT_ID}/activities/17"
    assert [(await ask(connector, "PUT", of_another))[0] for _ in range(2)] == [500, 200]


@pytest.mark.parametrize("retry_after", [None, "2"])
async def test_throttling_says_when_to_try_again_only_when_it_is_told_to(
    connector: Connector, retry_after: str | None
) -> None:
    connector.plan(throttled(retry_after))

    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{connector.url}/v3/conversations/a/activities", json=HELLO) as answer,
    ):
        assert answer.status == 429
        assert answer.headers.get("Retry-After") == retry_after


@pytest.mark.parametrize("status", [500, 502, 504])
@pytest.mark.parametrize("is_delivered", [True, False])
async def test_a_failure_may_hide_that_the_message_is_in_the_chat(
    connector: Connector, status: int, is_delivered: bool
) -> None:
    connector.plan(failed(status, is_delivered=is_delivered))

    got, body = await ask(connector)

    assert got == status
    assert body.startswith("<html>")
    assert texts(connector) == ["Hello"] * is_delivered


@pytest.mark.parametrize("is_delivered", [True, False])
async def test_a_broken_connection_may_hide_it_as_well(connector: Connector, is_delivered: bool) -> None:
    connector.plan(dropped(is_delivered=is_delivered))

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await ask(connector)

    assert texts(connector) == ["Hello"] * is_delivered


@pytest.mark.parametrize("is_delivered", [True, False])
async def test_a_hung_connector_lets_go_when_the_test_is_over(is_delivered: bool) -> None:
    with Connector() as connector:
        connector.plan(hung(is_delivered=is_delivered))
        with pytest.raises(TimeoutError):
            await ask(connector, patience=0.2)
        assert texts(connector) == ["Hello"] * is_delivered


async def test_a_late_answer_is_a_good_one_and_holds_nobody_else_up(connector: Connector) -> None:
    connector.plan(late(0.3))

    assert (await ask(connector))[0] == 201
    assert (await ask(connector, patience=0.2))[0] == 201


async def test_what_gets_through_can_come_from_a_connector_behind(connector: Connector) -> None:
    with Connector(behind=connector.url) as front:
        front.plan(throttled())
        path = "/v3/conversations/19:dev@thread.tacv2;messageid=17/activities"

        assert (await ask(front, path=path))[0] == 429
        status, body = await ask(front, path=path)

    assert status == 201
    assert connector.chat("19:dev@thread.tacv2;messageid=17") == [HELLO | {"id": body["id"]}]
    assert front.chat("19:dev@thread.tacv2;messageid=17") == [HELLO | {"id": body["id"]}]
    assert len(front.attempts) == 2
