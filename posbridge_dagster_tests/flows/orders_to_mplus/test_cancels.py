"""Orders that are cancelled after they were sent: one cancelled document, its money given back once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from posbridge_dagster.cli.balance import balance
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.sandbox.seed import PaymentSeed, RefundLineSeed
from posbridge_dagster_tests.flows.coupling import Coupling, coupled
from posbridge_dagster_tests.flows.little_shop import BAG, DAY, STOCK, bag, bob, book, eva, little_shop, sale
from posbridge_dagster_tests.flows.orders_to_mplus.steps import Step, step, succeeded
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import CARD, MONTHS_LATER, give_back, money, refund
from posbridge_dagster_tests.flows.orders_to_mplus.test_updates import OPEN, PREPAID, SOLD, assert_quiet, update

BY_THE_TILL, WAITING, REFUSED = 4, 5, 6
SPLIT = (PaymentSeed("cash", 1000), PaymentSeed(CARD, 995))
SHOP = little_shop(
    sale(OPEN, bag, customer=eva, payments=()),
    sale(PREPAID, bag, customer=bob, fulfilled=False, payments=SPLIT),
    sale(SOLD, bag, customer=eva),
    sale(BY_THE_TILL, book, payments=()),
)
TWO_TENDERS = tuple(replace(payment, kind="REFUND") for payment in SPLIT)


def cancel(coupling: Coupling, number: int) -> None:
    coupling.change(number, cancelled_at=MONTHS_LATER)


def cancel_at_the_till(coupling: Coupling) -> None:
    """Somebody at the till cancels an order that the shop still has."""
    books = coupling.mplus.system.books  # type: ignore[attr-defined]
    order = books.orders_by_ext[f"shopify:sandbox:{BY_THE_TILL}"]
    order.cancelled = True
    books.keep_order(order)


def assert_balances() -> None:
    """Both systems add up to the same for the day, without a difference that needs explaining."""
    said = CliRunner().invoke(balance, ["--day", DAY])
    assert said.exit_code == 0, said.output
    assert f"{DAY} balances." in said.output


@dataclass(frozen=True)
class Cancelled:
    """A day of sales that were sent, the run that saw them cancelled, the one after all money was given back, and a quiet one."""

    sent: Step
    seen: Step
    refunded: Step
    quiet: Step


@pytest.fixture(scope="module")
def cancelled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cancelled]:
    waiting = sale(WAITING, bag, customer=bob, fulfilled=False, payments=SPLIT)
    refused = sale(REFUSED, bag, payments=(PaymentSeed("tikkie", 1995),))
    with coupled(little_shop(*SHOP.orders, waiting, refused), tmp_path_factory.mktemp("cancels"), mapping=update_and_refuse) as coupling:
        sent = step(coupling)
        for number in (OPEN, PREPAID, SOLD, WAITING, REFUSED):
            cancel(coupling, number)
        give_back(coupling, PREPAID, refund(70, RefundLineSeed(0, 1), paid=TWO_TENDERS))
        cancel_at_the_till(coupling)
        cancel(coupling, BY_THE_TILL)
        seen = step(coupling)
        give_back(coupling, WAITING, refund(71, RefundLineSeed(0, 1), paid=TWO_TENDERS))
        give_back(coupling, SOLD, refund(72, RefundLineSeed(0, 1), paid=1995))
        refunded = step(coupling)
        yield Cancelled(sent, seen, refunded, step(coupling, read_everything=True))


def update_and_refuse(mapping: dict[str, Any]) -> None:
    update(mapping)
    mapping["lookups"]["payment_methods"]["values"]["tikkie"] = "TIKKIE"  # not active


def test_open_and_prepaid_orders_are_cancelled_once_and_deposits_given_back_on_them(cancelled: Cancelled) -> None:
    run, documents = cancelled.seen.run, cancelled.seen.documents
    assert run.success, run.failure
    assert {key: run.outcomes()[key] for key in "124"} == {"1": "updated", "2": "updated", "4": "updated"}
    assert run.orders["1"]["reason"] == "cancelled"
    opened, prepaid, by_the_till = (documents[key] for key in "124")
    assert all(order["cancelled"] for order in (opened, prepaid, by_the_till))
    assert prepaid["paidAmount"] == 0
    assert money(prepaid) == [("CONTANT", -1000), ("CONTANT", 1000), ("PIN", -995), ("PIN", 995)]
    row = cancelled.seen.refunds["2:r70"]  # no second document for the money that was given back on the order
    assert (row["outcome"], row["code"]) == ("skipped", "part_of_cancel")
    assert sorted(cancelled.seen.writes) == ["cancelOrderV2"] * 3 + ["payOrderV2"]
    assert sorted(documents) == list("123456")


def test_a_cancel_waits_for_the_money_and_goes_on_by_itself(cancelled: Cancelled) -> None:
    row = cancelled.seen.run.orders["5"]
    assert (row["outcome"], row["code"]) == ("quarantined", "changed_after_send")
    assert row["reason"] == "changed after it was sent: cancelled, but 19.95 EUR of its deposit are not given back on it"
    assert not cancelled.seen.documents["5"]["cancelled"]
    assert money(cancelled.seen.documents["5"]) == money(cancelled.sent.documents["5"])
    assert cancelled.refunded.run.outcomes()["5"] == "updated"
    assert cancelled.refunded.documents["5"]["cancelled"]


def test_a_sale_that_was_handed_over_is_taken_back_by_its_refund_alone(cancelled: Cancelled) -> None:
    row = cancelled.seen.run.orders["3"]
    assert (row["outcome"], row["code"]) == ("quarantined", "changed_after_send")
    assert row["reason"].endswith("only refunds take it back, and 19.95 EUR are not given back")
    refunded = cancelled.refunded
    assert (refunded.run.orders["3"]["outcome"], refunded.refunds["3:r72"]["outcome"]) == ("updated", "created")
    assert refunded.documents["3:r72"]["totalInclAmount"] == -1995
    assert not refunded.documents["3"]["cancelled"]


def test_an_order_whose_payment_was_refused_is_cancelled_too(cancelled: Cancelled) -> None:
    assert cancelled.sent.quarantined() == {"6": "payment_failed"}
    assert cancelled.seen.run.outcomes()["6"] == "updated"
    assert cancelled.seen.documents["6"]["cancelled"]
    assert cancelled.seen.quarantined() == {"3": "changed_after_send", "5": "changed_after_send"}


def test_all_goods_are_back_and_nothing_is_written_any_more(cancelled: Cancelled) -> None:
    succeeded(cancelled.refunded, cancelled.quiet)
    assert cancelled.refunded.stock[BAG] == (str(STOCK), "0")
    assert cancelled.quiet.writes == []
    assert set(cancelled.quiet.run.outcomes().values()) == {"unchanged"}
    assert cancelled.quiet.quarantined() == {}
    assert_balances()


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[Coupling]:
    """Two open orders, a prepaid and a handed over one that were sent, and no call in the logs."""
    with coupled(SHOP, tmp_path, mapping=update) as coupling:
        assert set(coupling.run(DAY).outcomes().values()) == {"created"}
        coupling.forget_calls()
        yield coupling


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
