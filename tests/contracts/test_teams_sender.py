"""Our way out to Teams keeps the promises of every sender. It cannot be asked what became of a message."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from bot.channels.teams.connector import Connector as OurConnector
from bot.channels.teams.credentials import AppToken
from bot.channels.teams.dots import Dots
from bot.channels.teams.reference import Reference
from bot.channels.teams.sender import TeamsSender
from bot.channels.teams.trusted import Trusted
from bot.chat import Outgoing
from bot.reply import Reply
from bot.store.outbox import OutboxMessage
from tests.bot_framework.connector import CONVERSATION_GONE, Answer, Connector, dropped, failed, throttled
from tests.bot_framework.people import BOT_ID, PERSONAL_CHAT_ID, PRIYA, TENANT_ID
from tests.channels.teams.fake_desk import FakeDesk
from tests.contracts.test_sender import (
    refused,
    test_a_platform_that_asks_for_patience_has_posted_nothing,
    test_a_platform_that_cannot_be_asked_says_so,
    test_a_refusal_for_good_is_permanent_and_nothing_was_posted,
    test_patience_without_a_pause_is_an_attempt_like_any_other,
    test_what_is_sent_is_posted_once_and_its_id_comes_back,
)
from tests.fakes import LOST, NEVER_ARRIVED, POSTED_THEN_500, POSTED_THEN_LOST, Mishap, Post

__all__ = [
    "test_a_platform_that_asks_for_patience_has_posted_nothing",
    "test_a_platform_that_cannot_be_asked_says_so",
    "test_a_refusal_for_good_is_permanent_and_nothing_was_posted",
    "test_patience_without_a_pause_is_an_attempt_like_any_other",
    "test_what_is_sent_is_posted_once_and_its_id_comes_back",
]


class AtTeams:
    """Sends to Priya's chat whatever the contract wants sent, each time over a connector of its own."""

    can_look_up = TeamsSender.can_look_up

    def __init__(self, url: str) -> None:
        self._url = url

    async def send(self, message: Outgoing, payload: Reply) -> str:
        connector = OurConnector(AppToken(lambda: "token"), Trusted([self._url]))
        try:
            return await _sender(connector).send(self._addressed(message), payload)
        finally:
            await connector.close()

    async def look_up(self, message: Outgoing) -> str | None:
        return await _sender(OurConnector(AppToken(lambda: "token"), Trusted())).look_up(message)

    def posted_at(self, provider_ref: str) -> datetime | None:
        raise NotImplementedError

    def _addressed(self, message: Outgoing) -> Outgoing:
        assert isinstance(message, OutboxMessage)
        here = Reference(TENANT_ID, PERSONAL_CHAT_ID, self._url, BOT_ID, PRIYA.id)
        return replace(message, address=here.address(is_private=True))


def _sender(connector: OurConnector) -> TeamsSender:
    return TeamsSender(FakeDesk(), connector, Dots(lambda to: connector.post(to, {})))


@dataclass(frozen=True, slots=True)
class Posted:
    """What the person sees, as the contract asks for it. Teams keeps no id of ours; there is only one message here."""

    connector: Connector

    @property
    def posts(self) -> list[Post]:
        return [Post(each["id"], 7, "", each["summary"]) for each in self.connector.chat(PERSONAL_CHAT_ID)]


@pytest.fixture
def connect() -> Iterator[Callable[..., tuple[Posted, AtTeams]]]:
    with ExitStack() as stack:

        def connected(*mishaps: Mishap, can_look_up: bool = False) -> tuple[Posted, AtTeams]:
            assert not can_look_up
            connector = stack.enter_context(Connector())
            connector.plan(*map(_as_teams_has_it, mishaps))
            return Posted(connector), AtTeams(connector.url)

        yield connected


@pytest.mark.parametrize("mishap", [POSTED_THEN_LOST, POSTED_THEN_500, NEVER_ARRIVED], ids=str)
async def test_without_a_usable_answer_it_may_have_been_posted_and_stays_so(
    connect: Callable[..., tuple[Posted, AtTeams]], mishap: Mishap
):
    platform, sender = connect(mishap)
    error = await refused(sender)
    assert (error.ambiguous, error.permanent) == (True, False)
    assert bool(platform.posts) == mishap.is_posted
    assert len(platform.connector.attempts) == 1


async def test_where_nobody_listens_nothing_was_posted_and_another_try_is_right():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    error = await refused(AtTeams(url))
    assert (error.retry_after, error.ambiguous, error.permanent) == (None, False, False)


def _as_teams_has_it(mishap: Mishap) -> Answer:
    match mishap.status:
        case 404:
            return CONVERSATION_GONE
        case 429:
            return throttled(None if mishap.retry_after is None else f"{mishap.retry_after.seconds}")
        case status if status <= LOST:
            return dropped(is_delivered=mishap.is_posted)
        case status:
            return failed(status, is_delivered=mishap.is_posted)
