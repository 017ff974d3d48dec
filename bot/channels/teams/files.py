"""Files in a chat: offering a draft, putting it where the person wants it, and fetching what they sent.

Teams lets a bot give a file in a personal chat only, and only after the person has said yes
<https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/bots-filesv4>.
"""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Any

import aiohttp

from bot.attachment import LARGEST, Attachment, must_fit, read_attachment
from bot.channels.teams.connector import Connector
from bot.channels.teams.literal import one_line
from bot.channels.teams.received import Consented, Offered
from bot.channels.teams.trusted import Trusted
from bot.chat import FetchedFile
from bot.errors import DeliveryError
from bot.picture import size_of
from bot.reply import File, Picture

_CONSENT = "application/vnd.microsoft.teams.card.file.consent"
_INFO = "application/vnd.microsoft.teams.card.file.info"
_PATIENCE = aiohttp.ClientTimeout(total=30, sock_connect=5)
_CHUNK = 65_536
_LONGEST_ALT = 1_000
_WIDEST = 480  # pixels on the screen; a click shows all of them
LONGEST_SIDE = 900  # of a picture, in pixels: twice as fine as it is shown
_LARGEST_PICTURE = 180_000  # bytes: in base64 and with all around it, less than the 256 KB of a request


def offer(file: File, size: int, description: str) -> dict[str, Any]:
    """The question whether somebody wants this file; what they answer brings `run`, `number` and `file` back."""
    context = {"run": file.run, "number": file.number, "file": file.name}
    content = {
        "description": one_line(description, 200),
        "sizeInBytes": size,
        "acceptContext": context,
        "declineContext": context,
    }
    attachment = {"contentType": _CONSENT, "name": file.name, "content": content}
    return {"type": "message", "summary": file.name, "attachments": [attachment]}


def inline(file: FetchedFile, picture: Picture) -> dict[str, Any]:
    """The picture itself, in the conversation, with what it shows as its alternative text.

    Its bytes do not count for the limit of a message, but a request has one. Without a size Teams makes it a square.
    <https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/agents-inline-images>
    """
    if len(file.content) > _LARGEST_PICTURE:
        raise DeliveryError("the picture is larger than Teams takes", permanent=True)
    address = f"data:{file.media_type};base64,{b64encode(file.content).decode()}"
    width, height = size_of(file.content)
    scale = min(1.0, _WIDEST / width)
    shown = escape(one_line(f"{picture.title}: {picture.text}", _LONGEST_ALT))
    size = f'width="{round(width * scale)}" height="{round(height * scale)}"'
    text = f'<img src="{address}" alt="{shown}" {size}/>'
    return {
        "type": "message",
        "textFormat": "xml",
        "text": text,
        "summary": one_line(picture.title, 200),
    }


def given(consent: Consented) -> dict[str, Any]:
    """The file itself, as Teams shows it once it lies in the person's own folder."""
    content = {"uniqueId": consent.unique_id, "fileType": consent.file.rpartition(".")[2]}
    attachment = {
        "contentType": _INFO,
        "name": consent.file,
        "contentUrl": consent.content_url,
        "content": content,
    }
    return {"type": "message", "summary": consent.file, "attachments": [attachment]}


class Files:
    """Moves the bytes. Only to and from where Teams keeps its files, and never farther than that place."""

    def __init__(self, connector: Connector, trusted: Trusted) -> None:
        self._connector = connector
        self._trusted = trusted

    async def put(self, consent: Consented, file: FetchedFile) -> None:
        """Put the file where the person said; twice is as good as once. Raises DeliveryError."""
        if not self._trusted.is_file(consent.upload_url):
            raise DeliveryError("the place for the file is none of Teams' own", permanent=True)
        size = len(file.content)
        headers = {"Content-Type": file.media_type, "Content-Range": f"bytes 0-{size - 1}/{size}"}
        session = await self._connector.session()
        try:
            async with session.put(
                consent.upload_url,
                data=file.content,
                headers=headers,
                allow_redirects=False,
                timeout=_PATIENCE,
            ) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DeliveryError(f"the file was not put there: {type(error).__name__}") from error
        _must_be_good(status, "the place for the file")

    async def fetch(self, offered: tuple[Offered, ...]) -> tuple[Attachment, ...]:
        """What somebody sent. Raises AttachmentRefused with words for them, or DeliveryError."""
        must_fit([0] * len(offered))
        files: list[Attachment] = []
        left = LARGEST
        for each in offered:
            content = await self._bytes(each, left)
            left -= len(content)
            files.append(read_attachment(each.name, content))
        return tuple(files)

    async def _bytes(self, offered: Offered, most: int) -> bytes:
        """The bytes of one file; a picture in the text itself lies with the service and takes our token."""
        headers = {}
        if offered.needs_token:
            if not self._trusted.is_service(offered.url):
                raise DeliveryError("the picture lies with no service that we trust", permanent=True)
            headers["Authorization"] = f"Bearer {await self._connector.token()}"
        elif not self._trusted.is_file(offered.url):
            raise DeliveryError("the file lies in none of Teams' own places", permanent=True)
        session = await self._connector.session()
        content = bytearray()
        try:
            async with session.get(
                offered.url, headers=headers, allow_redirects=False, timeout=_PATIENCE
            ) as response:
                _must_be_good(response.status, "the file")
                async for chunk in response.content.iter_chunked(_CHUNK):
                    content += chunk
                    must_fit([LARGEST - most + len(content)])
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DeliveryError(f"the file was not fetched: {type(error).__name__}") from error
        return bytes(content)


def _must_be_good(status: int, what: str) -> None:
    if 200 <= status < 300:
        return
    is_passing = status in {408, 429} or status >= 500
    raise DeliveryError(f"{what} answered {status}", permanent=not is_passing)
