"""The pictures made from answers, as a person sees them on the coach's own page: at a desk and on a phone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot import app as application
from bot.desk import hashed
from bot.store import access
from tests.browser.chat_page import ChatPage
from tests.browser.conftest import NewPage
from tests.browser.test_accessibility import barriers
from tests.clients.coach import RunningCoach
from tests.dialogue import Clock
from tests.told_pictures import PICTURES

PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
LARGE_ENOUGH = 0.64  # of its size on paper, where its smallest words have fourteen pixels


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 6, 3, 8, tzinfo=UTC))


@pytest.fixture
def coach(clock: Clock, migrated_file: Path, tmp_path: Path) -> Iterator[RunningCoach]:
    """The coach with the people of the fictional site, and an empty memory."""
    shutil.copyfile(migrated_file, tmp_path / "coach.db")
    with RunningCoach(f"sqlite:///{tmp_path / 'coach.db'}", {}, clock) as coach:
        yield coach


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where pictures of the screen go: the folder in the variable PICTURES, to be looked at, else the test's own."""
    folder = os.environ.get("PICTURES")  # noqa: TID251 - whoever looks at them says where
    return Path(folder) if folder else tmp_path


def sign_in(page: Page, coach: RunningCoach) -> ChatPage:
    """Priya's page."""
    token = application.new_secret()
    with coach.app.database.writing() as conn:
        access.make_link(conn, "priya", hashed(token), timedelta(hours=1))
    page.goto(f"{coach.url}/in/{token}")
    page.get_by_role("button", name="Sign in").click()
    chat_page = ChatPage(page)
    chat_page.is_ready()
    return chat_page


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_is_seen_heard_and_read_at_a_desk_and_on_a_phone(
    kind: str, coach: RunningCoach, clock: Clock, new_page: NewPage, tmp_path: Path, shots: Path
):
    told = PICTURES[kind]
    told.up_to_the_last(coach.settings, clock, "priya", tmp_path)
    desk = sign_in(new_page(), coach)
    desk.say(told.last, then="")
    expect(desk.page.get_by_role("log")).to_contain_text(told.says)

    phone = sign_in(new_page(**PHONE), coach)
    for name, page in (("desk", desk.page), ("phone", phone.page)):
        shown = page.get_by_role("img", name=f"{told.title}: ").last
        shown.scroll_into_view_if_needed()
        expect(shown).to_be_visible()
        page.wait_for_function(
            "picture => picture.complete && picture.naturalWidth", arg=shown.element_handle()
        )
        page.screenshot(path=shots / f"web-{kind}-{name}.png")
        described = shown.get_attribute("alt") or ""
        for words in told.words:
            assert words in described
        figure = page.locator("figure").last
        figure.get_by_text("In words and as a table").click()
        row = figure.get_by_role("row").filter(has_text=told.row[0]).filter(has_text=told.row[1])
        expect(row.first).to_contain_text(told.row[-1])
        table = figure.locator("table")
        row.first.scroll_into_view_if_needed()
        assert table.evaluate("table => table.clientWidth <= table.closest('details').clientWidth")
        page.screenshot(path=shots / f"web-{kind}-{name}-words.png")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert barriers(page) == []
        assert shown.evaluate("picture => picture.clientWidth * 2 / picture.naturalWidth") >= LARGE_ENOUGH
