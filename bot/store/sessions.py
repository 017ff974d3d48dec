"""What the coach has in mind about each person."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from bot.conversation.session import Session
from bot.store.tables import sessions
from bot.store.upsert import on_both_engines

_LOAD = select(sessions.c.state).where(sessions.c.person == bindparam("person"))
_SAVE = on_both_engines(
    sessions,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["person"], set_={"state": insert.excluded.state}
    ),
)


def load(conn: Connection, person_id: str) -> Session:
    """The person's session; a new one when there is none yet."""
    state = conn.execute(_LOAD, {"person": person_id}).scalar()
    return Session() if state is None else Session.from_json(state)


def save(conn: Connection, person_id: str, session: Session) -> None:
    """Keep the person's session."""
    conn.execute(_SAVE(conn), {"person": person_id, "state": session.to_json()})
