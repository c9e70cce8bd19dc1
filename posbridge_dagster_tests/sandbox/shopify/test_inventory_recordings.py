"""Stock in the pretend shop, held against recordings of real ones: the same calls, the same answers but for ids and names."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller
from posbridge_dagster_tests.sandbox.shopify.stockroom import ADJUST, AMERSFOORT, MOVE, SET, SET_ON_HAND, SOUP, UTRECHT

RECORDINGS = Path(__file__).parents[3] / "../shared/data/shopify-recordings"
pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not beside this checkout")
GLOBAL_ID = re.compile(r"gid://shopify/(\w+)/[^?\"]+(\?.*)?")
OWN = {"createdAt", "updatedAt", "id", "cursor", "startCursor", "endCursor", "locations"}
FIELDS = {"inventorySetQuantities": SET, "inventoryAdjustQuantities": ADJUST, "inventorySetOnHandQuantities": SET_ON_HAND}
KEYLESS = re.compile(r" @idempotent\(key: \$key\)|, \$key: String!")


def recording(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((RECORDINGS / f"2026-04_products_{name}.json").read_text(encoding="utf-8"))
    return content


def renamed(value: Any, names: dict[str, str]) -> Any:
    """Return a value with recorded texts replaced by the pretend shop's."""
    text = json.dumps(value)
    for recorded, own in names.items():
        text = text.replace(recorded, own)
    return json.loads(text)


def plain(value: Any) -> Any:
    """Return an answer without ids and moments: whether there is one is all that counts."""
    if isinstance(value, dict):
        return {name: bool(member) if name in OWN else plain(member) for name, member in value.items() if name != "extensions"}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return GLOBAL_ID.sub(r"\1", value) if isinstance(value, str) else value


def narrowed(own: Any, real: Any) -> Any:
    """Return an answer with only the members that the recorded one has."""
    if isinstance(real, dict) and isinstance(own, dict):
        return {name: narrowed(own[name], member) for name, member in real.items() if name in own}
    if isinstance(real, list) and isinstance(own, list) and len(own) == len(real):
        return [narrowed(*pair) for pair in zip(own, real, strict=True)]
    return own


def names_of(recorded: dict[str, Any]) -> dict[str, str]:
    product, location = recorded["setup"]["product"], recorded["setup"]["location"]
    return {product["inventoryItemId"]: SOUP, location["id"]: UTRECHT, location["name"]: "Utrecht"}


def test_stock_is_set_and_adjusted_as_recorded(shop: Caller) -> None:
    recorded = recording("inventory-quantity-contracts-2026-04")
    names = names_of(recorded)
    for field in ("inventorySetQuantities", "inventoryAdjustQuantities", "inventorySetOnHandQuantities"):
        call = recorded[field]
        answer = shop.data(FIELDS[field], input=renamed(call["variables"]["input"], names), key=call["variables"]["idempotencyKey"])
        expected = renamed(call["response"]["data"], names)
        assert plain(narrowed(answer, expected)) == plain(expected), field


@pytest.mark.parametrize(
    "case",
    [
        "missingSetIdempotency",
        "missingSetChangeFromQuantity",
        "legacySetShape",
        "missingSetOnHandIdempotency",
        "missingSetOnHandChangeFromQuantity",
        "missingAdjustIdempotency",
        "missingAdjustChangeFromQuantity",
    ],
)
def test_calls_that_lack_something_are_refused_as_recorded(shop: Caller, case: str) -> None:
    recorded = recording("inventory-quantity-contracts-2026-04")
    call = recorded[case]
    field = next(name for name in FIELDS if {"Set": "SetQ", "Adj": "Adj"}.get(case[7:10], "SetQ") in name)
    field = "inventorySetOnHandQuantities" if "OnHand" in case else field
    query = KEYLESS.sub("", FIELDS[field]) if "Idempotency" in case else FIELDS[field]
    answer = shop.ask(query, input=renamed(call["variables"]["input"], names_of(recorded)), key="some-key")
    (error,), (expected,) = answer["errors"], call["response"]["errors"]
    assert (error["message"], error["extensions"]["code"]) == (expected["message"], expected["extensions"]["code"])


def test_unknown_things_and_impossible_quantities_are_refused_as_recorded(shop: Caller) -> None:
    recorded = recording("inventory-quantity-contracts-2026-04")
    names = names_of(recorded)
    calls = {**recorded["unknownIdValidation"], **recording("inventory-existence-validation")}
    refused = 0
    for name, call in calls.items():
        expected = call.get("response", {}).get("data") if isinstance(call, dict) else None
        if not expected or (field := next(iter(expected))) not in {**FIELDS, "inventoryMoveQuantities": MOVE}:
            continue
        query = MOVE if field == "inventoryMoveQuantities" else FIELDS[field]
        answer = shop.data(query, input=renamed(call["variables"]["input"], names), key=call["variables"]["idempotencyKey"])
        own, real = answer[field]["userErrors"], expected[field]["userErrors"]
        stale = [error for error in own if error["code"] == "CHANGE_FROM_QUANTITY_STALE"]
        assert [error for error in own if error not in stale] == real, name
        refused += 1
    assert refused >= 11


def test_quantities_have_the_recorded_bounds(shop: Caller) -> None:
    for name, case in recording("inventorySetQuantities-quantity-bounds")["cases"].items():
        own = renamed(case["variables"]["input"], {case["setup"]["inventoryItemId"]: SOUP, case["setup"]["locationId"]: UTRECHT})
        expected = renamed(case["response"]["data"], {"Shop location": "Utrecht"})
        answer = shop.data(SET, input=own, key=case["variables"]["idempotencyKey"])
        assert plain(narrowed(answer, expected)) == plain(expected), name


def test_an_item_is_stocked_as_recorded(shop: Caller) -> None:
    recorded = recording("inventory-activate-on-hand")
    shop.sandbox.shop.stock.forget(9_000_003)
    names = {
        recorded["locations"]["secondary"]["id"]: AMERSFOORT,
        "My Custom Location": "Amersfoort",
        "gid://shopify/InventoryLevel/143273034034?inventory_item_id=53486247084338": (
            "gid://shopify/InventoryLevel/2?inventory_item_id=9000003"
        ),
    }
    names |= {product["inventoryItemId"]: SOUP for key, product in recorded["setup"].items() if key == "activateProduct"}
    steps = ("activateOnHand", "activateOnHandRead", "availableOnHandConflict", "alreadyActiveOnHand", "onHandOutOfRange")
    for name in steps:
        case = recorded["cases"][name]
        if name in ("availableOnHandConflict", "onHandOutOfRange"):
            names[case["variables"]["inventoryItemId"]] = "gid://shopify/InventoryItem/9000002"
        query = case.get("query") or "query ($inventoryLevelId: ID!) { inventoryLevel(id: $inventoryLevelId) { isActive"
        query += "" if case.get("query") else ' quantities(names: ["on_hand"]) { name quantity } } }'
        answer = shop.data(query, **renamed(case["variables"], names))
        expected = renamed(case["response"]["data"], names)
        assert plain(answer) == plain(expected), name


def test_levels_are_read_and_left_as_recorded(shop: Caller) -> None:
    recorded = recording("inventory-item-levels-connection-windowing-2026-04")
    setup, operations = recorded["setup"], recorded["operations"]
    shop.sandbox.shop.stock.forget(9_000_003)
    names = {
        setup["firstConnectionLevelId"]: "gid://shopify/InventoryLevel/1?inventory_item_id=9000003",
        setup["secondConnectionLevelId"]: "gid://shopify/InventoryLevel/2?inventory_item_id=9000003",
        setup["inventoryItemId"]: SOUP,
        setup["inventoryItemId"].rpartition("/")[2]: "9000003",
        setup["sourceLocationId"]: UTRECHT,
        setup["destinationLocationId"]: AMERSFOORT,
        operations["sourceLocationAdd"]["variables"]["input"]["name"]: "Utrecht",
        operations["destinationLocationAdd"]["variables"]["input"]["name"]: "Amersfoort",
    }
    for step in ("inventorySet", "inventoryActivate", "inventoryAdjust", "activeRead", "inventoryDeactivate", "inactiveRead"):
        call = operations[step]
        answer = shop.ask(call["query"], **renamed(call["variables"], names))
        expected = renamed(call["response"]["data"], names)
        assert plain(answer["data"]) == plain(expected), step
        cost = call["response"]["extensions"]["cost"]["requestedQueryCost"]
        assert answer["extensions"]["cost"]["requestedQueryCost"] == cost, step
        warned = [entry["warnings"][0]["code"] for entry in answer["extensions"].get("search", [])]
        said = [entry["warnings"][0]["code"] for entry in call["response"]["extensions"].get("search", [])]
        assert warned == said, step
