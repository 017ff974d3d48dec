"""The chat as a person sees it: what they do, and what they look for."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


class ChatPage:
    """One open chat. Each thing done waits until the coach has answered."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def enter(self, address: str, name: str) -> None:
        """Become one of the demonstration's people."""
        self.page.goto(address)
        self.page.get_by_role("button", name=name).click()
        self.is_ready()

    def is_ready(self) -> None:
        """The page takes what the person says."""
        expect(self.page.locator("#send")).to_be_enabled()

    @property
    def box(self) -> Locator:
        return self.page.locator("#text")

    @property
    def lines(self) -> Locator:
        return self.page.get_by_role("log").get_by_role("article")

    @property
    def own(self) -> list[str]:
        """Everything the person said, as it stands on the page."""
        return self.page.locator(".line.own .words").all_inner_texts()

    @property
    def question(self) -> Locator:
        """The open question."""
        return self.page.locator(".line.coach:not(.closed)").last

    def say(self, words: str, then: str) -> None:
        """Type it and send it; `then` is what the coach comes to ask."""
        self.box.fill(words)
        self.page.locator("#send").click()
        self.sees(then)

    def press(self, label: str, then: str) -> None:
        """Press a button of the open question."""
        self.question.get_by_role("button", name=label, exact=True).click()
        self.sees(then)

    def tick(self, *labels: str, then: str) -> None:
        """Tick these, and send."""
        for label in labels:
            self.question.get_by_label(label).check()
        self.question.get_by_role("button", name="Send", exact=True).click()
        self.sees(then)

    def sees(self, words: str) -> None:
        """The newest line says this, and the page is ready for more."""
        expect(self.lines.last).to_contain_text(words)
        expect(self.page.locator("body")).not_to_have_class("sending")

    def to_the_record(self) -> None:
        """The first questions, as far as the official record."""
        self.say("open a deviation", "Shall we write it down")
        self.press("Yes, let's start", "Is anyone hurt")
        self.press("No", "Could this affect a patient")
        self.press("No", "Is the step stopped")
        self.press("Yes", "Who knows?")
        self.say("Shift supervisor 06:05", "official record")

    def to_the_files(self) -> None:
        """The first questions in a hurry, as far as the attachments."""
        self.to_the_record()
        self.say("Logbook p. 4", "Which of these is closest?")
        self.press("The rest later", "Is there anything to attach?")

    def to_the_review(self) -> None:
        """A conversation in a hurry, as far as its review."""
        self.to_the_files()
        self.press("Skip", "Is it right?")
