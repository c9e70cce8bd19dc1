from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posbridge_dagster_tests.sandbox.mplus.till import Till, line, order, payments


def create(till: Till, **request: Any) -> Any:
    return till.ask("createOrderV3", **{"idempotencyKey": "", **request})


def test_an_order_is_read_back_as_it_was_written(till: Till) -> None:
    made = create(till, order=order("s:1", line(101, 2, 2495), line(999, 1, 495), reference="#1001"))
    read = till.call("getOrder", orderId=made["info/orderId"].upper().replace("-", ""))
    assert read["result"] == "GET-ORDER-RESULT-OK"
    assert read["order/extOrderId"] == "s:1"
    assert read["order/reference"] == "#1001"
    assert read.all("order/lineList/line/articleNumber") == ["101", "999"]
    assert read.all("order/lineList/line/data/totalInclAmount") == ["4990", "495"]
    assert read["order/totalInclAmount"] == "5485"
    assert (read["order/deliveryState"], read["order/fullyPaid"]) == ("ORDER-DELIVERY-STATE-NOTHING", "false")
    assert till.call("findOrder", extOrderId="s:1")["order/orderId"] == read["order/orderId"]
    assert till.call("findOrder", extOrderId="s:2")["result"] == "GET-ORDER-RESULT-NOT-FOUND"


def test_vat_within_the_prices_is_rounded_once_per_code(till: Till) -> None:
    made = create(till, order=order("s:1", line(101, 1, 1), line(102, 1, 1), line(103, 1, 1), line(201, 3, 1250)))
    groups = {group["vatCode"]: (int(group["exclAmount"]), int(group["vatAmount"])) for group in made.each("order/vatGroupList/vatGroup")}
    assert groups == {"1": (3440, 310), "2": (2, 1)}
    assert (made["order/totalInclAmount"], made["order/totalExclAmount"]) == ("3753", "3442")


def test_prices_without_vat_get_it_on_top(till: Till) -> None:
    made = create(till, order=order("s:1", line(101, 3, 1000), vatMethod="VAT-METHOD-EXCLUSIVE"))
    assert (made["order/totalExclAmount"], made["order/totalInclAmount"]) == ("3000", "3630")


def test_the_discount_is_for_the_whole_line(till: Till) -> None:
    made = create(till, order=order("s:1", line(101, 3, 1000, discountAmount=1)))
    assert made["order/totalInclAmount"] == "2999"


def test_a_fraction_of_a_piece_is_rounded_to_the_cent_half_up(till: Till) -> None:
    made = create(till, order=order("s:1", {"articleNumber": 101, "data": {"quantity": -15, "decimalPlaces": 1, "price": 995}}))
    assert made["order/totalInclAmount"] == "-1493"
    assert made["order/lineList/line/data/decimalPlaces"] == "1"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"relationNumber": 77}, "relation 77 does not exist"),
        ({"relationNumber": 0}, "a relation is required"),
        ({"employeeNumber": 12}, "employee 12 does not exist"),
        ({"entryBranchNumber": 2}, "a workplaceNumber is required"),
        ({"entryBranchNumber": 2, "workplaceNumber": 1}, "branch 2 has no workplace 1"),
        ({"financialBranchNumber": 9}, "branch 9 does not exist"),
        ({"deliveryMethod": "DRONE"}, "deliveryMethod 'DRONE' does not exist"),
        ({"paymentMethod": "BITCOIN"}, "paymentMethod 'BITCOIN' does not exist"),
        ({"orderType": "ORDER-TYPE-TABLE-ORDER"}, "needs a table number"),
        ({"tableNumber": 4}, "must not have a table number"),
        ({"vatCountryIso3": "GBR"}, "no VAT rates are configured for country GBR"),
    ],
)
def test_an_order_that_does_not_fit_is_refused_and_not_kept(till: Till, change: dict[str, Any], reason: str) -> None:
    answer = create(till, order=order("s:1", line(101), **change))
    assert answer["result"] == "CREATE-ORDER-RESULT-FAILED"
    assert reason in answer["errorMessage"]
    assert till.sandbox.state()["counts"]["orders"] == 0
    assert not till.served.control.calls[-1].wrote


def test_every_wrong_line_is_named(till: Till) -> None:
    answer = create(till, order=order("s:1", line(101), line(4711), line(102, vatCode=5), line(0, price=10)))
    assert answer["errorMessage"] == (
        "line 2: article 4711 does not exist; line 3: the rate for VAT code 5 is not properly configured; "
        "line 4: a line of text cannot have a price"
    )


def test_an_external_id_can_never_be_used_again(till: Till) -> None:
    made = create(till, order=order("s:1", line(101)))
    cancel(till, made["info/orderId"])
    again = till.ask("createOrderV2", order=order("s:1", line(101)))
    assert again["result"] == "CREATE-ORDER-RESULT-EXT-ORDER-ID-ALREADY-EXISTS"
    assert till.call("createOrder", order=order("s:1", line(101)))["result"] == again["result"]


def test_the_same_key_gets_the_same_answer_and_one_order(till: Till) -> None:
    first = create(till, idempotencyKey="k", order=order("s:1", line(101)), prepay=True, paymentList=payments(1000))
    replayed = create(till, idempotencyKey="k", order=order("s:1", line(101)), prepay=True, paymentList=payments(1000))
    assert first["idempotencyResult"] == "IDEMPOTENCY-RESULT-ORIGINAL-RESPONSE"
    assert replayed["idempotencyResult"] == "IDEMPOTENCY-RESULT-REPLAY-RESPONSE"
    assert replayed["info/orderId"] == first["info/orderId"]
    assert till.sandbox.state()["orders"][0]["paidAmount"] == 1000
    assert [(call.wrote, call.idempotency_key) for call in till.served.control.calls] == [(True, "k"), (False, "k")]


def test_the_reservation_goes_with_delivery_and_the_stock_too(till: Till) -> None:
    made = create(till, order=order("s:1", line(101, 3), line(999)))
    assert till.stock(101) == (7, 3)
    delivered = till.ask("deliverOrder", orderId=made["info/orderId"])
    assert delivered["result"] == "DELIVER-ORDER-RESULT-OK"
    assert till.stock(101) == (7, 0)
    assert till.ask("deliverOrder", orderId=made["info/orderId"])["result"] == "DELIVER-ORDER-RESULT-ALREADY-DELIVERED"
    read = till.call("findOrder", extOrderId="s:1")
    assert read["order/deliveryState"] == "ORDER-DELIVERY-STATE-COMPLETE"
    assert read["order/packingSlipIds/id"] == delivered["packingSlipId"]
    assert not till.call("findOrder", extOrderId="s:1").has("order/invoiceIds/id")


def cancel(till: Till, order_id: str) -> str:
    answer = till.ask(
        "cancelOrderV2", workplace={"branchNumber": 1, "workplaceNumber": 1}, employee={"employeeNumber": 999999}, orderId=order_id
    )
    return answer["result"].removeprefix("CANCEL-ORDER-RESULT-")


def test_a_second_cancel_takes_the_first_back(till: Till) -> None:
    made = create(till, order=order("s:1", line(101, 4)))
    states = []
    for _ in range(3):
        result = cancel(till, made["info/orderId"])
        read = till.call("findOrder", extOrderId="s:1")
        states.append((result, read["order/cancelState"].removeprefix("ORDER-CANCEL-STATE-"), till.stock(101)))
    assert states == [("OK", "COMPLETE", (10, 0)), ("UNDO-CANCEL-OK", "NOTHING", (6, 4)), ("OK", "COMPLETE", (10, 0))]


def test_what_was_paid_or_delivered_cannot_be_cancelled(till: Till) -> None:
    paid = create(till, order=order("s:1", line(101)), prepay=True, paymentList=payments(500))
    delivered = create(till, order=order("s:2", line(101)))
    till.ask("deliverOrder", orderId=delivered["info/orderId"])
    assert cancel(till, paid["info/orderId"]) == "FAILED"
    assert cancel(till, delivered["info/orderId"]) == "FAILED"
    assert cancel(till, "no-such-order") == "NOT-FOUND"


def test_orders_of_other_types_are_left_out_unless_asked_for(till: Till) -> None:
    create(till, order=order("s:1", line(101)))
    create(till, order=order("t:1", line(101), orderType="ORDER-TYPE-TABLE-ORDER", tableNumber=3))
    assert till.ask("getOrders").all("orderList/order/extOrderId") == ["s:1"]
    tables = till.ask("getOrders", orderTypeList={"orderType": ["ORDER-TYPE-TABLE-ORDER"]})
    assert tables.all("orderList/order/extOrderId") == ["t:1"]


def test_orders_are_listed_by_day_relation_and_article(till: Till) -> None:
    day = {"day": 19, "mon": 11, "year": 2026}
    create(till, order=order("s:1", line(101), financialDate=day))
    create(till, order=order("s:2", line(102), relationNumber=50))
    assert till.ask("getOrders", fromFinancialDate=day, throughFinancialDate=day).all("orderList/order/extOrderId") == ["s:1"]
    assert till.ask("getOrders", relationNumbers=[50]).all("orderList/order/extOrderId") == ["s:2"]
    assert till.ask("getOrders", articleNumbers=[101]).all("orderList/order/extOrderId") == ["s:1"]
    headers = till.ask("getOrders", includeLineList=False)
    assert len(headers.all("orderList/order")) == 2
    assert not headers.has("orderList/order/lineList")


def test_many_orders_are_looked_up_by_their_external_ids_at_once(till: Till) -> None:
    for number in range(5):
        create(till, order=order(f"s:{number}", line(101)))
    found = till.ask("getOrdersByExtOrderIds", extOrderIds={"id": ["s:3", "s:1", "unknown"]})
    assert found.all("orderList/order/extOrderId") == ["s:1", "s:3"]


def test_the_control_endpoint_shows_what_is_there(till: Till) -> None:
    create(till, order=order("s:1", line(101, 2, 1000), line(0, 0, 0), reference="#1"), prepay=False, paymentList=payments(1500, 500))
    (shown,) = requests.get(f"{till.served.control_url}/state", timeout=20).json()["orders"]
    assert (shown["extOrderId"], shown["totalInclAmount"], shown["paidAmount"], shown["reference"]) == ("s:1", 2000, 2000, "#1")
    assert shown["financialDate"] == "2026-11-20"
    assert shown["payments"] == [
        {"method": "PIN", "amount": 1500, "externalReference": ""},
        {"method": "PIN", "amount": 500, "externalReference": ""},
    ]
    assert [(each["articleNumber"], each["quantity"], each["total"]) for each in shown["lines"]] == [(101, "2", 2000), (0, "0", 0)]


LINES = st.lists(
    st.tuples(
        st.sampled_from([101, 102, 201, 999]),
        st.integers(-9999, 9999),
        st.integers(0, 3),
        st.integers(0, 99999),
        st.integers(0, 500),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES)
def test_totals_are_the_sum_of_their_lines_and_of_their_vat(till: Till, drawn: list[tuple[int, int, int, int, int]]) -> None:
    lines = [
        {"articleNumber": article, "data": {"quantity": quantity, "decimalPlaces": places, "price": price, "discountAmount": discount}}
        for article, quantity, places, price, discount in drawn
    ]
    made = till.ask("createOrderV2", order=order("", *lines))
    total = int(made["order/totalInclAmount"])
    assert total == sum(map(int, made.all("order/lineList/line/data/totalInclAmount")))
    groups = [
        (int(group["exclAmount"]), int(group["vatAmount"]), int(group["vatPercentage"]))
        for group in made.each("order/vatGroupList/vatGroup")
    ]
    assert total == sum(excl + vat for excl, vat, _ in groups)
    assert int(made["order/totalExclAmount"]) == sum(excl for excl, _, _ in groups)
    for excl, vat, rate in groups:
        assert abs(vat * (10000 + rate) - (excl + vat) * rate) * 2 <= 10000 + rate
