"""A file as somebody sent it: what its bytes are, and a name that anyone can read.

What a file is called and what a browser says of it are never believed: the first bytes decide
<https://cheatsheetseries.owasp.org/cheatsheets/File_Upload_Cheat_Sheet.html>.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.errors import CoachError
from bot.message import legible
from playbooks.answer import Upload

LARGEST = 10_000_000  # of all files that are sent at once
MOST = 10
_LONGEST_NAME = 100
_BEGINNINGS = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png", b"%PDF-": "pdf"}
_MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
_ALSO = {"jpeg": "jpg", "jpe": "jpg"}
_FOLDERS = re.compile(r"[/\\]")


class AttachmentRefused(CoachError):
    """Files that are not taken; the text is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file, ready to be kept. `kind` is what its bytes are: jpg, png or pdf."""

    name: str
    kind: str
    content: bytes

    @property
    def media_type(self) -> str:
        """What the kind is called on the internet."""
        return _MEDIA_TYPES[self.kind]

    @property
    def upload(self) -> Upload:
        """This file as an answer names it."""
        return Upload(hashlib.sha256(self.content).hexdigest(), self.name, self.kind)


def read_attachment(name: str, content: bytes) -> Attachment:
    """The file with this content. Raises AttachmentRefused where it is empty, or nothing we take."""
    shown = _readable(name)
    if not content:
        raise AttachmentRefused(f'"{shown or "The file"}" is empty. Please choose it again.')
    kind = next((kind for start, kind in _BEGINNINGS.items() if content.startswith(start)), "")
    if not kind:
        raise AttachmentRefused(
            f'"{shown or "The file"}" is no photo (JPG, PNG) and no PDF, so I did not take it.'
            " If it is the only evidence there is, give it to QA."
        )
    return Attachment(_named(shown, kind), kind, content)


def must_fit(sizes: Collection[int]) -> None:
    """Raise AttachmentRefused where these are too many bytes, or too many files, to be sent at once."""
    if len(sizes) > MOST:
        raise AttachmentRefused(f"That is more than {MOST} files. Please send the most important ones.")
    if sum(sizes) > LARGEST:
        raise AttachmentRefused(
            f"That is more than {LARGEST // 1_000_000} MB in one go. Please send fewer files, or smaller photos."
        )


def _readable(name: str) -> str:
    """The last part of a path, in characters that everybody sees and that turn nothing round."""
    last = _FOLDERS.split(legible(name))[-1]
    seen = "".join(
        char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in " ".join(last.split())
    )
    return seen.replace("|", "_").strip(". ")


def _named(name: str, kind: str) -> str:
    """`name` with an ending that says what the file is, and short enough to be read."""
    stem, dot, ending = name.rpartition(".")
    ending = ending.lower()
    if not dot or _ALSO.get(ending, ending) != kind:
        stem, ending = name, kind
    return f"{stem[:_LONGEST_NAME] or 'file'}.{ending}"
