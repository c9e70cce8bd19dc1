"""What a person wants to see beside each asset: counts, money, a masked preview, reasons, calls and their cost."""

from typing import Any

import dagster as dg
import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.loading.result import outcome_counts
from posbridge_dagster.report.tables import amounts, preview, reasons, sums

_SHOWN = {
    "orders": ("name", "created_at", "location_name", "financial_status", "total_minor", "billing_last_name"),
    "order_lines": ("order_id", "kind", "sku", "title", "quantity", "total_minor", "tax_rate"),
    "order_taxes": ("order_id", "line_id", "tax_rate", "tax_minor"),
    "order_payments": ("order_id", "gateway", "kind", "status", "amount_minor"),
    "refunds": ("order_id", "refund_id", "refunded_minor"),
    "customers": ("customer_key", "email", "last_name", "company", "city"),
}


def snapshot_metadata(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    """Return rows, money and a masked preview of a snapshot frame."""
    metadata: dict[str, Any] = {"rows": len(frame), "preview": preview(frame, _SHOWN[name])}
    if name == "orders":
        metadata |= {"sold": amounts(sums(frame, "total_minor")), "unreadable": int(frame["fault"].notna().sum())}
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
        "preview": preview(result, ("source_id", "outcome", "target_number", "amount_minor", "code")),
    }


def calls_metadata(*, shopify: ShopifyClient | None = None, mplus: MplusClient | None = None) -> dict[str, Any]:
    """Return how much a client has asked of its system so far in this run."""
    metadata: dict[str, Any] = {}
    if shopify:
        metadata |= {"shopify_calls": shopify.statistics.calls, "shopify_points": dg.MetadataValue.float(shopify.statistics.points_actual)}
    if mplus:
        metadata |= {"mplus_calls": mplus.statistics.calls, "mplus_retries": mplus.statistics.retries}
    return metadata
