"""Words stand for one thing: acronyms are kept, what has two meanings is asked, and nothing is written out into another term."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.glossary_file import (
    RawAbstain,
    RawGlossary,
    RawShorthand,
    abstain_problems,
    common_words,
    glossary_of,
    glossary_problems,
)
from bot.strict_yaml import read
from knowledge.glossary import Glossary, Term, ways_to_write
from knowledge.repair import Repairer
from knowledge.search import Searcher, Vocabulary
from knowledge.words import words_of

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


def data(name: str) -> object:
    return read((KNOWLEDGE / name).read_bytes(), name).data


RAW = RawGlossary.model_validate(data("glossary.yaml"))
GLOSSARY = glossary_of(RAW)
SHORTHAND = RawShorthand.model_validate(data("shorthand.yaml")).root
COMMON = common_words((KNOWLEDGE / "common_words.txt").read_text())
WRITTEN_OUT = {tuple(words_of(short)): words_of(long) for short, long in GLOSSARY.expansions.items()}
TYPED = {tuple(words_of(short)): words_of(long) for short, long in SHORTHAND.items()}

# A plant means one thing by each of these everyday words; of the others everybody does.
PLANT_WORDS = {
    "lab",
    "labs",
    "spec",
    "specs",
    "cal",
    "std",
    "vol",
    "micro",
    "chem",
    "docs",
    "sig",
    "pics",
    "dept",
    "qty",
}
CHAT_WORDS = {"gonna", "wanna", "gotta", "thru", "whats", "cant", "hrs", "yrs", "approx", "avg"}
MUST_BE_KNOWN = [
    "OOS",
    "OOT",
    "OOE",
    "CAPA",
    "QP",
    "QA",
    "QC",
    "RCA",
    "DI",
    "ALCOA",
    "FAR",
    "NDA",
    "ANDA",
    "BLA",
    "GMP",
    "cGMP",
    "GLP",
    "GCP",
    "GDP",
    "GAMP",
    "CSV",
    "CSA",
    "ICH",
    "FDA",
    "EMA",
    "MHRA",
    "EDQM",
    "USP",
    "EP",
    "BP",
    "JP",
    "HPLC",
    "GC",
    "UV",
    "KF",
    "LOD",
    "LOQ",
    "SST",
    "TAMC",
    "TYMC",
    "CFU",
    "EM",
    "BET",
    "LAL",
    "WFI",
    "PW",
    "HVAC",
    "HEPA",
    "LIMS",
    "ELN",
    "CDS",
    "QMS",
    "eQMS",
    "MES",
    "ERP",
    "SAP",
    "BMR",
    "BPR",
    "MBR",
    "CoA",
    "CoC",
    "CMO",
    "CRO",
    "CDMO",
    "QTA",
    "API",
    "IPC",
    "FMEA",
    "HACCP",
    "SPC",
    "Cpk",
    "Ppk",
    "I-MR",
    "CPV",
    "PPQ",
    "IQ",
    "OQ",
    "PQ",
    "DQ",
    "URS",
    "FAT",
    "SAT",
    "VMP",
    "PV",
    "AQL",
    "OTIF",
    "MKT",
    "DMRC",
    "RAS",
    "PQR",
    "APR",
    "PSF",
    "MAH",
    "MA",
    "QRM",
    "Q9",
    "Q10",
    "SOP",
    "EC",
    "OJT",
    "483",
    "BPDR",
]


def parts(words: list[str]) -> set[tuple[str, ...]]:
    """Every run of words inside `words`."""
    return {tuple(words[a:b]) for a in range(len(words)) for b in range(a + 1, len(words) + 1)}


def test_the_trade_speaks_in_at_least_150_terms_each_with_its_meaning():
    assert len(GLOSSARY.terms) >= 150
    assert [term.term for term in GLOSSARY.terms if not term.meaning and not term.could_be] == []


@pytest.mark.parametrize("name", MUST_BE_KNOWN)
def test_each_short_form_of_the_trade_is_known(name):
    assert GLOSSARY.find(name) is not None


def test_every_acronym_is_kept_as_it_is_even_where_no_article_is_about_it():
    repairer = Repairer({"capa": 9, "oos": 9, "gas": 3, "far": 4}, COMMON, GLOSSARY.protected)
    for term in GLOSSARY.terms:
        if term.term.isupper() and term.term.isalpha():
            assert term.is_acronym or term.is_everyday, term.term
            assert repairer.mended(term.term.lower()) == term.term.lower()


def test_nothing_becomes_an_acronym_by_mending():
    known = dict.fromkeys(GLOSSARY.protected, 9)
    repairer = Repairer(known, COMMON, GLOSSARY.protected)
    slips = {f"{name[:-1]}z" for name in GLOSSARY.protected if len(name) <= 4} - GLOSSARY.protected
    assert len(slips) > 50
    assert {slip: short for slip in slips if len(short := repairer.mended(slip)) <= 4 and short != slip} == {}


def test_an_acronym_that_is_an_everyday_word_too_stays_as_it_is_typed():
    written_out = {short for (short, *more) in WRITTEN_OUT if not more}
    everyday = {term.term.lower() for term in GLOSSARY.terms if term.is_everyday}
    assert {"far", "fat", "sat", "bet", "pm"} <= everyday
    assert not everyday & (written_out | GLOSSARY.protected)


def test_no_single_word_of_everyday_english_is_written_out():
    assert {short for short in WRITTEN_OUT if len(short) == 1 and short[0] in COMMON} == set()


def test_no_two_terms_are_written_in_the_same_way():
    assert list(glossary_problems(RAW)) == []
    twice = RawGlossary.model_validate(
        [
            {"term": "PM", "expansion": "preventive maintenance"},
            {"term": "x", "aliases": ["Preventive-Maintenance"]},
        ]
    )
    assert [problem.path for problem in glossary_problems(twice)] == [(1, "term")]


def test_what_is_written_out_holds_nothing_that_is_written_out_again():
    for table in (WRITTEN_OUT, TYPED):
        for short, long in table.items():
            again = parts(long) & (WRITTEN_OUT.keys() | TYPED.keys())
            assert not again, (short, long, again)


@pytest.mark.parametrize(
    "apart",
    [
        ("OOS", "OOT", "OOE", "OOL"),
        ("retest", "resample", "re-measurement", "reinjection", "reintegration"),
        ("correction", "corrective action", "preventive action", "CAPA"),
        ("deviation", "incident", "change control", "planned deviation", "note to file", "temporary change"),
        ("out of trend", "out of tolerance"),
        ("PQR", "APR"),
        ("QA", "QC", "QU", "QP"),
    ],
)
def test_what_articles_tell_apart_is_never_written_out_into_one(apart):
    searched = {tuple(WRITTEN_OUT.get(tuple(words_of(name)), words_of(name))) for name in apart}
    assert len(searched) == len(apart)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("the month 12 result is OOT", "OOT"),
        ("my oot trend", None),
        ("are these trends oot", None),
        ("oot balance, beyond its tolerance", None),
        ("is PV done", "PV"),
        ("PV case, ask pharmacovigilance", None),
        ("gdp training", "GDP"),
        ("gdp for documentation", None),
        ("gdp practice", "GDP"),
        ("the result is OOS", None),
    ],
)
def test_what_has_two_meanings_is_asked_unless_one_is_named(text, asked):
    term = GLOSSARY.unclear(words_of(text))
    assert (term.term if term else None) == asked


def test_a_term_with_two_meanings_is_never_written_out():
    asked = {
        tuple(words_of(name)) for term in GLOSSARY.terms if term.could_be for name in ways_to_write(term)
    }
    assert not asked & WRITTEN_OUT.keys()
    assert len([term for term in GLOSSARY.terms if term.could_be]) <= 5  # each asks every time


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("What is SST?", "SST"),
        ("whats a MBR again", "MBR"),
        ("what does LIMS mean", "LIMS"),
        ("hey coach, what does the abbreviation CAPA stand for?", "CAPA"),
        ("define FMEA", "FMEA"),
        ("definition of a field alert", "FAR"),
        ("API meaning pls", "API"),
        ("tell me what is meant by line clearance", "line clearance"),
        ("wfi stands for what", "WFI"),
        ("what is the FAR deadline", None),
        ("what are the retest rules", None),
        ("SST", None),
        ("what is a banana", None),
        ("is SST the same as suitability", None),
        ("what is oot", None),
    ],
)
def test_a_question_for_a_meaning_and_nothing_else_is_told_from_all_others(text, term):
    found = GLOSSARY.asked_for(text)
    assert (found.term if found else None) == term


def test_all_ways_to_write_a_term_become_one():
    glossary = Glossary(
        [
            Term("QRM", "quality risk management", aliases=("qr mgmt",)),
            Term("FAR", "field alert", is_everyday=True),
        ]
    )
    assert glossary.expansions == {"quality risk management": "QRM", "qr mgmt": "QRM"}


def test_long_forms_are_found_as_a_whole():
    searcher = Searcher((), Vocabulary(GLOSSARY.expansions), (1.0, 1.0))
    found = searcher.search("a Corrective and Preventive Action from a failure mode and effects analysis")
    assert found.words == ("a", "capa", "from", "a", "fmea")


def test_shorthand_is_at_least_120_lines_and_each_means_one_thing():
    assert len(SHORTHAND) >= 120
    assert {short for short in SHORTHAND if short in COMMON} <= PLANT_WORDS | CHAT_WORDS
    assert not TYPED.keys() & (WRITTEN_OUT.keys() | {tuple(words_of(term.term)) for term in GLOSSARY.terms})
    unsafe = {
        "temp",
        "prod",
        "hr",
        "doc",
        "qual",
        "rev",
        "req",
        "exp",
        "num",
        "n",
        "r",
        "c",
        "no",
        "4",
        "2",
        "b4",
    }
    assert not unsafe & SHORTHAND.keys()


def test_shorthand_never_touches_a_number():
    for short, long in TYPED.items():
        assert not any(word.isdigit() for word in (*short, *long)), short


def test_messages_that_nothing_answers_are_many_and_each_stands_once():
    raw = RawAbstain.model_validate(data("abstain.yaml"))
    assert min(len(raw.far), len(raw.near)) >= 100
    assert list(abstain_problems(raw, ())) == []


def test_a_message_that_something_answers_is_none_that_nothing_answers():
    far, near = [f"nonsense number {n}" for n in range(100)], [f"rubbish number {n}" for n in range(100)]
    raw = RawAbstain(far=[*far, "Nonsense number 7!"], near=[*near, "what is oos"])
    found = [(problem.path, problem.found) for problem in abstain_problems(raw, {("what", "is", "oos")})]
    assert found == [
        (("far", 100), "'Nonsense number 7!' stands here twice"),
        (("near", 100), "'what is oos' is answered"),
    ]
