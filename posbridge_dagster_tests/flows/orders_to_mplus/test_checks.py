"""The checks of a day fail when they should."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from posbridge_dagster.flows.checking import failed_sentence
from posbridge_dagster.flows.orders_to_mplus.checks import check_results
from posbridge_dagster.loading.result import ResultRow, result_frame
from posbridge_dagster.model.outcome import Outcome
from posbridge_dagster.sandbox.faults import Fault
from posbridge_dagster.settings import read_settings
from posbridge_dagster.snapshots.order_shapes import ORDERS
from posbridge_dagster_tests.flows.coupling import Coupling, Run, coupled
from posbridge_dagster_tests.flows.little_shop import DAY, little_shop, sale


def checked(coupling: Coupling, rows: list[ResultRow], *read: str) -> dict[str, bool]:
    orders = ORDERS.frame({"order_id": order_id} for order_id in read)
    with coupling.ledger() as ledger:
        results = check_results(result_frame(rows), orders, ledger, read_settings(), dry_run=False)
        return {result.check_name or "": result.passed for result in results}


def row(order_id: str, outcome: Outcome = Outcome.CREATED, written: int | None = 100) -> ResultRow:
    return ResultRow(order_id, outcome, amount_minor=100, written_minor=written, currency="EUR", day=DAY)


@pytest.fixture(scope="module")
def coupling(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with coupled(little_shop(), tmp_path_factory.mktemp("checks")) as coupling:
        yield coupling


@pytest.mark.parametrize(
    ("rows", "read", "failing"),
    [
        ([row("1"), row("2", Outcome.QUARANTINED, None)], ("1", "2"), set()),
        ([row("1")], ("1", "2"), {"counts_add_up"}),  # one was lost
        ([row("1"), row("1")], ("1",), {"counts_add_up"}),  # one is there twice
        ([row("1"), row("3")], ("1", "2"), {"counts_add_up"}),  # one is another
        ([row("1", written=99)], ("1",), {"money_adds_up"}),
        ([row("1", Outcome.UNCHANGED, 101)], ("1",), {"money_adds_up"}),
        ([row("1", written=None)], ("1",), {"money_adds_up"}),
        ([row("1", Outcome.QUARANTINED, 99)], ("1",), set()),  # a person looks at it already
    ],
)
def test_what_does_not_add_up_fails_its_check(coupling: Coupling, rows: list[ResultRow], read: tuple[str, ...], failing: set[str]) -> None:
    assert {name for name, passed in checked(coupling, rows, *read).items() if not passed} == failing


@dataclass(frozen=True)
class Days:
    """A day that could not be sent, the same once it could be, and once its order was changed where the mapping does not look."""

    unsent: Run
    sent: Run
    changed: Run


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    def blind(mapping: dict[str, Any]) -> None:
        mapping["settings"]["ignore_changes"] = ["totals", "lines", "payments"]

    impatient = {"POSBRIDGE_UNSENT_MINUTES": "0", "POSBRIDGE_RETRY_BUDGET_S": "0.1"}
    with coupled(little_shop(sale(1)), tmp_path_factory.mktemp("days"), mapping=blind, **impatient) as coupling:
        coupling.mplus.control.faults.append(Fault("error_before", operation="createOrderV3"))
        unsent = coupling.run(DAY)
        coupling.mplus.control.clear("faults")
        sent = coupling.run(DAY)
        coupling.change(1, discount_cents=500)
        yield Days(unsent, sent, coupling.run(DAY))


def test_an_order_that_waits_too_long_fails_its_check(days: Days) -> None:
    assert days.unsent.checks == {
        "counts_add_up": True,
        "money_adds_up": True,
        "nothing_waits": False,
        "as_many_as_usual": True,
        "version_lasts": True,
    }
    assert all(days.sent.checks.values())


def test_a_mapping_that_ignores_a_changed_total_cannot_hide_it_from_the_check(days: Days) -> None:
    assert days.changed.outcomes() == {"1": "unchanged"}
    assert not days.changed.checks["money_adds_up"]


def test_the_sentence_of_a_failed_run_counts_and_names_the_first() -> None:
    rows = [row("1"), ResultRow("2", Outcome.FAILED, reason="no answer"), ResultRow("3", Outcome.FAILED, reason="other")]
    sentence = failed_sentence(result_frame(rows), "orders")
    assert sentence == "2 of 3 orders could not be sent and will be tried by the next run; the first: no answer"
    assert failed_sentence(result_frame(rows[:1]), "orders") == ""
