"""The real clients of Slack and Teams, installed; a browser for their pages; and an app that answers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from bot.store import migrate
from tests.clients.echo_app import AppOverHttp, echo_app, over_a_socket
from tests.clients.local_slack import ALICE, BOB, LocalSlack, Mode
from tests.clients.node import NoNodeError, modules
from tests.clients.program import free_port
from tests.clients.slack_stage import CAST
from tests.postgres import Postgres

HERE = Path(__file__).parent
_PATIENCE_MS = 15_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a real client."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def clients() -> Path:
    """The folder in which npm has put every client."""
    try:
        return modules()
    except NoNodeError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=["events", "socket"])
def mode(request: pytest.FixtureRequest) -> Mode:
    """Over HTTP, and over Socket Mode."""
    mode: Mode = request.param
    return mode


@pytest.fixture(scope="module")
def slack(mode: Mode, clients: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSlack]:
    """A workspace in which the echo app is installed and answers, for all tests of a file: once on each transport."""
    with ExitStack() as running:
        http = running.enter_context(AppOverHttp())
        folder = tmp_path_factory.mktemp("slack")
        slack = running.enter_context(LocalSlack(folder, mode, request_url=http.url))
        app = echo_app(slack)
        if mode == "events":
            http.serve(app)
        else:
            handler = over_a_socket(app, slack)
            running.callback(handler.close)
            handler.connect()
            slack.wait_for_the_app()
        yield slack


@pytest.fixture(scope="module")
def port() -> int:
    """Where the coach will listen: a workspace must know it before there is a coach."""
    return free_port()


@pytest.fixture(scope="module")
def workspace(
    mode: Mode, port: int, clients: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalSlack]:
    """A workspace with the people of the fictional site, and alice and bob, whose app is a coach on `port`."""
    folder, url = tmp_path_factory.mktemp("slack"), f"http://127.0.0.1:{port}/slack/events"
    with LocalSlack(folder, mode, request_url=url, people=[*CAST.values(), ALICE, BOB]) as slack:
        yield slack


@pytest.fixture
def engine_url(mode: Mode, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with every table and no row: SQLite over HTTP, PostgreSQL over Socket Mode."""
    if mode == "events":
        path = tmp_path / "coach.db"
        shutil.copyfile(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    server.prepare_template("migrated", migrate.upgrade)
    url = server.lend("migrated")
    yield url
    server.take_back("migrated", url)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures of the screen go: the folder in the variable PICTURES, to be looked at, else the test's own."""
    folder = os.environ.get("PICTURES")  # noqa: TID251 - whoever looks at them says where
    return Path(folder) if folder else tmp_path


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for all tests of a file."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page with nothing remembered."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(_PATIENCE_MS)
    yield context.new_page()
    context.close()
