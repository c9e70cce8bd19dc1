"""Mutations of what is there: tags, notes, attributes; and the look-up of any record by its id."""

from typing import Any

from posbridge_dagster.sandbox.shopify.access import access_denied
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.metafields import definition_node
from posbridge_dagster.sandbox.shopify.nodes.orders import order_node
from posbridge_dagster.sandbox.shopify.nodes.people import customer_node
from posbridge_dagster.sandbox.shopify.records import Customer, Order
from posbridge_dagster.sandbox.shopify.refusals import Refusal, user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.customers import customer
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.resolvers.locations import location
from posbridge_dagster.sandbox.shopify.resolvers.orders import find_order, order, refund
from posbridge_dagster.sandbox.shopify.resolvers.products import product, product_variant
from posbridge_dagster.sandbox.shopify.scalars import split_gid
from posbridge_dagster.sandbox.shopify.scene import Scene

LONGEST_TAG = {Order: 40, Customer: 255}
LONGEST_NOTE = 5000
WRITE_SCOPE = {Order: "write_orders", Customer: "write_customers"}
LOOKUPS = {
    "Customer": customer,
    "Location": location,
    "Order": order,
    "Product": product,
    "ProductVariant": product_variant,
    "Refund": refund,
}


@resolves("QueryRoot", "node")
def node(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return any record by its id; null where there is none."""
    parts = split_gid(global_id)
    if parts is None:
        return None
    if parts[0] == "BulkOperation":
        return scene.operations.node(parts[1], scene)
    if parts[0] == "MetafieldDefinition":
        definition = scene.shop.definitions.get(parts[1])
        return None if definition is None else definition_node(definition)
    lookup = LOOKUPS.get(parts[0])
    return None if lookup is None else lookup(None, scene, global_id)


@resolves("QueryRoot", "nodes")
def nodes(_: None, scene: Scene, ids: list[str]) -> list[Node | None]:
    """Return records by their ids, null where there is none."""
    return [node(None, scene, one) for one in ids]


def _tagged(scene: Scene, global_id: str) -> Order | Customer:
    parts = split_gid(global_id)
    found: Order | Customer | None = None
    if parts and parts[0] == "Order":
        found = find_order(scene, parts[1])
    elif parts and parts[0] == "Customer":
        found = scene.shop.customers.get(parts[1])
    if found is None:
        raise Refusal("invalid id", "RESOURCE_NOT_FOUND")
    if WRITE_SCOPE[type(found)] not in scene.scopes:
        raise access_denied("tagsAdd", (WRITE_SCOPE[type(found)],))
    return found


def _split(tags: list[str]) -> list[str]:
    return [tag.strip() for entry in tags for tag in entry.split(",") if tag.strip()]


def _shown(owner: Order | Customer, scene: Scene) -> Node:
    return order_node(owner, scene) if isinstance(owner, Order) else customer_node(owner, scene)


def set_tags(scene: Scene, owner: Order | Customer, tags: list[str]) -> bool:
    """Give a record these tags, without doubles and sorted, case set aside; return whether anything changed."""
    unique = {tag.lower(): tag for tag in reversed(tags)}
    wanted = sorted(unique.values(), key=str.lower)
    if wanted == owner.tags:
        return False
    owner.tags = wanted
    return True


@resolves("Mutation", "tagsAdd")
def add_tags(_: None, scene: Scene, global_id: str, tags: list[str]) -> dict[str, Any]:
    """Add tags to an order or a customer."""
    owner = _tagged(scene, global_id)
    added = _split(tags)
    longest = LONGEST_TAG[type(owner)]
    if any(len(tag) > longest for tag in added):
        message = f"Tags is invalid: a tag is too long (maximum is {longest} characters)"
        return {"node": None, "userErrors": [user_error(message, "tags")]}
    if set_tags(scene, owner, [*owner.tags, *added]):
        scene.shop.changed(owner)
    return {"node": _shown(owner, scene), "userErrors": []}


@resolves("Mutation", "tagsRemove")
def remove_tags(_: None, scene: Scene, global_id: str, tags: list[str]) -> dict[str, Any]:
    """Take tags from an order or a customer."""
    owner = _tagged(scene, global_id)
    removed = {tag.lower() for tag in _split(tags)}
    if set_tags(scene, owner, [tag for tag in owner.tags if tag.lower() not in removed]):
        scene.shop.changed(owner)
    return {"node": _shown(owner, scene), "userErrors": []}


@resolves("Mutation", "orderUpdate")
def update_order(_: None, scene: Scene, given: dict[str, Any]) -> dict[str, Any]:
    """Change what may be changed of an order; tags and attributes replace the earlier ones."""
    found = find_order(scene, numbered("Order", given["id"]))
    if found is None:
        return {"order": None, "userErrors": [user_error("Order does not exist", "id")]}
    if len(given.get("note") or "") > LONGEST_NOTE:
        message = f"Note is too long (maximum is {LONGEST_NOTE} characters)"
        return {"order": None, "userErrors": [user_error(message, "note")]}
    taken = _taken_custom_id(scene, found, given.get("metafields") or [])
    if taken:
        return {"order": None, "userErrors": [taken]}
    for name, attribute in (("note", "note"), ("email", "email"), ("phone", "phone"), ("poNumber", "po_number")):
        if name in given:
            setattr(found, attribute, given[name] or "")
    if given.get("tags") is not None:
        set_tags(scene, found, _split(given["tags"]))
    if given.get("customAttributes") is not None:
        found.attributes = [(entry["key"], entry["value"]) for entry in given["customAttributes"]]
    for entry in given.get("metafields") or []:
        scene.shop.set_metafield(found, *_metafield_name(entry), _kind(scene, entry), entry["value"])
    scene.shop.changed(found)
    return {"order": order_node(found, scene), "userErrors": []}


def _metafield_name(entry: dict[str, Any]) -> tuple[str, str]:
    return entry.get("namespace") or "$app", entry["key"]


def _kind(scene: Scene, entry: dict[str, Any]) -> str:
    definition = scene.shop.definition("ORDER", *_metafield_name(entry))
    return definition.kind if definition else entry.get("type") or "single_line_text_field"


def _taken_custom_id(scene: Scene, owner: Order, entries: list[dict[str, Any]]) -> dict[str, Any] | None:
    for index, entry in enumerate(entries):
        holder = scene.shop.owner_of("ORDER", *_metafield_name(entry), entry["value"])
        if holder not in (None, owner.number):
            return user_error("Value has already been taken", "input", "metafields", str(index), "value")
    return None
