"""What sales, refunds, cancellations and people at the till do to stock."""

from datetime import timedelta
from typing import Any

import pytest
import requests

from posbridge_dagster.sandbox.seed import LineSeed, OrderSeed, PaymentSeed, RefundLineSeed, RefundSeed
from posbridge_dagster_tests.sandbox.shopify.shopfloor import FULL, NOON, Caller, open_shop
from posbridge_dagster_tests.sandbox.shopify.stockroom import (
    AMERSFOORT,
    BLUE_COAT,
    COAT,
    COAT_VARIANT,
    UTRECHT,
    codes,
    quantities,
    row,
    set_quantities,
)
from posbridge_dagster_tests.sandbox.shopify.writing import CANCEL, CREATE, REFUND, line

TAKING, OBEYING = ({"inventoryBehaviour": f"DECREMENT_{name}_POLICY"} for name in ("IGNORING", "OBEYING"))
SHOP_UTRECHT = "gid://shopify/Location/1"
FULFILL = """mutation ($order: ID!) { fulfillmentCreate(fulfillment: {lineItemsByFulfillmentOrder: [{fulfillmentOrderId: $order}]}) {
  fulfillment { id } userErrors { message } } }"""


def coats(number: int, quantity: int, *, fulfilled: bool = True, source: str = "pos", location: int | None = 1) -> OrderSeed:
    paid = (PaymentSeed("cash", 4250 * quantity),)
    return OrderSeed(
        number, f"#{number}", NOON, location, (LineSeed("Jas", quantity, 4250, code="1001"),), paid, fulfilled=fulfilled, source_name=source
    )


def order(shop: Caller, quantity: int, options: dict[str, Any], **details: Any) -> Any:
    lines = [line("Jas", quantity, "42.50", variantId=COAT_VARIANT)]
    payload = shop.data(CREATE, order={"lineItems": lines, **details}, options=options)["orderCreate"]
    assert payload["userErrors"] == []
    return payload["order"]


def knock(shop: Caller, door: str, **body: Any) -> requests.Response:
    return requests.post(f"{shop.served.url}/sandbox/{door}", json=body, timeout=30)


def test_a_sale_at_the_till_takes_what_is_handed_over_off_its_location(shop: Caller) -> None:
    shop.sandbox.add_order(coats(5002, 2))
    assert quantities(shop) == {"available": 1, "on_hand": 1}
    assert quantities(shop, location=AMERSFOORT) == {"available": 3, "on_hand": 3}
    shop.sandbox.add_order(coats(5003, 2))
    assert quantities(shop) == {"available": -1, "on_hand": -1}, "it sells beyond its stock"


def test_what_is_to_be_sent_is_committed_until_it_is(shop: Caller) -> None:
    made = order(shop, 2, TAKING)
    assert quantities(shop) == {"available": 1, "committed": 2, "on_hand": 3}
    queue = made["fulfillmentOrders"]["nodes"][0]["id"]
    assert shop.data(FULFILL, order=queue)["fulfillmentCreate"]["userErrors"] == []
    assert quantities(shop) == {"available": 1, "on_hand": 1}


def test_a_shop_opens_with_what_is_committed_to_open_orders() -> None:
    with open_shop(coats(5001, 2, fulfilled=False, source="web")) as shop:
        assert quantities(shop) == {"available": 3, "committed": 2, "on_hand": 5}


def test_an_order_takes_its_pieces_from_a_location_that_has_enough(shop: Caller) -> None:
    shop.sandbox.count_shelf("1001", 1, 1)
    order(shop, 2, OBEYING)
    assert quantities(shop) == {"available": 1, "on_hand": 1}
    assert quantities(shop, location=AMERSFOORT) == {"available": 1, "committed": 2, "on_hand": 3}
    order(shop, 2, TAKING)
    assert quantities(shop) == {"available": -1, "committed": 2, "on_hand": 1}, "nowhere enough: the first one goes below nothing"


def test_an_order_that_obeys_the_policy_is_refused_where_nothing_is_left(shop: Caller) -> None:
    shop.sandbox.shop.variants[9_000_001].inventory_policy = "DENY"
    lines = [line("Jas", 4, "42.50", variantId=COAT_VARIANT)]
    payload = shop.data(CREATE, order={"lineItems": lines, "email": "new@example.nl"}, options=OBEYING)["orderCreate"]
    assert payload["order"] is None
    assert [error["code"] for error in payload["userErrors"]] == ["INVENTORY_CLAIM_FAILED"]
    assert not shop.served.control.calls[-1].wrote
    assert quantities(shop) == {"available": 3, "on_hand": 3}


def test_by_default_an_app_moves_no_stock_and_what_comes_back_is_restocked_where_it_says(shop: Caller) -> None:
    made = order(shop, 2, {}, fulfillment={"locationId": SHOP_UTRECHT})
    assert quantities(shop) == {"available": 3, "on_hand": 3}
    back = {"lineItemId": made["lineItems"]["nodes"][0]["id"], "quantity": 1, "restockType": "RETURN", "locationId": AMERSFOORT}
    payload = shop.data(REFUND, input={"orderId": made["id"], "refundLineItems": [back]}, key="back")["refundCreate"]
    assert payload["userErrors"] == []
    assert quantities(shop, location=AMERSFOORT) == {"available": 4, "on_hand": 4}
    shop.data(REFUND, input={"orderId": made["id"], "refundLineItems": [back]}, key="back")
    assert quantities(shop, location=AMERSFOORT) == {"available": 4, "on_hand": 4}, "the same key restocks once"


@pytest.mark.parametrize(("restock", "left"), [(True, {"available": 3, "on_hand": 3}), (False, {"available": 1, "on_hand": 1})])
def test_a_cancellation_lets_go_of_what_was_committed(shop: Caller, restock: bool, left: dict[str, int]) -> None:
    made = order(shop, 2, TAKING)
    method = {"originalPaymentMethodsRefund": False}
    shop.data(CANCEL, id=made["id"], restock=restock, method=method, note="")
    assert quantities(shop) == left


def test_goods_that_come_back_to_the_till_are_sold_again(shop: Caller) -> None:
    shop.sandbox.refund(5001, RefundSeed(78, NOON + timedelta(hours=2), (RefundLineSeed(0, 1),), (PaymentSeed("cash", 4000),)))
    assert quantities(shop) == {"available": 4, "on_hand": 4}
    assert FULL.refunds[0].lines[0].restock, "what came back before the shop opened is in its stock already"


def test_a_till_sells_pieces_through_a_door(shop: Caller) -> None:
    shop.clock.pass_seconds(60)
    answer = knock(shop, "sales", sku="1001", location=2, quantity=2)
    assert answer.status_code == 201
    assert quantities(shop, location=AMERSFOORT) == {"available": 1, "on_hand": 1}
    read = shop.data(
        """query ($id: ID!) { order(id: $id) { sourceName retailLocation { id } displayFinancialStatus displayFulfillmentStatus
      totalPriceSet { shopMoney { amount } } lineItems(first: 2) { nodes { sku quantity } } } }""",
        id=answer.json()["id"],
    )["order"]
    assert (read["sourceName"], read["retailLocation"]["id"], read["displayFulfillmentStatus"]) == ("pos", AMERSFOORT, "FULFILLED")
    assert (read["displayFinancialStatus"], read["totalPriceSet"]["shopMoney"]["amount"]) == ("PAID", "85.0")
    assert read["lineItems"]["nodes"] == [{"sku": "1001", "quantity": 2}]
    product = shop.data('{ product(id: "gid://shopify/Product/7000001") { updatedAt totalInventory } }')["product"]
    assert product == {"updatedAt": "2026-11-21T12:01:00Z", "totalInventory": 4}, "a sale moves the product's change time"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"sku": "1001", "location": 1, "quantity": 4}, "1001 has 3 pieces left at location 1"),
        ({"sku": "nothing", "location": 1}, "there is no SKU nothing"),
        ({"sku": "1001", "location": 9}, "there is no location 9"),
        ({"sku": "1001", "location": 1, "quantity": 0}, "0 pieces cannot be sold"),
    ],
)
def test_a_till_refuses_what_is_not_there(shop: Caller, body: dict[str, Any], said: str) -> None:
    shop.sandbox.shop.variants[9_000_001].inventory_policy = "DENY"
    answer = knock(shop, "sales", **body)
    assert answer.status_code == 422
    assert said in answer.json()["errors"]
    assert quantities(shop) == {"available": 3, "on_hand": 3}


def test_what_is_not_tracked_sells_without_end(shop: Caller) -> None:
    shop.sandbox.shop.variants[9_000_002].tracked = False
    assert knock(shop, "sales", sku="85123A", location=1, quantity=9).status_code == 201
    assert quantities(shop, BLUE_COAT) == {}


def test_a_person_counts_a_shelf(shop: Caller) -> None:
    shop.clock.pass_seconds(60)
    answer = knock(shop, "levels", sku="1001", location=1, available=7)
    assert (answer.status_code, answer.json()) == (201, {"available": 7, "onHand": 7})
    read = """query ($item: ID!, $location: ID!) { inventoryItem(id: $item) { inventoryLevel(locationId: $location) { updatedAt } } }"""
    level = shop.data(read, item=COAT, location=UTRECHT)["inventoryItem"]["inventoryLevel"]
    assert level == {"updatedAt": "2026-11-21T12:01:00Z"}


def test_a_location_that_is_closed_takes_no_stock_and_no_order(shop: Caller) -> None:
    closed = knock(shop, "locations", location=1, active=False)
    assert closed.json() == {"id": UTRECHT, "isActive": False, "fulfillsOnlineOrders": True}
    assert codes(set_quantities(shop, row(COAT, UTRECHT, 1))) == [("input.quantities.0.locationId", "INVALID_LOCATION")]
    assert knock(shop, "sales", sku="1001", location=1).status_code == 422
    order(shop, 1, TAKING)
    assert quantities(shop, location=AMERSFOORT) == {"available": 2, "committed": 1, "on_hand": 3}
    read = shop.data("{ locations(first: 9) { nodes { id } } all: locations(first: 9, includeInactive: true) { nodes { id isActive } } }")
    assert read["locations"]["nodes"] == [{"id": AMERSFOORT}]
    assert {entry["id"]: entry["isActive"] for entry in read["all"]["nodes"]} == {UTRECHT: False, AMERSFOORT: True}
    assert knock(shop, "locations", location=9).status_code == 422


def test_what_is_ordered_online_comes_from_a_location_that_sends(shop: Caller) -> None:
    assert knock(shop, "locations", location=1, fulfills_online=False).status_code == 201
    order(shop, 1, TAKING)
    assert quantities(shop) == {"available": 3, "on_hand": 3}
    assert quantities(shop, location=AMERSFOORT) == {"available": 2, "committed": 1, "on_hand": 3}


def test_stock_is_the_same_after_a_restart(shop: Caller, tmp_path: Any) -> None:
    order(shop, 2, TAKING)
    shop.sandbox.save(tmp_path)
    shop.sandbox.load(tmp_path)
    assert quantities(shop) == {"available": 1, "committed": 2, "on_hand": 3}
