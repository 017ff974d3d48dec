"""The coach as its channels see it: hearing, transcripts and drafts. How people come in stands in `bot.doorkeeper`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.attachment import Attachment
from bot.channels.terminal import CHANNEL as TERMINAL
from bot.channels.web.parse import CHANNEL as WEB
from bot.channels.web.ports import CodeTry, Line, Standing
from bot.chat import FetchedFile
from bot.coach import Coach
from bot.conversation.scene import LIVELY
from bot.doorkeeper import Doorkeeper
from bot.doorkeeper import hashed as hashed  # who makes a link keeps its hash
from bot.errors import CoachError
from bot.message import About, Address, Heard, Message, Press
from bot.news import News
from bot.person import Person
from bot.picture import PictureFailed
from bot.reply import File, Reply
from bot.store import addresses, outbox, parts, runs, waiting
from bot.store.database import Database, Transaction
from bot.store.outbox import OutboxMessage
from bot.store.waiting import Waiting

_PAGE = 100


class WebDesk:
    """Serves the web chat of one process. `personas` are the people of a demo, and empty elsewhere."""

    def __init__(
        self,
        database: Database,
        coach: Coach,
        news: News,
        *,
        new_secret: Callable[[], str],
        personas: Sequence[Person] = (),
    ) -> None:
        self._database, self._coach, self._news = database, coach, news
        self._door = Doorkeeper(database, new_secret, personas)
        self._personas = tuple(personas)
        self._homes: dict[str, int] = {}  # a person's address in the web chat never changes

    async def hear(self, message: Message, attachments: Sequence[Attachment] = ()) -> Heard:
        """Take in `message` and the files sent with it; returns after the commit."""
        heard = await self._database.run(self._coach.hear, message, attachments)
        if heard.outcome == "done":
            self._news.wake(await self._home(message.sender.subject))
        return heard

    async def transcript(self, person_id: str, after: int, limit: int) -> Sequence[Line]:
        """The lines that follow line `after`, oldest first, at most `limit`."""
        home = await self._home(person_id)
        return await self._database.run(self._read, lambda conn: outbox.transcript(conn, home, after, limit))

    async def earlier(self, person_id: str, before: int | None, limit: int) -> Sequence[Line]:
        """The last `limit` lines before line `before` (None: of all), oldest first."""
        home = await self._home(person_id)
        return await self._database.run(self._read, lambda conn: outbox.earlier(conn, home, before, limit))

    async def wait_for_news(self, person_id: str, after: int, timeout: float) -> None:
        """Return when there may be lines after `after`, or when `timeout` seconds have passed."""
        await self._news.wait(await self._home(person_id), after, timeout)

    async def standing(self, person_id: str) -> Standing:
        """What is open for the person now."""
        return await self._database.run(self._standing, person_id)

    async def fetch_draft(self, person_id: str, run: str, number: int, format: str) -> FetchedFile | None:
        """The draft as `docx` or `md`; None when it is not there or not this person's."""
        request = await self._database.run(self._coach.draft, person_id, run, number)
        if request is None:
            return None
        rendered = await asyncio.to_thread(request.render, format)
        return FetchedFile(rendered.name, rendered.media_type, rendered.content)

    async def fetch_picture(self, person_id: str, run: str, number: int) -> FetchedFile | None:
        """The picture that event `number` of a run showed; None when it is not there for this person, or cannot be drawn."""
        order = await self._database.run(self._coach.picture, person_id, run, number)
        if order is None:
            return None
        try:
            rendered = await asyncio.to_thread(order.render)
        except PictureFailed:
            return None
        return FetchedFile(rendered.name, rendered.media_type, rendered.content)

    # Coming in

    async def redeem(self, token: str, *, is_shared: bool = False) -> str | None:
        """Use up a one-time sign-in link; the secret for the browser's cookie, or None when it is spent."""
        return await self._database.run(self._door.redeem, token, is_shared)

    async def person_of(self, cookie: str, *, is_use: bool = True) -> Person | None:
        """Who is signed in with `cookie`; None when nobody is any more."""
        return await self._database.run(self._door.person_of, cookie, is_use)

    async def sign_out(self, cookie: str) -> None:
        """End the session of `cookie`, here and now."""
        await self._database.run(self._door.sign_out, cookie)

    async def personas(self) -> Sequence[Person]:
        """The people a visitor of a demo may become; empty unless this is a demo."""
        return self._personas

    async def become(self, person_id: str, *, is_shared: bool = False) -> str | None:
        """The secret for the cookie of a demo person; None unless this is a demo and they are in it."""
        return await self._database.run(self._door.become, person_id, is_shared)

    async def enrol(self, token: str) -> str | None:
        """Make a browser a shared terminal; the secret for its cookie, or None when the link is spent."""
        return await self._database.run(self._door.enrol, token)

    async def site_of_terminal(self, cookie: str) -> str | None:
        """The site whose shared terminal this browser is; None when it is none."""
        return await self._database.run(self._door.site_of_terminal, cookie)

    async def people_of_terminal(self, cookie: str) -> Sequence[Person]:
        """The people who can sign in at this terminal, by name."""
        return await self._database.run(self._door.people_of_terminal, cookie)

    async def sign_in_with_code(self, cookie: str, person_id: str, code: str) -> CodeTry:
        """Sign somebody in at the terminal with this cookie. After five wrong tries a code opens nothing any more.

        1. Count the try, in a transaction of its own: whoever is interrupted has used it up.
        2. Judge the code. That takes long on purpose, so no transaction is open.
        3. Let them in, or say in the audit that it was wrong.
        """
        tried = await self._database.run(self._door.begin_try, cookie, person_id)
        if tried is None:
            return CodeTry()
        is_right = await asyncio.to_thread(tried.is_right, code)
        secret = await self._database.run(self._door.end_try, cookie, person_id, tried, is_right)
        return CodeTry(secret, tried.left)

    async def make_phone_link(self, person_id: str) -> str | None:
        """The token of a one-time link for this person's own phone, good for ten minutes; None when they have left."""
        return await self._database.run(self._door.make_phone_link, person_id)

    # In a thread of the store

    async def _home(self, person_id: str) -> int:
        known = self._homes.get(person_id)
        if known is None:
            known = self._homes[person_id] = await self._database.run(self._find_home, person_id)
        return known

    def _find_home(self, person_id: str) -> int:
        with self._database.writing() as conn:
            return addresses.find_or_add(conn, Address(WEB, person_id), person_id).id

    def _read(self, query: Callable[[Transaction], Sequence[OutboxMessage]]) -> Sequence[Line]:
        with self._database.reading() as conn:
            return [_line(row) for row in query(conn)]

    def _standing(self, person_id: str) -> Standing:
        waits = len(self._coach.waits(person_id))
        with self._database.reading() as conn:
            told = waiting.lately_told(conn, person_id)
            return Standing(
                waiting=waits,
                runs=len(runs.of_person(conn, person_id, LIVELY))
                + len(parts.lent_by(conn, person_id, states=LIVELY)),
                read=frozenset(_token("seen", each, each.step) for each in told if each.seen_at),
                settled=frozenset(token for each in told if each.done_at for token in _tokens(each)),
            )


class TerminalDesk:
    """Hears one person, and reads what was said to them since."""

    def __init__(self, database: Database, coach: Coach, person_id: str, folder: Path) -> None:
        self._database, self._coach = database, coach
        self._person_id, self._folder = person_id, folder
        with database.writing() as conn:
            self._home = addresses.find_or_add(conn, Address(TERMINAL, person_id), person_id).id
            self._seen = outbox.last_seq(conn, self._home)

    def hear(self, message: Message, attachments: Sequence[Attachment] = ()) -> Sequence[Reply]:
        """Take in `message`; every reply written to this terminal since the last, whoever wrote it."""
        self._coach.hear(message, attachments)
        with self._database.reading() as conn:
            rows = outbox.transcript(conn, self._home, self._seen, _PAGE)
        if rows:
            self._seen = rows[-1].seq
        return [Reply.from_json(row.payload) for row in rows if row.kind != "echo"]

    def save(self, file: File) -> str:
        """Write a draft into the folder; the path."""
        order = self._coach.draft(self._person_id, file.run, file.number)
        if order is None:
            raise CoachError(f"draft {file.number} of {file.run} is not there any more")
        rendered = order.render(file.name.rsplit(".", 1)[-1])
        path = self._folder / rendered.name
        try:
            path.write_bytes(rendered.content)
        except OSError as error:
            raise CoachError(
                f"{path} cannot be written: {error.strerror}; start the chat in another folder"
            ) from error
        return str(path)

    def load(self, path: str) -> bytes:
        """The content of a file that is to be sent; a path is read from the folder on."""
        try:
            return (self._folder / Path(path).expanduser()).read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", "") or error
            raise CoachError(f"{path} cannot be read: {reason}") from error


def _line(row: OutboxMessage) -> Line:
    if row.kind == "echo":
        return Line(row.seq, "echo", row.written_at, words=row.payload)
    return Line(row.seq, row.kind, row.written_at, reply=Reply.from_json(row.payload))


def _tokens(told: Waiting) -> list[str]:
    """Every button there can be on what was told: read, release, take over."""
    return [
        _token("seen", told, told.step),
        _token("free", told, told.step),
        _token("accept", told),
    ]


def _token(action: str, told: Waiting, *values: str) -> str:
    return Press(action, values, About(told.run, told.step, 0)).token()
