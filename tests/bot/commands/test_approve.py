"""`approve`: the quality unit says that a playbook holds at its site, in its folder and in the audit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, select

from bot import wall_clock
from bot.commands.approval import keep
from bot.content.approval_file import replace_file, with_approval
from bot.content.finding import ContentRefused
from bot.content.library import Approval
from bot.errors import StoreUnavailable
from bot.store import audit
from bot.store.database import Database
from bot.store.tables import audit as audit_table
from tests.bot.authored import PLAYBOOK, SCENARIOS, SITE, write_overlay
from tests.content import library_of

APPROVAL = Approval("spill", "1.0.0", "a" * 64, 'Kim "K" Lée: \\#', "Head of QA", "CC-7", "2026-06-03")
BY = ("--name", "Kim Lee", "--role", "Head of QA", "--change", "CC-7")
SPILL = ("approve", "spill", *BY)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site's folder, which the commands work on."""
    monkeypatch.setenv("QMS_COACH_SITE", str(tmp_path / "site"))
    monkeypatch.setenv("LOGNAME", "root")
    return write_overlay(tmp_path / "site")


def audited(database: Database) -> list[tuple[str, str, str, str, str, str]]:
    query = select(audit_table).where(audit_table.c.stream == audit.CONFIG).order_by(audit_table.c.seq)
    with database.reading() as conn:
        return [
            (row.actor, row.action, row.object, row.after, row.reason, row.on_behalf_of)
            for row in conn.execute(query)
        ]


def approvals(folder: Path) -> list[Approval]:
    return list(library_of(folder).approvals)


# What it does


def test_who_approved_what_and_when_stands_in_the_sites_folder(run, on_database, folder):
    result = run(*SPILL)
    assert (result.exit_code, result.stderr) == (0, "")
    script = library_of(folder).script("spill")
    today = wall_clock.now().astimezone(library_of(folder).site().place.zone).date().isoformat()
    assert approvals(folder) == [
        Approval("spill", "1.0.0", script.hash, "Kim Lee", "Head of QA", "CC-7", today)
    ]
    assert f"Version 1.0.0 of spill (SHA-256 {script.hash}) is approved." in result.stdout


def test_the_approval_is_audited_with_the_user_of_the_machine_and_the_change(run, on_database, folder):
    run(*SPILL)
    script = library_of(folder).script("spill")
    assert audited(on_database) == [
        (
            "cli:root",
            "content approved",
            "playbook:spill",
            f"version=1.0.0 hash={script.hash}",
            "CC-7",
            "Kim Lee, Head of QA",
        )
    ]


def test_it_opens_where_the_site_opens_only_what_it_approved(run, on_database, folder):
    write_overlay(folder, site=SITE + "requires_approval: true\n")
    (folder / "a.yaml").write_text('where: Room 3\nis_product: "no"\n')
    play = ("play", "spill", "--answers", str(folder / "a.yaml"))
    assert "site acme has not approved version 1.0.0" in run(*play).stderr
    assert run(*SPILL).exit_code == 0
    assert run(*play).exit_code == 0


def test_an_approval_ends_with_the_first_changed_word_and_can_be_given_again(run, on_database, folder):
    run(*SPILL)
    write_overlay(folder, playbook=PLAYBOOK.replace("Where was it?", "Where is it?"))
    library = library_of(folder)
    assert library.approval(library.script("spill")) is None
    assert run(*SPILL).exit_code == 0
    assert [each.playbook for each in approvals(folder)] == ["spill", "spill"]


def test_what_stands_in_the_file_stays_as_it_is(run, on_database, folder):
    run(*SPILL)
    file = folder / "approvals.yaml"
    kept = "# Kept by QA Systems.\n" + file.read_text(encoding="utf-8").rstrip("\n")
    file.write_text(kept, encoding="utf-8")
    assert run("approve", "oos-first-hour", *BY).exit_code == 0
    assert file.read_text(encoding="utf-8").startswith(f"{kept}\n- playbook: ")
    assert [each.playbook for each in approvals(folder)] == ["spill", "oos-first-hour"]
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith(".")) == []


# What it refuses


def test_what_was_approved_and_has_not_changed_is_not_approved_twice(run, on_database, folder):
    run(*SPILL)
    before = (folder / "approvals.yaml").read_bytes()
    result = run(*SPILL)
    assert result.exit_code == 1
    assert "version 1.0.0 of spill was approved by Kim Lee, Head of QA, on 20" in result.stderr
    assert (folder / "approvals.yaml").read_bytes() == before
    assert len(audited(on_database)) == 1


def test_the_invented_site_approves_nothing(run, on_database):
    result = run("approve", "oos-first-hour", *BY)
    assert result.exit_code == 1
    assert "QMS_COACH_SITE names no folder" in result.stderr


@pytest.mark.parametrize(
    ("changed", "arguments", "said"),
    [
        ({}, ("approve", "spil", *BY), "there is no playbook 'spil'; did you mean 'spill'?"),
        (
            {"playbook": PLAYBOOK.replace("released_by_maker", "in_review")},
            SPILL,
            "spill is in_review; what is approved must be released_by_maker first",
        ),
        ({"playbook": PLAYBOOK.replace("A-06", "A-96")}, SPILL, "unknown source 'A-96'"),
        ({"scenarios": SCENARIOS.replace("told: []", "told: [qa]")}, SPILL, "expected told ['qa']"),
        ({}, ("approve", "spill", "--name", "Kim\x07", *BY[2:]), "--name is 'Kim\\x07'; write it in letters"),
        ({}, ("approve", "spill", *BY[:4], "--change", " "), "--change is ' '; write it in letters"),
    ],
)
def test_what_cannot_be_approved_leaves_no_trace(run, on_database, folder, changed, arguments, said):
    write_overlay(folder, **changed)
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr
    assert not (folder / "approvals.yaml").exists()
    assert audited(on_database) == []


def test_a_file_that_cannot_be_written_leaves_the_audit_alone(run, on_database, folder):
    (folder / ".approvals.yaml.new").mkdir()
    result = run(*SPILL)
    assert result.exit_code == 1
    assert "approvals.yaml: this cannot be written: Is a directory" in result.stderr
    assert audited(on_database) == []


@pytest.mark.parametrize("before", [False, True], ids=["no file", "a file"])
def test_where_the_audit_cannot_be_kept_the_file_is_as_before(database, tmp_path, before):
    """The commit is the last that can fail; the file stands by then."""
    file = tmp_path / "approvals.yaml"
    if before:
        file.write_bytes(with_approval(b"", APPROVAL, "approvals.yaml"))
    was = file.read_bytes() if before else None

    def lose(_: object) -> None:
        raise StoreUnavailable("gone")

    event.listen(database.engine, "commit", lose)
    with pytest.raises(StoreUnavailable):
        keep(database, file, replace(APPROVAL, version="2.0.0"))
    event.remove(database.engine, "commit", lose)
    assert (file.read_bytes() if file.exists() else None) == was
    assert audited(database) == []


# The file


def test_any_name_is_read_as_it_was_written():
    text = with_approval(b"", APPROVAL, "approvals.yaml")
    assert "Lée" in text.decode()
    assert with_approval(text, APPROVAL, "approvals.yaml").count(b"- playbook") == 2


@pytest.mark.parametrize("text", [b"[]\n", b"approvals: x\n", b"- {playbook: spill}\n"])
def test_what_is_no_list_of_approvals_is_refused_and_not_made_worse(text):
    with pytest.raises(ContentRefused, match=r"approvals\.yaml:\d+: "):
        with_approval(text, APPROVAL, "approvals.yaml")


def test_a_file_is_replaced_in_one_step_with_its_rights_and_where_a_link_leads(tmp_path):
    real, link = tmp_path / "real.yaml", tmp_path / "approvals.yaml"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    replace_file(link, b"new")
    assert (real.read_bytes(), link.is_symlink(), real.stat().st_mode & 0o777) == (b"new", True, 0o640)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["approvals.yaml", "real.yaml"]
