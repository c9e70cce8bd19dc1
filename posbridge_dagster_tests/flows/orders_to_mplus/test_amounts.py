from typing import Any

import pytest

from posbridge_dagster.flows.orders_to_mplus.amounts import amount_problems
from posbridge_dagster.snapshots.order_shapes import ORDER_LINES, ORDERS


def told(lines: tuple[int, ...] = (1000,), **order: Any) -> list[tuple[str, str]]:
    """Return code and reason of each problem of one order: a paid one of 10.00 EUR unless told."""
    row = {
        "order_id": "1",
        "total_minor": 1000,
        "rounding_minor": 0,
        "received_minor": 1000,
        "line_count": len(lines),
        "taxes_included": True,
        "financial_status": "PAID",
        "currency": "EUR",
        **order,
    }
    rows = [{"order_id": "1", "line_id": str(n), "total_minor": cents, "tax_minor": 21} for n, cents in enumerate(lines)]
    problems = amount_problems(ORDERS.frame([row]), ORDER_LINES.frame(rows))
    assert set(problems["outcome"]) <= {"quarantined"}
    return list(zip(problems["code"], problems["reason"], strict=True))


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"lines": (300, 700)},
        {"lines": (), "total_minor": 0, "received_minor": 0},
        {"lines": (1000, -2), "rounding_minor": -2, "received_minor": 998},
        {"lines": (1000,), "total_minor": 1021, "received_minor": 1021, "taxes_included": False},
        {"received_minor": 400, "financial_status": "PARTIALLY_PAID"},
        {"received_minor": 0, "financial_status": "PENDING"},
        {"lines": (-1000,), "total_minor": -1000, "received_minor": -1000},
    ],
)
def test_an_order_that_adds_up_has_no_problem(order: dict[str, Any]) -> None:
    assert told(**order) == []


@pytest.mark.parametrize(
    ("order", "code", "words"),
    [
        ({"line_count": 3}, "lines_missing", "2 of its lines were not read"),
        ({"lines": (999,)}, "does_not_add_up", "differ from its total by -0.01 EUR"),
        ({"lines": (1100,)}, "does_not_add_up", "by 1.00 EUR"),
        ({"received_minor": 1005}, "overpaid", "exceed the total by 0.05 EUR"),
        ({"received_minor": 990}, "paid_does_not_add_up", "0.10 EUR are missing"),
        ({"received_minor": 990, "financial_status": "REFUNDED"}, "paid_does_not_add_up", "0.10 EUR are missing"),
        ({"lines": (1000,), "taxes_included": False}, "does_not_add_up", "by 0.21 EUR"),
        ({"lines": (999,), "currency": "JPY"}, "does_not_add_up", "by -1 JPY"),
    ],
)
def test_an_order_that_does_not_add_up_is_told_with_its_difference(order: dict[str, Any], code: str, words: str) -> None:
    ((found, reason),) = told(**order)
    assert found == code
    assert words in reason


def test_an_order_with_two_faults_has_both_and_an_unreadable_one_is_not_judged() -> None:
    assert [code for code, _ in told((999,), received_minor=1005)] == ["does_not_add_up", "overpaid"]
    assert told((999,), fault="KeyError: x") == []
