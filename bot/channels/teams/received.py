"""What an activity of Teams can be to us."""

from __future__ import annotations

from dataclasses import dataclass

from bot.message import Message


@dataclass(frozen=True, slots=True)
class Offered:
    """A file that somebody sent: where its bytes are, and whether our own token opens that place."""

    name: str
    url: str
    needs_token: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """Words, a press or files. `is_answered_at_once`: the request itself carries our answer."""

    message: Message
    files: tuple[Offered, ...] = ()
    is_answered_at_once: bool = False


@dataclass(frozen=True, slots=True)
class Turned:
    """Somebody wants another page of a message of ours; `message.on` is that one."""

    message: Message
    page: int


@dataclass(frozen=True, slots=True)
class Consented:
    """What somebody answered to the offer of a file; where to put it, if they want it."""

    message: Message
    is_accepted: bool
    run: str
    number: int
    file: str
    upload_url: str = ""
    content_url: str = ""
    unique_id: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """Somebody installed the coach; `message` is their hello."""

    message: Message


@dataclass(frozen=True, slots=True)
class Removed:
    """Somebody removed the coach from their Teams."""

    workspace: str
    subject: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Somebody pressed or sent something that makes no message; `hint` is what to show them."""

    message: Message
    hint: str
    is_answered_at_once: bool = False


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing that the coach has to hear."""

    what: str
    is_answered_at_once: bool = False


Received = Said | Turned | Consented | Added | Removed | Unreadable | Ignored
