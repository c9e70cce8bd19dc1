"""Which payments of an invoice belong to an order, and which the order has already."""

from typing import Any

from posbridge_dagster.snapshots.mplus_invoice_payments import is_open, paid_on_invoices

Record = dict[str, Any]


def paid(payment_id: str, amount: int, method: str = "PIN") -> Record:
    return {"paymentId": payment_id, "method": method, "amount": amount}


def order(*payments: Record, total: int = 3000, invoices: tuple[str, ...] = ("A-1",)) -> Record:
    return {"orderId": "o1", "invoiceIds": list(invoices), "totalInclAmount": total, "paymentList": list(payments)}


def invoice(*payments: Record, total: int = 3000, orders: tuple[str, ...] = ("o1",), **members: Any) -> Record:
    return {"orderIds": list(orders), "totalInclAmount": total, "paymentList": list(payments), **members}


def amounts(document: Record, **invoices: Record) -> list[tuple[str, int]]:
    known = {name.replace("_", ""): each for name, each in invoices.items()}
    return [(payment["method"], payment["amount"]) for payment in paid_on_invoices(document, known)]


def test_an_order_that_was_invoiced_and_not_paid_waits_for_its_invoice() -> None:
    assert is_open(order(paid("p1", 1000)))
    assert not is_open(order(paid("p1", 3000)))
    assert not is_open(order(invoices=()))


def test_what_was_paid_on_the_invoice_is_added_once() -> None:
    deposit = paid("P-1", 1000)
    assert amounts(order(deposit), a_1=invoice(paid("p1", 1000), paid("p2", 2000, "CONTANT"))) == [("CONTANT", 2000)]
    assert amounts(order(deposit), a_1=invoice(paid("p2", 1000), paid("p3", 1000))) == [("PIN", 1000), ("PIN", 1000)]


def test_a_deposit_that_the_invoice_tells_under_another_id_is_not_counted_twice() -> None:
    assert amounts(order(paid("p1", 1000)), a_1=invoice(paid("x1", 1000), paid("x2", 2000))) == [("PIN", 2000)]


def test_several_invoices_of_one_order_each_bring_their_money() -> None:
    both = order(invoices=("A-1", "A-2"))
    assert amounts(both, a_1=invoice(paid("p1", 1000), total=1000), a_2=invoice(paid("p2", 2000), total=2000)) == [
        ("PIN", 1000),
        ("PIN", 2000),
    ]


def test_a_credit_brings_no_money() -> None:
    assert amounts(order(), a_1=invoice(paid("p1", -500), creditedInvoiceId="a0")) == []


def test_an_invoice_of_several_orders_pays_each_once_all_of_it_is_paid_in_one_way() -> None:
    collective: Record = {"total": 9000, "orders": ("o1", "o2")}
    assert amounts(order(), a_1=invoice(paid("p1", 9000), **collective)) == [("PIN", 3000)]
    assert amounts(order(paid("p0", 500)), a_1=invoice(paid("p0", 500), paid("p1", 8500), **collective)) == [("PIN", 2500)]
    assert amounts(order(), a_1=invoice(paid("p1", 4000), **collective)) == []
    assert amounts(order(), a_1=invoice(paid("p1", 4000), paid("p2", 5000, "CONTANT"), **collective)) == []
