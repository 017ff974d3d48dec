"""Files that a page sends: read as they arrive, never more than fits, and believed only byte by byte.

The page posts `multipart/form-data` (RFC 7578) with `event_id`, `about` and any number of `file`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.attachment import LARGEST, MOST, Attachment, must_fit, read_attachment
from bot.channels.web import parse
from bot.channels.web.gate import Gate, keep_pace
from bot.channels.web.parse import Unreadable
from bot.channels.web.refusal import MANY_FILES_NOW, Refused
from bot.channels.web.security import Pace

_MULTIPART = "multipart/form-data"
_AROUND = 100_000  # what stands around the files: fields, names, boundaries
_LONGEST_FIELD = 2_000
_MOST_PARTS = MOST + 10
_AT_ONCE = 6  # how many uploads a process holds in memory at a time
_PATIENCE = 12  # a phone on a bad line takes so many times longer for a file than for words

# How aiohttp says that a body is no multipart: with whatever comes first. The last is a warning where those are not errors.
_NO_MULTIPART = (
    ValueError,
    LookupError,
    AssertionError,
    RuntimeError,
    HttpProcessingError,
    web.RequestPayloadError,
    RuntimeWarning,
)

log = structlog.get_logger(__name__)


class Uploads:
    """Takes in the files of one process's pages."""

    def __init__(self, gate: Gate, pace: Pace) -> None:
        self._gate = gate
        self._pace = pace
        self._now = 0

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Hear a message that is one or more files; answered after the commit."""
        person = await self._gate.signed_in(request)
        self._gate.is_own_page(request)
        keep_pace(self._pace, person.id)
        async with self._one_of_few():
            fields, files = await self._read(request)
            message = parse.files_message(fields, files, person.id)
            heard = await self._gate.desk.hear(message, files)
        log.info("files heard", event_id=message.event_id, outcome=heard.outcome, files=len(files))
        return web.Response(status=204)

    @asynccontextmanager
    async def _one_of_few(self) -> AsyncIterator[None]:
        if self._now >= _AT_ONCE:
            raise Refused(MANY_FILES_NOW)
        self._now += 1
        try:
            yield
        finally:
            self._now -= 1

    async def _read(self, request: web.Request) -> tuple[parse.Form, tuple[Attachment, ...]]:
        if request.content_type != _MULTIPART or "Content-Encoding" in request.headers:
            raise Unreadable(
                "I cannot read what this page sent. Load it again, then send once more.", status=415
            )
        if (request.content_length or 0) > LARGEST + _AROUND:
            must_fit([request.content_length or 0])
        try:
            async with asyncio.timeout(self._gate.patience * _PATIENCE):
                return await _parts(await request.multipart())
        except TimeoutError:
            raise Unreadable("That took too long to arrive. Please send it again.", status=408) from None
        except _NO_MULTIPART:
            raise Unreadable("The files did not arrive whole. Please send them again.") from None


async def _parts(reader: MultipartReader) -> tuple[parse.Form, tuple[Attachment, ...]]:
    fields: dict[str, list[str]] = {}
    names: list[str] = []
    contents: list[bytes] = []
    count = 0
    while (part := await reader.next()) is not None:
        count += 1
        if not isinstance(part, BodyPartReader) or count > _MOST_PARTS:
            raise ValueError("no form of a page of ours")
        if part.name != "file":
            content = await _content(part, _LONGEST_FIELD)
            if len(content) > _LONGEST_FIELD:
                raise ValueError("no field of a page of ours")
            fields.setdefault(part.name or "", []).append(content.decode("utf-8", "replace"))
            continue
        content = await _content(part, LARGEST - sum(map(len, contents)))
        if content or part.filename:  # a form without a file sends an empty part
            names.append(part.filename or "")
            contents.append(content)
            must_fit([len(each) for each in contents])
    return fields, tuple(map(read_attachment, names, contents))


async def _content(part: BodyPartReader, most: int) -> bytes:
    """The part as it was sent, or its beginning where it has more bytes than `most`."""
    content = bytearray()
    while len(content) <= most and (chunk := await part.read_chunk(65_536)):
        content += chunk
    return bytes(content)
