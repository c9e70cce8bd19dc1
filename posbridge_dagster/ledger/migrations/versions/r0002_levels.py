"""Stock levels: what the shop acknowledged of each article at each location."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade(op: Operations) -> None:
    """Create the table of levels; runs inside the transaction that opened the ledger."""
    op.create_table(
        "posbridge_level",
        sa.Column("shop", sa.Text(), primary_key=True),
        sa.Column("administration", sa.Text(), primary_key=True),
        sa.Column("article_number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("location_id", sa.Text(), primary_key=True),
        _text("item_id"),
        sa.Column("quantity", sa.BigInteger()),
        sa.Column("acknowledged_at", MOMENT),
        sa.Column("sent_quantity", sa.BigInteger()),
        sa.Column("held_quantity", sa.BigInteger()),
        sa.Column("missing_pieces", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("missing_since", MOMENT),
        _text("code"),
        _text("reason"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("differs_since", MOMENT),
        _text("run_id"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")
