"""Shopify POS orders -> MplusKASSA orders or invoices, by day."""

FLOW = "orders_to_mplus"
