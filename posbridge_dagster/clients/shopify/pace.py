"""Waits until a call fits into Shopify's bucket of points, so that nothing is refused and nothing is wasted.

One bucket belongs to one token of one shop, so all clients and threads of a process share one pace. The bucket is learnt from
each answer; before the first one the smallest known is assumed (2,000 points, 100 restored per second).
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

ASSUMED_MAXIMUM = 2000.0
ASSUMED_RESTORE = 100.0
SHORTEST_NAP_S = 0.001
LONGEST_NAP_S = 0.25  # other calls may hand points back meanwhile, so a long wait looks again


@dataclass(frozen=True)
class Throttle:
    """``throttleStatus`` of an answer, in points and points per second."""

    maximum: float
    available: float
    restore: float


class Pace:
    """The bucket as far as this process knows it. ``reserve_share`` of it is kept for urgent calls."""

    def __init__(
        self, *, reserve_share: float = 0.0, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.reserve_share = reserve_share
        self._clock, self._sleep = clock, sleep
        self._maximum, self._restore = ASSUMED_MAXIMUM, ASSUMED_RESTORE
        self._available, self._known_at = ASSUMED_MAXIMUM, clock()
        self._in_flight = 0.0
        self._state = threading.Lock()
        self._turn = threading.Lock()

    def take(self, cost: float, *, urgent: bool = False, left_share: float = 0.0) -> float:
        """Wait until the points are there, take them and return the seconds waited.

        Callers take turns, so that a dear call is not overtaken for ever by cheap ones; an urgent one goes past them.
        ``left_share`` is the share of the bucket that a caller leaves to others, also to those in other processes: they all draw
        from one bucket, and each answer tells how much is left in it.
        """
        if urgent:
            return self._wait(cost, kept=0.0)
        with self._turn:
            return self._wait(cost, kept=max(self.reserve_share, left_share))

    def settle(self, cost: float, throttle: Throttle | None) -> None:
        """Close a call that took ``cost`` points and believe what its answer says.

        A call without an answer gives its points back: had they been spent, the next answer tells, and at worst that is one
        polite refusal with the seconds to wait.
        """
        with self._state:
            self._in_flight = max(0.0, self._in_flight - cost)
            if throttle is None:
                self._available = min(self._maximum, self._available + cost)
                return
            self._maximum, self._restore = throttle.maximum, max(throttle.restore, 1.0)
            # The other calls under way may have reached the bucket after this answer was written.
            self._available = max(0.0, throttle.available - self._in_flight)
            self._known_at = self._clock()

    @property
    def restore_rate(self) -> float:
        """Points the bucket gains per second."""
        return self._restore

    def _wait(self, cost: float, kept: float) -> float:
        waited_s = 0.0
        while (missing := self._missing(cost, kept)) > 0:
            started = self._clock()
            self._sleep(min(max(missing / self._restore, SHORTEST_NAP_S), LONGEST_NAP_S))
            waited_s += self._clock() - started
        return waited_s

    def _missing(self, cost: float, kept: float) -> float:
        """Take the points and return 0, or return how many are missing."""
        with self._state:
            now = self._clock()
            self._available = min(self._maximum, self._available + (now - self._known_at) * self._restore)
            self._known_at = now
            needed = min(cost + kept * self._maximum, self._maximum)  # a call dearer than the bucket is for Shopify to refuse
            if self._available < needed:
                return needed - self._available
            self._available = max(0.0, self._available - cost)
            self._in_flight += cost
            return 0.0


_paces: dict[tuple[str, str], Pace] = {}
_paces_lock = threading.Lock()


def shared_pace(origin: str, identity: str) -> Pace:
    """Return the one pace of this process for a shop and the identity of a token."""
    with _paces_lock:
        return _paces.setdefault((origin, identity), Pace())
