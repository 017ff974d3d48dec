"""A stage for dialogues: what people say, press and tick in their direct messages with the coach, on `local-slack`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from bot.channels.slack import blocks
from tests.clients.coach import RunningCoach
from tests.clients.local_slack import LocalSlack, SlackPerson
from tests.clients.program import until
from tests.clients.shown import Thing
from tests.dialogue import file_text

CAST: Mapping[str, SlackPerson] = {
    name: SlackPerson(f"U0{name.upper()}", name, real_name, tz="Europe/Dublin")
    for name, real_name in (
        ("alex", "Alex Byrne"),
        ("priya", "Priya Nair"),
        ("sam", "Sam Kelly"),
        ("lee", "Lee Moran"),
        ("dana", "Dana Okafor"),
        ("quinn", "Quinn Walsh"),
    )
}

_PROGRESS = re.compile(r"Step \d+ of \d+")
_IN_FULL = re.compile(r"In full: |(?=\d+\. )")
_TICK = "\N{BULLET} "
_MENU_OF_ANSWERS = "Choose"


@dataclass(frozen=True, slots=True)
class Control:
    """Something to press: `label` is how a person calls it, `shown` what stands on it."""

    label: str
    shown: str
    kind: Literal["button", "option", "tick"]


@dataclass
class SlackStage:
    """The whole workspace, with the screen of everybody of the fictional site in it."""

    slack: LocalSlack
    coach: RunningCoach
    zone: ZoneInfo = field(init=False)
    person: SlackPerson = field(init=False)
    begun: dict[str, int] = field(init=False)
    seen: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.coach.app.library.site().zone)
        self.begun = {person.dm: len(self.slack.messages(person.dm)) for person in CAST.values()}

    def restart(self) -> None:
        self.coach.restart()
        self.slack.wait_for_the_app()

    def turn_to(self, person: str) -> None:
        self.person = CAST[person]

    def ring(self) -> None:
        self.coach.ring()
        self.coach.settle()

    def say(self, words: str) -> str:
        self.slack.say(self.person, words)
        return self.news()

    def press(self, labels: Sequence[str]) -> str:
        for message in reversed(self.messages):
            controls = {control.label: control for control in controls_of(message)}
            if controls.keys() >= set(labels):
                self.use(message, [controls[label] for label in labels])
                return self.news()
        offered = [control.label for message in self.messages for control in controls_of(message)]
        raise AssertionError(f"nothing here is {labels}; there is {offered}")

    def use(self, message: Thing, controls: Sequence[Control]) -> None:
        """Press this one, choose it from its menu, or tick them all in their form and send it."""
        first, ts = controls[0], message["ts"]
        match first.kind:
            case "button":
                self.slack.press(self.person, first.shown, ts=ts)
            case "option":
                self.slack.choose(self.person, first.shown, ts=ts)
            case "tick":
                self.slack.press(self.person, _opener(message), ts=ts)
                (view,) = until(self.slack.modals, "the form")
                (question,) = (block for block in view["blocks"] if block["type"] == "input")
                ticked = {question["label"]["text"]: [control.shown for control in controls]}
                assert not self.slack.submit(self.person, ticked)

    @property
    def messages(self) -> list[Thing]:
        """What the coach has written to this person since the dialogue began, as it stands there now."""
        everything = self.slack.messages(self.person.dm)[self.begun[self.person.dm] :]
        return [message for message in everything if message.get("bot_id")]

    def news(self) -> str:
        """What the coach has written to this person since they looked last."""
        self.coach.settle()
        new = [message for message in self.messages if message["ts"] not in self.seen[self.person.id]]
        self.seen[self.person.id].update(message["ts"] for message in new)
        return "\n".join(map(as_read, new))

    def draft(self, number: int) -> Mapping[str, str]:
        files = [file for message in self.messages for file in message.get("files", [])]
        drafts = [file for file in files if f"-draft-{number}." in file["name"]]
        assert drafts, f"draft {number} was not sent"
        newest = {file["name"].rpartition(".")[2]: file for file in drafts}  # where several runs have one
        return {kind: file_text(file["name"], self.slack.download(file)) for kind, file in newest.items()}


def as_read(message: Thing) -> str:
    """What a person reads in a message, line by line. Its step stands small below the question, and is read with it."""
    shown = message.get("blocks", [])
    lines = [line for block in shown for line in _lines(message, block)] or [message["text"]]
    lines.sort(key=lambda line: not _PROGRESS.match(line))
    return "\n".join([*lines, *(file["name"] for file in message.get("files", []))])


def controls_of(message: Thing) -> list[Control]:
    """Everything that can be pressed, chosen or ticked in a message, in its order."""
    ticks = _ticks(message)
    return [*ticks, *(each for block in message.get("blocks", []) for each in _controls(message, block))]


def _lines(message: Thing, block: Thing) -> Iterator[str]:
    match block["type"]:
        case "header" | "section":
            ticks = {f"{_TICK}{tick.label}": f"[{tick.label}]" for tick in _ticks(message)}
            yield from (ticks.get(line, line) for line in block["text"]["text"].splitlines())
        case "context":
            yield " ".join(element["text"] for element in block["elements"])
        case "rich_text":
            yield from "".join(_rich(block)).splitlines()
        case _:
            pass
    yield from (f"[{control.label}]" for control in _controls(message, block))


def _rich(part: Thing) -> Iterator[str]:
    if "text" in part:
        yield part["text"]
    for each in part.get("elements", []):
        yield from _rich(each)
    if part["type"] in {"rich_text_section", "rich_text_preformatted"}:
        yield "\n"


def _controls(message: Thing, block: Thing) -> Iterator[Control]:
    for element in [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]:
        match element["type"]:
            case "button":
                shown = element["text"]["text"]
                yield Control(_in_full(message, shown), shown, "button")
            case "overflow" | "static_select":
                verb = element.get("placeholder", {"text": _MENU_OF_ANSWERS})["text"].split()[0]
                for option in element["options"]:
                    shown = option["text"]["text"]
                    label = _in_full(message, shown) if verb == _MENU_OF_ANSWERS else f"{verb}: {shown}"
                    yield Control(label, shown, "option")
            case _:
                pass


def _in_full(message: Thing, shown: str) -> str:
    """What a label says that is too long for a button: it stands in the message above."""
    texts = [block["text"]["text"] for block in message["blocks"] if block["type"] == "section"]
    lines = [
        _IN_FULL.sub("", line, count=1)
        for text in texts
        for line in text.splitlines()
        if _IN_FULL.match(line)
    ]
    whole = next((line for line in lines if line.startswith(shown.removesuffix(blocks.ELLIPSIS))), shown)
    return re.sub(r"^\d+\. ", "", whole)


def _ticks(message: Thing) -> list[Control]:
    """What its form asks to be ticked: a list in the message, with a bullet before each."""
    if not _opener(message):
        return []
    texts = [block["text"]["text"] for block in message["blocks"] if block["type"] == "section"]
    lines = [line for text in texts for line in text.splitlines() if line.startswith(_TICK)]
    labels = [line.removeprefix(_TICK) for line in lines]
    return [Control(label, label, "tick") for label in labels]


def _opener(message: Thing) -> str:
    """The button that opens the form of a message."""
    for block in message.get("blocks", []):
        for element in block.get("elements", []):
            if element.get("action_id") == blocks.FORM:
                label: str = element["text"]["text"]
                return label
    return ""
