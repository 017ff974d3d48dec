"""Which coaching checks somebody kept their words against, found by who: after twice a check is quiet for a while."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index(
        "ix_engagement_events_stood_by",
        "engagement_events",
        ["person", "at"],
        unique=False,
        postgresql_where=sa.text("verb = 'stood_by'"),
        sqlite_where=sa.text("verb = 'stood_by'"),
    )
