"""What rests on a clause, for authors when the clause changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated

import typer

from bot.content.reader import load_library
from bot.errors import CoachError
from bot.settings import read_settings
from knowledge.clauses import Clause, Clauses, Use
from playbooks.loader import nearest


def clauses(
    clause_id: Annotated[
        str,
        typer.Argument(metavar="[ID]", help="The id of a clause, such as A-06; all where it is left out."),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the clauses that content rests on, or all that cites one of them, and its twins in other regions."""
    settings = read_settings()
    known = load_library(settings.site_folder, settings.cache_folder).clauses
    if not clause_id:
        rows = [_row(clause, len(known.citing(name))) for name, clause in known.by_id.items()]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2) if as_json else "\n".join(map(_line, rows)))
        return
    if clause_id not in known.by_id:
        raise CoachError(f"there is no clause {clause_id!r}; {nearest(clause_id, known.by_id)}")
    told = _all_of(known, known.by_id[clause_id])
    typer.echo(
        json.dumps(told, ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(known, clause_id))
    )


def _row(clause: Clause, count: int) -> dict[str, object]:
    return {
        "id": clause.id,
        "clause": clause.name,
        "title": clause.about,
        "force": clause.force,
        "regions": sorted(clause.regions),
        "product_types": sorted(clause.product_types),
        "superseded_by": clause.superseded_by,
        "cited": count,
    }


def _line(row: dict[str, object]) -> str:
    return f"{row['id']:<12} {row['cited']:>3}  {row['clause']} ({row['force']})"


def _all_of(known: Clauses, clause: Clause) -> dict[str, object]:
    """One clause with its twins and all that cites it, as plain data."""
    citing = known.citing(clause.id)
    return _row(clause, len(citing)) | {
        "topics": [group.topic for group in known.groups if clause.id in group.clauses],
        "twins": [_row(twin, len(known.citing(twin.id))) for twin in known.twins(clause.id)],
        "cited_by": [{"kind": use.kind, "id": use.id, "step": use.step, "title": use.what} for use in citing],
    }


def _lines(known: Clauses, clause_id: str) -> Iterator[str]:
    """The same, to be read."""
    clause = known.by_id[clause_id]
    yield f"{clause.id}: {clause.name} ({clause.force}, {_where(clause)})"
    yield f"  {clause.about}"
    if clause.superseded_by:
        yield f"  superseded by {clause.superseded_by}"
    if twins := known.twins(clause_id):
        yield "\nIn other regions:"
        yield from (
            f"- {twin.id}: {twin.name} ({twin.force}, {_where(twin)}): {twin.about}" for twin in twins
        )
    citing = known.citing(clause_id)
    yield "\nCited by:" if citing else "\nNothing cites it."
    yield from (f"- {_place(use)}" for use in citing)


def _where(clause: Clause) -> str:
    return ", ".join(sorted(clause.regions)) or "all regions"


def _place(use: Use) -> str:
    name = f"{use.kind} {use.id}" if not use.step else f"playbook {use.id}, {use.kind} {use.step}"
    return f"{name}: {use.what}" if use.what else name
