"""The judge over a chat sees what went wrong, and only that."""

from __future__ import annotations

from dataclasses import replace

from bot.reply import File, Reply
from tests.faults.history import Kept, Row
from tests.faults.judge import Chat, given_otherwise, posted_otherwise, told_otherwise

QUESTION = Row(1, "slack:ev1:0", 7, 1, "slack", "alex", "reply", Reply("Where?").to_json(), "sent", "D1:1")
UPDATE = replace(
    QUESTION, id=2, key="slack:ev2:update:1", seq=2, kind="update", provider_ref="D1:1", amends=1
)
NEXT = replace(
    QUESTION, id=3, key="slack:ev2:0", seq=3, payload=Reply("When?").to_json(), provider_ref="D1:2"
)
DRAFT = Reply("", files=(File("coach-7k2m-draft-1.docx", "application/docx", "coach-7k2m", 1),))
FILE = replace(
    QUESTION, id=4, key="slack:ev2:0:file", seq=4, kind="file", payload=DRAFT.to_json(), provider_ref="F1"
)
ROWS = [QUESTION, UPDATE, NEXT, FILE]
POSTS = {1: ["D1:1"], 3: ["D1:2"]}
FILES = ["D1/coach-7k2m-draft-1.docx"]


def chat(
    *rows: Row, heard: tuple[str, ...] = ("ev1", "ev2"), audit: tuple[str, ...] = (), **shown: str
) -> Chat:
    found = {"D1:1": "Where? Here", "D1:2": "When?"} | {f"D1:{key[1:]}": text for key, text in shown.items()}
    kept = Kept(rows or ROWS, {"alex": ["answered where"]}, list(audit))
    return Chat("slack", {"alex": heard}, kept, found)


def words(ours: Chat, *, may_fail: bool = False) -> list[str]:
    return list(told_otherwise(ours, chat(), may_fail=may_fail))


def test_nothing_is_found_where_nothing_is_wrong():
    assert words(chat()) == []
    assert list(posted_otherwise(ROWS, POSTS)) == []
    assert list(given_otherwise(ROWS, FILES, {"alex": "D1"})) == []


def test_a_message_that_was_posted_twice_is_found():
    assert len(list(posted_otherwise(ROWS, {1: ["D1:1", "D1:9"], 3: ["D1:2"]}))) == 1


def test_a_message_that_is_said_to_be_sent_and_is_not_there_is_found():
    assert len(list(posted_otherwise(ROWS, {3: ["D1:2"]}))) == 1


def test_a_message_that_is_said_to_have_failed_and_is_there_is_found():
    failed = replace(NEXT, state="failed", provider_ref=None)
    assert len(list(posted_otherwise([QUESTION, failed], POSTS))) == 1


def test_a_message_in_doubt_may_be_there_or_not_but_not_twice():
    unknown = replace(NEXT, state="unknown", provider_ref=None)
    assert list(posted_otherwise([QUESTION, unknown], POSTS)) == []
    assert list(posted_otherwise([QUESTION, unknown], {1: ["D1:1"]})) == []
    assert len(list(posted_otherwise([QUESTION, unknown], {1: ["D1:1"], 3: ["D1:2", "D1:3"]}))) == 1


def test_messages_out_of_order_are_found():
    assert len(list(posted_otherwise(ROWS, dict(reversed(POSTS.items()))))) == 1


def test_a_post_of_no_row_is_found():
    assert len(list(posted_otherwise(ROWS, {**POSTS, 9: ["D1:3"]}))) == 1


def test_a_file_that_was_given_twice_or_never_is_found():
    for files in ([], FILES * 2):
        assert len(list(given_otherwise(ROWS, files, {"alex": "D1"}))) == 1


def test_an_acknowledged_message_that_was_not_heard_is_found():
    assert any("what was heard" in each for each in words(chat(heard=("ev1", "ev2", "ev3"))))


def test_messages_heard_in_another_order_are_found():
    assert any("what was heard" in each for each in words(chat(heard=("ev2", "ev1"))))


def test_what_nobody_asked_for_is_found():
    assert any("nobody asked for slack:ev2:0" in each for each in words(chat(heard=("ev1",))))


def test_other_words_than_on_a_calm_day_are_found():
    other = replace(NEXT, payload=Reply("Who?").to_json())
    assert any("what was said" in each for each in words(chat(QUESTION, UPDATE, other, FILE)))


def test_another_sight_than_on_a_calm_day_is_found():
    assert any("reads" in each for each in words(chat(_1="Where?")))


def test_what_failed_is_found_unless_it_may_fail():
    failed = replace(UPDATE, state="failed")
    rows = (QUESTION, failed, NEXT, FILE)
    assert words(chat(*rows, _1="Where?")) == ["alex: slack:ev2:update:1 is failed"]
    assert words(chat(*rows, _1="Where?"), may_fail=True) == []


def test_a_broken_audit_is_found():
    assert words(chat(audit=("stream person:alex is short",))) == ["audit: stream person:alex is short"]
