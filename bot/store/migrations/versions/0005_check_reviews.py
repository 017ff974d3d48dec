"""When QA of a site was asked to look at a coaching check that people keep their words against: seldom twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.moment import Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "check_reviews",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("site", "name", name=op.f("pk_check_reviews")),
    )
