"""Finding the right entry among 150 and among 77: clean, with slips, as in a chat; and knowing when there is none.

The data is CLINC150 and BANKING77 (`data/intent/`, of consumers, not of plants): it measures the search, not our content.
"""

from __future__ import annotations

import csv
import json
import random
import sqlite3
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rapidfuzz import fuzz, process

from benchmarks.support.figure import Figure, Peer, percentile, show
from benchmarks.support.noise import KNOWN, Labelled, phrasings, shorthand, typos
from bot.content.glossary_file import common_words
from knowledge.calibration import Asked, Limits, calibrated, nobody_answers, out_of_fold
from knowledge.index import Entry, Index
from knowledge.scorecard import Scorecard
from knowledge.search import Searcher, Vocabulary
from knowledge.words import words_of

HERE = Path(__file__).parent
DATA = HERE / "data" / "intent"
COMMON = common_words((HERE.parent / "knowledge" / "common_words.txt").read_text(encoding="utf-8"))
VOCABULARY = Vocabulary({short: long for long, short in KNOWN.items()}, COMMON)
TYPICAL = (0.45, 0.45)
SEEDS = (0, 1, 2)
MANY = 3000  # phrasings, of 300 entries: the size of a grown knowledge base

Ranker = Callable[[str], Sequence[str]]


NOISES: Mapping[str, Callable[[str, random.Random], str]] = {
    "clean": lambda text, _: text,
    "1 letter in 20 hit": lambda text, draw: typos(text, 0.05, draw),
    "1 letter in 10 hit": lambda text, draw: typos(text, 0.10, draw),
    "as in a chat": shorthand,
    "as in a chat, 1 in 20": lambda text, draw: typos(shorthand(text, draw), 0.05, draw),
}


def main() -> None:
    """Ten phrasings an entry, unless it says otherwise."""
    clinc, banking = clinc150(), banking77()
    quality("CLINC150", clinc, clinc["oos_test"], (81, 91.5, 91.5), 83.0)
    quality("BANKING77", banking, clinc["oos_test"], (74.5, 89, None), 81.2)
    noisy("CLINC150", clinc, {"1 letter in 10 hit": 77, "as in a chat": 75.5})
    noisy("BANKING77", banking, {"1 letter in 10 hit": 71, "as in a chat": 67})
    three_ways(clinc)
    larson(clinc)
    cost(clinc, banking)
    beside("CLINC150", clinc)
    beside("BANKING77", banking)


# The data


def clinc150() -> Mapping[str, list[Labelled]]:
    raw = json.loads((DATA / "clinc150_full.json").read_text(encoding="utf-8"))
    return {part: [(text, entry) for text, entry in rows] for part, rows in raw.items()}


def banking77() -> Mapping[str, list[Labelled]]:
    found = {}
    for part in ("train", "test"):
        with (DATA / f"banking77_{part}.csv").open(encoding="utf-8", newline="") as file:
            found[part] = [(row["text"], row["category"]) for row in csv.DictReader(file)]
    return found


def entries_of(drawn: Mapping[str, tuple[str, ...]]) -> list[Entry]:
    return [Entry(name, texts) for name, texts in drawn.items()]


# How good it is


def quality(
    name: str,
    rows: Mapping[str, list[Labelled]],
    strangers: Sequence[Labelled],
    budgets: tuple[float, float, float | None],
    embeddings: float,
) -> None:
    """Ten phrasings an entry, mean of the seeds. `embeddings`: MiniLM's nearest phrasing, quoted, not measured here."""
    firsts, thirds, apart = [], [], []
    for seed in SEEDS:
        searcher = Searcher(entries_of(phrasings(rows["train"], 10, seed)), VOCABULARY, TYPICAL)
        first, third, scores = judged(searcher, rows["test"])
        firsts.append(first)
        thirds.append(third)
        apart.append(auroc(scores, [top(searcher, text) for text, _ in strangers]))
    quoted = Peer("MiniLM, quoted", embeddings)
    show(
        Figure(f"{name}, first", 100 * mean(firsts), "%", at_least=budgets[0], peer=quoted),
        Figure(f"{name}, among three", 100 * mean(thirds), "%", at_least=budgets[1]),
        Figure(f"{name}, known from unknown (AUROC)", 100 * mean(apart), "%", at_least=budgets[2]),
    )


def beside(name: str, rows: Mapping[str, list[Labelled]]) -> None:
    """Ours and simpler rankers on the same fifth of the questions, clean, with slips and as in a chat."""
    drawn = phrasings(rows["train"], 10, 0)
    searcher = Searcher(entries_of(drawn), VOCABULARY, TYPICAL)
    all_rankers = {"ours": lambda text: [hit.entry for hit in searcher.search(text).hits], **rankers(drawn)}
    for what, change in NOISES.items():
        draw = random.Random(7)
        asked = [(change(text, draw), entry) for text, entry in rows["test"][::5]]
        show(
            *(
                Figure(f"{name}, {what}, first: {each}", 100 * accuracy(ranker, asked), "%")
                for each, ranker in all_rankers.items()
            )
        )


def noisy(name: str, rows: Mapping[str, list[Labelled]], budgets: Mapping[str, float]) -> None:
    """All questions with slips and as in a chat, on the first seed."""
    searcher = Searcher(entries_of(phrasings(rows["train"], 10, 0)), VOCABULARY, TYPICAL)
    for what, change in NOISES.items():
        draw = random.Random(7)
        first, _, _ = judged(searcher, [(change(text, draw), entry) for text, entry in rows["test"]])
        show(Figure(f"{name}, {what}, one seed, first", 100 * first, "%", at_least=budgets.get(what)))


def three_ways(rows: Mapping[str, list[Labelled]]) -> None:
    """Answer, ask back or say that it is not known: calibrated on what was left out, judged on the test part."""
    shares: dict[str, list[float]] = defaultdict(list)
    for seed in SEEDS:
        entries = entries_of(phrasings(rows["train"], 10, seed))
        searcher = Searcher(entries, VOCABULARY, TYPICAL)
        known = list(out_of_fold(entries, VOCABULARY, TYPICAL))
        unknown = nobody_answers((text for text, _ in rows["oos_train"] + rows["oos_val"]), searcher)
        card = calibrated(known, unknown, (), TYPICAL, Limits())
        for what, value in decided(card, searcher, rows).items():
            shares[what].append(value)
    show(
        Figure("three ways, answers that are right", 100 * mean(shares["precise"]), "%", at_least=93),
        Figure("three ways, unknown ones answered", 100 * mean(shares["false"]), "%", at_most=7),
        Figure(
            "three ways, resolved (answered, or among three)",
            100 * mean(shares["resolved"]),
            "%",
            at_least=85,
        ),
        Figure("three ways, error of the sureness (ECE)", 100 * mean(shares["off"]), "%", at_most=3),
    )


def decided(card: Scorecard, searcher: Searcher, rows: Mapping[str, list[Labelled]]) -> dict[str, float]:
    asked = [Asked(text, entry, searcher.search(text)) for text, entry in rows["test"]]
    strange = [Asked(text, "", searcher.search(text)) for text, _ in rows["oos_test"]]
    sure = {id(each): card.sureness(each.found.features) for each in (*asked, *strange)}
    answered = [each for each in asked if sure[id(each)] >= card.answer_from]
    back = [each for each in asked if card.ask_from <= sure[id(each)] < card.answer_from]
    among = sum(each.entry in [hit.entry for hit in each.found.hits[:3]] for each in back)
    right = sum(each.is_hit for each in answered)
    return {
        "precise": right / len(answered),
        "resolved": (right + among) / len(asked),
        "false": sum(sure[id(each)] >= card.answer_from for each in strange) / len(strange),
        "off": calibration_error([(sure[id(each)], each.is_hit) for each in (*asked, *strange)]),
    }


def larson(rows: Mapping[str, list[Labelled]]) -> None:
    """The protocol of the data's authors: all phrasings, one threshold, chosen for the best accuracy on validation."""
    searcher = Searcher(entries_of(phrasings(rows["train"], 10_000, 0)), VOCABULARY, TYPICAL)

    def confidence(text: str) -> tuple[float, str]:
        found = searcher.search(text)
        return found.features["score"] + found.features["margin"], found.hits[0].entry if found.hits else ""

    valid = [(confidence(text), entry) for text, entry in rows["val"]]
    strange = [confidence(text)[0] for text, _ in rows["oos_val"]]
    limits = sorted({score for (score, _), _ in valid} | set(strange))[::10]

    def accuracy_at(limit: float) -> float:
        right = sum(score >= limit and found == entry for (score, found), entry in valid)
        return (right + sum(score < limit for score in strange)) / (len(valid) + len(strange))

    best = max(limits, key=accuracy_at)
    tested = [(confidence(text), entry) for text, entry in rows["test"]]
    inside = sum(score >= best and found == entry for (score, found), entry in tested) / len(tested)
    outside = sum(confidence(text)[0] < best for text, _ in rows["oos_test"]) / len(rows["oos_test"])
    show(
        Figure("all phrasings, one threshold: known ones right", 100 * inside, "%", at_least=89.5),
        Figure("all phrasings, one threshold: unknown ones found out", 100 * outside, "%", at_least=50),
    )


# What it costs


def cost(clinc: Mapping[str, list[Labelled]], banking: Mapping[str, list[Labelled]]) -> None:
    """Time and memory with 300 entries of ten phrasings: CLINC150's, BANKING77's, and more of CLINC150's."""
    entries = entries_of(phrasings(clinc["train"], 10, 0)) + entries_of(phrasings(banking["train"], 10, 0))
    more = phrasings(clinc["train"], 20, 0)
    entries += [Entry(f"more {name}", texts[10:]) for name, texts in more.items()][
        : MANY // 10 - len(entries)
    ]
    draw = random.Random(7)
    questions = [typos(text, 0.02, draw) for text, _ in clinc["test"][::15]]
    began = time.process_time()
    searcher = Searcher(entries, VOCABULARY, TYPICAL)
    build = time.process_time() - began
    tracemalloc.start()
    kept = Searcher(entries, VOCABULARY, TYPICAL)
    memory = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    written = json.dumps(kept.index.kept())
    del kept
    began = time.process_time()
    Index.of_kept(json.loads(written))
    reading = time.process_time() - began
    took = []
    for text in questions:
        began = time.process_time()
        searcher.search(text)
        took.append((time.process_time() - began) * 1000)
    choices = [text for entry in entries for text in entry.phrasings]
    began = time.process_time()
    for text in questions[:30]:
        process.extractOne(text, choices, scorer=fuzz.token_set_ratio)
    peer = Peer("token_set_ratio", (time.process_time() - began) / 30 * 1000)
    show(
        Figure(
            f"one question, {len(entries)} entries, processor, p50", percentile(took, 0.5), "ms", peer=peer
        ),
        Figure(
            f"one question, {len(entries)} entries, processor, p99", percentile(took, 0.99), "ms", at_most=5
        ),
        Figure(f"building the index of {len(choices):,} phrasings, processor", build, "s", at_most=0.6),
        Figure("reading it where it was kept, processor", reading, "s"),
        Figure("memory of the index", memory, "MB"),
    )


# Simpler rankers


def rankers(drawn: Mapping[str, tuple[str, ...]]) -> dict[str, Ranker]:
    texts = [(text, name) for name, each in drawn.items() for text in each]
    choices = [" ".join(words_of(text)) for text, _ in texts]

    def by(scorer: Callable[..., float]) -> Ranker:
        def rank(text: str) -> list[str]:
            plain = " ".join(words_of(text))
            return [texts[found[2]][1] for found in process.extract(plain, choices, scorer=scorer, limit=1)]

        return rank

    single = Index.of([Entry(str(number), (text,)) for number, (text, _) in enumerate(texts)])

    def by_phrasing(text: str) -> list[str]:
        hits = single.rank(words_of(text))
        best = max(hits, key=lambda hit: hit.words, default=None)
        return [texts[int(best.entry)][1]] if best else []

    return {
        "FTS5": full_text(texts),
        "token_set_ratio": by(fuzz.token_set_ratio),
        "WRatio": by(fuzz.WRatio),
        "BM25 a phrasing": by_phrasing,
    }


def full_text(texts: Sequence[Labelled]) -> Ranker:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE phrasing USING fts5(text, entry UNINDEXED, tokenize='porter')")
    database.executemany("INSERT INTO phrasing VALUES (?, ?)", texts)

    def rank(text: str) -> list[str]:
        words = " OR ".join(f'"{word}"' for word in words_of(text))
        rows = database.execute(
            "SELECT entry FROM phrasing WHERE phrasing MATCH ? ORDER BY bm25(phrasing), rowid LIMIT 1",
            (words,),
        )
        return [entry for (entry,) in rows] if words else []

    return rank


# Figures


def judged(searcher: Searcher, rows: Sequence[Labelled]) -> tuple[float, float, list[float]]:
    """How often the entry comes first, how often among three, and each first score."""
    first = third = 0
    scores = []
    for text, entry in rows:
        found = searcher.search(text)
        names = [hit.entry for hit in found.hits[:3]]
        first += names[:1] == [entry]
        third += entry in names
        scores.append(found.features["score"])
    return first / len(rows), third / len(rows), scores


def accuracy(ranker: Ranker, rows: Sequence[Labelled]) -> float:
    return sum(list(ranker(text))[:1] == [entry] for text, entry in rows) / len(rows)


def top(searcher: Searcher, text: str) -> float:
    return searcher.search(text).features["score"]


def auroc(known: Sequence[float], unknown: Sequence[float]) -> float:
    """The chance that a known question scores higher than an unknown one; a tie is half of it."""
    ranked = sorted([(score, True) for score in known] + [(score, False) for score in unknown])
    total, at = 0.0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        total += (at + 1 + end) / 2 * sum(is_known for _, is_known in ranked[at:end])
        at = end
    return (total - len(known) * (len(known) + 1) / 2) / (len(known) * len(unknown))


def calibration_error(rows: Sequence[tuple[float, bool]]) -> float:
    """How far sureness and truth lie apart, over ten bins of sureness (ECE)."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for sureness, is_hit in rows:
        bins[min(9, int(sureness * 10))].append((sureness, is_hit))
    return sum(abs(sum(s - h for s, h in each)) for each in bins.values()) / len(rows)


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


if __name__ == "__main__":
    main()
