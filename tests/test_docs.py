"""The documents say what is true: commands, variables, keys and links exist, and the examples are executed."""

from __future__ import annotations

import re
import subprocess
import textwrap
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

import pytest
import typer.main
from pydantic import BaseModel
from typer.core import TyperCommand, TyperGroup, TyperOption

from bot.__main__ import COMMANDS, command_line
from bot.commands.directory import read_people
from bot.content.approval_file import RawApproval
from bot.content.reader import read_shelf
from bot.content.scenario_file import RawButIf, RawGiven, RawScenario
from bot.content.site_file import RawCalendar, RawPerson, RawRoster, RawSite
from bot.jobs import KEEP_EVENTS, KEEP_INBOX, KEEP_OUTBOX
from bot.person import Right
from bot.settings import Settings
from bot.store.tables import metadata
from playbooks import calendar, shape
from playbooks.calc import CALCS, COMPARE
from playbooks.conditions import UNKNOWN
from playbooks.obligation import Obligation
from playbooks.script import AnswerType

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")
RUNNING_IT = (DOCS / "running-it.md").read_text(encoding="utf-8")
WRITING = (DOCS / "writing-a-playbook.md").read_text(encoding="utf-8")
PRIVACY = (DOCS / "privacy.md").read_text(encoding="utf-8")

Typed: TypeAlias = (
    TyperCommand | TyperGroup
)  # what can be typed: a group too, where it does something by itself

ONLY_FOR_TESTS = {"QMS_COACH_TEST_DATABASE_URL", "QMS_COACH_REQUIRE_ALL"}
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_EXAMPLE = re.compile(r"^```yaml\n# (?P<path>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def each_command(group: TyperGroup, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Typed]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            if command.invoke_without_command:
                yield " ".join((*words, name)), command
            yield from each_command(command, (*words, name))
        elif isinstance(command, TyperCommand):
            yield " ".join((*words, name)), command


def every_command() -> dict[str, Typed]:
    group = typer.main.get_command(command_line(()))
    assert isinstance(group, TyperGroup)
    return dict(each_command(group))


def options_of(command: Typed) -> set[str]:
    return {name for option in command.params if isinstance(option, TyperOption) for name in option.opts}


def models_of(module: ModuleType) -> Iterator[type[BaseModel]]:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, BaseModel) and value.__module__ == module.__name__:
            yield value


def in_backquotes(page: str) -> str:
    """Everything that stands as code in a page's own text, its long examples left out."""
    return " ".join(
        re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL))
    )


def anchors_of(page: Path) -> set[str]:
    """The headings of a page as a link names them."""
    headings = re.findall(r"^#+ +(.+)$", _CODE.sub(_kept, page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _kept(code: re.Match[str]) -> str:
    return "" if code[0].startswith("```") else code[0].strip("`")


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    """A site's folder made of every example that the documents show with its path."""
    for page in PAGES:
        for example in _EXAMPLE.finditer(page.read_text(encoding="utf-8")):
            path = tmp_path / example["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(example["text"], encoding="utf-8")
    return tmp_path


# --- Commands ---------------------------------------------------------------------------------------------


def calls_in_the_table() -> dict[str, set[str]]:
    """The commands that the table in docs/running-it.md explains, each with the options it shows."""
    table = RUNNING_IT.partition("## Every command")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.+?`) \|", table, re.MULTILINE)
    calls = [call for cell in cells for call in re.findall(r"`([^`]+)`", cell)]
    return {
        " ".join(re.findall(r"(?<!\S)[a-z][a-z-]*", call)): set(re.findall(r"--[a-z-]+", call))
        for call in calls
    }


def test_every_command_is_explained_and_no_other():
    assert set(calls_in_the_table()) == set(every_command())


@pytest.mark.parametrize("name", every_command())
def test_every_option_of_a_command_is_shown_and_no_other(name):
    assert calls_in_the_table()[name] == options_of(every_command()[name])


def test_every_command_and_option_has_help():
    without = [name for name, command in every_command().items() if not command.help]
    for name, command in every_command().items():
        without += [f"{name} {p.name}" for p in command.params if not getattr(p, "help", "")]
    assert not without


def test_the_table_of_commands_leads_to_commands():
    assert {name.split()[0] for name in every_command()} == set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_shows_a_command_or_option_that_does_not_exist(page):
    known = every_command()
    code = "\n".join(_shown(page))
    for called in re.findall(r"qms-coach +([a-z][a-z-]*(?: [a-z]+)?)([^\n;]*)", code):
        words, rest = called
        name = words if words in known else words.split()[0]
        assert name in known, f"{name_of(page)} shows `qms-coach {words}`, which is no command"
        strange = set(re.findall(r"(?<!\S)--[a-z-]+", rest)) - options_of(known[name]) - {"--help"}
        assert not strange, f"{name_of(page)} shows `qms-coach {name}` with {strange}"


def _shown(page: Path) -> list[str]:
    found = re.findall(r"`([^`\n]+)`|^    (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [inline or block for inline, block in found]


# --- Variables, rights, keys ------------------------------------------------------------------------------


def variables() -> set[str]:
    return {str(field.validation_alias) for field in Settings.model_fields.values()}


def test_the_table_of_variables_is_complete_and_no_longer():
    table = RUNNING_IT.partition("## Every variable")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == variables()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_names_a_variable_that_does_not_exist(page):
    named = set(re.findall(r"\bQMS_COACH_[A-Z_]+\b", page.read_text(encoding="utf-8")))
    assert named <= variables() | ONLY_FOR_TESTS


def test_every_right_is_named():
    assert set(Right) <= set(in_backquotes(RUNNING_IT).split())


def keys_of(*models: type[BaseModel]) -> set[str]:
    """The keys of these models, as they are written in a file."""
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


def test_every_key_of_a_playbook_is_explained():
    explained = set(re.findall(r"\w+", in_backquotes(WRITING)))
    words = {"answered", "includes_any", "all", "any", "not", "not_after", "not_before", UNKNOWN, *AnswerType}
    words |= {*CALCS, *COMPARE, *calendar.NAMES, *(takes for calc in CALCS.values() for takes in calc.knows)}
    missing = (keys_of(*models_of(shape)) | words) - explained
    assert not missing


def test_every_key_of_a_scenario_is_explained():
    explained = set(re.findall(r"\w+", in_backquotes(WRITING)))
    missing = keys_of(RawScenario, RawGiven, RawButIf) - explained
    assert not missing


def test_every_key_of_an_obligation_is_explained():
    section = WRITING.partition("## Obligations")[2].partition("\n## ")[0]
    missing = keys_of(Obligation) - set(re.findall(r"\w+", in_backquotes(section)))
    assert not missing


def test_every_key_of_a_sites_settings_and_approvals_is_explained():
    explained = set(re.findall(r"\w+", in_backquotes(RUNNING_IT)))
    missing = keys_of(RawSite, RawRoster, RawPerson, RawCalendar, RawApproval) - explained
    assert not missing


def test_privacy_names_only_tables_that_exist_and_the_periods_that_hold():
    tables = {
        name
        for row in re.findall(r"^\|[^|]+\|([^|]+)\|", PRIVACY, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert tables <= set(metadata.tables)
    for kept, table in ((KEEP_INBOX, "inbox"), (KEEP_OUTBOX, "outbox"), (KEEP_EVENTS, "engagement_events")):
        assert re.search(rf"\| `{table}` \| {kept.days} days \|", PRIVACY), f"{table}: {kept.days} days"


# --- Examples ---------------------------------------------------------------------------------------------


def test_the_examples_make_a_site_that_has_nothing_wrong_with_it(overlay):
    shelf = read_shelf(overlay, today=date(2026, 6, 3), tries={"spill"})
    assert [str(finding) for finding in shelf.findings] == []
    assert {"spill", "deviation-open"} <= set(shelf.library.playbooks)
    assert shelf.trials["spill"].covered
    assert list(shelf.library.sites) == ["eastbrook"]


def test_a_fault_in_an_example_would_be_found(overlay):
    path = overlay / "playbooks" / "spill.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("{fact: product_touched}", "{fact: product}"),
        encoding="utf-8",
    )
    assert any("unknown fact 'product'" in str(finding) for finding in read_shelf(overlay, tries=()).findings)


def test_every_playbook_can_be_started_at_the_example_site(overlay):
    library = read_shelf(overlay, tries=()).library
    site = library.site("eastbrook")
    never = {
        book.script.id: library.why_not(book.script, site, date(2026, 6, 3))
        for book in library.playbooks.values()
    }
    assert set(never.values()) == {""}, never


def test_the_example_list_of_people_can_be_taken_in(overlay, tmp_path):
    shown = RUNNING_IT.partition("A CSV file in UTF-8")[2].partition("\n\n")[2].partition("\n\n")[0]
    file = tmp_path / "people.csv"
    file.write_text(textwrap.dedent(shown), encoding="utf-8")
    listed = read_people(file, read_shelf(overlay, tries=()).library.sites)
    assert [line["id"] for line in listed] == ["maria", "tom"]


# --- README and links -------------------------------------------------------------------------------------


def test_the_first_thirty_lines_of_the_readme_name_the_two_commands():
    opening = "\n".join(README.splitlines()[:30])
    assert "make demo" in opening
    assert "make test" in opening


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_command_exists(page):
    targets = set(
        re.findall(r"^([a-z0-9]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    called = {
        word
        for code in _shown(page)
        for line in re.findall(r"^make ([a-z0-9 ]+)", code)
        for word in line.split()
    }
    assert called <= targets


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_inside_the_project_leads_somewhere(page):
    for link in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, heading = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name_of(page)} links to {link}, which is not there"
        if heading:
            assert heading in anchors_of(target), (
                f"{name_of(page)} links to {link}, which has no such heading"
            )


def test_every_page_is_reached_from_the_index():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in _LINK.findall(index)}
    assert {page for page in DOCS.rglob("*.md") if page.name != "index.md"} <= linked


def test_the_picture_is_small():
    assert (DOCS / "images" / "conversation.png").stat().st_size < 200_000


# --- Nobody's machine -------------------------------------------------------------------------------------

_SOMEBODYS_HOME = re.compile(r"(?<![\w.:/}])/(?:home|Users|root|mnt)/\w|\b[A-Z]:\\Users\\")


def test_no_file_of_the_project_names_a_place_on_a_developers_machine():
    found = [
        f"{name}:{number}"
        for name, number, line in lines_of_the_project()
        if _SOMEBODYS_HOME.search(line) or f"{ROOT}/" in line
    ]
    assert not found


def lines_of_the_project() -> Iterator[tuple[str, int, str]]:
    """Every line of every file that is, or may yet be, committed; this file's own patterns left out."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and path != Path(__file__):
            text = path.read_bytes().decode("utf-8", "replace")
            yield from ((name, number, line) for number, line in enumerate(text.splitlines(), 1))
