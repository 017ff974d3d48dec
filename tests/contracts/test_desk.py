"""What the web chat may rely on, of the desk in memory that its own tests use and of the real one alike."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import select, update

from bot.app import HOME, App, add_example_people, build, new_secret, settle_sites
from bot.attachment import Attachment
from bot.channels.terminal import Console
from bot.channels.web.ports import CodeTry, Desk, Line, Standing
from bot.chat import FetchedFile
from bot.conversation.wording import read_wording
from bot.desk import TerminalDesk, WebDesk, hashed
from bot.errors import CoachError, StoreUnavailable
from bot.message import About, Address, Heard, Identity, Message, Press
from bot.news import News
from bot.person import Person
from bot.reply import Choice, File, Reply
from bot.settings import Settings
from bot.store import access, blobs, people, terminals
from bot.store.database import Database
from bot.store.moment import db_now
from bot.store.tables import audit as audit_table
from bot.store.tables import browsers
from tests.channels.web.fake_desk import TELL, FakeDesk

MORNING = datetime(2026, 6, 3, 9, tzinfo=UTC)
ALEX, DANA = "alex", "dana"  # two people of the fictional site; Dana is QA on call
RILEY = "riley"  # somebody of another site
PHOTO = Attachment("chart.png", "png", b"\x89PNG\r\n\x1a\n a chart")
CHART = Attachment("report.pdf", "pdf", b"%PDF-1.7 a report")
TO_THE_FILES = (
    "open a deviation",
    "yes",
    "no",
    "no",
    "yes",
    "Shift supervisor 06:05",
    "Logbook p. 4",
    "equipment",
    "today 06:00",
    "the rest later",
)
TO_THE_DRAFT = (*TO_THE_FILES, "skip", "this is right")
TO_THE_TICKS = (
    *TO_THE_FILES[:-1],
    "Chart of probe T-07, seen by the shift lead",
    "today 06:05",
    "Shift supervisor",
    "today 05:30",
    "Room 12",
    "The door was open; it should have been shut.",
)
TO_THE_STOP = ("open a deviation", "yes", "no", "Yes, it could")
_ids = itertools.count(1)


def said(
    person_id: str,
    text: str = "",
    *,
    press: Press | None = None,
    about: About | None = None,
    event_id: str = "",
    channel: str = "web",
) -> Message:
    key = event_id or f"event-{next(_ids)}"
    return Message(key, Address(channel, person_id), Identity(channel, person_id), text, press, about)


def pressed(person_id: str, choice: Choice) -> Message:
    return said(person_id, press=choice.press)


def sent(person_id: str, *files: Attachment) -> Message:
    return replace(said(person_id), files=tuple(file.upload for file in files))


async def before_long(news: Awaitable[object]) -> None:
    """Wait for what must come before its own timeout runs out."""
    await asyncio.wait_for(news, timeout=10)


class World(Protocol):
    """A desk, and what has to be arranged behind its back."""

    def desk(self, *, is_demo: bool = False) -> Desk:
        """A desk on the same people and transcripts."""

    def unreachable(self) -> Desk:
        """A desk whose store is away."""

    def link(self, person_id: str) -> str:
        """A new one-time link's token."""

    def deactivate(self, person_id: str) -> None:
        """The person has left."""

    async def draft(self, person_id: str) -> tuple[str, int]:
        """The run and number of a draft that the person has made."""

    async def tell_dana(self) -> None:
        """Somebody's stop has told Dana, who may release it."""

    def terminal_link(self, site: str) -> str:
        """A new link that makes a browser a shared terminal."""

    def give_code(self, person_id: str, code: str) -> None:
        """The person has a code now."""


class DeskPromises:
    """The promises of `bot.channels.web.ports.Desk`."""

    async def test_what_was_said_stands_before_what_is_said_to_it_numbered_from_one(self, world: World):
        desk = world.desk()

        heard = await desk.hear(said(ALEX, "hello"))
        echo, *replies = await desk.transcript(ALEX, 0, 100)

        assert heard == Heard("done")
        assert (echo.seq, echo.kind, echo.words, echo.reply) == (1, "echo", "hello", None)
        assert replies
        assert [line.seq for line in replies] == list(range(2, 2 + len(replies)))
        assert all(line.kind == "reply" and line.reply for line in replies)
        assert all(line.at.utcoffset() == timedelta(0) for line in (echo, *replies))

    async def test_the_same_event_has_one_effect(self, world: World):
        desk = world.desk()
        await desk.hear(said(ALEX, "hello", event_id="event-once"))
        before = await desk.transcript(ALEX, 0, 100)

        again = await desk.hear(said(ALEX, "hello", event_id="event-once"))

        assert again == Heard("duplicate")
        assert await desk.transcript(ALEX, 0, 100) == before

    async def test_the_same_event_many_times_at_once_has_one_effect(self, world: World):
        desk = world.desk()
        message = said(ALEX, "hello", event_id="event-once")

        heard = await asyncio.gather(*(desk.hear(message) for _ in range(5)))

        assert sorted(each.outcome for each in heard) == ["done", *["duplicate"] * 4]
        assert [line.words for line in await desk.transcript(ALEX, 0, 100)].count("hello") == 1

    @pytest.mark.parametrize("person_id", ["nobody", ALEX])
    async def test_a_stranger_and_somebody_who_has_left_change_nothing(self, world: World, person_id: str):
        world.deactivate(ALEX)
        desk = world.desk()

        assert await desk.hear(said(person_id, "hello")) == Heard("stranger")
        assert await desk.transcript(ALEX, 0, 100) == []

    async def test_a_transcript_is_one_persons_alone(self, world: World):
        desk = world.desk()
        await desk.hear(said(ALEX, "mine"))
        await desk.hear(said(DANA, "hers"))

        lines = await desk.transcript(DANA, 0, 100)

        assert [line.words for line in lines if line.kind == "echo"] == ["hers"]
        assert lines[0].seq == 1

    async def test_a_transcript_can_be_read_in_parts_from_either_end(self, world: World):
        desk = world.desk()
        for words in ("one", "two", "three"):
            await desk.hear(said(ALEX, words))
        everything = await desk.transcript(ALEX, 0, 100)

        assert await desk.transcript(ALEX, 2, 3) == everything[2:5]
        assert await desk.transcript(ALEX, everything[-1].seq, 3) == []
        assert await desk.earlier(ALEX, None, 2) == everything[-2:]
        assert await desk.earlier(ALEX, 4, 2) == everything[1:3]
        assert await desk.earlier(ALEX, 1, 2) == []
        assert await desk.earlier(ALEX, 10**9 - 1, 100) == everything

    async def test_a_pressed_button_stands_in_the_transcript_as_what_it_says(self, world: World):
        desk = world.desk()
        await desk.hear(said(ALEX, "help"))
        choice = latest(await desk.transcript(ALEX, 0, 100)).choices[0]

        await desk.hear(pressed(ALEX, choice))

        assert echoes(await desk.transcript(ALEX, 0, 100)) == ["help", choice.label]

    async def test_a_button_that_was_never_there_stands_as_what_it_would_have_done(self, world: World):
        desk = world.desk()

        await desk.hear(said(ALEX, press=Press("start", ("no-such-playbook",))))

        assert echoes(await desk.transcript(ALEX, 0, 100)) == ["no-such-playbook"]

    # Files

    async def test_files_stand_in_the_transcript_by_their_names(self, world: World):
        desk = world.desk()

        await desk.hear(sent(ALEX, PHOTO, CHART), (PHOTO, CHART))

        assert echoes(await desk.transcript(ALEX, 0, 100)) == ["chart.png, report.pdf"]

    async def test_the_same_files_sent_again_have_one_effect(self, world: World):
        desk = world.desk()
        message = sent(ALEX, PHOTO)

        heard = [(await desk.hear(message, (PHOTO,))).outcome for _ in range(2)]

        assert heard == ["done", "duplicate"]
        assert echoes(await desk.transcript(ALEX, 0, 100)) == ["chart.png"]

    # What is open

    async def test_nothing_waits_for_somebody_whom_nobody_told_anything(self, world: World):
        assert await world.desk().standing(ALEX) == Standing()

    async def test_what_was_told_waits_until_it_is_settled_and_its_buttons_know(self, world: World):
        desk = world.desk()
        await world.tell_dana()
        told = latest(await desk.transcript(DANA, 0, 100))
        seen, free = (
            next(c.press for c in told.choices if c.press.action == name) for name in ("seen", "free")
        )
        at_first = await desk.standing(DANA)

        await desk.hear(said(DANA, press=seen))
        once_read = await desk.standing(DANA)
        await desk.hear(said(DANA, press=free))
        at_last = await desk.standing(DANA)

        assert (at_first.waiting, at_first.read, at_first.settled) == (1, frozenset(), frozenset())
        assert (once_read.waiting, once_read.read, once_read.settled) == (
            1,
            frozenset({seen.token()}),
            frozenset(),
        )
        assert at_last.waiting == 0
        assert {seen.token(), free.token()} <= at_last.settled

    # News

    async def test_waiting_ends_when_its_time_is_over(self, world: World):
        await before_long(world.desk().wait_for_news(ALEX, 0, timeout=0.02))

    async def test_waiting_ends_at_once_when_there_is_something_already(self, world: World):
        desk = world.desk()
        await desk.hear(said(ALEX, "hello"))

        await before_long(desk.wait_for_news(ALEX, 0, timeout=60))

    async def test_both_open_pages_of_a_person_learn_of_what_was_said_on_one(self, world: World):
        desk = world.desk()
        pages = [asyncio.ensure_future(desk.wait_for_news(ALEX, 0, timeout=60)) for _ in range(2)]
        await asyncio.sleep(0)

        await desk.hear(said(ALEX, "hello"))
        await before_long(asyncio.gather(*pages))

        assert echoes(await desk.transcript(ALEX, 0, 100)) == ["hello"]

    # Coming in

    async def test_a_link_lets_its_person_in_once(self, world: World):
        desk, token = world.desk(), world.link(ALEX)

        cookie = await desk.redeem(token)
        again = await desk.redeem(token)

        assert cookie
        assert again is None
        assert (await person(desk, cookie)).id == ALEX

    async def test_of_two_who_use_a_link_at_once_one_is_let_in(self, world: World):
        desk, token = world.desk(), world.link(ALEX)

        cookies = await asyncio.gather(*(desk.redeem(token) for _ in range(4)))

        assert len([cookie for cookie in cookies if cookie]) == 1

    async def test_every_browser_gets_a_secret_of_its_own(self, world: World):
        desk = world.desk(is_demo=True)

        assert await desk.become(ALEX) != await desk.become(ALEX)

    async def test_signing_out_ends_this_session_and_no_other(self, world: World):
        desk = world.desk(is_demo=True)
        one, other = await desk.become(ALEX), await desk.become(ALEX)
        assert one
        assert other

        await desk.sign_out(one)
        await desk.sign_out(one)

        assert await desk.person_of(one) is None
        assert (await person(desk, other)).id == ALEX

    async def test_somebody_who_has_left_is_signed_out(self, world: World):
        desk = world.desk(is_demo=True)
        cookie = await desk.become(ALEX)
        assert cookie

        world.deactivate(ALEX)

        assert await desk.person_of(cookie) is None
        assert await desk.person_of(cookie, is_use=False) is None

    @pytest.mark.parametrize("secret", ["", "nobody's", "\x00", "\udcff", "x" * 5_000])
    async def test_a_made_up_secret_opens_nothing(self, world: World, secret: str):
        desk = world.desk()

        assert await desk.person_of(secret) is None
        assert await desk.redeem(secret) is None
        await desk.sign_out(secret)

    async def test_in_a_demo_a_visitor_chooses_among_its_people(self, world: World):
        desk = world.desk(is_demo=True)

        assert {ALEX, DANA} <= {each.id for each in await desk.personas()}
        assert await desk.become("nobody") is None
        assert (await person(desk, await desk.become(DANA) or "")).id == DANA

    async def test_elsewhere_nobody_can_be_chosen(self, world: World):
        desk = world.desk()

        assert list(await desk.personas()) == []
        assert await desk.become(ALEX) is None

    # Shared terminals

    async def test_a_link_makes_one_browser_a_shared_terminal_of_its_site(self, world: World):
        desk, token = world.desk(), world.terminal_link("northfield")

        cookie = await desk.enrol(token)
        again = await desk.enrol(token)

        assert cookie
        assert again is None
        assert await desk.site_of_terminal(cookie) == "northfield"

    async def test_a_terminal_shows_those_of_its_site_who_have_a_code_by_name(self, world: World):
        desk = world.desk()
        for person_id in (DANA, ALEX, RILEY):
            world.give_code(person_id, "1234")

        north, south = [await terminal_of(world, site) for site in ("northfield", "southshore")]

        assert [each.id for each in await desk.people_of_terminal(north)] == [ALEX, DANA]
        assert [each.id for each in await desk.people_of_terminal(south)] == [RILEY]
        world.deactivate(ALEX)
        assert [each.id for each in await desk.people_of_terminal(north)] == [DANA]

    async def test_a_code_signs_its_person_in_and_nobody_else(self, world: World):
        desk, cookie = world.desk(), await terminal_of(world)
        world.give_code(ALEX, "1234")
        world.give_code(DANA, "5678")

        theirs = await desk.sign_in_with_code(cookie, ALEX, "1234")
        anothers = await desk.sign_in_with_code(cookie, ALEX, "5678")

        assert (await person(desk, theirs.secret)).id == ALEX
        assert anothers == CodeTry(tries_left=4)

    async def test_after_five_wrong_tries_a_code_opens_nothing_and_a_new_one_does(self, world: World):
        desk, cookie = world.desk(), await terminal_of(world)
        world.give_code(ALEX, "1234")

        left = [(await desk.sign_in_with_code(cookie, ALEX, "0000")).tries_left for _ in range(5)]
        too_late = await desk.sign_in_with_code(cookie, ALEX, "1234")
        world.give_code(ALEX, "4321")

        assert left == [4, 3, 2, 1, 0]
        assert too_late == CodeTry()
        assert (await desk.sign_in_with_code(cookie, ALEX, "4321")).secret

    async def test_a_right_code_forgets_the_wrong_ones_before_it(self, world: World):
        desk, cookie = world.desk(), await terminal_of(world)
        world.give_code(ALEX, "1234")

        for _ in range(2):
            await desk.sign_in_with_code(cookie, ALEX, "0000")
        await desk.sign_in_with_code(cookie, ALEX, "1234")

        assert (await desk.sign_in_with_code(cookie, ALEX, "0000")).tries_left == 4

    @pytest.mark.parametrize(
        ("cookie", "person_id"),
        [
            pytest.param("made up", ALEX, id="no terminal"),
            pytest.param("", DANA, id="nobody with a code"),
            pytest.param("", RILEY, id="somebody of another site"),
            pytest.param("", "nobody", id="nobody at all"),
        ],
    )
    async def test_a_code_is_worth_nothing_elsewhere(self, world: World, cookie: str, person_id: str):
        desk, own = world.desk(), await terminal_of(world)
        world.give_code(ALEX, "1234")
        world.give_code(RILEY, "1234")

        assert await desk.sign_in_with_code(cookie or own, person_id, "1234") == CodeTry()

    async def test_a_browser_that_is_no_terminal_shows_nobody(self, world: World):
        desk = world.desk()
        world.give_code(ALEX, "1234")

        assert await desk.enrol("made up") is None
        assert await desk.site_of_terminal("made up") is None
        assert list(await desk.people_of_terminal("made up")) == []

    async def test_a_link_for_the_phone_lets_the_same_person_in_once(self, world: World):
        desk = world.desk()
        token = await desk.make_phone_link(ALEX)
        assert token

        cookie = await desk.redeem(token)

        assert (await person(desk, cookie or "")).id == ALEX
        assert await desk.redeem(token) is None

    async def test_there_is_no_link_for_somebody_who_has_left(self, world: World):
        world.deactivate(ALEX)

        assert await world.desk().make_phone_link(ALEX) is None
        assert await world.desk().make_phone_link("nobody") is None

    # Drafts

    async def test_a_draft_is_its_makers_in_every_format(self, world: World):
        desk = world.desk()
        run, number = await world.draft(ALEX)

        files = [await desk.fetch_draft(ALEX, run, number, kind) for kind in ("docx", "md")]

        docx, md = (file for file in files if file)
        assert docx.content.startswith(b"PK")
        assert md.content.decode()
        assert (docx.name[-5:], md.name[-3:]) == (".docx", ".md")

    async def test_a_draft_that_is_not_there_and_somebody_elses_look_the_same(self, world: World):
        desk = world.desk()
        run, number = await world.draft(ALEX)

        assert await desk.fetch_draft(DANA, run, number, "docx") is None
        assert await desk.fetch_draft(ALEX, run, number + 1, "docx") is None
        assert await desk.fetch_draft(ALEX, "coach-zzzz", 1, "docx") is None
        assert await desk.fetch_draft(ALEX, run, 999_999_999, "docx") is None

    # Without a store

    async def test_without_its_store_a_desk_says_so_and_keeps_nothing(self, world: World):
        desk = world.unreachable()

        with pytest.raises(StoreUnavailable):
            await desk.hear(said(ALEX, "hello"))
        with pytest.raises(StoreUnavailable):
            await desk.transcript(ALEX, 0, 100)
        with pytest.raises(StoreUnavailable):
            await desk.person_of("a cookie")


async def terminal_of(world: World, site: str = "northfield") -> str:
    """The cookie of a new shared terminal."""
    cookie = await world.desk().enrol(world.terminal_link(site))
    assert cookie
    return cookie


def latest(lines: Iterable[Line]) -> Reply:
    """The last of our replies."""
    return [line.reply for line in lines if line.reply][-1]


def echoes(lines: Iterable[Line]) -> list[str]:
    return [line.words for line in lines if line.kind == "echo"]


async def person(desk: Desk, cookie: str) -> Person:
    found = await desk.person_of(cookie)
    assert found
    return found


# --- The desk in memory ---


class FakeWorld:
    """The desk that the tests of the web chat use."""

    def __init__(self) -> None:
        choices = (Choice("Open a deviation", Press("start", ("deviation-open",))),)
        self._desk = FakeDesk(
            Person(ALEX, "Alex Byrne", "northfield", "operator"),
            Person(DANA, "Dana Okafor", "northfield", "qa"),
            Person(RILEY, "Riley Brooks", "southshore", "operator"),
            answering=lambda message: [Reply(f"I heard: {message.text}", choices=choices)],
        )

    def desk(self, *, is_demo: bool = False) -> Desk:
        self._desk.is_demo = is_demo
        return self._desk

    def unreachable(self) -> Desk:
        self._desk.is_down = True
        return self._desk

    def link(self, person_id: str) -> str:
        self._desk.links["a-link"] = person_id
        return "a-link"

    def deactivate(self, person_id: str) -> None:
        self._desk.deactivate(person_id)

    async def draft(self, person_id: str) -> tuple[str, int]:
        self._desk.drafts[person_id, "coach-7k2m", 1, "docx"] = FetchedFile("a.docx", "x", b"PK")
        self._desk.drafts[person_id, "coach-7k2m", 1, "md"] = FetchedFile("a.md", "x", b"# a")
        return "coach-7k2m", 1

    async def tell_dana(self) -> None:
        self._desk.add(DANA, TELL, kind="tell")

    def terminal_link(self, site: str) -> str:
        self._desk.terminal_links["a-terminal"] = site
        return "a-terminal"

    def give_code(self, person_id: str, code: str) -> None:
        self._desk.codes[person_id] = code
        self._desk.tries[person_id] = 0


class TestFakeDesk(DeskPromises):
    @pytest.fixture
    def world(self) -> World:
        return FakeWorld()


# --- The real one, on both engines ---


class StoredWorld:
    """The desk of a running coach with its people, and as many others on the same database as are needed."""

    def __init__(self, database: Database) -> None:
        self._url = database.url.render_as_string(hide_password=False)
        self._apps: list[App] = []
        self.app = self.another_process()
        settle_sites(self.app)
        add_example_people(self.app)

    def another_process(self, url: str = "") -> App:
        """A coach that shares nothing with the others but the database."""
        app = build(Settings(DATABASE_URL=url or self._url), clock=lambda: MORNING)  # type: ignore[call-arg]
        self._apps.append(app)
        return app

    def desk(self, *, is_demo: bool = False) -> WebDesk:
        return web_desk(self.app, is_demo=is_demo)

    def unreachable(self) -> WebDesk:
        return web_desk(self.another_process("sqlite:////dev/null/coach.db"))

    def link(self, person_id: str) -> str:
        token = new_secret()
        with self.app.database.writing() as conn:
            access.make_link(conn, person_id, hashed(token), timedelta(hours=1))
        return token

    def deactivate(self, person_id: str) -> None:
        with self.app.database.writing() as conn:
            known = people.by_id(conn, person_id)
            assert known
            people.change(conn, Person(known.id, known.name, known.site, known.role, is_active=False))

    async def draft(self, person_id: str) -> tuple[str, int]:
        desk = self.desk()
        for words in TO_THE_DRAFT:
            await desk.hear(said(person_id, words))
        files = [
            file
            for line in await desk.transcript(person_id, 0, 100)
            if line.reply
            for file in line.reply.files
        ]
        return files[0].run, files[0].number

    async def tell_dana(self) -> None:
        await ask(self.desk(), ALEX, *TO_THE_STOP)

    def terminal_link(self, site: str) -> str:
        token = new_secret()
        with self.app.database.writing() as conn:
            terminals.invite(conn, site, hashed(token), timedelta(hours=1))
        return token

    def give_code(self, person_id: str, code: str) -> None:
        with self.app.database.writing() as conn:
            terminals.set_code(conn, person_id, code, b"salt")

    def close(self) -> None:
        for app in self._apps:
            app.close()


def web_desk(app: App, *, is_demo: bool = False) -> WebDesk:
    news = News(app.database, HOME)
    personas = app.library.people if is_demo else ()
    return WebDesk(app.database, app.coach, news, new_secret=new_secret, personas=personas)


@pytest.fixture(autouse=True)
def _codes_are_hashed_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.terminals._ROUNDS", 1_000)


@pytest.fixture
def stored(database: Database) -> Iterator[StoredWorld]:
    world = StoredWorld(database)
    yield world
    world.close()


class TestWebDesk(DeskPromises):
    @pytest.fixture
    def world(self, stored: StoredWorld) -> World:
        return stored


async def ask(desk: Desk, person_id: str, *messages: str | Press) -> list[Line]:
    """Say all of it, one after another; everything that stands on the page then."""
    for each in messages:
        press, text = (each, "") if isinstance(each, Press) else (None, each)
        await desk.hear(said(person_id, text, press=press))
    return list(await desk.transcript(person_id, 0, 200))


def choice(lines: Iterable[Line], label: str) -> Choice:
    return next(each for each in latest(lines).choices if each.label == label)


async def test_ticks_stand_in_the_transcript_as_the_words_beside_them(stored: StoredWorld):
    desk = stored.desk()
    field = latest(await ask(desk, ALEX, *TO_THE_TICKS)).field
    assert field

    lines = await ask(desk, ALEX, Press("answer", ("record", "batch"), field.about))

    assert echoes(lines)[-1] == "A batch in process or finished, Records only"


async def test_a_change_button_stands_in_the_transcript_with_what_it_changes(stored: StoredWorld):
    desk = stored.desk()
    change = latest(await ask(desk, ALEX, *TO_THE_DRAFT[:-1])).facts[0].change
    assert change

    assert echoes(await ask(desk, ALEX, change.press))[-1] == "Change: Anyone hurt or in danger"


async def test_a_page_cannot_put_words_into_somebodys_mouth(stored: StoredWorld):
    desk = stored.desk()
    no = choice(await ask(desk, ALEX, *TO_THE_STOP[:-1]), "No")

    await desk.hear(said(ALEX, "Yes, it could", press=no.press))

    assert echoes(await desk.transcript(ALEX, 0, 100))[-1] == "No"


async def test_one_question_answered_on_two_pages_at_once_is_answered_once(stored: StoredWorld):
    desk = stored.desk()
    asked = await ask(desk, ALEX, *TO_THE_STOP[:-1])

    await asyncio.gather(*(desk.hear(pressed(ALEX, choice(asked, label))) for label in ("No", "Not sure")))

    after = await desk.transcript(ALEX, asked[-1].seq, 100)
    moved_on = read_wording(stored.app.library.wordings["en"])("moved_on")
    refused = [line for line in after if line.reply and moved_on in line.reply.text]
    assert len(echoes(after)) == 2
    assert len(refused) == 1


async def test_a_tell_wakes_the_open_page_of_the_person_told(stored: StoredWorld):
    desk = stored.desk()
    page = asyncio.ensure_future(desk.wait_for_news(DANA, 0, timeout=60))

    await ask(desk, ALEX, *TO_THE_STOP)
    await before_long(page)

    (told,) = await desk.transcript(DANA, 0, 100)
    assert told.kind == "tell"
    assert told.reply
    assert "Alex Byrne" in told.reply.text


async def test_waiting_outlives_a_store_that_is_away_and_ends_in_its_time(stored: StoredWorld):
    news = News(stored.another_process("sqlite:////dev/null/coach.db").database, HOME)

    await before_long(news.wait(1, 0, timeout=0.1))
    await before_long(news.wait(1, 0, timeout=0.1))

    await before_long(news.close())


async def test_a_page_learns_of_what_another_process_wrote(stored: StoredWorld):
    here, elsewhere = stored.desk(), web_desk(stored.another_process())
    page = asyncio.ensure_future(here.wait_for_news(DANA, 0, timeout=60))

    await ask(elsewhere, ALEX, *TO_THE_STOP)
    await before_long(page)

    assert [line.kind for line in await here.transcript(DANA, 0, 100)] == ["tell"]


async def test_files_that_answer_a_question_are_kept_under_their_hash(stored: StoredWorld):
    desk = stored.desk()
    field = latest(await ask(desk, ALEX, *TO_THE_FILES)).field
    assert field

    await desk.hear(replace(sent(ALEX, PHOTO), about=field.about), (PHOTO,))

    with stored.app.database.reading() as conn:
        kept = blobs.get(conn, PHOTO.upload.sha256)
    assert kept == blobs.Blob("image/png", PHOTO.content)


async def test_files_that_nobody_asked_for_are_not_kept(stored: StoredWorld):
    desk = stored.desk()

    await desk.hear(sent(ALEX, PHOTO), (PHOTO,))

    with stored.app.database.reading() as conn:
        assert blobs.get(conn, PHOTO.upload.sha256) is None


async def test_the_runs_of_a_person_are_counted_until_they_end(stored: StoredWorld):
    desk = stored.desk()
    await ask(desk, ALEX, "open a deviation", "yes", "pause")

    assert (await desk.standing(ALEX)).runs == 1
    await ask(desk, ALEX, "continue", "end it")
    assert (await desk.standing(ALEX)).runs == 0


async def test_what_the_person_released_alone_still_has_to_be_read_by_those_who_were_told(
    stored: StoredWorld,
):
    desk = stored.desk()
    stop = choice(await ask(desk, ALEX, *TO_THE_STOP), "I have spoken to QA")
    await ask(desk, ALEX, stop.press, "the shift lead", "today 08:30")
    before = await desk.standing(DANA)

    told = choice(await ask(desk, DANA, "waiting for me"), "I have read this: Alex Byrne")
    await ask(desk, DANA, told.press)

    assert (before.waiting, (await desk.standing(DANA)).waiting) == (1, 0)


async def test_at_a_shared_terminal_three_minutes_without_use_end_a_session(stored: StoredWorld):
    desk, cookie = stored.desk(), await terminal_of(stored)
    stored.give_code(ALEX, "1234")
    at_terminal = (await desk.sign_in_with_code(cookie, ALEX, "1234")).secret
    by_link = await desk.redeem(stored.link(ALEX), is_shared=True) or ""
    elsewhere = await desk.redeem(stored.link(ALEX)) or ""

    for ago, is_in in ((timedelta(seconds=150), True), (timedelta(minutes=3), False)):
        with stored.app.database.writing() as conn:
            conn.execute(update(browsers).values(seen_at=db_now(-ago)))
        found = [await desk.person_of(each, is_use=False) is not None for each in (at_terminal, by_link)]
        assert found == [is_in, is_in]
    assert await desk.person_of(elsewhere) is not None


async def test_who_came_in_who_did_not_and_what_was_handed_out_is_in_the_audit(stored: StoredWorld):
    desk, cookie = stored.desk(), await terminal_of(stored)
    stored.give_code(ALEX, "1234")

    for code in ("0000", "1234", *["0000"] * 5, "1234"):
        await desk.sign_in_with_code(cookie, ALEX, code)
    await desk.make_phone_link(ALEX)

    entries = select(audit_table.c.actor, audit_table.c.action, audit_table.c.object)
    with stored.app.database.reading() as conn:
        query = entries.where(audit_table.c.stream == "access").order_by(audit_table.c.seq)
        done = [tuple(row) for row in conn.execute(query) if row.action != "person added"]
    assert done == [
        ("system", "terminal enrolled", "site:northfield"),
        ("system", "sign-in refused", "person:alex"),
        ("alex", "signed in", "person:alex"),
        *[("system", "sign-in refused", "person:alex")] * 4,
        ("system", "code locked", "person:alex"),
        ("alex", "sign-in link made", "person:alex"),
    ]


# --- The terminal ---


def terminal(app: App, person_id: str, folder: Path) -> tuple[Console, list[str]]:
    written: list[str] = []
    desk = TerminalDesk(app.database, app.coach, person_id, folder)
    return Console(desk, person_id, written.append, new_id=new_secret), written


def test_at_the_terminal_a_whole_conversation_ends_in_a_draft_in_the_folder(
    stored: StoredWorld, tmp_path: Path
):
    console, written = terminal(stored.app, ALEX, tmp_path)
    console.begin()

    console.run([*TO_THE_DRAFT, "save"])

    saved = sorted(tmp_path.glob("coach-*"))
    assert [path.suffix for path in saved] == [".docx", ".md"]
    assert written[-2:] == [f"   saved: {path}" for path in saved]
    assert "Logbook p. 4" in saved[1].read_text(encoding="utf-8")


def test_the_terminal_shows_each_reply_once_and_never_what_was_just_typed(
    stored: StoredWorld, tmp_path: Path
):
    desk = TerminalDesk(stored.app.database, stored.app.coach, ALEX, tmp_path)

    desk.hear(said(ALEX, "thanks", channel="terminal"))
    first = desk.hear(said(ALEX, "open a deviation", channel="terminal"))
    second = desk.hear(said(ALEX, "yes", channel="terminal"))

    assert [reply.choices[0].press.action for reply in first] == ["agree"]
    assert [reply.choices[0].press.action for reply in second if reply.choices] == ["answer"]


def test_the_terminal_shows_what_was_told_by_somebody_else_meanwhile(stored: StoredWorld, tmp_path: Path):
    console, written = terminal(stored.app, DANA, tmp_path)
    console.begin()
    other, _ = terminal(stored.another_process(), ALEX, tmp_path)

    other.run(TO_THE_STOP)
    console.take("help")

    assert any("Alex Byrne" in line for line in written)


def test_a_draft_that_is_gone_is_said_to_be_gone(stored: StoredWorld, tmp_path: Path):
    desk = TerminalDesk(stored.app.database, stored.app.coach, ALEX, tmp_path)

    with pytest.raises(CoachError, match="draft 1 of coach-zzzz is not there any more"):
        desk.save(File("coach-zzzz-draft-1.docx", "x", "coach-zzzz", 1))


def test_at_the_terminal_a_file_is_attached_by_its_path(stored: StoredWorld, tmp_path: Path):
    (tmp_path / "a chart.png").write_bytes(PHOTO.content)
    console, written = terminal(stored.app, ALEX, tmp_path)
    console.begin()

    console.run([*TO_THE_FILES, 'attach "a chart.png"', "this is right"])

    with stored.app.database.reading() as conn:
        assert blobs.get(conn, PHOTO.upload.sha256)
    assert any("draft-1.docx" in line for line in written)


def test_at_the_terminal_a_file_that_is_not_there_is_said_so(stored: StoredWorld, tmp_path: Path):
    console, written = terminal(stored.app, ALEX, tmp_path)
    console.begin()

    console.run([*TO_THE_FILES, "attach nothing.png"])

    assert written[-1] == "   nothing.png cannot be read: No such file or directory"
