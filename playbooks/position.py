"""Where a run stands: everything is derived from its answers, nothing is remembered.

`resolve` walks the list once. For each step whose `when` is true given only the live answers above it, the
stored answer is used if there is one and it is still valid; the first step without one is the cursor. A `finish`
ends the walk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from playbooks.answer import Trouble, Unclear, options_of
from playbooks.conditions import Answers, holds
from playbooks.run import Answer, Drafted, Given, Ledger, hash_of
from playbooks.script import AnswerType, Ask, Check, Document, Finish, Review, Script, Step


@dataclass(frozen=True, slots=True)
class Position:
    """Where a run stands.

    `cursor` is the step to do next (None: the run is over). `live` are the answers that count, in order;
    `ahead` those given earlier to steps below the cursor; `dormant` are steps whose answers do not apply on this
    path; `stale` those whose answers are no longer possible. `open_points` are live steps to come back to.
    `answers_hash` stands for exactly the live answers. `at` of `of` counts questions expected on this path.
    """

    cursor: Step | None
    live: tuple[Given, ...]
    ahead: tuple[str, ...]
    dormant: tuple[str, ...]
    stale: tuple[str, ...]
    open_points: tuple[str, ...]
    answers_hash: str
    at: int
    of: int

    def answer(self, step_id: str) -> Answer | None:
        """The live answer to a step."""
        return next((given.answer for given in self.live if given.step == step_id), None)


@dataclass(slots=True)
class _Walk:
    """What the one pass over the steps has found so far."""

    answers: dict[str, Answer]
    cursor: Step | None = None
    live: list[Given] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    questions: int = 0
    done: int = 0


def resolve(script: Script, ledger: Ledger) -> Position:
    """Where the run of `script` with this `ledger` stands."""
    facts = {name: fact.when for name, fact in script.facts.items()}
    walk = _Walk(answers=frozen_answers(ledger.started.given))
    for step in script.steps:
        if holds(step.when, walk.answers, facts):
            _visit(step, ledger, walk)
            if isinstance(step.does, Finish):
                break
    dormant = tuple(
        step.id for step in script.steps if step.id in ledger.answers and step.id not in walk.reached
    )
    return Position(
        cursor=walk.cursor,
        live=tuple(walk.live),
        ahead=tuple(walk.ahead),
        dormant=dormant,
        stale=tuple(walk.stale),
        open_points=tuple(g.step for g in walk.live if g.answer.is_unknown or g.answer.is_skipped),
        answers_hash=hash_answers(walk.live),
        at=min(walk.done + 1, walk.questions),
        of=walk.questions,
    )


def hash_answers(live: list[Given]) -> str:
    """The hash that a confirmation and a draft are bound to: steps and answers in order, nothing else."""
    return hash_of([[g.step, list(g.answer.values), g.answer.is_unknown, g.answer.is_skipped] for g in live])


def broken_check(ask: Ask, answer: Answer, at: datetime, answers: Answers) -> Check | None:
    """The first of the question's checks that `answer`, given `at` that time, breaks."""
    if ask.type is not AnswerType.DATETIME or not answer.values:
        return None
    moment = datetime.fromisoformat(answer.value)
    for check in ask.checks:
        against = _moment(check.against, at, answers)
        if against and (moment > against if check.must == "not_after" else moment < against):
            return check
    return None


def is_possible(ask: Ask, given: Given, answers: Answers) -> bool:
    """Whether a stored answer still fits its question; a check made then is judged by the time of then."""
    if ask.type in {AnswerType.YES_NO, AnswerType.CHOICE, AnswerType.MULTI} and given.answer.values:
        allowed = {option.value for option in options_of(ask)}
        if not allowed.issuperset(given.answer.values):
            return False
    return broken_check(ask, given.answer, given.at, answers) is None


def check_answer(ask: Ask, answer: Answer, now: datetime, answers: Answers) -> Answer | Unclear:
    """`answer`, unless one of the question's checks forbids it now."""
    broken = broken_check(ask, answer, now, answers)
    return Unclear(Trouble.NOT_ALLOWED, say=broken.say) if broken else answer


def frozen_answers(given: Mapping[str, tuple[str, ...]]) -> dict[str, Answer]:
    """What was frozen when the run started (`site.region`, `person.role`), readable by conditions."""
    return {name: Answer(values) for name, values in given.items()}


def _visit(step: Step, ledger: Ledger, walk: _Walk) -> None:
    walk.reached.add(step.id)
    does = step.does
    if isinstance(does, Ask | Review):
        walk.questions += 1
    if isinstance(does, Ask):
        given = ledger.answers.get(step.id)
        if given and not is_possible(does, given, walk.answers):
            walk.stale.append(step.id)
        elif given:
            walk.answers[step.id] = given.answer
            if walk.cursor is None:
                walk.live.append(given)
                walk.done += 1
            else:
                walk.ahead.append(step.id)
            return
    elif walk.cursor is None and _is_done(step, ledger, walk):
        walk.done += isinstance(does, Review)
        return
    if walk.cursor is None:
        walk.cursor = step


def _is_done(step: Step, ledger: Ledger, walk: _Walk) -> bool:
    match step.does:
        case Review():
            return ledger.confirmed.get(step.id) == hash_answers(walk.live)
        case Document():
            return _last_draft_hash(step, ledger.drafts) == hash_answers(walk.live)
        case _:
            return step.id in ledger.told


def _last_draft_hash(step: Step, drafts: tuple[Drafted, ...]) -> str:
    return next((made.answers_hash for made in reversed(drafts) if made.step == step.id), "")


def _moment(against: str, at: datetime, answers: Answers) -> datetime | None:
    if against == "now":
        return at
    answer = answers.get(against)
    return datetime.fromisoformat(answer.value) if answer and answer.values else None
