"""Questions that no answer settled, without names; and who wants to hear of an answer, apart from them.

A question knows nobody. A promise knows a person and a question, because the person asked for that; it is deleted when
it was kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import Connection, delete, insert, select, update

from bot.store.moment import db_now
from bot.store.tables import promises, questions
from bot.store.upsert import on_both_engines
from knowledge.question import Kind

Settling = Literal["accept", "write", "stub", "dismiss"]
SETTLINGS: tuple[Settling, ...] = get_args(Settling)

_ID_LENGTH = 10  # short enough to be typed
_GONE = "gone"  # a question whose time has passed before its person said that they want to hear
_PROMISE = on_both_engines(promises, lambda insert: insert.on_conflict_do_nothing())


@dataclass(frozen=True, slots=True)
class NewQuestion:
    """A question to be kept: `entry` is the one that answered it, `content` the hash of what was known."""

    kind: Kind
    text: str
    entry: str
    site: str
    role: str
    content: str


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """A question as it stands. `decision` and `settled_by` are empty while nobody has decided."""

    id: str
    kind: Kind
    text: str
    entry: str
    site: str
    role: str
    day: datetime
    content: str
    decision: str
    settled_by: str


@dataclass(frozen=True, slots=True)
class Promise:
    """That a person is told what becomes of a question; None is one whose time has passed."""

    token: str
    person: str
    question: KeptQuestion | None


def keep(conn: Connection, question: NewQuestion, now: datetime, chance: str) -> None:
    """Keep a question, with the day it was asked on. Its id comes of `chance` alone: it leads to nobody and to no hour."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    conn.execute(
        insert(questions),
        {
            "id": hashlib.sha256(chance.encode()).hexdigest()[:_ID_LENGTH],
            "kind": question.kind,
            "text": question.text,
            "entry": question.entry,
            "site": question.site,
            "role": question.role,
            "day": day,
            "content": question.content,
        },
    )


def promise(conn: Connection, question: NewQuestion, person: str, token: str) -> None:
    """Note that a person wants to hear what becomes of a question that was kept; once, however often they say so.

    `token` is one that nobody can guess.
    """
    table = questions.c
    query = (
        select(table.id)
        .where(
            table.kind == question.kind,
            table.text == question.text,
            table.entry == question.entry,
            table.site == question.site,
            table.role == question.role,
        )
        .order_by(table.day.desc(), table.id)
        .limit(1)
    )
    found = conn.execute(query).scalar() or _GONE
    conn.execute(_PROMISE(conn), {"token": token, "question": found, "person": person})


def undecided(conn: Connection) -> Sequence[KeptQuestion]:
    """Every question that nobody has decided about, the oldest day first."""
    table = questions.c
    query = select(questions).where(table.decision == "").order_by(table.day, table.id)
    return [KeptQuestion(*row) for row in conn.execute(query)]


def settle(conn: Connection, ids: Collection[str], decision: Settling, entry: str = "") -> int:
    """Decide about these questions; how many there were. One that was decided about stays as it is."""
    wanted = questions.c.id.in_(sorted(ids)), questions.c.decision == ""
    statement = update(questions).where(*wanted).values(decision=decision, settled_by=entry)
    return conn.execute(statement).rowcount


def promised(conn: Connection) -> Sequence[Promise]:
    """Every promise, with what has become of its question."""
    query = select(promises.c.token, promises.c.person, questions).outerjoin(
        questions, questions.c.id == promises.c.question
    )
    return [
        Promise(token, person, KeptQuestion(*row) if row[0] is not None else None)
        for token, person, *row in conn.execute(query.order_by(promises.c.token))
    ]


def fulfil(conn: Connection, token: str) -> bool:
    """Forget a promise because it is kept now; False where somebody else was faster."""
    return conn.execute(delete(promises).where(promises.c.token == token)).rowcount > 0


def prune(conn: Connection, older_than: timedelta, batch: int) -> int:
    """Forget up to `batch` questions older than that; how many. Call again until it is fewer than `batch`."""
    limit = select(db_now(-older_than)).scalar_subquery()  # asked once, so that the index serves
    old = select(questions.c.id).where(questions.c.day < limit).order_by(questions.c.day).limit(batch)
    return conn.execute(delete(questions).where(questions.c.id.in_(old))).rowcount
