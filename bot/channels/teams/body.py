"""The body of a request: never too large, too slow or too deep to be read."""

from __future__ import annotations

import asyncio
import json
import re

from aiohttp import web

from bot.channels.teams.refusal import Refused

LARGEST = 1_000_000  # bytes
DEEPEST = 64
_STRING = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL
)  # possessive: a quote that is not closed costs one pass
_BRACKET = re.compile(rb"[\[\]{}]")
_OPENING = frozenset(b"[{")


async def read_json(request: web.Request, patience: float) -> object:
    """What the body of a request says, if it arrives within `patience` seconds. Raises Refused."""
    if "Content-Encoding" in request.headers:
        raise Refused(415, "encoded")  # nobody has to unpack what a stranger has packed
    if (request.content_length or 0) > LARGEST:
        raise Refused(413, "too_large")
    try:
        async with asyncio.timeout(patience):
            body = await _whole(request)
    except TimeoutError:
        raise Refused(408, "too_slow") from None
    if is_deep(body):
        raise Refused(400, "too_deep")
    try:
        return json.loads(body)
    except ValueError:
        raise Refused(400, "not_json") from None


async def _whole(request: web.Request) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST:
            raise Refused(413, "too_large")
    return bytes(body)


def is_deep(body: bytes) -> bool:
    """Whether this JSON is nested too deep to be parsed, found without parsing it.

    Most bodies have so few brackets that counting them is enough.
    """
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub(b"", body)):
        depth += 1 if bracket[0][0] in _OPENING else -1
        if depth > DEEPEST:
            return True
    return False
