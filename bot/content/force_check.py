"""Whether a text says no more than its sources: what is only practice is not worded as if it were law."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from playbooks.errors import Problem

_LAW, _BINDING = frozenset({"law", "GMP guide"}), frozenset({"law", "GMP guide", "guidance"})
_LIKE_LAW = re.compile(
    r"\b(?:by law|legally|the law (?:asks|says|requires|demands)"
    r"|regulations? (?:asks?|says?|requires?|demands?)|GMP (?:requires|demands))\b",
    re.IGNORECASE,
)
_LIKE_A_RULE = re.compile(
    rf"{_LIKE_LAW.pattern}|\b(?:must|(?:is|are) (?:required|mandatory|obligatory)"
    r"|regulations?|GMP expects|guide expects|guidance)\b",
    re.IGNORECASE,
)


def force_problems(what: str, text: str, forces: Collection[str]) -> Iterator[Problem]:
    """Words in `text` that are stronger than `forces`, those of what is cited with it, allow; `what` names the text.

    Nothing is said where nothing is cited.
    """
    if not forces or not _LAW.isdisjoint(forces):
        return
    is_guided = not _BINDING.isdisjoint(forces)
    if found := (_LIKE_LAW if is_guided else _LIKE_A_RULE).search(text):
        cited = "guidance" if is_guided else "practice"
        remedy = "say how it is usually done, or cite what asks for it"
        yield Problem(
            (), f"the {what} says {found[0]!r}, and what it cites is {cited}", remedy, is_warning=True
        )
