"""What Slack would show of a message can be looked at, newer blocks too."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.clients.drawn import html_of
from tests.clients.shown import Thing


def words(text: str) -> Thing:
    return {"type": "plain_text", "text": text}


def marked(text: str) -> Thing:
    return {"type": "mrkdwn", "text": text}


CLASSIC: list[Thing] = [
    {"type": "header", "text": words("Deviation DEV-7")},
    {"type": "section", "text": marked("Is the *step* stopped, <@U01ALICE>?")},
    {"type": "section", "fields": [marked("*Line*\n3"), marked("*Since*\n06:05")]},
    {"type": "divider"},
    {
        "type": "actions",
        "elements": [{"type": "button", "action_id": "yes", "text": words("Yes"), "style": "primary"}],
    },
    {"type": "context", "elements": [marked("Guidance only, follow your SOP :eyes:")]},
]
NEWER: list[Thing] = [
    {"type": "markdown", "text": "**Due** at noon"},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "Hold the batch"}]}
                ],
            }
        ],
    },
    {
        "type": "table",
        "rows": [
            [{"type": "raw_text", "text": "Batch"}, {"type": "raw_text", "text": "Status"}],
            [{"type": "raw_text", "text": "B-104"}, {"type": "raw_text", "text": "on hold"}],
        ],
    },
]


@pytest.mark.usefixtures("clients")
def test_classic_blocks_are_drawn(page: Page, tmp_path: Path):
    page.set_content(html_of(CLASSIC))
    for text in (
        "Deviation DEV-7",
        "Is the step stopped, @Alice Anderson?",
        "Guidance only, follow your SOP 👀",
    ):
        expect(page.get_by_text(text)).to_be_visible()
    expect(page.get_by_role("button", name="Yes")).to_be_visible()
    page.screenshot(path=tmp_path / "classic.png")


@pytest.mark.usefixtures("clients")
def test_newer_blocks_are_drawn(page: Page, tmp_path: Path):
    page.set_content(html_of(NEWER))
    expect(page.locator("strong", has_text="Due")).to_be_visible()
    expect(page.get_by_role("listitem")).to_have_text("Hold the batch")
    expect(page.get_by_role("cell", name="on hold")).to_be_visible()
    page.screenshot(path=tmp_path / "newer.png")


@pytest.mark.usefixtures("clients")
def test_several_messages_stand_below_each_other(page: Page):
    page.set_content(html_of(CLASSIC, NEWER))
    expect(page.get_by_role("article")).to_have_count(2)
