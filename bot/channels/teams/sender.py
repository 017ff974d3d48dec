"""The way out to Teams: what the outbox holds, posted from the stored reference of its conversation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.channels.teams import files
from bot.channels.teams.connector import Connector
from bot.channels.teams.dots import Dots
from bot.channels.teams.reference import Reference
from bot.channels.teams.render import activity
from bot.chat import ChatDesk, Outgoing
from bot.errors import DeliveryError
from bot.reply import Reply

_FORMATS = frozenset({"docx", "md"})
_MILLISECONDS = re.compile(r"\d{13}")


class TeamsSender:
    """Posts one row as one activity. Teams cannot be asked for it afterwards, so what is in doubt stays so."""

    can_look_up = False

    def __init__(self, desk: ChatDesk, connector: Connector, dots: Dots) -> None:
        self._desk = desk
        self._connector = connector
        self._dots = dots

    async def send(self, message: Outgoing, payload: Reply) -> str:
        """Post it; Teams' id of it. Raises DeliveryError."""
        to = Reference.of(message.address)
        if to is None:
            raise DeliveryError("nobody knows how to write to this conversation", permanent=True)
        self._dots.end(to)
        match message.kind:
            case "update":
                if not message.amends:
                    raise DeliveryError("nobody knows which message this changes", permanent=True)
                await self._connector.replace(to, message.amends, activity(payload))
                return message.amends
            case "file":
                return await self._connector.post(to, await self._offer(message, payload))
            case _:
                return await self._connector.post(to, activity(payload))

    async def look_up(self, message: Outgoing) -> str | None:
        """Teams has no list of what we posted."""
        raise DeliveryError(f"Teams cannot be asked for message {message.id}", permanent=True)

    def posted_at(self, provider_ref: str) -> datetime | None:
        """When Teams posted it: the ids that it gives are milliseconds, by its own clock."""
        is_time = _MILLISECONDS.fullmatch(provider_ref)
        return datetime.fromtimestamp(int(provider_ref) / 1000, UTC) if is_time else None

    async def _offer(self, message: Outgoing, payload: Reply) -> Mapping[str, Any]:
        """A file as a question: Teams takes no file before its person has said yes. A picture is a part of the chat."""
        if picture := payload.picture:
            drawn = await self._desk.fetch_picture(
                message.person, picture.run, picture.number, files.LONGEST_SIDE
            )
            if drawn is None:
                raise DeliveryError("this picture is not there any more", permanent=True)
            return files.inline(drawn, picture)
        if len(payload.files) != 1 or not message.address.is_private:
            raise DeliveryError("a file goes alone, and into a personal chat", permanent=True)
        file = payload.files[0]
        ending = file.name.rpartition(".")[2]
        fetched = (
            await self._desk.fetch_draft(message.person, file.run, file.number, ending)
            if ending in _FORMATS
            else None
        )
        if fetched is None:
            raise DeliveryError("this draft is not there any more", permanent=True)
        return files.offer(file, len(fetched.content), payload.text)
