"""Stock as apps read, set, adjust and move it."""

from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller
from posbridge_dagster_tests.sandbox.shopify.stockroom import (
    ADJUST,
    AMERSFOORT,
    BLUE_COAT,
    COAT,
    MOVE,
    SET,
    SET_ON_HAND,
    SOUP,
    UTRECHT,
    codes,
    quantities,
    row,
    set_quantities,
)


def test_a_shop_opens_with_the_same_stock_at_every_location(shop: Caller) -> None:
    assert quantities(shop) == {"available": 3, "on_hand": 3}
    assert quantities(shop, location=AMERSFOORT) == {"available": 3, "on_hand": 3}
    answer = shop.data(
        """{ inventoryItems(first: 9, query: "sku:1001") { nodes { id sku tracked requiresShipping duplicateSkuCount
      unitCost { amount } locationsCount { count } trackedEditable { locked } variant { id }
      variants(first: 2) { nodes { id inventoryQuantity } } measurement { weight { value unit } }
      inventoryLevels(first: 5) { nodes { id location { name } canDeactivate quantities(names: ["available"]) { quantity } } } } } }"""
    )
    (item,) = answer["inventoryItems"]["nodes"]
    assert (item["id"], item["sku"], item["tracked"], item["locationsCount"]) == (COAT, "1001", True, {"count": 2})
    assert item["variants"]["nodes"] == [{"id": item["variant"]["id"], "inventoryQuantity": 6}]
    levels = item["inventoryLevels"]["nodes"]
    assert [level["location"]["name"] for level in levels] == ["Utrecht", "Amersfoort"]
    assert levels[0]["id"] == "gid://shopify/InventoryLevel/1?inventory_item_id=9000001"
    read = shop.data("query ($id: ID!) { inventoryLevel(id: $id) { item { sku } location { id } } }", id=levels[1]["id"])
    assert read["inventoryLevel"] == {"item": {"sku": "1001"}, "location": {"id": AMERSFOORT}}


def test_quantities_are_set_and_what_is_on_hand_follows(shop: Caller) -> None:
    shop.clock.pass_seconds(60)
    payload = set_quantities(shop, row(COAT, UTRECHT, 8, 3), row(SOUP, UTRECHT, 0, 0), referenceDocumentUri="gid://posbridge/Run/1")
    assert payload["userErrors"] == []
    group = payload["inventoryAdjustmentGroup"]
    assert (group["reason"], group["referenceDocumentUri"]) == ("correction", "gid://posbridge/Run/1")
    assert [(change["name"], change["delta"], change["item"]["id"]) for change in group["changes"]] == [
        ("available", 5, COAT),
        ("on_hand", 5, COAT),
    ], "what does not change is not listed"
    assert quantities(shop) == {"available": 8, "on_hand": 8}
    assert set_quantities(shop, row(COAT, UTRECHT, 10), name="on_hand")["userErrors"] == []
    assert quantities(shop) == {"available": 10, "on_hand": 10}


def test_one_bad_row_keeps_all_rows_from_being_set(shop: Caller) -> None:
    rows = [
        row(COAT, UTRECHT, 8, 4),
        row("gid://shopify/InventoryItem/1", UTRECHT, 1),
        row(SOUP, "gid://shopify/Location/99", 1),
        row(SOUP, UTRECHT, -2_000_000_000),
        row(SOUP, AMERSFOORT, 2_000_000_000),
        row(BLUE_COAT, UTRECHT, 5, 0),
    ]
    payload = set_quantities(shop, *rows)
    assert codes(payload) == [
        ("input.quantities.0.changeFromQuantity", "CHANGE_FROM_QUANTITY_STALE"),
        ("input.quantities.1.inventoryItemId", "INVALID_INVENTORY_ITEM"),
        ("input.quantities.2.locationId", "INVALID_LOCATION"),
        ("input.quantities.3.quantity", "INVALID_QUANTITY_TOO_LOW"),
        ("input.quantities.4.quantity", "INVALID_QUANTITY_TOO_HIGH"),
    ]
    assert not shop.served.control.calls[-1].wrote
    assert quantities(shop, BLUE_COAT) == {}


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"name": "committed"}, "input.name", "INVALID_NAME"),
        ({"reason": "because"}, "input.reason", "INVALID_REASON"),
        ({"referenceDocumentUri": "order 12"}, "input.referenceDocumentUri", "INVALID_REFERENCE_DOCUMENT"),
        ({"referenceDocumentUri": "gid://posbridge/Run"}, "input.referenceDocumentUri", "INVALID_REFERENCE_DOCUMENT"),
        ({"name": "on_hand", "quantities": [row(COAT, UTRECHT, -1)]}, "input.quantities.0.quantity", "INVALID_QUANTITY_NEGATIVE"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_with_its_code(shop: Caller, change: dict[str, Any], field: str, code: str) -> None:
    assert codes(set_quantities(shop, row(COAT, UTRECHT, 1), **change)) == [(field, code)]


def test_a_pair_may_be_set_once_in_a_call(shop: Caller) -> None:
    payload = set_quantities(shop, row(COAT, UTRECHT, 1), row(COAT, UTRECHT, 2), row(COAT, AMERSFOORT, 2))
    assert [code for _, code in codes(payload)] == ["NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"] * 2


def test_a_call_takes_250_rows_and_each_must_say_what_it_expects(shop: Caller) -> None:
    rows = [row(COAT, UTRECHT, 1)] * 251
    error = shop.error(SET, input={"name": "available", "reason": "correction", "quantities": rows}, key="a")
    assert error["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
    silent = {"inventoryItemId": COAT, "locationId": UTRECHT, "quantity": 1}
    error = shop.error(SET, input={"name": "available", "reason": "correction", "quantities": [silent]}, key="b")
    assert error["message"] == "InventoryQuantityInput must include the following argument: changeFromQuantity."
    assert error["extensions"]["code"] == "INVALID_FIELD_ARGUMENTS"
    old = {"name": "available", "reason": "correction", "ignoreCompareQuantity": True, "quantities": rows[:1]}
    assert shop.error(SET, input=old, key="c")["extensions"]["code"] == "INVALID_VARIABLE"
    error = shop.error(SET.replace("@idempotent(key: $key)", "").replace(", $key: String!", ""), input={**old})
    assert error["extensions"]["code"] == "INVALID_VARIABLE"


def test_a_key_is_demanded_and_brings_the_same_outcome_again(shop: Caller) -> None:
    rows = [row(COAT, UTRECHT, 8, 3)]
    given = {"name": "available", "reason": "correction", "quantities": rows}
    keyless = SET.replace("@idempotent(key: $key)", "").replace(", $key: String!", "")
    assert shop.error(keyless, input=given)["message"] == "The @idempotent directive is required for this mutation but was not provided."
    first = set_quantities(shop, *rows, key="once")
    again = set_quantities(shop, *rows, key="once")
    assert again == first, "a repeated call is no stale one"
    assert not shop.served.control.calls[-1].wrote
    other = set_quantities(shop, row(COAT, UTRECHT, 9, 8), key="once")
    assert codes(other) == [("", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")]
    shop.clock.pass_seconds(24 * 3600 + 1)
    assert codes(set_quantities(shop, *rows, key="once"))[0][1] == "CHANGE_FROM_QUANTITY_STALE", "keys live a day"
    assert codes(set_quantities(shop, *rows, key="once")) == [("", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")]


def test_what_is_on_hand_is_set_by_the_older_mutation_too(shop: Caller) -> None:
    given = {"reason": "correction", "setQuantities": [row(COAT, UTRECHT, 9, 3)]}
    payload = shop.data(SET_ON_HAND, input=given, key="a")["inventorySetOnHandQuantities"]
    assert [(change["name"], change["delta"]) for change in payload["inventoryAdjustmentGroup"]["changes"]] == [
        ("available", 6),
        ("on_hand", 6),
    ]
    payload = shop.data(SET_ON_HAND, input=given, key="b")["inventorySetOnHandQuantities"]
    assert codes(payload) == [("input.setQuantities.0.changeFromQuantity", "CHANGE_FROM_QUANTITY_STALE")]


def change(delta: int, expected: int | None = None, **details: Any) -> dict[str, Any]:
    return {"inventoryItemId": COAT, "locationId": UTRECHT, "delta": delta, "changeFromQuantity": expected, **details}


def adjust(shop: Caller, name: str, *changes: dict[str, Any], key: str = "adjust") -> dict[str, Any]:
    payload: dict[str, Any] = shop.data(ADJUST, input={"name": name, "reason": "correction", "changes": list(changes)}, key=key)[
        "inventoryAdjustQuantities"
    ]
    return payload


def test_quantities_are_adjusted_by_pieces(shop: Caller) -> None:
    assert adjust(shop, "available", change(-5, 3))["userErrors"] == []
    assert quantities(shop) == {"available": -2, "on_hand": -2}, "less than nothing is possible"
    document: dict[str, Any] = {"ledgerDocumentUri": "gid://posbridge/Crate/7"}
    assert adjust(shop, "incoming", change(12, **document), key="b")["userErrors"] == []
    assert adjust(shop, "damaged", change(1, **document), key="c")["userErrors"] == []
    assert quantities(shop) == {"available": -2, "damaged": 1, "incoming": 12, "on_hand": -1}


@pytest.mark.parametrize(
    ("name", "row_of_change", "code"),
    [
        ("available", change(1, 4), "CHANGE_FROM_QUANTITY_STALE"),
        ("on_hand", change(1), "INVALID_QUANTITY_NAME"),
        ("committed", change(1), "INVALID_QUANTITY_NAME"),
        ("available", change(1, ledgerDocumentUri="gid://posbridge/Crate/7"), "INVALID_AVAILABLE_DOCUMENT"),
        ("damaged", change(1), "INVALID_QUANTITY_DOCUMENT"),
        ("damaged", change(1, ledgerDocumentUri="gid://shopify/Order/7"), "INTERNAL_LEDGER_DOCUMENT"),
        ("damaged", change(1, ledgerDocumentUri="crate 7"), "INVALID_LEDGER_DOCUMENT"),
        ("available", change(2_000_000_000), "INVALID_QUANTITY_TOO_HIGH"),
    ],
)
def test_adjustments_are_refused_with_their_codes(shop: Caller, name: str, row_of_change: dict[str, Any], code: str) -> None:
    payload = adjust(shop, name, row_of_change)
    assert [entry for _, entry in codes(payload)] == [code]


def test_pieces_are_moved_between_states_of_one_location(shop: Caller) -> None:
    to = {"locationId": UTRECHT, "name": "damaged", "changeFromQuantity": None, "ledgerDocumentUri": "gid://posbridge/Crate/7"}
    here = {"locationId": UTRECHT, "name": "available", "changeFromQuantity": 3}
    given = {
        "reason": "damaged",
        "referenceDocumentUri": "gid://posbridge/Crate/7",
        "changes": [{"inventoryItemId": COAT, "quantity": 2, "from": here, "to": to}],
    }
    assert shop.data(MOVE, input=given, key="a")["inventoryMoveQuantities"]["userErrors"] == []
    assert quantities(shop) == {"available": 1, "damaged": 2, "on_hand": 3}
    there = {**to, "locationId": AMERSFOORT}
    given["changes"] = [{"inventoryItemId": COAT, "quantity": 2, "from": {**here, "changeFromQuantity": 1}, "to": there}]
    payload = shop.data(MOVE, input=given, key="b")["inventoryMoveQuantities"]
    assert codes(payload) == [("input.changes.0", "DIFFERENT_LOCATIONS")]


def test_stock_is_read_and_changed_with_the_right_scopes_only(shop: Caller) -> None:
    scopes = shop.sandbox.switches["scopes"]
    shop.sandbox.switches["scopes"] = [scope for scope in scopes if scope not in ("read_inventory", "write_inventory")]
    given = {"name": "available", "reason": "correction", "quantities": [row(COAT, UTRECHT, 8, 3)]}
    error = shop.error(SET, input=given, key="a")
    assert error["message"] == "Access denied for inventorySetQuantities field. Required access: `write_inventory` access scope."
    error = shop.error("query ($id: ID!) { inventoryItem(id: $id) { id inventoryLevels(first: 1) { nodes { id } } } }", id=COAT)
    assert error["extensions"]["code"] == "ACCESS_DENIED"
