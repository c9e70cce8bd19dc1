"""MplusKASSA orders, invoices and credits -> Shopify orders and refunds, by financial date."""

FLOW = "orders_to_shopify"
SCOPES = (
    "read_orders",
    "write_orders",
    "read_customers",
    "write_customers",
    "read_products",
    "read_locations",
    "read_merchant_managed_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
)
"""Access scopes of the shop without which the flow cannot work."""
