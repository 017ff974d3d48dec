"""`confusion`: which articles are taken for which, for those who write their phrasings."""

from __future__ import annotations

import json

import pytest

from knowledge.answer import Knowledge
from knowledge.index import Entry

ENTRIES = (
    Entry("oos-meaning", ("what is an oos", "oos meaning", "meaning of oos", "explain oos", "define an oos")),
    Entry("oot-meaning", ("what is an oot", "oot meaning", "meaning of it", "explain oot", "define an oot")),
    Entry(
        "fridge",
        ("the fridge is warm", "fridge too warm", "warm fridge", "alarm of the fridge", "fridge now"),
    ),
)


@pytest.fixture(autouse=True)
def few_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that can be asked takes a minute."""
    monkeypatch.setattr(Knowledge, "entries", ENTRIES)


def test_all_are_told_with_the_pairs_that_are_confused(run):
    result = run("confusion")

    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("15 ways to ask, each left out: ")
    assert "None below 60%." in lines or "Below 60%:" in lines
    assert any(line.startswith("- oos-meaning and oot-meaning: ") for line in lines)
    assert any(line.strip().startswith("both: ") and "meaning" in line for line in lines)


def test_one_is_told_with_each_phrasing_that_finds_another(run):
    lines = run("confusion", "oot-meaning").stdout.splitlines()

    assert lines[0].startswith("oot-meaning: 5 ways to ask, each left out: ")
    assert "- meaning of it  ->  oos-meaning" in lines


def test_the_same_is_told_as_json(run):
    told = json.loads(run("confusion", "oot-meaning", "--json").stdout)

    assert [each["entry"] for each in told["entries"]] == ["oot-meaning"]
    assert "meaning of it" in told["entries"][0]["missed"]
    assert told["pairs"][0]["words"]["one"][0] == "oos"


def test_an_article_that_is_not_there_is_met_with_the_near_one(run):
    result = run("confusion", "oos-meanin")

    assert result.exit_code == 1
    assert result.stderr == "there is no article 'oos-meanin'; did you mean 'oos-meaning'?\n"
