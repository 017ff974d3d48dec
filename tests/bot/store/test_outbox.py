"""What we say is a row before it is a message: once, in order, and there to be read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, select, update

from bot.message import Address
from bot.store import addresses, claims, outbox
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.outbox import NewMessage, OutboxMessage
from bot.store.tables import outbox as table
from tests.bot.store.rows import HOUR, MORNING, SECOND, at_once, place, said

NONE: tuple[str, ...] = ()


def write(database: Database, *messages: NewMessage, pulled: tuple[str, ...] = NONE) -> list[OutboxMessage]:
    with database.writing() as conn:
        return outbox.write(conn, messages, pulled)


def numbers(database: Database, address_id: int) -> list[tuple[int, str]]:
    """The numbers at this address, with their keys."""
    with database.reading() as conn:
        query = select(table.c.seq, table.c.dedupe_key).where(table.c.address == address_id)
        return [(seq, key) for seq, key in conn.execute(query.order_by(table.c.seq))]


@pytest.fixture
def home(peopled: Database) -> int:
    """The number of an address of Ana's."""
    with peopled.writing() as conn:
        return place(conn)


@pytest.fixture
def elsewhere(peopled: Database, home: int) -> int:
    """The number of another."""
    with peopled.writing() as conn:
        return place(conn, "D2")


# --- Writing ----------------------------------------------------------------------------------------------------------


def test_a_message_waits_as_it_was_written(peopled: Database, home: int):
    new = replace(said("a", home), due_at=MORNING, expires_at=MORNING + HOUR)
    (message,) = write(peopled, new)
    with peopled.reading() as conn:
        row = conn.execute(select(table)).one()
        assert outbox.from_row(conn.execute(outbox.ROWS).one()) == message
    assert (row.state, row.expires_at, row.sent_at, row.claim) == ("pending", MORNING + HOUR, None, None)
    assert (message.address, message.seq, message.attempt) == (Address("slack", "D1"), 1, 0)
    assert (message.due_at, message.payload, message.channel) == (MORNING, new.payload, "slack")


def test_without_a_time_a_message_is_due_when_it_is_written(peopled: Database, home: int):
    (message,) = write(peopled, said("a", home))
    assert message.due_at == message.written_at
    with peopled.reading() as conn:
        assert message.written_at <= conn.execute(select(db_now())).scalar_one()


def test_the_same_key_is_said_once_however_often_it_is_written(peopled: Database, home: int, elsewhere: int):
    assert [message.dedupe_key for message in write(peopled, said("a", home), said("a", home))] == ["a"]
    assert write(peopled, said("a", home)) == []
    assert write(peopled, said("a", elsewhere)) == [], "wherever it was said"
    assert (numbers(peopled, home), numbers(peopled, elsewhere)) == ([(1, "a")], [])


def test_nothing_is_written_when_there_is_nothing_to_say(peopled: Database):
    assert write(peopled) == []


def test_messages_are_numbered_in_the_order_they_are_said_at_each_address(
    peopled: Database, home: int, elsewhere: int
):
    write(peopled, said("z", home), said("y", elsewhere), said("x", home))
    write(peopled, said("b", elsewhere), said("a", home))
    assert numbers(peopled, home) == [(1, "z"), (2, "x"), (3, "a")]
    assert numbers(peopled, elsewhere) == [(1, "y"), (2, "b")]


def test_a_duplicate_among_new_messages_takes_no_number(peopled: Database, home: int, elsewhere: int):
    write(peopled, said("old", home))
    new = write(peopled, said("c", home), said("old", home), said("b", elsewhere), said("a", home))
    assert [(message.dedupe_key, message.seq) for message in new] == [("c", 2), ("b", 1), ("a", 3)]
    assert numbers(peopled, home) == [(1, "old"), (2, "c"), (3, "a")]
    with peopled.reading() as conn:
        assert (outbox.last_seq(conn, home), outbox.last_seq(conn, elsewhere)) == (3, 1)


def test_an_address_nobody_spoke_at_has_given_no_number(peopled: Database, home: int):
    with peopled.reading() as conn:
        assert outbox.last_seq(conn, home) == 0


def test_a_message_to_an_address_that_was_never_kept_is_refused(peopled: Database, home: int):
    with pytest.raises(LookupError, match="no address has the id 999; write the address before the message"):
        write(peopled, said("a", home), said("b", 999))


def test_more_messages_than_one_statement_takes_are_written_at_once(peopled: Database, home: int):
    write(peopled, *[said(f"{number:04}", home) for number in range(0, 1200, 4)])
    new = write(peopled, *[said(f"{number:04}", home) for number in range(1200)])
    assert [message.seq for message in new] == list(range(301, 1201))
    assert [message.dedupe_key for message in new] == [f"{number:04}" for number in range(1200) if number % 4]
    assert [seq for seq, _ in numbers(peopled, home)] == list(range(1, 1201))


def test_what_several_write_at_once_is_said_once_and_numbered_without_gaps(
    peopled: Database, home: int, elsewhere: int
):
    """Each names half of the others' messages, and the addresses in another order."""

    def plan(number: int) -> list[OutboxMessage]:
        places = [home, elsewhere] if number % 2 else [elsewhere, home]
        keys = range(number * 4, number * 4 + 8)
        new = []
        for _ in range(2):
            new += write(peopled, *[said(f"{where}:{key}", where) for where in places for key in keys])
        return new

    written = [message.dedupe_key for new in at_once(4, plan) for message in new]
    assert sorted(written) == sorted(f"{where}:{key}" for where in (home, elsewhere) for key in range(20))
    for where in (home, elsewhere):
        assert [seq for seq, _ in numbers(peopled, where)] == list(range(1, 21))


def test_of_two_who_plan_the_same_messages_for_two_addresses_one_writes_each(
    peopled: Database, home: int, elsewhere: int
):
    """Each in an order of its own: they must not wait for each other in a circle."""
    places = (home, elsewhere)

    def plan(keys: list[str], who: int) -> list[OutboxMessage]:
        return write(peopled, *[said(key, places[who]) for key in (keys[::-1] if who else keys)])

    for turn in range(4):
        keys = [f"{turn}:{number:03}" for number in range(200)]
        new = at_once(2, partial(plan, keys))
        assert sorted(message.dedupe_key for part in new for message in part) == keys
    for where in places:
        found = [seq for seq, _ in numbers(peopled, where)]
        assert found == list(range(1, len(found) + 1))


# --- Reading again ----------------------------------------------------------------------------------------------------


@pytest.fixture
def talk(peopled: Database) -> int:
    """Five messages at an address of the web, whose page reads them itself."""
    with peopled.writing() as conn:
        page = place(conn, "ana", "web")
    write(peopled, *[said(f"m{number}", page, channel="web") for number in range(1, 6)], pulled=("web",))
    return page


def test_what_a_page_reads_itself_is_sent_when_it_is_written(peopled: Database, talk: int):
    with peopled.writing() as conn:
        rows = conn.execute(select(table.c.state, table.c.sent_at == table.c.written_at)).all()
        assert [tuple(row) for row in rows] == [("sent", True)] * 5
        assert claims.claim(conn, ["web"], 10, HOUR, "t") == ()


def test_the_transcript_goes_on_after_a_number(peopled: Database, talk: int):
    def after(conn, seq: int, limit: int) -> list[int]:
        return [message.seq for message in outbox.transcript(conn, talk, seq, limit)]

    with peopled.reading() as conn:
        assert [after(conn, 0, 10), after(conn, 3, 10), after(conn, 0, 2), after(conn, 5, 10)] == [
            *([1, 2, 3, 4, 5], [4, 5], [1, 2], [])
        ]


def test_the_transcript_can_be_read_backwards_page_by_page(peopled: Database, talk: int):
    def before(conn, seq: int | None, limit: int) -> list[int]:
        return [message.seq for message in outbox.earlier(conn, talk, seq, limit)]

    with peopled.reading() as conn:
        assert [before(conn, None, 2), before(conn, 4, 2), before(conn, 2, 2), before(conn, 1, 2)] == [
            *([4, 5], [2, 3], [1], [])
        ]


def test_only_what_was_sent_here_is_in_the_transcript(peopled: Database, talk: int, home: int):
    write(peopled, said("waits", talk, channel="web"), said("other", home))
    with peopled.reading() as conn:
        assert len(outbox.transcript(conn, talk, 0, 100)) == len(outbox.earlier(conn, talk, None, 100)) == 5
        assert outbox.transcript(conn, home, 0, 100) == []


def test_which_addresses_got_something_lately_is_known_by_channel(peopled: Database, talk: int, home: int):
    write(peopled, said("a", home))
    with peopled.writing() as conn:
        assert outbox.recently_written(conn, "web", HOUR) == {talk: 5}
        assert outbox.recently_written(conn, "slack", HOUR) == {home: 1}
        conn.execute(update(table).values(written_at=db_now(-2 * HOUR)))
        assert outbox.recently_written(conn, "web", HOUR) == {}


# --- What can still be pressed ----------------------------------------------------------------------------------------


def open_keys(database: Database, address_id: int) -> list[str]:
    return [message.dedupe_key for message in open_rows(database, address_id)]


def posted(database: Database, provider_ref: str = "C1:1") -> OutboxMessage:
    """The next message that is due, posted under this name."""
    with database.writing() as conn:
        (message,) = claims.claim(conn, ["slack"], 1, HOUR, f"token {provider_ref}")
        assert claims.mark_sent(conn, message, provider_ref)
    return message


def test_what_can_be_pressed_at_an_address_is_known_in_order_until_it_is_closed(
    peopled: Database, home: int, elsewhere: int
):
    first, second, _ = write(
        peopled,
        replace(said("a", home), is_open=True),
        replace(said("b", home), is_open=True),
        said("no buttons", home),
    )
    write(peopled, replace(said("other", elsewhere), is_open=True))
    assert open_keys(peopled, home) == ["a", "b"]
    with peopled.writing() as conn:
        outbox.close(conn, [first.id])
        outbox.close(conn, [])
    assert open_keys(peopled, home) == ["b"]
    with peopled.writing() as conn:
        outbox.close(conn, [second.id])
    assert (open_keys(peopled, home), open_keys(peopled, elsewhere)) == ([], ["other"])


def test_however_much_was_said_at_an_address_only_what_is_open_is_looked_through(
    peopled: Database, home: int
):
    asked: list[tuple[str, Any]] = []
    event.listen(peopled.engine, "before_cursor_execute", lambda *sent: asked.append((sent[2], sent[3])))
    open_rows(peopled, home)
    statement, parameters = next(each for each in asked if "is_open" in each[0])
    explain = "EXPLAIN QUERY PLAN" if peopled.dialect == "sqlite" else "EXPLAIN"
    with peopled.reading() as conn:
        if peopled.dialect == "postgresql":
            conn.exec_driver_sql("SET LOCAL enable_seqscan = off")  # a few rows are quicker looked through
        plan = str(conn.exec_driver_sql(f"{explain} {statement}", parameters).all())
    assert "ix_outbox_open" in plan


def test_an_update_knows_the_platforms_name_of_what_it_shows_anew_once_there_is_one(
    peopled: Database, home: int
):
    (message,) = write(peopled, said("a", home))
    assert (message.shows, message.shown_as) == (message.id, "")
    update_of = replace(said("anew", home), kind="update", amends_id=message.id, is_open=True)
    write(peopled, update_of)
    assert [(row.shows, row.amends) for row in open_rows(peopled, home)] == [(message.id, "")]
    posted(peopled)
    assert [(row.shows, row.amends, row.shown_as) for row in open_rows(peopled, home)] == [
        (message.id, "C1:1", "C1:1")
    ]


def open_rows(database: Database, address_id: int) -> list[OutboxMessage]:
    with database.reading() as conn:
        at = addresses.by_id(conn, address_id)
        assert at
        return outbox.open_at(conn, at.address)


def test_a_message_is_found_by_the_platforms_name_as_it_was_shown_last(
    peopled: Database, home: int, elsewhere: int
):
    (message,) = write(peopled, said("a", home))
    posted(peopled, "C1:1")
    write(peopled, said("b", home))
    posted(peopled, "C1:2")
    assert [shown_key(peopled, home, ref) for ref in ("C1:1", "C1:2", "C1:3")] == ["a", "b", ""]
    assert shown_key(peopled, elsewhere, "C1:1") == "", "only where it was said"
    write(peopled, replace(said("anew", home), kind="update", amends_id=message.id))
    assert shown_key(peopled, home, "C1:1") == "anew", "also while that is on its way"
    with peopled.writing() as conn:
        conn.execute(update(table).where(table.c.dedupe_key == "anew").values(state="failed"))
    assert shown_key(peopled, home, "C1:1") == "a"


def shown_key(database: Database, address_id: int, provider_ref: str) -> str:
    with database.reading() as conn:
        found = outbox.shown(conn, address_id, provider_ref)
    return found.dedupe_key if found else ""


@pytest.mark.parametrize("state", ["sending", "unknown", "failed"])
def test_what_somebody_has_in_front_of_them_was_posted_whatever_was_known_of_it(
    peopled: Database, home: int, state: str
):
    write(peopled, said("a", home), said("next", home))
    with peopled.writing() as conn:
        (message,) = claims.claim(conn, ["slack"], 1, HOUR, "t")
        conn.execute(update(table).where(table.c.id == message.id).values(state=state))
        outbox.prove(conn, message, "C1:1")
        assert not claims.mark_unknown(conn, message, "no answer"), "who had it in hand is refused"
        row = conn.execute(select(table, db_now().label("now")).where(table.c.id == message.id)).one()
        (after,) = claims.claim(conn, ["slack"], 9, HOUR, "t2")
    assert (row.state, row.provider_ref, row.claim, row.lease_until) == ("sent", "C1:1", None, None)
    assert row.written_at <= row.sent_at <= row.now
    assert after.dedupe_key == "next"


def test_what_was_never_begun_cannot_be_in_front_of_anybody(peopled: Database, home: int):
    """The same button may stand on an older message of ours, whose name the platform then gives."""
    (message,) = write(peopled, said("a", home))
    with peopled.writing() as conn:
        outbox.prove(conn, message, "C1:1")
        assert conn.execute(select(table.c.state, table.c.provider_ref)).one() == ("pending", None)


def test_the_name_of_another_message_of_ours_proves_nothing(peopled: Database, home: int):
    write(peopled, said("older", home), said("the same again", home))
    posted(peopled, "C1:1")
    with peopled.writing() as conn:
        (message,) = claims.claim(conn, ["slack"], 1, HOUR, "t")
        outbox.prove(conn, message, "C1:1")
        assert claims.mark_sent(conn, message, "C1:2"), "it is still in the hands of who sends it"


def test_what_was_sent_keeps_its_name_and_its_time(peopled: Database, home: int):
    write(peopled, said("a", home))
    message = posted(peopled)
    with peopled.writing() as conn:
        before = conn.execute(select(table)).one()
        outbox.prove(conn, message, "C1:another")
        assert conn.execute(select(table)).one() == before


# --- How much waits ---------------------------------------------------------------------------------------------------


def test_the_depth_counts_by_state_and_says_how_long_the_oldest_waits(
    peopled: Database, home: int, talk: int
):
    with peopled.reading() as conn:
        now = conn.execute(select(db_now())).scalar_one()
    write(
        *(peopled, said("a", home, due_at=now - HOUR), said("b", home, due_at=now - 2 * HOUR)),
        said("later", home, due_at=now + HOUR),
    )
    with peopled.reading() as conn:
        depth = outbox.depth(conn)
    assert depth.by_state == {"sent": 5, "pending": 3}
    assert 2 * HOUR <= depth.oldest_due < 2 * HOUR + timedelta(minutes=5)


def test_nothing_waits_when_nothing_is_due(peopled: Database, home: int, talk: int):
    write(peopled, said("later", home, due_at=MORNING.replace(year=2200)))
    with peopled.reading() as conn:
        assert outbox.depth(conn).oldest_due == timedelta(0)


# --- Forgetting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["sent", "unknown", "failed", "expired", "cancelled"])
def test_what_is_done_and_old_is_deleted_in_batches(peopled: Database, home: int, state: str):
    write(peopled, *[said(f"{number}", home) for number in range(5)])
    with peopled.writing() as conn:
        conn.execute(
            update(table).where(table.c.seq < 5).values(state=state, written_at=db_now(-HOUR - SECOND))
        )
        conn.execute(update(table).where(table.c.seq == 5).values(state=state))
        assert [outbox.prune(conn, HOUR, 3) for _ in range(3)] == [3, 1, 0]
    assert numbers(peopled, home) == [(5, "4")]


@pytest.mark.parametrize("state", ["pending", "sending"])
def test_what_still_waits_is_never_deleted(peopled: Database, home: int, state: str):
    write(peopled, said("a", home))
    with peopled.writing() as conn:
        conn.execute(update(table).values(state=state, written_at=db_now(-HOUR)))
        assert outbox.prune(conn, SECOND, 10) == 0


def test_numbers_go_on_when_everything_said_was_deleted(peopled: Database, home: int):
    write(peopled, said("a", home), said("b", home))
    with peopled.writing() as conn:
        conn.execute(update(table).values(state="sent", written_at=db_now(-HOUR)))
        outbox.prune(conn, SECOND, 10)
    (message,) = write(peopled, said("c", home))
    assert message.seq == 3
