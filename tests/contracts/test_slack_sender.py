"""Our way out to Slack keeps the promises of every sender."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from bot.channels.slack.line import Line
from bot.channels.slack.rooms import Rooms
from bot.channels.slack.sender import SlackSender
from bot.channels.slack.workspaces import SlackOptions, Workspaces
from bot.chat import Outgoing
from bot.message import Address
from bot.reply import Reply
from bot.store.outbox import OutboxMessage
from tests.channels.slack.fake_desk import FakeDesk, FakeInstallations, installation
from tests.channels.slack.fake_slack import ALICE, BOT_TOKEN, TEAM, FakeSlack
from tests.channels.slack.fake_slack import Mishap as SlackMishap
from tests.contracts.test_sender import (
    refused,
    test_a_platform_that_asks_for_patience_has_posted_nothing,
    test_a_refusal_for_good_is_permanent_and_nothing_was_posted,
    test_patience_without_a_pause_is_an_attempt_like_any_other,
    test_what_is_sent_is_posted_once_and_its_id_comes_back,
    test_what_was_posted_is_found_by_the_id_of_its_row,
    test_without_a_usable_answer_it_may_have_been_posted,
)
from tests.fakes import LOST, Mishap, Post

__all__ = [
    "test_a_platform_that_asks_for_patience_has_posted_nothing",
    "test_a_refusal_for_good_is_permanent_and_nothing_was_posted",
    "test_patience_without_a_pause_is_an_attempt_like_any_other",
    "test_what_is_sent_is_posted_once_and_its_id_comes_back",
    "test_what_was_posted_is_found_by_the_id_of_its_row",
    "test_without_a_usable_answer_it_may_have_been_posted",
]


class AtSlack:
    """Sends to Alice's direct messages whatever the contract wants sent, each time over a line of its own."""

    can_look_up = SlackSender.can_look_up

    def __init__(self, url: str) -> None:
        options = SlackOptions(api_url=url)
        workspaces = Workspaces(Line(url), options, FakeInstallations(installation(BOT_TOKEN)), _now)
        self._sender = SlackSender(Line(url), workspaces, Rooms(Line(url)), FakeDesk())

    async def send(self, message: Outgoing, payload: Reply) -> str:
        return await self._sender.send(_addressed(message), payload)

    async def look_up(self, message: Outgoing) -> str | None:
        return await self._sender.look_up(_addressed(message))

    def posted_at(self, provider_ref: str) -> datetime | None:
        return self._sender.posted_at(provider_ref)


@dataclass(frozen=True, slots=True)
class Posted:
    """What can be seen at the fake Slack, as the contract asks for it."""

    slack: FakeSlack

    @property
    def posts(self) -> list[Post]:
        return [
            Post(
                f"D{ALICE[1:]}:{message['ts']}",
                message["metadata"]["event_payload"]["outbox_id"],
                "",
                message["text"],
            )
            for message in self.slack.posted
        ]


@pytest.fixture
def connect() -> Iterator[Callable[..., tuple[Posted, AtSlack]]]:
    with ExitStack() as stack:

        def connected(*mishaps: Mishap) -> tuple[Posted, AtSlack]:
            slack = stack.enter_context(FakeSlack())
            slack.has_mishap("chat.postMessage", *map(_as_slack_has_it, mishaps))
            return Posted(slack), AtSlack(slack.url)

        yield connected


async def test_where_nobody_listens_nothing_was_posted_and_another_try_is_right():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/api/"
    error = await refused(AtSlack(url))
    assert (error.retry_after, error.ambiguous, error.permanent) == (None, False, False)


def _as_slack_has_it(mishap: Mishap) -> SlackMishap:
    pause = () if mishap.retry_after is None else (("Retry-After", f"{mishap.retry_after.seconds}"),)
    match mishap.status:
        case 404:
            return SlackMishap(error="channel_not_found")
        case status if status <= LOST:
            return SlackMishap(is_done=mishap.is_posted, is_lost=True)
        case status:
            return SlackMishap(
                status, "ratelimited" if status == 429 else "", mishap.is_posted, headers=pause
            )


def _addressed(message: Outgoing) -> Outgoing:
    assert isinstance(message, OutboxMessage)
    return replace(message, address=Address("slack", f"{TEAM}/{ALICE}", workspace=TEAM))


def _now() -> datetime:
    return datetime(2026, 6, 3, 9, tzinfo=UTC)
