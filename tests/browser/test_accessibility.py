"""For people who listen, who see little, who use the dark, or whom movement makes ill."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from bot.reply import Reply
from tests.browser.chat_page import ChatPage
from tests.browser.conftest import NewPage
from tests.browser.running_chat import RunningChat
from tests.channels.web.fake_desk import CHOICE, EVERY_KIND, LONG, MULTI, REVIEW, FakeDesk

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def barriers(page: Page) -> list[str]:
    """What axe finds serious or critical, a line each."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then(result => result.violations)")
    return [
        f"{each['id']}: {json.dumps([node['html'][:200] for node in each['nodes']])}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]


@pytest.fixture
def chat_page(page: Page, chat: RunningChat) -> ChatPage:
    """Ana's page."""
    chat_page = ChatPage(page)
    chat_page.enter(chat.url, "Ana Horvat")
    return chat_page


def arrives(chat_page: ChatPage, chat: RunningChat, desk: FakeDesk, reply: Reply) -> None:
    desk.add("ana", reply)
    chat.news()
    chat_page.sees(reply.text.split("\n")[0])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_nothing_keeps_anybody_out_at_the_door(
    new_page: NewPage, chat: RunningChat, desk: FakeDesk, scheme: str
):
    page = new_page(color_scheme=scheme)
    page.goto(chat.url)
    demo = barriers(page)
    desk.is_demo = False
    page.goto(f"{chat.url}/in/a-link-for-ana")
    link = barriers(page)

    assert demo + link == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_nothing_keeps_anybody_out_of_any_kind_of_reply(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk, scheme: Literal["light", "dark"]
):
    chat_page.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = barriers(chat_page.page)
    for reply in EVERY_KIND:
        arrives(chat_page, chat, desk, reply)
        found += [f"{reply.text[:30]}: {barrier}" for barrier in barriers(chat_page.page)]

    assert found == []


def test_every_control_has_a_name_that_says_what_it_does(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk
):
    arrives(chat_page, chat, desk, REVIEW)
    page = chat_page.page

    expect(page.get_by_role("button", name="Change: Line")).to_have_count(1)
    expect(page.get_by_role("group", name="Your answer")).to_be_visible()
    expect(page.get_by_role("log", name="Conversation")).to_be_visible()
    expect(page.get_by_role("textbox", name="Or type: an answer, or a question of yours")).to_be_visible()
    arrives(chat_page, chat, desk, MULTI)
    expect(page.get_by_role("group", name="What has been done")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Put the material on hold")).to_be_checked()
    arrives(chat_page, chat, desk, LONG)
    expect(page.get_by_role("textbox", name="What happened")).to_have_value(
        "A tablet was found chipped on line 3."
    )


def test_a_screen_reader_hears_each_new_line_once_and_its_buttons_not_at_all(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk
):
    chat_page.page.evaluate(
        """() => {
          window.heard = [];
          const log = document.querySelector('[role=log]');
          new MutationObserver((changes) => {
            for (const change of changes)
              if (!change.target.closest('[aria-live=off]'))
                for (const node of change.addedNodes) {
                  const spoken = node.cloneNode(true);
                  for (const silent of spoken.querySelectorAll('[aria-live=off]')) silent.remove();
                  heard.push(spoken.textContent);
                }
          }).observe(log, {childList: true, subtree: true});
        }"""
    )

    arrives(chat_page, chat, desk, CHOICE)

    heard = " ".join(" ".join(chat_page.page.evaluate("heard")).split())
    assert heard.count("Was the batch already released?") == 1
    assert "If you do not know, say so" in heard
    assert "I do not know" not in heard


def test_a_question_that_answers_what_was_sent_gets_the_focus_and_one_that_merely_arrives_does_not(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk
):
    chat_page.box.fill("half a sent")
    arrives(chat_page, chat, desk, CHOICE)
    expect(chat_page.box).to_be_focused()

    desk.answering = lambda message: [MULTI]
    chat_page.page.keyboard.press("Enter")
    chat_page.sees("What have you done so far?")

    expect(chat_page.question.locator(".words")).to_be_focused()


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_the_page_is_dark_where_the_person_wants_it_dark(
    new_page: NewPage, chat: RunningChat, scheme: str, is_dark: bool
):
    page = new_page(color_scheme=scheme)
    page.goto(chat.url)

    red = page.evaluate("getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/)[0]")

    assert (int(red) < 128) is is_dark


def test_nothing_moves_for_whom_movement_makes_ill(chat_page: ChatPage, chat: RunningChat, desk: FakeDesk):
    page = chat_page.page
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(
        """() => {
          window.scrolls = [];
          for (const name of ['scrollTo', 'scrollIntoView']) {
            const original = Element.prototype[name];
            Element.prototype[name] = function (options) { scrolls.push(options.behavior); return original.call(this, options); };
          }
        }"""
    )
    for reply in EVERY_KIND:
        arrives(chat_page, chat, desk, reply)

    moving = page.locator("*").evaluate_all(
        "all => all.filter(each => parseFloat(getComputedStyle(each).transitionDuration) > 0).length"
    )
    assert moving == 0
    assert set(page.evaluate("scrolls")) == {"instant"}


def test_large_letters_and_a_narrow_window_lose_nothing(new_page: NewPage, chat: RunningChat, desk: FakeDesk):
    """WCAG 1.4.10: 320 pixels wide is 1280 at 400 %."""
    page = new_page(viewport={"width": 320, "height": 480})
    chat_page = ChatPage(page)
    chat_page.enter(chat.url, "Ana Horvat")
    for reply in EVERY_KIND:
        arrives(chat_page, chat, desk, reply)

    assert page.evaluate("document.documentElement.scrollWidth") == 320
