"""Orders that are changed after they were sent, where the mapping says update: the document follows, or a person hears why not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.seed import LineSeed, PaymentSeed
from posbridge_dagster.sandbox.shopify import ShopifySandbox
from posbridge_dagster.sandbox.shopify.edits import EditSeed, QuantitySeed
from posbridge_dagster.sandbox.shopify.records import Address
from posbridge_dagster_tests.flows.coupling import Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK, DAY, STOCK, bag, bob, book, eva, little_shop, sale, stranger
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import MONTHS_LATER, give_back, lines_of, money, refund, results

CARD = "shopify_payments"
OPEN, PREPAID, SOLD, MOVED, PAID_LATER = 1, 2, 3, 4, 5
EDE = Address("Eva", "Smit", "", "Nieuwe weg 9", "", "1234 AB", "Ede")


def update(document: dict[str, Any]) -> None:
    document["settings"]["changed_after_send"] = "update"


def update_invoices(document: dict[str, Any]) -> None:
    document["settings"].update(changed_after_send="update", document="invoice")


SHOP = little_shop(
    sale(OPEN, bag, customer=eva, payments=()),
    sale(PREPAID, bag, customer=bob, fulfilled=False),
    sale(SOLD, bag, customer=eva),
    sale(MOVED, bag, customer=eva, payments=()),
    sale(PAID_LATER, bag, payments=()),
)


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[Coupling]:
    """An open, a prepaid and a handed over order that were sent, and no call in the logs."""
    with coupled(SHOP, tmp_path, mapping=update) as coupling:
        assert set(coupling.run(DAY).outcomes().values()) == {"created"}
        coupling.forget_calls()
        yield coupling


def edit(coupling: Coupling, number: int, *lines: LineSeed, paid: tuple[PaymentSeed, ...] = (), **quantities: int) -> None:
    assert isinstance(coupling.shopify.system, ShopifySandbox)
    changes = tuple(QuantitySeed(int(line.removeprefix("line")), count) for line, count in quantities.items())
    coupling.shopify.system.edit(number, EditSeed(MONTHS_LATER, changes, lines, paid))


def assert_quiet(coupling: Coupling) -> None:
    """Nothing is written any more, also when the day is read from the beginning."""
    coupling.forget_calls()
    run = coupling.run(DAY, read_everything=True)
    assert run.success, run.failure
    assert coupling.writes() == []
    assert set(run.outcomes().values()) == {"unchanged"}


def test_addresses_lines_and_payments_follow_while_the_order_is_open(sent: Coupling) -> None:
    sent.change(OPEN, billing=EDE, note="bel even", tags=["vaste klant"])
    edit(sent, OPEN, book)
    edit(sent, PREPAID, book, paid=(PaymentSeed("cash", 1250),))
    sent.change(MOVED, billing=None)
    edit(sent, PAID_LATER, paid=(PaymentSeed("cash", 1995),))
    run = sent.run(DAY)
    assert run.success, run.failure
    assert run.outcomes() == {"1": "updated", "2": "updated", "3": "unchanged", "4": "updated", "5": "updated"}
    assert [run.orders[key]["changes"] for key in "1245"] == [
        "billing, lines, totals",
        "lines, payments, totals",
        "billing",
        "payments",
    ]
    opened, prepaid, moved, paid = (sent.orders()[key] for key in "1245")
    assert (opened["invoiceAddress"]["address"], opened["totalInclAmount"]) == ("Nieuwe weg 9", 3245)
    assert lines_of(opened) == lines_of(prepaid) == [(BAG, 1, 1995), (BOOK, 1, 1250)]
    assert money(prepaid) == [("CONTANT", 1250), ("PIN", 1995)]
    assert not any(moved["invoiceAddress"].values())
    assert (paid["deliveryState"], len(paid["invoiceIds"]), money(paid)) == ("COMPLETE", 1, [("CONTANT", 1995)])
    assert [run.orders[key]["written_minor"] for key in "12345"] == [3245, 3245, 1995, 1995, 1995]
    assert run.checks["money_adds_up"]
    assert sorted(sent.writes()) == ["payOrderV2", "payOrderV2", "updateOrderV2", "updateOrderV2", "updateOrderV2"]
    assert sent.stock(BOOK) == (str(STOCK), "2")
    assert_quiet(sent)


def test_what_was_handed_over_stays_and_the_difference_is_named(sent: Coupling) -> None:
    sent.change(SOLD, billing=EDE)
    run = sent.run(DAY)
    assert run.success, run.failure
    row = run.orders["3"]
    assert (row["outcome"], row["code"]) == ("quarantined", "changed_after_send")
    assert row["reason"] == "changed after it was sent, and MplusKASSA does not let it be changed any more: invoice address"
    assert row["target_number"] == "O2025-3"
    assert sent.writes() == []
    first_seen = [entry.first_seen_at for entry in _entries(sent)]
    assert sent.run(DAY).outcomes()["3"] == "quarantined"
    assert [(entry.times_seen, entry.first_seen_at) for entry in _entries(sent)] == [(2, *first_seen)]
    give_back(sent, SOLD, refund(80, paid=300))
    assert sent.run(DAY).outcomes()["3"] == "quarantined"
    assert results(sent)["3:r80"]["outcome"] == "created"  # a refund does not wait for the change of its order
    sent.change(SOLD, billing=_billing(sent))
    assert sent.run(DAY).outcomes()["3"] == "unchanged"
    assert sent.quarantined() == {}


def test_a_document_that_a_person_put_right_leaves_the_quarantine(sent: Coupling) -> None:
    sent.change(SOLD, billing=EDE)
    assert sent.run(DAY).outcomes()["3"] == "quarantined"
    books = sent.mplus.system.books  # type: ignore[attr-defined]
    order = books.orders_by_ext["shopify:sandbox:3"]
    order.members["invoiceAddress"] = {**order.members["invoiceAddress"], "address": EDE.address1}
    books.keep_order(order)
    run = sent.run(DAY)
    assert (run.outcomes()["3"], sent.quarantined()) == ("updated", {})


def test_a_change_that_cannot_be_mapped_is_held_back_with_its_reason(sent: Coupling) -> None:
    edit(sent, OPEN, stranger)
    row = sent.run(DAY).orders["1"]
    assert (row["outcome"], row["code"]) == ("quarantined", "changed_after_send")
    assert row["reason"].startswith("changed after it was sent: lines, totals (19.95 EUR then, 32.45 EUR now); line 2: SKU '199901'")
    assert sent.writes() == []
    sent.edit_mapping(lambda document: document["lookups"]["service_codes"]["values"].update({"199901": 900001}))
    assert sent.run(DAY).outcomes()["1"] == "updated"
    assert sent.orders()["1"]["totalInclAmount"] == 3245


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["reset_after", "server_fault"])
def test_a_lost_answer_changes_nothing_twice(kind: str, sent: Coupling) -> None:
    edit(sent, PREPAID, book, paid=(PaymentSeed("cash", 1250),))
    sent.mplus.control.faults.extend(Fault(kind, operation=name, times=1) for name in ("updateOrderV2", "payOrderV2"))
    sent.run(DAY)
    assert sent.run(DAY).success
    assert money(sent.orders()["2"]) == [("CONTANT", 1250), ("PIN", 1995)]
    assert_quiet(sent)


def test_a_plan_says_what_would_change_and_changes_nothing(sent: Coupling) -> None:
    edit(sent, OPEN, book)
    run = sent.run(DAY, dry_run=True)
    assert (run.outcomes()["1"], run.orders["1"]["changes"]) == ("updated", "lines, totals")
    assert sent.writes() == []
    assert sent.orders()["1"]["totalInclAmount"] == 1995


@pytest.mark.prove
def test_an_invoice_follows_until_something_is_paid_on_it(tmp_path: Path) -> None:
    with coupled(SHOP, tmp_path, mapping=update_invoices) as coupling:
        coupling.run(DAY)
        edit(coupling, OPEN, book)
        edit(coupling, SOLD, book, paid=(PaymentSeed("cash", 1250),))
        run = coupling.run(DAY)
        assert [run.outcomes()[key] for key in "123"] == ["updated", "unchanged", "quarantined"]
        assert run.orders["3"]["reason"].endswith("any more: lines (19.95 there, 32.45 here)")
        assert coupling.invoices()["1"]["totalInclAmount"] == 3245
        edit(coupling, OPEN, paid=(PaymentSeed("cash", 3245),))
        assert coupling.run(DAY).outcomes()["1"] == "updated"
        assert money(coupling.invoices()["1"]) == [("CONTANT", 3245)]


def _entries(coupling: Coupling) -> list[Any]:
    with coupling.ledger() as ledger:
        return ledger.quarantined()


def _billing(coupling: Coupling) -> Address:
    address = eva.address
    assert address is not None
    return Address(
        *(getattr(address, name) for name in ("first_name", "last_name", "company", "address1", "address2", "postal_code", "city"))
    )
