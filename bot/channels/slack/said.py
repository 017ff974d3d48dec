"""Something that was said on Slack, with what must still be fetched before it can be heard."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from bot.channels.slack.caller import CHANNEL, dict_of, list_of, text_of
from bot.channels.slack.wording import typed
from bot.chat import Arrival
from bot.message import Message


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


def sent_files(files: object) -> tuple[SentFile, ...]:
    """The files in a list of Slack's file objects, without those that are not there any more."""
    found = []
    for file in map(dict_of, list_of(files)):
        file_id = text_of(file.get("id"))
        if not file_id or file.get("mode") in {"tombstone", "hidden_by_limit"}:
            continue
        size = file.get("size")
        found.append(
            SentFile(
                file_id,
                typed(text_of(file.get("name")) or text_of(file.get("title"))),
                size if isinstance(size, int) else 0,
                text_of(file.get("url_private_download")) or text_of(file.get("url_private")),
            )
        )
    return tuple(found)
