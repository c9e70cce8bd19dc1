from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.mplus.till import Reply, Till, line, order, payments


def sell(till: Till, *amounts: int, prepay: bool = False, method: str = "PIN", price: int = 1000, quantity: int = 1) -> Reply:
    return till.ask(
        "createOrderV3",
        idempotencyKey="",
        order=order("s:1", line(101, quantity, price)),
        prepay=prepay,
        paymentList=payments(*amounts, method=method),
    )


def the_order(till: Till) -> Reply:
    return till.call("findOrder", extOrderId="s:1")


def test_a_sale_that_is_handed_over_is_delivered_invoiced_and_booked(till: Till) -> None:
    made = sell(till, 700, 300)
    assert (made["result"], made["payResult"]) == ("CREATE-ORDER-RESULT-OK", "PAY-ORDER-RESULT-OK")
    read = the_order(till)
    assert (read["order/fullyPaid"], read["order/prepaidAmount"]) == ("true", "1000")
    assert read["order/deliveryState"] == "ORDER-DELIVERY-STATE-COMPLETE"
    assert read["order/invoiceIds/id"] == made["invoiceId"]
    invoice = till.call("getInvoice", invoiceId=made["invoiceId"])
    assert (invoice["invoice/state"], invoice["invoice/paidAmount"]) == ("INVOICE-STATE-PAID", "1000")
    assert invoice["invoice/extOrderIds/id"] == "s:1"
    assert invoice.all("invoice/paymentList/payment/amount") == ["700", "300"]
    assert till.stock(101) == (9, 0)
    (booking,) = till.ask("getStockHistoryV2", sinceStockId=9).each("articleStockHistory")
    assert (booking["amountChanged"], booking["type"]) == ("-1", "STOCK-HISTORY-TYPE-SALES")
    assert (booking["orderId"], booking["invoiceId"]) == (made["info/orderId"], made["invoiceId"])


def test_a_deposit_delivers_nothing(till: Till) -> None:
    made = sell(till, 1000, prepay=True, method="IDEAL")
    assert made["payResult"] == "PAY-ORDER-RESULT-OK"
    assert not made.has("invoiceId")
    assert (made["order/fullyPaid"], made["order/deliveryState"]) == ("true", "ORDER-DELIVERY-STATE-NOTHING")
    assert till.stock(101) == (9, 1)


@pytest.mark.parametrize(
    ("amounts", "method", "pay_result", "text"),
    [
        ((999,), "PIN", "PAYMENT-INSUFFICIENT", "999 of 1000 cents"),
        ((), "PIN", "PAYMENT-INSUFFICIENT", "0 of 1000 cents"),
        ((1001,), "PIN", "FAILED", "more than the total"),
        ((1000,), "TIKKIE", "FAILED", "TIKKIE is not active"),
        ((1000,), "pin", "FAILED", "'pin' does not exist"),
        ((2000, -1000), "CADEAUBON", "FAILED", "does not allow negative amounts"),
    ],
)
def test_a_failed_payment_leaves_the_order_open_and_unpaid(
    till: Till, amounts: tuple[int, ...], method: str, pay_result: str, text: str
) -> None:
    made = sell(till, *amounts, method=method)
    assert (made["result"], made["payResult"]) == ("CREATE-ORDER-RESULT-PAYMENT-FAILED", f"PAY-ORDER-RESULT-{pay_result}")
    assert text in made["errorMessage"]
    read = the_order(till)
    assert (read["order/orderId"], read["order/prepaidAmount"]) == (made["info/orderId"], "0")
    assert till.stock(101) == (9, 1)
    assert till.served.control.calls[0].wrote
    again = till.ask("payOrderV2", idempotencyKey="", orderId=made["info/orderId"], prepay=False, paymentList=payments(1000))
    assert again["result"] == "PAY-ORDER-RESULT-OK"


def test_cash_change_is_a_negative_payment(till: Till) -> None:
    assert sell(till, 2000, -1000, method="CONTANT")["payResult"] == "PAY-ORDER-RESULT-OK"


def test_a_deposit_and_the_rest_pay_an_order_off(till: Till) -> None:
    made = sell(till, 400, prepay=True)
    order_id = made["info/orderId"]
    assert (
        till.ask("payOrder", orderId=order_id, prepay=False, paymentList=payments(500))["result"] == "PAY-ORDER-RESULT-PAYMENT-INSUFFICIENT"
    )
    paid = till.ask("payOrder", orderId=order_id, prepay=False, paymentList=payments(600))
    assert paid["result"] == "PAY-ORDER-RESULT-OK"
    assert till.call("getInvoice", invoiceId=paid["invoiceId"])["invoice/paidAmount"] == "1000"
    again = till.ask("payOrder", orderId=order_id, prepay=False, paymentList=payments(600))
    assert again["result"] == "PAY-ORDER-RESULT-ORDER-ALREADY-INVOICED"


def test_goods_that_come_back_are_paid_back_and_stocked_again(till: Till) -> None:
    made = sell(till, -2000, quantity=-2)
    assert made["payResult"] == "PAY-ORDER-RESULT-OK"
    assert till.stock(101) == (12, 0)


def test_too_little_given_back_is_insufficient(till: Till) -> None:
    assert sell(till, -1999, quantity=-2)["payResult"] == "PAY-ORDER-RESULT-PAYMENT-INSUFFICIENT"


def test_an_order_of_nothing_needs_no_payment_to_be_invoiced(till: Till) -> None:
    made = till.ask("createOrderV3", idempotencyKey="", order=order("s:1", line(101, 1, 0)), prepay=False)
    assert (made["result"], made["order/fullyPaid"]) == ("CREATE-ORDER-RESULT-OK", "true")
    assert till.call("getInvoice", invoiceId=made["invoiceId"])["invoice/totalInclAmount"] == "0"


def test_without_a_word_on_payment_the_order_stays_open(till: Till) -> None:
    made = till.ask("createOrderV3", idempotencyKey="", order=order("s:1", line(101)))
    assert not made.has("payResult")
    assert (made["order/fullyPaid"], made["order/prepaidAmount"]) == ("false", "0")


def test_an_order_delivered_before_is_only_invoiced_when_it_is_paid(till: Till) -> None:
    made = till.ask("createOrderV2", order=order("s:1", line(101, 2)))
    till.ask("deliverOrder", orderId=made["info/orderId"])
    till.ask("payOrderV2", idempotencyKey="p", orderId=made["info/orderId"], prepay=False, paymentList=payments(2000))
    assert till.stock(101) == (8, 0)
    assert len(the_order(till).all("order/packingSlipIds/id")) == 1


def test_paying_twice_with_one_key_takes_the_money_once(till: Till) -> None:
    made = till.ask("createOrderV2", order=order("s:1", line(101)))
    request: dict[str, Any] = {"orderId": made["info/orderId"], "prepay": True, "paymentList": payments(400)}
    till.ask("payOrderV2", idempotencyKey="p", **request)
    assert till.ask("payOrderV2", idempotencyKey="p", **request)["idempotencyResult"] == "IDEMPOTENCY-RESULT-REPLAY-RESPONSE"
    assert the_order(till)["order/prepaidAmount"] == "400"
