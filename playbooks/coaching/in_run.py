"""The coaching checks in a run: what is known beside a text, and what somebody means who answers their questions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from playbooks.coaching.catalogue import CHECKS, Listener, Manner, look, question_of
from playbooks.coaching.finding import Finding, Held, Known
from playbooks.coaching.prose import MOST, Prose, stems
from playbooks.run import Answer
from playbooks.script import AnswerType, Ask, Coaching, Script

THROWN_AWAY = "solution_thrown_away"
_SAME_TEXT = 0.5  # of the words that stood there: with so many of them, a text is a new version of it
_MOMENTS = frozenset({AnswerType.DATETIME, AnswerType.DATE})
_LETS_IT_BE = frozenset(
    [
        "no",
        "nope",
        "none",
        "ok",
        "okay",
        "fine",
        "yes",
        "good",
        "done",
        "no thanks",
        "no thank you",
        "not now",
        "next",
        "move on",
        "leave it",
        "it is fine",
        "its fine",
        "it's fine",
        "that is all",
        "that's all",
        "that is fine",
        "that's fine",
        "nothing",
        "nothing to add",
        "all good",
        "no change",
        "no changes",
        "fine as it is",
        "as it is",
        "keep",
        "keep it",
        "keep it as it is",
        "i keep it",
        "unknown",
        "not known",
        "not known yet",
        "i do not know",
        "i don't know",
        "don't know",
        "dont know",
        "idk",
        "no idea",
        "no more",
        "nothing more",
        "later",
    ]
)


def looked_at(
    text: str,
    coaching: Coaching,
    answers: Mapping[str, Answer],
    script: Script,
    manner: Manner,
    listener: Listener,
) -> tuple[Finding, ...]:
    """Everything that a step's checks ask about `text`, given the answers on the path. Nothing about no words."""
    return look(text, coaching.checks, known_from(coaching, answers, script, manner), manner, listener)


def known_from(coaching: Coaching, answers: Mapping[str, Answer], script: Script, manner: Manner) -> Known:
    """What answers of their own hold: a time and a number of any step, and what `knows` names."""
    given = {step: answer for step, answer in answers.items() if answer.is_given and answer.value}
    held = {Held(what) for what, step in coaching.knows.items() if what in set(Held) and step in given}
    for step in given:
        ask = script.ask(step)
        if ask and ask.type in _MOMENTS:
            held.add(Held.WHEN)
        if ask and (ask.type is AnswerType.IDENTIFIER or ask.of == "identifier"):
            held.add(Held.IDENTIFIER)
    compared = {what: given[step].value for what, step in coaching.knows.items() if step in given}
    return Known(
        frozenset(held), compared.get("description", ""), compared.get("root_cause", ""), manner.glossary
    )


def asked_again(text: str, names: Iterable[str], manner: Manner) -> tuple[Finding, ...]:
    """The questions of these checks about `text`, put once more, whatever is known by now."""
    prose = Prose(text[:MOST])
    known = Known(glossary=manner.glossary)
    quotes = {name: CHECKS[name].find(prose, known) or "" for name in names if name in CHECKS}
    return tuple(Finding(name, quote, question_of(name, quote, manner)) for name, quote in quotes.items())


def is_about_evidence(names: Iterable[str]) -> bool:
    """Whether something that could be looked at again may be lost: then keeping it comes before the question."""
    return THROWN_AWAY in names


def lets_it_be(words: str) -> bool:
    """Whether this says no more than that the text stays as it is."""
    return " ".join(re.sub(r"[^\w'’ ]+", " ", words.casefold()).replace("’", "'").split()) in _LETS_IT_BE


def revised(standing: str, words: str, ask: Ask) -> tuple[str, bool]:
    """What stands after `words` came for `standing`, and whether they were added to it.

    A new version has most of the words that stood there. Anything else answers the questions: it is put below, so that
    nothing is lost.
    """
    before = stems(standing)
    if len(before & stems(words)) >= _SAME_TEXT * len(before):
        return words, False
    between = "\n" if ask.type is AnswerType.LONG_TEXT else " / "
    return f"{standing}{between}{words.strip()}", True
