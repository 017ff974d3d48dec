"""Parts of runs that somebody handed to a colleague, so that they see whose turn it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.moment import Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "parts",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("giver", sa.String(), nullable=False),
        sa.Column("given_at", Moment(), nullable=False),
        sa.Column("back_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["giver"], ["people.id"], name=op.f("fk_parts_giver_people")),
        sa.ForeignKeyConstraint(["run"], ["runs.ref"], name=op.f("fk_parts_run_runs")),
        sa.PrimaryKeyConstraint("run", "step", name=op.f("pk_parts")),
    )
    op.create_index(op.f("ix_parts_giver"), "parts", ["giver"], unique=False)
