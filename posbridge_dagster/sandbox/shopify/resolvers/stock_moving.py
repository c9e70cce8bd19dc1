"""Changing stock by a number of pieces, and moving it from one state to another."""

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
    is_uri,
    item_errors,
    location_errors,
    request_errors,
)
from posbridge_dagster.sandbox.shopify.refusals import user_error
from posbridge_dagster.sandbox.shopify.registry import resolves
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scene import Scene

MOST = 2_000_000_000
MOVABLE = ("available", "damaged", "incoming", "quality_control", "reserved", "safety_stock")
STALE = "The changeFromQuantity argument no longer matches the persisted quantity."


@resolves("Mutation", "inventoryAdjustQuantities")
def adjust_quantities(_: None, scene: Scene, given: Given) -> dict[str, Any]:
    """Add pieces to a quantity or take them off, all rows or none."""
    rows, name = given["changes"], given["name"]
    demand_expectation(rows, "InventoryChangeInput")

    def errors() -> list[Error]:
        found = [*request_errors(given), *_name_errors(name, "input", "name")]
        return found or list(_adjustment_errors(scene, rows, name))

    def steps() -> list[Step]:
        return [
            Step(
                numbered("InventoryItem", row["inventoryItemId"]),
                numbered("Location", row["locationId"]),
                name,
                row["delta"],
                row.get("ledgerDocumentUri") or "",
            )
            for row in rows
        ]

    return adjusted(scene, "inventoryAdjustQuantities", given, errors, steps)


def _adjustment_errors(scene: Scene, rows: list[Given], name: str) -> Iterator[Error]:
    if len({row.get("ledgerDocumentUri") for row in rows}) > 1:
        message = "All changes must have the same ledger document URI or, in the case of adjusting available, no ledger document URI."
        yield user_error(message, "input", "changes", code="MAX_ONE_LEDGER_DOCUMENT")
    for index, row in enumerate(rows):
        path = ("input", "changes", str(index))
        unknown = [
            *item_errors(scene, row["inventoryItemId"], *path, "inventoryItemId"),
            *location_errors(scene, row["locationId"], *path, "locationId"),
        ]
        yield from unknown or _state_errors(scene, row, row["delta"], name, *path)
        yield from _document_errors(row, name, *path)


def _name_errors(name: str, *path: str) -> Iterator[Error]:
    if name not in MOVABLE:
        message = f"The specified quantity name is invalid. Valid values are: {', '.join(MOVABLE)}."
        yield user_error(message, *path, code="INVALID_QUANTITY_NAME")


def _state_errors(scene: Scene, row: Given, delta: int, name: str, *path: str) -> Iterator[Error]:
    """Yield whether a row expects another quantity, or leads to one that is too high or too low."""
    quantity = held(scene, row, name) + delta
    if quantity > MOST:
        yield user_error(f"The quantity can't be higher than {MOST:,}.", *path, "delta", code="INVALID_QUANTITY_TOO_HIGH")
    if quantity < -MOST:
        yield user_error(f"The quantity can't be lower than -{MOST:,}.", *path, "delta", code="INVALID_QUANTITY_TOO_LOW")
    if is_stale(scene, row, name):
        yield user_error(STALE, *path, "changeFromQuantity", code="CHANGE_FROM_QUANTITY_STALE")


def _document_errors(row: Given, name: str, *path: str) -> Iterator[Error]:
    """Yield what is wrong with the document that a change is applied to: all but what is available needs one."""
    uri = row.get("ledgerDocumentUri")
    where = (*path, "ledgerDocumentUri")
    if name == "available":
        if uri is not None:
            message = "A ledger document URI is not allowed when adjusting available."
            yield user_error(message, *where, code="INVALID_AVAILABLE_DOCUMENT")
    elif uri is None:
        message = "A ledger document URI is required except when adjusting available."
        yield user_error(message, *where, code="INVALID_QUANTITY_DOCUMENT")
    elif uri.startswith("gid://shopify/"):
        message = "Internal (gid://shopify/) ledger documents are not allowed to be adjusted via API."
        yield user_error(message, *where, code="INTERNAL_LEDGER_DOCUMENT")
    elif not is_uri(uri):
        yield user_error("The specified ledger document is invalid.", *where, code="INVALID_LEDGER_DOCUMENT")


@resolves("Mutation", "inventoryMoveQuantities")
def move_quantities(_: None, scene: Scene, given: Given) -> dict[str, Any]:
    """Move pieces between two states at one location, all rows or none."""
    rows = given["changes"]
    demand_expectation([row[end] for row in rows for end in ("from", "to")], "InventoryMoveQuantityTerminalInput")

    def errors() -> list[Error]:
        return [*request_errors(given), *(error for index, row in enumerate(rows) for error in _move_errors(scene, row, index))]

    def steps() -> list[Step]:
        return [step for row in rows for step in (_step(row, "from", -row["quantity"]), _step(row, "to", row["quantity"]))]

    return adjusted(scene, "inventoryMoveQuantities", given, errors, steps)


def _move_errors(scene: Scene, row: Given, index: int) -> Iterator[Error]:
    path = ("input", "changes", str(index))
    unknown = [*item_errors(scene, row["inventoryItemId"], *path, "inventoryItemId")]
    for end in ("from", "to"):
        unknown += location_errors(scene, row[end]["locationId"], *path, end, "locationId")
        unknown += _name_errors(row[end]["name"], *path, end, "name")
        unknown += _document_errors(row[end], row[end]["name"], *path, end)
    yield from unknown
    if row["quantity"] < 0:
        yield user_error("The quantity can't be negative.", *path, "quantity", code="INVALID_QUANTITY_NEGATIVE")
    if row["from"]["locationId"] != row["to"]["locationId"]:
        yield user_error("The quantities can't be moved between different locations.", *path, code="DIFFERENT_LOCATIONS")
    elif row["from"]["name"] == row["to"]["name"]:
        yield user_error("The quantity names for each change can't be the same.", *path, code="SAME_QUANTITY_NAME")
    for end in () if unknown else ("from", "to"):
        if is_stale(scene, {**row[end], "inventoryItemId": row["inventoryItemId"]}, row[end]["name"]):
            yield user_error(STALE, *path, end, "changeFromQuantity", code="CHANGE_FROM_QUANTITY_STALE")


def _step(row: Given, end: str, delta: int) -> Step:
    place = row[end]
    item, location = numbered("InventoryItem", row["inventoryItemId"]), numbered("Location", place["locationId"])
    return Step(item, location, place["name"], delta, place.get("ledgerDocumentUri") or "")
