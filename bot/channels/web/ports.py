"""What the web chat needs from the rest of the coach; `bot.app` gives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from bot.message import Heard, Message
from bot.person import Person
from bot.reply import Reply


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a person's transcript, in the order of `seq`, which begins at 1.

    An `echo` is what the person said, in `words`; every other kind carries `reply`.
    """

    seq: int
    kind: Literal["reply", "echo", "tell", "nudge"]
    at: datetime
    reply: Reply | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A draft, rendered for this download."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class WebOptions:
    """What differs between installations.

    `behind_proxy` believes `X-Forwarded-Proto` and `X-Forwarded-For`: set it only where a proxy of ours writes
    them. `site_names` gives the name to show for a site's id.
    """

    secret_key: str
    product: str = "QMS Coach"
    site_names: Mapping[str, str] = field(default_factory=dict)
    behind_proxy: bool = False


class Desk(Protocol):
    """The coach as the web chat sees it. Any call may raise `StoreUnavailable`; the page is told to try again."""

    async def hear(self, message: Message) -> Heard:
        """Take in `message`; returns after the commit."""

    async def transcript(self, person_id: str, after: int, limit: int) -> Sequence[Line]:
        """The lines that follow line `after`, oldest first, at most `limit`."""

    async def earlier(self, person_id: str, before: int | None, limit: int) -> Sequence[Line]:
        """The last `limit` lines before line `before` (None: of all), oldest first."""

    async def wait_for_news(self, person_id: str, after: int, timeout: float) -> None:
        """Return when there may be lines after `after`, or when `timeout` seconds have passed."""

    async def fetch_draft(self, person_id: str, run: str, number: int, format: str) -> FetchedFile | None:
        """The draft as `docx` or `md`; None when it is not there or not this person's."""

    async def redeem(self, token: str) -> str | None:
        """Use up a one-time sign-in link; the secret for the browser's cookie, or None when it is spent."""

    async def person_of(self, cookie: str, *, is_use: bool = True) -> Person | None:
        """Who is signed in with `cookie`; None when nobody is any more.

        A page that merely stays open asks with `is_use=False`, so that an idle browser does grow idle.
        """

    async def sign_out(self, cookie: str) -> None:
        """End the session of `cookie`, here and now."""

    async def personas(self) -> Sequence[Person]:
        """The people a visitor of a demo may become; empty unless this is a demo."""

    async def become(self, person_id: str) -> str | None:
        """The secret for the cookie of a demo person; None unless this is a demo and they are in it."""
