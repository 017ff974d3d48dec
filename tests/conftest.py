"""What every test starts from: a clean environment, no network but this machine, and databases to be had."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from bot.content.reader import load_library
from bot.store import migrate
from bot.store.database import Database
from tests.content import shipped_library
from tests.postgres import (
    ADDRESS_VARIABLE,
    NoPostgresError,
    Postgres,
    ThrowawayPostgres,
    postgres_for_tests,
    throwaway_postgres,
)

REQUIRE_ALL_VARIABLE = "QMS_COACH_REQUIRE_ALL"
CACHE_VARIABLE = "QMS_COACH_CACHE"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = "no Chromium on this machine; `apt-get install chromium` brings one"

# No test may depend on what the developer runs the coach with. This happens before any test is imported.
_IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
_OURS = {ADDRESS_VARIABLE, REQUIRE_ALL_VARIABLE, *((CACHE_VARIABLE,) if _IS_WORKER else ())}
for _name in set(os.environ) - _OURS:
    if _name.startswith(("QMS_COACH_", "SLACK_", "TEAMS_")) or _name in {"DATABASE_URL", "PORT"}:
        del os.environ[_name]
# Nor write anything into the developer's home; all workers keep theirs in one folder.
if not _IS_WORKER:
    os.environ[CACHE_VARIABLE] = tempfile.mkdtemp(prefix="qms-coach-cache-")
    atexit.register(shutil.rmtree, os.environ[CACHE_VARIABLE], ignore_errors=True)

# The same examples every time, however slow the machine; `make proof` looks for new ones.
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=2_000)
hypothesis.settings.load_profile("steady")


# --- Two workers at once ----------------------------------------------------------------------------------------------

# They look at every reply there is, which takes a minute to find: one worker takes them all.
ABOUT_EVERY_REPLY = re.compile(r"tests/contracts/test_(every_reply|rendering|never)\.py")


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Each test goes to the worker that is free, but those that share something costly go to the same."""

    def _split_scope(self, nodeid: str) -> str:
        found = ABOUT_EVERY_REPLY.match(nodeid)
        return "every reply" if found else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """What xdist asks who gets which test."""
    return Scheduling(config, log)


# --- What every test finds --------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _shipped_content_is_read_once() -> Iterator[None]:
    """Whoever builds the coach in this process finds the shipped content read already; it does not change meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "bot.app.load_library",
            lambda site, cache: load_library(site, cache) if site else shipped_library(),
        )
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL for all ordinary tests; take a database of your own from it."""
    try:
        with postgres_for_tests() as server:
            yield server
    except NoPostgresError as error:
        pytest.skip(str(error))


@pytest.fixture
def durable_postgres() -> Iterator[ThrowawayPostgres]:
    """A server of the test's own, which waits for the disk and may be crashed and started again."""
    try:
        with throwaway_postgres(is_durable=True) as server:
            yield server
    except NoPostgresError as error:
        pytest.skip(str(error))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new, empty database: the test runs once on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'coach.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.fresh_database()
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with every table and no row, of the test's own: the test runs once on each engine."""
    if request.param == "sqlite":
        path = tmp_path / "coach.db"
        shutil.copyfile(request.getfixturevalue("migrated_file"), path)
        database = Database(f"sqlite:///{path}")
        yield database
        database.close()
        return
    server: Postgres = request.getfixturevalue("postgres")
    server.prepare_template("migrated", migrate.upgrade)
    url = server.lend("migrated")
    database = Database(url)
    yield database
    database.close()
    server.take_back("migrated", url)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with every table and no row; to be copied, never opened."""
    path = tmp_path_factory.mktemp("migrated") / "coach.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser on this machine."""
    if path := _find_browser():
        return path
    pytest.skip(NO_BROWSER)


def _find_browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


# --- Nothing is left out quietly --------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is required, a skipped test has failed."""
    report = yield
    _refuse_a_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Where everything is required, a skipped file has failed."""
    report = yield
    _refuse_a_skip(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end, and loudly, what was not tried and why."""
    left_out = [_reason(report) for report in terminalreporter.getreports("skipped")]
    lines = [f"{left_out.count(reason)} x {reason}" for reason in dict.fromkeys(left_out)]
    if _find_browser() is None:
        lines.append(f"`make e2e`: {NO_BROWSER}")
    if lines:
        terminalreporter.section("LEFT OUT", sep="!", red=True, bold=True)
        for line in lines:
            terminalreporter.write_line(line, red=True)


def _refuse_a_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    is_expected_to_fail = hasattr(report, "wasxfail")
    if os.environ.get(REQUIRE_ALL_VARIABLE) == "1" and report.skipped and not is_expected_to_fail:
        report.longrepr = f"left out, but {REQUIRE_ALL_VARIABLE}=1: {_reason(report)}"
        report.outcome = "failed"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    where_and_why = report.longrepr
    why = where_and_why[2] if isinstance(where_and_why, tuple) else where_and_why
    return str(why).removeprefix("Skipped: ")
