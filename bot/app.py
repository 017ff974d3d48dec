"""The one place where objects are built; `bot.__main__` runs what stands here."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import structlog
from aiohttp import web

from bot.channels.web.adapter import WebChat
from bot.channels.web.ports import WebOptions
from bot.chat import Sender
from bot.coach import Coach, Office
from bot.content.library import Library
from bot.content.reader import load_library
from bot.counters import Counters
from bot.dashboard.health import Health
from bot.delivery import PATIENCE, TIMING, Patience, Timing
from bot.desk import WebDesk
from bot.doorkeeper import SHARED_IDLE
from bot.errors import CoachError
from bot.news import News
from bot.person import Person
from bot.saying import Channels
from bot.settings import Settings, os_user
from bot.store import audit, migrate, people, sites
from bot.store.database import Database
from bot.wall_clock import now
from playbooks.loader import nearest

PULLED = frozenset({"web", "terminal"})
HOME = "web"  # where a person we never heard from will find what they were told
_REF_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is read as another

log = structlog.get_logger(__name__)


class NotReady(CoachError):
    """The coach cannot start as it is set up; the message says what to do."""


def new_secret() -> str:
    """256 bits that nobody can guess."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """A personal code of six digits, for shared terminals."""
    return f"{secrets.randbelow(1_000_000):06d}"


def new_chat_code() -> str:
    """A one-time code to be typed in a chat: 59 bits, in three groups of four."""
    return "-".join("".join(secrets.choice(_REF_LETTERS) for _ in range(4)) for _ in range(3))


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
    counters: Counters = field(default_factory=Counters)

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
    settings.must_be_whole()
    library = replace(load_library(settings.site_folder, settings.cache_folder), is_preview=is_preview)
    database = Database(settings.database_url)
    coach = Coach(Office(database, library, clock, new_ref, Channels(PULLED, HOME), new_secret))
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


class Mounted(Protocol):
    """What is served beside the web chat."""

    @property
    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Where it is."""


def web_application(app: App, *, is_demo: bool = False, beside: Mounted | None = None) -> web.Application:
    """The one aiohttp application: the web chat, the chat platforms that are switched on, the health of the process."""
    keys = app.settings.secret_keys
    if not keys and not is_demo:
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
        secret_key=keys[0] if keys else new_secret(),
        site_names={site.id: site.name for site in app.library.sites.values()},
        behind_proxy=app.settings.behind_proxy,
        shared_idle=round(SHARED_IDLE.total_seconds()),
    )
    chat = WebChat(desk, options, new_secret=new_secret)
    application = web.Application(client_max_size=1_000_000)
    chat.mount(application)
    token = app.settings.metrics_token
    health = Health(app.database, token.get_secret_value() if token else "", app.counters)
    application.add_routes(health.routes())
    if beside:
        application.add_routes(beside.routes)

    async def close_news(_: web.Application) -> None:
        await news.close()

    application.on_cleanup.append(close_news)
    return application
