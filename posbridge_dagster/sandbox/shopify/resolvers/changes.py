"""Mutations of what is there: tags, notes, attributes; and the look-up of any record by its id."""

from typing import Any

from posbridge_dagster.sandbox.shopify.access import access_denied
from posbridge_dagster.sandbox.shopify.metafield_values import metafield_errors, write_metafields
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.goods import product_node
from posbridge_dagster.sandbox.shopify.nodes.metafields import definition_node
from posbridge_dagster.sandbox.shopify.nodes.orders import order_node
from posbridge_dagster.sandbox.shopify.nodes.people import customer_node
from posbridge_dagster.sandbox.shopify.order_records import Order
from posbridge_dagster.sandbox.shopify.records import Customer, Product
from posbridge_dagster.sandbox.shopify.refusals import Refusal, user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.collections import collection, collection_source
from posbridge_dagster.sandbox.shopify.resolvers.companies import company
from posbridge_dagster.sandbox.shopify.resolvers.customers import customer
from posbridge_dagster.sandbox.shopify.resolvers.fulfilling import fulfillment_order
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.resolvers.inventory import inventory_item, inventory_level
from posbridge_dagster.sandbox.shopify.resolvers.locations import location
from posbridge_dagster.sandbox.shopify.resolvers.orders import find_order, order, refund
from posbridge_dagster.sandbox.shopify.resolvers.products import product, product_variant
from posbridge_dagster.sandbox.shopify.resolvers.returns import return_
from posbridge_dagster.sandbox.shopify.scalars import split_gid
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.tags import kept_tags, split_tags

Tagged = Order | Customer | Product
LONGEST_TAG = {Order: 40, Customer: 255, Product: 255}
LONGEST_NOTE = 5000
WRITE_SCOPE = {Order: "write_orders", Customer: "write_customers", Product: "write_products"}
LOOKUPS = {
    "Collection": collection,
    "CollectionConditionsSource": collection_source,
    "CollectionSubCollectionsSource": collection_source,
    "Company": company,
    "Customer": customer,
    "FulfillmentOrder": fulfillment_order,
    "InventoryItem": inventory_item,
    "InventoryLevel": inventory_level,
    "Location": location,
    "Order": order,
    "Product": product,
    "ProductVariant": product_variant,
    "Refund": refund,
    "Return": return_,
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


@resolves("Metafield", "owner")
def owner_of_metafield(source: Node, scene: Scene) -> Node | None:
    """Return the record that a metafield belongs to."""
    return node(None, scene, source.record)


@resolves("QueryRoot", "nodes")
def nodes(_: None, scene: Scene, ids: list[str]) -> list[Node | None]:
    """Return records by their ids, null where there is none."""
    return [node(None, scene, one) for one in ids]


def _tagged(scene: Scene, global_id: str) -> Tagged:
    parts = split_gid(global_id)
    found: Tagged | None = None
    if parts and parts[0] == "Order":
        found = find_order(scene, parts[1])
    elif parts and parts[0] == "Customer":
        found = scene.shop.customers.get(parts[1])
    elif parts and parts[0] == "Product":
        found = scene.shop.products.get(parts[1])
    if found is None:
        raise Refusal("invalid id", "RESOURCE_NOT_FOUND")
    if WRITE_SCOPE[type(found)] not in scene.scopes:
        raise access_denied("tagsAdd", (WRITE_SCOPE[type(found)],))
    return found


def _shown(owner: Tagged, scene: Scene) -> Node:
    if isinstance(owner, Product):
        return product_node(owner, scene.shop)
    return order_node(owner, scene) if isinstance(owner, Order) else customer_node(owner, scene)


def set_tags(owner: Tagged, tags: list[str]) -> bool:
    """Give a record these tags, as Shopify keeps them; return whether anything changed."""
    wanted = kept_tags(tags)
    if wanted == owner.tags:
        return False
    owner.tags = wanted
    return True


@resolves("Mutation", "tagsAdd")
def add_tags(_: None, scene: Scene, global_id: str, tags: list[str]) -> dict[str, Any]:
    """Add tags to an order, a customer or a product."""
    owner = _tagged(scene, global_id)
    added = split_tags(tags)
    longest = LONGEST_TAG[type(owner)]
    if any(len(tag) > longest for tag in added):
        message = f"Tags is invalid: a tag is too long (maximum is {longest} characters)"
        return {"node": None, "userErrors": [user_error(message, "tags")]}
    if set_tags(owner, [*owner.tags, *added]):
        scene.shop.changed(owner)
    return {"node": _shown(owner, scene), "userErrors": []}


@resolves("Mutation", "tagsRemove")
def remove_tags(_: None, scene: Scene, global_id: str, tags: list[str]) -> dict[str, Any]:
    """Take tags from an order, a customer or a product."""
    owner = _tagged(scene, global_id)
    removed = {tag.lower() for tag in split_tags(tags)}
    if set_tags(owner, [tag for tag in owner.tags if tag.lower() not in removed]):
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
    errors = metafield_errors(scene.shop, "ORDER", given.get("metafields") or [], ("input", "metafields"), found.number)
    if errors:
        return {"order": None, "userErrors": errors}
    for name, attribute in (("note", "note"), ("email", "email"), ("phone", "phone"), ("poNumber", "po_number")):
        if name in given:
            setattr(found, attribute, given[name] or "")
    if given.get("tags") is not None:
        set_tags(found, split_tags(given["tags"]))
    if given.get("customAttributes") is not None:
        found.attributes = [(entry["key"], entry["value"]) for entry in given["customAttributes"]]
    write_metafields(scene.shop, found, given.get("metafields") or [])
    scene.shop.changed(found)
    return {"order": order_node(found, scene), "userErrors": []}
