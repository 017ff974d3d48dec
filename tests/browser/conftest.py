"""A browser, a page that must not complain, and the demonstration in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.running_chat import RunningChat
from tests.channels.web.fake_desk import FakeDesk

HERE = Path(__file__).parent
_PATIENCE_MS = 10_000
# What a browser writes when a server is away is no fault of the page.
_SERVER_IS_AWAY = re.compile(r"net::ERR_(CONNECTION|INCOMPLETE|EMPTY)|status of 503|Failed to fetch")

NewPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(
    scope="module"
)  # its driver keeps a loop running, beside which other tests could not begin theirs
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for all tests of a file; each page has cookies of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def to_be_expected() -> list[str]:
    """What the browser may write into its console in this test; to be added to."""
    return []


@pytest.fixture
def new_page(browser: Browser, to_be_expected: list[str]) -> Iterator[NewPage]:
    """Open a page in a browser of its own. Whatever a page complains about in its console fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def complain(kind: str, words: str) -> None:
        is_expected = _SERVER_IS_AWAY.search(words) or any(each in words for each in to_be_expected)
        if kind in {"error", "warning"} and not is_expected:
            complaints.append(f"{kind}: {words}")

    def new_page(**options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1100, "height": 800}, **options})  # type: ignore[arg-type]  # passed on
        context.set_default_timeout(_PATIENCE_MS)
        context.on("console", lambda message: complain(message.type, message.text))
        context.on("weberror", lambda error: complain("error", str(error.error)))
        contexts.append(context)
        return context.new_page()

    yield new_page
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page on a desk."""
    return new_page()


@pytest.fixture
def demo() -> Iterator[str]:
    """The address of `qms-coach demo`, as somebody would start it."""
    command = [sys.executable, "-m", "bot", "demo", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        said = process.stderr.readline()
        address = re.search(r"http://\S+", said)
        assert address, said + process.stderr.read()
        yield address[0]
        process.terminate()
        assert process.wait(timeout=30) == 0


@pytest.fixture
def desk() -> FakeDesk:
    """What stands behind `chat`."""
    return FakeDesk(is_demo=True)


@pytest.fixture
def chat(desk: FakeDesk) -> Iterator[RunningChat]:
    """A chat with a desk in memory behind it, which can be stopped and started again."""
    with RunningChat(desk) as chat:
        yield chat
