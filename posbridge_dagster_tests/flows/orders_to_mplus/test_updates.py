"""Orders that are changed after they were sent, where the mapping says update: the document follows, or a person hears why not."""

from collections.abc import Iterator
from dataclasses import dataclass
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
from posbridge_dagster_tests.flows.orders_to_mplus.steps import Step, step, succeeded
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import MONTHS_LATER, give_back, lines_of, money, refund

CARD = "shopify_payments"
OPEN, PREPAID, SOLD, MOVED, PAID_LATER, PUT_RIGHT, REFUNDED, UNKNOWN, GIVEN_BACK = range(1, 10)
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


@dataclass(frozen=True)
class Changed:
    """A day of changes: the plan and the run that saw them, the run after some were put right, and the one after all were."""

    plan: Step
    seen: Step
    again: Step
    quiet: Step


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Changed]:
    sold = [sale(number, bag, customer=eva) for number in (PUT_RIGHT, REFUNDED, GIVEN_BACK)]
    shop = little_shop(*SHOP.orders, *sold, sale(UNKNOWN, bag, customer=eva, payments=()))
    with coupled(shop, tmp_path_factory.mktemp("updates"), mapping=update) as coupling:
        assert set(coupling.run(DAY).outcomes().values()) == {"created"}
        coupling.change(OPEN, billing=EDE, note="bel even", tags=["vaste klant"])
        edit(coupling, OPEN, book)
        edit(coupling, PREPAID, book, paid=(PaymentSeed("cash", 1250),))
        coupling.change(MOVED, billing=None)
        edit(coupling, PAID_LATER, paid=(PaymentSeed("cash", 1995),))
        edit(coupling, UNKNOWN, stranger)
        for number in (SOLD, REFUNDED, PUT_RIGHT):
            coupling.change(number, billing=EDE)
        give_back(coupling, GIVEN_BACK, refund(81, paid=300))
        plan, seen = step(coupling, dry_run=True), step(coupling)
        put_address_right(coupling)
        coupling.edit_mapping(lambda document: document["lookups"]["service_codes"]["values"].update({"199901": 900001}))
        give_back(coupling, REFUNDED, refund(80, paid=300))
        again = step(coupling)
        for number in (SOLD, REFUNDED):
            coupling.change(number, billing=_billing_of_eva())
        yield Changed(plan, seen, again, step(coupling, read_everything=True))


def put_address_right(coupling: Coupling) -> None:
    """Somebody at the till writes the new address on a document that the pipeline may not change."""
    books = coupling.mplus.system.books  # type: ignore[attr-defined]
    order = books.orders_by_ext[f"shopify:sandbox:{PUT_RIGHT}"]
    order.members["invoiceAddress"] = {**order.members["invoiceAddress"], "address": EDE.address1}
    books.keep_order(order)


def test_a_plan_says_what_would_change_and_changes_nothing(changed: Changed) -> None:
    plan = changed.plan
    assert (plan.run.outcomes()["1"], plan.run.orders["1"]["changes"]) == ("updated", "billing, lines, totals")
    assert plan.refunds["9:r81"]["outcome"] == changed.seen.refunds["9:r81"]["outcome"] == "created"
    assert plan.writes == []
    assert "9:r81" not in plan.documents
    assert plan.documents["1"]["totalInclAmount"] == 1995


def test_addresses_lines_and_payments_follow_while_the_order_is_open(changed: Changed) -> None:
    run, documents = changed.seen.run, changed.seen.documents
    assert run.success, run.failure
    assert {key: run.outcomes()[key] for key in "1245"} == dict.fromkeys("1245", "updated")
    assert [run.orders[key]["changes"] for key in "1245"] == [
        "billing, lines, totals",
        "lines, payments, totals",
        "billing",
        "payments",
    ]
    opened, prepaid, moved, paid = (documents[key] for key in "1245")
    assert (opened["invoiceAddress"]["address"], opened["totalInclAmount"]) == ("Nieuwe weg 9", 3245)
    assert lines_of(opened) == lines_of(prepaid) == [(BAG, 1, 1995), (BOOK, 1, 1250)]
    assert money(prepaid) == [("CONTANT", 1250), ("PIN", 1995)]
    assert not any(moved["invoiceAddress"].values())
    assert (paid["deliveryState"], len(paid["invoiceIds"]), money(paid)) == ("COMPLETE", 1, [("CONTANT", 1995)])
    assert [run.orders[key]["written_minor"] for key in "12345"] == [3245, 3245, 1995, 1995, 1995]
    assert run.checks["money_adds_up"]
    assert changed.seen.documents["9:r81"]["totalInclAmount"] == -300
    assert sorted(changed.seen.writes) == ["createOrderV3", "payOrderV2", "payOrderV2", "updateOrderV2", "updateOrderV2", "updateOrderV2"]
    assert changed.seen.stock[BOOK] == (str(STOCK), "2")


def test_what_was_handed_over_stays_and_the_difference_is_named(changed: Changed) -> None:
    for key in "36":
        row = changed.seen.run.orders[key]
        assert (row["outcome"], row["code"]) == ("quarantined", "changed_after_send")
        assert row["reason"] == "changed after it was sent, and MplusKASSA does not let it be changed any more: invoice address"
        assert row["target_number"] == f"O2025-{key}"
        assert changed.seen.documents[key]["invoiceAddress"]["address"] == "Dorpsstraat 1"


def test_a_difference_is_seen_again_from_run_to_run_until_it_is_gone(changed: Changed) -> None:
    first, again = changed.seen.entries["3"], changed.again.entries["3"]
    assert changed.again.run.outcomes()["3"] == "quarantined"
    assert (again.times_seen, again.first_seen_at) == (2, first.first_seen_at)
    assert changed.quiet.run.outcomes()["3"] == "unchanged"


def test_a_refund_does_not_wait_for_the_change_of_its_order(changed: Changed) -> None:
    assert changed.again.run.outcomes()["7"] == "quarantined"
    assert changed.again.refunds["7:r80"]["outcome"] == "created"


def test_a_document_that_a_person_put_right_leaves_the_quarantine(changed: Changed) -> None:
    assert changed.seen.run.outcomes()["6"] == "quarantined"
    assert changed.again.run.outcomes()["6"] == "updated"
    assert set(changed.again.quarantined()) == {"3", "7"}


def test_a_change_that_cannot_be_mapped_is_held_back_with_its_reason(changed: Changed) -> None:
    row = changed.seen.run.orders["8"]
    assert (row["outcome"], row["code"]) == ("quarantined", "changed_after_send")
    assert row["reason"].startswith("changed after it was sent: lines, totals (19.95 EUR then, 32.45 EUR now); line 2: SKU '199901'")
    assert changed.seen.documents["8"]["totalInclAmount"] == 1995
    assert changed.again.run.outcomes()["8"] == "updated"
    assert changed.again.documents["8"]["totalInclAmount"] == 3245


def test_nothing_is_written_any_more_when_all_was_put_right(changed: Changed) -> None:
    quiet = changed.quiet
    succeeded(quiet)
    assert quiet.writes == []
    assert set(quiet.run.outcomes().values()) == {"unchanged"}
    assert quiet.quarantined() == {}


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[Coupling]:
    """An open, a prepaid and a handed over order that were sent, and no call in the logs."""
    with coupled(SHOP, tmp_path, mapping=update) as coupling:
        assert set(coupling.run(DAY).outcomes().values()) == {"created"}
        coupling.forget_calls()
        yield coupling


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["reset_after", "server_fault"])
def test_a_lost_answer_changes_nothing_twice(kind: str, sent: Coupling) -> None:
    edit(sent, PREPAID, book, paid=(PaymentSeed("cash", 1250),))
    sent.mplus.control.faults.extend(Fault(kind, operation=name, times=1) for name in ("updateOrderV2", "payOrderV2"))
    sent.run(DAY)
    assert sent.run(DAY).success
    assert money(sent.orders()["2"]) == [("CONTANT", 1250), ("PIN", 1995)]
    assert_quiet(sent)


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


def _billing_of_eva() -> Address:
    address = eva.address
    assert address is not None
    return Address(
        *(getattr(address, name) for name in ("first_name", "last_name", "company", "address1", "address2", "postal_code", "city"))
    )
