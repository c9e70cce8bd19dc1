"""How often something may be tried within a minute."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


class Attempts:
    """The attempts that were let through during the last minute."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._moments: deque[datetime] = deque()

    def is_open(self, limit: int | None) -> bool:
        """Return whether one more attempt fits a limit per minute (None = no limit)."""
        now = self._clock()
        while self._moments and self._moments[0] <= now - MINUTE:
            self._moments.popleft()
        return limit is None or len(self._moments) < limit

    def admit(self, limit: int | None) -> bool:
        """Let an attempt through and remember it; False where there were too many."""
        if not self.is_open(limit):
            return False
        self._moments.append(self._clock())
        return True

    def seconds_to_wait(self) -> float:
        """Return after how many seconds the oldest attempt of the last minute is forgotten."""
        return max((self._moments[0] + MINUTE - self._clock()).total_seconds(), 0.0) if self._moments else 0.0
