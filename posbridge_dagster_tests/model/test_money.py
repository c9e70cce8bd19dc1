from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.model.money import MoneyError, decimal_amount, minor_units, spread


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("10.0", "EUR", 1000), ("42.5", "EUR", 4250), ("-0.05", "EUR", -5), ("0", "EUR", 0), ("500", "JPY", 500), ("1.234", "TND", 1234)],
)
def test_an_amount_becomes_minor_units_of_its_currency(amount: str, currency: str, minor: int) -> None:
    assert minor_units(amount, currency) == minor


@pytest.mark.parametrize("amount", ["0.001", "ten", "", "NaN", "Infinity"])
def test_an_amount_that_cannot_be_held_exactly_is_refused(amount: str) -> None:
    with pytest.raises(MoneyError):
        minor_units(amount, "EUR")


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "TND", "USD"]))
def test_minor_units_and_back_is_the_same_amount(minor: int, currency: str) -> None:
    assert minor_units(decimal_amount(minor, currency), currency) == minor
    assert minor_units(str(decimal_amount(minor, currency)), currency) == minor


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=50))
def test_a_spread_amount_adds_up_and_no_share_is_a_cent_off(total: int, weights: list[int]) -> None:
    parts = spread(total, weights)
    assert sum(parts) == total
    base = weights if any(weights) else [1] * len(weights)
    assert all(abs(Decimal(total) * weight / sum(base) - part) < 1 for weight, part in zip(base, parts, strict=True))


def test_equal_remainders_go_to_the_first_so_a_spread_is_the_same_each_time() -> None:
    assert spread(10, [1, 1, 1]) == [4, 3, 3]
    assert spread(-10, [1, 1, 1]) == [-3, -3, -4]


def test_nothing_to_spread_over_is_refused_unless_nothing_is_spread() -> None:
    assert spread(0, []) == []
    with pytest.raises(MoneyError):
        spread(1, [])
    with pytest.raises(MoneyError):
        spread(1, [1, -1])
