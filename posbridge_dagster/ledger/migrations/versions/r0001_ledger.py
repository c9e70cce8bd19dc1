"""Records, quarantine, links, cursors, and the directories of articles and relations."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True)


def upgrade(op: Operations) -> None:
    """Create the first tables; runs inside the transaction that opened the ledger."""
    _create_records(op)
    _create_quarantine(op)
    _create_links_and_cursors(op)
    _create_directories(op)


def _keys(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), primary_key=True) for name in ("shop", "administration", *names)]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False, server_default="") for name in names]


def _index(op: Operations, table: str, suffix: str, *names: str) -> None:
    op.create_index(f"ix_{table}_{suffix}", table, ["shop", "administration", *names])


def _create_records(op: Operations) -> None:
    op.create_table(
        "posbridge_record",
        *_keys("flow", "source_id"),
        sa.Column("state", sa.Text(), nullable=False),
        *_texts("outcome", "target_id", "target_number"),
        *_texts("source_fingerprint", "payload_fingerprint", "source_version", "idempotency_key"),
        sa.Column("generation", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        *_texts("code", "reason"),
        sa.Column("day", sa.Date()),
        sa.Column("amount_minor", sa.BigInteger()),
        sa.Column("written_minor", sa.BigInteger()),
        *_texts("currency", "run_id", "owner"),
        sa.Column("lease_until", MOMENT),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("detail", JSON),
        sa.Column("earlier", JSON),
    )
    _index(op, "posbridge_record", "state", "flow", "state", "first_seen_at")
    _index(op, "posbridge_record", "day", "flow", "day", "state", "outcome", "currency")
    held = sa.text("owner <> ''")
    columns = ["owner", "shop", "administration", "flow", "source_id"]
    op.create_index("ix_posbridge_record_owner", "posbridge_record", columns, sqlite_where=held, postgresql_where=held)


def _create_quarantine(op: Operations) -> None:
    op.create_table(
        "posbridge_quarantine",
        *_keys("flow", "source_id"),
        sa.Column("code", sa.Text(), nullable=False),
        *_texts("reason"),
        sa.Column("day", sa.Date()),
        sa.Column("source_payload", sa.JSON(), nullable=False),
        sa.Column("target_payload", JSON),
        *_texts("source_fingerprint", "payload_fingerprint"),
        sa.Column("amount_minor", sa.BigInteger()),
        *_texts("currency", "run_id"),
        sa.Column("times_seen", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
    )
    _index(op, "posbridge_quarantine", "code", "code")


def _create_links_and_cursors(op: Operations) -> None:
    op.create_table(
        "posbridge_link",
        *_keys("kind", "source_id"),
        sa.Column("target_id", sa.Text(), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
    )
    _index(op, "posbridge_link", "target", "kind", "target_id")
    op.create_table(
        "posbridge_cursor",
        *_keys("name"),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
    )


def _create_directories(op: Operations) -> None:
    op.create_table(
        "posbridge_article",
        *_keys(),
        sa.Column("article_number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("product_number", sa.BigInteger()),
        *_texts("ext_article_id", "barcode", "plu_number", "description"),
        sa.Column("vat_code", sa.Integer()),
        sa.Column("active", sa.Boolean()),
        sa.Column("stock_article", sa.Boolean()),
        sa.Column("sync_marker", sa.BigInteger(), nullable=False),
    )
    _index(op, "posbridge_article", "external", "ext_article_id")
    _index(op, "posbridge_article", "barcode", "barcode")
    op.create_table(
        "posbridge_relation",
        *_keys(),
        sa.Column("relation_number", sa.BigInteger(), primary_key=True, autoincrement=False),
        *_texts("ext_relation_id", "email", "name", "company_name", "contact", "address", "zipcode", "city", "country"),
        *_texts("delivery_address", "delivery_zipcode", "delivery_city", "delivery_country", "telephone", "mobile", "vat_number"),
        sa.Column("active", sa.Boolean()),
        sa.Column("sync_marker", sa.BigInteger(), nullable=False),
    )
    _index(op, "posbridge_relation", "external", "ext_relation_id")
    _index(op, "posbridge_relation", "email", "email")
