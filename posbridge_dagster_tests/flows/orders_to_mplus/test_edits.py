"""Pieces that an edit takes off an order: what is there now is sent, and what was sent before follows or is shown to a person."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from posbridge_dagster_tests.flows.coupling import Coupling, Run, coupled
from posbridge_dagster_tests.flows.little_shop import BAG, BOOK, DAY, bag, bob, book, eva, little_shop, sale, stranger
from posbridge_dagster_tests.flows.orders_to_mplus.test_refunds import arrived, give_back, lines_of, money, refund, results
from posbridge_dagster_tests.flows.orders_to_mplus.test_updates import edit, update

TWO_BAGS = replace(bag, quantity=2)
UNPAID, LINE_GONE, EMPTIED, SWAPPED, OWED, SETTLED = 1, 2, 3, 4, 5, 6


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Coupling, Run]]:
    """Orders that were edited before they were ever sent, and the run that sends them."""
    unpaid = [sale(number, *lines, payments=()) for number, lines in ((UNPAID, [TWO_BAGS]), (LINE_GONE, [bag, stranger]), (EMPTIED, [bag]))]
    paid = [sale(number, TWO_BAGS) for number in (SWAPPED, OWED, SETTLED)]
    shop = little_shop(*(replace(order, fulfilled=False) for order in [*unpaid, *paid]))
    with coupled(shop, tmp_path_factory.mktemp("edits"), mapping=update) as coupling:
        edit(coupling, UNPAID, line0=1)
        edit(coupling, LINE_GONE, line1=0)
        edit(coupling, EMPTIED, line0=0)
        edit(coupling, SWAPPED, replace(book, unit_price_cents=1995), line0=1)
        edit(coupling, OWED, line0=1)
        edit(coupling, SETTLED, line0=1)
        give_back(coupling, SETTLED, refund(96, paid=1995))
        yield coupling, coupling.run(DAY)


def test_the_document_holds_what_is_there_now(before: tuple[Coupling, Run]) -> None:
    coupling, run = before
    assert run.success, run.failure
    assert run.outcomes() == {"1": "created", "2": "created", "3": "skipped", "4": "created", "5": "quarantined", "6": "created"}
    assert run.orders["3"]["reason"] == "nothing was sold on it"
    sent = coupling.orders()
    assert lines_of(sent["1"]) == lines_of(sent["2"]) == [(BAG, 1, 1995)]
    assert (lines_of(sent["4"]), money(sent["4"])) == ([(BAG, 1, 1995), (BOOK, 1, 1995)], [("PIN", 3990)])
    assert run.checks["money_adds_up"]


def test_money_that_is_owed_for_pieces_taken_off_is_named_and_nothing_is_written(before: tuple[Coupling, Run]) -> None:
    _, run = before
    assert (run.orders["5"]["code"], run.orders["5"]["reason"]) == ("overpaid", "the payments exceed the total by 19.95 EUR")


def test_the_refund_of_their_money_brings_the_pieces_back_and_not_only_the_money(before: tuple[Coupling, Run]) -> None:
    coupling, _ = before
    assert (lines_of(coupling.orders()["6"]), money(coupling.orders()["6"])) == ([(BAG, 2, 1995)], [("PIN", 3990)])
    credit = arrived(coupling, "6:r96")
    assert (lines_of(credit), money(credit)) == ([(BAG, -1, 1995)], [("PIN", -1995)])


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[Coupling]:
    """An unpaid and a prepaid order of two bags that were sent."""
    shop = little_shop(
        sale(UNPAID, TWO_BAGS, payments=(), fulfilled=False, customer=eva), sale(SETTLED, TWO_BAGS, fulfilled=False, customer=bob)
    )
    with coupled(shop, tmp_path) as coupling:
        assert set(coupling.run(DAY).outcomes().values()) == {"created"}
        yield coupling


def test_pieces_taken_off_after_sending_are_seen_and_follow_where_the_mapping_lets_them(sent: Coupling) -> None:
    edit(sent, UNPAID, line0=1)
    edit(sent, SETTLED, line0=1)
    run = sent.run(DAY)
    assert run.outcomes() == {"1": "quarantined", "6": "quarantined"}
    assert run.orders["1"]["reason"] == "changed after it was sent: lines, totals (39.90 EUR then, 19.95 EUR now)"
    sent.edit_mapping(update)
    give_back(sent, SETTLED, refund(96, paid=1995))
    run = sent.run(DAY)
    assert run.outcomes() == {"1": "updated", "6": "unchanged"}
    assert lines_of(sent.orders()["1"]) == [(BAG, 1, 1995)]
    assert results(sent)["6:r96"]["outcome"] == "created"
    assert lines_of(arrived(sent, "6:r96")) == [(BAG, -1, 1995)]
    assert sent.quarantined() == {}
    assert run.checks["money_adds_up"]
