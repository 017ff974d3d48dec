"""Running a playbook from named answers: for scenario tests beside a script, and for `qms-coach play`.

Answers are named by step, in any order, so that an edit of wording or order does not break a scenario. A stop is
answered by how it is released, and a hand-over by how the part is done: `self` or `role`; without an answer the run
stays there. `skip` leaves a question out, `hurry` leaves it and the rest of the story for later. A text is kept as it is,
whatever is asked about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from playbooks.act import Accept, Act, Change, Confirm, Free, Hurry, Keep, Picked, Resume, Send, Skip, Typed
from playbooks.answer import Upload, options_of
from playbooks.coaching.finding import Finding
from playbooks.decision import Here, begin, decide
from playbooks.errors import Problem
from playbooks.figure import figures
from playbooks.loader import nearest
from playbooks.place import Place
from playbooks.position import Position, resolve
from playbooks.run import Event, HandedOver, Ledger, Told, fold
from playbooks.script import AnswerType, Ask, Finish, HandOver, Script
from playbooks.shown import live_lines
from playbooks.utterance import (
    GoneTo,
    Held,
    Misread,
    Offered,
    Question,
    ReasonAsked,
    Returned,
    Sheet,
    Spoken,
    Utterance,
    WordsAsked,
)
from playbooks.value import value_lines

BY = "scenario"
_NAME_STEPS = frozenset(
    {"asked_in_order", "never_asked", "open_points", "dormant"}
)  # whose items are questions
Answers = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Played:
    """How a playbook went with the given answers.

    `asked` and `told` are in order. `stopped` is the question that had no answer, or whose answer could not be
    taken (`trouble` says why), or the stop or hand-over that the run stays at; `unused` are answers nobody asked for. `seen`
    are all steps that the run came by. `gone_to` is the playbook it went on in. `clocks` gives for each clock that
    runs when it is due. `coaching` are the questions put about the words of an answer, by step.
    """

    asked: tuple[str, ...]
    told: tuple[str, ...]
    stopped: str
    trouble: str
    open_points: tuple[str, ...]
    dormant: tuple[str, ...]
    unused: tuple[str, ...]
    seen: frozenset[str]
    gone_to: str
    clocks: Mapping[str, datetime]
    is_finished: bool
    events: tuple[Event, ...]
    coaching: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)


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
    due = {name: at.astimezone(place.zone).strftime("%Y-%m-%dT%H:%M") for name, at in played.clocks.items()}
    found: dict[str, Sequence[str] | Mapping[str, str] | bool | str] = {
        "asked_in_order": played.asked,
        "never_asked": played.asked,
        "told": played.told,
        "open_points": played.open_points,
        "dormant": played.dormant,
        "stopped": played.stopped,
        "gone_to": played.gone_to,
        "clock": due,
        "finished": played.is_finished,
        "draft_contains": drafted,
        "draft_lacks": drafted,
    }
    problems = []
    for name, wanted in expected.items():
        if name == "coaching":
            problems += _uncoached(wanted, played, script)
        elif name not in found:
            problems.append(
                Problem(
                    ("then", name),
                    f"unknown expectation {name!r}",
                    f"use one of: {', '.join([*found, 'coaching'])}",
                )
            )
        elif not _is_met(name, wanted, found[name]):
            shown = ", ".join(played.asked) if name.endswith(("order", "asked")) else str(found[name])
            problems.append(Problem(("then", name), f"expected {name} {wanted!r}", f"the run gave: {shown}"))
        for step in _items(wanted) if name in _NAME_STEPS else ():
            if step not in script.by_id:
                remedy = nearest(step, script.by_id)
                problems.append(Problem(("then", name), f"there is no step {step!r}", remedy))
            elif script.ask(step) is None:
                remedy = "name a question; 'told' lists the roles that a stop or hand-over told"
                problems.append(Problem(("then", name), f"step {step!r} is no question", remedy))
    if played.trouble and "stopped" not in expected:
        problems.append(
            Problem(("answers", played.stopped), f"{played.stopped}: {played.trouble}", "correct the answer")
        )
    problems += [
        Problem(("answers", name), f"nobody asked for {name!r}", "remove the answer")
        for name in played.unused
    ]
    return problems


def _uncoached(wanted: object, played: Played, script: Script) -> list[Problem]:
    """What is expected of the questions about words, and was otherwise."""
    if not isinstance(wanted, Mapping):
        remedy = "write the step, and the checks that ask there: {what_happened: [relative_date]}"
        return [Problem(("then", "coaching"), f"expected coaching {wanted!r}", remedy)]
    problems = []
    for step, checks in wanted.items():
        path = ("then", "coaching", str(step))
        asked = [finding.check for finding in played.coaching.get(str(step), ())]
        if step not in script.by_id:
            problems.append(Problem(path, f"there is no step {step!r}", nearest(str(step), script.by_id)))
        elif asked != _items(checks):
            found = f"expected coaching of {step} {checks!r}"
            problems.append(Problem(path, found, f"the run gave: {', '.join(asked) or 'none'}"))
    return problems


def _items(wanted: object) -> list[str]:
    return [str(item) for item in wanted] if isinstance(wanted, list) else [str(wanted)]


def _is_met(name: str, wanted: object, found: Sequence[str] | Mapping[str, str] | bool | str) -> bool:
    match found:
        case bool():
            return found == (wanted is True or wanted == "yes")
        case str() if name in {"stopped", "gone_to"}:
            return found == wanted
        case Mapping():
            dues = wanted.items() if isinstance(wanted, Mapping) else ()
            return bool(dues) and all(
                isinstance(due, Mapping) and found.get(str(clock)) == due.get("due") for clock, due in dues
            )
        case _:
            pass
    items = _items(wanted)
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
    position = resolve(script, ledger, place)
    lines = [f"{line.ask.label}: {line.shown}" for line in live_lines(script, position, place.zone)]
    lines += [f"{label}: {value}" for label, value in value_lines(script, position, place)]
    lines += [f"{drawn.title}\n{drawn.text}" for drawn in figures(script, position, place.zone)]
    return "\n".join(lines)


class _Player:
    """Answers every question from a mapping. Lives for one call of `play` or `play_on`."""

    def __init__(
        self, script: Script, answers: Answers, now: datetime, place: Place, events: tuple[Event, ...] = ()
    ) -> None:
        self.script, self.answers = script, answers
        self.here = Here(now, BY, place, _anybody)
        self.events = events
        self.asked: list[str] = []
        self.coaching: dict[str, tuple[Finding, ...]] = {}
        self.used: set[str] = set()
        self.stopped = self.trouble = ""
        self.is_finished = False

    def start(self, given: Mapping[str, tuple[str, ...]]) -> None:
        decision = begin(self.script, given, "", self.here)
        self.events = decision.happened
        self.follow(decision.said)

    def change(self, step_id: str) -> None:
        if not self.stopped and self.script.ask(step_id):
            self.follow(self.act(Change(step_id)))

    def act(self, act: Act) -> tuple[Utterance, ...]:
        """What comes of `act`, done by whoever has the run; a part is accepted by its role."""
        step = self.script.by_id.get(act.step) if isinstance(act, Accept) else None
        by = step.does.to if step and isinstance(step.does, HandOver) else fold(self.events).holder
        decision = decide(self.script, self.events, act, replace(self.here, by=by))
        self.events = (*self.events, *decision.happened)
        return decision.said

    def follow(self, said: tuple[Utterance, ...]) -> None:
        """Answer each question from the answers, confirm each review, until nothing is asked."""
        while True:
            self.is_finished |= any(
                isinstance(u, GoneTo) or (isinstance(u, Spoken) and isinstance(u.does, Finish)) for u in said
            )
            act = self.next_act(said[-1])
            if act is None:
                return
            said = self.act(act)
            if misread := next((u for u in said if isinstance(u, Misread)), None):
                self.stopped = misread.step.id
                self.trouble = misread.unclear.say or misread.unclear.trouble
                return
            if (
                isinstance(act, Free)
                and isinstance(said[-1], Held | Offered)
                and said[-1].step.id == act.step
            ):
                self.stopped, self.trouble = act.step, f"it cannot be passed by {act.how!r}"
                return
            if (
                isinstance(act, Hurry)
                and isinstance(said[-1], Question)
                and said[-1].step.id == self.asked[-1]
            ):
                self.stopped, self.trouble = self.asked[-1], "it cannot be left for later"
                return

    def next_act(self, last: Utterance) -> Act | None:
        match last:
            case Question(step=step) | Held(step=step) | Offered(step=step):
                if isinstance(last, Question):
                    self.asked.append(step.id)
                if step.id not in self.answers:
                    self.stopped = step.id
                    return None
                self.used.add(step.id)
                return _as_act(step.id, step.does, self.answers[step.id])
            case Returned():
                return Resume()
            case WordsAsked(step=step, findings=findings):
                self.coaching[step.id] = (*self.coaching.get(step.id, ()), *findings)
                return Keep()
            case ReasonAsked():
                return Typed("Changed in a scenario")
            case Sheet():
                return Confirm()
            case _:
                return None

    def played(self) -> Played:
        ledger: Ledger = fold(self.events)
        position: Position = resolve(self.script, ledger, self.here.place)
        has_ended = any(isinstance(s.does, Finish) and s.id in ledger.said for s in self.script.steps)
        gone = (event.what.to_script for event in self.events if isinstance(event.what, HandedOver))
        return Played(
            asked=tuple(dict.fromkeys(self.asked)),
            told=tuple(e.what.role for e in self.events if isinstance(e.what, Told) and e.what.role),
            stopped=self.stopped,
            trouble=self.trouble,
            open_points=position.open_points,
            dormant=position.dormant,
            unused=tuple(name for name in self.answers if name not in self.used),
            seen=frozenset(step for event in self.events if (step := getattr(event.what, "step", ""))),
            gone_to=next((script for script in gone if script), ""),
            clocks={
                running.clock.id: running.due_at for running in position.clocks if not running.is_stopped
            },
            is_finished=self.is_finished or (position.cursor is None and has_ended),
            events=self.events,
            coaching=self.coaching,
        )


def _anybody(role: str) -> tuple[str, ...]:
    """In a scenario somebody stands behind every role."""
    return (role,)


def _as_act(step_id: str, does: object, value: object) -> Act:
    """The act that gives `value`: options are pressed, everything else is typed as a person would."""
    items = tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)
    if isinstance(does, HandOver) and items == ("role",):
        return Accept(step_id)
    if not isinstance(does, Ask):
        return Free(step_id, "role" if items == ("role",) else "self")
    if items == ("skip",):
        return Skip()
    if items == ("hurry",):
        return Hurry()
    if does.type is AnswerType.ATTACHMENT:
        return Send(tuple(Upload("", name, name.rsplit(".", 1)[-1]) for name in items))
    if options_of(does) or items == ("unknown",):
        return Picked(items)
    return Typed("\n".join(items) if does.type is AnswerType.LIST else items[0])
