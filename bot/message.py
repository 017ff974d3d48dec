"""What a person said or pressed, and where the conversation with them continues."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from playbooks.answer import Upload

_SEPARATOR = "|"
_LONGEST_KEY = 200
_TURN_DIGITS = 9  # a run never has so many turns, and Python refuses to read a number of 5,000 digits
# What no keyboard types and no document takes: NUL, the other controls except tab and line feed, half characters.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a conversation continues later (Bot Framework calls it a conversation reference).

    `conversation` is the channel's own opaque text; only that channel reads it. `workspace` is the tenant or workspace
    it lies in, whose limits it shares. `reference` is what the channel needs besides to write there; it may be
    another with every message, and the newest counts.
    """

    channel: str
    conversation: str
    is_private: bool = True
    workspace: str = field(default="", compare=False)
    reference: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a channel says is speaking: its own user id, not yet one of our people."""

    channel: str
    subject: str


@dataclass(frozen=True, slots=True)
class About:
    """The question a message belongs to: the run, its step, and the turn in which it was asked."""

    run: str
    step: str
    turn: int


@dataclass(frozen=True, slots=True)
class Press:
    """A button or a submitted form: what it does, with which values, about which question.

    It travels through a channel as one short line of text (`token`), because that is all
    some platforms carry on a button.
    """

    action: str
    values: tuple[str, ...] = ()
    about: About | None = None

    @property
    def is_repeatable(self) -> bool:
        """Whether pressing it again means it again: it only hands something over, as often as somebody asks."""
        return self.action == "fetch"

    @property
    def key(self) -> str:
        """What tells this press from others, in a few letters: a database keeps no long key, and nobody's words in one."""
        token = self.token()
        if self.action != "words" and len(token) <= _LONGEST_KEY and token.isascii():
            return token
        return f"{self.action}#{hashlib.sha256(token.encode('utf-8', 'surrogatepass')).hexdigest()}"

    def token(self) -> str:
        """This press as text: `answer|coach-7k2m|where|12|yes`. Values never contain the separator."""
        about = (self.about.run, self.about.step, str(self.about.turn)) if self.about else ("", "", "")
        return _SEPARATOR.join((self.action, *about, *self.values))

    @classmethod
    def from_token(cls, token: str) -> Press | None:
        """The press that `token` stands for, or None when it is not one of ours."""
        action, *rest = token.split(_SEPARATOR)
        if not action or len(rest) < 3:
            return None
        run, step, turn, *values = rest
        if not run:
            return cls(action, tuple(values))
        is_number = turn.isdecimal() and len(turn) <= _TURN_DIGITS
        return cls(action, tuple(values), About(run, step, int(turn))) if is_number else None


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery from a channel.

    `event_id` is the platform's own id of this delivery: the same id twice is the same message.
    `about` is the question that stood in front of the person, where the channel knows it.
    `said_at` is the platform's own time, kept beside ours. `files` were sent along, and their bytes are kept.
    `on` is the platform's id of the message of ours that was pressed, where the channel knows it.
    """

    event_id: str
    address: Address
    sender: Identity
    text: str = ""
    press: Press | None = None
    about: About | None = None
    said_at: datetime | None = None
    files: tuple[Upload, ...] = ()
    on: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a message: `duplicate` means that its event id had its effect before."""

    outcome: Literal["done", "duplicate", "stranger"]


def legible(text: str) -> str:
    """`text` with one kind of line end, and `�` for every character that cannot be written down."""
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
