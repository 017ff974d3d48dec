"""However a question is dressed, it has its own answer or none: never that of another question.

Its own is what the bare question is answered with, or what it was asked back with. Where the bare question was refused, an
article that refuses as well, or says whom to tell, is as good. In another order, or with slips, a refusal may get lost:
then what would answer the question if nothing were refused is its own too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random  # noqa: TID251  from a seed: the same every time

import pytest
from rapidfuzz.distance import OSA

from benchmarks.support.noise import shorthand, typos
from knowledge.answer import TERM, Decision
from knowledge.words import words_of
from tests.knowledge.golden import expected
from tests.knowledge.known import decided, is_plain, known, told, unrefused

TEMPLATES = ("what is {}", "{} result what now", "can i repeat an {}")


def speaks_of(acronym: str, entry: str) -> bool:
    """Whether an entry speaks of it, by itself or by what it stands for."""
    if entry.startswith(TERM):
        return known().glossary.find(acronym) is known().glossary.find(entry.removeprefix(TERM))
    article = known().articles.get(entry)
    texts = next(each.phrasings for each in known().entries if each.id == entry)
    said = {word for text in texts for word in words_of(text)}
    if article:
        said |= {word for text in (article.answer, *article.parts.values()) for word in words_of(text)}
    term = known().glossary.find(acronym)
    names = (acronym, *((term.term, term.expansion, *term.aliases) if term else ()))
    return any(name and set(words_of(name)) <= said for name in names)


# Acronyms


def neighbours(acronym: str) -> list[str]:
    """The acronyms that are one slip of the keyboard away."""
    return [other for other in sorted(known().glossary.protected) if OSA.distance(acronym, other) == 1]


def test_no_acronym_is_answered_with_what_is_about_another():
    asked = [each for each in sorted(known().glossary.protected) if neighbours(each)]
    assert {"oos", "oot", "ooe"} <= set(asked)
    wrong = [
        f"{text!r}: {decision.entry}"
        for acronym in asked
        for text in (template.format(acronym) for template in TEMPLATES)
        if is_plain(decision := decided(text)) and not speaks_of(acronym, decision.entry)
    ]
    assert wrong == []


# What is typed around a question

DRESSES: dict[str, Callable[[str], str]] = {
    "in capitals": str.upper,
    "with a capital": str.title,
    "with question marks": lambda text: f"{text.rstrip('?')} ??",
    "with an emoji": lambda text: f"{text} \N{FACE WITH TEARS OF JOY}",
    "with an emoji by name": lambda text: f":wave: {text}",
    "with a mention in Slack": lambda text: f"<@U024BE7LH> {text}",
    "with a channel in Slack": lambda text: f"{text} <#C024BE7LR|quality>",
    "with a mention in Teams": lambda text: f"<at>Coach</at> {text}",
    "with a link": lambda text: f"{text} https://example.org/sop/12?x=1",
    "with code marks": lambda text: f"`{text}`",
    "in bold": lambda text: f"*{text}*",
    "after a greeting": lambda text: f"hi, {text}",
    "after a longer greeting": lambda text: f"Good morning coach! {text}",
    "with please": lambda text: f"{text} please",
    "with thanks": lambda text: f"please tell me {text}, thanks",
}


def is_as_good(before: Decision, after: Decision) -> bool:
    """Whether what became of a dressed question is no other answer than that of the bare one."""
    if (
        after.outcome == "unknown"
        or not is_plain(after)
        or after.entry in (before.entry, *before.suggestions)
    ):
        return True
    return before.refusal is not None and after.outcome in ("refuse", "escalate")


def another(texts: Mapping[str, str], *, may_lose_refusal: bool = False) -> list[str]:
    """For each bare question and how it was dressed: where another answer came."""
    wrong = []
    for bare, dressed in texts.items():
        before, after = decided(bare), decided(dressed)
        own = [before, unrefused(bare)] if may_lose_refusal else [before]
        if not any(is_as_good(each, after) for each in own):
            wrong.append(f"{dressed!r}: {told(after)}, and {told(before)} for {bare!r}")
    return wrong


@pytest.mark.parametrize("dress", DRESSES)
def test_what_is_typed_around_a_question_brings_no_other_answer(dress):
    assert another({bare: DRESSES[dress](bare) for bare in expected()}) == []


def in_another_order(text: str) -> str:
    words = text.split()
    Random(7).shuffle(words)  # noqa: S311
    return " ".join(words)


def test_another_order_of_words_brings_no_other_answer():
    assert another({bare: in_another_order(bare) for bare in expected()}, may_lose_refusal=True) == []


# Slips and shorthand

MOST_OTHERS = 0.01  # of the questions; none was seen when the figure was set
NOISES: dict[str, Callable[[str, Random], str]] = {
    "one letter in twenty hit": lambda text, draw: typos(text, 0.05, draw),
    "one letter in ten hit": lambda text, draw: typos(text, 0.10, draw),
    "as in a chat": shorthand,
}


@pytest.mark.parametrize("noise", NOISES)
def test_slips_seldom_bring_another_answer(noise):
    change = NOISES[noise]
    draw = Random(7)  # noqa: S311
    wrong = another({bare: change(bare, draw) for bare in expected()}, may_lose_refusal=True)
    assert len(wrong) <= MOST_OTHERS * len(expected()), "\n".join(wrong)


# What an author said it must not answer


def test_no_article_answers_what_its_author_said_it_must_not():
    wrong = [
        f"{text!r}: {article.id}"
        for article in known().articles.values()
        for text in article.negatives
        if decided(text).entry == article.id
    ]
    assert wrong == []
