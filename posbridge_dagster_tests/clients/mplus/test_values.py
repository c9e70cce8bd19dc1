from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.clients.mplus.values import percent_scale, percentage, quantity_pair, quantity_value, same_id


@pytest.mark.parametrize(
    ("quantity", "places", "value"),
    [(1, None, "1"), (1, 0, "1"), (125, 2, "1.25"), (530, 3, "0.530"), (-2, 0, "-2"), (-5, 1, "-0.5")],
)
def test_a_pair_says_the_quantity_of_the_vendors_examples(quantity: int, places: int | None, value: str) -> None:
    assert quantity_value(quantity, places) == Decimal(value)


def test_equal_quantities_are_equal_whatever_their_places() -> None:
    assert quantity_value(15, 1) == quantity_value(150, 2)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_every_quantity_comes_back_exactly(value: Decimal) -> None:
    quantity, places = quantity_pair(value)
    assert quantity_value(quantity, places) == value
    assert 0 <= places <= 6
    assert places == 0 or quantity % 10 != 0


@pytest.mark.parametrize("value", ["0.0000001", "NaN", "Infinity"])
def test_a_quantity_that_the_till_cannot_hold_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"decimal places|not a quantity"):
        quantity_pair(Decimal(value))


def test_negative_places_are_refused() -> None:
    with pytest.raises(ValueError, match="sign"):
        quantity_value(1, -1)


def rates(*percentages: int) -> list[dict[str, int]]:
    return [{"vatCode": code, "vatPercentage": rate} for code, rate in enumerate(percentages, 1)]


def test_the_scale_of_percentages_is_told_by_the_rates() -> None:
    assert percent_scale(rates(900, 2100, 0)) == 100
    assert percent_scale(rates(9, 21, 0)) == 1
    assert percentage(2100, 100) == percentage(21, 1) == Decimal(21)
    assert percentage(1250, 100) == Decimal("12.5")


def test_without_a_rate_the_scale_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="configure the rates"):
        percent_scale(rates(0, 0))


def test_ids_are_the_same_dashed_or_not_in_any_case() -> None:
    assert same_id("0F8FAD5B-D9CB-469F-A165-70867728950E", "0f8fad5bd9cb469fa16570867728950e")
    assert not same_id("0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5b-d9cb-469f-a165-70867728950f")
