"""What differs between installations of the Teams channel."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.errors import CoachError


class TeamsRefused(CoachError):
    """The channel cannot be built as it is set up; the message names the variable to set."""


@dataclass(frozen=True, slots=True)
class TeamsOptions:
    """The app registration, and whom we talk with.

    `tenant` is the app's own; `allowed_tenants` are the organisations whose people may talk with us, by default that
    one. `service_urls` are services beside Microsoft's public cloud. `metadata_url` and `token` stand in for Microsoft
    in tests. Raises TeamsRefused where anything is missing: without an app id the SDK believes everybody.
    """

    app_id: str
    password: str
    tenant: str
    allowed_tenants: Collection[str] = ()
    service_urls: Collection[str] = ()
    metadata_url: str = ""
    token: str | None = None

    def __post_init__(self) -> None:
        if not self.app_id:
            raise TeamsRefused("TEAMS_APP_ID is not set; it is the application id of the app registration")
        if not self.password and self.token is None:
            raise TeamsRefused("TEAMS_APP_PASSWORD is not set; it is a client secret of the app registration")
        if not self.tenant:
            raise TeamsRefused("TEAMS_APP_TENANT_ID is not set; it is the tenant of the app registration")

    @property
    def tenants(self) -> frozenset[str]:
        """The tenants whose people may talk with us, in small letters."""
        return frozenset(tenant.lower() for tenant in self.allowed_tenants or (self.tenant,))
