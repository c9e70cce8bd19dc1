"""The mapped frames: what MplusKASSA should hold, in its own terms, and the verdict on records that cannot go there.

Amounts are cents with VAT. ``outcome`` is empty for a record that may be written, else ``skipped`` or ``quarantined`` with a
``code`` and a ``reason``.
"""

from posbridge_dagster.model.frames import MOMENT, TEXT, WHOLE, YES_NO, Column, FrameShape

VERDICT = {
    "outcome": Column(TEXT, "empty = to be written; skipped or quarantined otherwise"),
    "code": Column(TEXT, "stable reason code"),
    "reason": Column(TEXT, "one sentence for people"),
}

ARTICLES = FrameShape(
    "articles",
    ("article_number",),
    {
        "article_number": Column(WHOLE, "article number"),
        "product_number": Column(WHOLE, "its family"),
        "ext_article_id": Column(TEXT, "code of the shop where it is no number"),
        "barcode": Column(TEXT, "first barcode"),
        "description": Column(TEXT, "text"),
        "vat_code": Column(WHOLE, "VAT code"),
        "active": Column(YES_NO, "not discontinued"),
    },
)

_STREET = "street, house number and addition in one line"

_RELATION_FIELDS = {
    "name": Column(TEXT, "name of the person or company"),
    "contact": Column(TEXT, "contact person of a company"),
    "company_name": Column(TEXT, "company; empty for a person"),
    "address": Column(TEXT, _STREET),
    "zipcode": Column(TEXT, "postal code"),
    "city": Column(TEXT, "city"),
    "country": Column(TEXT, "country, in the form MplusKASSA uses"),
    "delivery_address": Column(TEXT, f"where goods go: {_STREET}"),
    "delivery_zipcode": Column(TEXT, "postal code"),
    "delivery_city": Column(TEXT, "city"),
    "delivery_country": Column(TEXT, "country, in the form MplusKASSA uses"),
    "telephone": Column(TEXT, "telephone number"),
    "email": Column(TEXT, "e-mail address, the key a relation is found by"),
}

RELATIONS = FrameShape(
    "relations",
    ("relation_number",),
    {
        "relation_number": Column(WHOLE, "relation number"),
        "ext_relation_id": Column(TEXT, "id of the shop's customer"),
        **_RELATION_FIELDS,
        "active": Column(YES_NO, "not retired"),
    },
)

MAPPED_CUSTOMERS = FrameShape(
    "customers",
    ("customer_key",),
    {
        "customer_key": Column(TEXT, "row of the snapshot"),
        "customer_id": Column(TEXT, "digits of the Shopify customer's gid"),
        **_RELATION_FIELDS,
        "changed_at": Column(MOMENT, "an older state never overwrites a newer one"),
        "fingerprint": Column(TEXT, "content of what is sent"),
        **VERDICT,
    },
)

_ADDRESS = {name: _RELATION_FIELDS[name].says for name in ("name", "contact", "company_name", "address", "zipcode", "city", "country")}


def _address(prefix: str) -> dict[str, Column]:
    return {f"{prefix}_{name}": Column(TEXT, f"{prefix} address: {says}") for name, says in _ADDRESS.items()}


MAPPED_ORDERS = FrameShape(
    "orders",
    ("order_id",),
    {
        "order_id": Column(TEXT, "digits of the Shopify order's gid"),
        "original_id": Column(TEXT, "the order whose goods or money come back; empty for a sale"),
        "external_id": Column(TEXT, "extOrderId or extInvoiceId"),
        "name": Column(TEXT, "what people call it"),
        "day": Column(TEXT, "local day, YYYY-MM-DD"),
        "run_day": Column(TEXT, "the day whose run carries it: that of the order, also for what comes back later"),
        "document": Column(TEXT, "order or invoice"),
        "customer_key": Column(TEXT, "row of customers; empty = the default debtor"),
        "default_debtor": Column(WHOLE, "relation number where there is no customer"),
        "reference": Column(TEXT, "free text"),
        "branch_number": Column(WHOLE, "where it is entered and booked"),
        "workplace_number": Column(WHOLE, "the till"),
        "employee_number": Column(WHOLE, "who sold it"),
        "financial_date": Column(TEXT, "bookkeeping day, YYYY-MM-DD"),
        "delivery_method": Column(TEXT, "code"),
        "payment_terms": Column(TEXT, "code of the payment method of the document"),
        **_address("invoice"),
        **_address("delivery"),
        "cancelled_day": Column(TEXT, "local day on which it was cancelled; empty = it was not"),
        "handed_over": Column(YES_NO, "goods left the shop: the order is delivered and invoiced with its payment"),
        "total_minor": Column(WHOLE, "total with VAT, tips, shipping and cash rounding"),
        "paid_minor": Column(WHOLE, "sum of order_payments"),
        "currency": Column(TEXT, "shop currency"),
        "created_at": Column(MOMENT, "moment of the sale"),
        "source_fingerprint": Column(TEXT, "content of the Shopify order"),
        "payload_fingerprint": Column(TEXT, "content of what is sent"),
        **VERDICT,
    },
)

MAPPED_LINES = FrameShape(
    "order_lines",
    ("order_id", "line_id", "part"),
    {
        "order_id": Column(TEXT, "row of orders"),
        "line_id": Column(TEXT, "row of the snapshot"),
        "part": Column(WHOLE, "0, and 1 where a total does not divide by the quantity"),
        "position": Column(WHOLE, "order on the receipt"),
        "article_number": Column(WHOLE, "article; empty where none was found"),
        "text": Column(TEXT, "text of the line"),
        "quantity": Column(WHOLE, "pieces"),
        "price_minor": Column(WHOLE, "per piece, with VAT, after discounts"),
        "vat_code": Column(WHOLE, "VAT code"),
        "total_minor": Column(WHOLE, "quantity x price"),
    },
)

MAPPED_PAYMENTS = FrameShape(
    "order_payments",
    ("order_id", "payment_id"),
    {
        "order_id": Column(TEXT, "row of orders"),
        "payment_id": Column(TEXT, "the first Shopify payment it holds"),
        "method": Column(TEXT, "payment method code"),
        "amount_minor": Column(WHOLE, "money received by this method, change taken off"),
        "reference": Column(TEXT, "external reference"),
    },
)
