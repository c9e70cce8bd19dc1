from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.sandbox.mplus.moments import NO_MOMENT, as_date, as_moment, moment_parts
from posbridge_dagster.sandbox.mplus.pricing import rounded, vat_upon, vat_within
from posbridge_dagster.sandbox.mplus.quantities import quantity_of, quantity_text, scaled

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@given(st.decimals(-999999, 999999, places=6))
def test_a_quantity_survives_being_written(quantity: Decimal) -> None:
    number, places = scaled(quantity)
    assert quantity_of(number, places) == quantity
    assert Decimal(quantity_text(quantity)) == quantity
    assert 0 <= places <= 6


@pytest.mark.parametrize(
    ("quantity", "written"), [("15E-1", (15, 1)), ("1.50", (15, 1)), ("1E+2", (100, 0)), ("-0.5", (-5, 1)), ("0", (0, 0))]
)
def test_a_quantity_is_written_with_the_fewest_places(quantity: str, written: tuple[int, int]) -> None:
    assert scaled(Decimal(quantity)) == written


@given(st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_moment_survives_the_wall_clock(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert as_moment(moment_parts(whole, AMSTERDAM), AMSTERDAM) == whole


def test_both_hours_of_the_autumn_night_are_told_apart() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    parts = [moment_parts(first + timedelta(hours=hours), AMSTERDAM) for hours in (0, 1)]
    assert [(each["hour"], each["isdst"], each["timezone"]) for each in parts] == [(2, True, 120), (2, False, 60)]
    assert [as_moment(each, AMSTERDAM) for each in parts] == [first, first + timedelta(hours=1)]


def test_zeros_are_no_date() -> None:
    assert as_moment(NO_MOMENT, AMSTERDAM) is None
    assert as_date({"day": 0, "mon": 0, "year": 0}) is None
    with pytest.raises(ValueError, match="day is out of range"):
        as_date({"day": 31, "mon": 2, "year": 2026})


@pytest.mark.parametrize(("cents", "whole"), [("0.5", 1), ("-0.5", -1), ("1.4999", 1), ("2.5", 3), ("-2.4", -2)])
def test_halves_go_away_from_zero(cents: str, whole: int) -> None:
    assert rounded(Decimal(cents)) == whole


@given(st.integers(-(10**9), 10**9), st.sampled_from([0, 900, 1900, 2100]))
def test_vat_within_a_price_is_the_vat_upon_what_is_left(incl: int, rate: int) -> None:
    excl = incl - vat_within(incl, rate)
    assert abs(excl + vat_upon(excl, rate) - incl) <= 1
    assert vat_within(-incl, rate) == -vat_within(incl, rate)
