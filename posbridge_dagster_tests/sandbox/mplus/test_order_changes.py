"""Orders that are changed: while they are open, by who has read them last."""

from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.mplus.test_orders import cancel, create
from posbridge_dagster_tests.sandbox.mplus.till import Reply, Till, line, order, payments


def change(till: Till, *lines: dict[str, Any], **members: Any) -> Reply:
    read = till.call("findOrder", extOrderId="s:1")
    known = {"orderId": read["order/orderId"], "changeCounter": read["order/changeCounter"], "versionNumber": read["order/versionNumber"]}
    lists = {"lineList": {"line": list(lines)}} if lines else {}
    return till.ask("updateOrderV2", order={**known, **members, **lists})


def result(answer: Reply) -> str:
    return answer["result"].removeprefix("UPDATE-ORDER-RESULT-")


def test_the_list_of_lines_is_replaced_and_the_rest_stays(till: Till) -> None:
    create(till, order=order("s:1", line(101, 2), line(201), reference="#1"))
    (first, _) = till.call("findOrder", extOrderId="s:1").all("order/lineList/line/lineId")
    assert till.stock(101) == (8, 2)
    changed = change(till, {"lineId": first, **line(101, 5)})
    assert (result(changed), changed["order/totalInclAmount"], changed["order/reference"]) == ("OK", "5000", "#1")
    assert changed.all("order/lineList/line/lineId") == [first]
    assert till.stock(101) == (5, 5)
    assert (changed["order/versionNumber"], changed["order/changeCounter"]) == ("2", "2")


def test_a_change_without_lines_keeps_them(till: Till) -> None:
    create(till, order=order("s:1", line(101, 2), reference="#1"))
    changed = change(till, reference="#2", deliveryAddress={"name": "Eva", "city": "Ede"})
    assert (changed["order/reference"], changed["order/totalInclAmount"]) == ("#2", "2000")
    assert changed["order/deliveryAddress/city"] == "Ede"


def test_the_same_again_is_no_change(till: Till) -> None:
    create(till, order=order("s:1", line(101, 2)))
    assert result(change(till, line(101, 2))) == "NO-CHANGES"
    assert till.call("findOrder", extOrderId="s:1")["order/versionNumber"] == "1"
    assert not till.served.control.calls[-2].wrote


@pytest.mark.parametrize("counters", [{"changeCounter": 0, "versionNumber": 0}, {"changeCounter": 9}])
def test_an_old_reading_is_refused(till: Till, counters: dict[str, int]) -> None:
    create(till, order=order("s:1", line(101)))
    assert result(change(till, line(101, 9), **counters)) == "ORDER-HAS-CHANGED"


def test_what_was_delivered_invoiced_or_cancelled_is_refused(till: Till) -> None:
    made = create(till, order=order("s:1", line(101)))
    till.ask("deliverOrder", orderId=made["info/orderId"])
    assert result(change(till, line(101, 2))) == "FAILED"


def test_a_cancelled_order_is_refused(till: Till) -> None:
    made = create(till, order=order("s:1", line(101)))
    cancel(till, made["info/orderId"])
    refused = change(till, line(101, 2))
    assert (result(refused), refused["errorMessage"]) == ("FAILED", "the order is cancelled")


def test_what_does_not_exist_is_refused_or_not_found(till: Till) -> None:
    create(till, order=order("s:1", line(101)))
    assert change(till, line(77))["errorMessage"] == "line 1: article 77 does not exist"
    assert result(till.ask("updateOrderV2", order={"orderId": "nothing", "lineList": {"line": [line(101)]}})) == "NOT-FOUND"


def test_an_order_whose_deposit_was_given_back_can_be_cancelled(till: Till) -> None:
    made = create(till, order=order("s:1", line(101)), prepay=True, paymentList=payments(500))
    assert cancel(till, made["info/orderId"]) == "FAILED"
    till.ask("payOrderV2", idempotencyKey="back", orderId=made["info/orderId"], prepay=True, paymentList=payments(-500))
    assert cancel(till, made["info/orderId"]) == "OK"
