"""Conversations as conversations: a plain file, played at the terminal or on the web page.

    # A title                          at 2026-06-03 09:00     the time at the site from now on
    as alex                            (comes in, or goes on beside the others who are there)
    later 9 days                       (everybody leaves and the process ends; the person comes back to a new one)
    wait 15 minutes                    (everybody stays, and the coach says what has become due)
    > words typed                      > [A button]            > [One tick] [Another tick]
    < must be said, in this order      !< must not be said     (three spaces and brackets begin a remark)
    draft 1 contains: words            draft 1 lacks: words    (in the Word file and in the Markdown file)

What the coach says to a message is read as a person reads it: `Step 2 of 8`, its sentences, `Label: value`, `[Button]`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from docx import Document

from bot import app as application
from bot.channels.terminal import Console
from bot.desk import TerminalDesk, hashed
from bot.settings import Settings
from bot.store import access

T = TypeVar("T")

_REMARK = re.compile(r" {3,}\(.*\)$")
_BUTTONS = re.compile(r"\[([^]]+)\]")
_ONLY_BUTTONS = re.compile(r"(\[[^]]+\] *)+")
_DRAFT = re.compile(r"draft (?P<number>\d+) (?P<does>contains|lacks): (?P<words>.+)")
_PASSES = re.compile(r"(?:later|wait) (?P<number>\d+) (?P<unit>minutes|hours|days)")
_VOID = {"input", "br", "img", "meta", "link", "hr", "path", "circle"}
_UNREAD = {"svg", "legend", "time", "small"}
_UNREAD_CLASSES = {"from", "unseen", "mark"}


@dataclass(slots=True)
class Clock:
    """A clock that moves when the dialogue says so."""

    now: datetime = datetime(2026, 6, 3, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Stage(Protocol):
    """Where a dialogue is played. What is said comes back as the text a person reads."""

    zone: ZoneInfo

    def restart(self) -> None:
        """Everybody leaves, and the process ends; the next person comes to a new one."""

    def turn_to(self, person: str) -> None:
        """The person sits down, or goes on where they sit."""

    def ring(self) -> None:
        """The coach says what is due; people see it with what they are told next."""

    def say(self, words: str) -> str:
        """Type words."""

    def press(self, labels: Sequence[str]) -> str:
        """Press one button, or tick several and send them."""

    def draft(self, number: int) -> Mapping[str, str]:
        """Every format of this draft, as text."""


def play(path: Path, stage: Stage, clock: Clock) -> None:
    """Play the dialogue in `path`. Raises AssertionError with file, line, what was expected and what was said."""
    player = _Player(stage, clock)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            player.take(_REMARK.sub("", line).strip())
        except AssertionError as error:
            raise AssertionError(f"{path.name}:{number}: {line.strip()}\n{error}") from None


@dataclass(slots=True)
class _Player:
    stage: Stage
    clock: Clock
    person: str = ""
    said: str = ""
    at: int = 0

    def take(self, line: str) -> None:
        match line.partition(" "):
            case ("" | "#", _, _):
                pass
            case ("at", _, moment):
                self.clock.now = datetime.fromisoformat(moment).replace(tzinfo=self.stage.zone)
            case ("as", _, person):
                self.person = person
                self.stage.turn_to(person)
            case ("later", _, _):
                self.pass_time(line)
                self.stage.restart()
                self.stage.turn_to(self.person)
            case ("wait", _, _):
                self.pass_time(line)
                self.stage.ring()
            case (">", _, words) if _ONLY_BUTTONS.fullmatch(words):
                self.hear(self.stage.press(_BUTTONS.findall(words)))
            case (">", _, words):
                self.hear(self.stage.say(words))
            case ("<", _, words):
                self.expect(words)
            case ("!<", _, words):
                assert words not in self.said, f"this was said:\n\n{self.said}"
            case ("draft", _, _):
                self.draft(line)
            case _:
                raise AssertionError("this is no line of a dialogue")

    def hear(self, said: str) -> None:
        self.said, self.at = _one_line(said), 0

    def expect(self, words: str) -> None:
        parts = (
            [f"[{label}]" for label in _BUTTONS.findall(words)] if _ONLY_BUTTONS.fullmatch(words) else [words]
        )
        for part in parts:
            found = self.said.find(part, self.at)
            assert found >= 0, (
                f"{part!r} is missing after {self.at} characters of what was said:\n\n{self.said}"
            )
            self.at = found + len(part)

    def pass_time(self, line: str) -> None:
        match = _PASSES.fullmatch(line)
        assert match, "write it as: later 9 days, or: wait 15 minutes"
        self.clock.now += timedelta(**{match["unit"]: int(match["number"])})

    def draft(self, line: str) -> None:
        match = _DRAFT.fullmatch(line)
        assert match, "write it as: draft 1 contains: words"
        for kind, text in self.stage.draft(int(match["number"])).items():
            is_there = match["words"] in _one_line(text)
            assert is_there == (match["does"] == "contains"), f"the {kind} file says:\n\n{text}"


@dataclass(slots=True)
class Terminal:
    """The console of `qms-coach chat`, with the folder it saves drafts into."""

    settings: Settings
    clock: Callable[[], datetime]
    folder: Path
    zone: ZoneInfo = field(init=False)
    app: application.App = field(init=False)
    consoles: dict[str, Console] = field(default_factory=dict)
    console: Console = field(init=False)
    written: list[str] = field(default_factory=list)
    names: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.app = _started(self.settings, self.clock)
        self.zone = ZoneInfo(self.app.library.site().zone)

    def restart(self) -> None:
        self.close()
        self.app = _started(self.settings, self.clock)
        self.consoles.clear()

    def turn_to(self, person: str) -> None:
        if person not in self.consoles:
            desk = TerminalDesk(self.app.database, self.app.coach, person, self.folder)
            new_id = lambda: f"message-{next(self.names)}"  # noqa: E731 - as short as it is
            self.consoles[person] = Console(desk, person, self.written.append, new_id)
            self.consoles[person].begin()
        self.console = self.consoles[person]

    def ring(self) -> None:
        self.app.coach.ring()

    def say(self, words: str) -> str:
        self.written.clear()
        self.console.take(words)
        return "\n".join(_as_read(line) for line in self.written)

    def press(self, labels: Sequence[str]) -> str:
        keys = self.keys()
        missing = [label for label in labels if label not in keys]
        assert not missing, f"nothing here is {missing}; there is {list(keys)}"
        return self.say(", ".join(keys[label] for label in labels))

    def keys(self) -> dict[str, str]:
        """What to type for each thing that can be pressed now."""
        latest = self.console.latest
        assert latest, "nothing was said yet"
        options = latest.field.options if latest.field else ()
        return {
            **{choice.label: choice.label for choice in self.console.asides},
            **{fact.change_words: f"change {fact.label}" for fact in latest.facts if fact.change},
            **{label: chr(ord("a") + place) for place, (_, label) in enumerate(options)},
            **{
                choice.label: key for key, choice in zip(self.console.keys, self.console.choices, strict=True)
            },
        }

    def draft(self, number: int) -> Mapping[str, str]:
        self.console.take("save")
        found = sorted(self.folder.glob(f"*-draft-{number}.*"))
        assert found, f"draft {number} was not saved"
        return {path.suffix: file_text(path.name, path.read_bytes()) for path in found}

    def close(self) -> None:
        self.app.close()


class Web:
    """The whole web application in a browser without a screen: its forms and buttons, and the page they are on."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self.settings, self.clock = settings, clock
        self.runner = asyncio.Runner(loop_factory=_UnhurriedLoop)
        self.names = count()
        self.server: TestServer | None = None
        self.clients: dict[str, TestClient[Any, Any]] = {}
        self.pages: dict[str, Page] = {}  # as they stood when they were last loaded
        self.person = ""
        self.app = _started(settings, clock)
        self.zone = ZoneInfo(self.app.library.site().zone)

    def restart(self) -> None:
        self.leave()
        self.app = _started(self.settings, self.clock)

    def turn_to(self, person: str) -> None:
        self.person = person
        if person not in self.clients:
            token = application.new_secret()
            with self.app.database.writing() as conn:
                access.make_link(conn, person, hashed(token), timedelta(hours=1))
            self.clients[person] = self.run(self.sign_in(token))
            self.load()

    def ring(self) -> None:
        self.app.coach.ring()

    @property
    def page(self) -> Page:
        """The page in front of the person, as it stood when it was last loaded."""
        return self.pages[self.person]

    async def sign_in(self, token: str) -> TestClient[Any, Any]:
        if self.server is None:
            self.server = TestServer(application.web_application(self.app))
        client: TestClient[Any, Any] = TestClient(self.server)
        await client.start_server()
        door = Page(await (await client.get(f"/in/{token}")).text())
        entered = await client.post(f"/in/{token}", data={"csrf": door.form_token})
        assert entered.url.path == "/chat", f"the link led to {entered.url}"
        return client

    def say(self, words: str) -> str:
        return self.send({"text": words})

    def press(self, labels: Sequence[str]) -> str:
        line = self.page.open_lines[-1]
        if ticked := [line.ticks[label] for label in labels if label in line.ticks]:
            return self.send({"multi": "1", "value": ticked, "about": line.about})
        (label,) = labels
        assert label in line.buttons, f"nothing here is {label!r}; there is {[*line.buttons, *line.ticks]}"
        return self.send({"press": line.buttons[label]})

    def send(self, fields: Mapping[str, object]) -> str:
        """Post a message, and read what is new on the page."""
        about, seen = self.page.about, self.page.last_seq
        self.run(self.post({"about": about, **fields, "event_id": f"message-{next(self.names):04}"}))
        self.load()
        return "\n".join(line.text for line in self.page.lines if line.seq > seen and not line.is_own)

    async def post(self, fields: Mapping[str, object]) -> None:
        headers = {"X-Coach-Form": self.page.form_token}
        answer = await self.browser().post("/chat/say", data=fields, headers=headers)
        assert answer.status == 204, await answer.text()

    def draft(self, number: int) -> Mapping[str, str]:
        links = [link for line in self.page.lines for link in line.links if f"/{number}." in link]
        assert links, f"draft {number} is nowhere on the page"
        return {link.rpartition(".")[2]: file_text(link, self.run(self.fetch(link))) for link in links}

    async def fetch(self, link: str) -> bytes:
        answer = await self.browser().get(link)
        assert answer.status == 200, f"{link} answers {answer.status}"
        return await answer.read()

    def load(self) -> None:
        """Load the chat as it is now."""
        self.pages[self.person] = Page(self.run(self.fetch("/chat")).decode())

    def streamed(self) -> list[str]:
        """The same lines as they came by the stream of events, each as text."""
        first, last = self.page.lines[0].seq, self.page.last_seq
        return [line.text for line in self.run(self.listen(first - 1, last))]

    async def listen(self, after: int, last: int) -> list[PageLine]:
        answer = await self.browser().get("/chat/stream", params={"after": str(after)})
        lines: list[PageLine] = []
        while not lines or lines[-1].seq < last:
            lines += Page(await _event(answer)).lines
        answer.close()
        return lines

    def browser(self) -> TestClient[Any, Any]:
        """The browser that is open now."""
        assert self.person in self.clients, "nobody has come yet"
        return self.clients[self.person]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        done = self.runner.run(work)
        loop = self.runner.get_loop()
        assert isinstance(loop, _UnhurriedLoop)
        loop.passed += 1
        return done

    def leave(self) -> None:
        for client in self.clients.values():
            self.run(client.close())
        self.clients, self.server = {}, None
        self.app.close()

    def close(self) -> None:
        self.leave()
        self.runner.close()


class _UnhurriedLoop(asyncio.SelectorEventLoop):
    """A loop by whose clock a second passes with every request: people are slower than tests."""

    passed = 0

    def time(self) -> float:
        return super().time() + self.passed


@dataclass(slots=True)
class PageLine:
    """One line of the transcript as it stands on the page."""

    seq: int
    is_own: bool
    is_open: bool
    about: str
    pieces: list[str] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)
    ticks: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What a person reads in it."""
        return _one_line(" ".join(self.pieces))


class Page(HTMLParser):
    """A page of the chat, read without a browser."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines: list[PageLine] = []
        self.form_token = ""
        self._unread = 0
        self._tick = ""
        self._in_line = False
        self.feed(html)

    @property
    def last_seq(self) -> int:
        """The number of the newest line."""
        return self.lines[-1].seq if self.lines else 0

    @property
    def open_lines(self) -> list[PageLine]:
        """The lines of the coach that can still be answered."""
        return [line for line in self.lines if line.is_open and (line.buttons or line.ticks)]

    @property
    def about(self) -> str:
        """The question in front of the person, as the page sends it along with typed words."""
        return next((line.about for line in reversed(self.lines) if line.is_open and line.about), "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = set(given.get("class", "").split())
        self.form_token = given.get("data-csrf", "") or self.form_token
        if given.get("name") == "csrf":
            self.form_token = given["value"]
        if tag == "article":
            seq, about = int(given["data-seq"]), given.get("data-about", "")
            self.lines.append(PageLine(seq, "own" in classes, not {"closed", "own"} & classes, about))
            self._in_line = True
        if not self._in_line:
            return
        if self._unread:
            self._unread += tag not in _VOID
        elif tag == "button":
            self._unread = 1
            self._button(given)
        elif tag in _UNREAD or classes & _UNREAD_CLASSES:
            self._unread = 1
        else:
            self._part(tag, given)

    def _button(self, given: Mapping[str, str]) -> None:
        if label := given.get("data-label"):
            self.lines[-1].buttons[label] = given["value"]
            self.lines[-1].pieces.append(f"[{label}]")

    def _part(self, tag: str, given: Mapping[str, str]) -> None:
        if given.get("type") == "checkbox":
            self._tick = given["value"]
        if "download" in given:
            self.lines[-1].links.append(given["href"])
        if alternative := given.get("alt"):
            self.lines[-1].pieces.append(alternative)

    def handle_endtag(self, tag: str) -> None:
        if self._unread:
            self._unread -= 1
        elif tag == "dt":
            self.lines[-1].pieces[-1] += ":"
        elif tag == "article":
            self._in_line = False

    def handle_data(self, data: str) -> None:
        text = data.strip()
        if not text or not self._in_line or self._unread:
            return
        if self._tick:
            self.lines[-1].ticks[text] = self._tick
            text, self._tick = f"[{text}]", ""
        self.lines[-1].pieces.append(text)


async def _event(answer: ClientResponse) -> str:
    """The data of the next event of a stream."""
    data = []
    async for raw in answer.content:
        line = raw.decode().rstrip("\n")
        if not line:
            break
        if line.startswith("data: "):
            data.append(line.removeprefix("data: "))
    return "\n".join(data)


def _started(settings: Settings, clock: Callable[[], datetime]) -> application.App:
    """A process of the fictional site, with its people."""
    app = application.build(settings, clock=clock)
    application.settle_sites(app)
    application.add_example_people(app)
    return app


def _as_read(line: str) -> str:
    """A line of the terminal, its buttons as `[Label]`."""
    if asides := re.fullmatch(r" *or type: (.+)", line):
        return " ".join(f"[{label}]" for label in asides[1].split(" · "))
    return re.sub(r"^ +\[\w+\] (.+)$", r"[\1]", line)


def file_text(name: str, content: bytes) -> str:
    """What somebody reads in a draft of this name."""
    if not name.endswith(".docx"):
        return content.decode().replace("\\", "")  # Markdown's own escapes are not seen by a reader
    word = Document(BytesIO(content))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    outside = [part.text for s in word.sections for part in (*s.header.paragraphs, *s.footer.paragraphs)]
    return "\n".join([*(paragraph.text for paragraph in word.paragraphs), *cells, *outside])


def _one_line(text: str) -> str:
    return " ".join(text.split())
