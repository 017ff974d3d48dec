"""What every request passes before anything is done: a safe line, a session, a form of ours, a civil pace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import wraps

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.attachment import AttachmentRefused
from bot.channels.web import parse
from bot.channels.web.parse import Form, Unreadable
from bot.channels.web.ports import Desk
from bot.channels.web.refusal import (
    AWAY,
    FAULTY,
    NOT_OURS,
    NOT_SAFE,
    NOT_SAVED,
    SIGNED_OUT,
    TOO_FAST,
    Refusal,
    Refused,
)
from bot.channels.web.render import Pages
from bot.channels.web.security import SESSION, TERMINAL, VISIT, Guard, Pace
from bot.errors import StoreUnavailable
from bot.person import Person

FORM_TOKEN = "X-Coach-Form"  # noqa: S105 - the name of a header
_FORM = "application/x-www-form-urlencoded"
_LARGEST_FORM = 1_000_000
_FRAGMENTS = frozenset({"/chat/say", "/chat/upload", "/phone"})

log = structlog.get_logger(__name__)


class Gate:
    """Lets requests through to the desk, or says in words why not. A form may take `patience` seconds to arrive."""

    def __init__(
        self, desk: Desk, pages: Pages, guard: Guard, new_secret: Callable[[], str], patience: float
    ) -> None:
        self.desk, self.pages, self.guard = desk, pages, guard
        self.patience = patience
        self._new_secret = new_secret
        self._door_pace = Pace(most=20, seconds=10)

    # Every request, and every answer

    def answering(self, handler: Handler) -> Handler:
        """`handler`, with words for whatever goes wrong."""

        @wraps(handler)
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                self._must_be_safe(request)
                return await handler(request)
            except Refused as refused:
                return self._refusal(request, refused.refusal)
            except (Unreadable, AttachmentRefused) as unreadable:
                status = unreadable.status if isinstance(unreadable, Unreadable) else 422
                return self._refusal(request, Refusal(status, "Not understood", str(unreadable)))
            except StoreUnavailable:
                log.warning("store unavailable", route=route(request))
                return self._refusal(request, NOT_SAVED if _is_fragment(request) else AWAY)
            except (web.HTTPException, ConnectionResetError):
                raise
            except Exception:
                log.exception("request failed", route=route(request))
                return self._refusal(request, FAULTY)

        return answer

    async def dress(self, request: web.Request, response: web.StreamResponse) -> None:
        """Give an answer the headers that protect the page."""
        for name, value in self.guard.headers(request).items():
            response.headers.setdefault(name, value)

    def _must_be_safe(self, request: web.Request) -> None:
        if not self.guard.is_safe_line(request):
            raise Refused(NOT_SAFE)

    def _refusal(self, request: web.Request, refusal: Refusal) -> web.Response:
        words = (
            self.pages.refusal(refusal.words)
            if _is_fragment(request)
            else self.pages.notice(refusal.title, refusal.words)
        )
        response = html(words, refusal.status)
        if refusal.retry_after:
            response.headers["Retry-After"] = str(max(1, round(refusal.retry_after)))
        if request.can_read_body and not request.content.at_eof():
            response.force_close()  # what was not read is not waited for
        return response

    # Who

    async def signed_in(self, request: web.Request, *, is_use: bool = True) -> Person:
        """The person in front of this browser. Raises Refused."""
        cookie = self.guard.cookie(request)
        person = await self.desk.person_of(cookie, is_use=is_use) if cookie else None
        if person is None or not person.is_active:
            raise Refused(SIGNED_OUT)
        return person

    async def site_of_terminal(self, request: web.Request) -> str | None:
        """The site whose shared terminal this browser is; None when it is a browser like any other."""
        cookie = self.guard.cookie(request, TERMINAL)
        return await self.desk.site_of_terminal(cookie) if cookie else None

    async def let_in(self, request: web.Request, secret: str) -> web.Response:
        """Begin the session of `secret` in this browser, and end the one before it."""
        if former := self.guard.cookie(request):
            await self.desk.sign_out(former)
        response = see_other("/chat")
        self.guard.give(request, response, secret)
        self.guard.take_back(request, response, VISIT)
        return response

    # What they send

    def is_own_page(self, request: web.Request) -> None:
        """Raise Refused unless what a page of ours sends comes from this browser's own page."""
        if not self.guard.is_own_form(
            request, self.guard.cookie(request), request.headers.get(FORM_TOKEN, "")
        ):
            raise Refused(NOT_OURS)

    async def own_form(self, request: web.Request) -> Form:
        """The fields of a small form of ours."""
        fields = parse.form(await self.form_body(request))
        if not self.guard.is_own_form(request, self._anchor(request), parse.one(fields, "csrf")):
            raise Refused(NOT_OURS)
        return fields

    async def form_body(self, request: web.Request) -> bytes:
        """The whole body, when it is a form of a size and speed that people produce."""
        if request.content_type != _FORM or "Content-Encoding" in request.headers:
            raise Unreadable(
                "I cannot read what this page sent. Load it again, then send once more.", status=415
            )
        body = bytearray()
        too_large = Unreadable("That is more than I can take in one go. Please send it in parts.", status=413)
        if (request.content_length or 0) > _LARGEST_FORM:
            raise too_large
        try:
            async with asyncio.timeout(self.patience):
                async for chunk in request.content.iter_chunked(65_536):
                    body += chunk
                    if len(body) > _LARGEST_FORM:
                        raise too_large
        except TimeoutError:
            raise Unreadable("That took too long to arrive. Please send it again.", status=408) from None
        return bytes(body)

    def in_pace(self, request: web.Request) -> None:
        """Slow down whoever tries the door too often from one place."""
        keep_pace(self._door_pace, self.guard.client(request))

    # What they get

    def with_visit(self, request: web.Request, page: Callable[[str], str], status: int = 200) -> web.Response:
        """A page with a form for somebody who is not signed in: the form is bound to a cookie of its own."""
        anchor = self._anchor(request)
        visit = anchor or self._new_secret()
        response = html(page(self.guard.form_token(visit)), status)
        if not anchor:
            self.guard.give(request, response, visit, VISIT)
        return response

    def form_token(self, request: web.Request) -> str:
        """What the forms of somebody who is signed in carry."""
        return self.guard.form_token(self.guard.cookie(request))

    def _anchor(self, request: web.Request) -> str:
        """The cookie that the forms of this browser are bound to."""
        return self.guard.cookie(request, SESSION) or self.guard.cookie(request, VISIT)


def keep_pace(pace: Pace, who: str) -> None:
    """Raise Refused where somebody is too fast."""
    wait = pace.wait(who, asyncio.get_running_loop().time())
    if wait:
        raise Refused(replace(TOO_FAST, retry_after=wait))


def html(text: str, status: int = 200) -> web.Response:
    """A page, or a part of one."""
    return web.Response(
        body=text.encode("utf-8", "replace"), status=status, content_type="text/html", charset="utf-8"
    )


def see_other(address: str) -> web.Response:
    """Go on there; what was posted is not posted again when the page is loaded again."""
    return web.Response(status=303, headers={"Location": address})


def route(request: web.Request) -> str:
    """The route's pattern: the path itself may hold a one-time token."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""


def _is_fragment(request: web.Request) -> bool:
    """Whether the answer goes into a page that is already there."""
    return "HX-Request" in request.headers or request.path in _FRAGMENTS
