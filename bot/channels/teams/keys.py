"""The keys that Microsoft signs the tokens of Teams with, fetched when they are needed and never in anybody's way.

The SDK's own fetch stops the whole process while it waits, waits for ever, and knows nothing of a key that was
changed until a day has passed. <https://github.com/microsoft/botbuilder-python/issues/1210>
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from jwt.algorithms import RSAAlgorithm

from bot.channels.teams.parse import TEAMS
from bot.errors import CoachError

ADDRESS = "https://login.botframework.com/v1/.well-known/openidconfiguration"
_KEPT = 86_400.0  # seconds
_REST = 60.0  # between two fetches, however many unknown keys are shown to us
_REST_AFTER_FAILURE = 5.0
_PATIENCE = 5.0
# Nobody there, or an answer of another shape.
_NO_KEYS = (ClientError, TimeoutError, ValueError, LookupError, TypeError, AttributeError, jwt.PyJWTError)

log = structlog.get_logger(__name__)


class KeysAway(CoachError):
    """The keys cannot be fetched now, so nobody can say whether a token is genuine."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key, and the channels that it may speak for; the names are the SDK's."""

    public_key: Any
    endorsements: tuple[str, ...]


class Keys:
    """The keys at `address`. Only those are known that may speak for Teams."""

    def __init__(
        self,
        address: str = ADDRESS,
        *,
        clock: Callable[[], float] = time.monotonic,
        patience: float = _PATIENCE,
    ) -> None:
        self._address = address
        self._clock = clock
        self._patience = patience
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._is_answered = False
        self._fetching = asyncio.Lock()

    async def get(self, key_id: str | None) -> SigningKey:
        """The key of this name. Raises PermissionError where there is none, KeysAway where nobody can tell."""
        if self._is_due(key_id):
            async with self._fetching:
                if self._is_due(key_id):
                    await self._fetch()
        if key := self._keys.get(key_id or ""):
            return key
        if not self._is_answered:
            raise KeysAway("the keys of Bot Framework cannot be fetched")
        raise PermissionError("signed with a key that does not speak for Teams")

    def _is_due(self, key_id: str | None) -> bool:
        """Whether to fetch: there are no keys, they are a day old, or one is asked for that may be new."""
        now = self._clock()
        rest = _REST if self._is_answered else _REST_AFTER_FAILURE
        if self._tried_at is not None and now - self._tried_at < rest:
            return False
        is_old = self._fetched_at is None or now - self._fetched_at > _KEPT
        return is_old or (bool(key_id) and key_id not in self._keys)

    async def _fetch(self) -> None:
        """Fetch the keys; where that fails, those we have go on being good."""
        try:
            async with ClientSession(timeout=ClientTimeout(total=self._patience)) as session:
                metadata = await _json(session, self._address)
                listed = await _json(session, str(metadata["jwks_uri"]))
            self._keys = dict(map(_key, filter(_speaks_for_teams, listed["keys"])))
        except _NO_KEYS as error:
            log.warning("signing keys not fetched", error=type(error).__name__)
            self._is_answered = False
        else:
            self._is_answered = True
            self._fetched_at = self._clock()
        # Not before: whoever asks meanwhile waits for the same answer.
        self._tried_at = self._clock()


async def _json(session: ClientSession, address: str) -> Any:
    async with session.get(address, allow_redirects=False) as response:
        response.raise_for_status()
        if response.status != 200:
            raise ValueError(f"status {response.status}")
        return json.loads(await response.read())


def _speaks_for_teams(key: Any) -> bool:
    """A key says itself which channels it speaks for; the SDK believes one that says nothing, and we do not."""
    return key.get("kty") == "RSA" and bool(key.get("kid")) and TEAMS in (key.get("endorsements") or ())


def _key(key: Any) -> tuple[str, SigningKey]:
    return str(key["kid"]), SigningKey(RSAAlgorithm.from_jwk(key), tuple(key["endorsements"]))
