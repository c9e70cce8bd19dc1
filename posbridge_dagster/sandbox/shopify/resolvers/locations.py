"""The shop and its locations."""

from typing import Any

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.nodes.places import location_node, shop_node
from posbridge_dagster.sandbox.shopify.paging import list_connection
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import custom_id, numbered
from posbridge_dagster.sandbox.shopify.scene import Scene

QUANTITY_NAMES = {
    "available": (("on_hand",), ()),
    "committed": (("on_hand",), ()),
    "damaged": (("on_hand",), ()),
    "incoming": ((), ()),
    "on_hand": ((), ("available", "committed", "damaged", "quality_control", "reserved", "safety_stock")),
    "quality_control": (("on_hand",), ()),
    "reserved": (("on_hand",), ()),
    "safety_stock": (("on_hand",), ()),
}


@resolves("QueryRoot", "shop")
def shop(_: None, scene: Scene) -> Node:
    """Return the shop."""
    return shop_node(scene.shop, scene.plan)


@resolves("QueryRoot", "locations")
def locations(
    _: None,
    scene: Scene,
    include_inactive: bool = False,
    include_legacy: bool = False,
    query: str | None = None,
    sort_key: str = "NAME",
    **window: Any,
) -> Node:
    """Return the locations by name or id. A query on them is not read: there are few."""
    known = [location for location in scene.shop.locations.values() if location.active or include_inactive]
    ordered = sorted(known, key=lambda location: location.name.lower() if sort_key == "NAME" else f"{location.number:020d}")
    if window.pop("reverse", False):
        ordered.reverse()
    return list_connection([location_node(location, scene.shop) for location in ordered], unbounded=scene.unbounded, **window)


@resolves("QueryRoot", "location")
def location(_: None, scene: Scene, global_id: str | None = None) -> Node | None:
    """Return one location; without an id the first one."""
    number = min(scene.shop.locations, default=None) if global_id is None else numbered("Location", global_id)
    found = None if number is None else scene.shop.locations.get(number)
    return None if found is None else location_node(found, scene.shop)


@resolves("QueryRoot", "locationByIdentifier")
def location_by_identifier(_: None, scene: Scene, identifier: dict[str, Any]) -> Node | None:
    """Return one location by its id; none has a custom id."""
    if "id" in identifier:
        return location(None, scene, identifier["id"])
    custom_id(scene, "LOCATION", identifier["customId"])
    return None


@resolves("QueryRoot", "inventoryProperties")
def inventory_properties(_: None, scene: Scene) -> dict[str, Any]:
    """Return the names of the quantities that stock is kept in."""
    return {
        "quantityNames": [
            {
                "name": name,
                "displayName": name.replace("_", " ").capitalize(),
                "isInUse": True,
                "belongsTo": list(belongs_to),
                "comprises": list(comprises),
            }
            for name, (belongs_to, comprises) in QUANTITY_NAMES.items()
        ]
    }
