"""The two or three things the coach could do that come nearest to what somebody wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

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
    near = [
        Near(does, max((_share(words, each) for each in _phrasings(does)), default=0.0)) for does in could
    ]
    near.sort(key=lambda item: -item.score)
    return near[:most]


def _phrasings(does: Script | Command) -> Iterator[tuple[str, ...]]:
    """The content words of each way to ask for it."""
    return map(_asked, PHRASES[does] if isinstance(does, Command) else (does.title, *does.phrasings))


def _share(words: Sequence[str], phrasing: Sequence[str]) -> float:
    """How much of the phrasing's own words the text has, by their length."""
    total = sum(len(word) for word in phrasing)
    found = sum(len(word) for word in phrasing if any(_alike(word, other) for other in words))
    return found / total if total else 0.0


def _alike(one: str, other: str) -> bool:
    """The same word, a longer form of it, or one slip away in a word long enough to tell."""
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    if len(shorter) < 4:
        return one == other
    if len(shorter) == 4 or len(longer) - len(shorter) > 1:
        return longer.startswith(shorter)
    return OSA.distance(one, other, score_cutoff=1) <= 1


def _content(text: str) -> tuple[str, ...]:
    return tuple(word for word in plain(text).split() if word not in _LITTLE_WORDS)


_asked = lru_cache(maxsize=4096)(_content)  # of phrasings only: what people write is remembered nowhere
