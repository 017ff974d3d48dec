"""A server that goes away and comes back: the page says so, and nothing is lost or said twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from bot.reply import Reply
from tests.browser.chat_page import ChatPage
from tests.browser.running_chat import RunningChat
from tests.channels.web.fake_desk import CHOICE, FakeDesk

LOST = "Connection lost"


@pytest.fixture
def chat_page(page: Page, chat: RunningChat) -> ChatPage:
    """Ana's page, connected."""
    chat_page = ChatPage(page)
    chat_page.enter(chat.url, "Ana Horvat")
    chat_page.say("hello", "I heard: hello")
    return chat_page


def heard(desk: FakeDesk) -> list[str]:
    return [message.text for message in desk.heard]


def test_while_the_server_is_away_the_page_says_so_and_until_then_says_nothing(
    chat_page: ChatPage, chat: RunningChat
):
    status = chat_page.page.locator("#connection")
    expect(status).to_be_empty()

    chat.stop()
    expect(status).to_contain_text(LOST)
    chat.start()

    expect(status).to_be_empty()


def test_what_is_sent_while_the_server_is_away_arrives_once_when_it_is_back(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk
):
    chat.stop()
    chat_page.box.fill("sent into the dark")
    chat_page.page.keyboard.press("Enter")
    expect(chat_page.page.locator("#connection")).to_contain_text(LOST)
    expect(chat_page.box).to_have_value("sent into the dark")
    chat.start()

    chat_page.sees("I heard: sent into the dark")

    assert heard(desk) == ["hello", "sent into the dark"]
    assert chat_page.own == ["hello", "sent into the dark"]
    expect(chat_page.box).to_have_value("")


def test_what_was_heard_but_never_acknowledged_is_not_done_twice(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk
):
    chat_page.page.route(
        "**/chat/say", lambda route: (route.fetch(), route.abort("connectionreset")), times=1
    )

    chat_page.say("once", "I heard: once")

    assert heard(desk) == ["hello", "once"]
    assert chat_page.own == ["hello", "once"]


def test_what_was_said_to_the_person_meanwhile_is_there_when_the_page_comes_back(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk
):
    chat.stop()
    for words in ("one", "two"):
        desk.add("ana", Reply(words))
    chat.start()

    chat_page.sees("two")

    assert chat_page.lines.locator(".words").all_inner_texts() == ["hello", "I heard: hello", "one", "two"]


def test_while_nothing_can_be_saved_the_words_stay_and_are_sent_again(chat_page: ChatPage, desk: FakeDesk):
    desk.is_down = True
    chat_page.box.fill("keep this")
    chat_page.page.keyboard.press("Enter")
    expect(chat_page.page.get_by_role("alert")).to_contain_text("I cannot save anything just now")
    expect(chat_page.box).to_have_value("keep this")
    desk.is_down = False

    chat_page.sees("I heard: keep this")

    assert heard(desk) == ["hello", "keep this"]
    expect(chat_page.page.get_by_role("alert")).to_be_empty()


def test_a_double_click_is_one_answer(chat_page: ChatPage, chat: RunningChat, desk: FakeDesk):
    desk.add("ana", CHOICE)
    chat.news()
    chat_page.sees("Was the batch already released?")

    chat_page.question.get_by_role("button", name="No It is still in our hands").dblclick()
    chat_page.sees("I heard")

    assert chat_page.own == ["hello", "No"]
    assert len(desk.heard) == 2


def test_signing_out_in_one_tab_is_known_in_the_other(page: Page, desk: FakeDesk):
    with RunningChat(desk, heartbeat=0.2) as chat:
        chat_page = ChatPage(page)
        chat_page.enter(chat.url, "Ana Horvat")
        other = page.context.new_page()
        other.goto(f"{chat.url}/chat")

        other.get_by_role("button", name="Sign out").click()

        expect(page.locator("#connection")).to_contain_text("You are signed out")
        expect(page.get_by_role("link", name="Sign in again")).to_be_visible()


def test_words_begun_are_still_there_when_a_new_question_arrives(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk
):
    chat_page.box.fill("half a sent")
    desk.add("ana", CHOICE)
    chat.news()
    chat_page.sees("Was the batch already released?")

    expect(chat_page.box).to_have_value("half a sent")
