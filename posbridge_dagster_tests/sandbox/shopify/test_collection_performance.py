"""How long a whole tree of collections takes to make and to read."""

import time

import pytest

from posbridge_dagster_tests.sandbox.shopify.shopfloor import open_shop
from posbridge_dagster_tests.sandbox.shopify.test_inventory_performance import ARTICLES, big_seed

GROUPS, MEMBERS, SECONDS = 200, 250, 5
CREATE = """mutation ($collection: CollectionCreateInput!) { collectionCreate(collection: $collection) {
  collection { id productsCount { count } } userErrors { message } } }"""
READ = """query ($id: ID!, $after: String) { collection(id: $id) { sources { ... on CollectionConditionsSource { inclusion {
  selections(first: 250, after: $after) { nodes { product { id } } pageInfo { hasNextPage endCursor } } } } } } }"""
ADD = """mutation ($collection: CollectionUpdateInput!) { collectionUpdate(collection: $collection) {
  collection { productsCount { count } sources { id } } userErrors { message } } }"""


@pytest.mark.prove
def test_200_collections_are_made_and_the_biggest_is_read_in_time() -> None:
    with open_shop(seed=big_seed()) as shop:
        shop.sandbox.switches["plan"] = "enterprise"
        products = [f"gid://shopify/Product/{number}" for number in shop.sandbox.shop.products.records]
        started = time.perf_counter()
        for group in range(GROUPS):
            selections = [{"productId": products[(group * 25 + place) % ARTICLES]} for place in range(MEMBERS)]
            source = {"title": "Groep", "inclusion": {"selections": selections}}
            made = shop.data(CREATE, collection={"title": f"Groep {group}", "sources": [{"source": source}]})["collectionCreate"]
            assert (made["userErrors"], made["collection"]["productsCount"]["count"]) == ([], MEMBERS)
        making = time.perf_counter() - started
        everything = made["collection"]["id"]
        source_id = shop.data("query ($id: ID!) { collection(id: $id) { sources { id } } }", id=everything)["collection"]["sources"][0][
            "id"
        ]
        for start in range(0, ARTICLES, MEMBERS):
            change = {"selectionsToAdd": [{"productId": product} for product in products[start : start + MEMBERS]]}
            update = {"id": everything, "sourcesToUpdate": [{"condition": {"id": source_id, "inclusion": change}}]}
            assert shop.data(ADD, collection=update)["collectionUpdate"]["userErrors"] == []
        started, after, read = time.perf_counter(), None, 0
        while True:
            (source_node,) = shop.data(READ, id=everything, after=after)["collection"]["sources"]
            page = source_node["inclusion"]["selections"]
            read += len(page["nodes"])
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        reading = time.perf_counter() - started
    print(f"{GROUPS} collections of {MEMBERS}: {making:.2f} s; {ARTICLES} members of one read in {reading:.2f} s")
    assert read == ARTICLES
    assert making <= SECONDS
    assert reading <= SECONDS
