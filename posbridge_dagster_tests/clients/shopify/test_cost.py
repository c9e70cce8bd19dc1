import re
from pathlib import Path

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.clients.shopify.cost import multiplier, page_size, requested_cost
from posbridge_dagster.clients.shopify.documents import Document, document

REFERENCE = Path(__file__).parents[3] / "../shared/reference/shopify-admin-api.md"


def made(text: str) -> Document:
    definitions = parse(text, no_location=True).definitions
    operation = next(d for d in definitions if isinstance(d, OperationDefinitionNode))
    return Document(operation, {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)})


def printed_costs() -> list[tuple[str, int, str]]:
    """The documents of the reference with the cost printed beside each."""
    if not REFERENCE.exists():
        return []
    block = REFERENCE.read_text(encoding="utf-8").split("## 4.")[1].split("```graphql")[1].split("```")[0]
    found = []
    for part in re.split(r"^# === ", block, flags=re.MULTILINE)[1:]:
        title, _, text = part.partition("\n")
        if price := re.search(r"cost (\d+)", title):
            found.append((title.split(" — ")[0], int(price[1]), "\n".join(line for line in text.splitlines() if not line.startswith("#"))))
    return found


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference is not here")
def test_the_costs_printed_in_the_reference_are_met() -> None:
    documents = printed_costs()
    assert len(documents) >= 30
    assert {title: requested_cost(made(text)) for title, _, text in documents} == {title: price for title, price, _ in documents}


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("{ shop { name } }", 1),
        ("{ ordersCount { count } }", 10),
        ("{ order(id: 1) { transactionsCount { count } } }", 2),
        ("{ order(id: 1) { totalPriceSet { shopMoney { amount } } shippingAddress { city phone } taxLines { rate } } }", 2),
        ("{ orders(first: 10) { nodes { id } pageInfo { hasNextPage } } }", 6),
        ("{ orders(first: 10) { nodes { id } edges { node { id } } } }", 10),
        ("{ orders { nodes { id } } }", 3),
        ("query Q($first: Int = 50) { orders(first: $first) { nodes { id } } }", 9),
        ("{ node(id: 1) { ... on Order { app { id } } ... on Product { a { id } b { id } } } }", 3),
        ("mutation { orderUpdate { order { id } userErrors { field } } }", 10),
        ("mutation { a: orderUpdate { order { id app { id } } } b: orderUpdate { order { id } } }", 21),
    ],
)
def test_the_formula(text: str, points: int) -> None:
    assert requested_cost(made(text)) == points


@pytest.mark.parametrize(
    ("size", "factor"), [(1, 1), (2, 1), (3, 2), (5, 3), (10, 4), (20, 5), (25, 6), (50, 7), (100, 9), (200, 10), (250, 11)]
)
def test_the_price_of_a_page_grows_with_the_logarithm_of_its_size(size: int, factor: int) -> None:
    assert multiplier(size) == factor


def test_a_thousand_orders_fit_into_few_calls_and_few_points() -> None:
    orders = document("orders")
    size = page_size(orders)
    calls = -(-1000 // size)
    assert calls <= 12
    assert calls * requested_cost(orders, {"first": size}) / 1000 <= 10


@given(inner=st.integers(1, 250), limit=st.integers(3, 2000), most=st.integers(1, 250))
def test_the_largest_page_that_fits_is_chosen(inner: int, limit: int, most: int) -> None:
    text = "query Q($first: Int!) { orders(first: $first) { nodes { id lineItems(first: SIZE) { nodes { id } } } } }".replace(
        "SIZE", str(inner)
    )
    asked = made(text)
    if requested_cost(asked, {"first": 1}) > limit:
        with pytest.raises(Misconfigured, match="one record costs"):
            page_size(asked, limit=limit, most=most)
        return
    size = page_size(asked, limit=limit, most=most)
    assert requested_cost(asked, {"first": size}) <= limit
    assert size == most or requested_cost(asked, {"first": size + 1}) > limit
