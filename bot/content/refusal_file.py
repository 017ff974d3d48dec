"""The file of what is never advised: its shape, and the refusals it holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated, Literal

from pydantic import Field

from bot.content.site_file import Raw
from knowledge.refusal import Refusal, Refusals
from playbooks.errors import Problem
from playbooks.loader import nearest

Terms = Annotated[list[str], Field(min_length=1)]


class RawRefusal(Raw):
    """One refusal; see `knowledge.refusal.Refusal`."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    kind: Literal["refuse", "escalate"]
    asks: list[Terms] = Field(min_length=1)
    unless: list[str] = Field(default_factory=list)
    is_always: bool = False
    reason: str
    instead: str
    whom: Terms
    cite: Terms
    playbook: str = ""
    examples: Terms


class RawRefusals(Raw):
    """The file: the groups of words, and the refusals told by them."""

    words: dict[str, Terms]
    refusals: list[RawRefusal] = Field(min_length=1)


def refusals_of(raw: RawRefusals) -> Refusals:
    """The refusals that the file describes."""
    return Refusals(
        {name: tuple(terms) for name, terms in raw.words.items()},
        tuple(
            Refusal(
                each.id,
                each.title,
                each.kind,
                tuple(map(tuple, each.asks)),
                each.reason,
                each.instead,
                tuple(each.whom),
                tuple(each.cite),
                tuple(each.unless),
                each.is_always,
                each.playbook,
                tuple(each.examples),
            )
            for each in raw.refusals
        ),
    )


def refusal_problems(
    raw: RawRefusals, sources: Collection[str], playbooks: Collection[str]
) -> Iterator[Problem]:
    """What the refusals refer to and is not there: groups of words, sources, playbooks; and ids that stand twice."""
    ids: set[str] = set()
    for number, each in enumerate(raw.refusals):
        at = ("refusals", number)
        if each.id in ids:
            yield Problem((*at, "id"), f"{each.id!r} stands twice", "give one another id")
        ids.add(each.id)
        for group in dict.fromkeys(_named(each)):
            if group not in raw.words:
                yield Problem((*at, "asks"), f"unknown group of words {group!r}", nearest(group, raw.words))
        for cited in each.cite:
            if cited not in sources:
                yield Problem((*at, "cite"), f"unknown source {cited!r}", nearest(cited, sources))
        if each.playbook and each.playbook not in playbooks:
            remedy = nearest(each.playbook, playbooks)
            yield Problem((*at, "playbook"), f"unknown playbook {each.playbook!r}", remedy)
    missing = [group for group in ("asking", "meaning") if group not in raw.words]
    for group in missing:
        yield Problem(("words",), f"no group {group!r}", "by it requests are told from statements")
    if not missing and all(group in raw.words for each in raw.refusals for group in _named(each)):
        yield from _misread(raw)


def _named(refusal: RawRefusal) -> list[str]:
    return [*(group for groups in refusal.asks for group in groups), *refusal.unless]


def _misread(raw: RawRefusals) -> Iterator[Problem]:
    """Examples that are read as another request, or as none."""
    refusals = refusals_of(raw)
    for number, each in enumerate(raw.refusals):
        for place, example in enumerate(each.examples):
            found = refusals.found_in(example)
            if found is None or found.id != each.id:
                read_as = f"it is read as {found.id}" if found else "it is read as no request"
                remedy = "add the words that are missing, or move the entry up"
                yield Problem(("refusals", number, "examples", place), f"{example!r}: {read_as}", remedy)
