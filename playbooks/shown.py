"""How answers read to people: in a review, in a draft, in what a role is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from playbooks.answer import Upload, options_of, show_day, show_moment
from playbooks.position import Position
from playbooks.run import Answer, Given
from playbooks.script import AnswerType, Ask, Script, Step

NOT_KNOWN = "Not known yet"
NOT_ANSWERED = "Not answered"
NOT_ASKED = "Left for later"


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """One live answer as it is shown: its step, short name and words, and who gave it when."""

    step: Step
    ask: Ask
    given: Given
    shown: str


def show_answer(ask: Ask, answer: Answer, zone: tzinfo) -> str:
    """`answer` in words, its times in `zone`; what a person typed stays exactly as typed."""
    if answer.is_skipped:
        return f"{NOT_ANSWERED} (note: {answer.note})" if answer.note else NOT_ANSWERED
    if answer.is_unknown:
        return not_known(ask, answer)
    match ask.type:
        case AnswerType.YES_NO | AnswerType.CHOICE | AnswerType.MULTI | AnswerType.CONFIRM:
            labels = {option.value: option.label for option in options_of(ask)}
            return "; ".join(labels.get(value, value) for value in answer.values)
        case AnswerType.DATETIME:
            return "; ".join(
                show_moment(datetime.fromisoformat(value).astimezone(zone)) for value in answer.values
            )
        case AnswerType.DATE:
            return "; ".join(show_day(date.fromisoformat(value)) for value in answer.values)
        case AnswerType.NUMBER:
            return "; ".join(f"{value} {ask.unit}".strip() for value in answer.values)
        case AnswerType.LIST:
            return ", ".join(answer.values)
        case AnswerType.ATTACHMENT:
            return ", ".join(Upload.name_of(value) for value in answer.values)
        case _:
            return answer.value


def not_known(ask: Ask, answer: Answer) -> str:
    """How an answer reads that says it is not known: as it stood on the button, where that was pressed."""
    label = ask.unknown.label if ask.unknown else ""
    is_label = bool(label) and " ".join(answer.note.split()).casefold() == label.casefold()
    return label if is_label else NOT_KNOWN


def live_lines(script: Script, position: Position, zone: tzinfo) -> tuple[ShownAnswer, ...]:
    """Every live answer in the order of the script."""
    return tuple(
        ShownAnswer(script.by_id[given.step], ask, given, show_answer(ask, given.answer, zone))
        for given in position.live
        if (ask := script.ask(given.step))
    )
