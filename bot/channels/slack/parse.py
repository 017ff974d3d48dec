"""What Slack sends, as messages of ours.

An event: https://docs.slack.dev/apis/events-api/#event-type-structure ; an interaction:
https://docs.slack.dev/reference/interaction-payloads ; a command:
https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling . Whatever is missing or of
another kind than expected counts as not said: these functions raise nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from bot.channels.slack import blocks
from bot.channels.slack.wording import seen, typed
from bot.chat import Arrival, Introduction
from bot.message import About, Address, Identity, Message, Press

CHANNEL = "slack"
Json = Mapping[str, Any]

_SAID = frozenset({None, "file_share", "thread_broadcast", "me_message"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SEPARATOR = "|"


# --- Who, and for which installation of ours ----------------------------------------------------------------


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
    enterprise, team, is_org = _installation(body)
    return enterprise if is_org and enterprise else team or enterprise


def _installation(body: Json) -> tuple[str, str, bool]:
    """Enterprise, team, and whether the installation is for the whole enterprise.

    https://docs.slack.dev/apis/events-api/#authorizations
    """
    authorized = _first(body.get("authorizations"))
    enterprise = (
        _text(_dict(body.get("enterprise")).get("id"))
        or _text(body.get("enterprise_id"))
        or _text(authorized.get("enterprise_id"))
        or _text(_dict(body.get("team")).get("enterprise_id"))
    )
    team = (
        _text(authorized.get("team_id"))
        or _text(_dict(body.get("team")).get("id"))
        or _text(body.get("team_id"))
        or _text(_dict(body.get("user")).get("team_id"))
    )
    is_org = authorized.get("is_enterprise_install", body.get("is_enterprise_install"))
    return enterprise, team, is_org in (True, "true")


def _caller(body: Json, user: str, home: str = "") -> Caller | None:
    """`home` is the team of the user, which in a shared channel may be another company's."""
    enterprise, team, _ = _installation(body)
    workspace = workspace_of(body)
    organisation = enterprise or (home or team)
    return Caller(workspace, organisation, user) if workspace and organisation and user else None


def _address(workspace: str, channel: str, thread: str, *, is_private: bool) -> Address:
    parts = (workspace, channel, thread) if thread else (workspace, channel)
    return Address(CHANNEL, "/".join(parts), is_private=is_private, workspace=workspace)


# --- What was said ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file somebody sent; its bytes are at `url`, for our token only. Where `url` is empty, `files.info` says more.

    https://docs.slack.dev/reference/objects/file-object
    """

    id: str
    name: str
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message, what must still be fetched for it, and in which room a hint can be shown to who said it."""

    message: Message
    files: tuple[SentFile, ...] = ()
    room: str = ""

    def arrival(self) -> Arrival:
        """This, to be put aside until it can be heard."""
        return Arrival(
            CHANNEL, self.message.event_id, _WAITING.dump_json(self, exclude_defaults=True).decode()
        )

    @classmethod
    def from_body(cls, body: str) -> Said | None:
        """What was put aside; None where it was not this."""
        try:
            return _WAITING.validate_json(body)
        except ValidationError:
            return None


_WAITING: TypeAdapter[Said] = TypeAdapter(Said)


def direct(body: Json) -> Said | None:
    """What somebody wrote to us in private; None for anything else, such as what we said ourselves.

    https://docs.slack.dev/reference/events/message.im
    """
    event = _dict(body.get("event"))
    if event.get("type") != "message" or event.get("channel_type") != "im":
        return None
    caller = _speaker(body, event)
    if caller is None or event.get("subtype") not in _SAID:
        return None
    text = seen(_text(event.get("text")))
    files = _files(event.get("files"))
    if not (text or files):
        return None
    message = Message(
        _text(body.get("event_id")) or f"{_text(event.get('channel'))}:{_text(event.get('ts'))}",
        caller.private(_thread(event)),
        caller.identity,
        text,
        said_at=_moment(event.get("ts")),
    )
    return Said(message, files, _text(event.get("channel")))


def mention(body: Json) -> Said | None:
    """What somebody asked us in front of others, without our own name; answered in a thread.

    https://docs.slack.dev/reference/events/app_mention
    """
    event = _dict(body.get("event"))
    channel, ts = _text(event.get("channel")), _text(event.get("ts"))
    caller = _speaker(body, event)
    if event.get("type") != "app_mention" or caller is None or not (channel and ts):
        return None
    us = _text(_first(body.get("authorizations")).get("user_id"))
    text = _text(event.get("text"))
    if us:
        text = text.replace(f"<@{us}>", " ")
    words = seen(text)
    message = Message(
        _text(body.get("event_id")) or f"{channel}:{ts}",
        caller.public(channel, _text(event.get("thread_ts")) or ts),
        caller.identity,
        words,
        press=None if words else Press("help"),
        said_at=_moment(ts),
    )
    return Said(message, (), channel)


def command(body: Json) -> Said | None:
    """A slash command: the same as its words in private. Alone, it asks what we can do."""
    caller = _caller(body, _text(body.get("user_id")))
    trigger = _text(body.get("trigger_id"))
    if caller is None or not trigger:
        return None
    text = seen(_text(body.get("text")))
    press = None if text else Press("help")
    message = Message(f"command:{trigger}", caller.private(), caller.identity, text, press=press)
    return Said(message, (), _text(body.get("channel_id")))


def considered(body: Json) -> Said | None:
    """The shortcut on somebody's message: think this through with me, in private.

    https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
    """
    user = _dict(body.get("user"))
    caller = _caller(body, _text(user.get("id")), _text(user.get("team_id")))
    text = seen(_text(_dict(body.get("message")).get("text")))
    at = _text(body.get("action_ts"))
    if body.get("type") != "message_action" or caller is None or not at:
        return None
    message = Message(
        f"consider:{caller.user}:{at}",
        caller.private(),
        caller.identity,
        text,
        press=Press("consider"),
        said_at=_moment(at),
    )
    return Said(message, (), _text(_dict(body.get("channel")).get("id")))


def _speaker(body: Json, event: Json) -> Caller | None:
    """Who said it; nobody where a program did."""
    if event.get("bot_id") or event.get("bot_profile") or event.get("hidden"):
        return None
    user = _text(event.get("user"))
    if any(_dict(each).get("user_id") == user for each in _list(body.get("authorizations"))):
        return None
    return _caller(body, user, _text(event.get("user_team")) or _text(event.get("team")))


def _thread(event: Json) -> str:
    """The thread an event or a message of ours lies in; empty where it begins one."""
    thread = _text(event.get("thread_ts"))
    return thread if thread != _text(event.get("ts")) else ""


def _files(files: object) -> tuple[SentFile, ...]:
    found = []
    for file in map(_dict, _list(files)):
        file_id = _text(file.get("id"))
        if not file_id or file.get("mode") in {"tombstone", "hidden_by_limit"}:
            continue
        size = file.get("size")
        found.append(
            SentFile(
                file_id,
                typed(_text(file.get("name")) or _text(file.get("title"))),
                size if isinstance(size, int) else 0,
                _text(file.get("url_private_download")) or _text(file.get("url_private")),
            )
        )
    return tuple(found)


# --- What was pressed ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opened:
    """From which message of ours a window was opened, and about which question: the window carries it as its private text."""

    on: str
    conversation: str
    about: About | None = None

    def private(self) -> str:
        """This as the text a view carries."""
        about = (self.about.run, self.about.step, self.about.turn) if self.about else ()
        return json.dumps([self.on, self.conversation, *about], separators=(",", ":"))

    @classmethod
    def of(cls, private: str) -> Opened | None:
        """What a view carried; None where it was none of ours."""
        try:
            found = json.loads(private)
        except ValueError:
            return None
        match found:
            case [str(on), str(conversation)]:
                return cls(on, conversation)
            case [str(on), str(conversation), str(run), str(step), int(turn)]:
                return cls(on, conversation, About(run, step, turn))
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button, a menu or a list that was used: in a message of ours, in a window, or on a Home tab.

    `value` is what it carried. `on` is our id of the message; empty on a Home tab. `view` is the window, `home` or
    empty. `trigger` opens a window, within three seconds. `reply_to` takes a hint for them only.
    """

    caller: Caller
    address: Address
    action: str
    value: str
    on: str
    trigger: str
    at: datetime | None
    room: str = ""
    view: str = ""
    is_home: bool = False
    reply_to: str = ""

    @property
    def press(self) -> Press | None:
        """What it stands for by itself; None where `render.press_of` must find it in the reply."""
        return None if blocks.is_digest(self.value) else Press.from_token(self.value)

    def message(self, press: Press | None = None) -> Message:
        """The message that this is. The same button pressed twice, or delivered twice, is one message.

        Without a press, it only names the message of ours that was meant, for `ChatDesk.said`.
        """
        means = press or self.press
        key = f"{self.on}:{press.token()}" if self.on and press else self.trigger
        return Message(
            f"press:{key}",
            self.address,
            self.caller.identity,
            press=press,
            about=means.about if means else None,
            said_at=self.at,
            on=self.on,
        )

    def said(self, press: Press) -> Said:
        """The same, as something that may have to be put aside."""
        return Said(self.message(press), (), self.room)

    def opened(self, about: About | None = None) -> Opened:
        """What a window opened from here carries."""
        return Opened(self.on, self.address.conversation, about)


def pressed(body: Json) -> Pressed | None:
    """What was pressed. https://docs.slack.dev/reference/interaction-payloads/block_actions-payload"""
    user = _dict(body.get("user"))
    caller = _caller(body, _text(user.get("id")), _text(user.get("team_id")))
    action = _first(body.get("actions"))
    if body.get("type") != "block_actions" or caller is None or not action:
        return None
    container, message, view = (_dict(body.get(key)) for key in ("container", "message", "view"))
    room = _text(_dict(body.get("channel")).get("id")) or _text(container.get("channel_id"))
    ts = _text(container.get("message_ts")) or _text(message.get("ts"))
    opened = Opened.of(_text(view.get("private_metadata"))) if view.get("type") == "modal" else None
    at = _moment(action.get("action_ts"))
    address = _where(caller, room, message or container)
    if opened:
        address = _address_again(caller, opened.conversation)
    return Pressed(
        caller,
        address,
        _text(action.get("action_id")),
        _text(action.get("value")) or _text(_dict(action.get("selected_option")).get("value")),
        opened.on if opened else f"{room}:{ts}" if room and ts else "",
        _text(body.get("trigger_id")),
        at,
        room,
        _text(view.get("id")) if view.get("type") == "modal" else "",
        is_home=not room and view.get("type") != "modal",
        reply_to=_text(body.get("response_url")),
    )


def _where(caller: Caller, room: str, message: Json) -> Address:
    """The conversation a message of ours lies in: with one person, unless its channel is one of several."""
    if room[:1] in {"C", "G"}:
        return caller.public(room, _text(message.get("thread_ts")) or _text(message.get("ts")))
    return caller.private(_thread(message))


def _address_again(caller: Caller, conversation: str) -> Address:
    """The address a window was opened from; only ever one of the same installation."""
    workspace, _, rest = conversation.partition("/")
    channel, _, thread = rest.partition("/")
    if workspace != caller.workspace or channel == caller.user or not channel:
        return caller.private(thread)
    return caller.public(channel, thread)


# --- What was sent from a window ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was filled into a window of ours. `kind` is its callback id: `blocks.FORM` or `blocks.START`.

    `text` is what was typed or which day and time was picked, `values` what was ticked, `files` what was chosen.
    """

    caller: Caller
    kind: str
    view: str
    opened: Opened
    text: str = ""
    values: tuple[str, ...] = ()
    files: tuple[SentFile, ...] = ()
    is_ticked: bool = False

    def said(self) -> Said | None:
        """What this says; None where nothing was filled in. Sent twice, it is one message."""
        address = _address_again(self.caller, self.opened.conversation)
        message = Message(
            f"form:{self.view}", address, self.caller.identity, about=self.opened.about, on=self.opened.on
        )
        if self.kind == blocks.START:
            starts = Press("start", self.values)
            return Said(replace(message, press=starts, about=None, on="")) if self.values else None
        if self.files:
            return Said(message, self.files)
        if self.is_ticked:
            is_ours = all(_SEPARATOR not in value for value in self.values)
            ticked = Press("answer", self.values, self.opened.about)
            return Said(replace(message, press=ticked)) if self.values and is_ours else None
        return Said(replace(message, text=self.text)) if self.text else None


def submitted(body: Json) -> Submitted | None:
    """What was sent from a window.

    https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    """
    user, view = _dict(body.get("user")), _dict(body.get("view"))
    caller = _caller(body, _text(user.get("id")), _text(user.get("team_id")))
    opened = Opened.of(_text(view.get("private_metadata")))
    if body.get("type") != "view_submission" or caller is None or not view.get("id"):
        return None
    states = [
        _dict(state)
        for block in _dict(_dict(view.get("state")).get("values")).values()
        for state in _dict(block).values()
    ]
    return Submitted(
        caller,
        _text(view.get("callback_id")),
        _text(view.get("id")),
        opened or Opened("", caller.private().conversation),
        text=" ".join(filter(None, map(_filled, states))),
        values=tuple(dict.fromkeys(value for state in states for value in _picked(state))),
        files=tuple(file for state in states for file in _files(state.get("files"))),
        is_ticked=any(state.get("type") in {"checkboxes", "multi_static_select"} for state in states),
    )


def _filled(state: Json) -> str:
    """What was typed or picked, as words; typed text arrives from a window as it was typed."""
    return typed(
        _text(state.get("value")) or _text(state.get("selected_date")) or _text(state.get("selected_time"))
    )


def _picked(state: Json) -> Iterable[str]:
    yield from (_text(_dict(each).get("value")) for each in _list(state.get("selected_options")))
    if one := _text(_dict(state.get("selected_option")).get("value")):
        yield one


# --- The rest -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shortcut:
    """The shortcut "Start a playbook", from anywhere in Slack."""

    caller: Caller
    callback: str
    trigger: str


def shortcut(body: Json) -> Shortcut | None:
    """https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload"""
    user = _dict(body.get("user"))
    caller = _caller(body, _text(user.get("id")), _text(user.get("team_id")))
    if body.get("type") != "shortcut" or caller is None:
        return None
    return Shortcut(caller, _text(body.get("callback_id")), _text(body.get("trigger_id")))


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody opened our app: its Home tab, or the conversation with us in `room`."""

    caller: Caller
    tab: Literal["home", "messages"]
    room: str
    hash: str = ""


def visit(body: Json) -> Visit | None:
    """https://docs.slack.dev/reference/events/app_home_opened"""
    event = _dict(body.get("event"))
    caller = _caller(body, _text(event.get("user")))
    if event.get("type") != "app_home_opened" or caller is None:
        return None
    tab: Literal["home", "messages"] = "messages" if event.get("tab") == "messages" else "home"
    return Visit(caller, tab, _text(event.get("channel")), _text(_dict(event.get("view")).get("hash")))


def introduction(user: object, organisation: str) -> Introduction | None:
    """What Slack says of a user, in `users.info`, `user_change` or `team_join`.

    An address counts only where Slack has confirmed it and the user is a full member of this very team.
    https://docs.slack.dev/reference/objects/user-object
    """
    found = _dict(user)
    user_id = _text(found.get("id"))
    if not (user_id and organisation) or found.get("is_bot"):
        return None
    is_member = found.get("is_email_confirmed") is True and not any(
        found.get(key) for key in ("deleted", "is_restricted", "is_ultra_restricted", "is_stranger")
    )
    team = _text(found.get("team_id"))
    enterprise = _text(_dict(found.get("enterprise_user")).get("enterprise_id"))
    is_ours = organisation in {team, enterprise}
    return Introduction(
        Identity(CHANNEL, f"{organisation}/{user_id}"),
        email=_text(_dict(found.get("profile")).get("email")) if is_member and is_ours else "",
        zone=_text(found.get("tz")),
        language=_text(found.get("locale")).partition("-")[0],
    )


def introduced(body: Json) -> Introduction | None:
    """The user a `user_change` or `team_join` event is about. https://docs.slack.dev/reference/events/user_change"""
    event = _dict(body.get("event"))
    enterprise, team, _ = _installation(body)
    return introduction(event.get("user"), enterprise or team)


# --- Reading without trust ----------------------------------------------------------------------------------


def _moment(ts: object) -> datetime | None:
    """Slack's `ts`, seconds since 1970 with six places, as a moment."""
    whole, _, rest = _text(ts).partition(".")
    if not (whole.isascii() and whole.isdecimal() and len(whole) <= 11):
        return None
    micros = int(rest.ljust(6, "0")[:6]) if rest.isascii() and rest.isdecimal() else 0
    return _EPOCH + timedelta(seconds=int(whole), microseconds=micros)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _dict(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _first(value: object) -> Json:
    found = _list(value)
    return _dict(found[0]) if found else {}
