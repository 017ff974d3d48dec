"""A browser that many people use in turn: each sees their own, and only while they are there."""

from __future__ import annotations

import re

import pytest

from bot.channels.web.security import TERMINAL
from tests.channels.web.fake_desk import ANA, BEN, FakeDesk
from tests.channels.web.visitor import HTTPS, Page, Visitor, visiting

INVITATION = "/terminal/a-terminal-link"


def with_codes() -> FakeDesk:
    """Ana and Ben have a code here."""
    desk = FakeDesk()
    desk.terminal_links["a-terminal-link"] = "north"
    desk.codes = {"ana": "1234", "ben": "5678"}
    return desk


async def enrolled(visitor: Visitor) -> Page:
    """Make this browser a shared terminal, and look at it."""
    await visitor.get(INVITATION)
    await visitor.post(INVITATION, {"csrf": visitor.csrf})
    return await visitor.get("/chat")


async def sign_in(visitor: Visitor, person: str = "ana", code: str = "1234") -> Page:
    """Pick a name and type a code; the page that follows."""
    await visitor.post("/terminal/sign-in", {"csrf": visitor.csrf, "person": person, "code": code})
    return await visitor.get("/chat")


async def test_a_link_that_is_merely_looked_at_makes_no_terminal():
    desk = with_codes()
    async with visiting(desk) as visitor:
        page = await visitor.get(INVITATION)

    assert "Make it a shared terminal" in page.text
    assert not desk.terminals


async def test_a_terminal_shows_those_who_have_a_code_and_nobody_is_signed_in():
    async with visiting(with_codes()) as visitor:
        page = await enrolled(visitor)

    assert page.status == 200
    assert re.findall(r'name="person" value="(\w+)"', page.text) == ["ana", "ben"]
    assert 'inputmode="numeric"' in page.text
    assert "checked" not in page.text


async def test_a_link_makes_one_browser_a_terminal():
    async with visiting(with_codes()) as visitor:
        await enrolled(visitor)
        page = await visitor.post(INVITATION, {"csrf": visitor.csrf})

    assert page.status == 410


async def test_becoming_a_terminal_ends_the_session_that_was_there():
    desk = with_codes()
    async with visiting(desk) as visitor:
        visitor.has(desk.let_in("ben"))
        page = await enrolled(visitor)

    assert not desk.cookies
    assert "Who are you?" in page.text


async def test_the_cookie_of_a_terminal_outlives_the_browser_and_is_out_of_reach_for_scripts():
    async with visiting(with_codes(), behind_proxy=True) as visitor:
        door = await visitor.get(INVITATION, **HTTPS)
        visit = door.set_cookies[0].partition(";")[0]
        page = await visitor.post(INVITATION, {"csrf": door.csrf}, {**HTTPS, "Cookie": visit})

    (cookie,) = (each for each in page.set_cookies if each.startswith(f"__Host-{TERMINAL}="))
    assert cookie.endswith("; HttpOnly; Max-Age=34560000; Path=/; SameSite=Lax; Secure")


async def test_whose_turn_it_is_stands_on_the_page_with_a_way_out():
    async with visiting(with_codes()) as visitor:
        await enrolled(visitor)
        page = await sign_in(visitor)

    assert "You are <strong>Ana Horvat</strong>." in page.text
    assert "Not you?" in page.text
    assert ">Done</button>" in page.text
    assert 'data-idle="180"' in page.text


async def test_elsewhere_a_page_does_not_lock_itself():
    desk = FakeDesk()
    async with visiting(desk) as visitor:
        visitor.has(desk.let_in("ana"))
        page = await visitor.get("/chat")

    assert "data-idle" not in page.text
    assert "idle.js" not in page.text


async def test_done_ends_the_session_and_shows_the_names_again():
    desk = with_codes()
    async with visiting(desk) as visitor:
        await enrolled(visitor)
        await sign_in(visitor)
        done = await visitor.post("/sign-out", {"csrf": visitor.csrf})
        page = await visitor.get("/chat")

    assert (done.status, done.headers["Location"]) == (303, "/chat")
    assert not desk.cookies
    assert "Who are you?" in page.text


async def test_a_wrong_code_says_how_many_tries_are_left_and_after_five_what_to_do():
    async with visiting(with_codes()) as visitor:
        await enrolled(visitor)
        pages = [(await sign_in(visitor, code="0000")).text for _ in range(5)]
        right = await sign_in(visitor)

    assert ["4 tries are left" in page for page in pages] == [True, False, False, False, False]
    assert "One try is left" in pages[3]
    for page in (pages[4], right.text):
        assert "Ask for a new code" in page


async def test_who_mistyped_need_not_pick_their_name_again_and_it_is_said_once():
    async with visiting(with_codes()) as visitor:
        await enrolled(visitor)
        first = await sign_in(visitor, "ben", "0000")
        second = await visitor.get("/chat")

    assert re.findall(r'value="(\w+)" checked', first.text) == ["ben"]
    assert "checked" not in second.text
    assert "not your code" not in second.text


@pytest.mark.parametrize(
    ("person", "code", "words"),
    [
        ("", "1234", "Pick your name first"),
        ("ana", "", "Type your code"),
        pytest.param("ana", "9" * 1_000, "Type your code", id="no code is so long"),
        pytest.param("nobody", "1234", "Ask for a new code", id="nobody of that name"),
        pytest.param('"><script>', "1234", "Ask for a new code", id="a name that is markup"),
        pytest.param("x" * 5_000, "1234", "Ask for a new code", id="a very long name"),
    ],
)
async def test_what_is_missing_is_said(person: str, code: str, words: str):
    desk = with_codes()
    async with visiting(desk) as visitor:
        await enrolled(visitor)
        page = await sign_in(visitor, person, code)

    assert words in page.text
    assert "<script>" not in page.text
    assert not desk.cookies


async def test_a_code_is_worth_nothing_in_a_browser_that_is_no_terminal():
    desk = with_codes()
    async with visiting(desk) as visitor:
        await visitor.get("/chat")
        page = await visitor.post(
            "/terminal/sign-in", {"csrf": visitor.csrf, "person": "ana", "code": "1234"}
        )

    assert page.status == 403
    assert not desk.cookies


@pytest.mark.parametrize("path", ["/terminal/sign-in", INVITATION, "/phone"])
async def test_a_forged_form_does_nothing(path: str):
    desk = with_codes()
    async with visiting(desk) as visitor:
        await enrolled(visitor)
        await sign_in(visitor)
        before = dict(desk.cookies)
        desk.terminal_links["a-terminal-link"] = "north"
        page = await visitor.post(path, {"csrf": "guessed", "person": "ben", "code": "5678"})

    assert page.status == 403
    assert (desk.cookies, desk.links) == (before, {})
    assert desk.terminal_links


async def test_somebody_who_tries_codes_is_slowed_down():
    async with visiting(with_codes()) as visitor:
        await enrolled(visitor)
        tries = [
            (
                await visitor.post("/terminal/sign-in", {"csrf": visitor.csrf, "person": "ana", "code": "0"})
            ).status
            for _ in range(21)
        ]

    assert tries[-1] == 429


async def test_a_link_for_the_phone_is_a_picture_that_holds_an_address_of_this_host():
    desk = with_codes()
    async with visiting(desk) as visitor:
        await enrolled(visitor)
        await sign_in(visitor)
        page = await visitor.post("/phone", {"csrf": visitor.csrf})

    assert page.status == 200
    assert desk.links == {"a-link-for-the-phone-1": "ana"}
    assert "<svg" in page.text
    assert "a-link-for-the-phone" not in page.text, "the link is for the phone, not for this browser"


async def test_only_a_terminal_hands_out_links_for_phones():
    desk = FakeDesk()
    async with visiting(desk) as visitor:
        visitor.has(desk.let_in("ana"))
        await visitor.get("/chat")
        page = await visitor.post("/phone", {"csrf": visitor.csrf})

    assert page.status == 403
    assert not desk.links


async def test_being_there_is_use_and_whoever_is_not_signed_in_is_not_there():
    desk = with_codes()
    async with visiting(desk) as visitor:
        nobody = await visitor.get("/chat/here")
        visitor.has(desk.let_in("ana"))
        before = desk.uses
        page = await visitor.get("/chat/here")

    assert (nobody.status, page.status) == (401, 204)
    assert desk.uses == before + 1


async def test_a_terminal_without_codes_says_who_gives_one():
    desk = FakeDesk(ANA, BEN)
    desk.terminal_links["a-terminal-link"] = "north"
    async with visiting(desk) as visitor:
        page = await enrolled(visitor)

    assert "Nobody has a code for this terminal yet" in page.text
