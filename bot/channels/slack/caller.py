"""Who on Slack did something, and for which installation of ours; and how a body is read that may hold anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.message import Address, Identity

CHANNEL = "slack"
Json = Mapping[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody on Slack, as one installation of ours sees them.

    `workspace` is what the installation is kept under: the team, or the enterprise where it is for all of that.
    `organisation` is what their user id belongs to.
    """

    workspace: str
    organisation: str
    user: str

    @property
    def identity(self) -> Identity:
        """Who this is, to us."""
        return Identity(CHANNEL, f"{self.organisation}/{self.user}")

    def private(self, thread: str = "") -> Address:
        """Their direct messages with us, or a thread in them."""
        return _address(self.workspace, self.user, thread, is_private=True)

    def public(self, channel: str, thread: str) -> Address:
        """A thread in a channel, or in a conversation of several."""
        return _address(self.workspace, channel, thread, is_private=False)


def workspace_of(body: Json) -> str:
    """The installation a request is for; empty where it does not say."""
    enterprise, team, is_org = installation_of(body)
    return enterprise if is_org and enterprise else team or enterprise


def installation_of(body: Json) -> tuple[str, str, bool]:
    """Enterprise, team, and whether the installation is for the whole enterprise.

    https://docs.slack.dev/apis/events-api/#authorizations
    """
    authorized = first_of(body.get("authorizations"))
    if (
        "enterprise_id" in authorized
    ):  # beside it may stand another company's, of a channel that is shared with them
        enterprise = text_of(authorized["enterprise_id"])
    else:
        enterprise = (
            text_of(dict_of(body.get("enterprise")).get("id"))
            or text_of(body.get("enterprise_id"))
            or text_of(dict_of(body.get("team")).get("enterprise_id"))
        )
    team = (
        text_of(authorized.get("team_id"))
        or text_of(dict_of(body.get("team")).get("id"))
        or text_of(body.get("team_id"))
        or text_of(dict_of(body.get("user")).get("team_id"))
    )
    is_org = authorized.get("is_enterprise_install", body.get("is_enterprise_install"))
    return enterprise, team, is_org in (True, "true")


def caller_of(body: Json, user: str, home: str = "") -> Caller | None:
    """The user as the installation sees them; nobody where the body does not say.

    `home` is the team they are of, which in a shared channel may be another company's.
    """
    enterprise, team, _ = installation_of(body)
    workspace = workspace_of(body)
    organisation = enterprise or (home or team)
    return Caller(workspace, organisation, user) if workspace and organisation and user else None


def _address(workspace: str, channel: str, thread: str, *, is_private: bool) -> Address:
    parts = (workspace, channel, thread) if thread else (workspace, channel)
    return Address(CHANNEL, "/".join(parts), is_private=is_private, workspace=workspace)


def address_again(caller: Caller, conversation: str) -> Address:
    """The address a window was opened from; only ever one of the same installation."""
    workspace, _, rest = conversation.partition("/")
    channel, _, thread = rest.partition("/")
    if workspace != caller.workspace or channel == caller.user or not channel:
        return caller.private(thread)
    return caller.public(channel, thread)


def thread_of(event: Json) -> str:
    """The thread an event or a message of ours lies in; empty where it begins one."""
    thread = text_of(event.get("thread_ts"))
    return thread if thread != text_of(event.get("ts")) else ""


# Reading without trust


def moment(ts: object) -> datetime | None:
    """Slack's `ts`, seconds since 1970 with six places, as a moment."""
    whole, _, rest = text_of(ts).partition(".")
    if not (whole.isascii() and whole.isdecimal() and len(whole) <= 11):
        return None
    micros = int(rest.ljust(6, "0")[:6]) if rest.isascii() and rest.isdecimal() else 0
    return _EPOCH + timedelta(seconds=int(whole), microseconds=micros)


def text_of(value: object) -> str:
    """The text that this is; an empty one for anything else."""
    return value if isinstance(value, str) else ""


def dict_of(value: object) -> Json:
    """The object that this is; an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def list_of(value: object) -> Sequence[object]:
    """The list that this is; an empty one for anything else."""
    return value if isinstance(value, list) else ()


def first_of(value: object) -> Json:
    """The first object of a list; an empty one where there is none."""
    found = list_of(value)
    return dict_of(found[0]) if found else {}
