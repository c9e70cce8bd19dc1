"""What a person wants to see beside each asset: counts, money, a masked preview, reasons, calls and their cost."""

from typing import Any

import dagster as dg
import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.flows.orders_to_mplus.lineage import column_lineage
from posbridge_dagster.flows.orders_to_mplus.options import OrdersToMplusOptions
from posbridge_dagster.loading.result import outcome_counts
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.outcome import Outcome
from posbridge_dagster.report.tables import amounts, preview, reasons, sums

_COLUMNS = 7  # of a frame that names none for its preview
_SNAPSHOT_SHOWN = {
    "orders": ("order_id", "name", "created_at", "location_name", "financial_status", "total_minor", "billing_last_name"),
    "order_lines": ("order_id", "position", "kind", "sku", "quantity", "total_minor", "tax_rate"),
    "order_taxes": ("order_id", "line_id", "tax_rate", "tax_minor"),
    "order_payments": ("order_id", "gateway", "kind", "status", "amount_minor", "money_minor"),
    "refunds": ("order_id", "refund_id", "created_at", "money_minor", "goods_minor", "shipping_minor", "adjustment_minor"),
    "refund_lines": ("refund_id", "kind", "sku", "title", "quantity", "total_minor", "restock_type"),
    "refund_payments": ("refund_id", "gateway", "kind", "status", "amount_minor"),
    "exchanges": ("return_id", "order_id", "created_at"),
    "customers": ("customer_key", "email", "last_name", "company", "city"),
    "articles": ("article_number", "ext_article_id", "barcode", "vat_code", "active"),
    "relations": ("relation_number", "name", "email", "city", "active"),
}
_MAPPED_SHOWN = {
    "customers": ("customer_key", "name", "email", "city", "country", "outcome", "code"),
    "order_lines": ("order_id", "position", "article_number", "quantity", "price_minor", "total_minor", "vat_code"),
    "order_payments": ("order_id", "method", "amount_minor"),
    "orders": ("order_id", "name", "branch_number", "total_minor", "paid_minor", "outcome", "code"),
}
_RESULT_SHOWN = ("source_id", "name", "outcome", "target_number", "amount_minor", "written_minor", "code")
_KEYS = {"customers": "customer_key", "orders": "name"}


def snapshot_metadata(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    """Return rows, money and a masked preview of a snapshot frame."""
    metadata: dict[str, Any] = {
        "rows": len(frame),
        "preview": preview(frame, _SNAPSHOT_SHOWN.get(name, tuple(frame.columns)[:_COLUMNS]), clear=_clear(name)),
    }
    if name == "orders":
        metadata |= {"sold": amounts(sums(frame, "total_minor")), "unreadable": int(frame["fault"].notna().sum())}
    return metadata


def mapped_metadata(name: str, frame: pd.DataFrame, mapping: Mapping[OrdersToMplusOptions]) -> dict[str, Any]:
    """Return rows, a masked preview and the column lineage of a mapped frame; of records also how many may be written."""
    metadata: dict[str, Any] = {
        "rows": len(frame),
        "preview": preview(frame, _MAPPED_SHOWN.get(name, tuple(frame.columns)[:_COLUMNS]), clear=_clear(name)),
        "mapping": mapping.fingerprint[:12],
        "dagster/column_lineage": column_lineage(name, mapping),
    }
    if name in _KEYS:
        verdicts = frame["outcome"].value_counts()
        held_back = {outcome.value: int(verdicts.get(outcome.value, 0)) for outcome in (Outcome.SKIPPED, Outcome.QUARANTINED)}
        metadata |= {"may_be_written": len(frame) - sum(held_back.values()), **held_back, "reasons": reasons(frame, _KEYS[name])}
    return metadata


def result_metadata(result: pd.DataFrame) -> dict[str, Any]:
    """Return counts by outcome, money read and written, and a table of reasons."""
    written = result[result["outcome"].isin(["created", "updated", "unchanged"])]
    return {
        "read": len(result),
        **outcome_counts(result),
        "money_read": amounts(sums(result, "amount_minor")),
        "money_written": amounts(sums(written, "written_minor")),
        "reasons": reasons(result),
        "preview": preview(
            result, ("source_id", "name", "outcome", "target_number", "amount_minor", "written_minor", "code"), clear=("name",)
        ),
    }


def calls_metadata(*, shopify: ShopifyClient | None = None, mplus: MplusClient | None = None) -> dict[str, Any]:
    """Return how much a client has asked of its system so far in this run."""
    metadata: dict[str, Any] = {}
    if shopify:
        metadata |= {"shopify_calls": shopify.statistics.calls, "shopify_points": dg.MetadataValue.float(shopify.statistics.points_actual)}
    if mplus:
        metadata |= {"mplus_calls": mplus.statistics.calls, "mplus_retries": mplus.statistics.retries}
    return metadata


def _clear(name: str) -> tuple[str, ...]:
    """Return the columns that look personal and are not: the name of an order is its number."""
    return ("name",) if name == "orders" else ()
