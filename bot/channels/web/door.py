"""How a person comes in and leaves: one-time links, and in a demo, whom to be."""

from __future__ import annotations

from aiohttp import web

from bot.channels.web import parse
from bot.channels.web.gate import Gate, html, see_other
from bot.channels.web.refusal import NO_DEMO, NO_PERSONA, SPENT, Refused

_TOKEN = r"{token:[A-Za-z0-9_-]{8,200}}"  # noqa: S105 - a place in an address


class Door:
    """The routes of somebody's own browser."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def routes(self) -> list[web.RouteDef]:
        """Every route of the door."""
        answering = self._gate.answering
        return [
            web.get(f"/in/{_TOKEN}", answering(self._link)),
            web.post(f"/in/{_TOKEN}", answering(self._redeem)),
            web.post("/sign-out", answering(self._sign_out)),
            web.post("/demo/become", answering(self._become)),
        ]

    async def _link(self, request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        return self._gate.with_visit(
            request, lambda form_token: self._gate.pages.link(form_token=form_token, token=token)
        )

    async def _redeem(self, request: web.Request) -> web.StreamResponse:
        self._gate.in_pace(request)
        await self._gate.own_form(request)
        is_shared = await self._gate.site_of_terminal(request) is not None
        secret = await self._gate.desk.redeem(request.match_info["token"], is_shared=is_shared)
        if secret is None:
            raise Refused(SPENT)
        return await self._gate.let_in(request, secret)

    async def _become(self, request: web.Request) -> web.StreamResponse:
        self._gate.in_pace(request)
        if not await self._gate.desk.personas():
            raise Refused(NO_DEMO)
        person_id = parse.one(await self._gate.own_form(request), "person")
        is_shared = await self._gate.site_of_terminal(request) is not None
        secret = await self._gate.desk.become(person_id, is_shared=is_shared)
        if secret is None:
            raise Refused(NO_PERSONA)
        return await self._gate.let_in(request, secret)

    async def _sign_out(self, request: web.Request) -> web.StreamResponse:
        await self._gate.own_form(request)
        if cookie := self._gate.guard.cookie(request):
            await self._gate.desk.sign_out(cookie)
        if await self._gate.site_of_terminal(request) is not None:
            response = see_other("/chat")  # to the next person's turn
        else:
            response = html(
                self._gate.pages.notice("You are signed out", "Thank you. Everything you sent is kept.")
            )
        self._gate.guard.take_back(request, response)
        return response
