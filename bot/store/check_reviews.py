"""Coaching checks that people keep their words against: how often, and when QA was asked to look at one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, case, distinct, func, or_, select

from bot.store.events import REVISED, STOOD_BY
from bot.store.moment import Moment
from bot.store.tables import check_reviews, engagement_events
from bot.store.upsert import on_both_engines

_SEND = on_both_engines(
    check_reviews,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["site", "name"],
        set_={
            "cases": insert.excluded.cases,
            "kept": insert.excluded.kept,
            "sent_at": insert.excluded.sent_at,
        },
        where=check_reviews.c.sent_at <= bindparam("not_since", type_=Moment()),
    ).returning(check_reviews.c.name),
)


@dataclass(frozen=True, slots=True)
class Tally:
    """Of how many `cases` in which a check asked something at a site the words were `kept`, by how many people."""

    site: str
    check: str
    cases: int
    kept: int
    people: int


@dataclass(frozen=True, slots=True)
class Sent:
    """That QA of a site was asked to look at a check, when, and on which figures."""

    site: str
    check: str
    cases: int
    kept: int
    sent_at: datetime


def tallies(conn: Connection, least: int) -> Sequence[Tally]:
    """What became of the questions of each check at each site, in at least so many cases, since QA was last asked.

    A case is a question that words were kept or changed after; what was left unanswered is none.
    """
    event, sent = engagement_events.c, check_reviews.c
    joined = engagement_events.outerjoin(
        check_reviews, and_(sent.site == event.site, sent.name == event.object)
    )
    query = (
        select(
            event.site,
            event.object,
            func.count().label("cases"),
            func.sum(case((event.verb == STOOD_BY, 1), else_=0)).label("kept"),
            func.count(distinct(event.person)).label("people"),
        )
        .select_from(joined)
        .where(event.verb.in_((REVISED, STOOD_BY)), or_(sent.sent_at.is_(None), event.at > sent.sent_at))
        .group_by(event.site, event.object)
        .having(func.count() >= least)
        .order_by(event.site, event.object)
    )
    return [Tally(row.site, row.object, row.cases, row.kept, row.people) for row in conn.execute(query)]


def send(conn: Connection, tally: Tally, now: datetime, not_since: datetime) -> bool:
    """Note that QA is asked now; not where it was asked after `not_since`, by whichever process."""
    row = {"site": tally.site, "name": tally.check, "cases": tally.cases, "kept": tally.kept}
    return conn.execute(_SEND(conn), {**row, "sent_at": now, "not_since": not_since}).first() is not None


def sent_since(conn: Connection, since: datetime) -> Sequence[Sent]:
    """What QA was asked to look at since then, by site and check."""
    table = check_reviews.c
    query = select(check_reviews).where(table.sent_at > since).order_by(table.site, table.name)
    return [Sent(row.site, row.name, row.cases, row.kept, row.sent_at) for row in conn.execute(query)]
