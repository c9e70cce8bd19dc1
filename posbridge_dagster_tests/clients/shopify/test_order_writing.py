import json
from typing import Any

import pytest

from posbridge_dagster.clients.failures import Busy, Misconfigured, Refused, UnknownOutcome
from posbridge_dagster.clients.shopify.custom_ids import custom_id_metafield
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.clients.shopify.order_writing import OrderCreated, create_order, order_update, tags_add, written_order
from posbridge_dagster_tests.clients.shopify.pretend import Value
from posbridge_dagster_tests.clients.shopify.scripted import Scripted, ScriptedShop, errors
from posbridge_dagster_tests.clients.shopify.writable import (
    ONCE,
    RECORDINGS,
    Clock,
    WritableShop,
    as_plain,
    recording,
    refusal,
    shop_money,
)

ORDER: Value = {
    "sourceIdentifier": "mplus:winkel:7",
    "taxesIncluded": True,
    "metafields": [custom_id_metafield("mplus_order", "winkel:7")],
    "lineItems": [{"title": "Beker", "sku": "100", "quantity": 2, "priceSet": shop_money("1.21")}],
}
TOO_MANY = refusal("orderCreate", {"field": None, "message": "Too many attempts. Please try again later."}, order=None)


def kept(number: int, order: Value) -> Value:
    """Return the order as a shop without tax and shipping would keep it."""
    total = f"{sum(line['quantity'] * 121 for line in order['lineItems']) / 100:.2f}".removesuffix("0")
    price = {"originalUnitPriceSet": shop_money("1.21")}
    kept = [{**line, **price, "refundableQuantity": line["quantity"]} for line in order["lineItems"]]
    lines = [{"id": f"gid://shopify/LineItem/{number}{place}", **line} for place, line in enumerate(kept)]
    amounts = dict.fromkeys(("totalTaxSet", "totalShippingPriceSet", "totalDiscountsSet", "totalReceivedSet"), shop_money("0.0"))
    amounts |= dict.fromkeys(("totalPriceSet", "totalOutstandingSet"), shop_money(total))
    own = {"id": f"gid://shopify/Order/{number}", "name": f"#{1000 + number}", "updatedAt": "2026-11-23T10:00:00Z"}
    lists: Value = {"taxLines": [], "transactions": [], "fulfillments": []}
    return {**order, **own, **amounts, **lists, "displayFulfillmentStatus": "UNFULFILLED", "lineItems": lines, "cancelledAt": None}


def writable() -> tuple[WritableShop, list[Value]]:
    orders: list[Value] = []

    def create(given: Value) -> Value:
        orders.append(kept(len(orders) + 1, given["order"]))
        return {"order": orders[-1], "userErrors": []}

    return WritableShop({"orderCreate": create, "orders": orders}), orders


def made(serve: WritableShop, order: Value = ORDER, **more: Any) -> OrderCreated:
    with ScriptedShop(serve=serve) as shop:
        return create_order(shop.client(patience=ONCE), order, **more)


def test_an_order_comes_back_as_it_stands_in_the_shop() -> None:
    serve, _ = writable()
    created = made(serve)
    assert (created.id, created.name, created.source_identifier) == ("gid://shopify/Order/1", "#1001", "mplus:winkel:7")
    assert [(line.sku, line.title, line.quantity, line.left, line.price) for line in created.lines] == [("100", "Beker", 2, 2, "1.21")]
    assert (created.totals.total, created.totals.currency, created.totals.tax) == ("2.42", "EUR", "0.0")
    assert created.totals.subtotal == "0.0", "Shopify says null where there is nothing"
    assert created.financial_status is None


def test_all_lines_of_a_long_order_come_back() -> None:
    serve, _ = writable()
    lines = [{"title": f"Beker {number}", "sku": str(number), "quantity": 1} for number in range(675)]
    created = made(serve, {**ORDER, "lineItems": lines})
    assert [line.sku for line in created.lines] == [str(number) for number in range(675)]
    assert len(serve.sent["OrderCreate"]) == 1


def test_nobody_is_ever_mailed() -> None:
    serve, _ = writable()
    order = {**ORDER, "fulfillment": {"locationId": "gid://shopify/Location/1", "notifyCustomer": True}}
    made(serve, order, options={"sendReceipt": True, "inventoryBehaviour": "DECREMENT_OBEYING_POLICY"})
    made(serve)
    first, second = serve.sent["OrderCreate"]
    assert first["order"]["fulfillment"] == {"locationId": "gid://shopify/Location/1", "notifyCustomer": False}
    assert first["options"] == {"inventoryBehaviour": "DECREMENT_OBEYING_POLICY", "sendReceipt": False, "sendFulfillmentReceipt": False}
    assert second["options"] == {"inventoryBehaviour": "BYPASS", "sendReceipt": False, "sendFulfillmentReceipt": False}
    assert "fulfillment" not in second["order"]


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ({"taxesIncluded": None}, "taxesIncluded"),
        ({"metafields": None}, "custom id"),
        ({"metafields": [{"namespace": "other", "key": "k", "type": "id", "value": "1"}]}, "custom id"),
        ({"metafields": [custom_id_metafield("mplus_order", "")]}, "custom id"),
    ],
)
def test_an_order_that_could_go_wrong_unseen_is_not_sent(missing: Value, named: str) -> None:
    serve, orders = writable()
    with pytest.raises(ValueError, match=named):
        made(serve, {**ORDER, **missing})
    assert orders == []


def test_a_shop_that_takes_five_orders_a_minute_is_waited_for() -> None:
    serve, orders = writable()
    serve.instead["OrderCreate"] = [TOO_MANY, Scripted(status=429, headers={"Retry-After": "30"}), TOO_MANY]
    clock = Clock()
    assert made(serve, turn=clock.deadline(600)).name == "#1001"
    assert clock.naps == [60, 30, 60]
    assert len(orders) == 1


def test_a_shop_that_never_lets_it_in_is_busy_and_no_fault_of_the_order() -> None:
    serve, orders = writable()
    serve.instead["OrderCreate"] = [TOO_MANY] * 20
    clock = Clock()
    with pytest.raises(Busy, match="five orders a minute"):
        made(serve, turn=clock.deadline(150))
    assert clock.naps == [60, 60, 60]
    assert orders == []


def test_an_order_is_never_sent_again_when_its_answer_was_lost() -> None:
    serve, orders = writable()
    serve.lost["OrderCreate"] = 1
    with ScriptedShop(serve=serve) as shop, pytest.raises(UnknownOutcome):
        create_order(shop.client(), ORDER)
    assert len(orders) == 1


def test_an_order_that_cannot_be_read_back_is_not_taken_for_one_that_was_not_made() -> None:
    serve, orders = writable()
    lines = [{"title": f"Beker {number}", "sku": str(number), "quantity": 1} for number in range(251)]
    serve.instead["OrderCreateLineItemsPage"] = [Scripted(status=429), Scripted(status=429)]
    with pytest.raises(UnknownOutcome, match=r"gid://shopify/Order/1 was made.*custom id") as caught:
        made(serve, {**ORDER, "lineItems": lines}, turn=Clock().deadline(600))
    assert caught.value.code == "unread"
    assert len(orders) == 1


def test_an_answer_with_neither_order_nor_refusal_leaves_the_outcome_unknown() -> None:
    serve, _ = writable()
    serve.instead["OrderCreate"] = [refusal("orderCreate", order=None)]
    with pytest.raises(UnknownOutcome, match="neither an order nor a refusal"):
        made(serve)


def test_a_list_that_is_too_long_refuses_the_order_and_does_not_stop_the_run() -> None:
    serve, _ = writable()
    message = "The input array size of 675 is greater than the maximum allowed of 250."
    serve.instead["OrderCreate"] = [errors({"message": message, "extensions": {"code": "MAX_INPUT_SIZE_EXCEEDED"}})]
    with pytest.raises(Refused, match="675") as caught:
        made(serve)
    assert caught.value.code == "MAX_INPUT_SIZE_EXCEEDED"


def test_a_denied_field_says_that_the_order_may_have_been_made() -> None:
    serve, _ = writable()
    serve.instead["OrderCreate"] = [errors({"message": "Access denied for x field.", "extensions": {"code": "ACCESS_DENIED"}})]
    with pytest.raises(Misconfigured, match="may have been made"):
        made(serve)


def test_an_order_that_is_there_is_read_in_the_same_shape() -> None:
    serve, _ = writable()
    with ScriptedShop(serve=serve) as shop:
        client = shop.client()
        created = create_order(client, ORDER)
        assert written_order(client, created.id) == created
        with pytest.raises(UnknownOutcome, match="cannot be found"):
            written_order(client, "gid://shopify/Order/99")


def test_amending_and_tagging_may_be_repeated() -> None:
    identity = {"id": "gid://shopify/Order/1", "name": "#1001"}
    serve = WritableShop(
        {
            "orderUpdate": lambda given: {"order": {**identity, "updatedAt": given["input"]["note"]}, "userErrors": []},
            "tagsAdd": lambda given: {"node": {"id": given["id"]}, "userErrors": []},
        }
    )
    serve.lost = {"OrderUpdate": 1, "TagsAdd": 1}
    with ScriptedShop(serve=serve) as shop:
        client = shop.client()
        assert order_update(client, {"id": identity["id"], "note": "tweede"})["updatedAt"] == "tweede"
        tags_add(client, identity["id"], ["mplus", "kassa"])
    assert serve.sent["TagsAdd"] == [{"id": identity["id"], "tags": ["mplus", "kassa"]}] * 2
    assert len(serve.sent["OrderUpdate"]) == 2


needs_recordings = pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings of real shops are not here")


@needs_recordings
@pytest.mark.parametrize(
    ("case", "total", "tax", "shipping", "discounts", "status"),
    [
        ("pendingNoTax", "20.0", "0.0", "0.0", "0.0", None),
        ("paidTaxShipping", "31.9", "2.9", "5.0", "0.0", "PAID"),
        ("fixedDiscount", "29.0", "0.0", "4.0", "5.0", None),
        ("authorization", "18.0", "0.0", "0.0", "0.0", "AUTHORIZED"),
        ("presentmentMoney", "10.0", "0.0", "0.0", "0.0", "PAID"),
    ],
)
def test_what_a_real_shop_answered_is_understood(
    case: str, total: str, tax: str, shipping: str, discounts: str, status: str | None
) -> None:
    taken = recording("2025-01_orders_order-create-math-matrix")["cases"][case]
    answer = as_plain(taken["response"]["payload"]["data"]["orderCreate"])
    answer["order"] |= {"updatedAt": "2026-05-07T12:00:00Z", "taxLines": [], "fulfillments": [], "cancelledAt": None}
    for number, line in enumerate(answer["order"]["lineItems"]):
        line["id"] = f"gid://shopify/LineItem/{number}"
    created = made(WritableShop({"orderCreate": answer}))
    totals = created.totals
    assert (totals.total, totals.tax, totals.shipping, totals.discounts) == (total, tax, shipping, discounts)
    assert (created.financial_status, totals.currency) == (status, "CAD")
    asked = taken["variables"]["order"]["lineItems"]
    assert [(line.sku, line.quantity) for line in created.lines] == [(line["sku"], line["quantity"]) for line in asked]
    assert len(created.transactions) == (0 if status is None else 1)


@needs_recordings
@pytest.mark.parametrize("case", ["futureProcessedAt", "redundantCustomer", "lineItemTaxLineMissingRate", "shippingLineTaxLineMissingRate"])
def test_what_a_real_shop_refused_names_its_code_and_place(case: str) -> None:
    answer = recording("2025-01_orders_order-create-validation-matrix-extended")["mutation"]["response"]["data"][case]
    serve, orders = writable()
    serve.instead["OrderCreate"] = [Scripted(json.dumps({"data": {"orderCreate": answer}}).encode())]
    with pytest.raises(UserErrors) as caught:
        made(serve)
    (row,) = answer["userErrors"]
    assert caught.value.code == row["code"]
    assert caught.value.errors[0].path == tuple(str(step) for step in row["field"])
    assert orders == []
