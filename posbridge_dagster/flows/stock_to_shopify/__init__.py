"""MplusKASSA stock per branch -> Shopify inventory per location."""

FLOW = "stock_to_shopify"
