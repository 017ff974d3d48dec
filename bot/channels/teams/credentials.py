"""Our own word to Microsoft's services: a token, asked for in a thread and kept as long as it is good.

The SDK asks Microsoft for a new one in every turn, and everything waits meanwhile
<https://github.com/microsoft/Agents-for-js/issues/1164>.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from botframework.connector.auth import MicrosoftAppCredentials

from bot.errors import DeliveryError


def app_token(app_id: str, password: str, tenant: str) -> Callable[[], str]:
    """What asks Microsoft for our own token. It keeps a token as long as that is good; it blocks, so ask in a thread."""
    credentials = MicrosoftAppCredentials(app_id, password, channel_auth_tenant=tenant)

    def fetch() -> str:
        return str(credentials.get_access_token())

    return fetch


class AppToken:
    """Our own token: asked for in a thread, by one at a time, and kept while it is certainly good.

    `fetch` gives a token that is good for five minutes at least, which is what the SDK's does.
    """

    _GOOD_FOR = 240.0  # seconds
    _LOST_AFTER = 30.0  # a fetch that has not come back by then never will

    def __init__(
        self,
        fetch: Callable[[], str],
        *,
        clock: Callable[[], float] = time.monotonic,
        patience: float = 5.0,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._patience = patience
        self._token = ""
        self._until = 0.0
        self._asking: asyncio.Task[str] | None = None
        self._asked_at = 0.0

    async def get(self) -> str:
        """The token. Raises DeliveryError where there is none to be had; nothing was sent then."""
        if self._token and self._clock() < self._until:
            return self._token
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.shield(self._ask())
        except Exception as error:
            raise DeliveryError(
                f"Microsoft gave us no token: {type(error).__name__}: {error}"[:300]
            ) from error

    def forget(self) -> None:
        """It was refused: ask again next time."""
        self._until = 0.0

    def _ask(self) -> asyncio.Task[str]:
        now = self._clock()
        is_lost = now - self._asked_at > self._LOST_AFTER
        if self._asking is None or self._asking.done() or is_lost:
            self._asked_at = now
            self._asking = asyncio.create_task(self._keep())
            self._asking.add_done_callback(_looked_at)
        return self._asking

    async def _keep(self) -> str:
        asked_at = self._clock()
        token = await asyncio.to_thread(self._fetch)
        self._token, self._until = token, asked_at + self._GOOD_FOR
        return token


def _looked_at(task: asyncio.Task[str]) -> None:
    """A fetch that failed after everybody had gone is no news."""
    if not task.cancelled():
        task.exception()
