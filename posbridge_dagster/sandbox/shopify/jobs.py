"""Work that Shopify does after it has answered: a job that is done some time later."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from posbridge_dagster.sandbox.shopify.scalars import gid


@dataclass(frozen=True)
class Job:
    """Work that is to be done at a moment."""

    global_id: str
    due: datetime
    work: Callable[[], None]


class Jobs:
    """The jobs of a shop, carried out in the order of their moments by ``settle``."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._waiting: list[Job] = []
        self._done: set[str] = set()

    def start(self, work: Callable[[], None], seconds: float) -> str:
        """Take work on that takes this long and return the id of its job; without a duration it is done before this returns."""
        job = Job(gid("Job", uuid4()), self._clock() + timedelta(seconds=seconds), work)
        self._waiting.append(job)
        if seconds <= 0:
            self.settle()
        return job.global_id

    def settle(self, *, everything: bool = False) -> None:
        """Do what is due, or everything."""
        now = self._clock()
        for job in sorted(self._waiting, key=lambda job: job.due):
            if everything or job.due <= now:
                self._waiting.remove(job)
                job.work()
                self._done.add(job.global_id)

    def is_done(self, global_id: str) -> bool | None:
        """Return whether a job is done; None where there is no such job."""
        if global_id in self._done:
            return True
        return False if any(job.global_id == global_id for job in self._waiting) else None
