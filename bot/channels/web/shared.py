"""Shared terminals: one browser that many people use in turn, each with a name to pick and a code to type."""

from __future__ import annotations

from urllib.parse import quote, unquote

from aiohttp import web

from bot.channels.web import parse
from bot.channels.web.gate import Gate, html, see_other
from bot.channels.web.refusal import NO_TERMINAL, SIGNED_OUT, SPENT, Refused
from bot.channels.web.security import REFUSED, TERMINAL

_TOKEN = r"{token:[A-Za-z0-9_-]{8,200}}"  # noqa: S105 - a place in an address
_LONGEST_CODE = 64
_LONGEST_ID = 200
_ONE_MINUTE = 60
_FOUR_HUNDRED_DAYS = 34_560_000  # as long as browsers keep a cookie


class SharedTerminals:
    """The routes of a browser that stands on the shop floor."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def routes(self) -> list[web.RouteDef]:
        """Every route of a shared terminal."""
        answering = self._gate.answering
        return [
            web.post("/terminal/sign-in", answering(self._sign_in)),
            web.get(f"/terminal/{_TOKEN}", answering(self._invitation)),
            web.post(f"/terminal/{_TOKEN}", answering(self._enrol)),
            web.post("/phone", answering(self._phone)),
        ]

    async def people(self, request: web.Request) -> web.Response:
        """The people of this terminal, and the place for a code; said once, why the last code did not do."""
        guard = self._gate.guard
        people = await self._gate.desk.people_of_terminal(guard.cookie(request, TERMINAL))
        site = await self._gate.site_of_terminal(request) or ""
        chosen, trouble = _trouble(guard.cookie(request, REFUSED))
        response = self._gate.with_visit(
            request,
            lambda form_token: self._gate.pages.people(
                form_token=form_token, site=site, people=people, chosen=chosen, trouble=trouble
            ),
        )
        if trouble:
            guard.take_back(request, response, REFUSED)
        return response

    async def _invitation(self, request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        return self._gate.with_visit(
            request, lambda form_token: self._gate.pages.invitation(form_token=form_token, token=token)
        )

    async def _enrol(self, request: web.Request) -> web.StreamResponse:
        self._gate.in_pace(request)
        await self._gate.own_form(request)
        secret = await self._gate.desk.enrol(request.match_info["token"])
        if secret is None:
            raise Refused(SPENT)
        if former := self._gate.guard.cookie(request):
            await self._gate.desk.sign_out(former)
        response = see_other("/chat")
        self._gate.guard.take_back(request, response)
        self._gate.guard.give(request, response, secret, TERMINAL, max_age=_FOUR_HUNDRED_DAYS)
        return response

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        self._gate.in_pace(request)
        fields = await self._gate.own_form(request)
        if await self._gate.site_of_terminal(request) is None:
            raise Refused(NO_TERMINAL)
        person_id, code = parse.one(fields, "person"), parse.one(fields, "code").strip()
        if not person_id or not code or len(code) > _LONGEST_CODE:
            return self._refused(request, person_id, "code" if person_id else "name")
        tried = await self._gate.desk.sign_in_with_code(
            self._gate.guard.cookie(request, TERMINAL), person_id, code
        )
        if tried.secret:
            return await self._gate.let_in(request, tried.secret)
        return self._refused(request, person_id, str(tried.tries_left))

    def _refused(self, request: web.Request, person_id: str, why: str) -> web.Response:
        """Back to the people, so that no page of this try is left in the browser's history."""
        response = see_other("/chat")
        told = f"{why}|{quote(person_id[:_LONGEST_ID], errors='replace')}"
        self._gate.guard.give(request, response, told, REFUSED, max_age=_ONE_MINUTE)
        return response

    async def _phone(self, request: web.Request) -> web.StreamResponse:
        person = await self._gate.signed_in(request)
        self._gate.in_pace(request)
        await self._gate.own_form(request)
        if await self._gate.site_of_terminal(request) is None:
            raise Refused(NO_TERMINAL)
        token = await self._gate.desk.make_phone_link(person.id)
        if token is None:
            raise Refused(SIGNED_OUT)
        address = f"{'https' if self._gate.guard.is_https(request) else 'http'}://{request.host}/in/{token}"
        return html(self._gate.pages.phone(person, address))


def _trouble(told: str) -> tuple[str, str]:
    """Who tried last in this browser, and why they are not in; nothing where nobody did."""
    why, _, person_id = told.partition("|")
    match why:
        case "name":
            return "", "Pick your name first."
        case "code":
            return unquote(person_id), "Type your code."
        case "0":
            return unquote(person_id), (
                "This code does not open anything any more. Ask for a new code: the person who runs the coach here makes one."
            )
        case "1":
            return unquote(person_id), "That was not your code. One try is left."
        case "2" | "3" | "4":
            return unquote(person_id), f"That was not your code. {why} tries are left."
        case _:
            return "", ""
