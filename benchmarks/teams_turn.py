"""One turn in Teams, real tokens checked: processor time, and how long a person waits, beside a stock botbuilder echo."""

from __future__ import annotations

import asyncio
import secrets

import aiohttp

from benchmarks.support.engines import each_engine
from benchmarks.support.figure import Peer, show
from benchmarks.support.pace import Turns, turns
from benchmarks.support.process import free_port, serving
from benchmarks.support.teams_side import APP_ID, TENANT_ID, Issuer, Typist, let_in, service
from bot.store.database import Database

PEOPLE = (
    50  # so that nobody comes to a draft: that is laid out and given as a file, and no turn like the others
)


def main() -> None:
    with Issuer() as issuer:
        port = free_port()
        stock = ["-m", "benchmarks.support.botbuilder_echo", str(port), APP_ID, issuer.metadata_url]
        echo = asyncio.run(measure(issuer, stock, port, {}))
        show(*echo.figures("stock botbuilder echo, CPU of one message"))
        peer = Peer("a stock botbuilder echo", echo.cpu)
        for engine, url in each_engine():
            database = Database(url)
            let_in(database, PEOPLE)
            database.close()
            settings = {
                "DATABASE_URL": url,
                "PORT": str(port),
                "QMS_COACH_SECRET_KEY": secrets.token_urlsafe(48),
                "TEAMS_APP_ID": APP_ID,
                "TEAMS_APP_PASSWORD": "secret",
                "TEAMS_APP_TENANT_ID": TENANT_ID,
            }
            coach = ["-m", "benchmarks.support.chat_coach", issuer.metadata_url]
            measured = asyncio.run(measure(issuer, coach, port, settings))
            figures = measured.figures(
                f"{engine}, CPU of one turn", cpu_at_most=echo.cpu, wait_at_most=100, peer=peer
            )
            show(*figures)


async def measure(issuer: Issuer, command: list[str], port: int, settings: dict[str, str]) -> Turns:
    """Turns of people in their personal chats with the process of this command."""
    async with service() as at:
        if settings:
            settings = {**settings, "TEAMS_SERVICE_URLS": at.url}
        with serving(command, port, settings) as server:
            async with aiohttp.ClientSession(server.url) as session:
                typing = [Typist(session, at, issuer, number) for number in range(PEOPLE)]
                return await turns(server, [each.say_the_next_thing for each in typing])


if __name__ == "__main__":
    main()
