"""What calls cost, and what happens when there are not enough points."""

import gzip
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_client_schema, parse

from posbridge_dagster.sandbox.shopify.cost import CostReader, multiplier
from posbridge_dagster.sandbox.shopify.schema import shop_schema
from posbridge_dagster_tests.sandbox.shopify.shopfloor import NOON, Caller, open_shop, small_seed, walk_in

SHARED = Path(__file__).parents[3] / "../shared"
DOCUMENT = re.compile(
    r"^# === (\d+) (.*?) — (?:cost (\d+)|cost ≈\d+ \(observed; (\d+) by formula\)).*?$\n(.*?)(?=^# ===|^```)", re.DOTALL | re.MULTILINE
)


TAG = 'tagsAdd(id: "gid://shopify/Order/1", tags: []) { node { id } }'
TOO_DEAR = """{ orders(first: 250) { nodes {
  lineItems(first: 250) { nodes { variant { id } product { id } taxLines { rate } discountAllocations { discountApplication { index } } } }
  refunds { refundLineItems(first: 250) { nodes { lineItem { id } location { id } } } } } } }"""


def requested(schema: GraphQLSchema, query: str, variables: dict[str, Any] | None = None) -> int:
    document = parse(query)
    operation = next(entry for entry in document.definitions if isinstance(entry, OperationDefinitionNode))
    return sum(cost.requested() for cost in CostReader(schema, document, variables or {}).read(operation))


@cache
def official_schema() -> GraphQLSchema:
    with gzip.open(SHARED / "spec" / "shopify-admin-2026-10.json.gz") as file:
        return build_client_schema(json.load(file)["data"], assume_valid=True)


@pytest.mark.skipif(not SHARED.exists(), reason="the reference documents are not beside this checkout")
def test_the_formula_gives_the_costs_of_the_reference_documents() -> None:
    text = (SHARED / "reference" / "shopify-admin-api.md").read_text(encoding="utf-8")
    wrong = []
    found = DOCUMENT.findall(text)
    for number, title, cost, by_formula, body in found:
        query = body.split("\n# vars")[0]
        computed = requested(official_schema(), query)
        if computed != int(cost or by_formula):
            wrong.append((number, title, cost or by_formula, computed))
    assert wrong == []
    assert len(found) >= 30


def test_the_multiplier_grows_with_the_logarithm_of_the_page() -> None:
    sizes = {1: 1, 2: 1, 3: 2, 5: 3, 10: 4, 20: 5, 25: 6, 50: 7, 100: 9, 200: 10, 250: 11}
    assert {size: multiplier(size) for size in sizes} == sizes


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ shop { name } }", 1),
        ("{ orders(first: 250) { nodes { id name } pageInfo { hasNextPage } } }", 13),
        ("{ orders(first: 20) { nodes { id lineItems(first: 30) { nodes { id } } } } }", 2 + 5 * (1 + 2 + 6)),
        ("{ orders(first: 10) { edges { node { id } } nodes { id } } }", 2 + 4 * 2),
        ("{ orders { nodes { id } } }", 2),
        ("{ ordersCount { count } }", 10),
        ("{ orders(first: 1) { nodes { totalPriceSet { shopMoney { amount } } shippingAddress { zip } } } }", 3),
        ("{ orders(first: 1) { nodes { transactionsCount { count } transactions(first: 99) { id } } } }", 5),
        ('{ node(id: "gid://shopify/Order/1") { ... on Order { customer { id } } ... on Product { id } } }', 2),
        ('mutation { tagsAdd(id: "gid://shopify/Order/1", tags: []) { node { id } userErrors { message } } }', 10),
        (f"mutation {{ a: {TAG} b: {TAG} }}", 20),
    ],
)
def test_a_query_costs(query: str, cost: int) -> None:
    assert requested(shop_schema(), query) == cost


def test_page_sizes_given_as_variables_count(shop: Caller) -> None:
    query = "query ($n: Int = 100) { orders(first: $n) { nodes { id } } }"
    assert shop.ask(query)["extensions"]["cost"]["requestedQueryCost"] == 11
    assert shop.ask(query, n=10)["extensions"]["cost"]["requestedQueryCost"] == 6


def test_only_what_was_returned_is_paid_for(shop: Caller) -> None:
    cost = shop.ask("{ orders(first: 250) { nodes { id customer { id } lineItems(first: 250) { nodes { id } } } } }")["extensions"]["cost"]
    assert cost == {
        "requestedQueryCost": 2 + 11 * (1 + 1 + 2 + 11),
        "actualQueryCost": 2 + 1 + 1 + 2 + 2,
        "throttleStatus": {"maximumAvailable": 2000, "currentlyAvailable": 1992, "restoreRate": 100},
    }
    assert shop.served.control.calls[-1].cost == 8


def test_a_query_that_costs_too_much_is_refused_whatever_it_would_return(shop: Caller) -> None:
    answer = shop.ask(TOO_DEAR)
    assert answer["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert answer["errors"][0]["message"].startswith("Query cost is ")
    assert answer["errors"][0]["extensions"]["maxCost"] == 1000
    assert "data" not in answer
    assert shop.ask("{ shop { name } }")["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] >= 1999


def test_an_empty_bucket_throttles_and_fills_with_time() -> None:
    dear = "{ orders(first: 250) { nodes { id lineItems(first: 250) { nodes { id variant { id } product { id } } } } } }"
    with open_shop(seed=small_seed(*(walk_in(number, NOON) for number in range(1, 260)))) as shop:
        throttled = next(answer for answer in (shop.ask(dear) for _ in range(40)) if "errors" in answer)
        assert throttled["errors"] == [
            {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits"}}
        ]
        cost = throttled["extensions"]["cost"]
        assert cost["actualQueryCost"] is None
        assert cost["throttleStatus"]["currentlyAvailable"] < cost["requestedQueryCost"]
        wait = (cost["requestedQueryCost"] - cost["throttleStatus"]["currentlyAvailable"]) / cost["throttleStatus"]["restoreRate"]
        shop.clock.pass_seconds(wait + 0.1)
        assert "errors" not in shop.ask(dear)


@pytest.mark.parametrize(
    ("plan", "size", "rate"), [("standard", 2000, 100), ("advanced", 4000, 200), ("plus", 20000, 1000), ("enterprise", 40000, 2000)]
)
def test_each_plan_has_its_bucket(shop: Caller, plan: str, size: int, rate: int) -> None:
    shop.sandbox.switches["plan"] = plan
    status = shop.ask("{ shop { name } }")["extensions"]["cost"]["throttleStatus"]
    assert (status["maximumAvailable"], status["restoreRate"]) == (size, rate)


def test_each_token_has_its_own_bucket(shop: Caller) -> None:
    shop.ask("{ ordersCount { count } }")
    shop.token = shop.sandbox._tokens.grant({"client_id": "sandbox-client", "client_secret": "sandbox-client-secret"}, 60) or ""
    assert shop.ask("{ shop { name } }")["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 1999
