"""Inventory levels, and the adjustments that changed them."""

from typing import Any

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.goods import inventory_item_node
from posbridge_dagster.sandbox.shopify.nodes.places import location_node
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_text
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.stock_records import NAMES, Adjustment, Change, Level

ALERT = "The product cannot be unstocked from this location."


def level_id(level: Level) -> str:
    """Return the id of a level: its number is the location's, the item stands in its query part."""
    return f"{gid('InventoryLevel', level.location)}?inventory_item_id={level.item}"


def level_node(level: Level, scene: Scene) -> Node:
    """Return an InventoryLevel; its quantities are asked for by name."""
    shop = scene.shop
    can_deactivate = may_unstock(level, len(shop.stock.levels(level.item)))
    return Node(
        {
            "__typename": "InventoryLevel",
            "id": level_id(level),
            "isActive": level.active,
            "canDeactivate": can_deactivate,
            "deactivationAlert": None if can_deactivate else ALERT,
            "createdAt": moment_text(level.created_at),
            "updatedAt": moment_text(level.updated_at),
        },
        record=level,
        item=lambda: inventory_item_node(shop.variants[level.item], shop),
        location=lambda: location_node(shop.locations[level.location], shop),
    )


def may_unstock(level: Level, locations: int) -> bool:
    """Return whether an item may be unstocked from a location: from any but the only one (``locations``: how many it has).

    What is committed, incoming or reserved there was no hindrance in recordings of 2026-04, although codes for it exist.
    """
    return not level.active or locations > 1


def quantity_nodes(level: Level, names: list[str]) -> list[Node]:
    """Return the named quantities of a level. When it changed is known of those that change by themselves, not of their sum."""
    return [_quantity_node(level, name) for name in names if name in NAMES]


def _quantity_node(level: Level, name: str) -> Node:
    quantity = level.quantity(name)
    has_changed = name == "available" or (name != "on_hand" and quantity)
    return Node(
        {
            "__typename": "InventoryQuantity",
            "id": f"{gid('InventoryQuantity', level.location)}?inventory_item_id={level.item}&name={name}",
            "name": name,
            "quantity": quantity,
            "updatedAt": moment_text(level.updated_at) if has_changed else None,
        }
    )


def adjustment_node(adjustment: Adjustment, scene: Scene) -> Node:
    """Return an InventoryAdjustmentGroup."""
    return Node(
        {
            "__typename": "InventoryAdjustmentGroup",
            "id": gid("InventoryAdjustmentGroup", adjustment.number),
            "createdAt": moment_text(adjustment.at),
            "reason": adjustment.reason,
            "referenceDocumentUri": adjustment.reference_document or None,
        },
        record=adjustment,
        changes=lambda: change_nodes(adjustment.changes, scene),
    )


def change_nodes(changes: list[Change], scene: Scene) -> list[Node]:
    """Return changes; the quantity after them was null in every recording."""
    shop = scene.shop
    places: dict[int, Node] = {}

    def place(number: int) -> Node:
        if number not in places:
            places[number] = location_node(shop.locations[number], shop)
        return places[number]

    return [_change_node(change, scene, place) for change in changes]


def _change_node(change: Change, scene: Scene, place: Any) -> Node:
    variant = scene.shop.variants.get(change.item)
    return Node(
        {
            "__typename": "InventoryChange",
            "name": change.name,
            "delta": change.delta,
            "quantityAfterChange": None,
            "ledgerDocumentUri": change.ledger_document or None,
        },
        record=change,
        item=lambda: None if variant is None else inventory_item_node(variant, scene.shop),
        location=lambda: place(change.location),
    )
