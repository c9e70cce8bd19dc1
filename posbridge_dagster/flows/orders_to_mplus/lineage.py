"""Where the columns of the mapped frames come from that the mapping file does not fill."""

import dagster as dg

from posbridge_dagster.flows import lineage
from posbridge_dagster.flows.orders_to_mplus.frames import MAPPED
from posbridge_dagster.flows.orders_to_mplus.options import OrdersToMplusOptions
from posbridge_dagster.mapping import Mapping

_LINE_TOTAL = ("order_lines.total_minor", "order_lines.tax_minor", "orders.taxes_included")

_BESIDE_THE_FILE: dict[str, dict[str, tuple[str, ...]]] = {
    "customers": {name: (f"customers.{name}",) for name in ("customer_key", "customer_id", "changed_at")},
    "orders": {
        **{name: (f"orders.{name}",) for name in ("order_id", "name", "day", "customer_key", "currency", "created_at")},
        "external_id": ("orders.order_id",),
        "document": ("orders.location_id",),
        "default_debtor": ("orders.location_id",),
        "financial_date": ("orders.day",),
        "cancelled_day": ("orders.cancelled_day",),
        "handed_over": ("orders.fulfillment_status",),
        "total_minor": ("orders.total_minor", "orders.rounding_minor"),
        "paid_minor": ("orders.received_minor",),
        "source_fingerprint": ("orders.fingerprint",),
    },
    "order_lines": {
        **{name: (f"order_lines.{name}",) for name in ("order_id", "line_id", "position", "quantity")},
        "article_number": ("articles.article_number", "articles.ext_article_id", "articles.barcode"),
        "price_minor": (*_LINE_TOTAL, "order_lines.quantity"),
        "total_minor": _LINE_TOTAL,
    },
    "order_payments": {
        "order_id": ("order_payments.order_id",),
        "payment_id": ("order_payments.payment_id",),
        "amount_minor": ("order_payments.money_minor",),
    },
}
_LOOKED_UP_BY = dict.fromkeys(("service_code", "service_article", "code", "barcode"), "article_number")
"""The fields of a line that find its article; they are no columns of their own."""


def column_lineage(target: str, mapping: Mapping[OrdersToMplusOptions]) -> dg.TableColumnLineage:
    """Return the snapshot columns that each column of a mapped frame is made of; a constant has none."""
    stands_for = _LOOKED_UP_BY if target == "order_lines" else {}
    return lineage.column_lineage(mapping, target, MAPPED[target].columns, _BESIDE_THE_FILE[target], stands_for)
