"""MplusKASSA stock per branch -> Shopify inventory per location."""

FLOW = "stock_to_shopify"
SCOPES = ("read_inventory", "write_inventory", "read_locations", "read_products", "read_orders", "read_returns")
"""Access scopes of the shop without which the flow cannot work."""
