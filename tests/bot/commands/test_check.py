"""`check`: what an author reads before anybody else does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.bot.authored import PLAYBOOK, line_of, write_overlay
from tests.content import library_of

ROOT = Path(__file__).parents[3]


def test_what_is_shipped_has_no_errors_and_a_playbook_is_summed_up(run):
    result = run("check", "fact-interview")
    assert result.exit_code == 0
    tried, summary = result.stdout.splitlines()
    assert re.fullmatch(
        r"fact-interview: version [\d.]+, \d+ steps, \d+ scenarios for 100% of them, [\d,]+ combinations, "
        r"[\d,]+ paths, at most \d+ questions",
        tried,
    )
    assert re.fullmatch(r"21 playbooks, \d+ sources, 2 sites: 0 errors, \d+ warnings?", summary)


def test_a_quick_check_tries_no_playbook(run):
    (summary,) = run("check", "--quick").stdout.splitlines()
    assert "2 sites: 0 errors, " in summary


def test_an_unknown_playbook_is_asked_back(run):
    result = run("check", "oos-first-hou", "--quick")
    assert result.exit_code == 1
    assert result.stderr == "there is no playbook 'oos-first-hou'; did you mean 'oos-first-hour'?\n"


def test_every_fault_stands_on_a_line_with_its_file_and_number_and_the_exit_code_is_1(
    run, tmp_path, monkeypatch
):
    spoilt = PLAYBOOK.replace("cite: [A-06]", "cite: [A-96]").replace("{is_product:", "{is_prodct:")
    monkeypatch.setenv("QMS_COACH_SITE", str(write_overlay(tmp_path, playbook=spoilt)))
    result = run("check", "spill")
    file = tmp_path / "playbooks" / "spill.yaml"
    assert result.exit_code == 1
    found = [line for line in result.stdout.splitlines() if line.startswith(str(file))]
    summary = result.stdout.splitlines()[-1]
    assert found[0].startswith(f"{file}:{line_of(spoilt, 'A-96')}: unknown source 'A-96'; did you mean 'A-")
    assert found[1].startswith(
        f"{file}:{line_of(spoilt, 'is_prodct')}: unknown question 'is_prodct'; did you mean"
    )
    assert "2 errors, " in summary
    assert not re.search(r"^spill:", result.stdout, re.MULTILINE), "what is wrong is not tried"


def test_a_warning_is_said_and_forgiven(run, tmp_path, monkeypatch):
    folder = write_overlay(tmp_path)
    (folder / "playbooks" / "spill.test.yaml").unlink()
    monkeypatch.setenv("QMS_COACH_SITE", str(folder))
    result = run("check", "spill")
    assert result.exit_code == 0
    assert "spill.yaml:1: warning: no scenarios" in result.stdout
    assert "1 site: 0 errors, " in result.stdout
    assert "spill: version 1.0.0, 6 steps, 0 scenarios, 2 combinations, 2 paths" in result.stdout


def test_what_the_site_has_approved_is_said_with_the_name(run, tmp_path, monkeypatch):
    folder = write_overlay(tmp_path)
    script = library_of(folder).script("spill")
    (folder / "approvals.yaml").write_text(
        f"- {{playbook: spill, version: '1.0.0', hash: '{script.hash}', name: Kim Lee, role: Head of QA, "
        "change_ref: CC-7, approved_on: '2026-06-01'}\n"
    )
    monkeypatch.setenv("QMS_COACH_SITE", str(folder))
    shown = run("check", "spill", "data-integrity-concern").stdout
    assert re.search("^spill: version 1.0.0, .*, approved by Kim Lee on 2026-06-01$", shown, re.MULTILINE)
    assert re.search("^data-integrity-concern: .*, not approved$", shown, re.MULTILINE)


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "bot", "check"],
        cwd=ROOT,
        env={"QMS_COACH_SITE": str(tmp_path / "nowhere")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert f"{tmp_path / 'nowhere'}: there is no such folder" in done.stdout
