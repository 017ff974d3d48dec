"""A coach that notes what it hears and answers nothing: what Slack's adapter is tried against."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from bot.attachment import Attachment
from bot.chat import Arrival, FetchedFile, Installation, Introduction, Overview, RunInHand
from bot.errors import StoreUnavailable
from bot.message import Heard, Identity, Message, Press
from bot.person import Person
from bot.reply import File, Reply
from tests.channels.slack.fake_slack import ALICE, TEAM

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WHO = Identity("slack", f"{TEAM}/{ALICE}")


class FakeDesk:
    """Does what `bot.chat.ChatDesk` promises, without a store. `directory` are the addresses of those it may get to know."""

    def __init__(self, *known: Identity, directory: Sequence[str] = ()) -> None:
        self.known = set(known or (WHO,))
        self.directory = set(directory)
        self.heard: list[Message] = []
        self.overheard: list[Message] = []
        self.attachments: list[Attachment] = []
        self.introduced: list[Introduction] = []
        self.aside: list[Arrival] = []
        self.left: list[tuple[str, str, str]] = []
        self.replies: dict[str, Reply] = {}
        self.said_to: list[Message] = []
        self.objections: dict[str, str] = {}
        self.drafts: dict[tuple[str, str, int, str], FetchedFile] = {}
        self.pictures: dict[tuple[str, str, int], FetchedFile] = {}
        self.within: list[int] = []
        self.codes: dict[str, bool] = {}
        self.runs: list[RunInHand] = []
        self.is_down = False
        self.slowness = 0.0
        self._event_ids: set[str] = set()

    def _must_be_up(self) -> None:
        if self.is_down:
            raise StoreUnavailable("the database is away")

    async def hear(self, message: Message, attachments: Sequence[Attachment] = ()) -> Heard:
        await _pause(self.slowness)
        self._must_be_up()
        if message.sender not in self.known:
            return Heard("stranger")
        if message.event_id in self._event_ids:
            return Heard("duplicate")
        self._event_ids.add(message.event_id)
        self.heard.append(message)
        self.attachments += attachments
        return Heard("done")

    async def greet(self, message: Message) -> Heard:
        return await self.hear(message)

    async def overhear(self, message: Message) -> Heard:
        self._must_be_up()
        if message.event_id in self._event_ids:
            return Heard("duplicate")
        self._event_ids.add(message.event_id)
        self.overheard.append(message)
        return Heard("done")

    async def objection(self, message: Message) -> str:
        self._must_be_up()
        return self.objections.get(
            message.text or ",".join(message.press.values if message.press else ()), ""
        )

    async def said(self, message: Message) -> Reply | None:
        self._must_be_up()
        self.said_to.append(message)
        return self.replies.get(message.on) if message.sender in self.known else None

    async def overview(self, sender: Identity) -> Overview | None:
        self._must_be_up()
        if sender not in self.known:
            return None
        person = Person("alice", "Alice Byrne", "north", "operator", zone="Europe/Zagreb")
        drafts = [File("Deviation draft coach-7k2m.docx", DOCX, "coach-7k2m", 1)]
        return Overview(person, "North", self.runs, drafts, 0, (("deviation", "Deviation"),), "Only you.")

    async def fetch_draft(self, person: str, run: str, number: int, format: str) -> FetchedFile | None:
        self._must_be_up()
        return self.drafts.get((person, run, number, format))

    async def fetch_picture(self, person: str, run: str, number: int, within: int = 0) -> FetchedFile | None:
        self._must_be_up()
        self.within.append(within)
        return self.pictures.get((person, run, number))

    async def introduce(self, who: Introduction) -> bool:
        self._must_be_up()
        self.introduced.append(who)
        if who.email in self.directory:
            self.known.add(who.identity)
        return who.identity in self.known

    async def redeem(self, who: Identity, code: str) -> bool:
        if not self.codes.pop(code, False):
            return False
        self.known.add(who)
        return True

    async def leave(self, channel: str, workspace: str, subject: str = "") -> None:
        self._must_be_up()
        self.left.append((channel, workspace, subject))

    async def put_aside(self, arrival: Arrival) -> None:
        self._must_be_up()
        self.aside.append(arrival)

    def words(self, key: str, **values: object) -> str:
        return f"[{key}]"


class FakeTally:
    """Counts in the open."""

    def __init__(self) -> None:
        self.refusals: list[str] = []
        self.repeats = 0

    def refused(self, channel: str, reason: str) -> None:
        assert channel == "slack"
        self.refusals.append(reason)

    def repeated(self, channel: str) -> None:
        self.repeats += 1


class FakeInstallations:
    """Installations in memory."""

    def __init__(self, *installations: Installation) -> None:
        self.kept = {each.workspace: each for each in installations}
        self.states: set[str] = set()
        self.finds: dict[str, int] = defaultdict(int)
        self.is_down = False
        self._count = 0

    def _must_be_up(self) -> None:
        if self.is_down:
            raise StoreUnavailable("the database is away")

    async def find(self, workspace: str) -> Installation | None:
        self._must_be_up()
        self.finds[workspace] += 1
        return self.kept.get(workspace)

    async def keep(self, installation: Installation) -> None:
        self._must_be_up()
        self.kept[installation.workspace] = installation

    async def drop(self, workspace: str) -> None:
        self._must_be_up()
        self.kept.pop(workspace, None)

    async def new_state(self) -> str:
        self._must_be_up()
        self._count += 1
        self.states.add(f"state-{self._count}")
        return f"state-{self._count}"

    async def use_state(self, state: str) -> bool:
        self._must_be_up()
        if state in self.states:
            self.states.remove(state)
            return True
        return False


def installation(token: str, *, expires_at: datetime | None = None, refresh_token: str = "") -> Installation:
    """Our app in the workspace of the payloads."""
    return Installation(TEAM, "", "North", "U0BOT", token, refresh_token, expires_at, frozenset())


def pressed(message: Message) -> Press:
    """The press of a message, which must be one."""
    assert message.press is not None
    return message.press


async def _pause(seconds: float) -> None:
    if seconds:
        await asyncio.sleep(seconds)
