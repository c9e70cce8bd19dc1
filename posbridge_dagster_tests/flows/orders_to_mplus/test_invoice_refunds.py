"""Refunds of sales that are invoices: MplusKASSA's own credit where all comes back, a negative invoice otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.seed import OrderSeed, PaymentSeed, RefundLineSeed, RefundSeed
from posbridge_dagster_tests.flows.coupling import NEWEST, Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK, DAY, STOCK, bag, book, eva, little_shop, sale
from posbridge_dagster_tests.flows.orders_to_mplus.steps import Step, step, succeeded
from posbridge_dagster_tests.flows.orders_to_mplus.test_cancels import assert_balances
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import (
    CARD,
    MONTHS_LATER,
    TWO_BAGS,
    give_back,
    lines_of,
    money,
    refund,
    results,
)
from posbridge_dagster_tests.sandbox.mplus.till import Till

VERSIONS = [NEWEST, pytest.param("59.6.0", marks=pytest.mark.prove)]
CREDITS = {NEWEST: "creditInvoiceV2", "59.6.0": "creditInvoice"}
"""By version of the service: the call that credits a whole invoice."""
UNPAID = 6
SPLIT = (PaymentSeed("cash", 1000), PaymentSeed(CARD, 2245))
BACK = tuple(replace(payment, kind="REFUND") for payment in SPLIT)
WHOLE = refund(81, RefundLineSeed(0, 1), RefundLineSeed(1, 1), paid=BACK)
PART = refund(82, RefundLineSeed(0, 1), paid=1995)
MONEY_ONLY = refund(83, paid=3990)
ODD = refund(84, RefundLineSeed(0, 3), paid=5885)
SALES = {
    "whole": replace(sale(1, bag, book, customer=eva, payments=SPLIT), refunds=(WHOLE,)),
    "a part": replace(sale(2, TWO_BAGS), refunds=(PART,)),
    "its money but not its goods": replace(sale(3, TWO_BAGS), refunds=(MONEY_ONLY,)),
    "a line that does not divide": replace(sale(4, replace(bag, quantity=3, discount_cents=100)), refunds=(ODD,)),
    "in two parts": replace(sale(5, TWO_BAGS), refunds=(replace(PART, number=85), replace(PART, number=86))),
}


def credit_invoices(document: dict[str, Any]) -> None:
    document["settings"].update(document="invoice", refunds="credit_invoice", changed_after_send="update")


def negative_invoices(document: dict[str, Any]) -> None:
    document["settings"]["document"] = "invoice"


def invoice_of(coupling: Coupling, record: str) -> dict[str, Any]:
    """Return the invoice that a record became, by what its result says."""
    row = results(coupling)[record]
    (invoice,) = [each for each in coupling.mplus.system.state()["invoices"] if each["invoiceId"] == row["target_id"]]
    return dict(invoice)


def given(order: OrderSeed) -> list[tuple[str, RefundSeed]]:
    return [(f"{order.number}:r{each.number}", each) for each in order.refunds]


@dataclass(frozen=True)
class Invoiced:
    """A day of invoices and what came back at once, the run that credits a cancelled one, and a quiet one."""

    coupling: Coupling
    version: str
    sent: Step
    lost: Step
    quiet: Step


@pytest.fixture(scope="module", params=VERSIONS)
def invoiced(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Invoiced]:
    shop, home = little_shop(*SALES.values(), sale(UNPAID, bag, customer=eva, payments=())), tmp_path_factory.mktemp("invoices")
    with coupled(shop, home, mapping=credit_invoices, service_version=request.param) as coupling:
        sent = step(coupling)
        coupling.change(UNPAID, cancelled_at=MONTHS_LATER)
        coupling.mplus.control.faults.append(Fault("reset_after", operation=CREDITS[request.param], times=1))
        lost = step(coupling)
        yield Invoiced(coupling, request.param, sent, lost, step(coupling, read_everything=True))


def test_a_whole_refund_credits_its_invoice_and_others_become_negative_invoices(invoiced: Invoiced) -> None:
    succeeded(invoiced.sent)
    assert invoiced.sent.run.checks["money_adds_up"]
    for name, order in SALES.items():
        for record, seed in given(order):
            row, invoice = invoiced.sent.refunds[record], invoice_of(invoiced.coupling, record)
            paid = sum(payment.amount_cents for payment in seed.payments)
            assert (row["outcome"], row["written_minor"]) == ("created", -paid), name
            assert (invoice["totalInclAmount"], invoice["paidAmount"]) == (-paid, -paid), name
            is_credit = name in ("whole", "a line that does not divide")
            assert bool(invoice["creditedInvoiceId"]) == is_credit, name
            assert bool(invoice["extInvoiceId"]) != is_credit, name
    whole = invoice_of(invoiced.coupling, "1:r81")
    assert whole["creditedInvoiceId"] == invoiced.coupling.invoices()["1"]["invoiceId"]
    assert money(whole) == [("CONTANT", -1000), ("PIN", -2245)]
    assert lines_of(whole) == [(BAG, -1, 1995), (BOOK, -1, 1250)]
    assert invoiced.version != NEWEST or whole["financialDate"] == "2026-02-03"
    assert invoiced.sent.stock[BOOK] == (str(STOCK), "0")


def test_an_invoice_that_was_not_paid_is_credited_once_when_its_order_is_cancelled(invoiced: Invoiced) -> None:
    credit = CREDITS[invoiced.version]
    succeeded(invoiced.quiet)
    assert invoiced.lost.faults == [f"{credit} reset_after"]
    cancelled = invoiced.coupling.invoices()[str(UNPAID)]["invoiceId"]
    credits_ = [each for each in invoiced.coupling.mplus.system.state()["invoices"] if each["creditedInvoiceId"] == cancelled]
    assert [each["totalInclAmount"] for each in credits_] == [-1995]
    assert invoiced.lost.writes == [credit]


def test_the_invoices_balance_and_nothing_is_written_any_more(invoiced: Invoiced) -> None:
    assert invoiced.quiet.writes == []
    assert invoiced.quiet.documents == {}
    assert_balances()


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "server_fault"])
def test_an_answer_that_is_lost_makes_no_second_credit_or_payment(kind: str, tmp_path: Path) -> None:
    with coupled(little_shop(SALES["whole"]), tmp_path, mapping=credit_invoices) as coupling:
        coupling.mplus.control.faults.extend(
            [Fault(kind, operation="creditInvoiceV2", times=1), Fault(kind, operation="payInvoice", times=2)]
        )
        for _ in range(3):
            ended = coupling.run(DAY)
        assert ended.success, ended.failure
        credits_ = [each for each in coupling.mplus.system.state()["invoices"] if each["creditedInvoiceId"]]
        assert [(each["totalInclAmount"], money(each)) for each in credits_] == [(-3245, [("CONTANT", -1000), ("PIN", -2245)])]
        assert money(coupling.invoices()["1"]) == [("CONTANT", 1000), ("PIN", 2245)]


def test_an_invoice_that_a_person_credited_is_not_credited_again(tmp_path: Path) -> None:
    with coupled(little_shop(replace(SALES["whole"], refunds=())), tmp_path, mapping=credit_invoices) as coupling:
        coupling.run(DAY)
        Till(coupling.mplus).ask("creditInvoiceV2", invoiceId=coupling.invoices()["1"]["invoiceId"], explanation="aan de kassa")
        give_back(coupling, 1, replace(WHOLE, created_at=MONTHS_LATER.replace(year=2025, month=10, day=21)))
        run = coupling.run(DAY)
        assert run.success, run.failure
        row = results(coupling)["1:r81"]
        assert (row["outcome"], row["code"]) == ("skipped", "exists_already")
        credits_ = [each for each in coupling.mplus.system.state()["invoices"] if each["creditedInvoiceId"]]
        assert [money(each) for each in credits_] == [[("CONTANT", -1000), ("PIN", -2245)]]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_plan_of_invoices_names_what_mpluskassa_would_refuse_and_their_refunds_are_negative_invoices(
    version: str, tmp_path: Path
) -> None:
    def closed_employee(document: dict[str, Any]) -> None:
        negative_invoices(document)
        document["rules"].append(
            {"name": "x", "when": [{"field": "orders.order_id", "is": "2"}], "then": {"set": {"orders.employee_number": 77}}}
        )

    with coupled(little_shop(sale(1), sale(2)), tmp_path, mapping=closed_employee, service_version=version) as coupling:
        planned = coupling.run(DAY, dry_run=True)
        assert planned.outcomes()["1"] == "created"
        if version == NEWEST:
            row = planned.orders["2"]
            assert (row["outcome"], row["code"]) == ("quarantined", "failed")
            assert "employee 77 does not exist" in row["reason"]
        assert coupling.mplus.system.state()["counts"]["invoices"] == 0
        assert coupling.writes() == []
        assert coupling.quarantined() == {}
        coupling.sell(replace(SALES["whole"], number=3, name="#3"))
        run = coupling.run(DAY)
        assert run.outcomes() == {"1": "created", "2": "quarantined", "3": "created"}
        assert "employee 77 does not exist" in run.orders["2"]["reason"]
        back = coupling.invoices()["r81"]  # without the setting that credits, every refund is a negative invoice
        assert (back["totalInclAmount"], back["creditedInvoiceId"]) == (-3245, None)
        assert money(back) == [("CONTANT", -1000), ("PIN", -2245)]
