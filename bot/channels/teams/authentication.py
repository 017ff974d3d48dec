"""Who may speak to us as Teams: whoever has a token of Microsoft's for this app, this service and this hour.

The checks are the SDK's own; what stands here keeps to those of a Bot Framework channel. The SDK would also believe
tokens of its emulator and of other bots, for which it fetches keys from elsewhere at a stranger's wish.
<https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-authentication>
"""

from __future__ import annotations

from typing import Any

import jwt
from botbuilder.schema import Activity
from botframework.connector.auth import (
    AuthenticateRequestResult,
    AuthenticationConstants,
    BotFrameworkAuthentication,
    ChannelValidation,
    ClaimsIdentity,
    SimpleCredentialProvider,
)
from botframework.connector.auth.connector_factory import ConnectorFactory
from botframework.connector.auth.jwt_token_extractor import JwtTokenExtractor

from bot.channels.teams.keys import Keys

_ISSUED_AS = "RS256"
_BEARER = "Bearer "


class Unauthorized(PermissionError):
    """A token that opens nothing here."""


class TeamsAuthentication(BotFrameworkAuthentication):  # type: ignore[misc]  # the SDK has no types
    """The tokens of Teams for the app `app_id`, signed with one of `keys`; `connector` answers what they let in."""

    def __init__(self, app_id: str, keys: Keys, connector: object) -> None:
        self._app = SimpleCredentialProvider(app_id, "")
        self._keys = keys
        self._connectors = _OneConnector(connector)

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        """Who sent this. Raises Unauthorized, or KeysAway where nobody can tell."""
        try:
            claims = await self._claims(auth_header, activity.channel_id)
        except (PermissionError, jwt.PyJWTError) as error:
            raise Unauthorized(str(error)) from error
        if claims.get_claim_value(AuthenticationConstants.SERVICE_URL_CLAIM) != activity.service_url:
            raise Unauthorized("its token is for another service")
        if "exp" not in claims.claims:
            raise Unauthorized("its token is good for ever")
        result = AuthenticateRequestResult()
        result.claims_identity = claims
        result.audience = AuthenticationConstants.TO_CHANNEL_FROM_BOT_OAUTH_SCOPE
        result.connector_factory = self._connectors
        return result

    async def _claims(self, auth_header: str, channel: str) -> ClaimsIdentity:
        # Asked here first, because the SDK says these with an Exception of no kind, after it has fetched a key.
        if jwt.get_unverified_header(auth_header.removeprefix(_BEARER)).get("alg") != _ISSUED_AS:
            raise PermissionError("not signed as Microsoft signs")
        extractor = JwtTokenExtractor(
            ChannelValidation.TO_BOT_FROM_CHANNEL_TOKEN_VALIDATION_PARAMETERS,
            AuthenticationConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL,
            [_ISSUED_AS],
        )
        extractor.open_id_metadata = self._keys
        claims = await extractor.get_identity_from_auth_header(auth_header, channel)
        return await ChannelValidation.validate_identity(claims, self._app)

    # What a bot of other channels would need besides

    async def authenticate_streaming_request(self, *_: Any) -> Any:
        """Nobody streams to us."""
        raise Unauthorized("nobody streams to us")

    def create_connector_factory(self, *_: Any) -> ConnectorFactory:
        """Our own connector, whoever asks."""
        return self._connectors

    async def create_user_token_client(self, *_: Any) -> None:
        """We act in nobody's name."""


class _OneConnector(ConnectorFactory):  # type: ignore[misc]  # the SDK has no types
    """The connector that all share, where the SDK makes a new one, with a new session and a new token, each time."""

    def __init__(self, connector: object) -> None:
        self._connector = connector

    async def create(self, *_: Any) -> object:
        """The one there is."""
        return self._connector
