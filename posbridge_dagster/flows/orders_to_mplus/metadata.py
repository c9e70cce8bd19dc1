"""What a person wants to see beside the frames of the flow: a masked preview, money, lineage and reasons."""

from typing import Any

import pandas as pd

from posbridge_dagster.flows.orders_to_mplus.lineage import column_lineage
from posbridge_dagster.flows.orders_to_mplus.options import OrdersToMplusOptions
from posbridge_dagster.flows.showing import frame_metadata, verdict_metadata
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.report.tables import amounts, sums

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
_CLEAR = {"orders": ("name",)}  # looks personal and is not: the name of an order is its number
_KEYS = {"customers": "customer_key", "orders": "name"}


def snapshot_metadata(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    """Return rows, money and a masked preview of a snapshot frame."""
    metadata = frame_metadata(frame, _SNAPSHOT_SHOWN.get(name, ()), _CLEAR.get(name, ()))
    if name == "orders":
        metadata |= {"sold": amounts(sums(frame, "total_minor")), "unreadable": int(frame["fault"].notna().sum())}
    return metadata


def mapped_metadata(name: str, frame: pd.DataFrame, mapping: Mapping[OrdersToMplusOptions]) -> dict[str, Any]:
    """Return rows, a masked preview and the column lineage of a mapped frame; of records also how many may be written."""
    metadata = frame_metadata(frame, _MAPPED_SHOWN.get(name, ()), _CLEAR.get(name, ()))
    metadata |= {"mapping": mapping.fingerprint[:12], "dagster/column_lineage": column_lineage(name, mapping)}
    return metadata | (verdict_metadata(frame, _KEYS[name]) if name in _KEYS else {})
