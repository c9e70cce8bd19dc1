"""Failures in a row: a system that is down is not asked a thousand times more."""

from posbridge_dagster.clients.failures import Busy, RemoteFailure, Unreachable

FAILURES_IN_A_ROW = 3


class Trouble:
    """Counts failures in a row; ``stopped`` says that the rest of the run should not be tried, ``reason`` why."""

    def __init__(self) -> None:
        self.reason, self.stopped = "", False
        self._in_a_row = 0

    def happened(self, failure: RemoteFailure) -> None:
        """Count one failure. A system that could not be reached, for as long as a call is tried, is not tried again for each record."""
        if isinstance(failure, Unreachable):
            self.stop(failure)
            return
        self._in_a_row += 1
        self.reason = f"{FAILURES_IN_A_ROW} failures in a row, the last: {failure.reason}"
        self.stopped = self._in_a_row >= FAILURES_IN_A_ROW

    def stop(self, failure: RemoteFailure) -> None:
        """Stop at once: without this call nothing can go on."""
        self.reason, self.stopped = f"{failure.reason} {failure.advice}".strip(), True

    def over(self) -> None:
        """Say that the system answered."""
        self._in_a_row = 0


def failure_code(failure: RemoteFailure) -> str:
    """Return the reason code of a failure that may pass: its own, else busy, unreachable or unknown_outcome."""
    if failure.code:
        return failure.code
    if isinstance(failure, Busy):
        return "busy"
    return "unreachable" if isinstance(failure, Unreachable) else "unknown_outcome"
