from typing import Any

import pytest
import requests

from posbridge_dagster_tests.sandbox.mplus.till import Fault, Reply, Till, line, order, payments


def switched(till: Till, **switches: Any) -> None:
    answer = requests.post(f"{till.served.control_url}/switches", json=switches, timeout=20)
    assert answer.status_code == 200


def sold(till: Till) -> Reply:
    return till.ask("createOrderV3", idempotencyKey="", order=order("s:1", line(101, 2)), prepay=True, paymentList=payments(500))


def test_whole_percents(till: Till) -> None:
    switched(till, percentage_scale=1)
    assert till.call("getVatGroupList").all("vatGroup/vatPercentage") == ["9", "21", "0"]
    lines = [line(101, 1, 1000, discountPercentage=10)]
    assert till.ask("createOrderV2", order=order("s:1", *lines))["order/totalInclAmount"] == "900"
    switched(till, percentage_scale=100)
    lines = [line(101, 1, 1000, discountPercentage=1250)]
    assert till.ask("createOrderV2", order=order("s:2", *lines))["order/totalInclAmount"] == "875"


def test_free_stock_may_still_hold_the_reservations(till: Till) -> None:
    sold(till)
    assert till.stock(101) == (8, 2)
    switched(till, free_is_net=False)
    assert till.stock(101) == (10, 2)


def changed_stock(till: Till, since: int) -> list[str]:
    return till.ask("getStock", branchNumber=1, articleNumbers={}, stockId=since).all("articleStocks/articleNumber")


def test_a_stock_cursor_may_or_may_not_include_its_own_row(till: Till) -> None:
    last = int(till.ask("getCurrentSyncMarkersV2", includeStockId=True)["stockId"])
    rows: dict[bool, list[str]] = {}
    for inclusive in (True, False):
        switched(till, stock_id_inclusive=inclusive)
        rows[inclusive] = till.ask("getStockHistoryV2", sinceStockId=last).all("articleStockHistory/stockId")
    assert rows == {True: [str(last)], False: []}


def test_a_reservation_may_or_may_not_raise_the_stock_id(till: Till) -> None:
    last = int(till.ask("getCurrentSyncMarkersV2", includeStockId=True)["stockId"])
    sold(till)
    assert changed_stock(till, last + 1) == []
    switched(till, reservation_raises_stock_id=True)
    till.ask("createOrderV2", order=order("s:2", line(102)))
    assert changed_stock(till, last + 1) == ["102"]


def test_ids_without_dashes(till: Till) -> None:
    dashed = sold(till)["info/orderId"]
    switched(till, undashed_ids=True)
    assert till.call("findOrder", extOrderId="s:1")["order/orderId"] == dashed.replace("-", "")
    assert till.call("getOrder", orderId=dashed)["result"] == "GET-ORDER-RESULT-OK"


def test_absent_decimal_places(till: Till) -> None:
    assert sold(till)["order/lineList/line/data/decimalPlaces"] == "0"
    switched(till, absent_decimal_places=True)
    assert not till.call("findOrder", extOrderId="s:1").has("order/lineList/line/data/decimalPlaces")
    half = {"articleNumber": 101, "data": {"quantity": 5, "decimalPlaces": 1, "price": 100}}
    assert till.ask("createOrderV2", order=order("s:2", half))["order/lineList/line/data/decimalPlaces"] == "1"


def test_zero_dates(till: Till) -> None:
    assert not sold(till).has("order/deliveryDate")
    switched(till, zero_dates=True)
    read = till.call("findOrder", extOrderId="s:1")
    assert [read[f"order/deliveryDate/{part}"] for part in ("day", "mon", "year")] == ["0", "0", "0"]


@pytest.mark.parametrize(
    ("switch", "kind", "path"),
    [(True, "PAYMENT-METHOD-TYPE-EFT", "paymentList/payment/paymentMethodType"), ("OrderType", "ORDER-TYPE-SALES-ORDER", "orderType")],
)
def test_enumerations_grow(till: Till, switch: str | bool, kind: str, path: str) -> None:
    sold(till)
    switched(till, unknown_enum=switch)
    assert till.call("findOrder", extOrderId="s:1")[f"order/{path}"] == f"{kind}-NOT-YET-KNOWN"


def test_an_unknown_switch_is_refused(till: Till) -> None:
    answer = requests.post(f"{till.served.control_url}/switches", json={"gravity": False}, timeout=20)
    assert (answer.status_code, "gravity" in answer.text) == (404, True)


@pytest.mark.parametrize(
    ("version", "operation"),
    [
        ("58.9.9", "createOrderV3"),
        ("58.9.9", "findRelationV2"),
        ("60.9.9", "getOrdersByExtOrderIds"),
        ("62.9.9", "processInvoice"),
        ("64.9.9", "creditInvoiceV2"),
    ],
)
def test_an_older_service_does_not_know_newer_calls(till: Till, version: str, operation: str) -> None:
    switched(till, service_version=version)
    with pytest.raises(Fault) as caught:
        till.ask(operation)
    assert (caught.value.code, caught.value.text.split(":")[0]) == ("SOAP-ENV:Client", f"Method '{operation}' not implemented")
    wsdl = requests.get(f"{till.served.url}/?wsdl", timeout=20).text
    assert f'operation name="{operation}"' not in wsdl
    assert till.call("getApiVersion")["serviceVersionDisplayString"] == version


def test_an_older_service_reads_over_the_payments_of_a_new_order(till: Till) -> None:
    switched(till, service_version="61.0.0")
    made = sold(till)
    assert made["result"] == "CREATE-ORDER-RESULT-OK"
    assert not made.has("payResult")
    assert made["order/prepaidAmount"] == "0"
    paid = till.ask("payOrderV2", idempotencyKey="", orderId=made["info/orderId"], prepay=True, paymentList=payments(500))
    assert paid["result"] == "PAY-ORDER-RESULT-OK"
