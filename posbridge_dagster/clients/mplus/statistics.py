"""What the calls to one installation cost: requests, repeats, seconds and bytes, by operation."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from threading import Lock


@dataclass
class Spent:
    """What was spent: HTTP requests, how many of them were repeats, seconds of waiting for answers, bytes both ways."""

    calls: int = 0
    retries: int = 0
    seconds: float = 0.0
    sent_bytes: int = 0
    received_bytes: int = 0

    def add(self, other: "Spent") -> None:
        """Add what another spent."""
        self.calls += other.calls
        self.retries += other.retries
        self.seconds += other.seconds
        self.sent_bytes += other.sent_bytes
        self.received_bytes += other.received_bytes


@dataclass
class Statistics:
    """Counts of one client since it was made; safe to add to from several threads."""

    _by_operation: dict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    _lock: Lock = field(default_factory=Lock)

    def add(self, operation: str, spent: Spent) -> None:
        """Add what one HTTP request spent."""
        with self._lock:
            self._by_operation[operation].add(spent)

    @property
    def by_operation(self) -> dict[str, Spent]:
        """Return a copy of the counts of each operation, in the order of first use."""
        with self._lock:
            return {operation: replace(spent) for operation, spent in self._by_operation.items()}

    @property
    def total(self) -> Spent:
        """Return the counts of all operations together."""
        total = Spent()
        for spent in self.by_operation.values():
            total.add(spent)
        return total

    @property
    def calls(self) -> int:
        """Return the number of HTTP requests that were made, repeats included."""
        return self.total.calls

    @property
    def retries(self) -> int:
        """Return how many of the requests repeated an earlier one."""
        return self.total.retries
