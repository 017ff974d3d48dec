"""A small Teams bot for trying the Playground: it checks who calls, and answers what it hears.

Say `form`, `suggest`, `think`, `change` or `later` to it; anything else it repeats.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web
from botframework.connector.auth import (
    AuthenticationConfiguration,
    ChannelValidation,
    SimpleCredentialProvider,
)

from tests.bot_framework.connector import Activity
from tests.bot_framework.loopback import Loopback
from tests.bot_framework.people import APP_ID

_ADAPTIVE_CARD = "application/vnd.microsoft.card.adaptive"

FORM = {
    "type": "AdaptiveCard",
    "version": "1.5",
    "body": [
        {"type": "TextBlock", "text": "What happened?", "style": "heading", "wrap": True},
        {
            "type": "Input.Text",
            "id": "what",
            "label": "Description",
            "isRequired": True,
            "errorMessage": "Say what happened",
        },
        {
            "type": "Input.ChoiceSet",
            "id": "line",
            "label": "Line",
            "choices": [{"title": "Line 1", "value": "l1"}, {"title": "Line 2", "value": "l2"}],
        },
        {
            "type": "Input.ChoiceSet",
            "id": "kinds",
            "label": "Kinds",
            "style": "expanded",
            "isMultiSelect": True,
            "choices": [{"title": "Chip", "value": "chip"}, {"title": "Crack", "value": "crack"}],
        },
        {
            "type": "Input.ChoiceSet",
            "id": "stopped",
            "label": "Stopped",
            "style": "expanded",
            "choices": [{"title": "Yes", "value": "yes"}, {"title": "No", "value": "no"}],
        },
        {"type": "Input.Date", "id": "day", "label": "Day"},
        {"type": "Input.Time", "id": "hour", "label": "Hour"},
        {"type": "Input.Number", "id": "count", "label": "How many"},
        {"type": "Input.Toggle", "id": "sure", "label": "Sure", "title": "I have seen it myself"},
    ],
    "actions": [
        {"type": "Action.Submit", "title": "Send", "data": {"action": "send"}},
        {
            "type": "Action.Submit",
            "title": "Skip",
            "associatedInputs": "none",
            "data": {"action": "skip"},
        },
        {"type": "Action.Execute", "title": "Finish", "verb": "finish", "data": {"run": "r1"}},
        {
            "type": "Action.Execute",
            "title": "Approve",
            "verb": "approve",
            "associatedInputs": "none",
            "data": {"run": "r1"},
        },
    ],
}


def closed(words: str) -> dict[str, Any]:
    """A card with nothing left to do on it."""
    body = [{"type": "TextBlock", "text": words, "wrap": True}]
    return {"type": "AdaptiveCard", "version": "1.5", "body": body}


class EchoBot(Loopback):
    """Hears at `endpoint`, and nobody whose token is not good."""

    def __init__(self) -> None:
        super().__init__([web.post("/api/messages", self._hear)])
        self._answering: set[asyncio.Task[None]] = set()

    @property
    def endpoint(self) -> str:
        return f"{self.url}/api/messages"

    async def _hear(self, request: web.Request) -> web.Response:
        activity: Activity = await request.json()
        try:
            await ChannelValidation.authenticate_channel_token_with_service_url(
                request.headers.get("Authorization", ""),
                SimpleCredentialProvider(APP_ID, ""),
                activity.get("serviceUrl", ""),
                "msteams",
                AuthenticationConfiguration(),
            )
        except PermissionError:
            return web.Response(status=401)
        if activity["type"] == "invoke":
            return web.json_response(_invoked(activity["value"]["action"]))
        if activity["type"] == "message":
            task = asyncio.create_task(self._answer(activity))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        return web.Response(status=202)

    async def _answer(self, heard: Activity) -> None:
        if "value" in heard:
            await self._send(heard, _card(closed("This question is answered.")), "PUT", heard["replyToId"])
            await self._send(heard, {"text": f"Noted: {json.dumps(heard['value'])}"})
            return
        match heard["text"].rpartition("</at>")[2].strip():
            case "form":
                await self._send(heard, _card(FORM))
            case "suggest":
                # A question that its answer has overtaken takes the suggestions away.
                await asyncio.sleep(1)
                actions = [{"type": "imBack", "title": "Yes, please", "value": "Yes, please"}]
                await self._send(heard, {"text": "Shall we?", "suggestedActions": {"actions": actions}})
            case "think":
                await self._send(heard, {"type": "typing"})
                await asyncio.sleep(2)
                await self._send(heard, {"text": "Here is what I think."})
            case "change":
                first = await self._send(heard, {"text": "At first."})
                await self._send(heard, {"text": "On second thoughts."}, "PUT", first["id"])
            case "later":
                await asyncio.sleep(1)
                await self._send(heard, {"text": "By the way."})
            case words:
                await self._send(heard, {"text": f"You said {words}"})

    async def _send(
        self, heard: Activity, message: Activity, method: str = "POST", target: str = ""
    ) -> dict[str, Any]:
        url = f"{heard['serviceUrl']}/v3/conversations/{heard['conversation']['id']}/activities/{target}"
        body = {
            "type": "message",
            "from": heard["recipient"],
            "recipient": heard["from"],
            "conversation": heard["conversation"],
            **message,
        }
        async with self.client.request(method, url.rstrip("/"), json=body) as answer:
            sent: dict[str, Any] = await answer.json() if answer.content_type == "application/json" else {}
            return sent


def _card(card: dict[str, Any]) -> Activity:
    return {"attachments": [{"contentType": _ADAPTIVE_CARD, "content": card}]}


def _invoked(action: dict[str, Any]) -> dict[str, Any]:
    """`finish` is done at once; `approve` is not theirs to do."""
    if action["verb"] == "finish":
        return {"statusCode": 200, "type": _ADAPTIVE_CARD, "value": closed("Finished.")}
    refusal = {"code": "Forbidden", "message": "Only quality can approve this."}
    return {"statusCode": 403, "type": "application/vnd.microsoft.error", "value": refusal}
