"""Metafields, and the definitions that turn some of them into custom ids."""

import re
from typing import Any

from posbridge_dagster.sandbox.shopify.access import WRITE_BY_OWNER, access_denied
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.metafields import definition_node, metafield_node
from posbridge_dagster.sandbox.shopify.paging import list_connection
from posbridge_dagster.sandbox.shopify.records import Definition, Metafield
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.scene import Scene

NAME = re.compile(r"[A-Za-z0-9_$:-]+")
LENGTHS = {"namespace": (3, 255), "key": (2, 64)}
OWNER_TYPES = {
    "Order": "ORDER",
    "Customer": "CUSTOMER",
    "Product": "PRODUCT",
    "ProductVariant": "PRODUCTVARIANT",
    "Location": "LOCATION",
    "Company": "COMPANY",
}


def _held(source: Node) -> list[Metafield]:
    return list(getattr(source.record, "metafields", ()))


@resolves("Order", "metafield")
@resolves("Customer", "metafield")
@resolves("Product", "metafield")
@resolves("ProductVariant", "metafield")
@resolves("Location", "metafield")
@resolves("Company", "metafield")
def metafield(source: Node, scene: Scene, key: str, namespace: str | None = None) -> Node | None:
    """Return one metafield of a record."""
    if namespace is None and "." in key:
        namespace, key = key.split(".", 1)
    wanted = (namespace or "$app", key)
    entry = next((entry for entry in _held(source) if (entry.namespace, entry.key) == wanted), None)
    return None if entry is None else metafield_node(entry, OWNER_TYPES[source["__typename"]])


@resolves("Order", "metafields")
@resolves("Customer", "metafields")
@resolves("Product", "metafields")
@resolves("ProductVariant", "metafields")
@resolves("Company", "metafields")
def metafields(source: Node, scene: Scene, namespace: str | None = None, keys: list[str] | None = None, **window: Any) -> Node:
    """Return the metafields of a record."""
    owner_type = OWNER_TYPES[source["__typename"]]
    wanted = [
        entry
        for entry in _held(source)
        if namespace in (None, entry.namespace) and (keys is None or f"{entry.namespace}.{entry.key}" in keys)
    ]
    return list_connection([metafield_node(entry, owner_type) for entry in wanted], unbounded=scene.unbounded, **window)


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
        and namespace in (None, entry.namespace)
        and pinned_status in ("ANY", "UNPINNED" if entry.pinned is None else "PINNED")
    ]
    return list_connection(found, unbounded=scene.unbounded, **window)


@resolves("Mutation", "metafieldDefinitionCreate")
def create_definition(_: None, scene: Scene, definition: dict[str, Any]) -> dict[str, Any]:
    """Make a definition. One of type ``id`` has unique values, whether that was asked for or not."""
    needed = WRITE_BY_OWNER.get(definition["ownerType"])
    if needed is not None and needed not in scene.scopes:
        raise access_denied("metafieldDefinitionCreate", (needed,))
    errors = _definition_errors(scene, definition)
    if errors:
        return {"createdDefinition": None, "userErrors": errors}
    capabilities = definition.get("capabilities") or {}
    made = Definition(
        scene.shop.next_number(),
        definition["ownerType"],
        definition.get("namespace") or "$app",
        definition["key"],
        definition["name"],
        definition["type"],
        definition.get("description") or "",
        admin_filterable=bool((capabilities.get("adminFilterable") or {}).get("enabled")),
        unique=definition["type"] == "id" or bool((capabilities.get("uniqueValues") or {}).get("enabled")),
    )
    scene.shop.add_definition(made)
    return {"createdDefinition": definition_node(made), "userErrors": []}


def _definition_errors(scene: Scene, definition: dict[str, Any]) -> list[dict[str, Any]]:
    namespace = definition.get("namespace") or "$app"
    errors = []
    for name, value in (("namespace", namespace), ("key", definition["key"])):
        least, most = LENGTHS[name]
        if len(value) < least:
            errors.append(_error(f"{name.title()} is too short (minimum is {least} characters)", name, "TOO_SHORT"))
        if len(value) > most:
            errors.append(_error(f"{name.title()} is too long (maximum is {most} characters)", name, "TOO_LONG"))
        if not NAME.fullmatch(value):
            errors.append(_error(f"{name.title()} contains one or more invalid characters.", name, "INVALID_CHARACTER"))
    unique = ((definition.get("capabilities") or {}).get("uniqueValues") or {}).get("enabled")
    if definition["type"] == "id" and unique is False:
        message = "Capability unique_values is required for type id but is disabled"
        errors.append(user_error(message, "definition", code="CAPABILITY_REQUIRED_BUT_DISABLED"))
    if scene.shop.definition(definition["ownerType"], namespace, definition["key"]):
        owners = definition["ownerType"].title()
        errors.append(_error(f"Key is in use for {owners} metafields on the '{namespace}' namespace.", "key", "TAKEN"))
    return errors


def _error(message: str, name: str, code: str) -> dict[str, Any]:
    return {"__typename": "MetafieldDefinitionCreateUserError", **user_error(message, "definition", name, code=code)}
