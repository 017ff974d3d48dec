"""The coach as the adapter of a chat platform sees it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.attachment import Attachment
from bot.chat import Arrival, FetchedFile, Introduction, Overview
from bot.coach import Coach
from bot.conversation.wording import Wording
from bot.message import Address, Heard, Identity, Message
from bot.person import Person
from bot.picture import PictureFailed
from bot.reception import Reception
from bot.reply import Reply
from bot.store import access, addresses, audit, people
from bot.store.database import Database, Transaction


class CoachChatDesk:
    """Serves the chat platforms of one process. `wake` is called when something was written that is to be sent."""

    def __init__(
        self,
        database: Database,
        coach: Coach,
        reception: Reception,
        wording: Wording,
        languages: frozenset[str],
        *,
        wake: Callable[[], None],
    ) -> None:
        self._database, self._coach, self._reception = database, coach, reception
        self._wording, self._languages = wording, languages
        self._wake = wake

    async def hear(self, message: Message, attachments: Sequence[Attachment] = ()) -> Heard:
        """Take in what somebody said in private; what the coach says to it goes out through the outbox."""
        heard = await self._database.run(self._coach.hear, message, attachments)
        self._wake()
        return heard

    async def overhear(self, message: Message) -> Heard:
        """Take in what somebody asked in front of others: only questions are answered there, and nothing is kept of it."""
        heard = await self._database.run(self._coach.overhear, message)
        self._wake()
        return heard

    async def greet(self, message: Message) -> Heard:
        """Take in the hello of somebody who has installed us: once, however often it comes, and anew after they removed us."""
        heard = await self.hear(message)
        if heard.outcome != "duplicate":
            return heard
        removed_at = await self._database.run(self._removed_at, message.address)
        if removed_at is None:
            return heard
        return await self.hear(replace(message, event_id=f"{message.event_id}:{removed_at.isoformat()}"))

    async def objection(self, message: Message) -> str:
        """Why this answer would not be taken, in a sentence for the person; empty when it would. Changes nothing."""
        return await self._database.run(self._coach.objection, message)

    async def said(self, message: Message) -> Reply | None:
        """What our message that was pressed says now; None when it is not known, or not this person's."""
        return await self._database.run(self._coach.said, message)

    async def overview(self, sender: Identity) -> Overview | None:
        """What this person has with the coach; None for a stranger."""
        return await self._database.run(self._coach.overview, sender)

    async def fetch_draft(self, person: str, run: str, number: int, format: str) -> FetchedFile | None:
        """The draft as `docx` or `md`; None when it is not there or not this person's."""
        order = await self._database.run(self._coach.draft, person, run, number)
        if order is None:
            return None
        rendered = await asyncio.to_thread(order.render, format)
        return FetchedFile(rendered.name, rendered.media_type, rendered.content)

    async def fetch_picture(self, person: str, run: str, number: int, within: int = 0) -> FetchedFile | None:
        """The picture that event `number` of a run showed; None when it is not there for this person, or cannot be drawn."""
        order = await self._database.run(self._coach.picture, person, run, number)
        if order is None:
            return None
        try:
            rendered = await asyncio.to_thread(order.render, within)
        except PictureFailed:
            return None
        return FetchedFile(rendered.name, rendered.media_type, rendered.content)

    async def introduce(self, who: Introduction) -> bool:
        """Whether we know this user now: exactly one person of the directory has this address. Their zone is kept too."""
        return await self._database.run(self._introduce, who)

    async def redeem(self, who: Identity, code: str) -> bool:
        """Whether this one-time code made us know this user."""
        return await self._database.run(self._redeem, who, code)

    async def leave(self, channel: str, workspace: str, subject: str = "") -> None:
        """The coach was removed: nothing more is written to this workspace, or to this one user in it."""
        await self._database.run(self._leave, channel, workspace, subject)

    async def put_aside(self, arrival: Arrival) -> None:
        """Keep what must be looked up first; its channel receives it, again and again until it is done."""
        await self._reception.put_aside(arrival)

    def words(self, key: str, **values: object) -> str:
        """A sentence of the coach that is shown and not said, such as a hint."""
        return self._wording(key, **values)

    # In a thread of the store

    def _removed_at(self, address: Address) -> datetime | None:
        with self._database.reading() as conn:
            return addresses.closed_at(conn, address)

    def _introduce(self, who: Introduction) -> bool:
        with self._database.writing() as conn:
            known = people.by_identity(conn, who.identity)
            if known is None:
                found = [person for person in people.by_email(conn, who.email) if person.is_active]
                if len(found) != 1:
                    return False
                (known,) = found
                _link(conn, who.identity, known, "the platform has verified their address")
            self._keep_habits(conn, known, who)
            return known.is_active

    def _keep_habits(self, conn: Transaction, person: Person, who: Introduction) -> None:
        """The time zone their platform keeps, and their language where the coach speaks it."""
        zone = who.zone if _is_zone(who.zone) else person.zone
        language = who.language if who.language in self._languages else person.language
        if (zone, language) == (person.zone, person.language):
            return
        people.lock(conn, [person.id])
        people.change(conn, replace(person, zone=zone, language=language))
        entry = audit.Entry(
            "system",
            "person changed",
            f"person:{person.id}",
            before=f"zone={person.zone} language={person.language}",
            after=f"zone={zone} language={language}",
            reason=f"as {who.identity.channel} says",
        )
        audit.append(conn, audit.ACCESS, [entry])

    def _redeem(self, who: Identity, code: str) -> bool:
        with self._database.writing() as conn:
            person_id = access.redeem_link(conn, chat_code_hash(code))
            person = people.by_id(conn, person_id) if person_id else None
            if person is None:
                return False
            _link(conn, who, person, "they had a one-time code")
            return True

    def _leave(self, channel: str, workspace: str, subject: str) -> None:
        with self._database.writing() as conn:
            person = people.by_identity(conn, Identity(channel, subject)) if subject else None
            if subject and person is None:
                return
            count = addresses.close_workspace(conn, channel, workspace, person.id if person else None)
            what = f"person:{person.id}" if person else f"{channel}:{workspace}"
            entry = audit.Entry("system", "app removed", what, after=f"{count} addresses closed")
            audit.append(conn, audit.ACCESS, [entry])


def chat_code_hash(code: str) -> str:
    """What is kept of a one-time code for chat: the code however it is typed. It opens nothing else."""
    plain = "".join(char for char in code.casefold() if char.isalnum())
    return hashlib.sha256(f"chat code {plain}".encode("utf-8", "surrogatepass")).hexdigest()


def _link(conn: Transaction, identity: Identity, person: Person, reason: str) -> None:
    before = people.by_identity(conn, identity)
    people.lock(conn, [person.id])
    people.link_identity(conn, identity, person.id)
    entry = audit.Entry(
        "system",
        "identity linked",
        f"person:{person.id}",
        before=f"person:{before.id}" if before else "",
        after=f"{identity.channel}:{identity.subject}",
        reason=reason,
    )
    audit.append(conn, audit.ACCESS, [entry])


def _is_zone(name: str) -> bool:
    try:
        return bool(name) and ZoneInfo(name) is not None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones, or no name at all
        return False
