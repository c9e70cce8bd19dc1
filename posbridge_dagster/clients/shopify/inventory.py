"""Stock of the shop: levels read and set at one location, items found by their variants.

A level is what is available of an inventory item at a location. It is only ever set from the quantity that was read
(``changeFromQuantity``), so what somebody else did in between is never overwritten.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster.model.identity import tail

LEVELS_IN_A_CALL = 250
STALE = frozenset({"CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE"})
"""Codes that say: the level is no longer what it was read as."""


@dataclass(frozen=True)
class HeldLevel:
    """What the shop holds: ``available`` pieces, None where the item is not stocked at the location; whether sales take from it.

    ``changed_at`` is when anything about the level last changed, by the shop's clock.
    """

    available: int | None
    is_active: bool
    tracked: bool
    changed_at: datetime | None = None


@dataclass(frozen=True)
class SetLevel:
    """A level to set: digits of the item's gid, pieces it was read as and pieces it should be."""

    item_id: str
    read_as: int
    quantity: int


def held_levels(client: ShopifyClient, location_id: str, item_ids: Sequence[str]) -> dict[str, HeldLevel | None]:
    """Return the levels of items at a location, by digits of the item's gid, 250 a call; None for an item that is gone.

    Raises the failures of ``clients.failures``.
    """
    found: dict[str, HeldLevel | None] = {}
    for part in _parts(item_ids):
        variables = {"ids": [item_gid(each) for each in part], "locationId": location_gid(location_id)}
        nodes = client.execute(document("inventory_levels"), variables)["nodes"]
        found |= {item_id: _held(node) for item_id, node in zip(part, nodes, strict=True)}
    return found


def set_levels(client: ShopifyClient, location_id: str, levels: Sequence[SetLevel], *, key: str, reference: str) -> None:
    """Set at most 250 levels of a location in one call, all of them or none.

    ``key`` marks this attempt: the same call sent again with it is carried out once, another call needs another. ``reference``
    is a URI that the shop shows beside the change. Raises UserErrors whose paths name the rows that are at fault (see ``row_of``).
    """
    location = location_gid(location_id)
    rows = [
        {
            "inventoryItemId": item_gid(level.item_id),
            "locationId": location,
            "quantity": level.quantity,
            "changeFromQuantity": level.read_as,
        }
        for level in levels
    ]
    given = {"name": "available", "reason": "correction", "referenceDocumentUri": reference, "quantities": rows}
    client.execute(document("inventory_set_quantities"), {"input": given, "key": key})


def row_of(path: Sequence[str]) -> int | None:
    """Return which row of a call an error's path speaks of, None when it names none."""
    after = path[path.index("quantities") + 1 :] if "quantities" in path else ()
    return int(after[0]) if after and after[0].isdigit() else None


def activate(client: ShopifyClient, location_id: str, item_id: str, *, key: str) -> None:
    """Stock an item at a location, with the quantity it had there before, or none. Raises UserErrors."""
    variables = {"inventoryItemId": item_gid(item_id), "locationId": location_gid(location_id), "key": key}
    client.execute(document("inventory_activate"), variables)


def track(client: ShopifyClient, item_id: str) -> None:
    """Let sales of an item take from its stock; doing it twice changes nothing. Raises UserErrors."""
    client.execute(document("inventory_item_track"), {"id": item_gid(item_id)}, repeatable=True)


def variants_by_id(client: ShopifyClient, variant_ids: Sequence[str]) -> dict[str, Node]:
    """Return variants in the shape of ``variants.variants_by_sku`` by the digits of their gid; those that are gone are left out."""
    found: dict[str, Node] = {}
    for part in _parts(variant_ids):
        nodes = client.execute(document("variants_by_id"), {"ids": [f"gid://shopify/ProductVariant/{each}" for each in part]})["nodes"]
        found |= {tail(node["id"]): node for node in nodes if node}
    return found


def item_gid(item_id: str) -> str:
    """Return the gid of an inventory item."""
    return f"gid://shopify/InventoryItem/{item_id}"


def location_gid(location_id: str) -> str:
    """Return the gid of a location."""
    return f"gid://shopify/Location/{location_id}"


def _parts(ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), LEVELS_IN_A_CALL):
        yield list(ids[start : start + LEVELS_IN_A_CALL])


def _held(node: Mapping[str, Node] | None) -> HeldLevel | None:
    if not node:
        return None
    level = node["inventoryLevel"]
    if level is None:
        return HeldLevel(None, False, bool(node["tracked"]))
    quantities = {each["name"]: each["quantity"] for each in level["quantities"]}
    return HeldLevel(quantities["available"], level["isActive"], bool(node["tracked"]), datetime.fromisoformat(level["updatedAt"]))
