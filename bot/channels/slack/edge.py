"""What may come in from Slack over HTTP: of a bounded size, signed by Slack just now, and readable.

Everything else is turned away and counted before anything of ours is touched. How Slack signs:
<https://docs.slack.dev/authentication/verifying-requests-from-slack/>.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import Clock, SignatureVerifier

from bot.channels.slack.parse import CHANNEL
from bot.chat import Tally
from bot.errors import CoachError

_LARGEST = 1_000_000
PATIENCE = 5.0  # seconds for a body to arrive; Slack itself waits three for our answer
_OLDEST = 300
_DEEPEST = 100
_MOST_FIELDS = 100
_FORM = "application/x-www-form-urlencoded"
_SECONDS = re.compile(r"[0-9]{1,12}")
# A whole string of JSON, or one that never ends; or a bracket. No text takes more than one pass.
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[{]|[\]}]', re.DOTALL)

log = structlog.get_logger(__name__)


class Refused(CoachError):
    """A request that goes no further; `reason` is what it is counted as."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Edge:
    """Lets in what Slack has signed with this secret."""

    def __init__(self, signing_secret: str, tally: Tally, *, patience: float) -> None:
        self._verifier = SignatureVerifier(signing_secret)
        self._clock = Clock()
        self._tally = tally
        self._patience = patience

    async def read(self, request: web.Request) -> AsyncBoltRequest:
        """The request, read and believed. Raises Refused, after counting it."""
        try:
            body = await self._body(request)
            self._must_be_signed(request, body)
            return _bolt_request(body, request.content_type)
        except Refused as refused:
            count(self._tally, refused.reason)
            raise

    async def _body(self, request: web.Request) -> bytes:
        if (request.content_length or 0) > _LARGEST:
            raise Refused(413, "too_large")
        body = bytearray()
        try:
            async with asyncio.timeout(self._patience):
                async for chunk in request.content.iter_chunked(65_536):
                    body += chunk
                    if len(body) > _LARGEST:
                        raise Refused(413, "too_large")
        except TimeoutError:
            raise Refused(408, "too_slow") from None
        return bytes(body)

    def _must_be_signed(self, request: web.Request, body: bytes) -> None:
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not _SECONDS.fullmatch(timestamp):  # Bolt answers 500 to these
            raise Refused(401, "timestamp")
        if abs(self._clock.now() - int(timestamp)) > _OLDEST:
            raise Refused(401, "stale")
        try:
            is_signed = signature.isascii() and self._verifier.is_valid(body, timestamp, signature)
        except UnicodeDecodeError:
            raise Refused(400, "unreadable") from None
        if not is_signed:
            raise Refused(401, "signature")


def count(tally: Tally, reason: str) -> None:
    """Note that a request was turned away."""
    log.warning("request refused", channel=CHANNEL, reason=reason)
    tally.refused(CHANNEL, reason)


def answer(response: BoltResponse) -> web.Response:
    """Bolt's answer on its way to Slack."""
    content_type = response.headers.get("content-type", ["text/plain"])[0].partition(";")[0]
    headers = {
        name: value
        for name, values in response.headers.items()
        if name not in {"content-type", "set-cookie"}
        for value in values
    }
    return web.Response(
        status=response.status,
        text=response.body,
        content_type=content_type,
        charset="utf-8",
        headers=headers,
    )


def refusal(request: web.Request, refused: Refused) -> web.Response:
    """The answer to a request that was turned away; the reason is for our own counters."""
    response = web.Response(status=refused.status, text="This request was not taken.\n")
    if request.can_read_body and not request.content.at_eof():
        response.force_close()  # what was not read is not waited for
    return response


def _bolt_request(body: bytes, content_type: str) -> AsyncBoltRequest:
    """The request as Bolt takes it, once its JSON is known to be shallow enough to be read.

    Bolt gets it read, as it gets what comes through a socket, and verifies nothing any more. Its own reader takes a
    command for nothing at all when somebody types the word "payload" in it.
    """
    try:
        read = _read(body.decode(), is_form=content_type == _FORM)
        kinds = [
            read.get("type", ""),
            *([read["event"]["type"]] if read.get("type") == "event_callback" else ()),
        ]
        if not all(isinstance(kind, str) for kind in kinds):
            raise Refused(400, "unreadable")  # Bolt relies on it
        return AsyncBoltRequest(body=read, mode="socket_mode")
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise Refused(400, "unreadable") from None


def _read(text: str, *, is_form: bool) -> dict[str, Any]:
    """An event is JSON; an interaction is JSON in the field `payload` of a form; a command is a form."""
    if is_form:
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
        if "payload" not in fields:
            if not fields:
                raise Refused(400, "unreadable")
            return dict(fields)
        text = fields["payload"]
    _must_be_shallow(text)
    read = json.loads(text)
    if not isinstance(read, dict):
        raise Refused(400, "unreadable")
    return read


def _must_be_shallow(text: str) -> None:
    """Python's own reader gives up, or worse, on what is nested deeply enough."""
    depth = 0
    for found in _BRACKETS.finditer(text):
        match found[0]:
            case "[" | "{":
                depth += 1
                if depth > _DEEPEST:
                    raise Refused(400, "unreadable")
            case "]" | "}":
                depth -= 1
            case _:
                continue
