"""The words that `mappings/orders_to_shopify.yaml` may use: source frames and columns, target fields, settings."""

from posbridge_dagster.flows.orders_to_shopify import FLOW
from posbridge_dagster.flows.orders_to_shopify.options import OrdersToShopifyOptions
from posbridge_dagster.mapping import SourceFrame, TargetField, TargetFrame, Vocabulary
from posbridge_dagster.snapshots.mplus_document_shapes import DOCUMENT_LINES, DOCUMENT_PAYMENTS, DOCUMENT_TAXES, DOCUMENTS, RELATIONS


def _text(says: str, *, required: bool = False) -> TargetField:
    return TargetField(kind="text", required=required, says=says)


def _address(prefix: str = "") -> dict[str, TargetField]:
    return {
        f"{prefix}first_name": _text("given name"),
        f"{prefix}last_name": _text("family name"),
        f"{prefix}company": _text("company"),
        f"{prefix}address1": _text("street, house number and addition in one line"),
        f"{prefix}zip": _text("postal code"),
        f"{prefix}city": _text("city"),
        f"{prefix}country": _text("country, ISO 3166 alpha-2"),
    }


_CUSTOMER_FIELDS = {
    "email": _text("e-mail address, the key a customer is found by"),
    **_address(),
    "phone": _text("telephone number; unique in the shop, a second customer with it is refused"),
    "note": _text("note"),
    "tags": _text("comma between tags"),
    "vat_number": _text("VAT number of a company"),
}

_ORDER_FIELDS = {
    "name": _text("name of the order; empty = Shopify counts on"),
    "note": _text("note; the lines of text of the document come after it"),
    "tags": _text("comma between tags"),
    "po_number": _text("purchase order number"),
    "location_id": _text("digits of the Shopify location where it was sold and handed over", required=True),
    **_address("billing_"),
    **_address("shipping_"),
}

_LINE_FIELDS = {
    "kind": _text("article, shipping, discount or custom (a line without variant)", required=True),
    "title": _text("text of the line", required=True),
}

_TAX_FIELDS = {"title": _text("name of the tax", required=True)}

_PAYMENT_FIELDS = {"gateway": _text("gateway of the transaction", required=True)}

VOCABULARY = Vocabulary(
    flow=FLOW,
    sources={
        "documents": SourceFrame(DOCUMENTS, parents={"relations": "relation_number"}),
        "document_lines": SourceFrame(DOCUMENT_LINES, parents={"documents": "document_id"}),
        "document_taxes": SourceFrame(DOCUMENT_TAXES, parents={"documents": "document_id"}),
        "document_payments": SourceFrame(DOCUMENT_PAYMENTS, parents={"documents": "document_id"}),
        "relations": SourceFrame(RELATIONS),
    },
    targets={
        "customers": TargetFrame(base="relations", key=("relation_number",), fields=_CUSTOMER_FIELDS),
        "orders": TargetFrame(base="documents", key=("document_id",), fields=_ORDER_FIELDS),
        "order_lines": TargetFrame(base="document_lines", key=("document_id", "line_id"), fields=_LINE_FIELDS),
        "order_taxes": TargetFrame(base="document_taxes", key=("document_id", "position"), fields=_TAX_FIELDS),
        "order_payments": TargetFrame(base="document_payments", key=("document_id", "payment_id"), fields=_PAYMENT_FIELDS),
    },
    settings=OrdersToShopifyOptions,
    records=("documents", "relations"),
)
