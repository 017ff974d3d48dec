"""`chat`: the coach at a prompt, typed into or piped."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import app as application
from bot.desk import TerminalDesk
from bot.errors import CoachError
from bot.reply import File
from bot.settings import read_settings
from bot.store import audit, people
from bot.store.database import Database
from bot.store.tables import audit as audit_table
from tests.bot.authored import PLAYBOOK, write_overlay

# "A result outside its limit", asked for in words and answered to its end.
WHOLE_RUN = "oos\n1\n1\nyes\nno\ntoday 00:02\nLIMS 1\ntoday 00:01\nAssay\n25K041\nHPLC-07\nnone\nno\n1\nyes\n1\nlater\n"


def piped(folder: Path, lines: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "chat", *arguments],
        cwd=folder,
        input=lines,
        env={
            "PYTHONPATH": str(Path(__file__).parents[3]),
            "FORCE_COLOR": "1",
            "TERM": "xterm-256color",
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_piped_lines_lead_through_a_conversation_and_nothing_is_coloured(tmp_path):
    done = piped(tmp_path, "label mix up\nyes\nno\nno\nback\nexit\nnever said\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Hello Alex Byrne." in done.stdout
    assert "Is anyone hurt or in danger?" in done.stdout
    assert done.stdout.count("Could this affect a patient") == 2
    assert "\x1b" not in done.stdout
    assert "> " not in done.stdout
    assert "never said" not in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["var"]


def test_what_is_open_is_taken_up_where_it_was_left(run):
    run("chat", lines="label mix up\nyes\nno\n")
    taken_up = run("chat", lines="1\n").stdout
    assert 'You were in the middle of "label mix up"' in taken_up
    assert "Could this affect a patient" in taken_up


def test_somebody_else_in_the_demonstration_has_their_own_conversation(run):
    run("chat", lines="label mix up\nyes\nno\n")
    shown = run("chat", "--as", "priya").stdout
    assert "Hello Priya Nair." in shown
    assert "in the middle of" not in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--as", "pryia"), "nobody here is 'pryia'; did you mean 'priya'?"),
        (("--site", "nortfield"), "there is no site 'nortfield'; did you mean 'northfield'?"),
    ],
)
def test_somebody_or_somewhere_unknown_is_asked_back(run, arguments, said):
    result = run("chat", *arguments)
    assert (result.exit_code, result.stderr) == (1, f"{said}\n")


def test_at_a_real_site_one_is_who_the_system_says_without_rights_and_audited(run, tmp_path, monkeypatch):
    monkeypatch.setenv("QMS_COACH_SITE", str(write_overlay(tmp_path)))
    monkeypatch.setenv("LOGNAME", "kim")
    assert "Hello cli:kim" in run("chat").stdout
    database = Database("sqlite:///var/coach.db")
    with database.reading() as conn:
        person = people.by_id(conn, "cli:kim")
        rows = conn.execute(select(audit_table).where(audit_table.c.stream == audit.ACCESS)).all()
    database.close()
    assert person is not None
    assert person.rights == frozenset()
    assert [(row.actor, row.action, row.object) for row in rows] == [
        ("cli:kim", "person added", "person:cli:kim")
    ]


def test_at_a_real_site_nobody_can_pretend_to_be_somebody_else(run, tmp_path, monkeypatch):
    monkeypatch.setenv("QMS_COACH_SITE", str(write_overlay(tmp_path)))
    result = run("chat", "--as", "kim")
    assert result.exit_code == 1
    assert "--as works in the demonstration only" in result.stderr


def test_content_that_cannot_be_used_is_said_line_by_line(run, tmp_path, monkeypatch):
    monkeypatch.setenv(
        "QMS_COACH_SITE", str(write_overlay(tmp_path, site="site: acme\nname: x\nregions: [US, XX]\n"))
    )
    result = run("chat")
    assert result.exit_code == 1
    assert "settings.yaml:3: regions.1 cannot be 'XX'" in result.stderr


def test_a_draft_is_saved_where_the_chat_was_started(run, tmp_path):
    shown = run("chat", lines=f"{WHOLE_RUN}save\n").stdout
    saved = sorted(path.suffix for path in tmp_path.glob("coach-*"))
    assert saved == [".docx", ".md"]
    assert shown.count("saved: ") == 2


def test_a_draft_that_cannot_be_saved_is_one_sentence(run, tmp_path):
    shown = run("chat", lines=WHOLE_RUN).stdout
    name = next(word for word in shown.replace(",", "").split() if word.endswith("-draft-1.docx"))
    app = application.build(read_settings())
    desk = TerminalDesk(app.database, app.coach, "alex", tmp_path / "gone")
    try:
        with pytest.raises(
            CoachError, match="cannot be written: No such file or directory; start the chat in"
        ):
            desk.save(File(name, "docx", name.removesuffix("-draft-1.docx"), 1))
    finally:
        app.close()


# A preview


def test_a_preview_starts_what_is_not_released_marks_it_and_leaves_nothing(run, tmp_path, monkeypatch):
    draft = PLAYBOOK.replace("status: released_by_maker", "status: draft")
    monkeypatch.setenv("QMS_COACH_SITE", str(write_overlay(tmp_path / "site", playbook=draft)))
    run("chat")
    before = Path("var/coach.db").read_bytes()
    shown = run("chat", "--preview", lines="Report a spill\n1\n").stdout
    assert "PREVIEW of version 1.0.0: draft, in force from 2026-01-05." in shown
    assert "Where was it?" in shown
    assert Path("var/coach.db").read_bytes() == before


def test_what_is_not_released_is_not_offered_outside_a_preview(run, tmp_path, monkeypatch):
    draft = PLAYBOOK.replace("status: released_by_maker", "status: draft")
    monkeypatch.setenv("QMS_COACH_SITE", str(write_overlay(tmp_path / "site", playbook=draft)))
    shown = run("chat", lines="Report a spill\n1\n").stdout
    assert "Where was it?" not in shown
    assert "[1] Report a spill" not in shown
