"""What an author and a site may count on when content is read."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from importlib.resources import files as resources_of
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.finding import ContentRefused, Finding
from bot.content.library import cited_by
from bot.content.reader import Shelf, read_answers, read_shelf
from bot.content.site_file import nearest_zone
from bot.errors import CoachError
from bot.site import Roster
from bot.strict_yaml import Value, read
from playbooks.coaching.catalogue import Manner
from playbooks.loader import load
from playbooks.script import Document, Script
from tests.bot.authored import OBLIGATIONS, PLAYBOOK, SCENARIOS, SITE, line_of, write_overlay
from tests.content import cache_folder, library_of, shipped_library

SHIPPED = shipped_library()
TODAY = date(2026, 6, 3)
CONCERN = "data-integrity-concern"  # a shipped playbook that no other carries anything into
RETYPED = (("label: System or record\n    type: text", "label: System or record\n    type: long_text"),)
UNPROTECTED = (("share: [seen, where_kept]\n      release:", "share: [seen]\n      release:"),)
OWED = ("data-secure-now",)  # the obligation that this breaks


def read_own(folder: Path, *, tries: Collection[str] = ("spill",)) -> Shelf:
    """What is read and found when the overlay in `folder` is checked; of the playbooks, only its own is tried."""
    return read_shelf(folder, tries=tries, cache=cache_folder())


def findings(shelf: Shelf, *, are_warnings: bool = False) -> list[str]:
    return [str(finding) for finding in shelf.findings if finding.is_warning is are_warnings]


def the_finding(folder: Path, *, tries: Collection[str] = ("spill",)) -> Finding:
    """The only thing found wrong with the overlay in `folder`."""
    found = read_own(folder, tries=tries).findings
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


# The shipped library


def test_the_shipped_library_has_nothing_wrong_with_it():
    shelf = read_shelf(today=TODAY, tries=())  # `make check` tries every playbook
    assert findings(shelf) == []
    assert shelf.library.playbooks
    assert "en" in shelf.library.wordings


def test_a_playbook_is_tried_in_full():
    (trial,) = read_shelf(tries=("fact-interview",)).trials.values()
    assert trial.scenarios > 1
    assert trial.covered
    assert trial.covered.percent == 100
    assert trial.explored.paths > 1


def test_no_claim_lacks_a_source():
    cited = {
        (playbook.script.id, fact)
        for playbook in SHIPPED.playbooks.values()
        for fact in cited_by(playbook.script)
    }
    assert cited
    assert {claim for claim in cited if claim[1] not in SHIPPED.sources} == set()


def test_every_source_says_where_it_stands():
    for fact, source in SHIPPED.sources.items():
        assert source.citation.clause, fact
        assert source.citation.title, fact
        assert source.citation.url.startswith("https://") or not source.citation.url, fact


@pytest.mark.parametrize("site_id", SHIPPED.sites)
def test_everything_shipped_can_be_started_at_the_fictional_sites(site_id):
    site = SHIPPED.site(site_id)
    assert site.is_fictional
    assert {script.id for script in SHIPPED.shelf(site, TODAY)} == {
        book.script.id for book in SHIPPED.playbooks.values() if not book.script.is_part_only
    }


def test_the_people_of_the_fictional_site_stand_behind_its_roles():
    people = {person.id for person in SHIPPED.people}
    rosters = {
        person
        for site in SHIPPED.sites.values()
        for roster in site.rosters.values()
        for person in (*roster.people, *roster.backup)
    }
    assert rosters
    assert rosters <= people


def test_every_document_step_finds_its_template():
    for playbook in SHIPPED.playbooks.values():
        for step in playbook.script.steps:
            if isinstance(step.does, Document):
                assert SHIPPED.template_of(playbook.script, step.id).startswith(b"PK")


def test_a_step_that_makes_no_document_has_no_template():
    script = SHIPPED.playbooks["deviation-open"].script
    with pytest.raises(TypeError, match="review makes no document"):
        SHIPPED.template_of(script, "review")


# An overlay


def test_an_overlay_adds_its_sites_and_playbooks_to_the_shipped_ones(tmp_path):
    library = library_of(write_overlay(tmp_path))
    assert set(library.playbooks) == {*SHIPPED.playbooks, "spill"}
    assert set(library.sites) == {"acme"}
    assert not library.site().is_fictional
    assert library.people == ()


def shipped_text(name: str) -> str:
    return Path(SHIPPED.playbooks[name].document.file).read_text(encoding="utf-8")


def shipped_version(name: str) -> str:
    return SHIPPED.playbooks[name].script.version


def own_version(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """An overlay that has its own version of a shipped playbook, with these changes."""
    text = shipped_text(name).replace(f'version: "{shipped_version(name)}"', 'version: "2.0.0"', 1)
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    write_overlay(folder)
    (folder / "playbooks" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_an_overlay_replaces_a_playbook_of_the_same_name(tmp_path):
    folder = own_version(tmp_path, CONCERN, ("title: A worry about data", "title: Our own worry"))
    library = library_of(folder)
    assert library.playbooks[CONCERN].script.title == "Our own worry"
    assert set(library.playbooks) == {*SHIPPED.playbooks, "spill"}


def test_a_question_that_keeps_its_name_keeps_its_type(tmp_path):
    """F4: else the same answer would mean two things in one history."""
    folder = own_version(tmp_path, CONCERN, *RETYPED)
    (found,) = (
        each for each in read_own(folder, tries=()).findings if "in the shipped version" in each.found
    )
    assert found.found == "'where_kept' is long_text here, and text in the shipped version"
    assert found.remedy == "give the question a name of its own"
    assert Path(found.file).parent == tmp_path / "playbooks"
    text = Path(found.file).read_text(encoding="utf-8").splitlines()
    assert text[found.line - 1].strip() == "type: long_text"
    with pytest.raises(ContentRefused, match="in the shipped version"):
        library_of(folder)


def test_another_content_under_the_number_of_the_shipped_version_is_warned_about(tmp_path):
    shipped = shipped_version(CONCERN)
    folder = own_version(
        tmp_path,
        CONCERN,
        ('version: "2.0.0"', f'version: "{shipped}"'),
        ("title: A worry", "title: Our worry"),
    )
    warning = f"this is not the shipped version {shipped}, and has its number; give it a number of its own"
    assert [each for each in findings(read_own(folder, tries=()), are_warnings=True) if warning in each]


def test_an_own_version_of_a_sub_flow_goes_into_its_callers(tmp_path):
    folder = own_version(tmp_path, "immediate-containment", ("title: Contain it now", "title: Contain it"))
    shelf = read_own(folder, tries=("deviation-open",))
    assert findings(shelf) == []
    own = shelf.library.playbooks["deviation-open"].script
    assert own.hash != SHIPPED.playbooks["deviation-open"].script.hash
    assert own.uses == {"immediate-containment": shelf.library.script("immediate-containment").hash}


MORE = """\
  - id: more
    section: now
    ask: Anything else of your own?
    type: yes_no

"""


def test_shipped_scenarios_of_a_caller_become_advice_where_its_sub_flow_is_the_sites_own(tmp_path):
    """They were written for another sub-flow, and a site cannot change them."""
    section = "  - id: next_shift\n"
    folder = own_version(tmp_path, "immediate-containment", (section, MORE + section))
    shelf = read_own(folder, tries=("deviation-open",))
    assert findings(shelf) == []
    advice = [each for each in shelf.findings if each.file.endswith("deviation-open.test.yaml")]
    assert advice
    assert all(each.is_warning for each in advice)


def test_an_overlay_adds_and_replaces_templates(tmp_path):
    folder = write_overlay(tmp_path)
    (folder / "templates").mkdir()
    (folder / "templates" / "coaching-draft.docx").write_bytes(b"PK our own")
    (folder / "templates" / "spill.docx").write_bytes(b"PK another")
    templates = library_of(folder).templates
    assert (templates["coaching-draft"], templates["spill"]) == (b"PK our own", b"PK another")


def test_a_site_is_found_by_id_and_the_first_one_without(tmp_path):
    folder = write_overlay(tmp_path)
    (folder / "sites" / "zeta").mkdir()
    (folder / "sites" / "zeta" / "settings.yaml").write_text(SITE.replace("site: acme", "site: zeta"))
    library = library_of(folder)
    assert library.site().id == "acme"
    assert library.site("zeta").id == "zeta"
    with pytest.raises(CoachError, match="there is no site 'zetta'; did you mean 'zeta'"):
        library.site("zetta")


def test_a_site_settings_file_says_everything_about_a_site(tmp_path):
    site = library_of(write_overlay(tmp_path)).site("acme")
    assert (site.name, site.regions, site.zone, site.is_day_first) == (
        "Acme Works",
        ("US",),
        "America/New_York",
        False,
    )
    assert site.values["on_call_qa"] == "extension 12"
    assert site.rosters["qa_on_call"] == Roster(("kim",), "extension 12")
    assert (site.country, site.weekend, site.requires_approval) == ("US", ("sat", "sun"), False)


# What is refused: each with its file, its line and what would do


@pytest.mark.parametrize(
    ("wrong", "right", "found", "remedy"),
    [
        ("titel:", "title:", "unknown key 'titel'", "did you mean 'title'?"),
        ("    tpye: text", "    type: text", "unknown key 'tpye'", "did you mean 'type'?"),
        ("  ownr: QA", "  owner: QA", "unknown key 'ownr'", "did you mean 'owner'?"),
        ("cite: [A-99]", "cite: [A-06]", "unknown source 'A-99'", "did you mean"),
        (
            "coaching-drft",
            "coaching-draft",
            "unknown template 'coaching-drft'",
            "did you mean 'coaching-dr",
        ),
        ("section: fcts", "section: facts", "unknown section 'fcts'", "did you mean 'facts'?"),
        ("type: txt", "type: text", "steps.0.type cannot be 'txt'", "use "),
        ('"2026-02-30"', '"2026-01-05"', "there is no day '2026-02-30'", "correct the date"),
        ("version: 1", 'version: "1.0.0"', "version is not text", "put it in quotes"),
        (
            "for_roles: operator",
            "for_roles: [operator]",
            "for_roles is no list",
            "write '- ' before each item",
        ),
        (
            "sections: all",
            "sections:\n  - {id: facts, title: The facts}",
            "sections is no list",
            "write '- '",
        ),
        ("check: [x]", "type: text", "check.0 does not hold names", "write 'name: value'"),
        (
            "playbook: spil",
            "playbook: spill",
            "'playbook: spil' stands in spill.yaml",
            "rename the file spil.yaml",
        ),
        ("title: 'Report", "title: Report", "a quotation mark", "close it"),
        ("title: *x", "title: Report", "'*x' repeats a value", "put the text in quotes"),
        ("title: a\ntitle: b #", "title:", "'title' stands here a second time", "keep one of the two"),
    ],
)
def test_a_playbook_is_refused_with_line_and_remedy(tmp_path, wrong, right, found, remedy):
    spoilt = PLAYBOOK.replace(right, wrong, 1)
    shelf = read_own(write_overlay(tmp_path, playbook=spoilt), tries=())
    refused = next((each for each in shelf.findings if found in each.found), None)
    assert refused, findings(shelf)
    assert Path(refused.file) == tmp_path / "playbooks" / "spill.yaml"
    assert refused.line == line_of(spoilt, wrong.split("\n")[-1])
    assert remedy in refused.remedy


@pytest.mark.parametrize(
    ("wrong", "right", "found", "remedy"),
    [
        (
            "zone: America/New_Yrk",
            "zone: America/New_York",
            "unknown time zone",
            "did you mean 'America/New_York'?",
        ),
        ("zone: new_york", "zone: America/New_York", "unknown time zone", "use one of: America/New_York"),
        ("site: acm", "site: acme", "'site: acm' stands in the folder acme", "rename the folder acm"),
        ("site: Acme", "site: acme", "'Acme' is badly shaped", "it must match"),
        ("nme: Acme", "name: Acme", "'name' is missing", "add 'name: …'"),
        ("regions: [USA]", "regions: [US]", "regions.0 cannot be 'USA'", "use 'US', 'EU' or 'UK'"),
        ("locale: en_us", "locale: en_US", "'en_us' is badly shaped", "it must match"),
        ("on_call_qa: 12", "on_call_qa: extension 12", "values.on_call_qa is not text", "put it in quotes"),
        ("{peeple: [kim],", "{people: [kim],", "unknown key 'peeple'", "did you mean 'people'?"),
        ("rosters: [x]\nnames:\n", "rosters:\n", "rosters does not hold names", "write 'name: value'"),
    ],
)
def test_a_site_is_refused_with_line_and_remedy(tmp_path, wrong, right, found, remedy):
    spoilt = SITE.replace(right, wrong, 1)
    refused = read_own(write_overlay(tmp_path, site=spoilt), tries=()).findings[0]
    assert Path(refused.file) == tmp_path / "sites" / "acme" / "settings.yaml"
    assert found in refused.found
    assert remedy in refused.remedy
    assert refused.line == (1 if "missing" in found else line_of(spoilt, wrong.split("\n")[0]))


def test_everything_wrong_is_said_at_once(tmp_path):
    folder = write_overlay(
        tmp_path, site=SITE.replace("US", "USA"), playbook=PLAYBOOK.replace("title", "titel", 1)
    )
    with pytest.raises(ContentRefused) as refused:
        library_of(folder)
    assert {Path(finding.file).name for finding in refused.value.findings} == {"settings.yaml", "spill.yaml"}
    assert len(str(refused.value).splitlines()) == len(refused.value.findings)


def test_a_folder_without_a_site_is_refused(tmp_path):
    assert "no site is set up; add <id>/settings.yaml to this folder" in str(the_finding(tmp_path))
    with pytest.raises(ContentRefused, match="no site is set up"):
        library_of(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    assert str(the_finding(tmp_path / "nowhere")) == (
        f"{tmp_path / 'nowhere'}: there is no such folder; correct QMS_COACH_SITE, which names it"
    )


def test_a_site_folder_without_settings_is_refused(tmp_path):
    folder = write_overlay(tmp_path)
    (folder / "sites" / "empty").mkdir()
    (folder / "sites" / ".git").mkdir()
    assert "empty/settings.yaml:1: this cannot be read" in str(the_finding(folder))


def test_a_playbook_file_holds_one_playbook(tmp_path):
    folder = write_overlay(tmp_path, playbook=f"{PLAYBOOK}---\n{PLAYBOOK}")
    assert "a second document begins here" in str(read_own(folder).findings[0])


@pytest.mark.parametrize(
    ("name", "warning"),
    [
        ("fire.yml", "fire.yml:1: warning: this file is not read; rename it fire.yaml"),
        ("fire.test.yaml", "fire.test.yaml:1: warning: these scenarios are not tried; there is no fire.yaml"),
    ],
)
def test_a_file_that_would_be_passed_over_in_silence_is_named(tmp_path, name, warning):
    folder = write_overlay(tmp_path)
    (folder / "playbooks" / name).write_text("scenario: x\n")
    assert findings(read_own(folder), are_warnings=True)[0].endswith(warning)
    assert findings(read_own(folder)) == []


def test_a_playbook_without_scenarios_is_only_warned_about(tmp_path):
    folder = write_overlay(tmp_path)
    (folder / "playbooks" / "spill.test.yaml").unlink()
    assert "warning: no scenarios; write spill.test.yaml beside it" in str(the_finding(folder))
    assert "spill" in library_of(folder).playbooks


@pytest.mark.parametrize(
    ("lacking", "left", "found"),
    [
        (
            "on_call_qa: extension 12",
            'on_call_qa: ""',
            "cannot be started here without the value 'on_call_qa'",
        ),
        (
            "qa_on_call: {people: [kim], phone: extension 12}",
            "other: {}",
            "needs 'qa_on_call', behind which nobody stands here",
        ),
    ],
)
def test_what_a_site_lacks_for_a_playbook_is_named_and_the_site_starts(tmp_path, lacking, left, found):
    site = SITE.replace(lacking, left)
    warnings = findings(read_own(write_overlay(tmp_path, site=site)), are_warnings=True)
    assert [warning for warning in warnings if f"spill {found}" in warning]
    assert all("settings.yaml:" in warning for warning in warnings)
    assert "acme" in library_of(tmp_path).sites


@pytest.mark.parametrize(
    ("right", "wrong", "found", "remedy"),
    [
        ("open_within: 1 working day", "open_within: soon", "'soon' is no duration", "write it as '15 min'"),
        (
            "report_within: 4 h",
            "report_within: 2 working days",
            "'2 working days' cannot be compared with hours between",
            "write a number, or a time such as '4 h'",
        ),
        (
            "deviation_number: DEV-####",
            "deviation_number: 'DEV-[0-9]+'",
            "the mask 'DEV-[0-9]+' is written as a regular expression",
            "write # for a digit, @ for a letter",
        ),
        (
            "deviation_number: DEV-####",
            "deviation_number: DEV-0000",
            "the mask 'DEV-0000' lets only itself be typed",
            "write # for a digit",
        ),
    ],
)
def test_a_value_that_a_clock_or_a_mask_cannot_use_is_refused_at_its_line(
    tmp_path, right, wrong, found, remedy
):
    spoilt = SITE.replace(right, wrong)
    refused = the_finding(write_overlay(tmp_path, site=spoilt))
    assert not refused.is_warning
    assert (Path(refused.file).name, refused.line) == ("settings.yaml", line_of(spoilt, wrong))
    assert refused.found == found
    assert remedy in refused.remedy


@pytest.mark.parametrize(
    ("calendar", "found", "remedy"),
    [
        ("{country: UX}", "no public holidays of 'UX' are known", "did you mean"),
        ("{country: usa}", "no public holidays of 'usa' are known", "use one of"),
        ("{country: DE-BX}", "no public holidays of 'DE-BX' are known", "did you mean 'DE-B"),
        ("{country: US, holidays: [christmas]}", "'christmas' is no day", "write it as 2026-12-25"),
        ("{weekend: [sat, sunday]}", "calendar.weekend.1 cannot be 'sunday'", "use 'mon'"),
        ("{weekend: [mon, tue, wed, thu, fri, sat, sun]}", "a week without a working day", "name the days"),
        ("{contry: US}", "unknown key 'contry'", "did you mean 'country'?"),
    ],
)
def test_a_calendar_is_refused_with_line_and_remedy(tmp_path, calendar, found, remedy):
    spoilt = SITE.replace("{country: US}", calendar)
    refused = next(each for each in read_own(write_overlay(tmp_path, site=spoilt), tries=()).findings)
    assert refused.found == found
    assert remedy in refused.remedy
    assert refused.line == line_of(spoilt, "calendar:")


SWITCHED = """coaching:
  glossary: [LIMS]
  notes_in_draft: true
  checks:
    two_in_one: {switch: "off", reason: Our form asks for it, by: "M. Weber, QA Systems"}
    named_person: {switch: "on", reason: Works council, by: "M. Weber, QA Systems"}
    vague_amount: {ask: "How many is “{quote}”?", reason: Shorter, by: "M. Weber, QA Systems"}
"""


@pytest.mark.scenario("I6")
def test_a_site_switches_checks_and_words_them_and_says_why_and_who_decided_it(tmp_path):
    site = read_own(write_overlay(tmp_path, site=SITE + SWITCHED), tries=()).library.site()

    assert site.coaching == Manner(
        {"two_in_one": False, "named_person": True},
        {"vague_amount": "How many is “{quote}”?"},
        ("LIMS",),
        notes_in_draft=True,
    )
    assert site.place.coaching == site.coaching


@pytest.mark.parametrize(
    ("right", "wrong", "found", "remedy"),
    [
        ("two_in_one", "two_in_on", "unknown coaching check 'two_in_on'", "did you mean 'two_in_one'?"),
        (', by: "M. Weber, QA Systems"}\n    vague', "}\n    vague", "'by' is missing", "add 'by: …'"),
        ("reason: Shorter, ", "", "'reason' is missing", "add 'reason: …'"),
    ],
)
def test_a_check_is_switched_only_with_a_reason_and_a_name(tmp_path, right, wrong, found, remedy):
    spoilt = write_overlay(tmp_path, site=SITE + SWITCHED.replace(right, wrong))
    refused = next(each for each in read_own(spoilt, tries=()).findings)

    assert refused.found == found
    assert remedy in refused.remedy


def test_a_form_that_asks_what_no_playbook_asks_is_warned_about(tmp_path):
    site = SITE + "form_order: [what_happened, wher]\n"
    found = the_finding(write_overlay(tmp_path, site=site))
    assert found.is_warning
    where = f":{line_of(site, 'form_order')}: warning: "
    assert str(found).endswith(f"{where}no playbook asks 'wher'; did you mean 'where'?")


def test_nearest_zone_knows_a_city():
    assert nearest_zone("dublin") == "use one of: Europe/Dublin"
    assert nearest_zone("Europe/Dubln") == "did you mean 'Europe/Dublin'?"
    assert len(nearest_zone("")) < 300


# Scenarios


def test_a_scenario_that_fails_is_reported_in_its_own_file_at_its_own_line(tmp_path):
    broken = SCENARIOS.replace("told: []", "told: [supervisor]")
    found = the_finding(write_overlay(tmp_path, scenarios=broken))
    assert Path(found.file).name == "spill.test.yaml"
    assert found.line == line_of(broken, "told: [supervisor]")
    assert found.found == "expected told ['supervisor']"


@pytest.mark.parametrize(
    ("wrong", "right", "found", "remedy"),
    [
        (
            "told: [nobody]}",
            "told: [qa_on_call]}",
            "expected told ['nobody']",
            "the run gave: ('qa_on_call',)",
        ),
        ("is_prodct", "is_product", "nobody asked for 'is_prodct'", "remove the answer"),
        ("{tld: [qa_on_call]", "{told: [qa_on_call]", "unknown expectation 'tld'", "use one of"),
        (
            "change: {is_prodct:",
            "change: {is_product:",
            "unknown question 'is_prodct'",
            "did you mean 'is_product'",
        ),
        (
            "change: {is_product: perhaps",
            'change: {is_product: "yes"',
            "is_product: no_such_option",
            "correct the",
        ),
        ("where: true", "where: Room 3", "this is no answer", "for a yes, write yes"),
        ("where: null", "where: Room 3", "this is no answer", "write text"),
        ("finished: [true]", "finished: true", "expected finished [True]", "the run gave"),
        ("answrs:", "answers:", "unknown key 'answrs'", "did you mean 'answers'?"),
    ],
)
def test_a_scenario_is_refused_with_line_and_remedy(tmp_path, wrong, right, found, remedy):
    first, second = SCENARIOS.split("---\n")
    spoilt = (
        first + "---\n" + second.replace(right, wrong) if right in second else first.replace(right, wrong)
    )
    refused = [f for f in read_own(write_overlay(tmp_path, scenarios=spoilt)).findings if found in f.found]
    assert refused, findings(read_own(tmp_path))
    assert Path(refused[0].file).name == "spill.test.yaml"
    assert refused[0].line == line_of(spoilt, wrong)
    assert remedy in refused[0].remedy


@pytest.mark.parametrize("clock", ["yesterday", "2026-13-45T09:00", "06:00"])
def test_a_scenario_whose_clock_cannot_be_read_says_how_to_write_it(tmp_path, clock):
    spoilt = SCENARIOS.replace("answers: {", f'given: {{clock: "{clock}"}}\nanswers: {{', 1)
    found = the_finding(write_overlay(tmp_path, scenarios=spoilt))
    assert str(found).endswith(f":2: {clock!r} is no time; write it as 2026-06-03T09:00")


def test_a_scenario_happens_at_the_site_it_names_the_fictional_ones_too(tmp_path):
    at = SCENARIOS.replace("answers: {", "given: {site: southshore}\nanswers: {", 1)
    assert read_own(write_overlay(tmp_path, scenarios=at)).findings == []
    nowhere = at.replace("southshore", "sothshore")
    found = the_finding(write_overlay(tmp_path, scenarios=nowhere))
    assert str(found).endswith(":2: there is no site 'sothshore'; did you mean 'southshore'?")


def test_a_step_that_no_scenario_comes_by_is_named_in_the_playbook(tmp_path):
    only_water = SCENARIOS.split("---\n")[1].partition("but_if")[0]
    found = the_finding(write_overlay(tmp_path, scenarios=only_water))
    assert Path(found.file).name == "spill.yaml"
    assert found.line == line_of(PLAYBOOK, "id: tell")
    assert found.found == "no scenario comes by stop 'tell'"
    assert not found.is_warning


def test_a_step_that_is_never_reached_is_found_by_walking_every_path(tmp_path):
    spoilt = PLAYBOOK.replace(
        'when: {is_product: "yes"}', 'when: {all: [{is_product: "yes"}, {is_product: "no"}]}'
    )
    shelf = read_own(write_overlay(tmp_path, playbook=spoilt))
    assert any("'tell' is never reached" in each for each in findings(shelf)), findings(shelf)
    assert not any("never reached" in each for each in findings(read_own(tmp_path, tries=())))


# What a playbook refers to


def test_a_role_that_no_site_has_is_asked_back(tmp_path):
    spoilt = PLAYBOOK.replace("tell: qa_on_call", "tell: qa_on_cal")
    shelf = read_own(write_overlay(tmp_path, playbook=spoilt), tries=())
    assert any(
        "this site has no role 'qa_on_cal'; did you mean 'qa_on_call'?" in each for each in findings(shelf)
    )


def test_a_setting_that_no_site_has_is_refused(tmp_path):
    spoilt = PLAYBOOK.replace("site_settings: [on_call_qa]", "site_settings: [on_call_qa, gate]")
    shelf = read_own(write_overlay(tmp_path, playbook=spoilt), tries=())
    assert any("this site sets no 'gate'" in each for each in findings(shelf))


def test_a_review_that_is_overdue_is_told_when_the_day_is_known(tmp_path):
    folder = write_overlay(tmp_path)
    late = [
        each
        for each in read_shelf(folder, today=date(2028, 1, 6), tries=()).findings
        if "review" in each.found
    ]
    assert any(each.is_warning and Path(each.file).name == "spill.yaml" for each in late)
    on_the_day = read_shelf(folder, today=date(2028, 1, 5), tries=()).findings
    assert not [each for each in on_the_day if Path(each.file).name == "spill.yaml"]


SOURCE = (
    "- {{id: {id}, clause: c, title: t, url: null, force: law, regions: [US], product_types: [], "
    "status: verified, checked_against_primary: null{more}}}\n"
)


@pytest.fixture
def own_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of sources in the place of the shipped one, to be filled."""
    (tmp_path / "knowledge").mkdir()
    monkeypatch.setattr(
        "bot.content.reader.files",
        lambda package: tmp_path / "knowledge" if package == "knowledge" else resources_of(package),
    )
    return tmp_path / "knowledge" / "sources.yaml"


def test_a_source_that_stands_twice_is_refused(own_sources):
    own_sources.write_text(SOURCE.format(id="A-1", more="") * 2)
    assert f"{own_sources}:2: 'A-1' stands twice; keep one" in findings(read_shelf(tries=()))


def test_a_citation_of_what_was_superseded_is_warned_about(tmp_path, own_sources):
    """F8"""
    old, new = SOURCE.format(id="A-06", more=", superseded_by: A-60"), SOURCE.format(id="A-60", more="")
    own_sources.write_text(old + new)
    shelf = read_shelf(write_overlay(tmp_path), tries=())
    assert (
        f"{tmp_path / 'playbooks' / 'spill.yaml'}:{line_of(PLAYBOOK, 'cite:')}: warning: 'A-06' was superseded by 'A-60'; read that one, and cite it where it says the same"
        in findings(shelf, are_warnings=True)
    )


@pytest.mark.parametrize("other", ["A-07", "A-06"])
def test_a_source_is_superseded_by_another_that_is_there(own_sources, other):
    own_sources.write_text(SOURCE.format(id="A-06", more=f", superseded_by: {other}"))
    assert f"{own_sources}:1: no other source is '{other}'" in findings(read_shelf(tries=()))[0]


# What a playbook owes


def test_a_protection_that_is_gone_is_told_with_the_promise(tmp_path):
    without = PLAYBOOK.replace("tell: qa_on_call}", "tell: supervisor_on_shift}")
    found = the_finding(write_overlay(tmp_path, playbook=without), tries=())
    assert (Path(found.file).name, found.line) == ("obligations.yaml", 1)
    assert found.found.startswith("spill: When it was product, it tells QA.")
    assert not found.is_warning


def test_a_site_cannot_start_a_shipped_playbook_without_its_protections(tmp_path):
    folder = own_version(tmp_path, CONCERN, *UNPROTECTED)
    with pytest.raises(ContentRefused, match=r"obligations\.yaml:\d+: data-integrity-concern: "):
        library_of(folder)


def test_a_site_may_state_an_obligation_in_its_own_way(tmp_path):
    """One of the same id takes the place of the shipped one, on the record of the site's own file."""
    folder = own_version(tmp_path, CONCERN, *UNPROTECTED)
    own = "".join(
        f"- id: {one}\n  playbook: spill\n  says: It is kept elsewhere.\n  shows: where\n" for one in OWED
    )
    (folder / "obligations.yaml").write_text(OBLIGATIONS + own, encoding="utf-8")
    assert CONCERN in library_of(folder).playbooks


def test_a_protection_without_an_obligation_is_an_error_where_shipped_and_advice_elsewhere(tmp_path):
    folder = write_overlay(tmp_path, obligations=OBLIGATIONS.split("- id: spill-review")[0])
    found = the_finding(folder)
    assert found.is_warning
    assert str(found).endswith("warning: no obligation protects 'review'; add one: review_before_document")


def test_an_obligation_that_cannot_be_read_is_refused_with_its_line(tmp_path):
    shelf = read_own(write_overlay(tmp_path, obligations=OBLIGATIONS.replace("tells: tell", "tels: tell")))
    (found,) = (finding for finding in shelf.findings if not finding.is_warning)
    assert (Path(found.file).name, found.line) == ("obligations.yaml", 4)
    assert "unknown key 'tels'; did you mean 'tells'?" in str(found)


# The hash


def script(text: str = PLAYBOOK) -> Script:
    return load(read(text.encode(), "spill.yaml").data)


def test_a_comment_or_another_way_to_write_the_same_leaves_the_hash():
    rewritten = "# for the auditors\n" + PLAYBOOK.replace("[operator]", "\n  - operator   # and no other")
    assert script(rewritten).hash == script().hash


@given(data=st.data())
def test_the_order_of_keys_leaves_the_hash(data):
    tree = read(PLAYBOOK.encode(), "spill.yaml").data
    assert load(shuffled(tree, data)).hash == script().hash


def shuffled(tree: Value, data: st.DataObject) -> Value:
    if isinstance(tree, dict):
        names = data.draw(st.permutations(sorted(tree)))
        return {name: shuffled(tree[name], data) for name in names}
    return [shuffled(item, data) for item in tree] if isinstance(tree, list) else tree


@pytest.mark.parametrize(
    "wording",
    ["Where was it?", "Please phone", "Thank you.", "DRAFT", "The facts", "First version.", "1.0.0"],
)
def test_any_change_of_wording_changes_the_hash(wording):
    assert script(PLAYBOOK.replace(wording, f"{wording[:-1]}7", 1)).hash != script().hash


def test_the_canonical_text_gives_the_script_back(tmp_path):
    book = library_of(write_overlay(tmp_path)).playbooks["spill"]
    assert load(json.loads(book.canonical)) == book.script


# Answers in a file


def test_answers_are_read_by_step_with_their_lines(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text('where: Room 3\nbatches: ["00123", 25]\n')
    answers = read_answers(file)
    assert answers.by_step == {"where": "Room 3", "batches": ["00123", 25]}
    assert answers.where("batches") == f"{file}:2"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("where: x\nwhen:\n", "a.yaml:2: this is no answer; write text, a number or a list"),
        ("where: true\n", "a.yaml:1: this is no answer"),
        ("where: []\n", "a.yaml:1: this is no answer"),
        ("where: {room: 3}\n", "a.yaml:1: this is no answer"),
        ("- where\n", "a.yaml:1: the file does not hold names with values; write 'name: value'"),
        ("where: 'x\n", "a.yaml:1: a quotation mark opened here is never closed"),
        ("", "a.yaml:1: this file holds nothing"),
    ],
)
def test_answers_that_nobody_would_give_are_refused(tmp_path, text, refusal):
    file = tmp_path / "a.yaml"
    file.write_text(text)
    with pytest.raises(ContentRefused) as refused:
        read_answers(file)
    assert refusal in str(refused.value)


def test_a_file_of_answers_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(ContentRefused, match=r"nowhere\.yaml:1: this cannot be read: No such file"):
        read_answers(tmp_path / "nowhere.yaml")
