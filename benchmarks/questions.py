"""What the coach makes of people's questions: answered, asked back, refused, not known; on one half of those it was not made from.

python -m benchmarks.questions            # the half for developing, with every miss
python -m benchmarks.questions --locked   # the locked half: figures only; each look is logged in docs/validation.md
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

from benchmarks.support.figure import Figure, show
from benchmarks.support.questions import DEVELOPING, LOCKED, read_questions
from bot.content.reader import load_library
from knowledge.answer import Decision, Knowledge
from knowledge.article import REGIONS, Asker

EVERYWHERE = Asker("operator", "northfield", frozenset(REGIONS), frozenset(), "2026-11-26")


def main() -> None:
    is_locked = "--locked" in sys.argv[1:]
    known = load_library().knowledge
    questions = read_questions(LOCKED if is_locked else DEVELOPING)
    asked = [(each.entry, each.ask, known.decide(each.ask, EVERYWHERE)) for each in questions.known]
    third = [wanted in ranked(known, ask) for wanted, ask, _ in asked]
    plain = [(wanted, each) for wanted, _, each in asked if each.entry in known.articles]
    right = [is_right(known, wanted, each) for wanted, each in plain]
    resolved = [
        is_right(known, wanted, each) if each.entry else wanted in each.suggestions
        for wanted, _, each in asked
    ]
    show(
        Figure(f"{len(asked)} questions, among three", percent(third), "%", at_least=92),
        Figure("answered", 100 * len(plain) / len(asked), "%"),
        Figure("answers that are right", percent(right), "%", at_least=95),
        Figure("resolved: right, or among those asked back", percent(resolved), "%", at_least=80),
        Figure(
            f"{len(questions.far)} far messages answered",
            percent(answered(known, questions.far)),
            "%",
            at_most=3,
        ),
        Figure(
            f"{len(questions.near)} near messages answered",
            percent(answered(known, questions.near)),
            "%",
            at_most=8,
        ),
    )
    for what, values in (("among three", third), ("answers right", right), ("resolved", resolved)):
        low, high = interval(sum(values), len(values))
        print(f"  {what}: {100 * low:.1f} to {100 * high:.1f} % (Wilson, 95 %)")
    for wanted, ask, each in [] if is_locked else asked:
        if not (is_right(known, wanted, each) if each.entry else wanted in each.suggestions):
            print(f"    {ask!r} wants {wanted}: {each.outcome} {each.entry} {list(each.suggestions)}")


def ranked(known: Knowledge, ask: str) -> list[str]:
    """The three nearest articles."""
    hits = known.searcher.search(ask, known.articles).hits
    return [hit.entry for hit in hits[:3]]


def is_right(known: Knowledge, wanted: str, decision: Decision) -> bool:
    """Whether it is what was wanted; a refusal is, where the article refuses as well, or says whom to tell."""
    article = known.articles[wanted]
    if decision.refusal:
        return article.is_refused or bool(article.escalate)
    return decision.entry == wanted


def answered(known: Knowledge, texts: Sequence[str]) -> list[bool]:
    """For each message, whether an article was given as its answer; a topic that we do not cover is no answer."""
    decisions = [known.decide(text, EVERYWHERE) for text in texts]
    return [
        each.entry in known.articles and known.articles[each.entry].kind == "article" for each in decisions
    ]


def percent(values: Sequence[bool]) -> float:
    return 100 * sum(values) / len(values) if values else math.nan


def interval(hits: int, of: int) -> tuple[float, float]:
    """Wilson's interval of a share, 95 %."""
    z = 1.96
    middle = (hits + z * z / 2) / (of + z * z)
    spread = z * math.sqrt(hits * (of - hits) / of + z * z / 4) / (of + z * z)
    return middle - spread, middle + spread


if __name__ == "__main__":
    main()
