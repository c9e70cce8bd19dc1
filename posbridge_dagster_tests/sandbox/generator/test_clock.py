import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from posbridge_dagster.sandbox.generator.clock import changes_clocks, night_moments, opening_hours

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
AUTUMN, SPRING, ORDINARY = date(2026, 10, 25), date(2026, 3, 29), date(2026, 5, 5)


def wall_clock(day: date) -> list[str]:
    return [moment.astimezone(AMSTERDAM).isoformat() for moment in night_moments(day)]


def test_in_autumn_half_past_two_happens_twice() -> None:
    assert wall_clock(AUTUMN) == [
        "2026-10-24T23:59:59+02:00",
        "2026-10-25T00:00:00+02:00",
        "2026-10-25T01:30:00+02:00",
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:30:00+01:00",
        "2026-10-25T23:59:59+01:00",
    ]


def test_in_spring_half_past_two_does_not_happen() -> None:
    assert wall_clock(SPRING)[2:4] == ["2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00"]


def test_on_an_ordinary_night_half_past_two_happens_once() -> None:
    assert wall_clock(ORDINARY)[2:4] == ["2026-05-05T01:30:00+02:00", "2026-05-05T02:30:00+02:00"]


@pytest.mark.parametrize("day", [AUTUMN, SPRING, ORDINARY])
def test_the_moments_of_a_night_are_ascending_and_utc(day: date) -> None:
    moments = night_moments(day)
    assert list(moments) == sorted(set(moments))
    assert {moment.tzinfo for moment in moments} == {UTC}


def test_only_two_nights_of_a_year_change_the_clocks() -> None:
    year = [date(2026, 1, 1) + timedelta(days=place) for place in range(365)]
    assert [day for day in year if changes_clocks(day)] == [SPRING, AUTUMN]


def test_the_shop_opens_at_nine_in_its_own_time_in_winter_and_in_summer() -> None:
    assert opening_hours(date(2026, 1, 5)).opens == datetime(2026, 1, 5, 8, tzinfo=UTC)
    assert opening_hours(date(2026, 7, 6)).opens == datetime(2026, 7, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "now", [datetime(2026, 5, 4, 22, 0, 5, 99, UTC), datetime(2026, 5, 5, 5, 0, tzinfo=UTC), datetime(2026, 5, 5, 12, tzinfo=UTC)]
)
def test_a_day_that_is_not_over_sells_nothing_in_the_future_and_nothing_yesterday(now: datetime) -> None:
    hours = opening_hours(ORDINARY, until=now)
    chance = random.Random(0)
    moments = [hours.moment(chance) for _ in range(50)]
    assert max(moments) <= now
    assert {moment.astimezone(AMSTERDAM).date() for moment in moments} == {ORDINARY}
