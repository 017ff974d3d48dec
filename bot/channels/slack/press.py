"""What was pressed in a message of ours or on a Home tab, and what was sent from a window that was opened there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.channels.slack import blocks
from bot.channels.slack.caller import (
    Caller,
    Json,
    address_again,
    caller_of,
    dict_of,
    first_of,
    list_of,
    moment,
    text_of,
    thread_of,
)
from bot.channels.slack.said import Said, SentFile, sent_files
from bot.channels.slack.wording import typed
from bot.message import About, Address, Message, Press

_SEPARATOR = "|"


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
        except (ValueError, RecursionError):
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

    `value` is what it carried. `on` is our id of the message; empty on a Home tab. `view` is the id
    of the window, or empty. `trigger` opens a window, within three seconds.
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

    @property
    def press(self) -> Press | None:
        """What it stands for by itself; None where `render.press_of` must find it in the reply."""
        return None if blocks.is_digest(self.value) else Press.from_token(self.value)

    def message(self, press: Press | None = None) -> Message:
        """The message that this is. The same button pressed twice, or delivered twice, is one message.

        Without a press, it only names the message of ours that was meant, for `ChatDesk.said`.
        """
        means = press or self.press
        counts_once = self.on and press and not press.is_repeatable
        key = f"{self.on}:{press.key}" if counts_once and press else self.trigger
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
    user = dict_of(body.get("user"))
    caller = caller_of(body, text_of(user.get("id")), text_of(user.get("team_id")))
    action = first_of(body.get("actions"))
    if body.get("type") != "block_actions" or caller is None or not action:
        return None
    container, message, view = (dict_of(body.get(key)) for key in ("container", "message", "view"))
    room = text_of(dict_of(body.get("channel")).get("id")) or text_of(container.get("channel_id"))
    ts = text_of(container.get("message_ts")) or text_of(message.get("ts"))
    opened = Opened.of(text_of(view.get("private_metadata"))) if view.get("type") == "modal" else None
    return Pressed(
        caller,
        address_again(caller, opened.conversation) if opened else _where(caller, room, message or container),
        text_of(action.get("action_id")),
        text_of(action.get("value")) or text_of(dict_of(action.get("selected_option")).get("value")),
        opened.on if opened else f"{room}:{ts}" if room and ts else "",
        text_of(body.get("trigger_id")),
        moment(action.get("action_ts")),
        room,
        text_of(view.get("id")) if view.get("type") == "modal" else "",
        is_home=not room and view.get("type") != "modal",
    )


def _where(caller: Caller, room: str, message: Json) -> Address:
    """The conversation a message of ours lies in: with one person, unless its channel is one of several."""
    if room[:1] in {"C", "G"}:
        return caller.public(room, text_of(message.get("thread_ts")) or text_of(message.get("ts")))
    return caller.private(thread_of(message))


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
        address = address_again(self.caller, self.opened.conversation)
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
    user, view = dict_of(body.get("user")), dict_of(body.get("view"))
    caller = caller_of(body, text_of(user.get("id")), text_of(user.get("team_id")))
    opened = Opened.of(text_of(view.get("private_metadata")))
    if body.get("type") != "view_submission" or caller is None or not view.get("id"):
        return None
    states = [
        dict_of(state)
        for block in dict_of(dict_of(view.get("state")).get("values")).values()
        for state in dict_of(block).values()
    ]
    return Submitted(
        caller,
        text_of(view.get("callback_id")),
        text_of(view.get("id")),
        opened or Opened("", caller.private().conversation),
        text=" ".join(filter(None, map(_filled, states))),
        values=tuple(dict.fromkeys(value for state in states for value in _picked(state))),
        files=tuple(file for state in states for file in sent_files(state.get("files"))),
        is_ticked=any(state.get("type") in {"checkboxes", "multi_static_select"} for state in states),
    )


def _filled(state: Json) -> str:
    """What was typed or picked, as words; typed text arrives from a window as it was typed."""
    return typed(
        text_of(state.get("value"))
        or text_of(state.get("selected_date"))
        or text_of(state.get("selected_time"))
    )


def _picked(state: Json) -> Iterable[str]:
    yield from (text_of(dict_of(each).get("value")) for each in list_of(state.get("selected_options")))
    if one := text_of(dict_of(state.get("selected_option")).get("value")):
        yield one
