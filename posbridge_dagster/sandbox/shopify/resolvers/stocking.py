"""Where an item is stocked, and what is known of it."""

from collections.abc import Iterator
from typing import Any

from posbridge_dagster.sandbox.shopify.idempotency import earlier_use, fingerprint
from posbridge_dagster.sandbox.shopify.nodes.goods import inventory_item_node
from posbridge_dagster.sandbox.shopify.nodes.inventory import level_node, may_unstock
from posbridge_dagster.sandbox.shopify.records import Location, UsedKey, Variant
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.resolvers.inventory import ITEM_IN_ID, find_level
from posbridge_dagster.sandbox.shopify.scalars import cents_of
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.shelf import rename_sku
from posbridge_dagster.sandbox.shopify.stock_records import Level

Given = dict[str, Any]
Error = dict[str, Any]
MOST = 1_000_000_000
ONLY_LOCATION = "Cannot unstock an inventory item from the only location at which it is stocked."


@resolves("Mutation", "inventoryActivate")
def activate(
    _: None,
    scene: Scene,
    inventory_item_id: str,
    location_id: str,
    available: int | None = None,
    on_hand: int | None = None,
    stock_at_legacy_location: bool = False,
) -> dict[str, Any]:
    """Stock an item at a location. Without a quantity it has what it had there before, zero where it never was."""
    asked: Given = {"inventoryActivate": [inventory_item_id, location_id, available, on_hand]}
    variant = scene.shop.variants.get(numbered("InventoryItem", inventory_item_id))
    location = scene.shop.locations.get(numbered("Location", location_id))
    if variant is None or location is None or not location.active:
        name = "inventoryItemId" if variant is None else "locationId"
        what = "product" if variant is None else "location"
        return _refused([user_error(f"The product couldn't be stocked because the {what} wasn't found.", name)])
    level = scene.shop.stock.level(variant.number, location.number)
    if earlier_use(scene.shop.used_keys, scene.key, asked, scene.shop.now()) is not None:
        return {"inventoryLevel": None if level is None else level_node(level, scene), "userErrors": []}
    errors = list(_activation_errors(location, available, on_hand))
    if errors:
        return _refused(errors)
    if level is not None and level.active:
        return {"inventoryLevel": level_node(level, scene), "userErrors": list(_already_active(available, on_hand))}
    return {"inventoryLevel": level_node(_activated(scene, variant, location, available, on_hand, asked), scene), "userErrors": []}


def _refused(errors: list[Error]) -> dict[str, Any]:
    return {"inventoryLevel": None, "userErrors": errors}


def _activation_errors(location: Location, available: int | None, on_hand: int | None) -> Iterator[Error]:
    start = f"The product couldn't be stocked at {location.name} because"
    given = {"available": available, "onHand": on_hand}
    for name, quantity in given.items():
        if None not in given.values():
            yield user_error(f"{start} not allowed to set available and on_hand quantities at the same time.", name)
        elif quantity is not None and not -MOST <= quantity <= MOST:
            yield user_error(f"{start} the quantity needs to be between -1 billion and 1 billion.", name)


def _already_active(available: int | None, on_hand: int | None) -> Iterator[Error]:
    if available is not None:
        yield user_error("Not allowed to set available quantity when the item is already active at the location.", "available")
    if on_hand is not None:
        yield user_error("Not allowed to set an on_hand quantity when the item is already active at the location.", "onHand")


def _activated(
    scene: Scene, variant: Variant, location: Location, available: int | None, on_hand: int | None, asked: dict[str, object]
) -> Level:
    now = scene.shop.now()
    level = scene.shop.stock.stocked(variant.number, location.number, now)
    for name, quantity in (("available", available), ("on_hand", on_hand)):
        if quantity is not None:
            level.move(name, quantity - level.quantity(name))
    if scene.key:
        scene.shop.used_keys[scene.key] = UsedKey(scene.key, fingerprint(asked), variant.number, now)
    scene.shop.writes += 1
    return level


@resolves("Mutation", "inventoryDeactivate")
def deactivate(_: None, scene: Scene, inventory_level_id: str) -> dict[str, Any]:
    """Stock an item at a location no longer. Its quantities are kept for the day that it is activated again."""
    level = find_level(scene, inventory_level_id)
    if level is None:
        item = int(inventory_level_id.partition(ITEM_IN_ID)[2])
        what = "product" if scene.shop.variants.get(item) is None else "location"
        return {"userErrors": [user_error(f"The product couldn't be unstocked because the {what} was deleted.")]}
    if not may_unstock(level, len(scene.shop.stock.levels(level.item))):
        start = f"The product couldn't be unstocked from {scene.shop.locations[level.location].name} because"
        return {"userErrors": [user_error(f"{start} products need to be stocked at a minimum of 1 location.")]}
    _deactivated(scene, level)
    return {"userErrors": []}


def _deactivated(scene: Scene, level: Level) -> None:
    if level.active:
        level.active, level.updated_at = False, scene.shop.now()
        scene.shop.writes += 1


@resolves("Mutation", "inventoryBulkToggleActivation")
def toggle(_: None, scene: Scene, inventory_item_id: str, inventory_item_updates: list[Given]) -> dict[str, Any]:
    """Stock an item at some locations and no longer at others, all of it or nothing."""
    variant = scene.shop.variants.get(numbered("InventoryItem", inventory_item_id))
    if variant is None:
        error = user_error("The inventory item was not found.", "inventoryItemId", code="INVENTORY_ITEM_NOT_FOUND")
        return {"inventoryItem": None, "inventoryLevels": None, "userErrors": [error]}
    wanted = {numbered("Location", entry["locationId"]): entry["activate"] for entry in inventory_item_updates}
    errors = list(_toggle_errors(scene, variant, wanted))
    if errors:
        return {"inventoryItem": inventory_item_node(variant, scene.shop), "inventoryLevels": None, "userErrors": errors}
    made = []
    for number, is_active in wanted.items():
        level = scene.shop.stock.level(variant.number, number)
        if is_active:
            made.append(_activated(scene, variant, scene.shop.locations[number], None, None, {}) if not _is_active(level) else level)
        elif level is not None:
            _deactivated(scene, level)
    nodes = [level_node(level, scene) for level in made if level is not None]
    return {"inventoryItem": inventory_item_node(variant, scene.shop), "inventoryLevels": nodes, "userErrors": []}


def _is_active(level: Level | None) -> bool:
    return level is not None and level.active


def _toggle_errors(scene: Scene, variant: Variant, wanted: dict[int, bool]) -> Iterator[Error]:
    stock = scene.shop.stock
    kept = {level.location for level in stock.levels(variant.number)} | {number for number, is_active in wanted.items() if is_active}
    kept -= {number for number, is_active in wanted.items() if not is_active}
    for index, (number, is_active) in enumerate(wanted.items()):
        path = ("inventoryItemUpdates", str(index), "locationId")
        location = scene.shop.locations.get(number)
        level = stock.level(variant.number, number)
        if location is None or not location.active:
            yield user_error("The location was not found.", *path, code="LOCATION_NOT_FOUND")
        elif not is_active and level is not None and not may_unstock(level, len(kept) + 1):
            yield user_error(ONLY_LOCATION, *path, code="CANNOT_DEACTIVATE_FROM_ONLY_LOCATION")


@resolves("Mutation", "inventoryItemUpdate")
def update_item(_: None, scene: Scene, global_id: str, given: Given) -> dict[str, Any]:
    """Change what is known of an item; what the input leaves out stays."""
    variant = scene.shop.variants.get(numbered("InventoryItem", global_id))
    if variant is None:
        return {"inventoryItem": None, "userErrors": [user_error("The product couldn't be updated because it does not exist.", "id")]}
    errors = list(_item_errors(given))
    if errors:
        return {"inventoryItem": None, "userErrors": errors}
    _describe(scene, variant, given)
    return {"inventoryItem": inventory_item_node(variant, scene.shop), "userErrors": []}


def _item_errors(given: Given) -> Iterator[Error]:
    if given.get("cost") is not None and cents_of(given["cost"]) < 0:
        yield user_error("Cost must be greater than or equal to 0", "input", "cost")
    weight = (given.get("measurement") or {}).get("weight") or {}
    if weight.get("value", 0) < 0:
        yield user_error("Weight must be greater than or equal to 0", "input", "measurement", "weight", "value")


def _describe(scene: Scene, variant: Variant, given: Given) -> None:
    if "cost" in given:
        variant.cost_cents = None if given["cost"] is None else cents_of(given["cost"])
    if given.get("sku") is not None:
        rename_sku(scene.shop, variant, given["sku"])
    for name, attribute in (("tracked", "tracked"), ("requiresShipping", "requires_shipping")):
        if given.get(name) is not None:
            setattr(variant, attribute, given[name])
    origin = {
        "countryCodeOfOrigin": "country_of_origin",
        "provinceCodeOfOrigin": "province_of_origin",
        "harmonizedSystemCode": "harmonized_code",
    }
    for name, attribute in origin.items():
        if name in given:
            setattr(variant, attribute, given[name] or "")
    weight = (given.get("measurement") or {}).get("weight")
    if weight:
        variant.weight, variant.weight_unit = str(weight["value"]), weight["unit"]
    scene.shop.changed(variant)
