"""Collections, their members and their sources."""

from collections.abc import Callable, Sequence
from typing import Any

from posbridge_dagster.sandbox.shopify.collection_members import in_order, members, source_members
from posbridge_dagster.sandbox.shopify.collection_records import Collection
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.collections import collection_node, plain_text, selection_node, source_node
from posbridge_dagster.sandbox.shopify.paging import position_connection
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import custom_id, numbered
from posbridge_dagster.sandbox.shopify.scalars import split_gid
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.search.conditions import SearchField, SearchFields
from posbridge_dagster.sandbox.shopify.search.finding import Finder, SortKey

TYPES = {"custom": False, "smart": True}
SORT_KEYS: dict[str, SortKey] = {"ID": "id", "TITLE": lambda collection: collection.title.lower(), "UPDATED_AT": "updated_at"}


def _finder(scene: Scene, is_there: Callable[[Collection], bool] = lambda collection: True) -> Finder[Collection]:
    shop = scene.shop
    fields = SearchFields(
        {
            "collection_type": SearchField("choice", lambda collection: collection.is_smart, TYPES),
            "handle": SearchField("word", lambda collection: collection.handle),
            "id": SearchField("number", lambda collection: collection.number, index="id"),
            "product_id": SearchField("many", lambda collection: [str(number) for number in members(shop, collection)]),
            "title": SearchField("tokens", lambda collection: collection.title),
            "updated_at": SearchField("moment", lambda collection: collection.updated_at, index="updated_at"),
        },
        anywhere=lambda collection: (collection.title,),
        timezone=shop.timezone,
    )
    return Finder(scene, shop.collections, fields, SORT_KEYS, is_there)


@resolves("QueryRoot", "collections")
def collections(_: None, scene: Scene, sort_key: str = "ID", saved_search_id: str | None = None, **window: Any) -> Node:
    """Return the collections that a query finds."""
    return _finder(scene).page("collections", lambda collection: collection_node(collection, scene), sort_key=sort_key, **window)


@resolves("QueryRoot", "collectionsCount")
def collections_count(_: None, scene: Scene, query: str | None = None, limit: int | None = None, **_unused: Any) -> dict[str, Any]:
    """Return how many collections a query finds."""
    return _finder(scene).count("collectionsCount", query, limit)


@resolves("QueryRoot", "collection")
def collection(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one collection, as it is now."""
    return _shown(scene, numbered("Collection", global_id))


def _shown(scene: Scene, number: int | None) -> Node | None:
    found = scene.shop.collections.get(number)
    return None if found is None else collection_node(found, scene)


@resolves("QueryRoot", "collectionByHandle")
def collection_by_handle(_: None, scene: Scene, handle: str) -> Node | None:
    """Return one collection by its handle. Deprecated, but there."""
    return _shown(scene, scene.shop.collections.by_handle.get(handle))


@resolves("QueryRoot", "collectionByIdentifier")
def collection_by_identifier(_: None, scene: Scene, identifier: dict[str, Any]) -> Node | None:
    """Return one collection by id, handle or custom id, as it is now."""
    if "id" in identifier:
        return collection(None, scene, identifier["id"])
    if "handle" in identifier:
        return collection_by_handle(None, scene, identifier["handle"])
    return _shown(scene, custom_id(scene, "COLLECTION", identifier["customId"]))


@resolves("Collection", "products")
def products_of_collection(source: Node, scene: Scene, sort_key: str = "COLLECTION_DEFAULT", **window: Any) -> Node:
    """Return the members of a collection in its own order, or another."""
    return _product_connection(scene, in_order(scene.shop, source.record, sort_key), **window)


@resolves("CollectionConditionsSource", "products")
def products_of_source(source: Node, scene: Scene, **window: Any) -> Node:
    """Return the members that come from a source."""
    return _product_connection(scene, source_members(scene.shop, source.record), **window)


def _product_connection(scene: Scene, numbers: Sequence[int], reverse: bool = False, **window: Any) -> Node:
    ordered = list(reversed(numbers)) if reverse else numbers
    return position_connection(ordered, scene.product_node, unbounded=scene.unbounded, **window)


@resolves("Collection", "hasProduct")
def has_product(source: Node, scene: Scene, global_id: str) -> bool:
    """Return whether a product is a member."""
    return numbered("Product", global_id) in members(scene.shop, source.record)


@resolves("Collection", "description")
def description(source: Node, scene: Scene, truncate_at: int | None = None) -> str:
    """Return the description without markup."""
    return plain_text(source["descriptionHtml"])[:truncate_at]


@resolves("CollectionSourceInclusion", "selections")
@resolves("CollectionSourceExclusion", "selections")
def selections(source: Node, scene: Scene, **window: Any) -> Node:
    """Return the products that were chosen by hand."""
    kind = source["__typename"].removeprefix("CollectionSource")
    there = [selection for selection in source.record.selections if scene.shop.products.get(selection.product)]
    if window.pop("reverse", False):
        there.reverse()
    return position_connection(there, lambda selection: selection_node(selection, kind, scene), unbounded=scene.unbounded, **window)


@resolves("Product", "collections")
def collections_of_product(source: Node, scene: Scene, sort_key: str = "ID", **window: Any) -> Node:
    """Return the collections that a product is in."""
    inside = _finder(scene, lambda entry: source.record.number in members(scene.shop, entry))
    return inside.page("collections", lambda entry: collection_node(entry, scene), sort_key=sort_key, **window)


@resolves("Product", "inCollection")
def in_collection(source: Node, scene: Scene, global_id: str) -> bool:
    """Return whether a product is in a collection."""
    found = scene.shop.collections.get(numbered("Collection", global_id))
    return found is not None and source.record.number in members(scene.shop, found)


def collection_source(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one source of a collection, which is a record with an id of its own."""
    parts = split_gid(global_id)
    sources = (source for collection in scene.shop.collections for source in collection.sources)
    found = next((source for source in sources if parts == (source.kind, source.number)), None)
    return None if found is None else source_node(found, scene)
