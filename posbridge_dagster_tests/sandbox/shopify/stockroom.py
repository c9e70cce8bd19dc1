"""Documents about stock, and short ways to read and set it, shared by the tests of inventory."""

from itertools import count
from typing import Any

from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller

UTRECHT, AMERSFOORT = "gid://shopify/Location/1", "gid://shopify/Location/2"
COAT, BLUE_COAT, SOUP = (f"gid://shopify/InventoryItem/{number}" for number in (9_000_001, 9_000_002, 9_000_003))
COAT_VARIANT = "gid://shopify/ProductVariant/9000001"
ALL = ["available", "committed", "damaged", "incoming", "on_hand", "quality_control", "reserved", "safety_stock"]
GROUP = """inventoryAdjustmentGroup { id createdAt reason referenceDocumentUri
  changes { name delta quantityAfterChange item { id } location { id name } ledgerDocumentUri } } userErrors { field message code }"""
SET = f"""mutation ($input: InventorySetQuantitiesInput!, $key: String!) {{
  inventorySetQuantities(input: $input) @idempotent(key: $key) {{ {GROUP} }} }}"""
SET_ON_HAND = f"""mutation ($input: InventorySetOnHandQuantitiesInput!, $key: String!) {{
  inventorySetOnHandQuantities(input: $input) @idempotent(key: $key) {{ {GROUP} }} }}"""
ADJUST = f"""mutation ($input: InventoryAdjustQuantitiesInput!, $key: String!) {{
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {{ {GROUP} }} }}"""
MOVE = f"""mutation ($input: InventoryMoveQuantitiesInput!, $key: String!) {{
  inventoryMoveQuantities(input: $input) @idempotent(key: $key) {{ {GROUP} }} }}"""
READ = """query ($item: ID!, $location: ID!, $names: [String!]!) { inventoryItem(id: $item) {
  inventoryLevel(locationId: $location, includeInactive: true) { isActive updatedAt quantities(names: $names) { name quantity } } } }"""
keys = count(1)


def row(item: str, location: str, quantity: int, expected: int | None = None) -> dict[str, Any]:
    return {"inventoryItemId": item, "locationId": location, "quantity": quantity, "changeFromQuantity": expected}


def set_quantities(shop: Caller, *rows: dict[str, Any], name: str = "available", key: str = "", **details: Any) -> dict[str, Any]:
    """Return the payload of a call with these rows."""
    given = {"name": name, "reason": "correction", "quantities": list(rows), **details}
    payload: dict[str, Any] = shop.data(SET, input=given, key=key or f"key-{next(keys)}")["inventorySetQuantities"]
    return payload


def quantities(shop: Caller, item: str = COAT, location: str = UTRECHT, names: list[str] | None = None) -> dict[str, int]:
    """Return the quantities of a level by name, those that are not zero unless names are given."""
    level = shop.data(READ, item=item, location=location, names=names or ALL)["inventoryItem"]["inventoryLevel"]
    found = {entry["name"]: entry["quantity"] for entry in level["quantities"]}
    return found if names else {name: quantity for name, quantity in found.items() if quantity}


def codes(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the paths and codes of the user errors of a payload that did nothing."""
    assert payload["inventoryAdjustmentGroup"] is None
    return [(".".join(error["field"] or []), error["code"]) for error in payload["userErrors"]]
