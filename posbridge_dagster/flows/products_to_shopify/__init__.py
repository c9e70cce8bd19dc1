"""MplusKASSA's families of articles as Shopify products with variants."""

FLOW = "products_to_shopify"
