"""The stock of the pretend shop: a level per item and location. The number of an item is that of its variant."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from posbridge_dagster.sandbox.shopify.stock_records import Adjustment, Level

ADJUSTMENTS_KEPT = timedelta(hours=24)  # as long as an idempotency key can ask for one again


class Stock:
    """All levels by item and location, and the adjustments of the last day."""

    def __init__(self) -> None:
        self._by_item: dict[int, dict[int, Level]] = {}
        self.adjustments: dict[int, Adjustment] = {}

    def __iter__(self) -> Iterator[Level]:
        return (level for levels in self._by_item.values() for level in levels.values())

    def put(self, level: Level) -> None:
        """Take a level in, in place of an earlier one."""
        self._by_item.setdefault(level.item, {})[level.location] = level

    def level(self, item: int, location: int) -> Level | None:
        """Return the level of an item at a location, active or not; None where it never was stocked there."""
        return self._by_item.get(item, {}).get(location)

    def levels(self, item: int, *, inactive: bool = False) -> list[Level]:
        """Return the levels of an item, in the order in which it was stocked."""
        return [level for level in self._by_item.get(item, {}).values() if level.active or inactive]

    def at_location(self, location: int) -> Iterator[Level]:
        """Yield the levels at a location, active or not."""
        return (levels[location] for levels in self._by_item.values() if location in levels)

    def stocked(self, item: int, location: int, at: datetime) -> Level:
        """Return the active level of an item at a location; it is made, or activated with what it had."""
        level = self.level(item, location)
        if level is None:
            level = Level(item, location, at, at)
            self.put(level)
        if not level.active:
            level.active, level.updated_at = True, at
        return level

    def available(self, item: int) -> int:
        """Return how many pieces of an item can be sold, at all locations."""
        return sum(level.available for level in self.levels(item))

    def set_available(self, item: int, location: int, quantity: int, at: datetime) -> Level:
        """Set what can be sold of an item at a location, stocked there from now on."""
        level = self.stocked(item, location, at)
        if level.available != quantity:
            level.available, level.updated_at = quantity, at
        return level

    def forget(self, item: int) -> None:
        """Let go of an item's levels, when its variant is deleted."""
        self._by_item.pop(item, None)

    def note(self, adjustment: Adjustment) -> None:
        """Keep an adjustment, and let go of those that are older than a day."""
        old = [number for number, kept in self.adjustments.items() if kept.at <= adjustment.at - ADJUSTMENTS_KEPT]
        for number in old:
            del self.adjustments[number]
        self.adjustments[adjustment.number] = adjustment
