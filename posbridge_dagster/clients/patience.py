"""How long and how often a call is tried again: back-off with jitter inside a time budget."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, stop_after_delay, wait_exponential, wait_random

from posbridge_dagster.clients.failures import Busy, RemoteFailure, UnknownOutcome, Unreachable

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """The budget of one logical call: seconds in total, attempts at most, first and longest wait in seconds."""

    budget_s: float = 120.0
    attempts: int = 8
    first_wait_s: float = 0.5
    longest_wait_s: float = 20.0

    def retry(self, call: Callable[[], T], *, repeatable: bool) -> T:
        """Run the call until it answers, the budget is spent or the failure is one that waiting cannot mend.

        A call that is not ``repeatable`` (a write without an idempotency key) is never sent again after UnknownOutcome.
        Raises the last RemoteFailure.
        """
        again: tuple[type[RemoteFailure], ...] = (Unreachable, Busy, UnknownOutcome) if repeatable else (Unreachable, Busy)
        grow = wait_exponential(multiplier=self.first_wait_s, max=self.longest_wait_s) + wait_random(0, self.first_wait_s)

        def wait(state: RetryCallState) -> float:
            failure = state.outcome.exception() if state.outcome else None
            asked = failure.wait_s if isinstance(failure, Busy) else 0.0
            return max(asked, grow(state))

        retrying = Retrying(
            retry=retry_if_exception(lambda failure: isinstance(failure, again)),
            stop=stop_after_delay(self.budget_s) | stop_after_attempt(self.attempts),
            wait=wait,
            reraise=True,
        )
        return retrying(call)
