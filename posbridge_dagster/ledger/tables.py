"""The tables of the ledger; every one is keyed by shop and administration.

Personal data stands in these only: the payloads of ``posbridge_quarantine``, the columns of ``posbridge_relation``, the values of
``posbridge_change``, and the ``before`` of a record's detail while it is being written.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, DateTime, Dialect, Index, Integer, MetaData, Table, Text, literal_column
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept and returned in UTC (SQLite has no time zones and keeps the UTC wall clock)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC; a naive one raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment in the ledger needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


METADATA = MetaData()
SCOPE = ("shop", "administration")


def columns_beside_scope(table: Table) -> list[Column[Any]]:
    """Return the columns of a table without shop and administration."""
    return [column for column in table.columns if column.name not in SCOPE]


def _keys(*names: str) -> list[Column[Any]]:
    return [Column(name, Text, primary_key=True) for name in (*SCOPE, *names)]


def _texts(*names: str) -> list[Column[Any]]:
    return [Column(name, Text, nullable=False, server_default="") for name in names]


def _index(table: Table, *names: str, suffix: str) -> Index:
    return Index(f"ix_{table.name}_{suffix}", table.c.shop, table.c.administration, *(table.c[name] for name in names))


RECORD = Table(
    "posbridge_record",
    METADATA,
    *_keys("flow", "source_id"),
    Column("state", Text, nullable=False),
    *_texts("outcome", "target_id", "target_number"),
    *_texts("source_fingerprint", "payload_fingerprint", "source_version", "idempotency_key"),
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    *_texts("code", "reason"),
    Column("day", Date),
    Column("amount_minor", BigInteger),
    Column("written_minor", BigInteger),
    *_texts("currency", "run_id", "owner"),
    Column("lease_until", Moment),
    Column("first_seen_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("detail", JSON(none_as_null=True)),
    Column("earlier", JSON(none_as_null=True)),  # what a claim replaced, for giving it back
)
_index(RECORD, "flow", "state", "first_seen_at", suffix="state")
_index(RECORD, "flow", "day", "state", "outcome", "currency", suffix="day")
HELD = RECORD.c.owner != literal_column("''")
"""That some run holds the record; written into a query word for word, else SQLite does not use the index of held records."""
Index(
    "ix_posbridge_record_owner",
    *(RECORD.c[name] for name in ("owner", *SCOPE, "flow", "source_id")),
    sqlite_where=HELD,
    postgresql_where=HELD,
)

QUARANTINE = Table(
    "posbridge_quarantine",
    METADATA,
    *_keys("flow", "source_id"),
    Column("code", Text, nullable=False),
    *_texts("reason"),
    Column("day", Date),
    Column("source_payload", JSON, nullable=False),
    Column("target_payload", JSON(none_as_null=True)),
    *_texts("source_fingerprint", "payload_fingerprint"),
    Column("amount_minor", BigInteger),
    *_texts("currency", "run_id"),
    Column("times_seen", Integer, nullable=False, server_default="1"),
    Column("first_seen_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
)
_index(QUARANTINE, "code", suffix="code")

LINK = Table(
    "posbridge_link",
    METADATA,
    *_keys("kind", "source_id"),
    Column("target_id", Text, nullable=False),
    Column("linked_at", Moment, nullable=False),
)
_index(LINK, "kind", "target_id", suffix="target")

CHANGE = Table(
    "posbridge_change",
    METADATA,
    *_keys("flow", "source_id"),
    Column("attempt", Integer, primary_key=True, autoincrement=False),  # the record's attempts when it was written
    Column("field", Text, primary_key=True),
    *_texts("target_id"),
    Column("before", JSON(none_as_null=True)),  # empty: nothing stood there
    Column("after", JSON(none_as_null=True)),
    *_texts("rule", "run_id"),
    Column("written_at", Moment, nullable=False),
)

CURSOR = Table(
    "posbridge_cursor",
    METADATA,
    *_keys("name"),
    Column("value", Text, nullable=False),
    Column("moved_at", Moment, nullable=False),
)

ARTICLE = Table(
    "posbridge_article",
    METADATA,
    *_keys(),
    Column("article_number", BigInteger, primary_key=True, autoincrement=False),
    Column("product_number", BigInteger),
    *_texts("ext_article_id", "barcode", "plu_number", "description"),
    Column("vat_code", Integer),
    Column("active", Boolean),
    Column("stock_article", Boolean),
    Column("sync_marker", BigInteger, nullable=False),
)
_index(ARTICLE, "ext_article_id", suffix="external")
_index(ARTICLE, "barcode", suffix="barcode")

RELATION_TEXTS: Sequence[str] = (
    *("ext_relation_id", "email", "name", "company_name", "contact", "address", "zipcode", "city", "country"),
    *("delivery_address", "delivery_zipcode", "delivery_city", "delivery_country", "telephone", "mobile", "vat_number"),
)
RELATION = Table(
    "posbridge_relation",
    METADATA,
    *_keys(),
    Column("relation_number", BigInteger, primary_key=True, autoincrement=False),
    *_texts(*RELATION_TEXTS),
    Column("active", Boolean),
    Column("sync_marker", BigInteger, nullable=False),
)
_index(RELATION, "ext_relation_id", suffix="external")
_index(RELATION, "email", suffix="email")

LEVEL = Table(
    "posbridge_level",
    METADATA,
    *_keys(),
    Column("article_number", BigInteger, primary_key=True, autoincrement=False),
    Column("location_id", Text, primary_key=True),
    *_texts("item_id"),
    Column("quantity", BigInteger),  # as the shop last acknowledged it; the cursor of this level
    Column("acknowledged_at", Moment),
    Column("sent_quantity", BigInteger),  # what a write may have set that nobody answered
    Column("held_quantity", BigInteger),  # an increase that waits for one more run
    Column("missing_pieces", BigInteger, nullable=False, server_default="0"),  # gone from the shop, by no sale that is known
    Column("missing_since", Moment),
    *_texts("code", "reason"),  # why it could not be written the last time
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("differs_since", Moment),  # when a full compare first found another quantity
    *_texts("run_id"),
)
