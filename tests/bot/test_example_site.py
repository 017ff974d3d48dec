"""The example site of the documents: nothing is wrong with it, and it lacks nothing that a site must supply."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from bot.commands.directory import read_people
from bot.content.library import Library
from bot.content.reader import read_shelf
from bot.content.readiness import lacking
from bot.document import as_docx
from bot.person import Person
from playbooks.coaching.catalogue import Listener, look
from playbooks.coaching.finding import Known
from playbooks.draft import Around, draft_of
from playbooks.run import Drafted
from playbooks.scenario import play
from tests.content import shipped_library
from tests.tools.build_example_template import FORM, TEMPLATE, build

FOLDER = Path(__file__).parents[2] / "docs" / "example-site"
TODAY = date(2026, 11, 27)
NOW = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)
OWN = ("line-clearance", "shift-handover")
NOT_APPROVED = " is not approved, and says so wherever it is used; approve it with: qms-coach approve"


@pytest.fixture(scope="module")
def library() -> Library:
    return read_shelf(FOLDER, today=TODAY, tries=OWN).sound()


@pytest.fixture(scope="module")
def directory(library: Library) -> list[Person]:
    return [
        Person(line["id"], line["name"], line["site"], line["role"])
        for line in read_people(FOLDER / "people.csv", library.sites)
    ]


def found(library: Library, directory: list[Person]) -> list[str]:
    return list(lacking(library, library.site("ashford"), directory, TODAY))


def test_nothing_is_wrong_with_it_and_its_own_playbooks_keep_what_they_promise():
    shelf = read_shelf(FOLDER, today=TODAY, tries=OWN)
    assert [str(finding) for finding in shelf.findings] == []
    assert {name: bool(shelf.trials[name].covered) for name in OWN} == dict.fromkeys(OWN, True)
    assert list(shelf.library.sites) == ["ashford"]


def test_it_adds_a_playbook_and_puts_another_in_the_place_of_a_shipped_one(library):
    shipped = shipped_library()
    assert set(library.playbooks) - set(shipped.playbooks) == {"line-clearance"}
    assert library.script("shift-handover").hash != shipped.script("shift-handover").hash
    assert library.script("deviation-open").hash == shipped.script("deviation-open").hash


def test_what_it_replaced_is_held_to_what_the_shipped_one_must_never_lose(tmp_path):
    folder = Path(shutil.copytree(FOLDER, tmp_path / "site"))
    own = folder / "playbooks" / "shift-handover.yaml"
    own.write_text(own.read_text().replace("to: supervisor_on_shift", "to: qa_on_call"))
    told = [str(finding) for finding in read_shelf(folder, tries=()).findings]
    assert any("Step 'to_next_shift' does not hand over to 'supervisor_on_shift'" in each for each in told)


@pytest.mark.parametrize("name", OWN)
def test_its_own_playbooks_are_approved_as_they_stand(library, name):
    approval = library.approval(library.script(name))
    assert approval, "approve it again as docs/example-site/README.md says"
    assert approval.role == "Head of QA"


def test_it_lacks_nothing_but_the_approval_of_what_is_shipped(library, directory):
    assert [each for each in found(library, directory) if not each.endswith(NOT_APPROVED)] == []
    assert not any(each.startswith(OWN) for each in found(library, directory))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("interview_rules", "fact-interview cannot be started: add interview_rules to 'values'"),
        ("open_within", "deviation-open cannot be started: add open_within to 'values'"),
        ("supervisor_on_shift", "there is no roster supervisor_on_shift, and shift-handover needs it"),
    ],
)
def test_what_it_no_longer_supplies_is_named(tmp_path, directory, line, said):
    folder = Path(shutil.copytree(FOLDER, tmp_path / "site"))
    settings = folder / "sites" / "ashford" / "settings.yaml"
    without = re.sub(rf"^  {line}: .*\n(?:    .*\n)*", "", settings.read_text(), flags=re.MULTILINE)
    settings.write_text(without)
    poorer = read_shelf(folder, today=TODAY, tries=()).sound()
    assert any(each.startswith(said) for each in found(poorer, directory))


def test_one_person_alone_cannot_take_over_from_themself(tmp_path, directory):
    folder = Path(shutil.copytree(FOLDER, tmp_path / "site"))
    settings = folder / "sites" / "ashford" / "settings.yaml"
    settings.write_text(settings.read_text().replace("people: [omar, june]", "people: [omar]"))
    alone = read_shelf(folder, today=TODAY, tries=()).sound()
    assert (
        "only omar stands on the roster supervisor_on_shift, to which shift-handover hands over; "
        "name a second, or a backup"
    ) in found(alone, directory)


def test_it_coaches_texts_in_its_own_manner(library):
    site = library.site("ashford")
    found = look(
        "Yesterday the IPC of the ABC press had no impact.",
        ("relative_date", "minimising", "undefined_acronym"),
        Known(glossary=frozenset(site.coaching.glossary)),
        site.coaching,
        Listener(),
    )
    assert [(each.check, each.question) for each in found] == [
        ("relative_date", "“Yesterday” is hard to place later. Which day and time, as in the batch record?"),
        ("undefined_acronym", "Would a reader from another site know “ABC”?"),
    ]


def test_its_own_template_is_as_its_tool_builds_it():
    assert TEMPLATE.read_bytes() == build(), "run: python -m tests.tools.build_example_template"


def test_a_draft_is_laid_out_by_its_own_template(library):
    site, script = library.site("ashford"), library.script("line-clearance")
    answers = {
        "official_record": "Batch record 26P118 page 4",
        "which_line": "Blister line 2",
        "order_before": "004471",
        "looked_at": ["feeder", "floor"],
        "found": ["none"],
    }
    played = play(script, answers, site.frozen_for("operator"), NOW, site.place)
    made = next(event for event in reversed(played.events) if isinstance(event.what, Drafted))
    draft = draft_of(script, played.events, made, site.place, Around("coach-1", site.name, {}, ""))
    word = Document(BytesIO(as_docx(draft, library.template_of(script, "draft"))))
    assert [paragraph.text for paragraph in word.sections[0].header.paragraphs][:2] == [
        FORM,
        "DRAFT, not the quality record. The signed page of the batch record counts.",
    ]
    assert "004471" in "\n".join(
        cell.text for table in word.tables for row in table.rows for cell in row.cells
    )
