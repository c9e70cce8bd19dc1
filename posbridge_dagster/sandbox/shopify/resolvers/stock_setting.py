"""Setting stock to absolute quantities, as the system does that knows best."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from posbridge_dagster.sandbox.shopify.adjusting import (
    Error,
    Given,
    Step,
    adjusted,
    demand_expectation,
    held,
    is_stale,
    item_errors,
    location_errors,
    request_errors,
)
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scene import Scene

MOST = 1_000_000_000
SETTABLE = ("available", "on_hand")
STALE = "The changeFromQuantity value does not match persisted value."
STALE_ON_HAND = "The changeFromQuantity argument no longer matches the persisted quantity."
TWICE = ("The combination of inventoryItemId and locationId must be unique.", "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR")


@resolves("Mutation", "inventorySetQuantities")
def set_quantities(_: None, scene: Scene, given: Given) -> dict[str, Any]:
    """Set what is available or on hand, all rows or none. An item is stocked at a location by setting its quantity there."""
    demand_expectation(given["quantities"], "InventoryQuantityInput")

    def errors() -> list[Error]:
        found = list(request_errors(given))
        if given["name"] not in SETTABLE:
            message = "The quantity name must be either 'available' or 'on_hand'."
            return [*found, user_error(message, "input", "name", code="INVALID_NAME")]
        return [*found, *_twice(given["quantities"]), *_row_errors(scene, given["quantities"], given["name"], "quantities", STALE)]

    return adjusted(scene, "inventorySetQuantities", given, errors, lambda: _steps(scene, given["quantities"], given["name"]))


@resolves("Mutation", "inventorySetOnHandQuantities")
def set_on_hand_quantities(_: None, scene: Scene, given: Given) -> dict[str, Any]:
    """Set what is on hand, all rows or none. Deprecated, but there."""
    rows = given["setQuantities"]
    demand_expectation(rows, "InventorySetQuantityInput")

    def errors() -> list[Error]:
        return [*request_errors(given), *_row_errors(scene, rows, "on_hand", "setQuantities", STALE_ON_HAND)]

    return adjusted(scene, "inventorySetOnHandQuantities", given, errors, lambda: _steps(scene, rows, "on_hand"))


def _twice(rows: list[Given]) -> Iterator[Error]:
    pairs = Counter((row["inventoryItemId"], row["locationId"]) for row in rows)
    for index, row in enumerate(rows):
        if pairs[row["inventoryItemId"], row["locationId"]] > 1:
            yield user_error(TWICE[0], "input", "quantities", str(index), "locationId", code=TWICE[1])


def _row_errors(scene: Scene, rows: list[Given], name: str, member: str, stale: str) -> Iterator[Error]:
    for index, row in enumerate(rows):
        path = ("input", member, str(index))
        unknown = [
            *item_errors(scene, row["inventoryItemId"], *path, "inventoryItemId"),
            *location_errors(scene, row["locationId"], *path, "locationId"),
        ]
        yield from unknown
        yield from _quantity_errors(row["quantity"], name, *path, "quantity")
        if not unknown and is_stale(scene, row, name):
            yield user_error(stale, *path, "changeFromQuantity", code="CHANGE_FROM_QUANTITY_STALE")


def _quantity_errors(quantity: int, name: str, *path: str) -> Iterator[Error]:
    if name == "on_hand" and quantity < 0:
        yield user_error("The quantity can't be negative.", *path, code="INVALID_QUANTITY_NEGATIVE")
    elif quantity < -MOST:
        yield user_error(f"The quantity can't be lower than -{MOST:,}.", *path, code="INVALID_QUANTITY_TOO_LOW")
    elif quantity > MOST:
        yield user_error(f"The quantity can't be higher than {MOST:,}.", *path, code="INVALID_QUANTITY_TOO_HIGH")


def _steps(scene: Scene, rows: list[Given], name: str) -> list[Step]:
    return [
        Step(
            numbered("InventoryItem", row["inventoryItemId"]),
            numbered("Location", row["locationId"]),
            name,
            row["quantity"] - held(scene, row, name),
        )
        for row in rows
    ]
