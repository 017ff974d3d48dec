"""`people`: the directory, taken in from a list and changed by hand; every change audited."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.chat_desk import chat_code_hash
from bot.doorkeeper import ABSOLUTE, IDLE, hashed
from bot.person import Person, Right
from bot.store import access, audit, people, terminals
from bot.store.database import Database
from bot.store.tables import audit as audit_table
from bot.store.tables import codes
from tests.bot.commands.conftest import Run

HEADER = "id,name,site,role,email,zone,language,active,rights\n"
ANA = "ana,Ana Ruiz,northfield,qa,ana@example.org,Europe/Madrid,en,yes,release_stop see_figures\n"
NO_BEN = "ben,Ben Oduya,northfield,operator,,,,no,\n"
BEN = "ben,Ben Oduya,northfield,operator,,,,,\n"


@pytest.fixture(autouse=True)
def operating_system_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "root")


def listed(text: str) -> str:
    Path("people.csv").write_text(text, encoding="utf-8")
    return "people.csv"


def directory(database: Database) -> dict[str, Person]:
    with database.reading() as conn:
        return {person.id: person for person in people.everyone(conn)}


def audited(database: Database) -> list[tuple[str, str, str, str, str]]:
    query = select(audit_table).where(audit_table.c.stream == audit.ACCESS).order_by(audit_table.c.seq)
    with database.reading() as conn:
        return [(row.actor, row.action, row.object, row.before, row.after) for row in conn.execute(query)]


def is_signed_in(database: Database, cookie: str) -> bool:
    with database.writing() as conn:
        return access.person_of_browser(conn, hashed(cookie), IDLE, ABSOLUTE) is not None


def is_code(database: Database, person_id: str, code: str) -> bool:
    with database.writing() as conn:
        tried = terminals.begin_try(conn, person_id)
    return tried is not None and tried.is_right(code)


def sign_in(database: Database, person_id: str, cookie: str) -> None:
    with database.writing() as conn:
        access.open_browser(conn, person_id, hashed(cookie))


# Taking in a list


def test_a_list_fills_the_directory_and_what_it_leaves_open_comes_from_the_site(run, on_database):
    result = run("people", "import", listed(HEADER + ANA + BEN))
    assert (result.exit_code, result.stdout) == (0, "2 added, 0 changed, 0 as they were.\n")
    rights = frozenset({Right.RELEASE_STOP, Right.SEE_FIGURES})
    assert directory(on_database) == {
        "ana": Person(
            "ana", "Ana Ruiz", "northfield", "qa", "ana@example.org", "Europe/Madrid", rights=rights
        ),
        "ben": Person("ben", "Ben Oduya", "northfield", "operator", zone="Europe/Dublin"),
    }


def test_who_was_taken_in_and_changed_is_audited_in_codes_without_names(run, on_database):
    run("people", "import", listed(HEADER + BEN))
    run("people", "import", listed(HEADER + BEN.replace("operator", "qa")))
    codes = "site=northfield role={} active=yes rights=none"
    assert audited(on_database) == [
        ("cli:root", "person added", "person:ben", "", codes.format("operator")),
        ("cli:root", "person changed", "person:ben", codes.format("operator"), codes.format("qa")),
    ]


def test_the_same_list_twice_changes_nothing_and_leaves_no_trace(run, on_database):
    run("people", "import", listed(HEADER + ANA + BEN))
    before = audited(on_database)
    assert run("people", "import", "people.csv").stdout == "0 added, 0 changed, 2 as they were.\n"
    assert audited(on_database) == before


def test_who_is_no_longer_active_is_signed_out_and_their_links_are_spent(run, on_database):
    run("people", "import", listed(HEADER + ANA + BEN))
    sign_in(on_database, "ana", "cookie of Ana")
    sign_in(on_database, "ben", "cookie of Ben")
    with on_database.writing() as conn:
        access.make_link(conn, "ben", hashed("token"), timedelta(hours=1))
    result = run("people", "import", listed(HEADER + NO_BEN))
    assert result.stdout == "0 added, 1 changed, 0 as they were.\n"
    assert not directory(on_database)["ben"].is_active
    assert is_signed_in(on_database, "cookie of Ana")
    run("people", "import", listed(HEADER + BEN))  # active again, and still to sign in anew
    assert not is_signed_in(on_database, "cookie of Ben")
    with on_database.writing() as conn:
        assert access.redeem_link(conn, hashed("token")) is None


def test_what_the_list_has_no_column_for_stays_as_it_was(run, on_database):
    run("people", "import", listed(HEADER + ANA.replace(",yes,", ",no,")))
    before = directory(on_database)["ana"]
    result = run("people", "import", listed("id,name,site,role\nana,Ana Ruiz,northfield,qa\n"))
    assert result.stdout == "0 added, 0 changed, 1 as they were.\n"
    assert directory(on_database)["ana"] == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\ufeff" + HEADER + BEN, "a spreadsheet begins the file with a byte order mark"),
        ((HEADER + BEN).replace("\n", "\r\n"), "lines end as on Windows"),
        ((HEADER + BEN).replace(",", ";"), "cells are parted as where the comma is a decimal sign"),
        (HEADER + ",,,,,,,,\n" + BEN + "\n", "lines are left empty"),
        ("id, name ,site,role\n ben ,Ben  Oduya,northfield, operator\n", "spaces stand around the cells"),
        (
            'role,id,site,name\noperator,ben,northfield,"Ben\nOduya"\n',
            "columns stand in another order, a cell breaks",
        ),
    ],
)
def test_a_list_as_a_spreadsheet_writes_it_is_taken_in(run, on_database, text, reason):
    assert run("people", "import", listed(text)).exit_code == 0, reason
    assert directory(on_database)["ben"] == Person(
        "ben", "Ben Oduya", "northfield", "operator", zone="Europe/Dublin"
    )


def test_everything_wrong_is_said_line_by_line_and_nothing_is_taken_in(run, on_database):
    wrong = (
        "cal,,northfield,qa,,,,,\n"
        "dee,Dee,nortfield,qa,,Europe/Dubln,Deutsch,perhaps,release_stp\n"
        "ben,Ben Again,northfield,qa,,,,,\n"
        "system,Sys,northfield,qa,,,,,\n"
        "cli:root,Root,northfield,qa,no address,,,,\n"
        "eve,Eve\x07,northfield,qa,,,,,,too much\n"
    )
    result = run("people", "import", listed(HEADER + BEN + wrong))
    assert result.exit_code == 1
    assert sorted(result.stderr.splitlines()[:-1]) == sorted(
        [
            "people.csv:2: the id 'ben' stands 2 times; give each person their own",
            "people.csv:3: name is empty",
            "people.csv:4: unknown site 'nortfield'; did you mean 'northfield'?",
            "people.csv:4: unknown time zone 'Europe/Dubln'; did you mean 'Europe/Dublin'?",
            "people.csv:4: language is 'Deutsch'; write its code, such as en",
            "people.csv:4: active is 'perhaps'; write yes or no",
            "people.csv:4: unknown right 'release_stp'; did you mean 'release_stop'?",
            "people.csv:5: the id 'ben' stands 2 times; give each person their own",
            "people.csv:6: the id 'system' cannot be used; write letters, digits and . _ - @ +",
            "people.csv:7: the id 'cli:root' cannot be used; write letters, digits and . _ - @ +",
            "people.csv:7: 'no address' is no e-mail address; write it as name@example.org",
            "people.csv:8: 10 cells, where the first line has 9; put text with a comma in quotes",
            "people.csv:8: name holds a character that nobody can see; type it again",
        ]
    )
    assert result.stderr.splitlines()[-1] == "Nothing was taken in."
    assert directory(on_database) == {}
    assert audited(on_database) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "people.csv:1: there is no column id, name, site, role; name the columns in the first line"),
        (b"id,name,site\n", "people.csv:1: there is no column role"),
        (b"id,name,site,role,zne\n", "people.csv:1: unknown column 'zne'; did you mean 'zone'?"),
        (b"id,name,site,role,id\n", "people.csv:1: the column 'id' stands twice; keep one"),
        (b"id,name,site,role\nb,\xe9,x,y\n", "people.csv is not UTF-8 text; save it as 'CSV UTF-8'"),
        (b'id,name,site,role\n"' + b"x" * 200_000, "people.csv cannot be read as CSV: field larger than"),
    ],
)
def test_a_file_that_is_no_list_of_people_is_one_sentence(run, content, said):
    run("migrate")
    Path("people.csv").write_bytes(content)
    result = run("people", "import", "people.csv")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert said in result.stderr


def test_a_file_that_is_not_there_is_one_sentence(run):
    run("migrate")
    result = run("people", "import", "nobody.csv")
    assert (result.exit_code, result.stderr) == (1, "nobody.csv cannot be read: No such file or directory\n")


# By hand


@pytest.fixture
def peopled(run: Run, on_database: Database) -> Database:
    run("people", "import", listed(HEADER + ANA + BEN))
    return on_database


def test_a_right_is_given_and_taken_back_and_both_are_audited(run, peopled):
    assert run("people", "grant", "ben", "release_stop").stdout == "Ben Oduya may now release stop.\n"
    assert directory(peopled)["ben"].rights == {Right.RELEASE_STOP}
    assert (
        run("people", "revoke", "BEN  oduya", "release_stop").stdout
        == "Ben Oduya may no longer release stop.\n"
    )
    assert directory(peopled)["ben"].rights == frozenset()
    assert audited(peopled)[-2:] == [
        ("cli:root", "right granted", "person:ben", "", "release_stop"),
        ("cli:root", "right revoked", "person:ben", "release_stop", ""),
    ]


def test_a_right_that_changes_nothing_is_not_audited(run, peopled):
    before = audited(peopled)
    assert run("people", "grant", "ana", "see_figures").stdout == "Ana Ruiz already may see figures.\n"
    assert run("people", "revoke", "ben", "see_figures").stdout == "Ben Oduya already may not see figures.\n"
    assert audited(peopled) == before


def test_a_right_that_does_not_exist_is_refused_with_those_that_do(run, peopled):
    result = run("people", "grant", "ben", "release")
    assert result.exit_code == 2
    assert "release_stop" in result.stderr


def test_a_link_lets_in_once_and_is_audited(run, peopled):
    link = run("people", "link", "ben", "--address", "https://coach.example.org/").stdout.strip()
    token = link.removeprefix("https://coach.example.org/in/")
    assert len(token) == 43
    with peopled.writing() as conn:
        assert access.redeem_link(conn, hashed(token)) == "ben"
    with peopled.writing() as conn:
        assert access.redeem_link(conn, hashed(token)) is None
    assert audited(peopled)[-1] == ("cli:root", "sign-in link made", "person:ben", "", "")
    assert token not in str(audited(peopled))


def test_a_link_leads_to_where_the_coach_is_served_by_default(run, peopled, monkeypatch):
    monkeypatch.setenv("PORT", "8011")
    assert run("people", "link", "ben").stdout.startswith("http://127.0.0.1:8011/in/")


def test_a_link_that_could_not_be_opened_is_not_made(run, peopled):
    result = run("people", "link", "ben", "--address", "coach.example.org")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "write it as https://coach.example.org" in result.stderr
    run("people", "import", listed(HEADER + NO_BEN))
    result = run("people", "link", "ben")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Ben Oduya is no longer active" in result.stderr


def test_a_personal_code_is_shown_once_and_only_its_hash_is_kept(run, peopled):
    shown = run("people", "link", "ben", "--code").stdout.strip()
    assert len(shown) == 6
    assert shown.isdecimal()
    with peopled.reading() as conn:
        rows = conn.execute(select(codes)).all()
    assert [(row.person, shown in str(row)) for row in rows] == [("ben", False)]
    assert is_code(peopled, "ben", shown)
    assert audited(peopled)[-1] == ("cli:root", "personal code made", "person:ben", "", "")
    assert shown not in str(audited(peopled))


def test_a_new_code_ends_the_one_before(run, peopled):
    first = second = run("people", "link", "ben", "--code").stdout.strip()
    while second == first:  # one in a million is the same
        second = run("people", "link", "ben", "--code").stdout.strip()
    assert not is_code(peopled, "ben", first)
    assert is_code(peopled, "ben", second)


def test_a_code_for_a_chat_is_shown_once_opens_nothing_else_and_is_audited(run, peopled):
    code = run("people", "link", "ana", "--chat").stdout.strip()
    assert re.fullmatch(r"\w{4}-\w{4}-\w{4}", code)
    with peopled.writing() as conn:
        assert access.redeem_link(conn, hashed(code)) is None, "it is no sign-in link"
        assert access.redeem_link(conn, chat_code_hash(code.upper().replace("-", " "))) == "ana"
        assert access.redeem_link(conn, chat_code_hash(code)) is None, "it is spent"
    assert audited(peopled)[-1][:3] == ("cli:root", "chat code made", "person:ana")


def test_who_is_no_longer_active_gets_no_code(run, peopled):
    run("people", "import", listed(HEADER + NO_BEN))
    result = run("people", "link", "ben", "--code")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Ben Oduya is no longer active, so a code would not let them in" in result.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bne", "nobody in the directory is 'bne'; did you mean 'ben'?"),
        ("Ana Riuz", "nobody in the directory is 'Ana Riuz'; did you mean 'Ana Ruiz'?"),
        ("zzzzzz", "nobody in the directory is 'zzzzzz'; use one of: Ana Ruiz, Ben Oduya, ana, ben"),
    ],
)
@pytest.mark.parametrize(
    "command", [("grant", "see_figures"), ("revoke", "see_figures"), ("link",), ("link", "--code")]
)
def test_nobody_of_this_name_is_asked_back(run, peopled, command, name, said):
    result = run("people", command[0], name, *command[1:])
    assert (result.exit_code, result.stderr) == (1, f"{said}\n")


def test_two_of_one_name_are_asked_back_by_id(run, peopled):
    run("people", "import", listed(HEADER + BEN.replace("ben", "ben2", 1)))
    result = run("people", "grant", "Ben Oduya", "see_figures")
    assert (result.exit_code, result.stderr) == (
        1,
        "2 people are called 'Ben Oduya'; name one by id: ben, ben2\n",
    )


def test_an_empty_directory_says_how_to_fill_it(run):
    run("migrate")
    result = run("people", "link", "ben")
    assert result.exit_code == 1
    assert "the directory is empty; add people with: qms-coach people import" in result.stderr
