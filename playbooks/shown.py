"""How answers read to people: in a review, in a draft, in what a role is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import assert_never

from playbooks.answer import options_of, show_moment
from playbooks.position import Position
from playbooks.run import Answer, Given
from playbooks.script import AnswerType, Ask, Script, Step

NOT_KNOWN = "Not known yet"
NOT_ANSWERED = "Not answered"


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """One live answer as it is shown: its step, short name and words, and who gave it when."""

    step: Step
    ask: Ask
    given: Given
    shown: str

    @property
    def is_open(self) -> bool:
        """Whether somebody has to come back to it."""
        return self.given.answer.is_unknown or self.given.answer.is_skipped


def show_answer(ask: Ask, answer: Answer, zone: tzinfo) -> str:
    """`answer` in words, its times in `zone`; what a person typed stays exactly as typed."""
    if answer.is_skipped:
        return NOT_ANSWERED
    if answer.is_unknown:
        return NOT_KNOWN
    match ask.type:
        case AnswerType.YES_NO | AnswerType.CHOICE | AnswerType.MULTI:
            labels = {option.value: option.label for option in options_of(ask)}
            return ", ".join(labels.get(value, value) for value in answer.values)
        case AnswerType.DATETIME:
            return "; ".join(
                show_moment(datetime.fromisoformat(value).astimezone(zone)) for value in answer.values
            )
        case AnswerType.LIST:
            return ", ".join(answer.values)
        case AnswerType.TEXT | AnswerType.LONG_TEXT | AnswerType.IDENTIFIER:
            return answer.value
        case _:
            assert_never(ask.type)


def live_lines(script: Script, position: Position, zone: tzinfo) -> tuple[ShownAnswer, ...]:
    """Every live answer in the order of the script."""
    return tuple(
        ShownAnswer(script.by_id[given.step], ask, given, show_answer(ask, given.answer, zone))
        for given in position.live
        if (ask := script.ask(given.step))
    )
