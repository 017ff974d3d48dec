"""No claim without its fact: each source stands in the fact sheet, is as sure as it says there, and is worded with its force."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from bot.content.force_check import force_problems
from bot.content.source_file import RawSource, RawSources
from bot.strict_yaml import read
from playbooks.answer import options_of
from playbooks.script import Ask, Finish, Say, Step, Stop
from tests.content import shipped_library

HERE = Path(__file__).parent
SOURCES = HERE.parents[1] / "knowledge" / "sources.yaml"
UNSURE = frozenset({"unverified", "own_design"})
SURENESS = ("practice", "secondary", "secondary_quotes", "verified_translation", "verified")
BINDING = frozenset({"law", "GMP guide", "guidance"})
NAMES_A_TEXT = re.compile(
    r"\b(?:21 CFR|CFR|EU GMP|EudraLex|Annex \d+|Chapter \d+|ICH|Q9|Q10|FDA|MHRA|EMA|PIC/S|PI 041|ISO \d+|WHO)\b"
)
BINDS = re.compile(
    r"\b(?:the law|by law|legally|regulations?|GMP (?:requires|expects)|guide expects|guidance)\b"
)


@cache
def in_the_sheet() -> dict[str, list[str]]:
    data = read((HERE / "fact_status.yaml").read_bytes(), "fact_status.yaml").data
    return TypeAdapter(dict[str, list[str]]).validate_python(data)


@cache
def sources() -> dict[str, RawSource]:
    raw = RawSources.model_validate(read(SOURCES.read_bytes(), SOURCES.name).data)
    return {source.id: source for source in raw.root}


def statuses(source_id: str) -> list[str]:
    """How the sheet marks this fact; a source that names one clause of several has the fact's id before its last dash."""
    sheet = in_the_sheet()
    while source_id not in sheet and "-" in source_id:
        source_id = source_id.rpartition("-")[0]
    return sheet.get(source_id, [])


@pytest.mark.parametrize("source_id", sources())
def test_every_source_is_a_fact_of_the_sheet(source_id):
    assert statuses(source_id), f"{source_id} is no row and no section of the fact sheet"


@pytest.mark.parametrize("source_id", sources())
def test_what_was_not_verified_or_is_our_own_is_never_shown_as_a_fact(source_id):
    source, marks = sources()[source_id], set(statuses(source_id))
    if marks <= UNSURE | {"practice"}:
        assert source.force == "practice", f"{source_id} is {', '.join(sorted(marks))} in the sheet"
    assert not marks <= UNSURE or source.status == "practice"


@pytest.mark.parametrize("source_id", sources())
def test_no_source_claims_to_be_surer_than_the_sheet(source_id):
    claimed = SURENESS.index(sources()[source_id].status)
    best = max((SURENESS.index(mark) for mark in statuses(source_id) if mark not in UNSURE), default=0)
    assert claimed <= best, (
        f"{source_id} says {sources()[source_id].status}; the sheet has {statuses(source_id)}"
    )


# What is said to people


def said_by(step: Step) -> Iterator[str]:
    """Everything that a step can say."""
    yield from (step.why, step.hint)
    match step.does:
        case Ask() as ask:
            yield ask.text
            yield from (option.hint for option in options_of(ask))
            yield ask.unknown.say if ask.unknown else ""
        case Say(text) | Finish(text):
            yield text
        case Stop(say=text, if_no_answer=fallback):
            yield text
            yield fallback.say if fallback else ""
        case _:
            pass


def spoken() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every text of the playbooks, refusals and articles that a person can read, where it stands, and what is cited with it."""
    library = shipped_library()
    for name, book in library.playbooks.items():
        for step in book.script.steps:
            for text in filter(None, said_by(step)):
                yield f"{name}, {step.id}", text, step.cite
        for clock in book.script.clocks.values():
            for text in (clock.say, clock.when_late.say if clock.when_late else ""):
                yield f"{name}, clock {clock.id}", text, clock.cite
    for refusal in library.knowledge.refusals.each:
        for text in (refusal.reason, refusal.instead):
            yield f"refusal {refusal.id}", text, refusal.cite
    for article in library.knowledge.articles.values():
        for part, text in (("answer", article.answer), *article.parts.items(), *article.by_region.items()):
            yield f"article {article.id}, {part}", text, article.cite


ALL = tuple(spoken())


def test_a_text_that_names_a_rule_cites_it():
    bare = [
        f"{where}: {text}" for where, text, cited in ALL if NAMES_A_TEXT.search(text) and not binding(cited)
    ]
    assert bare == []


def test_practice_is_never_worded_as_if_it_were_binding():
    wrong = [f"{where}: {text}" for where, text, cited in ALL if BINDS.search(text) and not binding(cited)]
    assert wrong == []


def test_nothing_that_is_cited_allows_less_than_the_words_beside_it():
    wrong = [
        f"{where}: {problem.found}"
        for where, text, cited in ALL
        if where.startswith(("article", "refusal"))
        for problem in force_problems("text", text, {sources()[each].force for each in cited})
    ]
    assert wrong == []


def test_nothing_that_was_not_verified_or_is_our_own_stands_alone_behind_an_article():
    for article in shipped_library().knowledge.articles.values():
        marks = {mark for each in article.cite for mark in statuses(each)}
        assert not marks or not marks <= UNSURE or article.topic == "product", article.id


def test_everything_cited_is_there():
    missing = {(where, each) for where, _, cited in ALL for each in cited if each not in sources()}
    assert missing == set()


def binding(cited: tuple[str, ...]) -> bool:
    """Whether one of these is more than practice."""
    return any(sources()[each].force in BINDING for each in cited if each in sources())
