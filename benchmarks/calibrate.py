"""Makes the cards by which the coach judges how sure it is: `knowledge/scorecard.json` and `knowledge/refusal_card.json`.

Run it when entries, phrasings or refusals have changed, and look at the difference in review. The same content gives the
same cards.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.support.figure import Figure, show
from benchmarks.support.questions import DEVELOPING, read_questions
from bot.content.glossary_file import RawAbstain
from bot.content.knowledge_shelf import REFUSAL_CARD, SCORECARD
from bot.content.reader import read_shelf
from bot.content.scenario_file import RawScenario
from bot.strict_yaml import read, read_all
from knowledge.answer import Knowledge
from knowledge.calibration import (
    Asked,
    Limits,
    calibrated,
    entries_left_out,
    nobody_answers,
    out_of_fold,
    typical_reach,
)
from knowledge.refusal import SIGNS, Judge, Refusals
from knowledge.scorecard import Features, Weights, fitted
from knowledge.search import Found, Searcher

KNOWLEDGE = Path(__file__).parents[1] / "knowledge"
LIBRARY = KNOWLEDGE.parent / "playbooks" / "library"
FOLDS = 5
FEWEST_WORDS = 4
LEFT_OUT = 4  # of the phrasings of entries left out, one in so many counts
HARMLESS = 5  # of the phrasings out of fold, one in so many counts as an innocent message
FALSE_REFUSALS = 0.10  # of messages that ask for nothing unsafe, so many may be taken for one that does


def main() -> None:
    known = read_shelf(tries=()).library.knowledge
    typical = typical_reach(known.entries, known.vocabulary)
    asked = list(out_of_fold(known.entries, known.vocabulary, typical))
    make_scorecard(known, asked, typical)
    make_judge(known, asked[::HARMLESS])


def make_scorecard(known: Knowledge, asked: Sequence[Asked], typical: tuple[float, float]) -> None:
    """Articles' phrasings out of fold; strangers' questions of the half for developing; and entries left out.

    What asks for a playbook is not counted, because an article that offers it answers too; nor messages that come nearest to
    a topic that we say we do not cover, or to small talk: those get what they should.
    """
    searcher = Searcher(known.entries, known.vocabulary, typical)
    strangers = read_questions(DEVELOPING)
    written = [
        each for each in nobody_answers(unanswered(), searcher) if would_be_answered(known, each.found)
    ]
    left_out = list(entries_left_out(known.entries, known.vocabulary, typical))[::LEFT_OUT]
    people = [Asked(each.ask, each.entry, searcher.search(each.ask)) for each in strangers.known]
    for_articles = [each for each in asked if each.entry in known.articles]
    card = calibrated((*for_articles, *people), written, left_out, typical, Limits())
    hits = [each for each in people if each.is_hit]
    show(
        Figure("phrasings out of fold, first", share([float(each.is_hit) for each in asked], 1), "%"),
        Figure("people's questions for developing, first", 100 * len(hits) / len(people), "%"),
        Figure("limit to answer", card.answer_from, ""),
        Figure("limit to ask back", card.ask_from, ""),
    )
    write(
        SCORECARD,
        known.hash,
        card.weights,
        answer_from=card.answer_from,
        ask_from=card.ask_from,
        typical=[rounded(value) for value in typical],
    )


def unanswered() -> list[str]:
    """Every message that was written for it that nobody answers it; the locked ones stay out."""
    ours = RawAbstain.model_validate(read((KNOWLEDGE / "abstain.yaml").read_bytes(), "abstain.yaml").data)
    strangers = read_questions(DEVELOPING)
    return [*strangers.far, *strangers.near, *ours.far, *ours.near]


def accounts() -> list[str]:
    """What happened, and what was answered, in the scenarios of the playbooks; a few words alone tell nothing."""
    texts = []
    for path in sorted(LIBRARY.glob("*.test.yaml")):
        for document in read_all(path.read_bytes(), path.name):
            scenario = RawScenario.model_validate(document.data)
            texts += [
                scenario.scenario,
                *(each for each in scenario.answers.values() if isinstance(each, str)),
            ]
    return [each for each in dict.fromkeys(texts) if len(each.split()) >= FEWEST_WORDS]


def would_be_answered(known: Knowledge, found: Found) -> bool:
    """Whether what comes nearest says something about our field, be it an article or a playbook."""
    article = known.articles.get(found.hits[0].entry) if found.hits else None
    return article is None or article.kind == "article"


def make_judge(known: Knowledge, asked: Sequence[Asked]) -> None:
    """Each message asked while it is left out; the limits by how many innocent ones may pass.

    What asks for an article out of fold is innocent, where the article is harmless; and so is what nobody answers, and what
    people only tell: in the scenarios of the playbooks.
    """
    rows: list[Features] = []
    unsafe: list[bool] = []
    for fold in range(FOLDS):
        kept = without(known.refusals, fold)
        requests = (text for each in known.refusals.each for text in each.phrasings[fold::FOLDS])
        innocent = (
            *(text for each in known.refusals.each for text in each.innocent[fold::FOLDS]),
            *known.refusals.innocent[fold::FOLDS],
        )
        for texts, is_unsafe in ((requests, True), (innocent, False)):
            for text in texts:
                rows.append(kept.features(text, known.rival(known.searcher.search(text)))[0])
                unsafe.append(is_unsafe)
    harmless_asked = (each for each in asked if each.entry in known.harmless)
    for each in (*harmless_asked, *nobody_answers((*unanswered(), *accounts()), known.searcher)):
        rows.append(known.refusals.features(each.text, known.rival(each.found))[0])
        unsafe.append(False)
    weights = fitted(rows, unsafe, SIGNS)
    sureness = [weights.sureness(row) for row in rows]
    harmless = sorted(sure for sure, is_unsafe in zip(sureness, unsafe, strict=True) if not is_unsafe)
    judge = Judge(weights, limit(harmless, FALSE_REFUSALS))
    harmful = [sure for sure, is_unsafe in zip(sureness, unsafe, strict=True) if is_unsafe]
    show(
        Figure("unsafe requests found", share(harmful, judge.likely_from), "%"),
        Figure("innocent messages taken for one", share(harmless, judge.likely_from), "%"),
    )
    write(REFUSAL_CARD, known.hash, weights, likely_from=judge.likely_from)


def without(refusals: Refusals, fold: int) -> Refusals:
    """The refusals without every fifth of their messages."""
    return replace(
        refusals,
        each=[
            replace(each, phrasings=left(each.phrasings, fold), innocent=left(each.innocent, fold))
            for each in refusals.each
        ],
        innocent=left(refusals.innocent, fold),
    )


def left(texts: Sequence[str], fold: int) -> tuple[str, ...]:
    return tuple(text for number, text in enumerate(texts) if number % FOLDS != fold)


def limit(ordered: Sequence[float], share: float) -> float:
    """The sureness that this share of them passes."""
    return math.nextafter(ordered[math.ceil((1 - share) * len(ordered)) - 1], math.inf)


def share(values: Iterable[float], limit: float) -> float:
    """How many percent of these reach the limit."""
    passed = [value >= limit for value in values]
    return 100 * sum(passed) / len(passed)


def write(name: str, content: str, weights: Weights, **limits: object) -> None:
    card: Mapping[str, object] = {
        "made_from": content,
        "intercept": rounded(weights.intercept),
        "weights": {feature: rounded(weight) for feature, weight in weights.by_feature.items()},
        **{key: rounded(value) if isinstance(value, float) else value for key, value in limits.items()},
    }
    (KNOWLEDGE / name).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def rounded(value: float) -> float:
    return round(value, 6)


if __name__ == "__main__":
    main()
