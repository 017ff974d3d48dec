"""Our line to Slack's Web API: one HTTP session, nothing repeated by itself, every failure named.

What Slack answers: <https://docs.slack.dev/apis/web-api/#responses>; when it asks for patience:
<https://docs.slack.dev/apis/web-api/rate-limits>.
"""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import CoachError
from bot.retry_after import retry_after

API_URL = "https://slack.com/api/"
_TOTAL_SECONDS = 8.0
_CONNECT_SECONDS = 3.0
_CHUNK = 65_536
# Slack's words for "something broke here": what was asked for may have been done before it broke.
_BROKE = frozenset({"internal_error", "fatal_error", "service_unavailable"})
_PATIENCE = frozenset({"ratelimited", "rate_limited"})

UNREACHABLE = "unreachable"
NO_ANSWER = "no_answer"
PATIENCE = "ratelimited"

# The libraries write whole requests, with what people said, into their log when it is on "debug"; this one never is.
LOGGER = logging.getLogger("bot.channels.slack.sdk")
LOGGER.setLevel(logging.ERROR)


class NotDone(CoachError):
    """Slack did not say that it did what we asked.

    `code` is Slack's own word for why, or one of ours: UNREACHABLE (nothing was sent) and NO_ANSWER. `is_unsure` when
    it may have been done all the same. `retry_after` is the pause that Slack wants, where it names one. `needed` is
    the scope that is missing.
    """

    def __init__(
        self,
        method: str,
        code: str,
        *,
        is_unsure: bool = False,
        retry_after: timedelta | None = None,
        needed: str = "",
    ) -> None:
        super().__init__(f"{method}: {code}{f' ({needed})' if needed else ''}")
        self.code = code
        self.is_unsure = is_unsure
        self.retry_after = retry_after
        self.needed = needed


class Line:
    """The way to the Web API at `api_url`. `client` makes the requests, `ask` says what came of one.

    Without `open` every request has a connection of its own.
    """

    def __init__(self, api_url: str = API_URL) -> None:
        self.client = AsyncWebClient(
            base_url=api_url, timeout=int(_TOTAL_SECONDS), logger=LOGGER, retry_handlers=[]
        )
        if not self.client.base_url.startswith("https://"):
            self.client.proxy = None  # a proxy of this machine leads out; who is asked here is on it
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """Keep one session for all requests from here on."""
        if self._session is None:
            self._session = self.client.session = _new_session()

    async def close(self) -> None:
        """End the session."""
        session, self._session, self.client.session = self._session, None, None
        if session is not None:
            await session.close()

    async def ask(
        self, asking: Coroutine[Any, Any, AsyncSlackResponse], method: str = ""
    ) -> AsyncSlackResponse:
        """Slack's answer to a request of `client`. Raises NotDone, which names the `method`."""
        method = method or str(getattr(asking, "__name__", "")).replace("_", ".")
        try:
            return await asking
        except SlackApiError as error:
            raise _refusal(method, error) from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotDone(method, UNREACHABLE) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotDone(method, NO_ANSWER, is_unsure=True) from error

    async def exchange(self, client_id: str, client_secret: str, **grant: str) -> AsyncSlackResponse:
        """A token for a code or for a refresh token. Raises NotDone.

        https://docs.slack.dev/reference/methods/oauth.v2.access
        """
        # The client's own method uses a part of aiohttp that warns whenever it is used.
        data = {"client_id": client_id, "client_secret": client_secret, **grant}
        method = "oauth.v2.access"
        return await self.ask(self.client.api_call(method, data=data), method)

    async def upload(self, url: str, content: bytes) -> None:
        """Bring a file to where Slack wants it; nobody sees it yet. Raises NotDone."""
        try:
            async with self._requests() as requests, requests.post(url, data=content) as response:
                if response.status != 200:
                    raise NotDone("upload", f"http_{response.status}", is_unsure=response.status >= 500)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotDone("upload", NO_ANSWER, is_unsure=True) from error

    async def download(self, url: str, token: str, most: int) -> bytes:
        """A file that somebody sent, or its beginning where it has more bytes than `most`. Raises NotDone."""
        headers = {"Authorization": f"Bearer {token}"}
        content = bytearray()
        try:
            # Whoever may not read a file is led to a page to sign in.
            async with (
                self._requests() as requests,
                requests.get(url, headers=headers, allow_redirects=False) as response,
            ):
                if response.status != 200:
                    raise NotDone("download", f"http_{response.status}", is_unsure=response.status >= 500)
                async for chunk in response.content.iter_chunked(_CHUNK):
                    content += chunk
                    if len(content) > most:
                        break
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotDone("download", NO_ANSWER, is_unsure=True) from error
        return bytes(content)

    def _requests(self) -> _Borrowed:
        return _Borrowed(self._session)


class _Borrowed:
    """The session of the line while it is open, else one for this request."""

    def __init__(self, session: aiohttp.ClientSession | None) -> None:
        self._kept = session
        self._own: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> aiohttp.ClientSession:
        if self._kept is not None:
            return self._kept
        self._own = _new_session()
        return self._own

    async def __aexit__(self, *_: object) -> None:
        if self._own is not None:
            await self._own.close()


def _new_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=_TOTAL_SECONDS, sock_connect=_CONNECT_SECONDS)
    )


def _refusal(method: str, error: SlackApiError) -> NotDone:
    """What Slack's answer means; some answers are none, such as the page of a proxy in between."""
    answer = error.response
    if not isinstance(answer, AsyncSlackResponse):
        return NotDone(method, NO_ANSWER, is_unsure=True)  # no JSON
    data = answer.data if isinstance(answer.data, dict) else {}
    code = str(data.get("error") or "")
    if answer.status_code == 429 or code in _PATIENCE:
        return NotDone(method, PATIENCE, retry_after=retry_after(answer.headers))
    if answer.status_code >= 500:
        return NotDone(method, code or f"http_{answer.status_code}", is_unsure=True)
    if not code:
        return NotDone(method, f"http_{answer.status_code}", is_unsure=answer.status_code < 400)
    return NotDone(method, code, is_unsure=code in _BROKE, needed=str(data.get("needed") or ""))
