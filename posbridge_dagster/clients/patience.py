"""How long and how often a call is tried again: back-off with jitter inside a time budget."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential,
    wait_random,
)
from tenacity.stop import stop_base

from posbridge_dagster.clients.failures import Busy, RemoteFailure, UnknownOutcome, Unreachable

T = TypeVar("T")

FIRST_CONTACT_S = 2.0
"""Seconds after which a system that has never answered counts as not there: a wrong address stays wrong."""


class _NeverThere(stop_base):
    """Gives a system up that could not be reached for a few seconds."""

    def __call__(self, retry_state: RetryCallState) -> bool:
        """Return whether to stop."""
        unreachable = retry_state.outcome is not None and isinstance(retry_state.outcome.exception(), Unreachable)
        return unreachable and (retry_state.seconds_since_start or 0.0) > FIRST_CONTACT_S


@dataclass(frozen=True)
class Patience:
    """The budget of one logical call: seconds in total, attempts at most, first and longest wait in seconds."""

    budget_s: float = 120.0
    attempts: int = 8
    first_wait_s: float = 0.5
    longest_wait_s: float = 20.0

    def retry(self, call: Callable[[], T], *, repeatable: bool, first_contact: bool = False) -> T:
        """Run the call until it answers, the budget is spent or the failure is one that waiting cannot mend.

        A call that is not ``repeatable`` (a write without an idempotency key) is never sent again after UnknownOutcome. A
        system that cannot be reached on ``first_contact`` is given up within seconds.
        Raises the last RemoteFailure.
        """
        again: tuple[type[RemoteFailure], ...] = (Unreachable, Busy, UnknownOutcome) if repeatable else (Unreachable, Busy)
        grow = wait_exponential(multiplier=self.first_wait_s, max=self.longest_wait_s) + wait_random(0, self.first_wait_s)

        def wait(state: RetryCallState) -> float:
            failure = state.outcome.exception() if state.outcome else None
            asked = failure.wait_s if isinstance(failure, Busy) else 0.0
            return max(asked, grow(state))

        spent = stop_after_delay(self.budget_s) | stop_after_attempt(self.attempts)
        retrying = Retrying(
            retry=retry_if_exception(lambda failure: isinstance(failure, again)),
            stop=spent | _NeverThere() if first_contact else spent,
            wait=wait,
            reraise=True,
        )
        return retrying(call)
