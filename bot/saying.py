"""What a turn makes us say: rows for the outbox, to the one who spoke and to others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot import used
from bot.chat import Kind
from bot.conversation.scene import Scene, Turn
from bot.conversation.wording import Wording
from bot.message import Address, Message
from bot.reply import Reply
from bot.store import addresses, outbox
from bot.store.addresses import StoredAddress
from bot.store.database import Transaction
from bot.store.outbox import NewMessage
from bot.used import Amended, Standing
from playbooks.answer import show_moment

_BUTTONS_BACK = 30  # how far back a button may stand and still be told in its own words


@dataclass(frozen=True, slots=True)
class Channels:
    """How what we say reaches people.

    Those who use a `pulled` channel read their transcript from the store themselves; `home` is the one of them where a
    person is written to who never spoke.
    """

    pulled: frozenset[str]
    home: str

    def is_pushed(self, channel: str) -> bool:
        """Whether messages stand in this channel as they were sent, until another one changes them."""
        return channel not in self.pulled


def say(
    conn: Transaction,
    channels: Channels,
    scene: Scene,
    key: str,
    message: Message,
    turn: Turn,
    open_: Sequence[Standing],
) -> None:
    """Write what this turn says to the one who spoke, in order.

    1. On a page: their own words. On a platform: each of our messages that is over now, shown anew without its buttons.
    2. Our replies, each with the files of the draft it is about, where the channel does not fetch them itself.
    """
    address = addresses.find_or_add(conn, message.address, scene.person.id)
    is_pushed = channels.is_pushed(message.address.channel)
    said: list[NewMessage] = []
    if is_pushed:
        said += _amendments(conn, key, address, _amended(conn, scene, message, turn, open_))
    else:
        said.append(_row(f"{key}:echo", address, "echo", _words(conn, message, address, scene.wording)))
    for number, reply in enumerate(turn.replies):
        said.append(_reply_row(f"{key}:{number}", address, reply, is_pushed=is_pushed))
        if is_pushed:
            said += _file_rows(f"{key}:{number}", address, reply)
    outbox.write(conn, said, channels.pulled)


def tell(conn: Transaction, channels: Channels, key: str, turn: Turn) -> None:
    """Write what this turn says to other people, where they spoke with us last; else on the page they will open.

    Where their own conversation goes on by it, what stood open before is over, as after a word of theirs.
    """
    said: list[NewMessage] = []
    for number, each in enumerate(turn.tells):
        for person_id in each.people:
            home = Address(channels.home, person_id)
            address = addresses.last_private(conn, person_id) or addresses.find_or_add(conn, home, person_id)
            is_pushed = channels.is_pushed(address.address.channel)
            row = f"{key}:tell:{number}:{each.step}:{person_id}"
            if is_pushed and each.is_own and each.reply.closes:
                over = used.over(used.standing(outbox.open_at(conn, address.address)))
                said += _amendments(conn, key, address, over)
            said.append(
                NewMessage(
                    row,
                    address.id,
                    address.address.channel,
                    person_id,
                    "reply" if each.is_own else "tell",
                    each.reply.to_json(),
                    is_open=is_pushed and each.reply.has_controls,
                )
            )
            if is_pushed:
                said += _file_rows(row, address, each.reply)
    outbox.write(conn, said, channels.pulled)


def answer_in_front_of_others(
    conn: Transaction, channels: Channels, person: str, key: str, message: Message, reply: Reply
) -> None:
    """Write one reply to a group or channel."""
    address = addresses.find_or_add(conn, message.address, person)
    outbox.write(conn, [_reply_row(f"{key}:0", address, reply, is_pushed=True)], channels.pulled)


def _amended(
    conn: Transaction, scene: Scene, message: Message, turn: Turn, open_: Sequence[Standing]
) -> list[Amended]:
    pressed = used.met(open_, message)
    if pressed and message.on and used.is_sure(open_, pressed, message):
        outbox.prove(conn, pressed.row, message.on)
    at = show_moment(scene.now.astimezone(scene.site.place.zone))
    return used.amended(open_, pressed, message, turn.replies, scene.wording, name=scene.person.name, at=at)


def apologise(conn: Transaction, channels: Channels, wording: Wording, message: outbox.OutboxMessage) -> None:
    """Write that a file will never come where the person was told it would; about nothing else that failed.

    What a picture would have shown stands in words above it.
    """
    names = (
        ", ".join(file.name for file in Reply.from_json(message.payload).files)
        if message.kind == "file"
        else ""
    )
    if not names:
        return
    address = StoredAddress(message.address_id, message.address, message.person)
    reply = Reply(wording("file_not_sent", name=names))
    outbox.write(
        conn, [_reply_row(f"{message.dedupe_key}:failed", address, reply, is_pushed=True)], channels.pulled
    )


def _amendments(
    conn: Transaction, key: str, address: StoredAddress, amended: Sequence[Amended]
) -> Iterator[NewMessage]:
    outbox.close(conn, [each.row.id for each in amended])
    for each in amended:
        yield NewMessage(
            f"{key}:update:{each.row.shows}",
            address.id,
            address.address.channel,
            address.person,
            "update",
            each.reply.to_json(),
            amends_id=each.row.shows,
            is_open=each.reply.has_controls,
        )


def _reply_row(key: str, address: StoredAddress, reply: Reply, *, is_pushed: bool) -> NewMessage:
    return NewMessage(
        key,
        address.id,
        address.address.channel,
        address.person,
        "reply",
        reply.to_json(),
        is_open=is_pushed and reply.has_controls,
    )


def _file_rows(key: str, address: StoredAddress, reply: Reply) -> Iterator[NewMessage]:
    """A picture and the files of one draft are sent along; where there are several drafts, the person picks."""
    if reply.picture:
        yield _row(f"{key}:{reply.picture.name}", address, "file", Reply("", picture=reply.picture).to_json())
    if len({(file.run, file.number) for file in reply.files}) == 1:
        for file in reply.files:
            yield _row(f"{key}:{file.name}", address, "file", Reply("", files=(file,)).to_json())


def _row(key: str, address: StoredAddress, kind: Kind, payload: str) -> NewMessage:
    return NewMessage(key, address.id, address.address.channel, address.person, kind, payload)


def _words(conn: Transaction, message: Message, address: StoredAddress, wording: Wording) -> str:
    """What the person said. A press is told in the words we put on the button, never in words a page sends along."""
    press = message.press
    if message.files:
        return ", ".join(file.name for file in message.files)
    if press is None:
        return message.text
    lately = outbox.earlier(conn, address.id, None, _BUTTONS_BACK)
    replies = (Reply.from_json(row.payload) for row in reversed(lately) if row.kind != "echo")
    found = (words for reply in replies if (words := reply.words_of(press)))
    return next(found, ", ".join(press.values) or wording.texts.get(f"label_{press.action}", press.action))
