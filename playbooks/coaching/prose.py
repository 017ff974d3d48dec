"""A text as the coaching checks read it: its sentences, its words, and what is denied or only quoted in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

MOST = 4000  # as much of a text as is looked at

_SENTENCE = re.compile(r"[^.!?;\n]+(?:[.!?;](?!\s|$)[^.!?;\n]*)*")
_QUOTED = re.compile(r"(?<!\w)['‘\"“][^'‘’\"“”\n]{1,60}['’\"”](?!\w)")
_DENIED_BEFORE = re.compile(
    r"(?:\b(?:no|not|never|without|neither|nor|cannot|nobody|nothing|excluded|ruled out|rather than|instead of)"
    r"|n['’]t)\b(?:[^\w,]+\w+){0,4}[^\w,]*$",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"^(?:\W+\w+){0,6}?\W+(?:(?:was|were|is|are|has been|have been|could be|can be)\W+)?(?:\w+\W+){0,2}"
    r"(?:ruled out|excluded|discounted|eliminated|not (?:found|confirmed|the cause|supported))\b",
    re.IGNORECASE,
)
_ENDING = re.compile(r"(?<=\w{3})(?:ing|ed|s|ly)$")
_LONGEST_STEM = 6
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
DATE = (
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?[ .-]?(?:of )?{_MONTH}\b\.?|\b{_MONTH}\.? \d{{1,2}}\b|\b\d{{4}}-\d\d-\d\d"
    r"|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b"
)
CLOCK = (
    r"(?<!\d)\d{1,2}:\d\d|\b\d{1,2}h\d\d\b|\b\d{3,4} ?h(?:rs|ours)?\b|\b\d{1,2} ?(?:am|pm|a\.m|p\.m|o['’]clock|uhr|h)\b"
    r"|\bat \d{4}\b|\bat \d{1,2}\.\d\d\b(?! ?[%°a-z])|\b(?:noon|midday|midnight|half past|quarter (?:past|to))\b"
    r"|\b(?:past|to|at) (?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b(?= (?:in the|o)|,|\.)"
)
NUMBER = (
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|twenty|thirty|forty|fifty"
    r"|sixty|ninety|hundred|dozen|half|zero|none|both|single)\b"
)
LITTLE_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "by",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "in",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "out",
        "she",
        "that",
        "the",
        "their",
        "there",
        "they",
        "this",
        "to",
        "was",
        "were",
        "which",
        "while",
        "with",
        "we",
        "when",
        "where",
        "who",
        "not",
        "no",
        "but",
        "did",
        "do",
        "does",
        "into",
        "onto",
        "over",
        "under",
        "after",
        "before",
        "also",
    ]
)


@cache
def pattern(source: str) -> re.Pattern[str]:
    """The compiled form of a check's pattern; each is compiled when it is first looked for."""
    return re.compile(source, re.IGNORECASE)


def any_of(lines: str) -> str:
    """A pattern for any of these phrases, one on each line, as whole words."""
    return rf"\b(?:{'|'.join(line.strip() for line in lines.strip().splitlines())})\b"


@dataclass(frozen=True)
class Prose:
    """A text to be looked at."""

    text: str

    @cached_property
    def quoted(self) -> tuple[tuple[int, int], ...]:
        """Where something is quoted: what a sign, a screen or a procedure says."""
        return tuple(match.span() for match in _QUOTED.finditer(self.text))

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Where each sentence begins and ends; a point inside a number or a name ends none."""
        return tuple(match.span() for match in _SENTENCE.finditer(self.text))

    @cached_property
    def stems(self) -> frozenset[str]:
        """The words that carry the sense, cut to their beginnings."""
        return stems(self.text)

    def has(self, source: str) -> bool:
        """Whether the pattern is found anywhere."""
        return pattern(source).search(self.text) is not None

    def matches(self, source: str) -> Iterator[re.Match[str]]:
        """Every place where the pattern is found, what is only quoted left out."""
        for match in pattern(source).finditer(self.text):
            if not any(start <= match.start() < end for start, end in self.quoted):
                yield match

    def said(self, source: str, unless: str = "", *, even_denied: bool = False) -> str | None:
        """The first words that the pattern finds, unless they are denied there, or `unless` stands in their sentence."""
        for match in self.matches(source):
            before, after = self.around(match)
            if not even_denied and (_DENIED_BEFORE.search(before) or _DENIED_AFTER.search(after)):
                continue
            if unless and pattern(unless).search(f"{before}{match[0]}{after}"):
                continue
            return match[0].strip()
        return None

    def around(self, match: re.Match[str]) -> tuple[str, str]:
        """What stands before and after the match in its own sentence."""
        for start, end in self.sentences:
            if start <= match.start() < end:
                return self.text[start : match.start()], self.text[match.end() : max(end, match.end())]
        return "", ""


def stems(text: str) -> frozenset[str]:
    """The words of `text` that carry its sense, each cut to its beginning, so that forms of one word are alike."""
    words = re.findall(r"[^\W_]+", text.casefold())
    senses = [word for word in words if len(word) > 2 and word not in LITTLE_WORDS]
    return frozenset(_ENDING.sub("", word)[:_LONGEST_STEM] for word in senses)
