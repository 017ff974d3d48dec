"""Sealing what must not be read in the database, such as a platform's tokens.

Fernet (AES-128-CBC with HMAC-SHA-256) under keys derived from the process's secret keys <https://cryptography.io/en/latest/fernet/>.
The first key seals; every key opens, so that a new one can be put before the old.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import CoachError


class Unreadable(CoachError):
    """It was sealed under a key that is not here any more."""


class Keyring:
    """The keys of this process, the newest first."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(_key(secret)) for secret in secrets])

    def seal(self, text: str) -> bytes:
        """`text` as only this keyring can read it."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """What was sealed. Raises Unreadable."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise Unreadable(
                "a token was encrypted with another QMS_COACH_SECRET_KEY; put the old key back behind the new one"
                " with a comma, or install the app again"
            ) from None


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(f"qms-coach tokens {secret}".encode()).digest())
