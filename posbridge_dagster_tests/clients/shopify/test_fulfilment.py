import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posbridge_dagster.clients.failures import Refused, UnknownOutcome
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.clients.shopify.fulfilment import fulfil, fulfilment_orders
from posbridge_dagster_tests.clients.shopify.pretend import Value
from posbridge_dagster_tests.clients.shopify.scripted import ScriptedShop
from posbridge_dagster_tests.clients.shopify.writable import ONCE, RECORDINGS, WritableShop, as_plain, recording, refusal

ORDER = "gid://shopify/Order/1"
CLOSED = {"field": ["fulfillment"], "message": "Fulfillment order 1 has an unfulfillable status= closed."}


def line(number: int) -> str:
    return f"gid://shopify/LineItem/{number}"


class ShippingShop(WritableShop):
    """An order whose lines lie at several locations. ``places``: status, location and quantity by line number of each fulfilment order."""

    def __init__(self, *places: tuple[str, int, dict[int, int]]) -> None:
        self.made: list[Value] = []
        self.orders: list[Value] = [
            {
                "id": f"gid://shopify/FulfillmentOrder/{place}",
                "updatedAt": "x",
                "status": status,
                "assignedLocation": {"location": {"id": f"gid://shopify/Location/{location}"}},
                "lineItems": [
                    {
                        "id": f"gid://shopify/FulfillmentOrderLineItem/{place}{number}",
                        "totalQuantity": quantity,
                        "remainingQuantity": quantity,
                        "lineItem": {"id": line(number)},
                    }
                    for number, quantity in lines.items()
                ],
            }
            for place, (status, location, lines) in enumerate(places)
        ]
        order = {"id": ORDER, "updatedAt": "x", "fulfillmentOrders": self.orders}
        super().__init__({"fulfillmentCreate": self._create, "kept": [order]})

    def _create(self, given: Value) -> Value:
        asked = given["fulfillment"]
        self.made.append(asked)
        for part in asked["lineItemsByFulfillmentOrder"]:
            order = next(order for order in self.orders if order["id"] == part["fulfillmentOrderId"])
            wanted = {row["id"]: row["quantity"] for row in part.get("fulfillmentOrderLineItems", [])}
            for row in order["lineItems"]:
                row["remainingQuantity"] -= wanted.get(row["id"], 0) if wanted else row["remainingQuantity"]
                assert row["remainingQuantity"] >= 0
            if not any(row["remainingQuantity"] for row in order["lineItems"]):
                order["status"] = "CLOSED"
        return {"fulfillment": {"id": f"gid://shopify/Fulfillment/{len(self.made)}", "status": "SUCCESS"}, "userErrors": []}

    def fulfilled(self) -> dict[str, int]:
        done: dict[str, int] = {}
        for order in self.orders:
            for row in order["lineItems"]:
                done[row["lineItem"]["id"]] = done.get(row["lineItem"]["id"], 0) + row["totalQuantity"] - row["remainingQuantity"]
        return done

    def run(self, delivered: dict[str, int] | None = None) -> list[Value]:
        with ScriptedShop(serve=self) as shop:
            return fulfil(shop.client(patience=ONCE), ORDER, delivered)


def test_everything_is_fulfilled_once_per_location_and_nobody_is_mailed() -> None:
    shop = ShippingShop(("OPEN", 1, {1: 2}), ("IN_PROGRESS", 1, {2: 1}), ("OPEN", 2, {3: 4}), ("CANCELLED", 2, {3: 0}))
    assert [made["id"] for made in shop.run()] == ["gid://shopify/Fulfillment/1", "gid://shopify/Fulfillment/2"]
    assert [len(made["lineItemsByFulfillmentOrder"]) for made in shop.made] == [2, 1]
    assert all(made["notifyCustomer"] is False for made in shop.made)
    assert shop.fulfilled() == {line(1): 2, line(2): 1, line(3): 4}
    assert shop.run() == [], "already fulfilled is fine"


def test_what_was_delivered_so_far_is_a_state_that_may_be_asked_for_again() -> None:
    shop = ShippingShop(("OPEN", 1, {1: 5, 2: 3}))
    assert len(shop.run({line(1): 2})) == 1
    assert shop.run({line(1): 2, line(2): 0}) == []
    assert len(shop.run({line(1): 5, line(2): 1})) == 1
    assert shop.fulfilled() == {line(1): 5, line(2): 1}


def test_a_line_at_two_locations_is_taken_from_both() -> None:
    shop = ShippingShop(("OPEN", 1, {1: 2}), ("OPEN", 2, {1: 2}))
    assert len(shop.run({line(1): 3})) == 2
    assert shop.fulfilled() == {line(1): 3}


def test_what_was_taken_off_a_location_does_not_count_as_delivered() -> None:
    shop = ShippingShop(("CANCELLED", 1, {1: 2}), ("OPEN", 2, {1: 2}))
    shop.orders[0]["lineItems"][0]["remainingQuantity"] = 0
    shop.run({line(1): 2})
    assert [row["remainingQuantity"] for order in shop.orders for row in order["lineItems"]] == [0, 0]
    assert len(shop.made) == 1


@pytest.mark.parametrize("delivered", [{line(1): 3}, {line(1): 2, line(9): 1}])
def test_more_than_there_is_is_refused_before_anything_is_written(delivered: dict[str, int]) -> None:
    shop = ShippingShop(("OPEN", 1, {1: 2}))
    with pytest.raises(Refused, match="1 too many"):
        shop.run(delivered)
    assert shop.made == []


def test_lines_on_hold_are_refused_before_anything_is_written() -> None:
    shop = ShippingShop(("OPEN", 1, {1: 2}), ("ON_HOLD", 1, {2: 1}))
    with pytest.raises(Refused, match=r"on_hold.*Release"):
        shop.run()
    with pytest.raises(Refused, match="1 too many"):
        shop.run({line(2): 1})
    assert shop.made == []
    assert len(shop.run({line(1): 2})) == 1


def test_a_fulfilment_that_another_one_made_meanwhile_is_fine() -> None:
    shop = ShippingShop(("OPEN", 1, {1: 2}))
    shop.lost["FulfilmentCreate"] = 1
    with pytest.raises(UnknownOutcome):
        shop.run()
    assert shop.run() == []
    still_open = ShippingShop(("OPEN", 1, {1: 2}))
    still_open.instead["FulfilmentCreate"] = [refusal("fulfillmentCreate", CLOSED, fulfillment=None)]
    with pytest.raises(UserErrors, match="unfulfillable"):
        still_open.run()


def test_a_refusal_because_it_was_done_in_between_is_no_failure() -> None:
    shop = ShippingShop(("OPEN", 1, {1: 2}))
    with ScriptedShop(serve=lambda request: shop(request)) as server:
        create = shop.graph.root["fulfillmentCreate"]

        def beaten(given: Value) -> Value:
            create(given)
            return {"fulfillment": None, "userErrors": [CLOSED]}

        shop.graph.root["fulfillmentCreate"] = beaten
        assert fulfil(server.client(), ORDER) == []


def test_every_line_of_a_long_order_is_seen() -> None:
    shop = ShippingShop(("OPEN", 1, dict.fromkeys(range(300), 1)))
    with ScriptedShop(serve=shop) as server:
        (found,) = fulfilment_orders(server.client(), ORDER)
        assert len(found["lineItems"]) == 300
    shop.run({line(number): 1 for number in range(300)})
    assert sum(shop.fulfilled().values()) == 300


places = st.lists(
    st.tuples(
        st.sampled_from(["OPEN", "IN_PROGRESS"]), st.integers(1, 3), st.dictionaries(st.integers(1, 4), st.integers(1, 5), min_size=1)
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=25, deadline=None)
@given(places, st.data())
def test_the_shop_ends_at_what_was_delivered_however_it_is_spread(
    spread: list[tuple[str, int, dict[int, int]]], draw: st.DataObject
) -> None:
    shop = ShippingShop(*spread)
    total: dict[int, int] = {}
    for _, _, lines in spread:
        for number, quantity in lines.items():
            total[number] = total.get(number, 0) + quantity
    first = {number: draw.draw(st.integers(0, quantity)) for number, quantity in total.items()}
    for delivered in (first, first, total):
        shop.run({line(number): quantity for number, quantity in delivered.items()})
        assert shop.fulfilled() == {line(number): quantity for number, quantity in delivered.items()}


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings of real shops are not here")
def test_the_answers_of_a_real_shop_are_understood() -> None:
    setup = recording("2026-04_orders_fulfillment-state-preconditions")["setup"]
    order = as_plain(setup["orderCreate"]["response"]["data"]["orderCreate"]["order"])
    for row in order["fulfillmentOrders"]:
        row["assignedLocation"] = {"location": None}
    created = setup["fulfillmentCreate"]["response"]["data"]["fulfillmentCreate"]
    serve = WritableShop({"kept": [order], "fulfillmentCreate": json.loads(json.dumps(created))})
    with ScriptedShop(serve=serve) as shop:
        assert fulfil(shop.client(), order["id"]) == [{"id": created["fulfillment"]["id"], "status": "SUCCESS"}]
    parts = serve.sent["FulfilmentCreate"][0]["fulfillment"]["lineItemsByFulfillmentOrder"]
    assert parts == setup["fulfillmentCreate"]["variables"]["fulfillment"]["lineItemsByFulfillmentOrder"]
