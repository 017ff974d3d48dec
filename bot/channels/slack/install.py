"""Installing the app in a workspace: to Slack's consent page, and back with a code for a token.

<https://docs.slack.dev/authentication/installing-with-oauth>. A word of ours goes there and comes back, once, within
ten minutes, and only in the browser that began: so nobody can make another's browser finish an installation.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import urlencode

import structlog
from aiohttp import web

from bot.channels.slack.line import Line, NotDone
from bot.channels.slack.manifest import INSTALL_PATH, OPTIONAL_SCOPES, REDIRECT_PATH, SCOPES
from bot.channels.slack.workspaces import SlackOptions, Workspaces, scopes_of
from bot.chat import Installation, Installations
from bot.errors import CoachError, StoreUnavailable

_COOKIE = "slack-install"
_MINUTES = 10
_LONGEST = 500
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_STYLE = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem}"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on a page: a title, and what to do next. `again` offers to begin anew."""

    status: int
    title: str
    words: str
    again: bool = True


class NotInstalled(CoachError):
    """The installation came to nothing; `page` says why in plain words."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.title)
        self.page = page


CANCELLED = Page(
    200, "Nothing was installed", "You cancelled it on Slack's page. You can begin again whenever you like."
)
STALE = Page(
    401,
    "This page is out of date",
    f"An installation must be finished in the browser that began it, once, within {_MINUTES} minutes. Please begin again.",
)
REFUSED = Page(
    400, "Slack did not agree", "The code from Slack was used before, or is too old. Please begin again."
)
NOT_ALLOWED = Page(
    403,
    "This workspace is not on the list",
    "Whoever runs the coach has said which workspaces may use it, and this one is not among them. Please ask them to"
    " add it. Nothing was kept.",
)
SLACK_AWAY = Page(502, "Slack did not answer", "Nothing was installed. Please begin again in a minute.")
AWAY = Page(
    503, "One moment, please", "The coach cannot save anything just now. Please begin again in a minute."
)


class Install:
    """The two pages of an installation."""

    def __init__(
        self,
        line: Line,
        workspaces: Workspaces,
        options: SlackOptions,
        installations: Installations,
        clock: Callable[[], datetime],
    ) -> None:
        self._line, self._workspaces, self._options = line, workspaces, options
        self._installations, self._clock = installations, clock

    def routes(self) -> list[web.RouteDef]:
        """Both pages."""
        return [
            web.get(INSTALL_PATH, self._begin, allow_head=False),
            web.get(REDIRECT_PATH, self._finish, allow_head=False),
        ]

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        try:
            state = await self._installations.new_state()
        except StoreUnavailable:
            return _answer(AWAY)
        asked = {
            "client_id": self._options.client_id,
            "scope": ",".join(sorted({*SCOPES, *OPTIONAL_SCOPES})),
            "state": state,
            **self._redirect,
        }
        consent = self._options.api_url.removesuffix("/").removesuffix("/api") + "/oauth/v2/authorize"
        response = web.Response(status=302, headers={**_HEADERS, "Location": f"{consent}?{urlencode(asked)}"})
        response.set_cookie(
            _COOKIE,
            state,
            max_age=_MINUTES * 60,
            path=REDIRECT_PATH,
            secure=self._is_https(request),
            httponly=True,
            samesite="Lax",
        )
        return response

    async def _finish(self, request: web.Request) -> web.StreamResponse:
        try:
            installed = await self._installed(request.query, request.cookies.get(_COOKIE, ""))
        except NotInstalled as why:
            log.warning("not installed", reason=why.page.title)
            response = _answer(why.page)
        except StoreUnavailable as error:
            log.warning("not installed", error=str(error))
            response = _answer(AWAY)
        else:
            log.info("app installed", workspace=installed.workspace)
            response = _answer(_done(installed))
        response.del_cookie(_COOKIE, path=REDIRECT_PATH)
        return response

    async def _installed(self, query: Mapping[str, str], cookie: str) -> Installation:
        """1. It was begun here, in this browser. 2. A token for the code. 3. It may do what it must, and may be here. 4. Kept."""
        state = query.get("state", "")[:_LONGEST]
        is_same = bool(state) and hmac.compare_digest(state.encode(), cookie.encode("utf-8", "replace"))
        if not is_same or not await self._installations.use_state(state):
            raise NotInstalled(STALE)
        if query.get("error"):
            raise NotInstalled(CANCELLED if query["error"] == "access_denied" else REFUSED)
        installed = await self._exchanged(query.get("code", "")[:_LONGEST])
        missing = sorted(SCOPES.keys() - installed.scopes)
        if missing:
            raise NotInstalled(_lacking(missing))
        if not self._options.allows(installed.workspace, installed.enterprise):
            await self._give_back(installed)
            raise NotInstalled(NOT_ALLOWED)
        await self._installations.keep(installed)
        self._workspaces.forget_cached(installed.workspace)
        return installed

    async def _exchanged(self, code: str) -> Installation:
        """What Slack gives for the code. https://docs.slack.dev/reference/methods/oauth.v2.access"""
        try:
            given = await self._line.exchange(
                self._options.client_id, self._options.client_secret, code=code, **self._redirect
            )
        except NotDone as trouble:
            log.warning("code not exchanged", error=str(trouble))
            is_away = trouble.is_unsure or trouble.code in {"unreachable", "ratelimited"}
            raise NotInstalled(SLACK_AWAY if is_away else REFUSED) from trouble
        return self._read(given.data if isinstance(given.data, dict) else {})

    def _read(self, given: Mapping[str, Any]) -> Installation:
        team, enterprise = given.get("team") or {}, given.get("enterprise") or {}
        at = enterprise if given.get("is_enterprise_install") else team
        seconds = given.get("expires_in")
        if not (at.get("id") and given.get("access_token")):
            raise NotInstalled(REFUSED)
        return Installation(
            workspace=str(at["id"]),
            enterprise=str(enterprise.get("id") or ""),
            name=str(at.get("name") or ""),
            bot_user=str(given.get("bot_user_id") or ""),
            token=str(given["access_token"]),
            refresh_token=str(given.get("refresh_token") or ""),
            expires_at=self._clock() + timedelta(seconds=int(seconds)) if seconds else None,
            scopes=scopes_of(str(given.get("scope") or "")),
        )

    async def _give_back(self, installed: Installation) -> None:
        """A token that nobody may use is revoked."""
        try:
            await self._line.ask(self._line.client.auth_revoke(token=installed.token))
        except NotDone as trouble:
            log.warning("token not revoked", error=str(trouble))

    @property
    def _redirect(self) -> dict[str, str]:
        base = self._options.base_url.rstrip("/")
        return {"redirect_uri": base + REDIRECT_PATH} if base else {}

    def _is_https(self, request: web.Request) -> bool:
        return request.secure or self._options.base_url.startswith("https://")


def _lacking(missing: list[str]) -> Page:
    reasons = "; ".join(f"{scope}: {SCOPES[scope]}" for scope in missing)
    return Page(
        403,
        "Something is missing",
        f"The coach cannot work without every permission it asked for. Nothing was kept. Missing: {reasons}.",
    )


def _done(installed: Installation) -> Page:
    name = installed.name or "your workspace"
    return Page(
        200,
        f"The coach is installed in {name}",
        'Open Slack, look for "QMS Coach" under Apps, and say "hello". You can close this page.',
        again=False,
    )


def _answer(page: Page) -> web.Response:
    again = f'<p><a href="{INSTALL_PATH}">Begin again</a></p>' if page.again else ""
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(page.title)}</title><style>{_STYLE}</style>"
        f"<h1>{escape(page.title)}</h1><p>{escape(page.words)}</p>{again}</html>"
    )
    return web.Response(status=page.status, text=text, content_type="text/html", headers=_HEADERS)
