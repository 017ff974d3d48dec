"""Runs of playbooks: a row for each, and its events, which are only ever added to.

What a person wrote stands apart, in `texts`: an event keeps its number, time, kind and all else when
those words are erased, and then reads as if nothing had been typed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from bot.errors import CoachError
from bot.store import texts
from bot.store.tables import run_events, runs
from bot.store.tables import texts as texts_table
from playbooks.run import Event, RunState, What, what_to_json, whats_from_json

_BEGIN = insert(runs)
_GET = select(runs).where(runs.c.ref == bindparam("in_ref"))
_LOCK = _GET.with_for_update(key_share=True)
_CHANGE = update(runs).where(runs.c.ref == bindparam("in_ref"))
_MOVE = _CHANGE.where(runs.c.last_seq == bindparam("expected_seq"))
_ADD = insert(run_events)
_EVENTS = (
    select(run_events.c.seq, run_events.c.at, run_events.c.by, run_events.c.body, texts_table.c.text)
    .outerjoin(texts_table, texts_table.c.id == run_events.c.text)
    .where(run_events.c.run == bindparam("in_ref"), run_events.c.seq <= bindparam("upto"))
    .order_by(run_events.c.seq)
)
_OF_PERSON = (
    select(runs).where(runs.c.person == bindparam("in_person")).order_by(runs.c.touched_at.desc(), runs.c.ref)
)
_OF_PERSON_IN = _OF_PERSON.where(runs.c.state.in_(bindparam("in_states", expanding=True)))
_OF_SCRIPT = (
    select(runs)
    .where(
        runs.c.script == bindparam("in_script"),
        runs.c.site == bindparam("in_site"),
        runs.c.state.in_(("finished", "waiting")),
    )
    .order_by(runs.c.touched_at, runs.c.ref)
)
_LAST = 2**31 - 1  # the highest number a run's event can have


class RunMovedOn(CoachError):
    """Somebody else added to the run since its events were read; read again, then decide again."""

    def __init__(self, ref: str, expected_seq: int) -> None:
        super().__init__(
            f"run {ref} no longer ends at event {expected_seq}; read it again before adding to it"
        )
        self.ref = ref
        self.expected_seq = expected_seq


@dataclass(frozen=True, slots=True)
class RunRow:
    """What is known of a run without reading its events."""

    ref: str
    person: str
    site: str
    script: str
    version: str
    script_hash: str
    title: str
    state: RunState
    started_at: datetime
    touched_at: datetime
    last_seq: int = 0


@dataclass(frozen=True, slots=True)
class Added:
    """Events just added to a run, and for those with words, by their number, the salted hash of these."""

    events: tuple[Event, ...]
    words: Mapping[int, str]


def begin(conn: Connection, row: RunRow) -> None:
    """Enter a run, whose script is already kept in `content`; its events are still to come."""
    conn.execute(_BEGIN, {name: getattr(row, name) for name in _FIELDS})


def taken(conn: Connection, ref: str) -> bool:
    """Whether a run of this reference exists."""
    return conn.execute(_GET, {"in_ref": ref}).first() is not None


def get(conn: Connection, ref: str) -> RunRow | None:
    """The run of this reference."""
    return _one(conn.execute(_GET, {"in_ref": ref}).first())


def lock(conn: Connection, ref: str) -> RunRow | None:
    """The run of this reference, locked until the transaction ends. Locked before any person is."""
    return _one(conn.execute(_LOCK, {"in_ref": ref}).first())


def of_person(
    conn: Connection, person_id: str, states: Collection[RunState] | None = None
) -> tuple[RunRow, ...]:
    """The person's runs, or those in one of these states; the one touched last comes first."""
    values: dict[str, object] = {"in_person": person_id}
    if states is None:
        return tuple(map(_run_row, conn.execute(_OF_PERSON, values)))
    return tuple(map(_run_row, conn.execute(_OF_PERSON_IN, values | {"in_states": list(states)})))


def ended(conn: Connection, script: str, site: str) -> tuple[RunRow, ...]:
    """The site's runs of a playbook that came to its end, also where something was left for later; the latest is last."""
    return tuple(map(_run_row, conn.execute(_OF_SCRIPT, {"in_script": script, "in_site": site})))


def settle(conn: Connection, ref: str, state: RunState, title: str | None = None) -> None:
    """Note where the run stands now, and what it is called from now on."""
    changes = {"state": state} if title is None else {"state": state, "title": title}
    conn.execute(_CHANGE, {"in_ref": ref, **changes})


def move(conn: Connection, ref: str, version: str, script_hash: str) -> None:
    """The run goes on with another version of its playbook."""
    conn.execute(_CHANGE, {"in_ref": ref, "version": version, "script_hash": script_hash})


def give(conn: Connection, ref: str, person_id: str) -> None:
    """The run belongs to another person from now on."""
    conn.execute(_CHANGE, {"in_ref": ref, "person": person_id})


def append(
    conn: Connection,
    ref: str,
    expected_seq: int,
    whats: Sequence[What],
    *,
    at: datetime,
    by: str,
    channel: str,
) -> Added:
    """Add to a run that ended at event `expected_seq`; what was added. Raises RunMovedOn when it moved on.

    1. Move the run's last number, if it still is the expected one. Whoever comes second changes no row here.
    2. Keep the words apart, for the events that have any.
    3. Keep the events, which refer to their words.
    """
    moved = {"expected_seq": expected_seq, "last_seq": expected_seq + len(whats), "touched_at": at}
    if conn.execute(_MOVE, {"in_ref": ref, **moved}).rowcount == 0:
        raise RunMovedOn(ref, expected_seq)
    if not whats:
        return Added((), {})
    split = [what_to_json(what) for what in whats]
    numbers = [seq for seq, (_, words) in enumerate(split, expected_seq + 1) if words]
    kept = texts.write_all(conn, [words for _, words in split if words])
    written = dict(zip(numbers, kept, strict=True))
    events = tuple(
        Event(seq, at.astimezone(UTC), by, what) for seq, what in enumerate(whats, expected_seq + 1)
    )
    conn.execute(
        _ADD,
        [
            {
                "run": ref,
                "seq": event.seq,
                "at": event.at,
                "by": by,
                "channel": channel,
                "kind": event.what.kind,
                "body": body,
                "text": written[event.seq].id if words else None,
            }
            for event, (body, words) in zip(events, split, strict=True)
        ],
    )
    return Added(events, {seq: text.hash for seq, text in written.items()})


def events(conn: Connection, ref: str, upto: int | None = None) -> tuple[Event, ...]:
    """The run's events in order, or those up to number `upto`, each with its words unless these were erased."""
    rows = conn.execute(_EVENTS, {"in_ref": ref, "upto": _LAST if upto is None else upto}).all()
    whats = whats_from_json([(body, words) for *_, body, words in rows])
    return tuple([Event(seq, at, by, what) for (seq, at, by, _, _), what in zip(rows, whats, strict=True)])


def text_ids(conn: Connection, ref: str) -> tuple[str, ...]:
    """The texts that hold the words of this run: what to erase when the person asks for it."""
    query = select(run_events.c.text).where(run_events.c.run == ref, run_events.c.text.is_not(None))
    return tuple(conn.execute(query.order_by(run_events.c.seq)).scalars())


_FIELDS = tuple(RunRow.__dataclass_fields__)


def _run_row(row: Row[*tuple[Any, ...]]) -> RunRow:
    return RunRow(**{name: getattr(row, name) for name in _FIELDS})


def _one(row: Row[*tuple[Any, ...]] | None) -> RunRow | None:
    return None if row is None else _run_row(row)
