"""What the web chat needs from the rest of the coach; `bot.app` gives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.attachment import Attachment
from bot.chat import FetchedFile, Kind
from bot.message import Heard, Message
from bot.person import Person
from bot.reply import Reply


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a person's transcript, in the order of `seq`, which begins at 1.

    An `echo` is what the person said, in `words`; every other kind carries `reply`.
    """

    seq: int
    kind: Kind
    at: datetime
    reply: Reply | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is open for a person now: how much waits for them, and how many runs they have, some with a colleague.

    What they were told has buttons that outlive the turn. `read` and `settled` are the tokens of those whose
    matter they have read, and of those whose matter needs nobody any more.
    """

    waiting: int = 0
    runs: int = 0
    read: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CodeTry:
    """What came of typing a code: the secret for the browser's cookie, or how many tries are left."""

    secret: str = ""
    tries_left: int = 0


@dataclass(frozen=True, slots=True)
class WebOptions:
    """What differs between installations.

    `behind_proxy` believes `X-Forwarded-Proto` and `X-Forwarded-For`: set it only where a proxy of ours writes
    them. `site_names` gives the name to show for a site's id. A shared terminal is locked after `shared_idle`
    seconds without use.
    """

    secret_key: str
    product: str = "QMS Coach"
    site_names: Mapping[str, str] = field(default_factory=dict)
    behind_proxy: bool = False
    shared_idle: int = 180


class Desk(Protocol):
    """The coach as the web chat sees it. Any call may raise `StoreUnavailable`; the page is told to try again."""

    async def hear(self, message: Message, attachments: Sequence[Attachment] = ()) -> Heard:
        """Take in `message` and the files sent with it; returns after the commit."""

    async def transcript(self, person_id: str, after: int, limit: int) -> Sequence[Line]:
        """The lines that follow line `after`, oldest first, at most `limit`."""

    async def earlier(self, person_id: str, before: int | None, limit: int) -> Sequence[Line]:
        """The last `limit` lines before line `before` (None: of all), oldest first."""

    async def wait_for_news(self, person_id: str, after: int, timeout: float) -> None:
        """Return when there may be lines after `after`, or when `timeout` seconds have passed."""

    async def standing(self, person_id: str) -> Standing:
        """What is open for the person now."""

    async def fetch_draft(self, person_id: str, run: str, number: int, format: str) -> FetchedFile | None:
        """The draft as `docx` or `md`; None when it is not there or not this person's."""

    async def fetch_picture(self, person_id: str, run: str, number: int) -> FetchedFile | None:
        """The picture that event `number` of a run showed; None when it is not there for this person, or cannot be drawn."""

    async def redeem(self, token: str, *, is_shared: bool = False) -> str | None:
        """Use up a one-time sign-in link; the secret for the browser's cookie, or None when it is spent.

        Where the browser `is_shared`, its session ends sooner without use.
        """

    async def person_of(self, cookie: str, *, is_use: bool = True) -> Person | None:
        """Who is signed in with `cookie`; None when nobody is any more.

        A page that merely stays open asks with `is_use=False`, so that an idle browser does grow idle.
        """

    async def sign_out(self, cookie: str) -> None:
        """End the session of `cookie`, here and now."""

    async def personas(self) -> Sequence[Person]:
        """The people a visitor of a demo may become; empty unless this is a demo."""

    async def become(self, person_id: str, *, is_shared: bool = False) -> str | None:
        """The secret for the cookie of a demo person; None unless this is a demo and they are in it."""

    async def enrol(self, token: str) -> str | None:
        """Make a browser a shared terminal; the secret for its cookie, or None when the link is spent."""

    async def site_of_terminal(self, cookie: str) -> str | None:
        """The site whose shared terminal this browser is; None when it is none."""

    async def people_of_terminal(self, cookie: str) -> Sequence[Person]:
        """The people who can sign in at this terminal, by name."""

    async def sign_in_with_code(self, cookie: str, person_id: str, code: str) -> CodeTry:
        """Sign somebody in at the terminal with this cookie. After five wrong tries a code opens nothing any more."""

    async def make_phone_link(self, person_id: str) -> str | None:
        """The token of a one-time link for this person's own phone, good for ten minutes; None when they have left."""
