"""Records by number, with sorted indexes, so that a range or a page is found without a look at every record."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar

Place = tuple[Any, int]
FIRST, LAST = -1, float("inf")


class Numbered(Protocol):
    """A record with a number of its own."""

    number: int


T = TypeVar("T", bound=Numbered)


class Index:
    """Places ``(value, number)`` in ascending order."""

    def __init__(self) -> None:
        self._places: list[Place] = []

    def add(self, place: Place) -> None:
        """Add a place; cheap where it is the last one."""
        if not self._places or self._places[-1] <= place:
            self._places.append(place)
        else:
            insort(self._places, place)

    def discard(self, place: Place) -> None:
        """Remove a place that is there."""
        at = bisect_left(self._places, place)
        if at < len(self._places) and self._places[at] == place:
            del self._places[at]

    def count(self, low: Any, high: Any) -> int:
        """Return how many places have a value of at least ``low`` and at most ``high`` (None = no bound)."""
        start, end = self._span(low, high)
        return end - start

    def walk(
        self, low: Any = None, high: Any = None, *, after: Place | None = None, before: Place | None = None, backwards: bool = False
    ) -> Iterator[Place]:
        """Yield the places between two values and strictly between two places, ascending or descending."""
        start, end = self._span(low, high)
        if after is not None:
            start = max(start, bisect_right(self._places, after))
        if before is not None:
            end = min(end, bisect_left(self._places, before))
        positions = range(end - 1, start - 1, -1) if backwards else range(start, end)
        return (self._places[position] for position in positions)

    def _span(self, low: Any, high: Any) -> tuple[int, int]:
        start = 0 if low is None else bisect_left(self._places, (low, FIRST))
        end = len(self._places) if high is None else bisect_right(self._places, (high, LAST))
        return start, max(start, end)


class Catalogue(Generic[T]):
    """All records of one kind. A record that was changed must be ``touch``ed, or its indexes are stale."""

    def __init__(self, keys: Mapping[str, Callable[[T], Any]]) -> None:
        self.records: dict[int, T] = {}
        self.keys = keys
        self.indexes = {name: Index() for name in keys}
        self._places: dict[int, tuple[Any, ...]] = {}

    def add(self, record: T) -> None:
        """Take a record in. Raises ValueError where its number is taken."""
        if record.number in self.records:
            raise ValueError(f"{type(record).__name__} {record.number} exists already; give the new one another number")
        self.records[record.number] = record
        self._place(record)

    def discard(self, record: T) -> None:
        """Let go of a record."""
        for index, value in zip(self.indexes.values(), self._places.pop(record.number), strict=True):
            index.discard((value, record.number))
        del self.records[record.number]

    def touch(self, record: T) -> None:
        """Bring the indexes up to date with a record that was changed."""
        for index, value in zip(self.indexes.values(), self._places[record.number], strict=True):
            index.discard((value, record.number))
        self._place(record)

    def _place(self, record: T) -> None:
        values = tuple(key(record) for key in self.keys.values())
        self._places[record.number] = values
        for index, value in zip(self.indexes.values(), values, strict=True):
            index.add((value, record.number))

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[T]:
        return iter(self.records.values())

    def get(self, number: int | None) -> T | None:
        """Return a record, or None."""
        return None if number is None else self.records.get(number)

    def __getitem__(self, number: int) -> T:
        return self.records[number]
