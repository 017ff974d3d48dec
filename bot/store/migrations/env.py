"""What alembic runs: the migrations, on the connection and in the transaction of `bot/store/migrate.py`."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from bot.store.moment import Moment
from bot.store.tables import metadata


def _spell(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """How a drafted migration writes our own column type; alembic knows the others."""
    return "Moment()" if kind == "type" and isinstance(item, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_server_default=True,
    render_item=_spell,
)
with context.begin_transaction():
    context.run_migrations()
