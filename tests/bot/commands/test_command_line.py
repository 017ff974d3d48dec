"""What holds for every command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import COMMANDS, command_line

ROOT = Path(__file__).parents[3]
FAR_COMMANDS = (
    "people import",
    "people grant",
    "people revoke",
    "people link",
    "terminal enrol",
    "terminal list",
    "terminal close",
    "audit verify",
    "audit anchor",
)


@pytest.mark.parametrize("asked", [(), ("--help",)])
def test_help_lists_every_command_and_what_it_does(run, asked):
    shown = run(*asked).stdout
    rows = {
        words[0]: " ".join(words[1:])
        for line in shown.splitlines()
        if line.startswith("│") and (words := line.strip("│").split())
    }
    assert {name: bool(rows.get(name)) for name in COMMANDS} == dict.fromkeys(COMMANDS, True)
    assert "coach" in shown


@pytest.mark.parametrize("command", [*COMMANDS, *FAR_COMMANDS])
def test_every_command_and_everything_it_takes_is_explained(run, command):
    shown = run(*command.split(), "--help")
    assert shown.exit_code == 0
    assert f"Usage: root {command}" in shown.stdout
    for line in shown.stdout.splitlines():
        if line.startswith("│ ") and line[2:4] in {"--", "* "}:
            assert len(line.strip("│").split("  ")) > 2, f"not explained: {line}"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(("chekc",), "check"), (("people", "lnk"), "link"), (("audit", "verfy"), "verify")],
)
def test_a_misspelt_command_is_asked_back(run, typed, meant):
    result = run(*typed)
    assert result.exit_code == 2
    assert f"Did you mean '{meant}'?" in result.stderr


@pytest.mark.parametrize(
    ("command", "untouched"),
    [
        ("check", ["bot.app", "bot.commands.directory", "bot.commands.processes", "aiohttp", "sqlalchemy"]),
        ("graph", ["bot.app", "bot.commands.directory", "bot.commands.processes", "aiohttp", "sqlalchemy"]),
        ("people", ["bot.commands.conversations", "bot.commands.processes", "bot.commands.watch"]),
        ("audit", ["bot.commands.conversations", "bot.commands.processes", "bot.commands.directory"]),
    ],
)
def test_only_the_command_asked_for_is_imported(command, untouched):
    script = (
        f"import sys; from bot.__main__ import command_line; command_line(['{command}']); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "bot.commands." in done.stdout
    assert set(untouched) & set(done.stdout.split()) == set()


def test_an_unknown_word_is_looked_for_among_all_commands():
    assert len(command_line(["nonsense"]).registered_commands) + len(
        command_line(["nonsense"]).registered_groups
    ) == len(COMMANDS)
    assert len(command_line(["check"]).registered_commands) == 1


HALF_TYPED = {
    "foo": "the database address cannot be read",
    "postgresql://": "the database cannot be used now",
    "postgresql://u:hunter2@127.0.0.1:abc/coach": "the database address cannot be read",
    "postgresql://u:hunter2@127.0.0.1:1/coach": "the database cannot be used now",
    "mysql://u:hunter2@h/x": "no database of the kind 'mysql' is known",
    "sqlite://": "names no file",
    "sqlite:///people.csv/coach.db": "cannot be made",
}


@pytest.mark.parametrize(
    "command",
    [
        "doctor",
        "doctor --site-ready",
        "migrate",
        "audit verify",
        "people import people.csv",
        "terminal list",
        "chat",
    ],
)
@pytest.mark.parametrize("address", HALF_TYPED)
def test_a_half_typed_database_address_is_one_sentence(run, monkeypatch, command, address):
    if address == "postgresql://":
        monkeypatch.setenv("PGHOST", "127.0.0.1")  # else libpq looks for a server of this machine
        monkeypatch.setenv("PGPORT", "1")
    Path("people.csv").write_text("id,name,site,role\n")
    monkeypatch.setenv("DATABASE_URL", address)
    result = run(*command.split())
    assert result.exit_code == 1
    assert HALF_TYPED[address] in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert "hunter2" not in result.output


@pytest.mark.parametrize(
    "command",
    [
        "doctor",
        "doctor --site-ready",
        "audit anchor",
        "audit verify",
        "people grant a release_stop",
        "terminal enrol",
    ],
)
def test_a_database_without_tables_says_how_to_make_them(run, command):
    result = run(*command.split())
    assert result.exit_code == 1
    assert "run: qms-coach migrate" in result.output
    assert "Traceback" not in result.output


def test_a_variable_that_cannot_be_used_is_one_sentence(run, monkeypatch):
    monkeypatch.setenv("PORT", "http")
    result = run("serve")
    assert (result.exit_code, result.stderr) == (1, "PORT is 'http'; write a whole number from 0 to 65535\n")


@pytest.mark.parametrize("command", ["serve", "worker", "clock", "doctor", "migrate"])
def test_nothing_is_written_where_the_disk_is_thrown_away(run, monkeypatch, tmp_path, command):
    monkeypatch.setenv("DYNO", "web.1")
    result = run(command)
    assert result.exit_code == 1
    assert "set DATABASE_URL to PostgreSQL" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_serving_without_a_secret_key_says_how_to_make_one(run):
    assert run("migrate").exit_code == 0
    result = run("serve")
    assert result.exit_code == 1
    assert "QMS_COACH_SECRET_KEY is not set; make one with: python -c" in result.stderr


def test_migrating_twice_is_as_good_as_once(run, database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    once, twice = run("migrate"), run("migrate")
    assert once.exit_code == twice.exit_code == 0
    assert once.stdout == twice.stdout
    assert "The database is at version" in once.stdout


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "bot", "check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 errors" in done.stdout
