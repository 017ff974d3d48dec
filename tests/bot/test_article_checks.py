"""What an author is told of an article, with file and line, before anybody is answered with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.force_check import force_problems
from bot.content.knowledge_shelf import KnowledgeShelf

TODAY = "2026-06-03"
FORCES = {"LAW": "law", "GUIDE": "GMP guide", "ADVICE": "guidance", "HABIT": "practice"}
FRONT = """\
---
id: {id}
kind: article
topic: oos
question: {question}
phrasings:
{phrasings}
cite: [{cite}]
{more}
version: "1.0.0"
control:
  status: released_by_maker
  owner: QA
  change_ref: "CC-1"
  effective_from: "2026-01-05"
  review_by: "2028-01-05"
  what_changed: First version.
---
{answer}
"""
WORDS = [
    "alpha",
    "bravo",
    "charlie",
    "delta",
    "echo",
    "foxtrot",
    "golf",
    "hotel",
    "india",
    "juliett",
    "kilo",
    "lima",
    "mike",
    "november",
    "oscar",
    "papa",
]


def ways(about: str, count: int = 8) -> list[str]:
    return [f"{about} {WORDS[n]} {WORDS[(n * 5 + 3) % 16]}" for n in range(count)]


def write(
    folder: Path,
    name: str,
    phrasings: list[str],
    *,
    cite: str = "LAW",
    answer: str = "Ask QA.",
    more: str = "sop_decides: true",
) -> None:
    lines = "\n".join(f"  - {each}" for each in phrasings)
    text = FRONT.format(
        id=name, question=f"What of {name}?", phrasings=lines, cite=cite, more=more, answer=answer
    )
    (folder / f"{name}.md").write_text(text, encoding="utf-8")


def told(folder: Path, today: str | None = TODAY) -> list[str]:
    shelf = KnowledgeShelf()
    shelf.read_articles(folder)
    shelf.check(FORCES, {}, today)
    return [str(finding).removeprefix(f"{folder}/") for finding in shelf.findings]


def test_an_article_with_nothing_wrong_has_nothing_said_of_it(tmp_path):
    write(tmp_path, "drum", ways("open the drum"))
    write(tmp_path, "valve", ways("close a valve"))
    assert told(tmp_path) == []


@pytest.mark.parametrize("other", ["open the drum today now", "Open drum the todays now?"])
def test_nearly_the_same_phrasing_of_two_articles_is_named_at_one_of_them(tmp_path, other):
    write(tmp_path, "drum", [*ways("open the drum"), "open the drum today now"])
    write(tmp_path, "valve", [*ways("close a valve"), other])
    found = told(tmp_path)
    assert len(found) == 1
    assert "md:15: warning:" in found[0]
    assert "is nearly a phrasing of" in found[0]
    assert told(tmp_path, today=None) == []


def test_two_alike_in_one_article_are_its_own_affair(tmp_path):
    write(tmp_path, "drum", [*ways("open the drum"), "open the drum today", "open the drum todays"])
    assert told(tmp_path) == []


def test_an_article_with_far_fewer_ways_to_ask_than_another_is_named(tmp_path):
    write(tmp_path, "drum", ways("open the drum", 15))
    write(tmp_path, "valve", ways("close a valve", 4))
    assert told(tmp_path) == [
        "valve.md:6: 4 phrasings; write 8 to 15",
        (
            "valve.md:6: warning: 4 ways to ask for it, and another article has 15; "
            "have others write more into knowledge/asked, or shorten the other"
        ),
    ]


@pytest.mark.parametrize("key", ["escalate", "ask_whom"])
def test_a_role_that_no_site_could_have_a_number_for_is_refused(tmp_path, key):
    write(tmp_path, "drum", ways("open the drum"), more=f"{key}: QA on call")
    write(tmp_path, "valve", ways("close a valve"), more=f"{key}: qa_on_call")
    assert told(tmp_path) == [
        "drum.md:16: 'QA on call' is no role; write it as in a site's 'rosters', such as qa_on_call",
    ]


@pytest.mark.parametrize(
    ("text", "cite"),
    [
        ("The result must be reported.", "HABIT"),
        ("A second check is required.", "HABIT"),
        ("The regulations say so.", "HABIT"),
        ("It is kept, as the law requires.", "ADVICE"),
        ("You are legally bound.", "ADVICE"),
    ],
)
def test_practice_worded_as_law_is_named(tmp_path, text, cite):
    write(tmp_path, "drum", ways("open the drum"), cite=cite, answer=text)
    (found,) = told(tmp_path)
    assert found.startswith("drum.md:2: warning: the answer says ")
    assert told(tmp_path, today=None) == []


@pytest.mark.parametrize(
    ("text", "cite"),
    [
        ("The result must be reported, as the law requires.", "LAW"),
        ("The result must be reported, as the law requires.", "HABIT, GUIDE"),
        ("The result must be reported.", "ADVICE"),
        ("Most laboratories report it.", "HABIT"),
    ],
)
def test_words_that_the_sources_bear_are_left_alone(tmp_path, text, cite):
    write(tmp_path, "drum", ways("open the drum"), cite=cite, answer=text)
    assert told(tmp_path) == []


def test_where_nothing_is_cited_nothing_is_said_of_force():
    assert list(force_problems("answer", "You must ask.", ())) == []
