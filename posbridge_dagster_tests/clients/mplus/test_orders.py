from typing import Any

import pytest

from posbridge_dagster.clients.failures import Refused, UnknownOutcome
from posbridge_dagster.clients.mplus.envelope import InvalidRequest
from posbridge_dagster.clients.mplus.orders import create_order, get_order, orders_by_external_ids, orders_since, pay_order, settle_order
from posbridge_dagster_tests.clients.mplus.scripted import Asked, Cut, Say, Step, answer, fault, serving, version_answer

LINE = {"articleNumber": 4711, "data": {"quantity": 2, "price": 995}}
ORDER: dict[str, Any] = {
    "extOrderId": "shopify:winkel:5001",
    "relationNumber": 7,
    "changeCounter": 0,
    "versionNumber": 0,
    "lineList": [LINE],
}
PAYMENTS = [{"method": "PIN", "amount": 1990}]
OLD = version_answer(59, 6)
NEW = version_answer()
NOT_FOUND = answer("GetOrderResponse", "<result>GET-ORDER-RESULT-NOT-FOUND</result>")


def order_xml(inside: str = "", external_id: str = "shopify:winkel:5001", marker: int = 3) -> str:
    head = f"<orderId>o-1</orderId><extOrderId>{external_id}</extOrderId><transactionString>2026-12</transactionString>"
    return f"<order>{head}<syncMarker>{marker}</syncMarker><totalInclAmount>1990</totalInclAmount>{inside}</order>"


def found(inside: str = "") -> Say:
    return answer("GetOrderResponse", f"<result>GET-ORDER-RESULT-OK</result>{order_xml(inside)}")


def created(result: str = "OK", tail: str = "", replay: bool = False, inside: str = "") -> Say:
    said = f"<idempotencyResult>IDEMPOTENCY-RESULT-{'REPLAY' if replay else 'ORIGINAL'}-RESPONSE</idempotencyResult>"
    info = "<info><orderId>o-1</orderId><orderString>2026-12</orderString></info>"
    body = f"{said}<result>CREATE-ORDER-RESULT-{result}</result>{order_xml(inside)}<errorMessage>said</errorMessage>{info}{tail}"
    return answer("CreateOrderV3Response", body)


def paid(result: str = "OK", invoice: str = "<invoiceId>i-1</invoiceId>") -> Say:
    said = "<idempotencyResult>IDEMPOTENCY-RESULT-ORIGINAL-RESPONSE</idempotencyResult>"
    return answer("PayOrderV2Response", f"{said}<result>PAY-ORDER-RESULT-{result}</result>{invoice}<errorMessage>said</errorMessage>")


def test_an_order_with_its_payment_is_one_call() -> None:
    steps = [NEW, created(tail="<payResult>PAY-ORDER-RESULT-OK</payResult><invoiceId>i-1</invoiceId>")]
    with serving(steps) as (client, served):
        written = create_order(client, ORDER, payments=PAYMENTS, prepay=False, key="k-1")
    assert (written.order_id, written.number, written.total_incl_cents) == ("o-1", "2026-12", 1990)
    assert (written.invoice_id, written.pay_result) == ("i-1", "PAY-ORDER-RESULT-OK")
    assert not (written.was_there or written.replayed or written.payment_failed)
    asked = served.asked[1]
    assert [asked.text(f"request/apply{what}") for what in ("SalesAndActions", "SalesPrices", "PriceGroups")] == ["false"] * 3
    assert asked.text("request/order/orderId") in (None, "")
    assert asked.has("request/order/orderId")
    assert asked.text("request/order/lineList/line/data/decimalPlaces") == "0"
    assert asked.text("request/order/orderType") == "ORDER-TYPE-SALES-ORDER"
    assert not asked.has("request/order/changeCounter")
    assert not asked.has("request/order/versionNumber")
    assert asked.text("request/prepay") == "false"
    assert asked.text("request/paymentList/payment/method") == "PIN"


def test_an_old_service_is_paid_by_a_second_call_with_its_own_key() -> None:
    with serving([OLD, created(), paid()]) as (client, served):
        written = create_order(client, ORDER, payments=PAYMENTS, prepay=False, key="k-1")
    assert served.operations == ["getApiVersion", "createOrderV3", "payOrderV2"]
    assert not served.asked[1].has("request/paymentList")
    assert served.asked[2].text("request/idempotencyKey") not in (None, "", "k-1")
    assert (written.payment_failed, written.invoice_id, written.total_incl_cents) == (False, "i-1", 1990)


def test_a_payment_that_a_service_read_over_is_booked_afterwards() -> None:
    with serving([NEW, created(), found(), paid()]) as (client, served):
        written = create_order(client, ORDER, payments=PAYMENTS, prepay=True, key="k-1")
    assert served.operations[1:] == ["createOrderV3", "getOrder", "payOrderV2"]
    assert written.pay_result == "PAY-ORDER-RESULT-OK"


def test_a_replayed_order_that_was_paid_meanwhile_is_not_paid_again() -> None:
    with serving([OLD, created(replay=True), found("<prepaidAmount>1990</prepaidAmount>")]) as (client, _):
        written = create_order(client, ORDER, payments=PAYMENTS, prepay=True, key="k-1")
    assert written.replayed
    assert not written.payment_failed


def test_a_failed_payment_leaves_an_order_and_says_so() -> None:
    with serving([NEW, created("PAYMENT-FAILED", "<payResult>PAY-ORDER-RESULT-FAILED</payResult>")]) as (client, served):
        written = create_order(client, ORDER, payments=PAYMENTS, prepay=False, key="k-1")
    assert (written.order_id, written.payment_failed) == ("o-1", True)
    assert (written.pay_result, written.message) == ("PAY-ORDER-RESULT-FAILED", "said")
    assert len(served.asked) == 2


def test_a_failed_second_payment_says_so_too() -> None:
    with serving([OLD, created(), paid("PAYMENT-INSUFFICIENT", "")]) as (client, _):
        written = create_order(client, ORDER, payments=PAYMENTS, prepay=False, key="k-1")
    assert (written.payment_failed, written.pay_result) == (True, "PAY-ORDER-RESULT-PAYMENT-INSUFFICIENT")


def test_an_order_that_was_there_is_found_and_left_alone() -> None:
    with serving([NEW, created("EXT-ORDER-ID-ALREADY-EXISTS"), found()]) as (client, served):
        written = create_order(client, ORDER, payments=PAYMENTS, prepay=False, key="k-1")
    assert written.was_there
    assert written.order["extOrderId"] == "shopify:winkel:5001"
    assert served.operations[-1] == "findOrder"


def test_a_burnt_external_id_is_refused() -> None:
    with serving([created("EXT-ORDER-ID-ALREADY-EXISTS"), NOT_FOUND]) as (client, _), pytest.raises(Refused) as refused:
        create_order(client, ORDER, key="k-1")
    assert refused.value.code == "external_id_taken"


def test_a_refused_order_tells_the_words_of_the_service() -> None:
    with serving([created("FAILED")]) as (client, _), pytest.raises(Refused, match="CREATE-ORDER-RESULT-FAILED: said"):
        create_order(client, ORDER, key="k-1")


def test_after_a_lost_answer_the_order_is_found_instead_of_sent_again() -> None:
    with serving([Cut(), found()]) as (client, served):
        written = create_order(client, ORDER, key="k-1")
    assert served.operations == ["createOrderV3", "findOrder"]
    assert (written.order_id, written.was_there) == ("o-1", False)


def test_after_a_lost_answer_an_order_that_is_not_there_is_sent_again_with_its_key() -> None:
    with serving([Cut(), NOT_FOUND, fault("Server", "busy"), NOT_FOUND, created()]) as (client, served):
        create_order(client, ORDER, key="k-1")
    assert served.operations == ["createOrderV3", "findOrder", "createOrderV3", "findOrder", "createOrderV3"]
    assert {asked.text("request/idempotencyKey") for asked in served.asked if asked.operation == "createOrderV3"} == {"k-1"}


def test_an_order_is_never_sent_again_while_the_look_up_does_not_answer() -> None:
    def script(asked: Asked) -> Step:
        return Cut()

    with serving(script) as (client, served), pytest.raises(UnknownOutcome):
        create_order(client, ORDER, key="k-1")
    assert served.operations.count("createOrderV3") == 1
    assert set(served.operations[1:]) == {"findOrder"}


def test_a_found_order_whose_payment_is_missing_is_paid() -> None:
    with serving([NEW, Cut(), found(), found(), paid()]) as (client, served):
        written = create_order(client, ORDER, payments=PAYMENTS, prepay=False, key="k-1")
    assert served.operations[-1] == "payOrderV2"
    assert written.invoice_id == "i-1"


@pytest.mark.parametrize(
    "inside",
    [
        "<prepaidAmount>1990</prepaidAmount>",
        "<invoiceIds><id>i-9</id></invoiceIds>",
        "<paymentList><payment><method>PIN</method><amount>1990</amount></payment></paymentList>",
    ],
)
def test_an_order_that_shows_a_payment_is_settled_already(inside: str) -> None:
    with serving([found(inside)]) as (client, served):
        order = get_order(client, "o-1")
        assert order is not None
        settled = settle_order(client, order, PAYMENTS, prepay=False, key="k-1")
    assert not settled.payment_failed
    assert served.operations == ["getOrder"]


def test_settling_uses_the_key_that_creation_would_have_used() -> None:
    with serving([OLD, created(), paid(), found(), paid()]) as (client, served):
        create_order(client, ORDER, payments=PAYMENTS, prepay=True, key="k-1")
        order = get_order(client, "o-1")
        assert order is not None
        settle_order(client, order, PAYMENTS, prepay=True, key="k-1")
    keys = [asked.text("request/idempotencyKey") for asked in served.asked if asked.operation == "payOrderV2"]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_payment_that_met_a_change_is_tried_once_more_under_a_new_key() -> None:
    with serving([paid("ORDER-HAS-CHANGED", ""), paid()]) as (client, served):
        assert pay_order(client, "o-1", PAYMENTS, prepay=False, key="k-2").invoice_id == "i-1"
    keys = [asked.text("request/idempotencyKey") for asked in served.asked]
    assert keys[0] == "k-2"
    assert keys[1] != "k-2"


def test_an_invoiced_order_counts_as_paid_and_a_refused_payment_is_raised() -> None:
    with serving([paid("ORDER-ALREADY-INVOICED"), paid("FAILED", "")]) as (client, _):
        assert pay_order(client, "o-1", PAYMENTS, prepay=False, key="k-2").already
        with pytest.raises(Refused) as refused:
            pay_order(client, "o-1", PAYMENTS, prepay=False, key="k-3")
    assert refused.value.code == "payment_failed"


def test_an_order_without_an_external_id_or_a_payment_without_prepay_is_not_sent() -> None:
    with serving([]) as (client, served):
        with pytest.raises(InvalidRequest, match="extOrderId"):
            create_order(client, {"relationNumber": 7}, key="k-1")
        with pytest.raises(ValueError, match="prepay"):
            create_order(client, ORDER, payments=PAYMENTS, key="k-1")
    assert served.asked == []


def listed(*external_ids: str, marker: int = 3) -> Say:
    orders = "".join(order_xml("", one, marker) for one in external_ids)
    return answer("GetOrdersByExtOrderIdsResponse", f"<orderList>{orders}</orderList>")


def test_many_orders_are_looked_up_in_batches_to_the_end_of_each() -> None:
    steps = [NEW, listed("a", "stranger"), listed(), listed("c"), listed("d", marker=8), listed()]
    with serving(steps) as (client, served):
        orders = orders_by_external_ids(client, ["a", "b", "a", "c", "d", "e"], batch=2)
    assert sorted(orders) == ["a", "c", "d"]
    asked = [[element.text for element in one.call.iter("{urn:mplusqapi}id")] for one in served.asked[1:]]
    assert asked == [["a", "b"], ["a", "b"], ["c", "d"], ["c", "d"], ["e"]]
    assert [one.text("request/syncMarker") for one in served.asked[1:]] == ["0", "4", "0", "4", "0"]


def test_a_batch_that_is_complete_needs_no_second_page() -> None:
    with serving([NEW, listed("a", "b")]) as (client, _):
        assert set(orders_by_external_ids(client, ["a", "b"])) == {"a", "b"}


@pytest.mark.parametrize("steps", [[OLD], [NEW, fault("Client", "Method 'getOrdersByExtOrderIds' not implemented")]])
def test_an_installation_without_the_batch_call_is_asked_one_by_one(steps: list[Step]) -> None:
    with serving([*steps, found(), NOT_FOUND, NOT_FOUND]) as (client, served):
        assert list(orders_by_external_ids(client, ["a", "b", "c"], batch=2)) == ["a"]
    assert served.operations[-3:] == ["findOrder"] * 3


def test_a_delta_of_orders_asks_for_everything_in_so_many_words() -> None:
    page = answer("GetOrdersResponse", f"<orderList>{order_xml()}</orderList>")
    with serving([page, answer("GetOrdersResponse", "<orderList/>")]) as (client, served):
        pages = list(orders_since(client, 2, 50))
    assert [(len(rows), marker) for rows, marker in pages] == [(1, 4)]
    asked = served.asked[0]
    assert (asked.text("request/syncMarker"), asked.text("request/syncMarkerLimit")) == ("2", "50")
    assert asked.text("request/includeLineList") == "true"
    types = [element.text for element in asked.call.iter("{urn:mplusqapi}orderType")]
    assert types == ["ORDER-TYPE-SALES-ORDER", "ORDER-TYPE-REPEAT-SALES-ORDER", "ORDER-TYPE-EXTERNAL-SALES-ORDER"]
    assert served.asked[1].text("request/syncMarker") == "4"
