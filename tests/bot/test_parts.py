"""Two people taking turns in one run, on both databases: who may do what, who sees what, and who hears of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from bot.content.library import Library, Playbook
from bot.message import About, Heard, Identity, Message, Press
from bot.site import Roster
from bot.store import migrate, parts
from bot.store.database import Database
from bot.store.tables import metadata
from playbooks.loader import load
from playbooks.run import Part, canonical_json
from tests.bot.parts import LOOK
from tests.content import shipped_library
from tests.plant import Plant, facts, labels
from tests.postgres import Postgres

LAB = Roster(("lee", "sam"), "extension 4350", ("quinn",))
ROLE = "lab_supervisor"


def with_parts(lab: Roster = LAB) -> Library:
    """What is shipped, and a playbook in which the supervisor of the laboratory has a part."""
    shipped = shipped_library()
    tree: Mapping[str, Any] = LOOK
    book = next(iter(shipped.playbooks.values()))
    look = Playbook(load(tree), canonical_json(tree), book.document)
    site = shipped.sites["northfield"]
    north = replace(site, rosters={**site.rosters, ROLE: lab})
    return replace(
        shipped,
        playbooks={**shipped.playbooks, "look-at-result": look},
        sites={**shipped.sites, site.id: north},
    )


@pytest.fixture
def plant(database: Database) -> Plant:
    return met(Plant(database, with_parts()))


def met(plant: Plant) -> Plant:
    """Everybody has written to the coach before."""
    for person in plant.library.people:
        plant.say("hello", by=person.id)
    return plant


def offered(plant: Plant, by: str = "priya") -> str:
    """A run that waits for the supervisor."""
    plant.coach.hear(plant.message(press=Press("start", ("look-at-result",)), by=by))
    plant.say("Assay", "S-1", "yes", by=by)
    return plant.focus(by)


def accepted(plant: Plant) -> str:
    ref = offered(plant)
    plant.press("Accept", by="lee")
    return ref


def test_a_part_goes_to_whoever_accepts_and_comes_back_when_it_is_done(plant: Plant):
    ref = offered(plant)
    assert plant.row(ref).person == "priya"
    assert plant.news("lee") == plant.news("sam")
    assert facts(plant.told("lee")) == {"Test": "Assay"}

    plant.later(minutes=14)
    plant.press("Accept", by="lee")
    assert plant.row(ref).person == "lee"
    assert plant.said("lee").startswith("From Priya Nair")
    assert "Is the weighing right?" in plant.said("lee")
    assert plant.news("priya")[-1].startswith("Lee Moran has accepted the next part")

    plant.say("no", by="lee")
    assert plant.said("lee") == 'Thank you. Your part is done. "Look at a result" is back with Priya Nair.'
    assert plant.row(ref).person == "priya"
    assert plant.state(ref) == "paused"
    assert "It is yours again." in plant.news("priya")[-1]
    plant.press("Continue", by="priya")
    assert "What happens next?" in plant.said("priya")
    plant.say("Look at the balance", "yes", by="priya")
    assert "Lee Moran" in plant.markdown(ref, by="priya")


def test_of_two_who_accept_at_once_one_has_it_and_the_other_is_told_so(plant: Plant):
    ref = offered(plant)
    press = plant.button("Accept", "lee")
    together = Barrier(2)

    def at_once(by: str) -> str:
        together.wait(10)
        return plant.coach.hear(plant.message(press=press, by=by)).outcome

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(at_once, ["lee", "sam"])) == ["done", "done"]
    holder = plant.row(ref).person
    late, name = ("sam", "Lee Moran") if holder == "lee" else ("lee", "Sam Kelly")
    assert (
        plant.said(late)
        == f"{name} has accepted that part already. Nothing is left for you to do, thank you."
    )
    assert plant.say("waiting for me", by=late)[0].text == "Nothing is waiting for you."
    assert [part.person for part in plant.ledger(ref).parts.values()] == [holder]


@pytest.mark.parametrize("by", ["alex", "dana", "quinn", "riley"])
def test_nobody_accepts_who_was_not_told(plant: Plant, by: str):
    ref = offered(plant)
    plant.coach.hear(plant.message(press=Press("accept", (), About(ref, "to_lead", 0)), by=by))
    assert plant.row(ref).person == "priya"
    assert "I do not know that button any more." in plant.said(by)


def test_it_stands_in_the_list_of_those_who_were_told_until_somebody_has_it(plant: Plant):
    ref = offered(plant)
    assert "the part of the lab supervisor" in plant.say("waiting for me", by="sam")[0].text
    plant.press("Accept from Priya Nair", by="sam")
    assert plant.row(ref).person == "sam"
    assert plant.say("waiting for me", by="lee")[0].text == "Nothing is waiting for you."


def test_a_part_that_is_done_together_waits_for_nobody(plant: Plant):
    ref = offered(plant)
    plant.press("We do this together", by="priya")
    assert plant.say("waiting for me", by="lee")[0].text == "Nothing is waiting for you."
    plant.press("Accept", by="lee")
    assert plant.row(ref).person == "priya"
    plant.say("yes", "Look at the balance", "yes", by="priya")
    assert plant.state(ref) == "finished"


def test_who_stands_on_the_list_themself_goes_on_and_nobody_is_told(plant: Plant):
    ref = offered(plant, by="lee")
    assert plant.news("sam") == []
    plant.press("Go on: this part is mine", by="lee")
    assert "Is the weighing right?" in plant.said("lee")
    plant.say("yes", by="lee")
    assert "What happens next?" in plant.said("lee")
    assert plant.row(ref).person == "lee"


def test_with_nobody_on_the_list_the_number_is_said_and_it_can_be_done_together(database: Database):
    plant = met(Plant(database, with_parts(Roster((), "extension 4350"))))
    offered(plant)
    assert "nobody is on the list for it now. Please phone: extension 4350" in plant.said("priya")
    plant.press("We do this together", by="priya")
    assert "Is the weighing right?" in plant.said("priya")


def test_where_nobody_accepts_in_time_the_backup_hears_of_it_and_can(plant: Plant):
    ref = offered(plant)
    plant.later(minutes=29)
    assert plant.ring() == 0
    plant.later(minutes=2)
    assert plant.ring() == 1
    assert "Nobody has accepted it yet. Phone them: extension 4350." in plant.news("priya")[-1]
    assert "I have posted it to the next on the list" in plant.news("priya")[-1]
    plant.later(hours=2)
    assert plant.ring() == 1
    assert "the next on the list" not in plant.news("priya")[-1]
    plant.later(hours=2)
    assert plant.ring() == 0
    plant.press("Accept", by="quinn")
    assert plant.row(ref).person == "quinn"


def test_nobody_else_is_told_of_a_part_that_was_accepted_in_time(plant: Plant):
    accepted(plant)
    plant.later(hours=2)
    assert plant.ring() == 0
    assert plant.news("quinn") == []


def test_a_named_colleague_may_have_it_whoever_was_asked_before(plant: Plant):
    ref = offered(plant)
    plant.say("hand over to Dana", by="priya")
    assert plant.row(ref).person == "priya"
    plant.press("Accept", by="dana")
    assert plant.row(ref).person == "dana"
    assert plant.say("waiting for me", by="lee")[0].text == "Nothing is waiting for you."
    plant.say("yes", by="dana")
    assert plant.row(ref).person == "priya"


def test_while_it_is_with_a_colleague_its_giver_reads_and_answers_nothing(plant: Plant):
    ref = accepted(plant)
    events = plant.events(ref)
    line = (
        '"Look at a result" is with Lee Moran since 3 June 2026, 09:00 (IST): the part of the lab supervisor.'
    )

    assert plant.say("my runs", by="priya")[0].text == f"- {line}"
    (reply,) = plant.press("Where it stands: Look at a result", by="priya")
    assert reply.text.startswith(line)
    assert facts([reply]) == {"Test": "Assay", "Sample": "S-1", "Odd": "Yes"}
    assert labels([reply]) == ["Take it back"]
    assert plant.say("yes", by="priya")[0].text.startswith('You wrote: "yes".')
    assert plant.events(ref) == events
    overview = plant.coach.overview(Identity("web", "priya"))
    assert overview
    assert [(lent.ref, lent.turn) for lent in overview.lent] == [(ref, line)]
    theirs = plant.coach.overview(Identity("web", "lee"))
    assert theirs
    assert [run.turn for run in theirs.runs] == ["Priya Nair has handed this part over to you."]


def test_what_a_colleague_left_lying_is_taken_back_and_somebody_else_does_it(plant: Plant):
    ref = accepted(plant)
    plant.later(hours=3)
    plant.say("my runs", by="priya")
    plant.press("Take it back: Look at a result", by="priya")
    assert "is with Lee Moran since 3 June 2026, 09:00 (IST)" in plant.said("priya")
    assert plant.row(ref).person == "lee"
    plant.press("Yes, take it back", by="priya")
    assert (plant.row(ref).person, plant.state(ref), plant.focus("priya")) == ("priya", "open", ref)
    assert "The next part is your supervisor's." in plant.said("priya")
    assert 'Priya Nair has taken "Look at a result"' in plant.news("lee")[-2]
    with plant.database.reading() as conn:
        assert parts.lent_by(conn, "priya") == ()
    events = plant.events(ref)
    plant.say("yes", by="lee")
    assert plant.events(ref) == events, "what lee says now is no answer to it any more"

    assert "the part of the lab supervisor" in plant.say("waiting for me", by="sam")[0].text
    plant.press("Accept", by="sam")
    assert plant.row(ref).person == "sam"
    plant.say("no", by="sam")
    plant.press("Continue", by="priya")
    plant.say("Look at the balance", "yes", by="priya")
    draft = plant.markdown(ref, by="priya")
    assert "Lee Moran took the part of the lab supervisor over from Priya Nair" in draft
    assert "it was taken back unfinished on 3 June 2026, 12:00 (IST)" in draft


def test_a_part_that_is_offered_anew_reaches_the_backup_anew_too(plant: Plant):
    ref = offered(plant)
    plant.later(minutes=31)
    assert plant.ring() == 1
    plant.press("Accept", by="lee")
    taken_back(plant)
    heard = len(plant.news("quinn"))
    plant.later(minutes=31)
    assert plant.ring() == 1
    assert len(plant.news("quinn")) == heard + 1
    plant.press("Accept", by="quinn")
    assert plant.row(ref).person == "quinn"


def taken_back(plant: Plant) -> None:
    plant.say("take it back", by="priya")
    plant.press("Yes, take it back", by="priya")


@pytest.mark.parametrize("by", ["lee", "sam", "dana"])
def test_nobody_takes_it_back_but_who_gave_it(plant: Plant, by: str):
    ref = accepted(plant)
    part = plant.ledger(ref).parts["to_lead"]
    grip = f"lee@{part.at.isoformat()}"
    plant.coach.hear(plant.message(press=Press("take_back", ("to_lead", grip), About(ref, "", 0)), by=by))
    assert plant.row(ref).person == "lee"
    assert plant.ledger(ref).parts == {"to_lead": part}


def test_the_audit_names_who_took_it_back(plant: Plant, database: Database):
    ref = accepted(plant)
    taken_back(plant)
    with database.reading() as conn:
        rows = conn.execute(select(metadata.tables["audit"])).all()
    assert ("priya", "run.handed_back", f"{ref}/to_lead") in {(r.actor, r.action, r.object) for r in rows}


def test_its_giver_goes_on_with_something_else_and_is_not_taken_from_it_when_it_is_back(plant: Plant):
    ref = accepted(plant)
    other = plant.start(by="priya")
    plant.say("no", by="lee")
    assert plant.focus("priya") == other
    plant.say("no", by="priya")
    assert plant.answered(other)[-1][1] == ("no",)
    plant.press("Continue", by="priya")
    assert plant.focus("priya") == ref


def test_the_draft_can_be_fetched_by_who_has_the_run_and_by_who_gave_it_and_by_nobody_else(plant: Plant):
    offered(plant)
    plant.press("We do this together", by="priya")
    ref = plant.focus("priya")
    plant.say("yes", "Look at the balance", "yes", by="priya")
    assert plant.coach.draft("lee", ref, 1) is None
    book = plant.library.playbooks["look-at-result"]
    kept = {**LOOK, "steps": [step for step in LOOK["steps"] if step["id"] != "back"]}
    without = replace(book, script=load(kept), canonical=canonical_json(kept))
    plant.coach = plant.with_library(replace(plant.library, playbooks={"look-at-result": without}))
    ref = accepted(plant)
    plant.say("yes", "Look at the balance", "yes", by="lee")
    assert plant.state(ref) == "finished"
    assert "has come to the end" in plant.news("priya")[-1]
    for who in ("lee", "priya"):
        assert "Look at the balance" in plant.markdown(ref, by=who)
        assert f"{ref}-draft-1.md" in [f.name for f in plant.say("my drafts", by=who)[0].files]
    assert plant.coach.draft("sam", ref, 1) is None
    assert plant.say("my runs", by="priya")[0].text == "You have nothing open."


def test_the_audit_names_each_of_them_for_what_they_did(plant: Plant, database: Database):
    ref = accepted(plant)
    plant.say("no", by="lee")
    with database.reading() as conn:
        rows = conn.execute(select(metadata.tables["audit"])).all()
    done = {(row.actor, row.action, row.object) for row in rows}
    assert done >= {
        ("priya", "run.answered", f"{ref}/test"),
        ("lee", "run.handed_over", f"{ref}/to_lead"),
        ("lee", "run.answered", f"{ref}/right"),
        ("lee", "run.handed_back", f"{ref}/back"),
    }


def test_a_correction_by_the_colleague_stands_under_their_name(plant: Plant):
    ref = accepted(plant)
    plant.say("change sample", "S-2", by="lee")
    assert plant.ledger(ref).answers["sample"].by == "lee"
    assert "Is the weighing right?" in plant.said("lee")


def test_a_run_that_is_ended_while_it_is_offered_waits_for_nobody(plant: Plant):
    offered(plant)
    plant.say("end it", by="priya")
    assert plant.say("waiting for me", by="lee")[0].text == "Nothing is waiting for you."
    plant.press("Accept", by="lee")
    assert plant.said("lee") == "That has been seen to already. Nothing has changed for Priya Nair."


def test_a_colleague_who_ends_it_is_named_to_who_gave_it(plant: Plant):
    ref = accepted(plant)
    plant.say("end it", by="lee")
    assert plant.state(ref) == "cancelled"
    assert plant.news("priya")[-1].startswith('Lee Moran has ended "Look at a result"')
    assert plant.say("my runs", by="priya")[0].text == "You have nothing open."


@pytest.fixture
def busy(postgres: Postgres) -> Iterator[Plant]:
    """A plant on PostgreSQL: on SQLite nothing can come between two statements of one message."""
    postgres.prepare_template("migrated", migrate.upgrade)
    url = postgres.lend("migrated")
    database = Database(url)
    yield met(Plant(database, with_parts()))
    database.close()
    postgres.take_back("migrated", url)


def test_accepting_and_taking_it_back_a_step_at_once_leave_one_of_both(busy: Plant):
    for _ in range(5):
        ref = offered(busy)
        accept = busy.button("Accept", "lee")
        together = Barrier(2)

        def at_once(message: Message, together: Barrier = together) -> Heard:
            together.wait(10)
            return busy.coach.hear(message)

        messages = [busy.message(press=accept, by="lee"), busy.message("back", by="priya")]
        with ThreadPoolExecutor(2) as threads:
            assert [heard.outcome for heard in threads.map(at_once, messages)] == ["done", "done"]
        has_it = busy.row(ref).person
        assert has_it == busy.ledger(ref).holder
        assert ("odd" in busy.ledger(ref).answers) == (has_it == "lee")
        busy.say("end it", by=has_it)


def test_taking_it_back_and_finishing_it_at_once_leave_one_of_both(busy: Plant):
    for _ in range(5):
        ref = accepted(busy)
        busy.say("take it back", by="priya")
        sure = busy.button("Yes, take it back", "priya")
        together = Barrier(3)

        def at_once(message: Message, together: Barrier = together) -> Heard:
            together.wait(10)
            return busy.coach.hear(message)

        messages = [
            *(busy.message(press=sure, by="priya") for _ in range(2)),
            busy.message("no", by="lee", about=busy.replies("lee")[-1].choices[0].press.about),
        ]
        with ThreadPoolExecutor(3) as threads:
            assert [heard.outcome for heard in threads.map(at_once, messages)] == ["done"] * 3
        ledger = busy.ledger(ref)
        assert busy.row(ref).person == ledger.holder == "priya"
        kinds = [event.what.kind for event in busy.events(ref)]
        assert kinds.count("handed_back") == 1
        assert ("right" in ledger.answers) == (not ledger.taken_back)
        busy.say("end it", by="priya")


def test_the_store_knows_what_was_lent_to_whom_until_it_is_back(plant: Plant, database: Database):
    ref = accepted(plant)
    with database.writing() as conn:
        assert parts.lent_by(conn, "priya") == ((ref, "to_lead"),)
        assert parts.lent_by(conn, "priya", states=["paused"]) == ()
        assert parts.lent_by(conn, "priya", "coach-nobodys") == parts.lent_by(conn, "lee") == ()
        part = plant.ledger(ref).parts["to_lead"]
        parts.settle(conn, ref, [replace(part, back_at=part.at), Part("x", "self", "lee", "lee", part.at)])
        assert parts.lent_by(conn, "priya") == ()
        parts.settle(conn, ref, [])
