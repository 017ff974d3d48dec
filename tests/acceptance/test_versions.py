"""F: playbooks that change while people are in the middle of them, and those that may not be used yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.content.library import Approval, Library
from playbooks.run import MovedVersion
from tests.content import shipped_library
from tests.plant import ANSWERS, Plant, facts, labels, next_release, step_in


@pytest.fixture
def plant(each_plant: Plant) -> Plant:
    """On both engines."""
    return each_plant


def renamed(tree: dict[str, Any]) -> None:
    """Version 1.1.0 asks for the place in other words."""
    tree["script"]["version"] = "1.1.0"
    step_in(tree, "where")["ask"] = "Which place is it?"


def withdrawing(tree: dict[str, Any]) -> None:
    """Version 1.1.0 withdraws 1.0.0: it asks for the shift, and no longer how it came to light."""
    script = tree["script"]
    script["version"] = "1.1.0"
    script["control"] |= {"withdraws": ["1.0.0"], "what_changed": "Asks for the shift."}
    place = script["steps"].index(step_in(tree, "noticed_how"))
    script["steps"][place] = {
        "id": "shift",
        "section": "event",
        "ask": "Which shift was it?",
        "label": "Shift",
        "type": "text",
    }


def in_flow(tree: dict[str, Any]) -> None:
    """The sub-flow asks for the hold in other words."""
    steps = tree["uses"]["immediate-containment"]["steps"]
    next(step for step in steps if step["id"] == "product_on_hold")["ask"] = "Is it blocked?"


@pytest.mark.scenario("F1")
def test_a_run_goes_on_with_its_own_version_and_a_new_one_gets_the_new(plant: Plant):
    plant.start()
    old = plant.upto("where")
    plant.coach = plant.with_library(next_release(plant.library, renamed))
    assert "Where? Give the room" in plant.say("repeat")[-1].text
    plant.upto("end")
    plant.start()
    new = plant.upto("where")
    assert "Which place is it?" in plant.said()
    plant.upto("end")

    assert "version 1.0.0" in plant.markdown(old)
    assert "version 1.1.0" in plant.markdown(new)


@pytest.mark.scenario("F2")
def test_a_withdrawn_version_is_explained_and_the_draft_of_who_agrees_names_both(plant: Plant):
    plant.start()
    ref = plant.upto("where")
    plant.coach = plant.with_library(next_release(plant.library, withdrawing))
    plant.say("Cold room CR-02")
    assert (
        "was begun with version 1.0.0 of this playbook, and that version has been withdrawn." in plant.said()
    )
    assert "What changed: Asks for the shift." in plant.said()
    assert "10 of your answers carry over." in plant.said()
    assert "New questions: Shift." in plant.said()
    assert ("where", ("Cold room CR-02",)) not in plant.answered(ref)

    plant.press("Go on with version 1.1.0")
    assert "Which shift was it?" in plant.said()
    plant.hear("The early one")
    plant.upto("end")
    assert "version 1.1.0 (begun with 1.0.0)" in plant.markdown(ref)
    assert plant.row(ref).version == "1.1.0"


@pytest.mark.scenario("F2")
def test_who_does_not_agree_can_put_it_aside_and_ask(plant: Plant):
    plant.start()
    ref = plant.upto("where")
    plant.coach = plant.with_library(next_release(plant.library, withdrawing))
    plant.say("Cold room CR-02")
    plant.press("Put it aside and ask QA")

    assert plant.state(ref) == "paused"
    assert not [what for what in plant.whats(ref) if isinstance(what, MovedVersion)]


@pytest.mark.scenario("F3")
def test_an_answer_that_is_no_longer_asked_is_shown_as_carried(plant: Plant):
    plant.start()
    ref = plant.upto("where")
    plant.coach = plant.with_library(next_release(plant.library, withdrawing))
    plant.say("Cold room CR-02")
    assert "No longer asked, but kept in the draft: How it was noticed." in plant.said()
    plant.press("Go on with version 1.1.0")
    plant.hear("The early one")
    plant.upto("end")

    assert "## Carried from an earlier version, no longer asked" in plant.markdown(ref)
    assert ANSWERS["noticed_how"] in plant.word(ref)


def with_control(old: Library, **control: str) -> Library:
    def edit(tree: dict[str, Any]) -> None:
        tree["script"]["control"] |= control

    return next_release(old, edit)


@pytest.mark.scenario("F5")
@pytest.mark.parametrize(
    "control",
    [
        {"status": "draft"},
        {"status": "in_review"},
        {"status": "retired"},
        {"effective_from": "2026-07-01"},
        {"review_by": "2026-01-01"},
    ],
    ids=["draft", "in review", "retired", "not yet in force", "review long overdue"],
)
def test_what_is_not_in_force_cannot_be_started_by_any_words_or_button(plant: Plant, control: dict[str, str]):
    plant.say("hello")
    old_button = plant.button("Open a deviation")
    plant.coach = plant.with_library(with_control(plant.library, **control))
    plant.say("open a deviation", "yes")
    plant.coach.hear(plant.message(press=old_button))

    assert "That one cannot be started here today." in plant.said()
    assert "Open a deviation" not in labels(plant.replies())
    assert plant.counts()["runs"] == 0


@pytest.mark.scenario("F6")
def test_what_comes_into_force_in_july_can_be_tried_before_as_of_july_by_a_pretended_person(plant: Plant):
    plant.clock.now = plant.clock.now.replace(month=7, day=1)
    coming = with_control(plant.library, status="in_review", effective_from="2026-07-01")
    plant.coach = plant.with_library(replace(coming, is_preview=True))
    plant.hear("hello", by="priya")
    plant.start(by="priya")
    assert "PREVIEW of version 1.0.0: in review, in force from 2026-07-01." in plant.said("priya")
    ref = plant.upto("end", by="priya")

    assert plant.ledger(ref).started.given["person.role"] == ("analyst",)
    assert "Made by Priya Nair on 2026-07-01" in plant.markdown(ref, by="priya")
    assert "PREVIEW of version 1.0.0" in plant.word(ref, by="priya")


@pytest.mark.scenario("F7")
def test_a_run_stays_with_the_sub_flow_it_began_with(plant: Plant):
    plant.start()
    plant.upto("where")
    plant.coach = plant.with_library(next_release(plant.library, in_flow))
    plant.upto("containment.product_on_hold")
    assert "Is the touched product or material on hold?" in plant.said()

    plant.hear("end it")
    plant.start()
    plant.upto("containment.product_on_hold")
    assert "Is it blocked?" in plant.said()


@pytest.mark.scenario("F8")
def test_a_draft_that_rests_on_what_was_superseded_says_so(plant: Plant):
    sources = plant.library.sources
    old = replace(sources["A-06"], superseded_by="A-09")
    plant.coach = plant.with_library(replace(plant.library, sources={**sources, "A-06": old}))
    ref = plant.drafted()

    note = f"It cites what has been superseded: {old.citation.clause}."
    assert note in plant.markdown(ref).replace("\\", "")
    assert note in plant.word(ref)


# --- Approval


def at_a_real_site(*, requires_approval: bool = False, is_approved: bool = False) -> Library:
    old = shipped_library()
    north = replace(old.site("northfield"), is_fictional=False, requires_approval=requires_approval)
    script = old.script("deviation-open")
    approval = Approval(script.id, script.version, script.hash, "Dana Okafor", "qa", "CC-9", "2026-05-01")
    return replace(old, sites={**old.sites, north.id: north}, approvals=[approval] if is_approved else [])


def test_what_the_site_has_not_approved_says_so_at_the_start_and_in_the_draft(plant: Plant):
    plant.coach = plant.with_library(at_a_real_site())
    plant.hear("hello")
    plant.start()
    assert "Not yet approved by your site." in plant.said()
    ref = plant.upto("end")

    assert "Not yet approved by your site." in plant.markdown(ref)
    assert "Not yet approved by your site." in plant.word(ref)


def test_what_the_site_has_approved_begins_without_a_note(plant: Plant):
    plant.coach = plant.with_library(at_a_real_site(is_approved=True, requires_approval=True))
    plant.hear("hello")
    plant.start()
    assert plant.said().startswith("Is anyone hurt or in danger?")
    ref = plant.upto("end")

    assert "Approval: approved at this site" in plant.markdown(ref)


def test_a_site_that_requires_approval_starts_nothing_without_it(plant: Plant):
    plant.coach = plant.with_library(at_a_real_site(requires_approval=True))
    plant.say("open a deviation", "yes")

    assert plant.counts()["runs"] == 0
    assert "No playbook is in force at Northfield Works (fictional) today" in plant.said()
    assert facts(plant.replies()) == {}
