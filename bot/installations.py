"""Where a channel's app is installed, with its tokens in clear: the database has them sealed only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from bot.chat import Installation
from bot.keyring import Keyring
from bot.store import audit, installations
from bot.store.database import Database, Transaction
from bot.store.installations import SealedInstallation

_STATE_LIFETIME = timedelta(minutes=10)


class InstallationBook:
    """The installations of one channel. `new_secret` makes what nobody can guess."""

    def __init__(
        self, database: Database, channel: str, keyring: Keyring, new_secret: Callable[[], str]
    ) -> None:
        self._database, self._channel, self._keyring = database, channel, keyring
        self._new_secret = new_secret

    async def find(self, workspace: str) -> Installation | None:
        """The installation in this workspace; None where there is none, or not any more. Raises Unreadable."""
        sealed = await self._database.run(self._find, workspace)
        return self._opened(sealed) if sealed else None

    async def keep(self, installation: Installation) -> None:
        """Note it, or its new token."""
        await self._database.run(self._keep, self._sealed(installation))

    async def drop(self, workspace: str) -> None:
        """Forget its token: it was removed, or its token revoked."""
        await self._database.run(self._drop, workspace)

    async def new_state(self) -> str:
        """A word that proves, for ten minutes and once, that an installation was begun here."""
        state = self._new_secret()
        await self._database.run(self._begin, state)
        return state

    async def use_state(self, state: str) -> bool:
        """Whether this word was given and not used before; it is used up now."""
        return await self._database.run(self._finish, state)

    def _sealed(self, of: Installation) -> SealedInstallation:
        tokens = json.dumps([of.token, of.refresh_token])
        return SealedInstallation(
            self._channel,
            of.workspace,
            of.enterprise,
            of.name,
            of.bot_user,
            self._keyring.seal(tokens),
            of.expires_at,
            " ".join(sorted(of.scopes)),
        )

    def _opened(self, of: SealedInstallation) -> Installation:
        token, refresh_token = json.loads(self._keyring.open(of.sealed))
        return Installation(
            of.workspace,
            of.enterprise,
            of.name,
            of.bot_user,
            token,
            refresh_token,
            of.expires_at,
            frozenset(of.scopes.split()),
        )

    def _find(self, workspace: str) -> SealedInstallation | None:
        with self._database.reading() as conn:
            return installations.find(conn, self._channel, workspace)

    def _keep(self, sealed: SealedInstallation) -> None:
        with self._database.writing() as conn:
            is_new = installations.find(conn, self._channel, sealed.workspace) is None
            installations.keep(conn, sealed)
            if is_new:
                self._note(conn, "app installed", sealed.workspace, f"scopes {sealed.scopes}")

    def _drop(self, workspace: str) -> None:
        with self._database.writing() as conn:
            if installations.drop(conn, self._channel, workspace):
                self._note(conn, "app removed", workspace, "")

    def _note(self, conn: Transaction, action: str, workspace: str, after: str) -> None:
        entry = audit.Entry("system", action, f"{self._channel}:{workspace}", after=after)
        audit.append(conn, audit.ACCESS, [entry])

    def _begin(self, state: str) -> None:
        with self._database.writing() as conn:
            installations.begin(conn, _hashed(state), _STATE_LIFETIME)

    def _finish(self, state: str) -> bool:
        with self._database.writing() as conn:
            return installations.finish(conn, _hashed(state))


def _hashed(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
