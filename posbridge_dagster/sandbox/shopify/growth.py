"""How fast the assortment may grow: a shop with many variants gets so many new ones a day, unless it is on Plus."""

from posbridge_dagster.sandbox.shopify.shop import Shop

MANY, PER_DAY = 50_000, 1_000
LIMITED_PLANS = ("standard", "advanced", "retail", "starter")
MAKES_VARIANTS = frozenset({"productCreate", "productOptionUpdate", "productOptionsCreate", "productSet", "productVariantsBulkCreate"})
TOO_MANY = "Daily variant creation limit reached. Please try again later."


def is_too_fast(shop: Shop, plan: str, operation: str, many: int = MANY) -> bool:
    """Return whether a call that may make variants is refused, because today enough were made.

    ``many`` is from how many variants on a shop is limited.
    """
    if operation not in MAKES_VARIANTS or plan not in LIMITED_PLANS or len(shop.variants) <= many:
        return False
    return shop.variants_made[shop.now().date()] >= PER_DAY
