"""Which channel the direct messages of a person with us are: Slack takes the person's id for some requests only."""

from __future__ import annotations

from collections import OrderedDict

from bot.channels.slack.line import Line
from bot.chat import Installation

_REMEMBERED = 10_000


class Rooms:
    """The rooms of one process, as far as it has come to know them."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._known: OrderedDict[tuple[str, str], str] = OrderedDict()

    def known(self, workspace: str, user: str) -> str:
        """The room with this person; empty where we have not been in it yet."""
        return self._known.get((workspace, user), "")

    def note(self, workspace: str, user: str, room: str) -> None:
        """Remember it; those not heard of for long are forgotten."""
        if room[:1] != "D":
            return
        self._known[workspace, user] = room
        self._known.move_to_end((workspace, user))
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    async def opened(self, at: Installation, user: str) -> str:
        """The room, opened where it never was. Raises NotDone.

        https://docs.slack.dev/reference/methods/conversations.open
        """
        if room := self.known(at.workspace, user):
            return room
        answer = await self._line.ask(self._line.client.conversations_open(token=at.token, users=user))
        room = str(answer["channel"]["id"])
        self.note(at.workspace, user, room)
        return room
