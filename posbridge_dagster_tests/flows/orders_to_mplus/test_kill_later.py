"""A run that is killed (SIGKILL) while it writes refunds, changes, cancels and credits, and run again: as if nobody had killed it."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.seed import PaymentSeed, RefundLineSeed
from posbridge_dagster.sandbox.shopify.records import Address
from posbridge_dagster_tests.flows.coupling import Coupling, Edit, paired
from posbridge_dagster_tests.flows.killing import PATIENCE_S, await_call, finished
from posbridge_dagster_tests.flows.little_shop import DAY, bag, bob, book, eva, little_shop, sale
from posbridge_dagster_tests.flows.orders_to_mplus.test_cancels import TWO_TENDERS, cancel
from posbridge_dagster_tests.flows.orders_to_mplus.test_invoice_refunds import BACK
from posbridge_dagster_tests.flows.orders_to_mplus.test_invoice_refunds import SPLIT as BOTH
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import TWO_BAGS, give_back, refund
from posbridge_dagster_tests.flows.orders_to_mplus.test_updates import edit, update

pytestmark = pytest.mark.timeout(900)

SPLIT = (PaymentSeed("cash", 1000), PaymentSeed("shopify_payments", 995))
SHOP = little_shop(
    sale(1, bag, customer=eva, payments=()),
    sale(2, bag, customer=bob, fulfilled=False),
    sale(3, bag, customer=bob, fulfilled=False, payments=SPLIT),
    sale(4, bag, customer=eva, payments=()),
    sale(5, TWO_BAGS, customer=eva),
    sale(6, bag, book, payments=BOTH),
)


def orders_later(coupling: Coupling) -> None:
    """Change one order, add to a prepaid one, cancel a prepaid and an open one, and give back of two, one in two parts."""
    coupling.change(1, billing=Address("Eva", "Smit", "", "Nieuwe weg 9", "", "1234 AB", "Ede"))
    edit(coupling, 2, book, paid=(PaymentSeed("cash", 1250),))
    give_back(coupling, 3, refund(90, RefundLineSeed(0, 1), paid=TWO_TENDERS))
    cancel(coupling, 3)
    cancel(coupling, 4)
    for number in (91, 92):
        give_back(coupling, 5, refund(number, RefundLineSeed(0, 1), paid=1995))
    give_back(coupling, 6, refund(93, RefundLineSeed(0, 1), RefundLineSeed(1, 1), paid=BACK))


def invoices_later(coupling: Coupling) -> None:
    """Add to an invoice that is open, cancel another, give back a part of one and all of one."""
    edit(coupling, 1, book)
    cancel(coupling, 4)
    give_back(coupling, 5, refund(91, RefundLineSeed(0, 1), paid=1995))
    give_back(coupling, 6, refund(93, RefundLineSeed(0, 1), RefundLineSeed(1, 1), paid=BACK))


def as_invoices(document: dict[str, Any]) -> None:
    update(document)
    document["settings"].update(document="invoice", refunds="credit_invoice")


@dataclass(frozen=True)
class Later:
    """A day that was sent, and what happens to its orders after that."""

    mapping: Edit
    happens: Any
    version: str = "67.1.3"

    def undisturbed(self, home: Path) -> tuple[list[Any], list[str]]:
        """Return what MplusKASSA holds after a run that nobody disturbs, and the writes of that run."""
        with paired(SHOP, home, mapping=self.mapping, service_version=self.version) as coupling:
            self._prepare(coupling)
            finished(coupling, DAY)
            return held(coupling), coupling.writes()

    def survives(self, home: Path, fault: Fault, expected: list[Any]) -> None:
        """Kill the run at a fault, run the day again and find what an undisturbed run leaves; another run writes nothing."""
        with paired(SHOP, home, mapping=self.mapping, service_version=self.version) as coupling:
            self._prepare(coupling)
            coupling.mplus.control.faults.append(fault)
            process = coupling.process(DAY)
            process.start()
            await_call(coupling, lambda call: call.held or call.fault == "hang_before")
            process.kill()
            process.join(PATIENCE_S)
            coupling.mplus.control.clear("faults")
            finished(coupling, DAY)
            assert held(coupling) == expected
            assert coupling.quarantined() == {}
            coupling.forget_calls()
            finished(coupling, DAY)
            assert coupling.writes() == []

    def _prepare(self, coupling: Coupling) -> None:
        finished(coupling, DAY)
        self.happens(coupling)
        coupling.forget_calls()


def held(coupling: Coupling) -> list[Any]:
    """Return every document of MplusKASSA by what it says, its own ids and numbers left out."""
    state = coupling.mplus.system.state()
    external = {row["invoiceId"]: row["extInvoiceId"] for row in state["invoices"]}
    documents = [(row["extOrderId"], row["cancelled"], row["deliveryState"], len(row["invoiceIds"]), row) for row in state["orders"]]
    documents += [
        (row["extInvoiceId"], external.get(row["creditedInvoiceId"]), row["state"], 1, row)
        for row in state["invoices"]
        if not row["orderIds"]
    ]
    return sorted(
        [
            repr(marks),
            row["totalInclAmount"],
            row.get("invoiceAddress"),
            sorted((line["articleNumber"], line["quantity"], line["total"]) for line in row["lines"]),
            sorted((payment["method"], payment["amount"]) for payment in row["payments"]),
        ]
        for *marks, row in documents
    )


ORDERS = Later(update, orders_later)
INVOICES = Later(as_invoices, invoices_later)
OLDER = Later(as_invoices, invoices_later, "59.6.0")


def each(tmp_path: Path, later: Later, expected: list[Any], faults: Iterable[Fault]) -> None:
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(later.survives, tmp_path / str(number), fault, expected) for number, fault in enumerate(faults)]
        for run in runs:
            run.result()


@pytest.mark.prove
def test_killed_while_refunds_changes_and_cancels_are_written(tmp_path: Path) -> None:
    expected, writes = ORDERS.undisturbed(tmp_path / "undisturbed")
    changes, cancels = ["updateOrderV2", "updateOrderV2", "payOrderV2"], ["payOrderV2", "cancelOrderV2", "cancelOrderV2"]
    assert writes == [*changes, *cancels, *["createOrderV3"] * 3]
    each(tmp_path, ORDERS, expected, [Fault("hang_after", write=number) for number in (5, 7, 9)])  # a cancel, the first and last refund


@pytest.mark.prove
def test_killed_between_a_credit_and_its_payment(tmp_path: Path) -> None:
    expected, writes = INVOICES.undisturbed(tmp_path / "undisturbed")
    assert writes == ["saveInvoice", "creditInvoiceV2", "processInvoice", "payInvoice", "creditInvoiceV2", "payInvoice"]
    each(tmp_path, INVOICES, expected, [Fault("hang_after", write=5)])


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("later", [ORDERS, INVOICES, OLDER], ids=["orders", "invoices", "invoices of an older service"])
def test_killed_after_and_before_each_write_in_turn(tmp_path: Path, later: Later) -> None:
    expected, writes = later.undisturbed(tmp_path / "undisturbed")
    faults = [Fault("hang_after", write=number) for number in range(1, len(writes) + 1)]
    faults += [Fault("hang_before", operation=operation, times=1) for operation in dict.fromkeys(writes)]
    each(tmp_path, later, expected, faults)
