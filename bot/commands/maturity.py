"""For whoever plans the coaching: what the finished self-assessments say together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from bot.commands.opened import opened
from bot.dashboard.maturity import Picture, picture_of
from playbooks.scoring import FEWEST, Outcome, Score

NOT_SHOWN = "not shown: fewer than five, here or in what would be left over"


class Format(StrEnum):
    """How it is printed."""

    TEXT = "text"
    JSON = "json"


def maturity(
    site: Annotated[str, typer.Option(help="The site's id; else every site, each by itself.")] = "",
    as_: Annotated[Format, typer.Option("--format", help="Text to read, or JSON.")] = Format.TEXT,
) -> None:
    """Say where people see the quality system, by dimension and group. Never of fewer than five people."""
    with opened() as app:
        chosen = [app.library.site(site)] if site else app.library.sites.values()
        with app.database.reading() as conn:
            pictures = [picture_of(conn, app.library, each) for each in chosen]
    if as_ is Format.JSON:
        typer.echo(json.dumps([_as_json(each) for each in pictures], ensure_ascii=False, indent=2))
        return
    for picture in pictures:
        typer.echo("\n".join(_as_lines(picture)))


def _as_lines(picture: Picture) -> Iterator[str]:
    yield f"{picture.site}: where people see it, from 1 to 5. Our own scale; no inspection, and not for inspectors."
    if not any(outcome.everyone for outcome in picture.outcomes):
        yield f"  {NOT_SHOWN}"
        return
    for outcome in picture.outcomes:
        yield f"  {outcome.dimension.title}"
        yield f"    everyone: {_score(outcome.everyone) if outcome.everyone else NOT_SHOWN}"
        for group, score in sorted(outcome.groups.items()):
            yield f"    {picture.name(group)}: {_score(score)}"
        for group in outcome.not_shown:
            yield f"    {picture.name(group)}: {NOT_SHOWN}"
        if outcome.gap is not None:
            yield f"    between groups: {outcome.gap:g}"
        yield f"    don't know: {_unknown(outcome)}"
    yield "  radar (median of everyone; - is a gap)"
    for outcome in picture.outcomes:
        shown = f"{outcome.everyone.median:g}" if outcome.everyone else "-"
        yield f"    {shown:>4}  {outcome.dimension.title}"


def _score(score: Score) -> str:
    return f"n {score.n}, median {score.median:g}, spread {score.spread:g}"


def _unknown(outcome: Outcome) -> str:
    return f"fewer than {FEWEST}" if outcome.unknown is None else str(outcome.unknown)


def _as_json(picture: Picture) -> dict[str, object]:
    return {
        "site": picture.site,
        "dimensions": [
            {
                "id": outcome.dimension.id,
                "title": outcome.dimension.title,
                "everyone": _as_numbers(outcome.everyone),
                "groups": {
                    picture.name(group): _as_numbers(score) for group, score in sorted(outcome.groups.items())
                },
                "not_shown": [picture.name(group) for group in outcome.not_shown],
                "between_groups": outcome.gap,
                "unknown": outcome.unknown,
            }
            for outcome in picture.outcomes
        ],
        "radar": picture.radar(),
    }


def _as_numbers(score: Score | None) -> dict[str, float] | None:
    return {"n": score.n, "median": score.median, "spread": score.spread} if score else None
