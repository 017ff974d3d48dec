"""The relay signs what a client sends, gives on what the bot answers, and notes both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web

from tests.bot_framework.issuer import Issuer
from tests.bot_framework.loopback import Loopback
from tests.bot_framework.people import APP_ID
from tests.bot_framework.relay import Exchange, SigningRelay

HELLO = {"type": "message", "text": "Hello", "serviceUrl": "http://127.0.0.1:1/_connector"}


@dataclass
class Bot:
    """Notes the headers and answers what it is told to."""

    answer: web.Response = field(default_factory=lambda: web.Response(status=202))
    heard: list[tuple[Any, str]] = field(default_factory=list)

    async def messages(self, request: web.Request) -> web.Response:
        self.heard.append((await request.json(), request.headers["Authorization"]))
        return self.answer


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
def relay(bot: Bot) -> Iterator[SigningRelay]:
    with (
        Issuer() as issuer,
        Loopback([web.post("/api/messages", bot.messages)]) as server,
        SigningRelay(issuer, f"{server.url}/api/messages") as relay,
    ):
        yield relay


async def send(relay: SigningRelay, activity: dict[str, Any]) -> tuple[int, str]:
    async with aiohttp.ClientSession() as client, client.post(relay.endpoint, json=activity) as answer:
        return answer.status, await answer.text()


async def test_the_bot_gets_the_activity_as_it_was_with_a_token_for_its_service_address(
    relay: SigningRelay, bot: Bot
) -> None:
    await send(relay, HELLO)

    ((activity, authorization),) = bot.heard
    scheme, token = authorization.split()
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (activity, scheme) == (HELLO, "Bearer")
    assert (claims["aud"], claims["serviceurl"]) == (APP_ID, HELLO["serviceUrl"])


async def test_the_client_gets_what_the_bot_answered(relay: SigningRelay, bot: Bot) -> None:
    bot.answer = web.json_response({"statusCode": 403}, status=403)

    assert await send(relay, {"type": "invoke"}) == (403, '{"statusCode": 403}')


async def test_each_exchange_is_noted(relay: SigningRelay, bot: Bot) -> None:
    await send(relay, HELLO)
    bot.answer = web.json_response({"statusCode": 200})
    await send(relay, {"type": "invoke"})

    assert relay.exchanges == [
        Exchange(HELLO, 202, ""),
        Exchange({"type": "invoke"}, 200, {"statusCode": 200}),
    ]
    assert relay.heard("message") == [HELLO]
