"""What a person wants to see beside the frames of the flow: a masked preview, money, lineage and reasons."""

from typing import Any

import pandas as pd

from posbridge_dagster.flows import showing
from posbridge_dagster.flows.orders_to_shopify.lineage import column_lineage
from posbridge_dagster.flows.orders_to_shopify.options import OrdersToShopifyOptions
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.report.tables import amounts, sums

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
_KEYS = {"customers": "relation_number", "orders": "document_id"}


def snapshot_metadata(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    """Return rows and a masked preview of a snapshot frame; of documents also their money."""
    metadata = showing.frame_metadata(frame, _SHOWN[name])
    if name == "documents":
        metadata |= {"booked": amounts(sums(frame, "total_minor")), "unreadable": int(frame["fault"].notna().sum())}
    return metadata


def mapped_metadata(name: str, frame: pd.DataFrame, mapping: Mapping[OrdersToShopifyOptions]) -> dict[str, Any]:
    """Return rows, a masked preview and the column lineage of a mapped frame; of records also how many may be written."""
    metadata = showing.frame_metadata(frame, _SHOWN[name])
    metadata |= {"mapping": mapping.fingerprint[:12], "dagster/column_lineage": column_lineage(name, mapping)}
    return metadata | (showing.verdict_metadata(frame, _KEYS[name]) if name in _KEYS else {})
