"""What had to be looked up at Teams before it could be heard: people nobody knew, their files, and files for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from bot.attachment import Attachment, AttachmentRefused
from bot.channels.teams import files, parse
from bot.channels.teams.connector import Connector
from bot.channels.teams.files import Files
from bot.channels.teams.parse import NoActivity
from bot.channels.teams.received import Added, Consented, Offered, Said
from bot.channels.teams.reference import CHANNEL
from bot.channels.teams.shown import Shown, reference
from bot.chat import ChatDesk
from bot.errors import DeliveryError
from bot.message import Heard, Message, Press

Json = Mapping[str, Any]

_LONGEST_CODE = 64

log = structlog.get_logger(__name__)


class Aside:
    """Receives what was put aside, as often as it is asked to."""

    def __init__(self, desk: ChatDesk, connector: Connector, moving: Files, shown: Shown) -> None:
        self._desk = desk
        self._connector = connector
        self._files = moving
        self._shown = shown

    async def receive(self, body: str) -> None:
        """Look up what is missing, and let the coach hear it. Raises DeliveryError to be asked again later."""
        raw = json.loads(body)
        try:
            received = parse.read(raw)
        except NoActivity:
            log.warning("what was put aside is no activity", channel=CHANNEL)
            return
        match received:
            case Said(message, files=offered):
                await self._receive(raw, message, offered)
            case Added(message):
                await self._receive(raw, message, ())
            case Consented():
                await self._give(received)
            case _:
                log.warning("what was put aside needs nothing", channel=CHANNEL)

    async def _receive(self, raw: Json, message: Message, offered: tuple[Offered, ...]) -> None:
        attachments: tuple[Attachment, ...] = ()
        try:
            attachments = await self._fetched(offered)
        except AttachmentRefused as refused:
            await self._shown.tell(message.address, str(refused))
            if not message.text:
                return  # else their words are heard without the file
        if attachments:
            message = replace(message, files=tuple(each.upload for each in attachments))

        async def hear() -> Heard:
            if message.address.is_private:
                return await self._desk.hear(message, attachments)
            return await self._desk.overhear(message)

        heard = await hear()
        if heard.outcome == "stranger" and await self._introduce(raw, message):
            heard = await hear()
        elif heard.outcome == "stranger" and await self._redeem(message):
            heard = await self._desk.hear(replace(message, text="", press=Press("hello")))
        if heard.outcome == "stranger":
            await self._shown.tell(message.address, self._desk.words("hint_stranger"))

    async def _fetched(self, offered: tuple[Offered, ...]) -> tuple[Attachment, ...]:
        """What they sent along. Raises AttachmentRefused with words for them, or DeliveryError to be asked again later."""
        try:
            return await self._files.fetch(offered) if offered else ()
        except DeliveryError as error:
            if not error.permanent:
                raise
            log.warning("file not fetched", channel=CHANNEL, error=str(error))
            raise AttachmentRefused(self._desk.words("hint_file_trouble")) from error

    async def _introduce(self, raw: Json, message: Message) -> bool:
        """Whether we know them, now that Teams has told us who they are."""
        try:
            member = await self._connector.member(reference(message.address))
        except DeliveryError as error:
            if not error.permanent:
                raise
            log.warning("member not found", channel=CHANNEL, error=str(error))
            member = {}
        return await self._desk.introduce(parse.introduction(raw, member))

    async def _redeem(self, message: Message) -> bool:
        """Whether what they typed is a code that makes us know them."""
        code = message.text.strip()
        is_like_one = bool(code) and len(code) <= _LONGEST_CODE and code.isprintable() and " " not in code
        return message.address.is_private and is_like_one and await self._desk.redeem(message.sender, code)

    async def _give(self, consent: Consented) -> None:
        """Put a draft where its person wants it, and show it there."""
        message = consent.message
        overview = await self._desk.overview(message.sender)
        if overview is None:
            await self._shown.tell(message.address, self._desk.words("hint_stranger"))
            return
        ending = consent.file.rpartition(".")[2]
        file = await self._desk.fetch_draft(overview.person.id, consent.run, consent.number, ending)
        if file is None:
            await self._shown.tell(message.address, self._desk.words("hint_file_trouble"))
            return
        try:
            await self._files.put(consent, file)
        except DeliveryError as error:
            if not error.permanent:
                raise
            log.warning("file not given", channel=CHANNEL, error=str(error))
            await self._shown.tell(message.address, self._desk.words("hint_file_trouble"))
            return
        to = reference(message.address)
        await self._shown.attempt(self._connector.post(to, files.given(consent)))
        if message.on:
            await self._shown.attempt(
                self._connector.delete(to, message.on)
            )  # the question has been answered
