"""The frames that hold what refunds gave back: goods, shipping and other amounts as lines, and the money.

Amounts are minor units of the shop's money, positive where they go to the customer.
"""

from posbridge_dagster.model.frames import MOMENT, TEXT, WHOLE, YES_NO, Column, FrameShape

REFUND_LINES = FrameShape(
    "refund_lines",
    ("refund_id", "line_id"),
    {
        "refund_id": Column(TEXT, "row of refunds"),
        "order_id": Column(TEXT, "row of orders"),
        "line_id": Column(TEXT, "digits of the gid; shipping:<id>, adjustment:<id> and rounding for what Shopify keeps elsewhere"),
        "position": Column(WHOLE, "1, 2, ... within the refund"),
        "source_line_id": Column(TEXT, "row of order_lines that comes back; empty for adjustments and rounding"),
        "kind": Column(TEXT, "kind of the line that comes back, no_restock for goods that are not put back, adjustment, rounding"),
        "sku": Column(TEXT, "SKU as typed in Shopify"),
        "barcode": Column(TEXT, "barcode of the variant"),
        "variant_id": Column(TEXT, "empty for custom sales and deleted products"),
        "product_id": Column(TEXT, "empty for custom sales and deleted products"),
        "title": Column(TEXT, "text of the line"),
        "variant_title": Column(TEXT, "text of the variant"),
        "vendor": Column(TEXT, "brand"),
        "quantity": Column(WHOLE, "pieces that come back"),
        "restock_type": Column(TEXT, "RETURN, CANCEL, NO_RESTOCK, LEGACY_RESTOCK"),
        "location_id": Column(TEXT, "where the goods are put back"),
        "total_minor": Column(WHOLE, "what is given back for it, with VAT where the order's prices include it"),
        "tax_minor": Column(WHOLE, "VAT of it as the shop computed it"),
        "tax_rate": Column(WHOLE, "hundredths of a percent, of the line that comes back"),
        "tax_count": Column(WHOLE, "number of tax lines of the line that comes back"),
    },
)

REFUND_PAYMENTS = FrameShape(
    "refund_payments",
    ("refund_id", "payment_id"),
    {
        "refund_id": Column(TEXT, "row of refunds"),
        "order_id": Column(TEXT, "row of orders"),
        "payment_id": Column(TEXT, "digits of the transaction's gid"),
        "kind": Column(TEXT, "REFUND; others move no money to the customer"),
        "status": Column(TEXT, "SUCCESS, PENDING, FAILURE, ..."),
        "gateway": Column(TEXT, "cash, shopify_payments, gift_card, ..."),
        "amount_minor": Column(WHOLE, "as Shopify states it, never negative"),
        "rounding_minor": Column(WHOLE, "cash rounding of this payment"),
        "money_minor": Column(WHOLE, "money given back; 0 for what does not count"),
        "currency": Column(TEXT, "shop currency"),
        "processed_at": Column(MOMENT, "when it was given back"),
        "location_id": Column(TEXT, "where it was given back"),
        "device_id": Column(TEXT, "the till"),
        "parent_id": Column(TEXT, "the payment it gives back"),
        "test": Column(YES_NO, "a test payment"),
    },
)
