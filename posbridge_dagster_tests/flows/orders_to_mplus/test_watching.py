"""A day on which nothing comes through is told, although every record of it is right."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from posbridge_dagster.clients.shopify.version import SUPPORTED_UNTIL
from posbridge_dagster.flows.orders_to_mplus.watching import Volume, day_volume, watch_results
from posbridge_dagster.snapshots.order_shapes import ORDERS
from posbridge_dagster.storage import FrameStore

ZONE = ZoneInfo("Europe/Amsterdam")
FRIDAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=ZONE)
ORDERS_KEY = ["orders_to_mplus", "orders", "snapshot"]


def open_shop(home: Path, *counts: int) -> FrameStore:
    """Return the frames of so many Fridays before FRIDAY, the last first; each has one order every ten minutes from ten o'clock."""
    frames = FrameStore(str(home))
    for back, count in enumerate(counts, 1):
        day = FRIDAY - timedelta(weeks=back)
        ten = datetime(day.year, day.month, day.day, 10, tzinfo=ZONE)
        rows = [{"order_id": str(n), "created_at": (ten + timedelta(minutes=10 * n)).astimezone(UTC)} for n in range(count)]
        frames.write(ORDERS_KEY, day.isoformat(), ORDERS.frame(rows))
    return frames


def test_a_day_is_compared_with_its_weekday_up_to_the_same_local_time_also_over_the_change_of_clocks(tmp_path: Path) -> None:
    frames = open_shop(tmp_path, 40, 30, 20, 25)
    assert day_volume(frames, FRIDAY, NOON, ZONE).earlier == (13, 13, 13, 13)
    over = day_volume(frames, FRIDAY, NOON + timedelta(days=2), ZONE)
    assert (over.count, over.earlier, over.until) == (0, (40, 30, 20, 25), None)
    assert not over.is_usual
    assert over.says == "0 orders; the same weekday had 20 to 40 in the last weeks"


def test_a_day_that_was_never_read_is_no_day_without_orders(tmp_path: Path) -> None:
    volume = day_volume(open_shop(tmp_path, 40, 30), FRIDAY, NOON, ZONE)
    assert volume.is_usual
    assert volume.says == "0 orders by 12:00; too few weeks were read to compare with"


@pytest.mark.parametrize(
    ("count", "earlier", "is_usual"),
    [
        (0, (12, 20, 30), False),  # nothing comes through
        (2, (12, 20, 30), False),
        (3, (12, 20, 30), True),
        (130, (12, 20, 30), True),
        (131, (12, 20, 30), False),  # something comes twice
        (0, (3, 20, 30), True),  # a shop that may have none by this hour
        (0, (0, 0, 0), True),
        (10, (0, 0, 0), True),
    ],
)
def test_what_is_usual_is_a_band_around_the_earlier_days(count: int, earlier: tuple[int, ...], is_usual: bool) -> None:
    assert Volume(count, earlier).is_usual == is_usual


@pytest.mark.parametrize(("days_before", "passed"), [(46, True), (45, True), (44, False), (-1, False)])
def test_a_version_that_ends_within_weeks_fails_its_check(days_before: int, passed: bool) -> None:
    results = {each.check_name: each for each in watch_results(Volume(0, ()), SUPPORTED_UNTIL - timedelta(days=days_before))}
    assert results["version_lasts"].passed == passed
    assert results["as_many_as_usual"].passed
