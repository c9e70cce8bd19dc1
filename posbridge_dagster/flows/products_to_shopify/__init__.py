"""MplusKASSA's families of articles as Shopify products with variants."""

FLOW = "products_to_shopify"
SCOPES = ("read_products", "write_products", "read_inventory", "read_publications", "write_publications")
"""Access scopes of the shop without which the flow cannot work."""
