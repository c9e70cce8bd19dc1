"""The frames a day of MplusKASSA documents (orders, invoices, credits) is kept in.

``*_minor`` columns are cents, rates are hundredths of a percent (2100 is 21 %), moments are UTC, ``day`` is the financial date,
which is the bookkeeping day and not the clock's. Ids are bare: lower case, without dashes.
"""

import pyarrow as pa

from posbridge_dagster.model.frames import MOMENT, TEXT, WHOLE, YES_NO, Column, FrameShape

QUANTITY = pa.decimal128(18, 6)

_ADDRESS = {
    "name": "name",
    "contact": "contact person",
    "company_name": "company",
    "address": "street, house number and addition in one line",
    "zipcode": "postal code",
    "city": "city",
    "country": "as the till writes it",
}


def _address(prefix: str) -> dict[str, Column]:
    return {f"{prefix}_{name}": Column(TEXT, says) for name, says in _ADDRESS.items()}


DOCUMENTS = FrameShape(
    "documents",
    ("document_id",),
    {
        "document_id": Column(TEXT, "order:<id> or invoice:<id>"),
        "kind": Column(TEXT, "order, invoice or credit"),
        "number": Column(TEXT, "what people call it, such as O2026-17"),
        "external_id": Column(TEXT, "extOrderId or extInvoiceId"),
        "origins": Column(TEXT, "external ids of itself, of the orders it was made of and of what it credits, with blanks between"),
        "order_ids": Column(TEXT, "sales orders that an invoice was made of, with blanks between"),
        "invoice_ids": Column(TEXT, "invoices that were made of an order, with blanks between"),
        "credited_id": Column(TEXT, "document that a credit takes back: the order of the credited invoice, or the invoice itself"),
        "earlier_ids": Column(TEXT, "earlier sales to its relation of what comes back on it, newest first, with blanks between"),
        "day": Column(TEXT, "financial date, YYYY-MM-DD"),
        "entered_at": Column(MOMENT, "when it was entered"),
        "document_type": Column(TEXT, "ORDER-TYPE-... or INVOICE-TYPE-..."),
        "relation_number": Column(WHOLE, "debtor"),
        "employee_number": Column(WHOLE, "who entered it"),
        "branch_number": Column(WHOLE, "where turnover and stock are booked"),
        "workplace_number": Column(WHOLE, "the till"),
        "reference": Column(TEXT, "free text"),
        "vat_method": Column(TEXT, "VAT-METHOD-INCLUSIVE, -EXCLUSIVE, -SHIFTED or -NONE"),
        "delivery_method": Column(TEXT, "code"),
        "delivered": Column(YES_NO, "all goods were handed over; an invoice is made of delivered goods"),
        "cancelled": Column(YES_NO, "cancelled as a whole"),
        "partly_cancelled": Column(YES_NO, "some of its lines were cancelled"),
        **_address("invoice"),
        **_address("delivery"),
        "total_minor": Column(WHOLE, "with VAT; negative for a credit"),
        "total_excl_minor": Column(WHOLE, "without VAT"),
        "paid_minor": Column(WHOLE, "sum of the payments; of an order also those on its invoices"),
        "currency": Column(TEXT, "currency of the administration, ISO 4217"),
        "line_count": Column(WHOLE, "rows of document_lines"),
        "payment_count": Column(WHOLE, "rows of document_payments"),
        "sync_marker": Column(WHOLE, "rises with every change"),
        "fingerprint": Column(TEXT, "one short hash per part of the content, as JSON"),
        "fault": Column(TEXT, "why this document cannot be read; its other frames then hold nothing of it"),
    },
)

DOCUMENT_LINES = FrameShape(
    "document_lines",
    ("document_id", "line_id"),
    {
        "document_id": Column(TEXT, "row of documents"),
        "line_id": Column(TEXT, "id of the line"),
        "position": Column(WHOLE, "1, 2, ... in the order of the document"),
        "article_number": Column(WHOLE, "article; 0 is a line of text"),
        "text": Column(TEXT, "text of the line"),
        "quantity": Column(QUANTITY, "exact; negative for what came back"),
        "delivered": Column(QUANTITY, "how much of it was handed over; on an invoice all of it"),
        "price_minor": Column(WHOLE, "per unit, with VAT, before discounts"),
        "discount_minor": Column(WHOLE, "discount on the whole line"),
        "total_minor": Column(WHOLE, "after discounts, with VAT"),
        "total_excl_minor": Column(WHOLE, "after discounts, without VAT"),
        "vat_code": Column(WHOLE, "VAT code of the administration"),
        "vat_rate": Column(WHOLE, "hundredths of a percent"),
        "line_type": Column(TEXT, "LINE-TYPE-NONE, -PREPARATION or -COMPONENT"),
    },
)

DOCUMENT_TAXES = FrameShape(
    "document_taxes",
    ("document_id", "position"),
    {
        "document_id": Column(TEXT, "row of documents"),
        "position": Column(WHOLE, "1, 2, ... within the document"),
        "country": Column(TEXT, "ISO 3166 alpha-3"),
        "vat_code": Column(WHOLE, "VAT code of the administration"),
        "vat_rate": Column(WHOLE, "hundredths of a percent"),
        "percentage": Column(TEXT, "the rate as people write it, such as 21%"),
        "excl_minor": Column(WHOLE, "amount without VAT"),
        "vat_minor": Column(WHOLE, "VAT as MplusKASSA computed it, once per code"),
    },
)

DOCUMENT_PAYMENTS = FrameShape(
    "document_payments",
    ("document_id", "payment_id"),
    {
        "document_id": Column(TEXT, "row of documents"),
        "payment_id": Column(TEXT, "id of the payment"),
        "method": Column(TEXT, "payment method code"),
        "amount_minor": Column(WHOLE, "money received; negative for money given back"),
        "paid_at": Column(MOMENT, "when it was entered"),
        "reference": Column(TEXT, "external reference"),
    },
)

DOCUMENT_SHAPES = {shape.name: shape for shape in (DOCUMENTS, DOCUMENT_LINES, DOCUMENT_TAXES, DOCUMENT_PAYMENTS)}

RELATIONS = FrameShape(
    "relations",
    ("relation_number",),
    {
        "relation_number": Column(WHOLE, "number of the relation"),
        **{name: Column(TEXT) for name in ("email", "name", "company_name", "contact", "address", "zipcode", "city", "country")},
        **{f"delivery_{name}": Column(TEXT) for name in ("address", "zipcode", "city", "country")},
        **{name: Column(TEXT) for name in ("telephone", "mobile", "vat_number", "ext_relation_id")},
        "active": Column(YES_NO, "not retired"),
    },
)
