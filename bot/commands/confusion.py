"""Which articles are taken for one another, for those who write their phrasings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import typer

from bot.content.reader import load_library
from bot.errors import CoachError
from bot.settings import read_settings
from knowledge.calibration import out_of_fold
from knowledge.confusion import Pair, Standing, Wording, confused, standings
from playbooks.loader import nearest

LEAST = 0.60  # of its phrasings ought to find an entry while they are left out
MOST_PAIRS = 20


def confusion(
    article: Annotated[
        str, typer.Argument(metavar="[ARTICLE]", help="An article's id; all where it is left out.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask each phrasing while it is left out, and show which articles are taken for which. Takes a while."""
    settings = read_settings()
    known = load_library(settings.site_folder, settings.cache_folder).knowledge
    if article and article not in (ids := [entry.id for entry in known.entries]):
        raise CoachError(f"there is no article {article!r}; {nearest(article, ids)}")
    found = standings(out_of_fold(known.entries, known.vocabulary, known.scorecard.typical))
    pairs = [pair for pair in confused(found.values()) if article in ("", pair.one, pair.other)][:MOST_PAIRS]
    wording = Wording(known.entries)
    if as_json:
        typer.echo(json.dumps(_told(found, pairs, wording, article), ensure_ascii=False, indent=2))
        return
    lines = _of_one(found[article]) if article else _of_all(found)
    typer.echo("\n".join([*lines, *_of_pairs(pairs, wording)]))


def _of_all(found: Mapping[str, Standing]) -> Iterator[str]:
    total = sum(each.phrasings for each in found.values())
    first = sum(each.first for each in found.values()) / total
    third = sum(each.among_three for each in found.values()) / total
    yield f"{total:,} ways to ask, each left out: {first:.1%} find their own entry first, {third:.1%} among three."
    low = [each for each in found.values() if each.share < LEAST]
    yield f"\nBelow {LEAST:.0%}:" if low else f"\nNone below {LEAST:.0%}."
    yield from (f"- {each.entry}: {each.share:.0%} of {each.phrasings}" for each in low)


def _of_one(found: Standing) -> Iterator[str]:
    yield (
        f"{found.entry}: {found.phrasings} ways to ask, each left out: {found.share:.0%} find it first, "
        f"{found.among_three / found.phrasings:.0%} among three."
    )
    if found.missed:
        yield "\nThese find another one first:"
    for asked in found.missed:
        yield f"- {asked.text}  ->  {asked.found.hits[0].entry if asked.found.hits else 'nothing'}"


def _of_pairs(pairs: Sequence[Pair], wording: Wording) -> Iterator[str]:
    if pairs:
        yield "\nMost confused:"
    for pair in pairs:
        words = wording.between(pair.one, pair.other)
        yield (
            f"- {pair.one} and {pair.other}: {pair.count} ({pair.one_finds_other} and {pair.other_finds_one})"
        )
        yield f"    both: {', '.join(words.both)}"
        yield f"    {pair.one}: {', '.join(words.one)}"
        yield f"    {pair.other}: {', '.join(words.other)}"


def _told(
    found: Mapping[str, Standing], pairs: Sequence[Pair], wording: Wording, article: str
) -> dict[str, object]:
    """All of it as plain data."""
    return {
        "entries": [
            {
                "entry": each.entry,
                "ways_to_ask": each.phrasings,
                "first": each.first,
                "among_three": each.among_three,
                "missed": [asked.text for asked in each.missed],
            }
            for each in found.values()
            if article in ("", each.entry)
        ],
        "pairs": [
            {
                "one": pair.one,
                "other": pair.other,
                "one_finds_other": pair.one_finds_other,
                "other_finds_one": pair.other_finds_one,
                "words": {"both": words.both, "one": words.one, "other": words.other},
            }
            for pair in pairs
            for words in [wording.between(pair.one, pair.other)]
        ],
    }
