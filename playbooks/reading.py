"""How hard an English text is to read: the grade of Flesch and Kincaid, with two allowances.

A word that everybody in a plant uses daily counts as easy, however long it is, and what stands for a number or a name
counts as one syllable. Below `FEWEST_WORDS` words one long word decides everything, so there is no grade.
"""

from __future__ import annotations

import re
from functools import lru_cache

FEWEST_WORDS = 8

_FAMILIAR = """
alarm analysis another answer anybody anything area audit authorities authority batch batches biologic
biologics calculation container containers copy data deviation document documents electronic equipment
everybody everything evidence identifier information investigation investigator label labelled laboratory
material number obvious official operator person phone position preparation preparations printout printouts
procedure product quality quarantine record regulatory reportable response sample samples signature solution
solutions stability supervisor system temperature utility
"""
FAMILIAR = frozenset(_FAMILIAR.split())

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_SENTENCE_END = re.compile(r"[.!?:;]+(?:\s|$)")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT_END = re.compile(r"(?:[^aeiouylr]|[aeiouy][lr])e$|[^aeiouytd]ed$|[^aeiouyscxzgh]es$")


def grade(text: str) -> float | None:
    """The years of school that `text` asks for; None where it is too short to tell."""
    plain = _PLACEHOLDER.sub("it", text)
    sentences = [words for part in _SENTENCE_END.split(plain) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    if len(words) < FEWEST_WORDS:
        return None
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@lru_cache(maxsize=20_000)
def syllables(word: str) -> int:
    """About how many syllables `word` has, with at most two for a familiar one."""
    plain = word.lower().replace("’", "'")
    if "-" in plain:
        return sum(syllables(part) for part in plain.split("-"))
    if not plain.isascii() or not plain.replace("'", "").isalpha() or word.isupper():
        return 1
    count = len(_VOWELS.findall(plain)) - bool(_SILENT_END.search(plain))
    return max(1, min(count, 2) if plain in FAMILIAR else count)
