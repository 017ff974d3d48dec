"""Slack on a bad day: every event comes several times, in any order, and every request of ours may go wrong."""

from __future__ import annotations

import asyncio
import json
import random  # noqa: TID251 - drawn from a seed, which a failure prints
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID, uuid5

from bot import wall_clock
from bot.app import new_secret
from bot.channels.slack import parse
from bot.chat import Installation
from bot.installations import InstallationBook
from bot.keyring import Keyring
from bot.message import Press
from tests.channels.slack.fake_slack import (
    BOT_TOKEN,
    BOT_USER,
    DONE_THEN_500,
    DONE_THEN_LOST,
    LOST,
    TEAM,
    Call,
    FakeSlack,
    Mishap,
    says,
    too_many,
    user,
)
from tests.faults.house import House, Peril, known, nowhere
from tests.faults.talker import Button
from tests.payloads.slack.replay import payload, sign

SECRET = "a signing secret"
PATH = "/slack/events"
_SENDERS_SLACK = UUID("3f0d2b86-6a55-5d6c-9a41-6d0f0b0c5b1e")
_HTTP_DATE = "Thu, 26 Nov 2026 03:00:00 GMT"

# What befalls a request of ours to do something, and one only to look.
DOING = (
    too_many(None),
    too_many("0"),
    too_many("1"),
    too_many("999999"),
    too_many("99999999999"),
    too_many(_HTTP_DATE),
    DONE_THEN_500,
    Mishap(500),
    Mishap(503, is_done=True),
    DONE_THEN_LOST,
    LOST,
    Mishap(is_done=True, is_lost=True, seconds=4),
    Mishap(is_lost=True, seconds=4),
    says("internal_error"),
    Mishap(is_done=True, is_page=True),
    Mishap(is_page=True),
    says("service_unavailable"),
    says("request_timeout"),
)
LOOKING = (too_many(None), too_many("1"), Mishap(500), LOST, says("internal_error"))
_DOES = frozenset(
    {
        "chat.postMessage",
        "chat.update",
        "files.getUploadURLExternal",
        "files.completeUploadExternal",
    }
)
_LOOKS = frozenset({"conversations.history", "conversations.replies", "conversations.open", "users.info"})


class BadDay(FakeSlack):
    """A Slack in which so many of our requests go wrong. `throttled` are tokens that get nothing done at all."""

    def __init__(self, draw: random.Random, badness: float) -> None:
        super().__init__()
        self.badness = badness
        self.throttled: set[str] = set()
        self._draw = draw
        self._last = 0

    def _ts(self) -> str:
        """A time that no other message has, as on the real Slack, and later than all others."""
        self._last = max(self._last + 1, int(wall_clock.now().timestamp() * 1_000_000))
        return f"{self._last / 1_000_000:.6f}"

    def _mishap(self, call: Call) -> Mishap | None:
        if call.token in self.throttled and call.method in _DOES:
            return too_many("30")
        kinds = DOING if call.method in _DOES else LOOKING if call.method in _LOOKS else ()
        return self._draw.choice(kinds) if kinds and self._draw.random() < self.badness else None


@dataclass
class OnSlack:
    """The coach on Slack. In `workspaces` are the people of each, by its id; `badness` says how much goes wrong.

    Nobody is known beforehand: Slack tells their addresses. How often an event comes is drawn from `seed`.
    """

    url: str
    workspaces: Mapping[str, Sequence[str]]
    seed: str
    badness: float = 0.0
    workers: int = 1
    peril: Peril = nowhere
    late: list[asyncio.Task[int]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self.draw = random.Random(f"{self.seed}:events")  # noqa: S311 - no secret
        self.slack = BadDay(random.Random(f"{self.seed}:slack"), self.badness)  # noqa: S311
        self._team = {person: team for team, people in self.workspaces.items() for person in people}
        self._tick = 0
        for person, team in self._team.items():
            self.slack.users[_user(person)] = user(
                _user(person), f"{person}@example.com", "Europe/Zagreb", team_id=team
            )
        for team in self.workspaces:
            self.slack.tokens[token_of(team)] = {"team_id": team, "user_id": BOT_USER, "bot_id": "B0BOT"}
        async with AsyncExitStack() as stack:
            stack.enter_context(self.slack)
            self.house = House(
                self.url,
                {
                    "SLACK_SIGNING_SECRET": SECRET,
                    "SLACK_CLIENT_ID": "client",
                    "SLACK_CLIENT_SECRET": "secret",
                    "SLACK_API_URL": self.slack.url,
                    "SLACK_ALLOWED_WORKSPACES": ",".join(self.workspaces),
                },
                [known(person) for person in self._team],
                workers=self.workers,
                peril=self.peril,
            )
            await stack.enter_async_context(self.house)
            for team in self.workspaces:
                await self.install(team)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def install(self, team: str) -> None:
        """The app is installed there, or once more with the token that Slack knows."""
        app = self.house.app
        book = InstallationBook(app.database, "slack", Keyring(app.settings.secret_keys), new_secret)
        await book.keep(Installation(team, "", team, BOT_USER, token_of(team)))

    # --- What a person does -----------------------------------------------------------------------------------------

    async def type(self, person: str, words: str, earlier: timedelta = timedelta(0)) -> str:
        """Type words in the direct messages, so long ago."""
        first = self._typed(person, words, earlier)
        said = parse.direct(first)
        assert said
        # Slack may make two events of one message, each delivered several times.
        twins = [first] if self.draw.random() < 0.7 or not self.badness else [first, _twin(first)]
        await self._deliver([(json.dumps(twin), "application/json") for twin in twins])
        return said.message.event_id

    def typed(self, person: str, words: str) -> tuple[str, str]:
        """The request by which Slack would tell us what somebody types."""
        return json.dumps(self._typed(person, words, timedelta(0))), "application/json"

    async def press(self, person: str, button: Button) -> str:
        """Press a button in the direct messages. Slack does not repeat this; a finger does."""
        room, _, ts = button.on.partition(":")
        self._tick += 1
        body = payload("block_actions_button") | {
            "team": {"id": self._team[person], "domain": "test"},
            "user": {"id": _user(person), "team_id": self._team[person]},
            "container": {"type": "message", "message_ts": ts, "channel_id": room},
            "channel": {"id": room},
            "message": {"type": "message", "ts": ts},
            "trigger_id": f"trigger.{self._tick}",
            "actions": [
                {
                    "type": "button",
                    "action_id": button.action,
                    "value": button.carries,
                    "action_ts": f"{wall_clock.now().timestamp():.6f}",
                }
            ],
        }
        pressed = parse.pressed(body)
        assert pressed
        assert pressed.press
        event = pressed.message(pressed.press).event_id
        form = urlencode({"payload": json.dumps(body)})
        fingers = self.draw.choice((1, 1, 2, 3)) if self.badness else 1
        taken = await asyncio.gather(
            *(self.send(form, "application/x-www-form-urlencoded") for _ in range(fingers))
        )
        assert set(taken) == {200}, f"a press was answered with {taken}"
        return event

    async def settle(self, person: str) -> None:
        """Return when the person has been answered as far as they ever will."""
        await self.house.settle("slack", self._team[person])

    async def order(self, person: str, *events: str) -> Sequence[str]:
        """These events in the order in which the coach heard them."""
        return await self.house.order("slack", *events)

    def buttons(self, person: str) -> list[Button]:
        """What can be pressed in the person's direct messages, the oldest first."""
        room = room_of(person)
        return [
            Button(f"{room}:{message['ts']}", press, found["value"], found["action_id"])
            for message in list(self.slack.messages[room])
            for found in _buttons(message.get("blocks"))
            if (press := Press.from_token(found["value"]))
        ]

    def shown(self) -> dict[str, str]:
        """What stands in every room now, by the id of the message."""
        return {
            f"{room}:{message['ts']}": json.dumps([message.get("text"), message.get("blocks")])
            for room, messages in self.slack.messages.items()
            for message in messages
            if "files" not in message
        }

    def posts(self) -> dict[int, list[str]]:
        """What was posted for every row, by the id of the message, oldest first."""
        found: dict[int, list[str]] = {}
        told = [(message, room) for room, messages in self.slack.messages.items() for message in messages]
        for message, room in sorted(told, key=lambda each: float(each[0]["ts"])):
            if "metadata" in message:
                row = message["metadata"]["event_payload"]["outbox_id"]
                found.setdefault(row, []).append(f"{room}:{message['ts']}")
        return found

    def files(self) -> list[str]:
        """Every file that somebody can see, by room and name."""
        return [
            f"{room}/{file['name']}"
            for room, messages in self.slack.messages.items()
            for message in messages
            for file in message.get("files", ())
        ]

    async def everything_late(self) -> None:
        """What Slack had still to deliver is delivered."""
        late, self.late = self.late, []
        assert set(await asyncio.gather(*late)) <= {200}

    # --- Delivering -------------------------------------------------------------------------------------------------

    async def _deliver(self, events: Sequence[tuple[str, str]]) -> None:
        """Deliver each one to four times: at once, one after the other, or some of it when others have followed."""
        if not self.badness:
            assert [await self.send(*event) for event in events] == [200] * len(events)
            return
        copies = [(event, number) for event in events for number in range(self.draw.choice((1, 1, 2, 4)))]
        self.draw.shuffle(copies)
        first, *rest = copies
        at_once = [each for each in rest if self.draw.random() < 0.5]
        answers = await asyncio.gather(
            *(self.send(*event, retry=number) for event, number in [first, *at_once])
        )
        assert set(answers) == {200}, f"an event was answered with {answers}"
        for event, number in rest:
            if (event, number) not in at_once:
                self.late.append(asyncio.create_task(self._later(event, number, self.draw.uniform(0, 1.5))))

    async def _later(self, event: tuple[str, str], retry: int, seconds: float) -> int:
        await asyncio.sleep(seconds)
        return await self.send(*event, retry=retry)

    async def send(self, body: str, content_type: str, retry: int = 0) -> int:
        """One request of Slack's, signed; the status of our answer."""
        now = int(wall_clock.now().timestamp())
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": str(now),
            "X-Slack-Signature": sign(body, secret=SECRET, timestamp=now),
        }
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        async with self.house.session.post(PATH, data=body.encode(), headers=headers) as response:
            await response.read()
            return response.status

    async def event(self, team: str, name: str, **fields: Any) -> int:
        """An event of the workspace, such as `app_uninstalled`; the status of our answer."""
        self._tick += 1
        body = _envelope(team, f"EvOther{self._tick}") | {"event": {"type": name, **fields}}
        return await self.send(json.dumps(body), "application/json")

    def _typed(self, person: str, words: str, earlier: timedelta) -> dict[str, Any]:
        self._tick += 1
        ts = _ts(wall_clock.now() - earlier)
        event = {
            "type": "message",
            "channel": room_of(person),
            "channel_type": "im",
            "user": _user(person),
            "text": words,
            "ts": ts,
            "event_ts": ts,
            "client_msg_id": str(uuid5(_SENDERS_SLACK, f"{person}:{self._tick}")),
        }
        return _envelope(self._team[person], f"Ev{self._tick}") | {"event": event}


def token_of(team: str) -> str:
    """Our token in this workspace."""
    return BOT_TOKEN if team == TEAM else f"xoxb-{team}"


def room_of(person: str) -> str:
    """Their direct messages with us."""
    return f"D{_user(person)[1:]}"


def _user(person: str) -> str:
    return f"U0{person.upper()}"


def _ts(moment: datetime) -> str:
    return f"{moment.timestamp():.6f}"


def _envelope(team: str, event_id: str) -> dict[str, Any]:
    authorized = {"enterprise_id": None, "team_id": team, "user_id": BOT_USER, "is_bot": True}
    return {
        "type": "event_callback",
        "team_id": team,
        "api_app_id": "A01APP",
        "event_id": event_id,
        "authorizations": [{**authorized, "is_enterprise_install": False}],
    }


def _twin(body: dict[str, Any]) -> dict[str, Any]:
    """The same message as another event, a moment later."""
    ts = f"{float(body['event']['ts']) + 0.000017:.6f}"
    return body | {"event_id": f"{body['event_id']}b", "event": body["event"] | {"ts": ts}}


def _buttons(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("type") == "button" and "value" in value:
            yield value
        for each in value.values():
            yield from _buttons(each)
    elif isinstance(value, list):
        for each in value:
            yield from _buttons(each)
