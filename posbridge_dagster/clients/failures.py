"""Failures of a remote system, one class for each reaction of the caller.

RemoteFailure
├── Unreachable     the request never left: any call may be sent again
├── UnknownOutcome  it left and no answer came back: look up before anything is sent again
├── Busy            the system asks to come back later: wait, then the same call again
├── Refused         the request is wrong: sending it again cannot help, the record is quarantined
└── Misconfigured   credentials, scope, version or address: no record can succeed, the run stops
"""

from posbridge_dagster.model.secrecy import redact


class RemoteFailure(Exception):
    """A remote system did not do what was asked.

    ``system`` is "MplusKASSA" or "Shopify", ``operation`` the call, ``code`` a stable reason code, ``advice`` what to do.
    """

    def __init__(self, message: str, *, system: str, operation: str = "", code: str = "", advice: str = "") -> None:
        self.system = system
        self.operation = operation
        self.code = code
        self.advice = redact(advice)
        self.reason = redact(message)
        where = f"{system} {operation}".strip()
        stop = "" if self.reason.endswith((".", "!", "?")) else "."
        super().__init__(f"{where}: {self.reason}" + (f"{stop} {self.advice}" if self.advice else ""))


class Unreachable(RemoteFailure):
    """No connection was made, so nothing was carried out."""


class UnknownOutcome(RemoteFailure):
    """The request was sent and the answer is missing or unreadable: it may have been carried out."""


class Busy(RemoteFailure):
    """The system is throttling or temporarily unable; ``wait_s`` seconds later it may answer."""

    def __init__(self, message: str, *, system: str, operation: str = "", code: str = "", advice: str = "", wait_s: float = 1.0) -> None:
        super().__init__(message, system=system, operation=operation, code=code, advice=advice)
        self.wait_s = wait_s


class Refused(RemoteFailure):
    """The request itself is wrong or not allowed for this record."""


class Misconfigured(RemoteFailure):
    """The connection is set up wrongly: nothing can succeed until a person changes a setting."""
