"""When things are sold: opening hours in the shop's own time, and the awkward moments around midnight and the clock change."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHOP_ZONE = ZoneInfo("Europe/Amsterdam")
OPENS, CLOSES = time(9, 0), time(18, 0)
SUNDAY_OPENS, SUNDAY_CLOSES = time(12, 0), time(17, 0)


@dataclass(frozen=True)
class OpeningHours:
    """The span of one day in which the shop sells; both ends are aware UTC."""

    opens: datetime
    closes: datetime

    def moment(self, chance: random.Random) -> datetime:
        """Return a moment of this span, whole seconds."""
        return self.opens + timedelta(seconds=chance.randint(0, int((self.closes - self.opens).total_seconds())))


def local(day: date, at: time, fold: int = 0) -> datetime:
    """Return a wall-clock time of the shop as aware UTC; ``fold`` 1 is the second of an hour that happens twice."""
    return datetime.combine(day, at.replace(fold=fold), SHOP_ZONE).astimezone(UTC)


def opening_hours(day: date, until: datetime | None = None) -> OpeningHours:
    """Return the hours of a day. A day that is not over ends at ``until``, so that nothing is sold in the future.

    Before opening time the shop of such a day counts as open since midnight, so that it has sales too.
    """
    sunday = day.weekday() == 6
    opens, closes = local(day, SUNDAY_OPENS if sunday else OPENS), local(day, SUNDAY_CLOSES if sunday else CLOSES)
    if until is None or until >= closes:
        return OpeningHours(opens, closes)
    midnight = local(day, time(0, 0))
    end = max(until, midnight).replace(microsecond=0)
    return OpeningHours(opens if opens < end else midnight, end)


def changes_clocks(day: date) -> bool:
    """Whether the clocks go forward or back in the night that this day begins with."""
    return local(day + timedelta(days=1), time(0, 0)) - local(day, time(0, 0)) != timedelta(days=1)


def midnight_moments(day: date) -> tuple[datetime, ...]:
    """Return the last second before a day and its first second, as aware UTC."""
    first = local(day, time(0, 0))
    return (first - timedelta(seconds=1), first)


def night_moments(day: date) -> tuple[datetime, ...]:
    """Return the moments of a night that dates and hours get wrong, ascending, aware UTC.

    The second before midnight and midnight; 01:30; 02:30 in every way that it exists: once on an ordinary night, twice in
    autumn, and in spring, when there is no such time, 03:30 instead; the last second of the day.
    """
    # A set, because both folds of 02:30 are one moment on an ordinary night, and in spring they fall on 01:30 and 03:30.
    halves = {local(day, time(1, 30)), local(day, time(2, 30)), local(day, time(2, 30), fold=1)}
    return (*midnight_moments(day), *sorted(halves), local(day, time(23, 59, 59)))
