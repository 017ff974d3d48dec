"""The terminal on the shop floor: gloves, several people in turn, and nothing left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.running_chat import RunningChat
from tests.browser.test_accessibility import barriers
from tests.channels.web.fake_desk import LONG, FakeDesk

GLOVE = 56


@pytest.fixture
def desk() -> FakeDesk:
    """Ana and Ben have codes; Ana has said something before."""
    desk = FakeDesk()
    desk.terminal_links["a-terminal-link"] = "north"
    desk.codes = {"ana": "1234", "ben": "5678"}
    desk.add("ana", words="forty chipped tablets", kind="echo")
    return desk


@pytest.fixture
def terminal(page: Page, chat: RunningChat) -> Page:
    """A browser that has become a shared terminal."""
    enrol(page, chat)
    return page


@pytest.fixture
def impatient(desk: FakeDesk) -> Iterator[RunningChat]:
    """A chat whose terminals lock after three seconds."""
    with RunningChat(desk, shared_idle=3) as chat:
        yield chat


def enrol(page: Page, chat: RunningChat) -> None:
    page.goto(f"{chat.url}/terminal/a-terminal-link")
    page.get_by_role("button", name="Make it a shared terminal").click()
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()


def sign_in(page: Page, name: str = "Ana Horvat", code: str = "1234") -> None:
    page.get_by_text(name).click()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"You are {name}.")).to_be_visible()
    expect(page.locator("#send")).to_be_enabled()


def test_a_name_a_code_and_whose_turn_it_is(terminal: Page):
    sign_in(terminal)

    expect(terminal.get_by_text("forty chipped tablets")).to_be_visible()
    expect(terminal.get_by_role("button", name="Not you?")).to_be_in_viewport(ratio=1)


def test_by_keyboard_alone(terminal: Page):
    keys = terminal.keyboard
    terminal.get_by_label("Find your name").focus()
    keys.type("okafor")
    keys.press("Enter")
    expect(terminal.get_by_label("Your code")).to_be_focused()
    keys.type("5678")
    keys.press("Enter")

    expect(terminal.get_by_text("You are Ben Okafor.")).to_be_visible()


def test_a_name_is_found_by_any_part_of_it_without_its_accents(terminal: Page, desk: FakeDesk):
    names = terminal.locator(".names label:visible")

    terminal.get_by_label("Find your name").fill("hor AN")
    expect(names).to_have_count(1)
    terminal.get_by_label("Find your name").fill("nobody")
    expect(names).to_have_count(0)
    expect(terminal.locator("#found")).to_contain_text("Nobody with a code has this name")


def test_a_wrong_code_is_said_and_the_next_try_needs_only_the_code(terminal: Page):
    terminal.get_by_text("Ana Horvat").click()
    terminal.keyboard.type("0000")
    terminal.keyboard.press("Enter")
    expect(terminal.get_by_role("alert")).to_have_text("That was not your code. 4 tries are left.")
    expect(terminal.get_by_label("Your code")).to_be_focused()

    terminal.keyboard.type("1234")
    terminal.keyboard.press("Enter")

    expect(terminal.get_by_text("You are Ana Horvat.")).to_be_visible()


@pytest.mark.parametrize("button", ["Done", "Not you?"])
def test_after_one_person_the_next_sees_nothing_of_them_not_even_by_going_back(terminal: Page, button: str):
    sign_in(terminal)
    terminal.locator("#text").fill("half a sentence of Ana's")

    terminal.get_by_role("button", name=button, exact=True).click()
    expect(terminal.get_by_role("heading", name="Who are you?")).to_be_visible()
    for _ in range(2):
        terminal.go_back()
        expect(terminal.locator("body")).not_to_contain_text("chipped tablets")
        expect(terminal.locator("body")).not_to_contain_text("half a sentence")
    terminal.goto(terminal.url)
    sign_in(terminal, "Ben Okafor", "5678")

    expect(terminal.locator("body")).not_to_contain_text("chipped tablets")
    expect(terminal.locator("#text")).to_have_value("")


def test_without_use_the_terminal_warns_then_locks_and_clears_itself(
    page: Page, impatient: RunningChat, desk: FakeDesk
):
    enrol(page, impatient)
    sign_in(page)

    expect(page.locator("#idle")).to_contain_text("about to lock")
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()

    assert not desk.cookies, "the session has ended at the server too"


def test_a_session_that_has_ended_at_the_server_leaves_nothing_on_the_page(
    page: Page, desk: FakeDesk, to_be_expected: list[str]
):
    to_be_expected.append("status of 401")  # the page may ask once more, and the server says no
    with RunningChat(desk, heartbeat=0.2) as chat:
        enrol(page, chat)
        sign_in(page)

        desk.cookies.clear()

        expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
        expect(page.locator("body")).not_to_contain_text("chipped tablets")


def test_whoever_is_typing_is_not_locked_out(page: Page, impatient: RunningChat, desk: FakeDesk):
    enrol(page, impatient)
    sign_in(page)
    uses = desk.uses

    page.locator("#text").press_sequentially("words that take longer than three seconds", delay=100)

    expect(page.locator("#text")).to_have_value("words that take longer than three seconds")
    assert desk.uses > uses, "the server was told that somebody is there"


def test_the_phone_takes_over_by_a_picture_and_the_terminal_is_locked_by_one_press(
    terminal: Page, new_page: NewPage, chat: RunningChat, desk: FakeDesk
):
    sign_in(terminal)
    terminal.get_by_role("button", name="Continue on my phone").click()
    expect(
        terminal.get_by_role("img", name="QR code: a link that signs you in on your phone")
    ).to_be_visible()
    assert barriers(terminal) == []

    phone = new_page(viewport={"width": 360, "height": 640}, is_mobile=True, has_touch=True)
    (token,) = desk.links
    phone.goto(f"{chat.url}/in/{token}")
    phone.get_by_role("button", name="Sign in").click()
    terminal.get_by_role("button", name="Done: lock this terminal").click()

    expect(phone.get_by_text("forty chipped tablets")).to_be_visible()
    expect(terminal.get_by_role("heading", name="Who are you?")).to_be_visible()


def test_the_picture_can_be_put_away_by_keyboard(terminal: Page):
    sign_in(terminal)
    terminal.get_by_role("button", name="Continue on my phone").click()
    picture = terminal.get_by_role("img", name="QR code: a link that signs you in on your phone")
    expect(picture).to_be_visible()

    terminal.keyboard.press("Escape")

    expect(picture).to_have_count(0)
    expect(terminal.get_by_role("button", name="Continue on my phone")).to_be_focused()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (360, 640), (320, 480)])
def test_everything_fits_can_be_hit_with_a_glove_and_keeps_nobody_out(
    new_page: NewPage, chat: RunningChat, desk: FakeDesk, width: int, height: int
):
    page = new_page(viewport={"width": width, "height": height}, has_touch=True, is_mobile=True)
    desk.add("ana", LONG)
    page.goto(f"{chat.url}/terminal/a-terminal-link")
    found = barriers(page)
    enrol(page, chat)
    found += barriers(page)
    sizes = page.locator(".names label, .code button, .code input").evaluate_all(
        "all => all.map(each => each.getBoundingClientRect().height)"
    )
    sign_in(page)
    found += barriers(page)

    assert found == []
    assert sizes
    assert min(sizes) >= GLOVE
    assert page.evaluate("document.documentElement.scrollWidth") == width
    heights = page.locator(".top button").evaluate_all(
        "all => all.map(each => each.getBoundingClientRect().height)"
    )
    assert min(heights) >= 44
