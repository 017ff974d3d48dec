"""A chat platform in memory, and our way to it: what tests send to instead of a vendor.

`tests/contracts/test_sender.py` holds the fake sender and the one that speaks HTTP to the same promises.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.chat import Outgoing
from bot.errors import DeliveryError, StoreUnavailable
from bot.reply import Reply
from bot.store.database import Database, Transaction

LOST = 0  # no answer came back
UNREACHABLE = -1  # nothing went out


@dataclass(frozen=True, slots=True)
class Post:
    """What the platform has shown to somebody. `outbox_id` is the metadata we gave it to find the post again."""

    id: str
    outbox_id: int
    conversation: str
    text: str


@dataclass(frozen=True, slots=True)
class Mishap:
    """What the platform answers instead of "posted", and whether it posted all the same."""

    status: int
    is_posted: bool = False
    retry_after: timedelta | None = None


POSTED_THEN_LOST = Mishap(LOST, is_posted=True)
NEVER_ARRIVED = Mishap(LOST)
POSTED_THEN_500 = Mishap(500, is_posted=True)
CANNOT_CONNECT = Mishap(UNREACHABLE)
CHANNEL_NOT_FOUND = Mishap(404)
GONE = Mishap(410)


def too_many(retry_after: timedelta | None) -> Mishap:
    """The platform asks for patience."""
    return Mishap(429, retry_after=retry_after)


class Platform:
    """Keeps every post in the order it was made. `mishaps` befall one request after the other; None is none."""

    def __init__(self, mishaps: Iterable[Mishap | None] = ()) -> None:
        self.posts: list[Post] = []
        self._mishaps: Iterator[Mishap | None] = iter(mishaps)
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def post(self, outbox_id: int, conversation: str, text: str) -> Post | Mishap:
        """Post it, unless a mishap is due."""
        with self._lock:
            mishap = next(self._mishaps, None)
            if mishap and not mishap.is_posted:
                return mishap
            post = Post(f"post-{next(self._ids)}", outbox_id, conversation, text)
            self.posts.append(post)
            return mishap or post

    def find(self, outbox_id: int) -> Post | None:
        """The post that carries this metadata."""
        with self._lock:
            return next((post for post in self.posts if post.outbox_id == outbox_id), None)

    @property
    def texts(self) -> list[str]:
        """What was posted, in order."""
        return [post.text for post in self.posts]


def refusal(status: int, retry_after: timedelta | None = None) -> DeliveryError:
    """What an answer other than "posted" means for the message."""
    match status:
        case 429:
            # A platform that names no pause gets the usual one, and the attempt counts.
            return DeliveryError("the platform asks for patience", retry_after=retry_after)
        case 410:
            return DeliveryError("nothing can be written there any more", gone=True)
        case _ if 400 <= status < 500:
            return DeliveryError(f"refused for good ({status})", permanent=True)
        case _ if status == UNREACHABLE:
            return DeliveryError("the platform cannot be reached")
        case _:
            return DeliveryError(f"no usable answer ({status})", ambiguous=True)


class FakeSender:
    """Sends to a platform in memory.

    `slow` sets `posted` when a message is there, and answers only when `answers` is set. `blind` is what it says when
    it is asked whether a message is there.
    """

    def __init__(self, platform: Platform, *, can_look_up: bool = True, slow: bool = False) -> None:
        self.can_look_up = can_look_up
        self.blind: DeliveryError | None = None
        self.posted = asyncio.Event()
        self.answers = asyncio.Event()
        if not slow:
            self.answers.set()
        self._platform = platform

    async def send(self, message: Outgoing, payload: Reply) -> str:
        """Post it; the post's id. Raises DeliveryError."""
        answer = self._platform.post(message.id, message.address.conversation, payload.text)
        self.posted.set()
        await self.answers.wait()
        match answer:
            case Post(id=post_id):
                return post_id
            case Mishap(status=status, retry_after=retry_after):
                raise refusal(status, retry_after)

    async def look_up(self, message: Outgoing) -> str | None:
        """The id of the post that carries this message's id. Raises DeliveryError when there is no asking."""
        if not self.can_look_up:
            raise DeliveryError("this platform cannot be asked", permanent=True)
        if self.blind:
            raise self.blind
        found = self._platform.find(message.id)
        return found.id if found else None

    def posted_at(self, provider_ref: str) -> datetime | None:
        """Nobody knows: its ids do not tell."""
        return None


class ShakyDatabase(Database):
    """A real database that is away for the next `away` transactions, and whose next `mute` ones lose their answer."""

    away = 0
    mute = 0

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """As always, with these mishaps: when an answer is lost, all of it was kept and nobody knows."""
        if self.away:
            self.away -= 1
            raise StoreUnavailable("the database is away")
        with super().writing() as conn:
            yield conn
        if self.mute:
            self.mute -= 1
            raise StoreUnavailable("the answer to the commit was lost")
