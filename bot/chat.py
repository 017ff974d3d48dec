"""What the adapter of a chat platform may ask of the coach, and what the coach asks of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from bot.attachment import Attachment
from bot.message import Address, Heard, Identity, Message, Press
from bot.person import Person
from bot.reply import File, Reply

Kind = Literal["reply", "echo", "tell", "nudge", "update", "file"]


# --- What the coach asks of a platform --------------------------------------------------------------------


class Outgoing(Protocol):
    """A message on its way out: a row of the outbox, as its sender sees it.

    An `update` shows a message of ours anew: `amends` is the platform's id of that one. A `file` is sent as a file.
    """

    @property
    def id(self) -> int:
        """Opaque, and the same in every attempt: what a platform is asked by whether it has this message."""

    @property
    def address(self) -> Address:
        """Where it goes."""

    @property
    def kind(self) -> Kind:
        """What it is."""

    @property
    def payload(self) -> str:
        """The reply, as the row keeps it."""

    @property
    def person(self) -> str:
        """Whom it is for, by the id of the directory."""

    @property
    def written_at(self) -> datetime:
        """When it was written down, by the database's clock: no attempt can have been earlier."""

    @property
    def amends(self) -> str:
        """For an update: the platform's id of the message to show anew; empty where nobody knows it."""


class Sender(Protocol):
    """One channel's way out."""

    can_look_up: bool

    async def send(self, message: Outgoing, payload: Reply) -> str:
        """Post it; the platform's own id of what was posted. Raises DeliveryError."""

    async def look_up(self, message: Outgoing) -> str | None:
        """The platform's id of this message if it was posted. Raises DeliveryError when it cannot tell."""

    def posted_at(self, provider_ref: str) -> datetime | None:
        """When the platform posted it, by the platform's own clock; None where its id does not tell."""


# --- What a platform's adapter may ask of the coach -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a platform says of one of its users.

    `email` only where the platform has verified it, the account is nobody's guest, and its workspace or tenant is one
    that whoever runs the coach has chosen; empty else. `zone` is an IANA name and `language` a code such as `en`, both
    empty where the platform does not say.
    """

    identity: Identity
    email: str = ""
    zone: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class RunInHand:
    """A run the person can take up again: what it is called, how it stands, and what it would go on with.

    `turn` says whose turn it is, where two people share the run.
    """

    ref: str
    title: str
    state: str
    next: str
    take_up: Press
    turn: str = ""


@dataclass(frozen=True, slots=True)
class RunLent:
    """A run of which a colleague has a part in hand: who, and since when, in `turn`.

    `look` shows where it stands, and `take_back` asks whether to take it back.
    """

    ref: str
    title: str
    turn: str
    look: Press
    take_back: Press


@dataclass(frozen=True, slots=True)
class Overview:
    """What one person has with the coach, for their home page. `shelf` are the playbooks they can start: id and title.

    `lent` are the runs that a colleague has in hand for them.
    """

    person: Person
    site: str
    runs: Sequence[RunInHand]
    drafts: Sequence[File]
    waiting: int
    shelf: Sequence[tuple[str, str]]
    who_sees: str
    lent: Sequence[RunLent] = ()


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A draft or a picture, rendered for this download."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came in and must be looked up at the platform before it can be heard: its sender, or its files.

    `body` is the channel's own text of it. It is kept until the channel has received it.
    """

    channel: str
    event_id: str
    body: str


class ChatDesk(Protocol):
    """The coach as the adapter of a chat platform sees it. Every call returns after the commit, or raises StoreUnavailable."""

    async def hear(self, message: Message, attachments: Sequence[Attachment] = ()) -> Heard:
        """Take in what somebody said in private; what the coach says to it goes out through the outbox."""

    async def overhear(self, message: Message) -> Heard:
        """Take in what somebody asked in front of others: only questions are answered there, and nothing is kept of it."""

    async def greet(self, message: Message) -> Heard:
        """Take in the hello of somebody who has installed us: once, however often it comes, and anew after they removed us."""

    async def objection(self, message: Message) -> str:
        """Why this answer would not be taken, in a sentence for the person; empty when it would. Changes nothing."""

    async def said(self, message: Message) -> Reply | None:
        """What our message that was pressed says now, so that a form for it can be opened; None when it is not known.

        It is found by `on`, else by `about`, at the address of `message`, and only for the person who sends it.
        """

    async def overview(self, sender: Identity) -> Overview | None:
        """What this person has with the coach; None for a stranger."""

    async def fetch_draft(self, person: str, run: str, number: int, format: str) -> FetchedFile | None:
        """The draft as `docx` or `md`; None when it is not there or not this person's."""

    async def fetch_picture(self, person: str, run: str, number: int, within: int = 0) -> FetchedFile | None:
        """The picture that event `number` of a run showed; None when it is not there for this person, or cannot be drawn.

        No side is longer than `within` pixels, where that is given.
        """

    async def introduce(self, who: Introduction) -> bool:
        """Whether we know this user now: exactly one person of the directory has this address. Their zone is kept too."""

    async def redeem(self, who: Identity, code: str) -> bool:
        """Whether this one-time code, from `qms-coach people link --chat`, made us know this user."""

    async def leave(self, channel: str, workspace: str, subject: str = "") -> None:
        """The coach was removed: nothing more is written to this workspace, or to this one user in it."""

    async def put_aside(self, arrival: Arrival) -> None:
        """Keep what must be looked up first; the channel's `receive` gets its body, again and again until it is done."""

    def words(self, key: str, **values: object) -> str:
        """A sentence of the coach that is shown and not said, such as a hint; keys begin with `hint_`."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Our app in one workspace. `workspace` is the team's id, or the enterprise's where it was installed for all of it.

    `token` and `refresh_token` are in clear here and nowhere else; `expires_at` is empty where tokens are not rotated.
    """

    workspace: str
    enterprise: str
    name: str
    bot_user: str
    token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None
    scopes: frozenset[str] = frozenset()


class Installations(Protocol):
    """Where the app is installed. Tokens are kept encrypted."""

    async def find(self, workspace: str) -> Installation | None:
        """The installation in this workspace; None where there is none, or not any more."""

    async def keep(self, installation: Installation) -> None:
        """Note it, or its new token."""

    async def drop(self, workspace: str) -> None:
        """Forget its token: it was removed, or its token revoked."""

    async def new_state(self) -> str:
        """A word that proves, for ten minutes and once, that an installation was begun here."""

    async def use_state(self, state: str) -> bool:
        """Whether this word was given and not used before; it is used up now."""


class Receiver(Protocol):
    """A channel's way in for what was put aside."""

    async def receive(self, body: str) -> None:
        """Look up what is missing, and let the coach hear it. Raises DeliveryError to be asked again later."""


class Tally(Protocol):
    """Counts what is worth watching and touches no database."""

    def refused(self, channel: str, reason: str) -> None:
        """A request that was turned away."""

    def repeated(self, channel: str) -> None:
        """A delivery that had had its effect before."""
