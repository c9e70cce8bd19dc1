from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posbridge_dagster.clients.failures import UnknownOutcome
from posbridge_dagster.clients.shopify.orders import count_orders, order_changes, orders, orders_by_id, refund_details
from posbridge_dagster_tests.clients.shopify.pretend import PretendGraph, Value
from posbridge_dagster_tests.clients.shopify.scripted import Scripted, ScriptedShop, cost, data, errors

CHANGED_AT = "2026-11-20T10:00:00Z"


def order(number: int, lines: int = 1, *, tips: int = 0, shipping: int = 0, discounts: int = 0, transactions: int = 1) -> Value:
    gid = f"gid://shopify/Order/{number}"
    return {
        "id": gid,
        "name": f"#{number}",
        "updatedAt": CHANGED_AT,
        "lineItems": [{"id": f"gid://shopify/LineItem/{number}{row:04}", "sku": str(row)} for row in range(lines)],
        "nonFulfillableLineItems": [{"id": f"gid://shopify/LineItem/9{number}{row:04}"} for row in range(tips)],
        "shippingLines": [{"id": f"gid://shopify/ShippingLine/{number}{row:04}"} for row in range(shipping)],
        "discountApplications": [{"index": row} for row in range(discounts)],
        "transactions": [{"id": f"gid://shopify/OrderTransaction/{number}{row:04}"} for row in range(transactions)],
        "transactionsCount": {"count": transactions},
    }


def whole(pages: Any) -> list[Value]:
    return [node for page in pages for node in page]


def names(rows: list[Value]) -> list[str]:
    return [row["id"] for row in rows]


@pytest.mark.parametrize("lines", [0, 1, 244, 245, 300, 700])
def test_an_order_arrives_with_every_line(lines: int) -> None:
    graph = PretendGraph({"orders": [order(1, 3), order(2, lines), order(3, 1)]})
    with ScriptedShop(serve=graph) as shop:
        found = whole(orders(shop.client(), ""))
    assert names(found) == names(graph.root["orders"])
    assert names(found[1]["lineItems"]) == names(graph.root["orders"][1]["lineItems"])
    assert "pageInfo" not in str(found)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.builds(
            dict,
            lines=st.integers(0, 600),
            tips=st.integers(0, 5),
            shipping=st.integers(0, 5),
            discounts=st.integers(0, 9),
            transactions=st.integers(0, 300),
        ),
        max_size=6,
    ),
    st.integers(1, 20),
)
def test_whatever_the_sizes_every_child_arrives_once_and_in_order(shapes: list[dict[str, int]], most: int) -> None:
    expected = [order(number, **shape) for number, shape in enumerate(shapes, 1)]
    with ScriptedShop(serve=PretendGraph({"orders": expected})) as shop:
        found = whole(orders(shop.client(), "", most=most))
    assert names(found) == names(expected)
    for got, wanted in zip(found, expected, strict=True):
        for key in ("lineItems", "nonFulfillableLineItems", "shippingLines", "transactions"):
            assert names(got[key]) == names(wanted[key])
        assert [row["index"] for row in got["discountApplications"]] == [row["index"] for row in wanted["discountApplications"]]


def test_a_thousand_orders_take_seven_calls() -> None:
    with ScriptedShop(serve=PretendGraph({"orders": [order(number) for number in range(1000)]})) as shop:
        client = shop.client()
        assert len(whole(orders(client, ""))) == 1000
    assert client.statistics.calls == 7


def test_only_a_long_order_costs_more_calls() -> None:
    with ScriptedShop(serve=PretendGraph({"orders": [order(1, 700)]})) as shop:
        whole(orders(shop.client(), ""))
        assert shop.names == ["Orders", "OrdersLineItemsPage", "OrdersLineItemsPage"]


def test_an_order_that_changes_between_two_of_its_pages_is_read_again_from_its_start() -> None:
    graph = PretendGraph({"orders": [order(1, 300)]})

    def change(call: int) -> None:
        if call == 2:
            graph.root["orders"][0] = order(1, 310) | {"updatedAt": "2026-11-20T10:00:05Z"}

    graph.before_call = change
    with ScriptedShop(serve=graph) as shop:
        found = whole(orders(shop.client(), ""))
        assert shop.names == ["Orders", "OrdersLineItemsPage", "OrdersRecord", "OrdersLineItemsPage"]
    assert found[0]["updatedAt"] == "2026-11-20T10:00:05Z"
    assert len(found[0]["lineItems"]) == 310


def test_an_order_that_never_stands_still_is_given_up_and_named() -> None:
    graph = PretendGraph({"orders": [order(1, 300)]})
    seconds = count()

    def change(_: int) -> None:
        graph.root["orders"][0]["updatedAt"] = f"2026-11-20T10:00:{next(seconds):02}Z"

    graph.before_call = change
    with ScriptedShop(serve=graph) as shop, pytest.raises(UnknownOutcome, match=r"Order/1 could not be read whole: it changed between"):
        whole(orders(shop.client(), ""))


def test_an_order_that_goes_away_while_it_is_read_is_not_left_out_silently() -> None:
    graph = PretendGraph({"orders": [order(1, 300)]})
    graph.before_call = lambda call: graph.root["orders"].clear() if call == 2 else None
    with ScriptedShop(serve=graph) as shop, pytest.raises(UnknownOutcome, match=r"Order/1 went away"):
        whole(orders(shop.client(), ""))


def test_a_list_shorter_than_its_count_is_read_again() -> None:
    graph = PretendGraph({"orders": [order(1, transactions=3)]})
    del graph.root["orders"][0]["transactions"][2]

    def mend(call: int) -> None:
        if call == 2:
            graph.root["orders"][0] = order(1, transactions=3)

    graph.before_call = mend
    with ScriptedShop(serve=graph) as shop:
        assert len(whole(orders(shop.client(), ""))[0]["transactions"]) == 3


def test_a_list_that_stays_shorter_than_its_count_is_never_believed() -> None:
    graph = PretendGraph({"orders": [order(1, transactions=250) | {"transactionsCount": {"count": 251}}]})
    with ScriptedShop(serve=graph) as shop, pytest.raises(UnknownOutcome, match="transactions holds 250 of 251"):
        whole(orders(shop.client(), ""))


def test_a_child_that_comes_twice_is_never_counted_twice() -> None:
    twice = order(1, 2)
    twice["lineItems"].append(twice["lineItems"][0])
    with (
        ScriptedShop(serve=PretendGraph({"orders": [twice]})) as shop,
        pytest.raises(UnknownOutcome, match="lineItems holds a child twice"),
    ):
        whole(orders(shop.client(), ""))


def test_an_order_that_moves_to_a_later_page_is_given_once() -> None:
    graph = PretendGraph({"orders": [order(number) for number in range(4)]})
    graph.before_call = lambda call: graph.root["orders"].append(order(0)) if call == 2 else None
    with ScriptedShop(serve=graph) as shop:
        assert names(whole(orders(shop.client(), "", most=2))) == [f"gid://shopify/Order/{number}" for number in range(4)]


def test_a_next_page_without_a_way_to_it_is_no_end() -> None:
    stuck = data({"orders": {"nodes": [order(1) | {"lineItems": None}], "pageInfo": {"hasNextPage": True, "endCursor": None}}})
    with ScriptedShop(stuck) as shop, pytest.raises(UnknownOutcome, match="no way to it"):
        whole(order_changes(shop.client(), ""))


def test_a_page_that_shopify_finds_too_dear_is_asked_for_in_halves() -> None:
    graph = PretendGraph({"orders": [order(number) for number in range(90)]})
    dear = errors({"message": "Query cost is 1200", "extensions": {"code": "MAX_COST_EXCEEDED"}}, cost=cost(1200, 2000))

    def serve(request: Any) -> Scripted:
        return dear if request.variables.get("first", 0) > 40 else graph(request)

    with ScriptedShop(serve=serve) as shop:
        assert len(whole(orders(shop.client(), ""))) == 90
        assert [request.variables["first"] for request in shop.received] == [148, 74, 37, 37, 37]


def test_refunds_and_returns_arrive_with_every_line_three_levels_deep() -> None:
    def line(row: int) -> Value:
        return {"id": f"gid://shopify/RefundLineItem/{row}", "quantity": 1}

    refund = {"id": "gid://shopify/Refund/5", "updatedAt": CHANGED_AT, "refundLineItems": [line(row) for row in range(320)]}
    refund |= {
        "refundShippingLines": [],
        "orderAdjustments": [{"id": f"gid://shopify/OrderAdjustment/{n}"} for n in range(7)],
        "transactions": [],
    }
    returns = [
        {
            "id": f"gid://shopify/Return/{number}",
            "returnLineItems": [{"id": f"gid://shopify/ReturnLineItem/{number}{row:03}"} for row in range(45)],
            "exchangeLineItems": [],
        }
        for number in range(8)
    ]
    graph = PretendGraph({"orders": [order(1) | {"refunds": [refund], "returns": returns}, order(2) | {"refunds": [], "returns": []}]})
    with ScriptedShop(serve=graph) as shop:
        first, second = whole(refund_details(shop.client(), ["gid://shopify/Order/1", "gid://shopify/Order/2"]))
    assert len(first["refunds"][0]["refundLineItems"]) == 320
    assert len(first["refunds"][0]["orderAdjustments"]) == 7
    assert [len(each["returnLineItems"]) for each in first["returns"]] == [45] * 8
    assert second["refunds"] == second["returns"] == []


def test_orders_asked_for_by_id_keep_their_order_and_a_missing_one_is_named() -> None:
    graph = PretendGraph({"orders": [order(number, 250 if number == 7 else 1) for number in range(120)]})
    ids = [f"gid://shopify/Order/{number}" for number in reversed(range(120))]
    with ScriptedShop(serve=graph) as shop:
        found = whole(orders_by_id(shop.client(), ids))
        assert names(found) == ids
        assert len(found[112]["lineItems"]) == 250
        with pytest.raises(UnknownOutcome, match="Order/999 cannot be found"):
            whole(orders_by_id(shop.client(), ["gid://shopify/Order/1", "gid://shopify/Order/999"]))


def test_changes_and_counts_are_asked_for_with_the_search() -> None:
    graph = PretendGraph({"orders": [order(number) for number in range(600)], "ordersCount": {"count": 600, "precision": "EXACT"}})
    with ScriptedShop(serve=graph) as shop:
        client = shop.client()
        assert len(whole(order_changes(client, "source_name:pos"))) == 600
        assert count_orders(client, "source_name:pos") == 600
        assert shop.names == ["OrderChanges"] * 3 + ["OrdersCount"]
        assert {request.variables["search"] for request in shop.received} == {"source_name:pos"}
        assert shop.received[0].variables["sortKey"] == "UPDATED_AT"
