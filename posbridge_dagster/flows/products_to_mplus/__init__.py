"""Shopify products as MplusKASSA families of articles; off unless the mapping file turns it on."""

FLOW = "products_to_mplus"
SCOPES = ("read_products", "read_inventory")
"""Access scopes of the shop without which the flow cannot work."""
