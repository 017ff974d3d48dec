"""From a question to what is done with it: answered, asked back, refused, passed on, or honestly not known.

1. A request for what is never advised is refused, whatever it looks like.
2. A term with several meanings is asked about, never guessed.
3. Where only the meaning of a term is asked, the article that is asked for in that way says it, else the glossary.
4. The nearest entry counts as far as the scorecard is sure of it. Rules can only lower that.
5. Where it is not sure enough to answer it asks which of three was meant; where not even that, it says that it does not know.

Every decision keeps what it rests on, so that it can be explained.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from knowledge.article import Article, Asker
from knowledge.glossary import Glossary, Term
from knowledge.index import Entry
from knowledge.refusal import NO_RIVAL, NOTHING_REFUSED, Refusal, Refusals, Rival
from knowledge.scorecard import Scorecard, Weights
from knowledge.search import Found, IndexOf, Searcher, Vocabulary, index_of
from knowledge.words import without_greeting, words_of

Outcome = Literal["answer", "suggest", "unknown", "refuse", "escalate", "command"]
MOST_SUGGESTIONS = 3
REFUSAL, PLAYBOOK, TERM = "refusal:", "playbook:", "term:"
_SURER = 0.9  # how sure an article must be, where the words come near to something unsafe
# From this sureness on that it asks for something unsafe, nothing harmless is a plain answer to it.
_MAY_BE_UNSAFE = 0.06
_SMALL_TALK = 0.8  # how like its own words a message must be to be small talk, and no more than that
_NEGATIONS = frozenset(
    (
        "not",
        "never",
        "no",
        "without",
        "dont",
        "cant",
        "wont",
        "shouldnt",
        "isnt",
        "doesnt",
        "didnt",
        "arent",
        "cannot",
    )
)
# Questions that between them need everything that is built when it is first needed.
_NEED_EVERYTHING = ("who signs the batch record today", "what does oos mean")
_NOBODY = Asker("", "", frozenset(), frozenset(), "")
_SPECIFIC = re.compile(r"^(?=.*\d)(?=.*[a-z])[a-z0-9]{4,}$|^\d{4,}$")  # a batch, a room, a record


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a question, and why.

    `entry` is the one it is about: an article's id, or one of a refusal, playbook, command or term with what it is before
    it. `suggestions` are entries to choose from. `term` is one whose meaning is asked back, or told. `lowered` names the rules that
    made it less sure than the scorecard.
    """

    outcome: Outcome
    entry: str = ""
    sureness: float = 0.0
    suggestions: tuple[str, ...] = ()
    refusal: Refusal | None = None
    term: Term | None = None
    lowered: tuple[str, ...] = ()
    found: Found | None = None


@dataclass(frozen=True)
class Knowledge:
    """All that can be asked: articles, refusals, playbooks and commands, by one flat index.

    `others` gives, for a playbook or command by its entry id, ways to ask for it. `hash` stands for all content.
    `index_of` makes the index when it is first needed.
    """

    articles: Mapping[str, Article]
    glossary: Glossary
    refusals: Refusals
    others: Mapping[str, tuple[str, ...]]
    scorecard: Scorecard
    vocabulary: Vocabulary
    hash: str = ""
    index_of: IndexOf = index_of

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Everything that can be found, each with the ways to ask for it."""
        return (
            *(
                Entry(each.id, (each.question, *each.phrasings, *each.asked))
                for each in self.articles.values()
            ),
            *(Entry(name, phrasings) for name, phrasings in self.others.items()),
        )

    @cached_property
    def searcher(self) -> Searcher:
        """Finds entries; built when it is first asked."""
        return Searcher(self.entries, self.vocabulary, self.scorecard.typical, self.index_of)

    def make_ready(self) -> None:
        """Build now what is else built when it is first needed, so that whoever asks first waits no longer than others."""
        for text in _NEED_EVERYTHING:
            self.decide(text, _NOBODY)

    def allowed(self, asker: Asker) -> frozenset[str]:
        """The entries this person can be answered with."""
        articles = (name for name, article in self.articles.items() if article.is_for(asker))
        return frozenset((*articles, *self.others))

    def decide(self, text: str, asker: Asker) -> Decision:
        """What is done with the question `text` of this person."""
        found = self.searcher.search(text, self.allowed(asker))
        if refusal := self._refusal(text, found, may_be_answer=False, may_be_told=True):
            return _refused(refusal, found=found)
        if term := self.glossary.unclear(words_of(text)):
            return Decision("suggest", term=term, found=found, suggestions=self._of_meanings(term, found))
        if exact := self._exactly(text, asker):
            return Decision(self._outcome(exact), exact, 1.0, found=found)
        if term := self.glossary.asked_for(text):
            return self._meant(term, asker, found)
        if not found.hits:
            return Decision("unknown", found=found)
        sureness = self.scorecard.sureness(found.features)
        tier = "answer" if sureness >= self.scorecard.answer_from else "suggest"
        tier = tier if sureness >= self.scorecard.ask_from else "unknown"
        lowered = tuple(self._lowering(text, found))
        if lowered and tier == "answer":
            tier = "suggest"
        return self._decided(tier, sureness, lowered, found)

    def refusal_for(
        self, text: str, asker: Asker, *, may_be_answer: bool = False, may_be_told: bool = True
    ) -> Refusal | None:
        """The refusal for what `text` asks; None where it asks for nothing unsafe, or surely for what an article answers.

        `may_be_answer`: any words would do as an answer to what is asked now, so only what is put as a question counts.
        `may_be_told`: it may just tell what happened, so it must be surer.
        """
        found = self.searcher.search(text, self.allowed(asker))
        return self._refusal(text, found, may_be_answer=may_be_answer, may_be_told=may_be_told)

    def _refusal(self, text: str, found: Found, *, may_be_answer: bool, may_be_told: bool) -> Refusal | None:
        refusal = self.refusals.named_in(text) or self.refusals.nearest_to(
            text, self.rival(found), may_be_answer=may_be_answer, may_be_told=may_be_told
        )
        if refusal is None or not found.hits or found.hits[0].entry not in self.articles:
            return refusal
        return None if self.scorecard.sureness(found.features) >= self._surer_from else refusal

    @property
    def _surer_from(self) -> float:
        """How sure an article must be to be what was meant, where the words come near to something unsafe."""
        return max(_SURER, self.scorecard.answer_from)

    def rival(self, found: Found) -> Rival:
        """The nearest of what was found that asks for nothing unsafe."""
        nearest = next((hit for hit in found.hits if hit.entry in self.harmless), None)
        if nearest is None:
            return NO_RIVAL
        return Rival(nearest.score, found.features["alike"] if nearest is found.hits[0] else 0.0)

    @cached_property
    def harmless(self) -> frozenset[str]:
        """The entries by which nobody asks for anything unsafe."""
        return frozenset(entry.id for entry in self.entries) - self.unsafe

    @cached_property
    def unsafe(self) -> frozenset[str]:
        """The articles that turn down what is asked, or say who must hear of it."""
        return frozenset(each.id for each in self.articles.values() if each.is_refused or each.escalate)

    def _decided(self, tier: str, sureness: float, lowered: tuple[str, ...], found: Found) -> Decision:
        first = found.hits[0].entry
        if tier == "suggest":
            return Decision("suggest", "", sureness, self._suggestions(found), lowered=lowered, found=found)
        if tier == "unknown":
            return Decision("unknown", "", sureness, lowered=lowered, found=found)
        return Decision(self._outcome(first), first, sureness, lowered=lowered, found=found)

    def _exactly(self, text: str, asker: Asker) -> str:
        """The entry of which `text` is a phrasing, word for word; empty where it is none."""
        words = words_of(text)
        entry = self._by_words.get(tuple(words)) or self._by_words.get(tuple(without_greeting(words)), "")
        return entry if entry in self.allowed(asker) else ""

    @cached_property
    def _by_words(self) -> Mapping[tuple[str, ...], str]:
        return {
            tuple(words_of(phrasing)): entry.id
            for entry in reversed(self.entries)
            for phrasing in entry.phrasings
        }

    def _meant(self, term: Term, asker: Asker, found: Found) -> Decision:
        entry = self._by_term.get(term.term)
        if entry and entry in self.allowed(asker):
            return Decision(self._outcome(entry), entry, 1.0, found=found)
        return Decision("answer", f"{TERM}{term.term}", 1.0, term=term, found=found)

    @cached_property
    def _by_term(self) -> Mapping[str, str]:
        """For a term, the article that is asked for by asking what it means."""
        return {
            term.term: article.id
            for article in reversed(list(self.articles.values()))
            if article.kind == "article"
            for text in (article.question, *article.phrasings, *article.asked)
            if (term := self.glossary.asked_for(text))
        }

    def _outcome(self, entry: str) -> Outcome:
        article = self.articles.get(entry)
        if article is None:
            return "command"
        if article.kind == "stub":
            return "unknown"
        if article.is_refused:
            return "refuse"
        return "escalate" if article.escalate else "answer"

    def _lowering(self, text: str, found: Found) -> list[str]:
        """The rules by which the nearest entry may not be taken for the answer."""
        entry = found.hits[0].entry
        if entry in self.articles and self.articles[entry].kind == "stub":
            return []  # it names whom to ask, and claims nothing
        own = {word for phrasing in self._phrasings[entry] for word in words_of(phrasing)}
        asked = words_of(text)
        article = self.articles.get(entry)
        rules = []
        acronyms = [word for word in asked if word in self.glossary.protected and not self._has(word, own)]
        if acronyms:
            rules.append(f"acronym: {', '.join(acronyms)}")
        if (
            article
            and article.requires_any
            and not set(words_of(" ".join(article.requires_any))) & set(found.words)
        ):
            rules.append("requires_any")
        if specific := [word for word in asked if _SPECIFIC.match(word) and word not in own]:
            rules.append(f"specific: {', '.join(specific)}")
        if article and article.kind == "chitchat" and found.features["alike"] < _SMALL_TALK:
            rules.append("more than small talk")
        if entry in self.harmless and self.refusals.sureness(text, self.rival(found)) >= _MAY_BE_UNSAFE:
            rules.append("may be unsafe")
        if set(asked) & _NEGATIONS and not set(words_of(found.evidence)) & _NEGATIONS:
            rules.append("negation")
        return rules

    def _has(self, acronym: str, own: set[str]) -> bool:
        """Whether these words speak of it, by itself or by what it stands for."""
        term = self.glossary.find(acronym)
        return acronym in own or bool(term and term.expansion and set(words_of(term.expansion)) <= own)

    @cached_property
    def _phrasings(self) -> Mapping[str, tuple[str, ...]]:
        return {entry.id: entry.phrasings for entry in self.entries}

    def _suggestions(self, found: Found) -> tuple[str, ...]:
        return tuple(hit.entry for hit in found.hits[:MOST_SUGGESTIONS])

    def _of_meanings(self, term: Term, found: Found) -> tuple[str, ...]:
        """The nearest entries that speak of one of the meanings of a term."""
        meanings = [set(words_of(meaning)) for meaning in term.could_be]
        speaks = [
            hit.entry
            for hit in found.hits
            if any(
                meaning <= {word for each in self._phrasings[hit.entry] for word in words_of(each)}
                for meaning in meanings
            )
        ]
        return tuple(speaks[:MOST_SUGGESTIONS]) or self._suggestions(found)

    def record(self, text: str, decision: Decision) -> dict[str, object]:
        """What the decision rests on, for people who ask why: words, hits, features, limits, rules."""
        found, card = decision.found, self.scorecard
        return {
            "content": self.hash,
            "outcome": decision.outcome,
            "entry": decision.entry,
            "sureness": round(decision.sureness, 6),
            "limits": {"answer": card.answer_from, "ask": card.ask_from},
            "refusal": decision.refusal.id if decision.refusal else None,
            "unclear": decision.term.term if decision.term and decision.outcome == "suggest" else None,
            "lowered": list(decision.lowered),
            "words": list(found.words) if found else words_of(text),
            "mended": [list(pair) for pair in found.mended] if found else [],
            "written_out": [list(pair) for pair in found.expanded] if found else [],
            "evidence": found.evidence if found else "",
            "features": {name: round(value, 6) for name, value in found.features.items()} if found else {},
            "hits": [
                {
                    "entry": hit.entry,
                    "score": round(hit.score, 6),
                    "words": round(hit.words, 6),
                    "spelling": round(hit.spelling, 6),
                }
                for hit in (found.hits[:MOST_SUGGESTIONS] if found else ())
            ],
        }


def _refused(refusal: Refusal, sureness: float = 1.0, found: Found | None = None) -> Decision:
    outcome: Outcome = "escalate" if refusal.kind == "escalate" else "refuse"
    return Decision(outcome, f"{REFUSAL}{refusal.id}", sureness, refusal=refusal, found=found)


NOTHING_KNOWN = Knowledge(
    {},
    Glossary(()),
    NOTHING_REFUSED,
    {},
    Scorecard(Weights(0.0, {}), 2.0, 2.0, (1.0, 1.0)),
    Vocabulary({}),
)
