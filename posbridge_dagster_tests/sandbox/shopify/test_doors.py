"""What happens at the till or in the admin while the sandbox runs."""

from decimal import Decimal
from typing import Any

import pytest
import requests

from posbridge_dagster_tests.sandbox.shopify.shopfloor import NOON, Caller, open_shop, walk_in

MONEY = "{ shopMoney { amount } }"
READ = f"""{{ order(id: "gid://shopify/Order/5001") {{ edited returnStatus displayFinancialStatus displayFulfillmentStatus updatedAt
  originalTotalPriceSet {MONEY} totalPriceSet {MONEY} currentTotalPriceSet {MONEY} totalOutstandingSet {MONEY}
  lineItems(first: 9) {{ nodes {{ title quantity currentQuantity }} }}
  refunds {{ totalRefundedSet {MONEY} return {{ name }} orderAdjustments(first: 9) {{ nodes {{ id }} }} }}
  returns(first: 9) {{ nodes {{ status totalQuantity returnLineItems(first: 9) {{ nodes {{ quantity
      ... on ReturnLineItem {{ fulfillmentLineItem {{ lineItem {{ title }} }} }} }} }}
    exchangeLineItems(first: 9) {{ nodes {{ title quantity lineItems {{ title }} }} }}
    refunds(first: 9) {{ nodes {{ id }} }} transactions(first: 9) {{ nodes {{ kind }} }} }} }} }} }}"""


def sums(order: dict[str, Any]) -> list[Decimal]:
    names = ("originalTotalPriceSet", "totalPriceSet", "currentTotalPriceSet", "totalOutstandingSet")
    return [Decimal(order[name]["shopMoney"]["amount"]) for name in names]


def knock(shop: Caller, door: str, body: dict[str, Any]) -> requests.Response:
    return requests.post(f"{shop.served.url}/sandbox/{door}", json=body, timeout=30)


def back(*payments: tuple[str, int]) -> dict[str, Any]:
    paid = [{"gateway": gateway, "amount_cents": cents, "kind": "REFUND"} for gateway, cents in payments]
    return {"number": 70, "created_at": "2026-11-21T12:00:00+00:00", "lines": [{"line": 0, "quantity": 1}], "payments": paid}


@pytest.mark.parametrize(
    ("price", "refunded", "paid", "moved", "money"),
    [
        (1000, [], [], [], ["10", "20", "10", "0"]),
        (1250, [], [{"gateway": "cash", "amount_cents": 250}], ["SALE"], ["10", "22.5", "12.5", "0"]),
        (600, [("cash", 400)], [], ["REFUND"], ["10", "16", "6", "0"]),
    ],
)
def test_an_exchange_puts_new_goods_on_the_same_order(
    price: int, refunded: list[tuple[str, int]], paid: list[dict[str, Any]], moved: list[str], money: list[str]
) -> None:
    with open_shop(walk_in(5001, NOON)) as shop:
        taken = [{"title": "Jas", "quantity": 1, "unit_price_cents": price, "code": "1001"}]
        answer = knock(
            shop, "exchanges", {"order": 5001, "exchange": {"number": 71, "refund": back(*refunded), "lines": taken, "payments": paid}}
        )
        assert (answer.status_code, answer.json()) == (201, {"id": "gid://shopify/Return/71"})
        order = shop.data(READ)["order"]
        (made,) = order["returns"]["nodes"]
        assert order["refunds"][0]["return"]["name"] == "#1001-R1"
        shop.data('{ return(id: "gid://shopify/Return/71") { name order { name } } }')
    assert (order["edited"], order["returnStatus"], order["displayFulfillmentStatus"]) == (True, "RETURNED", "FULFILLED")
    assert sums(order) == [Decimal(text) for text in money]
    assert order["displayFinancialStatus"] == ("PARTIALLY_REFUNDED" if refunded else "PAID")
    assert [(entry["title"], entry["quantity"], entry["currentQuantity"]) for entry in order["lineItems"]["nodes"]] == [
        ("Soep", 1, 0),
        ("Jas", 1, 1),
    ]
    assert made["returnLineItems"]["nodes"] == [{"quantity": 1, "fulfillmentLineItem": {"lineItem": {"title": "Soep"}}}]
    assert made["exchangeLineItems"]["nodes"] == [{"title": "Jas", "quantity": 1, "lineItems": [{"title": "Jas"}]}]
    assert [entry["kind"] for entry in made["transactions"]["nodes"]] == moved
    assert order["refunds"][0]["orderAdjustments"]["nodes"] == [], "the new goods are what the rest was given for"


def test_an_edit_changes_what_counts_and_keeps_what_was() -> None:
    with open_shop(walk_in(5001, NOON)) as shop:
        added = [{"title": "Jas", "quantity": 2, "unit_price_cents": 4250, "code": "1001"}]
        change = {"created_at": "2026-11-21T12:00:00+00:00", "quantities": [{"line": 0, "quantity": 0}], "lines": added}
        assert knock(shop, "edits", {"order": 5001, "edit": change}).status_code == 201
        order = shop.data(READ)["order"]
    assert (order["edited"], order["updatedAt"], order["returnStatus"]) == (True, "2026-11-21T12:00:00Z", "NO_RETURN")
    assert sums(order) == [Decimal(10), Decimal(95), Decimal(85), Decimal(75)]
    assert [(entry["quantity"], entry["currentQuantity"]) for entry in order["lineItems"]["nodes"]] == [(1, 0), (2, 2)]
    assert order["refunds"] == []


@pytest.mark.parametrize(
    ("door", "body", "said"),
    [
        ("refunds", {"order": 1, "refund": back()}, "there is no order 1"),
        (
            "refunds",
            {"order": 5001, "refund": {**back(), "lines": [{"line": 0, "quantity": 2}]}},
            "has 1 pieces left, so 2 cannot come back",
        ),
        ("refunds", {"order": 5001, "refund": {**back(), "lines": [{"line": 3, "quantity": 1}]}}, "has no line 3"),
        ("edits", {"order": 5001, "edit": {}}, "missing created_at"),
    ],
)
def test_what_cannot_happen_is_refused_with_a_reason(door: str, body: dict[str, Any], said: str) -> None:
    with open_shop(walk_in(5001, NOON)) as shop:
        answer = knock(shop, door, body)
        assert answer.status_code == 422
        assert said in answer.json()["errors"]
        assert not shop.served.control.calls[-1].wrote


def test_families_are_put_on_the_shelf(shop: Caller) -> None:
    article = {"article_number": 3001, "code": "3001", "description": "Das", "price_cents": 1500, "stock": 4}
    family = {"number": 3, "description": "Das", "articles": [article]}
    answer = knock(shop, "families", {"families": [family, family]})
    assert answer.status_code == 201
    ids = answer.json()["ids"]
    query = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { handle totalInventory
      publishedOnPublication(publicationId: "gid://shopify/Publication/2") variants(first: 5) { nodes { sku } } } } }"""
    seen = {"totalInventory": 8, "publishedOnPublication": True, "variants": {"nodes": [{"sku": "3001"}]}}
    assert shop.data(query, ids=ids)["nodes"] == [{"handle": "das-3", **seen}, {"handle": "das-3-1", **seen}]
