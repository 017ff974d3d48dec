"""`play`: a playbook from a file of answers, for authors and for validation."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import pytest

ANSWERS = """\
patient_or_product: "yes"
official_record: Log CS-02 p. 41
noticed_at: 2026-06-03 06:00
happened_at: unknown
where: Cold room CR-02
what_happened: The chart shows 9.4 °C from 02:10.
involved: [batch]
batches: ["00123", 25K041]
"""


@pytest.fixture(autouse=True)
def pretend_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QMS_COACH_NOW", "2026-06-03T09:00")


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    file = tmp_path / "answers.yaml"
    file.write_text(ANSWERS, encoding="utf-8")
    return file


def test_what_happened_is_told_in_lines(run, answers):
    result = run("play", "deviation-short", "--answers", str(answers))
    assert (result.exit_code, result.stderr) == (0, "")
    lines = dict(line.split(": ", 1) for line in result.stdout.splitlines())
    assert lines["told"] == "qa_on_call"
    assert lines["open points"] == "happened_at"
    assert lines["finished"] == "yes"
    assert lines["asked"].startswith("patient_or_product, official_record")


def test_what_happened_is_told_as_json_under_the_agreed_names(run, answers):
    result = run("play", "deviation-short", "--answers", str(answers), "--json")
    shown = json.loads(result.stdout)
    agreed = {
        *("asked", "told", "stopped", "open_points", "dormant", "clocks", "coaching", "draft", "finished"),
    }
    assert agreed <= set(shown)
    assert (shown["told"], shown["stopped"], shown["finished"], shown["draft"]) == (
        ["qa_on_call"],
        "",
        True,
        "",
    )


def test_a_draft_is_written_as_word_and_as_text(run, answers, tmp_path):
    out = tmp_path / "drafts" / "june"
    result = run("play", "deviation-short", "--answers", str(answers), "--out", str(out), "--json")
    path = Path(json.loads(result.stdout)["draft"])
    assert path == out / "deviation-short-draft-1.docx"
    word = docx.Document(str(path))
    cells = {cell.text for table in word.tables for row in table.rows for cell in row.cells}
    text = path.with_suffix(".md").read_text(encoding="utf-8")
    for written in ("00123", "Log CS-02 p. 41", "The chart shows 9.4 °C from 02:10."):
        assert any(written in cell for cell in cells)
        assert written in text.replace("\\", "")


def test_without_a_draft_no_folder_is_made(run, answers, tmp_path):
    answers.write_text('patient_or_product: "no"\n')
    result = run("play", "deviation-short", "--answers", str(answers), "--out", str(tmp_path / "out"))
    assert result.exit_code == 0
    assert "stopped: official_record" in result.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("where:", "wher:", ":5: deviation-short asks no question 'wher'; did you mean 'where'?"),
        ("[batch]", "[record]", ":8: 'batches' was not asked on this path; remove the answer"),
        ('"yes"', "perhaps", ":1: 'patient_or_product' cannot be 'perhaps': I could not match that"),
        (
            "unknown",
            "2026-06-03 07:00",
            ":4: 'happened_at' cannot be '2026-06-03 07:00': It seems to have been",
        ),
        ("2026-06-03 06:00", "03/04", ":3: 'noticed_at' cannot be '03/04'"),
        ("where: Cold room CR-02", "where:", ":5: this is no answer; write text"),
    ],
)
def test_an_answer_that_is_wrong_or_that_nobody_asked_for_is_said_with_its_line(
    run, answers, right, wrong, said
):
    answers.write_text(ANSWERS.replace(right, wrong, 1), encoding="utf-8")
    result = run("play", "deviation-short", "--answers", str(answers))
    assert result.exit_code == 1
    assert f"{answers}{said}" in result.stderr


def test_what_comes_after_a_missing_answer_is_said_to_be_unasked(run, answers):
    answers.write_text('patient_or_product: "no"\nwhere: Room 3\n')
    result = run("play", "deviation-short", "--answers", str(answers))
    assert result.exit_code == 1
    assert result.stderr == f"{answers}:2: 'where' was not asked: the run stopped at 'official_record'\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["deviation-shrt"], "there is no playbook 'deviation-shrt'; did you mean 'deviation-short'?"),
        (
            ["deviation-short", "--site", "nortfield"],
            "there is no site 'nortfield'; did you mean 'northfield'?",
        ),
        (["deviation-short", "--out", "answers.yaml/x"], "the draft cannot be written to answers.yaml/x"),
    ],
)
def test_what_is_not_there_is_one_sentence(run, answers, arguments, said):
    result = run("play", *arguments, "--answers", str(answers))
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_file_of_answers_that_is_not_there_is_one_sentence(run):
    result = run("play", "deviation-short", "--answers", "nowhere.yaml")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "nowhere.yaml:1: this cannot be read: No such file or directory" in result.stderr


def test_a_pretend_time_that_cannot_be_read_says_how_to_write_it(run, answers, monkeypatch):
    monkeypatch.setenv("QMS_COACH_NOW", "tomorrow")
    result = run("play", "deviation-short", "--answers", str(answers))
    assert (result.exit_code, result.stderr) == (
        1,
        "QMS_COACH_NOW is 'tomorrow'; write it as 2026-06-03T09:00\n",
    )
