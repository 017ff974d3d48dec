"""The web chat as aiohttp routes: pages, the stream of new lines, and what the page sends.

`chat.mount(app)` puts it beside other channels. A browser's message is answered after the commit; what the coach says
to it comes by the stream.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import wraps
from urllib.parse import quote

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.channels.web import parse
from bot.channels.web.parse import Form, Unreadable
from bot.channels.web.ports import Desk, Line, WebOptions
from bot.channels.web.render import Pages
from bot.channels.web.security import VISIT, Guard, Pace
from bot.errors import CoachError, StoreUnavailable
from bot.person import Person

FORM_TOKEN = "X-Coach-Form"  # noqa: S105 - the name of a header
_FORM = "application/x-www-form-urlencoded"
_LARGEST_BODY = 1_000_000
_WRITE_SECONDS = 30.0
_PAGE_OF_LINES = 60
_BATCH_OF_LINES = 100
_MOST_STREAMS = 8
_YEAR = 31_536_000
_NUMBER = re.compile(r"[0-9]{1,9}")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not served: the status, and the words for the person."""

    status: int
    title: str
    words: str
    retry_after: float = 0.0


class Refused(CoachError):
    """A request that is not served."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.title)
        self.refusal = refusal


SIGNED_OUT = Refusal(
    401,
    "You are signed out",
    "Open your sign-in link again, or ask for a new one. Nothing that was sent before is lost.",
)
NOT_OURS = Refusal(
    403, "This page is out of date", "This page is out of date. Load it again, then send once more."
)
TOO_FAST = Refusal(
    429,
    "One moment, please",
    "That was a lot at once. Give me a few seconds, then send again. What you typed is still in the box.",
)
FAULTY = Refusal(
    500,
    "Something is wrong here",
    "The fault is ours, not yours. Nothing that was saved is lost. Please try again.",
)
NOT_SAVED = Refusal(
    503,
    "Not saved",
    "I cannot save anything just now. What you typed is kept here, and I am trying again.",
    retry_after=2,
)
AWAY = Refusal(
    503,
    "One moment, please",
    "I cannot reach what is stored just now. Nothing that you sent is lost. Load this page again in a moment.",
    retry_after=2,
)
NOT_SAFE = Refusal(
    403,
    "This address is not safe",
    "The coach is served by https only. If a proxy of yours does that, tell the coach to trust the proxy's X-Forwarded-Proto.",
)
SPENT = Refusal(
    410, "This link has been used", "A sign-in link works once, and for a short time. Ask for a new one."
)
NO_DRAFT = Refusal(404, "There is no such draft", "It is not there any more, or it belongs to somebody else.")
NO_DEMO = Refusal(404, "There is no such page", "Only a demo lets you choose whom to be.")
NO_PERSONA = Refusal(404, "Nobody has this name here", "Choose one of the people of the demo.")
NO_FILE = Refusal(404, "There is no such file", "Load the page again: it knows the names of today's files.")


class WebChat:
    """The web chat of one process. `new_secret` makes what nobody can guess, for the browser of a visitor.

    A stream beats every `heartbeat` seconds, and a body may take `patience` seconds to arrive.
    """

    def __init__(
        self,
        desk: Desk,
        options: WebOptions,
        *,
        new_secret: Callable[[], str],
        heartbeat: float = 15.0,
        patience: float = 10.0,
    ) -> None:
        self._desk = desk
        self._new_secret = new_secret
        self._pages = Pages(options)
        self._guard = Guard(options.secret_key, behind_proxy=options.behind_proxy)
        self._heartbeat = heartbeat
        self._patience = patience
        self._pace = Pace(most=20, seconds=10)
        self._door_pace = Pace(most=20, seconds=10)
        self._streams: dict[str, list[asyncio.Event]] = {}
        self._is_closing = False

    def mount(self, application: web.Application) -> None:
        """Serve the chat there, and give every answer of the application its headers."""
        application.add_routes(self.routes())
        application.on_response_prepare.append(self._dress)
        application.on_shutdown.append(self.close)

    def routes(self) -> list[web.RouteDef]:
        """Every route of the web chat."""
        return [
            web.get("/", self._answering(self._home)),
            web.get("/chat", self._answering(self._chat)),
            web.get("/chat/earlier", self._answering(self._earlier)),
            web.post("/chat/say", self._answering(self._say)),
            web.get("/chat/stream", self._answering(self._stream), allow_head=False),
            web.get(
                r"/chat/draft/{run:[A-Za-z0-9-]{1,64}}/{number:[0-9]{1,9}}.{format:docx|md}",
                self._answering(self._draft),
                allow_head=False,
            ),
            web.get(r"/in/{token:[A-Za-z0-9_-]{8,200}}", self._answering(self._link)),
            web.post(r"/in/{token:[A-Za-z0-9_-]{8,200}}", self._answering(self._redeem)),
            web.post("/sign-out", self._answering(self._sign_out)),
            web.post("/demo/become", self._answering(self._become)),
            web.get("/static/{name}", self._answering(self._static)),
        ]

    async def close(self, _app: web.Application | None = None) -> None:
        """End every stream, so that the process can stop; the pages come back to whoever answers next."""
        self._is_closing = True
        for streams in self._streams.values():
            for stop in streams:
                stop.set()

    # What every request goes through

    def _answering(self, handler: Handler) -> Handler:
        """`handler`, with words for whatever goes wrong."""

        @wraps(handler)
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                self._must_be_safe(request)
                return await handler(request)
            except Refused as refused:
                return self._refusal(request, refused.refusal)
            except Unreadable as unreadable:
                return self._refusal(request, Refusal(unreadable.status, "Not understood", str(unreadable)))
            except StoreUnavailable:
                log.warning("store unavailable", route=_route(request))
                return self._refusal(request, NOT_SAVED if _is_fragment(request) else AWAY)
            except (web.HTTPException, ConnectionResetError):
                raise
            except Exception:
                log.exception("request failed", route=_route(request))
                return self._refusal(request, FAULTY)

        return answer

    async def _dress(self, request: web.Request, response: web.StreamResponse) -> None:
        for name, value in self._guard.headers(request).items():
            response.headers.setdefault(name, value)

    def _refusal(self, request: web.Request, refusal: Refusal) -> web.Response:
        html = (
            self._pages.refusal(refusal.words)
            if _is_fragment(request)
            else self._pages.notice(refusal.title, refusal.words)
        )
        response = _html(html, refusal.status)
        if refusal.retry_after:
            response.headers["Retry-After"] = str(max(1, round(refusal.retry_after)))
        if request.can_read_body and not request.content.at_eof():
            response.force_close()  # what was not read is not waited for
        return response

    def _must_be_safe(self, request: web.Request) -> None:
        if not self._guard.is_safe_line(request):
            raise Refused(NOT_SAFE)

    async def _signed_in(self, request: web.Request, *, is_use: bool = True) -> Person:
        cookie = self._guard.cookie(request)
        person = await self._desk.person_of(cookie, is_use=is_use) if cookie else None
        if person is None or not person.is_active:
            raise Refused(SIGNED_OUT)
        return person

    def _anchor(self, request: web.Request) -> str:
        """The cookie that the forms of this browser are bound to."""
        return self._guard.cookie(request) or self._guard.cookie(request, VISIT)

    async def _own_form(self, request: web.Request) -> Form:
        """The fields of a small form of ours."""
        fields = parse.form(await self._body(request))
        if not self._guard.is_own_form(request, self._anchor(request), parse.one(fields, "csrf")):
            raise Refused(NOT_OURS)
        return fields

    async def _body(self, request: web.Request) -> bytes:
        """The whole body, when it is a form of a size and speed that people produce."""
        if request.content_type != _FORM or "Content-Encoding" in request.headers:
            raise Unreadable(
                "I cannot read what this page sent. Load it again, then send once more.", status=415
            )
        body = bytearray()
        too_large = Unreadable("That is more than I can take in one go. Please send it in parts.", status=413)
        if (request.content_length or 0) > _LARGEST_BODY:
            raise too_large
        try:
            async with asyncio.timeout(self._patience):
                async for chunk in request.content.iter_chunked(65_536):
                    body += chunk
                    if len(body) > _LARGEST_BODY:
                        raise too_large
        except TimeoutError:
            raise Unreadable("That took too long to arrive. Please send it again.", status=408) from None
        return bytes(body)

    def _door_is_open(self, request: web.Request) -> None:
        self._in_pace(self._door_pace, self._guard.client(request))

    @staticmethod
    def _in_pace(pace: Pace, who: str) -> None:
        wait = pace.wait(who, asyncio.get_running_loop().time())
        if wait:
            raise Refused(replace(TOO_FAST, retry_after=wait))

    # The chat

    async def _home(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/chat"})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        personas = await self._desk.personas()
        try:
            person = await self._signed_in(request)
        except Refused:
            return self._with_visit(
                request,
                lambda token: self._pages.door(form_token=token, personas=personas),
                200 if personas else 401,
            )
        lines = await self._desk.earlier(person.id, None, _PAGE_OF_LINES)
        form_token = self._guard.form_token(self._guard.cookie(request))
        return _html(
            self._pages.chat(
                person, lines, has_more=_has_more(lines), form_token=form_token, personas=personas
            )
        )

    async def _earlier(self, request: web.Request) -> web.StreamResponse:
        person = await self._signed_in(request)
        before = _number(request.query.get("before", ""))
        lines = await self._desk.earlier(person.id, before, _PAGE_OF_LINES)
        return _html(self._pages.earlier(person, lines, has_more=_has_more(lines)))

    async def _say(self, request: web.Request) -> web.StreamResponse:
        person = await self._signed_in(request)
        if not self._guard.is_own_form(
            request, self._guard.cookie(request), request.headers.get(FORM_TOKEN, "")
        ):
            raise Refused(NOT_OURS)
        self._in_pace(self._pace, person.id)
        message = parse.message(parse.form(await self._body(request)), person.id)
        heard = await self._desk.hear(message)
        log.info("message heard", event_id=message.event_id, outcome=heard.outcome)
        return web.Response(status=204)

    async def _draft(self, request: web.Request) -> web.StreamResponse:
        person = await self._signed_in(request)
        run, number, format_ = (request.match_info[name] for name in ("run", "number", "format"))
        draft = await self._desk.fetch_draft(person.id, run, int(number), format_)
        if draft is None:
            raise Refused(NO_DRAFT)
        plain = re.sub(r"[^A-Za-z0-9._ -]", "_", draft.name)
        headers = {
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(draft.name.encode('utf-8', 'replace'), safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Content-Type": draft.media_type,
        }
        return web.Response(body=draft.content, headers=headers)

    # The stream

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        person = await self._signed_in(request, is_use=False)
        after = _number(request.headers.get("Last-Event-ID") or request.query.get("after", "0"))
        if self._is_closing:
            raise Refused(AWAY)
        async with self._open_stream(person.id) as stop:
            response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
            response.content_type = "text/event-stream"
            response.charset = "utf-8"
            await response.prepare(request)
            await self._keep_telling(request, response, person, after, stop)
            return response

    @asynccontextmanager
    async def _open_stream(self, person_id: str) -> AsyncIterator[asyncio.Event]:
        """A stream's own sign to stop. Somebody with too many open pages loses the oldest."""
        stop = asyncio.Event()
        streams = self._streams.setdefault(person_id, [])
        streams.append(stop)
        for oldest in streams[:-_MOST_STREAMS]:
            oldest.set()
        try:
            yield stop
        finally:
            streams.remove(stop)
            if not streams:
                self._streams.pop(person_id, None)

    async def _keep_telling(
        self,
        request: web.Request,
        response: web.StreamResponse,
        person: Person,
        after: int,
        stop: asyncio.Event,
    ) -> None:
        loop = asyncio.get_running_loop()
        beat_at = loop.time()  # at once: it tells the page, and every proxy between, that the line is open
        try:
            while not stop.is_set():
                for line in await self._desk.transcript(person.id, after, _BATCH_OF_LINES):
                    await _write(response, self._pages.event(person, line))
                    after = line.seq
                    beat_at = loop.time() + self._heartbeat
                if loop.time() >= beat_at:
                    beat_at = loop.time() + self._heartbeat
                    if await self._desk.person_of(self._guard.cookie(request), is_use=False) is None:
                        await _write(response, b"event: signed-out\ndata: \n\n")
                        return
                    await _write(response, b"event: beat\ndata: \n\n")
                await _first(
                    self._desk.wait_for_news(person.id, after, max(0.01, beat_at - loop.time())), stop
                )
        except (ConnectionResetError, TimeoutError):
            return  # the page went away; it comes back with the last line it has
        except StoreUnavailable:
            log.warning("store unavailable", route=_route(request))

    # The door

    async def _link(self, request: web.Request) -> web.StreamResponse:
        return self._with_visit(
            request, lambda token: self._pages.link(form_token=token, token=request.match_info["token"])
        )

    async def _redeem(self, request: web.Request) -> web.StreamResponse:
        self._door_is_open(request)
        await self._own_form(request)
        secret = await self._desk.redeem(request.match_info["token"])
        if secret is None:
            raise Refused(SPENT)
        return await self._let_in(request, secret)

    async def _become(self, request: web.Request) -> web.StreamResponse:
        self._door_is_open(request)
        if not await self._desk.personas():
            raise Refused(NO_DEMO)
        secret = await self._desk.become(parse.one(await self._own_form(request), "person"))
        if secret is None:
            raise Refused(NO_PERSONA)
        return await self._let_in(request, secret)

    async def _let_in(self, request: web.Request, secret: str) -> web.Response:
        if former := self._guard.cookie(request):
            await self._desk.sign_out(former)
        response = web.Response(status=303, headers={"Location": "/chat"})
        self._guard.give(request, response, secret)
        self._guard.take_back(request, response, VISIT)
        return response

    async def _sign_out(self, request: web.Request) -> web.StreamResponse:
        await self._own_form(request)
        if cookie := self._guard.cookie(request):
            await self._desk.sign_out(cookie)
        response = _html(self._pages.notice("You are signed out", "Thank you. Everything you sent is kept."))
        self._guard.take_back(request, response)
        return response

    def _with_visit(
        self, request: web.Request, page: Callable[[str], str], status: int = 200
    ) -> web.Response:
        """A page with a form for somebody who is not signed in: the form is bound to a cookie of its own."""
        anchor = self._anchor(request)
        visit = anchor or self._new_secret()
        response = _html(page(self._guard.form_token(visit)), status)
        if not anchor:
            self._guard.give(request, response, visit, VISIT)
        return response

    async def _static(self, request: web.Request) -> web.StreamResponse:
        asset = self._pages.assets.get(request.match_info["name"])
        if asset is None:
            raise Refused(NO_FILE)
        is_current = request.query.get("v") == asset.version
        headers = {
            "Cache-Control": f"public, max-age={_YEAR}, immutable" if is_current else "no-cache",
            "Vary": "Accept-Encoding",
        }
        body = asset.content
        if asset.packed and "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = asset.packed
        return web.Response(body=body, headers=headers, content_type=asset.media_type, charset="utf-8")


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(
        body=text.encode("utf-8", "replace"), status=status, content_type="text/html", charset="utf-8"
    )


def _route(request: web.Request) -> str:
    """The route's pattern: the path itself may hold a one-time token."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""


def _is_fragment(request: web.Request) -> bool:
    """Whether the answer goes into a page that is already there."""
    return "HX-Request" in request.headers or request.path == "/chat/say"


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise Unreadable("I do not know this place in the conversation. Load the page again.")
    return int(text)


def _has_more(lines: Sequence[Line]) -> bool:
    return len(lines) == _PAGE_OF_LINES and lines[0].seq > 1


async def _write(response: web.StreamResponse, data: bytes) -> None:
    async with asyncio.timeout(_WRITE_SECONDS):
        await response.write(data)


async def _first(news: Awaitable[None], stop: asyncio.Event) -> None:
    """Wait for news or for the sign to stop, whichever comes first."""
    tasks = [asyncio.ensure_future(news), asyncio.ensure_future(stop.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            tasks[0].result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
