"""MplusKASSA relations -> Shopify customers, and companies where the shop has them, kept in step by sync marker."""

FLOW = "customers_to_shopify"
SCOPES = ("read_customers", "write_customers")
"""Access scopes of the shop without which the flow cannot work."""
