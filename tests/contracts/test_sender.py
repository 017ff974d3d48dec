"""What every way out promises: the fake one, and the one that speaks HTTP."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from bot.chat import Sender
from bot.errors import DeliveryError
from bot.message import Address
from bot.reply import Reply
from bot.store.outbox import OutboxMessage
from tests.fakes import (
    CANNOT_CONNECT,
    CHANNEL_NOT_FOUND,
    NEVER_ARRIVED,
    POSTED_THEN_500,
    POSTED_THEN_LOST,
    FakeSender,
    Mishap,
    Platform,
    too_many,
)
from tests.faults.post import PostOffice, PostSender

HELLO = Reply("hello")
NINE = datetime(2026, 6, 3, 9, tzinfo=UTC)

Connect = Callable[..., tuple[Platform, Sender]]


def message(outbox_id: int = 7) -> OutboxMessage:
    return OutboxMessage(
        id=outbox_id,
        dedupe_key=f"key-{outbox_id}",
        address_id=1,
        address=Address("post", "room-1"),
        seq=1,
        person="dana",
        kind="nudge",
        payload=HELLO.to_json(),
        written_at=NINE,
        due_at=NINE,
        attempt=1,
        claim="ours",
    )


@pytest.fixture(params=["in memory", "over http"])
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """A platform that has these mishaps, and the way to it."""
    with ExitStack() as stack:

        def connected(*mishaps: Mishap, can_look_up: bool = True) -> tuple[Platform, Sender]:
            platform = Platform(mishaps)
            if request.param == "in memory":
                return platform, FakeSender(platform, can_look_up=can_look_up)
            office = stack.enter_context(PostOffice(platform))
            return platform, PostSender(office.url, can_look_up=can_look_up)

        yield connected


async def refused(sender: Sender) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        await sender.send(message(), HELLO)
    return raised.value


async def test_what_is_sent_is_posted_once_and_its_id_comes_back(connect: Connect):
    platform, sender = connect()
    post_id = await sender.send(message(), HELLO)
    assert [(post.id, post.outbox_id, post.text) for post in platform.posts] == [(post_id, 7, "hello")]


async def test_what_was_posted_is_found_by_the_id_of_its_row(connect: Connect):
    _, sender = connect()
    post_id = await sender.send(message(7), HELLO)
    assert await sender.look_up(message(7)) == post_id
    assert await sender.look_up(message(8)) is None


@pytest.mark.parametrize(
    ("mishap", "is_posted"),
    [
        pytest.param(POSTED_THEN_LOST, True, id="the answer was lost"),
        pytest.param(POSTED_THEN_500, True, id="it failed after posting"),
        pytest.param(NEVER_ARRIVED, False, id="the request was lost"),
    ],
)
async def test_without_a_usable_answer_it_may_have_been_posted(
    connect: Connect, mishap: Mishap, is_posted: bool
):
    platform, sender = connect(mishap)
    error = await refused(sender)
    assert error.ambiguous
    assert not error.permanent
    assert bool(platform.posts) == is_posted
    assert (await sender.look_up(message()) is not None) == is_posted


@pytest.mark.parametrize("pause", [timedelta(0), timedelta(seconds=30)], ids=str)
async def test_a_platform_that_asks_for_patience_has_posted_nothing(connect: Connect, pause: timedelta):
    platform, sender = connect(too_many(pause))
    error = await refused(sender)
    assert (error.retry_after, error.ambiguous, error.permanent) == (pause, False, False)
    assert platform.posts == []


async def test_patience_without_a_pause_is_an_attempt_like_any_other(connect: Connect):
    _, sender = connect(too_many(None))
    error = await refused(sender)
    assert (error.retry_after, error.ambiguous, error.permanent) == (None, False, False)


async def test_a_refusal_for_good_is_permanent_and_nothing_was_posted(connect: Connect):
    platform, sender = connect(CHANNEL_NOT_FOUND)
    error = await refused(sender)
    assert error.permanent
    assert not error.ambiguous
    assert platform.posts == []


async def test_a_platform_that_cannot_be_asked_says_so(connect: Connect):
    _, sender = connect(can_look_up=False)
    assert not sender.can_look_up
    with pytest.raises(DeliveryError) as raised:
        await sender.look_up(message())
    assert raised.value.permanent


def unreachable(kind: str) -> Sender:
    if kind == "in memory":
        return FakeSender(Platform([CANNOT_CONNECT]))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return PostSender(f"http://127.0.0.1:{closed.getsockname()[1]}")


@pytest.mark.parametrize("kind", ["in memory", "over http"])
async def test_where_nobody_listens_nothing_was_posted_and_another_try_is_right(kind: str):
    error = await refused(unreachable(kind))
    assert (error.retry_after, error.ambiguous, error.permanent) == (None, False, False)
