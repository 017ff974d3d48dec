"""Somebody who works through a deviation in a chat, in a hurry: types, presses, presses twice, and what is no longer open."""

from __future__ import annotations

import asyncio
import random  # noqa: TID251 - drawn from a seed, which a failure prints
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol

from bot.message import Press
from tests.faults.house import House
from tests.plant import ANSWERS, COLD

EARLIER = timedelta(seconds=6)  # so long something typed was on its way that came too late

LAST = "record_number"  # what is asked once there is a draft

Kind = Literal["type", "press", "twice", "rivals", "stale", "overtaken"]


@dataclass(frozen=True, slots=True)
class Button:
    """A button on a message: the platform's id of that, what it stands for, and what it carries."""

    on: str
    press: Press
    carries: str
    action: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """The same button in another run of the same conversation: references of runs are drawn at random."""
        about = self.press.about
        return (self.press.action, *self.press.values, *((about.step, str(about.turn)) if about else ()))


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did: typed these words one after the other, or pressed these buttons."""

    kind: Kind
    words: tuple[str, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()


class Stage(Protocol):
    """A platform with our coach behind it, as one person uses it. Each of these returns when we have acknowledged it."""

    house: House

    async def type(self, person: str, words: str, earlier: timedelta = timedelta(0)) -> str:
        """Type words, so long ago; the event they are to us."""

    async def press(self, person: str, button: Button) -> str:
        """Press a button; the event that is to us."""

    async def settle(self, person: str) -> None:
        """Return when the person has been answered as far as they ever will."""

    def buttons(self, person: str) -> Sequence[Button]:
        """What can be pressed, the oldest first."""

    async def order(self, person: str, *events: str) -> Sequence[str]:
        """These events in the order in which the coach heard them."""


@dataclass
class Talker:
    """One person, drawn from a seed. `done` is what they did, in the order in which it was heard."""

    person: str
    seed: str
    done: list[Deed] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    seen: dict[tuple[str, ...], Button] = field(default_factory=dict)

    async def work(self, stage: Stage, deeds: int) -> None:
        """Do so many things, each after the answer to the one before, or until there is a draft."""
        draw = random.Random(f"{self.seed}:{self.person}")  # noqa: S311 - no secret
        await self._do(stage, Deed("type", (COLD,)))
        for _ in range(deeds - 1):
            asked = await stage.house.asked(self.person)
            if asked == LAST:
                return
            await self._do(stage, self._choose(stage, asked, draw))

    async def work_again(self, stage: Stage, done: Sequence[Deed]) -> None:
        """Do the same as somebody else did."""
        for deed in done:
            await self._do(stage, deed)

    def _choose(self, stage: Stage, asked: str, draw: random.Random) -> Deed:
        answer = ANSWERS.get(asked, "hello") if asked else "yes"
        kind: Kind = draw.choices(
            ("type", "press", "twice", "rivals", "stale", "overtaken"), weights=(5, 8, 4, 3, 2, 2)
        )[0]
        offered = {button.key: button for button in stage.buttons(self.person)}
        right = [key for key in offered if _answers(key, asked, answer)]
        why = [key for key in offered if key[0] == "why" and asked in key]
        old = [key for key in self.seen if key not in offered and key[0] == "answer"]
        match kind:
            case "press" | "twice" if right:
                return Deed(kind, keys=(right[-1],))
            case "rivals" if right and why:
                return Deed(kind, keys=draw.choice([(right[-1], why[-1]), (why[-1], right[-1])]))
            case "stale" if old:
                return Deed(kind, keys=(draw.choice(old),))
            case "overtaken" if asked:
                return Deed(kind, ("why?", answer))
            case _:
                return Deed("type", (answer,))

    async def _do(self, stage: Stage, deed: Deed) -> None:
        self.seen |= {button.key: button for button in stage.buttons(self.person)}
        pressed = [self.seen[key] for key in deed.keys]
        events: list[str] = []
        match deed.kind:
            case "type":
                events.append(await stage.type(self.person, deed.words[0]))
            case "press" | "stale":
                events.append(await stage.press(self.person, pressed[0]))
            case "twice":
                twice = (stage.press(self.person, pressed[0]) for _ in range(2))
                events += dict.fromkeys(await asyncio.gather(*twice))
            case "rivals":
                events += await asyncio.gather(*(stage.press(self.person, each) for each in pressed))
            case "overtaken":  # what was typed first comes last
                first, second = deed.words
                events.append(await stage.type(self.person, second))
                await stage.settle(self.person)
                events.append(await stage.type(self.person, first, EARLIER))
        await stage.settle(self.person)
        if deed.kind == "rivals":
            heard = await stage.order(self.person, *events)
            won = [key for event in heard for key, of in zip(deed.keys, events, strict=True) if of == event]
            self.done += [Deed("press", keys=(won[0],)), Deed("stale", keys=(won[1],))]
        else:
            self.done.append(deed)
        self.acknowledged += await stage.order(self.person, *events)


@dataclass(frozen=True, slots=True)
class Storm:
    """How much goes wrong, for whom, and how much each of them does.

    `people` are those of each workspace. `badness` is the share of requests that something befalls, `lost` that of sends
    with which a worker is lost.
    """

    seed: str
    deeds: int
    people: Mapping[str, Sequence[str]]
    badness: float = 0.3
    lost: float = 0.03

    @property
    def talkers(self) -> list[Talker]:
        """Everybody."""
        return [Talker(person, self.seed) for people in self.people.values() for person in people]

    def loses(self) -> Callable[[object], bool]:
        """Whether a worker is lost with this send."""
        draw = random.Random(f"{self.seed}:lost")  # noqa: S311 - no secret
        return lambda _: draw.random() < self.lost


def _answers(key: tuple[str, ...], asked: str, answer: str) -> bool:
    match key:
        case ("agree", *_):
            return not asked
        case ("answer", value, step, _):
            return (value, step) == (answer, asked)
        case _:
            return False
