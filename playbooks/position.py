"""Where a run stands: everything is derived from its answers, nothing is remembered.

`resolve` walks the list once. For each step whose `when` is true given only the live answers above it, the
stored answer is used if there is one and it is still valid; the first step without one is the cursor. A `finish` or a
`go_to` ends the walk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from playbooks.answer import Trouble, Unclear, options_of
from playbooks.calc import moment
from playbooks.calendar import read_duration
from playbooks.conditions import Answers, View, holds
from playbooks.place import Place
from playbooks.run import Answer, Drafted, Given, Ledger, hash_of
from playbooks.script import (
    AnswerType,
    Ask,
    Check,
    Clock,
    Document,
    Figure,
    Finish,
    GoTo,
    HandBack,
    HandOver,
    Review,
    Script,
    Setting,
    Step,
    Stop,
)


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock of a run: when it began, when it is due (both aware), and whether it has been stopped.

    `due_in` is the duration it was started with.
    """

    clock: Clock
    started_at: datetime
    due_at: datetime
    due_in: str
    is_stopped: bool

    def at(self, percent: int) -> datetime:
        """The moment when this part of the time has passed."""
        return self.started_at + (self.due_at - self.started_at) * percent / 100

    @property
    def marks(self) -> tuple[int, ...]:
        """The parts at which something happens: each reminder, and the end."""
        return (*self.clock.remind, 100)


@dataclass(frozen=True)
class Position:
    """Where a run stands.

    `cursor` is the step to do next (None: the run is over). `live` are the answers that count, in order;
    `ahead` those given earlier to steps below the cursor; `dormant` are steps whose answers do not apply on this
    path; `stale` those whose answers are no longer possible, or rest on an answer that has changed. `deferred` are
    questions left for later in a hurry. `open_points` are live steps to come back to. `waiting` are questions that
    can still be answered when the run has ended. `answers_hash` stands for exactly the live answers. `at` of `of`
    counts questions expected on this path. `true_facts` are the named facts that hold. `lapsed` is the hand-over of the
    part that a colleague has in hand, where it does not apply any more. `figures` are the
    pictures that stand above the cursor on this path and have something to show. `coaching` is the live step about
    whose words something is asked, if any.
    """

    cursor: Step | None
    live: tuple[Given, ...]
    ahead: tuple[str, ...]
    dormant: tuple[str, ...]
    stale: tuple[str, ...]
    deferred: tuple[str, ...]
    open_points: tuple[str, ...]
    waiting: tuple[str, ...]
    clocks: tuple[RunningClock, ...]
    true_facts: frozenset[str]
    answers_hash: str
    at: int
    of: int
    lapsed: str = ""
    figures: tuple[Step, ...] = ()
    coaching: str = ""

    @cached_property
    def given(self) -> Mapping[str, Given]:
        """The live answers by step."""
        return {given.step: given for given in self.live}

    @cached_property
    def answers(self) -> Answers:
        """The live answers by step, without who gave them when."""
        return {given.step: given.answer for given in self.live}

    def answer(self, step_id: str) -> Answer | None:
        """The live answer to a step."""
        given = self.given.get(step_id)
        return given.answer if given else None

    @property
    def held_by(self) -> Step | None:
        """The stop that holds the run, if one does."""
        return self.cursor if self.cursor and isinstance(self.cursor.does, Stop) else None

    @property
    def offered_by(self) -> Step | None:
        """The hand-over that waits for somebody to accept it, if one does."""
        return self.cursor if self.cursor and isinstance(self.cursor.does, HandOver) else None


@dataclass(slots=True)
class _Walk:
    """What the one pass over the steps has found so far."""

    answers: dict[str, Answer]
    cursor: Step | None = None
    live: list[Given] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    deferred: list[str] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    figures: list[Step] = field(default_factory=list)
    questions: int = 0
    done: int = 0


def resolve(script: Script, ledger: Ledger, place: Place) -> Position:
    """Where the run of `script` with this `ledger` stands, at `place`."""
    walk = _Walk(answers=frozen_answers(ledger.started.given))
    view = View(walk.answers, script.conditions, place)
    for step in script.steps:
        if step.when is None or holds(step.when, view):
            _visit(step, script, ledger, walk)
            if isinstance(step.does, Finish | GoTo):
                break
    dormant = tuple(
        step.id for step in script.steps if step.id in ledger.answers and step.id not in walk.reached
    )
    return Position(
        cursor=None if _ended_before_erasure(script, ledger) else walk.cursor,
        live=tuple(walk.live),
        ahead=tuple(walk.ahead),
        dormant=dormant,
        stale=tuple(walk.stale),
        deferred=tuple(walk.deferred),
        open_points=(*(g.step for g in walk.live if _is_open(script, g)), *walk.deferred),
        waiting=tuple(g.step for g in walk.live if _can_wait(script, g)),
        clocks=tuple(_clocks(script, ledger, view)),
        true_facts=frozenset(name for name, fact in script.facts.items() if holds(fact.when, view)),
        answers_hash=hash_answers(walk.live),
        at=min(walk.done + 1, walk.questions),
        of=walk.questions,
        lapsed=ledger.lent.step if ledger.lent and ledger.lent.step not in walk.reached else "",
        figures=tuple(walk.figures),
        coaching=_coaching(ledger, walk),
    )


def hash_answers(live: Sequence[Given]) -> str:
    """The hash that a confirmation and a draft are bound to: steps and answers in order, nothing else."""
    return hash_of([[g.step, list(g.answer.values), g.answer.is_unknown, g.answer.is_skipped] for g in live])


def basis_of(ask: Ask, answers: Answers) -> str:
    """The hash of the answers that `ask` depends on, as they are now; empty when it depends on none."""
    if not ask.depends_on:
        return ""
    found = [answers.get(name) for name in ask.depends_on]
    return hash_of([answer and [list(answer.values), answer.is_unknown] for answer in found])


def has_something_to_show(figure: Figure, answers: Answers) -> bool:
    """Whether at least one of the answers that a picture is about is there."""
    found = (answers.get(name) for name in figure.of.shown)
    return any(answer is not None and answer.is_given and not answer.is_erased for answer in found)


def basis_of_figure(figure: Figure, answers: Answers) -> str:
    """The hash of the answers that a picture is made from, as they are now."""
    found = [answers.get(name) for name in figure.of.inputs]
    return hash_of([answer and [list(answer.values), answer.is_unknown] for answer in found])


def broken_check(ask: Ask, answer: Answer, at: datetime, answers: Answers) -> Check | None:
    """The first of the question's checks that `answer`, given `at` that time, breaks."""
    said = moment(answer) if ask.type is AnswerType.DATETIME else None
    if said is None:
        return None
    for check in ask.checks:
        against = at if check.against == "now" else moment(answers.get(check.against))
        if against and (said > against if check.must == "not_after" else said < against):
            return check
    return None


def is_possible(ask: Ask, given: Given, answers: Answers) -> bool:
    """Whether a stored answer still fits its question; a check made then is judged by the time of then."""
    return has_options(ask, given.answer) and broken_check(ask, given.answer, given.at, answers) is None


def has_options(ask: Ask, answer: Answer) -> bool:
    """Whether the question still has every option that `answer` picks; true of a question without options."""
    options = {option.value for option in options_of(ask)}
    return not options or options.issuperset(answer.values)


def check_answer(ask: Ask, answer: Answer, now: datetime, answers: Answers) -> Answer | Unclear:
    """`answer`, unless one of the question's checks forbids it now."""
    broken = broken_check(ask, answer, now, answers)
    return Unclear(Trouble.NOT_ALLOWED, say=broken.say) if broken else answer


def frozen_answers(given: Mapping[str, tuple[str, ...]]) -> dict[str, Answer]:
    """What was frozen when the run started (`site.region`, `person.role`), readable by conditions."""
    return {name: Answer(values) for name, values in given.items()}


def setting_of(value: Setting | str, place: Place) -> str:
    """A text of the script, or what the site's settings give for it; empty where they give nothing."""
    return place.values.get(value.name, "") if isinstance(value, Setting) else value


def _visit(step: Step, script: Script, ledger: Ledger, walk: _Walk) -> None:
    walk.reached.add(step.id)
    match step.does:
        case Ask() as ask:
            _visit_question(step, ask, script, ledger, walk)
            return
        case Stop(level="immediate") if step.id in ledger.released:
            how = getattr(ledger.released[step.id].what, "how", "")
            walk.answers[step.id] = Answer((how,))
            return
        case HandOver() if step.id in ledger.parts:
            walk.answers[step.id] = Answer((ledger.parts[step.id].how,))
            return
        case HandOver() | HandBack() if _is_left_for_later(step, script, ledger):
            return
        case Review():
            walk.questions += 1
        case Figure() as figure if has_something_to_show(figure, walk.answers):
            if walk.cursor is None:
                walk.figures.append(step)
        case Figure():
            return
        case _:
            pass
    if walk.cursor is None:
        if _is_done(step, ledger, walk):
            walk.done += isinstance(step.does, Review)
        else:
            walk.cursor = step


def _is_left_for_later(step: Step, script: Script, ledger: Ledger) -> bool:
    """Whether the colleague's part is not begun in a hurry; one that is begun comes back all the same."""
    return ledger.is_hurried and script.is_after_fast_lane(step) and ledger.lent is None


def _ended_before_erasure(script: Script, ledger: Ledger) -> bool:
    """Whether the run had come to its end and words of it are gone since: nothing is asked or confirmed again."""
    is_erased = any(given.answer.is_erased for given in ledger.answers.values())
    return is_erased and any(
        isinstance(step.does, Finish) and step.id in ledger.said for step in script.steps
    )


def _visit_question(step: Step, ask: Ask, script: Script, ledger: Ledger, walk: _Walk) -> None:
    given = ledger.answers.get(step.id)
    if given is None and ledger.is_hurried and script.is_after_fast_lane(step):
        walk.deferred.append(step.id)
        return
    walk.questions += 1
    if given and is_possible(ask, given, walk.answers) and given.basis == basis_of(ask, walk.answers):
        walk.answers[step.id] = given.answer
        if walk.cursor is None:
            walk.live.append(given)
            walk.done += 1
        else:
            walk.ahead.append(step.id)
        return
    if given:
        walk.stale.append(step.id)
    if walk.cursor is None:
        walk.cursor = step


def _is_done(step: Step, ledger: Ledger, walk: _Walk) -> bool:
    match step.does:
        case Review():
            return ledger.confirmed.get(step.id) == hash_answers(walk.live)
        case Document():
            return _last_draft_hash(step, ledger.drafts) == hash_answers(walk.live)
        case Stop(level="immediate") | HandOver():
            return False
        case GoTo():
            return bool(ledger.gone_to)
        case Figure() as figure:
            return ledger.bases.get(step.id) == basis_of_figure(figure, walk.answers)
        case _:
            return step.id in ledger.said


def _coaching(ledger: Ledger, walk: _Walk) -> str:
    """The step about whose words something is asked, as long as these are there and count."""
    is_there = any(given.step == ledger.coaching and given.answer.value for given in walk.live)
    return ledger.coaching if is_there else ""


def _last_draft_hash(step: Step, drafts: tuple[Drafted, ...]) -> str:
    return next((made.answers_hash for made in reversed(drafts) if made.step == step.id), "")


def _is_open(script: Script, given: Given) -> bool:
    ask = script.ask(given.step)
    if given.answer.is_skipped:
        return ask is None or ask.is_required or ask.can_wait
    return given.answer.is_unknown


def _can_wait(script: Script, given: Given) -> bool:
    ask = script.ask(given.step)
    return ask is not None and ask.can_wait and not given.answer.is_given


def _clocks(script: Script, ledger: Ledger, view: View) -> list[RunningClock]:
    running = []
    for clock in script.clocks.values():
        start = moment(view.answers.get(clock.starts))
        started = ledger.clocks.get(clock.id)
        due_in = started.due_in if started else setting_of(clock.due_in, view.place)
        if start is None or not due_in or not (clock.applies_when is None or holds(clock.applies_when, view)):
            continue
        due_at = view.place.calendar(clock.calendar).after(start, read_duration(due_in))
        stop = view.answers.get(clock.stops)
        running.append(RunningClock(clock, start, due_at, due_in, stop is not None and stop.is_given))
    return running
