"""Keeping the coach honest: a coaching check that people keep their words against goes to QA, who may switch it off.

Only figures of a group are looked at and told, never whose they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import saying
from bot.content.library import Library
from bot.conversation.coaching import for_review
from bot.conversation.guide import Tell
from bot.conversation.scene import Turn
from bot.conversation.session import Session
from bot.conversation.wording import Wording
from bot.saying import Channels
from bot.sight import Sight
from bot.site import Site
from bot.store import audit, check_reviews
from bot.store.check_reviews import Tally
from bot.store.database import Database, Transaction
from playbooks.coaching.catalogue import CHECKS, LEAST_CASES, is_kept_against, is_on

ROLE = "qa_on_call"
AGAIN_AFTER = timedelta(days=90)
FEWEST_PEOPLE = 5  # fewer are no group: their figures would be somebody's own


@dataclass(frozen=True, slots=True)
class Due:
    """A check that QA of its site should look at, and whom that reaches now."""

    tally: Tally
    site: Site
    to: tuple[str, ...]


def due(conn: Transaction, library: Library, sight: Sight, now: datetime) -> Iterator[Due]:
    """Every check that people of a site kept their words against too often, unless its QA was asked of late."""
    asked = {(sent.site, sent.check) for sent in check_reviews.sent_since(conn, now - AGAIN_AFTER)}
    for tally in check_reviews.tallies(conn, LEAST_CASES):
        site = library.sites.get(tally.site)
        is_asked = site is not None and tally.check in CHECKS and is_on(tally.check, site.coaching)
        if site is None or not is_asked or (tally.site, tally.check) in asked:
            continue
        if tally.people >= FEWEST_PEOPLE and is_kept_against(tally.cases, tally.kept):
            yield Due(tally, site, sight.reach(conn, site, ROLE))


def post(database: Database, library: Library, sight: Sight, channels: Channels, now: datetime) -> int:
    """Ask QA of each site to look at what is due, by day, each once; how many were posted. Raises StoreUnavailable.

    Where nobody stands on the roster it stays due, and the doctor names it.
    """
    with database.reading() as conn:
        found = [each for each in due(conn, library, sight, now) if each.to and each.site.is_at_work(now)]
    return sum(_post(database, sight.english, channels, each, now) for each in found)


def _post(database: Database, wording: Wording, channels: Channels, due_: Due, now: datetime) -> bool:
    tally = due_.tally
    with database.writing() as conn:
        if not check_reviews.send(conn, tally, now, now - AGAIN_AFTER):
            return False  # another process was faster
        reply = for_review(wording, due_.site, tally.check, kept=tally.kept, cases=tally.cases)
        tell = Tell(due_.to, reply, "", tally.check)
        key = f"check:{tally.site}:{tally.check}:{now.isoformat()}"
        saying.tell(conn, channels, key, Turn((), Session(), tells=(tell,)))
        figures = f"kept {tally.kept} of {tally.cases}"
        entry = audit.Entry(
            "system", "check sent for review", f"check:{tally.site}/{tally.check}", after=figures
        )
        audit.append(conn, audit.SYSTEM, [entry])
    return True
