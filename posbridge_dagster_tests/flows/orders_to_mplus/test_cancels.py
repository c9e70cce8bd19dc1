"""Orders that are cancelled after they were sent: one cancelled document, its money given back once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from posbridge_dagster.cli.balance import balance
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.seed import PaymentSeed, RefundLineSeed
from posbridge_dagster_tests.flows.coupling import Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import BAG, DAY, STOCK, bag, bob, book, eva, little_shop, sale
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import CARD, MONTHS_LATER, arrived, give_back, money, refund, results
from posbridge_dagster_tests.flows.orders_to_mplus.test_updates import OPEN, PREPAID, SOLD, assert_quiet, update, update_invoices

BY_THE_TILL = 4
SPLIT = (PaymentSeed("cash", 1000), PaymentSeed(CARD, 995))
SHOP = little_shop(
    sale(OPEN, bag, customer=eva, payments=()),
    sale(PREPAID, bag, customer=bob, fulfilled=False, payments=SPLIT),
    sale(SOLD, bag, customer=eva),
    sale(BY_THE_TILL, book, payments=()),
)
TWO_TENDERS = tuple(replace(payment, kind="REFUND") for payment in SPLIT)


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[Coupling]:
    """Two open orders, a prepaid and a handed over one that were sent, and no call in the logs."""
    with coupled(SHOP, tmp_path, mapping=update) as coupling:
        assert set(coupling.run(DAY).outcomes().values()) == {"created"}
        coupling.forget_calls()
        yield coupling


def cancel(coupling: Coupling, number: int) -> None:
    coupling.change(number, cancelled_at=MONTHS_LATER)


def cancel_at_the_till(coupling: Coupling) -> None:
    """Somebody at the till cancels an order that the shop still has."""
    books = coupling.mplus.system.books  # type: ignore[attr-defined]
    order = books.orders_by_ext[f"shopify:sandbox:{BY_THE_TILL}"]
    order.cancelled = True
    books.keep_order(order)


def test_open_and_prepaid_orders_are_cancelled_once_and_deposits_given_back_on_them(sent: Coupling) -> None:
    cancel(sent, OPEN)
    give_back(sent, PREPAID, refund(70, RefundLineSeed(0, 1), paid=TWO_TENDERS))
    cancel(sent, PREPAID)
    cancel_at_the_till(sent)
    cancel(sent, BY_THE_TILL)
    run = sent.run(DAY)
    assert run.success, run.failure
    assert run.outcomes() == {"1": "updated", "2": "updated", "3": "unchanged", "4": "updated"}
    assert run.orders["1"]["reason"] == "cancelled"
    opened, prepaid, by_the_till = (sent.orders()[key] for key in "124")
    assert all(order["cancelled"] for order in (opened, prepaid, by_the_till))
    assert prepaid["paidAmount"] == 0
    assert money(prepaid) == [("CONTANT", -1000), ("CONTANT", 1000), ("PIN", -995), ("PIN", 995)]
    row = results(sent)["2:r70"]  # no second document for the money that was given back on the order
    assert (row["outcome"], row["code"]) == ("skipped", "part_of_cancel")
    assert sorted(sent.writes()) == ["cancelOrderV2", "cancelOrderV2", "payOrderV2"]
    assert len(sent.orders()) == 4
    assert sent.stock(BAG)[1] == "0"
    assert_quiet(sent)
    assert sent.quarantined() == {}
    assert_balances()


def test_a_cancel_waits_for_the_money_and_goes_on_by_itself(sent: Coupling) -> None:
    cancel(sent, PREPAID)
    row = sent.run(DAY).orders["2"]
    assert (row["outcome"], row["code"]) == ("quarantined", "changed_after_send")
    assert row["reason"] == "changed after it was sent: cancelled, but 19.95 EUR of its deposit are not given back on it"
    assert sent.writes() == []
    give_back(sent, PREPAID, refund(71, RefundLineSeed(0, 1), paid=TWO_TENDERS))
    assert sent.run(DAY).outcomes()["2"] == "updated"
    assert sent.orders()["2"]["cancelled"]
    assert sent.quarantined() == {}


def test_a_sale_that_was_handed_over_is_taken_back_by_its_refund_alone(sent: Coupling) -> None:
    cancel(sent, SOLD)
    row = sent.run(DAY).orders["3"]
    assert (row["outcome"], row["code"]) == ("quarantined", "changed_after_send")
    assert row["reason"].endswith("only refunds take it back, and 19.95 EUR are not given back")
    give_back(sent, SOLD, refund(72, RefundLineSeed(0, 1), paid=1995))
    run = sent.run(DAY)
    assert (run.orders["3"]["outcome"], results(sent)["3:r72"]["outcome"]) == ("updated", "created")
    assert arrived(sent, "3:r72")["totalInclAmount"] == -1995
    assert not sent.orders()["3"]["cancelled"]
    assert sent.stock(BAG)[0] == str(STOCK)


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "server_fault"])
def test_a_lost_answer_does_not_take_the_cancel_back(kind: str, sent: Coupling) -> None:
    give_back(sent, PREPAID, refund(73, RefundLineSeed(0, 1), paid=TWO_TENDERS))
    for number in (OPEN, PREPAID):
        cancel(sent, number)
    sent.mplus.control.faults.extend(Fault(kind, operation=name, times=1) for name in ("payOrderV2", "cancelOrderV2"))
    sent.run(DAY)
    assert sent.run(DAY).success
    assert [sent.orders()[number]["cancelled"] for number in ("1", "2")] == [True, True]
    assert sent.orders()["2"]["paidAmount"] == 0
    assert sent.writes().count("cancelOrderV2") == 2
    assert_quiet(sent)


@pytest.mark.prove
def test_an_order_that_only_the_till_cancelled_breaks_the_balance(sent: Coupling) -> None:
    cancel_at_the_till(sent)
    assert sent.run(DAY).outcomes()["4"] == "unchanged"
    said = CliRunner().invoke(balance, ["--day", DAY])
    assert said.exit_code == 1
    assert "#4" in said.output


@pytest.mark.parametrize(
    ("version", "operation"), [("67.1.3", "creditInvoiceV2"), pytest.param("59.6.0", "creditInvoice", marks=pytest.mark.prove)]
)
def test_an_invoice_that_was_not_paid_is_credited_once(version: str, operation: str, tmp_path: Path) -> None:
    with coupled(SHOP, tmp_path, mapping=update_invoices, service_version=version) as coupling:
        coupling.run(DAY)
        coupling.forget_calls()
        cancel(coupling, OPEN)
        coupling.mplus.control.faults.append(Fault("reset_after", operation=operation, times=1))
        coupling.run(DAY)
        run = coupling.run(DAY)
        assert run.success, run.failure
        invoice = coupling.invoices()["1"]
        assert credits_of(coupling) == [(invoice["invoiceId"], -1995)]
        assert coupling.writes() == [operation]
        if version != "67.1.3":
            assert_balances()


def assert_balances() -> None:
    """Both systems add up to the same for the day, without a difference that needs explaining."""
    said = CliRunner().invoke(balance, ["--day", DAY])
    assert said.exit_code == 0, said.output
    assert f"{DAY} balances." in said.output


def credits_of(coupling: Coupling) -> list[tuple[Any, int]]:
    rows = coupling.mplus.system.state()["invoices"]
    return [(row["creditedInvoiceId"], row["totalInclAmount"]) for row in rows if row["creditedInvoiceId"]]


def test_an_order_whose_payment_was_refused_is_cancelled_too(tmp_path: Path) -> None:
    def refused(document: dict[str, Any]) -> None:
        update(document)
        document["lookups"]["payment_methods"]["values"]["cash"] = "TIKKIE"  # not active

    with coupled(little_shop(sale(1, bag, payments=(PaymentSeed("cash", 1995),))), tmp_path, mapping=refused) as coupling:
        assert coupling.run(DAY).orders["1"]["code"] == "payment_failed"
        cancel(coupling, 1)
        assert coupling.run(DAY).outcomes() == {"1": "updated"}
        assert coupling.orders()["1"]["cancelled"]
        assert coupling.quarantined() == {}
