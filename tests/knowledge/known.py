"""All that the shipped content knows, read once for all tests, and one who may be told all of it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from knowledge.answer import Decision, Knowledge
from knowledge.article import REGIONS, Asker
from knowledge.refusal import NOTHING_REFUSED
from tests.content import shipped_library

EVERYBODY = Asker(
    "operator", "northfield", frozenset(REGIONS), frozenset({"human_medicine", "nda_anda"}), "2026-11-26"
)


def known() -> Knowledge:
    return shipped_library().knowledge


@cache
def decided(text: str) -> Decision:
    return known().decide(text, EVERYBODY)


@cache
def _without_refusals() -> Knowledge:
    bold = replace(known(), refusals=NOTHING_REFUSED)
    vars(bold)["searcher"] = known().searcher  # it is the same, and takes a while to make
    return bold


def unrefused(text: str) -> Decision:
    """What would be made of a question if nothing were refused."""
    return _without_refusals().decide(text, EVERYBODY)


def told(decision: Decision) -> str:
    """What was decided, on one line: the outcome, and the entry or what there is to choose from."""
    if decision.outcome == "suggest":
        term = f" ({decision.term.term}?)" if decision.term else ""
        return f"suggest{term} {', '.join(decision.suggestions)}".strip()
    return f"{decision.outcome} {decision.entry}".strip()


def is_plain(decision: Decision) -> bool:
    """Whether it is given as the answer, not asked back, refused or not known; a topic that is not covered is one, too."""
    return bool(decision.entry) and decision.refusal is None
