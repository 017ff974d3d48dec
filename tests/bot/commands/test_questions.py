"""`questions`: authors see what was asked without names, and decide; only files change, and the audit says who decided."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.content.article_file import split
from bot.settings import os_user
from bot.store import audit, questions
from bot.store.database import Database
from bot.store.questions import NewQuestion
from bot.store.tables import audit as audit_table
from bot.store.tables import questions as table
from bot.wall_clock import now
from knowledge.question import Kind
from tests.bot.commands.conftest import Run
from tests.content import shipped_library

PLANTS = "who waters the plants in the canteen?"
ARTICLE = "oos-meaning"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An author's articles: one of those that are shipped."""
    shipped = next(Path(__file__).parents[3].glob(f"knowledge/articles/*/{ARTICLE}.md"))
    path = tmp_path / "articles" / shipped.parent.name / shipped.name
    path.parent.mkdir(parents=True)
    path.write_bytes(shipped.read_bytes())
    return tmp_path / "articles"


def asked(
    database: Database,
    *texts: str,
    kind: Kind = "unanswered",
    entry: str = "",
    role: str = "operator",
    name: str = "a",
) -> None:
    with database.writing() as conn:
        for number, text in enumerate(texts):
            new = NewQuestion(kind, text, entry, "northfield", role, "a" * 64)
            questions.keep(conn, new, now(), f"{name} {number}")


def listed(run: Run) -> list[dict[str, Any]]:
    result = run("questions", "--json")
    assert result.exit_code == 0
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def decisions(database: Database) -> Counter[tuple[str, str]]:
    with database.reading() as conn:
        return Counter((row[0], row[1]) for row in conn.execute(select(table.c.decision, table.c.settled_by)))


def front(path: Path) -> dict[str, Any]:
    """The front matter of an article's file."""
    document, _ = split(path.read_bytes(), path.name)
    assert isinstance(document.data, dict)
    return document.data


def audited(database: Database) -> list[tuple[str, ...]]:
    columns = audit_table.c
    query = select(
        columns.actor, columns.action, columns.object, columns.before, columns.after, columns.reason
    )
    with database.reading() as conn:
        found = conn.execute(query.where(columns.stream == audit.CONFIG, columns.action.like("question%")))
        return [tuple(row) for row in found]


def test_like_questions_stand_together_with_counts_kinds_and_the_nearest_entry(
    on_database: Database, run: Run
):
    assert run("questions").stdout == "Nothing waits for a decision.\n"
    asked(on_database, PLANTS, "who waters the plant in the canteen")
    asked(on_database, PLANTS, kind="none_of_these", name="b")
    asked(on_database, "", "what is an oos", kind="disputed", entry=ARTICLE, name="c")

    plants, oos = sorted(listed(run), key=lambda each: -int(each["count"]))
    assert plants["kinds"] == {"none_of_these": 1, "unanswered": 2}
    assert sorted(plants["questions"]) == ["who waters the plant in the canteen", PLANTS]
    assert (plants["roles"], plants["sites"]) == (None, None), "three are no group"
    assert (oos["entry"], oos["title"]) == (ARTICLE, shipped_library().knowledge.articles[ARTICLE].question)
    shown = run("questions").stdout
    assert f"{plants['id']}  asked 3, the last on {now().date()}: 1 none of these, 2 not answered" in shown
    assert f"{oos['id']}  asked 2, the last on {now().date()}: 2 disputed\n  nearest: {ARTICLE} (" in shown


def test_roles_and_sites_are_shown_of_five_and_more(on_database: Database, run: Run):
    asked(on_database, *[PLANTS] * 4)
    asked(on_database, PLANTS, role="qp", name="b")
    (cluster,) = listed(run)
    assert cluster["roles"] == {"operator": 4, "qp": 1}
    assert cluster["sites"] == {"northfield": 5}


def test_accepted_it_is_a_phrasing_in_the_file_and_decided_in_the_audit(
    on_database: Database, run: Run, folder: Path
):
    asked(on_database, PLANTS, "who waters the plant in the canteen")
    (cluster,) = listed(run)
    result = run("questions", "accept", cluster["id"], "--article", ARTICLE, "--into", str(folder))
    assert result.exit_code == 0, result.stderr
    (path,) = folder.rglob("*.md")
    assert front(path)["phrasings"][-1] in cluster["questions"]
    assert decisions(on_database) == {("accept", ARTICLE): 2}
    assert audited(on_database) == [
        (
            f"cli:{os_user()}", "question settled: accept", f"question:{cluster['id']}", "2 like questions",
            f"article:{ARTICLE}", "",
        )
    ]  # fmt: skip
    assert listed(run) == []


def test_accepted_without_a_folder_the_line_to_add_is_shown(on_database: Database, run: Run):
    asked(on_database, PLANTS)
    result = run("questions", "accept", listed(run)[0]["id"], "--article", ARTICLE)
    assert result.stdout == f"Add this to the phrasings of {ARTICLE}:\n  - {PLANTS}\n"
    assert decisions(on_database) == {("accept", ARTICLE): 1}


@pytest.mark.parametrize(
    ("decision", "more"), [("write", []), ("stub", ["--ask-whom", "supervisor_on_shift"])]
)
def test_a_new_file_is_begun_and_never_written_over(
    on_database: Database, run: Run, folder: Path, decision: str, more: list[str]
):
    asked(on_database, PLANTS)
    asked(on_database, "when does the tombola start for the summer party?", name="b")
    first, second = listed(run)
    new = ["--id", "canteen", "--topic", "site", "--into", str(folder), *more]
    assert run("questions", decision, first["id"], *new).exit_code == 0
    path = folder / "site" / "canteen.md"
    assert front(path)["phrasings"] == first["questions"]
    assert front(path)["control"]["status"] == "draft"

    before = path.read_bytes()
    again = run("questions", decision, second["id"], *new)
    assert again.exit_code == 1
    assert "there is an article canteen already" in again.stderr
    assert path.read_bytes() == before
    assert decisions(on_database) == {(decision, "canteen"): 1, ("", ""): 1}


def test_dismissed_it_keeps_its_reason_in_the_audit(on_database: Database, run: Run):
    asked(on_database, PLANTS, PLANTS)
    (cluster,) = listed(run)
    assert run("questions", "dismiss", cluster["id"], "--reason", "not  ours").stdout == "2 dismissed.\n"
    assert decisions(on_database) == {("dismiss", ""): 2}
    assert audited(on_database)[0][-1] == "not ours"


def test_any_question_of_a_cluster_names_it(on_database: Database, run: Run):
    asked(on_database, PLANTS, PLANTS)
    with on_database.reading() as conn:
        ids = conn.execute(select(table.c.id)).scalars().all()
    assert run("questions", "dismiss", max(ids), "--reason", "not ours").stdout == "2 dismissed.\n"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["accept", "{id}", "--article", "oos-meaningg"], "there is no article 'oos-meaningg'"),
        (["accept", "nothing", "--article", ARTICLE], "no question 'nothing' waits"),
        (["accept", "{id}", "--article", ARTICLE, "--into", "."], "has 0 files oos-meaning.md"),
        (["accept", "{dispute}", "--article", ARTICLE], "nobody's words are kept with it"),
        (["write", "{dispute}", "--id", "a", "--topic", "b", "--into", "."], "nobody's words are kept with it"),
        (["write", "{id}", "--id", "../a", "--topic", "b", "--into", "."], "--id is '../a'"),
        (["write", "{id}", "--id", "a", "--topic", "/b", "--into", "."], "--topic is '/b'"),
        (["write", "{id}", "--id", ARTICLE, "--topic", "b", "--into", "."], "there is an article oos-meaning already"),
        (["write", "{id}", "--id", "a", "--topic", "b", "--into", "gone"], "there is no folder gone"),
        (["dismiss", "{id}", "--reason", " "], "write why"),
    ],
)  # fmt: skip
def test_what_cannot_be_decided_so_is_said_and_changes_nothing(
    on_database: Database, run: Run, tmp_path: Path, arguments: list[str], why: str
):
    asked(on_database, PLANTS)
    asked(on_database, "", kind="disputed", entry=ARTICLE, name="b")
    by_kind = {next(iter(each["kinds"])): each["id"] for each in listed(run)}
    filled = [each.format(id=by_kind["unanswered"], dispute=by_kind["disputed"]) for each in arguments]
    result = run("questions", *filled)
    assert result.exit_code == 1
    assert why in result.stderr
    assert decisions(on_database) == {("", ""): 2}
    assert list(tmp_path.rglob("*.md")) == []


def test_where_the_audit_cannot_be_written_the_file_is_as_before(
    on_database: Database, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    asked(on_database, PLANTS)
    (cluster,) = listed(run)
    (path,) = folder.rglob("*.md")
    before = path.read_bytes()

    def refuse(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(audit, "append", refuse)
    for arguments in (
        ["accept", cluster["id"], "--article", ARTICLE, "--into", str(folder)],
        ["write", cluster["id"], "--id", "canteen", "--topic", "site", "--into", str(folder)],
    ):
        with pytest.raises((KeyboardInterrupt, SystemExit)):
            raise run("questions", *arguments).exception or AssertionError("it was decided")
    assert path.read_bytes() == before
    assert list(folder.rglob("canteen.md")) == []
    assert decisions(on_database) == {("", ""): 1}


def test_listing_changes_nothing(on_database: Database, run: Run):
    asked(on_database, PLANTS)
    run("questions")
    with on_database.reading() as conn:
        assert conn.execute(select(func.count()).select_from(audit_table)).scalar_one() == 0
