"""`play`: a playbook from a file of answers, for authors and for validation."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest

from bot.content.scenario_file import RawScenario
from bot.strict_yaml import read_all
from tests.bot.authored import PLAYBOOK, SITE, write_overlay

LIBRARY = Path(__file__).parents[3] / "playbooks" / "library"
SCRIPT = "oos-first-hour"
ANSWERS = """\
kept: [solutions, sample]
labelled: "yes"
supervisor_told: 2026-06-03 08:05
official_record: LIMS entry 55210
noticed_at: 2026-06-03 08:00
test: Assay, pH < 7
sample: "00123"
instrument: HPLC-07
others_in_run: [25K042, 25K043]
obvious: "no"
where_is_it: [release]
repeated: "no"
on_hold: "yes"
go_on: later
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
    result = run("play", SCRIPT, "--answers", str(answers))
    assert (result.exit_code, result.stderr) == (0, "")
    lines = dict(line.split(": ", 1) for line in result.stdout.splitlines())
    assert lines["told"] == "qa_on_call"
    assert lines["finished"] == "yes"
    assert lines["asked"].startswith("kept, labelled, repeated, supervisor_told, official_record")


def test_limits_and_questions_about_words_are_told_as_a_person_reads_them(run, tmp_path, monkeypatch):
    name = "A cold room above its limit overnight"
    scenarios = read_all((LIBRARY / "deviation-open.test.yaml").read_bytes(), "scenarios")
    played = [RawScenario.model_validate(each.data) for each in scenarios]
    answers = dict(next(each.answers for each in played if each.scenario.startswith(name)))
    answers |= {"what_happened": "The cold room was too warm.", "record_number": "skip"}
    (tmp_path / "answers.yaml").write_text(json.dumps(answers), encoding="utf-8")
    monkeypatch.setenv("QMS_COACH_NOW", "2026-06-03T09:00+01:00")
    shown = run("play", "deviation-open", "--answers", str(tmp_path / "answers.yaml")).stdout
    assert "clocks: open_record 2026-06-04T06:" in shown
    assert "coaching: what_happened What does the procedure or limit say should have happened?" in shown
    assert "{" not in shown


def test_what_happened_is_told_as_json_under_the_agreed_names(run, answers):
    result = run("play", SCRIPT, "--answers", str(answers), "--json")
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
    result = run("play", SCRIPT, "--answers", str(answers), "--out", str(out), "--json")
    path = Path(json.loads(result.stdout)["draft"])
    assert path == out / f"{SCRIPT}-draft-1.docx"
    word = docx.Document(str(path))
    cells = {cell.text for table in word.tables for row in table.rows for cell in row.cells}
    text = path.with_suffix(".md").read_text(encoding="utf-8")
    for written in ("00123", "LIMS entry 55210", "Assay, pH < 7"):
        assert any(written in cell for cell in cells)
        assert written in text.replace("\\", "").replace("&lt;", "<")
    assert (
        "Not approved: an example from a site that does not exist. Played from a file of answers."
        in text.replace("\\", "")
    )


def test_a_picture_made_from_answers_stands_in_the_word_draft(run, tmp_path):
    file = tmp_path / "assessment.yaml"
    levels = [f"{part}_level" for part in ("deviations", "records", "training", "changes", "leaders")]
    said = [f'{level}: "3"\n{level.removesuffix("level")}shown_by: The log of May\n' for level in levels]
    file.write_text(f"group: laboratory\n{''.join(said)}capa_level: hurry\n")
    result = run("play", "maturity-self-assessment", "--answers", str(file), "--out", str(tmp_path), "--json")
    with ZipFile(json.loads(result.stdout)["draft"]) as word:
        pictures = [name for name in word.namelist() if name.startswith("word/media/")]
        assert [word.read(name)[:4] for name in pictures] == [b"\x89PNG"]


def test_without_a_draft_no_folder_is_made(run, answers, tmp_path):
    answers.write_text("kept: [sample]\n")
    result = run("play", SCRIPT, "--answers", str(answers), "--out", str(tmp_path / "out"))
    assert result.exit_code == 0
    assert "stopped: labelled" in result.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("sample:", "smple:", f":7: {SCRIPT} asks no question 'smple'; did you mean 'sample'?"),
        (
            "obvious:",
            "what_seen: x\nobvious:",
            ":10: 'what_seen' was not asked on this path; remove the answer",
        ),
        (
            'labelled: "yes"',
            "labelled: perhaps",
            ":2: 'labelled' cannot be 'perhaps': I could not match that",
        ),
        ("2026-06-03 08:00", "03/04", ":5: 'noticed_at' cannot be '03/04'"),
        ('sample: "00123"', "sample:", ":7: this is no answer; write text"),
    ],
)
def test_an_answer_that_is_wrong_or_that_nobody_asked_for_is_said_with_its_line(
    run, answers, right, wrong, said
):
    answers.write_text(ANSWERS.replace(right, wrong, 1), encoding="utf-8")
    result = run("play", SCRIPT, "--answers", str(answers))
    assert result.exit_code == 1
    assert f"{answers}{said}" in result.stderr


def test_what_comes_after_a_missing_answer_is_said_to_be_unasked(run, answers):
    answers.write_text("kept: [sample]\nsample: 25K041\n")
    result = run("play", SCRIPT, "--answers", str(answers))
    assert result.exit_code == 1
    assert result.stderr == f"{answers}:2: 'sample' was not asked: the run stopped at 'labelled'\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["oos-first-hr"], f"there is no playbook 'oos-first-hr'; did you mean '{SCRIPT}'?"),
        ([SCRIPT, "--site", "nortfield"], "there is no site 'nortfield'; did you mean 'northfield'?"),
        ([SCRIPT, "--out", "answers.yaml/x"], "the draft cannot be written to answers.yaml/x"),
    ],
)
def test_what_is_not_there_is_one_sentence(run, answers, arguments, said):
    result = run("play", *arguments, "--answers", str(answers))
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_file_of_answers_that_is_not_there_is_one_sentence(run):
    result = run("play", SCRIPT, "--answers", "nowhere.yaml")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "nowhere.yaml:1: this cannot be read: No such file or directory" in result.stderr


def test_a_pretend_time_that_cannot_be_read_says_how_to_write_it(run, answers, monkeypatch):
    monkeypatch.setenv("QMS_COACH_NOW", "tomorrow")
    result = run("play", SCRIPT, "--answers", str(answers))
    assert (result.exit_code, result.stderr) == (
        1,
        "QMS_COACH_NOW is 'tomorrow'; write it as 2026-06-03T09:00\n",
    )


# A preview: as of a date, in a role, before it is released (F5, F6)

SPILL = 'where: Room 3\nis_product: "no"\n'


@pytest.fixture
def coming(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site's playbook that is in force from 1 July; the answers to it."""
    later = PLAYBOOK.replace('effective_from: "2026-01-05"', 'effective_from: "2026-07-01"')
    monkeypatch.setenv("QMS_COACH_SITE", str(write_overlay(tmp_path / "site", playbook=later)))
    file = tmp_path / "answers.yaml"
    file.write_text(SPILL)
    return file


def test_what_is_not_in_force_is_not_played(run, coming):
    result = run("play", "spill", "--answers", str(coming))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "spill cannot be started at acme: it is in force from 2026-07-01; play it all the same with --preview\n"
    )


def test_a_preview_plays_it_and_its_draft_says_so(run, coming, tmp_path):
    result = run("play", "spill", "--answers", str(coming), "--preview", "--out", str(tmp_path / "out"))
    assert (result.exit_code, result.stderr) == (0, "")
    text = (tmp_path / "out" / "spill-draft-1.md").read_text(encoding="utf-8").replace("\\", "")
    assert "PREVIEW of version 1.0.0: released by maker, in force from 2026-07-01." in text


def test_as_of_the_day_it_comes_into_force_it_is_played(run, coming, monkeypatch):
    monkeypatch.setenv("QMS_COACH_NOW", "2026-07-01T12:00")
    result = run("play", "spill", "--answers", str(coming))
    assert result.exit_code == 0
    assert "finished: yes" in result.stdout


def test_a_preview_asks_for_a_missing_setting_all_the_same(run, answers, tmp_path, monkeypatch):
    site = SITE.replace("on_call_qa: extension 12", 'on_call_qa: ""')
    monkeypatch.setenv("QMS_COACH_SITE", str(write_overlay(tmp_path / "site", site=site)))
    result = run("play", "spill", "--answers", str(answers), "--preview")
    assert result.stderr == "spill cannot be started at acme: site acme sets no on_call_qa\n"


def test_a_playbook_sees_the_role_that_is_pretended(run, tmp_path, monkeypatch):
    for_qa = PLAYBOOK.replace("    ask: Where", "    when: {person.role: qa}\n    ask: Where")
    monkeypatch.setenv("QMS_COACH_SITE", str(write_overlay(tmp_path / "site", playbook=for_qa)))
    (tmp_path / "a.yaml").write_text(SPILL)
    asked = {
        role: "asked: where" in run("play", "spill", "--answers", "a.yaml", "--role", role).stdout
        for role in ("operator", "qa")
    }
    assert asked == {"operator": False, "qa": True}
