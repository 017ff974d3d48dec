"""The loop: asked, not known, kept without a name; an author decides at a command line; who wanted to hear is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import Result

from bot.content.article_file import RawArticle, article_of, split
from bot.content.library import Library
from bot.store.tables import metadata, promises
from tests.bot.commands import conftest as command_line
from tests.content import shipped_library
from tests.plant import Plant, labels

run = command_line.run
BICYCLES = "who repairs bicycles near here?"
Run = Callable[..., Result]


@pytest.fixture
def plant(each_plant: Plant, run: Run, monkeypatch: pytest.MonkeyPatch) -> Plant:
    """A plant whose database the commands work on, too: once on each engine."""
    monkeypatch.setenv("DATABASE_URL", each_plant.database.url.render_as_string(hide_password=False))
    return each_plant


def waiting(run: Run) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("questions", "--json").stdout)
    return found


def released(path: Path) -> Library:
    """The next release, in which an author has written this article and it was approved."""
    text = path.read_text(encoding="utf-8").replace("status: draft", "status: released_by_maker")
    text = text.replace('effective_from: "', 'effective_from: "2026-01-05" # "', 1)
    document, body = split(f"{text}The porter does, on Mondays.\n".encode(), path.name)
    article, _ = article_of(RawArticle.model_validate(document.data), body)
    known = shipped_library().knowledge
    return replace(
        shipped_library(), knowledge=replace(known, articles={**known.articles, article.id: article})
    )


def test_a_question_becomes_an_article_and_who_asked_hears_of_it(plant: Plant, run: Run, tmp_path: Path):
    said = plant.say(BICYCLES)
    assert said[-1].text.startswith("I do not know that, and I will not guess.")
    plant.press("Yes, tell me")
    plant.say("bicycles near here, who repairs them?", by="priya")

    (cluster,) = waiting(run)
    assert (cluster["count"], cluster["roles"]) == (2, None)
    assert not any(person.name in json.dumps(cluster) for person in plant.library.people)
    (tmp_path / "articles").mkdir()
    new = ("--id", "bicycle-repair", "--topic", "site", "--into", "articles")
    assert run("questions", "write", str(cluster["id"]), *new).exit_code == 0
    assert waiting(run) == []
    assert plant.coach.keep_promises() == 0, "it is a draft, and nobody is answered with it"

    plant.coach = plant.with_library(released(tmp_path / "articles" / "site" / "bicycle-repair.md"))
    assert plant.coach.keep_promises() == 1
    (told,) = plant.told("alex")
    assert f'You asked me: "{BICYCLES}".' in told.text
    (label,) = labels([told])
    assert plant.press(label)[0].text.startswith("The porter does, on Mondays.")
    assert plant.told("priya") == [], "nobody who did not ask for it is told"
    with plant.database.reading() as conn:
        assert conn.execute(select(promises)).all() == []


def test_a_question_becomes_a_phrasing_and_who_asked_hears_of_the_answer_at_once(plant: Plant, run: Run):
    plant.say(BICYCLES)
    plant.press("Yes, tell me")
    (cluster,) = waiting(run)
    accepted = run("questions", "accept", str(cluster["id"]), "--article", "oos-meaning")
    assert BICYCLES in accepted.stdout
    assert plant.coach.keep_promises() == 1
    article = plant.library.knowledge.articles["oos-meaning"]
    assert labels(plant.told("alex")) == [article.question]
    assert plant.press(article.question)[0].text.startswith(article.answer)


def test_a_question_is_dismissed_and_who_asked_hears_whom_to_ask_but_not_the_reason(plant: Plant, run: Run):
    plant.say("what is an oos?")
    plant.press("Not what I meant")
    plant.press("Yes, tell me")
    (cluster,) = waiting(run)
    assert cluster["kinds"] == {"none_of_these": 1}
    assert run("questions", "dismiss", str(cluster["id"]), "--reason", "asked for a joke").exit_code == 0
    assert plant.coach.keep_promises() == 1
    (news,) = plant.news("alex")
    assert "there will be none from me" in news
    assert "Please ask: " in news
    assert "joke" not in news


def test_a_disputed_answer_waits_with_its_article(plant: Plant, run: Run):
    plant.say("what is an oos?", "this is wrong")
    plant.say("what is an oos?", "not helpful", by="priya")
    (cluster,) = waiting(run)
    assert (cluster["kinds"], cluster["entry"]) == ({"disputed": 2}, "oos-meaning")


def test_no_table_that_holds_questions_holds_who_asked(plant: Plant, run: Run):
    plant.say(BICYCLES)
    with plant.database.reading() as conn:
        row = conn.execute(select(metadata.tables["questions"])).one()
    (alex,) = [person for person in plant.library.people if person.id == "alex"]
    for value in map(str, row):
        assert alex.id not in value
        assert alex.name not in value
