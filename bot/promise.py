"""Telling people who asked for it what became of their question: there is an answer, or there will be none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import saying
from bot.content.library import Library
from bot.conversation.feedback import answered_at_last, never_answered
from bot.conversation.guide import Tell
from bot.conversation.scene import Scene, Turn
from bot.conversation.session import Session
from bot.reply import Reply
from bot.saying import Channels
from bot.sight import Sight
from bot.store import people, questions
from bot.store.database import Database, Transaction
from bot.store.questions import KeptQuestion, Promise

_STEP = "question"  # what a message of a run would name its step


@dataclass(frozen=True, slots=True)
class Due:
    """What a person is told now, and the promises that are kept with it; no reply where nobody is there to be told."""

    person: str
    tokens: tuple[str, ...]
    reply: Reply | None


def post(
    database: Database,
    library: Library,
    sight: Sight,
    channels: Channels,
    now: datetime,
    new_secret: Callable[[], str],
) -> int:
    """Tell everybody, by day, what became of their question, and forget who asked; how many. Raises StoreUnavailable.

    A question that was decided about is told of when the entry that answers it is in force for its person.
    """
    with database.reading() as conn:
        found = list(_due(conn, library, sight, now))
    return sum(_post(database, channels, each, new_secret()) for each in found)


def _due(conn: Transaction, library: Library, sight: Sight, now: datetime) -> Iterator[Due]:
    mine: dict[str, list[Promise]] = defaultdict(list)
    for promise in questions.promised(conn):
        mine[promise.person].append(promise)
    for person_id, promises in mine.items():
        person = people.by_id(conn, person_id)
        site = library.sites.get(person.site) if person and person.is_active else None
        if person is None or site is None:
            yield Due(person_id, tuple(promise.token for promise in promises), None)
        elif site.is_at_work(now):
            yield from _of_person(sight.scene(conn, person, Session(), None, None), promises)


def _of_person(scene: Scene, promises: Sequence[Promise]) -> Iterator[Due]:
    """What this person is told; what is the same, once."""
    told: dict[Reply, list[str]] = {}
    entries: dict[str, Reply] = {}
    for promise in promises:
        reply = _reply(scene, promise.question)
        if reply is None:
            continue
        if promise.question and promise.question.settled_by:
            reply = entries.setdefault(promise.question.settled_by, reply)
        told.setdefault(reply, []).append(promise.token)
    for reply, tokens in told.items():
        yield Due(scene.person.id, tuple(tokens), reply)


def _reply(scene: Scene, question: KeptQuestion | None) -> Reply | None:
    """What is said of the question; None as long as there is nothing to say."""
    if question is None:
        return never_answered(scene, "")
    if question.decision == "dismiss":
        return never_answered(scene, question.text)
    article = scene.knowledge.articles.get(question.settled_by)
    if article is None or not article.is_for(scene.asker):
        return None
    return answered_at_last(scene, question.text, article)


def _post(database: Database, channels: Channels, due: Due, secret: str) -> bool:
    """Tell it and forget the promises, or neither; whether anything was told."""
    with database.writing() as conn:
        are_mine = [questions.fulfil(conn, token) for token in due.tokens]
        if due.reply is None or not any(are_mine):
            return False  # nobody is there, or another process was faster
        tell = Tell((due.person,), due.reply, "", _STEP)
        saying.tell(conn, channels, f"promise:{secret}", Turn((), Session(), tells=(tell,)))
    return True
