"""The short conversation with the real coach, from choosing who one is to taking the draft away."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.chat_page import ChatPage
from tests.browser.conftest import NewPage

ALEX = "Alex Byrne"


@pytest.fixture
def chat_page(page: Page, demo: str) -> ChatPage:
    """Signed in as somebody who has said nothing yet in this run of theirs."""
    chat_page = ChatPage(page)
    chat_page.enter(demo, ALEX)
    return chat_page


def test_a_conversation_by_mouse_ends_in_a_draft_as_word_and_as_markdown(chat_page: ChatPage, tmp_path: Path):
    chat_page.to_the_review()
    chat_page.press("This is right", "what is the record number?")

    for format_ in ("Word", "Markdown"):
        with chat_page.page.expect_download() as download:
            chat_page.page.get_by_role("button", name=format_).last.click()
        download.value.save_as(tmp_path / download.value.suggested_filename)

    word, markdown = sorted(tmp_path.iterdir())
    assert [word.suffix, markdown.suffix] == [".docx", ".md"]
    assert "word/document.xml" in zipfile.ZipFile(word).namelist()
    assert "Logbook p. 4" in markdown.read_text(encoding="utf-8")


def test_every_press_reads_as_the_words_on_its_button(chat_page: ChatPage):
    chat_page.to_the_review()

    assert chat_page.own == [
        "open a deviation",
        "Yes, let's start",
        "No",
        "No",
        "Yes",
        "Shift supervisor 06:05",
        "Logbook p. 4",
        "The rest later",
        "Skip",
    ]


def test_a_conversation_by_keyboard_alone(page: Page, demo: str):
    keys = page.keyboard
    chat_page = ChatPage(page)

    def typed(words: str, then: str) -> None:
        expect(chat_page.box).to_be_focused()
        keys.type(words)
        keys.press("Enter")
        chat_page.sees(then)

    def pressed(label: str, then: str) -> None:
        _tab_to(page, label)
        keys.press("Enter")
        chat_page.sees(then)

    page.goto(demo)
    _tab_to(page, "Priya Nair")
    keys.press("Enter")
    chat_page.is_ready()
    _tab_to(page, "Skip to the answer box")
    keys.press("Enter")
    typed("open a deviation", "Shall we write it down")
    pressed("Yes, let's start", "Is anyone hurt")
    pressed("No", "Could this affect a patient")
    pressed("No", "Is the step stopped")
    pressed("Yes", "Who knows?")
    typed("Shift supervisor 06:05", "official record")
    typed("Logbook p. 4", "Which of these is closest?")
    pressed("The rest later", "Is there anything to attach?")
    pressed("Skip", "Is it right?")
    pressed("Change: Official record", "You are changing")
    expect(chat_page.box).to_have_value("Logbook p. 4")
    typed("Logbook p. 5", "Is it right?")
    pressed("This is right", "what is the record number?")
    _tab_to(page, "Word")
    with page.expect_download():
        keys.press("Enter")


def _tab_to(page: Page, name: str) -> None:
    """Tab until what is named so has the focus."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate(_NAME_OF_FOCUS).startswith(name):
            return
    pytest.fail(f"the Tab key does not come to {name!r}")


_NAME_OF_FOCUS = """() => {
  const at = document.activeElement;
  return at.ariaLabel ?? (at.labels?.[0] ?? at).innerText.trim();
}"""


def test_a_second_enter_answers_no_question_that_nobody_has_read(chat_page: ChatPage):
    chat_page.box.fill("open a deviation")
    chat_page.page.keyboard.press("Enter")
    chat_page.sees("Shall we write it down")

    chat_page.page.keyboard.press("Enter")

    expect(chat_page.question.get_by_role("button", name="Yes, let's start")).to_be_enabled()
    assert chat_page.own[-1] == "open a deviation"


def test_an_answer_is_changed_from_the_review_and_the_others_are_kept(chat_page: ChatPage):
    chat_page.to_the_review()

    chat_page.press("Change: Official record", "You are changing: Official record")
    expect(chat_page.box).to_have_value("Logbook p. 4")
    chat_page.say("Logbook p. 5", "Is it right?")

    facts = chat_page.question.locator("dl > div")
    expect(facts.filter(has_text="Official record")).to_contain_text("Logbook p. 5")
    expect(facts.filter(has_text="Who was told")).to_contain_text("Shift supervisor 06:05")
    assert "Change: Official record" in chat_page.own


def test_on_a_phone_everything_fits_and_can_be_hit_with_a_glove(new_page: NewPage, demo: str):
    page = new_page(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    chat_page = ChatPage(page)
    chat_page.enter(demo, "Sam Kelly")
    chat_page.to_the_review()

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    sizes = page.locator("button:visible:not(:disabled), [role=button]:visible").evaluate_all(
        "all => all.map(each => [each.innerText, each.getBoundingClientRect().height])"
    )
    assert sizes
    assert [words for words, height in sizes if height < 48] == []


def test_a_stop_stays_in_sight_when_the_next_question_follows_it(new_page: NewPage, demo: str):
    page = new_page(viewport={"width": 360, "height": 640}, reduced_motion="reduce")
    chat_page = ChatPage(page)
    chat_page.enter(demo, ALEX)
    chat_page.say("open a deviation", "Shall we write it down")
    chat_page.press("Yes, let's start", "Is anyone hurt")
    chat_page.press("No", "Could this affect a patient")

    chat_page.press("Yes, it could", "I have posted this to QA")

    expect(page.locator(".tone-stop .words")).to_be_in_viewport(ratio=1)


def test_two_tabs_show_the_same_and_what_is_done_in_one_closes_it_in_the_other(
    chat_page: ChatPage, demo: str
):
    other = ChatPage(chat_page.page.context.new_page())
    other.page.goto(f"{demo}/chat")
    other.is_ready()
    chat_page.say("open a deviation", "Shall we write it down")
    other.sees("Shall we write it down")

    other.press("Not now", "All right")
    chat_page.sees("All right")

    assert chat_page.own == other.own
    assert chat_page.own[-1] == "Not now"


def test_nothing_that_is_sent_before_the_page_is_ready_goes_into_its_address(page: Page, demo: str):
    scripts: list[Route] = []
    page.route("**/coach.js*", lambda route: scripts.append(route))
    page.goto(demo)
    page.get_by_role("button", name=ALEX).click()
    page.get_by_role("button", name="Show me what there is").click()
    ChatPage(page).box.fill("typed too soon")

    scripts[0].continue_()
    ChatPage(page).is_ready()

    expect(page).to_have_url(f"{demo}/chat")
    expect(ChatPage(page).box).to_have_value("typed too soon")


def test_back_and_forward_keep_the_conversation_and_the_open_question(chat_page: ChatPage, demo: str):
    chat_page.say("help", "You can say")
    chat_page.say("open a deviation", "Shall we write it down")
    before = chat_page.own

    chat_page.page.goto("about:blank")
    chat_page.page.go_back()
    chat_page.is_ready()
    chat_page.sees("Shall we write it down")
    assert chat_page.own == before
    chat_page.press("Not now", "All right")

    assert chat_page.own == [*before, "Not now"]


def test_a_first_visit_begins_with_one_press(page: Page, demo: str):
    chat_page = ChatPage(page)
    chat_page.enter(demo, "Dana Okafor")

    page.get_by_role("button", name="Show me what there is").click()
    chat_page.sees("Hello Dana Okafor")

    expect(chat_page.question.get_by_role("button", name="Open a deviation")).to_be_visible()
    expect(page.get_by_role("button", name="Show me what there is")).to_be_hidden()
