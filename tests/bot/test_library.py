"""What of the content can be used where and when, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.content.finding import ContentRefused
from bot.content.library import REVIEW_GRACE, Approval, Library, Source
from bot.content.readiness import lacking
from bot.person import Person
from bot.reply import Citation
from bot.site import Roster, Site
from bot.strict_yaml import Document, read
from playbooks.loader import load
from playbooks.script import Script
from tests.bot.authored import PLAYBOOK

TODAY = date(2026, 6, 3)
ACME = Site(
    "acme",
    "Acme Works",
    ("US",),
    values={"on_call_qa": "extension 12"},
    rosters={"qa_on_call": Roster(("kim",), "extension 12")},
)
STRICT = replace(ACME, requires_approval=True)
KIM = Person("kim", "Kim Lee", "acme", "qa")


def script(*changed: tuple[str, str]) -> Script:
    text = PLAYBOOK
    for before, after in changed:
        assert before in text
        text = text.replace(before, after, 1)
    return load(read(text.encode(), "spill.yaml").data)


def library(*scripts: Script, **more: object) -> Library:
    from bot.content.library import Playbook

    books = {each.id: Playbook(each, "", Document("spill.yaml", {}, {(): 1})) for each in scripts}
    return Library(books, {"acme": ACME}, {}, {}, {}, **more)  # type: ignore[arg-type]  # what each test needs


def approval(of: Script) -> Approval:
    return Approval(of.id, of.version, of.hash, "Kim Lee", "Head of QA", "CC-7", "2026-06-01")


DRAFT = ("status: released_by_maker", "status: draft")


# Whether it can be started


@pytest.mark.parametrize(
    ("changed", "to", "why_not"),
    [
        ("", "", ""),
        ("status: released_by_maker", "status: draft", "its status is draft"),
        ("status: released_by_maker", "status: in_review", "its status is in_review"),
        ("status: released_by_maker", "status: retired", "it is retired"),
        ('"2026-01-05"', '"2026-06-03"', ""),
        ('"2026-01-05"', '"2026-06-04"', "it is in force from 2026-06-04"),
        ("[on_call_qa]", "[on_call_qa, lab_phone, gate]", "site acme sets no lab_phone, gate"),
        ("for_roles:", "for_regions: [EU, UK]\nfor_roles:", "it is for EU, UK"),
        ("for_roles:", "for_regions: [EU, US]\nfor_roles:", ""),
        ("for_roles:", "for_product_types: [biologic]\nfor_roles:", "it is for biologic"),
    ],
)
def test_why_a_playbook_cannot_be_started(changed, to, why_not):
    assert library().why_not(script((changed, to)), ACME, TODAY) == why_not


def test_a_setting_left_empty_is_a_setting_not_made():
    site = replace(ACME, values={"on_call_qa": " "})
    assert library().why_not(script(), site, TODAY) == "site acme sets no on_call_qa"


def test_past_its_review_date_it_is_served_for_a_while_and_then_no_more():
    due = date(2028, 1, 5)
    assert library().why_not(script(), ACME, due + REVIEW_GRACE) == ""
    late = library().why_not(script(), ACME, date.fromordinal((due + REVIEW_GRACE).toordinal() + 1))
    assert late == "it was to be reviewed by 2028-01-05"


def test_a_part_of_other_playbooks_is_offered_alone_only_where_words_ask_for_it():
    called = ("for_roles:", "callable: true\nfor_roles:")
    asked_for, part = script(called), replace(script(called), id="part", phrasings=())
    unworded = replace(script(), id="unworded", phrasings=())

    assert asked_for.phrasings
    assert library(asked_for, part, unworded).shelf(ACME, TODAY) == (asked_for, unworded)
    assert library(part, is_preview=True).shelf(ACME, TODAY) == ()


def test_where_the_site_must_approve_nothing_else_opens():
    spill = script()
    assert library(spill).why_not(spill, STRICT, TODAY) == "site acme has not approved version 1.0.0"
    approved = library(spill, approvals=(approval(spill),))
    assert approved.why_not(spill, STRICT, TODAY) == ""
    assert approved.shelf(STRICT, TODAY) == (spill,)


def test_an_approval_holds_for_exactly_this_content():
    spill, reworded = script(), script(("Where was it?", "Where is it?"))
    approved = library(reworded, approvals=(approval(spill),))
    assert approved.approval(spill)
    assert approved.approval(reworded) is None
    assert "has not approved" in approved.why_not(reworded, STRICT, TODAY)


def test_of_two_approvals_of_the_same_content_the_later_counts():
    spill = script()
    again = replace(approval(spill), name="Lou Hart")
    assert library(spill, approvals=(approval(spill), again)).approval(spill) == again


# In a preview (F5, F6)

NOT_YET = [
    (DRAFT, "draft"),
    (("status: released_by_maker", "status: in_review"), "in review"),
    (("status: released_by_maker", "status: retired"), "retired"),
    (('"2026-01-05"', '"2026-09-01"'), "released by maker"),
]


@pytest.mark.parametrize(("changed", "state"), NOT_YET)
def test_what_is_not_in_use_opens_in_a_preview_and_nowhere_else(changed, state):
    coming = script(changed)
    for site in (ACME, STRICT):
        assert library(coming).shelf(site, TODAY) == ()
        assert library(coming, is_preview=True).shelf(site, TODAY) == (coming,)


@pytest.mark.parametrize(("changed", "state"), NOT_YET)
def test_a_preview_says_that_it_is_one_and_of_what(changed, state):
    coming = script(changed)
    note = library(coming, is_preview=True).status_note(coming, ACME)
    in_force = coming.control.effective_from
    assert note.startswith(f"PREVIEW of version 1.0.0: {state}, in force from {in_force}.")


def test_a_preview_of_what_is_in_use_and_approved_is_marked_too():
    spill = script()
    shown = library(spill, is_preview=True, approvals=(approval(spill),)).status_note(spill, ACME)
    assert shown == "PREVIEW of version 1.0.0: released by maker, in force from 2026-01-05."


def test_what_was_begun_in_a_preview_stays_marked_afterwards():
    assert "PREVIEW" in library().status_note(script(DRAFT), ACME)


def test_a_preview_asks_for_the_settings_all_the_same():
    needy = script(("[on_call_qa]", "[on_call_qa, gate]"))
    assert library(is_preview=True).why_not(needy, ACME, TODAY) == "site acme sets no gate"


# What is said of it


def test_what_the_site_has_not_approved_says_so_and_what_it_has_says_nothing():
    spill = script()
    assert library(spill).status_note(spill, ACME) == "Not yet approved by your site."
    assert library(spill, approvals=(approval(spill),)).status_note(spill, ACME) == ""


def test_an_invented_site_approves_nothing_and_says_so():
    note = library().status_note(script(), replace(ACME, is_fictional=True))
    assert note == "Not approved: an example from a site that does not exist."


def test_a_superseded_source_is_noted_where_the_playbook_is_used():
    """F8"""
    spill = script()
    source = Source(Citation("EU GMP 5.15", "t", "", "GMP guide"), superseded_by="A-60")
    old = replace(library(spill, approvals=(approval(spill),)), sources={"A-06": source})
    assert old.status_note(spill, ACME) == "It cites what has been superseded: EU GMP 5.15."
    new = replace(old, sources={"A-06": replace(source, superseded_by="")})
    assert new.status_note(spill, ACME) == ""


def test_a_run_goes_on_with_the_version_that_withdrew_its_own():
    before = script()
    after = script(('"1.0.0"', '"1.1.0"'), ("  owner: QA", "  owner: QA\n  withdraws: ['1.0.0']"))
    assert library(after).newer(before) == after
    assert library(after).newer(after) is None
    assert library(script(('"1.0.0"', '"1.1.0"'))).newer(before) is None


# What a site still lacks


def found(site: Site, *people: Person, of: Library | None = None, today: date = TODAY) -> list[str]:
    spill = script()
    return list(lacking(of or library(spill, approvals=(approval(spill),)), site, people, today))


def test_a_site_that_has_everything_is_ready():
    assert found(ACME, KIM) == []


@pytest.mark.parametrize(
    ("site", "said"),
    [
        (replace(ACME, values={}), "spill cannot be started: add on_call_qa to 'values'"),
        (
            replace(ACME, rosters={}),
            "there is no roster qa_on_call, and spill needs it; add it to 'rosters'",
        ),
        (
            replace(ACME, rosters={"qa_on_call": Roster((), "1")}),
            "nobody stands on the roster qa_on_call, and spill needs it; name its people",
        ),
        (
            replace(ACME, rosters={**ACME.rosters, "gate": Roster()}),
            "nobody stands on the roster gate; name its people",
        ),
        (
            replace(ACME, rosters={"qa_on_call": Roster(("kim",))}),
            "the roster qa_on_call has no telephone number to show; add 'phone'",
        ),
        (
            replace(ACME, rosters={"qa_on_call": Roster(("kim",), "1", ("lou",))}),
            "lou stands on the roster qa_on_call and is not in the directory; import them",
        ),
    ],
)
def test_what_a_site_lacks_is_one_sentence_each(site, said):
    assert found(site, KIM) == [said]


@pytest.mark.parametrize(
    ("kim", "said"),
    [
        (replace(KIM, is_active=False), "kim stands on the roster qa_on_call and is no longer active"),
        (replace(KIM, site="zeta"), "kim stands on the roster qa_on_call and belongs to site zeta"),
    ],
)
def test_somebody_on_a_roster_who_cannot_be_told_is_named(kim, said):
    told = found(ACME, kim, Person("lou", "Lou Hart", "acme", "operator"))
    assert [each.startswith(said) for each in told] == [True]


def test_an_empty_directory_is_said():
    assert "nobody of this site is in the directory" in found(ACME)[-1]


@pytest.mark.parametrize(
    ("site", "state"), [(ACME, "says so wherever it is used"), (STRICT, "cannot be started")]
)
def test_what_is_not_approved_is_named_with_what_it_means(site, state):
    assert found(site, KIM, of=library(script())) == [
        f"spill 1.0.0 is not approved, and {state}; approve it with: qms-coach approve"
    ]


def test_a_draft_of_the_sites_own_is_nothing_that_is_missing():
    assert (
        found(replace(ACME, rosters={"qa_on_call": Roster(("kim",), "1")}), KIM, of=library(script(DRAFT)))
        == []
    )


def test_a_review_that_is_overdue_is_named():
    assert found(ACME, KIM, today=date(2028, 1, 6)) == ["spill 1.0.0 was to be reviewed by 2028-01-05"]
    assert found(ACME, KIM, today=date(2028, 1, 5)) == []


def test_an_unknown_playbook_is_asked_back():
    with pytest.raises(Exception, match="there is no playbook 'spil'; did you mean 'spill'") as refused:
        library(script()).script("spil")
    assert not isinstance(refused.value, ContentRefused)
