"""How long a whole shop's stock takes to set and to read."""

import time

import pytest

from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed, LocationSeed, Seed
from posbridge_dagster_tests.sandbox.shopify.shopfloor import open_shop
from posbridge_dagster_tests.sandbox.shopify.stockroom import GROUP

ARTICLES, AT_A_TIME, SECONDS = 5000, 250, 4
SET = f"""mutation ($input: InventorySetQuantitiesInput!, $key: String!) {{
  inventorySetQuantities(input: $input) @idempotent(key: $key) {{ {GROUP} }} }}"""
PAGE = """query ($after: String) { inventoryItems(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes { id sku tracked
  inventoryLevels(first: 10) { nodes { id location { id } updatedAt quantities(names: ["available"]) { name quantity } } } } } }"""


def big_seed() -> Seed:
    families = [
        FamilySeed(number, f"Artikel {number}", (ArticleSeed(number, str(number), f"Artikel {number}", 100, stock=3),))
        for number in range(1, ARTICLES + 1)
    ]
    return Seed(families=families, locations=[LocationSeed(1, "Utrecht", 1), LocationSeed(2, "Amersfoort", 2)], customers=[], orders=[])


@pytest.mark.prove
def test_10000_levels_are_set_in_40_calls_and_less_than_4_seconds() -> None:
    with open_shop(seed=big_seed()) as shop:
        shop.sandbox.switches["plan"] = "enterprise"
        items = [f"gid://shopify/InventoryItem/{number}" for number in shop.sandbox.shop.variants.records]
        rows = [
            {"inventoryItemId": item, "locationId": f"gid://shopify/Location/{location}", "quantity": 7, "changeFromQuantity": 3}
            for location in (1, 2)
            for item in items
        ]
        started = time.perf_counter()
        for start in range(0, len(rows), AT_A_TIME):
            given = {"name": "available", "reason": "correction", "quantities": rows[start : start + AT_A_TIME]}
            payload = shop.data(SET, input=given, key=f"key-{start}")["inventorySetQuantities"]
            assert (payload["userErrors"], len(payload["inventoryAdjustmentGroup"]["changes"])) == ([], 2 * AT_A_TIME)
        setting = time.perf_counter() - started
        started, after, read = time.perf_counter(), None, 0
        while True:
            page = shop.data(PAGE, after=after)["inventoryItems"]
            read += sum(level["quantities"][0]["quantity"] for node in page["nodes"] for level in node["inventoryLevels"]["nodes"])
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        reading = time.perf_counter() - started
        calls = len(shop.served.control.calls)
    print(f"10,000 levels: {setting:.2f} s in 40 write calls, {reading:.2f} s to read in {calls - 40} calls")
    assert read == 7 * 2 * ARTICLES
    assert setting <= SECONDS
    assert reading <= SECONDS
