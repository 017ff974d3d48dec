"""The sites as last seen, so that a change of their settings leaves a trace."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, select

from bot.site import Site
from bot.store.tables import sites
from bot.store.upsert import on_both_engines
from playbooks.run import hash_of

_NOTE = on_both_engines(
    sites,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["id"],
        set_={"name": insert.excluded.name, "settings_hash": insert.excluded.settings_hash},
    ),
)


def settings_hash(site: Site) -> str:
    """The hash of everything a site's settings say."""
    return hash_of(asdict(site))


def note(conn: Connection, site: Site) -> bool:
    """Keep what the site's settings are now; whether they are other than last seen."""
    new = settings_hash(site)
    known = conn.execute(select(sites.c.settings_hash).where(sites.c.id == site.id)).scalar()
    if known == new:
        return False
    conn.execute(_NOTE(conn), {"id": site.id, "name": site.name, "settings_hash": new})
    return True
