"""A desk in memory for the Teams channel: whom it knows, what it heard, and what it was asked to keep."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.attachment import Attachment
from bot.chat import Arrival, FetchedFile, Introduction, Kind, Overview
from bot.errors import StoreUnavailable
from bot.message import Address, Heard, Identity, Message
from bot.person import Person
from bot.reply import Reply
from tests.bot_framework.people import PRIYA, TENANT_ID

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PRIYA_HERE = Person("priya", "Priya Nair", "north", "qc_analyst", email=PRIYA.email)
PRIYA_THERE = Identity("teams", f"{TENANT_ID}/{PRIYA.aad_object_id}")


class FakeDesk:
    """Keeps the promises of `ChatDesk`: an event id has its effect once, and a stranger has none."""

    def __init__(self, *strangers: Identity) -> None:
        self.heard: list[Message] = []
        self.greeted: list[Message] = []
        self.overheard: list[Message] = []
        self.attachments: list[Attachment] = []
        self.aside: list[Arrival] = []
        self.left: list[tuple[str, str, str]] = []
        self.introduced: list[Introduction] = []
        self.redeemed: list[str] = []
        self.replies: dict[str, Reply] = {}  # by the id of the message that says it
        self.drafts: dict[tuple[str, str, int, str], FetchedFile] = {}
        self.pictures: dict[tuple[str, str, int], FetchedFile] = {}
        self.within: list[int] = []
        self.directory: dict[str, str] = {PRIYA_HERE.email: "priya"}
        self.codes: set[str] = set()
        self.is_down = False
        self.takes = 0.0  # seconds to hear
        self.touched = 0
        self._strangers = set(strangers)
        self._events: set[str] = set()

    async def hear(self, message: Message, attachments: Sequence[Attachment] = ()) -> Heard:
        heard = await self._take(message, self.heard)
        if heard.outcome == "done":
            self.attachments += attachments
        return heard

    async def greet(self, message: Message) -> Heard:
        return await self._take(message, self.greeted)

    async def overhear(self, message: Message) -> Heard:
        return await self._take(message, self.overheard)

    async def _take(self, message: Message, heard: list[Message]) -> Heard:
        await self._must_be_up()
        if message.sender in self._strangers:
            return Heard("stranger")
        if message.event_id in self._events:
            return Heard("duplicate")
        self._events.add(message.event_id)
        heard.append(message)
        return Heard("done")

    async def objection(self, message: Message) -> str:
        return ""

    async def said(self, message: Message) -> Reply | None:
        await self._must_be_up()
        return self.replies.get(message.on)

    async def overview(self, sender: Identity) -> Overview | None:
        await self._must_be_up()
        return (
            None if sender in self._strangers else Overview(PRIYA_HERE, "north", (), (), 0, (), "Only you.")
        )

    async def fetch_draft(self, person: str, run: str, number: int, format: str) -> FetchedFile | None:
        await self._must_be_up()
        return self.drafts.get((person, run, number, format))

    async def fetch_picture(self, person: str, run: str, number: int, within: int = 0) -> FetchedFile | None:
        await self._must_be_up()
        self.within.append(within)
        return self.pictures.get((person, run, number))

    async def introduce(self, who: Introduction) -> bool:
        await self._must_be_up()
        self.introduced.append(who)
        return self._know(who.identity, who.email in self.directory)

    async def redeem(self, who: Identity, code: str) -> bool:
        await self._must_be_up()
        self.redeemed.append(code)
        return self._know(who, code in self.codes)

    def _know(self, who: Identity, is_known: bool) -> bool:
        if is_known:
            self._strangers.discard(who)
        return is_known

    async def leave(self, channel: str, workspace: str, subject: str = "") -> None:
        await self._must_be_up()
        self.left.append((channel, workspace, subject))

    async def put_aside(self, arrival: Arrival) -> None:
        await self._must_be_up()
        if arrival.event_id not in {each.event_id for each in self.aside}:
            self.aside.append(arrival)

    def words(self, key: str, **values: object) -> str:
        return f"[{key}]"

    async def _must_be_up(self) -> None:
        self.touched += 1
        if self.takes:
            await asyncio.sleep(self.takes)
        if self.is_down:
            raise StoreUnavailable("the database is away")


class FakeTally:
    """Notes what is counted."""

    def __init__(self) -> None:
        self.refusals: list[tuple[str, str]] = []
        self.repeats: list[str] = []

    def refused(self, channel: str, reason: str) -> None:
        self.refusals.append((channel, reason))

    def repeated(self, channel: str) -> None:
        self.repeats.append(channel)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the outbox, as a sender sees it."""

    address: Address
    kind: Kind = "reply"
    amends: str = ""
    person: str = "priya"
    id: int = 7
    payload: str = ""
    written_at: datetime = datetime(2026, 6, 3, 9, tzinfo=UTC)
