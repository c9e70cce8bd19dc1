"""Shopify POS orders -> MplusKASSA orders or invoices, by day."""

FLOW = "orders_to_mplus"
SCOPES = ("read_orders", "read_customers", "read_products", "read_locations", "read_returns")
"""Access scopes of the shop without which the flow cannot work."""
