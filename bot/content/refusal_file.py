"""The file of what is never advised: its shape, and the refusals it holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from bot.content.site_file import Raw
from knowledge.refusal import Judge, Refusal, Refusals
from knowledge.search import Vocabulary
from playbooks.errors import Problem
from playbooks.loader import nearest

Terms = Annotated[list[str], Field(min_length=1)]


class RawRefusal(Raw):
    """One refusal; see `knowledge.refusal.Refusal`."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    kind: Literal["refuse", "escalate"]
    is_always: bool = False
    reason: str
    instead: str
    whom: Terms
    cite: Terms
    playbook: str = ""
    asks: list[Terms] = Field(min_length=1)
    unless: list[str] = Field(default_factory=list)
    phrasings: Terms
    innocent: list[str] = Field(default_factory=list)


class RawWords(Raw):
    """The groups of words that requests are told by, the order of the refusals, and messages that ask for none."""

    order: list[str]
    innocent: list[str]
    words: dict[str, Terms]


def refusals_of(
    raw: RawWords, each: Mapping[str, RawRefusal], vocabulary: Vocabulary, judge: Judge
) -> Refusals:
    """The refusals that the files describe, in their order."""
    return Refusals(
        {name: tuple(terms) for name, terms in raw.words.items()},
        tuple(_refusal_of(each[name]) for name in raw.order if name in each),
        tuple(raw.innocent),
        vocabulary,
        judge,
    )


def _refusal_of(raw: RawRefusal) -> Refusal:
    return Refusal(
        raw.id,
        raw.title,
        raw.kind,
        tuple(map(tuple, raw.asks)),
        raw.reason,
        raw.instead,
        tuple(raw.whom),
        tuple(raw.cite),
        tuple(raw.unless),
        raw.is_always,
        raw.playbook,
        tuple(raw.phrasings),
        tuple(raw.innocent),
    )


def order_problems(raw: RawWords, each: Collection[str]) -> Iterator[Problem]:
    """Refusals that stand in no order, or in the order only; and groups that are not there."""
    for number, name in enumerate(raw.order):
        if name not in each:
            yield Problem(("order", number), f"no refusal {name!r}", nearest(name, each))
    for name in each:
        if name not in raw.order:
            yield Problem(
                ("order",), f"the refusal {name!r} has no place", "add it: the more special ones first"
            )
    for group in ("asking", "informing"):
        if group not in raw.words:
            yield Problem(("words",), f"no group {group!r}", "by it requests are told from other messages")


def refusal_problems(
    raw: RawRefusal, words: Collection[str], sources: Collection[str], playbooks: Collection[str]
) -> Iterator[Problem]:
    """What a refusal refers to and is not there: groups of words, sources, a playbook."""
    for group in dict.fromkeys(_named(raw)):
        if group not in words:
            yield Problem(("asks",), f"unknown group of words {group!r}", nearest(group, words))
    for cited in raw.cite:
        if cited not in sources:
            yield Problem(("cite",), f"unknown source {cited!r}", nearest(cited, sources))
    if raw.playbook and raw.playbook not in playbooks:
        remedy = nearest(raw.playbook, playbooks)
        yield Problem(("playbook",), f"unknown playbook {raw.playbook!r}", remedy)


def _named(refusal: RawRefusal) -> list[str]:
    return [*(group for groups in refusal.asks for group in groups), *refusal.unless]
