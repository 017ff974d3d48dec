"""The chat platforms that are switched on, built with what they need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web
from pydantic import SecretStr

from bot.app import App, new_secret
from bot.chat import ChatDesk, Receiver, Sender
from bot.chat_desk import CoachChatDesk
from bot.conversation.wording import read_wording
from bot.installations import InstallationBook
from bot.keyring import Keyring
from bot.reception import Reception
from bot.settings import listed
from bot.store.buckets import Pace
from bot.wall_clock import now

# Slack takes several hundred messages a minute in a workspace <https://docs.slack.dev/apis/web-api/rate-limits>; Teams 50
# requests a second from an app in a tenant, and an older copy of the page says 30
# <https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/rate-limit>.
PACES: Mapping[str, Pace] = {"slack": Pace(most=20, per_second=4), "teams": Pace(most=25, per_second=25)}


def _nobody() -> None:
    """Nobody listens yet."""


@dataclass(slots=True)
class Bell:
    """Rings for whoever sends what was written."""

    rings: Callable[[], None] = _nobody

    def __call__(self) -> None:
        """Something was written that is to be sent."""
        self.rings()


@dataclass(frozen=True, slots=True)
class Microsoft:
    """Where Microsoft's signing keys are, and a token of ours instead of one that Microsoft gives."""

    metadata_url: str = ""
    token: str | None = None


class Platform(Receiver, Protocol):
    """One chat platform: its way in, and its way out."""

    @property
    def sender(self) -> Sender:
        """Its way out."""

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Where it is heard over HTTP."""

    async def start(self) -> None:
        """Get ready to send, and to listen where it does not come by HTTP."""

    async def close(self) -> None:
        """Let go of everything."""


@dataclass(frozen=True)
class Platforms:
    """The platforms of one process, by channel."""

    reception: Reception
    by_channel: Mapping[str, Platform] = field(default_factory=dict)

    @property
    def senders(self) -> Mapping[str, Sender]:
        """The way out of each channel."""
        return {channel: platform.sender for channel, platform in self.by_channel.items()}

    @property
    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Where they are heard over HTTP."""
        return [route for platform in self.by_channel.values() for route in platform.routes()]

    async def start(self) -> None:
        """Get ready to send, and to listen where something does not come by HTTP."""
        for platform in self.by_channel.values():
            await platform.start()

    async def close(self) -> None:
        """Let go of everything."""
        for platform in self.by_channel.values():
            await platform.close()


def build_platforms(app: App, bell: Bell, *, listens: bool, microsoft: Microsoft | None = None) -> Platforms:
    """Every platform that the settings switch on. One that only sends does not connect to be told things.

    `microsoft` stands in for what only Microsoft has, in tests.
    """
    by_channel: dict[str, Platform] = {}
    reception = Reception(app.database, by_channel)
    wordings = app.library.wordings
    desk = CoachChatDesk(
        app.database,
        app.coach,
        reception,
        read_wording(wordings["en"]),
        frozenset(wordings),
        wake=bell,
    )
    if app.settings.has_slack:
        by_channel["slack"] = _slack(app, desk, listens=listens)
    if app.settings.has_teams:
        by_channel["teams"] = _teams(app, desk, microsoft or Microsoft())
    return Platforms(reception, by_channel)


def _slack(app: App, desk: ChatDesk, *, listens: bool) -> Platform:
    from bot.channels.slack.adapter import Slack  # its SDK is loaded only where it is used
    from bot.channels.slack.workspaces import SlackOptions

    settings = app.settings
    options = SlackOptions(
        signing_secret=_open(settings.slack_signing_secret),
        bot_token=_open(settings.slack_bot_token),
        app_token=_open(settings.slack_app_token) if listens else "",
        client_id=settings.slack_client_id,
        client_secret=_open(settings.slack_client_secret),
        api_url=settings.slack_api_url,
        base_url=settings.public_url,
        allowed_workspaces=frozenset(listed(settings.slack_allowed_workspaces)),
    )
    book = None
    if settings.slack_client_id:
        book = InstallationBook(app.database, "slack", Keyring(settings.secret_keys), new_secret)
    return Slack(desk, options, app.counters, book, clock=now)


def _teams(app: App, desk: ChatDesk, microsoft: Microsoft) -> Platform:
    from bot.channels.teams.adapter import Teams  # its SDK is loaded only where it is used
    from bot.channels.teams.options import TeamsOptions

    settings = app.settings
    tenants = listed(settings.teams_allowed_tenants) or (settings.teams_app_tenant_id,)
    options = TeamsOptions(
        app_id=settings.teams_app_id,
        password=_open(settings.teams_app_password),
        tenant=settings.teams_app_tenant_id,
        allowed_tenants=frozenset(tenants),
        service_urls=listed(settings.teams_service_urls),
        metadata_url=microsoft.metadata_url,
        token=microsoft.token,
    )
    return Teams(desk, options, app.counters)


def _open(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
