"""The mapped frames: what Shopify should hold, in its own terms, and the verdict on documents that cannot go there.

Amounts are cents, with VAT where ``taxes_included``. A credit's amounts are what is given back, so they are positive too.
``outcome`` is empty for a record that may be written, else ``skipped`` or ``quarantined`` with a ``code`` and a ``reason``.
"""

from posbridge_dagster.model.frames import MOMENT, TEXT, WHOLE, YES_NO, Column, FrameShape

VERDICT = {
    "outcome": Column(TEXT, "empty = to be written; skipped or quarantined otherwise"),
    "code": Column(TEXT, "stable reason code"),
    "reason": Column(TEXT, "one sentence for people"),
}

VARIANTS = FrameShape(
    "variants",
    ("article_number",),
    {
        "article_number": Column(WHOLE, "article of MplusKASSA"),
        "variant_id": Column(TEXT, "digits of the variant's gid; empty where the shop has none, or several"),
        "ext_article_id": Column(TEXT, "its extArticleId, a SKU that is no number"),
        "candidates": Column(WHOLE, "variants with this SKU"),
    },
)

ADDRESS = ("first_name", "last_name", "company", "address1", "zip", "city", "country")

MAPPED_CUSTOMERS = FrameShape(
    "customers",
    ("relation_number",),
    {
        "relation_number": Column(WHOLE, "relation of MplusKASSA"),
        "email": Column(TEXT, "e-mail address, the key a customer is found by"),
        **{name: Column(TEXT) for name in (*ADDRESS, "phone", "note", "tags")},
        "vat_number": Column(TEXT, "VAT number of a company"),
        "fingerprint": Column(TEXT, "content of what is sent"),
        **VERDICT,
    },
)

MAPPED_ORDERS = FrameShape(
    "orders",
    ("document_id",),
    {
        "document_id": Column(TEXT, "order:<id> or invoice:<id>, row of the snapshot; :return is the part of an exchange that comes back"),
        "kind": Column(TEXT, "order, invoice, credit, or return: goods that come back without a word about their sale"),
        "number": Column(TEXT, "what people call it in MplusKASSA"),
        "custom_id": Column(TEXT, "value of the custom-id metafield: <administration>:<id>"),
        "credited_id": Column(TEXT, "document that a credit takes back"),
        "earlier_ids": Column(TEXT, "documents that a return may take back, newest first, with blanks between"),
        "day": Column(TEXT, "financial date, YYYY-MM-DD"),
        "relation_number": Column(WHOLE, "row of customers; empty = an order without customer"),
        "is_company": Column(YES_NO, "the relation is a company"),
        "name": Column(TEXT, "name of the order in Shopify; empty = Shopify counts on"),
        "note": Column(TEXT, "note, with the lines of text"),
        "tags": Column(TEXT, "comma between tags"),
        "po_number": Column(TEXT, "purchase order number"),
        "location_id": Column(TEXT, "digits of the location's gid"),
        **{f"billing_{name}": Column(TEXT) for name in ADDRESS},
        **{f"shipping_{name}": Column(TEXT) for name in ADDRESS},
        "processed_at": Column(MOMENT, "moment of the sale"),
        "taxes_included": Column(YES_NO, "prices of lines include VAT"),
        "delivered": Column(YES_NO, "goods were handed over"),
        "cancelled": Column(YES_NO, "cancelled as a whole"),
        "total_minor": Column(WHOLE, "with VAT; for a credit what is given back"),
        "tax_minor": Column(WHOLE, "VAT in it"),
        "paid_minor": Column(WHOLE, "sum of order_payments"),
        "currency": Column(TEXT, "ISO 4217"),
        "source_fingerprint": Column(TEXT, "content of the document"),
        "payload_fingerprint": Column(TEXT, "content of what is sent"),
        **VERDICT,
    },
)

MAPPED_LINES = FrameShape(
    "order_lines",
    ("document_id", "line_id", "part"),
    {
        "document_id": Column(TEXT, "row of orders"),
        "line_id": Column(TEXT, "row of the snapshot"),
        "part": Column(WHOLE, "0, and 1 where a total does not divide by the quantity"),
        "position": Column(WHOLE, "order on the document"),
        "kind": Column(TEXT, "article, custom or shipping"),
        "article_number": Column(WHOLE, "article of MplusKASSA"),
        "ext_article_id": Column(TEXT, "its extArticleId"),
        "variant_id": Column(TEXT, "digits of the variant's gid; empty for a custom line"),
        "title": Column(TEXT, "text of the line; a fractional quantity stands in it"),
        "quantity": Column(WHOLE, "pieces"),
        "delivered": Column(WHOLE, "pieces handed over so far"),
        "price_minor": Column(WHOLE, "per piece, after discounts"),
        "total_minor": Column(WHOLE, "quantity x price"),
        "tax_minor": Column(WHOLE, "its share of the document's VAT"),
        "tax_rate": Column(WHOLE, "hundredths of a percent"),
        "tax_title": Column(TEXT, "name of the tax"),
    },
)

MAPPED_PAYMENTS = FrameShape(
    "order_payments",
    ("document_id", "payment_id"),
    {
        "document_id": Column(TEXT, "row of orders"),
        "payment_id": Column(TEXT, "the first payment it holds"),
        "gateway": Column(TEXT, "gateway of the transaction"),
        "amount_minor": Column(WHOLE, "money received this way, money given back taken off"),
        "paid_at": Column(MOMENT, "when"),
    },
)

MAPPED_SHAPES = {shape.name: shape for shape in (MAPPED_CUSTOMERS, MAPPED_LINES, MAPPED_PAYMENTS, MAPPED_ORDERS)}
