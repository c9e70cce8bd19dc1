"""What a person wants to see beside each asset: counts, money, a masked preview, reasons, calls and their cost."""

from typing import Any

import dagster as dg
import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.loading.result import outcome_counts
from posbridge_dagster.report.tables import amounts, preview, reasons, sums

_SHOWN = {
    "documents": ("document_id", "kind", "number", "day", "total_minor", "paid_minor", "delivered"),
    "document_lines": ("document_id", "position", "article_number", "quantity", "total_minor", "vat_rate"),
    "document_taxes": ("document_id", "country", "percentage", "excl_minor", "vat_minor"),
    "document_payments": ("document_id", "method", "amount_minor"),
    "relations": ("relation_number", "name", "email", "city"),
    "variants": ("article_number", "variant_id", "ext_article_id", "candidates"),
    "customers": ("relation_number", "last_name", "email", "city", "outcome"),
    "orders": ("document_id", "number", "kind", "total_minor", "tax_minor", "outcome", "code"),
    "order_lines": ("document_id", "position", "kind", "variant_id", "quantity", "price_minor", "tax_minor"),
    "order_payments": ("document_id", "gateway", "amount_minor"),
}
_RESULT_SHOWN = ("source_id", "name", "outcome", "target_number", "amount_minor", "written_minor", "code")


def frame_metadata(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    """Return rows and a masked preview of a snapshot or mapped frame; of documents also their money."""
    metadata: dict[str, Any] = {"rows": len(frame), "preview": preview(frame, _SHOWN[name])}
    if name == "documents":
        metadata |= {"booked": amounts(sums(frame, "total_minor")), "unreadable": int(frame["fault"].notna().sum())}
    return metadata


def result_metadata(result: pd.DataFrame) -> dict[str, Any]:
    """Return counts by outcome, money read and written, and a table of reasons."""
    written = result[result["outcome"].isin(["created", "updated", "unchanged"])]
    return {
        "read": len(result),
        **outcome_counts(result),
        "money_read": amounts(sums(written, "amount_minor")),
        "money_written": amounts(sums(written, "written_minor")),
        "reasons": reasons(result),
        "preview": preview(result, _RESULT_SHOWN, clear=("name",)),
    }


def calls_metadata(*, shopify: ShopifyClient | None = None, mplus: MplusClient | None = None) -> dict[str, Any]:
    """Return how much a client has asked of its system so far in this run."""
    metadata: dict[str, Any] = {}
    if shopify:
        metadata |= {"shopify_calls": shopify.statistics.calls, "shopify_points": dg.MetadataValue.float(shopify.statistics.points_actual)}
    if mplus:
        metadata |= {"mplus_calls": mplus.statistics.calls, "mplus_retries": mplus.statistics.retries}
    return metadata
