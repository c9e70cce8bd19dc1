"""Where items are stocked, what is known of them, and how their levels are listed."""

from typing import Any

from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller
from posbridge_dagster_tests.sandbox.shopify.stockroom import AMERSFOORT, BLUE_COAT, COAT, SOUP, UTRECHT, quantities, row, set_quantities
from posbridge_dagster_tests.sandbox.shopify.test_bulk import done, rows, start

ACTIVATE = """mutation ($item: ID!, $location: ID!, $available: Int, $key: String!) {
  inventoryActivate(inventoryItemId: $item, locationId: $location, available: $available) @idempotent(key: $key) {
    inventoryLevel { id isActive } userErrors { field message } } }"""
DEACTIVATE = "mutation ($id: ID!) { inventoryDeactivate(inventoryLevelId: $id) { userErrors { field message } } }"
TOGGLE = """mutation ($item: ID!, $updates: [InventoryBulkToggleActivationInput!]!) {
  inventoryBulkToggleActivation(inventoryItemId: $item, inventoryItemUpdates: $updates) {
    inventoryItem { id locationsCount { count } } inventoryLevels { location { id } } userErrors { field message code } } }"""
ITEM = """mutation ($id: ID!, $input: InventoryItemInput!) { inventoryItemUpdate(id: $id, input: $input) {
  inventoryItem { sku tracked requiresShipping unitCost { amount currencyCode } countryCodeOfOrigin harmonizedSystemCode
    measurement { weight { value unit } } updatedAt } userErrors { field message } } }"""
LEVEL_IN_UTRECHT = "gid://shopify/InventoryLevel/1?inventory_item_id=9000001"


def toggle(shop: Caller, *wanted: tuple[str, bool]) -> Any:
    updates = [{"locationId": location, "activate": is_active} for location, is_active in wanted]
    return shop.data(TOGGLE, item=COAT, updates=updates)["inventoryBulkToggleActivation"]


def test_an_item_that_is_stocked_again_has_what_it_had(shop: Caller) -> None:
    assert shop.data(DEACTIVATE, id=LEVEL_IN_UTRECHT)["inventoryDeactivate"] == {"userErrors": []}
    read = shop.data("query ($id: ID!) { inventoryItem(id: $id) { variant { inventoryQuantity } locationsCount { count } } }", id=COAT)
    assert read["inventoryItem"] == {"variant": {"inventoryQuantity": 3}, "locationsCount": {"count": 1}}
    last = shop.data(DEACTIVATE, id=LEVEL_IN_UTRECHT.replace("Level/1", "Level/2"))["inventoryDeactivate"]["userErrors"]
    assert [error["message"] for error in last] == [
        "The product couldn't be unstocked from Amersfoort because products need to be stocked at a minimum of 1 location."
    ]
    stocked = shop.data(ACTIVATE, item=COAT, location=UTRECHT, key="a")["inventoryActivate"]
    assert stocked == {"inventoryLevel": {"id": LEVEL_IN_UTRECHT, "isActive": True}, "userErrors": []}
    assert quantities(shop) == {"available": 3, "on_hand": 3}


def test_stocking_twice_with_one_key_is_stocking_once(shop: Caller) -> None:
    shop.sandbox.shop.stock.forget(9_000_003)
    asked = {"item": SOUP, "location": UTRECHT, "available": 5}
    first = shop.data(ACTIVATE, **asked, key="a")["inventoryActivate"]
    assert shop.data(ACTIVATE, **asked, key="a")["inventoryActivate"] == first, "no word that it is active already"
    assert len(shop.data(ACTIVATE, **asked, key="b")["inventoryActivate"]["userErrors"]) == 1
    error = shop.error(ACTIVATE, item=SOUP, location=AMERSFOORT, available=5, key="a")
    assert error["extensions"]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"


def test_setting_a_quantity_stocks_the_item_there(shop: Caller) -> None:
    shop.sandbox.shop.stock.forget(9_000_003)
    payload = set_quantities(shop, row(SOUP, AMERSFOORT, 4, 0))
    assert payload["userErrors"] == []
    assert quantities(shop, SOUP, AMERSFOORT) == {"available": 4, "on_hand": 4}


def test_a_call_that_changes_nothing_has_no_adjustment_and_no_error(shop: Caller) -> None:
    assert set_quantities(shop, row(COAT, UTRECHT, 3, 3)) == {"inventoryAdjustmentGroup": None, "userErrors": []}
    assert not shop.served.control.calls[-1].wrote


def test_an_item_is_moved_between_locations_at_once_or_not_at_all(shop: Caller) -> None:
    done = toggle(shop, (UTRECHT, False), (AMERSFOORT, True))
    assert (done["inventoryItem"]["locationsCount"], done["inventoryLevels"]) == ({"count": 1}, [{"location": {"id": AMERSFOORT}}])
    refused = toggle(shop, (AMERSFOORT, False))
    assert [error["code"] for error in refused["userErrors"]] == ["CANNOT_DEACTIVATE_FROM_ONLY_LOCATION"]
    refused = toggle(shop, (UTRECHT, True), ("gid://shopify/Location/9", True))
    assert [error["code"] for error in refused["userErrors"]] == ["LOCATION_NOT_FOUND"]
    assert shop.sandbox.shop.stock.levels(9_000_001)[0].location == 2
    unknown = shop.data(TOGGLE, item="gid://shopify/InventoryItem/1", updates=[])["inventoryBulkToggleActivation"]
    assert [error["code"] for error in unknown["userErrors"]] == ["INVENTORY_ITEM_NOT_FOUND"]


def test_what_is_known_of_an_item_changes(shop: Caller) -> None:
    shop.clock.pass_seconds(60)
    given = {
        "sku": "1001-A",
        "tracked": False,
        "requiresShipping": False,
        "cost": "12.10",
        "countryCodeOfOrigin": "NL",
        "harmonizedSystemCode": "620193",
        "measurement": {"weight": {"value": 1.25, "unit": "KILOGRAMS"}},
    }
    item = shop.data(ITEM, id=COAT, input=given)["inventoryItemUpdate"]["inventoryItem"]
    assert item == {
        "sku": "1001-A",
        "tracked": False,
        "requiresShipping": False,
        "unitCost": {"amount": "12.1", "currencyCode": "EUR"},
        "countryCodeOfOrigin": "NL",
        "harmonizedSystemCode": "620193",
        "measurement": {"weight": {"value": 1.25, "unit": "KILOGRAMS"}},
        "updatedAt": "2026-11-21T12:01:00Z",
    }
    found = shop.data('{ inventoryItems(first: 5, query: "sku:1001-A") { nodes { id } } }')
    assert found["inventoryItems"]["nodes"] == [{"id": COAT}]
    kept = shop.data(ITEM, id=COAT, input={"tracked": True})["inventoryItemUpdate"]["inventoryItem"]
    assert kept == {**item, "tracked": True}
    refused = shop.data(ITEM, id=COAT, input={"cost": "-1"})["inventoryItemUpdate"]
    assert refused["userErrors"] == [{"field": ["input", "cost"], "message": "Cost must be greater than or equal to 0"}]


def test_items_with_one_sku_say_how_many_they_are(shop: Caller) -> None:
    shop.data(ITEM, id=BLUE_COAT, input={"sku": "1001"})
    read = shop.data('{ inventoryItems(first: 5, query: "sku:1001") { nodes { duplicateSkuCount } } }')
    assert read["inventoryItems"]["nodes"] == [{"duplicateSkuCount": 1}] * 2


def test_the_levels_of_a_location_are_paged_to_their_end(shop: Caller) -> None:
    query = """query ($id: ID!, $after: String) { location(id: $id) { shipsInventory hasActiveInventory isPrimary
      inventoryLevels(first: 2, after: $after) { nodes { item { id } quantities(names: ["available"]) { quantity } }
        pageInfo { hasNextPage endCursor } } } }"""
    found: list[str] = []
    after = None
    while True:
        location = shop.data(query, id=UTRECHT, after=after)["location"]
        found += [level["item"]["id"] for level in location["inventoryLevels"]["nodes"]]
        after = location["inventoryLevels"]["pageInfo"]["endCursor"]
        if not location["inventoryLevels"]["pageInfo"]["hasNextPage"]:
            break
    assert found == [COAT, BLUE_COAT, SOUP]
    assert (location["shipsInventory"], location["hasActiveInventory"], location["isPrimary"]) == (True, True, True)
    one = """query ($id: ID!, $item: ID!) { location(id: $id) { inventoryLevel(inventoryItemId: $item) { id } } }"""
    assert shop.data(one, id=UTRECHT, item=COAT)["location"]["inventoryLevel"] == {"id": LEVEL_IN_UTRECHT}


def test_levels_and_items_are_found_by_their_ids_together(shop: Caller) -> None:
    query = """query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on InventoryItem { sku }
      ... on InventoryLevel { location { id } quantities(names: ["on_hand"]) { quantity } } } }"""
    answer = shop.data(query, ids=[LEVEL_IN_UTRECHT, SOUP, "gid://shopify/InventoryItem/1"])
    assert answer["nodes"] == [
        {"__typename": "InventoryLevel", "location": {"id": UTRECHT}, "quantities": [{"quantity": 3}]},
        {"__typename": "InventoryItem", "sku": "2001"},
        None,
    ]
    error = shop.error("query ($id: ID!) { inventoryLevel(id: $id) { id } }", id="gid://shopify/InventoryLevel/1")
    assert error["extensions"]["code"] == "RESOURCE_NOT_FOUND"


def test_the_changes_of_an_adjustment_are_asked_for_in_part(shop: Caller) -> None:
    query = """mutation ($input: InventorySetQuantitiesInput!, $key: String!, $items: [ID!]) {
      inventorySetQuantities(input: $input) @idempotent(key: $key) { inventoryAdjustmentGroup {
        changes(inventoryItemIds: $items, quantityNames: ["available"]) { name item { id } } } } }"""
    rows = [row(COAT, UTRECHT, 8, 3), row(SOUP, UTRECHT, 2, 0)]
    given = {"name": "available", "reason": "correction", "quantities": rows}
    group = shop.data(query, input=given, key="a", items=[SOUP])["inventorySetQuantities"]["inventoryAdjustmentGroup"]
    assert group["changes"] == [{"name": "available", "item": {"id": SOUP}}]


def test_an_unknown_quantity_name_is_refused(shop: Caller) -> None:
    query = """query ($id: ID!) { inventoryItem(id: $id) {
      inventoryLevels(first: 1) { nodes { quantities(names: ["shelf"]) { name } } } } }"""
    assert shop.error(query, id=COAT)["extensions"]["code"] == "INVALID_FIELD_ARGUMENTS"


def test_all_stock_is_exported_in_bulk(shop: Caller) -> None:
    query = """{ inventoryItems { edges { node { id sku inventoryLevels { edges { node { id
      quantities(names: ["available"]) { name quantity } } } } } } } }"""
    found = rows(done(shop, start(shop, query)))
    levels = [entry for entry in found if "__parentId" in entry]
    assert [entry["sku"] for entry in found if "__parentId" not in entry] == ["1001", "85123A", "2001"]
    assert len(levels) == 6
    assert {entry["quantities"][0]["quantity"] for entry in levels if entry["__parentId"] == COAT} == {3}
