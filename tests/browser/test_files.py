"""Files, values to copy, days to pick: what is neither words nor a button."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.reply import Reply
from tests.browser.chat_page import ChatPage
from tests.browser.conftest import NewPage
from tests.browser.running_chat import RunningChat
from tests.channels.web.fake_desk import COPIES, DAY, DEGREES, FILES, FakeDesk, about

PNG, PDF = b"\x89PNG\r\n\x1a\n a chart", b"%PDF-1.7 a report"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files that are taken, and three that are not."""
    (tmp_path / "chart.png").write_bytes(PNG)
    (tmp_path / "report.pdf").write_bytes(PDF)
    (tmp_path / "program.png").write_bytes(b"MZ")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "large.png").write_bytes(PNG + b"x" * 10_000_000)
    return tmp_path


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


def choose(chat_page: ChatPage, *paths: Path) -> None:
    chat_page.question.locator("input[type=file]").set_input_files([str(path) for path in paths])


def send(chat_page: ChatPage) -> None:
    chat_page.question.get_by_role("button", name="Send", exact=True).click()


# --- Files ---


def test_files_are_chosen_looked_over_and_sent(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk, folder: Path
):
    desk.answering = lambda message: [Reply("Thank you.")]
    arrives(chat_page, chat, desk, FILES)
    choose(chat_page, folder / "chart.png")
    choose(chat_page, folder / "report.pdf", folder / "empty.png")
    expect(chat_page.page.get_by_role("alert")).to_contain_text("“empty.png” is empty")
    chat_page.question.get_by_role("button", name="Remove empty.png").click()
    expect(chat_page.page.get_by_role("alert")).to_be_empty()

    send(chat_page)
    chat_page.sees("Thank you.")

    (message,) = desk.heard
    assert [file.name for file in message.files] == ["chart.png", "report.pdf"]
    assert [desk.files[file.sha256] for file in message.files] == [PNG, PDF]
    assert message.about == about("evidence")
    assert chat_page.own == ["chart.png, report.pdf"]


def test_files_are_sent_by_keyboard_alone(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk, folder: Path
):
    desk.answering = lambda message: [Reply("Thank you.")]
    arrives(chat_page, chat, desk, FILES)
    page = chat_page.page
    chat_page.question.locator("input[type=file]").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files([str(folder / "chart.png"), str(folder / "report.pdf")])

    page.keyboard.press("Shift+Tab")
    expect(chat_page.question.get_by_role("button", name="Remove report.pdf")).to_be_focused()
    page.keyboard.press("Enter")
    expect(chat_page.question.locator("input[type=file]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    chat_page.sees("Thank you.")

    assert chat_page.own == ["chart.png"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        pytest.param(["large.png"], "10 MB can be sent at once", id="too large: not even tried"),
        pytest.param(["chart.png", "report.pdf", "program.png", "large.png"], "3 can be sent", id="too many"),
    ],
)
def test_what_cannot_be_sent_is_said_before_it_is_sent(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk, folder: Path, names: list[str], words: str
):
    arrives(chat_page, chat, desk, FILES)
    choose(chat_page, *(folder / name for name in names))

    send(chat_page)

    expect(chat_page.page.get_by_role("alert")).to_contain_text(words)
    assert not desk.heard


def test_files_that_were_sent_before_the_server_went_away_arrive_once(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk, folder: Path
):
    desk.answering = lambda message: [Reply("Thank you.")]
    arrives(chat_page, chat, desk, FILES)
    choose(chat_page, folder / "chart.png")
    chat_page.page.route(
        "**/chat/upload", lambda route: (route.fetch(), route.abort("connectionreset")), times=1
    )

    send(chat_page)
    chat_page.sees("Thank you.")

    assert len(desk.heard) == 1
    assert chat_page.own == ["chart.png"]


def test_sending_can_be_cancelled_and_the_files_are_still_chosen(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk, folder: Path
):
    arrives(chat_page, chat, desk, FILES)
    choose(chat_page, folder / "chart.png")
    chat_page.page.route("**/chat/upload", lambda route: None)

    send(chat_page)
    chat_page.question.get_by_role("button", name="Cancel").click()

    expect(chat_page.page.get_by_role("alert")).to_contain_text("Cancelled")
    expect(chat_page.question.get_by_role("button", name="Remove chart.png")).to_be_enabled()
    expect(chat_page.page.locator("body")).not_to_have_class("sending")


def test_a_phone_is_asked_for_photos_and_reports(chat_page: ChatPage, chat: RunningChat, desk: FakeDesk):
    arrives(chat_page, chat, desk, FILES)

    picker = chat_page.question.locator("input[type=file]")

    expect(picker).to_have_attribute("accept", "image/jpeg,image/png,application/pdf")
    expect(picker).to_have_attribute("multiple", "")


# --- Copying ---


def test_a_value_is_copied_as_it_stands(new_page: NewPage, chat: RunningChat, desk: FakeDesk):
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    chat_page = ChatPage(page)
    chat_page.enter(chat.url, "Ana Horvat")
    arrives(chat_page, chat, desk, COPIES)

    chat_page.page.get_by_role("button", name="Copy What was seen").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Copied What was seen")).to_be_focused()
    expect(page.locator("#said")).to_have_text("Copied: What was seen")
    clipboard = page.evaluate("navigator.clipboard.readText()")
    assert clipboard == "A tablet was found chipped.\nAbout forty were set aside."


def test_where_the_clipboard_is_closed_the_value_is_selected(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk
):
    chat_page.page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('closed')); }"
    )
    arrives(chat_page, chat, desk, COPIES)

    chat_page.page.get_by_role("button", name="Copy Line").click()

    expect(chat_page.page.get_by_role("button", name="Selected Line")).to_be_visible()
    assert chat_page.page.evaluate("getSelection().toString().trim()") == "L3"


def test_the_values_stand_in_the_order_given_and_can_be_copied_long_after(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk
):
    arrives(chat_page, chat, desk, COPIES)
    chat_page.say("thanks", "I heard: thanks")
    chat_page.page.reload()
    chat_page.is_ready()

    buttons = chat_page.page.locator("[data-copy]")

    assert buttons.evaluate_all("all => all.map(each => each.dataset.label)") == ["What was seen", "Line"]
    expect(buttons.first).to_be_enabled()


# --- Numbers and days ---


def test_a_number_is_asked_for_with_its_unit(chat_page: ChatPage, chat: RunningChat, desk: FakeDesk):
    arrives(chat_page, chat, desk, DEGREES)

    expect(chat_page.page.get_by_role("textbox", name="Temperature, in °C")).to_have_attribute(
        "inputmode", "decimal"
    )


def test_a_day_can_be_picked_and_is_sent_as_it_then_stands_in_the_box(
    chat_page: ChatPage, chat: RunningChat, desk: FakeDesk
):
    arrives(chat_page, chat, desk, DAY)
    chat_page.page.get_by_label("Or pick it").fill("2026-06-03")
    expect(chat_page.box).to_have_value("2026-06-03")

    chat_page.page.locator("#send").click()
    chat_page.sees("I heard: 2026-06-03")

    expect(chat_page.page.get_by_label("Or pick it")).to_have_count(1)
    assert desk.heard[0].about == about("day")
