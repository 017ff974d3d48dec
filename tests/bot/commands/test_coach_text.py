"""`coach-text`: the coaching questions for a text, without a chat."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bot.authored import SITE, write_overlay

WEAK = "Yesterday several vials broke. The operator forgot the guard."


@pytest.fixture
def text(tmp_path: Path) -> Path:
    file = tmp_path / "text.txt"
    file.write_text(WEAK, encoding="utf-8")
    return file


def test_the_first_two_questions_are_printed_each_on_its_line(run, text):
    result = run("coach-text", "description", str(text))

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "What does the procedure or limit say should have happened? Naming it lets the reader see the gap.",
        "Which batch, room or equipment number would let someone find exactly this?",
    ]


def test_every_question_is_told_as_json_with_the_words_that_led_to_it(run, text):
    told = json.loads(run("coach-text", "description", str(text), "--json", "--all").stdout)

    assert told["kind"] == "description"
    quotes = {one["check"]: one["quote"] for one in told["questions"]}
    assert quotes["relative_date"] == "Yesterday"
    assert quotes["person_blame"] == "forgot"


def test_nothing_to_ask_is_said(run, tmp_path):
    good = tmp_path / "good.txt"
    good.write_text("Rejects below 0.2 % in each of the next 15 lots.", encoding="utf-8")

    assert run("coach-text", "effectiveness", str(good)).stdout == "Nothing to ask.\n"
    assert json.loads(run("coach-text", "effectiveness", str(good), "--json").stdout)["questions"] == []


def test_a_sites_switches_count(run, text, tmp_path, monkeypatch):
    site = SITE + (
        'coaching:\n  checks:\n    no_identifier: {switch: "off", reason: Asked elsewhere, by: "M. Weber, QA"}\n'
    )
    monkeypatch.setenv("QMS_COACH_SITE", str(write_overlay(tmp_path / "site", site=site)))

    assert "Which batch" not in run("coach-text", "description", str(text)).stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "cannot be read: No such file"), (b"\xff\xfe\x00", "is no text; save it as UTF-8")],
)
def test_a_file_that_is_no_text_is_refused(run, tmp_path, content, said):
    file = tmp_path / "text.txt"
    if content is not None:
        file.write_bytes(content)
    result = run("coach-text", "action", str(file))

    assert result.exit_code == 1
    assert said in result.stderr


def test_another_kind_of_text_is_refused(run, text):
    assert run("coach-text", "poem", str(text)).exit_code == 2
