"""Prices travel as they are, so both systems must mean the same money by them."""

from posbridge_dagster.clients.failures import Misconfigured


def require_currency(shop: str, administration: str) -> None:
    """Raise Misconfigured when the shop sells in another currency than the administration keeps (ISO 4217)."""
    if shop != administration:
        raise Misconfigured(
            f"the shop sells in {shop} and the administration keeps {administration}; a price of one would be taken for one of the other",
            system="Shopify",
            operation="Shop",
            code="other_currency",
            advice="Prices are never converted: couple a shop of the administration's currency, or correct currency: in the mapping.",
        )
