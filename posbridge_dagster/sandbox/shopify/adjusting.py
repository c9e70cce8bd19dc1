"""Changing stock as apps ask for it: what is wrong with a request, once only per key, all of it or nothing."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from posbridge_dagster.sandbox.shopify.idempotency import KEY_LIFE, fingerprint
from posbridge_dagster.sandbox.shopify.nodes.inventory import adjustment_node
from posbridge_dagster.sandbox.shopify.records import UsedKey
from posbridge_dagster.sandbox.shopify.refusals import Refusal, user_error
from posbridge_dagster.sandbox.shopify.resolvers.identifiers import numbered
from posbridge_dagster.sandbox.shopify.scene import Scene
from posbridge_dagster.sandbox.shopify.stock_records import Adjustment, Change

Given = dict[str, Any]
Error = dict[str, Any]
REASONS = (
    "correction, cycle_count_available, damaged, movement_canceled, movement_created, movement_received, movement_updated, other,"
    " promotion, quality_control, received, reservation_created, reservation_deleted, reservation_updated, restock, safety_stock,"
    " shrinkage"
)
URI = re.compile(r"(?!gid:)[A-Za-z][A-Za-z0-9+.-]*:\S+|gid://[^/\s]+/[^/\s]+/\S+")
NO_ITEM = ("The specified inventory item could not be found.", "INVALID_INVENTORY_ITEM")
NO_LOCATION = ("The specified location could not be found.", "INVALID_LOCATION")
NOT_MUTABLE = ("The specified inventory item is not allowed to be adjusted via API.", "NON_MUTABLE_INVENTORY_ITEM")
SAME_KEY = ("The same idempotency key cannot be used with different operation parameters.", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
FAILED_KEY = (
    "A previous request with this idempotency key failed. Retry with a new idempotency key.",
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
)


@dataclass(frozen=True)
class Step:
    """A quantity of an item at a location that is to change by a number of pieces."""

    item: int
    location: int
    name: str
    delta: int
    ledger_document: str = ""


def is_uri(text: str) -> bool:
    """Return whether a text is a URI with a scheme and content; a global id must have all its parts."""
    return URI.fullmatch(text) is not None


def request_errors(given: Given) -> Iterator[Error]:
    """Yield what is wrong with the reason and the reference document of a request."""
    if given["reason"] not in REASONS.split(", "):
        yield user_error(f"The specified reason is invalid. Valid values are: {REASONS}.", "input", "reason", code="INVALID_REASON")
    uri = given.get("referenceDocumentUri")
    if uri is not None and not is_uri(uri):
        message = "The specified reference document is invalid."
        yield user_error(message, "input", "referenceDocumentUri", code="INVALID_REFERENCE_DOCUMENT")


def item_errors(scene: Scene, global_id: str, *path: str) -> Iterator[Error]:
    """Yield why an item's stock cannot be changed: it is not there, or it is made of others."""
    variant = scene.shop.variants.get(numbered("InventoryItem", global_id))
    if variant is None:
        yield user_error(NO_ITEM[0], *path, code=NO_ITEM[1])
    elif variant.requires_components:
        yield user_error(NOT_MUTABLE[0], *path, code=NOT_MUTABLE[1])


def location_errors(scene: Scene, global_id: str, *path: str) -> Iterator[Error]:
    """Yield why there is no stock at a location: it is not there, or closed."""
    location = scene.shop.locations.get(numbered("Location", global_id))
    if location is None or not location.active:
        yield user_error(NO_LOCATION[0], *path, code=NO_LOCATION[1])


def demand_expectation(entries: Sequence[Given], kind: str) -> None:
    """Raise Refusal where a row does not say what quantity it expects; null says that it does not matter."""
    if any("changeFromQuantity" not in entry for entry in entries):
        raise Refusal(f"{kind} must include the following argument: changeFromQuantity.", "INVALID_FIELD_ARGUMENTS")


def held(scene: Scene, entry: Given, name: str) -> int:
    """Return the present quantity of a row's item at its location; 0 where it is not stocked."""
    level = scene.shop.stock.level(numbered("InventoryItem", entry["inventoryItemId"]), numbered("Location", entry["locationId"]))
    return 0 if level is None else level.quantity(name)


def is_stale(scene: Scene, entry: Given, name: str) -> bool:
    """Return whether a row expects another quantity than there is."""
    return entry["changeFromQuantity"] is not None and entry["changeFromQuantity"] != held(scene, entry, name)


def adjusted(scene: Scene, field: str, given: Given, errors: Callable[[], list[Error]], steps: Callable[[], list[Step]]) -> dict[str, Any]:
    """Return the payload of a request: carried out, refused with nothing moved, or what the same key brought before."""
    used = scene.shop.used_keys.get(scene.key or "")
    mark = fingerprint({field: given})
    now = scene.shop.now()
    if used is not None and used.at > now - KEY_LIFE:
        earlier = scene.shop.stock.adjustments.get(used.made)
        if used.fingerprint == mark and earlier is not None:
            return _payload(scene, earlier, [])
        message, code = SAME_KEY if used.fingerprint != mark else FAILED_KEY
        return _payload(scene, None, [user_error(message, code=code)])
    found = errors()
    adjustment = None if found else _carried_out(scene, given, steps())
    if scene.key:
        scene.shop.used_keys[scene.key] = UsedKey(scene.key, mark, adjustment.number if adjustment else 0, now)
    return _payload(scene, adjustment, found)


def _payload(scene: Scene, adjustment: Adjustment | None, errors: list[Error]) -> dict[str, Any]:
    shown = adjustment_node(adjustment, scene) if adjustment is not None and adjustment.changes else None
    return {"inventoryAdjustmentGroup": shown, "userErrors": errors}


def _carried_out(scene: Scene, given: Given, steps: list[Step]) -> Adjustment:
    """Move the quantities; what is on hand follows and is listed as a change of its own. What does not change is not listed.

    Where nothing changes at all the answer has no adjustment, and no error either.
    """
    shop = scene.shop
    adjustment = Adjustment(shop.next_number(), shop.now(), given["reason"], given.get("referenceDocumentUri") or "")
    for step in steps:
        level = shop.stock.stocked(step.item, step.location, adjustment.at)
        if not step.delta:
            continue
        name = "available" if step.name == "on_hand" else step.name
        level.move(name, step.delta)
        level.updated_at = adjustment.at
        adjustment.changes.append(Change(name, step.delta, step.item, step.location, step.ledger_document))
        if name != "incoming":
            adjustment.changes.append(Change("on_hand", step.delta, step.item, step.location))
    shop.stock.note(adjustment)
    shop.writes += bool(adjustment.changes)
    return adjustment
