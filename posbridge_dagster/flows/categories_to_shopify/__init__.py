"""MplusKASSA article groups -> Shopify collections with their members, kept in step by sync marker."""

FLOW = "categories_to_shopify"
SCOPES = ("read_products", "write_products", "read_publications", "write_publications")
"""Access scopes of the shop without which the flow cannot work."""
