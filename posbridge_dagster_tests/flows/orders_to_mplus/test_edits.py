"""Pieces that an edit takes off an order: what is there now is sent, and what was sent before follows or is shown to a person."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster_tests.flows.coupling import Coupling, Run, coupled
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK, DAY, bag, book, little_shop, sale, stranger
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import arrived, give_back, lines_of, money, refund, results
from posbridge_dagster_tests.flows.orders_to_mplus.test_updates import edit, update

TWO_BAGS = replace(bag, quantity=2)
UNPAID, LINE_GONE, EMPTIED, SWAPPED, OWED, SETTLED, SENT_UNPAID, SENT_PAID = range(1, 9)


@dataclass(frozen=True)
class Edited:
    """A day of edits: the run that sent orders edited before it, the run that saw later edits, the run that let them follow."""

    coupling: Coupling
    sent: Run
    documents: dict[str, dict[str, Any]]
    seen: Run
    followed: Run


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edited]:
    unpaid = {UNPAID: [TWO_BAGS], LINE_GONE: [bag, stranger], EMPTIED: [bag], SENT_UNPAID: [TWO_BAGS]}
    orders = [sale(number, *lines, payments=()) for number, lines in unpaid.items()]
    orders += [sale(number, TWO_BAGS) for number in (SWAPPED, OWED, SETTLED, SENT_PAID)]
    shop = little_shop(*(replace(order, fulfilled=False) for order in orders))
    with coupled(shop, tmp_path_factory.mktemp("edits")) as coupling:
        edit(coupling, UNPAID, line0=1)
        edit(coupling, LINE_GONE, line1=0)
        edit(coupling, EMPTIED, line0=0)
        edit(coupling, SWAPPED, replace(book, unit_price_cents=1995), line0=1)
        edit(coupling, OWED, line0=1)
        edit(coupling, SETTLED, line0=1)
        give_back(coupling, SETTLED, refund(96, paid=1995))
        sent, documents = coupling.run(DAY), coupling.orders()
        edit(coupling, SENT_UNPAID, line0=1)
        edit(coupling, SENT_PAID, line0=1)
        seen = coupling.run(DAY)
        coupling.edit_mapping(update)
        give_back(coupling, SENT_PAID, refund(98, paid=1995))
        yield Edited(coupling, sent, documents, seen, coupling.run(DAY))


def test_the_document_holds_what_is_there_now(edited: Edited) -> None:
    run, sent = edited.sent, edited.documents
    assert run.success, run.failure
    assert {key for key, outcome in run.outcomes().items() if outcome == "created"} == {"1", "2", "4", "6", "7", "8"}
    assert (run.orders["3"]["outcome"], run.orders["3"]["reason"]) == ("skipped", "nothing was sold on it")
    assert lines_of(sent["1"]) == lines_of(sent["2"]) == [(BAG, 1, 1995)]
    assert (lines_of(sent["4"]), money(sent["4"])) == ([(BAG, 1, 1995), (BOOK, 1, 1995)], [("PIN", 3990)])
    assert run.checks["money_adds_up"]


def test_money_that_is_owed_for_pieces_taken_off_is_named_and_nothing_is_written(edited: Edited) -> None:
    row = edited.sent.orders["5"]
    assert (row["code"], row["reason"]) == ("overpaid", "the payments exceed the total by 19.95 EUR")
    assert "5" not in edited.documents


@pytest.mark.parametrize(("order", "record"), [("6", "6:r96"), ("8", "8:r98")], ids=["before it was sent", "after it was sent"])
def test_the_refund_of_their_money_brings_the_pieces_back_and_not_only_the_money(order: str, record: str, edited: Edited) -> None:
    sale_there, credit = edited.coupling.orders()[order], arrived(edited.coupling, record)
    assert (lines_of(sale_there), money(sale_there)) == ([(BAG, 2, 1995)], [("PIN", 3990)])
    assert (lines_of(credit), money(credit)) == ([(BAG, -1, 1995)], [("PIN", -1995)])


def test_pieces_taken_off_after_sending_are_seen_with_both_amounts(edited: Edited) -> None:
    reason = "changed after it was sent: lines, totals (39.90 EUR then, 19.95 EUR now)"
    assert [(edited.seen.orders[key]["outcome"], edited.seen.orders[key]["reason"]) for key in "78"] == [("quarantined", reason)] * 2


def test_the_document_follows_where_the_mapping_lets_it_and_paid_pieces_wait_for_their_refund(edited: Edited) -> None:
    run = edited.followed
    assert run.success, run.failure
    assert {key: run.outcomes()[key] for key in "78"} == {"7": "updated", "8": "unchanged"}
    assert lines_of(edited.coupling.orders()["7"]) == [(BAG, 1, 1995)]
    assert results(edited.coupling)["8:r98"]["outcome"] == "created"
    assert edited.coupling.quarantined() == {"5": "overpaid"}
    assert run.checks["money_adds_up"]


def test_the_ledger_knows_as_of_which_change_an_order_was_sent(edited: Edited) -> None:
    orders = edited.coupling.frame("orders", "snapshot", DAY)
    changed = dict(zip(orders["order_id"], orders["updated_at"], strict=True))
    sent, followed = str(UNPAID), str(SENT_UNPAID)
    with edited.coupling.ledger() as ledger:
        records = ledger.records(FLOW, [sent, followed])
    assert {key: datetime.fromisoformat(record.source_version) for key, record in records.items()} == {
        sent: changed[sent],
        followed: changed[followed],
    }
