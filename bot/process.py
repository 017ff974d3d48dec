"""Running the coach: what one process does, from its first signal to its last word."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog
from aiohttp import web

from bot import jobs
from bot.app import App, NotReady, must_be_migrated, new_secret, settle_sites, web_application
from bot.delivery import Delivery
from bot.errors import StoreUnavailable
from bot.platforms import PACES, Bell, Microsoft, Platforms, build_platforms
from bot.store.buckets import Pace
from bot.wall_clock import now
from scheduler.clock import Clock

STOP_SECONDS = 15.0
SETTLE_SECONDS = 2.0
BEAT_SECONDS = 30.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Duties:
    """What one process does."""

    serves: bool = False
    delivers: bool = False
    keeps_time: bool = False

    @property
    def name(self) -> str:
        """The process's name in the Procfile's words."""
        if self.serves:
            return "web"
        return "worker" if self.delivers else "clock"


async def run_process(
    app: App,
    duties: Duties,
    *,
    is_demo: bool = False,
    ready: Callable[[str], None] | None = None,
    microsoft: Microsoft | None = None,
    paces: Mapping[str, Pace] = PACES,
    stop: asyncio.Event | None = None,
) -> None:
    """Do the duties until SIGTERM or SIGINT, then stop within 20 seconds. A second signal changes nothing.

    A process that finds no database waits for it, and the web one says so meanwhile to whoever asks: a platform
    that restarts what ends would soon leave a long pause between two tries. `microsoft` stands in for it in tests.
    `stop` ends it where it is not the main thread, which alone is sent signals. Raises NotReady.
    """
    if stop is None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
    process = f"{duties.name}@{socket.gethostname()}:{os.getpid()}"
    bell = Bell()
    platforms = build_platforms(app, bell, listens=duties.serves, microsoft=microsoft)
    runner = None
    try:
        is_settled = await _settle(app)
        if duties.serves or duties.delivers:
            await asyncio.to_thread(app.library.knowledge.make_ready)
            await platforms.start()
        if duties.serves:
            runner = await _serve(app, platforms, is_demo=is_demo, ready=ready)
        while not is_settled and not stop.is_set():
            await _pause(stop, SETTLE_SECONDS)
            is_settled = await _settle(app)
        if is_settled:
            await _work(app, duties, process, stop, runner, platforms, bell, paces)
    finally:
        if runner:
            await runner.cleanup()
        await platforms.close()


async def _settle(app: App) -> bool:
    """Whether the database is there; then its tables are this release's, and the sites are noted."""

    def settle() -> None:
        must_be_migrated(app.database)
        settle_sites(app)

    try:
        await app.database.run(settle)
    except StoreUnavailable as error:
        log.warning("the database is away, waiting for it", error=str(error))
        return False
    return True


async def _work(
    app: App,
    duties: Duties,
    process: str,
    stop: asyncio.Event,
    runner: web.AppRunner | None,
    platforms: Platforms,
    bell: Bell,
    paces: Mapping[str, Pace],
) -> None:
    """Everything but listening, until `stop`; then:

    1. Stop claiming and listening at once.
    2. Finish the current sends, requests and jobs, and give unsent claims back.
    3. Leave. Being killed at any of these moments is safe too.
    """
    tasks = []
    if duties.delivers or duties.serves:
        delivery = Delivery(
            app.database,
            {**app.senders, **platforms.senders},
            worker_id=process,
            new_token=new_secret,
            timing=app.timing,
            patience=app.patience,
            paces=paces,
            when_failed=app.coach.apologise,
        )
        bell.rings = delivery.wake
        tasks.append(asyncio.create_task(delivery.run(stop)))
        tasks.append(asyncio.create_task(platforms.reception.run(stop)))
    clock = None
    if duties.keeps_time:
        clock = Clock(
            jobs.clock_jobs(
                app.database,
                app.settings.anchor_file,
                process,
                stop.is_set,
                app.coach.ring,
                app.coach.review_checks,
                app.coach.keep_promises,
                timedelta(days=app.settings.keep_questions),
            )
        )
        clock.start()
    tasks.append(asyncio.create_task(_mind(app, process, stop, clock)))
    log.info("process started", process=process)
    await stop.wait()
    log.info("process stopping", process=process)
    last_words: list[Awaitable[object]] = [*tasks]
    if runner:
        last_words.append(runner.cleanup())
    if clock:
        last_words.append(asyncio.to_thread(clock.stop))
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await asyncio.gather(*last_words, return_exceptions=True)
            await app.database.run(jobs.forget, app.database, process)
    except (TimeoutError, StoreUnavailable) as error:
        log.warning("process leaves something to its successor", process=process, error=str(error))
    log.info("process stopped", process=process)


async def _serve(
    app: App, platforms: Platforms, *, is_demo: bool, ready: Callable[[str], None] | None
) -> web.AppRunner:
    application = web_application(app, is_demo=is_demo, beside=platforms)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=10.0)
    await runner.setup()
    site = web.TCPSite(runner, app.settings.listens_on, app.settings.port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise NotReady(
            f"port {app.settings.port} cannot be used: {error.strerror}; choose another with PORT"
        ) from error
    if ready:
        port = runner.addresses[0][1]
        ready(f"http://{app.settings.listens_on}:{port}")
    return runner


async def _mind(app: App, process: str, stop: asyncio.Event, clock: Clock | None) -> None:
    """Every 30 seconds: say that this process is alive; a clock's jobs say it themselves, and are kept going."""
    while not stop.is_set():
        try:
            if clock:
                clock.catch_up(now())
            else:
                await app.database.run(jobs.beat, app.database, process)
        except StoreUnavailable:
            log.warning("heartbeat not kept, the database is away")
        except Exception:
            log.exception("heartbeat not kept")
        await _pause(stop, BEAT_SECONDS)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until told to stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
