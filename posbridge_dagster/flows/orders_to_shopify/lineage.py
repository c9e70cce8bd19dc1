"""Where the columns of the mapped frames come from that the mapping file does not fill."""

import dagster as dg

from posbridge_dagster.flows import lineage
from posbridge_dagster.flows.orders_to_shopify.options import OrdersToShopifyOptions
from posbridge_dagster.flows.orders_to_shopify.shapes import MAPPED_SHAPES
from posbridge_dagster.mapping import Mapping

_KIND = "documents.kind"
_PRICE = (
    *(f"document_lines.{name}" for name in ("total_minor", "total_excl_minor", "quantity", "vat_code")),
    "documents.vat_method",
    _KIND,
)
_TAX = ("document_taxes.vat_minor", "document_lines.total_minor", "document_lines.vat_code", _KIND)

_BESIDE_THE_FILE: dict[str, dict[str, tuple[str, ...]]] = {
    "customers": {"relation_number": ("relations.relation_number",)},
    "orders": {
        **{
            name: (f"documents.{name}",)
            for name in ("document_id", "kind", "number", "credited_id", "earlier_ids", "day", "delivered", "cancelled")
        },
        "currency": ("documents.currency",),
        "custom_id": ("documents.document_id",),
        "relation_number": ("documents.relation_number", "relations.email"),
        "is_company": ("relations.company_name",),
        "note": ("document_lines.text",),
        "processed_at": ("documents.entered_at",),
        "taxes_included": ("documents.vat_method",),
        "total_minor": ("documents.total_minor", _KIND),
        "tax_minor": ("documents.total_minor", "documents.total_excl_minor", _KIND),
        "paid_minor": ("documents.paid_minor", _KIND),
        "source_fingerprint": ("documents.fingerprint",),
    },
    "order_lines": {
        **{name: (f"document_lines.{name}",) for name in ("document_id", "line_id", "position", "article_number", "quantity")},
        "delivered": ("document_lines.delivered",),
        "ext_article_id": ("variants.ext_article_id",),
        "variant_id": ("variants.variant_id",),
        "price_minor": _PRICE,
        "total_minor": _PRICE,
        "tax_minor": _TAX,
        "tax_rate": ("document_lines.vat_rate", "document_taxes.vat_rate"),
        "tax_title": ("document_taxes.percentage", "document_taxes.country"),
    },
    "order_payments": {
        **{name: (f"document_payments.{name}",) for name in ("document_id", "payment_id", "paid_at")},
        "amount_minor": ("document_payments.amount_minor", _KIND),
    },
}


def column_lineage(target: str, mapping: Mapping[OrdersToShopifyOptions]) -> dg.TableColumnLineage:
    """Return the snapshot columns that each column of a mapped frame is made of; a constant has none."""
    return lineage.column_lineage(mapping, target, MAPPED_SHAPES[target].columns, _BESIDE_THE_FILE[target], {})
