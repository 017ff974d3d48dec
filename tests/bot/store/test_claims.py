"""Only one can hold a row, and only the holder's word counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import Connection, Row, select, update

from bot.message import Address
from bot.store import addresses, claims, outbox
from bot.store.buckets import Pace
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.outbox import NewMessage, OutboxMessage
from bot.store.tables import outbox as table
from tests.bot.store.rows import HOUR, MORNING, SECOND, at_once, place, said

LEASE = timedelta(minutes=1)
SLACK = ("slack",)

Mark = Callable[[Connection, OutboxMessage], bool]


@pytest.fixture
def places(peopled: Database) -> tuple[int, ...]:
    """The numbers of three addresses of Ana's."""
    with peopled.writing() as conn:
        return tuple(place(conn, f"D{number}") for number in range(3))


def write(database: Database, *messages: NewMessage) -> None:
    with database.writing() as conn:
        outbox.write(conn, messages, ())


def claim(
    database: Database, by: str = "t", limit: int = 10, channels: tuple[str, ...] = SLACK
) -> list[OutboxMessage]:
    with database.writing() as conn:
        return list(claims.claim(conn, channels, limit, LEASE, by))


def keys(messages: list[OutboxMessage]) -> list[str]:
    return [message.dedupe_key for message in messages]


def take_over(database: Database, by: str = "heir", limit: int = 10) -> list[OutboxMessage]:
    with database.writing() as conn:
        return list(claims.left_overs(conn, SLACK, limit, LEASE, by))


def run_out(database: Database) -> None:
    """Let every lease end now."""
    with database.writing() as conn:
        conn.execute(update(table).where(table.c.lease_until.is_not(None)).values(lease_until=db_now()))


def mark(database: Database, how: Mark, message: OutboxMessage) -> bool:
    with database.writing() as conn:
        return how(conn, message)


def row(database: Database, key: str) -> Row[Any]:
    with database.reading() as conn:
        return conn.execute(select(table, db_now().label("now")).where(table.c.dedupe_key == key)).one()


def sent(conn: Connection, message: OutboxMessage) -> bool:
    return claims.mark_sent(conn, message, "ts-1")


def failed(conn: Connection, message: OutboxMessage) -> bool:
    return claims.mark_failed(conn, message, "channel_not_found")


def unknown(conn: Connection, message: OutboxMessage) -> bool:
    return claims.mark_unknown(conn, message, "timeout")


def put_off(conn: Connection, message: OutboxMessage) -> bool:
    return claims.put_off(conn, message, timedelta(0), "busy")


def left_in_doubt(conn: Connection, message: OutboxMessage) -> bool:
    return claims.leave_in_doubt(conn, message, timedelta(0), "timeout")


EVERY_MARK = (sent, failed, unknown, put_off, left_in_doubt, claims.give_back)


# --- Claiming ---------------------------------------------------------------------------------------------------------


def test_a_claimed_row_is_held_by_its_claim_until_its_lease_ends(peopled: Database, places: tuple[int, ...]):
    write(peopled, said("a", places[0]))
    (message,) = claim(peopled, "mine")
    held = row(peopled, "a")
    assert (held.state, held.claim, held.attempt) == ("sending", "mine", 1)
    assert (message.claim, message.attempt) == ("mine", 1)
    assert held.now < held.lease_until <= held.now + LEASE
    assert claim(peopled, "theirs") == take_over(peopled) == []


def test_one_row_of_each_address_is_claimed_and_it_is_the_first(peopled: Database, places: tuple[int, ...]):
    write(peopled, *[said(f"{where}{number}", places[where]) for number in range(3) for where in range(3)])
    assert keys(claim(peopled)) == ["00", "10", "20"]
    assert claim(peopled) == [], "the next wait until the first have ended"


def test_the_next_of_an_address_is_claimed_when_the_first_has_ended(
    peopled: Database, places: tuple[int, ...]
):
    write(peopled, *[said(f"{number}", places[0]) for number in range(4)])
    for number, how in enumerate((sent, failed, unknown)):
        (message,) = claim(peopled)
        assert message.dedupe_key == f"{number}"
        assert mark(peopled, how, message)
    assert keys(claim(peopled)) == ["3"]


def test_a_first_row_that_is_put_off_or_in_doubt_keeps_the_next_waiting(
    peopled: Database, places: tuple[int, ...]
):
    write(peopled, *[said(f"{where}{number}", places[where]) for number in range(2) for where in range(2)])
    busy, doubtful = claim(peopled)
    with peopled.writing() as conn:
        claims.put_off(conn, busy, HOUR, "busy")
        claims.leave_in_doubt(conn, doubtful, HOUR, "timeout")
    assert claim(peopled) == []


def test_what_has_waited_longest_is_claimed_first_and_no_more_than_asked_for(
    peopled: Database, places: tuple[int, ...]
):
    for where, late in enumerate((2, 3, 1)):
        write(peopled, said(f"{late} h late", places[where], due_at=MORNING - late * HOUR))
    assert keys(claim(peopled, "t1", limit=2)) == ["3 h late", "2 h late"]
    assert keys(claim(peopled, "t2", limit=2)) == ["1 h late"]


def test_what_is_not_due_is_neither_claimed_nor_in_the_way(peopled: Database, places: tuple[int, ...]):
    write(peopled, said("later", places[0], due_at=MORNING.replace(year=2200)), said("now", places[0]))
    assert keys(claim(peopled)) == ["now"]


def test_a_row_that_came_due_waits_for_no_later_one_that_is_being_sent(
    peopled: Database, places: tuple[int, ...]
):
    write(peopled, said("later", places[0], due_at=MORNING.replace(year=2200)), said("now", places[0]))
    claim(peopled)
    with peopled.writing() as conn:
        conn.execute(update(table).values(due_at=db_now()))
    assert keys(claim(peopled, "t2")) == ["later"]


def test_what_is_past_its_time_is_neither_claimed_nor_in_the_way(peopled: Database, places: tuple[int, ...]):
    write(peopled, said("over", places[0], expires_at=MORNING), said("now", places[0]))
    assert keys(claim(peopled)) == ["now"]


def test_what_is_being_sent_keeps_the_next_waiting_even_past_its_time(
    peopled: Database, places: tuple[int, ...]
):
    write(peopled, said("first", places[0], expires_at=MORNING.replace(year=2200)), said("next", places[0]))
    claim(peopled)
    with peopled.writing() as conn:
        conn.execute(update(table).where(table.c.dedupe_key == "first").values(expires_at=db_now()))
    assert claim(peopled, "t2") == []


def test_only_the_channels_asked_for_are_claimed(peopled: Database, places: tuple[int, ...]):
    with peopled.writing() as conn:
        teams = place(conn, "19:abc", "teams")
    write(peopled, said("slack", places[0]), said("teams", teams, channel="teams"))
    assert keys(claim(peopled, "t1", channels=("teams",))) == ["teams"]
    assert keys(claim(peopled, "t2", channels=())) == []
    run_out(peopled)
    assert take_over(peopled) == [], "what another channel left is for who sends there"
    assert keys(claim(peopled, "t3", channels=("slack", "teams"))) == ["slack"]


def test_many_workers_send_every_row_once_and_in_order(peopled: Database, places: tuple[int, ...]):
    write(peopled, *[said(f"{number:02}", places[number % 3]) for number in range(60)])
    posted: list[OutboxMessage] = []
    guard = Lock()

    def work(number: int) -> None:
        turn = 0
        while len(posted) < 60:
            turn += 1
            for message in claim(peopled, f"{number}.{turn}", limit=2):
                with guard:
                    posted.append(message)
                assert mark(peopled, sent, message)

    at_once(4, work)
    assert set(Counter(keys(posted)).values()) == {1}
    for where in places:
        seqs = [message.seq for message in posted if message.address_id == where]
        assert seqs == list(range(1, 21))


def test_workers_that_claim_at_the_same_moment_share_the_rows(peopled: Database, places: tuple[int, ...]):
    for turn in range(8):
        write(peopled, *[said(f"{turn}.{where}", where) for where in places])
        found = at_once(4, partial(claim_as, peopled, turn))
        taken = [message for part in found for message in part]
        assert Counter(keys(taken)) == Counter(f"{turn}.{where}" for where in places)
        for message in taken:
            mark(peopled, sent, message)


def claim_as(database: Database, turn: int, worker: int) -> list[OutboxMessage]:
    return claim(database, f"{turn}.{worker}", limit=3)


# --- Updates ----------------------------------------------------------------------------------------------------------


def update_of(key: str, message: OutboxMessage) -> NewMessage:
    """What shows this message anew."""
    return replace(said(key, message.address_id), kind="update", amends_id=message.id)


def wrote(database: Database, *messages: NewMessage) -> list[OutboxMessage]:
    with database.writing() as conn:
        return outbox.write(conn, messages, ())


def test_an_update_is_claimed_beside_the_next_message_of_its_address(
    peopled: Database, places: tuple[int, ...]
):
    (question,) = wrote(peopled, said("question", places[0]))
    mark(peopled, sent, claim(peopled)[0])
    write(peopled, update_of("answered", question), said("next", places[0]), said("after", places[0]))
    update_, next_ = claim(peopled)
    assert keys([update_, next_]) == ["answered", "next"]
    assert (update_.amends_id, update_.amends, next_.amends) == (question.id, "ts-1", "")
    mark(peopled, sent, next_)
    assert keys(claim(peopled)) == ["after"], "no answer waits behind an update"


def test_an_update_waits_for_the_message_it_shows_anew(peopled: Database, places: tuple[int, ...]):
    (question,) = wrote(peopled, said("question", places[0]))
    write(peopled, update_of("answered", question))
    (first,) = claim(peopled)
    assert first.dedupe_key == "question"
    assert claim(peopled) == [], "it is being posted"
    mark(peopled, left_in_doubt, first)
    assert claim(peopled) == [], "nobody knows yet what the platform calls it"
    (found,) = take_over(peopled)
    mark(peopled, sent, found)
    assert [(message.dedupe_key, message.amends) for message in claim(peopled)] == [("answered", "ts-1")]


@pytest.mark.parametrize("how", [failed, unknown])
def test_an_update_of_what_was_never_seen_to_be_posted_is_there_to_be_cancelled(
    peopled: Database, places: tuple[int, ...], how: Mark
):
    (question,) = wrote(peopled, said("question", places[0]))
    write(peopled, update_of("answered", question))
    mark(peopled, how, claim(peopled)[0])
    (update_,) = claim(peopled)
    assert update_.amends == ""
    with peopled.writing() as conn:
        assert claims.cancel(conn, update_, "x" * 5_000)
    done = row(peopled, "answered")
    assert (done.state, done.last_error, done.lease_until) == ("cancelled", "x" * 300, None)
    assert claim(peopled) == take_over(peopled) == []


def test_an_update_waits_for_earlier_updates_of_the_same_message_and_for_no_others(
    peopled: Database, places: tuple[int, ...]
):
    told, question = wrote(peopled, said("told", places[0]), said("question", places[0]))
    for _ in range(2):
        mark(peopled, sent, claim(peopled)[0])
    write(
        *(peopled, update_of("told, seen", told), update_of("told, released", told)),
        update_of("answered", question),
    )
    answered, seen = sorted(claim(peopled), key=lambda message: message.dedupe_key)
    assert keys([answered, seen]) == ["answered", "told, seen"]
    mark(peopled, put_off, seen)
    assert keys(claim(peopled)) == ["told, seen"], "what shows it anew later would be undone"
    (again,) = held(peopled, "told, seen")
    mark(peopled, sent, again)
    assert keys(claim(peopled)) == ["told, released"]


def held(database: Database, key: str) -> list[OutboxMessage]:
    """The row as whoever has it in hand knows it."""
    with database.reading() as conn:
        return [
            outbox.from_row(found) for found in conn.execute(outbox.ROWS.where(table.c.dedupe_key == key))
        ]


def test_an_update_holds_up_neither_the_next_message_nor_those_of_others(
    peopled: Database, places: tuple[int, ...]
):
    (question,) = wrote(peopled, said("question", places[0]))
    mark(peopled, sent, claim(peopled)[0])
    write(peopled, update_of("answered", question))
    (update_,) = claim(peopled)
    with peopled.writing() as conn:
        claims.put_off(conn, update_, HOUR, "the platform takes few of them")
    write(peopled, said("next", places[0]), said("elsewhere", places[1]))
    assert sorted(keys(claim(peopled))) == ["elsewhere", "next"]


# --- Paces ------------------------------------------------------------------------------------------------------------

SLOW = {"slack": Pace(most=2, per_second=0.001)}


def homes(database: Database, count: int, workspace: str) -> list[int]:
    """Addresses of Ana's in a workspace."""
    with database.writing() as conn:
        names = [f"{workspace}/{number}" for number in range(count)]
        return [
            addresses.find_or_add(conn, Address("slack", name, workspace=workspace), "ana").id
            for name in names
        ]


def claim_paced(
    database: Database, by: str, limit: int = 10, paces: Mapping[str, Pace] = MappingProxyType(SLOW)
) -> list[str]:
    with database.writing() as conn:
        return keys(list(claims.claim(conn, SLACK, limit, LEASE, by, paces)))


def test_what_is_too_much_for_a_workspace_waits_as_if_it_had_never_been_claimed(peopled: Database):
    write(peopled, *[said(f"{number}", home) for number, home in enumerate(homes(peopled, 4, "T1"))])
    assert claim_paced(peopled, "t1") == ["0", "1"]
    assert claim_paced(peopled, "t2") == []
    waiting = row(peopled, "2")
    assert (waiting.state, waiting.attempt, waiting.claim) == ("pending", 0, None)
    assert waiting.not_before > waiting.now
    with peopled.writing() as conn:
        conn.execute(update(table).values(not_before=db_now()))
    assert claim_paced(peopled, "t3") == [], "the bucket is still empty"


def test_a_busy_workspace_holds_no_other_up(peopled: Database):
    """However much waits in it, and however much longer."""
    flood = [said(f"flood {number:02}", home) for number, home in enumerate(homes(peopled, 20, "T1"))]
    quiet = [said(f"quiet {number}", home) for number, home in enumerate(homes(peopled, 3, "T2"))]
    write(peopled, *flood, *quiet)
    assert claim_paced(peopled, "t1", limit=4) == ["flood 00", "flood 01", "quiet 0", "quiet 1"]
    assert claim_paced(peopled, "t2", limit=4) == []


def test_every_busy_workspace_is_sent_what_it_may(peopled: Database):
    for workspace in ("T1", "T2", "T3"):
        write(
            peopled,
            *[
                said(f"{workspace} {number}", home)
                for number, home in enumerate(homes(peopled, 9, workspace))
            ],
        )
    taken = claim_paced(peopled, "t1", limit=8)
    assert Counter(key.split()[0] for key in taken) == {"T1": 2, "T2": 2, "T3": 2}


def test_a_channel_without_a_pace_is_sent_all_there_is(peopled: Database):
    write(peopled, *[said(f"{number}", home) for number, home in enumerate(homes(peopled, 4, "T1"))])
    assert claim_paced(peopled, "t1", paces={"teams": Pace(1, 1)}) == ["0", "1", "2", "3"]


def test_many_workers_together_keep_to_the_pace_of_each_workspace(peopled: Database):
    wanted = [
        said(f"{workspace} {number:02}", home)
        for workspace in ("T1", "T2", "T3")
        for number, home in enumerate(homes(peopled, 6, workspace))
    ]
    write(peopled, *wanted)
    taken = [key for part in at_once(4, lambda number: claim_paced(peopled, f"t{number}")) for key in part]
    assert Counter(key.split()[0] for key in taken) == {"T1": 2, "T2": 2, "T3": 2}


# --- Marks ------------------------------------------------------------------------------------------------------------


def test_a_sent_row_keeps_what_the_platform_calls_it(peopled: Database, places: tuple[int, ...]):
    write(peopled, said("a", places[0]))
    assert mark(peopled, sent, claim(peopled)[0])
    done = row(peopled, "a")
    assert (done.state, done.provider_ref, done.lease_until) == ("sent", "ts-1", None)
    assert done.written_at <= done.sent_at <= done.now
    with peopled.reading() as conn:
        assert [message.dedupe_key for message in outbox.transcript(conn, places[0], 0, 10)] == ["a"]


@pytest.mark.parametrize("posted_at", [MORNING, None])
def test_a_sent_row_keeps_when_the_platform_posted_it_where_it_tells(
    peopled: Database, places: tuple[int, ...], posted_at: datetime | None
):
    write(peopled, replace(said("a", places[0]), is_open=True))
    (message,) = claim(peopled)
    with peopled.writing() as conn:
        assert claims.mark_sent(conn, message, "ts-1", posted_at)
        (open_,) = outbox.open_at(conn, message.address)
    assert (open_.posted_at, open_.state) == (posted_at, "sent")


@pytest.mark.parametrize(("how", "state"), [(claims.mark_failed, "failed"), (claims.mark_unknown, "unknown")])
def test_a_row_that_ended_otherwise_keeps_why_in_short(
    peopled: Database, places: tuple[int, ...], how: Callable[..., bool], state: str
):
    write(peopled, said("a", places[0]))
    (message,) = claim(peopled)
    with peopled.writing() as conn:
        assert how(conn, message, "x" * 5_000)
    done = row(peopled, "a")
    assert (done.state, done.last_error, done.lease_until) == (state, "x" * 300, None)
    assert claim(peopled) == take_over(peopled) == []


@pytest.mark.parametrize(("counts", "attempts"), [(True, 2), (False, 1)])
def test_a_row_put_off_is_claimed_again_after_the_pause_and_the_attempt_counts_or_not(
    peopled: Database, places: tuple[int, ...], counts: bool, attempts: int
):
    write(peopled, said("a", places[0]))
    with peopled.writing() as conn:
        (message,) = claims.claim(conn, SLACK, 1, LEASE, "t1")
        assert claims.put_off(conn, message, HOUR, "busy", counts=counts)
    waiting = row(peopled, "a")
    assert (waiting.state, waiting.claim, waiting.lease_until) == ("pending", None, None)
    assert (waiting.last_error, waiting.not_before > waiting.now) == ("busy", True)
    assert claim(peopled) == []
    with peopled.writing() as conn:
        conn.execute(update(table).values(not_before=db_now()))
    (again,) = claim(peopled, "t2")
    assert again.attempt == attempts


@pytest.mark.parametrize(("counts", "attempts"), [(True, 2), (False, 1)])
def test_a_row_in_doubt_is_never_claimed_but_left_over_after_the_pause(
    peopled: Database, places: tuple[int, ...], counts: bool, attempts: int
):
    write(peopled, said("a", places[0]))
    (message,) = claim(peopled)
    with peopled.writing() as conn:
        assert claims.leave_in_doubt(conn, message, HOUR, "timeout", counts=counts)
    assert (row(peopled, "a").state, row(peopled, "a").last_error) == ("sending", "timeout")
    assert claim(peopled) == take_over(peopled) == []
    run_out(peopled)
    assert claim(peopled) == []
    (taken,) = take_over(peopled)
    assert (taken.dedupe_key, taken.claim, taken.attempt) == ("a", "heir", attempts)


def test_a_row_given_back_is_as_if_it_had_never_been_claimed(peopled: Database, places: tuple[int, ...]):
    write(peopled, said("a", places[0]), said("b", places[0]))
    before = row(peopled, "a")
    assert mark(peopled, claims.give_back, claim(peopled)[0])
    after = row(peopled, "a")
    assert tuple(after)[:-1] == tuple(before)[:-1]  # the last is the clock
    assert keys(claim(peopled)) == ["a"]


def test_all_rows_of_a_claim_whose_answer_was_lost_are_given_back_and_no_others(
    peopled: Database, places: tuple[int, ...]
):
    write(peopled, *[said(f"{where}", places[where]) for where in range(3)])
    ended, _ = claim(peopled, "lost", limit=2)
    (other,) = claim(peopled, "kept")
    mark(peopled, sent, ended)
    with peopled.writing() as conn:
        assert [claims.give_back_all(conn, "lost"), claims.give_back_all(conn, "lost")] == [1, 0]
    assert [row(peopled, key).state for key in ("0", "1", "2")] == ["sent", "pending", "sending"]
    assert row(peopled, "1").attempt == 0
    assert mark(peopled, sent, other)


# --- Leases and fences ------------------------------------------------------------------------------------------------


def test_what_a_lost_worker_left_is_taken_over_once_the_longest_left_first(
    peopled: Database, places: tuple[int, ...]
):
    write(peopled, *[said(f"{where}", places[where]) for where in range(3)])
    claim(peopled)
    assert take_over(peopled) == [], "the lease still runs"
    with peopled.writing() as conn:
        conn.execute(update(table).values(lease_until=db_now(-SECOND)))
        conn.execute(update(table).where(table.c.dedupe_key == "2").values(lease_until=db_now(-HOUR)))
    first = take_over(peopled, "heir 1", limit=1)
    assert [(message.dedupe_key, message.claim, message.attempt) for message in first] == [("2", "heir 1", 2)]
    assert sorted(keys(take_over(peopled, "heir 2"))) == ["0", "1"]
    assert take_over(peopled, "heir 3") == [], "each has a new lease"


def test_of_many_who_take_over_at_once_one_gets_each_row(peopled: Database, places: tuple[int, ...]):
    write(peopled, *[said(f"{where}", where) for where in places])
    claim(peopled)
    run_out(peopled)
    taken = at_once(4, lambda number: take_over(peopled, f"heir {number}"))
    assert Counter(key for part in taken for key in keys(part)) == Counter(str(where) for where in places)


@pytest.mark.parametrize("how", EVERY_MARK)
def test_the_word_of_who_was_taken_over_from_does_not_count(
    peopled: Database, places: tuple[int, ...], how: Mark
):
    write(peopled, said("a", places[0]))
    (stale,) = claim(peopled)
    run_out(peopled)
    (held,) = take_over(peopled)
    before = row(peopled, "a")
    assert not mark(peopled, how, stale)
    assert tuple(row(peopled, "a"))[:-1] == tuple(before)[:-1]  # the last is the clock
    assert mark(peopled, how, held)


@pytest.mark.parametrize("how", EVERY_MARK)
def test_a_lease_that_ran_out_does_no_harm_while_nobody_took_over(
    peopled: Database, places: tuple[int, ...], how: Mark
):
    write(peopled, said("a", places[0]))
    (message,) = claim(peopled)
    run_out(peopled)
    assert mark(peopled, how, message)


@pytest.mark.parametrize("first", [sent, failed, unknown, put_off, claims.give_back])
def test_a_row_is_marked_once(peopled: Database, places: tuple[int, ...], first: Mark):
    write(peopled, said("a", places[0]))
    (message,) = claim(peopled)
    assert mark(peopled, first, message)
    assert not any(mark(peopled, second, message) for second in EVERY_MARK)


def test_a_worker_must_know_the_attempt_as_well_as_the_claim(peopled: Database, places: tuple[int, ...]):
    write(peopled, said("a", places[0]))
    (message,) = claim(peopled)
    assert not mark(peopled, sent, replace(message, attempt=2))
    assert not mark(peopled, sent, replace(message, claim="another"))
    assert mark(peopled, sent, message)


# --- Past their time --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expires_at", "state"),
    [(MORNING, "expired"), (MORNING.replace(year=2200), "pending"), (None, "pending")],
)
def test_what_is_past_its_time_is_given_up(
    peopled: Database, places: tuple[int, ...], expires_at: datetime | None, state: str
):
    write(peopled, said("a", places[0], expires_at=expires_at))
    with peopled.writing() as conn:
        assert [claims.expire(conn), claims.expire(conn)] == [int(state == "expired"), 0]
    assert row(peopled, "a").state == state


def test_what_was_begun_in_time_is_not_given_up_under_its_sender(peopled: Database, places: tuple[int, ...]):
    write(peopled, said("a", places[0], expires_at=MORNING.replace(year=2200)))
    (message,) = claim(peopled)
    with peopled.writing() as conn:
        conn.execute(update(table).values(expires_at=db_now()))
        assert claims.expire(conn) == 0
    assert mark(peopled, sent, message)
