"""Finding products and variants: what a sync asks for, what is only warned about, and how search lags behind."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.shopify.assortment import option, put, read, variant
from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller, open_shop

PRODUCTS = """query ($query: String!, $sort: ProductSortKeys, $reverse: Boolean) {
  products(first: 50, query: $query, sortKey: $sort, reverse: $reverse) { nodes { id title } } }"""
VARIANTS = """query ($query: String!, $sort: ProductVariantSortKeys) { productVariants(first: 50, query: $query, sortKey: $sort) {
  nodes { sku } } productVariantsCount(query: $query) { count } }"""


@pytest.fixture(scope="module")
def shelf() -> Iterator[Caller]:
    """A shop with a sock in two sizes, made last, beside the coat and the soup of every shop."""
    with open_shop() as shop:
        shop.clock.pass_seconds(3600)
        sizes = [variant("S-36", "5", Maat="36"), {**variant("S-39", "5", Maat="39"), "taxable": False, "barcode": "8712345000099"}]
        put(
            shop,
            title="Wollen sok",
            vendor="Zuid",
            productType="Textiel",
            tags=["Warm", "wol"],
            status="DRAFT",
            productOptions=[option("Maat", "36", "39")],
            variants=sizes,
        )
        yield shop


def titles(shop: Caller, query: str, **more: Any) -> list[str]:
    return [entry["title"] for entry in shop.data(PRODUCTS, query=query, **more)["products"]["nodes"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sku:S-36", ["Wollen sok"]),
        ("sku:s-36", ["Wollen sok"]),
        ("sku:S-*", ["Wollen sok"]),
        ("sku:S", []),
        ("barcode:8712345000011", ["Jas"]),
        ("status:draft", ["Wollen sok"]),
        ("status:ACTIVE,DRAFT", ["Jas", "Soep", "Wollen sok"]),
        ("vendor:Zuid", ["Wollen sok"]),
        ("vendor:Zuid OR vendor:Noord", ["Jas", "Wollen sok"]),
        ("tag:warm", ["Wollen sok"]),
        ("tag_not:warm", ["Jas", "Soep"]),
        ("product_type:Textiel,Eten", ["Wollen sok"]),
        ("handle:jas-1,soep-2", ["Jas", "Soep"]),
        ('title:"wollen sok"', ["Wollen sok"]),
        ("title:sok", ["Wollen sok"]),
        ("title:so*", ["Soep"]),
        ("id:>=7000003", ["Wollen sok"]),
        ("variant_id:9000003", ["Soep"]),
        ("variant_title:39", ["Wollen sok"]),
        ("inventory_total:>0", ["Jas"]),
        ("tracks_inventory:false", ["Wollen sok"]),
        ("out_of_stock_somewhere:true", []),
        ("gift_card:false AND has_only_default_variant:true", ["Soep"]),
        ("published_status:published", ["Jas", "Soep"]),
        ("created_at:>='2026-11-21T12:30:00Z'", ["Wollen sok"]),
        ("updated_at:<'2026-11-21T12:30:00Z' status:active", ["Jas", "Soep"]),
        ("S-39", ["Wollen sok"]),
        ("noord", ["Jas"]),
    ],
)
def test_products_are_found(shelf: Caller, query: str, expected: list[str]) -> None:
    assert titles(shelf, query) == expected
    assert shelf.data("query ($q: String!) { productsCount(query: $q) { count } }", q=query)["productsCount"] == {"count": len(expected)}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('sku:"S-36"', ["S-36"]),
        ("sku:S-*", ["S-36", "S-39"]),
        ("barcode:8712345000099", ["S-39"]),
        ("product_id:7000003", ["S-36", "S-39"]),
        ("product_ids:7000002,7000003", ["2001", "S-36", "S-39"]),
        ("product_status:draft", ["S-36", "S-39"]),
        ("option1:36", ["S-36"]),
        ("option2:M", ["1001", "85123A"]),
        ("taxable:false", ["S-39"]),
        ("vendor:Noord,Zuid", ["1001", "85123A", "S-36", "S-39"]),
        ("tag:wol -sku:S-39", ["S-36"]),
        ("inventory_quantity:>=3", ["1001"]),
        ("location_id:2", ["1001", "85123A", "2001"]),
        ("updated_at:>'2026-11-21T12:30:00Z'", ["S-36", "S-39"]),
    ],
)
def test_variants_are_found(shelf: Caller, query: str, expected: list[str]) -> None:
    answer = shelf.data(VARIANTS, query=query)
    assert [entry["sku"] for entry in answer["productVariants"]["nodes"]] == expected
    assert answer["productVariantsCount"] == {"count": len(expected)}


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("TITLE", ["Jas", "Soep", "Wollen sok"]),
        ("VENDOR", ["Soep", "Jas", "Wollen sok"]),
        ("CREATED_AT", ["Jas", "Soep", "Wollen sok"]),
        ("UPDATED_AT", ["Jas", "Soep", "Wollen sok"]),
        ("INVENTORY_TOTAL", ["Soep", "Wollen sok", "Jas"]),
    ],
)
def test_products_are_sorted_both_ways(shelf: Caller, sort: str, expected: list[str]) -> None:
    assert titles(shelf, "", sort=sort) == expected
    assert titles(shelf, "", sort=sort, reverse=True) == expected[::-1]


def test_a_field_that_does_not_exist_matches_everything_and_is_warned_about(shelf: Caller) -> None:
    answer = shelf.ask(PRODUCTS, query="colour:red")
    assert len(answer["data"]["products"]["nodes"]) == 3
    (said,) = answer["extensions"]["search"]
    assert [(entry["field"], entry["code"]) for entry in said["warnings"]] == [("colour", "invalid_field")]
    assert shelf.served.control.calls[-1].notes


def test_pages_of_a_search_hold_every_product_once(shelf: Caller) -> None:
    query = """query ($after: String) { products(first: 2, after: $after, sortKey: UPDATED_AT, query: "updated_at:>2020-01-01") {
      nodes { id } pageInfo { hasNextPage endCursor } } }"""
    found, after = [], None
    while True:
        page = shelf.data(query, after=after)["products"]
        found += [entry["id"] for entry in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(found) == len(set(found)) == 3


def test_search_lags_behind_and_look_ups_do_not(shop: Caller) -> None:
    shop.sandbox.switches["search_lag_s"] = 30.0
    made = put(shop, title="Sok", productOptions=[option("Maat", "36")], variants=[variant("S-36", Maat="36")])
    by_handle = '{ productByIdentifier(identifier: {handle: "sok"}) { id } }'
    assert shop.data(by_handle)["productByIdentifier"] == {"id": made["id"]}
    assert read(shop, made)["title"] == "Sok"
    assert titles(shop, "sku:S-36") == []
    assert shop.data(VARIANTS, query="sku:S-36")["productVariants"]["nodes"] == []
    shop.clock.pass_seconds(31)
    assert titles(shop, "sku:S-36") == ["Sok"]
    assert shop.data(VARIANTS, query="sku:S-36")["productVariants"]["nodes"] == [{"sku": "S-36"}]


def test_a_change_of_a_variant_is_found_at_its_product(shop: Caller) -> None:
    shop.clock.pass_seconds(60)
    since = (shop.clock.now - timedelta(seconds=1)).isoformat()
    query = """mutation { productVariantsBulkUpdate(productId: "gid://shopify/Product/7000001",
      variants: [{id: "gid://shopify/ProductVariant/9000001", price: "1"}]) { userErrors { message } } }"""
    assert shop.data(query)["productVariantsBulkUpdate"]["userErrors"] == []
    assert titles(shop, f"updated_at:>='{since}'") == ["Jas"]
    assert shop.data(VARIANTS, query=f"updated_at:>='{since}'")["productVariants"]["nodes"] == [{"sku": "1001"}]
