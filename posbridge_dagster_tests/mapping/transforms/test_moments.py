from datetime import UTC, date, datetime

import pytest

from posbridge_dagster.mapping.kinds import DAY
from posbridge_dagster.model.frames import MOMENT
from posbridge_dagster_tests.mapping.shop import made

BEFORE_MIDNIGHT = datetime(2026, 11, 20, 22, 30, 5, 123456, UTC)
AFTER_MIDNIGHT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


def test_the_day_of_a_moment_is_that_of_the_zone() -> None:
    given = (BEFORE_MIDNIGHT, AFTER_MIDNIGHT, None)
    days = [date(2026, 11, 20), date(2026, 11, 21), None]
    assert made("local_day", *given, kinds=(MOMENT,), gives="day") == days
    assert made("[{local_day: UTC}]", AFTER_MIDNIGHT, kinds=(MOMENT,), gives="day") == [date(2026, 11, 20)]


@pytest.mark.parametrize(
    ("moment", "clock"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "29-03-2026 01:59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "29-03-2026 03:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "25-10-2026 02:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25-10-2026 02:30"),
    ],
)
def test_a_moment_is_written_as_the_clock_shows_it_on_both_nights_of_the_change(moment: datetime, clock: str) -> None:
    assert made('[{date: "%d-%m-%Y %H:%M"}]', moment, kinds=(MOMENT,)) == [clock]


def test_moments_and_days_take_the_format_of_the_file() -> None:
    assert made('[{date: "%Y%m%d"}]', BEFORE_MIDNIGHT, None, kinds=(MOMENT,)) == ["20261120", None]
    assert made('[{date: {format: "%H:%M:%S", zone: UTC}}]', BEFORE_MIDNIGHT, kinds=(MOMENT,)) == ["22:30:05"]
    assert made('[{date: "%d-%m-%y"}]', date(2026, 11, 20), None, kinds=(DAY,)) == ["20-11-26", None]


def test_text_with_an_offset_is_read_as_a_moment() -> None:
    assert made("local_day", "2026-11-21T00:30:00+01:00", gives="day") == [date(2026, 11, 21)]
