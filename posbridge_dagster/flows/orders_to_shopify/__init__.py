"""MplusKASSA orders, invoices and credits -> Shopify orders and refunds, by financial date."""

FLOW = "orders_to_shopify"
