"""One turn in Slack: processor time, and how long a person waits, at 25 turns a second, beside a bare Bolt echo."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence

import aiohttp

from benchmarks.support.engines import each_engine
from benchmarks.support.figure import Peer, show
from benchmarks.support.pace import Turns, turns
from benchmarks.support.process import Running, free_port, serving, serving_coach
from benchmarks.support.slack_side import SECRET, Member, Typist, WebApi, let_in, members, web_api
from bot.store.database import Database

PEOPLE = (
    50  # so that nobody comes to a draft: that is laid out and given as a file, and no turn like the others
)


def main() -> None:
    echo = asyncio.run(measure_echo())
    bare = Peer("a bare Bolt echo", echo.cpu)
    show(*echo.figures("bare Bolt echo, CPU of one event"))
    for engine, url in each_engine():
        measured = asyncio.run(measure_turns(url))
        show(*measured.figures(f"{engine}, CPU of one turn", cpu_at_most=8, wait_at_most=100, peer=bare))


async def measure_turns(database_url: str) -> Turns:
    """Turns of people, each in a workspace of their own, with the coach's own `web` process on this database."""
    present, secret_key = members(PEOPLE), secrets.token_urlsafe(48)
    database = Database(database_url)
    await let_in(database, present, secret_key)
    database.close()
    async with web_api() as api:
        arguments, port, settings = serving_coach(database_url, secret_key)
        settings |= {
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_CLIENT_ID": "client",
            "SLACK_CLIENT_SECRET": "secret",
            "SLACK_API_URL": api.url,
        }
        with serving(arguments, port, settings) as server:
            return await at_work(server, api, present)


async def measure_echo() -> Turns:
    """The same typed to a bare Bolt app, which posts it back."""
    async with web_api() as api:
        port = free_port()
        arguments = ["-m", "benchmarks.support.bolt_echo", str(port), SECRET, api.url]
        with serving(arguments, port, {}) as server:
            return await at_work(server, api, members(PEOPLE))


async def at_work(server: Running, api: WebApi, present: Sequence[Member]) -> Turns:
    async with aiohttp.ClientSession(server.url) as session:
        typing = [Typist(session, api, member) for member in present]
        return await turns(server, [each.say_the_next_thing for each in typing])


if __name__ == "__main__":
    main()
