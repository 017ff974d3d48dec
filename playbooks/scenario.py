"""Running a playbook from named answers: for scenario tests beside a script, and for `qms-coach play`.

Answers are named by step, in any order, so that an edit of wording or order does not break a scenario.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from playbooks.act import Act, Change, Confirm, Picked, Skip, Typed
from playbooks.answer import Place, options_of
from playbooks.decision import begin, decide
from playbooks.errors import Problem
from playbooks.position import Position, resolve
from playbooks.run import Event, Ledger, Told, fold
from playbooks.script import AnswerType, Ask, Finish, Script
from playbooks.shown import live_lines
from playbooks.utterance import Misread, Question, Sheet, Spoken, Utterance

BY = "scenario"
Answers = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Played:
    """How a playbook went with the given answers.

    `asked` and `told` are in order. `stopped` is the question that had no answer, or whose answer could not be
    taken (`trouble` says why); `unused` are answers nobody asked for.
    """

    asked: tuple[str, ...]
    told: tuple[str, ...]
    stopped: str
    trouble: str
    open_points: tuple[str, ...]
    dormant: tuple[str, ...]
    unused: tuple[str, ...]
    is_finished: bool
    events: tuple[Event, ...]


def play(
    script: Script, answers: Answers, given: Mapping[str, tuple[str, ...]], now: datetime, place: Place
) -> Played:
    """What happens when `script` is run and every question is answered from `answers`."""
    player = _Player(script, answers, now, place)
    player.start(given)
    return player.played()


def play_on(script: Script, played: Played, changes: Answers, now: datetime, place: Place) -> Played:
    """What happens when, after `played`, the answers to the steps in `changes` are changed."""
    player = _Player(script, changes, now, place, played.events)
    for step_id in changes:
        player.change(step_id)
    return player.played()


def unmet(expected: Mapping[str, object], played: Played, script: Script, place: Place) -> list[Problem]:
    """What a scenario's `then` promises and the run did not keep."""
    drafted = _drafted(script, played, place)
    found: dict[str, Sequence[str] | bool | str] = {
        "asked_in_order": played.asked,
        "never_asked": played.asked,
        "told": played.told,
        "open_points": played.open_points,
        "dormant": played.dormant,
        "stopped": played.stopped,
        "finished": played.is_finished,
        "draft_contains": drafted,
        "draft_lacks": drafted,
    }
    problems = []
    for name, wanted in expected.items():
        if name not in found:
            problems.append(
                Problem(("then", name), f"unknown expectation {name!r}", f"use one of: {', '.join(found)}")
            )
        elif not _is_met(name, wanted, found[name]):
            shown = ", ".join(played.asked) if name.endswith(("order", "asked")) else str(found[name])
            problems.append(Problem(("then", name), f"expected {name} {wanted!r}", f"the run gave: {shown}"))
    if played.trouble and "stopped" not in expected:
        problems.append(
            Problem(("answers", played.stopped), f"{played.stopped}: {played.trouble}", "correct the answer")
        )
    problems += [
        Problem(("answers", name), f"nobody asked for {name!r}", "remove the answer")
        for name in played.unused
    ]
    return problems


def _is_met(name: str, wanted: object, found: Sequence[str] | bool | str) -> bool:
    if isinstance(found, bool):
        return found == (wanted is True or wanted == "yes")
    if isinstance(found, str) and name == "stopped":
        return found == wanted
    items = [str(item) for item in wanted] if isinstance(wanted, list) else [str(wanted)]
    match name:
        case "asked_in_order":
            return [step for step in found if step in items] == items
        case "never_asked" | "draft_lacks":
            return not any(item in found for item in items)
        case "draft_contains":
            return all(item in found for item in items)
        case _:
            return sorted(found) == sorted(items)


def _drafted(script: Script, played: Played, place: Place) -> str:
    ledger = fold(played.events)
    if not ledger.drafts:
        return ""
    return "\n".join(
        f"{line.ask.label}: {line.shown}" for line in live_lines(script, resolve(script, ledger), place.zone)
    )


class _Player:
    """One run being played; lives for one call."""

    def __init__(
        self, script: Script, answers: Answers, now: datetime, place: Place, events: tuple[Event, ...] = ()
    ) -> None:
        self.script, self.answers, self.now, self.place = script, answers, now, place
        self.events = events
        self.used: set[str] = set()
        self.asked: list[str] = []
        self.stopped = self.trouble = ""
        self.is_finished = False

    def start(self, given: Mapping[str, tuple[str, ...]]) -> None:
        decision = begin(self.script, given, "", self.now, BY, _anybody)
        self.events = decision.happened
        self.follow(decision.said)

    def change(self, step_id: str) -> None:
        if not self.stopped and self.script.ask(step_id):
            self.follow(self.act(Change(step_id)))

    def act(self, act: Act) -> tuple[Utterance, ...]:
        decision = decide(self.script, self.events, act, self.now, BY, self.place, _anybody)
        self.events = (*self.events, *decision.happened)
        return decision.said

    def follow(self, said: tuple[Utterance, ...]) -> None:
        """Answer each question from the answers, confirm each review, until nothing is asked."""
        while True:
            self.is_finished |= any(isinstance(u, Spoken) and isinstance(u.does, Finish) for u in said)
            match said[-1]:
                case Question(step=step):
                    self.asked.append(step.id)
                    if step.id not in self.answers:
                        self.stopped = step.id
                        return
                    self.used.add(step.id)
                    said = self.act(_as_act(step.does, self.answers[step.id]))
                    if misread := next((u for u in said if isinstance(u, Misread)), None):
                        self.stopped = misread.step.id
                        self.trouble = misread.unclear.say or misread.unclear.trouble
                        return
                case Sheet():
                    said = self.act(Confirm())
                case _:
                    return

    def played(self) -> Played:
        ledger: Ledger = fold(self.events)
        position: Position = resolve(self.script, ledger)
        return Played(
            asked=tuple(dict.fromkeys(self.asked)),
            told=tuple(e.what.role for e in self.events if isinstance(e.what, Told) and e.what.role),
            stopped=self.stopped,
            trouble=self.trouble,
            open_points=position.open_points,
            dormant=position.dormant,
            unused=tuple(name for name in self.answers if name not in self.used),
            is_finished=self.is_finished,
            events=self.events,
        )


def _anybody(role: str) -> tuple[str, ...]:
    """In a scenario somebody stands behind every role."""
    return (role,)


def _as_act(ask: object, value: object) -> Act:
    """The act that gives `value`: options are pressed, everything else is typed as a person would."""
    items = tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)
    if items == ("skip",):
        return Skip()
    if isinstance(ask, Ask) and (options_of(ask) or items == ("unknown",)):
        return Picked(items)
    is_list = isinstance(ask, Ask) and ask.type is AnswerType.LIST
    return Typed("\n".join(items) if is_list else items[0])
