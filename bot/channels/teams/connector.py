"""Speaking to the service of a conversation: one session for all, and what each of its answers means for a message.

<https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference>. The SDK's
own connector makes a session for every turn, hides the status of an answer that is no JSON, sends in the few threads
that everything else needs too, and resends by itself. A message that may have arrived must never be sent again
<https://github.com/openclaw/openclaw/pull/121116>, so this one sends once and says what is known. That is also why
what we start is posted from the stored reference and not by the SDK's `continue_conversation`: it would go the same
way through that connector, and a send that failed half-way would look like one that never left.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
import structlog

from bot.channels.teams.credentials import AppToken
from bot.channels.teams.reference import Reference
from bot.channels.teams.trusted import Trusted
from bot.errors import DeliveryError
from bot.retry_after import retry_after

Json = Mapping[str, Any]

TIMEOUT = 8.0  # seconds; delivery gives a send ten, and we must have said by then what became of it
_TO_CONNECT = 4.0
_AT_ONCE = 100

# "The person has blocked us", "we are not installed there": <https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages>
_GONE = frozenset(
    {
        "MessageWritesBlocked",
        "ConversationBlockedByUser",
        "BotNotInConversationRoster",
        "BotDisabledByAdmin",
        "ConversationNotFound",
    }
)
# It certainly did nothing: too early, too fast, or somebody else wrote at the same moment.
_NOT_YET = frozenset({401, 412, 425, 429})
_PERHAPS = frozenset({408})

log = structlog.get_logger(__name__)


class Connector:
    """Our way to every service that `trusted` knows, with our token on it."""

    def __init__(self, token: AppToken, trusted: Trusted, *, timeout: float = TIMEOUT) -> None:
        self._token = token
        self._trusted = trusted
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def post(self, to: Reference, activity: Json) -> str:
        """Post it; Teams' id of what was posted, empty where Teams does not say. Raises DeliveryError."""
        answer = await self._ask("POST", f"{_conversation(to)}/activities", to, _addressed(activity, to))
        return str(answer.get("id") or "")

    async def replace(self, to: Reference, activity_id: str, activity: Json) -> None:
        """Show it in the place of an earlier one; twice is as good as once. Raises DeliveryError."""
        path = f"{_conversation(to)}/activities/{_part(activity_id)}"
        await self._again("PUT", path, to, {**_addressed(activity, to), "id": activity_id})

    async def delete(self, to: Reference, activity_id: str) -> None:
        """Take an earlier one away. Raises DeliveryError."""
        await self._again("DELETE", f"{_conversation(to)}/activities/{_part(activity_id)}", to)

    async def member(self, of: Reference) -> Json:
        """What Teams knows of the person of this conversation. Raises DeliveryError."""
        return await self._again("GET", f"{_conversation(of)}/members/{_part(of.user)}", of)

    async def token(self) -> str:
        """Our own token. Raises DeliveryError."""
        return await self._token.get()

    async def session(self) -> aiohttp.ClientSession:
        """The session that all share."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_AT_ONCE),
                timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=_TO_CONNECT),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def close(self) -> None:
        """Let go of every connection."""
        if self._session is not None:
            await self._session.close()

    async def _again(self, method: str, path: str, to: Reference, body: Json | None = None) -> Json:
        """As `_ask`, for what may simply be done again: nothing about it is ever in doubt."""
        try:
            return await self._ask(method, path, to, body, is_of_one=True)
        except DeliveryError as error:
            if error.ambiguous:
                raise DeliveryError(str(error)) from error
            raise

    async def _ask(
        self, method: str, path: str, to: Reference, body: Json | None = None, *, is_of_one: bool = False
    ) -> Json:
        if not self._trusted.is_service(to.service_url):
            raise DeliveryError("the service of this conversation is not one that we trust", permanent=True)
        token = await self._token.get()
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}
        url = f"{to.service_url.rstrip('/')}{path}"
        session = await self.session()
        try:
            async with session.request(
                method, url, data=content, headers=headers, allow_redirects=False
            ) as response:
                answer = await _read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            # Nothing went out.
            raise DeliveryError(f"Teams cannot be reached: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DeliveryError(f"no usable answer: {type(error).__name__}", ambiguous=True) from error
        if 200 <= response.status < 300:
            return answer
        if response.status == 401:
            self._token.forget()
        log.info("teams refused", status=response.status, code=_code(answer), method=method)
        raise refusal(response.status, response.headers, answer, is_of_one=is_of_one)


def refusal(
    status: int, headers: Mapping[str, str], answer: Json, *, is_of_one: bool = False
) -> DeliveryError:
    """What an answer that is no "yes" means for the message.

    Where it `is_of_one` message or person, their not being there says nothing of the conversation. A refused token counts
    as "not yet": the administrator can mend it, and until then every message would be lost.
    """
    code = _code(answer)
    what = f"Teams answered {status} {code}".strip()
    if status in _NOT_YET:
        pause = retry_after(headers) if status == 429 else None
        return DeliveryError(what, retry_after=pause)
    if status >= 500 or status in _PERHAPS:
        return DeliveryError(what, ambiguous=True)
    if status == 413:
        log.error("message too large for teams")
    is_gone = code in _GONE or (status == 404 and not is_of_one)
    return DeliveryError(what, permanent=True, gone=is_gone)


async def _read(response: aiohttp.ClientResponse) -> Json:
    """The body of an answer; empty where it is no JSON object: its status counts all the same."""
    try:
        body = json.loads(await response.read())
    except (ValueError, RecursionError, aiohttp.ClientPayloadError):
        return {}
    return body if isinstance(body, dict) else {}


def _code(answer: Json) -> str:
    """What Teams calls the refusal. It says so in one of several places, one of them a JSON text inside the JSON."""
    places = [answer, _nested(answer.get("error")), _nested(answer.get("message"))]
    codes = [str(place[key])[:100] for place in places for key in ("subCode", "code") if place.get(key)]
    return next((code for code in codes if code in _GONE), codes[0] if codes else "")


def _nested(value: object) -> Json:
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def _addressed(activity: Json, to: Reference) -> Json:
    more: dict[str, Any] = {
        "channelId": "msteams",
        "serviceUrl": to.service_url,
        "from": {"id": to.bot},
        "recipient": {"id": to.user},
        "conversation": {"id": to.conversation, "tenantId": to.tenant},
    }
    if to.locale:
        more["locale"] = to.locale
    return {**more, **activity}


def _conversation(to: Reference) -> str:
    return f"/v3/conversations/{_part(to.conversation)}"


def _part(text: str) -> str:
    """One part of a path, whatever signs are in it."""
    return quote(text, safe="")
