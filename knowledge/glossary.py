"""The field's terms: what each stands for, how people write it, and what it must not be taken for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.words import words_of


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the field.

    `expansion` is what an abbreviation stands for, `meaning` what it means in a sentence. `aliases` and `misspellings` are
    other ways to write it. `is_acronym`: it is never mended, and nothing is mended into it. `not_to_confuse_with` are terms
    that look or sound like it. `could_be` are its meanings, where it has several and must be asked about.
    """

    term: str
    expansion: str = ""
    meaning: str = ""
    aliases: tuple[str, ...] = ()
    misspellings: tuple[str, ...] = ()
    is_acronym: bool = False
    not_to_confuse_with: tuple[str, ...] = ()
    could_be: tuple[str, ...] = ()


class Glossary:
    """All terms, found by any way to write them."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = tuple(terms)
        self._by_words: dict[tuple[str, ...], Term] = {}
        for term in terms:
            for name in (term.term, *term.aliases, *term.misspellings):
                self._by_words.setdefault(tuple(words_of(name)), term)

    @property
    def expansions(self) -> Mapping[str, str]:
        """For each way to write a term that has one meaning, the words it stands for."""
        return {
            name: term.expansion or term.term
            for term in self.terms
            if not term.could_be
            for name in _names(term)
            if words_of(name) != words_of(term.expansion or term.term)
        }

    @property
    def protected(self) -> frozenset[str]:
        """Every acronym in small letters."""
        return frozenset("".join(words_of(term.term)) for term in self.terms if term.is_acronym)

    def unclear(self, words: Sequence[str]) -> Term | None:
        """The first term among `words` that has several meanings, none of which the words name."""
        for word in words:
            term = self._by_words.get((word,))
            if term and term.could_be and not any(_names_one(meaning, words) for meaning in term.could_be):
                return term
        return None

    def find(self, name: str) -> Term | None:
        """The term that `name` is a way to write."""
        return self._by_words.get(tuple(words_of(name)))


def _names(term: Term) -> Iterable[str]:
    """The ways to write a term that are written out before searching."""
    own = [term.term] if term.expansion else []
    return (*own, *term.aliases, *term.misspellings)


def _names_one(meaning: str, words: Sequence[str]) -> bool:
    return words_of(meaning)[-1] in words
