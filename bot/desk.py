"""The coach as its channels see it: hearing, transcripts, sign-in and drafts."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from bot.channels.terminal import CHANNEL as TERMINAL
from bot.channels.web.parse import CHANNEL as WEB
from bot.channels.web.ports import FetchedFile, Line
from bot.coach import Coach
from bot.errors import CoachError
from bot.message import Address, Heard, Message
from bot.news import News
from bot.person import Person
from bot.reply import File, Reply
from bot.store import access, addresses, audit, outbox, people
from bot.store.database import Database, Transaction
from bot.store.outbox import OutboxMessage

IDLE = timedelta(hours=1)
ABSOLUTE = timedelta(hours=12)  # one long shift
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
        self._new_secret = new_secret
        self._personas = tuple(personas)
        self._homes: dict[str, int] = {}  # a person's address in the web chat never changes

    async def hear(self, message: Message) -> Heard:
        """Take in `message`; returns after the commit."""
        heard = await self._database.run(self._coach.hear, message)
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

    async def fetch_draft(self, person_id: str, run: str, number: int, format: str) -> FetchedFile | None:
        """The draft as `docx` or `md`; None when it is not there or not this person's."""
        request = await self._database.run(self._coach.draft, person_id, run, number)
        if request is None:
            return None
        rendered = await asyncio.to_thread(request.render, format)
        return FetchedFile(rendered.name, rendered.media_type, rendered.content)

    async def redeem(self, token: str) -> str | None:
        """Use up a one-time sign-in link; the secret for the browser's cookie, or None when it is spent."""
        return await self._database.run(self._redeem, token)

    async def person_of(self, cookie: str, *, is_use: bool = True) -> Person | None:
        """Who is signed in with `cookie`; None when nobody is any more."""
        return await self._database.run(self._person_of, cookie, is_use)

    async def sign_out(self, cookie: str) -> None:
        """End the session of `cookie`, here and now."""
        await self._database.run(self._sign_out, cookie)

    async def personas(self) -> Sequence[Person]:
        """The people a visitor of a demo may become; empty unless this is a demo."""
        return self._personas

    async def become(self, person_id: str) -> str | None:
        """The secret for the cookie of a demo person; None unless this is a demo and they are in it."""
        if person_id not in {person.id for person in self._personas}:
            return None
        return await self._database.run(self._let_in, person_id)

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

    def _person_of(self, cookie: str, is_use: bool) -> Person | None:
        with self._database.writing() as conn:
            return access.person_of_browser(conn, hashed(cookie), IDLE, ABSOLUTE, is_use=is_use)

    def _redeem(self, token: str) -> str | None:
        with self._database.writing() as conn:
            person_id = access.redeem_link(conn, hashed(token))
            return self._open(conn, person_id, "link redeemed") if person_id else None

    def _let_in(self, person_id: str) -> str:
        with self._database.writing() as conn:
            return self._open(conn, person_id, "demo persona")

    def _open(self, conn: Transaction, person_id: str, how: str) -> str:
        secret = self._new_secret()
        access.open_browser(conn, person_id, hashed(secret))
        people.lock(conn, [person_id])
        entry = audit.Entry(person_id, "signed in", f"person:{person_id}", reason=how)
        audit.append(conn, audit.ACCESS, [entry])
        return secret

    def _sign_out(self, cookie: str) -> None:
        with self._database.writing() as conn:
            access.close_browser(conn, hashed(cookie))


class TerminalDesk:
    """Hears one person, and reads what was said to them since."""

    def __init__(self, database: Database, coach: Coach, person_id: str, folder: Path) -> None:
        self._database, self._coach = database, coach
        self._person_id, self._folder = person_id, folder
        with database.writing() as conn:
            self._home = addresses.find_or_add(conn, Address(TERMINAL, person_id), person_id).id
            self._seen = outbox.last_seq(conn, self._home)

    def hear(self, message: Message) -> Sequence[Reply]:
        """Take in `message`; every reply written to this terminal since the last, whoever wrote it."""
        self._coach.hear(message)
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


def hashed(secret: str) -> str:
    """What is kept of a secret that somebody else holds."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _line(row: OutboxMessage) -> Line:
    if row.kind == "echo":
        return Line(row.seq, "echo", row.written_at, words=row.payload)
    return Line(row.seq, row.kind, row.written_at, reply=Reply.from_json(row.payload))
