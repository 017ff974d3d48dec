"""One more phrasing changes one line of an article's file; a new file is a draft that `check` finds unfinished."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.article_draft import DraftRefused, NewArticle, draft_of, quoted, with_phrasing
from bot.content.article_file import RawArticle, article_of, article_problems, split
from bot.strict_yaml import read
from tests.content import shipped_library

ARTICLES = sorted((Path(__file__).parents[2] / "knowledge" / "articles").rglob("*.md"))
ODD = [
    "who cleans it: the drum?",
    '"quoted" and \\ slashed',
    "- a dash",
    "yes",
    "# none",
    "5 x 3",
    "a # b",
    "no.",
]


@pytest.mark.parametrize("path", ARTICLES[::20], ids=lambda path: path.stem)
@pytest.mark.parametrize("phrasing", ["who cleans the blue drum", *ODD])
def test_one_line_is_added_to_the_phrasings_and_nothing_else_changes(path: Path, phrasing: str):
    before = path.read_text(encoding="utf-8")
    after = with_phrasing(before, phrasing, path.name)
    (old, body), (new, same_body) = split(before.encode(), path.name), split(after.encode(), path.name)
    assert isinstance(old.data, dict)
    assert isinstance(old.data["phrasings"], list)
    assert new.data == {**old.data, "phrasings": [*old.data["phrasings"], phrasing]}
    assert same_body == body
    assert len(after.splitlines()) == len(before.splitlines()) + 1


@pytest.mark.parametrize("text", ["who cleans the blue drum", "can't I go", *ODD])
def test_a_phrasing_is_quoted_where_it_must_be(text: str):
    assert read(f"it: {quoted(text)}".encode(), "it").data == {"it": text}


def test_ordinary_words_stand_as_they_are():
    assert quoted("who cleans the blue drum") == "who cleans the blue drum"


def test_what_is_there_already_and_a_list_of_another_shape_are_refused():
    text = "---\nid: it\nphrasings:\n  - who cleans the blue drum\n---\nAn answer.\n"
    with pytest.raises(DraftRefused, match=r"it\.md has this phrasing already"):
        with_phrasing(text, "who cleans the blue drum", "it.md")
    for other in (
        "---\nid: it\nphrasings: [a, b]\n---\nphrasings:\n  - not here\n",
        "---\nid: it\nphrasings:\ncite: []\n---\n",
        "no front matter",
    ):
        with pytest.raises(DraftRefused, match="add it by hand: who knows"):
            with_phrasing(other, "who knows", "it.md")


@pytest.mark.parametrize("kind", ["article", "stub"])
def test_a_new_file_can_be_read_and_lacks_what_only_an_author_can_write(kind):
    whom = "qa_on_call" if kind == "stub" else ""
    new = NewArticle(kind, "drum-cleaning", "training", ["Who cleans it: the drum?", "drum cleaning"], whom)
    document, body = split(draft_of(new, "2026-06-03").encode(), "drum-cleaning.md")
    raw = RawArticle.model_validate(document.data)
    article, problems = article_of(raw, body)
    assert problems == []
    assert (article.question, article.phrasings) == (new.phrasings[0], tuple(new.phrasings))
    assert (article.kind, article.status, article.ask_whom) == (kind, "draft", whom)
    found = [problem.found for problem in article_problems(article, {article.id}, {}, (), "2026-06-03")]
    assert found == ["no answer", "2 phrasings", *(["no source"] if kind == "article" else [])]
    assert article.id not in shipped_library().knowledge.articles
