"""`audit` and `doctor`: what the person who watches over the coach is told."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.message import Address
from bot.person import Person
from bot.reply import Reply
from bot.store import addresses, audit, check_reviews, claims, events, heartbeats, outbox, people
from bot.store.database import Database
from bot.store.events import EngagementEvent
from bot.store.moment import db_now
from bot.store.outbox import NewMessage
from bot.store.tables import audit as audit_table
from tests.bot.commands.conftest import Run
from tests.content import shipped_library


@pytest.fixture
def audited(on_database: Database) -> Database:
    """A database whose audit holds three entries of one stream."""
    with on_database.writing() as conn:
        audit.append(
            conn, audit.ACCESS, [audit.Entry("cli:root", "person added", f"person:{n}") for n in "abc"]
        )
    return on_database


def change_unseen(database: Database, seq: int) -> None:
    """What an owner of the database could do: switch the triggers off and rewrite an entry."""
    with database.writing() as conn:
        if database.dialect == "sqlite":
            names = conn.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
            )
            for (name,) in names.all():
                conn.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            conn.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER USER")
        changed = audit_table.update().where(audit_table.c.stream == audit.ACCESS, audit_table.c.seq == seq)
        conn.execute(changed.values(actor="nobody"))


def test_an_audit_as_it_was_written_is_said_to_be_sound(run: Run, audited: Database):
    assert run("audit", "anchor").exit_code == 0
    result = run("audit", "verify")
    assert result.exit_code == 0
    assert "every entry is there, as it was written" in result.stdout
    assert "There is no anchor file" not in result.stdout


def test_an_entry_that_was_changed_is_named_and_the_exit_code_is_1(run: Run, audited: Database):
    change_unseen(audited, 2)
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "- access, no. 2 (edited): the entry does not fit its own hash" in result.stdout


def test_to_verify_leaves_a_trace_of_who_did_and_what_was_found(run: Run, audited: Database, monkeypatch):
    monkeypatch.setenv("LOGNAME", "ida")
    run("audit", "verify")
    change_unseen(audited, 1)
    run("audit", "verify")
    with audited.reading() as conn:
        rows = conn.execute(select(audit_table).where(audit_table.c.stream == audit.SYSTEM)).all()
    assert [(row.actor, row.action, row.after) for row in rows] == [
        ("cli:ida", "audit verified", "sound"),
        ("cli:ida", "audit verified", "1 findings"),
    ]


def test_without_a_file_outside_it_is_said_that_nothing_was_compared(run: Run, audited: Database):
    result = run("audit", "verify")
    assert result.exit_code == 0
    assert "There is no anchor file at var/anchors.jsonl: nothing outside" in result.stdout


def test_an_anchor_the_database_no_longer_has_is_found_by_the_file_outside(run: Run, audited: Database):
    run("audit", "anchor")
    file = Path("var/anchors.jsonl")
    line = json.loads(file.read_text())
    file.write_text(json.dumps(line | {"root": "0" * 64}) + "\n")
    result = run("audit", "verify", "--anchors", str(file))
    assert result.exit_code == 1
    assert "the file outside, no. 1 (export)" in result.stdout


def test_anchoring_says_where_the_anchors_are(run: Run, audited: Database, monkeypatch, tmp_path):
    monkeypatch.setenv("QMS_COACH_ANCHOR_FILE", str(tmp_path / "outside" / "anchors.jsonl"))
    result = run("audit", "anchor")
    assert (
        result.stdout
        == f"The audit is anchored; the anchors are in {tmp_path / 'outside' / 'anchors.jsonl'}.\n"
    )
    assert len((tmp_path / "outside" / "anchors.jsonl").read_text().splitlines()) == 1


def test_anchoring_what_did_not_move_adds_nothing(run: Run, audited: Database):
    assert run("audit", "anchor").exit_code == run("audit", "anchor").exit_code == 0
    assert len(Path("var/anchors.jsonl").read_text().splitlines()) == 1


def test_an_empty_audit_has_nothing_to_anchor(run: Run, on_database: Database):
    result = run("audit", "anchor")
    assert (result.exit_code, "nothing to anchor" in result.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("verify", "--anchors", "nowhere.jsonl"), "there is no file nowhere.jsonl"),
        (("verify", "--anchors", "."), "the anchor file . cannot be used: Is a directory"),
        (("verify", "--since-anchor", "7"), "there is no anchor 7 to start from; the last one is 0"),
    ],
)
def test_what_cannot_be_compared_with_is_one_sentence(run: Run, arguments, said):
    run("migrate")
    result = run("audit", *arguments)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert said in result.stderr


def test_an_anchor_file_that_cannot_be_written_is_one_sentence(
    run: Run, audited: Database, monkeypatch, tmp_path
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("QMS_COACH_ANCHOR_FILE", str(tmp_path / "file" / "anchors.jsonl"))
    result = run("audit", "anchor")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "correct QMS_COACH_ANCHOR_FILE" in result.stderr


# Doctor


def test_on_a_new_database_doctor_says_what_to_start(run: Run, on_database: Database):
    result = run("doctor")
    assert result.exit_code == 0
    assert f"database: {on_database.dialect}, version " in result.stdout
    assert "no process has run on this database yet; start one with: qms-coach serve --all" in result.stdout


def test_doctor_says_that_nothing_needs_a_look(run: Run, on_database: Database):
    with on_database.writing() as conn:
        heartbeats.beat(conn, "web@plant:1")
    result = run("doctor")
    assert result.exit_code == 0
    assert "\nhow long ago a process was last alive (web@plant:1): " in result.stdout
    assert result.stdout.endswith("Nothing needs a look.\n")


def test_doctor_points_at_what_needs_a_look_and_the_exit_code_is_1(run: Run, on_database: Database):
    with on_database.writing() as conn:
        heartbeats.beat(conn, "web@plant:1")
        long_ago = "'2020-01-01 00:00:00.000000'" if on_database.dialect == "sqlite" else "'2020-01-01'"
        conn.exec_driver_sql(f"UPDATE heartbeats SET at = {long_ago}")  # noqa: S608  our own words, written above
    result = run("doctor")
    assert result.exit_code == 1
    assert "LOOK: how long ago a process was last alive (web@plant:1)" in result.stdout
    assert "Nothing needs a look" not in result.stdout


def kept_against(database: Database, *, is_there: bool) -> None:
    """A coaching check was kept against too often, and QA is there or not."""
    who = [person for person in shipped_library().people if is_there or person.id not in {"dana", "quinn"}]
    with database.writing() as conn:
        heartbeats.beat(conn, "web@plant:1")
        for person in who:
            people.add(conn, person)
        now = conn.execute(select(db_now())).scalar_one()
        events.record(
            conn,
            [
                EngagementEvent(now, f"person-{n % 6}", "northfield", events.STOOD_BY, "vague_amount")
                for n in range(31)
            ],
        )


def test_doctor_lists_a_coaching_check_that_qa_should_look_at_and_whether_qa_was_asked(
    run: Run, on_database: Database
):
    kept_against(on_database, is_there=True)
    kept = "coaching check vague_amount at northfield: words were kept in 31 of 31 cases"
    result = run("doctor")
    assert f"\n{kept}; QA is asked to look at it in the next working hour\n" in result.stdout
    assert result.exit_code == 0
    with on_database.writing() as conn:
        now = conn.execute(select(db_now())).scalar_one()
        (tally,) = check_reviews.tallies(conn, 30)
        assert check_reviews.send(conn, tally, now, now - timedelta(days=90))
    result = run("doctor")
    assert f"\n{kept}; QA was asked to look at it on {now:%Y-%m-%d}\n" in result.stdout
    assert "working hour" not in result.stdout
    assert result.exit_code == 0


def test_doctor_points_at_a_coaching_check_that_nobody_is_there_to_look_at(run: Run, on_database: Database):
    kept_against(on_database, is_there=False)
    result = run("doctor")
    assert "LOOK: coaching check vague_amount at northfield" in result.stdout
    assert "nobody stands on the roster qa_on_call to look at it" in result.stdout
    assert result.exit_code == 1


def test_doctor_says_what_each_site_still_lacks_and_the_exit_code_is_1(run: Run, on_database: Database):
    result = run("doctor", "--site-ready")
    assert result.exit_code == 1
    assert (
        "northfield: dana stands on the roster qa_on_call and is not in the directory; import them\n"
        in result.stdout
    )
    assert "southshore: nobody of this site is in the directory" in result.stdout


def test_doctor_says_that_a_site_is_ready(run: Run, on_database: Database):
    with on_database.writing() as conn:
        for person in shipped_library().people:
            people.add(conn, person)
    result = run("doctor", "--site-ready")
    assert (result.exit_code, result.stdout) == (0, "northfield: ready\nsouthshore: ready\n")


def test_verifying_as_a_process_of_its_own_ends_with_1_and_no_stack_trace(tmp_path, migrated_file):
    copy = tmp_path / "coach.db"
    copy.write_bytes(migrated_file.read_bytes())
    own = Database(f"sqlite:///{copy}")
    with own.writing() as conn:
        audit.append(conn, audit.ACCESS, [audit.Entry("cli:root", "person added", "person:a")])
    change_unseen(own, 1)
    own.close()
    done = subprocess.run(
        [sys.executable, "-m", "bot", "audit", "verify"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[3]), "DATABASE_URL": f"sqlite:///{copy}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "access, no. 1 (edited)" in done.stdout


def test_doctor_names_the_latest_messages_that_somebody_may_not_have_got(run: Run, on_database: Database):
    with on_database.writing() as conn:
        people.add(conn, Person("ana", "Ana Ruiz", "northfield", "qa"))
        address = addresses.find_or_add(conn, Address("slack", "T1/U1"), "ana").id
        outbox.write(
            conn, [NewMessage("key", address, "slack", "ana", "file", Reply("SECRET").to_json())], ()
        )
        (message,) = claims.claim(conn, ["slack"], 1, timedelta(minutes=1), "t")
        assert claims.mark_failed(conn, message, "chat.postMessage: missing_scope (files:write)")
    result = run("doctor")
    assert result.exit_code == 1
    assert "UTC, failed: file by slack: chat.postMessage: missing_scope (files:write)\n" in result.stdout
    assert "SECRET" not in result.stdout
