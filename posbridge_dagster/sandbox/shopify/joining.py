"""Collections that a product joins or leaves from its own side: as one of those chosen by hand."""

from typing import Any

from posbridge_dagster.sandbox.shopify.collection_records import Collection, Selection
from posbridge_dagster.sandbox.shopify.collection_sources import source_by_hand
from posbridge_dagster.sandbox.shopify.records import Product
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.scalars import split_gid
from posbridge_dagster.sandbox.shopify.shop import Shop

Error = dict[str, Any]


def joining_errors(shop: Shop, ids: list[str], *path: str) -> list[Error]:
    """Return why a product cannot join collections: there is none, or its members follow conditions."""
    errors = []
    for index, global_id in enumerate(ids):
        collection = _collection(shop, global_id)
        if collection is None:
            errors.append(user_error("Collection does not exist", *path, str(index), code="INVALID_INPUT"))
        elif collection.is_smart:
            errors.append(user_error("Can't manually add products to a smart collection", *path, str(index), code="INVALID_INPUT"))
    return errors


def _collection(shop: Shop, global_id: str) -> Collection | None:
    kind, number = split_gid(global_id) or ("", 0)
    return shop.collections.get(number) if kind == "Collection" else None


def join(shop: Shop, product: Product, ids: list[str]) -> None:
    """Let a product join collections that were found good; where it is chosen already nothing happens."""
    for collection in filter(None, (_collection(shop, global_id) for global_id in ids)):
        if not _chosen(collection, product):
            source_by_hand(shop, collection).inclusion.selections.append(Selection(product.number))
            shop.changed(collection)


def _chosen(collection: Collection, product: Product) -> bool:
    return any(entry.product == product.number for source in collection.sources for entry in source.inclusion.selections)


def leave(shop: Shop, product: Product, ids: list[str]) -> None:
    """Let a product leave collections in which it was chosen by hand."""
    for collection in filter(None, (_collection(shop, global_id) for global_id in ids)):
        _leave(shop, product, collection)


def _leave(shop: Shop, product: Product, collection: Collection) -> None:
    if not _chosen(collection, product):
        return
    for source in collection.sources:
        source.inclusion.selections = [entry for entry in source.inclusion.selections if entry.product != product.number]
    shop.changed(collection)


def set_collections(shop: Shop, product: Product, ids: list[str]) -> None:
    """Make the collections in which a product was chosen by hand those of a complete list."""
    kept = {collection.number for global_id in ids if (collection := _collection(shop, global_id)) is not None}
    for collection in shop.collections:
        if collection.number not in kept:
            _leave(shop, product, collection)
    join(shop, product, ids)
