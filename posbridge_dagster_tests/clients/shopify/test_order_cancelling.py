import json
from typing import Any

import pytest

from posbridge_dagster.clients.failures import UnknownOutcome
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster.clients.shopify.order_cancelling import mark_cancelled
from posbridge_dagster.clients.shopify.paging import Node
from posbridge_dagster_tests.clients.shopify.pretend import Value
from posbridge_dagster_tests.clients.shopify.scripted import Scripted, ScriptedShop
from posbridge_dagster_tests.clients.shopify.writable import ONCE, RECORDINGS, Clock, WritableShop, recording, refusal, shop_money

ORDER = "gid://shopify/Order/1"
JOB = "gid://shopify/OrderCancelJobResult/1"
ALREADY = {"field": ["orderId"], "message": "Cannot cancel an order that has already been canceled", "code": "INVALID"}


class CancellingShop(WritableShop):
    """Cancels after so many looks at it, or fails."""

    def __init__(self, *, after: int = 0, fails: bool = False, names_result: bool = True) -> None:
        self.order: Value = {"id": ORDER, "cancelledAt": None, "totalRefundedSet": shop_money("0.0")}
        self.after, self.fails, self.looks, self.asked = after, fails, 0, False
        result = {"id": JOB, "done": False, "status": "STARTED"} if names_result else None
        self.result: Value = {"id": JOB, "done": False, "status": "STARTED", "errors": []}

        def cancel(given: Value) -> Value:
            self.asked = True
            return {"job": {"id": "j", "done": False}, "jobResult": result, "orderCancelUserErrors": []}

        super().__init__({"orderCancel": cancel, "order": self._look, "kept": [self.result]})

    def _look(self, given: Value) -> Value:
        self.looks += 1
        if self.asked and self.looks > self.after:
            if self.fails:
                self.result |= {"done": True, "status": "FAILED"}
            else:
                self.order["cancelledAt"] = "2026-11-23T10:00:00Z"
        return self.order


def cancelled(serve: WritableShop, clock: Clock | None = None, **more: Any) -> Node:
    with ScriptedShop(serve=serve) as shop:
        return mark_cancelled(shop.client(patience=ONCE), ORDER, deadline=(clock or Clock()).deadline(60), **more)


@pytest.mark.parametrize("names_result", [True, False])
def test_a_cancellation_is_waited_for(names_result: bool) -> None:
    serve, clock = CancellingShop(after=3, names_result=names_result), Clock()
    assert cancelled(serve, clock)["cancelledAt"] == "2026-11-23T10:00:00Z"
    assert len(clock.naps) == 3


def test_money_and_stock_go_back_only_when_asked() -> None:
    serve = CancellingShop()
    cancelled(serve)
    (sent,) = serve.sent["OrderCancel"]
    assert (sent["restock"], sent["refundMethod"]) == (False, {"originalPaymentMethodsRefund": False})
    serve = CancellingShop()
    cancelled(serve, refund=True, restock=True)
    (sent,) = serve.sent["OrderCancel"]
    assert (sent["restock"], sent["refundMethod"]) == (True, {"originalPaymentMethodsRefund": True})


def test_the_customer_is_not_mailed() -> None:
    with ScriptedShop(serve=CancellingShop()) as shop:
        mark_cancelled(shop.client(), ORDER, deadline=Clock().deadline())
        assert "notifyCustomer: false" in shop.received[0].json["query"]


def test_an_order_that_is_cancelled_already_is_fine() -> None:
    serve = CancellingShop()
    serve.order["cancelledAt"] = "2026-11-20T08:00:00Z"
    serve.instead["OrderCancel"] = [refusal("orderCancel", ALREADY, key="orderCancelUserErrors")]
    assert cancelled(serve)["cancelledAt"] == "2026-11-20T08:00:00Z"


def test_a_refusal_of_an_order_that_stands_is_one() -> None:
    serve = CancellingShop()
    row = {"field": ["orderId"], "message": "Order has outstanding fulfillments", "code": "INVALID"}
    serve.instead["OrderCancel"] = [refusal("orderCancel", row, key="orderCancelUserErrors")]
    with pytest.raises(UserErrors, match="outstanding fulfillments"):
        cancelled(serve)


def test_a_lost_answer_is_settled_by_looking_at_the_order() -> None:
    serve = CancellingShop()
    serve.lost["OrderCancel"] = 1
    assert cancelled(serve)["cancelledAt"]
    serve = CancellingShop(after=5)
    serve.lost["OrderCancel"] = 1
    with pytest.raises(UnknownOutcome, match="without an answer"):
        cancelled(serve)
    assert len(serve.sent["OrderCancel"]) == 1


def test_a_cancellation_that_fails_later_is_a_refusal() -> None:
    serve = CancellingShop(after=2, fails=True)
    serve.result["errors"] = [{"field": None, "message": "Refund is not permitted", "code": "NO_REFUND_PERMISSION"}]
    with pytest.raises(UserErrors, match="not permitted") as caught:
        cancelled(serve)
    assert caught.value.code == "NO_REFUND_PERMISSION"
    with pytest.raises(UserErrors, match="named no reason"):
        cancelled(CancellingShop(after=2, fails=True))


def test_a_cancellation_that_takes_too_long_stays_unknown() -> None:
    with pytest.raises(UnknownOutcome, match="not cancelled within 60 s"):
        cancelled(CancellingShop(after=1000))


def test_an_order_that_is_not_there_is_told() -> None:
    serve = WritableShop({"orderCancel": {"job": None, "jobResult": None, "orderCancelUserErrors": []}, "order": None})
    with pytest.raises(UnknownOutcome, match="cannot be found"):
        cancelled(serve)


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings of real shops are not here")
@pytest.mark.parametrize("case", ["alreadyCancelled", "staffNoteTooLong"])
def test_the_answers_of_a_real_shop_are_understood(case: str) -> None:
    taken_down = recording("2026-04_orders_orderCancel-error-messages")
    answer = taken_down["expected"][case]["response"]["payload"]
    serve = CancellingShop()
    serve.instead["OrderCancel"] = [Scripted(json.dumps(answer).encode())]
    if case == "alreadyCancelled":
        serve.order |= taken_down["setup"]["cancelledOrderRead"]["response"]["payload"]["data"]["order"]
        assert cancelled(serve)["cancelReason"] == "OTHER"
        return
    with pytest.raises(UserErrors, match="Maximum length is 255") as caught:
        cancelled(serve)
    assert (caught.value.code, caught.value.errors[0].path) == ("INVALID", ("staffNote",))
