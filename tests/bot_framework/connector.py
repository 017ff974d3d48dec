"""A stand-in for the Bot Connector of Teams: keeps what the bot sends, and can be as unkind as the real one.

How Teams answers: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/build-conversational-capability
(status codes) and https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/rate-limit
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from tests.bot_framework.loopback import Loopback
from tests.bot_framework.people import EVERYBODY, TeamsPerson

Activity = dict[str, Any]

_FIRST_ID = 1_764_060_000_000  # Teams numbers its messages by the millisecond


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of one request: whether the message reaches the chat, and what the bot hears of it.

    `status` 0 means that the connection breaks instead of an answer. `after` is in seconds; for ever is `math.inf`.
    """

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_delivered: bool = False
    after: float = 0.0


OK = Answer(HTTPStatus.OK, is_delivered=True)


def refused(status: int, code: str, message: str) -> Answer:
    """An answer in the words of Teams, and no message in the chat."""
    return Answer(status, json.dumps({"error": {"code": code, "message": message}}))


def throttled(retry_after: str | None = None) -> Answer:
    """Too many requests; often without a word about when to try again."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Answer(429, json.dumps({"error": {"code": "Throttled", "message": "Too many requests."}}), headers)


def failed(status: int, *, is_delivered: bool = False) -> Answer:
    """A 5xx of a machine on the way, which answers in HTML; the message may be in the chat all the same."""
    return Answer(status, f"<html><h1>{HTTPStatus(status).phrase}</h1></html>", is_delivered=is_delivered)


def dropped(*, is_delivered: bool = False) -> Answer:
    """The connection breaks without an answer; the message may be in the chat all the same."""
    return Answer(0, is_delivered=is_delivered)


def hung(*, is_delivered: bool = False) -> Answer:
    """No answer ever; the message may be in the chat all the same."""
    return Answer(0, is_delivered=is_delivered, after=math.inf)


def late(seconds: float) -> Answer:
    """A good answer, but only after so many seconds; the message is in the chat at once."""
    return Answer(HTTPStatus.OK, is_delivered=True, after=seconds)


# The person blocked the coach or removed it. The code stands in a JSON text inside the JSON, as Teams writes it:
# https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
_BLOCKED = {"subCode": "MessageWritesBlocked", "details": "Thread is blocked from message writes."}
WRITES_BLOCKED = Answer(403, json.dumps({"errorCode": 209, "message": json.dumps(_BLOCKED, indent=2)}))
NOT_IN_ROSTER = refused(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
UNAUTHORIZED = refused(401, "Unauthorized", "Authorization has been denied for this request.")
CONVERSATION_GONE = refused(404, "ConversationNotFound", "Conversation not found.")
ACTIVITY_GONE = refused(
    404, "ActivityNotFoundInConversation", "The message was not found in the conversation."
)
PRECONDITION_FAILED = refused(412, "PreconditionFailed", "Precondition failed, please try again.")
TOO_BIG = refused(413, "MessageSizeTooBig", "Message size too large.")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request of the bot, whatever became of it. `target` is the message it replies to, changes or deletes."""

    method: str
    conversation_id: str
    target: str
    activity: Activity
    authorization: str
    answer: Answer
    at: float  # seconds on a clock that only goes forward


class Connector(Loopback):
    """Give `url` to the bot as the service address.

    Every request is noted in `attempts`; `chat` is what the people of a conversation see. A request to send, change,
    delete or create takes the next of the answers that were `plan`ned, and after the last one `usually`.
    With `behind`, another connector's address, good answers come from there: a real client shows what got through.
    """

    def __init__(self, *, people: Iterable[TeamsPerson] = EVERYBODY, behind: str = "") -> None:
        conversation = "/v3/conversations/{conversation}"
        super().__init__(
            [
                web.post("/v3/conversations", self._write),
                web.post(f"{conversation}/activities", self._write),
                web.post(f"{conversation}/activities/{{target}}", self._write),
                web.put(f"{conversation}/activities/{{target}}", self._write),
                web.delete(f"{conversation}/activities/{{target}}", self._write),
                web.get(f"{conversation}/members", self._members),
                web.get(f"{conversation}/pagedmembers", self._paged_members),
                web.get(f"{conversation}/members/{{member}}", self._member),
            ]
        )
        self.attempts: list[Attempt] = []
        self.usually = OK
        self.behind = behind
        self._people = list(people)
        self._planned: list[tuple[str, str, Answer]] = []
        self._chats: dict[str, dict[str, Activity]] = {}
        self._ids = itertools.count(_FIRST_ID)

    def plan(self, *answers: Answer, method: str = "", kind: str = "") -> None:
        """Answer the next requests like this, one after the other; or the next of this method, with this kind of activity."""
        self._planned += [(method, kind, answer) for answer in answers]

    def chat(self, conversation_id: str) -> list[Activity]:
        """The messages of this conversation, oldest first, each as it now reads."""
        return list(self._chats.get(conversation_id, {}).values())

    # --- Sending, changing, deleting, creating ------------------------------------------------------------------------

    async def _write(self, request: web.Request) -> web.StreamResponse:
        activity = await request.json() if request.can_read_body else {}
        attempt = Attempt(
            request.method,
            request.match_info.get("conversation", ""),
            request.match_info.get("target", ""),
            activity,
            request.headers.get("Authorization", ""),
            self._next_answer(
                request.method, request.match_info.get("conversation", ""), activity.get("type", "")
            ),
            time.monotonic(),
        )
        self.attempts.append(attempt)
        good = await self._deliver(request, attempt) if attempt.answer.is_delivered else web.Response()
        await self._wait(attempt.answer.after)
        return self._answered(request, attempt.answer, good)

    def _next_answer(self, method: str, conversation_id: str, kind: str) -> Answer:
        for place, (wanted, of_kind, answer) in enumerate(self._planned):
            if wanted in {"", method} and of_kind in {"", kind}:
                del self._planned[place]
                return answer
        return self.usually

    def _answered(self, request: web.Request, answer: Answer, good: web.Response) -> web.Response:
        if answer.status == 0 and request.transport:  # none where whoever asked has not waited
            request.transport.abort()
        if answer.status == HTTPStatus.OK:
            return good
        kind = "text/html" if answer.body.startswith("<") else "application/json"
        return web.Response(
            status=answer.status, text=answer.body, content_type=kind, headers=dict(answer.headers)
        )

    async def _wait(self, seconds: float) -> None:
        if seconds:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.is_over.wait(), None if math.isinf(seconds) else seconds)

    async def _deliver(self, request: web.Request, attempt: Attempt) -> web.Response:
        """Do what was asked, and say what Teams says then."""
        if self.behind:
            return await self._forwarded(request, attempt)
        if not attempt.conversation_id:
            member = attempt.activity["members"][0]["id"]
            return web.json_response({"id": f"a:new-{member}"}, status=201)
        chat = self._chats.setdefault(attempt.conversation_id, {})
        match attempt.method:
            case "POST":
                return self._posted(chat, attempt.activity)
            case "PUT":  # even of a message that was never posted: a test may begin in the middle
                chat[attempt.target] = attempt.activity | {"id": attempt.target}
                return web.json_response({"id": attempt.target})
            case _:
                chat.pop(attempt.target, None)
                return web.Response()

    def _posted(self, chat: dict[str, Activity], activity: Activity) -> web.Response:
        if activity.get("type") == "typing":
            return web.Response(status=202)
        activity_id = str(next(self._ids))
        chat[activity_id] = activity | {"id": activity_id}
        if activity.get("text") and activity.get("attachments"):
            return web.Response(status=202)  # it becomes two messages, and nobody is told their ids
        return web.json_response({"id": activity_id}, status=201)

    async def _forwarded(self, request: web.Request, attempt: Attempt) -> web.Response:
        sent = self.client.request(
            request.method,
            URL(self.behind + request.raw_path, encoded=True),
            data=await request.read(),
            headers={"Content-Type": "application/json"},
        )
        async with sent as received:
            is_shown = attempt.conversation_id and attempt.method in {"POST", "PUT"}
            if is_shown and received.ok and received.content_type == "application/json":
                activity_id = (await received.json())["id"]
                chat = self._chats.setdefault(attempt.conversation_id, {})
                chat[activity_id] = attempt.activity | {"id": activity_id}
            return await passed_on(received)

    # --- Who is there -------------------------------------------------------------------------------------------------

    async def _members(self, request: web.Request) -> web.Response:
        return web.json_response([person.as_member() for person in self._people])

    async def _paged_members(self, request: web.Request) -> web.Response:
        return web.json_response({"members": [person.as_member() for person in self._people]})

    async def _member(self, request: web.Request) -> web.Response:
        wanted = request.match_info["member"]
        for person in self._people:
            if wanted in {person.id, person.aad_object_id}:
                return web.json_response(person.as_member())
        return self._answered(
            request, refused(404, "MemberNotFoundInConversation", "Not found."), web.Response()
        )


async def passed_on(received: aiohttp.ClientResponse) -> web.Response:
    """The answer that was received, to be given on."""
    headers = {
        key: value for key, value in received.headers.items() if key in {"Content-Type", "Retry-After"}
    }
    return web.Response(status=received.status, body=await received.read(), headers=headers)
