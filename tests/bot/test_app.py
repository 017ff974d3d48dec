"""What one process needs to start, what it says when that is missing, and what its health answers."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text
from structlog.testing import capture_logs

from bot import app as application
from bot import jobs, process, wall_clock
from bot.app import App, NotReady
from bot.errors import CoachError, StoreUnavailable
from bot.process import Duties, run_process
from bot.settings import Settings
from bot.store import audit, heartbeats, people, tables
from bot.store.database import Database

KEY = "a key of at least thirty-two characters"
ALL = Duties(serves=True, delivers=True, keeps_time=True)


def settings(database: Database | None = None, **variables: str) -> Settings:
    url = database.url.render_as_string(hide_password=False) if database else "sqlite:///nowhere.db"
    wanted = {"DATABASE_URL": url, "QMS_COACH_SECRET_KEY": KEY, **variables}
    return Settings.model_validate({name: value for name, value in wanted.items() if value})


def built(database: Database, tmp_path: Path, **variables: str) -> App:
    variables = {"QMS_COACH_ANCHOR_FILE": str(tmp_path / "anchors.jsonl"), "PORT": "0", **variables}
    return application.build(settings(database, **variables))


@asynccontextmanager
async def asking(
    app: App, *, is_demo: bool = False
) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    async with TestClient(TestServer(application.web_application(app, is_demo=is_demo))) as client:
        yield client


@asynccontextmanager
async def running(app: App, duties: Duties = ALL) -> AsyncIterator[asyncio.Task[None]]:
    """The process at work, from when it says so until the block ends."""
    task = asyncio.create_task(run_process(app, duties))
    try:
        while not (task.done() or heard_of(app)):
            await asyncio.sleep(0.01)
        yield task
    finally:
        if not task.done():  # else nobody here would hear the signal, and the tests would end with it
            os.kill(os.getpid(), signal.SIGTERM)
        await task


def heard_of(app: App) -> set[str]:
    try:
        with app.database.reading() as conn:
            return {process.partition("@")[0] for process in heartbeats.ages(conn)}
    except StoreUnavailable:
        return set()


# --- What is refused --------------------------------------------------------------------------------------


def test_sqlite_is_refused_where_files_do_not_last_and_postgresql_is_not():
    with pytest.raises(NotReady, match="set DATABASE_URL to PostgreSQL"):
        application.build(settings(DYNO="web.1"))
    application.must_last(settings(DATABASE_URL="postgres://coach@example.invalid/coach", DYNO="web.1"))


def test_a_site_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(NotReady, match=r"QMS_COACH_SITE is .*nowhere, which is no folder"):
        application.build(settings(QMS_COACH_SITE=str(tmp_path / "nowhere")))


def test_without_a_secret_key_it_does_not_serve_and_says_how_to_make_one(database: Database, tmp_path: Path):
    app = built(database, tmp_path, QMS_COACH_SECRET_KEY="")
    with pytest.raises(NotReady, match="QMS_COACH_SECRET_KEY is not set; make one with: python -c"):
        asyncio.run(run_process(app, ALL))
    app.close()


async def test_a_demonstration_needs_no_secret_key(database: Database, tmp_path: Path):
    app = built(database, tmp_path, QMS_COACH_SECRET_KEY="")
    async with asking(app, is_demo=True) as client:
        assert "Alex Byrne" in await (await client.get("/chat")).text()
    app.close()


async def test_a_port_that_is_taken_is_one_sentence(database: Database, tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        app = built(database, tmp_path, PORT=str(port))
        with pytest.raises(NotReady, match=f"port {port} cannot be used: .*; choose another with PORT"):
            await run_process(app, ALL)
        app.close()


async def test_a_database_without_this_releases_tables_says_what_to_run(database_url: str, tmp_path: Path):
    empty = Database(database_url)
    app = built(empty, tmp_path)
    with pytest.raises(NotReady, match="run: qms-coach migrate"):
        await run_process(app, ALL)
    app.close()
    empty.close()


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-01", ""])
def test_a_pretend_time_that_is_none_is_refused(moment: str):
    with pytest.raises(CoachError, match="write it as 2026-06-03T09:00"):
        wall_clock.pretend(moment)


def test_a_pretend_time_goes_on_from_where_it_was_set():
    clock = wall_clock.pretend("2026-06-03T09:00")
    first, second = clock(), clock()
    assert datetime(2026, 6, 3, 9, tzinfo=UTC) <= first <= second < first + timedelta(minutes=1)


# --- How it is doing --------------------------------------------------------------------------------------


async def test_a_process_with_its_database_is_alive_and_ready(database: Database, tmp_path: Path):
    app = built(database, tmp_path)
    async with asking(app) as client:
        assert (await client.get("/healthz")).status == 200
        assert (await client.get("/readyz")).status == 200
    app.close()


async def test_without_its_database_it_is_alive_and_not_ready(tmp_path: Path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://coach@127.0.0.1:{closed.getsockname()[1]}/coach"
        app = application.build(settings(DATABASE_URL=url))
        async with asking(app) as client:
            assert (await client.get("/healthz")).status == 200
            answer = await client.get("/readyz")
            assert (answer.status, (await answer.json())["why"]) == (503, "the database cannot be reached")
            assert (await client.get("/metrics")).status == 503
        app.close()


async def test_on_another_releases_tables_it_is_not_ready(database: Database, tmp_path: Path):
    with database.writing() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = 'another'"))
    app = built(database, tmp_path)
    async with asking(app) as client:
        answer = await client.get("/readyz")
        assert answer.status == 503
        assert "qms-coach migrate" in (await answer.json())["why"]
    app.close()


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        pytest.param("", {}, 200, id="this machine, no token set"),
        pytest.param(
            "", {"X-Forwarded-For": "203.0.113.7"}, 403, id="from elsewhere by a proxy, no token set"
        ),
        pytest.param("s3cret", {}, 403, id="this machine, but a token is set"),
        pytest.param("s3cret", {"Authorization": "Bearer wrong"}, 403, id="a wrong token"),
        pytest.param("s3cret", {"Authorization": "Bearer s3crét"}, 403, id="a token that is no ASCII"),
        pytest.param("s3cret", {"Authorization": "Bearer s3cret"}, 200, id="the token"),
        pytest.param(
            "s3cret",
            {"Authorization": "Bearer s3cret", "X-Forwarded-For": "203.0.113.7"},
            200,
            id="the token, by a proxy",
        ),
    ],
)
async def test_figures_are_for_this_machine_or_for_whoever_has_the_token(
    database: Database, tmp_path: Path, token: str, headers: dict[str, str], status: int
):
    jobs.beat(database, "worker@here:1")
    app = built(database, tmp_path, QMS_COACH_METRICS_TOKEN=token)
    async with asking(app) as client:
        answer = await client.get("/metrics", headers=headers)
        assert answer.status == status
        assert ("worker@here:1" in await answer.text()) == (status == 200)
    app.close()


# --- Running ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duties", "name"),
    [
        pytest.param(Duties(serves=True), "web", id="web"),
        pytest.param(Duties(delivers=True), "worker", id="worker"),
        pytest.param(Duties(keeps_time=True), "clock", id="clock"),
        pytest.param(ALL, "web", id="all in one"),
    ],
)
async def test_a_process_says_that_it_is_alive_until_it_has_stopped(
    database: Database, tmp_path: Path, duties: Duties, name: str
):
    app = built(database, tmp_path)
    async with running(app, duties):
        assert heard_of(app) == {name}
    assert heard_of(app) == set()
    app.close()


async def test_it_listens_when_all_that_it_knows_is_ready(database: Database, tmp_path: Path):
    app = built(database, tmp_path)
    known = replace(app.library.knowledge)
    app = replace(app, library=replace(app.library, knowledge=known))
    stop, was_ready = asyncio.Event(), []

    def listens(_address: str) -> None:
        was_ready.append("searcher" in vars(known))
        stop.set()

    await run_process(app, ALL, ready=listens, stop=stop)
    assert was_ready == [True]
    app.close()


async def test_a_process_that_is_sent_no_signals_ends_when_it_is_told(database: Database, tmp_path: Path):
    app = built(database, tmp_path)
    stop = asyncio.Event()
    task = asyncio.create_task(run_process(app, ALL, stop=stop))
    while not heard_of(app):
        await asyncio.sleep(0.01)
    stop.set()
    await task
    assert heard_of(app) == set()
    app.close()


async def test_a_clock_anchors_the_audit_as_soon_as_it_starts(database: Database, tmp_path: Path):
    app = built(database, tmp_path)
    async with running(app, Duties(keeps_time=True)):
        while not app.settings.anchor_file.exists():
            await asyncio.sleep(0.01)
    app.close()


async def test_a_process_waits_for_its_database_and_says_so_meanwhile(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(process, "SETTLE_SECONDS", 0.01)
    monkeypatch.setattr(process, "settle_sites", refusing(3))
    app = built(database, tmp_path)
    with capture_logs() as logged:
        async with running(app):
            assert heard_of(app) == {"web"}
    app.close()
    assert [entry["event"] for entry in logged].count("the database is away, waiting for it") == 3


def refusing(times: int):
    """The settling of the sites, with a database that is away so many times."""
    settle, left = application.settle_sites, iter(range(times))

    def settle_at_last(app: App) -> None:
        with suppress(StopIteration):
            next(left)
            raise StoreUnavailable("away")
        settle(app)

    return settle_at_last


async def test_what_a_sites_settings_say_is_audited_when_it_changes_and_only_then(
    database: Database, tmp_path: Path
):
    app = built(database, tmp_path)
    application.settle_sites(app)
    application.settle_sites(app)
    with database.reading() as conn:
        entries = conn.execute(tables.audit.select().where(tables.audit.c.stream == audit.CONFIG)).all()
    assert [entry.action for entry in entries] == ["site settings read"] * len(app.library.sites)
    app.close()


def test_the_people_of_the_demonstration_are_added_once(database: Database, tmp_path: Path):
    app = built(database, tmp_path)
    application.add_example_people(app)
    application.add_example_people(app)
    with database.reading() as conn:
        assert {person.id for person in people.everyone(conn)} == {person.id for person in app.library.people}
    app.close()
