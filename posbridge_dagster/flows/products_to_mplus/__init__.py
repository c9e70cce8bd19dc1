"""Shopify products as MplusKASSA families of articles; off unless the mapping file turns it on."""

FLOW = "products_to_mplus"
