"""What happens to goods that are in the shop already: new variants, other SKUs and handles, and the end of them."""

import re
import unicodedata

from posbridge_dagster.sandbox.shopify.records import Product, Variant
from posbridge_dagster.sandbox.shopify.shop import OWNER_TYPES, Owner, Shop


def handle_of(text: str) -> str:
    """Return a text as a handle: lower case, ASCII letters and digits joined by hyphens; ``product`` where nothing is left."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-") or "product"


def free_handle(shop: Shop, handle: str) -> str:
    """Return a handle that no product has: this one, or with the first free number."""
    taken, number = handle in shop.products_by_handle, 0
    stem = handle
    while taken:
        number += 1
        handle = f"{stem}-{number}"
        taken = handle in shop.products_by_handle
    return handle


def rename_handle(shop: Shop, product: Product, handle: str) -> None:
    """Give a product in the shop another handle."""
    if shop.products_by_handle.get(product.handle) == product.number:
        del shop.products_by_handle[product.handle]
    product.handle = handle
    shop.products_by_handle[handle] = product.number


def put_variant(shop: Shop, product: Product, variant: Variant) -> None:
    """Add a variant to a product in the shop, behind the others."""
    shop.add_variant(variant)
    shop.variants_made[shop.now().date()] += 1
    product.variants.append(variant.number)
    variant.position = len(product.variants)


def renumber(shop: Shop, product: Product) -> None:
    """Give the variants of a product the positions in which they stand."""
    for position, number in enumerate(product.variants, 1):
        shop.variants[number].position = position


def rename_sku(shop: Shop, variant: Variant, sku: str) -> None:
    """Give a variant in the shop another SKU. Two may have the same: sales by the till belong to the first."""
    if sku == variant.sku:
        return
    _forget_sku(shop, variant)
    variant.sku = sku
    shop.index_sku(variant)
    shop.variants.touch(variant)


def _forget_sku(shop: Shop, variant: Variant) -> None:
    shop.sku_counts[variant.sku] -= 1
    if shop.variants_by_sku.get(variant.sku) is not variant:
        return
    del shop.variants_by_sku[variant.sku]
    if shop.sku_counts[variant.sku]:
        heir = next(other for other in shop.variants if other.sku == variant.sku and other is not variant)
        shop.variants_by_sku[variant.sku] = heir


def take_variant(shop: Shop, product: Product, variant: Variant) -> None:
    """Delete a variant with its stock and custom ids."""
    _forget_sku(shop, variant)
    forget_custom_ids(shop, variant)
    shop.stock.forget(variant.number)
    shop.variants.discard(variant)
    product.variants.remove(variant.number)
    renumber(shop, product)


def take_product(shop: Shop, product: Product) -> None:
    """Delete a product with its variants."""
    for number in list(product.variants):
        take_variant(shop, product, shop.variants[number])
    forget_custom_ids(shop, product)
    del shop.products_by_handle[product.handle]
    shop.products.discard(product)
    shop.writes += 1


def forget_custom_ids(shop: Shop, owner: Owner) -> None:
    """Let go of the custom ids of a record that is deleted."""
    for entry in owner.metafields:
        place = (OWNER_TYPES[type(owner)], entry.namespace, entry.key, entry.value)
        if shop.owners_by_custom_id.get(place) == owner.number:
            del shop.owners_by_custom_id[place]
