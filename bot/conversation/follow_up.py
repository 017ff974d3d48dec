"""What people say after an answer: "why", "source", "more", "and in the EU?". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.conversation.command import plain
from knowledge.article import Part

_PARTS: dict[str, Part] = {
    "why": "why",
    "why is that": "why",
    "why is that so": "why",
    "why that": "why",
    "more": "more",
    "tell me more": "more",
    "go on": "more",
    "example": "example",
    "an example": "example",
    "for example": "example",
    "give me an example": "example",
    "example of that": "example",
    "an example of that": "example",
}
_SOURCES = frozenset(
    {
        "source",
        "sources",
        "the source",
        "what is the source",
        "which clause",
        "where does it say that",
        "where does that come from",
        "says who",
        "who says that",
        "reference",
    }
)
_NOT_MEANT = frozenset(
    {
        "not what i meant",
        "that is not what i meant",
        "that's not what i meant",
        "i meant something else",
        "none of these",
        "none of them",
    }
)
_REGIONS = {
    **dict.fromkeys(("usa", "america", "american", "fda", "cfr"), "US"),
    **dict.fromkeys(("eu", "europe", "european", "ema", "eudralex"), "EU"),
    **dict.fromkeys(("uk", "britain", "british", "england", "mhra"), "UK"),
}
# "US" in capitals is the country; in small letters it is one only after "the" or "in", or alone.
_AS_TYPED = (
    (re.compile(r"\bU\.?S\.?(?:A\b\.?)?(?!\w)"), " usa "),
    (re.compile(r"\be\.u\b\.?", re.IGNORECASE), " eu "),
    (re.compile(r"\bu\.k\b\.?", re.IGNORECASE), " uk "),
)
_IN_WORDS = (
    (re.compile(r"\bunited states(?: of america)?\b|\b(?<=the )us\b|\b(?<=in )us\b|^us$"), "usa"),
    (re.compile(r"\bunited kingdom\b|\bgreat britain\b"), "uk"),
    (re.compile(r"\beuropean union\b"), "eu"),
    (
        re.compile(
            r"\bif (?:we|i|you|it|they) (?:are|were|is|was|work|sell|ship|go|goes)\b(?: it| this)?(?: to)?"
        ),
        "",
    ),
)
# Words that ask for the same of another region, and bring in nothing new: with any other word it is a question of its own.
_NOTHING_NEW = (
    "a about also and any apply applies as at ask asks be but by case count counts did different do does done else expect"
    " expects for from go goes guidance guide handled have has hold holds how if in inspectors is it just law looks no of"
    " ok okay on only or other our over people position regulation regulations require requires rule rules same say says"
    " see site sites so still than that the them then there they thing think thinks this to too true us valid version view"
    " want wants way well what whats would work works"
)
_SAYS_NOTHING_NEW = frozenset(_NOTHING_NEW.split())
_MOST_WORDS = 10


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What is wanted of the answer just given: one of its parts, what these regions say, or else its sources.

    `is_other`: another answer, because this one was not meant.
    """

    part: Part | None = None
    regions: tuple[str, ...] = ()
    is_other: bool = False


_SOURCES_WANTED, _OTHER_MEANT = FollowUp(), FollowUp(is_other=True)


def read_follow_up(text: str) -> FollowUp | None:
    """What `text` wants of the answer just given; None where it brings in anything of its own."""
    words = plain(text)
    if words in _SOURCES:
        return _SOURCES_WANTED
    if words in _NOT_MEANT:
        return _OTHER_MEANT
    if part := _PARTS.get(words):
        return FollowUp(part)
    regions = _regions_in(text)
    return FollowUp(regions=regions) if regions else None


def _regions_in(text: str) -> tuple[str, ...]:
    """The regions that the whole of `text` asks for; none where it has a word that asks for something else."""
    for pattern, said in _AS_TYPED:
        text = pattern.sub(said, text)
    words = plain(text)
    for pattern, said in _IN_WORDS:
        words = pattern.sub(said, words)
    each = words.replace("'s", " is").split()
    named = [_REGIONS[word] for word in each if word in _REGIONS]
    rest = {word for word in each if word not in _REGIONS}
    return tuple(dict.fromkeys(named)) if len(each) <= _MOST_WORDS and rest <= _SAYS_NOTHING_NEW else ()
