"""What Slack and Teams need: installations, limits, what was put aside, and messages shown anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.moment import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "arrivals",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("channel", "event_id", name=op.f("pk_arrivals")),
    )
    op.create_index(op.f("ix_arrivals_due_at"), "arrivals", ["due_at"], unique=False)
    op.create_table(
        "buckets",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("left", sa.Float(), nullable=False),
        sa.Column("filled_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "workspace", name=op.f("pk_buckets")),
    )
    op.create_table(
        "install_states",
        sa.Column("state_hash", sa.String(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_install_states")),
    )
    op.create_table(
        "installations",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("enterprise", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("bot_user", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.Column("scopes", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("installed_at", Moment(), nullable=False),
        sa.Column("dropped_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "workspace", name=op.f("pk_installations")),
    )
    op.add_column(
        "addresses", sa.Column("workspace", sa.String(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "addresses", sa.Column("reference", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("addresses", sa.Column("closed_at", Moment(), nullable=True))
    op.add_column("outbox", sa.Column("amends", sa.Integer(), nullable=True))
    op.add_column("outbox", sa.Column("posted_at", Moment(), nullable=True))
    op.add_column("outbox", sa.Column("is_open", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["address", "seq"],
        unique=False,
        postgresql_where=sa.text("is_open"),
        sqlite_where=sa.text("is_open"),
    )
