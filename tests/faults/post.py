"""The channel `post`: a chat platform that other processes reach by HTTP, and our sender for it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp

from bot.chat import Outgoing
from bot.errors import DeliveryError
from bot.reply import Reply
from tests.fakes import LOST, UNREACHABLE, Mishap, Platform, Post, refusal

CHANNEL = "post"


class _Building(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked was killed meanwhile: nothing to say about that."""


class PostOffice:
    """Serves a platform at `url`. `on_post` is called after each post, before its answer goes out."""

    def __init__(self, platform: Platform, on_post: Callable[[Post | Mishap], None] = lambda _: None) -> None:
        office = self
        self.platform = platform
        self.on_post = on_post

        class Counter(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                office._take(self)

            def do_GET(self) -> None:
                office._look(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet: the platform itself keeps what matters."""

        self._server = _Building(("127.0.0.1", 0), Counter)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        answer = self.platform.post(body["outbox_id"], body["conversation"], body["text"])
        self.on_post(answer)
        match answer:
            case Post(id=post_id):
                _answer(request, 200, {"id": post_id})
            case Mishap(status=status) if status <= LOST:
                request.close_connection = True  # the other side sees the connection end without an answer
            case Mishap(status=status, retry_after=retry_after):
                pause = {} if retry_after is None else {"Retry-After": f"{retry_after.total_seconds():.0f}"}
                _answer(request, status, {}, pause)

    def _look(self, request: BaseHTTPRequestHandler) -> None:
        found = self.platform.find(int(urlsplit(request.path).path.rsplit("/", 1)[-1]))
        _answer(request, 200 if found else 404, {"id": found.id} if found else {})


def _answer(
    request: BaseHTTPRequestHandler, status: int, body: object, headers: dict[str, str] | None = None
) -> None:
    content = json.dumps(body).encode()
    try:
        request.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(content))}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content)
    except OSError:
        request.close_connection = True  # whoever asked is gone


class PostSender:
    """Our way to a post office. Opens a connection for each request: nothing is left over between two loops."""

    can_look_up = True

    def __init__(self, url: str, *, can_look_up: bool = True) -> None:
        self.can_look_up = can_look_up
        self._url = url

    async def send(self, message: Outgoing, payload: Reply) -> str:
        """Post it; the post's id. Raises DeliveryError."""
        body = {
            "outbox_id": message.id,
            "conversation": message.address.conversation,
            "text": payload.text,
        }
        status, answer, retry_after = await self._ask("POST", "/posts", body)
        if status == 200:
            return str(answer["id"])
        raise refusal(status, retry_after)

    async def look_up(self, message: Outgoing) -> str | None:
        """The id of the post that carries this message's id. Raises DeliveryError when there is no asking."""
        if not self.can_look_up:
            raise DeliveryError("this platform cannot be asked", permanent=True)
        status, answer, _ = await self._ask("GET", f"/posts/{message.id}")
        if status == 200:
            return str(answer["id"])
        if status == 404:
            return None
        raise refusal(status)

    def posted_at(self, provider_ref: str) -> datetime | None:
        """Nobody knows: its ids do not tell."""
        return None

    async def _ask(
        self, method: str, path: str, body: object = None
    ) -> tuple[int, dict[str, object], timedelta | None]:
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.request(method, self._url + path, json=body) as response,
            ):
                pause = response.headers.get("Retry-After")
                retry_after = None if pause is None else timedelta(seconds=float(pause))
                return response.status, await response.json(content_type=None), retry_after
        except aiohttp.ClientConnectorError:
            return UNREACHABLE, {}, None
        except aiohttp.ClientError:
            return LOST, {}, None
