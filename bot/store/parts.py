"""Parts of runs that somebody handed to a colleague: whose they are to see, until they come back."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, delete, insert, select

from bot.store.tables import parts, runs
from playbooks.run import Part, RunState


def settle(conn: Connection, run: str, given: Iterable[Part]) -> None:
    """From now on these are the parts of the run that were handed to somebody else."""
    conn.execute(delete(parts).where(parts.c.run == run))
    rows = [
        {
            "run": run,
            "step": part.step,
            "giver": part.giver,
            "given_at": part.at,
            "back_at": part.back_at,
        }
        for part in given
        if part.giver != part.person
    ]
    if rows:
        conn.execute(insert(parts), rows)


def lent_by(
    conn: Connection, person: str, run: str | None = None, states: Collection[RunState] | None = None
) -> tuple[tuple[str, str], ...]:
    """Runs, each with the step that handed it over, of which this person gave a part that somebody else has in hand.

    The last given comes first; of one run, where one is named, and of those in one of these states.
    """
    mine = (parts.c.giver == person, parts.c.back_at.is_(None), runs.c.person != person)
    query = select(parts.c.run, parts.c.step).join(runs, runs.c.ref == parts.c.run).where(*mine)
    if run is not None:
        query = query.where(parts.c.run == run)
    if states is not None:
        query = query.where(runs.c.state.in_(states))
    query = query.order_by(parts.c.given_at.desc(), parts.c.run, parts.c.step)
    latest = {row.run: row.step for row in reversed(conn.execute(query).all())}
    return tuple(reversed(latest.items()))
