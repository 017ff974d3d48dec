"""What the page sends, as a message of ours.

The page posts a form, `application/x-www-form-urlencoded`, with the fields

- `event_id`: made by the page for each attempt, and the same again when it sends again;
- `about`: the question that stood in front of the person (`run|step|turn`), or nothing;
- and one of `text` (typed words), `press` (the token on a button) or `multi=1` with any number of `value`.

Files come as `multipart/form-data` with the same `event_id` and `about`; see `upload.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from bot.attachment import Attachment
from bot.errors import CoachError
from bot.message import About, Address, Identity, Message, Press, legible

CHANNEL = "web"
LONGEST_TEXT = 20_000
_LONGEST_TOKEN = 1_000
_MOST_FIELDS = 250
_SEPARATOR = "|"
_NUMBER = re.compile(r"[0-9]{1,9}")
_EVENT_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

Form = Mapping[str, Sequence[str]]


class Unreadable(CoachError):
    """What the page sent makes no message; the text is a sentence for the person."""

    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.status = status


def form(body: bytes) -> Form:
    """The fields of a posted form; bytes that are no text become `�`."""
    try:
        return parse_qs(
            body.decode("utf-8", "replace"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise Unreadable(
            "That was more than I can take in one go. Please send it in parts.", status=413
        ) from None


def one(fields: Form, name: str) -> str:
    """The first value of a field, or nothing."""
    values = fields.get(name)
    return values[0] if values else ""


def about_token(about: About | None) -> str:
    """A question as the page carries it."""
    return _SEPARATOR.join((about.run, about.step, str(about.turn))) if about else ""


def _about(token: str) -> About | None:
    press = _press(f"about|{token}") if token else None
    return press.about if press else None


def _press(token: str) -> Press | None:
    """The press that a token of ours stands for; None when it is none of ours."""
    return Press.from_token(token) if _is_ours(token) else None


def _is_ours(text: str) -> bool:
    """Whether we could have put this text on a page."""
    return len(text) <= _LONGEST_TOKEN and legible(text) == text


def number(text: str) -> int:
    """A place in the conversation, as an address of ours carries it."""
    if not _NUMBER.fullmatch(text):
        raise Unreadable("I do not know this place in the conversation. Load the page again.")
    return int(text)


def files_message(fields: Form, files: Sequence[Attachment], person_id: str) -> Message:
    """The message that sending these files is, or `Unreadable` with words for the person."""
    if not files:
        raise Unreadable("There is no file yet. Choose one, then send.")
    return Message(
        event_id=_event_id(fields, person_id),
        address=Address(CHANNEL, person_id),
        sender=Identity(CHANNEL, person_id),
        about=_about(one(fields, "about")),
        files=tuple(file.upload for file in files),
    )


def message(fields: Form, person_id: str) -> Message:
    """The message in a posted form, or `Unreadable` with words for the person."""
    text, press = _said(fields)
    return Message(
        event_id=_event_id(fields, person_id),
        address=Address(CHANNEL, person_id),
        sender=Identity(CHANNEL, person_id),
        text=text,
        press=press,
        about=press.about if press and press.about else _about(one(fields, "about")),
    )


def _event_id(fields: Form, person_id: str) -> str:
    event_id = one(fields, "event_id")
    if not _EVENT_ID.fullmatch(event_id):
        raise Unreadable("This page is out of date. Load it again, then send once more.")
    return f"{person_id}:{event_id}"


def _said(fields: Form) -> tuple[str, Press | None]:
    if "press" in fields:
        press = _press(one(fields, "press"))
        if press is None:
            raise Unreadable("I do not know that button. Load the page again, then press it once more.")
        return "", press
    if "multi" in fields:
        return "", _ticked(fields)
    text = legible(one(fields, "text")).strip()
    if not text:
        raise Unreadable("There is nothing to send yet. Type your answer first.")
    if len(text) > LONGEST_TEXT:
        raise Unreadable(
            f"That is {len(text):,} characters. I can take {LONGEST_TEXT:,} in one go. Please send it in parts.",
            status=413,
        )
    return text, None


def _ticked(fields: Form) -> Press:
    about, values = _about(one(fields, "about")), tuple(fields.get("value", ()))
    if about is None or any(_SEPARATOR in value or not _is_ours(value) for value in values):
        raise Unreadable("I do not know that list. Load the page again, then tick once more.")
    if not values:
        raise Unreadable("Nothing is ticked yet. Tick what applies, then send.")
    return Press("answer", values, about)
