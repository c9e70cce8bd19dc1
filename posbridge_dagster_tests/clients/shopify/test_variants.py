import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.clients.shopify.search import all_of, any_of, clause
from posbridge_dagster.clients.shopify.variants import variant_changes, variants, variants_by_sku, variants_of_skus
from posbridge_dagster_tests.clients.shopify.pretend import Value
from posbridge_dagster_tests.clients.shopify.scripted import ScriptedShop, data
from posbridge_dagster_tests.clients.shopify.writable import WritableShop


def variant(number: int, sku: str | None) -> Value:
    item = {"id": f"gid://shopify/InventoryItem/{number}", "tracked": True, "duplicateSkuCount": 0}
    product = {"id": f"gid://shopify/Product/{number}", "status": "ACTIVE"}
    return {"id": f"gid://shopify/ProductVariant/{number}", "sku": sku, "product": product, "inventoryItem": item}


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower()))


def shop_with(*rows: Value) -> WritableShop:
    """A shop whose search is as loose as Shopify's: words, in any case, one in common is enough."""

    def search(given: Value) -> list[Value]:
        if not given["query"]:
            return list(rows)
        asked = words(given["query"]) - {"sku", "or"}
        return [row for row in rows if asked & words(row["sku"] or "")]

    return WritableShop({"productVariants": search})


def found(serve: WritableShop, *skus: str) -> dict[str, list[Any]]:
    with ScriptedShop(serve=serve) as shop:
        return {sku: [row["id"].rsplit("/")[-1] for row in rows] for sku, rows in variants_by_sku(shop.client(), skus).items()}


def test_only_exactly_the_same_sku_counts() -> None:
    serve = shop_with(variant(1, "A-1"), variant(2, "a-1"), variant(3, "A-12"), variant(4, "A"), variant(5, None), variant(6, "A 1"))
    assert found(serve, "A-1", "A-2") == {"A-1": ["1"], "A-2": []}


def test_several_variants_with_one_sku_are_all_given() -> None:
    assert found(shop_with(variant(1, "100"), variant(2, "100"), variant(3, "101")), "100") == {"100": ["1", "2"]}


@pytest.mark.parametrize(("variants_there", "reads_all"), [(250, True), (3000, False)])
def test_very_many_skus_are_found_by_reading_all_variants_where_that_takes_fewer_calls(variants_there: int, reads_all: bool) -> None:
    serve = shop_with(variant(1, "7"), variant(2, "7"), variant(3, "andere"))
    serve.graph.root["productVariantsCount"] = {"count": variants_there}
    with ScriptedShop(serve=serve) as shop:
        there = variants_of_skus(shop.client(), [str(number) for number in range(1001)])
    assert [row["id"].rsplit("/")[-1] for row in there["7"]] == ["1", "2"]
    assert set(there) == {str(number) for number in range(1001)} and there["8"] == []
    assert [given["search"] for given in serve.sent["Variants"] if not given["search"]] == [None] * reads_all
    assert len(serve.sent["Variants"]) == (1 if reads_all else 11)


def test_a_blank_sku_matches_nothing_and_asks_nothing() -> None:
    serve = shop_with(variant(1, ""), variant(2, None))
    assert found(serve, "", " ") == {"": [], " ": []}
    assert serve.sent["Variants"] == []


def test_hundreds_of_skus_need_few_calls_and_every_page_is_followed() -> None:
    rows = [variant(number, f"{number % 400}") for number in range(1600)]
    serve = shop_with(*rows)
    skus = [str(number) for number in range(500)]
    result = found(serve, *skus)
    assert {sku: len(rows) for sku, rows in result.items()} == {sku: 4 if int(sku) < 400 else 0 for sku in skus}
    assert len(serve.sent["Variants"]) == 4 * 2 + 1, "five searches of 100 skus, four with a second page"


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(alphabet='ab"\\:()* OR-1', min_size=1, max_size=6), min_size=1, max_size=5, unique=True))
def test_no_sku_can_break_out_of_its_search(skus: list[str]) -> None:
    serve = WritableShop({"productVariants": [variant(number, sku) for number, sku in enumerate(skus)]})
    result = found(serve, *skus)
    assert result == {sku: [str(number)] if sku.strip() else [] for number, sku in enumerate(skus)}
    for sent in serve.sent["Variants"]:
        unquoted = re.sub(r'"(?:[^"\\]|\\.)*"', "x", sent["search"])
        assert re.fullmatch(r"\(?sku:[\w-]+(?: OR sku:[\w-]+)*\)?", unquoted)


def test_a_search_that_shopify_did_not_understand_is_not_used() -> None:
    warning = [{"path": ["productVariants"], "warnings": [{"field": "sku", "code": "invalid_field", "message": "x"}]}]
    page = {"productVariants": {"nodes": [variant(1, "100")], "pageInfo": {"hasNextPage": False, "endCursor": None}}}
    with ScriptedShop(data(page, search=warning)) as shop, pytest.raises(Misconfigured, match="'sku'"):
        variants_by_sku(shop.client(), ["100"])


def test_all_variants_are_read_page_by_page_and_changes_by_time() -> None:
    serve = shop_with(*(variant(number, str(number)) for number in range(600)))
    with ScriptedShop(serve=serve) as shop:
        client = shop.client()
        assert [len(page) for page in variants(client)] == [250, 250, 100]
        list(variant_changes(client, datetime(2026, 11, 23, 9, tzinfo=UTC)))
    assert serve.sent["Variants"][0]["search"] is None
    assert serve.sent["Variants"][-1]["search"] == "updated_at:>='2026-11-23T09:00:00Z'"


def test_alternatives_can_be_part_of_a_greater_search() -> None:
    either = any_of(clause("sku", "=", "1"), "", clause("sku", "=", "2"))
    assert all_of(clause("product_status", "=", "active"), either) == "product_status:active AND (sku:1 OR sku:2)"
    assert any_of(clause("sku", "=", "1")) == "sku:1"
    assert any_of() == ""
