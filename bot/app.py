"""The one place where objects are built and where the clock is read; `bot.__main__` runs what stands here."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog
from aiohttp import web

from bot import jobs
from bot.channels.web.adapter import WebChat
from bot.channels.web.ports import WebOptions
from bot.chat import Sender
from bot.coach import Coach, Office
from bot.content.library import Library
from bot.content.reader import load_library
from bot.dashboard.health import Health
from bot.delivery import PATIENCE, TIMING, Delivery, Patience, Timing
from bot.desk import WebDesk
from bot.doorkeeper import SHARED_IDLE
from bot.errors import CoachError, StoreUnavailable
from bot.news import News
from bot.person import Person
from bot.saying import Channels
from bot.settings import Settings, os_user
from bot.store import audit, migrate, people, sites
from bot.store.database import Database
from playbooks.loader import nearest
from scheduler.clock import Clock

PULLED = frozenset({"web", "terminal"})
HOME = "web"  # where a person we never heard from will find what they were told
STOP_SECONDS = 15.0
SETTLE_SECONDS = 2.0
BEAT_SECONDS = 30.0
_REF_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is read as another

log = structlog.get_logger(__name__)


class NotReady(CoachError):
    """The coach cannot start as it is set up; the message says what to do."""


def now() -> datetime:
    """The time now, aware and in UTC."""
    return datetime.now(UTC)


def pretend(moment: str) -> Callable[[], datetime]:
    """A clock that starts at `moment` (ISO 8601; UTC unless it says otherwise) and goes on from there."""
    try:
        start = datetime.fromisoformat(moment)
    except ValueError:
        raise NotReady(f"QMS_COACH_NOW is {moment!r}; write it as 2026-06-03T09:00") from None
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    began = now()
    return lambda: start + (now() - began)


def new_secret() -> str:
    """256 bits that nobody can guess."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """A personal code of six digits, for shared terminals."""
    return f"{secrets.randbelow(1_000_000):06d}"


def new_salt() -> bytes:
    """128 bits to keep a code with."""
    return secrets.token_bytes(16)


def new_ref() -> str:
    """A run reference of a shape that no QMS uses, such as `coach-7k2m`."""
    return "coach-" + "".join(secrets.choice(_REF_LETTERS) for _ in range(4))


@dataclass(frozen=True)
class App:
    """Everything one process works with."""

    settings: Settings
    database: Database
    library: Library
    coach: Coach
    clock: Callable[[], datetime] = now
    senders: Mapping[str, Sender] = field(default_factory=dict)
    timing: Timing = TIMING
    patience: Patience = PATIENCE

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def build(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = now,
    senders: Mapping[str, Sender] | None = None,
    is_preview: bool = False,
) -> App:
    """The coach as `settings` say. Raises NotReady, ContentRefused, StoreUnavailable.

    In a preview, playbooks that are not released or not in force can be started too.
    """
    must_last(settings)
    if settings.site_folder and not settings.site_folder.is_dir():
        raise NotReady(f"QMS_COACH_SITE is {settings.site_folder}, which is no folder")
    library = replace(load_library(settings.site_folder), is_preview=is_preview)
    database = Database(settings.database_url)
    coach = Coach(Office(database, library, clock, new_ref, Channels(PULLED, HOME)))
    return App(settings, database, library, coach, clock, senders or {})


def must_last(settings: Settings) -> None:
    """Raise NotReady where the database would be thrown away with the machine."""
    if settings.is_sqlite and settings.loses_its_disk:
        raise NotReady(
            "this platform throws its files away at every restart, and SQLite is a file; set DATABASE_URL to PostgreSQL"
        )


def person_at_prompt(app: App, name: str, site_id: str) -> Person:
    """Who speaks at a terminal: one of the demonstration's people, else the operating system's user, without rights.

    Raises NotReady when `name` is nobody of the demonstration, or this is none.
    """
    site = app.library.site(site_id)
    if site.is_fictional:
        add_example_people(app)
        known = {person.id: person for person in app.library.people}
        if name and name not in known:
            raise NotReady(f"nobody here is {name!r}; {nearest(name, known)}")
        return known[name] if name else app.library.people[0]
    if name:
        raise NotReady("--as works in the demonstration only; here you are who you are signed in as")
    user = f"cli:{os_user()}"
    person = Person(user, user, site.id, "operator", zone=site.zone, language=site.language)
    with app.database.writing() as conn:
        if (found := people.by_id(conn, user)) is None:
            people.add(conn, person)
            entry = audit.Entry(user, "person added", f"person:{user}", reason="first use of a terminal")
            audit.append(conn, audit.ACCESS, [entry])
    return found or person


def must_be_migrated(database: Database) -> None:
    """Raise NotReady unless the database has this release's tables."""
    with database.reading() as conn:
        found = migrate.current(conn)
    if found != migrate.expected():
        raise NotReady("the database does not have this release's tables; run: qms-coach migrate")


def settle_sites(app: App) -> None:
    """Note each site and the hash of its settings; a change is audited."""
    with app.database.writing() as conn:
        for site in app.library.sites.values():
            if sites.note(conn, site):
                entry = audit.Entry(
                    "system", "site settings read", f"site:{site.id}", after=sites.settings_hash(site)
                )
                audit.append(conn, audit.CONFIG, [entry])


def add_example_people(app: App) -> None:
    """Put the people of the fictional site into the directory, where they are not there yet."""
    with app.database.writing() as conn:
        for person in app.library.people:
            if people.by_id(conn, person.id) is None:
                people.add(conn, person)
                entry = audit.Entry("system", "person added", f"person:{person.id}", reason="fictional site")
                audit.append(conn, audit.ACCESS, [entry])


# --- Processes --------------------------------------------------------------------------------------------


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
    app: App, duties: Duties, *, is_demo: bool = False, ready: Callable[[str], None] | None = None
) -> None:
    """Do the duties until SIGTERM or SIGINT, then stop within 20 seconds. A second signal changes nothing.

    A process that finds no database waits for it, and the web one says so meanwhile to whoever asks: a platform
    that restarts what ends would soon leave a long pause between two tries. Raises NotReady.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    process = f"{duties.name}@{socket.gethostname()}:{os.getpid()}"
    is_settled = await _settle(app)
    runner = await _serve(app, is_demo=is_demo, ready=ready) if duties.serves else None
    try:
        while not is_settled and not stop.is_set():
            await _pause(stop, SETTLE_SECONDS)
            is_settled = await _settle(app)
        if is_settled:
            await _work(app, duties, process, stop, runner)
    finally:
        if runner:
            await runner.cleanup()


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
    app: App, duties: Duties, process: str, stop: asyncio.Event, runner: web.AppRunner | None
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
            app.senders,
            worker_id=process,
            new_token=new_secret,
            timing=app.timing,
            patience=app.patience,
        )
        tasks.append(asyncio.create_task(delivery.run(stop)))
    clock = None
    if duties.keeps_time:
        clock = Clock(
            jobs.clock_jobs(app.database, app.settings.anchor_file, process, stop.is_set, app.coach.ring)
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


async def _serve(app: App, *, is_demo: bool, ready: Callable[[str], None] | None) -> web.AppRunner:
    application = web_application(app, is_demo=is_demo)
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


def web_application(app: App, *, is_demo: bool = False) -> web.Application:
    """The one aiohttp application: the web chat and the health of the process."""
    secret = app.settings.secret_key
    if secret is None and not is_demo:
        raise NotReady(
            "QMS_COACH_SECRET_KEY is not set; make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    news = News(app.database, HOME)
    desk = WebDesk(
        app.database,
        app.coach,
        news,
        new_secret=new_secret,
        personas=app.library.people if is_demo else (),
    )
    options = WebOptions(
        secret_key=secret.get_secret_value() if secret else new_secret(),
        site_names={site.id: site.name for site in app.library.sites.values()},
        behind_proxy=app.settings.behind_proxy,
        shared_idle=round(SHARED_IDLE.total_seconds()),
    )
    chat = WebChat(desk, options, new_secret=new_secret)
    application = web.Application(client_max_size=1_000_000)
    chat.mount(application)
    token = app.settings.metrics_token
    application.add_routes(Health(app.database, token.get_secret_value() if token else "").routes())

    async def close_news(_: web.Application) -> None:
        await news.close()

    application.on_cleanup.append(close_news)
    return application


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
