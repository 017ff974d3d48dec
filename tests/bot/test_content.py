"""What an author and a site may count on when content is read."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content import ContentRefused, Finding, Shelf, load_library, nearest_zone, read_answers, read_shelf
from bot.errors import CoachError
from bot.site import Site
from bot.strict_yaml import Value, read
from playbooks.loader import load
from playbooks.script import Document, Script
from tests.bot.authored import PLAYBOOK, SCENARIOS, SITE, line_of, write_overlay

SHIPPED = load_library()
TODAY = date(2026, 6, 3)


def findings(shelf: Shelf, *, are_warnings: bool = False) -> list[str]:
    return [str(finding) for finding in shelf.findings if finding.is_warning is are_warnings]


def the_finding(folder: Path) -> Finding:
    """The only thing found wrong with the overlay in `folder`."""
    found = read_shelf(folder).findings
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


# The shipped library


def test_the_shipped_library_has_nothing_wrong_with_it():
    shelf = read_shelf()
    assert shelf.findings == []
    assert shelf.library.playbooks
    assert "en" in shelf.library.wordings


def test_no_claim_lacks_a_source():
    cited = {
        (playbook.script.id, step.id, fact)
        for playbook in SHIPPED.playbooks.values()
        for step in playbook.script.steps
        for fact in step.cite
    }
    assert cited
    assert {claim for claim in cited if claim[2] not in SHIPPED.sources} == set()


def test_every_source_says_where_it_stands_and_how_binding_it_is():
    for fact, source in SHIPPED.sources.items():
        assert source.clause, fact
        assert source.title, fact
        assert source.url.startswith("https://") or source.force == "practice", fact


def test_everything_shipped_can_be_started_at_the_fictional_site():
    site = SHIPPED.site()
    assert site.is_fictional
    assert {script.id for script in SHIPPED.shelf(site, TODAY)} == set(SHIPPED.playbooks)


def test_the_people_of_the_fictional_site_stand_behind_its_roles():
    people = {person.id for person in SHIPPED.people}
    rosters = {
        person for site in SHIPPED.sites.values() for r in site.rosters.values() for person in r.people
    }
    assert rosters
    assert rosters <= people


def test_every_document_step_finds_its_template():
    for playbook in SHIPPED.playbooks.values():
        for step in playbook.script.steps:
            if isinstance(step.does, Document):
                assert SHIPPED.template_of(playbook.script, step.id).startswith(b"PK")


def test_a_step_that_makes_no_document_has_no_template():
    script = SHIPPED.playbooks["deviation-short"].script
    with pytest.raises(TypeError, match="review makes no document"):
        SHIPPED.template_of(script, "review")


# An overlay


def test_an_overlay_adds_its_sites_and_playbooks_to_the_shipped_ones(tmp_path):
    library = load_library(write_overlay(tmp_path))
    assert set(library.playbooks) == {*SHIPPED.playbooks, "spill"}
    assert set(library.sites) == {"acme"}
    assert not library.site().is_fictional
    assert library.people == ()


def test_an_overlay_replaces_a_playbook_of_the_same_name(tmp_path):
    own = PLAYBOOK.replace("playbook: spill", "playbook: deviation-short")
    library = load_library(write_overlay(tmp_path, playbook=own, name="deviation-short"))
    assert library.playbooks["deviation-short"].script.title == "Report a spill"
    assert len(library.playbooks) == len(SHIPPED.playbooks)


def test_an_overlay_adds_and_replaces_templates(tmp_path):
    folder = write_overlay(tmp_path)
    (folder / "templates").mkdir()
    (folder / "templates" / "deviation-draft.docx").write_bytes(b"PK our own")
    (folder / "templates" / "spill.docx").write_bytes(b"PK another")
    templates = load_library(folder).templates
    assert (templates["deviation-draft"], templates["spill"]) == (b"PK our own", b"PK another")


def test_a_site_is_found_by_id_and_the_first_one_without(tmp_path):
    folder = write_overlay(tmp_path)
    (folder / "sites" / "zeta").mkdir()
    (folder / "sites" / "zeta" / "settings.yaml").write_text(SITE.replace("site: acme", "site: zeta"))
    library = load_library(folder)
    assert library.site().id == "acme"
    assert library.site("zeta").id == "zeta"
    with pytest.raises(CoachError, match="there is no site 'zetta'; did you mean 'zeta'"):
        library.site("zetta")


def test_a_site_settings_file_says_everything_about_a_site(tmp_path):
    site = load_library(write_overlay(tmp_path)).site("acme")
    assert (site.name, site.regions, site.zone, site.is_day_first) == (
        "Acme Works",
        ("US",),
        "America/New_York",
        False,
    )
    assert site.values == {"on_call_qa": "extension 12"}
    assert site.rosters["qa_on_call"].people == ("kim",)


# What is refused: each with its file, its line and what would do


@pytest.mark.parametrize(
    ("wrong", "right", "found", "remedy"),
    [
        ("titel:", "title:", "unknown key 'titel'", "did you mean 'title'?"),
        ("    tpye: text", "    type: text", "unknown key 'tpye'", "did you mean 'type'?"),
        ("  ownr: QA", "  owner: QA", "unknown key 'ownr'", "did you mean 'owner'?"),
        ("cite: [A-99]", "cite: [A-06]", "unknown fact 'A-99'", "did you mean"),
        (
            "deviation-drft",
            "deviation-draft",
            "unknown template 'deviation-drft'",
            "did you mean 'deviation-dr",
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
    shelf = read_shelf(write_overlay(tmp_path, playbook=spoilt))
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
        ("{peeple: [kim]}", "{people: [kim]}", "unknown key 'peeple'", "did you mean 'people'?"),
        ("rosters: [x]\nx", "rosters:\n", "rosters does not hold names", "write 'name: value'"),
    ],
)
def test_a_site_is_refused_with_line_and_remedy(tmp_path, wrong, right, found, remedy):
    spoilt = SITE.replace(right, wrong, 1)
    refused = read_shelf(write_overlay(tmp_path, site=spoilt)).findings[0]
    assert Path(refused.file) == tmp_path / "sites" / "acme" / "settings.yaml"
    assert found in refused.found
    assert remedy in refused.remedy
    assert refused.line == (1 if "missing" in found else line_of(spoilt, wrong.split("\n")[0]))


def test_everything_wrong_is_said_at_once(tmp_path):
    folder = write_overlay(
        tmp_path, site=SITE.replace("US", "USA"), playbook=PLAYBOOK.replace("title", "titel", 1)
    )
    with pytest.raises(ContentRefused) as refused:
        load_library(folder)
    assert {Path(finding.file).name for finding in refused.value.findings} == {"settings.yaml", "spill.yaml"}
    assert len(str(refused.value).splitlines()) == len(refused.value.findings)


def test_a_folder_without_a_site_is_refused(tmp_path):
    assert "no site is set up; add <id>/settings.yaml to this folder" in str(the_finding(tmp_path))


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
    assert "a second document begins here" in str(read_shelf(folder).findings[0])


def test_a_source_that_stands_twice_is_refused(tmp_path, monkeypatch):
    source = (
        "- {id: A-1, clause: c, title: t, url: null, force: law, regions: [US], product_types: [], "
        "status: verified, checked_against_primary: null}\n"
    )
    (tmp_path / "sources.yaml").write_text(source + source)
    monkeypatch.setattr("bot.content.files", lambda package: tmp_path)
    assert findings(read_shelf())[0] == f"{tmp_path / 'sources.yaml'}:2: 'A-1' stands twice; keep one"


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
    assert findings(read_shelf(folder), are_warnings=True)[0].endswith(warning)
    assert findings(read_shelf(folder)) == []


def test_a_playbook_without_scenarios_is_only_warned_about(tmp_path):
    folder = write_overlay(tmp_path)
    (folder / "playbooks" / "spill.test.yaml").unlink()
    assert "warning: no scenarios; write spill.test.yaml beside it" in str(the_finding(folder))
    assert "spill" in load_library(folder).playbooks


@pytest.mark.parametrize(
    ("lacking", "found"),
    [
        ("  on_call_qa: extension 12\n", "cannot be started here without the value 'on_call_qa'"),
        ("  qa_on_call: {people: [kim]}\n", "tells 'qa_on_call', behind which nobody stands here"),
    ],
)
def test_what_a_site_lacks_for_a_playbook_is_named_and_the_site_starts(tmp_path, lacking, found):
    site = SITE.replace(lacking, "  other: {}\n" if "people" in lacking else '  other: ""\n')
    warnings = findings(read_shelf(write_overlay(tmp_path, site=site)), are_warnings=True)
    assert [warning for warning in warnings if f"spill {found}" in warning]
    assert all("settings.yaml:" in warning for warning in warnings)
    assert "acme" in load_library(tmp_path).sites


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
    refused = [f for f in read_shelf(write_overlay(tmp_path, scenarios=spoilt)).findings if found in f.found]
    assert refused, findings(read_shelf(tmp_path))
    assert Path(refused[0].file).name == "spill.test.yaml"
    assert refused[0].line == line_of(spoilt, wrong)
    assert remedy in refused[0].remedy


@pytest.mark.parametrize("clock", ["yesterday", "2026-13-45T09:00", "06:00"])
def test_a_scenario_whose_clock_cannot_be_read_says_how_to_write_it(tmp_path, clock):
    spoilt = SCENARIOS.replace("answers: {", f'given: {{clock: "{clock}"}}\nanswers: {{', 1)
    found = the_finding(write_overlay(tmp_path, scenarios=spoilt))
    assert str(found).endswith(f":2: {clock!r} is no time; write it as 2026-06-03T09:00")


# What can be started


def script(text: str = PLAYBOOK) -> Script:
    return load(read(text.encode(), "spill.yaml").data)


ACME = Site("acme", "Acme Works", ("US",), values={"on_call_qa": "extension 12"})


@pytest.mark.parametrize(
    ("changed", "to", "why_not"),
    [
        ("", "", ""),
        ("status: released_by_maker", "status: draft", "its status is draft"),
        ("status: released_by_maker", "status: retired", "its status is retired"),
        ('"2026-01-05"', '"2026-06-03"', ""),
        ('"2026-01-05"', '"2026-06-04"', "it is in force from 2026-06-04"),
        ("[on_call_qa]", "[on_call_qa, lab_phone, gate]", "site acme sets no lab_phone, gate"),
    ],
)
def test_why_a_playbook_cannot_be_started(changed, to, why_not):
    assert SHIPPED.why_not(script(PLAYBOOK.replace(changed, to, 1)), ACME, TODAY) == why_not


def test_a_setting_left_empty_is_a_setting_not_made():
    site = Site("acme", "Acme Works", ("US",), values={"on_call_qa": " "})
    assert SHIPPED.why_not(script(), site, TODAY) == "site acme sets no on_call_qa"


# The hash


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
    book = load_library(write_overlay(tmp_path)).playbooks["spill"]
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
