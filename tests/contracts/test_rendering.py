"""Every reply there is, drawn for Slack and for Teams: inside their limits, nothing lost, everything in reach, no word live."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

import pytest

from bot.channels.slack import render as slack
from bot.channels.teams import render as teams
from bot.chat import Overview, RunInHand, RunLent
from bot.message import About, Press, legible
from bot.person import Person
from bot.reply import Reply
from tests.contracts import adaptive_card, block_kit
from tests.contracts.every_reply import every_reply
from tests.contracts.extremes import HOSTILE, extremes, long_text

Json = dict[str, Any]

USED = "Chosen: Yes, it could (Alex Byrne, 3 June 2026, 06:10 (CEST))"
NOWHERE = About("", "", 0)
MOST_PAGES = 100
SURE = 200  # characters that a text which goes on elsewhere shows in one place, at least
_INVISIBLE = re.compile("[\\s\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}]+")


class Drawn(Protocol):
    """One reply as a platform shows it, with every window and page that a person can open from it."""

    def faults(self) -> list[str]:
        """What the platform would refuse."""

    def line(self) -> str:
        """What a notification says."""

    def first(self) -> str:
        """What stands at the top."""

    def read(self) -> str:
        """Everything that can be read."""

    def live(self) -> list[str]:
        """What became something else than the characters that were written."""

    def presses(self) -> set[str]:
        """Everything that can be done, each as the text that it travels in."""

    def offered(self) -> set[str]:
        """The values that can be picked in a form."""


class OnSlack:
    """A message, the form of its question, and the window that shows all of it."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.message = slack.message(reply)
        self.form = slack.form(reply, "coach-1") if reply.field else None
        self.pages = list(self._pages()) if self._goes_on(self.message, "qms.whole") else []
        self.views = [*([self.form] if self.form else []), *self.pages]

    def _pages(self) -> Iterator[Json]:
        for number in range(MOST_PAGES):
            page = slack.whole(self.reply, number)
            yield page
            if not self._goes_on(page, f"qms.whole.{number + 1}"):
                return
        raise AssertionError("it has no last page")

    def _goes_on(self, payload: Json, action: str) -> bool:
        return any(each.get("action_id") == action for each in block_kit.objects(payload["blocks"]))

    def faults(self) -> list[str]:
        found = block_kit.faults(self.message, "message", is_update=True)
        found += block_kit.faults(slack.message(self.reply, is_plain=True), "message", is_update=True)
        return found + [fault for view in self.views for fault in block_kit.faults(view, "modal")]

    def line(self) -> str:
        return block_kit.unescape(self.message["text"])

    def first(self) -> str:
        heading = 1 if self.message["blocks"][0]["type"] == "header" else 0
        return block_kit.reads({"blocks": self.message["blocks"][: heading + 1]})

    def read(self) -> str:
        return "\n".join(map(block_kit.reads, (self.message, *self.views)))

    def live(self) -> list[str]:
        return [found for each in (self.message, *self.views) for found in block_kit.live(each)]

    def presses(self) -> set[str]:
        drawn = [
            each for payload in (self.message, *self.pages) for each in block_kit.objects(payload["blocks"])
        ]
        values = {str(each["value"]) for each in drawn if isinstance(each.get("value"), str)}
        return {press.token() for value in values if (press := slack.press_of(self.reply, value))}

    def offered(self) -> set[str]:
        return {str(each["value"]) for each in block_kit.objects(self.form) if "value" in each}


class OnTeams:
    """A card, and its further pages."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.activities = list(self._pages())
        self.cards = [each["attachments"][0]["content"] for each in self.activities]

    def _pages(self) -> Iterator[Json]:
        for number in range(MOST_PAGES):
            page = teams.activity(self.reply, number)
            yield page
            if number + 1 not in {data.get("page") for data in _data(page["attachments"][0]["content"])}:
                return
        raise AssertionError("it has no last page")

    def faults(self) -> list[str]:
        return [fault for activity in self.activities for fault in adaptive_card.payload_faults(activity)]

    def line(self) -> str:
        return str(self.activities[0]["summary"])

    def first(self) -> str:
        return adaptive_card.reads(self.cards[0])

    def read(self) -> str:
        return "\n".join(map(adaptive_card.reads, self.cards))

    def live(self) -> list[str]:
        return [found for card in self.cards for found in adaptive_card.live(card)]

    def presses(self) -> set[str]:
        return {data["press"] for card in self.cards for data in _data(card) if "press" in data}

    def offered(self) -> set[str]:
        drawn = [each for card in self.cards for each in adaptive_card.objects(card)]
        return {str(each["value"]) for each in drawn if "value" in each and "title" in each}


def _data(card: Json) -> list[Json]:
    """What the buttons of a card carry."""
    return [each["data"] for each in adaptive_card.objects(card) if isinstance(each.get("data"), dict)]


PLATFORMS: Mapping[str, Callable[[Reply], Drawn]] = {"slack": OnSlack, "teams": OnTeams}


# What is promised of each reply


def refused(reply: Reply, drawn: Drawn) -> list[str]:
    return drawn.faults()


def silent(reply: Reply, drawn: Drawn) -> list[str]:
    """A notification, and whatever stands at the top, say what this is about."""
    said = _squeezed(reply.spoken or reply.text)[:40]
    found = (
        []
        if said in _squeezed(drawn.line()) and drawn.line().strip()
        else [f"the line is {drawn.line()[:80]!r}"]
    )
    if not _squeezed(drawn.first()) or _squeezed(reply.text)[:10] not in _squeezed(drawn.first())[:120]:
        found.append(f"the top is {drawn.first()[:80]!r}")
    return found


def came_alive(reply: Reply, drawn: Drawn) -> list[str]:
    return drawn.live()


def lost(reply: Reply, drawn: Drawn) -> list[str]:
    """Every text can be read to its end: what is too long goes on elsewhere."""
    read = _squeezed(drawn.read())
    missed = [text for text in _texts(reply) if not _is_all_in(read, text)]
    missed += [choice.label for choice in reply.choices if not _is_named_in(read, choice.label)]
    return [f"{text[:80]!r} ({len(text)} characters)" for text in missed]


def out_of_reach(reply: Reply, drawn: Drawn) -> list[str]:
    """Every choice, every change, every draft and every option can be pressed, in the message or in a window."""
    presses = {choice.press for choice in reply.choices} | {
        fact.change.press for fact in reply.facts if fact.change
    }
    if len({(file.run, file.number) for file in reply.files}) > 1:
        presses |= {Press("fetch", (file.name,), About(file.run, "", 0)) for file in reply.files}
    found = [token[:80] for token in {press.token() for press in presses} - drawn.presses()]
    if reply.field and reply.field.kind == "multi":
        found += sorted({value for value, _ in reply.field.options} - drawn.offered())
    return found


PROMISES = (refused, silent, came_alive, lost, out_of_reach)


def _texts(reply: Reply) -> Iterator[str]:
    """Every text that nobody may miss."""
    yield from (reply.text, reply.used)
    if reply.field:
        yield from (label for _, label in reply.field.options)
    if reply.field and reply.field.kind != "attachment":
        yield reply.field.label
    yield from (text for fact in reply.facts for text in (fact.label, fact.value, fact.group))
    yield from (text for cited in reply.citations for text in (cited.clause, cited.title))
    yield from (file.name.rpartition(".")[0] for file in reply.files)
    yield from (reply.progress.section,) if reply.progress else ()
    yield from (reply.picture.title, reply.picture.text) if reply.picture else ()


def _is_all_in(read: str, text: str) -> bool:
    """Whether `read` holds all of `text`, in as few pieces as its length makes necessary."""
    rest = _squeezed(text)
    while rest:
        shown = _longest_start(rest, read)
        if shown < min(len(rest), SURE):
            return False
        rest = rest[shown:]
    return True


def _is_named_in(read: str, label: str) -> bool:
    """Whether a button's name can be read; what "Keep: …" and "Continue: …" are about may stand in the text instead."""
    lead, mark, about = label.partition(": ")
    return _is_all_in(read, label) or bool(
        mark and _squeezed(lead + mark) in read and _is_all_in(read, about)
    )


def _longest_start(text: str, within: str) -> int:
    """How many characters of the beginning of `text` stand together somewhere."""
    if text in within:
        return len(text)
    least, most = 0, len(text)
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (middle, most) if text[:middle] in within else (least, middle)
    return least


def _squeezed(text: str) -> str:
    """`text` without what a platform may do with blanks at its seams."""
    return _INVISIBLE.sub("", legible(text))


# All of them at once


def broken_by(name: str, reply: Reply, drawn: Drawn) -> Iterator[str]:
    """Every promise that this reply breaks, and how."""
    for promise in PROMISES:
        if found := promise(reply, drawn):
            yield f"{promise.__name__}: {name}: {'; '.join(found[:3])}"


def breaking(platform: str, replies: Iterable[tuple[str, Reply]]) -> list[str]:
    """What these replies break, each as it is said and as it is shown once it was answered."""
    drawn: dict[Reply, str] = {}
    for name, reply in replies:
        drawn.setdefault(reply, name)
        if reply.has_controls:
            drawn.setdefault(reply.without_controls(USED), f"{name}, answered")
    return [
        fault for reply, name in drawn.items() for fault in broken_by(name, reply, PLATFORMS[platform](reply))
    ]


def shape(reply: Reply) -> Hashable:
    """What decides how a reply is drawn, apart from its words."""
    choices = [(choice.is_main, choice.is_aside, bool(choice.hint)) for choice in reply.choices]
    field = reply.field and replace(
        reply.field, about=NOWHERE, label="", options=(), filled=reply.field.filled and ("",)
    )
    return (
        *(reply.tone, field, tuple(choices[:12]), min(len(reply.facts), 12), len(reply.text) // 400),
        *(len(reply.citations), len(reply.files), bool(reply.progress), bool(reply.picture)),
        *(bool(reply.spoken), bool(reply.used)),
    )


def a_sample() -> list[tuple[str, Reply]]:
    """The shortest and the longest reply of each shape, every eighth, and all that are made to be extreme."""
    shapes: dict[Hashable, list[tuple[str, Reply]]] = {}
    for name, reply in every_reply():
        shapes.setdefault(shape(reply), []).append((name, reply))
    ends = [each(alike, key=_size) for alike in shapes.values() for each in (min, max)]
    return [*ends, *every_reply()[::8], *(each for each in every_reply() if each[0].startswith("extreme"))]


def _size(named: tuple[str, Reply]) -> int:
    return sum(map(len, _texts(named[1]))) + sum(len(choice.label) for choice in named[1].choices)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_sample_is_taken_and_says_what_it_is_and_all_of_it_literally_and_can_be_answered(platform):
    sample = a_sample()
    broken = breaking(platform, sample)

    assert len(sample) > 3_000
    assert len(broken) == 0, "\n".join(broken[:20])


@pytest.mark.proof
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_reply_is_taken_and_says_what_it_is_and_all_of_it_literally_and_can_be_answered(platform):
    broken = breaking(platform, every_reply())

    assert len(broken) == 0, "\n".join(broken[:20])


# The judges themselves


class CarelessOnSlack(OnSlack):
    """As a first try would draw it: the text as markup, a button a choice, and nothing else."""

    def __init__(self, reply: Reply) -> None:
        text = {"type": "mrkdwn", "text": reply.text}
        buttons = [
            {
                "type": "button",
                "text": {"type": "plain_text", "text": choice.label},
                "value": choice.press.token()[:100],
                "action_id": f"button.{number}",
            }
            for number, choice in enumerate(reply.choices)
        ]
        actions = [{"type": "actions", "elements": buttons}] if buttons else []
        self.reply = reply
        self.message = {"text": reply.text[:20], "blocks": [{"type": "section", "text": text}, *actions]}
        self.form, self.pages, self.views = None, [], []

    def faults(self) -> list[str]:
        return block_kit.faults(self.message, "message", is_update=True)

    def offered(self) -> set[str]:
        return set()


class CarelessOnTeams(OnTeams):
    """The same on a card."""

    def __init__(self, reply: Reply) -> None:
        text = {"type": "TextBlock", "text": reply.text, "wrap": True}
        actions = [
            {"type": "Action.Submit", "title": choice.label, "data": {"press": choice.press.token()[:100]}}
            for choice in reply.choices
        ]
        card = {
            "type": "AdaptiveCard",
            "version": "1.5",
            "fallbackText": "x",
            "body": [text],
            "actions": actions,
        }
        attachment = {"contentType": adaptive_card.CARD, "content": card}
        self.reply = reply
        self.cards = [card]
        self.activities = [{"type": "message", "summary": reply.text[:20], "attachments": [attachment]}]


@pytest.mark.parametrize("careless", [CarelessOnSlack, CarelessOnTeams])
@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_a_careless_hand_would_break_every_promise(careless, promise):
    broken = [name for name, reply in extremes() if promise(reply, careless(reply))]

    assert len(broken) >= 10
    assert "one character" not in broken


# What is shown beside the replies


def overviews() -> Iterator[Any]:
    """Home pages of people with nothing, with much, and with words that mean no good."""
    person = Person("alex", "Alex Byrne", "northfield", "operator", zone="Europe/Dublin")
    none = Overview(person, "Northfield", (), (), 0, (), "You see your own runs.")
    yield pytest.param(none, id="nothing yet")
    for name, words in (
        ("much", "Cold room 2 was out of range"),
        ("hostile", HOSTILE),
        ("long", long_text()),
    ):
        runs = tuple(
            RunInHand(
                f"coach-{n}", words, state, words, Press("resume", (), About(f"coach-{n}", "", 0)), words
            )
            for n, state in enumerate(("open", "paused", "waiting") * 20)
        )
        files = dict(extremes())["60 drafts"].files
        shelf = tuple((f"playbook-{n}", f"{words} {n}") for n in range(120))
        long = replace(person, name=words)
        lent = tuple(
            RunLent(
                f"coach-{n}",
                words,
                words,
                Press("resume", (), About(f"coach-{n}", "", 0)),
                Press("take_back", ("to_lead",), About(f"coach-{n}", "", 0)),
            )
            for n in range(20)
        )
        yield pytest.param(Overview(long, words, runs, files, 99, shelf, words, lent), id=name)


@pytest.mark.parametrize("overview", list(overviews()))
def test_a_home_page_is_one_that_slack_takes_and_shows_every_word_as_it_is(overview):
    view = slack.home(overview)

    assert block_kit.faults(view, "home") == []
    assert block_kit.live(view) == []


def test_a_stranger_has_a_home_page_too():
    view = slack.home(None, HOSTILE)

    assert block_kit.faults(view, "home") == []
    assert _squeezed(HOSTILE) in _squeezed(block_kit.reads(view))


@pytest.mark.parametrize("count", [0, 1, 4, 100, 101, 120])
@pytest.mark.parametrize("words", ["Open a deviation", HOSTILE, "x" * 300], ids=["plain", "hostile", "long"])
def test_the_window_to_start_a_playbook_is_one_that_slack_takes(count, words):
    view = slack.start([(f"playbook-{n}", f"{words} {n}") for n in range(count)], "x" * 200)

    assert block_kit.faults(view, "modal") == []
    assert block_kit.live(view) == []


@pytest.mark.parametrize(
    "words", ["I could not read that as one number.", HOSTILE, long_text()], ids=lambda words: words[:9]
)
def test_a_form_that_says_what_is_wrong_is_one_that_slack_takes(words):
    asked = [
        (name, reply) for name, reply in every_reply() if reply.field and name.startswith("extreme, a field")
    ]
    assert len(asked) > 20
    for name, reply in asked:
        view = slack.form(reply, "x" * 200, {"qms.field": words, "qms.time": words})

        assert block_kit.faults(view, "modal") == [], name
        assert _squeezed(words) in _squeezed(block_kit.reads(view)), name
        assert block_kit.live(view) == [], name
