"""Microsoft 365 Agents Playground: Microsoft's own imitation of Teams, with a page to look at and to press things on.

It is installed from npm for the tests and is never shipped: its licence allows no more. What it shows, what it sends
and where it differs from Teams is written down in `tests/payloads/teams/README.md`.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
from calendar import month_name
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as PageTimeoutError

from tests.bot_framework import people
from tests.bot_framework.people import EVERYBODY, PRIYA, TeamsPerson
from tests.clients.node import modules, node
from tests.clients.program import NotReadyError, Program, TookTooLongError, until

_PORTS = range(
    20_150, 32_000
)  # above, the system takes ports at will, and the Playground silently another than asked
_NOWHERE = "http://127.0.0.1:9/"
_ELSEWHERE = re.compile(r"^\w+://(?!127\.0\.0\.1[:/]|localhost[:/])")  # it asks for fonts
_INSTALLED = re.compile(r"^conversationUpdate \d+$")  # in the page's log, with what the bot answered
_OF_THE_BOT = ".fai-OutputCard"
_HAS_COUNT = "([what, count]) => document.querySelectorAll(what).length === count"
_PATIENCE = 15.0
_PATIENCE_MS = 10_000
_LOADING_MS = 60_000  # its page is large, and a busy machine takes its time over it


class Playground:
    """One tenant with one bot, at `endpoint`, and one person at the screen, `me`. Start it with `with`.

    It needs at least five people besides. It says to the bot that its connector is at `service_url`; put another
    one before it, such as `Connector(behind=playground.connector_url)`, to see what a person sees when sending fails.
    """

    def __init__(
        self,
        folder: Path,
        endpoint: str = _NOWHERE,
        *,
        me: TeamsPerson = PRIYA,
        everybody: Sequence[TeamsPerson] = EVERYBODY,
        service_url: str = "",
    ) -> None:
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.connector_url = f"{self.url}/_connector"
        self.service_url = service_url or self.connector_url
        self._folder = folder
        self._port = port
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tenant.json").write_text(json.dumps(_tenant(me, everybody)))
        self._program = Program(self._command(endpoint), folder=folder, port=port)

    def _command(self, endpoint: str) -> list[str | Path]:
        # It would open a browser, ask the cloud it may run in who it is, and write home.
        nothing = self._folder / "bin" / "xdg-open"
        nothing.parent.mkdir(exist_ok=True)
        nothing.write_text("#!/bin/sh\n")
        nothing.chmod(0o755)
        environment = {
            "PATH": f"{nothing.parent}:/usr/bin:/bin",
            "HOME": str(self._folder),
            "APPLICATION_INSIGHTS_NO_STATSBEAT": "1",
            "TEAMS_APP_TEST_TOOL_CONFIG_PATH": str(self._folder / "tenant.json"),
        }
        options = {
            "--app-endpoint": endpoint,
            "--channel-id": "msteams",
            "--port": str(self._port),
            "--service-url": self.service_url,
        }
        return [
            "/usr/bin/env",
            "-i",
            *(f"{name}={value}" for name, value in environment.items()),
            node(),
            modules() / "@microsoft" / "m365agentsplayground" / "cli.js",
            "start",
            *(word for option in options.items() for word in option),
            "--disable-telemetry",
        ]

    def __enter__(self) -> Self:
        try:
            self._program.__enter__()
        except NotReadyError as error:
            raise NotReadyError(f"{error}\n{self.log}") from error
        try:
            until(self._answers, "the Playground to answer", patience=_PATIENCE)
        except (NotReadyError, TookTooLongError) as error:
            self._program.__exit__(None, None, None)
            raise NotReadyError(f"{error}\n{self.log}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._program.__exit__(kind, error, trace)

    @property
    def pid(self) -> int:
        return self._program.pid

    @property
    def log(self) -> str:
        """Everything it wrote down so far."""
        return "".join(file.read_text() for file in sorted(self._folder.glob("devTools/*.log")))

    def _answers(self) -> bool:
        asked = http.client.HTTPConnection("127.0.0.1", self._port, timeout=1)
        try:
            asked.request("GET", "/")
            return asked.getresponse().status == 200
        except (
            ConnectionRefusedError
        ) as error:  # it listens before it reads its settings, and ends without a word
            raise NotReadyError("it ended as soon as it had begun") from error
        except OSError:
            return False
        finally:
            asked.close()


def _free_port() -> int:
    for port in _PORTS:
        with socket.socket() as candidate:
            try:
                candidate.bind(("", port))
            except OSError:
                continue
            return port
    raise NotReadyError(f"no free port between {_PORTS.start} and {_PORTS.stop}")


def _tenant(me: TeamsPerson, everybody: Sequence[TeamsPerson]) -> dict[str, Any]:
    """The Playground's settings. It reads YAML, which JSON is."""
    return {
        "version": "0.1.0",
        "tenantId": people.TENANT_ID,
        "bot": {"id": people.BOT_ID, "name": people.BOT_NAME},
        "currentUser": _account(me),
        "users": [_account(person) for person in everybody if person != me],
        "personalChat": {"id": people.PERSONAL_CHAT_ID},
        "groupChat": {"id": people.GROUP_CHAT_ID, "name": people.GROUP_CHAT_NAME},
        "team": {
            "id": people.TEAM_ID,
            "name": people.TEAM_NAME,
            "aadGroupId": people.TEAM_GROUP_ID,
            "channels": [{"id": people.CHANNEL_ID, "name": people.CHANNEL_NAME}],
        },
    }


def _account(person: TeamsPerson) -> dict[str, str]:
    member = person.as_member()
    names = ("id", "name", "aadObjectId", "givenName", "surname", "email")
    return {name: member[name] for name in names} | {"userPrincipleName": person.email}  # sic


# --- The page ---------------------------------------------------------------------------------------------------------


# Every message of the bot, line by line as it is read: a fact with its value, and what can be pressed in brackets.
_READ = """(bodies, after) => bodies.slice(after).map(body => {
    const lines = [], words = part => part.innerText.split(/\\s+/).join(" ").trim();
    const read = part => {
        const texts = [...part.querySelectorAll(".ac-textBlock")].map(words);
        if (part.matches("button")) lines.push(`[${words(part)}]`);
        else if (part.matches(".ac-selectable") && part.querySelector(".ac-vertical-separator"))
            lines.push(`${texts[0]}: ${texts.slice(1, -1).join(" ")} [${part.ariaLabel}]`);
        else if (part.matches(".ac-selectable[role=button]")) lines.push(`[${part.ariaLabel}]`);
        else if (part.matches("input[type=checkbox]")) lines.push(`[${part.ariaLabel}]`);
        else if (part.matches("tr")) lines.push([...part.cells].map(words).join(": "));
        else if (part.matches(".ac-textBlock")) lines.push(words(part));
        else [...part.children].forEach(read);
    };
    const card = body.querySelector(".ac-adaptiveCard");
    card ? read(card) : lines.push(words(body));
    return lines.join("\\n");
})"""


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as it stands on the page: `author` is the bot's name, or empty for the person's own."""

    author: str
    words: str
    is_card: bool


class PlaygroundPage:
    """What the person at the screen does, and what they see. `bot` is the name of the bot."""

    def __init__(self, page: Page, bot: str = people.BOT_NAME) -> None:
        self.page = page
        self.bot = bot

    # --- Where to be --------------------------------------------------------------------------------------------------

    def open(self, playground: Playground) -> None:
        """Load the page; it shows the empty personal chat, once the bot was told again that it is installed.

        The bot must be there: the Playground waits for it, and forgets what is said meanwhile.
        """
        self.page.goto(playground.url, wait_until="commit")
        expect(self.page.get_by_text(_INSTALLED)).to_be_visible(timeout=_LOADING_MS)

    def hide_log(self) -> None:
        """Put the list of what was sent away: everything else is quicker without it."""
        self.page.get_by_title("Hide log panel").click()

    def go_to(self, chat: str) -> None:
        """Open another chat or channel, by its name. At the first time the bot is told that it was installed there."""
        self.page.get_by_role("treeitem", name=chat).click()

    def go_to_personal_chat(self) -> None:
        self.go_to("Personal Chat")

    # --- What stands there --------------------------------------------------------------------------------------------

    @property
    def messages(self) -> list[Shown]:
        """Everything in the open chat, in order; but an answer may overtake what it answers."""
        found: list[dict[str, Any]] = self.page.locator('[aria-label="Message header"]').evaluate_all(
            """headers => headers.map(header => ({
                author: header.querySelector('[aria-label="Message author"]')?.innerText ?? "",
                words: header.nextElementSibling.innerText.trim(),
                is_card: header.nextElementSibling.querySelector(".ac-adaptiveCard") !== null,
            }))"""
        )
        return [Shown(**each) for each in found]

    def said(self, after: int = 0) -> list[str]:
        """The bot's messages after so many, as a person reads them: their lines, `Label: value`, `[Button]`."""
        read: list[str] = self._of_the_bot.evaluate_all(_READ, after)
        return read

    @property
    def newest(self) -> Locator:
        """The newest message of the bot."""
        return self._of_the_bot.last

    @property
    def card(self) -> Locator:
        """The newest card of the bot."""
        return self.cards.last

    @property
    def cards(self) -> Locator:
        """Every card of the bot, in order."""
        return self._of_the_bot.filter(has=self.page.locator(".ac-adaptiveCard"))

    @property
    def typing(self) -> Locator:
        """The dots that move while the bot writes."""
        return self.page.locator(f'span[role="img"][aria-label="{self.bot}"] + div + div + div')

    @property
    def ticks(self) -> list[str]:
        """What can be ticked in the newest card."""
        boxes = self.card.get_by_role("checkbox")
        labels: list[str] = boxes.evaluate_all("boxes => boxes.map(box => box.ariaLabel)")
        return labels

    def shows(self, messages: int) -> None:
        """So many messages of the bot stand in the open chat. A long chat takes its time over one more."""
        with suppress(PageTimeoutError):  # it notices sooner than `expect`, which says better what is wrong
            self.page.wait_for_function(_HAS_COUNT, arg=[_OF_THE_BOT, messages], timeout=_LOADING_MS)
        expect(self._of_the_bot).to_have_count(messages)

    def sees(self, words: str) -> None:
        """The newest message of the bot says this."""
        expect(self.newest).to_contain_text(words)

    def is_refused(self, words: str) -> None:
        """Teams itself says this of an input of the newest card, and has sent nothing."""
        expect(self.card.get_by_text(words, exact=True)).to_be_visible()

    def is_told(self, words: str) -> None:
        """This stands below the newest card, as the answer to an Action.Execute."""
        dismiss = self.card.get_by_role("button", name="Dismiss Invoke Message")
        expect(dismiss).to_be_visible()
        expect(self.card).to_contain_text(words)

    def screenshot(self, path: Path) -> None:
        self.page.screenshot(path=path)

    # --- What the person does -----------------------------------------------------------------------------------------

    def say(self, words: str) -> None:
        """Write this. In a group it does not reach the bot: see `mention`."""
        self._box.fill(words)
        self._send.click()

    def mention(self, words: str) -> None:
        """Write the bot's name with an @ before it, and this after it."""
        self._box.click()
        self.page.keyboard.type(f"@{self.bot.split()[0]}")
        self.page.get_by_role("listbox", name="Typeahead menu").get_by_role("menuitem").first.click()
        self.page.keyboard.type(f" {words}")
        self._send.click()

    def press(self, label: str, *, on: Locator | None = None) -> None:
        """Press this button of the newest card, or `on` an older one."""
        (on or self.card).get_by_role("button", name=label, exact=True).click()

    def card_with(self, label: str) -> Locator:
        """The newest card that has this button."""
        return self.cards.filter(has=self.page.get_by_role("button", name=label, exact=True)).last

    def pick(self, suggestion: str) -> None:
        """Press one of the suggested answers."""
        self.page.get_by_role("button", name=suggestion, exact=True).click()

    def fill(self, label: str, value: str) -> None:
        """Write into a field for text, a number or a time ("14:05") of the newest card."""
        field = self._field("textbox", label).or_(self._field("spinbutton", label))
        field.or_(self._field("combobox", label)).fill(value)
        self.page.keyboard.press("Tab")

    def choose(self, label: str, *options: str) -> None:
        """Choose these, in a list, among radio buttons or check boxes; a toggle has one option."""
        if self._field("combobox", label).count():
            for option in options:
                self._field("combobox", label).click()
                self.page.get_by_role("option", name=option, exact=True).click()
            return
        for option in options:
            radio = self._field("radiogroup", label).get_by_role("radio", name=option, exact=True)
            box = self.card.get_by_role("checkbox", name=_begins_with(label)).and_(
                self.card.get_by_role("checkbox", name=re.compile(f"{re.escape(option)}$"))
            )
            radio.or_(box).check(force=True)  # what a person sees is drawn over it

    def tick(self, *options: str) -> None:
        """Tick these in the newest card, and nothing else."""
        for box in self.card.get_by_role("checkbox").all():
            box.set_checked(box.get_attribute("aria-label") in options, force=True)

    def set_date(self, label: str, day: date) -> None:
        """Choose a day in the calendar, at most two years away."""
        self._field("combobox", label).click()
        sheet = self.page.get_by_role("dialog", name="Calendar")
        wanted = sheet.get_by_role("button", name=f"{day.day}, {day:%B}, {day.year}", exact=True)
        for _ in range(24):
            if wanted.count():
                break
            month, year = sheet.get_by_role("button").first.inner_text().split()
            is_later = (day.year, day.month) > (int(year), list(month_name).index(month))
            sheet.get_by_role("button", name="Next month" if is_later else "Previous month").click()
        wanted.click()

    def mock(self, event: str) -> None:
        """Let Teams tell the bot of an event: `Install application`, `Uninstall application`, `Add user`, …"""
        self._open_event(event)
        self._dialog.get_by_role("button", name="Send activity").click()
        expect(self._dialog).to_have_count(0)

    def send_custom(self, activity: dict[str, Any]) -> None:
        """Send this to the bot word for word; nothing is added, not even an id."""
        self._open_event("Custom activity")
        self._dialog.get_by_role("code").first.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(json.dumps(activity))
        # The editor closes every bracket by itself, behind what was written.
        self.page.keyboard.press("Control+Shift+End")
        self.page.keyboard.press("Delete")
        self._dialog.get_by_role("button", name="Send activity").click()
        expect(self._dialog).to_have_count(0)

    @property
    def _of_the_bot(self) -> Locator:
        return self.page.locator(_OF_THE_BOT)

    @property
    def _box(self) -> Locator:
        return self.page.locator('[data-lexical-editor="true"]').first

    @property
    def _send(self) -> Locator:
        return self.page.get_by_role("button", name=re.compile("^(Send Message|Post)$")).first

    @property
    def _dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def _field(self, role: Any, label: str) -> Locator:
        return self.card.get_by_role(role, name=_begins_with(label))

    def _open_event(self, event: str) -> None:
        self.page.get_by_role("button", name="Mock an Activity", exact=True).click()
        self.page.get_by_role("menuitem").filter(has_text=re.compile(f"^{re.escape(event)}$")).click()
        expect(self._dialog.get_by_role("code").first).to_be_visible()


@contextmanager
def blank_page(browser: Browser) -> Iterator[PlaygroundPage]:
    """A page in a browser of its own, which reaches this machine and nothing else; open a Playground in it."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(_PATIENCE_MS)
    context.route(_ELSEWHERE, lambda route: route.abort())
    yield PlaygroundPage(context.new_page())
    context.close()


@contextmanager
def open_page(browser: Browser, playground: Playground) -> Iterator[PlaygroundPage]:
    """The Playground's page in a browser of its own."""
    with blank_page(browser) as page:
        page.open(playground)
        yield page


def _begins_with(label: str) -> re.Pattern[str]:
    """The name of a field is its label, and then what is wrong with its content."""
    return re.compile(f"^{re.escape(label)}( |$)")
