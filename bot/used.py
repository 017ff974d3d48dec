"""Which of our messages on a chat platform are over after a turn, and how they are shown from then on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.conversation.wording import Wording
from bot.message import About, Message
from bot.reply import Reply
from bot.store.outbox import OutboxMessage

_LONGEST_NOTE = 500
_MARKED_WITHIN = timedelta(seconds=2)  # somebody may answer before we have noted that it was posted
_TOLD_WITHIN = timedelta(seconds=1)  # a platform may tell the second only, as Slack's numbers once did


@dataclass(frozen=True, slots=True)
class Standing:
    """A message of ours that can still be pressed, as it was shown last."""

    row: OutboxMessage
    reply: Reply

    @property
    def about(self) -> About | None:
        """The question that it asks; None where it asks none."""
        if self.reply.field:
            return self.reply.field.about
        abouts = (choice.press.about for choice in self.reply.choices)
        return next((about for about in abouts if about and about.turn), None)


@dataclass(frozen=True, slots=True)
class Amended:
    """A message of ours, and how it is shown from now on."""

    row: OutboxMessage
    reply: Reply


def standing(rows: Sequence[OutboxMessage]) -> list[Standing]:
    """The messages in these rows."""
    return [Standing(row, Reply.from_json(row.payload)) for row in rows]


def met(open_: Sequence[Standing], message: Message) -> Standing | None:
    """The message of ours that was pressed or filled in: the one the platform names, else the newest that offers it."""
    if message.on:
        found = next((each for each in open_ if each.row.shown_as == message.on), None)
        if found:
            return found
    for each in reversed(open_):
        if message.press and each.reply.words_of(message.press):
            return each
        if message.press is None and message.on and message.about and each.about == message.about:
            return each
    return None


def is_sure(open_: Sequence[Standing], pressed: Standing, message: Message) -> bool:
    """Whether only this message can be the pressed one: it is in doubt, and nothing else in doubt offers the same."""
    others = [each for each in open_ if each is not pressed and not each.row.shown_as]
    return not pressed.row.shown_as and met(others, message) is None


def asked(open_: Sequence[Standing], said_at: datetime | None) -> About | None:
    """The question that stood in front of somebody who typed then; None where none is open.

    What was typed before the newest question had been posted belongs to no question that is open: it must not become the
    answer to one that nobody had read.
    """
    newest = next((each for each in reversed(open_) if each.about), None)
    if newest is None or newest.about is None:
        return None
    return newest.about if _could_be_seen(newest.row, said_at) else replace(newest.about, step="")


def amended(
    open_: Sequence[Standing],
    pressed: Standing | None,
    message: Message,
    replies: Sequence[Reply],
    wording: Wording,
    *,
    name: str,
    at: str,
) -> list[Amended]:
    """Every message that is over, or that has one button fewer.

    What was pressed says what was chosen, by whom and when. Whatever else stood open in the conversation is over once
    a new question comes; what somebody was told stays open until they have done something about it.
    """
    found = [Amended(pressed.row, _used(pressed, message, wording, name=name, at=at))] if pressed else []
    if any(reply.closes for reply in replies):
        found += over([each for each in open_ if each is not pressed])
    return found


def over(open_: Sequence[Standing]) -> list[Amended]:
    """What is over once their conversation goes on: all but what they were told, and have done nothing about."""
    return [Amended(each.row, each.reply.without_controls()) for each in open_ if not _is_told(each)]


def _used(pressed: Standing, message: Message, wording: Wording, *, name: str, at: str) -> Reply:
    if message.press is None:
        is_list = pressed.reply.field is not None and pressed.reply.field.kind == "list"
        lines = (" ".join(line.split()) for line in message.text.splitlines())
        words = (", " if is_list else " ").join(filter(None, lines))
        words = words if len(words) <= _LONGEST_NOTE else f"{words[: _LONGEST_NOTE - 1]}…"
        return pressed.reply.without_controls(wording("used_typed", words=words, name=name, at=at))
    words = pressed.reply.words_of(message.press) or ", ".join(message.press.values)
    note = wording("used", words=words, name=name, at=at)
    if _is_told(pressed):
        rest = pressed.reply.without(message.press, note)
        return rest if rest.has_controls else rest.without_controls()
    return pressed.reply.without_controls(note)


def _could_be_seen(row: OutboxMessage, at: datetime | None) -> bool:
    """Whether a message may have stood in front of somebody then: posted, or perhaps posted, and not written later."""
    if row.sent_at is None and row.attempt == 0:
        return False
    if row.posted_at and at:
        return row.posted_at <= at  # both by the platform's own clock
    since = max(row.written_at, row.sent_at - _MARKED_WITHIN) if row.sent_at else row.written_at
    return at is None or since - _TOLD_WITHIN < at


def _is_told(each: Standing) -> bool:
    """Whether it was told, rather than said in their own conversation: only such a message is shown anew with buttons."""
    return each.row.kind != "reply"
