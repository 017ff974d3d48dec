"""All that can be asked, read from its files: articles, glossary, shorthand, common words and the scorecard."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from rapidfuzz import fuzz, process

from bot.content.article_file import RawArticle, article_of, article_problems, split
from bot.content.files import Files
from bot.content.glossary_file import (
    RawAbstain,
    RawAsked,
    RawCard,
    RawGlossary,
    RawJudge,
    RawScorecard,
    RawShorthand,
    abstain_problems,
    common_words,
    glossary_of,
    glossary_problems,
    judge_of,
    scorecard_of,
)
from bot.content.refusal_file import RawRefusal, RawWords, order_problems, refusal_problems, refusals_of
from bot.strict_yaml import Document, YamlRefused
from knowledge.answer import PLAYBOOK, Knowledge
from knowledge.article import Article
from knowledge.glossary import Glossary
from knowledge.refusal import NO_JUDGE, NOTHING_REFUSED, Judge
from knowledge.scorecard import Scorecard, Weights
from knowledge.search import Vocabulary
from knowledge.words import words_of
from playbooks.errors import Problem
from playbooks.loader import nearest
from playbooks.run import hash_of
from playbooks.script import Script

SCORECARD, REFUSAL_CARD = "scorecard.json", "refusal_card.json"  # made by benchmarks/calibrate.py
R = TypeVar("R", bound=RawCard)
_TOO_ALIKE = 92  # of two phrasings of different articles, in percent
_MOST_APART = 3  # times as many ways to ask, one article and another of its kind


@dataclass(slots=True)
class KnowledgeShelf(Files):
    """Reads what can be asked, piece by piece."""

    articles: dict[str, tuple[Article, Document]] = field(default_factory=dict)
    texts: dict[str, object] = field(default_factory=dict)
    glossary: Glossary = field(default_factory=lambda: Glossary(()))
    shorthand: Mapping[str, str] = field(default_factory=dict)
    common: frozenset[str] = frozenset()
    abstain: tuple[RawAbstain, Document] | None = None
    scorecard: Scorecard | None = None
    judge: Judge = NO_JUDGE
    refusals: dict[str, tuple[RawRefusal, Document]] = field(default_factory=dict)
    refusal_words: tuple[RawWords, Document] | None = None

    def read(self, folder: Path) -> None:
        """Read everything in the folder of the package."""
        self.read_articles(folder / "articles")
        self.read_asked(folder / "asked")
        self.read_refusals(folder)
        for document in self.documents(folder / "glossary.yaml", at_most=1):
            if raw := self.shaped(RawGlossary, document.data, document):
                self.texts["glossary"] = document.data
                self.problems(document, glossary_problems(raw))
                self.glossary = glossary_of(raw)
        for document in self.documents(folder / "shorthand.yaml", at_most=1):
            if shorthand := self.shaped(RawShorthand, document.data, document):
                self.texts["shorthand"] = document.data
                self.shorthand = shorthand.root
        for document in self.documents(folder / "abstain.yaml", at_most=1):
            if abstain := self.shaped(RawAbstain, document.data, document):
                self.abstain = (abstain, document)
        if (text := self.content(folder / "common_words.txt")) is not None:
            self.common = common_words(text.decode("utf-8"))
        if card := self.read_made(RawScorecard, folder / SCORECARD):
            self.scorecard = scorecard_of(card)
        if judge := self.read_made(RawJudge, folder / REFUSAL_CARD):
            self.judge = judge_of(judge)

    def read_articles(self, folder: Path) -> None:
        """Read every article of a folder and its folders; one of a site's own takes the place of a shipped one."""
        for path in sorted(folder.glob("**/*.md")):
            if (content := self.content(path)) is None:
                continue
            try:
                document, body = split(content, str(path), self.cache.read)
            except YamlRefused as refused:
                self.found(path, refused.problem, refused.remedy, line=refused.line)
                continue
            if raw := self.shaped(RawArticle, document.data, document):
                article, problems = article_of(raw, body)
                if article.id != path.stem:
                    found = f"'id: {article.id}' stands in {path.name}"
                    problems.append(Problem(("id",), found, f"rename the file {article.id}.md"))
                self.problems(document, problems)
                self.articles[article.id] = (article, document)
                self.texts[article.id] = [document.data, body]

    def read_asked(self, folder: Path) -> None:
        """Read more ways to ask for the articles."""
        for path in sorted(folder.glob("*.yaml")):
            for document in self.documents(path, at_most=1):
                if raw := self.shaped(RawAsked, document.data, document):
                    self.texts[f"asked {path.stem}"] = document.data
                    self._add_asked(raw.root, document)

    def _add_asked(self, asked: Mapping[str, list[str]], document: Document) -> None:
        for name, texts in asked.items():
            if name not in self.articles:
                found = f"unknown article {name!r}"
                self.problems(document, [Problem((name,), found, nearest(name, self.articles))])
                continue
            article, own = self.articles[name]
            self.articles[name] = (replace(article, asked=(*article.asked, *texts)), own)

    def read_refusals(self, folder: Path) -> None:
        """Read what is never advised, and the words it is told by."""
        for document in self.documents(folder / "refusal_words.yaml", at_most=1):
            if words := self.shaped(RawWords, document.data, document):
                self.texts["refusal_words"] = document.data
                self.refusal_words = (words, document)
        for path in sorted((folder / "refusals").glob("*.yaml")):
            for document in self.documents(path, at_most=1):
                if raw := self.shaped(RawRefusal, document.data, document):
                    self.texts[f"refusal {raw.id}"] = document.data
                    self.refusals[raw.id] = (raw, document)

    def read_made(self, model: type[R], path: Path) -> R | None:
        """A card that a program makes; None where it is no such card."""
        if (made := self.content(path)) is None:
            return None
        try:
            return model.model_validate_json(made)
        except ValidationError:
            self.found(path, "this is no such card", "make it again: python -m benchmarks.calibrate")
            return None

    def check(self, forces: Mapping[str, str], playbooks: Mapping[str, Script], today: str | None) -> None:
        """Judge the articles together: what each refers to.

        With `today`, what only their authors need hear as well: phrasings that two of them share, or too few of them.
        """
        for article, document in self.articles.values():
            self.problems(document, article_problems(article, self.articles, forces, playbooks, today))
        if self.refusal_words:
            words, document = self.refusal_words
            self.problems(document, order_problems(words, self.refusals))
            for refusal, own in self.refusals.values():
                self.problems(own, refusal_problems(refusal, words.words, forces, playbooks))
        if self.abstain:
            unanswered, document = self.abstain
            asked = {
                tuple(words_of(text))
                for article, _ in self.articles.values()
                for text in (article.question, *article.phrasings, *article.asked)
            }
            self.problems(document, abstain_problems(unanswered, asked))
        if today:
            self.balance()
            self.near_twins()

    def balance(self) -> None:
        """Note articles with far fewer ways to ask for them than others of their kind: those would draw questions away."""
        ways = {name: len(each.phrasings) + len(each.asked) for name, (each, _) in self.articles.items()}
        most: dict[str, int] = {}
        for name, (article, _) in self.articles.items():
            most[article.kind] = max(most.get(article.kind, 0), ways[name])
        for name, (article, document) in self.articles.items():
            if ways[name] * _MOST_APART < most[article.kind]:
                found = (
                    f"{ways[name]} ways to ask for it, and another {article.kind} has {most[article.kind]}"
                )
                remedy = "have others write more into knowledge/asked, or shorten the other"
                problem = Problem(("phrasings",), found, remedy, is_warning=True)
                self.problems(document, [problem])

    def near_twins(self) -> None:
        """Note phrasings of different articles that are nearly the same."""
        written = sorted(
            (
                (" ".join(sorted(words_of(phrasing))), article, document, number)
                for article, document in self.articles.values()
                for number, phrasing in enumerate(article.phrasings)
            ),
            key=lambda each: (len(each[0]), each[0], each[1].id, each[3]),
        )
        texts = [text for text, _, _, _ in written]
        lengths = [len(text) for text in texts]
        for place, (text, article, document, number) in enumerate(written):
            # Of two texts that are so alike, the longer one has few letters more.
            end = bisect_right(lengths, len(text) * (200 - _TOO_ALIKE) / _TOO_ALIKE)
            near = process.extract_iter(
                text, texts[place + 1 : end], scorer=fuzz.ratio, score_cutoff=_TOO_ALIKE
            )
            for other in sorted({written[place + 1 + index][1].id for _, _, index in near} - {article.id}):
                found = f"{article.phrasings[number]!r} is nearly a phrasing of {other}"
                problem = Problem(("phrasings", number), found, "keep it with one of them", is_warning=True)
                self.problems(document, [problem])

    def knowledge(self, scripts: Mapping[str, Script]) -> Knowledge:
        """All that was read, ready to be asked. A scorecard that could not be read answers nothing."""
        articles = {name: article for name, (article, _) in sorted(self.articles.items())}
        card = self.scorecard or Scorecard(Weights(0.0, {}), 2.0, 2.0, (1.0, 1.0))
        expansions = {**self.shorthand, **self.glossary.expansions}
        vocabulary = Vocabulary(expansions, self.common, self.glossary.protected)
        refusals = NOTHING_REFUSED
        if self.refusal_words:
            each = {name: raw for name, (raw, _) in self.refusals.items()}
            refusals = refusals_of(self.refusal_words[0], each, vocabulary, self.judge)
        others = {f"{PLAYBOOK}{name}": (script.title, *script.phrasings) for name, script in scripts.items()}
        return Knowledge(articles, self.glossary, refusals, others, card, vocabulary, hash_of(self.texts))
