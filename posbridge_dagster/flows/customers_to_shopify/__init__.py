"""MplusKASSA relations -> Shopify customers, and companies where the shop has them, kept in step by sync marker."""

FLOW = "customers_to_shopify"
