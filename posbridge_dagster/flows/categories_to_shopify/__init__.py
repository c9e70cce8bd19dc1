"""MplusKASSA article groups -> Shopify collections with their members, kept in step by sync marker."""

FLOW = "categories_to_shopify"
