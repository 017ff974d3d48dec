"""`graph`: a playbook as people approve it."""

from __future__ import annotations

import pytest

from playbooks.graph import mermaid, step_list
from tests.bot.authored import PLAYBOOK, write_overlay
from tests.content import shipped_library


@pytest.mark.parametrize("name", shipped_library().playbooks)
def test_every_shipped_playbook_can_be_drawn_and_listed(name):
    script = shipped_library().script(name)
    assert mermaid(script).startswith("flowchart TD\n")
    listed = step_list(script)
    assert f"({name}, version " in listed.splitlines()[0]
    assert "  1  " in listed


def test_a_playbook_is_drawn_and_with_list_it_is_listed(run):
    script = shipped_library().script("fact-interview")
    drawn, listed = run("graph", script.id), run("graph", script.id, "--list")
    assert (drawn.exit_code, listed.exit_code) == (0, 0)
    assert (drawn.stdout, listed.stdout) == (mermaid(script), step_list(script))


def test_a_sites_own_playbook_is_listed_in_words(run, tmp_path, monkeypatch):
    monkeypatch.setenv("QMS_COACH_SITE", str(write_overlay(tmp_path)))
    listed = run("graph", "spill", "--list").stdout
    assert "Ask: Was it product? [yes or no]" in listed
    assert 'If "Was it product?" is "Yes", then also:' in listed


def test_a_playbook_with_a_fault_of_meaning_is_drawn_all_the_same(run, tmp_path, monkeypatch):
    spoilt = PLAYBOOK.replace("cite: [A-06]", "cite: [A-96]")
    monkeypatch.setenv("QMS_COACH_SITE", str(write_overlay(tmp_path, playbook=spoilt)))
    assert run("graph", "spill").exit_code == 0


def test_a_playbook_that_cannot_be_read_says_why(run, tmp_path, monkeypatch):
    monkeypatch.setenv(
        "QMS_COACH_SITE", str(write_overlay(tmp_path, playbook=PLAYBOOK.replace("type: text", "tpye: text")))
    )
    result = run("graph", "spill")
    assert result.exit_code == 1
    assert "unknown key 'tpye'; did you mean 'type'?" in result.stderr


def test_an_unknown_playbook_is_asked_back(run):
    result = run("graph", "oos-first-hou")
    assert result.exit_code == 1
    assert result.stderr == "there is no playbook 'oos-first-hou'; did you mean 'oos-first-hour'?\n"
