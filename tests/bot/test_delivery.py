"""Each message once, in order, whatever goes wrong on its way."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Row, func, select, update
from structlog.testing import capture_logs

from bot.chat import Outgoing
from bot.delivery import (
    LONGEST_PAUSE,
    LONGEST_WAIT,
    SHORTEST_WAIT,
    Delivery,
    GiveUp,
    Patience,
    Retry,
    Timing,
    Unknown,
    what_next,
)
from bot.errors import DeliveryError
from bot.message import Address
from bot.person import Person
from bot.reply import Reply
from bot.store import addresses, outbox, people
from bot.store.buckets import Pace
from bot.store.database import Database, Transaction
from bot.store.moment import db_now
from bot.store.outbox import NewMessage
from bot.store.tables import buckets
from bot.store.tables import outbox as rows
from tests.fakes import (
    CANNOT_CONNECT,
    CHANNEL_NOT_FOUND,
    GONE,
    NEVER_ARRIVED,
    POSTED_THEN_500,
    POSTED_THEN_LOST,
    FakeSender,
    Mishap,
    Platform,
    ShakyDatabase,
    too_many,
)

HOUR = timedelta(hours=1)
AT_ONCE = Patience(attempts=3, pause=timedelta(0))  # a pause that is over when the next look is taken
QUICK = Timing(poll=timedelta(milliseconds=1))


def worker(database: Database, sender: FakeSender, name: str = "worker", timing: Timing = QUICK) -> Delivery:
    tokens = (f"token-{number}" for number in itertools.count())
    return Delivery(
        database,
        {"post": sender},
        worker_id=name,
        new_token=lambda: next(tokens),
        timing=timing,
        patience=AT_ONCE,
    )


def write(database: Database, *texts: str, room: str = "room-1") -> None:
    write_payloads(database, [(text, Reply(text).to_json()) for text in texts], room)


def write_payloads(database: Database, wanted: Iterable[tuple[str, str]], room: str = "room-1") -> None:
    """Put messages for Dana into the outbox; each text is its own key."""
    with database.writing() as conn:
        if people.by_id(conn, "dana") is None:
            people.add(conn, Person("dana", "Dana", "north", "qa"))
        address = addresses.find_or_add(conn, Address("post", room), "dana")
        new = [NewMessage(key, address.id, "post", "dana", "nudge", payload) for key, payload in wanted]
        outbox.write(conn, new, pulled=())


def row(database: Database, key: str) -> Row[tuple[object, ...]]:
    with database.reading() as conn:
        return conn.execute(select(rows).where(rows.c.dedupe_key == key)).one()


def states(database: Database) -> dict[str, int]:
    with database.reading() as conn:
        found = conn.execute(select(rows.c.state, func.count()).group_by(rows.c.state))
        return dict(found.all())


def let_time_pass(database: Database) -> None:
    """Every pause and every lease is over."""
    with database.writing() as conn:
        conn.execute(update(rows).where(rows.c.not_before.is_not(None)).values(not_before=db_now(-HOUR)))
        conn.execute(update(rows).where(rows.c.lease_until.is_not(None)).values(lease_until=db_now(-HOUR)))


async def until_idle(delivery: Delivery, most: int = 20) -> None:
    """Look again and again until there is nothing to take in hand; fails when it never ends."""
    for _ in range(most):
        if not await delivery.once():
            return
    pytest.fail(f"after {most} looks there is still something in hand")


@asynccontextmanager
async def running(delivery: Delivery) -> AsyncIterator[asyncio.Event]:
    """The delivery at work, until its stop is set or the block ends."""
    stop = asyncio.Event()
    task = asyncio.create_task(delivery.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await task


# --- What a failed attempt means --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "attempt", "expected"),
    [
        pytest.param(DeliveryError("", ambiguous=True), 1, Unknown(), id="perhaps posted"),
        pytest.param(DeliveryError("", ambiguous=True, permanent=True), 9, Unknown(), id="doubt comes first"),
        pytest.param(DeliveryError("", permanent=True), 1, GiveUp(), id="never will be"),
        pytest.param(
            DeliveryError("", retry_after=timedelta(0)), 1, Retry(SHORTEST_WAIT, counts=False), id="no pause"
        ),
        pytest.param(
            DeliveryError("", retry_after=timedelta(seconds=30)),
            99,
            Retry(timedelta(seconds=30), counts=False),
            id="a named pause is no attempt, however often",
        ),
        pytest.param(
            DeliveryError("", retry_after=timedelta(days=365)),
            1,
            Retry(LONGEST_WAIT, counts=False),
            id="absurd",
        ),
        pytest.param(
            DeliveryError("", retry_after=-HOUR), 1, Retry(SHORTEST_WAIT, counts=False), id="in the past"
        ),
        pytest.param(DeliveryError(""), 1, Retry(timedelta(seconds=5), counts=True), id="first pause"),
        pytest.param(
            DeliveryError(""), 3, Retry(timedelta(seconds=20), counts=True), id="twice as long each"
        ),
        pytest.param(DeliveryError(""), 9, Retry(LONGEST_PAUSE, counts=True), id="never longer than this"),
        pytest.param(DeliveryError(""), 10, GiveUp(), id="the last attempt"),
    ],
)
def test_what_a_failed_attempt_means(error: DeliveryError, attempt: int, expected: object):
    assert what_next(error, attempt, Patience()) == expected


def test_a_doubt_about_what_may_be_done_twice_is_a_failed_attempt_like_any_other():
    doubt = DeliveryError("", ambiguous=True)
    again = Retry(timedelta(seconds=5), counts=True)
    assert what_next(doubt, 1, Patience(), is_repeatable=True) == again
    assert what_next(doubt, 10, Patience(), is_repeatable=True) == GiveUp()


def test_a_send_must_be_over_long_before_its_lease_is():
    with pytest.raises(ValueError, match="half of the lease"):
        Timing(lease=timedelta(seconds=20), send_timeout=timedelta(seconds=10))


# --- Sending ----------------------------------------------------------------------------------------------


async def test_a_message_is_sent_once_and_marked_with_the_platforms_own_id(database: Database):
    platform = Platform()
    write(database, "hello")
    await until_idle(worker(database, FakeSender(platform)))
    assert platform.texts == ["hello"]
    found = row(database, "hello")
    assert (found.state, found.provider_ref, found.attempt) == ("sent", platform.posts[0].id, 1)


async def test_what_one_person_is_told_arrives_in_the_order_it_was_written(database: Database):
    platform = Platform()
    wanted = [f"line {number}" for number in range(6)]
    write(database, *wanted)
    await until_idle(worker(database, FakeSender(platform)))
    assert platform.texts == wanted


async def test_a_message_that_waits_holds_up_its_own_address_only(database: Database):
    platform = Platform([too_many(timedelta(minutes=5))])
    write(database, "first", "second")
    write(database, "elsewhere", room="room-2")
    delivery = worker(database, FakeSender(platform))
    await until_idle(delivery)
    assert platform.texts == ["elsewhere"]
    let_time_pass(database)
    await until_idle(delivery)
    assert platform.texts == ["elsewhere", "first", "second"]


@pytest.mark.parametrize(
    ("wanted", "pause"),
    [
        pytest.param(timedelta(0), SHORTEST_WAIT, id="none"),
        pytest.param(timedelta(seconds=30), timedelta(seconds=30), id="half a minute"),
        pytest.param(timedelta(days=365), LONGEST_WAIT, id="a year"),
    ],
)
async def test_a_platform_that_asks_for_a_pause_gets_it_and_no_attempt_is_lost(
    database: Database, wanted: timedelta, pause: timedelta
):
    write(database, "hello")
    await until_idle(worker(database, FakeSender(Platform([too_many(wanted)]))))
    with database.reading() as conn:
        now = conn.execute(select(db_now())).scalar_one()
    found = row(database, "hello")
    assert (found.state, found.attempt) == ("pending", 0)
    assert pause - timedelta(seconds=20) < found.not_before - now <= pause
    assert found.not_before - found.written_at >= pause


async def test_a_platform_that_cannot_be_reached_is_tried_as_often_as_patience_says(database: Database):
    write(database, "hello")
    platform = Platform([CANNOT_CONNECT] * 9)
    await until_idle(worker(database, FakeSender(platform)))
    found = row(database, "hello")
    assert (found.state, found.attempt) == ("failed", AT_ONCE.attempts)


async def test_a_refusal_for_good_fails_at_once_and_the_next_goes_out(database: Database):
    platform = Platform([CHANNEL_NOT_FOUND])
    write(database, "to a closed room", "next")
    await until_idle(worker(database, FakeSender(platform)))
    assert platform.texts == ["next"]
    assert row(database, "to a closed room").last_error == "refused for good (404)"
    assert states(database) == {"failed": 1, "sent": 1}


async def test_a_row_nobody_can_read_fails_and_the_next_goes_out(database: Database):
    platform = Platform()
    write_payloads(database, [("poison", '{"text": 7, "choices'), ("next", Reply("next").to_json())])
    await until_idle(worker(database, FakeSender(platform)))
    assert platform.texts == ["next"]
    assert (row(database, "poison").state, row(database, "next").state) == ("failed", "sent")


async def test_a_message_that_brings_every_worker_down_is_given_up(database: Database):
    platform = Platform()
    write(database, "poison", "next")
    for number in range(AT_ONCE.attempts):
        with database.writing() as conn:  # a worker that began, and was never heard of again
            conn.execute(
                update(rows)
                .where(rows.c.dedupe_key == "poison")
                .values(state="sending", attempt=number + 1, claim="lost", lease_until=db_now(-HOUR))
            )
    await until_idle(worker(database, FakeSender(platform)))
    assert platform.texts == ["next"]
    assert row(database, "poison").last_error == f"given up after {AT_ONCE.attempts} attempts"


async def test_where_nothing_can_be_written_any_more_nothing_is_until_somebody_speaks_there(
    database: Database,
):
    platform = Platform([GONE])
    write(database, "hello")
    await until_idle(worker(database, FakeSender(platform)))
    assert (row(database, "hello").state, writes_to(database)) == ("failed", None)
    write(database, "hello again")  # they spoke there
    assert writes_to(database) == "room-1"


async def test_a_message_refused_for_good_closes_no_address(database: Database):
    write(database, "hello")
    await until_idle(worker(database, FakeSender(Platform([CHANNEL_NOT_FOUND]))))
    assert (row(database, "hello").state, writes_to(database)) == ("failed", "room-1")


def writes_to(database: Database) -> str | None:
    """Where Dana would be written to now."""
    with database.reading() as conn:
        found = addresses.last_private(conn, "dana")
    return found.address.conversation if found else None


async def test_an_update_is_sent_when_what_it_shows_anew_was_posted(database: Database):
    platform = Platform()
    write(database, "question")
    delivery = worker(database, FakeSender(platform))
    await until_idle(delivery)
    show_anew(database, "question", "answered")
    await until_idle(delivery)
    assert platform.texts == ["question", "answered"]
    assert row(database, "answered").state == "sent"


@pytest.mark.parametrize(
    ("mishap", "can_look_up"),
    [(CHANNEL_NOT_FOUND, True), (POSTED_THEN_LOST, False)],
    ids=["never posted", "nobody knows"],
)
async def test_an_update_of_what_was_never_seen_to_be_posted_is_cancelled(
    database: Database, mishap: Mishap, can_look_up: bool
):
    platform = Platform([mishap])
    write(database, "question")
    show_anew(database, "question", "answered")
    write(database, "next")
    await until_idle(worker(database, FakeSender(platform, can_look_up=can_look_up)))
    assert row(database, "answered").state == "cancelled"
    assert row(database, "answered").last_error == "what it shows anew was never seen to be posted"
    assert "answered" not in platform.texts
    assert platform.texts[-1] == "next"


@pytest.mark.parametrize("can_look_up", [True, False])
async def test_an_update_is_never_in_doubt_but_shown_once_more(database: Database, can_look_up: bool):
    platform = Platform([None, POSTED_THEN_LOST])
    delivery = worker(database, FakeSender(platform, can_look_up=can_look_up))
    write(database, "question")
    await until_idle(delivery)
    show_anew(database, "question", "answered")
    await until_idle(delivery)
    assert (row(database, "answered").state, row(database, "answered").attempt) == ("sent", 2)
    assert platform.texts == ["question", "answered", "answered"]


@pytest.mark.parametrize("can_look_up", [True, False])
async def test_an_update_whose_worker_was_lost_is_shown_once_more(database: Database, can_look_up: bool):
    platform = Platform()
    write(database, "question")
    await until_idle(worker(database, FakeSender(platform)))
    show_anew(database, "question", "answered")
    lost = FakeSender(platform, can_look_up=can_look_up, slow=True)
    sending = asyncio.create_task(worker(database, lost, "lost").once())
    await lost.posted.wait()
    let_time_pass(database)
    await until_idle(worker(database, FakeSender(platform, can_look_up=can_look_up)))
    assert row(database, "answered").state == "sent"
    assert platform.texts == ["question", "answered", "answered"]
    lost.answers.set()
    await sending


def show_anew(database: Database, shown: str, text: str) -> None:
    """Put an update of that message into the outbox."""
    with database.writing() as conn:
        of = row(database, shown)
        payload = Reply(text).to_json()
        outbox.write(
            conn, [NewMessage(text, of.address, "post", "dana", "update", payload, amends_id=of.id)], ()
        )


async def test_what_still_waits_for_an_address_that_was_closed_meanwhile_is_not_sent(database: Database):
    platform = Platform([too_many(HOUR)])
    delivery = worker(database, FakeSender(platform))
    write(database, "put off")
    await until_idle(delivery)
    write(database, "behind it")
    write(database, "elsewhere", room="room-2")
    with database.writing() as conn:
        addresses.close(conn, row(database, "put off").address)
    let_time_pass(database)
    await until_idle(delivery)
    assert platform.texts == ["elsewhere"]
    for key in ("put off", "behind it"):
        assert row(database, key).state == "failed"
        assert row(database, key).last_error == "nothing can be written there any more"

    with database.writing() as conn:  # somebody speaks there again
        addresses.find_or_add(conn, Address("post", "room-1"), "dana")
    write(database, "answer")
    await until_idle(delivery)
    assert platform.texts == ["elsewhere", "answer"]


async def test_a_workspace_is_sent_no_more_than_it_takes_and_the_rest_later(database: Database):
    platform = Platform()
    for number in range(4):
        write(database, f"{number}", room=f"room-{number}")
    tokens = (f"token-{number}" for number in itertools.count())
    delivery = Delivery(
        database,
        {"post": FakeSender(platform)},
        worker_id="worker",
        new_token=lambda: next(tokens),
        timing=QUICK,
        patience=AT_ONCE,
        paces={"post": Pace(most=3, per_second=0.001)},
    )
    await until_idle(delivery)
    assert sorted(platform.texts) == ["0", "1", "2"]
    with database.writing() as conn:
        conn.execute(update(buckets).values(left=3))
    let_time_pass(database)
    await until_idle(delivery)
    assert sorted(platform.texts) == ["0", "1", "2", "3"]


# --- Perhaps posted ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mishap", [POSTED_THEN_LOST, POSTED_THEN_500], ids=["lost", "500"])
async def test_what_was_posted_without_an_answer_is_found_and_not_sent_again(
    database: Database, mishap: Mishap
):
    platform = Platform([mishap])
    write(database, "hello", "next")
    await until_idle(worker(database, FakeSender(platform)))
    assert platform.texts == ["hello", "next"]
    assert row(database, "hello").provider_ref == platform.posts[0].id


async def test_what_never_arrived_is_asked_for_twice_and_then_sent(database: Database):
    platform = Platform([NEVER_ARRIVED])
    write(database, "hello", "next")
    await until_idle(worker(database, FakeSender(platform)))
    assert platform.texts == ["hello", "next"]
    assert states(database) == {"sent": 2}


async def test_what_arrives_late_is_not_sent_again(database: Database):
    """Not there at the first look, there at the second: it was still on its way."""
    platform = Platform([NEVER_ARRIVED])
    write(database, "hello")
    delivery = worker(database, FakeSender(platform))
    await delivery.once()
    platform.post(row(database, "hello").id, "room-1", "hello")
    await until_idle(delivery)
    assert platform.texts == ["hello"]
    assert row(database, "hello").state == "sent"


@pytest.mark.parametrize("mishap", [POSTED_THEN_LOST, NEVER_ARRIVED], ids=["posted", "not posted"])
async def test_where_nobody_can_ask_the_doubt_is_shown_and_nothing_is_sent_again(
    database: Database, mishap: Mishap
):
    platform = Platform([mishap])
    write(database, "hello", "next")
    delivery = worker(database, FakeSender(platform, can_look_up=False))
    await delivery.once()
    assert row(database, "hello").state == "unknown"
    let_time_pass(database)
    await until_idle(delivery)
    assert states(database) == {"unknown": 1, "sent": 1}
    assert platform.texts.count("hello") == int(mishap.is_posted)


async def test_where_nobody_can_ask_what_a_lost_worker_left_is_not_sent_again(database: Database):
    platform = Platform()
    lost = FakeSender(platform, can_look_up=False, slow=True)
    write(database, "hello")
    sending = asyncio.create_task(worker(database, lost, "lost").once())
    await lost.posted.wait()
    let_time_pass(database)
    await until_idle(worker(database, FakeSender(platform, can_look_up=False)))
    assert (platform.texts, row(database, "hello").state) == (["hello"], "unknown")
    assert row(database, "hello").last_error == "the worker was lost while sending"
    lost.answers.set()
    await sending


async def test_while_the_platform_cannot_say_nothing_is_sent_again(database: Database):
    platform = Platform([POSTED_THEN_LOST])
    sender = FakeSender(platform)
    sender.blind = DeliveryError("history is down", ambiguous=True)
    write(database, "hello")
    delivery = worker(database, sender)
    await delivery.once()
    await delivery.once()
    assert row(database, "hello").state == "sending"
    sender.blind = None
    await until_idle(delivery)
    assert (platform.texts, row(database, "hello").state) == (["hello"], "sent")


async def test_a_platform_that_never_says_leaves_the_doubt_to_a_human(database: Database):
    sender = FakeSender(Platform([POSTED_THEN_LOST]))
    sender.blind = DeliveryError("no right to read", permanent=True)
    write(database, "hello")
    await until_idle(worker(database, sender))
    assert row(database, "hello").state == "unknown"


async def test_no_answer_in_time_is_a_doubt_like_any_other(database: Database):
    platform = Platform()
    timing = Timing(send_timeout=timedelta(milliseconds=20), poll=timedelta(milliseconds=1))
    write(database, "hello")
    await until_idle(worker(database, FakeSender(platform, slow=True), timing=timing))
    assert (platform.texts, row(database, "hello").state) == (["hello"], "sent")


async def test_a_fault_in_a_sender_promises_nothing_and_stops_nobody(database: Database):
    class Faulty(FakeSender):
        async def send(self, message: Outgoing, payload: Reply) -> str:
            if payload.text == "hello" and not platform.posts:
                await super().send(message, payload)
                raise KeyError("ts")
            return await super().send(message, payload)

    platform = Platform()
    write(database, "hello", "next")
    await until_idle(worker(database, Faulty(platform)))
    assert platform.texts == ["hello", "next"]
    assert states(database) == {"sent": 2}


# --- When to look -----------------------------------------------------------------------------------------

SELDOM = Timing(poll=timedelta(seconds=20))  # longer than a test may take: only what is known leads to a look


async def test_the_messages_of_one_address_follow_each_other_at_once(database: Database):
    platform = Platform()
    write(database, "1", "2", "3")
    async with running(worker(database, FakeSender(platform), timing=SELDOM)), asyncio.timeout(10):
        while platform.texts != ["1", "2", "3"]:
            await asyncio.sleep(0.01)


async def test_what_is_written_while_the_one_before_it_is_on_its_way_follows_it_at_once(database: Database):
    platform = Platform()
    sender = FakeSender(platform, slow=True)
    delivery = worker(database, sender, timing=SELDOM)
    write(database, "1")
    async with running(delivery), asyncio.timeout(10):
        await sender.posted.wait()
        write(database, "2")
        delivery.wake()
        await asyncio.sleep(0.2)  # it has looked, and found that it must wait
        assert platform.texts == ["1"]
        sender.answers.set()
        while platform.texts != ["1", "2"]:
            await asyncio.sleep(0.01)


async def test_more_messages_than_hands_are_all_sent_at_once(database: Database):
    platform = Platform()
    for number in range(20):
        write(database, f"{number}", room=f"room-{number}")
    async with running(worker(database, FakeSender(platform), timing=SELDOM)), asyncio.timeout(10):
        while len(platform.texts) < 20:
            await asyncio.sleep(0.01)


async def test_a_message_that_nothing_follows_costs_one_look_and_one_mark(database: Database):
    class Counting(Database):
        count = 0

        @contextmanager
        def writing(self) -> Iterator[Transaction]:
            self.count += 1
            with super().writing() as conn:
                yield conn

    counting = Counting(database.url.render_as_string(hide_password=False))
    platform = Platform()
    write(database, "1")
    async with running(worker(counting, FakeSender(platform), timing=SELDOM)), asyncio.timeout(10):
        while states(database) != {"sent": 1}:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        assert counting.count == 2
    counting.close()


# --- Workers that are lost, frozen or stopped -------------------------------------------------------------


async def test_a_worker_frozen_past_its_lease_is_refused_its_mark(database: Database):
    platform = Platform()
    frozen, other = FakeSender(platform, slow=True), FakeSender(platform)
    write(database, "hello")
    late = asyncio.create_task(worker(database, frozen, "frozen").once())
    await frozen.posted.wait()
    let_time_pass(database)
    await until_idle(worker(database, other, "other"))
    kept = row(database, "hello")
    with capture_logs() as logged:
        frozen.answers.set()
        await late
    assert [entry["mark"] for entry in logged if entry["event"].startswith("mark refused")] == ["mark_sent"]
    assert row(database, "hello") == kept
    assert (platform.texts, kept.state, kept.claim.split(":")[0]) == (["hello"], "sent", "other")


async def test_a_send_is_not_begun_when_half_of_the_lease_is_gone(database: Database):
    """The claim's answer took so long that the lease may end before the send does."""

    class Slow(Database):
        delay = 0.15

        async def run(self, work, *args, **kwargs):
            done = await super().run(work, *args, **kwargs)
            delay, self.delay = self.delay, 0
            await asyncio.sleep(delay)
            return done

    slow = Slow(database.url.render_as_string(hide_password=False))
    platform = Platform()
    timing = Timing(timedelta(seconds=0.2), send_timeout=timedelta(seconds=0.05), poll=timedelta(0))
    write(database, "hello")
    delivery = worker(slow, FakeSender(platform, can_look_up=False), timing=timing)
    await delivery.once()
    assert platform.texts == []
    slow.close()


async def test_told_to_stop_it_finishes_what_it_sends(database: Database):
    platform = Platform()
    sender = FakeSender(platform, slow=True)
    write(database, "hello", "next")
    async with running(worker(database, sender)) as stop:
        await sender.posted.wait()
        stop.set()
        sender.answers.set()
    assert platform.texts == ["hello"]
    assert (row(database, "hello").state, row(database, "next").state) == ("sent", "pending")


async def test_told_to_stop_it_gives_back_what_it_has_not_begun(database: Database):
    stop = asyncio.Event()

    class ToldWhileClaiming(Database):
        async def run(self, work, *args, **kwargs):
            done = await super().run(work, *args, **kwargs)
            stop.set()
            return done

    told = ToldWhileClaiming(database.url.render_as_string(hide_password=False))
    platform = Platform()
    write(database, "hello")
    await worker(told, FakeSender(platform)).run(stop)
    told.close()
    found = row(database, "hello")
    assert (platform.texts, found.state, found.attempt, found.claim) == ([], "pending", 0, None)


async def test_what_does_not_arrive_within_the_grace_is_left_for_the_next_to_look_up(database: Database):
    platform = Platform()
    sender = FakeSender(platform, slow=True)
    timing = Timing(poll=timedelta(milliseconds=1), grace=timedelta(milliseconds=20))
    write(database, "hello")
    async with running(worker(database, sender, timing=timing)) as stop:
        await sender.posted.wait()
        stop.set()
    assert row(database, "hello").state == "sending"
    let_time_pass(database)
    await until_idle(worker(database, FakeSender(platform)))
    assert (platform.texts, row(database, "hello").state) == (["hello"], "sent")


async def test_several_workers_send_each_message_once_and_in_order(database: Database):
    platform = Platform()
    rooms = [f"room-{number}" for number in range(10)]
    for room in rooms:
        write(database, *(f"{room} line {number}" for number in range(5)), room=room)
    workers = [worker(database, FakeSender(platform), f"worker-{number}") for number in range(3)]
    await asyncio.gather(*(until_idle(each, most=100) for each in workers))
    await until_idle(workers[0], most=100)
    assert len(platform.texts) == 50
    for room in rooms:
        said = [post.text for post in platform.posts if post.conversation == room]
        assert said == [f"{room} line {number}" for number in range(5)]


# --- A database that is away ------------------------------------------------------------------------------


@pytest.fixture
def shaky(database: Database) -> ShakyDatabase:
    return ShakyDatabase(database.url.render_as_string(hide_password=False))


async def sent(database: Database, *keys: str) -> None:
    """Wait until these are marked as sent."""
    while not all(row(database, key).state == "sent" for key in keys):
        await asyncio.sleep(0.005)


async def test_when_the_database_comes_back_delivery_goes_on(database: Database, shaky: ShakyDatabase):
    platform = Platform()
    write(database, "hello")
    shaky.away = 3
    async with running(worker(shaky, FakeSender(platform))):
        await sent(database, "hello")
    shaky.close()
    assert platform.texts == ["hello"]


async def test_a_mark_is_written_when_the_database_comes_back(database: Database, shaky: ShakyDatabase):
    platform = Platform()
    sender = FakeSender(platform, slow=True)
    write(database, "hello")
    async with running(worker(shaky, sender)):
        await sender.posted.wait()
        shaky.away = 3
        sender.answers.set()
        await sent(database, "hello")
    shaky.close()
    assert (platform.texts, row(database, "hello").attempt) == (["hello"], 1)


async def test_a_claim_whose_answer_was_lost_is_given_back_and_sent_once(
    database: Database, shaky: ShakyDatabase
):
    """On a platform that cannot be asked, too: nothing of the claim was begun."""
    platform = Platform()
    write(database, "hello")
    shaky.mute = 1
    async with running(worker(shaky, FakeSender(platform, can_look_up=False))):
        await sent(database, "hello")
    shaky.close()
    assert (platform.texts, row(database, "hello").attempt) == (["hello"], 1)


async def test_a_mark_whose_answer_was_lost_was_written(database: Database, shaky: ShakyDatabase):
    platform = Platform()
    sender = FakeSender(platform, slow=True)
    write(database, "hello", "next")
    async with running(worker(shaky, sender)):
        await sender.posted.wait()
        shaky.mute = 1
        sender.answers.set()
        await sent(database, "hello", "next")
    shaky.close()
    assert platform.texts == ["hello", "next"]


class KnowsByName(FakeSender):
    """A platform that is asked by name: it finds whatever was called so last."""

    async def look_up(self, message: Outgoing) -> str | None:
        posted = [post for post in self._platform.posts if post.text == "draft-1.docx"]
        return posted[-1].id if posted else None


async def test_what_was_posted_for_another_message_is_no_proof_of_this_one(database: Database):
    platform = Platform([None, NEVER_ARRIVED])
    write_payloads(database, [(key, Reply("draft-1.docx").to_json()) for key in ("first", "again")])
    delivery = worker(database, KnowsByName(platform))
    for _ in range(8):
        await delivery.once()
        let_time_pass(database)
    assert platform.texts == ["draft-1.docx"] * 2
    assert {row(database, key).provider_ref for key in ("first", "again")} == {"post-1", "post-2"}
