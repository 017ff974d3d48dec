"""The coach for one person at a terminal, in this process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.channels.terminal import CHANNEL
from bot.coach import Coach
from bot.errors import CoachError
from bot.message import Address, Message
from bot.reply import File, Reply
from bot.store import addresses, outbox
from bot.store.database import Database

_PAGE = 100


class TerminalDesk:
    """Hears one person, and reads what was said to them since."""

    def __init__(self, database: Database, coach: Coach, person_id: str, folder: Path) -> None:
        self._database, self._coach = database, coach
        self._person_id, self._folder = person_id, folder
        with database.writing() as conn:
            self._home = addresses.find_or_add(conn, Address(CHANNEL, person_id), person_id).id
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
        path.write_bytes(rendered.content)
        return str(path)
