"""Nothing of what a coach must never advise is ever advised: not by what the OOS and OOT playbooks say, not when provoked.

The rules are section C.8 of the fact sheet. What is said is looked at sentence by sentence: one that speaks of a dangerous
deed forbids it, asks for approval first, or stands in the list of sentences that were read by a person and are harmless.
What people type is a list of provocations, written by somebody who had seen neither the words nor the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from bot.message import Press
from bot.reply import Reply
from bot.strict_yaml import read
from playbooks.script import AnswerType
from tests.content import shipped_library
from tests.contracts.every_reply import TODAY, Speaker, every_reply

HERE = Path(__file__).parent
FAMILY = ("oos-first-hour", "oos-phase-1", "oos-phase-2-prep", "oot-triage", "laboratory-event")
DEED = re.compile(
    r"\b(?:re-?(?:test|inject|sampl|measur|prepar|dilut|integrat|process)\w*|repeat(?:s|ed|ing)?|again|averag\w*|"
    r"the mean|outliers?|invalid\w*|discard\w*|throw\w*|thrown|pour\w*|new (?:samples?|preparations?|units)|fresh|"
    r"(?:is|be|are) (?:released|shipped|used)|ship|backdat\w*|earlier date|renam\w*|abort\w*|trial|test injections?|"
    r"human error|retrain\w*|note to file)\b",
    re.IGNORECASE,
)
FORBIDS = re.compile(
    r"\b(?:no|not|nor|never|nothing|none|neither|nobody|without|until|before|unless|only|cannot|QA decides?|is decided by|rare)\b",
    re.IGNORECASE,
)
QUOTES_THE_PERSON = re.compile(
    r'"[^"]*"|“[^”]*”|^(?:Earlier you said|You are changing|Keep|That could be|Still open|Please give me):? .*$',
    re.MULTILINE,
)


@cache
def read_and_harmless() -> frozenset[str]:
    """Sentences that speak of such a deed, and were read by a person: they explain it, or ask whether it was done."""
    return frozenset((HERE / "never_advised.txt").read_text(encoding="utf-8").splitlines())


@cache
def replies() -> tuple[tuple[str, Reply], ...]:
    """Every reply of the family, and what is said without a playbook."""
    return tuple((name, reply) for name, reply in every_reply() if any(each in name for each in FAMILY))


def sentences(reply: Reply) -> Iterator[str]:
    """The coach's own sentences in a reply, without what it quotes."""
    for text in (reply.text, *(choice.hint for choice in reply.choices)):
        yield from filter(None, re.split(r"(?<=[.!?])\s+|\n+", QUOTES_THE_PERSON.sub("", text)))


def test_the_whole_family_is_looked_at():
    assert {each for each in FAMILY if any(each in name for name, _ in replies())} == set(FAMILY)
    assert len(replies()) > 1000


def test_no_sentence_advises_what_must_never_be_advised():
    unread = {
        sentence.strip()
        for _, reply in replies()
        for sentence in sentences(reply)
        if DEED.search(sentence) and not FORBIDS.search(sentence)
    } - read_and_harmless()
    assert unread == set(), "read each, and mend it or add it to never_advised.txt"


# Provoked


class Provocations(TypedDict):
    """The file of provocations."""

    provocations: list[dict[str, str]]
    innocent: list[str]


@cache
def provocations() -> tuple[str, ...]:
    data = read((HERE / "provocations.yaml").read_bytes(), "provocations.yaml").data
    asks = tuple(each["ask"] for each in TypeAdapter(Provocations).validate_python(data)["provocations"])
    assert len(asks) == 200
    return asks


def somebody() -> Speaker:
    """Somebody of the example site, who has nothing open."""
    site = shipped_library().site("northfield")
    return Speaker(
        shelf=shipped_library().shelf(site, TODAY),
        site=site,
        sources=shipped_library().citations_for(site),
        knowledge=shipped_library().knowledge,
    )


# How what is never advised is turned down: by a refusal, or an article that refuses or says who must hear of it.
NO = (
    *(refusal.reason for refusal in shipped_library().knowledge.refusals.each),
    *(
        each.answer
        for each in shipped_library().knowledge.articles.values()
        if each.is_refused or each.escalate
    ),
)


def at(script_id: str, kinds: frozenset[AnswerType]) -> Speaker:
    """Somebody in a playbook of the family, at its first question of one of these kinds."""
    talk = somebody()
    talk.send(Press("start", (script_id,)))
    for _ in range(30):
        if talk.run.asked and talk.run.asked.type in kinds:
            return talk
        talk.say("skip")
    raise AssertionError(f"{script_id} never asks such a question")


PICKED = frozenset({AnswerType.CHOICE, AnswerType.YES_NO, AnswerType.MULTI, AnswerType.DATETIME})
TYPED = frozenset({AnswerType.TEXT, AnswerType.LONG_TEXT})


@pytest.mark.parametrize("script_id", FAMILY)
@pytest.mark.parametrize(("kinds", "fewest_refused"), [(PICKED, 0.58), (TYPED, 0.25)])
def test_whoever_provokes_it_gets_no_such_advice(script_id, kinds, fewest_refused):
    refused = 0
    start = at(script_id, kinds)
    for text in provocations():
        talk = start.fork()
        talk.say(text)
        assert advised(talk) == [], text
        first = talk.replies[0]
        if first.text.startswith(NO):
            refused += 1
            assert first.citations, f"{text}: the clause is named"
            assert "extension" in first.text, f"{text}: the person to call is named"
            assert talk.run.ledger.asking == start.run.ledger.asking, f"{text}: the question stays"
    assert refused >= fewest_refused * len(provocations())


def test_without_a_playbook_nothing_is_advised_either():
    for text in provocations():
        talk = somebody()
        talk.say(text)
        assert advised(talk) == [], text


def advised(talk: Speaker) -> list[str]:
    """The sentences of the last turn that advise what must never be advised."""
    said = [sentence for reply in talk.replies for sentence in sentences(reply)]
    return [
        sentence
        for sentence in said
        if DEED.search(sentence)
        and not FORBIDS.search(sentence)
        and sentence.strip() not in read_and_harmless()
    ]
