"""Slack: requests over HTTP or through a socket of ours, each let in, routed, and answered after the commit.

Bolt takes the requests apart and routes them; what is done with each stands in `listeners.py`, what is shown after
it in `shown.py`, and the way out in `sender.py`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack import edge, parse
from bot.channels.slack.afterwards import Afterwards
from bot.channels.slack.edge import Edge, Refused
from bot.channels.slack.install import Install
from bot.channels.slack.line import LOGGER, Line
from bot.channels.slack.listeners import Listeners
from bot.channels.slack.manifest import EVENTS_PATH
from bot.channels.slack.parse import CHANNEL
from bot.channels.slack.receiver import Introducer, SlackReceiver
from bot.channels.slack.rooms import Rooms
from bot.channels.slack.sender import SlackSender
from bot.channels.slack.shown import Shown
from bot.channels.slack.socket import stay_connected
from bot.channels.slack.workspaces import NotLearnt, SlackOptions, Workspaces
from bot.chat import ChatDesk, Installations, Tally
from bot.errors import StoreUnavailable

_ANY = re.compile("")
_INSTALLATION = "installation"
_COMMAND = "command"
_KINDS = frozenset(
    {
        *("event_callback", "block_actions", "view_submission", "view_closed", "shortcut", "message_action"),
        _COMMAND,
    }
)
# What Slack says twice when the app is removed; the second time we do not know the workspace any more.
_FAREWELLS = frozenset({"app_uninstalled", "tokens_revoked"})

log = structlog.get_logger(__name__)


class Slack:
    """Slack for one process. `sender` is the way out, `receive` looks up what was put aside.

    With a bot token it is for one workspace; else for those that were installed, in `installations`. Without a signing
    secret and an app token it only sends. `clock` says when a token ends. A request's body may take `patience` seconds to arrive.
    """

    def __init__(
        self,
        desk: ChatDesk,
        options: SlackOptions,
        tally: Tally,
        installations: Installations | None = None,
        *,
        clock: Callable[[], datetime],
        patience: float = edge.PATIENCE,
    ) -> None:
        if not options.bot_token and installations is None:
            raise ValueError("Slack needs a bot token, or somewhere to keep its installations")
        self._options, self._tally = options, tally
        self._line = Line(options.api_url)
        self._workspaces = Workspaces(self._line, options, installations, clock)
        self._afterwards = Afterwards()
        rooms = Rooms(self._line)
        introducer = Introducer(self._line, self._workspaces, desk)
        shown = Shown(self._line, self._workspaces, rooms, desk, self._afterwards, introducer.introduce)
        self.sender = SlackSender(self._line, self._workspaces, rooms, desk)
        self._receiver = SlackReceiver(self._line, self._workspaces, desk, introducer, shown, tally)
        listeners = Listeners(desk, tally, self._workspaces, rooms, shown, self._afterwards)
        self._bolt = _bolt(self._line, listeners, self._let_in)
        self._edge = (
            Edge(options.signing_secret, tally, patience=patience) if options.signing_secret else None
        )
        self._install = (
            Install(self._line, self._workspaces, options, installations, clock)
            if installations is not None and options.is_installed_by_pages
            else None
        )
        self._socket: AsyncSocketModeHandler | None = None
        self._connecting: asyncio.Task[None] | None = None

    def routes(self) -> list[web.RouteDef]:
        """What is served over HTTP: the events, and the pages by which the app is installed."""
        found = [web.post(EVENTS_PATH, partial(self._take, self._edge))] if self._edge else []
        return [*found, *(self._install.routes() if self._install else ())]

    async def receive(self, body: str) -> None:
        """Look up what is missing, and let the coach hear it. Raises DeliveryError to be asked again later."""
        await self._receiver.receive(body)

    async def start(self) -> None:
        """Learn where we are, and open the socket where there is an app token."""
        self._line.open()
        await self._workspaces.start()
        if self._options.app_token:
            client = AsyncWebClient(
                token=self._options.app_token,
                base_url=self._options.api_url,
                logger=LOGGER,
                retry_handlers=[],
            )
            client.proxy = self._line.client.proxy
            self._socket = AsyncSocketModeHandler(
                self._bolt, self._options.app_token, logger=LOGGER, web_client=client
            )
            self._socket.client.proxy = client.proxy
            self._connecting = asyncio.create_task(stay_connected(self._socket.client))

    async def close(self) -> None:
        """Take nothing more, and let what is being shown come to an end."""
        if self._connecting is not None:
            self._connecting.cancel()
            with suppress(asyncio.CancelledError):
                await self._connecting
        if self._socket is not None:
            await self._socket.client.close()  # type: ignore[no-untyped-call]  # the SDK has it so
        await self._afterwards.close()
        await self._workspaces.close()
        await self._line.close()

    # --- One request --------------------------------------------------------------------------------------------

    async def _take(self, guard: Edge, request: web.Request) -> web.StreamResponse:
        """Answered after the commit: 200, or 503 for Slack to deliver it again."""
        try:
            asked = await guard.read(request)
        except Refused as refused:
            return edge.refusal(request, refused)
        if asked.body.get("ssl_check") == "1":
            return web.Response()  # Slack looks whether our certificate is good
        return edge.answer(await self._bolt.async_dispatch(asked))

    async def _let_in(
        self, body: dict[str, Any], context: AsyncBoltContext, next: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        """Only what comes from a workspace that the app is installed in goes further."""
        if body.get("type") == "url_verification":
            await next()
            return None
        try:
            found = await self._workspaces.find(parse.workspace_of(body))
        except NotLearnt:
            edge.count(self._tally, "not_ready")
            return BoltResponse(status=503)
        if found is not None:
            context[_INSTALLATION] = found
            return await _next_if_known(body, next)
        event = body.get("event")
        if isinstance(event, dict) and event.get("type") in _FAREWELLS:
            return BoltResponse(status=200)
        edge.count(self._tally, "workspace")
        return BoltResponse(status=403, headers={"X-Slack-No-Retry": "1"})


async def _next_if_known(body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> BoltResponse | None:
    """Bolt answers 404 to what no listener takes, and Slack delivers such things again and again."""
    kind = body.get("type") or (_COMMAND if isinstance(body.get("command"), str) else "")
    if kind in _KINDS:
        await next()
        return None
    log.warning("request of no use to us", channel=CHANNEL, kind=kind)
    return BoltResponse(status=200)


class _Authorized(AsyncAuthorize):
    """Tells Bolt who we are, without asking Slack."""

    async def __call__(
        self, *, context: AsyncBoltContext, enterprise_id: str | None, team_id: str | None, **_: object
    ) -> AuthorizeResult:
        found = context[_INSTALLATION]
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=found.bot_user,
            bot_token=found.token,
        )


def _bolt(
    line: Line, listeners: Listeners, let_in: Callable[..., Awaitable[BoltResponse | None]]
) -> AsyncApp:
    """Bolt, with one listener for each kind of request: it compares a request with one after the other."""
    bolt = AsyncApp(
        logger=LOGGER,
        name="qms-coach",
        client=line.client,
        process_before_response=True,
        before_authorize=let_in,
        authorize=_Authorized(),  # type: ignore[no-untyped-call]  # the SDK has it so
        # The edge has done these; and what Bolt would find in the environment for them is not ours.
        signing_secret="",
        request_verification_enabled=False,
        ssl_check_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    bolt.error(_failed)
    bolt.event(_ANY)(listeners.event)
    bolt.command(_ANY)(listeners.command)
    bolt.shortcut(_ANY)(listeners.shortcut)
    bolt.action(_ANY)(listeners.action)
    bolt.view(_ANY)(listeners.submission)
    bolt.view_closed(_ANY)(_acknowledge)
    return bolt


async def _acknowledge(ack: Callable[[], Awaitable[BoltResponse]]) -> None:
    await ack()


async def _failed(error: Exception) -> BoltResponse:
    """What Slack is told when something went wrong: to deliver it again."""
    if isinstance(error, StoreUnavailable):
        log.warning("store unavailable", channel=CHANNEL, error=str(error))
        return BoltResponse(status=503)
    log.error("request failed", channel=CHANNEL, exc_info=error)
    return BoltResponse(status=500)
