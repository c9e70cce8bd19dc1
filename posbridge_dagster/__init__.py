"""Keeps a MplusKASSA administration and a Shopify POS shop in step."""
