"""The peer of a turn: an aiohttp handler that reads a posted form and answers with what it read."""

from __future__ import annotations

import sys

from aiohttp import web


async def ready(_: web.Request) -> web.Response:
    return web.Response(text="ready")


async def echo(request: web.Request) -> web.Response:
    form = await request.post()
    return web.Response(text=str(form["text"]))


if __name__ == "__main__":
    application = web.Application()
    application.add_routes([web.get("/readyz", ready), web.post("/chat/say", echo)])
    web.run_app(application, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
