"""The field's terms: what each stands for, how people write it, and what it must not be taken for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.words import stem, words_of

# A question for nothing but what a term means, in the shape that `words_of` gives it.
_OPENING = r"(?:(?:hi|hello|hey|coach|sorry|so|and|but|please|pls|remind me|can you tell me|tell me) )*"
_BEFORE = r"(?:(?:an?|the|term|word|abbreviation|acronym) )*"
_FORMS = (
    rf"(?:what does|what do|wat does) {_BEFORE}(.+?) (?:mean|means|stand for|stands for)",
    rf"(?:what is|what are|whats|what s|wat is|wats) {_BEFORE}(.+?)(?: short for| supposed to mean)?",
    rf"what (?:is meant|do you mean|do they mean) by {_BEFORE}(.+?)",
    rf"(?:the )?(?:define|meaning|definition)(?: of)? {_BEFORE}(.+?)",
    rf"{_BEFORE}(.+?) (?:meaning|definition|means what|stands for|stands for what|stand for what|what does it mean)",
)
_CLOSING = r"(?: (?:again|exactly|please|pls|actually|anyway))*"
_MEANING = tuple(re.compile(f"{_OPENING}{form}{_CLOSING}") for form in _FORMS)


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the field.

    `expansion` is what an abbreviation stands for, `meaning` what it means in a sentence. `aliases` and `misspellings` are
    other ways to write it. `searched_as` is what all of them become before searching; where it is empty, the term itself.
    `is_acronym`: it is never mended, and nothing is mended into it. `is_everyday`: it is a word of everyday English too
    ("far"), so that it stays as it is typed, and nothing becomes it. `not_to_confuse_with` are terms that look or sound like it. `could_be` are its
    meanings, where it has several and must be asked about.
    """

    term: str
    expansion: str = ""
    meaning: str = ""
    aliases: tuple[str, ...] = ()
    misspellings: tuple[str, ...] = ()
    searched_as: str = ""
    is_acronym: bool = False
    is_everyday: bool = False
    not_to_confuse_with: tuple[str, ...] = ()
    could_be: tuple[str, ...] = ()


class Glossary:
    """All terms, found by any way to write them."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = tuple(terms)
        self._by_words: dict[tuple[str, ...], Term] = {}
        for term in terms:
            for name in ways_to_write(term):
                self._by_words.setdefault(tuple(words_of(name)), term)

    @property
    def expansions(self) -> Mapping[str, str]:
        """For each way to write a term that has one meaning, the words that all of them become."""
        return {
            name: _searched_as(term)
            for term in self.terms
            if not term.could_be
            for name in ways_to_write(term)
            if words_of(name) != words_of(_searched_as(term)) and not (term.is_everyday and name == term.term)
        }

    @property
    def protected(self) -> frozenset[str]:
        """Every acronym in small letters."""
        return frozenset("".join(words_of(term.term)) for term in self.terms if term.is_acronym)

    def unclear(self, words: Sequence[str]) -> Term | None:
        """The first term among `words` that has several meanings, none of which the words name."""
        for word in words:
            term = self._by_words.get((word,))
            if term and term.could_be and not _names_one(term.could_be, words):
                return term
        return None

    def asked_for(self, text: str) -> Term | None:
        """The term of which `text` asks nothing but what it means or stands for; None where it asks anything else."""
        words = " ".join(words_of(text))
        names = (match[1] for form in _MEANING if (match := form.fullmatch(words)))
        return next((term for name in names if (term := self.find(name)) and term.meaning), None)

    def find(self, name: str) -> Term | None:
        """The term that `name` is a way to write."""
        return self._by_words.get(tuple(words_of(name)))


def ways_to_write(term: Term) -> Iterable[str]:
    """Every way to write a term: the term, what it stands for, and its other names."""
    return (term.term, *filter(None, (term.expansion,)), *term.aliases, *term.misspellings)


def _searched_as(term: Term) -> str:
    return term.searched_as or (term.is_everyday and term.expansion) or term.term


def _names_one(meanings: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the words name one of the meanings: by the last word that the others do not have."""
    asked = {stem(word) for word in words}
    for meaning in meanings:
        others = {word for other in meanings if other != meaning for word in words_of(other)}
        own = [word for word in words_of(meaning) if word not in others]
        if own and stem(own[-1]) in asked:
            return True
    return False
