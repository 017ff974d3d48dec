"""An answer corrected by what stands there: "not CR-02 but CR-03", "00123 is wrong", "change 00123 to 00124". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.conversation import course
from bot.conversation.scene import OpenRun, Scene, Turn
from bot.reply import Reply, Tone
from playbooks.act import Change, Typed
from playbooks.answer import options_of, read_answer
from playbooks.decision import decide
from playbooks.run import Answer
from playbooks.script import AnswerType, Ask
from playbooks.shown import show_answer

_OLD, _NEW = r"(?P<old>[^,;?\n]+?)", r"(?P<new>[^,;?\n]+?)"
_LEAD = r"(?:(?:no|sorry|oops|wait|actually)[,.! ]+)?(?:(?:it|that|this) (?:is|was|should be|should have been) |it's |i meant )?"
_SAID = tuple(
    re.compile(pattern + r"[.! ]*", re.IGNORECASE)
    for pattern in (
        rf"{_LEAD}not {_OLD},? but {_NEW}",
        rf"{_LEAD}{_NEW}(?:, not | instead of |, and not | and not | rather than ){_OLD}",
        rf"i meant {_NEW} not {_OLD}",
        rf"{_LEAD}{_OLD} (?:should be|should have been|must be|is really|was really) {_NEW}",
        rf"{_LEAD}(?:the )?{_OLD} (?:is|was) (?:wrong|not right|a mistake|a typo|mistyped)",
    )
)
_FEWEST = 3  # letters of words that are looked for in an answer
_CHANGE = re.compile(
    r"\W*(?:\w+ ){0,4}?(?:change|correct|edit|go back to) (?:the |my )?(?P<old>.+?)(?: to (?P<new>.+?))?[.!? ]*",
    re.IGNORECASE | re.DOTALL,
)
_WRITTEN = frozenset({AnswerType.TEXT, AnswerType.LONG_TEXT, AnswerType.PERSON, AnswerType.IDENTIFIER})


@dataclass(frozen=True, slots=True)
class Correction:
    """What stands there and is not right, and what is right instead, where that was said."""

    old: str
    new: str = ""


def read_correction(text: str) -> Correction | None:
    """The correction that the whole of `text` is, or None. Whether `old` stands anywhere is for the caller to see."""
    matches = (pattern.fullmatch(text.strip()) for pattern in _SAID)
    found = next((match.groupdict() for match in matches if match), None)
    return Correction(_bare(found["old"]), _bare(found.get("new") or "")) if found else None


def read_change(text: str) -> Correction:
    """What "change … to …" names, as it was typed: a question or what stands at it, and what is right instead."""
    found = _CHANGE.fullmatch(text.strip())
    return Correction(_bare(found["old"]), _bare(found["new"] or "")) if found else Correction("")


def steps_with(scene: Scene, run: OpenRun, old: str, *, is_asked_for: bool = True) -> list[str]:
    """The steps at whose answer `old` stands: as the whole of it where any does, else as words of it.

    Where no change `is_asked_for` in so many words, words of an answer must have a figure in them, as numbers of rooms and
    lots have: "not open but closed" may just be what happened.
    """
    standing = [
        (given.step, list(_readings(scene, ask, given.answer)))
        for given in course.guide_to(scene, run).position.live
        if (ask := run.script.ask(given.step)) and given.answer.is_given
    ]
    wanted = old.casefold()
    whole = [step for step, readings in standing if wanted in readings]
    if whole or len(wanted) < _FEWEST or not (is_asked_for or re.search(r"\d", wanted)):
        return whole
    return [step for step, readings in standing if any(_holds(each, old) for each in readings)]


def corrected(
    scene: Scene, run: OpenRun, correction: Correction, *, is_asked_for: bool = True
) -> Turn | None:
    """The turn that puts right the one answer at which the old value stands; None where none does, or several do."""
    steps = steps_with(scene, run, correction.old, is_asked_for=is_asked_for)
    return put_right(scene, run, steps[0], correction) if len(steps) == 1 else None


def put_right(scene: Scene, run: OpenRun, step: str, correction: Correction) -> Turn:
    """The turn that changes the answer to `step`: at once where its new value can be read, else by asking again."""
    ask, answered = run.script.ask(step), run.ledger.answers.get(step)
    standing = answered.answer if answered else None
    words = _anew(scene, ask, standing, correction) if ask and standing and correction.new else ""
    begun = course.decided(scene, run, Change(step))
    if ask is None or not words or begun.ledger.correcting != step or run.newer:
        return course.act(scene, run, Change(step))
    done = decide(run.script, (*run.events, *begun.happened), Typed(words), scene.here)
    turn = course.moved(scene, run, replace(done, happened=(*begun.happened, *done.happened)))
    stands = done.ledger.answers[step].answer
    if stands == standing:
        return turn
    shown = show_answer(ask, stands, scene.site.place.zone)
    now = Reply(scene.wording("stands_now", label=ask.label, answer=shown), Tone.NOTICE)
    return replace(turn, replies=(now, *turn.replies))


def _anew(scene: Scene, ask: Ask, standing: Answer, correction: Correction) -> str:
    """The new answer as words to be read; empty where it cannot be read as one."""
    old, new = correction.old, correction.new
    if ask.type is AnswerType.LIST:
        items = [new if item.casefold() == old.casefold() else item for item in standing.values]
        words = ", ".join(items) if tuple(items) != standing.values else new
    elif ask.type is AnswerType.DATETIME and _holds(shown := _moment(scene, ask, standing), old):
        words = _whole_word(old).sub(lambda _: new, shown)  # of a time alone the day stays
    elif ask.type in _WRITTEN and _holds(standing.value, old):
        words = _whole_word(old).sub(lambda _: new, standing.value)
    else:
        words = new
    read = read_answer(ask, words, scene.now, scene.site.place)
    return words if isinstance(read, Answer) else ""


def _moment(scene: Scene, ask: Ask, answer: Answer) -> str:
    """A date and time as it is shown, without its zone."""
    return show_answer(ask, answer, scene.site.place.zone).partition(" (")[0]


def _readings(scene: Scene, ask: Ask, answer: Answer) -> Iterator[str]:
    """The ways in which an answer may be named: as it is shown, and each of its values or options."""
    yield show_answer(ask, answer, scene.site.place.zone).casefold()
    labels = {option.value: option.label for option in options_of(ask)}
    for value in answer.values:
        yield labels.get(value, value).casefold()


def _holds(text: str, words: str) -> bool:
    return _whole_word(words).search(text) is not None


def _whole_word(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)


def _bare(words: str) -> str:
    """`words` without quotation marks around them."""
    return words.strip().strip("\"'\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}").strip()
