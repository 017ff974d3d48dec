"""What Slack sends, as messages of ours.

An event: https://docs.slack.dev/apis/events-api/#event-type-structure ; an interaction:
https://docs.slack.dev/reference/interaction-payloads ; a command:
https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling . Whatever is missing or of
another kind than expected counts as not said: these functions raise nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.channels.slack.caller import (
    CHANNEL,
    Caller,
    Json,
    caller_of,
    dict_of,
    first_of,
    installation_of,
    list_of,
    moment,
    text_of,
    thread_of,
    workspace_of,
)
from bot.channels.slack.press import Opened, Pressed, Submitted, pressed, submitted
from bot.channels.slack.said import Said, SentFile, sent_files
from bot.channels.slack.wording import seen
from bot.chat import Introduction
from bot.message import Identity, Message, Press, legible

__all__ = [
    "CHANNEL",
    "Caller",
    "Opened",
    "Pressed",
    "Said",
    "SentFile",
    "Shortcut",
    "Submitted",
    "Visit",
    "command",
    "considered",
    "direct",
    "introduced",
    "introduction",
    "mention",
    "pressed",
    "shortcut",
    "submitted",
    "visit",
    "workspace_of",
]

_SAID = frozenset({None, "file_share", "thread_broadcast", "me_message"})


# What is said


def direct(body: Json) -> Said | None:
    """What somebody wrote to us in private; None for anything else, such as what we said ourselves.

    https://docs.slack.dev/reference/events/message.im
    """
    event = dict_of(body.get("event"))
    if event.get("type") != "message" or event.get("channel_type") != "im":
        return None
    caller = _speaker(body, event)
    if caller is None or event.get("subtype") not in _SAID:
        return None
    text = seen(text_of(event.get("text")))
    files = sent_files(event.get("files"))
    if not (text or files) or not text_of(event.get("ts")):
        return None
    message = Message(
        _key(event),
        caller.private(thread_of(event)),
        caller.identity,
        text,
        said_at=moment(event.get("ts")),
    )
    return Said(message, files, text_of(event.get("channel")))


def mention(body: Json) -> Said | None:
    """What somebody asked us in front of others, without our own name; answered in a thread.

    https://docs.slack.dev/reference/events/app_mention
    """
    event = dict_of(body.get("event"))
    channel, ts = text_of(event.get("channel")), text_of(event.get("ts"))
    caller = _speaker(body, event)
    if event.get("type") != "app_mention" or caller is None or not (channel and ts):
        return None
    us = text_of(first_of(body.get("authorizations")).get("user_id"))
    text = text_of(event.get("text"))
    if us:
        text = text.replace(f"<@{us}>", " ")
    words = seen(text)
    message = Message(
        _key(event),
        caller.public(channel, text_of(event.get("thread_ts")) or ts),
        caller.identity,
        words,
        press=None if words else Press("help"),
        said_at=moment(ts),
    )
    return Said(message, (), channel)


def command(body: Json) -> Said | None:
    """A slash command: the same as its words in private. Alone, it asks what we can do."""
    caller = caller_of(body, text_of(body.get("user_id")))
    trigger = text_of(body.get("trigger_id"))
    if caller is None or not trigger:
        return None
    text = seen(text_of(body.get("text")))
    press = None if text else Press("help")
    message = Message(f"command:{trigger}", caller.private(), caller.identity, text, press=press)
    return Said(message, (), text_of(body.get("channel_id")))


def considered(body: Json) -> Said | None:
    """The shortcut on somebody's message: think this through with me, in private.

    https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
    """
    user = dict_of(body.get("user"))
    caller = caller_of(body, text_of(user.get("id")), text_of(user.get("team_id")))
    text = seen(text_of(dict_of(body.get("message")).get("text")))
    at = text_of(body.get("action_ts"))
    if body.get("type") != "message_action" or caller is None or not at:
        return None
    message = Message(
        f"consider:{caller.user}:{at}",
        caller.private(),
        caller.identity,
        text,
        press=Press("consider"),
        said_at=moment(at),
    )
    return Said(message, (), text_of(dict_of(body.get("channel")).get("id")))


def _key(event: Json) -> str:
    """What makes it the same message again: the id that the sender's Slack gave it.

    One message may come as two events, each with an id and a `ts` of its own
    <https://github.com/typeclaw/typeclaw/pull/49>; not every message has been given one.
    """
    own = legible(text_of(event.get("client_msg_id"))) or text_of(event.get("ts"))
    return f"{text_of(event.get('channel'))}:{own}"


def _speaker(body: Json, event: Json) -> Caller | None:
    """Who said it; nobody where a program did."""
    if event.get("bot_id") or event.get("bot_profile") or event.get("hidden"):
        return None
    user = text_of(event.get("user"))
    ours = (dict_of(each) for each in list_of(body.get("authorizations")))
    if any(each.get("user_id") == user and each.get("is_bot") is not False for each in ours):
        return None
    return caller_of(body, user, text_of(event.get("user_team")) or text_of(event.get("team")))


# Who it is, and where they are


@dataclass(frozen=True, slots=True)
class Shortcut:
    """The shortcut "Start a playbook", from anywhere in Slack."""

    caller: Caller
    callback: str
    trigger: str


def shortcut(body: Json) -> Shortcut | None:
    """Who asked for the list of playbooks, and what opens a window for them.

    https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
    """
    user = dict_of(body.get("user"))
    caller = caller_of(body, text_of(user.get("id")), text_of(user.get("team_id")))
    if body.get("type") != "shortcut" or caller is None:
        return None
    return Shortcut(caller, text_of(body.get("callback_id")), text_of(body.get("trigger_id")))


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody opened our app: its Home tab, or the conversation with us in `room`."""

    caller: Caller
    tab: Literal["home", "messages"]
    room: str
    hash: str = ""


def visit(body: Json) -> Visit | None:
    """Who looks at which tab of ours. https://docs.slack.dev/reference/events/app_home_opened"""
    event = dict_of(body.get("event"))
    caller = caller_of(body, text_of(event.get("user")))
    if event.get("type") != "app_home_opened" or caller is None:
        return None
    tab: Literal["home", "messages"] = "messages" if event.get("tab") == "messages" else "home"
    return Visit(caller, tab, text_of(event.get("channel")), text_of(dict_of(event.get("view")).get("hash")))


def introduction(user: object, organisation: str) -> Introduction | None:
    """What Slack says of a user, in `users.info`, `user_change` or `team_join`.

    An address counts only where Slack has confirmed it and the user is a full member of this very team.
    https://docs.slack.dev/reference/objects/user-object
    """
    found = dict_of(user)
    user_id = text_of(found.get("id"))
    if not (user_id and organisation) or found.get("is_bot"):
        return None
    is_member = found.get("is_email_confirmed") is True and not any(
        found.get(key) for key in ("deleted", "is_restricted", "is_ultra_restricted", "is_stranger")
    )
    team = text_of(found.get("team_id"))
    enterprise = text_of(dict_of(found.get("enterprise_user")).get("enterprise_id"))
    is_ours = organisation in {team, enterprise}
    return Introduction(
        Identity(CHANNEL, f"{organisation}/{user_id}"),
        email=text_of(dict_of(found.get("profile")).get("email")) if is_member and is_ours else "",
        zone=text_of(found.get("tz")),
        language=text_of(found.get("locale")).partition("-")[0],
    )


def introduced(body: Json) -> Introduction | None:
    """The user a `user_change` or `team_join` event is about. https://docs.slack.dev/reference/events/user_change"""
    event = dict_of(body.get("event"))
    enterprise, team, _ = installation_of(body)
    return introduction(event.get("user"), enterprise or team)
