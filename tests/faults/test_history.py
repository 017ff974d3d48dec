"""The judge itself: every kind of broken promise is seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes import Post
from tests.faults.history import History, Kept, Row, problems


def row(row_id: int, seq: int, kind: str, words: str, *, channel: str = "web", state: str = "sent") -> Row:
    key = f"web:alex:event-{words}:{kind}"
    ref = f"post-{row_id}" if channel == "post" else None
    return Row(row_id, key, 1 if channel == "web" else 2, seq, channel, "alex", kind, words, state, ref)


ECHO, SECOND = row(1, 1, "echo", "1"), row(3, 3, "echo", "2")
REPLY = replace(row(2, 2, "reply", "1"), payload="coach-7k2m: where?")
FIRST_NUDGE, NUDGE = row(4, 1, "nudge", "a", channel="post"), row(5, 2, "nudge", "b", channel="post")
ROWS = (ECHO, REPLY, SECOND, FIRST_NUDGE, NUDGE)
EVENTS = {"alex": ["started coach-7k2m", "answered where"]}
GOOD = Kept(ROWS, EVENTS)
POSTS = [Post("post-4", 4, "room", "a"), Post("post-5", 5, "room", "b")]


def history() -> History:
    said = {"alex": [("event-1", "hello"), ("event-2", "line 3")]}
    return History(said=said, seen={"alex": [1, 2, 3]}, written=[NUDGE.key])


def renamed(part: Kept) -> Kept:
    rows = [replace(each, payload=each.payload.replace("7k2m", "9pqr")) for each in part.rows]
    return Kept(rows, {"alex": [event.replace("7k2m", "9pqr") for event in part.events["alex"]]})


def test_a_run_in_which_every_promise_was_kept_has_no_problems():
    assert problems(history(), GOOD, renamed(GOOD), POSTS) == []


@pytest.mark.parametrize(
    ("kept", "seen"),
    [
        pytest.param(Kept((ECHO, REPLY, *ROWS[3:]), EVENTS), "lost ['event-2']", id="an answer is lost"),
        pytest.param(
            Kept((*ROWS[:3], replace(SECOND, id=9, seq=4), *ROWS[3:]), EVENTS),
            "extra",
            id="an answer is doubled",
        ),
        pytest.param(
            Kept((replace(SECOND, seq=1), REPLY, replace(ECHO, seq=3), *ROWS[3:]), EVENTS),
            "out of order",
            id="answers are swapped",
        ),
        pytest.param(
            Kept((ECHO, SECOND, *ROWS[3:]), EVENTS), "conversation, place 2", id="a reply is missing"
        ),
        pytest.param(
            Kept((ECHO, replace(REPLY, payload="another"), *ROWS[2:]), EVENTS), "place 2", id="another reply"
        ),
        pytest.param(Kept(ROWS, {"alex": EVENTS["alex"][:1]}), "runs, place 2", id="an event is missing"),
        pytest.param(Kept((*ROWS[:2], replace(SECOND, seq=4), *ROWS[3:]), EVENTS), "numbered", id="a gap"),
        pytest.param(Kept(ROWS[:4], EVENTS), "acknowledged and is not there", id="a nudge is lost"),
        pytest.param(
            Kept((*ROWS[:4], replace(NUDGE, state="pending")), EVENTS),
            "is pending",
            id="a nudge was not sent",
        ),
        pytest.param(Kept(ROWS, EVENTS, ["alex no. 3 edited"]), "audit: alex", id="the audit is broken"),
    ],
)
def test_what_is_wrong_in_the_database_is_seen(kept: Kept, seen: str):
    assert seen in "\n".join(problems(history(), kept, renamed(GOOD), POSTS))


@pytest.mark.parametrize(
    ("posts", "seen"),
    [
        pytest.param(POSTS[:1], "posted as []", id="never"),
        pytest.param([*POSTS, Post("post-6", 5, "room", "b")], "['post-5', 'post-6']", id="twice"),
        pytest.param(POSTS[::-1], "out of order", id="in another order"),
        pytest.param([*POSTS, Post("post-6", 99, "room", "?")], "row 99", id="what nobody wrote"),
    ],
)
def test_what_is_posted_otherwise_is_seen(posts: list[Post], seen: str):
    assert seen in "\n".join(problems(history(), GOOD, renamed(GOOD), posts))


@pytest.mark.parametrize("lines", [[1, 3], [1, 2, 2, 3], [1, 3, 2], [1, 2, 3, 4]], ids=str)
def test_a_page_that_shows_other_lines_is_seen(lines: list[int]):
    record = history()
    record.seen["alex"] = lines
    assert "page, line numbers" in "\n".join(problems(record, GOOD, renamed(GOOD), POSTS))


def test_an_answer_of_500_is_a_problem_by_itself():
    record = history()
    record.faults.append("alex event-1: answered 500")
    assert problems(record, GOOD, renamed(GOOD), POSTS) == record.faults
