"""The two or three things the coach could do that come nearest to what somebody wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from bot.conversation.command import PHRASES, Command, plain
from playbooks.script import Script

SURE = 0.75
_LITTLE_WORDS = frozenset(
    plain(
        "a an and are at be been by can do for from had has have how i in is it its me my of on or our so that the "
        "then there this to up was we were what when where which will with you your"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Near:
    """Something the coach could do: a playbook or a command, and how near it is (0 to 1)."""

    does: Script | Command
    score: float


def nearest(text: str, could: Sequence[Script | Command], most: int = 3) -> list[Near]:
    """Of all the coach `could` do, what comes nearest to `text`, nearest first; of equals, what stands first."""
    words = _content(text)
    near = [Near(does, _best(words, _phrasings(does))) for does in could]
    near.sort(key=lambda item: -item.score)
    return near[:most]


def _phrasings(does: Script | Command) -> tuple[str, ...]:
    return PHRASES[does] if isinstance(does, Command) else (does.title, *does.phrasings)


def _best(words: Sequence[str], phrasings: Iterable[str]) -> float:
    return max((_share(words, _content(phrasing)) for phrasing in phrasings), default=0.0)


def _share(words: Sequence[str], phrasing: Sequence[str]) -> float:
    """How much of the phrasing's own words the text has, by their length."""
    total = sum(len(word) for word in phrasing)
    found = sum(len(word) for word in phrasing if any(_alike(word, other) for other in words))
    return found / total if total else 0.0


def _alike(one: str, other: str) -> bool:
    """The same word, a longer form of it, or one slip away in a word long enough to tell."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < 4:
        return one == other
    return longer.startswith(shorter) or (len(shorter) > 4 and OSA.distance(one, other, score_cutoff=1) <= 1)


def _content(text: str) -> list[str]:
    return [word for word in plain(text).split() if word not in _LITTLE_WORDS]
