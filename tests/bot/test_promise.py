"""Whoever asked to hear of an answer hears of it by day, once; what leads to them is gone then."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, text, update
from structlog.testing import capture_logs

from bot import jobs
from bot.content.library import Library
from bot.store import people, questions
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.questions import KeptQuestion, Settling
from bot.store.tables import metadata, promises
from bot.store.tables import questions as table
from knowledge.article import Article, Scope
from tests.content import shipped_library
from tests.plant import Plant, labels

QUESTION = "who repairs bicycles near here?"
PLANTS = Article(
    "plants",
    "article",
    "site",
    "Who repairs bicycles?",
    ("who waters the plants",),
    "The gardener does, on Mondays.",
    effective_from="2026-01-05",
)


@pytest.fixture
def plant(database: Database) -> Plant:
    return Plant(database)


def knowing(article: Article) -> Library:
    """The library of the next release, which has this article."""
    known = shipped_library().knowledge
    return replace(
        shipped_library(), knowledge=replace(known, articles={**known.articles, article.id: article})
    )


def asked(plant: Plant, by: str = "alex", question: str = QUESTION, *, agrees: bool = True) -> None:
    plant.say(question, by=by)
    assert "Yes, tell me" in labels(plant.replies(by))
    if agrees:
        plant.press("Yes, tell me", by=by)


def decided(plant: Plant, decision: Settling, entry: str = "") -> None:
    """An author decides about everything that was asked."""
    with plant.database.writing() as conn:
        questions.settle(conn, [each.id for each in questions.undecided(conn)], decision, entry)


def rows(plant: Plant) -> list[KeptQuestion]:
    with plant.database.reading() as conn:
        return [KeptQuestion(*row) for row in conn.execute(select(table))]


def tokens(plant: Plant) -> list[str]:
    with plant.database.reading() as conn:
        return [promise.token for promise in questions.promised(conn)]


def test_a_question_is_kept_without_anything_that_leads_to_its_person(plant: Plant):
    asked(plant, agrees=False)
    (row,) = rows(plant)
    assert (row.kind, row.text, row.site, row.role) == ("unanswered", QUESTION, "northfield", "operator")
    assert row.content == shipped_library().knowledge.hash
    assert row.day == plant.clock.now.replace(hour=0, minute=0, second=0, microsecond=0)
    with plant.database.reading() as conn:
        stands = " ".join(map(str, conn.execute(select(table)).one()))
        ids = {address.id for address in conn.execute(select(metadata.tables["addresses"])).all()}
    assert ids
    for person in plant.library.people:
        assert person.id not in stands.split()
        assert person.name not in stands
    assert tokens(plant) == [], "nobody asked to be told"


def test_a_colleague_who_is_named_in_a_question_is_not_named_in_what_is_kept(plant: Plant):
    sam = next(person for person in plant.library.people if person.id == "sam")
    asked(plant, question=f"does {sam.name.upper()} repair bicycles near here?", agrees=False)
    assert [row.text for row in rows(plant)] == ["does somebody repair bicycles near here?"]


def test_the_same_message_heard_twice_is_one_question(plant: Plant):
    for _ in range(2):
        plant.coach.hear(plant.message(QUESTION, event_id="the same"))
    assert len(rows(plant)) == 1


def test_an_answer_in_a_playbook_is_no_question(plant: Plant):
    plant.start()
    plant.upto("what_happened")
    plant.say(QUESTION)
    plant.say("what is an oos?")
    assert rows(plant) == []


def test_when_there_is_an_answer_its_person_hears_of_it_once_and_the_token_is_gone(plant: Plant):
    asked(plant)
    asked(plant, "priya", agrees=False)
    assert plant.coach.keep_promises() == 0, "nobody has decided"
    decided(plant, "write", "plants")
    assert plant.coach.keep_promises() == 0, "the article is not there yet"
    (token,) = tokens(plant)

    plant.coach = plant.with_library(knowing(PLANTS))
    assert plant.coach.keep_promises() == 1
    assert plant.coach.keep_promises() == 0
    (told,) = plant.told("alex")
    assert f'You asked me: "{QUESTION}".' in told.text
    assert plant.press("Who repairs bicycles?")[0].text.startswith(PLANTS.answer)
    assert plant.told("priya") == []
    assert tokens(plant) == []
    with plant.database.reading() as conn:
        for each in metadata.sorted_tables:
            assert not any(token in str(row) for row in conn.execute(select(each)).all()), each.name


def test_an_answer_that_is_not_for_this_person_is_not_told_to_them(plant: Plant):
    asked(plant)
    decided(plant, "accept", "plants")
    for article in (
        replace(PLANTS, scope=Scope(roles=frozenset({"qp"}))),
        replace(PLANTS, status="draft"),
        replace(PLANTS, effective_from="2027-01-01"),
    ):
        assert plant.with_library(knowing(article)).keep_promises() == 0
    assert len(tokens(plant)) == 1


def test_who_asked_the_same_thing_twice_is_told_once(plant: Plant):
    asked(plant)
    plant.later(days=1)
    asked(plant, question="bicycles near here, who repairs them?")
    decided(plant, "stub", "plants")
    assert plant.with_library(knowing(PLANTS)).keep_promises() == 1
    assert len(plant.told("alex")) == 1
    assert tokens(plant) == []


def test_a_question_that_was_dismissed_is_said_to_be_and_names_whom_to_ask(plant: Plant):
    asked(plant)
    decided(plant, "dismiss")
    assert plant.coach.keep_promises() == 1
    (text_,) = plant.news("alex")
    assert QUESTION in text_
    assert "there will be none from me" in text_
    assert "Please ask: " in text_
    assert tokens(plant) == []


def test_after_90_days_the_question_is_deleted_and_whoever_waits_is_told_so(plant: Plant):
    asked(plant)
    asked(plant, "priya", agrees=False)
    for age, left in ((89, 2), (91, 0)):
        with plant.database.writing() as conn:
            conn.execute(update(table).values(day=db_now(-timedelta(days=age))))
        jobs.prune(plant.database, timedelta(days=90))
        assert len(rows(plant)) == left
    assert plant.coach.keep_promises() == 1
    (text_,) = plant.news("alex")
    assert text_.startswith("You asked me something that I did not know")
    assert tokens(plant) == []
    assert plant.news("priya") == []


@pytest.mark.parametrize("passed", [{"hours": 12}, {"days": 3}, {"hours": -5}])
def test_nobody_is_told_at_night_or_on_a_day_off(plant: Plant, passed: dict[str, float]):
    asked(plant)
    decided(plant, "dismiss")
    plant.later(**passed)
    assert plant.coach.keep_promises() == 0
    plant.later(**{unit: -number for unit, number in passed.items()})
    assert plant.coach.keep_promises() == 1


def test_whoever_is_not_there_any_more_is_forgotten_and_not_told(plant: Plant):
    asked(plant)
    asked(plant, "priya")
    with plant.database.writing() as conn:
        conn.execute(text("UPDATE people SET is_active = false WHERE id = 'alex'"))
        priya = people.by_id(conn, "priya")
        assert priya
        conn.execute(text("UPDATE people SET site = 'closed' WHERE id = 'priya'"))
    decided(plant, "dismiss")
    assert plant.coach.keep_promises() == 0
    assert plant.news("alex") == []
    assert tokens(plant) == []


def test_of_two_clocks_at_once_one_tells(plant: Plant):
    asked(plant)
    decided(plant, "dismiss")
    together = Barrier(2)

    def at_once(_: int) -> int:
        together.wait(10)
        return plant.coach.keep_promises()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(at_once, range(2))) == [0, 1]
    assert len(plant.news("alex")) == 1


def test_who_asked_stands_nowhere_but_in_the_promise_until_it_is_kept(plant: Plant):
    asked(plant)
    with plant.database.reading() as conn:
        (row,) = conn.execute(select(promises)).all()
    assert row.person == "alex"
    assert row.question == rows(plant)[0].id
    assert "alex" not in row.token


def test_on_a_chat_platform_the_message_has_its_button(plant: Plant):
    phone = plant.on_phone()
    phone.say(QUESTION)
    phone.press("Yes, tell me")
    decided(plant, "accept", "plants")
    plant.coach = plant.with_library(knowing(PLANTS))
    assert plant.coach.keep_promises() == 1
    (told,) = phone.deliver()
    assert labels([told]) == [PLANTS.question]
    assert phone.press(PLANTS.question)[0].text.startswith(PLANTS.answer)


def test_the_clock_says_how_many_promises_it_kept():
    with capture_logs() as logs:
        jobs.keep_all(lambda: 0)
        jobs.keep_all(lambda: 2)
    assert [(entry["event"], entry["count"]) for entry in logs] == [("promises kept", 2)]
