"""Where the app is installed, and the token that speaks for it there.

Everything that asks Slack for something takes its token from here, so that a rotated token is the same for all
<https://docs.slack.dev/authentication/using-token-rotation>.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic

import structlog

from bot.channels.slack.line import API_URL, Line, NotDone
from bot.chat import Installation, Installations, Introduction
from bot.errors import CoachError, StoreUnavailable

_REVOKED = frozenset({"token_revoked", "account_inactive"})
DEAD_TOKEN = _REVOKED | {"invalid_auth", "not_authed"}  # the latter may be a fault of Slack's, or of a proxy

_AHEAD = timedelta(hours=2)  # so long before it ends, a token is exchanged for the next one
_REMEMBERED = 300.0  # seconds; another process may have heard that the app was removed
_FIRST_TRY = 5.0
_LONGEST_PAUSE = 60.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackOptions:
    """What differs between installations: one workspace with a `bot_token`, else any number with a client id and secret.

    Requests come in over HTTP where there is a `signing_secret`, and through a socket of ours where there is an
    `app_token`. `base_url` is where the world reaches us. Only the `allowed_workspaces` (ids of teams or of
    enterprises) may use the app; empty means every one that it is installed in.
    """

    signing_secret: str = field(default="", repr=False)
    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    api_url: str = API_URL
    base_url: str = ""
    allowed_workspaces: frozenset[str] = frozenset()

    @property
    def is_installed_by_pages(self) -> bool:
        """Whether workspaces are added by two pages of ours, with Slack's consent page between them."""
        return bool(self.client_id and self.client_secret) and not self.bot_token

    def allows(self, *ids: str) -> bool:
        """Whether one of these ids, of a team and its enterprise, may use the app."""
        return not self.allowed_workspaces or bool(self.allowed_workspaces.intersection(ids))

    @property
    def are_chosen(self) -> bool:
        """Whether whoever runs the coach chose the workspaces: by the one bot token, or by the list."""
        return bool(self.bot_token or self.allowed_workspaces)


class NotLearnt(CoachError):
    """Slack has not told us yet which workspace our token is for."""


class Workspaces:
    """The workspaces of one process, with the tokens it uses. Reads `clock` to see when a token ends."""

    def __init__(
        self,
        line: Line,
        options: SlackOptions,
        installations: Installations | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._line = line
        self._options = options
        self._installations = installations
        self._clock = clock
        self._own: Installation | None = None
        self._learning: asyncio.Task[None] | None = None
        self._known: dict[str, tuple[Installation, float]] = {}
        self._unkept: dict[str, Installation] = {}
        self._refreshing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def start(self) -> None:
        """Learn whose our one token is: at once where Slack answers, else as soon as it does."""
        if self._options.bot_token:
            tried = asyncio.Event()
            self._learn(tried)
            with suppress(TimeoutError):
                async with asyncio.timeout(_FIRST_TRY):
                    await tried.wait()

    async def close(self) -> None:
        """Stop asking."""
        if self._learning is not None:
            self._learning.cancel()
            with suppress(asyncio.CancelledError):
                await self._learning

    async def find(self, workspace: str) -> Installation | None:
        """Our installation there; None where there is none, or where it is not allowed. Its token may be about to end.

        Raises NotLearnt, StoreUnavailable.
        """
        if self._options.bot_token:
            if self._own is None:
                raise NotLearnt("which workspace this token is for is not known yet")
            found = self._own if self._own.workspace == workspace else None
        else:
            found = await self._look(workspace)
        if found is None or not self._options.allows(found.workspace, found.enterprise):
            return None
        return found

    async def fit(self, workspace: str) -> Installation | None:
        """The same, with a token that is good for a while. Raises NotLearnt, StoreUnavailable, NotDone."""
        found = await self.find(workspace)
        return await self._refreshed(found) if found and self._is_due(found) else found

    def believed(self, who: Introduction, at: Installation) -> Introduction:
        """What the Slack of this installation says of one of its users, without the address where that proves nothing.

        Whoever owns a workspace decides which addresses its users have. So an address counts only where whoever runs
        the coach chose the workspace, and only for its own people: not for another company's in a shared channel.
        """
        organisation = who.identity.subject.partition("/")[0]
        is_own = organisation in {at.workspace, at.enterprise}
        return who if self._options.are_chosen and is_own else replace(who, email="")

    async def lost(self, workspace: str, token: str, code: str) -> bool:
        """Slack does not take this token: forget it where it was revoked. Whether another try may help."""
        self._known.pop(workspace, None)
        with suppress(NotLearnt):
            found = await self.find(workspace)
            if found is not None and found.token != token:
                return True
        log.error("token refused", workspace=workspace, error=code)
        if code not in _REVOKED and not self._options.bot_token:
            return True  # an installation is not given up for one answer
        await self.forget(workspace)
        return False

    async def forget(self, workspace: str) -> None:
        """The app was removed there. Raises StoreUnavailable."""
        self._known.pop(workspace, None)
        self._unkept.pop(workspace, None)
        if self._options.bot_token:
            if self._own is not None and self._own.workspace == workspace:
                self._own = None
                self._learn()  # the same token may be good again after it is installed anew
        elif self._installations is not None:
            await self._installations.drop(workspace)

    def forget_cached(self, workspace: str) -> None:
        """Its installation was noted anew."""
        self._known.pop(workspace, None)
        self._unkept.pop(workspace, None)

    # --- One token --------------------------------------------------------------------------------------------------

    def _learn(self, tried: asyncio.Event | None = None) -> None:
        if self._learning is None or self._learning.done():
            self._learning = asyncio.create_task(self._ask_until_learnt(tried or asyncio.Event()))

    async def _ask_until_learnt(self, tried: asyncio.Event) -> None:
        token, pause = self._options.bot_token, 1.0
        while True:
            try:
                answer = await self._line.ask(self._line.client.auth_test(token=token))
            except NotDone as trouble:
                log.warning("workspace not learnt", error=str(trouble), pause=pause)
            else:
                enterprise = str(answer.get("enterprise_id") or "")
                is_enterprise = bool(answer.get("is_enterprise_install")) and enterprise
                self._own = Installation(
                    workspace=enterprise if is_enterprise else str(answer.get("team_id") or ""),
                    enterprise=enterprise,
                    name=str(answer.get("team") or ""),
                    bot_user=str(answer.get("user_id") or ""),
                    token=token,
                    scopes=scopes_of(answer.headers.get("x-oauth-scopes", "")),
                )
                log.info("workspace learnt", workspace=self._own.workspace)
                return
            finally:
                tried.set()
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    # --- Many tokens ------------------------------------------------------------------------------------------------

    async def _look(self, workspace: str) -> Installation | None:
        if unkept := self._unkept.get(workspace):
            with suppress(StoreUnavailable):
                await self._keep(unkept)
            return unkept
        if known := self._known.get(workspace):
            found, until = known
            if monotonic() < until:
                return found
        return await self._read(workspace)

    async def _read(self, workspace: str) -> Installation | None:
        self._known.pop(workspace, None)
        found = await self._installations.find(workspace) if self._installations else None
        if found is not None:
            self._known[workspace] = found, monotonic() + _REMEMBERED
        return found

    def _is_due(self, found: Installation) -> bool:
        return found.expires_at is not None and found.expires_at - self._clock() < _AHEAD

    async def _refreshed(self, found: Installation) -> Installation | None:
        """With the next token, asked for once, however many want it at the same time."""
        async with self._refreshing[found.workspace]:
            stored = self._unkept.get(found.workspace) or await self._read(found.workspace)
            if stored is None or not self._is_due(stored):
                return stored  # another process was faster
            try:
                answer = await self._line.exchange(
                    self._options.client_id,
                    self._options.client_secret,
                    grant_type="refresh_token",
                    refresh_token=stored.refresh_token,
                )
            except NotDone as trouble:
                return await self._unrefreshed(stored, trouble)
            renewed = replace(
                stored,
                token=str(answer["access_token"]),
                refresh_token=str(answer["refresh_token"]),
                expires_at=self._clock() + timedelta(seconds=int(answer["expires_in"])),
            )
            await self._keep_or_hold(renewed)
            log.info("token refreshed", workspace=renewed.workspace)
            return renewed

    async def _unrefreshed(self, stored: Installation, trouble: NotDone) -> Installation | None:
        """What is to be had when there was no next token: another process's, or the old one while it lasts."""
        read = await self._read(stored.workspace)
        if read is None or not self._is_due(read):
            return read
        log.warning("token not refreshed", workspace=stored.workspace, error=str(trouble))
        if stored.expires_at is None or stored.expires_at <= self._clock():
            raise trouble
        return stored

    async def _keep_or_hold(self, renewed: Installation) -> None:
        """The old refresh token is used up: the new one must not get lost while the database is away."""
        self._unkept[renewed.workspace] = renewed
        try:
            await self._keep(renewed)
        except StoreUnavailable as error:
            log.warning("new token not kept yet", workspace=renewed.workspace, error=str(error))

    async def _keep(self, renewed: Installation) -> None:
        if self._installations is not None:
            await self._installations.keep(renewed)
        self._unkept.pop(renewed.workspace, None)
        self._known[renewed.workspace] = renewed, monotonic() + _REMEMBERED


def scopes_of(words: str) -> frozenset[str]:
    """The scopes in Slack's list of them."""
    return frozenset(filter(None, (word.strip() for word in words.split(","))))
