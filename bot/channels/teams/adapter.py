"""Teams as one aiohttp route: admitting an activity, hearing it, and answering within the same breath.

For every request:

1. Admit it: a body that can be read, a genuine token, a service and a tenant that we know. Nothing of a request that
   is turned away reaches the coach.
2. Let the coach hear it. What takes longer, such as looking somebody up or fetching a file, is put aside.
3. Acknowledge: after the commit, so that Teams delivers again what was not kept. An invoke carries its answer.

What the coach says to it comes by the outbox. The SDK (botbuilder, no longer maintained) checks tokens and runs the
turn; its own edge answers a forged token with a stack trace, and breaks the answers of invokes
<https://github.com/microsoft/teams-sdk/issues/2547>.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from aiohttp import web
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity, ConversationAccount

from bot.channels.teams import parse
from bot.channels.teams.aside import Aside
from bot.channels.teams.authentication import TeamsAuthentication, Unauthorized
from bot.channels.teams.body import read_json
from bot.channels.teams.card import CARD
from bot.channels.teams.connector import Connector
from bot.channels.teams.credentials import AppToken, app_token
from bot.channels.teams.dots import AFTER, Dots
from bot.channels.teams.files import Files
from bot.channels.teams.keys import ADDRESS, Keys, KeysAway
from bot.channels.teams.options import TeamsOptions
from bot.channels.teams.parse import NoActivity
from bot.channels.teams.received import (
    Added,
    Consented,
    Ignored,
    Received,
    Removed,
    Said,
    Turned,
    Unreadable,
)
from bot.channels.teams.reference import CHANNEL
from bot.channels.teams.refusal import Refused
from bot.channels.teams.render import card
from bot.channels.teams.sender import TeamsSender
from bot.channels.teams.shown import Shown, reference
from bot.channels.teams.trusted import Trusted
from bot.chat import Arrival, ChatDesk, Tally
from bot.errors import StoreUnavailable
from bot.message import Heard, Message

Json = Mapping[str, Any]

_WORDS = "application/vnd.microsoft.activity.message"
_REMEMBERED = 2_000

log = structlog.get_logger(__name__)


class Teams:
    """The Teams channel of one process. A request's body may take `patience` seconds to arrive."""

    def __init__(
        self,
        desk: ChatDesk,
        options: TeamsOptions,
        tally: Tally,
        *,
        patience: float = 10.0,
        dots_after: float = AFTER,
    ) -> None:
        self._desk = desk
        self._tally = tally
        self._patience = patience
        self._tenants = options.tenants
        self._trusted = Trusted(options.service_urls)
        static = options.token
        fetch = app_token(options.app_id, options.password, options.tenant)
        self._connector = Connector(AppToken(fetch if static is None else lambda: static), self._trusted)
        keys = Keys(options.metadata_url or ADDRESS)
        self._authentication = TeamsAuthentication(options.app_id, keys, self._connector)
        self._turns = CloudAdapter(self._authentication)
        self._shown = Shown(desk, self._connector)
        moving = Files(self._connector, self._trusted)
        self._aside = Aside(desk, self._connector, moving, self._shown)
        self._dots = Dots(lambda to: self._connector.post(to, {"type": "typing"}), after=dots_after)
        self._recent: OrderedDict[str, None] = OrderedDict()
        self.sender = TeamsSender(desk, self._connector, self._dots)

    def routes(self) -> list[web.RouteDef]:
        """The one address that Bot Framework sends to."""
        return [web.post("/api/messages", self._messages)]

    async def start(self) -> None:
        """Nothing to begin: connections are made when they are needed."""

    async def close(self) -> None:
        """Finish what is being shown, and let go of every connection."""
        self._dots.close()
        await self._shown.close()
        await self._connector.close()

    # 1. Admitting

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        try:
            received = await self._admit(request)
            return await self._turn(*received)
        except Refused as refused:
            self._tally.refused(CHANNEL, refused.reason)
            log.warning("request refused", channel=CHANNEL, reason=refused.reason)
            return _closed(request, refused.status, refused.reason)
        except KeysAway:
            log.warning("nobody can tell who this is", channel=CHANNEL)
            return _closed(request, 503, "keys_away")
        except StoreUnavailable:
            log.warning("store unavailable", channel=CHANNEL)
            return _closed(request, 503, "store_away")

    async def _admit(self, request: web.Request) -> tuple[Activity, Any, Json]:
        """An activity that is what it says. Raises Refused."""
        header = request.headers.get("Authorization", "")
        if not header:
            raise Refused(401, "no_token")  # asked first: a stranger's body is not worth reading
        if header.count(".") != 2 or not header.startswith("Bearer "):
            raise Refused(401, "bad_token")
        body = await read_json(request, self._patience)
        if not isinstance(body, dict) or not parse.is_activity(body):
            raise Refused(400, "not_an_activity")
        turn = Activity(
            type=body["type"],
            id=body.get("id"),
            channel_id=body["channelId"],
            service_url=body["serviceUrl"],
            conversation=ConversationAccount(id=body["conversation"]["id"]),
        )
        try:
            who = await self._authentication.authenticate_request(turn, header)
        except Unauthorized as error:
            log.info("token refused", channel=CHANNEL, why=str(error))
            raise Refused(401, "bad_token") from error
        if not self._trusted.is_service(body["serviceUrl"]):
            raise Refused(403, "service_url")
        tenants = parse.tenants(body)
        if not tenants or not tenants <= self._tenants:
            raise Refused(403, "tenant")
        return turn, who, body

    # 2. Hearing

    async def _turn(self, turn: Activity, who: Any, body: Json) -> web.StreamResponse:
        """Run the turn; 3. acknowledge it."""
        try:
            received = parse.read(body)
        except NoActivity:
            raise Refused(400, "not_an_activity") from None

        async def logic(context: TurnContext) -> None:
            answer = await self._hear(received, body)
            if answer is not None:
                value = InvokeResponse(status=200, body=answer)
                await context.send_activity(Activity(type="invokeResponse", value=value))

        response = await self._turns.process_activity(who, turn, logic)
        if response is None:
            return web.Response(status=202)
        if response.body is None:
            return web.Response(status=int(response.status))
        return web.json_response(response.body, status=int(response.status))

    async def _hear(self, received: Received, body: Json) -> Json | None:
        """Let the coach hear it; the answer of an invoke."""
        match received:
            case Said(_, files=offered) if offered:
                await self._put_aside(received.message, body)
            case Said(message):
                return await self._said(message, body, is_answered=received.is_answered_at_once)
            case Added(message):
                await self._said(message, body, take_in=self._desk.greet)
            case Consented():
                return await self._consented(received, body)
            case Removed(workspace, subject):
                await self._desk.leave(CHANNEL, workspace, subject)
            case Turned(message, page):
                self._shown.page(message, page)
            case Unreadable(message, key):
                if received.is_answered_at_once:
                    return _say(self._desk.words(key))
                self._shown.hint(message, key)
            case Ignored():
                return None
        return None

    async def _said(
        self,
        message: Message,
        body: Json,
        *,
        is_answered: bool = False,
        take_in: Callable[[Message], Awaitable[Heard]] | None = None,
    ) -> Json | None:
        """Somebody's words or press. A press that is answered at once is answered with the card as it is now."""
        is_redelivered = not self._is_new(f"{message.address.conversation}/{body.get('id')}")
        self._await_answer(message)
        try:
            heard = await (take_in or self._take_in)(message)
        except BaseException:
            self._stop_waiting(message)
            raise
        if heard.outcome != "done":
            self._stop_waiting(message)
        if heard.outcome == "stranger":
            await self._put_aside(message, body)
            return _say(self._desk.words("hint_stranger")) if is_answered else None
        if heard.outcome == "duplicate":
            self._tally.repeated(CHANNEL)
        log.info("message heard", channel=CHANNEL, outcome=heard.outcome)
        if is_answered:
            return await self._as_it_is_now(message, heard)
        is_old_button = heard.outcome == "duplicate" and bool(message.on) and not is_redelivered
        if is_old_button and self._is_new(message.event_id):
            self._shown.hint(message, "hint_pressed_before")
        return None

    async def _take_in(self, message: Message) -> Heard:
        if message.address.is_private:
            return await self._desk.hear(message)
        return await self._desk.overhear(message)

    async def _put_aside(self, message: Message, body: Json) -> None:
        await self._desk.put_aside(Arrival(CHANNEL, message.event_id, json.dumps(body)))

    async def _consented(self, consent: Consented, body: Json) -> Json:
        """Yes or no to a file: the bytes move later, because Teams waits for this answer."""
        if consent.is_accepted:
            await self._put_aside(consent.message, body)
        else:
            self._shown.hint(consent.message, "hint_file_declined")
        return {}

    async def _as_it_is_now(self, message: Message, heard: Heard) -> Json:
        reply = await self._desk.said(message)
        if reply is not None:
            self._dots.end(reference(message.address))
            return {"statusCode": 200, "type": CARD, "value": card(reply)}
        key = "hint_pressed_before" if heard.outcome == "duplicate" else "hint_form_over"
        return _say(self._desk.words(key))

    def _is_new(self, what: str) -> bool:
        """Whether this was not here lately. Teams delivers one click several times, and nobody wants a hint for that."""
        if what in self._recent:
            return False
        self._recent[what] = None
        while len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
        return True

    async def receive(self, body: str) -> None:
        """Look up what is missing, and let the coach hear it. Raises DeliveryError to be asked again later."""
        await self._aside.receive(body)

    def _await_answer(self, message: Message) -> None:
        if message.address.is_private:
            self._dots.begin(reference(message.address))

    def _stop_waiting(self, message: Message) -> None:
        self._dots.end(reference(message.address))


def _closed(request: web.Request, status: int, reason: str) -> web.Response:
    """An answer to a request that is not heard; what was not read of it is not waited for."""
    response = web.json_response({"error": reason}, status=status)
    if status == 503:
        response.headers["Retry-After"] = "2"
    if request.can_read_body and not request.content.at_eof():
        response.force_close()
    return response


def _say(words: str) -> Json:
    return {"statusCode": 200, "type": _WORDS, "value": words}
