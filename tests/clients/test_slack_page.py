"""The workspace's page can be read and used as a person does, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.clients.local_slack import ALICE, LocalSlack
from tests.clients.slack_page import SlackPage


@pytest.fixture
def person(page: Page, slack: LocalSlack) -> SlackPage:
    """Alice's screen, on her conversation with the app."""
    screen = SlackPage(page, slack, ALICE)
    screen.go_to_the_app()
    return screen


def test_a_message_is_typed_and_its_answer_read(person: SlackPage, tmp_path: Path):
    person.say("a tablet is chipped")
    expect(person.sees("You said a tablet is chipped").get_by_role("button", name="Done")).to_be_visible()
    assert person.words()[-2] == "a tablet is chipped"
    person.screenshot(tmp_path / "conversation.png")
    assert (tmp_path / "conversation.png").stat().st_size > 10_000


def test_a_pressed_button_changes_what_is_read(person: SlackPage):
    person.say("soon to be done")
    answer = person.sees("You said soon to be done")
    person.press("Done", on=answer)
    expect(person.messages.last).to_contain_text("Done by Alice")
    expect(person.messages.last.get_by_role("button", name="Done", exact=True)).to_have_count(0)


def test_a_form_is_filled_in_on_the_screen(person: SlackPage):
    person.say("the form")
    person.press("Open the form", on=person.sees("You said the form"))
    person.opens("What happened")
    person.fill("Describe it", "no")
    person.fill("Line", "One")
    person.fill("Checked", "Label")
    person.submit("Send")
    assert person.objections() == ["what: Say a little more"]
    person.fill("Describe it", "chipped tablets on the screen")
    person.submit("Send")
    person.sees("Noted for line One: chipped tablets on the screen")


def test_a_form_is_closed_on_the_screen(person: SlackPage):
    person.say("a form to close")
    person.press("Open the form", on=person.sees("You said a form to close"))
    person.opens("What happened")
    person.close()
    person.sees("Nothing was kept")


def test_home_is_opened_on_the_screen(person: SlackPage):
    home = person.open_home()
    expect(home).to_contain_text("Your work")
    person.press("Open the form", on=home)
    person.opens("What happened")
    person.close()


def test_a_thread_is_opened_and_answered_on_the_screen(person: SlackPage):
    person.say("the first of a thread")
    person.open_thread(person.sees("You said the first of a thread"))
    person.answer_in_thread("more of it")
    expect(person.thread.last).to_contain_text("You said more of it")


def test_a_command_is_typed_on_the_screen(person: SlackPage):
    person.say("/qms deviation")
    person.sees("Help with deviation")
