"""Shopify's search syntax: what a ``query`` argument says and which records it finds."""
