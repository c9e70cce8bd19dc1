"""What no single record shows: a day that has far fewer or far more orders than its weekday usually has, a version that ends soon.

A till that sells nothing is rare; a token, a filter or a sensor that lets nothing through looks just the same, and every record of
such a day is right.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

from posbridge_dagster.clients.shopify.version import ENDS_SOON_DAYS, SUPPORTED_UNTIL, days_left
from posbridge_dagster.flows.checking import check_result
from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.stages import frame_key
from posbridge_dagster.storage import FrameStore

WEEKS, LEAST_WEEKS = 4, 3
TIMES, ROOM = 4, 10
"""A day is unusual with less than a quarter of the quietest earlier one, or more than four times the busiest one and ten."""

WATCHED = {
    "as_many_as_usual": f"the day has about as many orders as the same weekday of the last {WEEKS} weeks, up to the same hour",
    "version_lasts": f"Shopify serves the version posbridge is written for, for {ENDS_SOON_DAYS} more days at least",
}


@dataclass(frozen=True)
class Volume:
    """Orders of a day, and of the same weekday of earlier weeks, of which one is left out that was never read.

    ``until`` is the local time up to which all were counted; None where the day is over.
    """

    count: int
    earlier: tuple[int, ...]
    until: time | None = None

    @property
    def is_usual(self) -> bool:
        """Whether the day is as the others; always where there are too few of them."""
        if len(self.earlier) < LEAST_WEEKS:
            return True
        return min(self.earlier) // TIMES <= self.count <= TIMES * max(self.earlier) + ROOM

    @property
    def says(self) -> str:
        """The figures as a sentence."""
        by_then = f" by {self.until:%H:%M}" if self.until else ""
        if len(self.earlier) < LEAST_WEEKS:
            return f"{self.count} orders{by_then}; too few weeks were read to compare with"
        return f"{self.count} orders{by_then}; the same weekday had {min(self.earlier)} to {max(self.earlier)} in the last weeks"


def day_volume(frames: FrameStore, day: date, now: datetime, zone: ZoneInfo) -> Volume:
    """Return how many orders were read of a day and of those it is compared with; ``now`` is aware. Raises StorageFailure."""
    here = now.astimezone(zone)
    until = here.time() if here.date() == day else None
    counts = [_orders(frames, day - timedelta(weeks=back), until, zone) for back in range(1, WEEKS + 1)]
    return Volume(_orders(frames, day, until, zone) or 0, tuple(count for count in counts if count is not None), until)


def watch_results(volume: Volume, today: date) -> Iterator[dg.AssetCheckResult]:
    """Return the results of the two checks; they warn, and stop nothing."""
    left = days_left(today)
    found: dict[str, tuple[bool, dict[str, Any]]] = {
        "as_many_as_usual": (volume.is_usual, {"found": volume.says}),
        "version_lasts": (left >= ENDS_SOON_DAYS, {"days_left": left, "served_until": SUPPORTED_UNTIL.isoformat()}),
    }
    for name, (passed, metadata) in found.items():
        yield check_result(FLOW, "orders", name, passed, metadata, severity=dg.AssetCheckSeverity.WARN)


def _orders(frames: FrameStore, day: date, until: time | None, zone: ZoneInfo) -> int | None:
    """Return the orders of a day up to a local time, None where the day was never read."""
    frame = frames.read(frame_key(FLOW, "orders", "snapshot").path, day.isoformat())
    if frame is None:
        return None
    return sum(1 for moment in frame["created_at"] if until is None or moment.astimezone(zone).time() <= until)
