"""The files of words: glossary, chat shorthand, common words, messages nobody answers, and the scorecard; their shapes."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pydantic import BaseModel, ConfigDict, Field, RootModel

from bot.content.site_file import Raw
from knowledge.glossary import Glossary, Term
from knowledge.refusal import SIGNS as REFUSAL_SIGNS
from knowledge.refusal import Judge
from knowledge.scorecard import SIGNS, Scorecard, Weights
from knowledge.words import words_of
from playbooks.errors import Problem


class RawTerm(Raw):
    """One term; see `knowledge.glossary.Term`."""

    term: str
    expansion: str = ""
    meaning: str = ""
    aliases: list[str] = Field(default_factory=list)
    misspellings: list[str] = Field(default_factory=list)
    searched_as: str = ""
    protected: bool = False
    everyday: bool = False
    not_to_confuse_with: list[str] = Field(default_factory=list)
    could_be: list[str] = Field(default_factory=list)


class RawGlossary(RootModel[list[RawTerm]]):
    """The glossary's file."""


class RawShorthand(RootModel[dict[str, str]]):
    """The file of shorthand: what is typed, and what it stands for."""


class RawAsked(RootModel[dict[str, list[str]]]):
    """A file of more ways to ask: for each article, what people typed who are not its author."""


class RawAbstain(Raw):
    """Messages that nothing answers, far from our field and near it: enough of each to set limits by."""

    far: list[str] = Field(min_length=100)
    near: list[str] = Field(min_length=100)


class RawCard(BaseModel):
    """A scorecard as a program makes it: what it was made from, what each feature weighs, and its limits."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    made_from: str
    intercept: float
    weights: dict[str, float]


class RawScorecard(RawCard):
    """How sure an answer is; see `knowledge.scorecard.Scorecard`."""

    answer_from: float
    ask_from: float
    typical: tuple[float, float]


class RawJudge(RawCard):
    """How sure it is that something unsafe is asked; see `knowledge.refusal.Judge`."""

    likely_from: float


def glossary_of(raw: RawGlossary) -> Glossary:
    """The glossary that the file holds."""
    return Glossary(
        [
            Term(
                each.term,
                each.expansion,
                each.meaning,
                tuple(each.aliases),
                tuple(each.misspellings),
                each.searched_as,
                each.protected,
                each.everyday,
                tuple(each.not_to_confuse_with),
                tuple(each.could_be),
            )
            for each in raw.root
        ]
    )


def glossary_problems(raw: RawGlossary) -> Iterator[Problem]:
    """Two terms written in the same way, and terms named that are not there."""
    owners: dict[tuple[str, ...], str] = {}
    terms = {each.term for each in raw.root}
    for number, each in enumerate(raw.root):
        own = [each.term, *filter(None, [each.expansion]), *each.aliases, *each.misspellings]
        for name in dict.fromkeys(own):
            words = tuple(words_of(name))
            if owners.setdefault(words, each.term) != each.term:
                found = f"{name!r} is a way to write {owners[words]!r} too"
                yield Problem((number, "term"), found, "keep it with one of them")
        for other in each.not_to_confuse_with:
            if other not in terms:
                yield Problem(
                    (number, "not_to_confuse_with"), f"no term {other!r}", "add it, or leave it out"
                )


def abstain_problems(raw: RawAbstain, phrasings: Collection[tuple[str, ...]]) -> Iterator[Problem]:
    """A message that stands there twice, and one that is a way to ask for something; `phrasings` are those, in words."""
    seen: set[tuple[str, ...]] = set()
    for part, messages in (("far", raw.far), ("near", raw.near)):
        for number, message in enumerate(messages):
            words = tuple(words_of(message))
            if words in seen:
                yield Problem((part, number), f"{message!r} stands here twice", "leave one out")
            if words in phrasings:
                yield Problem((part, number), f"{message!r} is answered", "leave it out")
            seen.add(words)


def common_words(text: str) -> frozenset[str]:
    """The words of a file of one a line; a line that begins with # is a remark."""
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def scorecard_of(raw: RawScorecard) -> Scorecard:
    """The scorecard that the file holds."""
    weights = Weights(raw.intercept, {name: raw.weights.get(name, 0.0) for name in SIGNS})
    return Scorecard(weights, raw.answer_from, raw.ask_from, raw.typical)


def judge_of(raw: RawJudge) -> Judge:
    """The judge of unsafe requests that the file holds."""
    weights = Weights(raw.intercept, {name: raw.weights.get(name, 0.0) for name in REFUSAL_SIGNS})
    return Judge(weights, raw.likely_from)
