"""Where our app is installed, and the installations that were begun. Tokens come and go here encrypted only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from bot.store.moment import db_now
from bot.store.tables import install_states, installations
from bot.store.upsert import on_both_engines

_KEEP = on_both_engines(
    installations,
    lambda insert: insert.values(installed_at=db_now()).on_conflict_do_update(
        index_elements=["channel", "workspace"],
        set_={
            "enterprise": insert.excluded.enterprise,
            "name": insert.excluded.name,
            "bot_user": insert.excluded.bot_user,
            "sealed": insert.excluded.sealed,
            "expires_at": insert.excluded.expires_at,
            "scopes": insert.excluded.scopes,
            "dropped_at": None,
        },
    ),
)


@dataclass(frozen=True, slots=True)
class SealedInstallation:
    """One installation. `sealed` holds its tokens, encrypted."""

    channel: str
    workspace: str
    enterprise: str
    name: str
    bot_user: str
    sealed: bytes
    expires_at: datetime | None
    scopes: str


def keep(conn: Connection, installation: SealedInstallation) -> None:
    """Note it, or its new token."""
    values = {name: getattr(installation, name) for name in SealedInstallation.__slots__}
    conn.execute(_KEEP(conn), values)


def find(conn: Connection, channel: str, workspace: str) -> SealedInstallation | None:
    """The installation there; None where there is none, or it was dropped."""
    query = select(*(installations.c[name] for name in SealedInstallation.__slots__)).where(
        installations.c.channel == channel,
        installations.c.workspace == workspace,
        installations.c.dropped_at.is_(None),
    )
    row = conn.execute(query).first()
    return None if row is None else SealedInstallation(*row)


def drop(conn: Connection, channel: str, workspace: str) -> bool:
    """Forget its tokens; whether there were any."""
    query = (
        update(installations)
        .where(
            installations.c.channel == channel,
            installations.c.workspace == workspace,
            installations.c.dropped_at.is_(None),
        )
        .values(sealed=None, expires_at=None, dropped_at=db_now())
    )
    return conn.execute(query).rowcount > 0


def begin(conn: Connection, state_hash: str, lifetime: timedelta) -> None:
    """Note that an installation was begun. Those that took too long are forgotten: anybody may begin one."""
    conn.execute(delete(install_states).where(install_states.c.expires_at <= db_now()))
    conn.execute(insert(install_states).values(state_hash=state_hash, expires_at=db_now(lifetime)))


def finish(conn: Connection, state_hash: str) -> bool:
    """Whether this installation was begun here, lately, and is finished only now. Of two at once, one is."""
    query = (
        update(install_states)
        .where(
            install_states.c.state_hash == state_hash,
            install_states.c.used_at.is_(None),
            install_states.c.expires_at > db_now(),
        )
        .values(used_at=db_now())
    )
    return conn.execute(query).rowcount == 1
