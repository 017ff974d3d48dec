"""What stands between a client that cannot sign and the bot: adds a token to every activity, and notes both sides."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.bot_framework.connector import Activity, passed_on
from tests.bot_framework.issuer import Issuer
from tests.bot_framework.loopback import Loopback


@dataclass(frozen=True, slots=True)
class Exchange:
    """One activity that the client sent, and what the bot answered."""

    activity: Activity
    status: int
    answer: Any


class SigningRelay(Loopback):
    """Give `endpoint` to the client as the bot's address; the bot, at `bot_url`, gets tokens of `issuer`.

    Set `bot_url` before the client starts, at the latest.
    """

    def __init__(self, issuer: Issuer, bot_url: str = "") -> None:
        super().__init__([web.route("*", "/api/messages", self._relay)])
        self.bot_url = bot_url
        self.exchanges: list[Exchange] = []
        self._issuer = issuer

    @property
    def endpoint(self) -> str:
        return f"{self.url}/api/messages"

    def heard(self, kind: str) -> list[Activity]:
        """The activities of this type that the client sent, oldest first."""
        return [each.activity for each in self.exchanges if each.activity["type"] == kind]

    async def _relay(self, request: web.Request) -> web.Response:
        content = await request.read()
        if not content:  # the client looks whether anybody is there
            async with self.client.request(request.method, self.bot_url) as received:
                return await passed_on(received)
        activity: Activity = json.loads(content)
        headers = {
            "Authorization": f"Bearer {self._issuer.token(activity.get('serviceUrl', ''))}",
            "Content-Type": request.headers["Content-Type"],
        }
        async with self.client.post(self.bot_url, data=content, headers=headers) as received:
            answered = await received.read()
            is_json = answered and received.content_type == "application/json"
            self.exchanges.append(
                Exchange(activity, received.status, json.loads(answered) if is_json else answered.decode())
            )
            return await passed_on(received)
