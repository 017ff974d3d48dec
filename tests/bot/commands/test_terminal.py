"""`terminal`: browsers that many people use, made and closed by the person who runs the coach."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.doorkeeper import hashed
from bot.store import audit, terminals
from bot.store.database import Database
from bot.store.tables import audit as audit_table


@pytest.fixture(autouse=True)
def operating_system_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "root")


def audited(database: Database) -> list[tuple[str, str, str, str]]:
    query = select(audit_table).where(audit_table.c.stream == audit.ACCESS).order_by(audit_table.c.seq)
    with database.reading() as conn:
        return [(row.actor, row.action, row.object, row.before) for row in conn.execute(query)]


def open_in_browser(database: Database, link: str, cookie: str) -> str | None:
    with database.writing() as conn:
        return terminals.enrol(conn, hashed(link.strip().rpartition("/terminal/")[2]), hashed(cookie))


def test_a_link_makes_one_browser_a_shared_terminal_of_the_site(run, on_database):
    result = run("terminal", "enrol", "--site", "southshore", "--address", "https://coach.example.org/")
    assert result.stdout.startswith("https://coach.example.org/terminal/")
    assert open_in_browser(on_database, result.stdout, "tablet") == "southshore"
    assert open_in_browser(on_database, result.stdout, "another") is None


def test_who_made_the_link_is_audited_and_the_link_is_not(run, on_database):
    link = run("terminal", "enrol").stdout
    assert audited(on_database) == [("cli:root", "terminal link made", "site:northfield", "")]
    assert link.strip().rpartition("/")[2] not in str(audited(on_database))


def test_a_link_leads_to_where_the_coach_is_served_by_default(run, on_database, monkeypatch):
    monkeypatch.setenv("PORT", "8011")
    assert run("terminal", "enrol").stdout.startswith("http://127.0.0.1:8011/terminal/")


def test_the_shared_terminals_are_listed_and_a_lost_one_is_closed(run, on_database):
    for site in ("northfield", "southshore"):
        open_in_browser(on_database, run("terminal", "enrol", "--site", site).stdout, f"tablet of {site}")
    listed = run("terminal", "list", "--site", "southshore").stdout
    (name,) = [line.split()[0] for line in listed.splitlines()]
    assert hashed("tablet of southshore").startswith(name)
    assert run("terminal", "close", name).stdout == f"{name} is no shared terminal any more.\n"
    assert [line.split()[1] for line in run("terminal", "list").stdout.splitlines()] == ["northfield"]
    assert audited(on_database)[-1] == ("cli:root", "terminal closed", "site:southshore", name)


def test_without_one_it_is_said_how_to_make_one(run, on_database):
    assert "make one with: qms-coach terminal enrol" in run("terminal", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("enrol", "--site", "nortfield"), "there is no site 'nortfield'; did you mean 'northfield'?"),
        (("enrol", "--address", "coach.example.org"), "write it as https://coach.example.org"),
        (("list", "--site", "nortfield"), "there is no site 'nortfield'"),
        (("close", "0123456789ab"), "no shared terminals are called '0123456789ab'; see: qms-coach terminal"),
        (("close", ""), "no shared terminals are called ''"),
    ],
)
def test_what_is_not_there_is_one_sentence(run, on_database, arguments, said):
    result = run("terminal", *arguments)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert said in result.stderr
    assert audited(on_database) == []
