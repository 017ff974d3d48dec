"""On a chat platform a message stands as it was sent: the coach closes what is over, and says what became of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from bot.chat import Outgoing
from bot.delivery import Delivery
from bot.errors import DeliveryError
from bot.message import About, Heard, Press
from bot.reply import Reply, Tone
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.tables import outbox as rows
from tests.plant import COLD, Phone, Plant, labels

HURT = "Is anyone hurt"
AT = "3 June 2026, 09:00 (IST)"
SECOND = timedelta(seconds=1)


@pytest.fixture
def plant(migrated_file: Path, tmp_path: Path) -> Iterator[Plant]:
    """A plant on SQLite; what depends on the engine is tested with the store."""
    shutil.copyfile(migrated_file, tmp_path / "coach.db")
    database = Database(f"sqlite:///{tmp_path / 'coach.db'}")
    yield Plant(database)
    database.close()


@pytest.fixture
def phone(plant: Plant) -> Phone:
    """Alex, where messages stand until others change them."""
    return plant.on_phone("alex")


def kinds(plant: Plant, channel: str = "slack") -> list[str]:
    """Every row of a channel, as its kind."""
    with plant.database.reading() as conn:
        found = conn.execute(select(rows.c.kind).where(rows.c.channel == channel).order_by(rows.c.id))
        return list(found.scalars())


def now(plant: Plant) -> datetime:
    """The database's clock, by which everything was posted."""
    with plant.database.reading() as conn:
        return conn.execute(select(db_now())).scalar_one()


def question(phone: Phone) -> Reply:
    """What is asked now: the one message that can be answered, and the newest."""
    assert [reply for reply in phone.open if reply.tone is Tone.QUESTION] in ([], [phone.open[-1]])
    return phone.open[-1]


def fetch(name: str) -> Press:
    """The button of a file in a list."""
    return Press("fetch", (name,), About(name.partition("-draft")[0], "", 0))


# --- What is over


def test_a_press_closes_its_message_and_says_what_was_chosen_by_whom_and_when(phone: Phone):
    phone.say(COLD)
    phone.press("Yes, let's start")
    assert phone.used == [f"Chosen: Yes, let's start · Alex Byrne, {AT}"]
    assert HURT in question(phone).text


def test_a_typed_answer_closes_its_question_and_asks_the_next(phone: Phone):
    phone.start()
    asked = phone.newest
    phone.say("no")
    assert not phone.shown[asked].has_controls
    assert question(phone).text != phone.shown[asked].text
    assert phone.used == phone.used[:1], "their own words stand beside it"


def test_a_word_beside_the_question_closes_it_and_asks_it_again_at_the_end(phone: Phone):
    phone.start()
    asked = phone.newest
    phone.press("Why do you ask?")
    assert phone.used[-1].startswith("Chosen: Why do you ask? · Alex Byrne")
    assert not phone.shown[asked].has_controls
    assert question(phone).text.endswith(phone.shown[asked].text)
    assert phone.newest != asked


def test_thanks_leave_the_question_open(phone: Phone):
    phone.start()
    asked = phone.newest
    phone.say("thanks")
    assert phone.shown[asked].has_controls


def test_at_the_end_nothing_is_open_but_what_can_still_be_done(phone: Phone):
    phone.start()
    phone.upto("end")
    assert {label for reply in phone.open for label in labels([reply])} == set()


def test_what_somebody_was_told_keeps_its_other_buttons_until_each_was_pressed(plant: Plant, phone: Phone):
    dana = plant.on_phone("dana")
    dana.say("hello")
    phone.start()
    phone.say("no", "Yes, it could")
    told = dana.newest
    before = labels([dana.shown[told]])
    dana.press(before[0], on=told)
    assert labels([dana.shown[told]]) == before[1:]
    assert dana.used == [f"Chosen: {before[0]} · Dana Okafor, {AT}"]
    dana.say("hello")
    assert labels([dana.shown[told]]) == before[1:], "their own conversation goes on beside it"


def test_a_stop_stays_open_while_it_holds_and_no_longer_than_until_somebody_released_it(
    plant: Plant, phone: Phone
):
    dana = plant.on_phone("dana")
    dana.say("hello")
    phone.start()
    phone.say("no", "Yes, it could")
    stop, told = phone.newest, dana.newest
    dana.press("I have read this", on=told)
    phone.deliver()
    assert phone.shown[stop].has_controls
    dana.press("Release the stop", on=told)
    phone.deliver()
    assert not phone.shown[stop].has_controls
    assert "We can go on." in question(phone).text


# --- Whose answer it is


def test_a_filled_in_form_closes_its_question_and_shows_what_was_answered(phone: Phone):
    phone.start()
    phone.upto("who_told")
    asked = phone.newest
    field = question(phone).field
    assert field
    phone.hear("Shift supervisor 06:05", about=field.about, on=asked)
    phone.deliver()
    assert phone.shown[asked].used == f"Answered: Shift supervisor 06:05 · Alex Byrne, {AT}"


def test_words_typed_before_the_next_question_was_there_are_no_answer_to_it(plant: Plant, phone: Phone):
    """Two messages in a row: the second was meant for the first question, too."""
    run = phone.start()
    typed_at = now(plant)
    phone.hear("no", said_at=typed_at)
    phone.deliver()
    phone.hear("not at all", said_at=typed_at)
    assert 'You wrote: "not at all".' in phone.deliver()[-1].text
    assert plant.answered(run) == [("someone_hurt", ("no",))]
    phone.hear("no", said_at=now(plant) + SECOND)
    assert len(plant.answered(run)) == 2, "what is typed under the question answers it"


def test_words_that_come_while_the_next_question_waits_to_be_posted_are_no_answer_to_it(
    plant: Plant, phone: Phone
):
    run = phone.start()
    phone.hear("no")
    phone.hear("nobody at all")
    assert plant.answered(run) == [("someone_hurt", ("no",))]
    assert 'You wrote: "nobody at all".' in phone.deliver()[-1].text


def test_on_a_page_words_without_a_question_answer_what_is_asked_now(plant: Plant):
    plant.start()
    plant.hear("no", "no")
    assert len(plant.answered(plant.focus())) == 2


# --- Once


def test_the_same_press_twice_has_one_effect(plant: Plant, phone: Phone):
    phone.say(COLD)
    on, offer = phone.newest, question(phone)
    press, key = offer.choices[0].press, "press:the same"
    assert phone.hear(press=press, on=on, event_id=key) == Heard("done")
    phone.deliver()
    before = dict(phone.shown)
    assert phone.hear(press=press, on=on, event_id=key) == Heard("duplicate")
    assert (phone.deliver(), phone.shown) == ([], before)
    assert plant.counts()["runs"] == 1


def test_a_message_in_doubt_that_somebody_pressed_was_posted(plant: Plant, phone: Phone):
    phone.say(COLD)
    on, offer = phone.newest, question(phone)
    with plant.database.writing() as conn:
        newest = select(func.max(rows.c.id)).scalar_subquery()
        in_doubt = {"state": "unknown", "provider_ref": None, "sent_at": None}
        conn.execute(update(rows).where(rows.c.id == newest).values(in_doubt))
    phone.hear(press=offer.choices[0].press, on=on)
    phone.deliver()
    assert phone.shown[on].used.startswith("Chosen: Yes, let's start")


def test_an_old_button_whose_question_is_asked_again_closes_that_and_proves_nothing(
    plant: Plant, phone: Phone
):
    run = phone.start()
    asked, no = phone.newest, next(each for each in question(phone).choices if each.label == "No")
    phone.hear("why")  # asked again, and on its way
    phone.hear(press=no.press, on=asked)
    phone.deliver()
    assert plant.answered(run) == [("someone_hurt", ("no",))]
    again = [reply for reply in phone.shown.values() if reply.used.startswith("Chosen: No")]
    assert len(again) == 1
    assert HURT in again[0].text
    assert not phone.shown[asked].has_controls


def test_of_two_presses_at_once_the_message_shows_the_one_that_counted(database: Database):
    plant = Plant(database)
    phone = plant.on_phone("alex")
    run = phone.start()
    on, choices = phone.newest, [each for each in question(phone).choices if not each.is_aside][:2]
    together = Barrier(2)

    def press(number: int) -> None:
        together.wait(10)
        phone.hear(press=choices[number].press, on=on)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(press, range(2)))
    phone.deliver()
    ((_, counted),) = plant.answered(run)
    (label,) = [each.label for each in choices if each.press.values == counted]
    assert phone.shown[on].used.startswith(f"Chosen: {label} · ")
    assert len(phone.open) == 1


# --- Files


def test_the_files_of_a_draft_are_sent_along(plant: Plant, phone: Phone):
    phone.start()
    run = phone.upto("end")
    sent = [reply.files for reply in phone.shown.values() if not reply.text]
    assert [[file.name for file in files] for files in sent] == [
        *([f"{run}-draft-1.docx"], [f"{run}-draft-1.md"])
    ]
    named = list(phone.shown.values()).index(next(each for each in phone.shown.values() if each.files))
    assert list(phone.shown.values())[named].text, "after the message that names them"


def test_of_several_drafts_the_person_picks_one_file(plant: Plant, phone: Phone):
    phone.start()
    run = phone.upto("end")
    phone.say("change where", "Cold room CR-03", "I know more now")
    phone.upto("end")
    before = kinds(plant).count("file")
    (listed,) = phone.say("my drafts")
    assert len(listed.files) == 4
    assert kinds(plant).count("file") == before, "no heap of files"
    wanted = f"{run}-draft-2.docx"
    phone.hear(press=fetch(wanted))
    named, sent = phone.deliver()
    assert (named.text, [file.name for file in sent.files]) == (f"Here is {wanted}.", [wanted])


def test_a_file_of_somebody_else_is_not_fetched(plant: Plant, phone: Phone):
    phone.start()
    run = phone.upto("end")
    sam = plant.on_phone("sam")
    sam.hear(press=fetch(f"{run}-draft-1.docx"))
    said = sam.deliver()
    assert [reply.files for reply in said if reply.files] == []
    assert "I do not know that button" in said[-1].text


# --- On a page


def test_nothing_of_this_happens_on_a_page(plant: Plant):
    plant.drafted()
    plant.say("my drafts")
    assert set(kinds(plant, "web")) == {"echo", "reply"}
    with plant.database.reading() as conn:
        assert not conn.execute(select(rows.c.id).where(rows.c.is_open)).all()


async def test_a_file_that_cannot_be_sent_is_said_to_be_missing_once(plant: Plant, phone: Phone):
    phone.start()
    phone.upto("review")
    plant.coach.hear(plant.message("yes", channel="slack"))
    delivery = Delivery(
        plant.database,
        {"slack": RefusesFiles()},
        worker_id="w",
        new_token=(f"token-{number}" for number in count()).__next__,
        when_failed=plant.coach.apologise,
    )
    while await delivery.once():
        pass
    with plant.database.reading() as conn:
        told = [
            Reply.from_json(row.payload).text
            for row in conn.execute(select(rows))
            if ":failed" in row.dedupe_key
        ]
    assert len(told) == kinds(plant).count("file") > 0
    assert all(text.startswith("I could not send coach-") and '"my drafts"' in text for text in told)


class RefusesFiles:
    """A platform that takes everything but files."""

    can_look_up = True

    async def send(self, message: Outgoing, payload: Reply) -> str:
        if message.kind == "file":
            raise DeliveryError("missing_scope", permanent=True)
        return f"posted-{message.id}"

    async def look_up(self, message: Outgoing) -> str | None:
        return None

    def posted_at(self, provider_ref: str) -> datetime | None:
        return None
