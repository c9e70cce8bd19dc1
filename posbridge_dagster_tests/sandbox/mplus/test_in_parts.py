"""Orders handed over in parts, and invoices credited in parts."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.sandbox.mplus.crediting import returned
from posbridge_dagster.sandbox.mplus.drafts import Refused
from posbridge_dagster.sandbox.mplus.records import ZERO, Line
from posbridge_dagster_tests.sandbox.mplus.till import Till, line, order, payments

SHIRT = 101
DAY = date(2026, 11, 20)


def deliver(till: Till, order_id: str, line_id: str, quantity: int) -> str:
    lines = {"line": [{"lineId": line_id, "quantity": quantity}]}
    return till.ask("deliverOrderV2", orderDelivery={"orderId": order_id, "lineList": lines})["result"]


def test_an_order_is_handed_over_in_parts_each_with_a_packing_slip_and_its_stock(till: Till) -> None:
    before = till.stock(SHIRT)
    made = till.ask("createOrderV3", order=order("parts", line(SHIRT, 3)))
    order_id, line_id = made["info/orderId"], made["order/lineList/line/lineId"]
    assert deliver(till, order_id, line_id, 2) == "DELIVER-ORDER-V2-RESULT-OK"
    read = till.call("getOrder", orderId=order_id)
    assert read["order/deliveryState"] == "ORDER-DELIVERY-STATE-PARTIAL"
    assert read["order/lineList/line/data/deliveredQuantity"] == "2"
    assert till.stock(SHIRT) == (before[0] - 3, before[1] + 1)
    assert deliver(till, order_id, line_id, 2) == "DELIVER-ORDER-V2-RESULT-FAILED"
    assert deliver(till, order_id, line_id, 1) == "DELIVER-ORDER-V2-RESULT-OK"
    assert deliver(till, order_id, line_id, 1) == "DELIVER-ORDER-V2-RESULT-ALREADY-DELIVERED"
    read = till.call("getOrder", orderId=order_id)
    assert (read["order/deliveryState"], len(read.all("order/packingSlipIds/id"))) == ("ORDER-DELIVERY-STATE-COMPLETE", 2)
    assert till.stock(SHIRT) == (before[0] - 3, before[1])


def test_a_line_that_the_order_has_not_is_not_handed_over(till: Till) -> None:
    made = till.ask("createOrderV3", order=order("other", line(SHIRT)))
    assert deliver(till, made["info/orderId"], str(UUID(int=7)), 1) == "DELIVER-ORDER-V2-RESULT-FAILED"


def test_an_invoice_is_credited_in_parts_and_no_further(till: Till) -> None:
    before = till.stock(SHIRT)
    content = order("", line(SHIRT, 3, 995))
    del content["orderId"], content["extOrderId"]
    invoice = UUID(till.call("saveInvoice", invoice=content)["info/invoiceId"])
    first = till.sandbox.desk.credit(invoice, {1: Decimal(1)}, DAY, {"PIN": 995})
    read = till.call("getInvoice", invoiceId=first)
    assert UUID(read["invoice/creditedInvoiceId"]) == invoice
    assert (read["invoice/totalInclAmount"], read["invoice/paidAmount"]) == ("-995", "-995")
    assert till.stock(SHIRT)[0] == before[0] - 2
    till.sandbox.desk.credit(invoice, {1: Decimal(2)}, DAY)
    with pytest.raises(Refused, match="0 are left"):
        till.sandbox.desk.credit(invoice, {1: Decimal(1)}, DAY)
    assert till.stock(SHIRT) == before
    assert till.ask("creditInvoiceV2", invoiceId=invoice)["result"] == "CREDIT-INVOICE-V2-RESULT-FAILED"


@given(st.integers(1, 12), st.integers(0, 100_000), st.data())
def test_the_parts_of_a_line_that_go_back_are_the_line_to_the_cent(quantity: int, total: int, data: st.DataObject) -> None:
    sold = Line(UUID(int=1), SHIRT, "Shirt", Decimal(quantity), 995, 822, 2, 2100, total, total * 100 // 121)
    before, parts = ZERO, []
    while before < quantity:
        piece = Decimal(data.draw(st.integers(1, quantity - int(before))))
        parts.append(returned(sold, piece, before))
        before += piece
    assert sum(part.total_incl for part in parts) == -sold.total_incl
    assert sum(part.total_excl for part in parts) == -sold.total_excl
    assert sum(part.quantity for part in parts) == -quantity


def test_a_credit_can_be_paid_out_later(till: Till) -> None:
    content = order("", line(SHIRT, 1, 995))
    del content["orderId"], content["extOrderId"]
    invoice = UUID(till.call("saveInvoice", invoice=content)["info/invoiceId"])
    credit = till.sandbox.desk.credit(invoice, {1: Decimal(1)}, DAY)
    assert till.ask("payInvoice", invoiceId=credit, paymentList=payments(-995))["result"] == "PAY-INVOICE-RESULT-OK"
