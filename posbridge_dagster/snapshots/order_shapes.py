"""The frames a day of Shopify orders is kept in.

``*_minor`` columns are minor units of ``currency`` (the shop's money), rates are hundredths of a percent (2100 is 21 %),
moments are UTC, ``day`` is the shop's local day. Ids are the digits at the end of Shopify's gids.
"""

from posbridge_dagster.model.frames import MOMENT, TEXT, WHOLE, YES_NO, Column, FrameShape
from posbridge_dagster.snapshots.refund_shapes import REFUND_LINES, REFUND_PAYMENTS

_ADDRESS = {
    "first_name": "given name",
    "last_name": "family name",
    "company": "company name",
    "address1": "street and house number",
    "address2": "second line, often an addition",
    "postal_code": "postal code",
    "city": "city",
    "country": "ISO 3166 alpha-2",
    "phone": "as typed",
}


def _address(prefix: str) -> dict[str, Column]:
    return {f"{prefix}_{name}": Column(TEXT, says) for name, says in _ADDRESS.items()}


ORDERS = FrameShape(
    "orders",
    ("order_id",),
    {
        "order_id": Column(TEXT, "digits of the order's gid"),
        "name": Column(TEXT, "what people call it, such as #1001"),
        "day": Column(TEXT, "local day of creation, YYYY-MM-DD"),
        "created_at": Column(MOMENT, "when Shopify got it"),
        "updated_at": Column(MOMENT, "moves for many reasons; never proof of a change"),
        "processed_at": Column(MOMENT, "business moment of the sale"),
        "cancelled_at": Column(MOMENT, "empty unless cancelled"),
        "cancelled_day": Column(TEXT, "local day of that, YYYY-MM-DD"),
        "test": Column(YES_NO, "a test order, no money moved"),
        "edited": Column(YES_NO, "changed after it was placed"),
        "source_name": Column(TEXT, "pos, web, ..."),
        "source_identifier": Column(TEXT, "the source's own key, or the mark of posbridge"),
        "app_name": Column(TEXT, "the app that made it"),
        "location_id": Column(TEXT, "retail location; empty for online orders"),
        "location_name": Column(TEXT, "its name"),
        "currency": Column(TEXT, "shop currency, ISO 4217"),
        "presentment_currency": Column(TEXT, "the customer's currency"),
        "taxes_included": Column(YES_NO, "whether line prices include VAT"),
        "financial_status": Column(TEXT, "PAID, PENDING, ..."),
        "fulfillment_status": Column(TEXT, "FULFILLED, UNFULFILLED, ..."),
        "return_status": Column(TEXT, "NO_RETURN, RETURNED, ..."),
        "customer_key": Column(TEXT, "row of customers; empty for a walk-in"),
        "email": Column(TEXT, "as typed at the till"),
        "phone": Column(TEXT, "as typed"),
        "note": Column(TEXT, "note of the order"),
        "tags": Column(TEXT, "comma and blank between tags, sorted"),
        "purchase_order_number": Column(TEXT, "the customer's own number"),
        **_address("billing"),
        **_address("shipping"),
        "total_minor": Column(WHOLE, "after discounts and edits, with VAT, shipping and tips, before refunds"),
        "subtotal_minor": Column(WHOLE, "lines after discounts"),
        "tax_minor": Column(WHOLE, "VAT, included or on top"),
        "discount_minor": Column(WHOLE, "all discounts"),
        "shipping_minor": Column(WHOLE, "shipping after discounts"),
        "tip_minor": Column(WHOLE, "tips"),
        "taken_off_minor": Column(WHOLE, "what pieces cost that an edit took off; no part of total_minor"),
        "rounding_minor": Column(WHOLE, "cash rounding of what was paid; may be negative"),
        "received_minor": Column(WHOLE, "money that counts: successful sales and captures less change, with cash rounding"),
        "refunded_minor": Column(WHOLE, "money given back so far"),
        "exchanged_minor": Column(WHOLE, "part of total_minor that is for goods taken in exchange, which are no part of the sale itself"),
        "exchanged_tax_minor": Column(WHOLE, "VAT of those goods"),
        "exchanged_rounding_minor": Column(WHOLE, "part of rounding_minor that belongs to payments for exchanges"),
        "line_count": Column(WHOLE, "rows of order_lines"),
        "payment_count": Column(WHOLE, "rows of order_payments"),
        "refund_count": Column(WHOLE, "rows of refunds"),
        "fingerprint": Column(TEXT, "one short hash per part of the content, as JSON"),
        "fault": Column(TEXT, "why this order cannot be read; its other frames then hold nothing of it"),
    },
)

ORDER_LINES = FrameShape(
    "order_lines",
    ("order_id", "line_id"),
    {
        "order_id": Column(TEXT, "row of orders"),
        "line_id": Column(TEXT, "digits of the line's gid; shipping:<id>, tip and rounding for amounts that are no line"),
        "position": Column(WHOLE, "1, 2, ... in the order of the receipt"),
        "kind": Column(TEXT, "article, custom, gift_card, shipping, tip or rounding"),
        "sku": Column(TEXT, "SKU as typed in Shopify"),
        "barcode": Column(TEXT, "barcode of the variant"),
        "variant_id": Column(TEXT, "empty for custom sales and deleted products"),
        "product_id": Column(TEXT, "empty for custom sales and deleted products"),
        "title": Column(TEXT, "text of the line"),
        "variant_title": Column(TEXT, "text of the variant"),
        "vendor": Column(TEXT, "brand"),
        "quantity": Column(WHOLE, "as ordered and edited, refunds not taken off"),
        "taken_off_quantity": Column(WHOLE, "pieces that an edit took off and that no refund gives back; no part of quantity"),
        "current_quantity": Column(WHOLE, "after edits and refunds"),
        "unit_price_minor": Column(WHOLE, "before discounts"),
        "discount_minor": Column(WHOLE, "all discounts on this line, order discounts included"),
        "total_minor": Column(WHOLE, "what this line adds to the order, after all discounts, with VAT where taxes_included"),
        "tax_minor": Column(WHOLE, "VAT of the line as the shop computed it"),
        "tax_rate": Column(WHOLE, "hundredths of a percent; the sum where several taxes apply; 0 = no tax"),
        "tax_count": Column(WHOLE, "number of tax lines"),
        "return_id": Column(TEXT, "row of exchanges that brought the line; empty for the sale itself"),
    },
)

ORDER_TAXES = FrameShape(
    "order_taxes",
    ("order_id", "line_id", "position"),
    {
        "order_id": Column(TEXT, "row of orders"),
        "line_id": Column(TEXT, "row of order_lines"),
        "position": Column(WHOLE, "1, 2, ... within the line"),
        "title": Column(TEXT, "free text; never a key"),
        "tax_rate": Column(WHOLE, "hundredths of a percent"),
        "tax_minor": Column(WHOLE, "amount of VAT"),
    },
)

ORDER_PAYMENTS = FrameShape(
    "order_payments",
    ("order_id", "payment_id"),
    {
        "order_id": Column(TEXT, "row of orders"),
        "payment_id": Column(TEXT, "digits of the transaction's gid"),
        "kind": Column(TEXT, "SALE, CAPTURE, CHANGE, AUTHORIZATION, REFUND, ..."),
        "status": Column(TEXT, "SUCCESS, PENDING, FAILURE, ..."),
        "gateway": Column(TEXT, "cash, shopify_payments, gift_card, ..."),
        "amount_minor": Column(WHOLE, "as Shopify states it, never negative"),
        "rounding_minor": Column(WHOLE, "cash rounding of this payment"),
        "money_minor": Column(WHOLE, "what it adds to the money received: change is negative, what does not count is 0"),
        "currency": Column(TEXT, "shop currency"),
        "processed_at": Column(MOMENT, "when it was paid"),
        "location_id": Column(TEXT, "where it was paid"),
        "device_id": Column(TEXT, "the till"),
        "parent_id": Column(TEXT, "the payment it belongs to"),
        "test": Column(YES_NO, "a test payment"),
        "return_id": Column(TEXT, "row of exchanges that was paid; empty for the sale itself"),
    },
)

REFUNDS = FrameShape(
    "refunds",
    ("refund_id",),
    {
        "refund_id": Column(TEXT, "digits of the refund's gid"),
        "order_id": Column(TEXT, "row of orders"),
        "position": Column(WHOLE, "1, 2, ... within the order"),
        "return_id": Column(TEXT, "the return it settles"),
        "exchange": Column(YES_NO, "new goods were taken for what came back"),
        "day": Column(TEXT, "local day of processed_at, YYYY-MM-DD"),
        "created_at": Column(MOMENT, "when it was made"),
        "processed_at": Column(MOMENT, "business moment"),
        "updated_at": Column(MOMENT, "last change"),
        "note": Column(TEXT, "reason given"),
        "line_count": Column(WHOLE, "rows of refund_lines"),
        "payment_count": Column(WHOLE, "rows of refund_payments"),
        "refunded_minor": Column(WHOLE, "money given back, as Shopify states it"),
        "money_minor": Column(WHOLE, "sum of refund_payments.money_minor"),
        "pending_minor": Column(WHOLE, "money that is promised but not yet given back"),
        "goods_minor": Column(WHOLE, "given back for lines, without shipping"),
        "shipping_minor": Column(WHOLE, "given back for shipping"),
        "adjustment_minor": Column(WHOLE, "given back beside lines and shipping; negative where less was given back"),
        "rounding_minor": Column(WHOLE, "cash rounding of what was given back"),
        "tax_minor": Column(WHOLE, "VAT of all of it as the shop computed it"),
        "currency": Column(TEXT, "shop currency"),
        "fingerprint": Column(TEXT, "one short hash per part of the content, as JSON"),
    },
)

EXCHANGES = FrameShape(
    "exchanges",
    ("return_id",),
    {
        "return_id": Column(TEXT, "digits of the gid of the return that brought new goods"),
        "order_id": Column(TEXT, "row of orders"),
        "position": Column(WHOLE, "1, 2, ... within the order"),
        "day": Column(TEXT, "local day, YYYY-MM-DD"),
        "created_at": Column(MOMENT, "when the goods were exchanged"),
        "fingerprint": Column(TEXT, "one short hash per part of the content, as JSON"),
    },
)

CUSTOMERS = FrameShape(
    "customers",
    ("customer_key",),
    {
        "customer_key": Column(TEXT, "customer:<id>, or email:<hash> where only the order names a person"),
        "customer_id": Column(TEXT, "digits of the customer's gid; empty where only the order names a person"),
        "email": Column(TEXT, "as Shopify holds it"),
        "first_name": Column(TEXT, "given name"),
        "last_name": Column(TEXT, "family name"),
        "full_name": Column(TEXT, "given and family name"),
        "company": Column(TEXT, "company name of the address"),
        "phone": Column(TEXT, "as Shopify holds it"),
        "address1": Column(TEXT, "street and house number"),
        "address2": Column(TEXT, "second line, often an addition"),
        "postal_code": Column(TEXT, "postal code"),
        "city": Column(TEXT, "city"),
        "country": Column(TEXT, "ISO 3166 alpha-2"),
        **_address("shipping"),
        "tags": Column(TEXT, "comma and blank between tags"),
        "changed_at": Column(MOMENT, "when the customer was last changed; an older state never overwrites a newer one"),
    },
)

_ALL = (ORDERS, ORDER_LINES, ORDER_TAXES, ORDER_PAYMENTS, REFUNDS, REFUND_LINES, REFUND_PAYMENTS, EXCHANGES, CUSTOMERS)

SHAPES = {shape.name: shape for shape in _ALL}
