"""A stand-in for the Bot Framework's token issuer: signing keys on this machine, tokens to order, right or wrong.

https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.bot_framework.loopback import Loopback
from tests.bot_framework.people import APP_ID

ISSUER = "https://api.botframework.com"
CHANNEL = "msteams"

_HOUR = 3600
_LEEWAY = 300


class Flaw(StrEnum):
    """The one thing that is wrong with a token."""

    EXPIRED = "expired an hour ago"
    NOT_YET_VALID = "valid from an hour from now"
    OTHER_AUDIENCE = "for another bot"
    NO_AUDIENCE = "for nobody"
    OTHER_ISSUER = "from another issuer"
    OTHER_SERVICE_URL = "for another service address"
    NO_SERVICE_URL = "without a service address"
    UNKNOWN_KEY = "signed with a key that is not published"
    NO_KEY_ID = "does not name its key"
    OTHER_SIGNATURE = "names a published key and is signed with another"
    OTHER_CHANNEL = "signed with a key that is endorsed for another channel"
    NO_ENDORSEMENT = "signed with a key that is endorsed for no channel"
    UNSIGNED = "not signed at all (alg none)"
    SHARED_SECRET = "signed with a shared secret (HS256)"
    PUBLIC_KEY_AS_SECRET = "signed with the public key as a shared secret (HS256)"
    TAMPERED = "changed after it was signed"
    GARBAGE = "no token"


class SigningKey:
    """A key pair, and the channels it is endorsed for; None leaves endorsements out altogether."""

    def __init__(self, key_id: str, endorsements: tuple[str, ...] | None = (CHANNEL,)) -> None:
        self.id = key_id
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._endorsements = endorsements

    def published(self) -> dict[str, Any]:
        """The key as the issuer shows it to everybody."""
        key: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        key |= {"kid": self.id, "use": "sig", "alg": "RS256"}
        return key if self._endorsements is None else key | {"endorsements": list(self._endorsements)}


@functools.cache  # making one takes longer than a test that uses it
def _key(key_id: str, endorsements: tuple[str, ...] | None = (CHANNEL,)) -> SigningKey:
    return SigningKey(key_id, endorsements)


class Issuer(Loopback):
    """Publishes keys at `metadata_url` and makes tokens for one bot. `reads` counts how often the keys were fetched.

    While `delay` is not 0, each answer takes that many seconds.
    """

    def __init__(self, app_id: str = APP_ID, *, now: Callable[[], float] = time.time) -> None:  # noqa: TID251 - a test is its own app
        super().__init__(
            [
                web.get("/v1/.well-known/openidconfiguration", self._metadata),
                web.get("/v1/.well-known/keys", self._keys),
            ]
        )
        self.app_id = app_id
        self.reads = 0
        self.delay = 0.0
        self._now = now
        self._turn = 0
        self._unpublished = _key("unpublished")
        self._elsewhere = _key("elsewhere", ("webchat",))
        self._nowhere = _key("nowhere", None)
        self.rotate()

    @property
    def metadata_url(self) -> str:
        return f"{self.url}/v1/.well-known/openidconfiguration"

    def rotate(self) -> None:
        """Sign with a new key from now on, and publish only that one."""
        self._turn += 1
        self._key = _key(f"key-{self._turn}")

    def token(self, service_url: str, flaw: Flaw | None = None) -> str:
        """A token as the connector sends it with an activity from `service_url`; with one flaw, if wanted."""
        if flaw is Flaw.GARBAGE:
            return "not.a.token"
        key = self._signing_key(flaw)
        header = {} if flaw is Flaw.NO_KEY_ID else {"kid": key.id}
        claims = self._claims(service_url, flaw)
        match flaw:
            case Flaw.UNSIGNED:
                return jwt.encode(claims, "", algorithm="none", headers=header)
            case Flaw.SHARED_SECRET:
                return jwt.encode(
                    claims, "a secret of nobody in particular", algorithm="HS256", headers=header
                )
            case Flaw.PUBLIC_KEY_AS_SECRET:
                return _signed_by_hand(claims, header, _as_pem(key))
            case Flaw.OTHER_SIGNATURE:
                return jwt.encode(claims, self._unpublished.private, algorithm="RS256", headers=header)
            case Flaw.TAMPERED:
                head, _, signature = jwt.encode(claims, key.private, "RS256", header).split(".")
                return f"{head}.{_packed(claims | {'admin': True})}.{signature}"
            case _:
                return jwt.encode(claims, key.private, algorithm="RS256", headers=header)

    def _signing_key(self, flaw: Flaw | None) -> SigningKey:
        match flaw:
            case Flaw.UNKNOWN_KEY:
                return self._unpublished
            case Flaw.OTHER_CHANNEL:
                return self._elsewhere
            case Flaw.NO_ENDORSEMENT:
                return self._nowhere
            case _:
                return self._key

    def _claims(self, service_url: str, flaw: Flaw | None) -> dict[str, Any]:
        now = int(self._now())
        claims = {
            "iss": ISSUER,
            "aud": self.app_id,
            "nbf": now - _LEEWAY,
            "exp": now + _HOUR,
            "serviceurl": service_url,
        }
        match flaw:
            case Flaw.EXPIRED:
                claims |= {"nbf": now - 2 * _HOUR, "exp": now - _HOUR}
            case Flaw.NOT_YET_VALID:
                claims |= {"nbf": now + _HOUR, "exp": now + 2 * _HOUR}
            case Flaw.OTHER_AUDIENCE:
                claims["aud"] = "99999999-2222-3333-4444-555555555555"
            case Flaw.NO_AUDIENCE:
                del claims["aud"]
            case Flaw.OTHER_ISSUER:
                claims["iss"] = "https://api.example.com"
            case Flaw.OTHER_SERVICE_URL:
                claims["serviceurl"] = "https://smba.example.com/emea/"
            case Flaw.NO_SERVICE_URL:
                del claims["serviceurl"]
            case _:
                pass
        return claims

    async def _metadata(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.delay)
        return web.json_response(
            {
                "issuer": ISSUER,
                "jwks_uri": f"{self.url}/v1/.well-known/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def _keys(self, request: web.Request) -> web.Response:
        self.reads += 1
        await asyncio.sleep(self.delay)
        return web.json_response(
            {"keys": [each.published() for each in (self._key, self._elsewhere, self._nowhere)]}
        )


def _as_pem(key: SigningKey) -> bytes:
    return key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _signed_by_hand(claims: dict[str, Any], header: dict[str, str], secret: bytes) -> str:
    """PyJWT refuses to take a public key for a secret; an attacker does not."""
    content = f"{_packed({'typ': 'JWT', 'alg': 'HS256', **header})}.{_packed(claims)}"
    return f"{content}.{_base64(hmac.digest(secret, content.encode(), hashlib.sha256))}"


def _packed(part: dict[str, Any]) -> str:
    return _base64(json.dumps(part).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
