"""The leaky bucket of points that calls are paid from."""

from collections.abc import Callable
from datetime import datetime

PLANS = {
    "starter": (2000, 100),
    "retail": (2000, 100),
    "standard": (2000, 100),
    "advanced": (4000, 200),
    "plus": (20000, 1000),
    "enterprise": (40000, 2000),
}


class Bucket:
    """Points of one token. They come back with time, up to the size of the plan."""

    def __init__(self, plan: str, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._size, self._rate = PLANS[plan]
        self._points = float(self._size)
        self._at = clock()

    def set_plan(self, plan: str) -> None:
        """Change size and speed; a plan that is new starts with a full bucket."""
        if PLANS[plan] != (self._size, self._rate):
            self._size, self._rate = PLANS[plan]
            self._points = float(self._size)

    def available(self) -> float:
        """Return the points there are now."""
        now = self._clock()
        self._points = min(self._size, self._points + max((now - self._at).total_seconds(), 0.0) * self._rate)
        self._at = now
        return self._points

    def take(self, points: float) -> bool:
        """Take points out; False when there are not enough, and then none are taken."""
        if self.available() < points:
            return False
        self._points -= points
        return True

    def give_back(self, points: float) -> None:
        """Put back what a call did not use, or take what it used beyond its estimate."""
        self._points = min(self._size, self.available() + points)

    def status(self) -> dict[str, float]:
        """Return the ``throttleStatus`` of an answer."""
        return {"maximumAvailable": self._size, "currentlyAvailable": int(self.available()), "restoreRate": self._rate}
