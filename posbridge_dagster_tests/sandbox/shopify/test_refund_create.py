"""Refunds, cancellations and fulfilments that an app makes."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posbridge_dagster.sandbox.shopify.reckoning import reckon
from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller, open_shop
from posbridge_dagster_tests.sandbox.shopify.writing import CANCEL, REFUND, amounts, bag, line, made, sale, tax

COAT = "gid://shopify/ProductVariant/9000001"
UTRECHT = "gid://shopify/Location/1"
FULFILL = """mutation ($fulfillment: FulfillmentInput!) { fulfillmentCreate(fulfillment: $fulfillment) {
  fulfillment { id totalQuantity location { name } order { displayFulfillmentStatus
    fulfillmentOrders(first: 1) { nodes { status lineItems(first: 9) { nodes { remainingQuantity } } } } }
    fulfillmentLineItems(first: 9) { nodes { quantity lineItem { title } } } }
  userErrors { field message } } }"""


def sold(shop: Caller, **details: Any) -> Any:
    """An order of two coats and shipping, paid in two ways: 2 x 42.50 + 5.00 = 90.00."""
    return made(
        shop,
        **{
            "taxesIncluded": True,
            "lineItems": [line("Jas", 2, "42.50", variantId=COAT, taxLines=[tax("BTW", "0.21", "14.75")])],
            "shippingLines": [{"title": "PostNL", "priceSet": bag("5.00"), "taxLines": [tax("BTW", "0.21", "0.87")]}],
            "transactions": [sale("50.00"), sale("40.00", "pin")],
            **details,
        },
    )


def money_back(order: Any, amount: str, payment: int = 0) -> dict[str, Any]:
    return {
        "orderId": order["id"],
        "kind": "REFUND",
        "gateway": "x",
        "amount": amount,
        "parentId": order["transactions"][payment]["id"],
    }


def refund(shop: Caller, key: str, order: Any, **details: Any) -> Any:
    return shop.data(REFUND, key=key, input={"orderId": order["id"], **details})["refundCreate"]


def test_a_part_comes_back_with_its_tax_and_by_the_way_it_was_paid(shop: Caller) -> None:
    order = sold(shop)
    stock = shop.sandbox.shop.stock
    shop.clock.pass_seconds(60)
    entry = {"lineItemId": order["lineItems"]["nodes"][0]["id"], "quantity": 1, "restockType": "RETURN", "locationId": UTRECHT}
    answer = refund(
        shop,
        "k1",
        order,
        refundLineItems=[entry],
        shipping={"fullRefund": True},
        transactions=[money_back(order, "42.50", 1), money_back(order, "5.00")][:1],
        note="retour 99",
        processedAt="2026-11-21T09:00:00Z",
    )
    assert answer["userErrors"] == []
    made_refund = answer["refund"]
    (back,) = made_refund["refundLineItems"]["nodes"]
    assert (back["restockType"], back["restocked"], back["location"]) == ("RETURN", True, {"id": UTRECHT})
    assert amounts(back, "subtotalSet", "totalTaxSet") == [Decimal("42.5"), Decimal("7.37")]
    (shipping,) = made_refund["refundShippingLines"]["nodes"]
    assert amounts(shipping, "subtotalAmountSet", "taxAmountSet") == [Decimal("5"), Decimal("0.87")]
    assert made_refund["transactions"]["nodes"][0]["gateway"] == "pin", "whatever gateway was asked for"
    assert amounts(made_refund["orderAdjustments"]["nodes"][0], "amountSet") == [Decimal("5")], "goods and shipping, less what was paid"
    assert (made_refund["processedAt"], made_refund["createdAt"]) == ("2026-11-21T09:00:00Z", "2026-11-21T12:01:00Z")
    assert answer["order"]["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    assert answer["order"]["updatedAt"] == "2026-11-21T12:01:00Z"
    assert amounts(answer["order"], "currentTotalPriceSet", "totalRefundedSet") == [Decimal("42.5"), Decimal("42.5")]
    assert stock.available(9_000_001) == 7


def test_everything_back_is_refunded(shop: Caller) -> None:
    order = sold(shop)
    entry = {"lineItemId": order["lineItems"]["nodes"][0]["id"], "quantity": 2, "restockType": "NO_RESTOCK"}
    transactions = [money_back(order, "50.00"), money_back(order, "40.00", 1)]
    answer = refund(shop, "k", order, refundLineItems=[entry], shipping={"fullRefund": True}, transactions=transactions)
    assert answer["order"]["displayFinancialStatus"] == "REFUNDED"
    assert amounts(answer["order"], "currentTotalPriceSet", "totalOutstandingSet") == [Decimal(0), Decimal(0)]
    assert answer["refund"]["orderAdjustments"]["nodes"] == []
    again = refund(shop, "k2", order, transactions=[money_back(order, "0.01")])
    assert again["userErrors"] == [{"field": None, "message": "Refund amount €0.01 is greater than net payment received €0.00"}]


def test_a_key_is_demanded_and_makes_the_same_refund_once(shop: Caller) -> None:
    order = sold(shop)
    error = shop.error(REFUND.replace(" @idempotent(key: $key)", "").replace(", $key: String!", ""), input={"orderId": order["id"]})
    assert error["extensions"]["code"] == "BAD_REQUEST"
    first = refund(shop, "k", order, transactions=[money_back(order, "10.00")])
    assert shop.served.control.calls[-1].wrote
    replay = refund(shop, "k", order, transactions=[money_back(order, "10.00")])
    assert replay["refund"]["id"] == first["refund"]["id"]
    assert not shop.served.control.calls[-1].wrote
    other = shop.error(REFUND, key="k", input={"orderId": order["id"], "transactions": [money_back(order, "11.00")]})
    assert other["extensions"]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    shop.clock.pass_seconds(25 * 3600)
    late = refund(shop, "k", order, transactions=[money_back(order, "10.00")])
    assert late["refund"]["id"] != first["refund"]["id"], "keys die after 24 hours"


def test_a_key_whose_call_was_refused_may_be_used_again(shop: Caller) -> None:
    order = sold(shop)
    assert refund(shop, "k", order, transactions=[money_back(order, "99.00")])["userErrors"]
    assert refund(shop, "k", order, transactions=[money_back(order, "9.00")])["userErrors"] == []


def test_restocking_needs_a_place(shop: Caller) -> None:
    order = sold(shop)
    entry = {"lineItemId": order["lineItems"]["nodes"][0]["id"], "quantity": 1, "restockType": "RETURN"}
    assert refund(shop, "k", order, refundLineItems=[entry])["userErrors"][0]["field"] == ["refundLineItems", "0", "locationId"]
    assert refund(shop, "k", order, shipping={"amount": "5.01"})["userErrors"][0]["field"] == ["shipping", "amount"]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    prices=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9999), st.sampled_from([0, 900, 2100])), min_size=1, max_size=4),
    included=st.booleans(),
)
def test_pieces_given_back_one_by_one_are_the_whole_to_the_cent(prices: list[tuple[int, int, int]], included: bool) -> None:
    with open_shop() as shop:
        lines, total = [], 0
        for quantity, cents, rate in prices:
            gross = quantity * cents
            vat = gross * rate // (10000 + rate) if included else gross * rate // 10000
            total += gross if included else gross + vat
            lines.append(line("x", quantity, f"{cents / 100:.2f}", taxLines=[tax("BTW", f"{rate / 10000}", f"{vat / 100:.2f}")]))
        order = made(shop, taxesIncluded=included, lineItems=lines, transactions=[sale(f"{total / 100:.2f}")])
        assert amounts(order, "totalPriceSet", "totalOutstandingSet") == [Decimal(total) / 100, Decimal(0)]
        for node in order["lineItems"]["nodes"]:
            for piece in range(node["quantity"]):
                answer = refund(shop, f"{node['id']}{piece}", order, refundLineItems=[{"lineItemId": node["id"], "quantity": 1}])
                assert answer["userErrors"] == []
        record = shop.sandbox.shop.orders[int(order["id"].rpartition("/")[2])]
        sums = reckon(record)
        assert sums.current_total == 0
        assert sums.current_tax == 0
        assert sum(net for entry in sums.refunds for net, _ in entry.lines) == sums.subtotal


def test_a_cancelled_order_gives_everything_back(shop: Caller) -> None:
    order = sold(shop)
    stock = shop.sandbox.shop.stock
    answer = shop.data(CANCEL, id=order["id"], restock=True, method={"originalPaymentMethodsRefund": True}, note="fout")["orderCancel"]
    assert (answer["orderCancelUserErrors"], answer["job"]["done"]) == ([], False)
    money = "{ shopMoney { amount currencyCode } }"
    read = shop.data(
        f"""query ($id: ID!, $job: ID!) {{ job(id: $job) {{ done }} order(id: $id) {{ cancelledAt cancelReason closed
        cancellation {{ staffNote }}
        displayFinancialStatus displayFulfillmentStatus currentTotalPriceSet {money} totalOutstandingSet {money} netPaymentSet {money}
        refunds {{ totalRefundedSet {money} transactions(first: 9) {{ nodes {{ gateway }} }} }}
        fulfillmentOrders(first: 1) {{ nodes {{ status lineItems(first: 9) {{ nodes {{ totalQuantity remainingQuantity }} }} }} }} }} }}""",
        id=order["id"],
        job=answer["job"]["id"],
    )
    after = read["order"]
    assert (read["job"]["done"], after["cancelReason"], after["closed"], after["cancellation"]) == (
        True,
        "OTHER",
        True,
        {"staffNote": "fout"},
    )
    assert (after["displayFinancialStatus"], after["displayFulfillmentStatus"]) == ("REFUNDED", "UNFULFILLED")
    assert amounts(after, "currentTotalPriceSet", "totalOutstandingSet", "netPaymentSet") == [Decimal(0)] * 3
    assert [entry["gateway"] for entry in after["refunds"][0]["transactions"]["nodes"]] == ["cash", "pin"]
    (queue,) = after["fulfillmentOrders"]["nodes"]
    assert (queue["status"], queue["lineItems"]["nodes"][0]) == ("CLOSED", {"totalQuantity": 0, "remainingQuantity": 0})
    assert stock.available(9_000_001) == 6, "what took nothing off the stock puts nothing back"


def test_a_cancellation_takes_its_time(shop: Caller) -> None:
    shop.sandbox.switches["job_seconds"] = 30
    order = sold(shop, transactions=[])
    job = shop.data(CANCEL, id=order["id"], restock=False)["orderCancel"]["job"]["id"]
    read = "query ($id: ID!, $job: ID!) { job(id: $job) { done } order(id: $id) { cancelledAt displayFinancialStatus } }"
    assert shop.data(read, id=order["id"], job=job)["order"]["cancelledAt"] is None
    shop.clock.pass_seconds(31)
    later = shop.data(read, id=order["id"], job=job)
    assert later == {"job": {"done": True}, "order": {"cancelledAt": "2026-11-21T12:00:31Z", "displayFinancialStatus": "VOIDED"}}
    nobody = shop.data(CANCEL, id="gid://shopify/Order/1", restock=False)["orderCancel"]
    assert nobody["orderCancelUserErrors"] == [{"field": ["orderId"], "message": "Order does not exist", "code": "NOT_FOUND"}]


def test_goods_are_sent_in_parts_and_never_twice(shop: Caller) -> None:
    order = sold(shop)
    (queue,) = order["fulfillmentOrders"]["nodes"]
    piece = {"id": queue["lineItems"]["nodes"][0]["id"], "quantity": 1}

    def send(*lines: dict[str, Any]) -> Any:
        entry = {"fulfillmentOrderId": queue["id"], **({"fulfillmentOrderLineItems": list(lines)} if lines else {})}
        return shop.data(FULFILL, fulfillment={"lineItemsByFulfillmentOrder": [entry], "notifyCustomer": False})["fulfillmentCreate"]

    first = send(piece)["fulfillment"]
    assert (first["totalQuantity"], first["order"]["displayFulfillmentStatus"]) == (1, "PARTIALLY_FULFILLED")
    assert first["order"]["fulfillmentOrders"]["nodes"][0] == {"status": "IN_PROGRESS", "lineItems": {"nodes": [{"remainingQuantity": 1}]}}
    assert send({**piece, "quantity": 2})["userErrors"][0]["message"] == "Invalid fulfillment order line item quantity requested."
    rest = send()["fulfillment"]
    assert rest["fulfillmentLineItems"]["nodes"] == [{"quantity": 1, "lineItem": {"title": "Jas"}}]
    assert rest["order"]["displayFulfillmentStatus"] == "FULFILLED"
    again = send()
    assert again["fulfillment"] is None
    assert again["userErrors"][0]["message"].endswith("has an unfulfillable status= closed.")
    shop.sandbox.switches["scopes"].remove("write_merchant_managed_fulfillment_orders")
    error = shop.error(FULFILL, fulfillment={"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": queue["id"]}]})
    assert error["extensions"]["code"] == "ACCESS_DENIED"


@pytest.mark.parametrize(("plan", "code"), [("standard", None), ("plus", "AMOUNT_EXCEEDS_BALANCE")])
def test_payments_by_hand(shop: Caller, plan: str, code: str | None) -> None:
    shop.sandbox.switches["plan"] = plan
    order = sold(shop, transactions=[sale("50.00")])
    assert order["displayFinancialStatus"] == "PARTIALLY_PAID"
    pay = """mutation ($id: ID!, $amount: MoneyInput) { orderCreateManualPayment(id: $id, amount: $amount, paymentMethodName: "factuur") {
      order { displayFinancialStatus paymentGatewayNames } userErrors { field message code } } }"""
    much = shop.data(pay, id=order["id"], amount={"amount": "40.01", "currencyCode": "EUR"})["orderCreateManualPayment"]
    assert (much["userErrors"][0]["field"], much["userErrors"][0]["code"]) == (["amount"], code)
    paid = shop.data(pay, id=order["id"])["orderCreateManualPayment"]["order"]
    assert paid == {"displayFinancialStatus": "PAID", "paymentGatewayNames": ["cash", "factuur"]}
