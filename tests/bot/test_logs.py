"""What is logged, and what never is."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot import app as application
from bot import logs
from bot.channels.terminal import Console
from bot.desk import TerminalDesk
from bot.settings import Settings
from bot.store import migrate, outbox

WORDS = "zanzibar-4711"  # said by a person, and by nobody else


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Callable[..., io.StringIO]:
    """Begin to log, at a level; what is written from then on."""

    def begin(level: str, *, is_for_people: bool = False) -> io.StringIO:
        written = io.StringIO()
        monkeypatch.setattr("sys.stderr" if is_for_people else "sys.stdout", written)
        logs.begin(level, is_for_people=is_for_people)
        return written

    return begin


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_everything_that_happens_is_one_line_of_json_with_the_time_in_utc(begun):
    written = begun("INFO")
    structlog.get_logger("bot").info("nudge sent", count=3, who="Žofia")
    logging.getLogger("some.library").warning("it is %s", "late")
    ours, theirs = lines(written)
    assert ours | {"timestamp": ""} == {
        "event": "nudge sent",
        "count": 3,
        "who": "Žofia",
        "level": "info",
        "timestamp": "",
    }
    assert (theirs["event"], theirs["level"]) == ("it is late", "warning")
    for line in (ours, theirs):
        assert datetime.fromisoformat(line["timestamp"]).utcoffset() == timedelta(0)


def test_what_is_below_the_level_is_left_out(begun):
    written = begun("WARNING")
    structlog.get_logger("bot").info("heard")
    logging.getLogger("some.library").info("heard")
    assert lines(written) == []


@pytest.mark.parametrize(
    "library", ["alembic.runtime", "apscheduler.executors", "aiohttp.access", "sqlalchemy.engine"]
)
def test_a_library_that_talks_much_is_heard_only_when_it_warns(begun, library):
    written = begun("DEBUG")
    logging.getLogger(library).info("SELECT secret FROM everything")
    logging.getLogger(library).warning("careful")
    assert [line["event"] for line in lines(written)] == ["careful"]


@pytest.mark.parametrize("is_for_people", [False, True])
def test_what_could_let_somebody_in_is_never_written(begun, is_for_people):
    written = begun("DEBUG", is_for_people=is_for_people)
    structlog.get_logger("bot").info(
        "asked",
        token="hunter2",
        Authorization="hunter2",
        slack_signing_secret="hunter2",
        request={"headers": {"Cookie": "hunter2"}, "db_password": "hunter2", "path": "/chat"},
    )
    assert "hunter2" not in written.getvalue()
    assert "/chat" in written.getvalue()


@pytest.mark.parametrize("is_for_people", [False, True])
@pytest.mark.parametrize("name", ["structlog", "logging"])
def test_a_traceback_says_where_but_never_what_stood_in_a_variable(begun, name, is_for_people):
    written = begun("DEBUG", is_for_people=is_for_people)
    log = structlog.get_logger("bot") if name == "structlog" else logging.getLogger("bot")

    def answer(said: str) -> None:
        raise RuntimeError(f"{len(said)} characters")

    try:
        answer(WORDS)
    except RuntimeError:
        log.exception("a turn went wrong")
    assert "in answer" in written.getvalue() or '"name": "answer"' in written.getvalue()
    assert "characters" in written.getvalue()
    assert WORDS not in written.getvalue()


def test_what_is_for_people_is_readable_and_not_coloured(begun):
    written = begun("INFO", is_for_people=True)
    structlog.get_logger("bot").info("nudge sent", count=3)
    assert "nudge sent" in written.getvalue()
    assert "\x1b" not in written.getvalue()
    assert not written.getvalue().startswith("{")


def test_to_begin_again_holds_for_loggers_already_in_use(begun):
    log = structlog.get_logger("bot")
    begun("INFO")
    log.info("first")
    second = begun("WARNING")
    log.info("left out")
    log.warning("second")
    assert [line["event"] for line in lines(second)] == ["second"]


def test_nobodys_words_are_logged_during_a_conversation(begun, tmp_path):
    written = begun("DEBUG")
    settings = Settings.model_validate({"DATABASE_URL": f"sqlite:///{tmp_path / 'coach.db'}"})
    migrate.upgrade(settings.database_url)
    app = application.build(settings)
    try:
        application.settle_sites(app)
        person = application.person_at_prompt(app, "alex", "")
        desk = TerminalDesk(app.database, app.coach, person.id, tmp_path)
        said: list[str] = []
        console = Console(desk, person.id, said.append, new_id=application.new_secret)
        console.begin()
        console.run(
            [WORDS, "open a deviation", "yes", f"Log {WORDS}", f"when {WORDS}", "today 00:01", "back", "help"]
        )
        with app.database.reading() as conn:
            kept = outbox.earlier(conn, 1, None, 100)
    finally:
        app.close()
    assert WORDS in "".join(row.payload for row in kept), "the conversation should have held the words"
    assert len(said) > 20
    assert WORDS not in written.getvalue()


def test_an_error_of_the_database_does_not_quote_what_somebody_wrote(begun, database):
    written = begun("DEBUG")
    try:
        with database.writing() as conn:
            conn.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": WORDS})
    except DBAPIError:
        structlog.get_logger("bot").exception("a turn went wrong")
    assert "nowhere" in written.getvalue()
    assert WORDS not in written.getvalue()
