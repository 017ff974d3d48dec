"""What somebody was told, and what waits for them: there until they have seen to it, wherever they did."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat_page import ChatPage
from tests.browser.conftest import NewPage
from tests.browser.running_chat import RunningChat
from tests.channels.web.fake_desk import CHOICE, TELL, FakeDesk


@pytest.fixture
def chat_page(page: Page, chat: RunningChat, desk: FakeDesk) -> ChatPage:
    """Ana's page, after somebody's stop has told her."""
    chat_page = ChatPage(page)
    chat_page.enter(chat.url, "Ana Horvat")
    desk.add("ana", TELL, kind="tell")
    chat.news()
    chat_page.sees("Alex Byrne asked me")
    return chat_page


def test_the_head_of_the_page_counts_what_waits_as_it_comes_and_goes(chat_page: ChatPage):
    waiting = chat_page.page.locator("#waiting")
    expect(waiting).to_have_text("Waiting for me1")

    chat_page.page.get_by_role("button", name="Release the stop").click()

    expect(waiting).to_have_text("Waiting for me")


def test_the_head_of_the_page_asks_the_coach(chat_page: ChatPage, desk: FakeDesk):
    for button in ("Waiting for me", "My runs"):
        chat_page.page.get_by_role("button", name=button).click()
        chat_page.sees(f"action='{'waiting' if button.startswith('W') else 'runs'}'")

    assert [message.press.action for message in desk.heard if message.press] == ["waiting", "runs"]


def test_what_was_read_shows_as_read_and_the_stop_can_still_be_released(chat_page: ChatPage):
    page = chat_page.page
    read, release = (
        page.get_by_role("button", name=name) for name in ("I have read this", "Release the stop")
    )

    read.click()
    expect(read).to_be_disabled()
    expect(release).to_be_enabled()
    page.reload()
    chat_page.is_ready()

    expect(read).to_be_disabled()
    release.click()
    expect(page.get_by_text("Seen to. Nothing more is needed here.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Seen to. Nothing more is needed here.")).to_be_visible()
    expect(release).to_be_disabled()


def test_what_was_told_stays_open_whatever_is_talked_of_meanwhile(chat_page: ChatPage, desk: FakeDesk):
    desk.answering = lambda message: [CHOICE]
    chat_page.say("something else", "Was the batch already released?")
    chat_page.press("Yes Some or all of it has left our control", "Was the batch already released?")

    expect(chat_page.page.get_by_role("button", name="Release the stop")).to_be_enabled()
    assert desk.heard[0].about is None, "words are about no question that somebody else was asked"


def test_what_was_seen_to_on_one_page_is_seen_to_on_the_other(chat_page: ChatPage, chat: RunningChat):
    other = ChatPage(chat_page.page.context.new_page())
    other.page.goto(f"{chat.url}/chat")
    other.is_ready()

    chat_page.page.get_by_role("button", name="I have read this").click()
    chat_page.page.get_by_role("button", name="Release the stop").click()

    expect(other.page.get_by_text("Seen to. Nothing more is needed here.")).to_be_visible()
    expect(other.page.locator("#waiting")).to_have_text("Waiting for me")


def test_a_real_stop_is_told_read_released_and_the_other_page_wakes(new_page: NewPage, demo: str):
    alex, dana = ChatPage(new_page()), ChatPage(new_page())
    dana.enter(demo, "Dana Okafor")
    alex.enter(demo, "Alex Byrne")
    alex.say("open a deviation", "Shall we write it down")
    alex.press("Yes, let's start", "Is anyone hurt")
    alex.press("No", "Could this affect a patient")
    alex.press("Yes, it could", "I have posted this to QA")
    expect(dana.page.locator("#waiting")).to_have_text("Waiting for me1")

    dana.page.get_by_role("button", name="I have read this").click()
    alex.sees("Read by Dana Okafor")
    dana.page.get_by_role("button", name="Release the stop").first.click()

    expect(alex.page.get_by_text("Dana Okafor has released it").last).to_be_visible()
    expect(dana.page.locator("#waiting")).to_have_text("Waiting for me")
    expect(dana.page.get_by_text("Seen to. Nothing more is needed here.").first).to_be_visible()
