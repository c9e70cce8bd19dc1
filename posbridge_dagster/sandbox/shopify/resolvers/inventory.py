"""Inventory items and their levels."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Any

from posbridge_dagster.sandbox.shopify.catalogue import Place
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.goods import inventory_item_node
from posbridge_dagster.sandbox.shopify.nodes.inventory import change_nodes, level_node, quantity_nodes
from posbridge_dagster.sandbox.shopify.paging import connection, list_connection
from posbridge_dagster.sandbox.shopify.records import Variant
from posbridge_dagster.sandbox.shopify.refusals import Refusal, wrong_id
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scalars import gid
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.search.conditions import Condition, SearchField, SearchFields
from posbridge_dagster.sandbox.shopify.search.finding import Finder, list_condition
from posbridge_dagster.sandbox.shopify.stock_records import NAMES, Level

ITEM_IN_ID = "?inventory_item_id="


def _items(scene: Scene) -> Finder[Variant]:
    fields = SearchFields(
        {
            "created_at": SearchField("moment", lambda variant: variant.created_at),
            "id": SearchField("number", lambda variant: variant.number, index="id"),
            "sku": SearchField("word", lambda variant: variant.sku),
            "updated_at": SearchField("moment", lambda variant: variant.updated_at, index="updated_at"),
        },
        anywhere=lambda variant: (variant.sku,),
        timezone=scene.shop.timezone,
    )
    return Finder(scene, scene.shop.variants, fields, {"ID": "id"})


@resolves("QueryRoot", "inventoryItems")
def inventory_items(_: None, scene: Scene, **window: Any) -> Node:
    """Return the inventory items that a query finds, by id."""
    return _items(scene).page("inventoryItems", lambda variant: inventory_item_node(variant, scene.shop), **window)


@resolves("QueryRoot", "inventoryItem")
def inventory_item(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one inventory item."""
    variant = scene.shop.variants.get(numbered("InventoryItem", global_id))
    return None if variant is None else inventory_item_node(variant, scene.shop)


@resolves("QueryRoot", "inventoryLevel")
def inventory_level(_: None, scene: Scene, global_id: str) -> Node | None:
    """Return one level, active or not, by its id."""
    level = find_level(scene, global_id)
    return None if level is None else level_node(level, scene)


def find_level(scene: Scene, global_id: str) -> Level | None:
    """Return the level of an id, or None. Raises Refusal where it is no id of a level."""
    location = numbered("InventoryLevel", global_id)
    item = global_id.partition(ITEM_IN_ID)[2]
    if not item.isdecimal():
        raise wrong_id(global_id)
    return scene.shop.stock.level(int(item), location)


@resolves("InventoryItem", "inventoryLevel")
def level_of_item(source: Node, scene: Scene, location_id: str, include_inactive: bool = False) -> Node | None:
    """Return the level of an item at a location where it is stocked."""
    level = scene.shop.stock.level(source.record.number, numbered("Location", location_id))
    return level_node(level, scene) if level is not None and (level.active or include_inactive) else None


@resolves("InventoryItem", "inventoryLevels")
def levels_of_item(source: Node, scene: Scene, include_inactive: bool = False, query: str | None = None, **window: Any) -> Node:
    """Return the levels of an item, in the order in which it was stocked."""
    condition = _level_condition(scene, ["inventoryItem", "inventoryLevels"], query)
    levels = scene.shop.stock.levels(source.record.number, inactive=include_inactive)
    nodes = [level_node(level, scene) for level in levels if condition is None or condition(level)]
    if window.pop("reverse", False):
        nodes.reverse()
    return list_connection(nodes, unbounded=scene.unbounded, **window)


def _level_condition(scene: Scene, path: list[str], query: str | None) -> Condition | None:
    fields = SearchFields(
        {
            "created_at": SearchField("moment", lambda level: level.created_at),
            "id": SearchField("number", lambda level: level.location),
            "inventory_group_id": SearchField("number", lambda level: level.location),
            "inventory_item_id": SearchField("number", lambda level: level.item),
            "updated_at": SearchField("moment", lambda level: level.updated_at),
        },
        anywhere=lambda level: (),
        timezone=scene.shop.timezone,
    )
    return list_condition(scene, path, query, fields)


@resolves("InventoryItem", "locationsCount")
def locations_count(source: Node, scene: Scene) -> dict[str, Any]:
    """Return at how many locations an item is stocked."""
    return {"count": len(scene.shop.stock.levels(source.record.number)), "precision": "EXACT"}


@resolves("InventoryItem", "variant")
def variant_of_item(source: Node, scene: Scene) -> Node:
    """Return the variant that an item belongs to."""
    return scene.variant_node(source.record.number)


@resolves("InventoryItem", "variants")
def variants_of_item(source: Node, scene: Scene, **window: Any) -> Node:
    """Return the variants of an item: it has one."""
    return list_connection([scene.variant_node(source.record.number)], unbounded=scene.unbounded, **window)


@resolves("InventoryItem", "trackedEditable")
def tracked_editable(source: Node, scene: Scene) -> dict[str, Any]:
    """Return that it may be changed whether the stock of an item is kept."""
    return {"__typename": "EditableProperty", "locked": False}


@resolves("InventoryItem", "inventoryHistoryUrl")
def history_url(source: Node, scene: Scene) -> str:
    """Return where the admin shows what happened to an item."""
    return f"https://{scene.shop.name}.myshopify.com/admin/products/inventory/{source.record.number}/inventory_history"


@resolves("InventoryLevel", "quantities")
def quantities(source: Node, scene: Scene, names: list[str]) -> list[Node]:
    """Return quantities of a level. Raises Refusal for a name that stock is not kept in."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise Refusal(f"The quantity name '{unknown[0]}' is invalid.", "INVALID_FIELD_ARGUMENTS")
    return quantity_nodes(source.record, names)


@resolves("Location", "inventoryLevel")
def level_at_location(source: Node, scene: Scene, inventory_item_id: str, include_inactive: bool = False) -> Node | None:
    """Return the level of an item at a location."""
    level = scene.shop.stock.level(numbered("InventoryItem", inventory_item_id), source.record.number)
    return level_node(level, scene) if level is not None and (level.active or include_inactive) else None


@resolves("Location", "inventoryLevels")
def levels_at_location(source: Node, scene: Scene, include_inactive: bool = False, query: str | None = None, **window: Any) -> Node:
    """Return the levels at a location by item."""
    condition = _level_condition(scene, ["location", "inventoryLevels"], query)
    by_item = {
        level.item: level
        for level in scene.shop.stock.at_location(source.record.number)
        if (level.active or include_inactive) and (condition is None or condition(level))
    }
    items = sorted(by_item)

    def walk(low: Place | None, high: Place | None, backwards: bool) -> Iterable[Place]:
        start = 0 if low is None else bisect_right(items, low[1])
        end = len(items) if high is None else bisect_left(items, high[1])
        span = items[start:end]
        return ((item, item) for item in (reversed(span) if backwards else span))

    return connection(walk, lambda item: level_node(by_item[item], scene), unbounded=scene.unbounded, **window)


@resolves("InventoryAdjustmentGroup", "changes", when_asked=True)
def changes(
    source: Node,
    scene: Scene,
    inventory_item_ids: list[str] | None = None,
    location_ids: list[str] | None = None,
    quantity_names: list[str] | None = None,
) -> list[Node]:
    """Return the changes of an adjustment to these items, locations and quantities."""
    wanted = [
        change
        for change in source.record.changes
        if (inventory_item_ids is None or gid("InventoryItem", change.item) in inventory_item_ids)
        and (location_ids is None or gid("Location", change.location) in location_ids)
        and (quantity_names is None or change.name in quantity_names)
    ]
    return change_nodes(wanted, scene)
