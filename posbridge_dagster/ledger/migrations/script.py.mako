"""${message}"""

import sqlalchemy as sa
from alembic.operations import Operations

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade(op: Operations) -> None:
    """${message}; runs inside the transaction that opened the ledger."""
    ${upgrades if upgrades else "raise NotImplementedError"}
