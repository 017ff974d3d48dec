"""The workspace's page, as a person uses it: what they read, type, press and fill in."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.clients.local_slack import LocalSlack, SlackPerson

# Slack keeps the lines of a plain text; this page would run them into one.
_LINES = ".blocks { white-space: pre-line }"
_WORDS = """messages => messages.map(message =>
    [...message.querySelectorAll(".msg-body > .msg-text, .msg-body > .blocks")].map(part => part.innerText).join("\\n"))"""


class SlackPage:
    """One open page of the workspace, used as one person.

    It draws the classic blocks. Of a modal it draws texts, menus, ticks, radio buttons and dates; of everything else
    it shows the name in brackets, as `[timepicker]`.
    """

    def __init__(self, page: Page, slack: LocalSlack, person: SlackPerson) -> None:
        self.page = page
        self._person = person
        page.goto(slack.url)
        page.add_style_tag(content=_LINES)
        expect(page.get_by_text("ui live")).to_be_visible()
        page.get_by_label("Act as").select_option(person.id)

    def go_to(self, channel: str) -> None:
        """Open a channel by its name."""
        self.page.locator(".sidebar-item", has_text=channel).first.click()
        expect(self.page.locator(".channel-title")).to_contain_text(channel)

    def go_to_the_app(self) -> None:
        """Open this person's conversation with the app; the page names it for the person."""
        self.go_to(self._person.real_name)

    def open_home(self, app: str = "qms-coach") -> Locator:
        """Open the app's Home tab. Returns what is drawn there, once something is."""
        self.page.locator(".sidebar-item", has=self.page.locator(".app-dot"), has_text=app).click()
        expect(self.home.locator(".blocks")).to_be_visible()
        return self.home

    @property
    def home(self) -> Locator:
        """The Home tab."""
        return self.page.locator(".home-inner")

    @property
    def messages(self) -> Locator:
        """The messages of the open channel, without the answers in threads."""
        return self.page.locator(".messages > .msg")

    @property
    def thread(self) -> Locator:
        """The messages of the open thread, its first one too."""
        return self.page.locator(".thread-pane .msg")

    def words(self) -> list[str]:
        """Each message as it stands there, without its author and time."""
        shown: list[str] = self.messages.evaluate_all(_WORDS)
        return shown

    def sees(self, words: str) -> Locator:
        """The newest message with these words, once there is one."""
        message = self.messages.filter(has_text=words).last
        expect(message).to_be_visible()
        return message

    def say(self, words: str) -> None:
        """Type it and send it; a slash command too."""
        box = self.page.locator(".main .composer-input")
        box.fill(words)
        box.press("Enter")

    def open_thread(self, message: Locator) -> None:
        """Show a message's thread beside the channel."""
        message.hover()
        message.get_by_title("Reply in thread").click()
        expect(self.page.locator(".thread-pane")).to_be_visible()

    def answer_in_thread(self, words: str) -> None:
        """Type it into the open thread and send it."""
        box = self.page.locator(".thread-pane .composer-input")
        box.fill(words)
        box.press("Enter")

    def press(self, label: str, *, on: Locator | None = None) -> None:
        """Press a button: of this message or tab, or of the newest message that has one."""
        where = on or self.messages
        where.get_by_role("button", name=label, exact=True).last.click()

    def choose(self, option: str, *, on: Locator) -> None:
        """Choose an option, by its words, in the menu of a message."""
        menu = on.locator("select", has=self.page.locator("option", has_text=option))
        menu.select_option(label=option)

    @property
    def modal(self) -> Locator:
        """The modal's view on top."""
        return self.page.locator(".modal")

    def opens(self, title: str) -> Locator:
        """The modal, once it has this title."""
        expect(self.modal.locator(".modal-title")).to_have_text(title)
        return self.modal

    def fill(self, label: str, *values: str) -> None:
        """Fill in one field of the modal: words, a date, or options by their words."""
        named = self.page.locator(".bk-label", has_text=re.compile(f"^{re.escape(label)}$"))
        field = self.modal.locator(".bk-input", has=named)
        if field.locator(".bk-options").count():
            for value in values:
                field.get_by_label(value, exact=True).check()
        elif field.locator("select").count():
            field.locator("select").select_option(label=values[0])
        else:
            field.locator("input").fill(values[0])

    def submit(self, label: str) -> None:
        """Press the modal's own button."""
        self.modal.locator(".modal-foot").get_by_role("button", name=label, exact=True).click()

    def close(self) -> None:
        """Close the modal without sending it."""
        self.modal.locator(".modal-x").click()
        expect(self.modal).to_have_count(0)

    def objections(self) -> list[str]:
        """What stands in red in the modal, each as `block: words`."""
        expect(self.modal.locator(".modal-error").first).to_be_visible()
        return self.modal.locator(".modal-error").all_inner_texts()

    def download(self, name: str) -> bytes:
        """Take the newest file of this name, as its card offers it."""
        card = self.messages.locator(".file-card", has_text=name).last
        with self.page.expect_download() as taken:
            card.get_by_title("Download").click()
        return Path(taken.value.path()).read_bytes()

    def screenshot(self, path: Path) -> None:
        """Keep what is on the screen."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)
