"""Changes: what stood in the fields of a record before they were written, and what took its place."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True)


def upgrade(op: Operations) -> None:
    """Create the table of changes; runs inside the transaction that opened the ledger."""
    op.create_table(
        "posbridge_change",
        *(sa.Column(name, sa.Text(), primary_key=True) for name in ("shop", "administration", "flow", "source_id")),
        sa.Column("attempt", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("field", sa.Text(), primary_key=True),
        _text("target_id"),
        sa.Column("before", JSON),
        sa.Column("after", JSON),
        _text("rule"),
        _text("run_id"),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")
