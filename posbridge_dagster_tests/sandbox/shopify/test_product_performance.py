"""How long a shop with many products takes, in processor time, so that a busy machine does not fail it."""

import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import pytest

from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed, LocationSeed, Seed
from posbridge_dagster_tests.sandbox.shopify.assortment import option, variant
from posbridge_dagster_tests.sandbox.shopify.shopfloor import open_shop

PAGE = """{ products(first: 250, sortKey: UPDATED_AT) { nodes { id title handle status vendor productType tags descriptionHtml updatedAt
  options { name optionValues { name } } metafields(first: 10) { nodes { namespace key type value } }
  variants(first: 20) { nodes { id sku barcode price compareAtPrice taxable inventoryPolicy position selectedOptions { name value }
    inventoryItem { id tracked unitCost { amount } measurement { weight { value unit } } } } pageInfo { hasNextPage } } }
  pageInfo { hasNextPage endCursor } } }"""
SET = """mutation ($input: ProductSetInput!) { productSet(input: $input) {
  product { id variants(first: 10) { nodes { id sku inventoryItem { id } } } } userErrors { message } } }"""


def family(number: int) -> FamilySeed:
    articles = [
        ArticleSeed(number * 10 + place, str(100_000 + number * 10 + place), f"Artikel {number}", 1000, colour="Rood", size=size, stock=3)
        for place, size in enumerate("SML"[: 3 if number % 5 < 2 else 2])
    ]
    return FamilySeed(number, f"Artikel {number}", tuple(articles), brand="Noord")


def seconds(work: Callable[[], Any]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


@pytest.mark.prove
def test_5000_products_open_read_and_write_in_time() -> None:
    seed = Seed(families=[family(number) for number in range(5000)], locations=[LocationSeed(1, "Utrecht", 1)], customers=[], orders=[])
    opening = time.process_time()
    with open_shop(seed=seed) as shop:
        assert time.process_time() - opening <= 3
        assert len(shop.sandbox.shop.variants) == 12_000
        shop.sandbox.switches["plan"] = "enterprise"
        assert seconds(lambda: shop.data(PAGE)) <= 0.3

        def write(number: int) -> None:
            given = {"title": f"Nieuw {number}", "productOptions": [option("Maat", "S", "M")]}
            given["variants"] = [variant(f"N{number}{size}", Maat=size) for size in "SM"]
            assert shop.data(SET, input=given)["productSet"]["userErrors"] == []

        assert median(seconds(partial(write, number)) for number in range(100)) <= 0.01
        query = "query ($q: String!) { productVariants(first: 5, query: $q) { nodes { sku } } }"
        assert median(seconds(lambda: shop.data(query, q='sku:"100010"')) for _ in range(20)) <= 0.01
