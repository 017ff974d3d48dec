"""The peer of a Slack turn: Bolt's `AsyncApp` with one listener, which posts what it read; one session for all posts.

`python -m benchmarks.support.bolt_echo PORT SIGNING_SECRET API_URL`
"""

from __future__ import annotations

import sys
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


def application(signing_secret: str, api_url: str) -> web.Application:
    client = AsyncWebClient(token="xoxb-1", base_url=api_url)
    client.proxy = None
    bolt = AsyncApp(signing_secret=signing_secret, client=client)

    @bolt.event("message")
    async def echo(event: dict[str, Any], client: AsyncWebClient) -> None:
        await client.chat_postMessage(channel=event["channel"], text=event["text"])

    async def ready(_: web.Request) -> web.Response:
        return web.Response(text="ready")

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    async def open_session(_: web.Application) -> None:
        client.session = aiohttp.ClientSession()

    serving = web.Application()
    serving.on_startup.append(open_session)
    serving.add_routes([web.get("/readyz", ready), web.post("/slack/events", events)])
    return serving


if __name__ == "__main__":
    port, secret, url = sys.argv[1:]
    web.run_app(application(secret, url), host="127.0.0.1", port=int(port), access_log=None, print=None)
