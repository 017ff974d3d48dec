"""`check`: what an author reads before anybody else does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.bot.authored import PLAYBOOK, line_of, write_overlay

ROOT = Path(__file__).parents[3]


def test_what_is_shipped_has_no_errors(run):
    result = run("check")
    assert result.exit_code == 0
    assert "1 site: 0 errors, 0 warnings" in result.stdout


def test_every_fault_stands_on_a_line_with_its_file_and_number_and_the_exit_code_is_1(
    run, tmp_path, monkeypatch
):
    spoilt = PLAYBOOK.replace("cite: [A-06]", "cite: [A-60]").replace("{is_product:", "{is_prodct:")
    monkeypatch.setenv("QMS_COACH_SITE", str(write_overlay(tmp_path, playbook=spoilt)))
    result = run("check")
    file = tmp_path / "playbooks" / "spill.yaml"
    assert result.exit_code == 1
    *found, summary = result.stdout.splitlines()
    assert found[0].startswith(f"{file}:{line_of(spoilt, 'A-60')}: unknown fact 'A-60'; did you mean 'A-0")
    assert found[1].startswith(
        f"{file}:{line_of(spoilt, 'is_prodct')}: unknown question 'is_prodct'; did you mean"
    )
    assert summary.endswith("2 errors, 0 warnings")


def test_a_warning_is_said_and_forgiven(run, tmp_path, monkeypatch):
    folder = write_overlay(tmp_path)
    (folder / "playbooks" / "spill.test.yaml").unlink()
    monkeypatch.setenv("QMS_COACH_SITE", str(folder))
    result = run("check")
    assert result.exit_code == 0
    assert "spill.yaml:1: warning: no scenarios" in result.stdout
    assert result.stdout.endswith("0 errors, 1 warning\n")


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
