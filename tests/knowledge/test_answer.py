"""What is decided about a question: what may lower an answer, and what outweighs a refusal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge.answer import NOTHING_KNOWN, Knowledge
from knowledge.article import Article, Asker
from knowledge.glossary import Glossary, Term
from knowledge.refusal import Judge, Refusal, Refusals
from knowledge.scorecard import Scorecard, Weights
from tests.knowledge.known import EVERYBODY, known

SOMEBODY = Asker("operator", "here", frozenset(), frozenset(), "2026-11-26")
SURE, SURER = 0.75, 0.95


def article(name: str, *phrasings: str, **more) -> Article:
    kind = more.pop("kind", "article")
    return Article(
        name, kind, "plant", phrasings[0], phrasings, "So it is.", effective_from="2026-01-05", **more
    )


TAPE = article("red-tape", "what does the red tape mean", "red tape on the drum", "meaning of red tape")
MENTOR = article("mentor", "what is a mentor for", "what does my mentor do", "the work of a mentor")
TIRED = article("tired", "i am tired", "so tired tonight", "tired", kind="chitchat")
LIMIT = article("stub-limit", "limit of the mixer", "mixer limit", "what is the mixer limit", kind="stub")
KEPT = article("kept", "may i throw the drum away", "bin the old drum", "is the drum waste", is_refused=True)
AWAY = Refusal(
    "away", "Throw it away", "refuse", (("throw",),), "Then it is gone.", "Keep it.", ("lead",), ("A-01",),
    phrasings=("can i throw the tape away", "tape goes in the bin"),
)  # fmt: skip


def knowing(sureness: float = SURE, unsafe: float = 0.0) -> Knowledge:
    """Knowledge that is always this sure of the nearest entry, and always as sure that something unsafe is asked."""
    articles = {each.id: each for each in (TAPE, MENTOR, TIRED, LIMIT, KEPT)}
    words = {"throw": ("throw*",), "asking": ("can i", "may i"), "informing": ("means",)}
    return replace(
        NOTHING_KNOWN,
        articles=articles,
        glossary=Glossary([Term("OOT", could_be=("out of trend", "out of tolerance"), is_acronym=True)]),
        refusals=Refusals(words, (AWAY,), judge=Judge(constant(unsafe), 0.5)),
        scorecard=Scorecard(constant(sureness), 0.7, 0.3, (0.5, 0.5)),
    )


def constant(sureness: float) -> Weights:
    """Weights by which everything is as sure as this."""
    return Weights({0.0: -9.0, 0.1: -2.2, 0.75: 1.1, 0.95: 2.95}[sureness], {})


@pytest.mark.parametrize(
    ("unsafe", "outcome", "lowered"), [(0.0, "answer", ()), (0.1, "suggest", ("may be unsafe",))]
)
def test_what_may_be_unsafe_gets_no_plain_answer_from_what_is_harmless(unsafe, outcome, lowered):
    decision = knowing(unsafe=unsafe).decide("the red tape on my drum", SOMEBODY)

    assert (decision.outcome, decision.lowered) == (outcome, lowered)


def test_what_turns_it_down_is_told_though_it_may_be_unsafe():
    assert knowing(unsafe=0.1).decide("throwing the drum in the bin", SOMEBODY).entry == "kept"


def test_small_talk_answers_nothing_that_says_more():
    assert knowing().decide("tired!", SOMEBODY).entry == "tired"
    decision = knowing().decide("so tired tonight that the sheet stays empty", SOMEBODY)

    assert (decision.outcome, decision.lowered) == ("suggest", ("more than small talk",))


def test_a_topic_that_is_not_covered_is_said_whatever_number_was_asked_for():
    decision = knowing().decide("what is the mixer limit of m1234", SOMEBODY)

    assert (decision.outcome, decision.entry, decision.lowered) == ("unknown", "stub-limit", ())


@pytest.mark.parametrize(("sureness", "refused"), [(SURE, True), (SURER, False)])
def test_only_an_article_that_is_surely_meant_outweighs_a_refusal(sureness, refused):
    decision = knowing(sureness).decide("can i throw the red tape on the drum", SOMEBODY)

    assert (decision.refusal is not None) is refused


def test_a_question_is_known_word_for_word_behind_a_greeting():
    decision = knowing().decide("Good morning coach! What is a mentor for?", SOMEBODY)

    assert (decision.entry, decision.sureness) == ("mentor", 1.0)


def test_a_term_with_two_meanings_that_nothing_speaks_of_offers_what_is_near():
    decision = knowing().decide("oot of the red tape", SOMEBODY)

    assert decision.term
    assert decision.suggestions[0] == "red-tape"


def test_what_was_made_ready_builds_nothing_more_when_it_is_asked():
    shipped = known()
    ready = replace(shipped, refusals=replace(shipped.refusals))
    ready.make_ready()
    built = {*vars(ready)}, {*vars(ready.refusals)}
    for text in (
        "how long may a deviation stay open",
        "what is oot",
        "can i just reinject it",
        "thanks",
        "flux capacitor",
        "we threw the vials away. is that a deviation?",
    ):
        ready.decide(text, EVERYBODY)
    assert ({*vars(ready)}, {*vars(ready.refusals)}) == built
