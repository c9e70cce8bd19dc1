"""Metafields, and the definitions that turn some of them into custom ids."""

from typing import Any

from posbridge_dagster.sandbox.shopify.metafield_types import TYPES
from posbridge_dagster.sandbox.shopify.metafield_values import namespace_of
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.metafields import definition_node, definition_type, metafield_node
from posbridge_dagster.sandbox.shopify.owners import owners_of
from posbridge_dagster.sandbox.shopify.paging import list_connection
from posbridge_dagster.sandbox.shopify.records import Definition, Metafield
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scene import Scene

OWNER_TYPES = {
    "Order": "ORDER",
    "Customer": "CUSTOMER",
    "Product": "PRODUCT",
    "ProductVariant": "PRODUCTVARIANT",
    "Location": "LOCATION",
    "Company": "COMPANY",
    "Collection": "COLLECTION",
}


def _held(source: Node) -> list[Metafield]:
    return list(getattr(source.record, "metafields", ()))


@resolves("Order", "metafield")
@resolves("Customer", "metafield")
@resolves("Product", "metafield")
@resolves("ProductVariant", "metafield")
@resolves("Location", "metafield")
@resolves("Company", "metafield")
@resolves("Collection", "metafield")
def metafield(source: Node, scene: Scene, key: str, namespace: str | None = None) -> Node | None:
    """Return one metafield of a record."""
    if namespace is None and "." in key:
        namespace, key = key.split(".", 1)
    wanted = (namespace_of(namespace), key)
    entry = next((entry for entry in _held(source) if (entry.namespace, entry.key) == wanted), None)
    return None if entry is None else metafield_node(entry, OWNER_TYPES[source["__typename"]], source["id"])


@resolves("Order", "metafields")
@resolves("Customer", "metafields")
@resolves("Product", "metafields")
@resolves("ProductVariant", "metafields")
@resolves("Company", "metafields")
@resolves("Collection", "metafields")
def metafields(source: Node, scene: Scene, namespace: str | None = None, keys: list[str] | None = None, **window: Any) -> Node:
    """Return the metafields of a record."""
    owner_type = OWNER_TYPES[source["__typename"]]
    namespace = None if namespace is None else namespace_of(namespace)
    wanted = [
        entry
        for entry in _held(source)
        if namespace in (None, entry.namespace) and (keys is None or f"{entry.namespace}.{entry.key}" in keys)
    ]
    return list_connection([metafield_node(entry, owner_type, source["id"]) for entry in wanted], unbounded=scene.unbounded, **window)


@resolves("QueryRoot", "metafieldDefinitions")
def metafield_definitions(
    _: None,
    scene: Scene,
    owner_type: str,
    key: str | None = None,
    namespace: str | None = None,
    query: str | None = None,
    sort_key: str = "ID",
    pinned_status: str = "ANY",
    **window: Any,
) -> Node:
    """Return the definitions of a kind of owner, by namespace, key and whether they are pinned where given."""
    found = [
        definition_node(entry)
        for entry in scene.shop.definitions.values()
        if entry.owner_type == owner_type
        and key in (None, entry.key)
        and (namespace is None or namespace_of(namespace) == entry.namespace)
        and pinned_status in ("ANY", "UNPINNED" if entry.pinned is None else "PINNED")
    ]
    return list_connection(found, unbounded=scene.unbounded, **window)


@resolves("QueryRoot", "metafieldDefinition")
def metafield_definition(_: None, scene: Scene, global_id: str | None = None, identifier: dict[str, Any] | None = None) -> Node | None:
    """Return one definition by its id, or by owner type, namespace and key."""
    found = find_definition(scene, global_id, identifier)
    return None if found is None else definition_node(found)


def find_definition(scene: Scene, global_id: str | None, identifier: dict[str, Any] | None) -> Definition | None:
    """Return the definition that a caller names."""
    if global_id is not None:
        return scene.shop.definitions.get(numbered("MetafieldDefinition", global_id))
    if identifier is None:
        return None
    return scene.shop.definition(identifier["ownerType"], namespace_of(identifier.get("namespace")), identifier["key"])


@resolves("QueryRoot", "metafieldDefinitionTypes")
def definition_types(_: None, scene: Scene) -> list[dict[str, Any]]:
    """Return the types that a metafield can have."""
    return [definition_type(name) for name in sorted(TYPES)]


@resolves("MetafieldDefinition", "metafieldsCount")
def metafields_count(source: Node, scene: Scene, validation_status: str | None = None) -> int:
    """Return how many records have a value of a definition."""
    definition: Definition = source.record
    name = (definition.namespace, definition.key)
    held = owners_of(scene.shop, definition.owner_type).values()
    return sum(1 for owner in held for entry in owner.metafields if (entry.namespace, entry.key) == name)
