"""Sending what the outbox holds: each message once, in order, whatever crashes.

For every message:

1. Claim its row. Only one worker wins it, until the lease runs out.
2. Send it, outside any transaction, and only while at least half of the lease is left.
3. Mark the row: sent, failed, put off, or in doubt. The mark counts only while the claim is still ours.

When nobody knows whether it was posted (a lost answer, or a worker lost between 2 and 3):

4. Ask the platform. If it was posted, mark it sent.
5. If not, or if the platform cannot say, leave it in doubt for a while: what is still on its way must have
   arrived before we conclude that it never will. Then ask again; only then may it be claimed once more.
6. On a platform that cannot be asked, the row ends as `unknown`: it is counted, shown, and never sent again.

An update is never in doubt: to show a message anew once more is as good as once.

What remains: a worker frozen for longer than its lease between the check in 2 and the write to its socket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import TypeVar

import structlog

from bot.chat import Sender
from bot.errors import DeliveryError, StoreUnavailable
from bot.reply import Reply
from bot.store import addresses, claims, outbox
from bot.store.buckets import Pace
from bot.store.database import Database, Transaction
from bot.store.outbox import OutboxMessage

T = TypeVar("T")

log = structlog.stdlib.get_logger()

SHORTEST_WAIT = timedelta(seconds=1)  # when a platform asks for no pause at all
LONGEST_WAIT = timedelta(hours=1)  # when it asks for an absurd one
LONGEST_PAUSE = timedelta(minutes=15)
LONGEST_REST = 5.0  # seconds between two tries to reach the database


@dataclass(frozen=True, slots=True)
class Retry:
    """Certainly not posted: try again after the pause. `counts`: as one of the attempts a message has."""

    pause: timedelta
    counts: bool


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Certainly not posted, and it never will be."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Perhaps posted."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a message is tried, and how long the first pause is; every further one is twice as long."""

    attempts: int = 10
    pause: timedelta = timedelta(seconds=5)

    def pause_after(self, attempt: int) -> timedelta:
        """The pause after this attempt."""
        doubled: timedelta = self.pause * 2 ** min(attempt - 1, 30)
        return min(doubled, LONGEST_PAUSE)


PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things may take.

    A claim holds for `lease`; one send may take `send_timeout`, and is begun only while half of the lease is left. The
    outbox is looked at every `poll`. Told to stop, what is on its way has `grace` to arrive.
    """

    lease: timedelta = timedelta(seconds=60)
    send_timeout: timedelta = timedelta(seconds=10)
    poll: timedelta = timedelta(seconds=0.5)
    grace: timedelta = timedelta(seconds=9)

    def __post_init__(self) -> None:
        if self.send_timeout >= self.lease / 2:
            msg = f"a send may take {self.send_timeout}, which must be less than half of the lease of {self.lease}"
            raise ValueError(msg)


TIMING = Timing()


def what_next(
    error: DeliveryError, attempt: int, patience: Patience, *, is_repeatable: bool = False
) -> Retry | GiveUp | Unknown:
    """What a failed attempt means for the message. `is_repeatable`: twice is as good as once.

    A platform that asks for patience gets it, however often: that is no attempt of the message's own.
    """
    if error.ambiguous and not is_repeatable:
        return Unknown()
    if error.permanent:
        return GiveUp()
    if error.retry_after is not None:
        return Retry(min(max(error.retry_after, SHORTEST_WAIT), LONGEST_WAIT), counts=False)
    if attempt >= patience.attempts:
        return GiveUp()
    return Retry(patience.pause_after(attempt), counts=True)


def _say_nothing(_conn: Transaction, _message: OutboxMessage) -> None:
    """What failed is counted, and that is all."""


class Delivery:
    """One process's share of the sending. Any number of them may run beside each other.

    `at_once` messages are on their way at the same time, never two of one address. `paces` say, by channel, how much a
    workspace takes. `when_failed` may write what is to be said because a message will never be posted, in the
    transaction that marks it.
    """

    def __init__(
        self,
        database: Database,
        senders: Mapping[str, Sender],
        *,
        worker_id: str,
        new_token: Callable[[], str],
        at_once: int = 8,
        timing: Timing = TIMING,
        patience: Patience = PATIENCE,
        paces: Mapping[str, Pace] = MappingProxyType({}),
        when_failed: Callable[[Transaction, OutboxMessage], None] = _say_nothing,
    ) -> None:
        self._database = database
        self._senders = senders
        self._worker_id = worker_id
        self._new_token = new_token
        self._at_once = at_once
        self._lease = timing.lease
        self._send_timeout = timing.send_timeout.total_seconds()
        self._poll = timing.poll.total_seconds()
        self._grace = timing.grace.total_seconds()
        self._patience = patience
        self._paces = paces
        self._when_failed = when_failed
        self._on_their_way: set[asyncio.Task[None]] = set()
        self._lost_claims: list[str] = []
        self._stir = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_stopping = False
        self._may_be_more = False
        self._next_round = 0.0

    def wake(self) -> None:
        """Something was written: look at once. May be called from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stir.set)

    async def once(self) -> int:
        """Send what is due now, at most `at_once` messages; returns how many rows were taken in hand."""
        taken = await self._take()
        while self._on_their_way:
            await asyncio.wait(self._on_their_way)
        return taken

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; then finish what is on its way and give the rest back, within `grace`."""
        self._loop = asyncio.get_running_loop()
        alarm = asyncio.create_task(self._stir_at(stop))
        rest = self._poll
        try:
            while not stop.is_set():
                self._stir.clear()
                try:
                    await self._take()
                except StoreUnavailable as error:
                    log.warning("outbox out of reach", worker=self._worker_id, error=str(error), rest=rest)
                    await _wait(stop, rest)
                    rest = min(rest * 2, LONGEST_REST)
                except Exception:
                    log.exception("claiming went wrong", worker=self._worker_id, rest=rest)
                    await _wait(stop, rest)
                    rest = min(rest * 2, LONGEST_REST)
                else:
                    rest = self._poll
                    await _wait(self._stir, rest)
        finally:
            alarm.cancel()
            self._is_stopping = True
            await self._land()

    # --- Claiming -----------------------------------------------------------------------------------------

    async def _take(self) -> int:
        """Fill our free hands: first with what a lost worker left, then with what is due."""
        busy = len(self._on_their_way)
        free = self._at_once - busy
        if free <= 0:
            return 0
        now = self._time()
        token = self._token()
        try:
            left, due = await self._database.run(self._claim, free, token, now)
        except BaseException:
            self._lost_claims.append(token)  # its answer was lost; what it took was not begun
            raise
        ends_at = now + self._lease.total_seconds()
        for message in left:
            self._start(message, self._resolve(message))
        for message in due:
            self._start(message, self._deliver(message, ends_at))
        # Where all hands are full, or what is on its way may keep what follows it waiting.
        self._may_be_more = busy > 0 or len(left) + len(due) >= free
        return len(left) + len(due)

    def _claim(
        self, free: int, token: str, now: float
    ) -> tuple[tuple[OutboxMessage, ...], tuple[OutboxMessage, ...]]:
        channels = sorted(self._senders)
        lost, is_round = list(self._lost_claims), now >= self._next_round
        left: tuple[OutboxMessage, ...] = ()
        with self._database.writing() as conn:
            for lost_token in lost:
                claims.give_back_all(conn, lost_token)
            if is_round:
                # At most half of our hands, so that many doubts do not keep new messages waiting.
                left = claims.left_overs(conn, channels, max(1, free // 2), self._lease, self._token())
            due = claims.claim(conn, channels, free - len(left), self._lease, token, self._paces)
        self._lost_claims = self._lost_claims[len(lost) :]
        if is_round:
            self._next_round = now + self._poll
        return left, due

    def _start(self, message: OutboxMessage, handling: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(handling)
        self._on_their_way.add(task)
        task.add_done_callback(partial(self._landed, message))

    def _landed(self, message: OutboxMessage, task: asyncio.Task[None]) -> None:
        """Look for more where there may be more; not for every free hand: a claim is a transaction too."""
        self._on_their_way.discard(task)
        if not task.cancelled() and (error := task.exception()):
            # The row stays in `sending`, and is looked up when the lease has run out.
            log.error("handling a message went wrong", worker=self._worker_id, exc_info=error)
        self._may_be_more |= message.is_followed
        if self._may_be_more and len(self._on_their_way) <= self._at_once // 2:
            self._stir.set()

    # --- One message --------------------------------------------------------------------------------------

    async def _deliver(self, message: OutboxMessage, ends_at: float) -> None:
        """Steps 2 and 3."""
        if self._is_stopping or ends_at - self._time() < self._lease.total_seconds() / 2:
            await self._mark(message, claims.give_back)
            return
        if message.attempt > self._patience.attempts:
            await self._fail(message, f"given up after {self._patience.attempts} attempts")
            return
        if message.is_closed:
            await self._fail(message, "nothing can be written there any more", is_gone=True)
            return
        if message.kind == "update" and not message.amends:
            await self._mark(message, claims.cancel, "what it shows anew was never seen to be posted")
            return
        try:
            payload = Reply.from_json(message.payload)
        except ValueError:
            await self._fail(message, "the row does not hold a reply")
            return
        sender = self._senders[message.channel]
        try:
            provider_ref = await self._within_time(sender.send(message, payload))
        except DeliveryError as error:
            await self._after(message, sender, error)
        else:
            await self._mark(message, claims.mark_sent, provider_ref, sender.posted_at(provider_ref))

    async def _after(self, message: OutboxMessage, sender: Sender, error: DeliveryError) -> None:
        """What a failed send leads to."""
        match what_next(error, message.attempt, self._patience, is_repeatable=_is_repeatable(message)):
            case Retry(pause, counts):
                log.info("message put off", **_fields(message), error=str(error), pause=pause.total_seconds())
                await self._mark(message, claims.put_off, pause, str(error), counts=counts)
            case GiveUp():
                await self._fail(message, str(error), is_gone=error.gone)
            case Unknown() if sender.can_look_up:
                await self._ask(message, sender, error)
            case Unknown():
                log.warning("message perhaps sent", **_fields(message), error=str(error))
                await self._mark(message, claims.mark_unknown, str(error))

    async def _ask(self, message: OutboxMessage, sender: Sender, error: DeliveryError) -> None:
        """Step 4, and the first half of 5."""
        provider_ref = None
        with suppress(DeliveryError, StoreUnavailable):
            provider_ref = await self._look_up(message, sender)
        if provider_ref is not None:
            await self._mark(message, claims.mark_sent, provider_ref, sender.posted_at(provider_ref))
            return
        log.info("message in doubt", **_fields(message), error=str(error))
        pause = self._patience.pause_after(message.attempt)
        await self._mark(message, claims.leave_in_doubt, pause, str(error))

    async def _resolve(self, message: OutboxMessage) -> None:
        """The second half of step 5, and 6: the lease ran out, under whoever had the row."""
        if _is_repeatable(message):
            await self._mark(message, claims.put_off, timedelta(0), "the worker was lost", counts=False)
            return
        sender = self._senders[message.channel]
        if not sender.can_look_up:
            log.warning("message perhaps sent", **_fields(message))
            await self._mark(message, claims.mark_unknown, "the worker was lost while sending")
            return
        try:
            provider_ref = await self._look_up(message, sender)
        except DeliveryError as error:
            await self._cannot_tell(message, error)
            return
        log.info("message looked up", **_fields(message), was_posted=provider_ref is not None)
        if provider_ref is not None:
            await self._mark(message, claims.mark_sent, provider_ref, sender.posted_at(provider_ref))
        else:
            await self._mark(
                message, claims.put_off, timedelta(0), "it was looked up: not posted", counts=False
            )

    async def _look_up(self, message: OutboxMessage, sender: Sender) -> str | None:
        """The platform's id of this message. One that is another message's of ours is none: two files have one name."""
        provider_ref = await self._within_time(sender.look_up(message))
        if provider_ref is None or await self._database.run(self._is_anothers, message, provider_ref):
            return None
        return provider_ref

    def _is_anothers(self, message: OutboxMessage, provider_ref: str) -> bool:
        with self._database.reading() as conn:
            return outbox.is_anothers(conn, message, provider_ref)

    async def _cannot_tell(self, message: OutboxMessage, error: DeliveryError) -> None:
        if error.retry_after is not None:
            pause, counts = min(max(error.retry_after, SHORTEST_WAIT), LONGEST_WAIT), False
        elif error.permanent or message.attempt > self._patience.attempts:
            log.warning("message perhaps sent", **_fields(message), error=str(error))
            await self._mark(message, claims.mark_unknown, str(error))
            return
        else:
            pause, counts = self._patience.pause_after(message.attempt), True
        await self._mark(message, claims.leave_in_doubt, pause, str(error), counts=counts)

    async def _within_time(self, asking: Awaitable[T]) -> T:
        """What a sender answers. Whatever goes wrong in it becomes a DeliveryError that promises nothing."""
        try:
            async with asyncio.timeout(self._send_timeout):
                return await asking
        except DeliveryError:
            raise
        except TimeoutError as error:
            raise DeliveryError("no answer in time", ambiguous=True) from error
        except Exception as error:
            log.exception("a sender went wrong", worker=self._worker_id)
            raise DeliveryError(f"the sender went wrong: {type(error).__name__}", ambiguous=True) from error

    async def _fail(self, message: OutboxMessage, error: str, *, is_gone: bool = False) -> None:
        """It will never be posted. Where nothing can be written any more, nothing is, until somebody speaks there."""
        log.warning("message failed", **_fields(message), error=error, is_gone=is_gone)
        await self._mark(message, self._mark_failed, error, is_gone=is_gone)

    async def _mark(
        self, message: OutboxMessage, mark: Callable[..., bool], *values: object, **options: bool
    ) -> None:
        """Step 3, however long the database is away: nobody else knows what we know."""

        def write() -> bool:
            with self._database.writing() as conn:
                return mark(conn, message, *values, **options)

        rest = self._poll
        while True:
            try:
                if not await self._database.run(write):
                    log.warning("mark refused, the claim has ended", **_fields(message), mark=mark.__name__)
            except StoreUnavailable as error:
                log.warning("mark not written yet", **_fields(message), error=str(error), rest=rest)
                await asyncio.sleep(rest)
                rest = min(rest * 2, LONGEST_REST)
            else:
                return

    def _mark_failed(self, conn: Transaction, message: OutboxMessage, error: str, *, is_gone: bool) -> bool:
        if is_gone:
            addresses.close(conn, message.address_id)  # an address before its rows, as everybody locks them
        is_marked = claims.mark_failed(conn, message, error)
        if is_marked and not is_gone:
            self._when_failed(conn, message)
        return is_marked

    # --- Around it ----------------------------------------------------------------------------------------

    async def _land(self) -> None:
        if self._on_their_way:
            await asyncio.wait(self._on_their_way, timeout=self._grace)
        for task in self._on_their_way:
            task.cancel()  # the row is looked up when its lease has run out
        await asyncio.gather(*self._on_their_way, return_exceptions=True)

    async def _stir_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._is_stopping = True  # from here on, what was claimed and not begun is given back
        self._stir.set()

    def _token(self) -> str:
        return f"{self._worker_id}:{self._new_token()}"

    def _time(self) -> float:
        return asyncio.get_running_loop().time()


def _is_repeatable(message: OutboxMessage) -> bool:
    return message.kind == "update"


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _fields(message: OutboxMessage) -> dict[str, object]:
    return {"outbox": message.id, "channel": message.channel, "attempt": message.attempt}
