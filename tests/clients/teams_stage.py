"""A tenant of Teams with the whole coach in it, and a stage for dialogues: one person at the screen, the others elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web
from playwright.sync_api import Browser, Locator

from bot.person import Person
from bot.platforms import Microsoft
from tests.bot_framework.connector import Activity, Connector
from tests.bot_framework.issuer import Issuer
from tests.bot_framework.loopback import Loopback
from tests.bot_framework.people import APP_ID, PERSONAL_CHAT_ID, PRIYA, TENANT_ID
from tests.bot_framework.relay import SigningRelay
from tests.clients.coach import RunningCoach
from tests.clients.playground import Playground, PlaygroundPage, blank_page
from tests.clients.program import until
from tests.dialogue import Terminal, file_text

AT_THE_SCREEN = Person("priya", PRIYA.name, "northfield", "operator", PRIYA.email, "Europe/Dublin")

_CONSENT = "application/vnd.microsoft.teams.card.file.consent"
_INFO = "application/vnd.microsoft.teams.card.file.info"
_EXECUTED = Path(__file__).parents[1] / "payloads" / "teams" / "card_execute.json"
_PATIENCE = 20.0


class Drive(Loopback):
    """Where the files of a person lie: keeps what is put there, by name."""

    def __init__(self) -> None:
        super().__init__([web.put("/{name}", self._put)])
        self.files: dict[str, bytes] = {}

    async def _put(self, request: web.Request) -> web.Response:
        self.files[request.match_info["name"]] = await request.read()
        return web.Response(status=201)


@dataclass(frozen=True, slots=True)
class Tenant:
    """Everything between the person at the screen and the coach."""

    issuer: Issuer
    relay: SigningRelay
    connector: Connector
    drive: Drive
    playground: Playground
    page: PlaygroundPage

    @property
    def variables(self) -> Mapping[str, str]:
        """What switches Teams on in the coach."""
        return {
            "TEAMS_APP_ID": APP_ID,
            "TEAMS_APP_PASSWORD": "a made-up password",
            "TEAMS_APP_TENANT_ID": TENANT_ID,
            "TEAMS_SERVICE_URLS": f"{self.connector.url},{self.drive.url}",
        }

    def coach(self, database_url: str, clock: Callable[[], datetime]) -> RunningCoach:
        """The coach that this tenant has installed from now on."""
        microsoft = Microsoft(self.issuer.metadata_url, "a made-up token")
        coach = RunningCoach(database_url, self.variables, clock, people=[AT_THE_SCREEN], microsoft=microsoft)
        self.relay.bot_url = f"{coach.url}/api/messages"
        return coach

    @contextmanager
    def hears(self) -> Iterator[None]:
        """What is done inside reaches the coach, and is acknowledged."""
        before = len(self.relay.exchanges)
        yield
        until(lambda: len(self.relay.exchanges) > before, "the coach to be told", patience=_PATIENCE)

    def send(self, activity: Activity) -> None:
        """Send this to the coach with a token, beside the page."""

        async def post() -> None:
            async with self.relay.client.post(self.relay.endpoint, json=activity) as answer:
                answer.raise_for_status()

        self.relay.run(post())

    def acceptance(self, offer: Activity) -> Activity:
        """The yes to a file that was offered, as Teams would send it: the Playground does not draw the question."""
        (card,) = offer["attachments"]
        name = card["name"]
        upload = {"uploadUrl": f"{self.drive.url}/{name}", "contentUrl": f"https://example.com/{name}"}
        answer = {
            "type": "fileUpload",
            "action": "accept",
            "context": card["content"]["acceptContext"],
            "uploadInfo": upload
            | {"name": name, "uniqueId": "1150D938", "fileType": name.rpartition(".")[2]},
        }
        executed: Activity = json.loads(_EXECUTED.read_text())
        return executed | {
            "id": f"yes-to-{offer['id']}",
            "name": "fileConsent/invoke",
            "serviceUrl": self.connector.url,
            "replyToId": offer["id"],
            "value": answer,
        }

    def received(self, offer: Activity) -> tuple[str, bytes]:
        """The file that was offered, once it lies in her folder: its name and content."""
        name = offer["attachments"][0]["name"]
        until(lambda: name in self.drive.files, f"{name} in the folder", patience=_PATIENCE)
        return name, self.drive.files[name]


@contextmanager
def tenant(folder: Path, browser: Browser) -> Iterator[Tenant]:
    """A tenant in which a coach can be installed."""
    with (
        Issuer() as issuer,
        SigningRelay(issuer) as relay,
        Connector() as connector,
        Drive() as drive,
        Playground(folder, relay.endpoint, service_url=connector.url) as playground,
    ):
        connector.behind = playground.connector_url
        with blank_page(browser) as page:
            yield Tenant(issuer, relay, connector, drive, playground, page)


@dataclass
class TeamsStage:
    """The person at the screen is in their own chat with the coach; everybody else sits at a terminal, `elsewhere`."""

    tenant: Tenant
    coach: RunningCoach
    elsewhere: Terminal
    zone: ZoneInfo = field(init=False)
    begun: int = field(init=False)  # messages that stood in the chat when the page was loaded
    seen: int = 0
    is_open: bool = False
    is_here: bool = False  # whether it is the turn of the person at the screen

    def __post_init__(self) -> None:
        self.zone = self.elsewhere.zone
        self.begun = len(self.tenant.connector.chat(PERSONAL_CHAT_ID))

    @property
    def page(self) -> PlaygroundPage:
        return self.tenant.page

    @property
    def chat(self) -> list[Activity]:
        """What the coach has posted to the person at the screen, as it stands now."""
        return self.tenant.connector.chat(PERSONAL_CHAT_ID)[self.begun :]

    def restart(self) -> None:
        self.is_open = False
        self.elsewhere.restart()
        self.coach.restart()

    def turn_to(self, person: str) -> None:
        self.is_here = person == AT_THE_SCREEN.id
        if not self.is_here:
            self.elsewhere.turn_to(person)
        elif not self.is_open:
            self.come_in()

    def come_in(self) -> str:
        """Open the chat; the coach is told that it is installed, and its welcome comes back."""
        self.begun, self.seen, self.is_open = self.begun + len(self.chat), 0, True
        with self.tenant.hears():
            self.page.open(self.tenant.playground)
        self.page.hide_log()
        return self.news()

    def ring(self) -> None:
        self.coach.ring()
        self.coach.settle()

    def say(self, words: str) -> str:
        if not self.is_here:
            return self.elsewhere.say(words)
        with self.tenant.hears():
            self.page.say(words)
        return self.news()

    def press(self, labels: Sequence[str], *, on: Locator | None = None) -> str:
        """Press one button, of the newest card that has it or `on` another; or tick several and send them."""
        if not self.is_here:
            return self.elsewhere.press(labels)
        if on is None and set(labels) <= set(self.page.ticks):
            self.page.tick(*labels)
            return self.send()
        (label,) = labels
        with self.tenant.hears():
            self.page.press(label, on=on or self.page.card_with(label))
        return self.news()

    def send(self) -> str:
        """Send what was filled in."""
        with self.tenant.hears():
            self.page.press("Send")
        return self.news()

    def card(self, words: str) -> str:
        """The newest message with these words, as it reads now."""
        return next(said for said in reversed(self.page.said()) if words in said)

    def news(self) -> str:
        """What the coach has written to the person at the screen since they looked last."""
        self.coach.settle()
        self.page.shows(len(self.chat))
        new = self.page.said(after=self.seen)
        self.seen += len(new)
        return "\n".join(new)

    def asks_in(self, chat_id: str, words: str) -> str:
        """The answer to a mention with these words in the group that is open."""
        before = len(self.tenant.connector.chat(chat_id))
        with self.tenant.hears():
            self.page.mention(words)
        self.coach.settle()
        self.page.shows(len(self.tenant.connector.chat(chat_id)))
        return "\n".join(self.page.said(after=before))

    def offers(self, number: int) -> list[Activity]:
        """The files of this draft, as they were offered."""
        return [each for each in self._files(_CONSENT) if f"-draft-{number}." in _name(each)]

    def is_given(self, offer: Activity) -> bool:
        """Whether the file that was offered stands in the chat now."""
        self.coach.settle()
        given = until(lambda: self._files(_INFO), "a file in the chat", patience=_PATIENCE)
        return _name(offer) in map(_name, given)

    def draft(self, number: int) -> Mapping[str, str]:
        offers = self.offers(number)
        assert offers, f"draft {number} was not offered"
        missing = [offer for offer in offers if _name(offer) not in self.tenant.drive.files]
        for offer in missing:
            self.tenant.send(self.tenant.acceptance(offer))
        return {name: file_text(name, content) for name, content in map(self.tenant.received, offers)}

    def _files(self, kind: str) -> list[Activity]:
        return [each for each in self.chat if each["attachments"][0]["contentType"] == kind]


def _name(file: Activity) -> str:
    name: str = file["attachments"][0]["name"]
    return name
