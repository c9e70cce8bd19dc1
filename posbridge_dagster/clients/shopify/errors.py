"""What each of Shopify's three layers of errors means to the caller, as one table.

HTTP status, ``errors[].extensions.code`` (on HTTP 200, perhaps beside data) and the ``userErrors`` of a mutation. What is not
in the table: an unknown status below 500 is a set-up fault, an unknown top-level code leaves the outcome unknown, an unknown
user error refuses the record. Values of the request are never repeated in a message, because they may be personal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from posbridge_dagster.clients.failures import Busy, Misconfigured, Refused, RemoteFailure, UnknownOutcome

SYSTEM = "Shopify"
LONGEST_MESSAGE = 300


@dataclass(frozen=True)
class Reaction:
    """What a caller does next, as a class of failure, with advice for a person and a wait in seconds where one is named."""

    failure: type[RemoteFailure]
    advice: str = ""
    wait_s: float = 1.0

    def as_failure(self, message: str, operation: str, code: str, wait_s: float | None = None) -> RemoteFailure:
        """Return the exception to raise."""
        if self.failure is Busy:
            wait = self.wait_s if wait_s is None else wait_s
            return Busy(message, system=SYSTEM, operation=operation, code=code, advice=self.advice, wait_s=wait)
        return self.failure(message, system=SYSTEM, operation=operation, code=code, advice=self.advice)


_PROGRAM = Reaction(
    Misconfigured, "The document does not fit this version of the API; update posbridge or pin the version it was written for."
)

BY_STATUS: Mapping[int, Reaction] = {
    400: _PROGRAM,
    401: Reaction(Misconfigured, "Check SHOPIFY_ACCESS_TOKEN, or SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET; is the app still installed?"),
    402: Reaction(Misconfigured, "The shop is frozen for an unpaid bill. Nothing is lost: run again once it is open."),
    403: Reaction(Misconfigured, "The token may not do this; give the app the access scope and install it again."),
    404: Reaction(Misconfigured, "Check SHOPIFY_API_URL (https://<shop>.myshopify.com) and SHOPIFY_API_VERSION."),
    423: Reaction(Misconfigured, "The shop is locked. Nothing is lost: run again once it is open."),
    429: Reaction(Busy, wait_s=60.0),
    430: Reaction(Misconfigured, "Shopify refused the request for reasons of security; stop and ask Shopify's support."),
}
BY_CODE: Mapping[str, Reaction] = {
    "THROTTLED": Reaction(Busy),
    "MAX_COST_EXCEEDED": Reaction(Misconfigured, "Ask for shorter pages."),
    "MAX_INPUT_SIZE_EXCEEDED": Reaction(Misconfigured, "A list of the request holds more than 250 items; send it in parts."),
    "ACCESS_DENIED": Reaction(Misconfigured, "Give the app this access scope and install it again."),
    "SHOP_INACTIVE": Reaction(Misconfigured, "The shop is closed or paused. Nothing is lost: run again once it is open."),
    "INTERNAL_SERVER_ERROR": Reaction(UnknownOutcome),
    "BAD_REQUEST": _PROGRAM,
    "INVALID_FIELD_ARGUMENTS": _PROGRAM,
    "INVALID_VARIABLE": Reaction(Refused),
    "RESOURCE_NOT_FOUND": Reaction(Refused, "The id is unknown or of another kind; refresh the links."),
    "NOT_FOUND": Reaction(Misconfigured, "Create the metafield definition of type id first (posbridge doctor does)."),
    "undefinedField": _PROGRAM,
    "argumentNotAccepted": _PROGRAM,
    "missingRequiredArguments": _PROGRAM,
    "argumentLiteralsIncompatible": _PROGRAM,
    "missingRequiredInputObjectAttribute": _PROGRAM,
}
DENIED_CHANGE = Reaction(
    Misconfigured,
    "Give the app this access scope and install it again. The change itself may have been made: look before sending it again.",
)
# A list that is too long is the fault of one record when a record is written, and of the program when records are read.
OF_A_CHANGE: Mapping[str, Reaction] = {
    "ACCESS_DENIED": DENIED_CHANGE,
    "MAX_INPUT_SIZE_EXCEEDED": Reaction(Refused, "A list of the record is longer than Shopify takes in one call."),
}
_UNDER_WAY = Reaction(Busy, wait_s=2.0)
BY_USER_ERROR: Mapping[str, Reaction] = {
    "IDEMPOTENCY_CONCURRENT_REQUEST": _UNDER_WAY,
    "OPERATION_IN_PROGRESS": Reaction(Busy, wait_s=10.0),
    "SERVICE_UNAVAILABLE": _UNDER_WAY,
    "JOB_ERROR": _UNDER_WAY,
    "ORDER_IS_TEMPORARILY_UNAVAILABLE": _UNDER_WAY,
}
TOO_MANY_ATTEMPTS = Reaction(Busy, "Trial and development shops take five orders a minute.", wait_s=60.0)
BULK_LIMIT = Reaction(Busy, "Five bulk operations run already.", wait_s=10.0)


@dataclass(frozen=True)
class UserError:
    """One complaint about the input: the path to it, a code where the mutation has one, a sentence for people."""

    path: tuple[str, ...]
    code: str
    message: str


class UserErrors(Refused):
    """A mutation refused (part of) its input. ``errors`` names the rows, ``data`` is the answer: rows without error may be done."""

    def __init__(self, errors: Sequence[UserError], data: Mapping[str, Any], operation: str) -> None:
        first = errors[0]
        self.errors = tuple(errors)
        self.data = data
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        at = f" at {'.'.join(first.path)}" if first.path else ""
        super().__init__(_short(first.message) + at + more, system=SYSTEM, operation=operation, code=first.code or "user_error")


def status_failure(status: int, text: str, operation: str, retry_after: str | None) -> RemoteFailure:
    """Return the failure of an HTTP status other than 200. ``text`` says where and why."""
    unknown = UnknownOutcome if status >= 500 else Misconfigured
    reaction = BY_STATUS.get(status, Reaction(unknown))
    return reaction.as_failure(f"HTTP {status}{text}", operation, f"http_{status}", wait_s=_seconds(retry_after))


def top_level_failure(errors: Any, operation: str, *, is_mutation: bool, throttle_wait_s: float, request_id: str) -> RemoteFailure:
    """Return the failure of top-level ``errors``; data beside them is never taken for complete.

    With several errors the one that stops most goes first: set-up, unknown outcome, busy, refused.
    """
    rows = errors if isinstance(errors, list) else [errors]
    by_code = {**BY_CODE, **OF_A_CHANGE} if is_mutation else BY_CODE
    found = [_one_failure(row, by_code, operation, throttle_wait_s, request_id) for row in rows]
    return min(found, key=lambda failure: _GRAVITY.index(type(failure)))


def user_failure(data: Mapping[str, Any], operation: str) -> RemoteFailure | None:
    """Return the failure of the user errors of a mutation's answer, or None when there are none."""
    errors = [
        UserError(tuple(str(step) for step in row.get("field") or ()), row.get("code") or "", row.get("message") or "")
        for payload in data.values()
        if isinstance(payload, dict)
        for key, rows in payload.items()
        if key.lower().endswith("usererrors")
        for row in rows or ()
    ]
    if not errors:
        return None
    for error in errors:
        reaction = BY_USER_ERROR.get(error.code)
        if "too many attempts" in error.message.lower():
            reaction = TOO_MANY_ATTEMPTS
        elif error.code == "LIMIT_REACHED" and any(name.startswith("bulkOperation") for name in data):
            reaction = BULK_LIMIT
        if reaction:
            return reaction.as_failure(_short(error.message), operation, error.code or "rate")
    return UserErrors(errors, data, operation)


def search_failure(extensions: Mapping[str, Any], operation: str) -> RemoteFailure | None:
    """Return the failure of a search that Shopify did not understand, naming the filter, or None.

    A filter it does not know is ignored, so that everything matches: such an answer must not be used.
    """
    for search in extensions.get("search") or ():
        for warning in search.get("warnings") or ():
            name, code = warning.get("field") or "?", warning.get("code") or "warning"
            kind: type[RemoteFailure] = Refused if code == "invalid_value" else Misconfigured
            advice = "The filter was ignored or matched nothing, so the answer is not used; correct the search."
            return Reaction(kind, advice).as_failure(f"the search filter {name!r} is not understood ({code})", operation, f"search_{code}")
    return None


_GRAVITY: tuple[type[RemoteFailure], ...] = (Misconfigured, UnknownOutcome, Busy, Refused)


def _one_failure(row: Any, by_code: Mapping[str, Reaction], operation: str, throttle_wait_s: float, request_id: str) -> RemoteFailure:
    where = f" (request {request_id})" if request_id else ""
    if not isinstance(row, dict):
        return UnknownOutcome(_short(str(row)) + where, system=SYSTEM, operation=operation, code="error")
    extensions = row.get("extensions") or {}
    code = str(extensions.get("code") or "")
    reaction = by_code.get(code, Reaction(UnknownOutcome))
    message = _invalid_paths(extensions) if code == "INVALID_VARIABLE" else _short(str(row.get("message") or "no message"))
    wait_s = throttle_wait_s if code == "THROTTLED" else None
    return reaction.as_failure(message + where, operation, code or "error", wait_s)


def _invalid_paths(extensions: Mapping[str, Any]) -> str:
    """Shopify's own sentence repeats the value, so only the places are told."""
    places = [".".join(str(step) for step in problem.get("path") or ()) for problem in extensions.get("problems") or ()]
    return "the request holds an invalid value at " + (", ".join(place or "its root" for place in places[:5]) or "an unnamed place")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1] + "…"


def _seconds(retry_after: str | None) -> float | None:
    try:
        return max(1.0, float(retry_after)) if retry_after else None
    except ValueError:
        return None  # an HTTP date: the table's own wait is as good
