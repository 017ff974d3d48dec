"""Walking through any script: an act that fits whatever is open, and what must be true wherever a run stands."""

from __future__ import annotations

from playbooks.act import (
    Accept,
    Act,
    Confirm,
    Fire,
    Free,
    GiveTo,
    Picked,
    Resume,
    See,
    Send,
    Skip,
    TellNext,
    Typed,
)
from playbooks.answer import Upload, mask_of, options_of
from playbooks.decision import REASON
from playbooks.position import resolve
from playbooks.script import AnswerType, Ask, HandOver, Review, Stop
from playbooks.utterance import Held, Offered, Question, ReasonAsked, Sheet, WordsAsked
from tests.playbooks.scripts import Walk

TEXTS = ["00123", "1E5", "12-05", "Crème", "Партия", "🧪", "{x}", "Line 3", "8.4 °C"]
TIMES = ["today 06:00", "yesterday 06:00", "2025-06-01 05:00", "now"]
PICTURE = Upload("0" * 64, "chart.jpg", "jpg")
SILENT = Fire | See | TellNext | GiveTo  # nothing is asked after these


def fitting(walk: Walk, number: int) -> Act:
    """An act that takes the run further from where it stands, by who has to do it; another `number` may give another one."""
    walk.as_(walk.ledger.holder)
    is_busy = walk.ledger.correcting or walk.position.held_by or walk.position.coaching
    if walk.ledger.changed and not is_busy:
        return Typed("A slip of the pen.")
    step = walk.script.by_id.get(walk.asked)
    match step.does if step else None:
        case Ask() as ask:
            return _answer(walk, ask, number)
        case Stop(release=release):
            return Free(walk.asked, "self" if release and release.label else "role")
        case HandOver(together=label) if label and number % 2:
            return Free(walk.asked, "self")
        case HandOver():
            walk.as_("person-lead")
            return Accept(walk.asked)
        case Review():
            return Confirm()
        case _:
            return Resume()


def _answer(walk: Walk, ask: Ask, number: int) -> Act:
    if options := options_of(ask):
        return Picked((options[number % len(options)].value,))
    match ask.type:
        case AnswerType.DATETIME:
            return Typed(TIMES[number % len(TIMES)])
        case AnswerType.DATE:
            return Typed("2 June 2025")
        case AnswerType.TIME:
            return Typed("06:10")
        case AnswerType.NUMBER:
            return Typed("8,5")
        case AnswerType.ATTACHMENT:
            return Send((PICTURE,))
        case AnswerType.IDENTIFIER if mask := mask_of(ask, walk.place):
            return Typed(mask.replace("#", "7").replace("@", "Q"))
        case _:
            return Typed(TEXTS[number % len(TEXTS)])


def check_standing(walk: Walk, act: Act | None = None) -> None:
    """What must be true wherever a run stands, `act` being what was done last."""
    assert [event.seq for event in walk.events] == list(range(1, len(walk.events) + 1))
    position = walk.position
    live = [given.step for given in position.live]
    counted = [*live, *position.ahead, *position.dormant, *position.stale]
    assert len(counted) == len(set(counted)), "a step is in one state only"
    assert set(counted) == set(walk.ledger.answers), "and no answer is lost"
    assert position.of == 0 or 1 <= position.at <= position.of, "progress is within its count"
    assert resolve(walk.script, walk.ledger, walk.place) == position
    if not isinstance(act, SILENT):
        check_asked(walk)


def check_asked(walk: Walk) -> None:
    """What was said last is what is open."""
    last = walk.said[-1]
    match last:
        case Question() | Sheet():
            assert (last.step.id, last.turn) == (walk.asked, walk.ledger.turn)
        case Held(step=step):
            assert step == walk.position.held_by
        case Offered(step=step):
            assert step == walk.position.offered_by
        case WordsAsked(step=step, turn=turn):
            assert (walk.ledger.asking, walk.ledger.turn) == (step.id, turn)
            assert step.id == walk.position.coaching
        case ReasonAsked(step=step, turn=turn):
            assert (walk.ledger.asking, walk.ledger.turn) == (REASON, turn)
            assert step.id in walk.ledger.changed.values()
        case _:
            is_set_aside = walk.ledger.is_paused or walk.ledger.is_over
            assert is_set_aside or not walk.asked, "a run that is open asks something"


def check_ends(walk: Walk) -> None:
    """From wherever it stands, a run comes to its end; a question that takes none of the answers is skipped."""
    if walk.ledger.is_cancelled:
        return
    walk.does(Resume())
    for number in range(5 * len(walk.script.steps)):
        if walk.ledger.gone_to or not (walk.asked or walk.ledger.changed):
            break
        before = (walk.asked, walk.ledger.changed)
        walk.does(fitting(walk, number))
        if (walk.asked, walk.ledger.changed) == before and not walk.position.held_by:
            walk.does(Skip())
    assert walk.ledger.gone_to or walk.position.cursor is None
    check_standing(walk)
