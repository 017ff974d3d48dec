"""A Slack Web API on this machine that keeps everything it is asked, and has the mishaps a test wants."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import WSMsgType, web

TEAM, BOT_USER, BOT_TOKEN = "T01TEST", "U0BOT", "xoxb-one"
ALICE, BOB = "U01ALICE", "U02BOB"
SCOPES = "chat:write,im:history,im:write,users:read,users:read.email,commands,app_mentions:read,files:read,files:write,assistant:write"
_SHOWN = ("text", "blocks", "metadata", "thread_ts")


@dataclass(frozen=True, slots=True)
class Mishap:
    """What Slack answers instead of what it should, after so many `seconds`, and whether it did it all the same."""

    status: int = 200
    error: str = ""
    is_done: bool = False
    is_lost: bool = False
    is_page: bool = False
    seconds: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()


LOST = Mishap(is_lost=True)
DONE_THEN_LOST = Mishap(is_done=True, is_lost=True)
DONE_THEN_500 = Mishap(500, is_done=True)


def too_many(retry_after: str | None) -> Mishap:
    """Slack asks for patience."""
    return Mishap(429, "ratelimited", headers=(("Retry-After", retry_after),) if retry_after else ())


def says(error: str) -> Mishap:
    """Slack refuses."""
    return Mishap(error=error)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the method, its arguments, and the token that came with it."""

    method: str
    arguments: dict[str, Any]
    token: str


@dataclass(slots=True)
class FakeSlack:
    """Serves at `url` while it is entered. `mishaps` befall the requests for a method one after the other."""

    calls: list[Call] = field(default_factory=list)
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    mishaps: dict[str, deque[Mishap]] = field(default_factory=lambda: defaultdict(deque))
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    oauth: dict[str, dict[str, Any]] = field(default_factory=dict)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    from_sockets: list[dict[str, Any]] = field(default_factory=list)
    page: int = 100
    is_closed: bool = False
    url: str = ""
    _count: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _runner: web.AppRunner | None = None

    def __post_init__(self) -> None:
        self.tokens[BOT_TOKEN] = {"team_id": TEAM, "team": "North", "user_id": BOT_USER, "bot_id": "B0BOT"}
        self.users[ALICE] = user(ALICE, "alice@north.example", "Europe/Zagreb")
        self.users[BOB] = user(BOB, "bob@north.example", "Europe/London")

    # --- For the test -------------------------------------------------------------------------------------

    def asked(self, method: str) -> list[dict[str, Any]]:
        """The arguments of every request for this method."""
        return [call.arguments for call in self.calls if call.method == method]

    @property
    def posted(self) -> list[dict[str, Any]]:
        """Every message somebody can see, in the order it was posted."""
        return sorted((m for room in self.messages.values() for m in room), key=lambda m: float(m["ts"]))

    def has_mishap(self, method: str, *mishaps: Mishap) -> None:
        """Let the next requests for this method go wrong."""
        self.mishaps[method].extend(mishaps)

    async def send_by_socket(self, envelope: dict[str, Any]) -> None:
        """Deliver something to whoever has opened a socket."""
        while not self.sockets:
            await asyncio.sleep(0.01)
        sending = asyncio.run_coroutine_threadsafe(self.sockets[-1].send_json(envelope), self._loop)
        await asyncio.wrap_future(sending)

    def __enter__(self) -> Self:
        started = threading.Event()

        def serve() -> None:
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(self._start())
            started.set()
            self._loop.run_forever()
            self._loop.close()

        self._thread = threading.Thread(target=serve)
        self._thread.start()
        started.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread:
            self._thread.join()

    async def _start(self) -> None:
        app = web.Application(client_max_size=20_000_000)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/upload/{file}", self._take_file)
        app.router.add_get("/file/{file}", self._give_file)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/api/"

    async def _stop(self) -> None:
        for socket in self.sockets:
            await socket.close()
        if self._runner:
            await self._runner.cleanup()
        waiting = asyncio.all_tasks() - {asyncio.current_task()}
        for task in waiting:
            task.cancel()  # whoever was kept waiting for an answer is not answered any more
        await asyncio.gather(*waiting, return_exceptions=True)

    # --- What it serves -----------------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            arguments |= await request.json()
        elif request.method == "POST":
            arguments |= dict(await request.post())
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        call = Call(method, arguments, token)
        self.calls.append(call)
        mishap = self._mishap(call)
        if mishap is None or mishap.is_done:
            answer = self._answer(method, arguments, token)
        else:
            answer = {"ok": False, "error": mishap.error}
        if mishap and mishap.seconds:
            await asyncio.sleep(mishap.seconds)
        if mishap and mishap.is_lost:
            if request.transport:  # none where whoever asked did not wait
                request.transport.abort()
            return web.Response()
        headers = dict(mishap.headers) if mishap else {}
        if mishap and mishap.is_page:
            return web.Response(text="<html>Please sign in to the proxy</html>", content_type="text/html")
        if method == "auth.test":
            headers["x-oauth-scopes"] = SCOPES
        return web.json_response(answer, status=mishap.status if mishap else 200, headers=headers)

    def _mishap(self, call: Call) -> Mishap | None:
        """What befalls this request."""
        planned = self.mishaps[call.method]
        return planned.popleft() if planned else None

    def _answer(self, method: str, arguments: dict[str, Any], token: str) -> dict[str, Any]:
        if method not in {"oauth.v2.access", "apps.connections.open"} and token not in self.tokens:
            return {"ok": False, "error": "invalid_auth"}
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", method.replace(".", "_")).lower()
        serve = getattr(self, f"_{name}", None)
        if serve is None:
            return {"ok": True}
        found: dict[str, Any] | str = serve(arguments, self.tokens.get(token, {}))
        return {"ok": False, "error": found} if isinstance(found, str) else {"ok": True, **found}

    def _auth_test(self, arguments: dict[str, Any], who: dict[str, Any]) -> dict[str, Any]:
        return who

    def _room(self, channel: str) -> str:
        return f"D{channel[1:]}" if channel in self.users else channel if channel[:1] in {"D", "C"} else ""

    def _ts(self) -> str:
        self._count += 1
        return f"{1_780_477_200 + self._count}.000100"

    def _chat_post_message(self, arguments: dict[str, Any], who: dict[str, Any]) -> dict[str, Any] | str:
        room = self._room(arguments["channel"])
        if not room:
            return "channel_not_found"
        message: dict[str, Any] = {"ts": self._ts(), "user": who["user_id"], "bot_id": who.get("bot_id")}
        message |= {name: arguments[name] for name in _SHOWN if name in arguments}
        self.messages[room].append(message)
        return {"channel": room, "ts": message["ts"], "message": message}

    def _chat_update(self, arguments: dict[str, Any], who: dict[str, Any]) -> dict[str, Any] | str:
        for message in self.messages[arguments["channel"]]:
            if message["ts"] == arguments["ts"]:
                message.update(text=arguments.get("text", ""), blocks=arguments.get("blocks", []))
                return {"channel": arguments["channel"], "ts": arguments["ts"]}
        return "message_not_found"

    def _chat_post_ephemeral(self, arguments: dict[str, Any], who: dict[str, Any]) -> dict[str, Any] | str:
        return {"message_ts": self._ts()} if arguments["channel"][:1] in {"D", "C"} else "channel_not_found"

    def _conversations_open(self, arguments: dict[str, Any], who: dict[str, Any]) -> dict[str, Any] | str:
        room = self._room(arguments["users"])
        return {"channel": {"id": room}} if room else "user_not_found"

    def _conversations_history(self, arguments: dict[str, Any], who: dict[str, Any]) -> dict[str, Any]:
        told = [m for m in self.messages[arguments["channel"]] if "thread_ts" not in m]
        return self._paged(list(reversed(told)), arguments)

    def _conversations_replies(self, arguments: dict[str, Any], who: dict[str, Any]) -> dict[str, Any]:
        told = [
            m for m in self.messages[arguments["channel"]] if m.get("thread_ts", m["ts"]) == arguments["ts"]
        ]
        return self._paged(told, arguments)

    def _paged(self, told: list[dict[str, Any]], arguments: dict[str, Any]) -> dict[str, Any]:
        told = [m for m in told if float(m["ts"]) >= float(arguments.get("oldest", 0))]
        if arguments.get("include_all_metadata") not in {"1", "true", True}:
            told = [{key: value for key, value in m.items() if key != "metadata"} for m in told]
        start = int(arguments.get("cursor") or 0)
        end = start + min(self.page, int(arguments.get("limit", 100)))
        more = {"has_more": True, "response_metadata": {"next_cursor": str(end)}} if end < len(told) else {}
        return {"messages": told[start:end], "has_more": False, **more}

    def _users_info(self, arguments: dict[str, Any], who: dict[str, Any]) -> dict[str, Any] | str:
        found = self.users.get(arguments["user"])
        return {"user": found} if found else "user_not_found"

    def _views_publish(self, arguments: dict[str, Any], who: dict[str, Any]) -> dict[str, Any] | str:
        home = self.homes.get(arguments["user_id"])
        if "hash" in arguments and home and home["hash"] != arguments["hash"]:
            return "hash_conflict"
        self._count += 1
        view = arguments["view"] | {"id": f"V{self._count}", "hash": f"{self._count}.h"}
        self.homes[arguments["user_id"]] = view
        return {"view": view}

    def _views_open(self, arguments: dict[str, Any], who: dict[str, Any]) -> dict[str, Any]:
        self._count += 1
        return {"view": arguments["view"] | {"id": f"V{self._count}", "hash": f"{self._count}.h"}}

    _views_update = _views_open
    _views_push = _views_open

    def _files_get_upload_urlexternal(self, arguments: dict[str, Any], who: dict[str, Any]) -> dict[str, Any]:
        self._count += 1
        file_id = f"F{self._count}"
        self.files[file_id] = {"id": file_id, "name": arguments["filename"], "content": b""}
        return {"file_id": file_id, "upload_url": self.url.replace("/api/", f"/upload/{file_id}")}

    def _files_complete_upload_external(
        self, arguments: dict[str, Any], who: dict[str, Any]
    ) -> dict[str, Any] | str:
        if arguments["channel_id"][:1] not in {"D", "C"}:
            return "channel_not_found"
        shared = [
            {"id": each["id"], "name": self.files[each["id"]]["name"], "title": each["title"]}
            for each in json.loads(arguments["files"])
        ]
        self.messages[arguments["channel_id"]].append(
            {"ts": self._ts(), "user": who["user_id"], "text": "", "files": shared, "subtype": "file_share"}
        )
        return {"files": shared}

    def _files_info(self, arguments: dict[str, Any], who: dict[str, Any]) -> dict[str, Any] | str:
        found = self.files.get(arguments["file"])
        return {"file": {k: v for k, v in found.items() if k != "content"}} if found else "file_not_found"

    def _oauth_v2_access(self, arguments: dict[str, Any], who: dict[str, Any]) -> dict[str, Any] | str:
        """What stands under this code or this refresh token; each works once."""
        if found := self.oauth.pop(str(arguments.get("code") or arguments.get("refresh_token")), None):
            self.tokens[found["access_token"]] = {"team_id": TEAM, "user_id": BOT_USER, "bot_id": "B0BOT"}
            return found
        return "invalid_refresh_token" if "refresh_token" in arguments else "invalid_code"

    def _auth_revoke(self, arguments: dict[str, Any], who: dict[str, Any]) -> dict[str, Any]:
        return {"revoked": True}

    def _apps_connections_open(self, arguments: dict[str, Any], who: dict[str, Any]) -> dict[str, Any]:
        return {"url": self.url.replace("http://", "ws://").replace("/api/", "/socket")}

    async def _take_file(self, request: web.Request) -> web.StreamResponse:
        self.files[request.match_info["file"]]["content"] = await request.read()
        return web.Response(text="OK")

    async def _give_file(self, request: web.Request) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.is_closed or token not in self.tokens:
            return web.Response(status=302, headers={"Location": "/sign-in"})
        return web.Response(body=self.files[request.match_info["file"]]["content"])

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json({"type": "hello"})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.from_sockets.append(json.loads(message.data))
        return socket


def user(user_id: str, email: str, zone: str, **more: Any) -> dict[str, Any]:
    """A person as `users.info` describes them."""
    return {
        "id": user_id,
        "team_id": TEAM,
        "deleted": False,
        "tz": zone,
        "locale": "en-GB",
        "is_bot": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_email_confirmed": True,
        "profile": {"email": email},
        **more,
    }
