"""How a chat platform's user becomes somebody we know, and what its adapter may ask about them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.attachment import Attachment
from bot.chat import Arrival, Introduction
from bot.chat_desk import CoachChatDesk, chat_code_hash
from bot.message import About, Address, Heard, Identity, Message, Press
from bot.person import Person
from bot.reception import Reception
from bot.reply import Reply
from bot.store import access, addresses, outbox, people
from bot.store.database import Database
from bot.store.tables import arrivals
from bot.store.tables import audit as audit_rows
from tests.bot.conversation.talk import WORDING
from tests.plant import Phone, Plant

MIA = Person("mia", "Mia Ruiz", "northfield", "operator", email="mia.ruiz@example.com")
U1 = Identity("slack", "T1/U1")
KNOWN = Introduction(U1, "mia.ruiz@example.com")
CODE = "k7m2-9xqp-4hdt"


@pytest.fixture
def plant(migrated_file: Path, tmp_path: Path) -> Iterator[Plant]:
    """A plant on SQLite, which also knows Mia."""
    shutil.copyfile(migrated_file, tmp_path / "coach.db")
    database = Database(f"sqlite:///{tmp_path / 'coach.db'}")
    with database.writing() as conn:
        people.add(conn, MIA)
    yield Plant(database)
    database.close()


@pytest.fixture
def woken() -> list[str]:
    """One word for each time somebody was woken."""
    return []


@pytest.fixture
def desk(plant: Plant, woken: list[str]) -> CoachChatDesk:
    languages = frozenset({"en", "de"})
    reception = Reception(plant.database, {})
    return CoachChatDesk(
        plant.database, plant.coach, reception, WORDING, languages, wake=lambda: woken.append("woken")
    )


def known(plant: Plant, who: Identity = U1) -> str:
    """The person this user is."""
    with plant.database.reading() as conn:
        found = people.by_identity(conn, who)
    return found.id if found else ""


def person(plant: Plant, person_id: str = "mia") -> Person:
    with plant.database.reading() as conn:
        found = people.by_id(conn, person_id)
    assert found
    return found


def changed(plant: Plant, new: Person) -> None:
    with plant.database.writing() as conn:
        people.change(conn, new)


def audited(plant: Plant) -> list[tuple[str, str, str, str, str]]:
    """What was noted about people: the action, of whom, before, after and why."""
    with plant.database.reading() as conn:
        a = audit_rows.c
        found = conn.execute(
            select(a.action, a.object, a.before, a.after, a.reason).order_by(a.stream, a.seq)
        )
        return [tuple(row) for row in found]


# --- Who somebody is


async def test_a_user_whose_address_exactly_one_person_has_is_that_person(plant: Plant, desk: CoachChatDesk):
    assert await desk.introduce(replace(KNOWN, email="Mia.RUIZ@Example.com"))
    assert known(plant) == "mia"
    why = "the platform has verified their address"
    assert audited(plant) == [("identity linked", "person:mia", "", "slack:T1/U1", why)]
    assert await desk.introduce(KNOWN), "and stays so"
    assert len(audited(plant)) == 1


@pytest.mark.parametrize("email", ["", "somebody@example.com", "mia.ruiz@example.com.evil.com"])
async def test_whoever_has_no_address_or_one_of_nobody_stays_a_stranger(
    plant: Plant, desk: CoachChatDesk, email: str
):
    """A guest's address is never handed on, because anybody could have set it."""
    assert not await desk.introduce(replace(KNOWN, email=email))
    assert (known(plant), audited(plant)) == ("", [])


async def test_an_address_of_two_people_makes_nobody_known(plant: Plant, desk: CoachChatDesk):
    with plant.database.writing() as conn:
        people.add(conn, replace(MIA, id="mia2"))
    assert not await desk.introduce(KNOWN)
    assert known(plant) == ""


async def test_of_two_people_with_an_address_the_one_who_is_active_counts(plant: Plant, desk: CoachChatDesk):
    with plant.database.writing() as conn:
        people.add(conn, replace(MIA, id="mia2", is_active=False))
    assert await desk.introduce(KNOWN)
    assert known(plant) == "mia"


async def test_who_is_no_longer_active_is_not_linked_and_not_served(plant: Plant, desk: CoachChatDesk):
    changed(plant, replace(MIA, is_active=False))
    assert not await desk.introduce(KNOWN)
    assert known(plant) == ""
    changed(plant, MIA)
    assert await desk.introduce(KNOWN)
    changed(plant, replace(MIA, is_active=False))
    assert not await desk.introduce(KNOWN)


async def test_who_is_known_keeps_their_identity_whatever_their_address_says_now(
    plant: Plant, desk: CoachChatDesk
):
    """An address may go to another person of the company; the user stays who they were."""
    await desk.introduce(KNOWN)
    assert await desk.introduce(replace(KNOWN, email=person(plant, "alex").email or "alex@example.com"))
    assert known(plant) == "mia"


async def test_a_persons_zone_and_language_follow_their_platform_and_it_is_audited(
    plant: Plant, desk: CoachChatDesk
):
    assert await desk.introduce(replace(KNOWN, zone="Europe/Dublin", language="de"))
    assert (person(plant).zone, person(plant).language) == ("Europe/Dublin", "de")
    before, after = "zone=UTC language=en", "zone=Europe/Dublin language=de"
    assert audited(plant)[1:] == [("person changed", "person:mia", before, after, "as slack says")]
    await desk.introduce(replace(KNOWN, zone="Europe/Dublin", language="de"))
    assert len(audited(plant)) == 2, "the same again is no change"
    rest = replace(person(plant), zone=MIA.zone, language=MIA.language)
    assert rest == MIA, "nothing else about them changes"


@pytest.mark.parametrize(
    ("zone", "language"), [("", ""), ("Mars/Olympus", "tlh"), ("../../etc/passwd", "en-US")]
)
async def test_a_zone_or_language_that_we_do_not_know_changes_nothing(
    plant: Plant, desk: CoachChatDesk, zone: str, language: str
):
    assert await desk.introduce(replace(KNOWN, zone=zone, language=language))
    assert person(plant) == MIA


# --- One-time codes


def give_code(
    plant: Plant, to: str = "mia", lifetime: timedelta = timedelta(hours=24), code: str = CODE
) -> None:
    with plant.database.writing() as conn:
        access.make_link(conn, to, chat_code_hash(code), lifetime)


@pytest.mark.parametrize("typed", [CODE, " K7M2 9XQP 4HDT\n", "k7m29xqp4hdt", "K7M2–9XQP–4HDT."])
async def test_a_code_makes_its_person_known_however_it_is_typed(
    plant: Plant, desk: CoachChatDesk, typed: str
):
    give_code(plant)
    assert await desk.redeem(U1, typed)
    assert known(plant) == "mia"
    assert audited(plant) == [
        ("identity linked", "person:mia", "", "slack:T1/U1", "they had a one-time code")
    ]


async def test_a_code_is_good_once(plant: Plant, desk: CoachChatDesk):
    give_code(plant)
    assert await desk.redeem(U1, CODE)
    assert not await desk.redeem(Identity("slack", "T1/U2"), CODE)
    assert known(plant, Identity("slack", "T1/U2")) == ""


@pytest.mark.parametrize("typed", ["", "   ", "k7m2-9xqp-4hdu", "hello", "\ud800"])
async def test_what_is_no_code_makes_nobody_known(plant: Plant, desk: CoachChatDesk, typed: str):
    give_code(plant)
    assert not await desk.redeem(U1, typed)
    assert (known(plant), audited(plant)) == ("", [])


async def test_a_code_past_its_time_or_of_somebody_who_left_makes_nobody_known(
    plant: Plant, desk: CoachChatDesk
):
    give_code(plant, lifetime=timedelta(0))
    assert not await desk.redeem(U1, CODE)
    give_code(plant, code="another")
    changed(plant, replace(MIA, is_active=False))
    assert not await desk.redeem(U1, "another")
    assert known(plant) == ""


async def test_a_link_for_the_web_is_no_code_for_chat(plant: Plant, desk: CoachChatDesk):
    with plant.database.writing() as conn:
        access.make_link(conn, "mia", "the hash of a link", timedelta(hours=1))
    assert not await desk.redeem(U1, "the hash of a link")


async def test_a_code_moves_a_user_who_was_somebody_else_and_both_are_noted(
    plant: Plant, desk: CoachChatDesk
):
    give_code(plant, to="alex")
    await desk.introduce(KNOWN)
    assert await desk.redeem(U1, CODE)
    assert known(plant) == "alex"
    moved = ("identity linked", "person:alex", "person:mia", "slack:T1/U1", "they had a one-time code")
    assert audited(plant)[-1] == moved


# --- The coach was removed


async def test_where_the_coach_was_removed_nothing_more_is_written(plant: Plant, desk: CoachChatDesk):
    alex, dana = (spoke(plant, name) for name in ("alex", "dana"))
    await desk.leave("slack", "T1")
    assert writes_to(plant, "alex") != alex
    assert writes_to(plant, "dana") != dana
    assert audited(plant)[-1] == ("app removed", "slack:T1", "", "2 addresses closed", "")


async def test_who_removed_the_coach_is_not_written_to_there_and_others_are(
    plant: Plant, desk: CoachChatDesk
):
    alex, dana = (spoke(plant, name) for name in ("alex", "dana"))
    await desk.leave("slack", "T1", "alex")
    assert writes_to(plant, "alex") != alex
    assert writes_to(plant, "dana") == dana
    assert audited(plant)[-1] == ("app removed", "person:alex", "", "1 addresses closed", "")


async def test_a_stranger_who_removes_the_coach_closes_nothing(plant: Plant, desk: CoachChatDesk):
    alex = spoke(plant, "alex")
    await desk.leave("slack", "T1", "U-unknown")
    assert writes_to(plant, "alex") == alex
    assert audited(plant) == []


async def test_an_installation_is_greeted_once_and_anew_after_each_removal(plant: Plant, desk: CoachChatDesk):
    phone = plant.on_phone("alex")
    installed = plant.message(press=Press("hello"), channel="slack", event_id="installed:today")
    assert [(await desk.greet(installed)).outcome for _ in range(2)] == ["done", "duplicate"]
    welcome, hello = phone.deliver()
    assert welcome.text.startswith("Welcome, Alex Byrne.")

    for _ in range(2):
        await desk.leave("slack", "T1", "alex")
        assert writes_to(plant, "alex") != installed.address
        greeted = [(await desk.greet(installed)).outcome for _ in range(2)]
        assert greeted == ["done", "duplicate"]
        assert [reply.text for reply in phone.deliver()] == [hello.text]
        assert writes_to(plant, "alex") == installed.address


async def test_what_is_heard_again_after_a_removal_is_no_greeting(plant: Plant, desk: CoachChatDesk):
    alex = spoke(plant, "alex")
    before = plant.message("hello", channel="slack")
    await desk.hear(before)
    await desk.leave("slack", "T1", "alex")
    assert await desk.hear(before) == Heard("duplicate")
    assert writes_to(plant, "alex") != alex


def spoke(plant: Plant, name: str) -> Address:
    """This person says hello in Slack; where that was."""
    plant.on_phone(name).hear("hello")
    return plant.message(by=name, channel="slack").address


def writes_to(plant: Plant, name: str) -> Address | None:
    with plant.database.reading() as conn:
        found = addresses.last_private(conn, name)
    return found.address if found else None


# --- What an adapter may ask


async def test_whoever_is_heard_is_answered_at_once(plant: Plant, desk: CoachChatDesk, woken: list[str]):
    plant.on_phone("alex")
    hello = plant.message("hello", channel="slack")
    assert await desk.hear(hello) == Heard("done")
    assert await desk.hear(hello) == Heard("duplicate")
    in_a_channel = Address("slack", "T1/C1", is_private=False)
    assert await desk.overhear(replace(hello, event_id="Ev2", address=in_a_channel)) == Heard("done")
    assert len(woken) == 3


async def test_files_are_heard_with_the_message_that_names_them(plant: Plant, desk: CoachChatDesk):
    phone = plant.on_phone("alex")
    phone.start()
    run = phone.upto("evidence")
    photo = Attachment("chart.png", "png", b"\x89PNG\r\n\x1a\n a chart")
    message = plant.message(channel="slack", files=[photo.upload])
    assert await desk.hear(message, [photo]) == Heard("done")
    assert plant.answered(run)[-1] == ("evidence", (photo.upload.as_value(),))
    assert plant.counts()["blobs"] == 1


@pytest.fixture
def phone(plant: Plant) -> Phone:
    """Alex, who is asked when it was noticed."""
    phone = plant.on_phone("alex")
    phone.start()
    phone.upto("noticed_at")
    return phone


@pytest.mark.parametrize("text", ["soon", "tomorrow 09:00", "today 06:00", "  "])
async def test_an_objection_is_what_hearing_would_say_and_changes_nothing(
    plant: Plant, desk: CoachChatDesk, phone: Phone, text: str
):
    field = phone.open[-1].field
    assert field
    message = plant.message(text, channel="slack", about=field.about, on=phone.newest)
    before = plant.counts()
    objection = await desk.objection(message)
    assert plant.counts() == before
    plant.coach.hear(message)
    said = phone.deliver()
    was_taken = plant.ledger(plant.focus()).asking != "noticed_at"
    assert (objection == "") == (was_taken or not text.strip())
    assert objection in said[0].text


async def test_nobody_objects_to_a_stranger_a_button_or_an_answer_that_comes_too_late(
    plant: Plant, desk: CoachChatDesk, phone: Phone
):
    assert await desk.objection(plant.message("soon", by="nobody", channel="slack")) == ""
    assert await desk.objection(plant.message(press=Press("help"), channel="slack")) == ""
    elsewhere = About("coach-9999", "noticed_at", 3)
    assert await desk.objection(plant.message("soon", channel="slack", about=elsewhere)) == "", (
        "hearing says it"
    )


def meant(plant: Plant, on: str, by: str = "alex", about: About | None = None) -> Message:
    return plant.message(by=by, channel="slack", on=on, about=about)


async def test_what_a_message_says_now_is_known_by_the_platforms_name_for_it(
    plant: Plant, desk: CoachChatDesk, phone: Phone
):
    asked, question = phone.newest, phone.open[-1]
    assert await desk.said(meant(plant, asked)) == question
    phone.say("today 06:00")
    over = await desk.said(meant(plant, asked))
    assert over == phone.shown[asked] == question.without_controls(), "also when it is over"
    assert await desk.said(meant(plant, "slack-999")) is None


async def test_a_question_whose_name_is_not_known_yet_is_known_by_what_it_asks(
    plant: Plant, desk: CoachChatDesk, phone: Phone
):
    phone.hear("today 06:00")  # the next is written, and not yet seen to be posted
    with plant.database.reading() as conn:
        (row,) = outbox.open_at(conn, plant.message(channel="slack").address)
    question = Reply.from_json(row.payload)
    assert question.field
    assert await desk.said(meant(plant, "slack-new", about=question.field.about)) == question


async def test_what_was_said_is_shown_only_to_the_person_it_was_said_to(
    plant: Plant, desk: CoachChatDesk, phone: Phone
):
    plant.on_phone("sam")
    asked = phone.newest
    at_alex = replace(meant(plant, asked, by="sam"), address=meant(plant, asked).address)
    assert await desk.said(at_alex) is None
    assert await desk.said(meant(plant, asked, by="sam")) is None
    assert await desk.said(replace(at_alex, sender=Identity("slack", "nobody"))) is None


async def test_an_overview_is_of_ones_own_and_nobody_elses(plant: Plant, desk: CoachChatDesk, phone: Phone):
    plant.on_phone("sam").start("the label printer jammed, temp out of range")
    found = await desk.overview(Identity("slack", "alex"))
    assert found is not None
    assert [(run.ref, run.state) for run in found.runs] == [(plant.focus("alex"), "open")]
    assert found.person.id == "alex"
    assert "deviation-open" in dict(found.shelf)
    assert await desk.overview(U1) is None
    changed(plant, replace(person(plant, "alex"), is_active=False))
    assert await desk.overview(Identity("slack", "alex")) is None


async def test_an_overview_takes_up_what_was_put_aside_and_names_the_drafts(
    plant: Plant, desk: CoachChatDesk
):
    run = plant.drafted()
    with plant.database.writing() as conn:
        people.link_identity(conn, U1, "alex")
    found = await desk.overview(U1)
    assert found is not None
    assert [(each.ref, each.state) for each in found.runs] == [(run, "waiting")]
    assert [file.name for file in found.drafts] == [f"{run}-draft-1.docx", f"{run}-draft-1.md"]
    assert plant.coach.hear(plant.message(press=found.runs[0].take_up)) == Heard("done")


async def test_a_draft_is_fetched_by_its_person_only(plant: Plant, desk: CoachChatDesk):
    run = plant.drafted()
    file = await desk.fetch_draft("alex", run, 1, "md")
    assert file is not None
    assert (file.name, file.media_type, file.content.decode()) == (
        *(f"{run}-draft-1.md", "text/markdown; charset=utf-8"),
        plant.markdown(run),
    )
    assert await desk.fetch_draft("sam", run, 1, "md") is None
    assert await desk.fetch_draft("alex", run, 2, "md") is None


async def test_what_must_be_looked_up_first_is_kept(plant: Plant, desk: CoachChatDesk):
    await desk.put_aside(Arrival("slack", "Ev1", "{}"))
    with plant.database.reading() as conn:
        assert conn.execute(select(arrivals.c.channel, arrivals.c.event_id)).one() == ("slack", "Ev1")


def test_what_is_shown_and_not_said_has_words_too(desk: CoachChatDesk):
    assert desk.words("hint_stranger") == WORDING("hint_stranger")
