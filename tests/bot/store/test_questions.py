"""Questions are kept without names, for a time; whoever wants to hear of one stands apart, until they were told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select, update

from bot.store import questions
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.questions import NewQuestion
from bot.store.tables import metadata
from bot.store.tables import questions as table
from tests.bot.store.rows import ANA, BEN, MORNING

ASKED = NewQuestion("unanswered", "who cleans the blue drum", "", "north", "operator", "a" * 64)


CHANCES = count()


def kept(database: Database, *asked: NewQuestion, at: datetime = MORNING) -> list[str]:
    """The ids of these, once they are kept."""
    with database.writing() as conn:
        known = {each.id for each in questions.undecided(conn)}
        for each in asked:
            questions.keep(conn, each, at, f"chance {next(CHANCES)}")
        return [each.id for each in questions.undecided(conn) if each.id not in known]


def test_a_question_is_kept_with_its_day_and_comes_back(database: Database):
    (id,) = kept(database, ASKED)
    with database.reading() as conn:
        (found,) = questions.undecided(conn)
    assert found == questions.KeptQuestion(
        id, "unanswered", ASKED.text, "", "north", "operator",
        datetime(2025, 11, 24, tzinfo=UTC), "a" * 64, "", "",
    )  # fmt: skip


def test_no_column_of_the_questions_names_anybody():
    assert not table.foreign_keys
    assert set(table.columns.keys()) == {
        "id", "kind", "text", "entry", "site", "role", "day", "content", "decision", "settled_by",
    }  # fmt: skip
    pointing = {key.column.table.name for each in metadata.tables.values() for key in each.foreign_keys}
    assert "questions" not in pointing


def test_what_was_decided_is_decided_once(database: Database):
    first, second = kept(database, ASKED, replace(ASKED, text="when is pay day"))
    with database.writing() as conn:
        assert questions.settle(conn, [first, second], "accept", "drums") == 2
        assert questions.settle(conn, [first], "dismiss") == 0
        assert questions.undecided(conn) == []
        rows = conn.execute(select(table.c.decision, table.c.settled_by)).all()
    assert set(rows) == {("accept", "drums")}


@pytest.mark.parametrize("decision", questions.SETTLINGS)
def test_a_promise_leads_to_what_became_of_its_question_and_is_kept_once(peopled: Database, decision):
    (id,) = kept(peopled, ASKED)
    with peopled.writing() as conn:
        questions.promise(conn, ASKED, ANA.id, f"token {next(CHANCES)}")
        questions.promise(conn, ASKED, ANA.id, f"token {next(CHANCES)}")
        questions.promise(conn, ASKED, BEN.id, f"token {next(CHANCES)}")
        questions.settle(conn, [id], decision, "drums")
        found = questions.promised(conn)
        assert sorted((each.person, each.question.decision) for each in found if each.question) == [
            (ANA.id, decision),
            (BEN.id, decision),
        ]
        assert [questions.fulfil(conn, found[0].token) for _ in range(2)] == [True, False]
        assert [each.token for each in questions.promised(conn)] == [found[1].token]


def test_a_promise_is_of_the_newest_of_the_same_questions(peopled: Database):
    kept(peopled, ASKED)
    (newer,) = kept(peopled, ASKED, at=MORNING + timedelta(days=1))
    kept(peopled, replace(ASKED, site="south"), at=MORNING + timedelta(days=2))
    with peopled.writing() as conn:
        questions.promise(conn, ASKED, ANA.id, f"token {next(CHANCES)}")
        (promise,) = questions.promised(conn)
    assert promise.question is not None
    assert promise.question.id == newer


def test_after_its_time_a_question_is_gone_and_its_promise_says_so(peopled: Database):
    kept(peopled, *[replace(ASKED, text=f"question {number}") for number in range(5)])
    with peopled.writing() as conn:
        questions.promise(conn, replace(ASKED, text="question 1"), ANA.id, f"token {next(CHANCES)}")
        conn.execute(update(table).values(day=db_now(-timedelta(days=91))))
        conn.execute(
            update(table).where(table.c.text == "question 0").values(day=db_now(-timedelta(days=89)))
        )
        assert [questions.prune(conn, timedelta(days=90), 3) for _ in range(3)] == [3, 1, 0]
        assert [each.text for each in questions.undecided(conn)] == ["question 0"]
        assert [(each.person, each.question) for each in questions.promised(conn)] == [(ANA.id, None)]


def test_whoever_wants_to_hear_of_a_question_that_is_gone_is_told_that_it_is_gone(peopled: Database):
    with peopled.writing() as conn:
        questions.promise(conn, ASKED, ANA.id, f"token {next(CHANCES)}")
        assert [each.question for each in questions.promised(conn)] == [None]
