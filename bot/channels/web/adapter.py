"""The web chat as aiohttp routes: pages, the stream of new lines, and what the page sends.

`chat.mount(app)` puts it beside other channels. A browser's message is answered after the commit; what the coach says
to it comes by the stream. Everything passes the gate first; the door, shared terminals, the stream and uploads have
files of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import quote

import structlog
from aiohttp import web

from bot.channels.web import parse
from bot.channels.web.door import Door
from bot.channels.web.gate import FORM_TOKEN as FORM_TOKEN
from bot.channels.web.gate import Gate, html, keep_pace
from bot.channels.web.ports import Desk, Line, WebOptions
from bot.channels.web.refusal import NO_DRAFT, NO_FILE, NO_PICTURE, Refused
from bot.channels.web.render import Pages
from bot.channels.web.security import Guard, Pace
from bot.channels.web.shared import SharedTerminals
from bot.channels.web.stream import Streams
from bot.channels.web.upload import Uploads

_PAGE_OF_LINES = 60
_YEAR = 31_536_000

log = structlog.get_logger(__name__)


class WebChat:
    """The web chat of one process. `new_secret` makes what nobody can guess, for the browser of a visitor.

    A stream beats every `heartbeat` seconds, and a form may take `patience` seconds to arrive.
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
        self._pages = Pages(options)
        guard = Guard(options.secret_key, behind_proxy=options.behind_proxy)
        self._gate = Gate(desk, self._pages, guard, new_secret, patience)
        self._pace = Pace(most=20, seconds=10)
        self._door = Door(self._gate)
        self._shared = SharedTerminals(self._gate)
        self._streams = Streams(self._gate, heartbeat)
        self._uploads = Uploads(self._gate, self._pace)

    def mount(self, application: web.Application) -> None:
        """Serve the chat there, and give every answer of the application its headers."""
        application.add_routes(self.routes())
        application.on_response_prepare.append(self._gate.dress)
        application.on_shutdown.append(self.close)

    def routes(self) -> list[web.RouteDef]:
        """Every route of the web chat."""
        answering = self._gate.answering
        return [
            web.get("/", answering(self._home)),
            web.get("/chat", answering(self._chat)),
            web.get("/chat/earlier", answering(self._earlier)),
            web.post("/chat/say", answering(self._say)),
            web.post("/chat/upload", answering(self._uploads.upload)),
            web.get("/chat/here", answering(self._here), allow_head=False),
            web.get("/chat/stream", answering(self._streams.stream), allow_head=False),
            web.get(
                r"/chat/draft/{run:[A-Za-z0-9-]{1,64}}/{number:[0-9]{1,9}}.{format:docx|md}",
                answering(self._draft),
                allow_head=False,
            ),
            web.get(
                r"/chat/picture/{run:[A-Za-z0-9-]{1,64}}/{number:[0-9]{1,9}}.png",
                answering(self._picture),
                allow_head=False,
            ),
            web.get("/static/{name}", answering(self._static)),
            *self._door.routes(),
            *self._shared.routes(),
        ]

    async def close(self, _app: web.Application | None = None) -> None:
        """End every stream, so that the process can stop."""
        self._streams.close()

    async def _home(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/chat"})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        personas = await self._desk.personas()
        is_shared = await self._gate.site_of_terminal(request) is not None
        try:
            person = await self._gate.signed_in(request)
        except Refused:
            if is_shared:
                return await self._shared.people(request)
            return self._gate.with_visit(
                request,
                lambda token: self._pages.door(form_token=token, personas=personas),
                200 if personas else 401,
            )
        lines = await self._desk.earlier(person.id, None, _PAGE_OF_LINES)
        return html(
            self._pages.chat(
                person,
                lines,
                await self._desk.standing(person.id),
                has_more=_has_more(lines),
                form_token=self._gate.form_token(request),
                personas=personas,
                is_shared=is_shared,
            )
        )

    async def _earlier(self, request: web.Request) -> web.StreamResponse:
        person = await self._gate.signed_in(request)
        before = parse.number(request.query.get("before", ""))
        lines = await self._desk.earlier(person.id, before, _PAGE_OF_LINES)
        standing = await self._desk.standing(person.id)
        return html(self._pages.earlier(person, lines, standing, has_more=_has_more(lines)))

    async def _say(self, request: web.Request) -> web.StreamResponse:
        person = await self._gate.signed_in(request)
        self._gate.is_own_page(request)
        keep_pace(self._pace, person.id)
        message = parse.message(parse.form(await self._gate.form_body(request)), person.id)
        heard = await self._desk.hear(message)
        log.info("message heard", event_id=message.event_id, outcome=heard.outcome)
        return web.Response(status=204)

    async def _here(self, request: web.Request) -> web.StreamResponse:
        """Somebody is still there, typing: the terminal they use is not locked meanwhile."""
        await self._gate.signed_in(request)
        return web.Response(status=204)

    async def _draft(self, request: web.Request) -> web.StreamResponse:
        person = await self._gate.signed_in(request)
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

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        person = await self._gate.signed_in(request)
        run, number = request.match_info["run"], request.match_info["number"]
        picture = await self._desk.fetch_picture(person.id, run, int(number))
        if picture is None:
            raise Refused(NO_PICTURE)
        headers = {
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Content-Type": picture.media_type,
        }
        return web.Response(body=picture.content, headers=headers)

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


def _has_more(lines: Sequence[Line]) -> bool:
    return len(lines) == _PAGE_OF_LINES and lines[0].seq > 1
