"""Teams on a bad day: every activity comes again, also under another id, and every request of ours may go wrong."""

from __future__ import annotations

import asyncio
import itertools
import json
import random  # noqa: TID251 - drawn from a seed, which a failure prints
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid5

from bot import wall_clock
from bot.channels.teams import parse, render
from bot.channels.teams.received import Said
from bot.message import Press
from bot.platforms import Microsoft
from bot.reply import Reply
from tests.bot_framework.connector import (
    OK,
    PRECONDITION_FAILED,
    Activity,
    Answer,
    Attempt,
    Connector,
    dropped,
    failed,
    hung,
    late,
    refused,
    throttled,
)
from tests.bot_framework.issuer import Issuer
from tests.bot_framework.people import APP_ID, BOT_ID, BOT_NAME, TENANT_ID, TeamsPerson
from tests.faults.history import Row
from tests.faults.house import House, Peril, known, nowhere
from tests.faults.talker import Button

PATH = "/api/messages"
OUTBOUND = "our own token"
_OF_PEOPLE = UUID("6f3c9a52-0d1e-4b8a-9c55-0c0ffee00001")
_CARD = re.compile(r'("card": )"[0-9a-f]+"')
_HTTP_DATE = "Thu, 26 Nov 2026 03:00:00 GMT"
_CONSENT = "application/vnd.microsoft.teams.card.file.consent"

REFUSALS = (
    throttled(),
    throttled("0"),
    throttled("1"),
    throttled("999999"),
    throttled(_HTTP_DATE),
    PRECONDITION_FAILED,
    refused(401, "Unauthorized", "Authorization has been denied for this request."),
)
DOUBTS = (
    failed(500),
    failed(502, is_delivered=True),
    failed(504),
    failed(503, is_delivered=True),
    dropped(),
    dropped(is_delivered=True),
    hung(),
    hung(is_delivered=True),
    refused(408, "Timeout", "The request timed out."),
)


class BadDay(Connector):
    """A connector for which so many requests go wrong. In `closed` conversations each gets the answer that stands there."""

    def __init__(self, people: Sequence[TeamsPerson], draw: random.Random, badness: float) -> None:
        super().__init__(people=people)
        self.badness = badness
        self.closed: dict[str, Answer] = {}
        self._draw = draw
        self._times = _milliseconds()

    def _next_answer(self, method: str, conversation_id: str, kind: str) -> Answer:
        self._ids = itertools.count(next(self._times))  # the ids of Teams are times
        if answer := self.closed.get(conversation_id):
            return answer
        if self._planned:
            return super()._next_answer(method, conversation_id, kind)
        if self._draw.random() >= self.badness:
            return OK
        return self._draw.choice((*REFUSALS, *DOUBTS, late(0.3)))


def _milliseconds() -> Iterator[int]:
    """The time, and each a little later than the one before."""
    last = 0
    while True:
        last = max(last + 1, int(wall_clock.now().timestamp() * 1000))
        yield last


@dataclass
class OnTeams:
    """The coach on Teams. In `tenants` are the people of each, by its id; `badness` says how much goes wrong.

    How often an activity comes is drawn from `seed`.
    """

    url: str
    tenants: Mapping[str, Sequence[str]]
    seed: str
    badness: float = 0.0
    workers: int = 1
    peril: Peril = nowhere
    late: list[asyncio.Task[int]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self.draw = random.Random(f"{self.seed}:activities")  # noqa: S311 - no secret
        self._tenant = {person: tenant for tenant, people in self.tenants.items() for person in people}
        self._tick = 0
        async with AsyncExitStack() as stack:
            self.issuer = stack.enter_context(Issuer())
            people = [_account(person) for person in self._tenant]
            answers = random.Random(f"{self.seed}:connector")  # noqa: S311
            self.connector = stack.enter_context(BadDay(people, answers, self.badness))
            self.house = House(
                self.url,
                {
                    "TEAMS_APP_ID": APP_ID,
                    "TEAMS_APP_PASSWORD": "password",
                    "TEAMS_APP_TENANT_ID": TENANT_ID,
                    "TEAMS_ALLOWED_TENANTS": ",".join(self.tenants),
                    "TEAMS_SERVICE_URLS": self.connector.url,
                },
                [known(person) for person in self._tenant],
                microsoft=Microsoft(self.issuer.metadata_url, OUTBOUND),
                workers=self.workers,
                peril=self.peril,
            )
            await stack.enter_async_context(self.house)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    # --- What a person does -----------------------------------------------------------------------------------------

    async def type(self, person: str, words: str, earlier: timedelta = timedelta(0)) -> str:
        """Type words in the personal chat, so long ago."""
        typed = self._activity(person, earlier) | {"text": words, "textFormat": "plain"}
        await self._deliver([typed])
        return _event(typed)

    async def press(self, person: str, button: Button) -> str:
        """Press a button in the personal chat. Teams may say so again, as something that has just happened."""
        value = {"replyToId": button.on, "value": json.loads(button.carries)}
        pressed = self._activity(person) | value
        again = [self._activity(person) | value for _ in range(self.draw.choice((0, 0, 1, 2)))]
        await self._deliver([pressed, *again] if self.badness else [pressed])
        return _event(pressed)

    async def settle(self, person: str) -> None:
        """Return when the person has been answered as far as they ever will."""
        await self.house.settle("teams", self._tenant[person])

    async def order(self, person: str, *events: str) -> Sequence[str]:
        """These events in the order in which the coach heard them."""
        return await self.house.order("teams", *events)

    def buttons(self, person: str) -> list[Button]:
        """What can be pressed in the personal chat, the oldest first."""
        return [
            Button(message["id"], press, json.dumps(data))
            for message in self.connector.chat(chat_of(person))
            for data in _submits(message.get("attachments"))
            if (press := Press.from_token(str(data.get("press", ""))))
        ]

    async def removes(self, person: str) -> int:
        """The person removes the coach; the status of our answer."""
        removal = self._activity(person) | {"type": "installationUpdate", "action": "remove"}
        return await self.send(removal)

    # --- What can be seen -------------------------------------------------------------------------------------------

    def shown(self) -> dict[str, str]:
        """What stands in every chat now, by the id of the message."""
        return {
            message["id"]: content_of(message)
            for each in self._tenant
            for message in self.connector.chat(chat_of(each))
        }

    def tried(self, person: str) -> list[Attempt]:
        """Every request to post something to this person, whatever became of it."""
        return [
            attempt
            for attempt in self.connector.attempts
            if attempt.method == "POST"
            and attempt.conversation_id == chat_of(person)
            and attempt.activity.get("type") == "message"
        ]

    async def everything_late(self) -> None:
        """What Teams had still to deliver is delivered."""
        late, self.late = self.late, []
        assert set(await asyncio.gather(*late)) <= {202}

    # --- Delivering -------------------------------------------------------------------------------------------------

    async def _deliver(self, activities: Sequence[Activity]) -> None:
        """Deliver each one to three times: at once, or some of it when others have followed."""
        if not self.badness:
            assert [await self.send(each) for each in activities] == [202] * len(activities)
            return
        copies = [each for each in activities for _ in range(self.draw.choice((1, 1, 2, 3)))]
        first, *rest = copies
        at_once = [self.draw.random() < 0.5 for _ in rest]
        now = [first, *(each for each, is_now in zip(rest, at_once, strict=True) if is_now)]
        answers = await asyncio.gather(*map(self.send, now))
        assert set(answers) == {202}, f"an activity was answered with {answers}"
        for each, is_now in zip(rest, at_once, strict=True):
            if not is_now:
                self.late.append(asyncio.create_task(self._later(each, self.draw.uniform(0, 1.5))))

    async def _later(self, activity: Activity, seconds: float) -> int:
        await asyncio.sleep(seconds)
        return await self.send(activity)

    async def send(self, activity: Activity) -> int:
        """One request of the Bot Framework, with a token; the status of our answer."""
        headers = {"Authorization": f"Bearer {self.issuer.token(self.connector.url)}"}
        async with self.house.session.post(PATH, json=activity, headers=headers) as response:
            await response.read()
            return response.status

    def _activity(self, person: str, earlier: timedelta = timedelta(0)) -> Activity:
        self._tick += 1
        tenant, account = self._tenant[person], _account(person)
        return {
            "type": "message",
            "id": f"f:{uuid5(_OF_PEOPLE, str(self._tick))}",
            "timestamp": _iso(wall_clock.now() - earlier),
            "channelId": "msteams",
            "serviceUrl": self.connector.url,
            "from": {"id": account.id, "name": account.name, "aadObjectId": account.aad_object_id},
            "recipient": {"id": BOT_ID, "name": BOT_NAME},
            "conversation": {"id": chat_of(person), "conversationType": "personal", "tenantId": tenant},
            "channelData": {"tenant": {"id": tenant}},
            "locale": "en-GB",
        }


def never_again(rows: Sequence[Row], tried: Sequence[Attempt], there: Collection[str]) -> Iterator[str]:
    """Every message to one person that was posted again after a doubt, or otherwise than its row says.

    Teams keeps no id of ours: what belongs together is known by its content. `there`: the ids of what the person sees.
    """
    own = [row for row in rows if row.kind != "update"]
    known_as = [str(row.provider_ref) for row in own if row.state == "sent"]
    yield from (f"{ref} is said to be there and is not" for ref in known_as if ref not in there)
    if len(set(known_as)) < len(known_as):
        yield "two messages are said to be the same one"
    may_be_there = Counter(_content(row) for row in own if row.state in {"sent", "unknown"})
    posts = Counter(_posted(each.activity) for each in tried)
    refused_ones = Counter(_posted(each.activity) for each in tried if _is_refusal(each.answer))
    delivered = Counter(_posted(each.activity) for each in tried if each.answer.is_delivered)
    for content, wanted in Counter(map(_content, own)).items():
        if posts[content] - refused_ones[content] > wanted:
            yield f"posted again: {content[:300]}"
        if delivered[content] > may_be_there[content]:
            yield f"there {delivered[content]} times instead of {may_be_there[content]}: {content[:300]}"
    in_doubt = sum(_is_doubt(each.answer) and not each.answer.is_delivered for each in tried)
    unknown = sum(row.state == "unknown" for row in own)
    if in_doubt > unknown:
        yield f"{in_doubt} were in doubt, and only {unknown} are said to be"


def content_of(message: Activity) -> str:
    """What can be seen of a message; which card it is says nothing."""
    return _CARD.sub(r'\1"card"', json.dumps(message.get("attachments")))


def chat_of(person: str) -> str:
    """Their chat with us."""
    return f"a:{person}"


def _account(person: str) -> TeamsPerson:
    return TeamsPerson(person, person.title(), str(uuid5(_OF_PEOPLE, person)))


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def _event(activity: Activity) -> str:
    """What this activity is to us."""
    received = parse.read(activity)
    assert isinstance(received, Said)
    return received.message.event_id


def _submits(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("type") == "Action.Submit":
            yield value["data"]
        for each in value.values():
            yield from _submits(each)
    elif isinstance(value, list):
        for each in value:
            yield from _submits(each)


def _content(row: Row) -> str:
    """What is posted for a row. An offered file is known by its name."""
    reply = Reply.from_json(row.payload)
    return reply.files[0].name if row.kind == "file" else content_of(render.activity(reply))


def _posted(activity: Activity) -> str:
    attachments = activity.get("attachments") or [{}]
    is_offer = attachments[0].get("contentType") == _CONSENT
    return str(attachments[0]["name"]) if is_offer else content_of(activity)


def _is_refusal(answer: Answer) -> bool:
    """Nothing was done, and Teams says so."""
    return answer in REFUSALS


def _is_doubt(answer: Answer) -> bool:
    return answer in DOUBTS
