"""Which records have metafields, by the name of their owner type and by global id."""

from collections.abc import Mapping

from posbridge_dagster.sandbox.shopify.scalars import split_gid
from posbridge_dagster.sandbox.shopify.shop import OWNER_TYPES, Owner, Shop


def catalogues(shop: Shop) -> dict[str, Mapping[int, Owner]]:
    """Return all records with metafields by number, per type of global id such as ``ProductVariant``."""
    return {
        "Collection": shop.collections.records,
        "Company": shop.companies.records,
        "Customer": shop.customers.records,
        "Location": shop.locations,
        "Order": shop.orders.records,
        "Product": shop.products.records,
        "ProductVariant": shop.variants.records,
    }


def owners_of(shop: Shop, owner_type: str) -> Mapping[int, Owner]:
    """Return all records of an owner type such as ``PRODUCTVARIANT``; none where this shop has no such thing."""
    return next((held for kind, held in catalogues(shop).items() if kind.upper() == owner_type.replace("_", "")), {})


def find_owner(shop: Shop, global_id: str) -> Owner | None:
    """Return the record that a global id names."""
    kind, number = split_gid(global_id) or ("", 0)
    return catalogues(shop).get(kind, {}).get(number)


def owner_type_of(owner: Owner) -> str:
    """Return the owner type of a record."""
    return OWNER_TYPES[type(owner)]
