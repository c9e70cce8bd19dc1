"""How long something that Shopify does in its own time is waited for."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Deadline:
    """How long to wait in all and how often to ask, in seconds; the naps grow from first to longest."""

    total_s: float = 3600.0
    first_nap_s: float = 1.0
    longest_nap_s: float = 10.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def rounds(self) -> Iterator[int]:
        """Yield a number for each time to ask: at once, then after every nap until the time is over."""
        ends_at, nap_s, number = self.clock() + self.total_s, self.first_nap_s, 0
        while True:
            yield number
            if self.clock() >= ends_at:
                return
            self.sleep(nap_s)
            nap_s, number = min(nap_s * 1.5, self.longest_nap_s), number + 1
